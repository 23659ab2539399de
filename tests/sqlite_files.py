"""What the tests of the SQLite store share: rows, an append held open, a look into the files."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from whistle_engine.model import Stage
from whistle_engine.storage.rows import Appended, Draft, MatterRow, Projection, Timer
from whistle_engine.storage.sqlite import SqliteStore

AT = datetime(2024, 3, 4, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(matter: str = "m", version: int = 1, **changes: Any) -> MatterRow:
    """A row of the ledger."""
    values: dict[str, Any] = {
        "matter": matter, "version": version, "stage": Stage.RECEIVED, "opened_at": AT,
        "changed_at": AT, "channel": "12345", "source_number": None, "place": "gulou",
        "lat": None, "lon": None, "community": "gulou", "street": "xinhua",
    }  # fmt: skip
    return MatterRow(**(values | changes))


def draft(matter: str = "m", version: int = 1, command: str | None = None, **changes: Any) -> Draft:
    """A commit to be appended."""
    values: dict[str, Any] = {
        "matter": matter, "version": version, "command_id": command or f"{matter}-{version}",
        "recorded_at": AT, "command": b"c", "basis": b"b", "events": b"e", "answer": b"a",
        "previous": "", "digest": "d", "projection": Projection(row=row(matter, version)),
    }  # fmt: skip
    return Draft(**(values | changes))


def timer(clock: int = 1, step: int = 1, due: datetime = AT, matter: str = "m") -> Timer:
    """A timer, due at once."""
    return Timer(matter=matter, clock=clock, step=step, due=due)


def with_timers(*timers: Timer, matter: str = "m", version: int = 1) -> Draft:
    """A commit that brings timers."""
    return draft(matter, version, projection=Projection(row=row(matter, version), timers=timers))


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
