"""Erased words are gone from the files, not only from what is read (S17)."""

from __future__ import annotations

import random
import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from attrs import evolve

from tests.drafts import draft
from tests.sqlite_files import contents, sound
from whistle_engine.errors import StoreBusy
from whistle_engine.model import TextRef
from whistle_engine.storage.rows import Draft, Erased, VaultText
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.storage.sqlite import _session as sessions

PAGES = Path(__file__).parents[2] / "docs" / "how-to"
LENGTHS = (1, 3, 40, 400, 1500, 5000, 20_000)
"""Some fit in a page many times, some lie over several."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whistle.db"


def words(number: int, length: int) -> str:
    """Words that stand nowhere else, in each part of them."""
    return "".join(f"[词{number}.{part}]" for part in range(length // 10 + 1))


def salt(number: int) -> bytes:
    return sha256(f"salt {number}".encode()).digest()


def with_text(number: int) -> Draft:
    made = draft(sha256(str(number).encode()).hexdigest())  # in no order
    text = VaultText(
        ref=TextRef(made.command_id, "text"),
        matter=made.matter,
        salt=salt(number),
        words=words(number, LENGTHS[number % len(LENGTHS)]),
    )
    return evolve(made, texts=(text,))


@pytest.mark.parametrize("exclusive", [False, True], ids=["rollback journal", "write-ahead log"])
def test_erased_words_are_nowhere_in_the_files(path: Path, exclusive: bool) -> None:  # noqa: FBT001
    """However they came and went: rows that move in their pages would leave copies behind."""
    order = random.Random(4)  # noqa: S311  repeatable, nothing secret
    drafts = [with_text(number) for number in range(300)]
    with SqliteStore(path, exclusive=exclusive, durable=False) as store:
        for each in drafts:
            store.append([each])
        left = dict(enumerate(drafts))
        while len(left) > 20:
            number = order.choice(sorted(left))
            store.erase_text(left.pop(number).texts[0].ref)
        held = contents(path)
        for number, each in enumerate(drafts):
            text = each.texts[0]
            there = number in left
            first = f"[词{number}.0]".encode()
            last = f"[词{number}.{text.words.count('[') - 1}]".encode()
            assert (first in held, last in held, text.salt in held) == (there, there, there)
            assert store.read_text(text.ref) == (text if there else Erased.ERASED)
    assert sound(path)


def test_words_are_not_in_the_log_while_it_is_open(path: Path) -> None:
    made = with_text(5)
    with SqliteStore(path, exclusive=True) as store:
        store.append([made])
        assert salt(5) in contents(path)
        store.erase_text(made.texts[0].ref)
        assert salt(5) not in contents(path)
        assert path.with_name("whistle.db-wal").stat().st_size == 0


def test_a_log_that_others_read_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 51, 3))
    made = with_text(5)
    with SqliteStore(path, busy_timeout=timedelta(0)) as store:
        store.append([made])
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM whistle_meta").fetchall()
        with pytest.raises(StoreBusy, match="erase it again later"):
            store.erase_text(made.texts[0].ref)
        assert store.read_text(made.texts[0].ref) is Erased.ERASED
        reader.execute("COMMIT")
        store.erase_text(made.texts[0].ref)
        assert salt(5) not in contents(path)
        reader.close()


def test_the_history_stays_as_it_was(path: Path) -> None:
    made = with_text(3)
    with SqliteStore(path) as store:
        store.append([made])
        before = store.load(made.matter)
        store.erase_text(made.texts[0].ref)
        assert store.load(made.matter) == before


def test_documents_lie_once_under_their_digest(path: Path) -> None:
    document = bytes(random.Random(1).randbytes(50_000))  # noqa: S311  as above
    with SqliteStore(path) as first, SqliteStore(path) as second:
        for store in (first, second, first):
            store.put_document("d", document)
        store.put_document("d", b"other")
        assert second.get_document("d") == document
    assert path.read_bytes().count(document[:200]) == 1
    assert path.stat().st_size < 200_000


def test_s17_a_log_that_a_host_turned_on_meanwhile_keeps_no_erased_words(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "patched", lambda _: True)  # else the store refuses such a log
    made = with_text(1)
    (text,) = made.texts
    log = path.with_name(f"{path.name}-wal")
    with SqliteStore(path, share=True) as store, closing(sqlite3.connect(path)) as host:
        assert "journal wal" not in store.describe()
        assert host.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        store.append([made])
        assert text.words.encode() in log.read_bytes()
        store.erase_text(text.ref)
        assert text.words.encode() not in log.read_bytes() + path.read_bytes()
        assert "journal wal" in store.describe()


def test_s17_a_host_with_a_log_has_to_truncate_it_after_its_commit(path: Path) -> None:
    SqliteStore(path, share=True).close()
    made = with_text(1)
    (text,) = made.texts
    log = path.with_name(f"{path.name}-wal")
    with closing(sqlite3.connect(path, isolation_level=None)) as host:
        host.execute("PRAGMA journal_mode = WAL")
        store = SqliteStore.within(host)
        for write in (lambda: store.append([made]), lambda: store.erase_text(text.ref)):
            host.execute("BEGIN IMMEDIATE")
            write()
            host.execute("COMMIT")
        host.execute("PRAGMA wal_checkpoint(PASSIVE)")
        assert text.words.encode() in log.read_bytes()
        (said,) = re.findall(r"``(PRAGMA \S+)``", SqliteStore.within.__doc__ or "")
        for page in ("", ".zh"):
            told = (PAGES / f"erase-a-person{page}.md").read_text(encoding="utf-8")
            assert f"`{said}`" in told
        assert host.execute(said).fetchone()[0] == 0
        assert text.words.encode() not in log.read_bytes() + path.read_bytes()
