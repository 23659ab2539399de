"""The store keeps the contract: the kit of the engine, with what an author gives."""

from __future__ import annotations

from collections.abc import Sequence

from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores import Excluded, StoreContract

from whistle_store_lmdb import LmdbStore


class TestLmdbStore(StoreContract):
    def open_store(self) -> Store:
        return LmdbStore(self.place / "store")

    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> Excluded:
        del store, drafts
        return Excluded("LMDB lets one transaction write at a time, in all threads and processes")


class TestGrowing(TestLmdbStore):
    """The same with a map that is full again and again."""

    examples = 5

    def open_store(self) -> Store:
        return LmdbStore(self.place / "store", map_size=16_384)
