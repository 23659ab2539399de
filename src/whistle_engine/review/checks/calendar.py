"""The calendar: whether it reaches as far as the limits do, and has every year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from whistle_engine.deadlines import WorkingTime
from whistle_engine.directory import Directory
from whistle_engine.model import Due, Limit
from whistle_engine.policy import Policy
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.lengths import limit_told
from whistle_engine.review.findings import Finding, finding
from whistle_engine.soundness import limits_of


def years(subject: Subject) -> Iterator[Finding]:
    """Years without any day off, from the first that the policy is in force to the last known."""
    policy = subject.policy
    known = {day.year for day in policy.calendar.holidays}
    first, last = min(known, default=0), max(known, default=0)
    begins = policy.in_force_from.year
    if known and begins < first:
        since = policy.in_force_from.isoformat()
        yield finding("calendar_begins", "calendar.years", str(first), since=since, year=first)
    missing = tuple(str(year) for year in range(max(first, begins), last) if year not in known)
    if missing:
        told = ", ".join(missing)
        yield finding("calendar_year_missing", "calendar.years", told, years=missing)


def horizon(subject: Subject) -> Iterator[Finding]:
    """Whether the longest limit that starts on the day of the check ends on a known day.

    Only what is counted in working days or hours of work can go beyond; extensions count in.
    """
    policy, on = subject.policy, subject.on
    known = policy.calendar.known_until
    until = known.isoformat()
    if known < on:
        yield finding("calendar_over", "calendar.years", until, until=until, on=on.isoformat())
        subject.skipped.add("calendar_ends")
        return
    beyond = [found for found in _dues(policy, on) if found[2].provisional]
    if beyond:
        name, limit, due = max(beyond, key=lambda found: found[2].at)
        yield finding(
            "calendar_ends",
            "calendar.years",
            until,
            until=until,
            on=on.isoformat(),
            name=name,
            limit=limit_told(limit),
            at=policy.local(due.at).date().isoformat(),
        )


def _dues(policy: Policy, on: date) -> Iterator[tuple[str, Limit, Due]]:
    """Every limit that starts with the last shift of a day, and its due time."""
    counted = WorkingTime(policy, Directory(units=()))
    start = datetime.combine(on, max(shift.start for shift in policy.shifts), policy.zone)
    for name, limit in limits_of(policy):
        yield name, limit, counted.due(start, limit, unit=None)
    for kind in policy.kinds:
        if kind.extension is not None:
            solve = counted.due(start, kind.solve, unit=None)
            longest = counted.extended(solve, kind.extension, at=start)
            yield f"kinds.{kind.code}.extension", kind.extension, longest
