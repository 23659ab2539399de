"""S4, S5, S7, S11 and S20 with real threads and, where a store says so, real processes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from threading import Event
from typing import TypeVar

from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Record
from whistle_engine.testing.stores import _acts
from whistle_engine.testing.stores._check import fail, holds, same, standard, together, undeclared
from whistle_engine.testing.stores._samples import MANY, draft, timer, write
from whistle_engine.testing.stores.crowd import Running, in_processes, in_threads
from whistle_engine.testing.stores.kit import Excluded, StoreKit
from whistle_engine.testing.stores.suite.reading import expect_an_end, fed, scanned

T = TypeVar("T")

THREADS, PROCESSES = 6, 3
BRIEFLY = 0.3
"""Seconds for which the kit lets an append wait for one that is held open, if it does wait."""


class Crowds(StoreKit):
    """Many at once. Each test of threads has a sister of processes."""

    def _threads(self, store: Store, act: Callable[[Store, int], T]) -> list[T]:
        self.needs(store, Capability.THREADS, what="several threads at one store object")
        return in_threads(THREADS, lambda number: act(store, number))

    def _processes(self, store: Store, act: Callable[[Store, int], T]) -> list[T]:
        self.needs(store, Capability.PROCESSES, what="several processes at one store")
        return in_processes(PROCESSES, act, self.opener())

    @standard
    def test_s04_of_many_threads_at_one_version_one_wins(self, store: Store) -> None:
        """Check that of many threads that append at one version exactly one wins."""
        self._expect_one_each(store, self._threads(store, _acts.race))

    @standard
    def test_s04_of_many_processes_at_one_version_one_wins(self, store: Store) -> None:
        """Check that of many processes that append at one version exactly one wins."""
        self._expect_one_each(store, self._processes(store, _acts.race))

    @staticmethod
    def _expect_one_each(store: Store, won: list[list[str]]) -> None:
        records = store.load("m").records
        same([r.version for r in records], list(range(1, len(records) + 1)), "no version twice")
        told = sorted(each for mine in won for each in mine)
        same(sorted(r.command_id for r in records), told, "what was acknowledged is there, once")
        winners = {command.partition("-")[2] for command in told}
        same(len(winners), len(told), "at each version exactly one won")
        holds(records, "at version 1 one won", seen=won)

    @standard
    @together
    def test_s05_of_one_command_sent_by_many_threads_one_writes(self, store: Store) -> None:
        """Check that of one command sent by many threads exactly one writes."""
        self._expect_one_write(store, self._threads(store, _acts.same_command))

    @standard
    @together
    def test_s05_of_one_command_sent_by_many_processes_one_writes(self, store: Store) -> None:
        """Check that of one command sent by many processes exactly one writes."""
        self._expect_one_write(store, self._processes(store, _acts.same_command))

    @staticmethod
    def _expect_one_write(store: Store, told: list[tuple[bool, list[tuple[str, int]]]]) -> None:
        wrote = [again for again, _ in told]
        same(wrote.count(False), 1, "exactly one writes, the others are told that it was known")
        answers = {tuple(sorted(records)) for _, records in told}
        same(len(answers), 1, "all get the records of the one that wrote")
        feed = {(r.matter, r.position) for r in store.feed(0, limit=MANY)}
        same(feed, set(answers.pop()), "these and no others are in the feed")

    @standard
    @together
    def test_s07_nothing_appears_below_what_was_seen_while_an_append_is_held_open(
        self, store: Store
    ) -> None:
        """Check that a reader misses no append that began earlier and committed later.

        The append is held open between taking its positions and its commit, by
        ``paused_append()``. Meanwhile another appends (it may have to wait), and a reader reads.
        """
        if not store.capabilities & {Capability.THREADS, Capability.PROCESSES}:
            undeclared("THREADS or PROCESSES: appends that overlap")
        write(store, draft("before"))
        paused = self.paused_append(store, [draft("early"), draft("early-too", 1, "early-1")])
        if paused is None:
            fail(
                "paused_append() is given, since the store declares writers at once",
                expected="a context manager, or Excluded with the reason",
                found=None,
            )
        if isinstance(paused, Excluded):
            holds(paused.why.strip(), "Excluded says why", seen=paused)
            return
        other, third = self.beside(store), self.beside(store)
        seen: list[list[Record]] = []
        with ExitStack() as held:
            held.enter_context(paused)
            appending = Running(lambda _: other.append([draft("late")]))
            appending.ended(BRIEFLY)
            reading = Running(lambda _: seen.append(fed(third)))
            reading.ended(BRIEFLY)
        appending.result()
        reading.result()
        first = seen[0]
        rest = fed(store, first[-1].position if first else 0)
        whole = fed(store)
        same([r.matter for r in whole if r.matter != "late"], ["before", "early", "early-too"],
             "the append that was held open has committed")  # fmt: skip
        same(first + rest, whole, "a reader that goes on from what it saw misses nothing")

    @standard
    @together
    def test_s07_a_reader_misses_nothing_while_threads_append(self, store: Store) -> None:
        """Check that a reader that goes on from what it saw sees all that threads append."""
        self._follow(store, lambda: self._threads(store, _acts.write_some))

    @standard
    @together
    def test_s07_a_reader_misses_nothing_while_processes_append(self, store: Store) -> None:
        """Check that a reader that goes on from what it saw sees all that processes append."""
        self._follow(store, lambda: self._processes(store, _acts.write_some))

    def _follow(self, store: Store, crowd: Callable[[], list[list[tuple[str, int]]]]) -> None:
        self.needs(store, Capability.THREADS, Capability.PROCESSES, what="a reader beside writers")
        reader = self.beside(store)
        written = Event()
        seen: list[Record] = []

        def read() -> None:
            last = False
            while not last:
                last = written.is_set()  # one more round after the writers have ended
                while page := reader.feed(seen[-1].position if seen else 0, limit=3):
                    seen.extend(page)
                    expect_an_end(seen)

        if reader is store and Capability.THREADS not in store.capabilities:
            undeclared("THREADS: a reader beside writers")
        reading = Running(lambda _: read())
        try:
            told = [each for mine in crowd() for each in mine]
        finally:
            written.set()
        reading.result()
        same(seen, fed(store, limit=MANY), "what the reader saw, in pages, is the whole feed")
        found = sorted((r.command_id, r.position) for r in seen)
        same(found, sorted(told), "and that is what the writers were told")

    @standard
    @together
    def test_s11_many_threads_claim_each_item_once(self, store: Store) -> None:
        """Check that many threads that claim get each item once in its lease."""
        self._arm(store)
        self._expect_each_once(self._threads(store, _acts.claim_all))

    @standard
    @together
    def test_s11_many_processes_claim_each_item_once(self, store: Store) -> None:
        """Check that many processes that claim get each item once in its lease."""
        self._arm(store)
        self._expect_each_once(self._processes(store, _acts.claim_all))

    @staticmethod
    def _arm(store: Store) -> None:
        matters = [f"m{number:02}" for number in range(24)]
        store.append([draft(m, 1, "c", timers=(timer(matter=m),)) for m in matters])

    @staticmethod
    def _expect_each_once(found: list[list[tuple[str, int]]]) -> None:
        claimed = sorted(matter for mine in found for matter, _ in mine)
        same(claimed, [f"m{number:02}" for number in range(24)], "each item is claimed once")

    @standard
    @together
    def test_s20_a_scan_beside_threads_that_append_gives_whole_histories(
        self, store: Store
    ) -> None:
        """Check that a scan while threads append gives each matter once, without holes."""
        self._scan_beside(store, lambda: self._threads(store, _acts.write_some))

    @standard
    @together
    def test_s20_a_scan_beside_processes_that_append_gives_whole_histories(
        self, store: Store
    ) -> None:
        """Check that a scan while processes append gives each matter once, without holes."""
        self._scan_beside(store, lambda: self._processes(store, _acts.write_some))

    def _scan_beside(self, store: Store, crowd: Callable[[], object]) -> None:
        self.needs(store, Capability.THREADS, Capability.PROCESSES, what="a scan beside writers")
        there = [f"m{number}" for number in range(5)]
        write(store, *(draft(matter) for matter in there))
        reader = self.beside(store)
        written = Event()

        def scan() -> list[list[tuple[str, list[int]]]]:
            found = []
            last = False
            while not last:
                last = written.is_set()
                pages = scanned(reader, limit=2)
                found.append([(h.matter, [r.version for r in h.records]) for h in pages])
            return found

        scanning = Running(lambda _: scan())
        try:
            crowd()
        finally:
            written.set()
        for one in scanning.result():
            ids = [matter for matter, _ in one]
            same(ids, sorted(set(ids)), "no matter comes twice, and they ascend")
            same([m for m in ids if m in there], there, "each that was there throughout comes")
            for matter, versions in one:
                right = list(range(1, len(versions) + 1))
                same(versions, right, f"the history of {matter} comes without holes")

    @standard
    def test_s06_threads_read_what_they_have_written(self, store: Store) -> None:
        """Check that each of many threads reads what it has just written."""

        def write_and_read(shared: Store, number: int) -> list[int]:
            found = []
            for version in (1, 2, 3):
                shared.append([draft(f"m{number}", version)])
                found.append(len(shared.load(f"m{number}").records))
            return found

        found = self._threads(store, write_and_read)
        same(found, [[1, 2, 3]] * THREADS, "each thread reads its own writes")
