"""The engine on a store in its host's transaction, which may be rolled back (S18)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import NOW
from tests.unit.test_engine import ALICE, CENTRE, received, rules
from whistle_engine.commands import Command
from whistle_engine.commits import Receipt
from whistle_engine.engine import Engine
from whistle_engine.storage.api import Capability
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.verify import verify


@pytest.fixture
def host(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    SqliteStore(tmp_path / "host.db", share=True).close()
    connection = sqlite3.connect(tmp_path / "host.db", isolation_level=None)
    yield connection
    connection.close()


def command(number: int) -> Command:
    return Command(id=f"c-{number}", matter=f"m-{number}", by=ALICE, do=received())


def made(host: sqlite3.Connection) -> tuple[Engine, SqliteStore]:
    """An engine whose documents were rolled back."""
    store = SqliteStore.within(host)
    host.execute("BEGIN IMMEDIATE")
    engine = Engine(store, rules(), clock=lambda: NOW)
    host.execute("ROLLBACK")
    assert store.get_document(engine.rules.policy_digest) is None
    return engine, store


def test_s18_what_a_commit_names_is_there_though_the_host_rolled_back_before(
    host: sqlite3.Connection,
) -> None:
    engine, store = made(host)
    host.execute("BEGIN IMMEDIATE")
    assert isinstance(engine.execute(command(1)), Receipt)
    host.execute("COMMIT")
    assert engine.documents(CENTRE, "m-1", 1).policy
    report = verify(store)
    assert report.ok, report.first


def test_s18_so_it_is_in_a_batch(host: sqlite3.Connection) -> None:
    engine, store = made(host)
    host.execute("BEGIN IMMEDIATE")
    outcomes = list(engine.execute_many((command(n), {}) for n in (1, 2, 3)))
    host.execute("COMMIT")
    assert all(isinstance(each, Receipt) for each in outcomes)
    report = verify(store)
    assert report.ok, report.first


def test_s18_and_after_each_further_rollback(host: sqlite3.Connection) -> None:
    engine, store = made(host)
    for number in (1, 2):
        host.execute("BEGIN IMMEDIATE")
        engine.adopt(rules(version="2"))
        engine.execute(command(number))
        host.execute("ROLLBACK")
    host.execute("BEGIN IMMEDIATE")
    assert isinstance(engine.execute(command(1)), Receipt)
    host.execute("COMMIT")
    report = verify(store)
    assert report.ok, report.first


def test_a_durable_store_is_not_asked_before_each_append() -> None:
    class Durable(MemoryStore):
        asked = 0

        @property
        def capabilities(self) -> frozenset[Capability]:
            return frozenset(Capability)

        def get_document(self, digest: str) -> bytes | None:
            self.asked += 1
            return super().get_document(digest)

    store = Durable()
    Engine(store, rules(), clock=lambda: NOW).execute(command(1))
    assert store.asked == 0
