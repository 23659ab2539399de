"""A file that is damaged, cut short or taken away: told so, and never written to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.drafts import draft, timer, with_timers
from tests.unit.cli_stores import at_work
from whistle_engine.errors import StoreFailed, StoreUnreadable
from whistle_engine.generate import generate
from whistle_engine.model import TextRef
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rebuilding import rebuild_all
from whistle_engine.storage.rows import LedgerFilter, VaultText
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


MATTER = "m-1"
SPOILT = {
    "UPDATE whistle_matters SET stage = 'receivedx' WHERE matter = 'm-1'":
        r"row of matter 'm-1' in whistle_matters is damaged: 'receivedx'",
    "UPDATE whistle_matters SET changed_at = 1 << 60 WHERE matter = 'm-1'":
        "row of matter 'm-1' in whistle_matters is damaged",
    "UPDATE whistle_matters SET open = 1 - open WHERE matter = 'm-1'":
        r"row of matter 'm-1' in whistle_matters is damaged: at the stage '\w+' open is 0;",
    "UPDATE whistle_duties SET what = 'waitx' WHERE matter = 'm-1'":
        r"row of matter 'm-1', clock \d+ in whistle_duties is damaged: 'waitx'",
    "UPDATE whistle_timers SET due = 1 << 60 WHERE matter = 'm-1'":
        r"row of matter 'm-1', clock \d+, step \d+ in whistle_timers is damaged",
}  # fmt: skip
"""What can be done to look-ups, and what is said of it."""


@pytest.mark.parametrize(("statement", "told"), SPOILT.items())
def test_a_damaged_look_up_is_named_and_can_be_mended(
    path: Path, statement: str, told: str
) -> None:
    at_work(path.parent, MATTER)
    with SqliteStore(path, durable=False) as store:
        before = store.projection(MATTER)
        assert before is not None
        assert before.duties
        assert before.timers
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("PRAGMA ignore_check_constraints = ON")
        assert bare.execute(statement).rowcount > 0
    with SqliteStore(path) as store:
        for read in (lambda: store.projection(MATTER), lambda: verify(store)):
            with pytest.raises(StoreUnreadable, match=told) as caught:
                read()
            assert caught.value.where == str(path)
            assert "rebuild_all" in str(caught.value)
        rebuild_all(store)
        assert store.projection(MATTER) == before
        assert verify(store).ok


def test_a_queue_names_what_is_damaged(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([with_timers(timer())])
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("UPDATE whistle_timers SET due = -(1 << 60)")
    with SqliteStore(path) as store, pytest.raises(StoreUnreadable, match="whistle_timers is dam"):
        store.timers.waiting(until=START, limit=9)


def test_a_damaged_commit_and_a_damaged_text_are_named(path: Path) -> None:
    words = VaultText(ref=TextRef("m-1", "text"), matter="m", salt=b"salt", words="words")
    with SqliteStore(path) as store:
        store.append([draft(texts=(words,))])
    with closing(sqlite3.connect(path)) as bare, bare:
        bare.execute("UPDATE whistle_commits SET recorded_at = 1 << 60")
        bare.execute("UPDATE whistle_texts SET words = x'ff'")
    with SqliteStore(path) as store:
        with pytest.raises(StoreUnreadable, match=r"position 1, matter 'm', version 1 in whistle_"):
            store.load("m")
        with pytest.raises(StoreUnreadable, match="text 'text' of command 'm-1'") as caught:
            store.read_text(words.ref)
    assert caught.value.where == str(path)


def test_whether_a_matter_is_open_goes_by_its_stage_alone(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([draft()])
    with (
        closing(sqlite3.connect(path)) as bare,
        pytest.raises(sqlite3.IntegrityError, match="open"),
    ):
        bare.execute("UPDATE whistle_matters SET open = 0")


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
