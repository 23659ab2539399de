"""The tables: made once however many begin at once, migrated step by step, never taken back."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import pytest

from tests.drafts import draft
from whistle_engine.errors import StoreMismatch, StoreUnreadable
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.storage.sqlite import _opening as opening
from whistle_engine.storage.sqlite import _schema as schema
from whistle_engine.storage.sqlite import _session as session

ZERO = "CREATE TABLE whistle_meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT"
"""What a release before the first might have had: a schema 0 with nothing in it."""

SECOND = """
CREATE TABLE whistle_tags (matter TEXT, tag TEXT);
-- two; three
INSERT INTO whistle_tags SELECT matter, 'old' FROM whistle_matters"""
"""What a later release might add; it also carries over what is there."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whistle.db"


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        found: list[tuple[object, ...]] = connection.execute(statement).fetchall()
        connection.commit()
    finally:
        connection.close()
    return found


def with_steps(monkeypatch: pytest.MonkeyPatch, *steps: str) -> None:
    monkeypatch.setattr(opening, "STEPS", steps)
    monkeypatch.setattr(schema.migrate, "__kwdefaults__", {"steps": steps})
    monkeypatch.setattr(session, "STEPS", steps)


def test_a_new_file_says_what_it_is(path: Path) -> None:
    SqliteStore(path).close()
    assert query(path, "PRAGMA application_id") == [(schema.APPLICATION_ID,)]
    assert query(path, schema.SCHEMA) == [(1,)]
    assert query(path, "SELECT name FROM sqlite_schema WHERE name NOT GLOB 'whistle_*'") == [
        (name,) for (name,) in query(path, "SELECT name FROM sqlite_schema WHERE sql IS NULL")
    ]


def test_all_tables_are_strict(path: Path) -> None:
    SqliteStore(path).close()
    found = query(path, "SELECT name, strict FROM pragma_table_list WHERE name GLOB 'whistle_*'")
    assert {strict for _, strict in found} == {1}
    assert len(found) == 8


def test_schema_0_is_brought_to_schema_1(path: Path) -> None:
    query(path, ZERO)
    with SqliteStore(path) as store:
        store.append([draft()])
    assert query(path, schema.SCHEMA) == [(1,)]


def test_a_later_step_carries_over_what_is_there(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteStore(path) as store:
        written = store.append([draft()]).records
    with_steps(monkeypatch, *schema.STEPS, SECOND)
    with SqliteStore(path) as store:
        assert store.load("m").records == written
    assert query(path, schema.SCHEMA) == [(2,)]
    assert query(path, "SELECT * FROM whistle_tags") == [("m", "old")]
    SqliteStore(path).close()  # again: nothing
    assert query(path, "SELECT * FROM whistle_tags") == [("m", "old")]


def test_a_step_that_fails_leaves_the_schema_as_it_was(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with SqliteStore(path) as store:
        store.append([draft()])
    before = path.read_bytes()
    with_steps(monkeypatch, *schema.STEPS, SECOND, "INSERT INTO nowhere VALUES (1)")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        SqliteStore(path)
    assert path.read_bytes() == before


BROKEN = {
    "DROP INDEX whistle_duties_by_unit": r"missing: the index whistle_duties_by_unit\)",
    "DROP TABLE whistle_documents": r"missing: the table whistle_documents\)",
    "DROP TABLE whistle_commits":
        r"missing: the table whistle_commits, the index whistle_commits_by_command\)",
    "DROP TABLE whistle_matters": r"whistle_all, the index whistle_all_by_affair \(and 13 more\)\)",
    "DROP TABLE whistle_meta":
        r"whistle_meta notes no schema, but there is whistle_all, .* \(and 25 more\)\)",
    "DELETE FROM whistle_meta": "whistle_meta notes no schema, but there is whistle_all",
    "ALTER TABLE whistle_texts ADD COLUMN note TEXT":
        r"not as it was made: the table whistle_texts\)",
}  # fmt: skip


@pytest.mark.parametrize(("statement", "told"), BROKEN.items())
def test_tables_that_are_not_all_there_are_refused(path: Path, statement: str, told: str) -> None:
    SqliteStore(path).close()
    query(path, statement)
    before = path.read_bytes()
    with pytest.raises(StoreUnreadable, match=told) as caught:
        SqliteStore(path)
    assert caught.value.where == str(path)
    with closing(sqlite3.connect(path)) as host, pytest.raises(StoreUnreadable, match=told):
        SqliteStore.within(host)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement",
    ["DROP INDEX whistle_duties_by_unit", "DROP TABLE whistle_meta", "DELETE FROM whistle_meta"],
)
def test_tables_that_vanish_while_open_are_told(path: Path, statement: str) -> None:
    with SqliteStore(path) as store:
        query(path, statement)
        with pytest.raises(StoreUnreadable, match="a part of its tables is gone"):
            use(store)


def use(store: SqliteStore) -> None:
    store.inbox("gulou", limit=9)
    store.append([draft()])


def test_what_others_add_is_nothing_to_the_store(path: Path) -> None:
    SqliteStore(path).close()
    query(path, "CREATE INDEX reports ON whistle_matters (changed_at)")
    query(path, "CREATE TABLE whistle_reports (day TEXT)")
    with SqliteStore(path) as store:
        assert store.append([draft()]).records


def test_a_newer_schema_is_refused(path: Path) -> None:
    SqliteStore(path).close()
    query(path, "UPDATE whistle_meta SET value = 7 WHERE name = 'schema'")
    before = path.read_bytes()
    with pytest.raises(StoreMismatch, match=r"schema 7, and this release knows them up to 1; use"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_schema_that_becomes_newer_while_open_is_not_written_to(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([draft("a")])
        query(path, "UPDATE whistle_meta SET value = 2 WHERE name = 'schema'")
        with pytest.raises(StoreMismatch, match="schema 2"):
            store.append([draft("b")])
    assert query(path, "SELECT matter FROM whistle_matters") == [("a",)]


def test_many_may_make_it_at_once(path: Path) -> None:
    start = Barrier(8)

    def open_and_write(number: int) -> int:
        start.wait()
        with SqliteStore(path) as store:
            return store.append([draft(f"m{number}")]).records[0].position

    with ThreadPoolExecutor(8) as pool:
        positions = sorted(pool.map(open_and_write, range(8)))
    assert positions == list(range(1, 9))


def test_many_may_migrate_it_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with SqliteStore(path) as store:
        store.append([draft()])
    with_steps(monkeypatch, *schema.STEPS, SECOND)
    start = Barrier(8)

    def open_it(_: int) -> None:
        start.wait()
        SqliteStore(path).close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(open_it, range(8)))
    assert query(path, "SELECT * FROM whistle_tags") == [("m", "old")]


def test_a_shared_file_keeps_its_own_marks(path: Path) -> None:
    query(path, "CREATE TABLE orders (id)")
    query(path, "PRAGMA application_id = 7")
    query(path, "PRAGMA user_version = 8")
    with SqliteStore(path, share=True) as store:
        store.append([draft()])
    SqliteStore(path, share=True).close()
    SqliteStore(path).close()  # by now it has a store in it
    assert query(path, "PRAGMA application_id") == [(7,)]
    assert query(path, "PRAGMA user_version") == [(8,)]
