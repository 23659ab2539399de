"""SQLite's errors, told in the library's own tree."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from contextlib import AbstractContextManager
from pathlib import Path

from whistle_engine.errors import (
    StoreBusy,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
)
from whistle_engine.storage._telling import telling

if sys.platform != "win32":
    import resource

TOLD: dict[int, tuple[type[StoreError], str]] = {
    sqlite3.SQLITE_BUSY: (
        StoreBusy,
        "others held it for longer than busy_timeout; nothing was written: try again later",
    ),
    sqlite3.SQLITE_LOCKED: (
        StoreBusy,
        "something else on the same connection holds it; nothing was written: finish that first",
    ),
    sqlite3.SQLITE_FULL: (
        StoreFull,
        "there is no room left; nothing was written: make room on its disk and try again",
    ),
    sqlite3.SQLITE_READONLY: (
        StoreReadOnly,
        "it may not be written; nothing was: let this user write the file and its folder",
    ),
    sqlite3.SQLITE_CORRUPT: (
        StoreUnreadable,
        "it is damaged; keep a copy as it is, and go back to the latest backup",
    ),
    sqlite3.SQLITE_CANTOPEN: (
        StoreNotFound,
        "it cannot be opened; let this user read and write the file and its folder",
    ),
    sqlite3.SQLITE_PERM: (
        StoreNotFound,
        "this user may not open it; let it read and write the file and its folder",
    ),
}
"""By SQLite's primary result code: which error, and what to say."""

FAILED = (
    "the machine failed under it; whether the last write is there is not known: look at the disk, "
    "then send the last command again under its own id"
)


WRITE_FAILED = (
    "a write failed: a quota or a limit on the size of files is reached, or the disk failed; "
    "whether it is there is not known: look at the quota and the disk, then send the last command "
    "again under its own id"
)
LIMITED = (
    "it may not grow beyond the limit that this process has on the size of files (ulimit -f); "
    "nothing was written: raise the limit and try again"
)
NEEDS_ITS_FOLDER = (
    "it has a write-ahead log, and such a file needs a folder that may be written even to be read: "
    "let this user write the folder, or copy the file, with the -wal file beside it, to another"
)
GONE = "a part of its tables is gone; keep a copy as it is, and go back to the latest backup"

NO_DATABASE = "it is no SQLite database (or an encrypted one); give the path of a store"

_GONE = re.compile(r"no such (table|index): (\w+\.)?whistle_")
"""What SQLite says of a part of the schema that was dropped while the file was open."""
_WRITE = frozenset({sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""What SQLite says if a file may not grow, and of a broken disk as well."""
_NO_LOG = frozenset(
    {
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY_DIRECTORY,
        sqlite3.SQLITE_READONLY_CANTINIT,
        sqlite3.SQLITE_READONLY_RECOVERY,
    }
)
"""What SQLite says if it cannot make the files of a write-ahead log."""
_LOG_MARK = slice(18, 20)
"""Where the head of a file says, by two bytes of 2, that it has a write-ahead log."""
_GROWTH = 1 << 17
"""What the largest page takes in any of the files, and more."""


def told(error: sqlite3.Error, where: str) -> StoreError | None:
    """The error of the library for one of SQLite's.

    Args:
        error: what was raised.
        where: the store.

    Returns:
        The error; ``None`` for a mistake in the use of SQLite, which is to be seen as it is.
    """
    if not isinstance(error, sqlite3.DatabaseError) or isinstance(
        error, sqlite3.ProgrammingError | sqlite3.IntegrityError
    ):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    if code == sqlite3.SQLITE_NOTADB:  # a wrong path, most likely, and no damage
        said = f"{NO_DATABASE} ({error}, {error.sqlite_errorname})"
        return StoreUnreadable(said, where=where, code="not_a_store")
    if code is None and "Could not decode" in str(error):  # a text that is no longer UTF-8
        return StoreUnreadable(TOLD[sqlite3.SQLITE_CORRUPT][1], where=where)
    if code == sqlite3.SQLITE_ERROR and _GONE.match(str(error)):
        return StoreUnreadable(f"{GONE} ({error})", where=where)
    if code is None or code == sqlite3.SQLITE_ERROR:
        return None
    kind, message = TOLD.get(code & 0xFF, (StoreFailed, FAILED))
    if kind is StoreFailed and _journal_is_anothers(where):  # SQLite takes it for a broken disk
        kind, message = TOLD[sqlite3.SQLITE_READONLY]
    elif code in _WRITE:
        kind, message = (StoreFull, LIMITED) if _limited(where) else (StoreFailed, WRITE_FAILED)
    elif code in _NO_LOG and _has_log_out_of_reach(where):
        kind, message = StoreNotFound, NEEDS_ITS_FOLDER
    return kind(f"{message} ({error}, {error.sqlite_errorname})", where=where)


def _journal_is_anothers(where: str) -> bool:
    """Tell whether the journal beside the file is one that this user may not write."""
    effective = os.access in os.supports_effective_ids
    return any(
        Path(name).exists() and not os.access(name, os.W_OK, effective_ids=effective)
        for name in (f"{where}-journal", f"{where}-wal")
    )


def _limited(where: str) -> bool:
    """Tell whether the file or its journal has come to this process's limit on their size."""
    if sys.platform == "win32":
        return False
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return limit != resource.RLIM_INFINITY and any(
        Path(name).stat().st_size + _GROWTH > limit
        for name in (where, f"{where}-journal", f"{where}-wal")
        if Path(name).exists()
    )


def _has_log_out_of_reach(where: str) -> bool:
    """Tell whether a file has a write-ahead log, whose files this user may not make."""
    try:
        with Path(where).open("rb") as file:
            logs = file.read(_LOG_MARK.stop)[_LOG_MARK] == b"\2\2"
    except OSError:
        return False
    effective = os.access in os.supports_effective_ids
    return logs and not os.access(Path(where).parent, os.W_OK, effective_ids=effective)


def translated(where: str) -> AbstractContextManager[None]:
    """Raise the library's own errors for SQLite's, and say where a row is damaged."""
    return telling(where, sqlite3.Error, told)
