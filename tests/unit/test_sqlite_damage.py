"""A file that is damaged, cut short or taken away: told so, and never written to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from tests.drafts import draft, timer, with_timers
from tests.unit.cli_stores import at_work
from tests.unit.test_engine import ALICE, CENTRE, World, received
from whistle_engine.commands import Add
from whistle_engine.errors import StoreFailed, StoreUnreadable, Unfinished, VersionConflict
from whistle_engine.generate import generate
from whistle_engine.model import TextRef
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rebuilding import projected, rebuild_all
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Erased, LedgerFilter, Projection, VaultText
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


def three_matters(path: Path) -> World:
    """Alice raised a-1, m-1 and z-1, and added to m-1 twice."""
    world = World(cast("MemoryStore", SqliteStore(path, durable=False)))
    for matter in ("a-1", "m-1", "z-1"):
        world.do(ALICE, received(), matter, key=matter, text=f"words of {matter}")
    for key in ("adds", "adds-more"):
        world.do(ALICE, Add(), "m-1", key=key, text=key)
    return world


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as bare, bare:
        for statement in statements:
            assert bare.execute(statement).rowcount > 0


def test_s19_a_hole_in_a_history_stops_no_other_matter_from_being_made_again(path: Path) -> None:
    world = three_matters(path)
    before = world.store.projection("z-1")
    spoil(
        path,
        "DELETE FROM whistle_commits WHERE matter = 'm-1' AND version = 2",
        "DELETE FROM whistle_duties WHERE matter = 'z-1'",
    )
    assert world.store.projection("z-1") != before
    with pytest.raises(Unfinished, match="'m-1'") as raised:
        world.engine.rebuild_all()
    assert raised.value.done == 2
    ((matter, error),) = raised.value.failed
    assert matter == "m-1"
    assert "version 3 where version 2 should be" in str(error)
    assert world.store.projection("z-1") == before


def test_s19_a_store_that_contradicts_its_own_history_stops_no_other_matter(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = three_matters(path)
    rebuild = world.store.rebuild

    def contradicted(projection: Projection) -> None:
        if projection.row.matter == "m-1":
            raise VersionConflict("m-1", 3, 9)
        rebuild(projection)

    monkeypatch.setattr(world.store, "rebuild", contradicted)
    with pytest.raises(Unfinished) as raised:
        world.engine.rebuild_all()
    ((matter, error),) = raised.value.failed
    assert (raised.value.done, matter) == (2, "m-1")
    assert isinstance(error, VersionConflict)


def test_s17_a_person_is_erased_though_a_row_cannot_be_read(path: Path) -> None:
    world = three_matters(path)
    spoil(path, "UPDATE whistle_commits SET recorded_at = 9e18 WHERE command_id = 'adds'")
    with pytest.raises(Unfinished, match="'m-1'") as raised:
        world.engine.erase(CENTRE, raiser="alice")
    assert isinstance(raised.value.done, tuple)
    assert {ref.command for ref in raised.value.done} == {"a-1", "z-1"}
    ((matter, error),) = raised.value.failed
    assert (matter, type(error)) == ("m-1", StoreUnreadable)
    for key in ("a-1", "z-1"):
        assert world.store.read_text(TextRef(key, "text")) is Erased.ERASED


def test_s17_a_row_that_cannot_be_read_and_has_no_look_up_is_told_after_the_erasing(
    path: Path,
) -> None:
    world = three_matters(path)
    spoil(
        path,
        "UPDATE whistle_commits SET recorded_at = 9e18 WHERE command_id = 'adds'",
        "DELETE FROM whistle_matters WHERE matter = 'm-1'",
    )
    with pytest.raises(StoreUnreadable, match="matter 'm-1', version 2"):
        world.engine.erase(CENTRE, raiser="alice")
    for key in ("a-1", "z-1"):
        assert world.store.read_text(TextRef(key, "text")) is Erased.ERASED


def test_a_stray_row_of_a_matter_without_commits_gives_way(path: Path) -> None:
    world = three_matters(path)
    spoil(path, "UPDATE whistle_matters SET matter = 'new' WHERE matter = 'z-1'")
    spoil(path, "UPDATE whistle_duties SET matter = 'new', clock = 77 WHERE matter = 'z-1'")
    world.do(ALICE, received(), "new", key="new", text="words")
    assert world.store.projection("new") == projected("new", world.store.load("new").records)
