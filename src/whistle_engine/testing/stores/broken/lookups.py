"""Broken in S19: look-ups."""

from __future__ import annotations

from attrs import evolve

from whistle_engine.model import MatterId, Stage, UnitCode
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    DutyRow,
    ItemState,
    LedgerFilter,
    MatterRow,
    Projection,
    Queues,
)
from whistle_engine.testing.stores.broken._register import breaks


@breaks("S19", "Adds duties to those that are there.")
class KeepsOldDuties(MemoryStore):
    def _project(self, matter: MatterId, projection: Projection) -> None:
        before = self._duties.get(matter, ())
        super()._project(matter, projection)
        new = {duty.clock for duty in projection.duties}
        kept = tuple(duty for duty in before if duty.clock not in new)
        self._duties[matter] = kept + projection.duties


@breaks("S19", "Leaves the duties as they are where the latest append has none.")
class KeepsDutiesOfTheClosed(MemoryStore):
    def _project(self, matter: MatterId, projection: Projection) -> None:
        before = self._duties.get(matter, ())
        super()._project(matter, projection)
        self._duties[matter] = projection.duties or before


@breaks("S19", "A rebuild replaces the duties, but not the row.")
class RebuildsNoRow(MemoryStore):
    def rebuild(self, projection: Projection) -> None:
        before = self._rows.get(projection.row.matter)
        super().rebuild(projection)
        if before is not None:
            self._rows[projection.row.matter] = before


@breaks("S19", "Rebuilds a matter at any version.")
class RebuildsAtAnyVersion(MemoryStore):
    def rebuild(self, projection: Projection) -> None:
        with self._open():
            self._timers.take_settled_for_gone(projection.row.matter)
            self._project(projection.row.matter, projection)


@breaks("S19", "Finds source numbers in every channel.")
class NumbersOfAllChannels(MemoryStore):
    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        found = {r.channel for r in self._rows.values() if r.source_number == number}
        rows = [r for each in found | {channel} for r in super().by_source_number(each, number)]
        return tuple(sorted(rows, key=lambda row: row.matter))


@breaks("S19", "Finds a source number that an earlier commit had.")
class KeepsOldNumbers(MemoryStore):
    def _project(self, matter: MatterId, projection: Projection) -> None:
        before = self._rows.get(matter)
        super()._project(matter, projection)
        if before is not None and projection.row.source_number is None:
            kept = evolve(projection.row, source_number=before.source_number)
            self._rows[matter] = kept


@breaks("S19", "Shows closed matters as near.")
class ClosedAreNear(MemoryStore):
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
        rows = self._rows
        self._rows = {m: evolve(row, stage=Stage.RECEIVED) for m, row in rows.items()}
        try:
            found = super().near(
                category=category, place=place, lat=lat, lon=lon, within=within, limit=limit
            )
        finally:
            self._rows = rows
        return tuple(rows[row.matter] for row in found)


@breaks("S19", "Looks at the place alone, whatever the coordinates.")
class NearByPlaceAlone(MemoryStore):
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
        del lat, lon, within
        return super().near(category=category, place=place, limit=limit)


@breaks("S19", "Shows what was received first as nearest.")
class NearestIsOldest(MemoryStore):
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
        every = super().near(
            category=category, place=place, lat=lat, lon=lon, within=within,
            limit=len(self._rows) + 1,
        )  # fmt: skip
        return every[::-1][:limit]


