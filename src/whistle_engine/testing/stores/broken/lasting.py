"""Broken in S15, S17 and where several processes write: stores that say they are durable."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from whistle_engine.model import TextRef
from whistle_engine.storage.api import Capability, Queue
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft, Erased, Notice, Timer
from whistle_engine.testing.stores.broken._register import breaks
from whistle_engine.testing.stores.filestore import FileStore
from whistle_engine.testing.stores.wrapped import WrappedQueue


class _Alone(FileStore):
    """A file store that does not say that several processes can use it."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.DURABLE, Capability.THREADS})


@breaks("S15", "Says that it is durable, and forgets all when it is closed.")
class ForgetsAll(MemoryStore):
    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset({Capability.DURABLE, Capability.THREADS})


@breaks("S15", "Acknowledges an append, and writes it when it is closed.")
class WritesWhenClosed(_Alone):
    def _keep_file(self) -> None:
        pass

    def close(self) -> None:
        if not self._closed:
            super()._keep_file()
        super().close()


@breaks("S15", "Writes the last draft of an append together with the next append.")
class TearsAppends(_Alone):
    def append(self, drafts: Sequence[Draft]) -> Appended:
        answer = super().append(drafts)
        if not answer.again and len(drafts) > 1:
            last = answer.records[-1]
            whole = self._kept
            self._feed.pop()
            self._matters[last.matter].pop()
            FileStore._keep_file(self)
            self._kept = whole
            self._feed.append(last)
            self._matters[last.matter].append(last)
        return answer

    def _read_file(self) -> None:
        if not self._feed:  # what it holds by itself is ahead of the file
            super()._read_file()

    def close(self) -> None:
        if not self._closed:
            self._kept = b""
            FileStore._keep_file(self)
        super().close()


@breaks("S15", "Does not keep who has claimed what.")
class ForgetsClaims(_Alone):
    def _data(self) -> bytes:
        for queue in (self._timers, self._outbox):
            for slots in queue._slots.values():
                for slot in slots.values():
                    if self._closing:
                        slot.token, slot.leased = 0, None
        return super()._data()

    _closing = False

    def close(self) -> None:
        if not self._closed:
            self._closing = True
            self._keep_file()
        super().close()


@breaks("S15", "Forgets how often a timer was claimed.")
class ForgetsTries(_Alone):
    _fresh = True

    def _read_file(self) -> None:
        super()._read_file()
        if self._fresh:
            for slots in self._timers._slots.values():
                for slot in slots.values():
                    slot.tries = 0
        self._fresh = False


@breaks("S15", "Acknowledges a revival, and keeps it with the next thing that it writes.")
class KeepsRevivalsLate(_Alone):
    _late = False

    def _keep_file(self) -> None:
        if not self._late:
            super()._keep_file()

    @property
    def timers(self) -> Queue[Timer]:
        return _Late(self, self._timers)

    @property
    def outbox(self) -> Queue[Notice]:
        return _Late(self, self._outbox)


class _Late(WrappedQueue[Any]):
    def __init__(self, store: KeepsRevivalsLate, queue: Queue[Any]) -> None:
        super().__init__(queue)
        self._store = store

    def revive(self, item: Any) -> bool:
        self._store._late = True
        try:
            return super().revive(item)
        finally:
            self._store._late = False


@breaks("S15", "Counts positions anew each time it is opened.")
class CountsAnew(_Alone):
    def __init__(self, path: Path) -> None:
        super().__init__(path)
        with self._open():
            self._before = len(self._feed)

    def _write(self, draft: Draft) -> Any:
        feed = self._feed
        self._feed = feed[self._before :]
        try:
            record = super()._write(draft)
        finally:
            self._feed = feed
        feed.append(record)
        return record


@breaks("S15", "Forgets when it is closed which texts were erased.")
class ForgetsErasing(_Alone):
    def close(self) -> None:
        if not self._closed:
            with self._open():
                gone = [ref for ref, text in self._texts.items() if text is Erased.ERASED]
                for ref in gone:
                    del self._texts[ref]
        super().close()


@breaks("S17", "Keeps a copy of its file from before a text was erased.")
class KeepsACopy(_Alone):
    def erase_text(self, ref: TextRef) -> None:
        if self._path.exists():
            self._path.with_name("backup").write_bytes(self._path.read_bytes())
        super().erase_text(ref)


@breaks("S4", "Several processes write to its file, each without regard to the others.")
class LocksNobodyOut(FileStore):
    @contextmanager
    def _alone(self) -> Iterator[None]:
        yield

    def _read_file(self) -> None:
        if not self._feed:
            super()._read_file()
