"""Dated rows: days on which nothing is in force, and rows that never are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from whistle_engine.policy import Category, ListItem
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, finding

DAY = timedelta(days=1)


def never_in_force(subject: Subject) -> Iterator[Finding]:
    """Rows that end before the policy begins."""
    since = subject.policy.in_force_from
    rows: list[tuple[str, str, int, date | None]] = [
        *(("categories", r.code, n, r.until) for n, r in enumerate(subject.policy.categories)),
        *(
            ("street_list", r.category, n, r.until)
            for n, r in enumerate(subject.policy.street_list)
        ),
    ]
    for table, code, number, until in rows:
        if until is not None and until < since:
            yield finding(
                "row_never",
                f"{table}.{code}.until",
                spot=subject.row(table, number, "until"),
                until=until.isoformat(),
                since=since.isoformat(),
            )


def gaps(subject: Subject) -> Iterator[Finding]:
    """Days between two rows of one category on which neither is in force.

    What lies wholly before the day of the check, or before the policy begins, is past mending.
    """
    start = max(subject.policy.in_force_from, subject.on)
    for code, rows in _by_code(subject).items():
        for (_, before), (number, after) in pairwise(rows):
            if before.until is None or after.since is None:
                continue
            first, last = before.until + DAY, after.since - DAY
            if first <= last and last >= start:
                yield finding(
                    "category_gap",
                    f"categories.{code}.since",
                    spot=subject.row("categories", number, "since"),
                    name=code,
                    first=first.isoformat(),
                    last=last.isoformat(),
                )


def street_list(subject: Subject) -> Iterator[Finding]:
    """Items of the street list whose own days go beyond those of their category.

    An end that an item leaves open is that of its category.
    """
    rows = _by_code(subject)
    for number, item in enumerate(subject.policy.street_list):
        found = rows.get(item.category, [])
        if not found or _ended(item, subject.policy.in_force_from):
            continue
        first, last = found[0][1].since, found[-1][1].until
        early = item.since is not None and first is not None and item.since < first
        late = item.until is not None and last is not None and item.until > last
        begins_late = item.since is not None and last is not None and item.since > last
        ends_early = item.until is not None and first is not None and item.until < first
        if early or late or begins_late or ends_early:
            name = "since" if early or begins_late else "until"
            yield finding(
                "list_outside",
                f"street_list.{item.category}.{name}",
                spot=subject.row("street_list", number, name),
                name=item.category,
                first=first.isoformat() if first is not None else "—",
                last=last.isoformat() if last is not None else "—",
            )


def _ended(item: ListItem, since: date) -> bool:
    return item.until is not None and item.until < since


def _by_code(subject: Subject) -> dict[str, list[tuple[int, Category]]]:
    """The rows of each category in the order of their days, with their numbers."""
    found: dict[str, list[tuple[int, Category]]] = {}
    for number, row in enumerate(subject.policy.categories):
        found.setdefault(row.code, []).append((number, row))
    for rows in found.values():
        rows.sort(key=lambda each: each[1].since or date.min)
    return found
