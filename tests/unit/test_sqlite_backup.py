"""A copy of a store that is in use: of one moment, whole, and never over another file."""

from __future__ import annotations

import json
import resource
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.docs.following import Reader
from tests.drafts import draft
from tests.sqlite_files import contents, paused_append, sound
from tests.unit.cli_stores import filled, is_wrong, run
from whistle_engine.cli.store.backup import WORDS
from whistle_engine.errors import StoreClosed, StoreFull
from whistle_engine.generate import generate
from whistle_engine.model import TextRef
from whistle_engine.policy_file import shipped_rules
from whistle_engine.storage.rows import VaultText
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.verify import verify

START = datetime(2024, 3, 4, 1, tzinfo=UTC)
STORES = ["sqlite:///{}", "sqlite:///{}?exclusive=1", "sqlite://"]


def matters(store: SqliteStore) -> list[str]:
    return [record.matter for record in store.feed(0, limit=999)]


@pytest.mark.parametrize("url", STORES)
def test_the_copy_holds_what_the_store_holds(url: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    with SqliteStore(url.format(tmp_path / "store.db"), durable=False) as store:
        for _ in generate(store, shipped_rules(), seed=3, start=START, matters=5):
            pass
        store.backup(copy)
        before = verify(store)
        store.append([draft("later")])
    with SqliteStore(copy, create=False) as again:
        found = verify(again)
        assert found.ok
        assert found == before
        again.append([draft("elsewhere")])
    assert sound(copy)


def test_a_write_ahead_log_comes_into_the_copy_and_its_mark_does_not(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with SqliteStore(path, exclusive=True) as store:
        store.append([draft("a")])
        assert store.journal.mode == "wal"
        assert path.with_name("store.db-wal").stat().st_size > 0
        store.backup(str(copy))
    assert sorted(each.name for each in tmp_path.glob("copy*")) == ["copy.db"]
    assert copy.read_bytes()[18:20] == b"\1\1"
    with SqliteStore(copy, create=False) as again:
        assert matters(again) == ["a"]


def test_what_is_not_committed_is_not_in_it(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with SqliteStore(path) as store:
        store.append([draft("a")])
        with paused_append(path, [draft("b")]):
            store.backup(copy)
        assert matters(store) == ["a", "b"]
    with SqliteStore(copy, create=False) as again:
        assert matters(again) == ["a"]


def test_words_erased_before_are_not_in_it(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.db", tmp_path / "copy.db"
    text = VaultText(ref=TextRef("a-1", "text"), matter="a", salt=b"salt", words="a secret word")
    with SqliteStore(path) as store:
        store.append([draft("a", texts=(text,))])
        assert b"a secret word" in contents(path)
        store.erase_text(text.ref)
        store.backup(copy)
    assert b"a secret word" not in contents(copy)


@pytest.mark.parametrize("there", [b"", b"letters"])
def test_it_writes_over_nothing(there: bytes, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(there)
    with SqliteStore("sqlite://") as store, pytest.raises(FileExistsError, match=r"copy\.db"):
        store.backup(copy)
    assert copy.read_bytes() == there


def test_a_store_is_not_copied_over_itself(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with SqliteStore(path) as store:
        store.append([draft("a")])
        with pytest.raises(FileExistsError):
            store.backup(path)
        assert matters(store) == ["a"]


def test_where_it_fails_no_file_is_left(tmp_path: Path) -> None:
    path, copy = tmp_path / "store.db", tmp_path / "copy.db"
    with SqliteStore(path) as store:
        store.append([draft("a", events=b"x" * 900_000)])
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
        try:
            with pytest.raises(StoreFull, match="ulimit") as caught:
                store.backup(copy)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        assert caught.value.where == str(copy)  # the store itself has room
        assert list(tmp_path.glob("copy*")) == []
        assert matters(store) == ["a"]
    with pytest.raises(StoreClosed):
        store.backup(copy)
    assert not copy.exists()


def test_a_host_copies_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    SqliteStore(path, share=True).close()
    with closing(sqlite3.connect(path)) as host:
        host.execute("BEGIN IMMEDIATE")
        store = SqliteStore.within(host)
        with pytest.raises(ValueError, match="has not committed"):
            store.backup(tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_the_page_can_be_followed(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow("how-to/back-up.md")
    assert reader.printed


# ------------------------------------------------------------------------- the command line


def test_the_words_are_there_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in WORDS.values())


def test_a_backup_from_the_command_line(tmp_path: Path) -> None:
    url, copy = filled(tmp_path, "shared"), tmp_path / "a copy?.db"
    told = run("store", "backup", url, copy)
    assert told.exit_code == 0, told.output
    assert f"{copy.stat().st_size} bytes" in told.stdout
    assert f"'sqlite:///{tmp_path}/a copy%3F.db'" in told.stdout
    assert run("verify", f"sqlite:///{tmp_path}/a copy%3F.db").exit_code == 0
    is_wrong(run("store", "backup", url, copy), "there already")


def test_a_backup_as_json(tmp_path: Path) -> None:
    url, copy = filled(tmp_path, "shared"), tmp_path / "copy.db"
    told = json.loads(run("store", "backup", url, copy, "--json").stdout)
    assert told == {"store": url, "file": str(copy), "bytes": copy.stat().st_size}


def test_what_can_not_be_backed_up(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    is_wrong(run("store", "backup", "memory:", copy), "memory:", "tools of its database")
    is_wrong(run("store", "backup", f"sqlite:///{tmp_path}/none.db", copy), "no such file")
    url = filled(tmp_path)
    is_wrong(run("store", "backup", url, tmp_path / "none" / "copy.db"), "No such file")
    assert not copy.exists()
