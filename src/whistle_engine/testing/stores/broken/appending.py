"""Broken in S1 to S4: all or nothing, versions, conflicts, races."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from threading import Barrier, BrokenBarrierError, current_thread, main_thread

from attrs import evolve

from whistle_engine.errors import VersionConflict
from whistle_engine.model import CommandId, MatterId
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    Loaded,
    Record,
)
from whistle_engine.testing.stores.broken._register import breaks

# ------------------------------------------------------------------------------------ S1


@breaks("S1", "Writes draft by draft: where a later one conflicts, the earlier ones stay.")
class WritesDraftByDraft(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        ids = {draft.command_id for draft in drafts}
        known = [r for each in ids for r in self._commands.get(each, ())]
        if known or len({draft.matter for draft in drafts}) != len(drafts):
            return super().append(drafts)
        if not drafts:
            return super().append(drafts)
        with self._open():
            written = []
            for draft in drafts:
                self._expect(draft.matter, draft.version - 1)
                written.append(self._write(draft))
            return Appended(records=tuple(written))


@breaks("S1", "Takes an append of nothing for one that was written.")
class TakesNothing(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        return super().append(drafts) if drafts else Appended(records=())


@breaks("S1", "Puts the words into the vault before it looks whether the append conflicts.")
class WordsGoFirst(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        for draft in drafts:
            for text in draft.texts:
                self._texts.setdefault(text.ref, text)
        return super().append(drafts)


@breaks("S1", "Adds the notices to the outbox though the append conflicts.")
class NoticesGoFirst(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        try:
            return super().append(drafts)
        except VersionConflict:
            for draft in drafts:
                self._outbox.add(draft.notices)
            raise


@breaks("S1", "Replaces the timers of matters though the append conflicts.")
class TimersGoFirst(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        try:
            return super().append(drafts)
        except VersionConflict:
            for draft in drafts:
                self._timers.replace(draft.matter, draft.projection.timers)
            raise


@breaks("S1", "Takes two drafts for one matter in one append.")
class TakesTwoForOneMatter(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        if len({draft.matter for draft in drafts}) == len(drafts):
            return super().append(drafts)
        return Appended(records=tuple(self._write(draft) for draft in drafts))


# ------------------------------------------------------------------------------------ S2


@breaks("S2", "Orders versions as text: 1, 10, 2.")
class OrdersVersionsAsText(MemoryStore):
    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        found = super().load(matter, command_id)
        return evolve(found, records=tuple(sorted(found.records, key=lambda r: str(r.version))))


@breaks("S2", "Counts versions over all matters.")
class CountsOverAllMatters(MemoryStore):
    def _write(self, draft: Draft) -> Record:
        record = evolve(super()._write(draft), version=len(self._feed))
        self._feed[-1] = self._matters[draft.matter][-1] = record
        return record


@breaks("S2", "An append that failed uses up the version.")
class UsesUpVersions(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._used: dict[MatterId, int] = {}

    def _expect(self, matter: MatterId, version: int) -> None:
        actual = len(self._matters.get(matter, ())) + self._used.get(matter, 0)
        if actual != version:
            raise VersionConflict(matter, version, actual)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        try:
            return super().append(drafts)
        except VersionConflict as error:
            for draft in drafts:
                if draft.matter != error.matter:
                    self._used[draft.matter] = self._used.get(draft.matter, 0) + 1
            raise


# ------------------------------------------------------------------------------------ S3


@breaks("S3", "Takes any version for a matter that is not there.")
class TakesAnyFirstVersion(MemoryStore):
    def _expect(self, matter: MatterId, version: int) -> None:
        if matter in self._matters:
            super()._expect(matter, version)


@breaks("S3", "Takes a version that is ahead.")
class TakesVersionsAhead(MemoryStore):
    def _expect(self, matter: MatterId, version: int) -> None:
        super()._expect(matter, min(version, len(self._matters.get(matter, ()))))


@breaks("S3", "Takes a version that is behind.")
class TakesVersionsBehind(MemoryStore):
    def _expect(self, matter: MatterId, version: int) -> None:
        super()._expect(matter, max(version, len(self._matters.get(matter, ()))))


@breaks("S3", "Says in a conflict expected for actual.")
class MixesUpTheConflict(MemoryStore):
    def _expect(self, matter: MatterId, version: int) -> None:
        try:
            super()._expect(matter, version)
        except VersionConflict as error:
            raise VersionConflict(matter, error.actual, error.expected) from None


@breaks("S3", "Names in a conflict the first matter of the append.")
class BlamesTheFirst(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        try:
            return super().append(drafts)
        except VersionConflict as error:
            raise VersionConflict(drafts[0].matter, error.expected, error.actual) from None


@breaks("S3", "Takes a draft at a taken version if its bytes are those that are there.")
class ComparesBytes(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        try:
            return super().append(drafts)
        except VersionConflict:
            for draft in drafts:
                records = self._matters.get(draft.matter, [])
                if any(record.digest == draft.digest for record in records):
                    return Appended(records=tuple(records))
            raise


# ------------------------------------------------------------------------------------ S4


@breaks("S4", "Looks at the version first and takes its lock afterwards.")
class LooksBeforeItLocks(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._gap = Barrier(2)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        if current_thread() is main_thread():
            return super().append(drafts)
        for draft in drafts:
            self._expect(draft.matter, draft.version - 1)
        with suppress(BrokenBarrierError):  # so that two are sure to meet here
            self._gap.wait(0.05)
        self._gap.reset()
        with self._open():
            return Appended(records=tuple(self._write(draft) for draft in drafts))
