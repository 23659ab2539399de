"""Appending in the host's own transaction: its rows and the store's, both or neither."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.drafts import AT, HOUR, draft, timer, with_timers
from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine.commands import Command, Receive
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import StoreBusy, StoreClosed, StoreFull, StoreMismatch, VersionConflict
from whistle_engine.model import AppealKind, Place, Role
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.storage.sqlite import _opening as opening


def plain(path: Path) -> sqlite3.Connection:
    """No transactions but those that the host begins."""
    return sqlite3.connect(path, isolation_level=None, timeout=0)


def legacy(path: Path) -> sqlite3.Connection:
    """Python begins by itself before each statement that changes rows."""
    return sqlite3.connect(path, timeout=0)


def always(path: Path) -> sqlite3.Connection:
    """Since 3.12: always in a transaction."""
    return sqlite3.connect(path, timeout=0, autocommit=False)  # type: ignore[call-overload, no-any-return, unused-ignore]


def never(path: Path) -> sqlite3.Connection:
    """Since 3.12: as SQLite itself does it."""
    return sqlite3.connect(path, timeout=0, autocommit=True)  # type: ignore[call-overload, no-any-return, unused-ignore]


NEWER = pytest.mark.skipif(sys.version_info < (3, 12), reason="autocommit came with 3.12")
MODES = [plain, legacy, pytest.param(always, marks=NEWER), pytest.param(never, marks=NEWER)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A host's database, with the store's tables beside its own."""
    made = tmp_path / "host.db"
    connection = sqlite3.connect(made)
    connection.execute("CREATE TABLE letters (id INTEGER PRIMARY KEY, title TEXT)")
    connection.close()
    SqliteStore(made, share=True).close()
    return made


@pytest.fixture(params=MODES, ids=lambda mode: mode.__name__)
def host(path: Path, request: pytest.FixtureRequest) -> Iterator[sqlite3.Connection]:
    connect: Callable[[Path], sqlite3.Connection] = request.param
    made = connect(path)
    yield made
    made.close()


def begin(host: sqlite3.Connection) -> None:
    if not host.in_transaction:
        host.execute("BEGIN IMMEDIATE")
    host.execute("INSERT INTO letters (title) VALUES ('a letter')")


def end(host: sqlite3.Connection, how: str = "commit") -> None:
    """Commit or roll back; where Python leaves transactions alone, its methods do nothing."""
    if getattr(host, "autocommit", None) is True:
        host.execute(how)
    else:
        getattr(host, how)()


def seen(path: Path) -> tuple[int, list[str]]:
    """What others see: how many letters, which matters."""
    with SqliteStore(path) as store:
        matters = [row.matter for row in store.ledger(LedgerFilter(), limit=99)]
    connection = sqlite3.connect(path)
    (count,) = connection.execute("SELECT count(*) FROM letters").fetchone()
    connection.close()
    return count, matters


def test_both_are_there_with_the_hosts_commit(path: Path, host: sqlite3.Connection) -> None:
    store = SqliteStore.within(host)
    begin(host)
    store.append([draft("a")])
    store.append([draft("b")])
    assert host.in_transaction
    assert [r.matter for r in store.feed(0, limit=9)] == ["a", "b"]
    end(host)
    assert seen(path) == (1, ["a", "b"])


def test_neither_is_there_after_the_hosts_rollback(path: Path, host: sqlite3.Connection) -> None:
    store = SqliteStore.within(host)
    begin(host)
    store.append([draft("a")])
    end(host, "rollback")
    assert seen(path) == (0, [])
    assert store.feed(0, limit=9) == ()


def test_what_is_refused_undoes_itself_alone(path: Path, host: sqlite3.Connection) -> None:
    store = SqliteStore.within(host)
    begin(host)
    store.append([draft("a")])
    with pytest.raises(VersionConflict):
        store.append([draft("b"), draft("a", command="other")])
    with pytest.raises(OverflowError):
        store.append([draft("b"), with_timers(timer(2**70, matter="c"), matter="c")])
    end(host)
    assert seen(path) == (1, ["a"])


