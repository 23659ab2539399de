"""Broken in S7, S8 and S20: the feed, pages, scans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import Event

from attrs import evolve

from whistle_engine.model import MatterId, UnitCode
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft, DutyRow, History, Record
from whistle_engine.testing.stores.broken._register import breaks
from whistle_engine.testing.stores.crowd import PATIENCE, Running

# ------------------------------------------------------------------------------------ S7


@breaks("S7", "Takes positions when an append begins, and shows it when it has ended.")
class TakesPositionsEarly(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._next = 0
        self._wait: Event | None = None
        self._taken = Event()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        first, self._next = self._next, self._next + len(drafts)
        wait, self._wait = self._wait, None
        if wait is not None:
            self._taken.set()
            wait.wait(PATIENCE)
        try:
            answer = super().append(drafts)
        except Exception:
            self._next -= len(drafts)
            raise
        if answer.again:
            return answer
        with self._open():
            told = []
            for number, record in enumerate(answer.records, 1):
                right = evolve(record, position=first + number)
                told.append(right)
                for place in (self._feed, self._matters[record.matter],
                              self._commands[record.command_id]):  # fmt: skip
                    place[place.index(record)] = right
            self._feed.sort(key=lambda record: record.position)
        return evolve(answer, records=tuple(told))

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        with self._open():
            return tuple([record for record in self._feed if record.position > after][:limit])

    @contextmanager
    def paused(self, drafts: Sequence[Draft]) -> Iterator[None]:
        go = self._wait = Event()
        running = Running(lambda _: self.append(drafts))
        self._taken.wait(PATIENCE)
        try:
            yield
        finally:
            go.set()
            running.result()


@breaks("S7", "Numbers the drafts of one append from the last to the first.")
class NumbersBackwards(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(tuple(reversed(drafts)))
        return answer if answer.again else evolve(answer, records=answer.records[::-1])


@breaks("S7", "Gives all commits of an append the same position.")
class OnePositionForAll(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        if answer.again:
            return answer
        last = answer.records[-1].position
        told = []
        for record in answer.records:
            right = evolve(record, position=last)
            told.append(right)
            for place in (self._feed, self._matters[record.matter],
                          self._commands[record.command_id]):  # fmt: skip
                place[place.index(record)] = right
        return evolve(answer, records=tuple(told))


# ------------------------------------------------------------------------------------ S8


@breaks("S8", "Gives the commit at the position itself once more.")
class FeedsFromThePosition(MemoryStore):
    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        return super().feed(after - 1, limit=limit)


@breaks("S8", "Gives a page of the feed with its latest commit first.")
class FeedsTheLatestFirst(MemoryStore):
    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        return super().feed(after, limit=limit)[::-1]


@breaks("S8", "Never ends a page of the feed within an append.")
class KeepsAppendsTogether(MemoryStore):
    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        found = list(super().feed(after, limit=limit))
        rest = super().feed(after + len(found), limit=len(self._feed) + 1)
        for record in rest:
            if not found or record.command_id != found[-1].command_id:
                break
            found.append(record)
        return tuple(found)


@breaks("S8", "Pays no heed to the limit of an inbox.")
class InboxWithoutLimit(MemoryStore):
    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        return super().inbox(unit, after=after, limit=limit + 1_000)


# ----------------------------------------------------------------------------------- S20


@breaks("S20", "Counts commits, not matters, against the limit of a scan.")
class CutsHistories(MemoryStore):
    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        found = super().scan(after, limit=limit)
        return tuple(evolve(each, records=each.records[:limit]) for each in found)


@breaks("S20", "Begins a page of the scan with the matter that ended the one before.")
class ScansFromTheMatter(MemoryStore):
    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        found = super().scan(None, limit=len(self._matters) + 1)
        return tuple([each for each in found if after is None or each.matter >= after][:limit])


@breaks("S20", "Scans in the order of UTF-16.")
class ScansByUtf16(MemoryStore):
    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        found = super().scan(None, limit=len(self._matters) + 1)
        left = [e for e in found if after is None or _utf16(e.matter) > _utf16(after)]
        return tuple(sorted(left, key=lambda each: _utf16(each.matter))[:limit])


@breaks("S20", "Pages a scan by counting matters, so that a new one shifts the rest.")
class ScansByCounting(MemoryStore):
    _given = 0

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        found = super().scan(None, limit=len(self._matters) + 1)
        ids = [each.matter for each in found]
        if after is None:
            self._given = 0
        elif after not in ids:
            return super().scan(after, limit=limit)
        begin = self._given if after is not None else 0
        self._given = begin + limit
        return found[begin : begin + limit]


@breaks("S20", "Scans matters in the order in which they came.")
class ScansInOrderOfArrival(MemoryStore):
    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        ids = list(self._matters)
        begin = ids.index(after) + 1 if after in self._matters else 0
        return tuple(
            History(matter=each, records=tuple(self._matters[each]))
            for each in ids[begin : begin + limit]
        )


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")
