"""The file store of the kit keeps the contract: so the tests of S15 and of processes can pass."""

from __future__ import annotations

from collections.abc import Sequence

from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores import Excluded, StoreContract
from whistle_engine.testing.stores.filestore import FileStore


class TestFileStore(StoreContract):
    examples = 10

    def open_store(self) -> Store:
        return FileStore(self.place / "store")

    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> Excluded:
        del store, drafts
        return Excluded("the file is locked from before the positions are taken until it is kept")
