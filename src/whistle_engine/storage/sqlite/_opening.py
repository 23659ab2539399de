"""Opening a file: where it is, what lies there, and which journal keeps it safe."""

from __future__ import annotations

import os
import sqlite3
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import frozen

from whistle_engine.errors import StoreBusy, StoreMismatch, StoreNotFound
from whistle_engine.model import changed
from whistle_engine.storage._whole import check
from whistle_engine.storage.sqlite._failures import translated
from whistle_engine.storage.sqlite._schema import (
    APPLICATION_ID,
    STEPS,
    migrate,
    schema_of,
    strangers,
)
from whistle_engine.storage.sqlite._whole import expect_whole

MEMORY = ":memory:"
OLDEST = (3, 37, 0)
"""The first library with STRICT tables."""

SCHEME = "sqlite"
OPTIONS = ("busy_timeout", "exclusive", "share")
"""What the query of a URL may set."""

PATIENCE = timedelta(days=1)
"""Nobody waits longer for others; SQLite itself counts milliseconds up to 24 days."""

FAULT = (
    "SQLite {library} can damage a write-ahead log when two connections reset it at once (mended "
    "in 3.44.6, 3.50.7 and 3.51.3)"
)


@frozen(kw_only=True, slots=False)
class Place:
    """Where a store lies, and how it is to be opened.

    Attributes:
        path: of the file; ``:memory:`` for one that is forgotten when it is closed.
        busy_timeout: for how long to wait while others hold the file, up to :data:`PATIENCE`.
        create: make the file, and the tables, where there are none.
        exclusive: keep the file for this one store object; nobody else can open it.
        share: put the tables beside those of another application. Where such are there already,
            the file is shared, whatever is said here: its journal is never changed for good.
        durable: write through to the disk with each append; without, a power cut may lose the
            latest ones or damage the file. For experiments only.
    """

    path: str
    busy_timeout: timedelta = timedelta(seconds=10)
    create: bool = True
    exclusive: bool = False
    share: bool = False
    durable: bool = True


@frozen
class Journal:
    """How a file is kept whole, and why so.

    Attributes:
        mode: ``wal``, or ``truncate``: a rollback journal, cut to nothing with each commit; or
            ``memory``.
        synchronous: ``full``: an append is on the disk when it returns; or ``off``.
        reason: why this mode.
        library: the version of SQLite.
    """

    mode: str
    synchronous: str
    reason: str
    library: str


def place(path_or_url: object) -> Place:
    """Read a path or a URL.

    Args:
        path_or_url: a path; ``sqlite:///in/this/folder.db``, ``sqlite:////from/the/root.db``;
            ``:memory:`` or ``sqlite://``.

    Raises:
        ValueError: it is neither; the message says what would be.
    """
    if isinstance(path_or_url, os.PathLike):
        path_or_url = os.fspath(path_or_url)
        if isinstance(path_or_url, str):
            return Place(path=path_or_url)
    if not isinstance(path_or_url, str) or not path_or_url:
        raise ValueError(f"{path_or_url!r} is no path and no URL; give sqlite:///path/to/file.db")
    scheme, found, rest = path_or_url.partition(":")
    if scheme != SCHEME or not found:
        if "://" in path_or_url:
            raise ValueError(f"{path_or_url!r} is no URL of this store; it begins sqlite:///")
        return Place(path=path_or_url)
    url = urlsplit(path_or_url)
    if not rest.startswith("//") or url.netloc or url.fragment:
        raise ValueError(
            f"{path_or_url!r} names no file; write sqlite:///file.db for one in this folder, "
            "sqlite:////folder/file.db for one from the root, sqlite:// for none"
        )
    made = Place(path=unquote(url.path[1:]) or MEMORY)
    for name, value in parse_qsl(url.query, keep_blank_values=True):
        made = _set(made, name, value)
    return made


def _set(place_: Place, name: str, value: str) -> Place:
    if name == "busy_timeout":
        try:
            return changed(place_, busy_timeout=patience(timedelta(seconds=float(value))))
        except (ValueError, OverflowError):
            raise ValueError(
                f"busy_timeout is {value!r}; it should be seconds, as 10; up to a day"
            ) from None
    if name in OPTIONS and value in ("0", "1"):
        return changed(place_, **{name: value == "1"})
    if name in OPTIONS:
        raise ValueError(f"{name} is {value!r}; it should be 0 or 1")
    raise ValueError(f"there is no option {name!r}; there are {', '.join(OPTIONS)}")


def patience(given: timedelta) -> timedelta:
    """A waiting time as it is given.

    Raises:
        ValueError: it is below 0, or longer than :data:`PATIENCE`.
    """
    if not timedelta(0) <= given <= PATIENCE:
        raise ValueError(f"busy_timeout is {given}; it should be from 0 to a day")
    return given


def patched(library: tuple[int, ...]) -> bool:
    """Tell whether a version of SQLite is free of the WAL-reset fault."""
    return library >= (3, 51, 3) or any(
        library[:2] == first[:2] and library >= first for first in ((3, 50, 7), (3, 44, 6))
    )


# ---------------------------------------------------------------------------------- connections


