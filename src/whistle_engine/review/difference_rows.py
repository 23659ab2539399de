"""What two policies set otherwise by rows that have days: of the catalogue, and the street list.

Rows are compared by what is in force on each day, not as they are written: a row that is split in
two with the same values sets nothing otherwise, and what only ended before the first day is of no
matter. What is otherwise between some days only is told once for them, with the days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from attrs import evolve

from whistle_engine.model import Label
from whistle_engine.policy import Category, Policy, in_force
from whistle_engine.review.checks.lengths import limit_told
from whistle_engine.review.days import turns
from whistle_engine.review.deciding import noon
from whistle_engine.review.difference import Difference, Told, by_key, otherwise
from whistle_engine.review.difference_words import (
    Units,
    affair_called,
    days_of,
    part_of,
    with_more,
)
from whistle_engine.review.naming import Naming


def row_differences(
    old: Policy, new: Policy, first: date, naming: Naming, units: Units
) -> Iterator[Difference]:
    """Find what rows set otherwise from a first day on, each with the days of which it is true."""
    policies = (old, new)
    listed = (*old.street_list, *new.street_list)
    days = turns((*old.categories, *new.categories, *listed), first)
    found: dict[tuple[str, str], dict[date, Difference]] = {}
    for day in days:
        before, after = (by_key(_on(policy, day, naming, units)) for policy in policies)
        for each in otherwise(before, after):
            found.setdefault((each.area, each.key), {})[day] = each
    for by_day in found.values():
        for since, until, each in _spans(days, by_day):
            told = days_of(since, until)
            key = f"{each.key} {told}" if told else each.key
            yield evolve(each, key=key, title=with_more(each.title, told))


def _spans(
    days: tuple[date, ...], by_day: dict[date, Difference]
) -> Iterator[tuple[date | None, date | None, Difference]]:
    """Days in a row on which a value is otherwise in the same way, as one span.

    It is open at the side on which it goes as far as is looked.
    """

    def values(day: date) -> tuple[Label | None, Label | None] | None:
        return (by_day[day].before, by_day[day].after) if day in by_day else None

    spans = [list(held) for _, held in groupby(days, values)]
    for n, span in enumerate(spans):
        if span[0] in by_day:
            since = span[0] if n else None
            until = spans[n + 1][0] - timedelta(days=1) if n + 1 < len(spans) else None
            yield since, until, by_day[span[0]]


def _on(policy: Policy, day: date, naming: Naming, units: Units) -> Told:
    """What is in force on a day."""
    at = noon(policy, day)
    for code in dict.fromkeys(row.code for row in policy.categories):
        row = policy.category(code, at)
        if row is not None:
            yield from _row(row, naming, units)
    for item in policy.street_list:
        if in_force(item, day):
            key = f"street_list.{item.category}"
            title = part_of(naming.category(item.category), "街道职责清单", "street list")
            yield "lists", key, title, Label("列入", "on it")
            yield from _source(key, item.source)


def _row(row: Category, naming: Naming, units: Units) -> Told:
    key, title = f"categories.{row.code}", row.title
    affair = _affair(row, naming)
    yield "catalogue", f"{key}.affair", part_of(title, "事项层级", "affair"), affair
    if row.leads:
        leads = units.row(row.leads)
        yield "catalogue", f"{key}.leads", part_of(title, "主办", "leads"), leads
    if row.joint:
        joint = units.row(sorted(row.joint))
        yield "catalogue", f"{key}.joint", part_of(title, "协办", "joint units"), joint
    if row.solve is not None:
        solve = limit_told(row.solve)
        yield "limits", f"{key}.solve", part_of(title, "办理期限", "limit for solving"), solve
        yield from _source(f"{key}.solve", row.solve.source)
    yield "texts", f"{key}.title", Label("名称", "title"), title
    yield from _source(key, row.source)


def _affair(row: Category, naming: Naming) -> Label:
    affair = affair_called(row.affair)
    if row.kind is None:
        return affair
    kind = naming.kind(row.kind)
    return Label(f"{affair.zh}，{kind.zh}", f"{affair.en}, {kind.en}")


def _source(key: str, source: str) -> Told:
    """Where a value comes from, if it says so itself."""
    if source:
        yield "sources", f"{key}.source", Label("依据", "source"), Label(source, source)
