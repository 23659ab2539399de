"""S11 and S12: nothing is claimed twice in one lease, and only the latest claim counts."""

from __future__ import annotations

from attrs import evolve

from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Claim, Timer
from whistle_engine.testing.stores._check import holds, same, standard, together
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, notice, timer
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.lanes import LANES

MOMENT = (HOUR / 3600) / 1_000_000
"""A microsecond."""


class Leases(StoreKit):
    """S11 and S12, for timers and notices alike."""

    @standard
    def test_s11_what_is_claimed_is_nobody_elses_until_the_lease_has_ended(
        self, store: Store
    ) -> None:
        """Check that what is claimed cannot be claimed before its lease has ended."""
        for lane in LANES:
            queue = lane.given(store, AT)
            lane.one(queue, AT, AT + HOUR)
            for now in (AT, AT + HOUR / 2, AT + HOUR - MOMENT):
                lane.none(queue, "what is under a lease is not claimed again", now)

    @standard
    def test_s11_a_lease_that_ends_now_has_ended(self, store: Store) -> None:
        """Check that a lease that ends at `now` has ended, and one that ended long ago too."""
        for lane in LANES:
            queue = lane.given(store, AT)
            first = lane.one(queue, AT, AT + HOUR)
            second = lane.one(queue, AT + HOUR, AT + 2 * HOUR)
            third = lane.one(queue, LATER, LATER + HOUR)
            claims = [first, second, third]
            same([c.item for c in claims], [first.item] * 3, "it is the same item each time")
            tokens = {c.token for c in claims}
            same(len(tokens), 3, f"{lane.name}: each claim has a token of its own")

    @standard
    def test_s11_what_is_due_now_is_due_and_nothing_before(self, store: Store) -> None:
        """Check that an item is claimed from its due time on, to the microsecond."""
        for lane in LANES:
            queue = lane.given(store, AT)
            lane.none(queue, "nothing is claimed before it is due", AT - MOMENT)
            lane.one(queue, AT)

    @standard
    @together
    def test_s11_a_claim_takes_no_more_than_its_limit(self, store: Store) -> None:
        """Check that a claim leaves to others what is beyond its limit."""
        for lane in LANES:
            for matter in ("a", "b", "c"):
                lane.given(store, AT, matter=matter)
            queue = lane.queue(store)
            taken = [
                lane.numbers([c.item for c in queue.claim(now=AT, until=AT + HOUR, limit=limit)])
                for limit in (1, 1, 5, 5)
            ]
            expected = [[("a", 1)], [("b", 1)], [("c", 1)], []]
            same(taken, expected, f"{lane.name}: each claim takes what is left, up to its limit")

    @standard
    def test_s11_the_two_queues_know_nothing_of_each_other(self, store: Store) -> None:
        """Check that claims of timers and of notices do not touch each other."""
        told = notice(1, "m")
        armed = timer(1, 1, AT, "m")
        from_draft = LANES[0].put("m", [armed])
        store.append([evolve(from_draft, notices=(told,))])
        (held,) = store.timers.claim(now=AT, until=LATER, limit=9)
        (sent,) = store.outbox.claim(now=AT, until=LATER, limit=9)
        same((held.item, sent.item), (armed, told), "each queue gives its own")
        store.timers.settle(held)
        same(store.outbox.waiting(until=AT, limit=9), (told,), "the notice still waits")
        same(store.timers.waiting(until=AT, limit=9), (), "the timer does not")

    @standard
    def test_s11_a_claim_tells_how_often_its_item_was_claimed(self, store: Store) -> None:
        """Check that tries are counted from 1, over leases that ended and over failures."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            tries = [lane.one(queue, AT + number * HOUR).tries for number in range(3)]
            held = lane.one(queue, AT + 3 * HOUR)
            queue.fail(held, retry_at=AT)
            again = lane.one(queue, AT + 3 * HOUR)
            tries += [held.tries, again.tries]
            same(tries, [1, 2, 3, 4, 5], f"{lane.name}: tries are counted one by one")
            queue.settle(again)
            same(lane.one(queue, AT).tries, 1, f"{lane.name}: each item counts for itself")

    @standard
    def test_s12_a_settled_item_is_done(self, store: Store) -> None:
        """Check that what is settled counts, counts again, and never comes back."""
        for lane in LANES:
            queue = lane.given(store, AT)
            held = lane.one(queue)
            same(queue.settle(held), True, f"{lane.name}: settling the latest claim counts")
            same(queue.settle(held), True, f"{lane.name}: settling again is as good")
            lane.none(queue, "what is settled does not come back", LATER)
            same(queue.waiting(until=LATER, limit=9), (), "what is settled does not wait")
            same(queue.dead(limit=9), (), "what is settled is no dead letter")

    @standard
    def test_s12_only_the_latest_claim_counts(self, store: Store) -> None:
        """Check that an older claim is refused, and changes nothing."""
        for lane in LANES:
            queue = lane.given(store, AT)
            old = lane.one(queue, AT, AT + HOUR)
            new = lane.one(queue, AT + HOUR, AT + 2 * HOUR)
            same(queue.settle(old), False, f"{lane.name}: an older claim cannot settle")
            same(queue.fail(old, retry_at=AT), False, f"{lane.name}: nor give back")
            same(queue.fail(old, retry_at=None), False, f"{lane.name}: nor make a dead letter")
            same(queue.waiting(until=AT, limit=9), (new.item,), "the item still waits")
            lane.none(queue, "it is still under the newer lease", AT + HOUR)
            same(queue.settle(new), True, f"{lane.name}: the newer claim counts")
            same(queue.settle(old), False, f"{lane.name}: the older one still does not")

    @standard
    def test_s12_a_claim_counts_after_its_lease_while_nobody_else_has_it(
        self, store: Store
    ) -> None:
        """Check that a claim whose lease has ended still counts, if nobody claimed since."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            first = lane.one(queue, AT, AT)
            second = lane.one(queue, AT, AT + HOUR)
            same(second.item, first.item, "a lease that ends at once can be claimed at once")
            same(queue.fail(second, retry_at=AT), True, "giving back counts")
            third = lane.one(queue, AT + HOUR, AT + HOUR)
            same(queue.settle(third), True, f"{lane.name}: it counts after its lease")
            fourth = lane.one(queue, AT + HOUR)
            same(lane.number(fourth.item), 2, "then comes the next of the line")

    @standard
    def test_s12_failing_gives_back_until_a_later_instant(self, store: Store) -> None:
        """Check that what failed can be claimed from its time of retry on, and not before."""
        for lane in LANES:
            queue = lane.given(store, AT)
            held = lane.one(queue, AT, LATER)
            same(queue.fail(held, retry_at=AT + HOUR), True, f"{lane.name}: failing counts")
            same(queue.fail(held, retry_at=AT + HOUR), True, f"{lane.name}: again too")
            lane.none(queue, "it waits for its time of retry", AT + HOUR - MOMENT)
            same(queue.waiting(until=AT, limit=9), (held.item,), "what failed waits")
            again = lane.one(queue, AT + HOUR)
            holds(again.token != held.token, f"{lane.name}: the new claim has a token of its own")
            same(queue.settle(held), False, f"{lane.name}: the old claim counts no longer")

    @standard
    def test_s12_failing_frees_it_at_once_where_it_may_be_tried_at_once(self, store: Store) -> None:
        """Check that what failed with a retry at once can be claimed within the old lease."""
        for lane in LANES:
            queue = lane.given(store, AT)
            held = lane.one(queue, AT, LATER)
            same(queue.fail(held, retry_at=AT), True, f"{lane.name}: failing counts")
            lane.one(queue, AT)

    @standard
    def test_s12_what_is_settled_cannot_fail_and_what_is_dead_cannot_settle(
        self, store: Store
    ) -> None:
        """Check that what is settled cannot fail, and a dead letter cannot be settled."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            held = lane.one(queue)
            queue.settle(held)
            same(queue.fail(held, retry_at=AT), False, f"{lane.name}: what is settled cannot fail")
            same(queue.fail(held, retry_at=None), False, f"{lane.name}: nor die")
            second = lane.one(queue)
            same(lane.number(second.item), 2, "the settled one did not come back")
            same(queue.fail(second, retry_at=None), True, f"{lane.name}: a dead letter counts")
            same(queue.fail(second, retry_at=None), True, f"{lane.name}: again too")
            same(queue.settle(second), False, f"{lane.name}: what is dead cannot be settled")
            same(queue.dead(limit=9), (second.item,), "it is a dead letter still")

    @standard
    def test_s12_a_claim_of_what_never_was_is_refused(self, store: Store) -> None:
        """Check that claims with a wrong token, or of an unknown item, are refused."""
        queue = LANES[0].given(store, AT)
        held = LANES[0].one(queue)
        wrong: tuple[Claim[Timer], ...] = (
            evolve(held, token=held.token + 1),
            evolve(held, token=held.token - 1),
            evolve(held, item=timer(9, 9, AT, "timers-m")),
            evolve(held, item=timer(1, 1, AT, "nowhere")),
        )
        for claim in wrong:
            same(queue.settle(claim), False, f"{claim!r} cannot settle")
            same(queue.fail(claim, retry_at=None), False, f"{claim!r} cannot fail")
        same(queue.settle(held), True, "the true claim counts still")
