"""What the tests of the SQLite store share: rows, an append held open, a look into the files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.storage.sqlite import SqliteStore


@contextmanager
def paused_append(path: Path, drafts: Sequence[Draft]) -> Iterator[Appended]:
    """Write drafts on a connection of their own, and commit only on leaving."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=0)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
        yield SqliteStore.within(connection).append(drafts)
        connection.execute("COMMIT")
    finally:
        connection.close()


def contents(path: Path) -> bytes:
    """All that lies in the files of a store: the file, its journal, its write-ahead log."""
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob(f"{path.name}*")))


def sound(path: Path) -> bool:
    """Tell whether SQLite finds nothing wrong with a file."""
    connection = sqlite3.connect(path)
    try:
        found: list[tuple[str]] = connection.execute("PRAGMA integrity_check").fetchall()
    finally:
        connection.close()
    return found == [("ok",)]
