"""A file that is damaged, cut short or taken away: told so, and never written to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.drafts import draft
from whistle_engine.errors import StoreFailed, StoreUnreadable
from whistle_engine.generate import generate
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rebuilding import rebuild_all
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.verify import Check, verify

START = datetime(2024, 3, 4, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whistle.db"


def filled(path: Path) -> bytes:
    with SqliteStore(path, durable=False) as store:
        for number in range(60):
            store.append([draft(f"m{number:02}", events=b"x" * 3000)])
    return path.read_bytes()


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_damaged_file_is_not_taken_for_a_sound_one(path: Path, part: float) -> None:
    data = bytearray(filled(path))
    begin = int(len(data) * part) // 4096 * 4096
    data[begin : begin + 8192] = b"\xff" * 8192
    path.write_bytes(data)
    with pytest.raises(StoreUnreadable, match="damaged; keep a copy"):
        read_all(path)


def test_a_file_that_was_cut_short_is_not_taken_for_a_sound_one(path: Path) -> None:
    data = filled(path)
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(StoreUnreadable, match="damaged"):
        read_all(path)


def test_text_that_is_damaged_is_told_so(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([draft("matter-with-a-name")])
    data = path.read_bytes()
    path.write_bytes(data.replace(b"matter-with-a-name", b"matter-\xff\xff\xff\xff-a-name"))
    with SqliteStore(path) as store, pytest.raises(StoreUnreadable, match="damaged"):
        store.feed(0, limit=9)


def read_all(path: Path) -> None:
    with SqliteStore(path) as store:
        store.feed(0, limit=999)
        store.scan(None, limit=999)
        store.ledger(LedgerFilter(), limit=999)
        store.append([draft("z")])


def test_a_file_taken_away_while_open_is_not_written_to(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([draft("a")])
        path.rename(path.with_name("elsewhere.db"))
        with pytest.raises(StoreFailed, match="moved, removed or replaced"):
            store.append([draft("b")])
        with pytest.raises(StoreFailed, match="moved, removed or replaced"):
            store.timers.claim(now=START, until=START, limit=1)  # or a worker would wait for ever
        SqliteStore(path).close()
        with pytest.raises(StoreFailed, match="moved, removed or replaced"):
            store.append([draft("b")])
    with SqliteStore(path.with_name("elsewhere.db")) as store:
        assert [r.matter for r in store.feed(0, limit=9)] == ["a"]


def test_a_matter_without_its_row_is_read_all_the_same_and_mended(path: Path) -> None:
    with SqliteStore(path) as store:
        for _ in generate(store, shipped_rules(), seed=3, start=START, matters=3):
            pass
        before = store.projection("g3-000002")
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("DELETE FROM whistle_matters WHERE matter = 'g3-000002'")
    with SqliteStore(path) as store:
        assert "g3-000002" in [history.matter for history in store.scan(None, limit=9)]
        (found,) = verify(store, most=9).mismatches
        assert (found.matter, found.what) == ("g3-000002", Check.ROW)
        rebuild_all(store)
        assert store.projection("g3-000002") == before
        assert verify(store).ok
