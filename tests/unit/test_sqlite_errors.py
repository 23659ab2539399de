"""What can be wrong with a file: each a clear error, nothing lost, nothing half written."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.drafts import AT, HOUR, draft, timer, with_timers
from tests.sqlite_files import paused_append, sound
from whistle_engine.errors import (
    StoreBusy,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreMismatch,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
    WhistleError,
)
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.storage.sqlite._failures import told

NO_WAIT = timedelta(0)
BIG = b"x" * 100_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whistle.db"


@contextmanager
def as_somebody_else() -> Iterator[None]:
    """Root may write everything: be somebody else meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may look into, unlike pytest's own."""
    made = Path(mkdtemp(prefix="whistle_"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


# ------------------------------------------------------------------------------- opening


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(
        StoreNotFound, match=r"is a folder; give the path of a file, as .*whistle.db"
    ):
        SqliteStore(tmp_path)


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreNotFound, match="there is no folder") as caught:
        SqliteStore(tmp_path / "none" / "whistle.db")
    assert caught.value.where == str(tmp_path / "none" / "whistle.db")
    assert not (tmp_path / "none").exists()


def test_nothing_is_made_unless_asked(path: Path) -> None:
    with pytest.raises(StoreNotFound, match="no such file"):
        SqliteStore(path, create=False)
    assert not path.exists()
    path.touch()
    with pytest.raises(StoreNotFound, match="no store in it"):
        SqliteStore(path, create=False)
    assert path.read_bytes() == b""


@pytest.mark.parametrize(
    "content", [b"words of a letter\n" * 99, b"\x00" * 5000, b"SQLite format 3"]
)
def test_what_is_no_database_stays_as_it_is(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreUnreadable, match="no SQLite database"):
        SqliteStore(path)
    assert path.read_bytes() == content


def test_another_applications_database_stays_as_it_is(path: Path) -> None:
    other = sqlite3.connect(path)
    other.executescript("CREATE TABLE orders (id); CREATE VIEW paid AS SELECT * FROM orders")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreMismatch, match=r"tables orders, paid; .* share=True"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    with as_somebody_else(), pytest.raises(StoreNotFound, match="read and write the file"):
        SqliteStore(folder / "whistle.db")
    assert not (folder / "whistle.db").exists()


def test_a_file_that_may_not_be_read(folder: Path) -> None:
    path = folder / "whistle.db"
    SqliteStore(path).close()
    path.chmod(0o600)
    with as_somebody_else(), pytest.raises(StoreNotFound, match="cannot be opened"):
        SqliteStore(path)


@pytest.mark.parametrize("locked", ["file", "folder"])
def test_a_file_that_may_not_be_written_can_be_read(folder: Path, locked: str) -> None:
    path = folder / "whistle.db"
    with SqliteStore(path) as store:
        store.append([with_timers(timer())])
    path.chmod(0o644 if locked == "file" else 0o666)
    folder.chmod(0o777 if locked == "file" else 0o755)
    with as_somebody_else(), SqliteStore(path) as store:
        assert len(store.feed(0, limit=9)) == 1
        with pytest.raises(StoreReadOnly, match="let this user write the file and its folder"):
            store.append([draft("b")])
        with pytest.raises(StoreReadOnly):
            store.timers.claim(now=AT, until=AT + HOUR, limit=1)
        assert len(store.ledger(LedgerFilter(), limit=9)) == 1


def test_a_log_needs_a_folder_that_may_be_written(folder: Path) -> None:
    path = folder / "whistle.db"
    with SqliteStore(path, exclusive=True) as store:
        store.append([draft("a")])
    path.chmod(0o644)
    assert path.read_bytes()[18:20] == b"\2\2"
    with as_somebody_else(), pytest.raises(StoreNotFound, match=r"write-ahead log.* copy the file"):
        SqliteStore(path, create=False)
    folder.chmod(0o777)
    copy = folder / "copy.db"
    shutil.copyfile(path, copy)
    copy.chmod(0o666)
    with as_somebody_else(), SqliteStore(copy, create=False) as store:
        assert len(store.feed(0, limit=9)) == 1


@pytest.mark.parametrize("seconds", [-1, 86_401])
def test_nobody_waits_for_less_than_nothing_or_for_days(path: Path, seconds: int) -> None:
    with pytest.raises(ValueError, match="busy_timeout"):
        SqliteStore(path, busy_timeout=timedelta(seconds=seconds))
    assert not path.exists()


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "-1", "1e300", "86401", "soon", ""])
def test_a_waiting_time_is_seconds_up_to_a_day(path: Path, value: str) -> None:
    with pytest.raises(ValueError, match=r"busy_timeout is '.*'; it should be seconds"):
        SqliteStore(f"sqlite:///{path}?busy_timeout={value}")
    assert not path.exists()


