"""Broken in S5 and S6: commands that come again, and reading one's writes."""

from __future__ import annotations

from collections.abc import Sequence
from threading import current_thread, get_ident, main_thread

from attrs import evolve

from whistle_engine.errors import VersionConflict
from whistle_engine.model import CommandId, MatterId
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    LedgerFilter,
    Loaded,
    MatterRow,
    Projection,
    Record,
)
from whistle_engine.testing.stores.broken._register import breaks

# ------------------------------------------------------------------------------------ S5


@breaks("S5", "Looks at the version before the command id.")
class VersionGoesFirst(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        with self._open():
            for draft in drafts:
                self._expect(draft.matter, draft.version - 1)
        return super().append(drafts)


@breaks("S5", "Knows a command id only in the matters that it wrote.")
class KnowsIdsByMatter(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        kept = self._commands
        self._commands = {}
        for draft in drafts:
            mine = [r for r in kept.get(draft.command_id, ()) if r.matter == draft.matter]
            if mine:
                self._commands[draft.command_id] = mine
        try:
            answer = super().append(drafts)
        finally:
            fresh, self._commands = self._commands, kept
        if not answer.again:
            for command, records in fresh.items():
                kept.setdefault(command, []).extend(records)
        return answer


@breaks("S5", "Writes the drafts whose command ids are new beside one that is known.")
class WritesTheRest(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        if answer.again:
            rest = [draft for draft in drafts if draft.command_id not in self._commands]
            if rest:
                super().append(rest)
        return answer


@breaks("S5", "Does not say that it knew the command id.")
class DoesNotSayAgain(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        return evolve(super().append(drafts), again=False)


@breaks("S5", "Gives of a known command only what it wrote in the matter asked about.")
class LoadsOwnMatterOnly(MemoryStore):
    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        found = super().load(matter, command_id)
        return evolve(found, earlier=tuple(r for r in found.earlier if r.matter == matter))


@breaks("S5", "Gives what two known commands wrote in the order of the drafts.")
class AnswersInDraftOrder(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        if not answer.again:
            return answer
        order = [draft.command_id for draft in drafts]
        records = sorted(answer.records, key=lambda record: order.index(record.command_id))
        return evolve(answer, records=tuple(records))


@breaks("S5", "Takes the empty command id for none.")
class EmptyIdIsNone(MemoryStore):
    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        return super().load(matter, command_id or None)


@breaks("S5", "Remembers a command id though its append conflicted.")
class RemembersConflicts(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._tried: set[CommandId] = set()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        if any(draft.command_id in self._tried for draft in drafts):
            return Appended(records=(), again=True)
        try:
            return super().append(drafts)
        except VersionConflict:
            self._tried |= {draft.command_id for draft in drafts}
            raise


@breaks("S5", "Brings the notices of a command once more when it is sent again.")
class TellsAgain(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        if answer.again:
            for draft in drafts:
                self._outbox.add(draft.notices)
        return answer


# ------------------------------------------------------------------------------------ S6


@breaks("S6", "Reads a history from a cache that only the first draft of an append clears.")
class CachesHistories(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._cache: dict[MatterId, tuple[Record, ...]] = {}

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        found = super().load(matter, command_id)
        return evolve(found, records=self._cache.setdefault(matter, found.records))

    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        self._cache.pop(drafts[0].matter, None)
        return answer


@breaks("S6", "Shows in the ledger what was there before the latest write.")
class LedgerLagsBehind(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._before: dict[MatterId, MatterRow] = {}

    def _project(self, matter: MatterId, projection: Projection) -> None:
        self._before = dict(self._rows)
        super()._project(matter, projection)

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        now, self._rows = self._rows, self._before
        try:
            return super().ledger(where, after=after, limit=limit)
        finally:
            self._rows = now


@breaks("S6", "Shows each thread the histories that it has seen first, for ever.")
class SnapshotsForThreads(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._seen: dict[tuple[int, MatterId], tuple[Record, ...]] = {}

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        found = super().load(matter, command_id)
        if current_thread() is main_thread():
            return found
        return evolve(found, records=self._seen.setdefault((get_ident(), matter), found.records))


@breaks("S6", "Remembers that a document was missing when it was first asked for.")
class RemembersWhatWasMissing(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._missing: set[str] = set()

    def get_document(self, digest: str) -> bytes | None:
        found = None if digest in self._missing else super().get_document(digest)
        if found is None:
            self._missing.add(digest)
        return found
