"""The SQLite store keeps the contract: in a file of its own, alone with a log, and in memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

from tests.sqlite_files import paused_append
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.stores import Excluded, StoreContract

PATIENT = timedelta(seconds=60)


class TestSqliteStore(StoreContract):
    """With the journal that the library's version asks for."""

    def open_store(self) -> Store:
        return SqliteStore(self.place / "whistle.db", busy_timeout=PATIENT)

    def paused_append(
        self, store: Store, drafts: Sequence[Draft]
    ) -> AbstractContextManager[object]:
        del store
        return paused_append(self.place / "whistle.db", drafts)


class TestAloneWithALog(StoreContract):
    """Nobody else opens the file, and it has a write-ahead log with any library."""

    def open_store(self) -> Store:
        return SqliteStore(self.place / "whistle.db", exclusive=True, busy_timeout=PATIENT)

    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> Excluded:
        del store, drafts
        return Excluded("nobody else can open the file, and its one connection is behind a lock")


class TestInMemory(StoreContract):
    def open_store(self) -> Store:
        return SqliteStore("sqlite://")

    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> Excluded:
        del store, drafts
        return Excluded("there is one connection, behind a lock")
