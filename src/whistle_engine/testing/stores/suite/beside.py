"""S6 and S12 of what a store may have beside the contract: it does what the contract's calls do."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Event

from whistle_engine.storage.api import Capability, Queue, Store
from whistle_engine.storage.beside import Gathering, Restoring
from whistle_engine.storage.rows import ItemState, Queued, Timer
from whistle_engine.testing.stores import _acts
from whistle_engine.testing.stores._check import same, standard, together, undeclared
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, MANY, draft, timer, write
from whistle_engine.testing.stores.crowd import Running, in_threads
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.arming import WAYS, by_append, claimed, keys
from whistle_engine.testing.stores.suite.crowds import THREADS
from whistle_engine.testing.stores.suite.lanes import LANES

SETTLED, DEAD, WAITING = ItemState.SETTLED, ItemState.DEAD, ItemState.WAITING


def gathering(store: Store) -> Gathering:
    """The store, if it has ``load_all``."""
    if not isinstance(store, Gathering):
        undeclared("load_all (storage.beside.Gathering): what several loads give")
    return store


def restore(queue: Queue[Timer], ended: Mapping[Timer, ItemState]) -> None:
    """Restore items, if the queue can."""
    if not isinstance(queue, Restoring):
        undeclared("restore (storage.beside.Restoring): what became of items in another store")
    queue.restore([Queued(item=item, state=state) for item, state in ended.items()])


class Beside(StoreKit):
    """What ``storage.beside`` names. A store that has none of it is not asked."""

    @standard
    @together
    def test_s06_load_all_gives_what_each_load_gives(self, store: Store) -> None:
        """Check that load_all gives what each load gives, in the order asked, as often as asked."""
        found = gathering(store)
        same(found.load_all([]), (), "of nothing it gives nothing")
        store.append([draft("b", 1, "both"), draft("a", 1, "both")])
        write(store, *(draft("a", version) for version in range(2, 12)), draft("c"))
        wanted = [
            ("c", "c-1"), ("a", None), ("new", "both"), ("b", "both"), ("none", "none"),
            ("a", "a-11"), ("b", None), ("a", "c-1"), ("c", "c-1"), ("a", "both"), ("", "both"),
        ]  # fmt: skip
        each = tuple(store.load(*one) for one in wanted)
        same(found.load_all(wanted), each, "all are as load gives them")
        for one, loaded in zip(wanted, each, strict=True):
            same(found.load_all([one]), (loaded,), "so is one alone")

    @standard
    def test_s06_load_all_reads_what_was_written(self, store: Store) -> None:
        """Check that load_all shows every append at once, of a hundred matters too."""
        found = gathering(store)
        for version in (1, 2):
            wanted = [(f"m{number}", f"m{number}-{version}") for number in range(MANY)]
            write(store, *(draft(matter, version) for matter, _ in wanted))
            shown = found.load_all(wanted)
            same([len(one.records) for one in shown], [version] * MANY, "each history is whole")
            same([len(one.earlier) for one in shown], [1] * MANY, "each command is known")

    @standard
    @together
    def test_s06_load_all_beside_threads_is_of_one_moment_for_each(self, store: Store) -> None:
        """Check that load_all while threads append gives whole histories, and commands with them.

        What a command wrote to a matter is in both, or in neither.
        """
        found = gathering(store)
        self.needs(store, Capability.THREADS, what="load_all beside writers")
        numbers, versions = range(THREADS), range(1, _acts.ROUNDS + 1)
        wanted = [
            (f"a{number}", f"{number}-{version}") for number in numbers for version in versions
        ]
        written = Event()

        def read() -> None:
            last = False
            while not last:
                last = written.is_set()
                for (matter, command), loaded in zip(wanted, found.load_all(wanted), strict=True):
                    there = [record.version for record in loaded.records]
                    same(there, [*range(1, len(there) + 1)], f"{matter} comes without holes")
                    own = [each for each in loaded.records if each.command_id == command]
                    told = [each for each in loaded.earlier if each.matter == matter]
                    same(told, own, f"{command} is in the history if it is known, and not else")

        reading = Running(lambda _: read())
        try:
            in_threads(THREADS, lambda number: _acts.write_some(store, number))
        finally:
            written.set()
        reading.result()

    @standard
    def test_s12_what_waits_is_restored_as_settled_or_dead(self, store: Store) -> None:
        """Check that restore settles what was settled elsewhere, and makes dead what was dead."""
        for lane in LANES:
            queue = lane.given(store, AT, AT, AT, AT)
            first, second, third, fourth = queue.waiting(until=AT, limit=9)
            restore(queue, {first: SETTLED, second: DEAD, third: WAITING, fourth: DEAD})
            same(queue.waiting(until=LATER, limit=9), (third,), f"{lane.name}: the rest waits")
            same(queue.dead(limit=9), (second, fourth), f"{lane.name}: the dead are dead letters")
            held = lane.one(queue)
            same((held.item, held.tries), (third, 1), f"{lane.name}: the line goes on")
            same(queue.revive(first), False, f"{lane.name}: what is settled is no dead letter")
            same(queue.revive(second), True, f"{lane.name}: a dead letter can be revived")
            again = lane.one(queue)
            same((again.item, again.tries), (second, 1), "it goes before those that it released")
            same(queue.settle(again), True, "and is settled")

    @standard
    def test_s12_what_is_held_is_restored_too(self, store: Store) -> None:
        """Check that restore takes what waits under a lease, and its claim is told what it is."""
        for lane in LANES:
            queue = lane.given(store, AT, AT)
            first = lane.one(queue, AT, LATER)
            restore(queue, {first.item: SETTLED})
            second = lane.one(queue, AT, LATER)
            same(lane.number(second.item), 2, f"{lane.name}: the line goes on")
            restore(queue, {second.item: DEAD})
            same(queue.settle(first), True, f"{lane.name}: what is settled counts as settled")
            same(queue.fail(first, retry_at=AT), False, "and cannot fail")
            same(queue.settle(second), False, f"{lane.name}: what is dead cannot be settled")
            same(queue.fail(second, retry_at=AT), True, "and is dead already")
            same(queue.dead(limit=9), (second.item,), f"{lane.name}: it is a dead letter")
            lane.none(queue, "neither comes back", LATER)

    @standard
    def test_s12_what_does_not_wait_is_not_restored(self, store: Store) -> None:
        """Check that restore leaves what is settled, dead or not there, and does all the rest."""
        for lane in LANES:
            queue = lane.given(store, AT, AT, AT)
            settled = lane.one(queue)
            queue.settle(settled)
            dead = lane.one(queue)
            queue.fail(dead, retry_at=None)
            (waits,) = queue.waiting(until=AT, limit=9)
            unknown = [lane.item("m", 9, AT), lane.item("nowhere", 1, AT)]
            ended = {settled.item: DEAD, dead.item: SETTLED, **dict.fromkeys(unknown, DEAD)}
            restore(queue, ended | {waits: SETTLED})
            same(queue.dead(limit=9), (dead.item,), f"{lane.name}: what is dead, and only that, is")
            same(queue.waiting(until=LATER, limit=9), (), f"{lane.name}: what waited is settled")
            same(queue.settle(settled), True, f"{lane.name}: what was settled is settled still")
        by_append(store, timer())
        by_append(store)
        restore(store.timers, {timer(): DEAD})
        same(store.timers.revive(timer()), False, "a timer that is gone does not wait")

    @standard
    def test_s12_many_are_restored_at_once(self, store: Store) -> None:
        """Check that restore takes items of a hundred matters, and no other of these."""
        for lane in LANES:
            for number in range(MANY):
                queue = lane.given(store, AT, AT, matter=f"m{number:02}")
            items = queue.waiting(until=AT, limit=2 * MANY)
            ended = dict(zip(items[::2], [SETTLED, DEAD] * MANY, strict=False))
            restore(queue, ended)
            same(queue.waiting(until=AT, limit=2 * MANY), items[1::2], "the others wait")
            dead = tuple(item for item, state in ended.items() if state is DEAD)
            same(queue.dead(limit=MANY), dead, f"{lane.name}: those that were dead are")

    @standard
    def test_s12_what_was_restored_is_armed_again_as_any_other(self, store: Store) -> None:
        """Check that timers that were restored stay so, and are armed again once they move."""
        for way, bring in WAYS:
            by_append(store, timer(1), timer(2))
            restore(store.timers, {timer(1): SETTLED, timer(2): DEAD})
            by_append(store, timer(1), timer(2))
            same(claimed(store), [], "what stays stays settled, or dead")
            bring(store, timer(1, due=AT + HOUR), timer(2, due=AT + HOUR))
            for clock in (1, 2):
                (held,) = claimed(store, AT + HOUR)
                same((*keys([held]), held.tries), ((clock, 1), 1), f"{way} arms what moved")
                store.timers.settle(held)
            by_append(store)
