"""The days from which two policies are compared, and on which their rows may begin to differ."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from whistle_engine.policy import Category, ListItem, Policy


def first_day(old: Policy, new: Policy, begins: date | None = None) -> date:
    """The day asked for, else the first on which both may be in force."""
    return begins or max(old.in_force_from, new.in_force_from)


def turns(rows: Iterable[Category | ListItem], first: date) -> tuple[date, ...]:
    """The first day, and each later one from which a row is in force, or no longer is."""
    days = {first}
    for row in rows:
        if row.since is not None:
            days.add(row.since)
        if row.until is not None and row.until < date.max:
            days.add(row.until + timedelta(days=1))
    return tuple(sorted(day for day in days if day >= first))
