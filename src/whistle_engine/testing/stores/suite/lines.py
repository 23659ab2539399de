"""S13: in order of due time, one of a line at a time; a dead letter releases the rest."""

from __future__ import annotations

from datetime import timedelta

from whistle_engine.storage.api import Store
from whistle_engine.testing.stores._check import same, standard, together
from whistle_engine.testing.stores._samples import AT, CODES, HOUR, LATER, draft, notice, timer
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.lanes import LANES


class Lines(StoreKit):
    """S13, for timers and notices alike."""

    @standard
    @together
    def test_s13_claims_come_by_due_time_then_key(self, store: Store) -> None:
        """Check that claims come ordered by due time, and by key where that is equal."""
        for lane in LANES:
            for place, matter in enumerate(reversed(CODES)):
                due = AT - HOUR if place == 2 else AT
                lane.given(store, due, matter=matter)
            late = CODES[-3]
            expected = [late, *(matter for matter in CODES if matter != late)]
            queue = lane.queue(store)
            waiting = lane.numbers(queue.waiting(until=LATER, limit=9))
            same([m for m, _ in waiting], expected, f"{lane.name} wait by due time, then key")
            first = queue.claim(now=AT, until=LATER, limit=4)
            rest = queue.claim(now=AT, until=LATER, limit=9)
            found = lane.numbers([claim.item for claim in first + rest])
            same([m for m, _ in found], expected, f"{lane.name} are claimed by due time, then key")
            for claim in reversed(first + rest):
                queue.fail(claim, retry_at=None)
            dead = lane.numbers(queue.dead(limit=9))
            same([m for m, _ in dead], expected, f"dead {lane.name} come by due time, then key")

    @standard
    def test_s13_keys_are_compared_by_number(self, store: Store) -> None:
        """Check that clocks, steps, versions and numbers are compared as numbers: 2 before 10."""
        timers = [timer(clock, step) for clock in (10, 2, 1) for step in (10, 9, 1)]
        notices = [notice(number, unit=None, actor=f"a{number}") for number in (10, 9, 100)]
        store.append([draft(timers=tuple(timers), notices=tuple(notices))])
        more = [notice(n, version=v, unit=None, actor=f"{v}.{n}") for v in (10, 2) for n in (2, 1)]
        store.append([draft("m", 2, timers=tuple(timers), notices=tuple(more))])
        waiting = [(t.clock, t.step) for t in store.timers.waiting(until=AT, limit=20)]
        same(waiting, sorted(waiting), "timers wait in the order of clock and step")
        same(len(waiting), 9, "all timers wait")
        held = store.outbox.claim(now=AT, until=LATER, limit=20)
        found = [(claim.item.version, claim.item.number) for claim in held]
        same(found, sorted(found), "notices come in the order of version and number")
        same(len(found), 7, "all notices come, each recipient having a line of its own")

    @standard
    def test_s13_one_of_a_line_at_a_time(self, store: Store) -> None:
        """Check that nothing of a line is claimed while an earlier one is unsettled."""
        for lane in LANES:
            queue = lane.given(store, AT + HOUR, AT, AT)
            now = AT + 2 * HOUR
            for number in (2, 3, 1):
                held = lane.one(queue, now, now + HOUR)
                same(lane.number(held.item), number, f"{lane.name} of a line come by due time")
                lane.none(queue, "while one is held, the rest of its line waits", now)
                same(queue.settle(held), True, "settling counts")
            lane.none(queue, "the line is at its end", LATER)

    @standard
    def test_s13_a_line_waits_for_its_first_even_while_that_is_not_free(self, store: Store) -> None:
        """Check that a line waits while its first is to be retried later, or its lease ended."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            held = lane.one(queue, AT, AT + HOUR)
            queue.fail(held, retry_at=AT + 2 * HOUR)
            lane.none(queue, "the rest does not overtake what is to be retried", AT + HOUR)
            again = lane.one(queue, AT + 2 * HOUR, AT + 3 * HOUR)
            same(again.item, held.item, f"{lane.name}: the first of the line is retried first")
            third = lane.one(queue, AT + 3 * HOUR, AT + 4 * HOUR)
            same(third.item, held.item, f"{lane.name}: it is first after its lease too")

    @standard
    def test_s13_a_dead_letter_releases_its_line(self, store: Store) -> None:
        """Check that a dead letter is kept, never claimed, and releases the rest of its line."""
        for lane in LANES:
            queue = lane.given(store, AT, AT + HOUR, AT + HOUR)
            held = lane.one(queue, AT, LATER)
            same(queue.fail(held, retry_at=None), True, "it becomes a dead letter")
            same(queue.dead(limit=9), (held.item,), f"the dead among the {lane.name}")
            lane.none(queue, "what comes after a dead letter is not due before its time")
            following = lane.one(queue, AT + HOUR, AT + 2 * HOUR)
            same(lane.number(following.item), 2, f"{lane.name}: the second of the line comes next")
            queue.fail(following, retry_at=None)
            last = lane.one(queue, LATER)
            same(lane.number(last.item), 3, f"{lane.name}: then the third")
            queue.settle(last)
            lane.none(queue, "dead letters never come back", LATER + timedelta(days=9999))
            same(lane.numbers(queue.dead(limit=9)), [("m", 1), ("m", 2)], "both are kept")
            same(lane.numbers(queue.dead(limit=1)), [("m", 1)], "and shown up to a limit")
            same(queue.waiting(until=LATER, limit=9), (), "and do not wait")

    @standard
    def test_s13_lines_of_different_matters_do_not_wait_for_each_other(self, store: Store) -> None:
        """Check that the lines of two matters are claimed side by side."""
        for lane in LANES:
            for matter in ("a", "b"):
                lane.given(store, AT, AT, matter=matter)
            queue = lane.queue(store)
            claims = queue.claim(now=AT, until=LATER, limit=9)
            found = lane.numbers([claim.item for claim in claims])
            same(found, [("a", 1), ("b", 1)], f"{lane.name}: the first of each line comes")
            queue.settle(claims[1])
            found = lane.numbers([c.item for c in queue.claim(now=AT, until=LATER, limit=9)])
            same(found, [("b", 2)], f"{lane.name}: one line goes on without the other")

    @standard
    @together
    def test_s13_a_limit_counts_what_can_be_claimed(self, store: Store) -> None:
        """Check that what cannot be claimed takes no place in a claim's limit."""
        for lane in LANES:
            for matter in ("a", "b", "c"):
                lane.given(store, AT, AT, AT, matter=matter)
            queue = lane.queue(store)
            found = [
                lane.numbers([c.item for c in queue.claim(now=AT, until=LATER, limit=1)])
                for _ in range(4)
            ]
            expected = [[("a", 1)], [("b", 1)], [("c", 1)], []]
            same(
                found, expected, f"{lane.name}: what waits behind others does not use up the limit"
            )

    @standard
    @together
    def test_s13_notices_line_up_by_matter_and_recipient(self, store: Store) -> None:
        """Check that each recipient has a line in each matter, a unit apart from an actor."""
        told = (
            notice(1, unit="u"),
            notice(2, unit="u"),
            notice(3, unit="v"),
            notice(4, unit=None, actor="u"),
            notice(5, unit=None, actor="u"),
        )
        store.append([draft("m", notices=told), draft("n", notices=(notice(1, "n", unit="u"),))])
        store.append([draft("m", 2, notices=(notice(1, version=2, unit="v"),))])
        held = store.outbox.claim(now=AT, until=LATER, limit=9)
        found = [(c.item.matter, c.item.version, c.item.number) for c in held]
        first = [("m", 1, 1), ("m", 1, 3), ("m", 1, 4), ("n", 1, 1)]
        same(found, first, "the first notice of each matter and recipient comes")
        for claim in held:
            store.outbox.settle(claim)
        held = store.outbox.claim(now=AT, until=LATER, limit=9)
        found = [(c.item.matter, c.item.version, c.item.number) for c in held]
        same(
            found, [("m", 1, 2), ("m", 1, 5), ("m", 2, 1)], "then the second, of later commits too"
        )

    @standard
    def test_s13_a_notice_that_is_due_earlier_goes_first(self, store: Store) -> None:
        """Check that a line goes by due time, even where a later commit's notice is due first."""
        store.append([draft("m", notices=(notice(1, due=AT + HOUR),))])
        store.append([draft("m", 2, notices=(notice(1, version=2, due=AT),))])
        (held,) = store.outbox.claim(now=AT + HOUR, until=LATER, limit=9)
        same(held.item.version, 2, "the notice that is due first goes first")

    @standard
    def test_s13_waiting_claims_nothing_and_shows_what_others_hold(self, store: Store) -> None:
        """Check that waiting shows all that is due by an instant, and claims none of it."""
        for lane in LANES:
            queue = lane.given(store, AT, AT + HOUR, AT + HOUR)
            due = lane.numbers(queue.waiting(until=AT, limit=9))
            same(due, [("m", 1)], f"{lane.name} that are due by an instant, inclusive")
            held = lane.one(queue, AT, LATER)
            all_due = lane.numbers(queue.waiting(until=AT + HOUR, limit=9))
            expected = [("m", 1), ("m", 2), ("m", 3)]
            same(all_due, expected, f"{lane.name} that are held or in line wait too")
            same(lane.numbers(queue.waiting(until=LATER, limit=2)), expected[:2], "up to a limit")
            same(queue.waiting(until=AT - HOUR, limit=9), (), "nothing is due before")
            queue.settle(held)
