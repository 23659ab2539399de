"""SQLite's errors, told in the library's own tree."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
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
    sqlite3.SQLITE_NOTADB: (
        StoreUnreadable,
        "it is no SQLite database (or an encrypted one); give the path of a store",
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
    if code is None and "Could not decode" in str(error):  # a text that is no longer UTF-8
        return StoreUnreadable(TOLD[sqlite3.SQLITE_CORRUPT][1], where=where)
    if code is None or code == sqlite3.SQLITE_ERROR:
        return None
    kind, message = TOLD.get(code & 0xFF, (StoreFailed, FAILED))
    if kind is StoreFailed and _journal_is_anothers(where):  # SQLite takes it for a broken disk
        kind, message = TOLD[sqlite3.SQLITE_READONLY]
    return kind(f"{message} ({error}, {error.sqlite_errorname})", where=where)


def _journal_is_anothers(where: str) -> bool:
    """Tell whether the journal beside the file is one that this user may not write."""
    effective = os.access in os.supports_effective_ids
    return any(
        Path(name).exists() and not os.access(name, os.W_OK, effective_ids=effective)
        for name in (f"{where}-journal", f"{where}-wal")
    )


@contextmanager
def translated(where: str) -> Iterator[None]:
    """Raise the library's own errors for SQLite's."""
    try:
        yield
    except sqlite3.Error as error:
        own = told(error, where)
        if own is None:
            raise
        raise own from error
