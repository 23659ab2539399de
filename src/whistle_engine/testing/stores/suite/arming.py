"""S11 to S13 where an append or a rebuild brings a matter's timers: kept, moved, gone, back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from whistle_engine.errors import VersionConflict
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Claim, Projection, Timer
from whistle_engine.testing.stores._check import raises, same, standard
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, draft, row, timer
from whistle_engine.testing.stores.kit import StoreKit


def by_append(store: Store, *timers: Timer) -> None:
    """Bring the timers of matter ``m`` with a commit."""
    store.append([draft("m", len(store.load("m").records) + 1, timers=timers)])


def by_rebuild(store: Store, *timers: Timer) -> None:
    """Bring the timers of matter ``m`` by rebuilding it at its head."""
    store.rebuild(Projection(row=row("m", len(store.load("m").records)), timers=timers))


WAYS: tuple[tuple[str, Callable[..., None]], ...] = (
    ("an append", by_append),
    ("a rebuild", by_rebuild),
)


def claimed(store: Store, now: datetime = AT, until: datetime | None = None) -> list[Claim[Timer]]:
    """Claim all that is due at an instant, by default for an hour."""
    return list(store.timers.claim(now=now, until=until or now + HOUR, limit=9))


def keys(claims: list[Claim[Timer]]) -> list[tuple[int, int]]:
    """Clock and step of claimed timers."""
    return [(claim.item.clock, claim.item.step) for claim in claims]


class Arming(StoreKit):
    """What an append and a rebuild do to the timers that are there."""

    @standard
    def test_s11_a_timer_that_stays_keeps_its_lease(self, store: Store) -> None:
        """Check that a timer that stays with the same due time stays under its lease."""
        by_append(store, timer())
        (held,) = claimed(store)
        for way, bring in WAYS:
            bring(store, timer())
            same(claimed(store), [], f"{way} does not free what is under a lease")
        same(store.timers.settle(held), True, "and the claim counts still")

    @standard
    def test_s12_a_timer_that_stays_keeps_its_claim(self, store: Store) -> None:
        """Check that the claim of a timer that stays counts after an append and a rebuild."""
        by_append(store, timer(1), timer(2))
        for number, (way, bring) in enumerate(WAYS, 1):
            (held,) = claimed(store)
            same(held.item.clock, number, "the timers come one by one")
            bring(store, timer(1), timer(2))
            same(store.timers.settle(held), True, f"{way} leaves the claim the latest")

    @standard
    def test_s12_a_timer_that_stays_stays_settled(self, store: Store) -> None:
        """Check that a settled timer that an append brings with the same due time stays so."""
        by_append(store, timer())
        store.timers.settle(claimed(store)[0])
        for _ in range(2):
            by_append(store, timer(), timer(2, 1, LATER))
            same(claimed(store, AT + HOUR), [], "an append does not arm a settled timer again")
            same(store.timers.waiting(until=AT, limit=9), (), "it does not wait either")

    @standard
    def test_s12_a_rebuild_arms_a_settled_timer_again(self, store: Store) -> None:
        """Check that a rebuild arms settled timers that it brings, and old claims are refused."""
        by_append(store, timer(1), timer(2))
        held = [claimed(store)[0]]
        store.timers.settle(held[0])
        held.append(claimed(store)[0])
        store.timers.settle(held[1])
        by_rebuild(store, timer(1), timer(2))
        waiting = store.timers.waiting(until=AT, limit=9)
        same(waiting, (timer(1), timer(2)), "what was settled and is wanted waits again")
        for old in held:
            (again,) = claimed(store)
            same(again.item, old.item, "it can be claimed at once")
            same(again.tries, 1, "its tries begin anew")
            same(store.timers.settle(old), False, "its old claim is refused")
            same(store.timers.settle(again), True, "its new claim counts")

    @standard
    def test_s12_a_rebuild_leaves_settled_what_it_does_not_bring(self, store: Store) -> None:
        """Check that a settled timer stays settled, and its claim counts, if it is not brought."""
        by_append(store, timer(1), timer(2, 1, LATER))
        store.append([draft("n", timers=(timer(matter="n"),))])
        for held in claimed(store):
            store.timers.settle(held)
        (held,) = (each for each in claimed(store, LATER, LATER) if each.item.clock == 2)
        by_rebuild(store, timer(2, 1, LATER))
        same(store.timers.waiting(until=AT, limit=9), (), "neither it nor another matter's waits")
        same(store.timers.settle(held), True, "and what waits keeps its claim")

    @standard
    def test_s12_a_timer_that_stays_keeps_its_time_of_retry(self, store: Store) -> None:
        """Check that a timer that failed and stays keeps its time of retry."""
        by_append(store, timer())
        store.timers.fail(claimed(store)[0], retry_at=AT + HOUR)
        for way, bring in WAYS:
            bring(store, timer())
            same(claimed(store), [], f"{way} does not bring the retry forward")
        same(keys(claimed(store, AT + HOUR)), [(1, 1)], "at its time it is claimed")

    @standard
    def test_s13_a_timer_that_stays_stays_dead(self, store: Store) -> None:
        """Check that a dead timer that stays with the same due time stays dead."""
        by_append(store, timer(), timer(2))
        store.timers.fail(claimed(store)[0], retry_at=None)
        for way, bring in WAYS:
            bring(store, timer(), timer(2))
            same(store.timers.dead(limit=9), (timer(),), f"{way} keeps the dead letter")
        same(keys(claimed(store)), [(2, 1)], "and its line stays released")

    @standard
    def test_s12_a_timer_that_moved_is_armed_again(self, store: Store) -> None:
        """Check that a timer with another due time is armed again, and older claims are refused."""
        by_append(store, timer())
        for number, (way, bring) in enumerate(WAYS, 1):
            now = AT + (number - 1) * HOUR
            (held,) = claimed(store, now, LATER)
            bring(store, timer(1, 1, now + HOUR))
            same(store.timers.settle(held), False, f"after {way} moved it, the claim is refused")
            same(store.timers.fail(held, retry_at=None), False, "it cannot make it dead either")
            same(claimed(store, now), [], "it is not due before its new time")
            waiting = store.timers.waiting(until=LATER, limit=9)
            same(waiting, (timer(1, 1, now + HOUR),), "it waits for its new time")

    @standard
    def test_s12_a_settled_timer_that_moved_is_armed_again(self, store: Store) -> None:
        """Check that a settled or dead timer that moved, even to earlier, is armed again."""
        by_append(store, timer(1, 1, AT), timer(2, 1, AT))
        first = claimed(store)[0]
        store.timers.settle(first)
        second = claimed(store)[0]
        store.timers.fail(second, retry_at=None)
        by_append(store, timer(1, 1, AT - HOUR), timer(2, 1, AT + HOUR))
        same(store.timers.dead(limit=9), (), "what moved is no dead letter")
        (again,) = claimed(store, AT + HOUR)
        same(again.item, timer(1, 1, AT - HOUR), "the settled one is armed at its new time")
        same(store.timers.settle(first), False, "its old claim is refused")
        same(store.timers.settle(again), True, "its new claim counts")
        same(keys(claimed(store, AT + HOUR)), [(2, 1)], "the dead one is armed again too")

    @standard
    def test_s12_a_timer_that_moved_loses_its_time_of_retry(self, store: Store) -> None:
        """Check that a timer that failed and moved is due at its new time."""
        by_append(store, timer())
        store.timers.fail(claimed(store)[0], retry_at=LATER)
        by_append(store, timer(1, 1, AT + HOUR))
        same(keys(claimed(store, AT + HOUR)), [(1, 1)], "it is claimed at its new time")

    @standard
    def test_s12_a_timer_that_is_gone_is_settled(self, store: Store) -> None:
        """Check that a timer that an append no longer has is settled, and its claim counts."""
        for way, bring in WAYS:
            by_append(store, timer(1), timer(2))
            (held,) = claimed(store)
            bring(store, timer(2))
            same(store.timers.settle(held), True, f"what {way} settled counts as settled")
            same(store.timers.fail(held, retry_at=AT), False, "what is settled cannot fail")
            waiting = store.timers.waiting(until=LATER, limit=9)
            same(waiting, (timer(2),), f"after {way} only the other waits")
            same(keys(claimed(store)), [(2, 1)], "and the line has moved on")
            by_append(store)
            same(
                store.timers.waiting(until=LATER, limit=9), (), "an append without timers ends all"
            )
            same(claimed(store, LATER), [], "none can be claimed")

    @standard
    def test_s13_a_dead_timer_that_is_gone_is_no_dead_letter(self, store: Store) -> None:
        """Check that a dead timer that an append no longer has is shown no longer."""
        by_append(store, timer())
        store.timers.fail(claimed(store)[0], retry_at=None)
        by_append(store)
        same(store.timers.dead(limit=9), (), "what is gone is no dead letter")

    @standard
    def test_s12_what_was_gone_and_comes_back_is_armed_again(self, store: Store) -> None:
        """Check that a timer that was gone and comes back is armed, and old claims refused."""
        for way, bring in WAYS:
            by_append(store, timer())
            (held,) = claimed(store)
            bring(store)
            bring(store, timer())
            same(store.timers.settle(held), False, f"after {way} the old claim is refused")
            (again,) = claimed(store)
            same(again.item, timer(), "it can be claimed at once")
            same(store.timers.settle(again), True, "the new claim counts")
            by_append(store)

    @standard
    def test_s12_claims_of_a_timer_that_came_back_have_new_tokens(self, store: Store) -> None:
        """Check that no token of an item ever comes twice, whatever happens in between."""
        tokens: list[int] = []
        for number in range(4):
            due = AT - number * HOUR if number % 2 else AT
            by_append(store, timer(1, 1, due))
            tokens += [claim.token for claim in claimed(store)]
            tokens += [claim.token for claim in claimed(store, AT + HOUR)]
            by_append(store)
        same(len(tokens), 8, "each round it could be claimed twice")
        same(len(set(tokens)), 8, "each claim of one item has a token of its own")

    @standard
    def test_s11_tries_are_kept_with_a_timer_and_begin_anew_when_it_is_armed_again(
        self, store: Store
    ) -> None:
        """Check that tries go on for a timer that stays, and begin at 1 for one armed again."""
        by_append(store, timer())
        tries: list[int] = []
        for _, bring in WAYS:
            bring(store, timer())
            (held,) = claimed(store, AT, AT)
            tries.append(held.tries)
        by_append(store, timer(1, 1, AT + HOUR))
        tries.append(claimed(store, LATER, LATER)[0].tries)
        by_append(store)
        by_append(store, timer(1, 1, AT + HOUR))
        tries.append(claimed(store, LATER, LATER)[0].tries)
        same(tries, [1, 2, 1, 1], "kept, kept, moved, gone and back")

    @standard
    def test_s13_timers_of_other_matters_stay(self, store: Store) -> None:
        """Check that an append settles no timer of another matter, and no notice at all."""
        for lane, matter in (("a", "m"), ("b", "m2"), ("c", "M")):
            one = draft(matter, 1, lane, timers=(timer(1, 1, AT, matter),))
            store.append([one])
        by_append(store)
        by_rebuild(store)
        waiting = [t.matter for t in store.timers.waiting(until=AT, limit=9)]
        same(waiting, ["M", "m2"], "the timers of other matters still wait")

    @standard
    def test_s11_a_repeated_or_failed_append_touches_no_timer(self, store: Store) -> None:
        """Check that an append that wrote nothing leaves timers and claims alone."""
        store.append([draft("m", 1, "c", timers=(timer(),))])
        (held,) = claimed(store, AT, LATER)
        store.append([draft("m", 2, "c", timers=(timer(1, 1, AT - HOUR), timer(2)))])
        with raises(VersionConflict, "a wrong version is a conflict"):
            store.append([draft("m", 1, "d")])
        with raises(VersionConflict, "rebuilding at a wrong version is a conflict"):
            store.rebuild(Projection(row=row("m", 9), timers=(timer(3),)))
        same(store.timers.waiting(until=LATER, limit=9), (timer(),), "the timer is as it was")
        same(claimed(store), [], "its lease too")
        same(store.timers.settle(held), True, "its claim counts")
