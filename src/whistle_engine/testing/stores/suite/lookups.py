"""S19: look-ups agree with the rows of the latest append or rebuild."""

from __future__ import annotations

from whistle_engine.errors import VersionConflict
from whistle_engine.model import Outcome, Stage
from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.rows import (
    DutyRow,
    Item,
    ItemState,
    LedgerFilter,
    MatterRow,
    Projection,
    Queued,
    Queues,
)
from whistle_engine.testing.stores._check import raises, same, standard
from whistle_engine.testing.stores._samples import (
    AT,
    HOUR,
    LATER,
    draft,
    duty,
    full_row,
    notice,
    row,
    timer,
    write,
)
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.arming import WAYS, by_append


def _end_two(queue: Queue[Item]) -> None:
    """Of three in a line settle the first, let the second die, and claim the third."""
    queue.settle(queue.claim(now=AT, until=LATER, limit=9)[0])
    queue.fail(queue.claim(now=AT, until=LATER, limit=9)[0], retry_at=None)
    queue.claim(now=AT, until=LATER, limit=9)


class LookingUp(StoreKit):
    """S19."""

    @standard
    def test_s19_look_ups_show_the_rows_of_the_latest_append(self, store: Store) -> None:
        """Check that each append replaces all rows of its matter, and no other's."""
        write(store, draft("other", row=row("other", category="x"), duties=(duty(9, "other"),)))
        states = (
            (row("m", 1, source_number="1", category="x"), (duty(1), duty(2))),
            (row("m", 2, source_number="2", category="y", lead="u"), (duty(2), duty(3, unit="v"))),
            (row("m", 3, stage=Stage.CLOSED, outcome=Outcome.SETTLED, category="y"), ()),
            (row("m", 4, source_number="1", category="x"), (duty(1, due=AT - HOUR),)),
        )
        for version, (shown, duties) in enumerate(states, 1):
            write(store, draft("m", version, row=shown, duties=duties))
            self._expect(store, shown, duties)
        others = store.near(category="x", place="gulou", limit=9)
        same([r.matter for r in others], ["other", "m"], "the rows of another matter stay")

    @standard
    def test_s19_rebuilding_replaces_rows_as_an_append_does(self, store: Store) -> None:
        """Check that a rebuild replaces row, duties and timers, and writes no commit."""
        write(store, draft("m", duties=(duty(1), duty(2)), timers=(timer(1), timer(2))))
        feed = store.feed(0, limit=9)
        for shown, duties in (
            (full_row(lead="a"), (duty(2), duty(5, unit="v"))),
            (row(category="x", source_number="1"), ()),
        ):
            store.rebuild(Projection(row=shown, duties=duties, timers=(timer(3),)))
            self._expect(store, shown, duties)
            waiting = store.timers.waiting(until=LATER, limit=9)
            same(waiting, (timer(3),), "a rebuild replaces the timers")
        same(store.feed(0, limit=9), feed, "a rebuild writes no commit")
        write(store, draft("m", 2))

    @staticmethod
    def _expect(store: Store, shown: MatterRow, duties: tuple[DutyRow, ...]) -> None:
        rows = store.ledger(LedgerFilter(), limit=9)
        same([r for r in rows if r.matter == "m"], [shown], "the ledger shows the latest row")
        for unit in ("xinhua", "v"):
            mine = tuple(d for d in store.inbox(unit, limit=9) if d.matter == "m")
            wanted = sorted((d for d in duties if d.unit == unit), key=lambda d: (d.due, d.clock))
            same(mine, tuple(wanted), f"the inbox of {unit} shows the latest duties")
        for number in ("1", "2"):
            found = store.by_source_number("12345", number)
            wanted_rows = (shown,) if shown.source_number == number else ()
            same(found, wanted_rows, f"source number {number} finds what the latest row says")
        for category in ("x", "y"):
            found = store.near(category=category, place="gulou", limit=9)
            there = shown.category == category and shown.stage is not Stage.CLOSED
            mine_near = tuple(r for r in found if r.matter == "m")
            same(mine_near, (shown,) if there else (), f"near finds category {category} if open")
        told = store.projection("m")
        same(told is not None and (told.row, told.duties), (shown, duties), "projection tells both")

    @standard
    def test_s19_a_rebuild_at_another_version_is_a_conflict(self, store: Store) -> None:
        """Check that rebuilding a matter at another version is a conflict and changes nothing."""
        one = draft("m", duties=(duty(),), timers=(timer(),))
        write(store, one)
        for matter, version, head in (("m", 2, 1), ("m", 3, 1), ("nowhere", 1, 0)):
            wrong = Projection(row=full_row(matter, version), timers=(timer(7, matter=matter),))
            with raises(VersionConflict, f"{matter} is not at version {version}") as caught:
                store.rebuild(wrong)
            found = (caught.problem.matter, caught.problem.actual)
            same(found, (matter, head), "the conflict tells the matter and its head")
        write(store, draft("m", 2))
        with raises(VersionConflict, "a rebuild at an earlier version is a conflict"):
            store.rebuild(Projection(row=full_row("m", 1)))
        same(store.ledger(LedgerFilter(), limit=9), (row("m", 2),), "the row is the append's")
        same(store.timers.waiting(until=LATER, limit=9), (), "no timer came with a conflict")

    @standard
    def test_s19_projection_tells_what_the_look_ups_hold(self, store: Store) -> None:
        """Check that projection gives row, duties and timers of the latest append, in order."""
        same(store.projection("m"), None, "a matter that is not there has no projection")
        write(store, draft("n", duties=(duty(1, "n"),), timers=(timer(matter="n"),)))
        duties = (duty(10, due=AT), duty(2), duty(1, due=LATER, unit=None, raiser="r"))
        timers = (timer(2, 10), timer(10, 1), timer(2, 9, LATER), timer(1, 1))
        for way, bring in WAYS:
            by_append(store, timer(5))
            head = len(store.load("m").records)
            shown = full_row("m", head)
            store.rebuild(Projection(row=shown, duties=duties, timers=timers))
            expected = Projection(
                row=shown,
                duties=tuple(sorted(duties, key=lambda d: d.clock)),
                timers=tuple(sorted(timers, key=lambda t: (t.clock, t.step))),
            )
            same(store.projection("m"), expected, "duties come by clock, timers by clock and step")
            bring(store, *timers[:2])
            told = store.projection("m")
            found = told.timers if told is not None else None
            same(found, timers[:2], f"after {way} projection tells the timers that it brought")

    @standard
    def test_s19_projection_tells_timers_that_are_held_settled_or_dead(self, store: Store) -> None:
        """Check that projection shows a timer whatever became of it in the queue."""
        timers = tuple(timer(clock) for clock in (1, 2, 3))
        by_append(store, *timers)
        store.timers.settle(store.timers.claim(now=AT, until=LATER, limit=9)[0])
        store.timers.fail(store.timers.claim(now=AT, until=LATER, limit=9)[0], retry_at=None)
        store.timers.claim(now=AT, until=LATER, limit=9)
        told = store.projection("m")
        same(told.timers if told is not None else None, timers, "all three timers are told")

    @standard
    def test_s19_queued_tells_what_became_of_timers_and_notices(self, store: Store) -> None:
        """Check that queued tells whether each timer and notice waits, is settled, or is dead."""
        timers = tuple(timer(clock) for clock in (1, 2, 3))
        told = tuple(notice(number) for number in (1, 2, 3))
        write(store, draft("m", timers=timers, notices=told), draft("n"))
        _end_two(store.timers)
        _end_two(store.outbox)
        states = (ItemState.SETTLED, ItemState.DEAD, ItemState.WAITING)
        expected = Queues(
            timers=tuple(Queued(item=i, state=s) for i, s in zip(timers, states, strict=True)),
            notices=tuple(Queued(item=i, state=s) for i, s in zip(told, states, strict=True)),
        )
        same(store.queued("m"), expected, "settled, dead, and under a lease, which waits")
        for matter in ("n", "nowhere"):
            same(store.queued(matter), Queues(), f"of {matter} the queues hold nothing")

    @standard
    def test_s19_queued_tells_the_latest_timers_and_all_notices(self, store: Store) -> None:
        """Check that queued gives the timers of the latest append, the notices of all, in order."""
        first = tuple(notice(number, code=f"n{number}") for number in (10, 2, 1))
        write(store, draft("m", timers=(timer(1), timer(2), timer(9)), notices=first))
        store.outbox.settle(store.outbox.claim(now=AT, until=LATER, limit=1)[0])
        timers = (timer(10), timer(9, 10), timer(9, 9, LATER))
        second = (notice(1, version=2, due=AT - HOUR, unit=None, actor="li", event=4),)
        write(store, draft("m", 2, timers=timers, notices=second))
        write(store, draft("n", timers=(timer(matter="n"),), notices=(notice(matter="n"),)))
        found = store.queued("m")
        latest = [queued.item for queued in found.timers]
        same(latest, [timers[2], timers[1], timers[0]], "timers by clock and step; gone ones not")
        every = [queued.item for queued in found.notices]
        same(every, [*first[::-1], *second], "notices by version and number, whole")
        states = [queued.state for queued in found.notices]
        right = [ItemState.SETTLED, *[ItemState.WAITING] * 3]
        same(states, right, "what is settled is there still")
