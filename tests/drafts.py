"""Rows and commits made up for tests of stores; their payloads mean nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from whistle_engine.model import Stage
from whistle_engine.storage.rows import Draft, MatterRow, Projection, Timer

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
