"""The store: commits, look-ups, vault and documents, as lists and dictionaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TypeVar

from whistle_engine.errors import StoreClosed, VersionConflict
from whistle_engine.model import CommandId, MatterId, Stage, TextRef, UnitCode
from whistle_engine.storage.api import Capability, Queue, at_least_one, drafts_of
from whistle_engine.storage.memory._queue import MemoryQueue, outbox, timers
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    DutyRow,
    Erased,
    History,
    LedgerFilter,
    Loaded,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    VaultText,
)


class MemoryStore:
    """A store in the memory of one process; it fulfils :class:`.api.Store`."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._lock = Lock()
        self._closed = False
        self._feed: list[Record] = []  # a commit's position is its place here, from 1
        self._matters: dict[MatterId, list[Record]] = {}
        self._commands: dict[CommandId, list[Record]] = {}
        self._rows: dict[MatterId, MatterRow] = {}
        self._duties: dict[MatterId, tuple[DutyRow, ...]] = {}
        self._texts: dict[TextRef, VaultText | Erased] = {}
        self._documents: dict[str, bytes] = {}
        self._timers: MemoryQueue[Timer] = timers(self._open)
        self._outbox: MemoryQueue[Notice] = outbox(self._open)

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise StoreClosed
            yield

    # ------------------------------------------------------------------------------- commits

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Read a matter's history and what a command id wrote earlier."""
        with self._open():
            earlier = self._commands.get(command_id, ()) if command_id is not None else ()
            return Loaded(records=tuple(self._matters.get(matter, ())), earlier=tuple(earlier))

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write the commits of one or several matters, or nothing: first check, then write."""
        drafts = drafts_of(drafts)
        with self._open():
            ids = dict.fromkeys(draft.command_id for draft in drafts)
            if earlier := [r for each in ids for r in self._commands.get(each, ())]:
                return Appended(records=tuple(sorted(earlier, key=_position)), again=True)
            for draft in drafts:
                self._expect(draft.matter, draft.version - 1)
            return Appended(records=tuple(self._write(draft) for draft in drafts))

    def _expect(self, matter: MatterId, version: int) -> None:
        actual = len(self._matters.get(matter, ()))
        if actual != version:
            raise VersionConflict(matter, version, actual)

    def _write(self, draft: Draft) -> Record:
        record = draft.record(len(self._feed) + 1)
        self._feed.append(record)
        self._matters.setdefault(draft.matter, []).append(record)
        self._commands.setdefault(draft.command_id, []).append(record)
        self._project(draft.matter, draft.projection)
        self._outbox.add(draft.notices)
        self._texts |= {text.ref: text for text in draft.texts}
        return record

    def _project(self, matter: MatterId, projection: Projection) -> None:
        self._rows[matter] = projection.row
        self._duties[matter] = projection.duties
        self._timers.replace(matter, projection.timers)

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        """The commits of all matters after a position."""
        with self._open():
            return tuple(self._feed[max(after, 0) :][: at_least_one(limit)])

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        """Whole histories, in the order of the matters' ids."""
        with self._open():
            ids = sorted(each for each in self._matters if after is None or each > after)
            return tuple(
                History(matter=each, records=tuple(self._matters[each]))
                for each in ids[: at_least_one(limit)]
            )

    def rebuild(self, projection: Projection) -> None:
        """Replace a matter's look-up rows and timers."""
        matter = projection.row.matter
        with self._open():
            self._expect(matter, projection.row.version)
            self._timers.take_settled_for_gone(matter)
            self._project(matter, projection)

    # ------------------------------------------------------------------------------ look-ups

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        """The duties of a unit, by due time."""
        with self._open():
            found = [d for each in self._duties.values() for d in each if d.unit == unit]
        return _page(found, _duty_key, after, limit)

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        """The matters that pass a filter, by time of receiving."""
        with self._open():
            found = [row for row in self._rows.values() if _passes(row, where)]
        return _page(found, lambda row: (row.opened_at, row.matter), after, limit)

    def projection(self, matter: MatterId) -> Projection | None:
        """What the look-ups and timers hold of a matter."""
        with self._open():
            row = self._rows.get(matter)
            if row is None:
                return None
            return Projection(
                row=row,
                duties=tuple(sorted(self._duties[matter], key=lambda duty: duty.clock)),
                timers=tuple(queued.item for queued in self._timers.of(matter)),
            )

    def queued(self, matter: MatterId) -> Queues:
        """What the two queues hold of a matter."""
        with self._open():
            return Queues(timers=self._timers.of(matter), notices=self._outbox.of(matter))

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in under a channel's own number."""
        with self._open():
            found = [
                row
                for row in self._rows.values()
                if row.channel == channel and row.source_number == number
            ]
        return tuple(sorted(found, key=lambda row: row.matter))

    def near(
        self,
        *,
        category: str,
        place: UnitCode,
        lat: int | None = None,
        lon: int | None = None,
        within: int = 0,
        limit: int,
    ) -> tuple[MatterRow, ...]:
        """Open matters of a category at much the same place, latest first."""

        def close_by(row: MatterRow) -> bool:
            if lat is None or lon is None or row.lat is None or row.lon is None:
                return row.place == place
            return abs(row.lat - lat) <= within and abs(row.lon - lon) <= within

        with self._open():
            found = [
                row
                for row in self._rows.values()
                if row.category == category and row.stage is not Stage.CLOSED and close_by(row)
            ]
        found.sort(key=lambda row: (row.opened_at, row.matter), reverse=True)
        return tuple(found[: at_least_one(limit)])

    # ------------------------------------------------------------------- vault and documents

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """A text, that it was erased, or ``None``."""
        with self._open():
            return self._texts.get(ref)

    def erase_text(self, ref: TextRef) -> None:
        """Erase a text with its salt."""
        with self._open():
            if ref in self._texts:
                self._texts[ref] = Erased.ERASED

    def put_document(self, digest: str, data: bytes) -> None:
        """Keep bytes under their digest."""
        with self._open():
            self._documents.setdefault(digest, bytes(data))

    def get_document(self, digest: str) -> bytes | None:
        """The bytes under a digest."""
        with self._open():
            return self._documents.get(digest)

    # ------------------------------------------------------------------------------ the rest

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Threads may share it."""
        return frozenset({Capability.THREADS})

    @property
    def timers(self) -> Queue[Timer]:
        """The timers of all matters."""
        return self._timers

    @property
    def outbox(self) -> Queue[Notice]:
        """The notices of all matters."""
        return self._outbox

    def close(self) -> None:
        """Refuse what comes after."""
        with self._lock:
            self._closed = True


def _position(record: Record) -> int:
    return record.position


def _duty_key(duty: DutyRow) -> tuple[datetime, MatterId, int]:
    return (duty.due, duty.matter, duty.clock)


Row = TypeVar("Row", DutyRow, MatterRow)


def _page(
    rows: list[Row],
    key: Callable[[Row], tuple[datetime, MatterId] | tuple[datetime, MatterId, int]],
    after: Row | None,
    limit: int,
) -> tuple[Row, ...]:
    """A page by keyset: what comes after a row, whether or not that row is still there."""
    found = sorted(rows, key=key)
    above = [row for row in found if after is None or key(row) > key(after)]
    return tuple(above[: at_least_one(limit)])


def _passes(row: MatterRow, where: LedgerFilter) -> bool:
    same = all(
        wanted is None or wanted == found
        for wanted, found in (
            (where.affair, row.affair),
            (where.stage, row.stage),
            (where.open, row.stage is not Stage.CLOSED),
            (where.outcome, row.outcome),
            (where.kind, row.kind),
            (where.category, row.category),
            (where.community, row.community),
            (where.street, row.street),
            (where.lead, row.lead),
        )
    )
    return (
        same
        and (where.opened_from is None or where.opened_from <= row.opened_at)
        and (where.opened_before is None or row.opened_at < where.opened_before)
    )
