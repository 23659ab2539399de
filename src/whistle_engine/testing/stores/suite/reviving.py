"""S11 to S13 of dead letters: they stay dead, until somebody revives them."""

from __future__ import annotations

from functools import partial

from attrs import evolve

from whistle_engine.storage.api import Capability, Queue, Store
from whistle_engine.storage.rows import Claim, Timer
from whistle_engine.testing.stores._check import same, standard
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, draft, timer
from whistle_engine.testing.stores.crowd import in_threads
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.arming import WAYS, by_append, claimed, keys
from whistle_engine.testing.stores.suite.crowds import THREADS
from whistle_engine.testing.stores.suite.lanes import LANES, Lane
from whistle_engine.testing.stores.suite.leases import MOMENT


def given_up(lane: Lane[Timer], queue: Queue[Timer]) -> Claim[Timer]:
    """Claim the first of a line for long, and make it a dead letter; the claim."""
    held = lane.one(queue, AT, LATER)
    same(queue.fail(held, retry_at=None), True, f"{lane.name}: a dead letter counts")
    return held


def _revive(store: Store, item: Timer, thread: int) -> bool:
    del thread
    return store.timers.revive(item)


class Reviving(StoreKit):
    """Dead letters and their way back, for timers and notices alike."""

    @standard
    def test_s12_a_dead_letter_that_fails_again_stays_dead(self, store: Store) -> None:
        """Check that failing a dead letter again counts and changes nothing, retry or not."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            dead = given_up(lane, queue)
            for retry_at in (AT, LATER, None):
                same(queue.fail(dead, retry_at=retry_at), True, f"{lane.name}: failing it counts")
                same(queue.dead(limit=9), (dead.item,), "it is a dead letter still")
            waiting = lane.numbers(queue.waiting(until=LATER, limit=9))
            same(waiting, [("m", 2)], f"{lane.name}: what is dead does not wait")
            same(lane.number(lane.one(queue).item), 2, "and its line stays released")

    @standard
    def test_s12_claims_from_before_a_revival_count_no_longer(self, store: Store) -> None:
        """Check that a revived item refuses every earlier claim, and takes the next one."""
        for lane in LANES:
            queue = lane.given(store, AT)
            old = lane.one(queue, AT, AT)
            dead = given_up(lane, queue)
            queue.revive(dead.item)
            for claim in (old, dead):
                same(queue.settle(claim), False, f"{lane.name}: an earlier claim cannot settle")
                same(queue.fail(claim, retry_at=None), False, f"{lane.name}: nor make it dead")
                same(queue.fail(claim, retry_at=LATER), False, f"{lane.name}: nor put it off")
            same(queue.waiting(until=AT, limit=9), (dead.item,), "what is revived waits")
            new = lane.one(queue)
            tokens = {claim.token for claim in (old, dead, new)}
            same(len(tokens), 3, f"{lane.name}: the new claim has a token of its own")
            same(queue.settle(new), True, f"{lane.name}: the new claim counts")
            same(queue.dead(limit=9), (), "no dead letter is left")

    @standard
    def test_s11_tries_begin_at_1_after_a_revival(self, store: Store) -> None:
        """Check that the tries of what is revived begin at 1, and go on from there."""
        for lane in LANES:
            queue = lane.given(store, AT)
            for _ in range(3):
                lane.one(queue, AT, AT)
            dead = given_up(lane, queue)
            queue.revive(dead.item)
            tries = [dead.tries, lane.one(queue, AT, AT).tries, lane.one(queue, AT, AT).tries]
            same(tries, [4, 1, 2], f"{lane.name}: tries before the revival, and after it")

    @standard
    def test_s13_a_revived_letter_can_be_claimed_at_once(self, store: Store) -> None:
        """Check that what is revived waits, and is free from its due time on, whatever was."""
        for lane in LANES:
            queue = lane.given(store, AT)
            queue.fail(lane.one(queue), retry_at=AT + HOUR)
            held = lane.one(queue, AT + HOUR, LATER)
            queue.fail(held, retry_at=None)
            same(queue.revive(held.item), True, f"{lane.name}: there was a dead letter to revive")
            same(queue.dead(limit=9), (), f"{lane.name}: it is a dead letter no longer")
            same(queue.waiting(until=AT, limit=9), (held.item,), "it waits, due as it was")
            lane.none(queue, "it is not due before its time", AT - MOMENT)
            same(lane.one(queue, AT).item, held.item, "no lease and no time of retry holds it")

    @standard
    def test_s13_a_revived_letter_is_the_first_of_its_line_again(self, store: Store) -> None:
        """Check that what is revived goes before those that its death released."""
        for lane in LANES:
            queue = lane.given(store, AT, AT, AT)
            first = given_up(lane, queue)
            second = lane.one(queue, AT, AT + HOUR)
            queue.revive(first.item)
            again = lane.one(queue, AT, AT + 2 * HOUR)
            same(again.item, first.item, f"{lane.name}: the revived comes first, the next held")
            lane.none(queue, "the next waits for it, its lease having ended", AT + HOUR)
            same(queue.settle(second), True, f"{lane.name}: what was under way still counts")
            lane.none(queue, "the third waits for the revived too", AT + HOUR)
            queue.settle(again)
            same(lane.number(lane.one(queue).item), 3, "then the line goes on")

    @standard
    def test_s13_reviving_what_waits_changes_nothing(self, store: Store) -> None:
        """Check that what waits, is held or is to be retried cannot be revived."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            first, second = queue.waiting(until=AT, limit=9)
            for item in (first, second):
                same(queue.revive(item), False, f"{lane.name}: what waits is no dead letter")
            held = lane.one(queue, AT, LATER)
            same(queue.revive(first), False, f"{lane.name}: what is held is no dead letter")
            lane.none(queue, "it stays under its lease")
            same(queue.fail(held, retry_at=AT + HOUR), True, "its claim counts still")
            same(queue.revive(first), False, f"{lane.name}: nor is what is to be retried")
            lane.none(queue, "it keeps its time of retry")
            same(lane.one(queue, AT + HOUR).tries, 2, "and its tries")

    @standard
    def test_s13_reviving_what_is_settled_or_unknown_changes_nothing(self, store: Store) -> None:
        """Check that what is settled, or never was, cannot be revived."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            done = lane.one(queue)
            queue.settle(done)
            dead = given_up(lane, queue)
            no_letters = {
                "what is settled": done.item,
                "what never was": lane.item("nowhere", 1, AT),
                "what never was in the line": lane.item(dead.item.matter, 9, AT),
                "what has another due time": evolve(dead.item, due=AT + HOUR),
            }
            for what, item in no_letters.items():
                same(queue.revive(item), False, f"{lane.name}: {what} is no dead letter")
            same(queue.waiting(until=LATER, limit=9), (), "nothing waits that did not")
            same(queue.dead(limit=9), (dead.item,), "the dead letter beside them is as it was")

    @standard
    def test_s13_a_letter_is_revived_once_for_each_death(self, store: Store) -> None:
        """Check that reviving again is refused, and takes nothing from who has claimed since."""
        for lane in LANES:
            queue = lane.given(store, AT)
            dead = given_up(lane, queue)
            for _ in range(2):
                same(queue.revive(dead.item), True, f"{lane.name}: a dead letter is revived")
                same(queue.revive(dead.item), False, f"{lane.name}: once")
                held = given_up(lane, queue)
                same(held.tries, 1, f"{lane.name}: it can die again, and be revived again")
            queue.revive(dead.item)
            held = lane.one(queue, AT, LATER)
            same(queue.revive(dead.item), False, f"{lane.name}: what is held is no dead letter")
            same(queue.settle(held), True, f"{lane.name}: the claim after the revival counts")

    @standard
    def test_s13_of_many_threads_that_revive_a_letter_one_does(self, store: Store) -> None:
        """Check that of many threads that revive one dead letter exactly one is told so."""
        self.needs(store, Capability.THREADS, what="several threads at one store object")
        for number in range(5):
            matter = f"m{number}"
            store.append([draft(matter, timers=(timer(matter=matter),))])
            (held,) = store.timers.claim(now=AT, until=LATER, limit=9)
            store.timers.fail(held, retry_at=None)
            told = in_threads(THREADS, partial(_revive, store, held.item))
            same(told.count(True), 1, "one has revived it, the others came too late")
            (again,) = store.timers.claim(now=AT, until=LATER, limit=9)
            same(store.timers.settle(again), True, "it is claimed and settled once")

    # -------------------------------------------------- where an append brings the timers again

    @standard
    def test_s12_a_revived_timer_that_stays_keeps_what_became_of_it(self, store: Store) -> None:
        """Check that an append or a rebuild leaves a revived timer, and its claim, alone."""
        for way, bring in WAYS:
            by_append(store, timer())
            dead = claimed(store)[0]
            store.timers.fail(dead, retry_at=None)
            bring(store, timer())
            same(store.timers.revive(dead.item), True, f"after {way} it can be revived")
            bring(store, timer())
            same(store.timers.dead(limit=9), (), f"{way} makes no dead letter of it again")
            (held,) = claimed(store)
            bring(store, timer())
            same(store.timers.settle(held), True, f"{way} leaves its new claim the latest")
            by_append(store)

    @standard
    def test_s13_a_dead_timer_that_moved_is_revived_at_its_new_time_only(
        self, store: Store
    ) -> None:
        """Check that the due time tells a dead timer from the one that it was before it moved."""
        for _, bring in WAYS:
            by_append(store, timer())
            store.timers.fail(claimed(store)[0], retry_at=None)
            moved = timer(due=AT + HOUR)
            bring(store, moved)
            same(store.timers.revive(timer()), False, "what moved is armed, and no dead letter")
            same(store.timers.revive(moved), False, "at its new time it is none either")
            store.timers.fail(claimed(store, AT + HOUR)[0], retry_at=None)
            same(store.timers.revive(timer()), False, "it did not die at its old time")
            same(store.timers.dead(limit=9), (moved,), "and is a dead letter still")
            same(store.timers.revive(moved), True, "it died at its new time")
            same(keys(claimed(store, AT + HOUR)), [(1, 1)], "and can be claimed")
            by_append(store)

    @standard
    def test_s12_a_dead_timer_that_is_gone_is_settled(self, store: Store) -> None:
        """Check that a dead timer that is gone is settled as any other, and cannot be revived."""
        for way, bring in WAYS:
            by_append(store, timer())
            dead = claimed(store)[0]
            store.timers.fail(dead, retry_at=None)
            bring(store)
            same(store.timers.revive(dead.item), False, f"what {way} settled is no dead letter")
            same(store.timers.settle(dead), True, f"what {way} settled counts as settled")
            same(store.timers.fail(dead, retry_at=None), False, "what is settled cannot fail")
            same(claimed(store, LATER), [], "it does not come back")
