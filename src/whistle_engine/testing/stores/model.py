"""What a store should answer, in plain lists and dictionaries.

Written from the contract alone, not from any store, and with no eye to speed: it sorts and
searches whole lists each time. Positions and tokens are the store's to choose; the model takes
them from what the store answered and holds it to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from whistle_engine.errors import VersionConflict
from whistle_engine.model import CommandId, MatterId, Stage, TextRef, UnitCode
from whistle_engine.storage.rows import (
    Draft,
    DutyRow,
    Erased,
    History,
    LedgerFilter,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    VaultText,
)
from whistle_engine.testing.stores.model_queue import ModelQueue


class Model:
    """A jurisdiction as lists and dictionaries."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.records: list[Record] = []
        self.rows: dict[MatterId, MatterRow] = {}
        self.duties: dict[MatterId, list[DutyRow]] = {}
        self.texts: dict[TextRef, VaultText | Erased] = {}
        self.documents: dict[str, bytes] = {}
        self.timers: ModelQueue[Timer] = ModelQueue()
        self.outbox: ModelQueue[Notice] = ModelQueue()

    # ------------------------------------------------------------------------------- commits

    def history(self, matter: MatterId) -> tuple[Record, ...]:
        """All commits of a matter."""
        return tuple(record for record in self.records if record.matter == matter)

    def earlier(self, *commands: CommandId) -> tuple[Record, ...]:
        """All commits of some commands."""
        return tuple(record for record in self.records if record.command_id in commands)

    def conflict(self, drafts: Iterable[Draft]) -> set[tuple[MatterId, int, int]]:
        """Every conflict that an append can tell of: matter, expected, actual."""
        heads = [(one.matter, one.version - 1, len(self.history(one.matter))) for one in drafts]
        return {head for head in heads if head[1] != head[2]}

    def write(self, drafts: Sequence[Draft], written: Sequence[Record]) -> None:
        """Take over what an append wrote, with the positions that the store told."""
        for one, record in zip(drafts, written, strict=True):
            self.records.append(record)
            self.show(one.projection)
            self.timers.replace(one.matter, one.projection.timers)
            self.outbox.arrive(one.notices)
            for words in one.texts:
                self.texts[words.ref] = words

    def show(self, projection: Projection) -> None:
        """Replace what is looked up of a matter."""
        self.rows[projection.row.matter] = projection.row
        self.duties[projection.row.matter] = list(projection.duties)

    def feed(self, after: int, limit: int) -> tuple[Record, ...]:
        """The commits above a position."""
        return tuple([record for record in self.records if record.position > after][:limit])

    def scan(self, after: MatterId | None, limit: int) -> tuple[History, ...]:
        """Whole histories above an id."""
        ids = sorted({record.matter for record in self.records})
        above = [each for each in ids if after is None or each > after]
        return tuple(History(matter=each, records=self.history(each)) for each in above[:limit])

    # ------------------------------------------------------------------------------ look-ups

    def projection(self, matter: MatterId) -> Projection | None:
        """What the look-ups hold of a matter."""
        if matter not in self.rows:
            return None
        return Projection(
            row=self.rows[matter],
            duties=tuple(sorted(self.duties[matter], key=lambda duty: duty.clock)),
            timers=tuple(queued.item for queued in self.timers.of(matter)),
        )

    def queued(self, matter: MatterId) -> Queues:
        """What the two queues hold of a matter."""
        return Queues(timers=self.timers.of(matter), notices=self.outbox.of(matter))

    def inbox(self, unit: UnitCode, after: DutyRow | None, limit: int) -> tuple[DutyRow, ...]:
        """A unit's duties above one."""

        def key(duty: DutyRow) -> tuple[datetime, MatterId, int]:
            return (duty.due, duty.matter, duty.clock)

        every = [duty for duties in self.duties.values() for duty in duties if duty.unit == unit]
        above = [duty for duty in every if after is None or key(duty) > key(after)]
        return tuple(sorted(above, key=key)[:limit])

    def ledger(
        self, where: LedgerFilter, after: MatterRow | None, limit: int
    ) -> tuple[MatterRow, ...]:
        """The rows that pass a filter, above one."""

        def key(row: MatterRow) -> tuple[datetime, MatterId]:
            return (row.opened_at, row.matter)

        found = list(self.rows.values())
        for name in (
            "affair", "stage", "outcome", "kind", "category", "community", "street", "lead"
        ):  # fmt: skip
            wanted = getattr(where, name)
            if wanted is not None:
                found = [row for row in found if getattr(row, name) == wanted]
        if where.open is not None:
            found = [row for row in found if (row.stage is not Stage.CLOSED) == where.open]
        if where.opened_from is not None:
            found = [row for row in found if row.opened_at >= where.opened_from]
        if where.opened_before is not None:
            found = [row for row in found if row.opened_at < where.opened_before]
        above = [row for row in found if after is None or key(row) > key(after)]
        return tuple(sorted(above, key=key)[:limit])

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The rows of a channel's number."""
        found = [r for r in self.rows.values() if (r.channel, r.source_number) == (channel, number)]
        return tuple(sorted(found, key=lambda row: row.matter))

    def near(
        self, category: str, place: UnitCode, at: tuple[int, int] | None, within: int, limit: int
    ) -> tuple[MatterRow, ...]:
        """The open rows of a category near a place."""
        found = []
        for row in self.rows.values():
            if row.stage is Stage.CLOSED or row.category != category:
                continue
            if at is None or row.lat is None or row.lon is None:
                fits = row.place == place
            else:
                fits = max(abs(row.lat - at[0]), abs(row.lon - at[1])) <= within
            if fits:
                found.append(row)
        found.sort(key=lambda row: (row.opened_at, row.matter))
        return tuple(found[::-1][:limit])

    # --------------------------------------------------------------------------------- vault

    def erase(self, ref: TextRef) -> None:
        """Erase a text, if it is there."""
        if ref in self.texts:
            self.texts[ref] = Erased.ERASED

    # ------------------------------------------------------------------------------- rebuild

    def rebuild(self, projection: Projection) -> None:
        """Replace what is looked up of a matter, and its timers.

        Raises:
            VersionConflict: the matter is at another version.
        """
        row = projection.row
        head = len(self.history(row.matter))
        if head != row.version:
            raise VersionConflict(row.matter, row.version, head)
        self.show(projection)
        self.timers.rebuild(row.matter, projection.timers)
