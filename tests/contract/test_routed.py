"""The routed store keeps the contract: over stores in memory, on SQLite, and on two servers.

Matters are spread over both shards. Where a test takes them for those of one jurisdiction, they lie
together, on the shard that is not the home.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import timedelta

from tests.sqlite_files import paused_append
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.routed import RoutedStore
from whistle_engine.storage.rows import Draft
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.stores import Excluded, StoreContract

PATIENT = timedelta(seconds=60)
NAMES = ("home", "other")


class TestOverMemory(StoreContract):
    def shard(self, name: str) -> Store:
        del name
        return MemoryStore()

    def jurisdiction(self, matter: str) -> str:
        return "other" if self.together else NAMES[sum(map(ord, matter)) % 2]

    def open_store(self) -> Store:
        shards = {name: self.shard(name) for name in NAMES}
        return RoutedStore(shards, home="home", route=self.jurisdiction)

    def paused_append(
        self, store: Store, drafts: Sequence[Draft]
    ) -> AbstractContextManager[object] | Excluded:
        del store, drafts
        return Excluded("each shard holds one lock around its whole append")


class TestOverSqlite(TestOverMemory):
    def shard(self, name: str) -> Store:
        return SqliteStore(self.place / f"{name}.db", busy_timeout=PATIENT)

    def paused_append(
        self, store: Store, drafts: Sequence[Draft]
    ) -> AbstractContextManager[object] | Excluded:
        del store
        return paused_append(self.place / "other.db", drafts)
