"""The routed store keeps the contract over two PostgreSQL servers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest

from tests.contract.test_routed import TestOverMemory
from tests.postgres_server import dropped, running, with_options
from whistle_engine.storage.api import Store
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.testing.stores import Excluded


@pytest.fixture(scope="module")
def second() -> Iterator[str]:
    """A server beside that of the run; where that was given, it is its own all the same."""
    with running() as server:
        yield server.url()


class TestOverTwoServers(TestOverMemory):
    """Each test in a schema of its own, on both."""

    servers: dict[str, str]

    @pytest.fixture(autouse=True)
    def _served(self, postgres: str, second: str) -> None:
        self.servers = {"home": postgres, "other": second}

    def shard(self, name: str) -> Store:
        url = with_options(self.servers[name], schema=self.place.name, busy_timeout="60")
        return PostgresStore(url)

    def discard(self) -> None:
        for url in self.servers.values():
            dropped(url, self.place.name)

    def paused_append(
        self, store: Store, drafts: Sequence[Draft]
    ) -> AbstractContextManager[object] | Excluded:
        del store
        return self._open_transaction(drafts)

    @contextmanager
    def _open_transaction(self, drafts: Sequence[Draft]) -> Iterator[Appended]:
        with psycopg.connect(self.servers["other"]) as connection:
            yield PostgresStore.within(connection, schema=self.place.name).append(drafts)

    def raw_bytes(self) -> None:
        """Dead rows and the log keep what was erased until the operator sees to that."""


del TestOverMemory  # it runs in its own file
