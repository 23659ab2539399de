"""What the kit cannot ask: folders and URLs, forks, what lies there by mistake, damage."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import lmdb
import pytest
from whistle_engine.errors import (
    StoreClosed,
    StoreMismatch,
    StoreNotFound,
    StoreUnreadable,
)
from whistle_engine.model import Stage, TextRef
from whistle_engine.plugins import Plugins
from whistle_engine.storage.rows import Draft, MatterRow, Projection, VaultText

from whistle_store_lmdb import LmdbStore
from whistle_store_lmdb.keys import FORMAT, RECORD, ordered
from whistle_store_lmdb.store import WORDS

AT = datetime(2026, 3, 4, 1, tzinfo=UTC)


def draft(matter: str = "m", version: int = 1, words: str | None = None) -> Draft:
    row = MatterRow(
        matter=matter, version=version, stage=Stage.RECEIVED, opened_at=AT, changed_at=AT,
        channel="visit", source_number=None, place="gulou", lat=None, lon=None, community="gulou",
        street="xinhuajie",
    )  # fmt: skip
    command = f"{matter}-{version}"
    text = VaultText(ref=TextRef(command, "text"), matter=matter, salt=b"salt", words=words or "")
    return Draft(
        matter=matter, version=version, command_id=command, recorded_at=AT, command=b"", basis=b"",
        events=b"", answer=b"", previous="", digest="", projection=Projection(row=row),
        texts=(text,) if words else (),
    )  # fmt: skip


def matters(store: LmdbStore) -> list[str]:
    return [record.matter for record in store.feed(0, limit=100)]


# ------------------------------------------------------------------------------- folders and URLs


def test_the_engine_opens_it_by_its_url(tmp_path: Path) -> None:
    store = Plugins.load(strict=True).open_store(f"lmdb:///{tmp_path}/store")
    store.append([draft()])
    store.close()
    assert matters(LmdbStore(tmp_path / "store")) == ["m"]


@pytest.mark.parametrize("url", ["lmdb:", "lmdb://", "lmdb://host/store", "lmdb:///store?x=1"])
def test_a_url_that_names_no_folder_is_told(url: str) -> None:
    with pytest.raises(ValueError, match="write lmdb:///folder"):
        LmdbStore(url)


def test_two_stores_on_a_folder_share_it_by_whatever_path(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "store")
    one = LmdbStore(tmp_path / "store")
    other = LmdbStore(tmp_path / "link")
    one.append([draft("a")])
    one.close()
    other.append([draft("b")])
    assert matters(other) == ["a", "b"]
    with pytest.raises(StoreClosed):
        matters(one)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # the test has other threads
def test_a_store_goes_on_in_both_processes_after_a_fork(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path / "store")
    store.append([draft("before")])
    child = os.fork()
    if not child:
        try:
            store.append([draft("child")])
        finally:
            os._exit(0 if "child" in matters(store) else 1)
    assert os.waitpid(child, 0)[1] == 0
    store.append([draft("parent")])
    assert matters(store) == ["before", "child", "parent"]


def test_a_store_goes_on_where_another_process_has_outgrown_its_map(tmp_path: Path) -> None:
    small = 4096 * 16
    store = LmdbStore(tmp_path / "store", map_size=small)
    other = (
        "import sys; from whistle_store_lmdb import LmdbStore; "
        "LmdbStore(sys.argv[1]).put_document('large', bytes(int(sys.argv[2])))"
    )
    command = [sys.executable, "-c", other, str(tmp_path / "store"), str(4 * small)]
    subprocess.run(command, check=True, timeout=60)  # noqa: S603  our own interpreter
    assert store.get_document("large") == bytes(4 * small)
    store.append([draft("after")])
    assert matters(store) == ["after"]


# ------------------------------------------------------------------------------ what lies there


def test_no_folder_can_be_made_there(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound, match=r"nowhere.*is not there"):
        LmdbStore(tmp_path / "nowhere" / "store")
    (tmp_path / "file").touch()
    with pytest.raises(StoreNotFound):
        LmdbStore(tmp_path / "file")


def test_looking_for_one_makes_none(tmp_path: Path) -> None:
    url = f"lmdb:///{tmp_path}/store"
    with pytest.raises(StoreNotFound, match="there is no store"):
        Plugins.load().open_store(url, create=False)
    assert [*tmp_path.iterdir()] == []
    Plugins.load().open_store(url).close()
    Plugins.load().open_store(url, create=False).close()


def test_what_is_no_environment_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data.mdb").write_bytes(b"something else" * 1000)
    with pytest.raises(StoreUnreadable, match="no LMDB environment"):
        LmdbStore(tmp_path)
    assert (tmp_path / "data.mdb").read_bytes() == b"something else" * 1000


@pytest.mark.parametrize("entry", [(b"theirs", b"1"), (FORMAT, b"whistle-store-lmdb 2")])
def test_another_application_or_release_is_told(tmp_path: Path, entry: tuple[bytes, bytes]) -> None:
    with lmdb.open(str(tmp_path)) as env, env.begin(write=True) as txn:
        txn.put(*entry)
    with pytest.raises(StoreMismatch, match="give another folder"):
        LmdbStore(tmp_path)
    with lmdb.open(str(tmp_path)) as env, env.begin() as txn:
        assert list(txn.cursor()) == [entry]


def test_a_damaged_commit_is_told(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path)
    store.append([draft()])
    store.close()
    with lmdb.open(str(tmp_path)) as env, env.begin(write=True) as txn:
        cursor = txn.cursor()
        assert cursor.set_range(RECORD + ordered("m"))
        cursor.put(cursor.key(), b"{}\n")
    with pytest.raises(StoreUnreadable, match="a commit in it is damaged"):
        LmdbStore(tmp_path).load("m")


def test_the_id_of_a_matter_may_be_long_but_not_too_long(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path)
    long = "𠮷" * 100  # the longest id that the engine takes, of the longest characters
    store.append([draft(long)])
    assert matters(store) == [long]
    with pytest.raises(ValueError, match="up to 458 bytes"):
        store.append([draft("𠮷" * 115)])


# ------------------------------------------------------------------------------------- the vault


def test_words_of_an_append_that_did_not_come_to_its_end_are_cut_off(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path)
    store.append([draft("a", words="路灯不亮")])
    store.close()
    file = tmp_path / WORDS
    kept = file.read_bytes()
    file.write_bytes(kept + "没有写完的话".encode())
    again = LmdbStore(tmp_path)
    assert file.read_bytes() == kept
    again.append([draft("b", words="另一件事")])
    texts = [again.read_text(TextRef(command, "text")) for command in ("a-1", "b-1")]
    assert [text.words for text in texts if isinstance(text, VaultText)] == [
        "路灯不亮",
        "另一件事",
    ]


def test_a_file_of_words_that_is_cut_off_is_told(tmp_path: Path) -> None:
    store = LmdbStore(tmp_path)
    store.append([draft(words="路灯不亮")])
    store.close()
    os.truncate(tmp_path / WORDS, 5)
    with pytest.raises(StoreUnreadable, match="cut off"):
        LmdbStore(tmp_path)
