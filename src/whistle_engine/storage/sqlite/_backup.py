"""A copy of a store that is in use."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from whistle_engine.storage.sqlite._failures import translated
from whistle_engine.storage.sqlite._session import Session


def backup(session: Session, path: str | os.PathLike[str]) -> None:
    """Copy all of it into a new file; see :meth:`.SqliteStore.backup`."""
    made = Path(path)
    with made.open("xb"):  # never over another file, whoever makes one at the same time
        pass
    try:
        with translated(str(made)), closing(sqlite3.connect(made, isolation_level=None)) as copy:
            copy.execute("PRAGMA synchronous = FULL")
            session.copy(copy, str(made))
            copy.execute("PRAGMA journal_mode = DELETE")  # the mark of a write-ahead log came along
        _keep(made.parent)
    except BaseException:
        for name in (made, *(Path(f"{made}{end}") for end in ("-journal", "-wal", "-shm"))):
            name.unlink(missing_ok=True)
        raise


def _keep(folder: Path) -> None:
    """Have the disk keep the new name too, where a folder can be asked for that."""
    if os.name != "posix":
        return
    known = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(known)
    finally:
        os.close(known)
