"""The PostgreSQL store keeps the contract, on a server that syncs what it commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
import pytest

from tests.postgres_server import dropped, with_options
from whistle_engine.storage.api import Store
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.testing.stores import StoreContract


class TestPostgresStore(StoreContract):
    """Each test in a schema of its own."""

    server: str

    @pytest.fixture(autouse=True)
    def _served(self, postgres: str) -> None:
        self.server = postgres

    def open_store(self) -> Store:
        return PostgresStore(with_options(self.server, schema=self.place.name, busy_timeout="60"))

    def discard(self) -> None:
        dropped(self.server, self.place.name)

    @contextmanager
    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> Iterator[Appended]:
        del store
        with psycopg.connect(self.server) as connection:
            yield PostgresStore.within(connection, schema=self.place.name).append(drafts)

    def raw_bytes(self) -> None:
        """Dead rows and the log keep what was erased until the operator sees to that."""