# ------------------------------------------------------------------------------- busy


def test_who_waits_too_long_is_told_that_nothing_was_written(path: Path) -> None:
    with SqliteStore(path, busy_timeout=NO_WAIT) as store:
        with paused_append(path, [draft("a")]):
            with pytest.raises(StoreBusy, match="nothing was written: try again later"):
                store.append([draft("b")])
            assert store.feed(0, limit=9) == ()
        store.append([draft("b")])
        assert [r.matter for r in store.feed(0, limit=9)] == ["a", "b"]


def test_a_commit_that_readers_hold_up_is_taken_back(path: Path) -> None:
    reader = sqlite3.connect(path)
    with SqliteStore(path, busy_timeout=NO_WAIT) as store:
        store.append([draft("a")])
        rows = reader.execute("SELECT * FROM whistle_matters")  # holds on until it is read
        with pytest.raises(StoreBusy):
            store.append([draft("b")])
        assert [r.matter for r in store.feed(0, limit=9)] == ["a"]
        rows.close()
        store.append([draft("b")])
    reader.close()


# ------------------------------------------------------------------------------- no room


def test_a_full_disk_writes_nothing(path: Path) -> None:
    with SqliteStore(path) as store:
        store.append([draft("a")])
        with store._session.read() as cursor:
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(StoreFull, match="no room left; nothing was written"):
            store.append([draft("b", events=BIG), draft("c")])
        assert [h.matter for h in store.scan(None, limit=9)] == ["a"]
        store.append([draft("c")])  # what fits goes on
        with store._session.read() as cursor:
            cursor.execute("PRAGMA max_page_count = 100000")
        store.append([draft("b", events=BIG)])
    assert sound(path)


def test_a_quota_on_files_writes_nothing(path: Path) -> None:
    """The file may not grow: SQLite sees a write that fails, as with a broken disk."""
    with SqliteStore(path) as store:
        store.append([draft("a")])
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
        try:
            with pytest.raises(StoreFull, match=r"limit .* on the size of files \(ulimit -f\)"):
                store.append([draft("b", events=BIG * 20)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)
        assert [r.matter for r in store.feed(0, limit=9)] == ["a"]
        store.append([draft("b")])
    assert sound(path)


def test_a_write_that_failed_is_told_to_be_perhaps_a_quota() -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    error.sqlite_errorname = "SQLITE_IOERR_WRITE"
    found = told(error, "whistle.db")
    assert isinstance(found, StoreFailed)
    assert "a quota or a limit on the size of files is reached, or the disk failed" in str(found)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte, where one may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("needs the right to mount")
    options = ["-t", "tmpfs", "-o", "size=1m", "whistle", str(place)]
    if subprocess.run([mount, *options], check=False, capture_output=True).returncode:  # noqa: S603
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", str(place)], check=True)  # noqa: S603, S607


def test_a_disk_that_is_really_full_writes_nothing(small_disk: Path) -> None:
    path = small_disk / "whistle.db"
    with SqliteStore(path) as store:
        with pytest.raises(StoreFull):
            fill(store)
        written = len(store.feed(0, limit=999))
        assert 0 < written < 99
        assert [r.matter for r in store.feed(0, limit=99)] == [f"m{n:02}" for n in range(written)]
    assert sound(path)


def fill(store: SqliteStore) -> None:
    for number in range(99):
        store.append([draft(f"m{number:02}", events=BIG)])


# ------------------------------------------------------------------------------- the tree


def test_all_are_store_errors_and_name_the_file(path: Path) -> None:
    path.write_bytes(b"no database" * 999)
    with pytest.raises(StoreError) as caught:
        SqliteStore(path)
    assert isinstance(caught.value, WhistleError)
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)
    assert str(caught.value).startswith(f"{path}: ")
    assert "SQLITE_NOTADB" in str(caught.value)


def test_a_mistake_of_the_caller_is_shown_as_it_is_and_writes_nothing(path: Path) -> None:
    with SqliteStore(path) as store:
        with pytest.raises(UnicodeEncodeError):
            store.append([draft("a"), draft("half\ud800")])
        with pytest.raises(OverflowError):
            store.append([draft("a"), with_timers(timer(2**70, matter="b"), matter="b")])
        with pytest.raises(TypeError):
            store.append([draft("a"), draft("b", recorded_at=AT.replace(tzinfo=None))])
        assert store.feed(0, limit=9) == ()
        store.append([draft("a")])