def test_the_queues_go_along(path: Path, host: sqlite3.Connection) -> None:
    store = SqliteStore.within(host)
    begin(host)
    store.append([with_timers(timer())])
    (claim,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    assert store.timers.settle(claim)
    end(host)
    with SqliteStore(path) as other:
        assert other.timers.waiting(until=AT + HOUR, limit=9) == ()


@pytest.mark.parametrize("mode", [plain, legacy])
def test_it_does_not_begin_by_itself(
    path: Path, mode: Callable[[Path], sqlite3.Connection]
) -> None:
    host = mode(path)
    store = SqliteStore.within(host)
    with pytest.raises(ValueError, match="execute BEGIN IMMEDIATE first, and commit afterwards"):
        store.append([draft()])
    assert not host.in_transaction
    assert store.projection("m") is None
    assert not host.in_transaction
    host.close()


def test_the_hosts_ways_of_reading_stay_its_own(path: Path) -> None:
    host = plain(path)
    host.row_factory = sqlite3.Row
    store = SqliteStore.within(host)
    begin(host)
    store.append([draft()])
    assert store.load("m").records[0].matter == "m"
    assert host.execute("SELECT title FROM letters").fetchone()["title"] == "a letter"
    host.execute("COMMIT")
    host.close()


def test_text_has_to_be_text(path: Path) -> None:
    host = plain(path)
    host.text_factory = bytes
    with pytest.raises(ValueError, match="text_factory has to be str"):
        SqliteStore.within(host)
    host.close()


def test_closing_leaves_the_connection_open(path: Path) -> None:
    host = plain(path)
    store = SqliteStore.within(host)
    store.close()
    store.close()
    with pytest.raises(StoreClosed):
        store.load("m")
    assert host.execute("SELECT 1").fetchone() == (1,)
    assert store.capabilities == set()
    assert "the host chose it" in store.describe()
    host.close()


def test_a_file_without_the_tables_is_told_how_to_get_them(tmp_path: Path) -> None:
    host = plain(tmp_path / "other.db")
    with pytest.raises(StoreMismatch, match=r"SqliteStore\(path, share=True\)"):
        SqliteStore.within(host)
    host.close()


def test_a_transaction_that_began_by_reading_may_be_too_late(path: Path) -> None:
    host = plain(path)
    store = SqliteStore.within(host)
    host.execute("BEGIN")
    assert store.feed(0, limit=9) == ()
    with SqliteStore(path, busy_timeout=timedelta(0)) as other, pytest.raises(StoreBusy):
        other.append([draft("a")])  # the host reads: its commit has to wait
    store.append([draft("b")])
    host.execute("COMMIT")
    assert seen(path) == (0, ["b"])
    host.close()


def test_a_full_disk_may_take_the_hosts_transaction_with_it(path: Path) -> None:
    host = plain(path)
    store = SqliteStore.within(host)
    (pages,) = host.execute("PRAGMA page_count").fetchone()
    host.execute(f"PRAGMA max_page_count = {pages + 3}")
    begin(host)
    with pytest.raises(StoreFull):
        store.append([draft("a", events=b"x" * 100_000)])
    if host.in_transaction:
        host.execute("COMMIT")
        assert seen(path) == (1, [])
    else:
        assert seen(path) == (0, [])
    host.close()


def test_a_shared_file_keeps_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    host = plain(path)
    host.execute("PRAGMA journal_mode = WAL")
    host.execute("CREATE TABLE letters (id)")
    with SqliteStore(path, share=True) as store:
        assert store.journal.mode == "wal"
        assert "the other application chose" in store.journal.reason
        host.execute("INSERT INTO letters VALUES (1)")
        store.append([draft()])
    host.close()


@pytest.mark.parametrize("good", [True, False], ids=["sound-library", "faulty-library"])
@pytest.mark.parametrize("mode", ["wal", "delete"])
@pytest.mark.parametrize("options", [{}, {"create": False}, {"exclusive": True}], ids=str)
def test_whoever_opens_it_a_hosts_file_keeps_its_journal(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, bool],
    mode: str,
    good: bool,  # noqa: FBT001
) -> None:
    monkeypatch.setattr(opening, "patched", lambda _library: good)
    path = tmp_path / "host.db"
    with closing(plain(path)) as host:
        host.execute(f"PRAGMA journal_mode = {mode}")
        host.execute("CREATE TABLE letters (id)")
    SqliteStore(path, share=True).close()
    with SqliteStore(path, **options) as store:  # type: ignore[arg-type]
        store.append([draft()])
        assert store.journal.mode == {"wal": "wal", "delete": "truncate"}[mode]
    with closing(plain(path)) as host:
        assert host.execute("PRAGMA journal_mode").fetchone() == (mode,)


@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_transaction_that_lost_its_turn_is_told_how_to_begin(path: Path, mode: str) -> None:
    with closing(plain(path)) as host, closing(plain(path)) as other:
        host.execute(f"PRAGMA journal_mode = {mode}")
        store = SqliteStore.within(host)
        host.execute("BEGIN")
        assert store.feed(0, limit=9) == ()
        other.execute("BEGIN IMMEDIATE")
        SqliteStore.within(other).append([draft("a")])
        if mode == "wal":  # with a rollback journal, the commit would have to wait for the host
            other.execute("COMMIT")
        with pytest.raises(StoreBusy, match="roll back, and begin again with BEGIN IMMEDIATE"):
            store.append([draft("b")])
        assert host.in_transaction
        host.execute("ROLLBACK")
        if mode != "wal":
            other.execute("COMMIT")
        host.execute("BEGIN IMMEDIATE")
        store.append([draft("b")])
        host.execute("COMMIT")
    assert seen(path) == (0, ["a", "b"])


def test_a_closed_connection_is_a_closed_store(path: Path) -> None:
    host = plain(path)
    store = SqliteStore.within(host)
    host.close()
    for use in (lambda: store.load("m"), lambda: store.append([draft()])):
        with pytest.raises(StoreClosed):
            use()
    with pytest.raises(StoreClosed):
        SqliteStore.within(host)
    store.close()


def test_a_connection_of_another_thread_is_told(path: Path) -> None:
    with closing(plain(path)) as host, ThreadPoolExecutor(1) as pool:
        store = SqliteStore.within(host)
        host.execute("BEGIN IMMEDIATE")
        for use in (lambda: store.load("m"), lambda: store.append([draft()])):
            with pytest.raises(ValueError, match="give each thread a connection and a store"):
                pool.submit(use).result(timeout=60)
        store.append([draft()])


def test_a_command_and_a_letter_are_written_together(path: Path, host: sqlite3.Connection) -> None:
    rules = compile_rules(tiny_policy(), tiny_directory())
    with SqliteStore(path) as own:
        Engine(own, rules, clock=lambda: NOW)  # the documents, once
    engine = Engine(SqliteStore.within(host), rules, clock=lambda: NOW)
    begin(host)
    answer = engine.execute(
        Command(
            id="c-1",
            matter="m-1",
            by=actor("alice", Role.RESIDENT),
            do=Receive(channel="12345", kind=AppealKind.COMPLAINT, place=Place(unit="gulou")),
        )
    )
    assert isinstance(answer, Receipt)
    assert seen(path) == (0, [])
    end(host)
    assert seen(path) == (1, ["m-1"])
