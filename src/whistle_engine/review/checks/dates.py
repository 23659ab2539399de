"""Dated rows: days on which nothing is in force, and rows that never are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise

from whistle_engine.model import Label
from whistle_engine.policy import Category, ListItem
from whistle_engine.problems import Spot
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.words import named_category

DAY = timedelta(days=1)
MANY = 5
"""Rows that end on one day, more than so many, are told together."""
TABLES = {
    "categories": Label("派单目录", "the catalogue"),
    "street_list": Label("街道职责清单", "the street list"),
}
_STOPS = {
    "categories": Label("任何事项都无法分类和吹哨", "nothing can be classified or blown for"),
    "street_list": Label("任何事项都不能由街道承办", "nothing is the street's to answer for"),
}
_LATER = {
    "categories": Label("此后无法分类和吹哨", "it can then be neither classified nor blown for"),
    "street_list": Label("此后不再由街道承办", "after that it is no longer the street's"),
}

_Dated = tuple[str, int, Category | ListItem]
"""A code, the number of its row, and the row."""


def never_in_force(subject: Subject) -> Iterator[Finding]:
    """Rows that end before the policy begins."""
    since = subject.policy.in_force_from
    for table, rows in _rows(subject).items():
        for code, number, row in rows:
            if row.until is not None and row.until < since:
                yield finding(
                    "row_never",
                    f"{table}.{code}.until",
                    row.until.isoformat(),
                    spot=subject.row(table, number, "until"),
                    until=row.until.isoformat(),
                    since=since.isoformat(),
                )


def in_force(subject: Subject) -> Iterator[Finding]:
    """A table of which no row is in force on the day; else categories that others rely on."""
    on = subject.on
    for table, rows in _rows(subject).items():
        if rows and not any(_there(row, on) for _, _, row in rows):
            yield finding(
                "nothing_in_force",
                table,
                spot=_end(subject, table, rows[0]),
                table=TABLES[table],
                on=on.isoformat(),
                then=_STOPS[table],
            )
            subject.skipped.add(f"{table}.")
            if table == "categories":
                return
    relied = _relied(subject)
    for code, found in _by_code(subject).items():
        (_, first), (_, last) = found[0], found[-1]
        if code not in relied or any(_there(row, on) for _, row in found):
            continue
        by, where = relied[code]
        key, name = f"categories.{code}", named_category(code, subject.policy)
        if first.since is not None and first.since > on:
            yield finding(
                "category_not_yet",
                f"{key}.since",
                first.since.isoformat(),
                spot=subject.row("categories", found[0][0], "since"),
                involved=(where,),
                name=name,
                first=first.since.isoformat(),
                by=by,
            )
        elif last.until is not None and last.until < on:
            yield finding(
                "category_ended",
                f"{key}.until",
                last.until.isoformat(),
                spot=subject.row("categories", found[-1][0], "until"),
                involved=(where,),
                name=name,
                until=last.until.isoformat(),
                by=by,
            )


def _relied(subject: Subject) -> dict[str, tuple[Label, Involved]]:
    """The categories on which a rule relies, or the street list: which of them first, and where."""
    found: dict[str, tuple[Label, Involved]] = {}
    for number, rule in enumerate(subject.policy.rules):
        where = Involved(f"rules.{rule.id}", subject.row("rules", number, "id"))
        said = Label(f"分类规则“{rule.title.zh}”", f'the rule "{rule.title.en}"')
        for name, values in rule.when:
            if name == "category":
                found |= {value: (said, where) for value in values if value not in found}
    for number, item in enumerate(subject.policy.street_list):
        if _there(item, subject.on) and item.category not in found:
            key = f"street_list.{item.category}"
            where = Involved(key, subject.row("street_list", number, "category"))
            found[item.category] = (TABLES["street_list"], where)
    return found


def ends(subject: Subject) -> Iterator[Finding]:
    """Last rows that end while the calendar is still known: somebody has to follow them.

    An item of the street list that ends with its category needs no word of its own.
    """
    known = subject.policy.calendar.known_until
    last: dict[str, date] = {}
    for table, rows in _rows(subject).items():
        ending: list[tuple[date, str, int]] = []
        for code, found in groupby(sorted(rows, key=_code), key=_code):
            _, number, row = max(found, key=lambda each: each[2].until or date.max)
            until = row.until
            if until is None or not subject.on <= until <= known:
                continue
            if table == "categories":
                last[code] = until
            if table == "categories" or last.get(code) != until:
                ending.append((until, code, number))
        for until, together in groupby(sorted(ending), key=lambda each: each[0]):
            yield from _ending(subject, table, until, [each[1:] for each in together])


def _ending(
    subject: Subject, table: str, until: date, rows: list[tuple[str, int]]
) -> Iterator[Finding]:
    """Rows that end on one day: each, or all of them together if they are many."""
    day, count = until.isoformat(), len(rows)
    for code, number in rows if count <= MANY else rows[:1]:
        name = named_category(code, subject.policy)
        more = Label(f"{name.zh}等{count}类", f"{name.en} and {count - 1} more")
        yield finding(
            "row_ends",
            f"{table}.{code}.until" if count <= MANY else table,
            day if count <= MANY else f"{day} / {count}",
            spot=subject.row(table, number, "until"),
            name=name if count <= MANY else more,
            until=day,
            table=TABLES[table],
            then=_LATER[table],
        )


def gaps(subject: Subject) -> Iterator[Finding]:
    """Days between two rows of one category on which neither is in force.

    What lies wholly before the day of the check is past mending.
    """
    for code, rows in _by_code(subject).items():
        for (earlier, before), (number, after) in pairwise(rows):
            if before.until is None or after.since is None:
                continue
            first, last = before.until + DAY, after.since - DAY
            if first <= last and last >= subject.on:
                yield finding(
                    "category_gap",
                    f"categories.{code}.since",
                    f"{first.isoformat()} / {last.isoformat()}",
                    spot=subject.row("categories", number, "since"),
                    involved=(_of_row(code, earlier, "until", subject),),
                    name=named_category(code, subject.policy),
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
            row, bound = (found[0][0], "since") if early or ends_early else (found[-1][0], "until")
            yield finding(
                "list_outside",
                f"street_list.{item.category}.{name}",
                str(item.since if name == "since" else item.until),
                spot=subject.row("street_list", number, name),
                involved=(_of_row(item.category, row, bound, subject),),
                name=named_category(item.category, subject.policy),
                first=first.isoformat() if first is not None else "—",
                last=last.isoformat() if last is not None else "—",
            )


def _of_row(code: str, number: int, name: str, subject: Subject) -> Involved:
    """A value of a category's row."""
    return Involved(f"categories.{code}.{name}", subject.row("categories", number, name))


def _ended(item: ListItem, since: date) -> bool:
    return item.until is not None and item.until < since


def _there(row: Category | ListItem, on: date) -> bool:
    return (row.since or date.min) <= on <= (row.until or date.max)


def _end(subject: Subject, table: str, first: _Dated) -> Spot | None:
    _, number, row = first
    return subject.row(table, number, "until" if row.until is not None else "since")


def _rows(subject: Subject) -> dict[str, list[_Dated]]:
    """The dated rows of both tables, with their numbers."""
    policy = subject.policy
    return {
        "categories": [(row.code, n, row) for n, row in enumerate(policy.categories)],
        "street_list": [(row.category, n, row) for n, row in enumerate(policy.street_list)],
    }


def _code(row: _Dated) -> str:
    return row[0]


def _by_code(subject: Subject) -> dict[str, list[tuple[int, Category]]]:
    """The rows of each category in the order of their days, with their numbers."""
    found: dict[str, list[tuple[int, Category]]] = {}
    for number, row in enumerate(subject.policy.categories):
        found.setdefault(row.code, []).append((number, row))
    for rows in found.values():
        rows.sort(key=lambda each: each[1].since or date.min)
    return found
