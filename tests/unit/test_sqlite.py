"""Opening an SQLite store: paths and URLs, the journal by version, and no table read in full."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.drafts import AT, HOUR, draft, row, timer
from whistle_engine.errors import StoreBusy, StoreMismatch
from whistle_engine.model import Affair, Outcome, Stage, What
from whistle_engine.storage.api import Capability
from whistle_engine.storage.rows import (
    Claim,
    DutyRow,
    LedgerFilter,
    Notice,
    Projection,
    Timer,
)
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.storage.sqlite._opening import Place, patched, place

MENDED = (3, 51, 3)
FAULTY = (3, 40, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whistle.db"


def library(monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)


# ------------------------------------------------------------------------------- where


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("a.db", Place(path="a.db")),
        (Path("x") / "a b?.db", Place(path="x/a b?.db")),
        (":memory:", Place(path=":memory:")),
        ("sqlite://", Place(path=":memory:")),
        ("sqlite:///:memory:", Place(path=":memory:")),
        ("sqlite:///a/b.db", Place(path="a/b.db")),
        ("sqlite:////a/b.db", Place(path="/a/b.db")),
        ("sqlite:////a/%E5%93%A8%20b.db", Place(path="/a/哨 b.db")),
        ("sqlite:///C:/a.db", Place(path="C:/a.db")),
        (
            "sqlite:///a.db?busy_timeout=0.5&exclusive=1&share=0",
            Place(path="a.db", busy_timeout=timedelta(seconds=0.5), exclusive=True),
        ),
    ],
)
def test_a_place_is_a_path_or_a_url(given: object, expected: Place) -> None:
    assert place(given) == expected


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("", "no path and no URL"),
        (7, "no path and no URL"),
        ("postgresql://host/db", "begins sqlite:///"),
        ("sqlite:a.db", "sqlite:///file.db for one in this folder"),
        ("sqlite://a.db", "names no file"),
        ("sqlite:///a.db?mode=ro", "no option 'mode'; there are busy_timeout, exclusive, share"),
        ("sqlite:///a.db?busy_timeout=long", "should be seconds"),
        ("sqlite:///a.db?share=yes", "should be 0 or 1"),
    ],
)
def test_what_is_neither_is_refused(given: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        place(given)


def test_a_keyword_goes_before_the_url(path: Path) -> None:
    with (
        SqliteStore(path) as first,
        SqliteStore(f"sqlite:///{path}?busy_timeout=60", busy_timeout=timedelta(0)) as second,
    ):
        assert second._session._place.busy_timeout == timedelta(0)  # type: ignore[attr-defined]
        assert first.capabilities == set(Capability)


def test_one_in_memory_is_forgotten() -> None:
    with SqliteStore("sqlite://") as store:
        store.append([draft()])
        assert store.capabilities == {Capability.THREADS}
        assert store.journal.mode == "memory"
    with SqliteStore("sqlite://") as store:
        assert store.feed(0, limit=9) == ()


def test_what_was_written_is_there_when_opened_again(path: Path) -> None:
    with SqliteStore(path) as store:
        written = store.append([draft()]).records
    with SqliteStore(f"sqlite:///{path}", create=False) as store:
        assert store.load("m").records == written


# ------------------------------------------------------------------------------- the journal


@pytest.mark.parametrize(
    ("version", "free"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_the_versions_with_the_fault_are_known(version: tuple[int, int, int], free: bool) -> None:  # noqa: FBT001
    assert patched(version) is free


def test_a_faulty_library_gets_a_rollback_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(monkeypatch, FAULTY)
    with SqliteStore(path) as store:
        assert (store.journal.mode, store.journal.synchronous) == ("truncate", "full")
        assert "3.51.3" in store.describe()
        with store._session.read() as cursor:
            assert cursor.execute("PRAGMA journal_mode").fetchone() == ("truncate",)
            assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_mended_one_gets_a_write_ahead_log(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, MENDED)
    with SqliteStore(path) as store:
        assert (store.journal.mode, store.journal.synchronous) == ("wal", "full")
        assert "free of the fault" in store.describe()
        with store._session.read() as cursor:
            assert cursor.execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_faulty_library_takes_the_log_away_if_it_is_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(monkeypatch, MENDED)
    with SqliteStore(path) as store:
        store.append([draft()])
    library(monkeypatch, FAULTY)
    with SqliteStore(path) as store:
        assert store.journal.mode == "truncate"
        assert len(store.load("m").records) == 1


def test_a_faulty_library_does_not_join_a_log_in_use(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(monkeypatch, MENDED)
    with SqliteStore(path) as store:
        store.append([draft()])
        library(monkeypatch, FAULTY)
        with pytest.raises(StoreBusy, match=r"write-ahead log, and SQLite .* can damage"):
            SqliteStore(path, busy_timeout=timedelta(0))
        assert len(store.load("m").records) == 1


def test_a_log_is_not_forced_on_those_who_have_the_file_open(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(monkeypatch, FAULTY)
    with SqliteStore(path) as first, first._session.read() as cursor:
        cursor.execute("SELECT * FROM whistle_meta").fetchall()
        library(monkeypatch, MENDED)
        with SqliteStore(path, busy_timeout=timedelta(0)) as second:
            assert second.journal.mode == "truncate"
            assert "others have it open" in second.journal.reason


def test_a_log_that_appears_later_stops_a_faulty_library(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(monkeypatch, FAULTY)
    with SqliteStore(path) as first:
        first.append([draft("a")])
        library(monkeypatch, MENDED)
        with SqliteStore(path) as second:
            assert second.journal.mode == "wal"
            library(monkeypatch, FAULTY)
            with pytest.raises(StoreMismatch, match="one SQLite for all processes"):
                first.append([draft("b")])
            assert [r.matter for r in second.feed(0, limit=9)] == ["a"]


def test_an_exclusive_one_has_its_log_with_any_library(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library(monkeypatch, FAULTY)
    with SqliteStore(path, exclusive=True) as store:
        assert store.journal.mode == "wal"
        assert store.capabilities == {Capability.THREADS, Capability.DURABLE}
        store.append([draft()])
        with pytest.raises(StoreBusy):
            SqliteStore(path, busy_timeout=timedelta(0))
    with SqliteStore(path) as store:
        assert store.journal.mode == "truncate"
        assert len(store.load("m").records) == 1


def test_an_exclusive_one_needs_the_file_for_itself(path: Path) -> None:
    with (
        SqliteStore(path) as first,
        first._session.read() as cursor,
    ):
        cursor.execute("SELECT * FROM whistle_meta").fetchall()
        with pytest.raises(StoreBusy):
            SqliteStore(path, exclusive=True, busy_timeout=timedelta(0))


def test_without_durability_it_says_so(path: Path) -> None:
    with SqliteStore(path, durable=False) as store:
        assert store.journal.synchronous == "off"
        assert Capability.DURABLE not in store.capabilities


# ------------------------------------------------------------------------------- rows


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    with SqliteStore(path) as made:
        yield made


def test_an_append_that_changes_nothing_writes_no_look_up_row(store: SqliteStore) -> None:
    duty = DutyRow(matter="m", clock=1, what=What.BLOW, unit="u", raiser=None, since=AT, due=AT)
    shown = Projection(row=row(), duties=(duty,), timers=(timer(),))
    store.append([draft(projection=shown)])
    with store._session.read() as cursor:
        before = cursor.connection.total_changes
    store.rebuild(shown)
    with store._session.read() as cursor:
        assert cursor.connection.total_changes == before
    assert store.projection("m") == shown


def test_notices_and_rows_come_back_as_they_were(store: SqliteStore) -> None:
    told = Notice(
        matter="m", version=1, number=1, code="x", event=3, due=AT + HOUR / 7, actor="某人"
    )
    full = row(
        opened_at=AT - timedelta(days=40_000, microseconds=1), lat=-1, lon=0, due=AT, lead="a",
        source_number="", affair=Affair.PUBLIC, outcome=Outcome.LAPSED, stage=Stage.CLOSED,
    )  # fmt: skip
    store.append([draft(projection=Projection(row=full), notices=(told,))])
    assert store.ledger(LedgerFilter(), limit=9) == (full,)
    (claim,) = store.outbox.claim(now=AT + HOUR, until=AT + HOUR, limit=9)
    assert claim.item == told


# ------------------------------------------------------------------------------- dead letters


@pytest.fixture
def dead(store: SqliteStore) -> Claim[Timer]:
    """The claim by which the first of two timers died."""
    timers = (timer(1), timer(2))
    store.append([draft(projection=Projection(row=row(), timers=timers))])
    (claim,) = store.timers.claim(now=AT, until=AT + HOUR, limit=1)
    assert store.timers.fail(claim, retry_at=None)
    return claim


def test_s12_a_dead_letter_that_fails_again_stays_dead(
    store: SqliteStore, dead: Claim[Timer]
) -> None:
    assert store.timers.fail(dead, retry_at=AT + HOUR)
    assert not store.timers.settle(dead)
    assert store.timers.dead(limit=9) == (timer(1),)
    (after,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    assert after.item == timer(2)


def test_s13_a_revived_letter_is_back_in_its_line(store: SqliteStore, dead: Claim[Timer]) -> None:
    assert store.timers.revive(dead.item)
    assert not store.timers.revive(dead.item)
    (held,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    assert (held.item, held.tries) == (timer(1), 1)
    assert not store.timers.settle(dead)
    assert store.timers.settle(held)


def test_s13_a_letter_that_moved_is_another(store: SqliteStore, dead: Claim[Timer]) -> None:
    assert not store.timers.revive(timer(1, due=AT + HOUR))
    assert store.timers.dead(limit=9) == (dead.item,)


def test_what_would_change_nothing_takes_no_write_lock(path: Path, dead: Claim[Timer]) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    with SqliteStore(path, busy_timeout=timedelta(0)) as impatient:
        other.execute("BEGIN IMMEDIATE")
        assert impatient.timers.fail(dead, retry_at=AT)
        assert not impatient.timers.settle(dead)
        assert impatient.timers.claim(now=AT - HOUR, until=AT, limit=1) == ()
        with pytest.raises(StoreBusy):
            impatient.timers.revive(dead.item)
        other.execute("ROLLBACK")
        assert impatient.timers.revive(dead.item)
    other.close()
