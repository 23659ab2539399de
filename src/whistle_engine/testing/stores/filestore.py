"""The simplest durable store there is: all of it in one file, written anew with every call.

It keeps the contract with ``DURABLE``, ``THREADS`` and ``PROCESSES`` and is as slow as that
sounds. The kit is tried on it, and some of the broken stores are made of it; it is no store for
a district. It needs a system with ``flock``.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from whistle_engine.storage.api import Capability
from whistle_engine.storage.memory import MemoryStore

PARTS = ("_feed", "_matters", "_commands", "_rows", "_duties", "_texts", "_documents")
"""The attributes of a memory store that are its data, beside the slots of its queues."""


class FileStore(MemoryStore):
    """A memory store that reads its file before each call, and replaces it after a change."""

    def __init__(self, path: Path) -> None:
        """Open the store in a file, which need not be there."""
        super().__init__()
        self._path = path
        self._guard = path.with_name(path.name + ".lock").open("ab")
        self._kept = self._data()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All of them."""
        return frozenset(Capability)

    def close(self) -> None:
        """Refuse what comes after."""
        super().close()
        self._guard.close()

    @contextmanager
    def _open(self) -> Iterator[None]:
        with super()._open(), self._alone():
            self._read_file()
            yield
            self._keep_file()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        import fcntl  # noqa: PLC0415  not every system has it, and those need not import it

        fcntl.flock(self._guard, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._guard, fcntl.LOCK_UN)

    def _read_file(self) -> None:
        data = self._path.read_bytes() if self._path.exists() else self._kept
        if data != self._kept:
            *parts, self._timers._slots, self._outbox._slots = pickle.loads(data)  # noqa: S301, SLF001  our own file, our own class
            for name, part in zip(PARTS, parts, strict=True):
                setattr(self, name, part)
            self._kept = data

    def _keep_file(self) -> None:
        data = self._data()
        if data == self._kept:
            return
        beside = self._path.with_name(self._path.name + ".new")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._kept = data

    def _data(self) -> bytes:
        parts = [getattr(self, name) for name in PARTS]
        return pickle.dumps([*parts, self._timers._slots, self._outbox._slots])  # noqa: SLF001  as above