def connect(where: Place) -> tuple[sqlite3.Connection, Journal]:
    """Open a file, and make or migrate its tables.

    Raises:
        StoreError: one of its family; nothing that was there has changed.
    """
    if sqlite3.sqlite_version_info < OLDEST:
        raise StoreMismatch(
            f"SQLite is {sqlite3.sqlite_version}; this store needs 3.37 or later",
            where=where.path,
        )
    _look(where)
    with translated(where.path):
        connection = sqlite3.connect(
            where.path,
            timeout=where.busy_timeout.total_seconds(),
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            return connection, _prepared(connection, where)
        except BaseException:
            connection.close()
            raise


def _look(where: Place) -> None:
    """Say it plainly where SQLite would only say that it cannot open the file."""
    path = Path(where.path)
    if where.path == MEMORY:
        return
    try:
        folder = path.is_dir()
    except OSError as error:  # a name that is too long, say
        raise StoreNotFound(f"it cannot be opened: {error.strerror}", where=where.path) from None
    if folder:
        raise StoreNotFound(
            f"it is a folder; give the path of a file, as {path / 'whistle.db'}", where=where.path
        )
    if not path.parent.is_dir():
        raise StoreNotFound(f"there is no folder {path.parent}; make it first", where=where.path)
    if not where.create and not path.exists():
        raise StoreNotFound("there is no such file, and none is to be made", where=where.path)


def _prepared(connection: sqlite3.Connection, where: Place) -> Journal:
    cursor = connection.cursor()
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.execute("PRAGMA fullfsync = ON")  # macOS: otherwise the disk's own cache may keep it
    if where.exclusive:
        cursor.execute("PRAGMA locking_mode = EXCLUSIVE")  # before WAL: no shared memory then
    cursor.execute("BEGIN")  # what follows is of one moment
    schema = schema_of(cursor)  # the first look at the file
    check(schema, where.path, known=len(STEPS))
    expect_whole(cursor, schema, where.path, steps=STEPS)
    others = strangers(cursor)
    cursor.execute("COMMIT")
    if schema == 0:
        _may_make(where, others)
    journal = _journal(cursor, where, shared=where.share or bool(others))
    if schema < len(STEPS):
        cursor.execute("BEGIN IMMEDIATE")
        try:
            if schema == 0 and not others:
                cursor.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            migrate(cursor, where.path)
            cursor.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise
    cursor.execute("PRAGMA busy_timeout = 0")  # from now on the session waits, more evenly
    cursor.close()
    return journal


def _may_make(where: Place, others: tuple[str, ...]) -> None:
    if others and not where.share:
        raise StoreMismatch(
            f"it is another application's database, with the tables {', '.join(others[:3])}"
            f"{' …' if len(others) > 3 else ''}; give another path, or share=True to put the "  # noqa: PLR2004
            "store's tables beside them",
            where=where.path,
        )
    if not where.create:
        raise StoreNotFound("there is no store in it, and none is to be made", where=where.path)


# ------------------------------------------------------------------------------------ the journal


def _journal(cursor: sqlite3.Cursor, where: Place, *, shared: bool) -> Journal:
    """Choose the journal.

    A write-ahead log is a mark in the file, for all who open it: in one that is shared, the mark
    stays as it is. Which rollback journal it is, each connection chooses for itself: ours is cut to
    nothing. Deleted, it might come back after a power cut and undo the last append; only emptied
    at its head, it would keep words that were erased.
    """
    library = sqlite3.sqlite_version
    fault = FAULT.format(library=library)
    good = patched(sqlite3.sqlite_version_info)
    there = _mode(cursor)
    if there == "memory":
        return Journal("memory", "off", "it lies in memory, and is forgotten in the end", library)
    synchronous = "full" if where.durable else "off"
    cursor.execute(f"PRAGMA synchronous = {synchronous}")
    if shared and there == "wal":
        wanted, reason = "wal", "the other application chose a write-ahead log"
        reason = reason if good else f"{reason}; but {fault}"
    elif shared:
        wanted, reason = "truncate", "the other application chose no write-ahead log"
    elif where.exclusive:
        wanted, reason = "wal", "nobody else can open it, so nobody else can reset its log"
    elif good:
        wanted, reason = "wal", f"SQLite {library} is free of the fault of write-ahead logs"
    else:
        wanted, reason = "truncate", fault
    got = _switched(cursor, wanted)
    if got == "wal" != wanted:
        raise StoreBusy(
            f"others have it open with a write-ahead log, and {fault}; close them first, or use "
            "a newer SQLite here too",
            where=where.path,
        )
    if got != "wal" == wanted:
        if where.exclusive:
            raise StoreBusy("others have it open; close them first", where=where.path)
        got = _switched(cursor, "truncate")
        reason = "it cannot be given a write-ahead log while others have it open, or read-only"
    return Journal(got, synchronous, reason, library)


def _mode(cursor: sqlite3.Cursor) -> str:
    return str(cursor.execute("PRAGMA journal_mode").fetchone()[0])


def _switched(cursor: sqlite3.Cursor, mode: str) -> str:
    """Ask for a journal mode, and give the one that there is now."""
    try:
        return str(cursor.execute(f"PRAGMA journal_mode = {mode}").fetchone()[0])
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code != sqlite3.SQLITE_BUSY and (code != sqlite3.SQLITE_READONLY or mode != "wal"):
            raise
    return _mode(cursor)