@breaks("S19", "Pages an inbox by counting rows, so that a row that leaves shifts the rest.")
class PagesByCounting(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._given = 0

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        begin = self._given if after is not None else 0
        found = super().inbox(unit, limit=begin + limit)[begin:]
        self._given = begin + len(found)
        return found


@breaks("S19", "Ends a ledger where the row after which it should go on is no longer there.")
class NeedsTheLastRow(MemoryStore):
    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        if after is not None and self._rows.get(after.matter) != after:
            return ()
        return super().ledger(where, after=after, limit=limit)


@breaks("S19", "Gives rows of the same time of receiving only once over all pages.")
class PagesByTimeAlone(MemoryStore):
    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        found = super().ledger(where, limit=len(self._rows) + 1)
        above = [row for row in found if after is None or row.opened_at > after.opened_at]
        return tuple(above[:limit])


@breaks("S19", "Filters a page of the ledger after it has cut it to its limit.")
class FiltersTooLate(MemoryStore):
    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        page = super().ledger(LedgerFilter(), after=after, limit=limit)
        passing = super().ledger(where, limit=len(self._rows) + 1)
        return tuple(row for row in page if row in passing)


@breaks("S19", "Shows in the ledger what was received at the end of a span.")
class SpansAreClosed(MemoryStore):
    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        open_end = evolve(where, opened_before=None)
        found = super().ledger(open_end, after=after, limit=len(self._rows) + 1)
        end = where.opened_before
        return tuple([row for row in found if end is None or row.opened_at <= end][:limit])


@breaks("S19", "Pays no heed to the lead that a ledger is to show.")
class IgnoresTheLead(MemoryStore):
    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        return super().ledger(evolve(where, lead=None), after=after, limit=limit)


@breaks("S19", "Orders an inbox by matter, whatever is due first.")
class InboxByMatter(MemoryStore):
    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        every = super().inbox(unit, limit=1_000_000)
        found = sorted(every, key=lambda duty: (duty.matter, duty.clock))
        begin = found.index(after) + 1 if after in found else 0
        return tuple(found[begin : begin + limit])


@breaks("S19", "Tells in a projection the timers that still wait, and no others.")
class ProjectsWhatWaits(MemoryStore):
    def projection(self, matter: MatterId) -> Projection | None:
        found = super().projection(matter)
        if found is None:
            return None
        slots = self._timers._slots.get(matter, {}).values()
        waiting = [slot.item for slot in slots if not slot.settled and not slot.dead]
        return Projection(
            row=found.row,
            duties=found.duties,
            timers=tuple(timer for timer in found.timers if timer in waiting),
        )


@breaks("S19", "Tells in a projection the duties as they came, not by clock.")
class ProjectsAsItCame(MemoryStore):
    def projection(self, matter: MatterId) -> Projection | None:
        found = super().projection(matter)
        return evolve(found, duties=self._duties[matter]) if found is not None else None


@breaks("S19", "Tells of its queues what is not settled, and nothing else.")
class ForgetsWhatIsSettled(MemoryStore):
    def queued(self, matter: MatterId) -> Queues:
        found = super().queued(matter)
        return Queues(
            timers=tuple(each for each in found.timers if each.state is not ItemState.SETTLED),
            notices=tuple(each for each in found.notices if each.state is not ItemState.SETTLED),
        )


@breaks("S19", "Tells of its queues that everything waits.")
class TellsThatAllWaits(MemoryStore):
    def queued(self, matter: MatterId) -> Queues:
        found = super().queued(matter)
        return Queues(
            timers=tuple(evolve(each, state=ItemState.WAITING) for each in found.timers),
            notices=tuple(evolve(each, state=ItemState.WAITING) for each in found.notices),
        )


@breaks("S19", "Tells of its queues timers too that are gone.")
class TellsWhatIsGone(MemoryStore):
    def queued(self, matter: MatterId) -> Queues:
        slots = self._timers._slots.get(matter, {}).values()
        gone = [slot for slot in slots if slot.gone]
        for slot in gone:
            slot.gone = False
        try:
            return super().queued(matter)
        finally:
            for slot in gone:
                slot.gone = True


@breaks("S19", "Tells of its queues the notices of the latest commit only.")
class TellsTheLatestNotices(MemoryStore):
    def queued(self, matter: MatterId) -> Queues:
        found = super().queued(matter)
        last = len(self._matters.get(matter, ()))
        latest = tuple(each for each in found.notices if each.item.version == last)
        return evolve(found, notices=latest)


@breaks("S19", "Tells of its queues what is due first, first.")
class TellsWhatIsDueFirst(MemoryStore):
    def queued(self, matter: MatterId) -> Queues:
        found = super().queued(matter)
        return Queues(
            timers=tuple(sorted(found.timers, key=lambda each: each.item.due)),
            notices=tuple(sorted(found.notices, key=lambda each: each.item.due)),
        )
