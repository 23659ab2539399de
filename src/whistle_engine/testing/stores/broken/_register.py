"""How a broken store is entered, with the clause that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from attrs import frozen

from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.memory._queue import MemoryQueue
from whistle_engine.testing.stores.filestore import FileStore


@frozen
class Broken:
    """A store with one fault.

    Attributes:
        clause: the clause that it breaks: S1 to S20.
        what: what it does wrong, in a sentence.
        kind: its class.
    """

    clause: str
    what: str
    kind: type[MemoryStore]

    @property
    def name(self) -> str:
        """The name of its class."""
        return self.kind.__name__

    def open(self, place: Path) -> Store:
        """Open it in a folder."""
        return self.kind(place / "store") if issubclass(self.kind, FileStore) else self.kind()


REGISTER: list[Broken] = []
"""Filled as the modules of this package are loaded."""

Kind = TypeVar("Kind", bound=type[MemoryStore])


def breaks(clause: str, what: str) -> Callable[[Kind], Kind]:
    """Enter a broken store.

    Args:
        clause: the clause that it breaks.
        what: what it does wrong, in a sentence.
    """

    def enter(kind: Kind) -> Kind:
        kind.__doc__ = what
        REGISTER.append(Broken(clause, what, kind))
        return kind

    return enter


AnyQueue = MemoryQueue[Any]


class Queued(MemoryStore):
    """A memory store whose queues are of another class; the base of those broken there."""

    queue: type[AnyQueue] = MemoryQueue

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        for name in ("_timers", "_outbox"):
            old: AnyQueue = getattr(self, name)
            setattr(self, name, self.queue(self._open, old._key, old._line))


def with_queue(clause: str, what: str) -> Callable[[type[AnyQueue]], type[AnyQueue]]:
    """Enter a store that is broken in its queues, by the class of these."""

    def enter(queue: type[AnyQueue]) -> type[AnyQueue]:
        queue.__doc__ = what
        kind = type(queue.__name__, (Queued,), {"queue": queue, "__module__": queue.__module__})
        REGISTER.append(Broken(clause, what, kind))
        return queue

    return enter
