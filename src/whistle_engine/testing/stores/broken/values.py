"""Broken in S9, S10, S14 and S16 to S18: values, closing, digests, vault, documents."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import timedelta, timezone
from typing import cast

from attrs import evolve

from whistle_engine.errors import StoreClosed
from whistle_engine.model import CommandId, MatterId, TextRef
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    Erased,
    Loaded,
    Projection,
    Record,
    VaultText,
    chain_digest,
)
from whistle_engine.testing.stores.broken._register import breaks


class _Changed(MemoryStore):
    """Changes each draft before it is written."""

    def changed(self, draft: Draft) -> Draft:
        raise NotImplementedError

    def append(self, drafts: Sequence[Draft]) -> Appended:
        return super().append([self.changed(draft) for draft in drafts])


def row_changed(draft: Draft, **changes: object) -> Draft:
    """A draft whose look-up row is another."""
    projection = draft.projection
    return evolve(
        draft,
        projection=Projection(
            row=evolve(projection.row, **changes),  # type: ignore[arg-type]
            duties=projection.duties,
            timers=projection.timers,
        ),
    )


# ------------------------------------------------------------------------------------ S9


@breaks("S9", "Strips blanks from the ids of matters.")
class StripsIds(MemoryStore):
    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        return super().load(matter.strip(" "), command_id)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        return super().append([evolve(d, matter=d.matter.strip(" ")) for d in drafts])


@breaks("S9", "Compares command ids without regard to case.")
class FoldsCase(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return evolve(draft, command_id=draft.command_id.casefold())


@breaks("S9", "Brings words into Unicode's composed form.")
class ComposesWords(MemoryStore):
    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        found = super().read_text(ref)
        if not isinstance(found, VaultText):
            return found
        return evolve(found, words=unicodedata.normalize("NFC", found.words))


@breaks("S9", "Cuts payloads off at a NUL.")
class CutsAtNul(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return evolve(draft, basis=draft.basis.partition(b"\x00")[0])


@breaks("S9", "Cuts long payloads off at 65,535 bytes.")
class CutsLongPayloads(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return evolve(draft, events=draft.events[:65_535])


@breaks("S9", "Keeps instants to the millisecond.")
class KeepsMilliseconds(_Changed):
    def changed(self, draft: Draft) -> Draft:
        at = draft.recorded_at
        return evolve(draft, recorded_at=at.replace(microsecond=at.microsecond // 1000 * 1000))


@breaks("S9", "Gives instants back in the time of Beijing.")
class GivesLocalTime(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return evolve(draft, recorded_at=draft.recorded_at.astimezone(timezone(timedelta(hours=8))))


@breaks("S9", "Takes an empty source number for none.")
class EmptyIsMissing(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return row_changed(draft, source_number=draft.projection.row.source_number or None)


@breaks("S9", "Takes a latitude of zero for none.")
class ZeroIsMissing(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return row_changed(draft, lat=draft.projection.row.lat or None)


# ----------------------------------------------------------------------------------- S10


@breaks("S10", "Keeps the caller's buffer in place of a copy.")
class KeepsTheBuffer(MemoryStore):
    def put_document(self, digest: str, data: bytes) -> None:
        with self._open():
            self._documents.setdefault(digest, data)


@breaks("S10", "Hands out its own list of a history.")
class HandsOutItsLists(MemoryStore):
    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        found = super().load(matter, command_id)
        own = cast("tuple[Record, ...]", self._matters.get(matter, []))
        return evolve(found, records=own)


@breaks("S10", "Writes an append when it is next asked for something, from the caller's list.")
class KeepsTheCallersList(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self._late: Sequence[Draft] = ()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        self._flush()
        before = len(self._feed)
        answer = super().append(drafts)
        if isinstance(drafts, list) and not answer.again:
            del self._feed[before:]
            self._late = drafts
        return answer

    def _flush(self) -> None:
        late, self._late = self._late, ()
        self._feed += [draft.record(len(self._feed) + n) for n, draft in enumerate(late, 1)]

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        self._flush()
        return super().feed(after, limit=limit)


# ----------------------------------------------------------------------------------- S14


@breaks("S14", "Closing again raises StoreClosed.")
class ClosesOnce(MemoryStore):
    def close(self) -> None:
        with self._lock:
            if self._closed:
                raise StoreClosed
            self._closed = True


@breaks("S14", "Gives documents after it was closed.")
class GivesAfterClosing(MemoryStore):
    def get_document(self, digest: str) -> bytes | None:
        return self._documents.get(digest)


@breaks("S14", "Shows the queues after it was closed.")
class ShowsQueuesAfterClosing(MemoryStore):
    def close(self) -> None:
        super().close()
        self._timers._open = self._outbox._open = nullcontext


# ----------------------------------------------------------------------------------- S16


@breaks("S16", "Writes digests in small letters.")
class LowersDigests(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return evolve(draft, digest=draft.digest.lower())


@breaks("S16", "Computes the digest itself.")
class ComputesDigests(_Changed):
    def changed(self, draft: Draft) -> Draft:
        return evolve(draft, digest=chain_digest(draft))


@breaks("S16", "Puts the digest of the commit before in the place of `previous`.")
class LinksByItself(MemoryStore):
    def _write(self, draft: Draft) -> Record:
        before = self._matters.get(draft.matter)
        return super()._write(evolve(draft, previous=before[-1].digest if before else ""))


# ----------------------------------------------------------------------------------- S17


@breaks("S17", "Reads an erased text as one that never was.")
class ForgetsErased(MemoryStore):
    def erase_text(self, ref: TextRef) -> None:
        with self._open():
            self._texts.pop(ref, None)


@breaks("S17", "Erasing a text again raises KeyError.")
class ErasesOnce(MemoryStore):
    def erase_text(self, ref: TextRef) -> None:
        with self._open():
            if self._texts.get(ref) is Erased.ERASED:
                raise KeyError(ref)
        super().erase_text(ref)


@breaks("S17", "Says of a text that never was that it was erased.")
class ErasesWhatIsNotThere(MemoryStore):
    def erase_text(self, ref: TextRef) -> None:
        with self._open():
            self._texts[ref] = Erased.ERASED


@breaks("S17", "Erases all texts of the command.")
class ErasesTheWholeCommand(MemoryStore):
    def erase_text(self, ref: TextRef) -> None:
        for each in [known for known in self._texts if known.command == ref.command]:
            super().erase_text(each)


@breaks("S17", "Erases the command's payload in the history too.")
class ErasesHistory(MemoryStore):
    def erase_text(self, ref: TextRef) -> None:
        super().erase_text(ref)
        for records in (self._feed, *self._matters.values(), *self._commands.values()):
            for place, record in enumerate(records):
                if record.command_id == ref.command:
                    records[place] = evolve(record, command=b"")


@breaks("S17", "Brings erased words back when the command is sent again.")
class BringsWordsBack(MemoryStore):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        if answer.again:
            self._texts |= {t.ref: t for d in drafts for t in d.texts if t.ref in self._texts}
        return answer


# ----------------------------------------------------------------------------------- S18


@breaks("S18", "Replaces a document that is put again.")
class LastDocumentWins(MemoryStore):
    def put_document(self, digest: str, data: bytes) -> None:
        with self._open():
            self._documents[digest] = bytes(data)


@breaks("S18", "Compares digests without regard to case.")
class FoldsDigests(MemoryStore):
    def put_document(self, digest: str, data: bytes) -> None:
        super().put_document(digest.lower(), data)

    def get_document(self, digest: str) -> bytes | None:
        return super().get_document(digest.lower())


@breaks("S18", "Erases a document together with a text of its name.")
class ErasesDocuments(MemoryStore):
    def erase_text(self, ref: TextRef) -> None:
        super().erase_text(ref)
        self._documents.pop(ref.name, None)


@breaks("S18", "Takes an empty document for none.")
class EmptyDocumentIsNone(MemoryStore):
    def get_document(self, digest: str) -> bytes | None:
        return super().get_document(digest) or None
