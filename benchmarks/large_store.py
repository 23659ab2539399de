"""A store with very many matters, and the dice that choose what it is asked about."""

from __future__ import annotations

import os
import random
import sqlite3
from abc import abstractmethod
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol

from attrs import define, field

from benchmarks.large_rows import Copy, name
from benchmarks.store_rows import BEGIN
from whistle_engine.commands import Command
from whistle_engine.engine import Engine
from whistle_engine.model import Stage
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import MatterRow
from whistle_engine.storage.sqlite import SqliteStore


class Copies(Protocol):
    """Which history each matter of a store is a copy of."""

    def copy(self, number: int, matters: int) -> Copy: ...

    def open_number(self, matters: int, dice: random.Random) -> int: ...


@define(kw_only=True)
class Big:
    """An open store; the dice fall alike for every store.

    Attributes:
        now: the engine's clock.
        later: when much is due of what is open.
    """

    matters: int
    rules: Rules
    source: Copies
    now: datetime = BEGIN
    later: datetime = BEGIN + timedelta(days=30)
    dice: random.Random = field(factory=lambda: random.Random(20261123))
    store: Store = field(init=False)
    engine: Engine = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.store = self.opened()
        self.engine = Engine(self.store, self.rules, clock=lambda: self.now)

    @abstractmethod
    def opened(self) -> Store: ...

    @abstractmethod
    def forget(self) -> None:
        """Close the store, let the system drop it from its memory where it can, and open it."""

    @abstractmethod
    def rehearse(self, command: Command, texts: Mapping[str, str]) -> None:
        """Give a command, and undo it: so that all it touches was read before."""

    def any_number(self) -> int:
        return self.dice.randrange(self.matters)

    def whole_number(self) -> int:
        """One whose rows are what its commits tell, to the instant."""
        return self.any_number()

    def classified(self) -> MatterRow:
        """An open matter that has a category; by a command some have been closed since."""
        rows = (self.row(self._open_number()) for _ in count())
        return next(row for row in rows if row.category and row.stage is not Stage.CLOSED)

    def numbered(self) -> MatterRow:
        """A matter that came in under a number."""
        rows = (self.row(self.any_number()) for _ in count())
        return next(row for row in rows if row.source_number is not None)

    def untouched(self) -> int:
        """An open matter that still is as it was written: no command was given on it since."""
        numbers = (self._open_number() for _ in count())
        return next(
            n for n in numbers if self.row(n).version == self.source.copy(n, self.matters).length
        )

    def _open_number(self) -> int:
        return self.source.open_number(self.matters, self.dice)

    def row(self, number: int) -> MatterRow:
        shown = self.store.projection(name(number))
        assert shown is not None
        return shown.row


@define(kw_only=True)
class BigFile(Big):
    """One on SQLite."""

    path: Path

    def opened(self) -> SqliteStore:
        return SqliteStore(self.path)

    def forget(self) -> None:
        self.store.close()
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        self.open()

    def rehearse(self, command: Command, texts: Mapping[str, str]) -> None:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            engine = Engine(SqliteStore.within(connection), self.rules, clock=lambda: self.now)
            engine.execute(command, texts=texts)
            connection.execute("ROLLBACK")
