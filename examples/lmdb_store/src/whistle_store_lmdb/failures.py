"""LMDB's errors and the system's, told in the engine's own tree."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import lmdb
from whistle_engine.errors import (
    StoreBusy,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreMismatch,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
)

Told = tuple[type[StoreError], str]

FAILED: Told = (
    StoreFailed,
    "the machine failed under it; whether the last write is there is not known: look at the disk",
)
DAMAGED: Told = (
    StoreUnreadable,
    "it is damaged, or no LMDB environment; keep a copy as it is, and go back to a backup",
)
READ_ONLY: Told = (
    StoreReadOnly,
    "it may not be written; nothing was: let this user write the folder and its files",
)
FULL: Told = (StoreFull, "the disk is full; nothing was written: make room and try again")
MISSING: Told = (
    StoreNotFound,
    "it, or a part of it, is not there; give a store's folder, or a new one where one can be made",
)

BY_KIND: dict[type[Exception], Told] = {
    lmdb.ReadersFullError: (StoreBusy, "too many processes read it at once: try again later"),
    lmdb.MemoryError: (StoreFull, "no memory left to map more of it; nothing was written"),
    lmdb.VersionMismatchError: (StoreMismatch, "another version of LMDB wrote it: use that one"),
    lmdb.InvalidError: DAMAGED,
    lmdb.CorruptedError: DAMAGED,
    lmdb.PageNotFoundError: DAMAGED,
}
"""LMDB's own errors."""

BY_NUMBER: dict[int, Told] = {
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EROFS: READ_ONLY,
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.ENOENT: MISSING,
    errno.ENOTDIR: MISSING,
    errno.EEXIST: MISSING,
}
"""The system's, which LMDB hands on too."""


@contextmanager
def told(where: str) -> Iterator[None]:
    """Raise the engine's errors for those of LMDB and of the system.

    Args:
        where: the store.
    """
    try:
        yield
    except StoreUnreadable as error:
        raise StoreUnreadable(str(error), where=where) from error
    except (lmdb.Error, OSError) as error:
        number = error.errno if isinstance(error, OSError) else error.code
        kind, message = BY_KIND.get(type(error)) or BY_NUMBER.get(number or 0) or FAILED
        raise kind(f"{message} ({error})", where=where) from error
