"""How a policy and a directory fit together: the units that the policy names, and their kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice

from whistle_engine.directory import STREET, WORDS, Directory, Unit
from whistle_engine.model import UnitKind
from whistle_engine.policy import Category, Policy
from whistle_engine.problems import MOST_PROBLEMS, Problem, nearest, problem

NEVER_LEADS = (UnitKind.DISTRICT, UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.HOTLINE)
"""Units that no catalogue may name as lead."""
OFFICES = (UnitKind.DISTRICT, UnitKind.DEPARTMENT)
"""Units that may coordinate, or run the operations centre."""


def misfits(policy: Policy, directory: Directory) -> tuple[Problem, ...]:
    """Find where a policy and a directory do not fit together; empty if they do.

    Every unit that the policy names is in the directory, and of a kind that can do what the
    policy wants of it. A catalogue row may name a street, by its code or by the word for the
    matter's own, only for what the street list holds while the row is in force, and a community
    never (FR9).
    """
    found = chain(_offices(policy, directory), _rungs(policy, directory), _rows(policy, directory))
    return tuple(islice(found, MOST_PROBLEMS + 1))


def _offices(policy: Policy, directory: Directory) -> Iterator[Problem]:
    wanted = [
        ("coordinator", policy.coordinator, OFFICES),
        ("operations", policy.operations, OFFICES),
        ("hotline", policy.hotline, (UnitKind.HOTLINE,)),
        ("urgent_lead", policy.urgent_lead, (UnitKind.DEPARTMENT,)),
        *(("enforcement.units", u, (UnitKind.DEPARTMENT,)) for u in sorted(policy.enforcement)),
    ]
    for key, code, kinds in wanted:
        if code is None:
            continue
        unit = directory.unit(code)
        if unit is None:
            yield _no_unit(key, code, directory)
        elif unit.kind not in kinds:
            right = tuple(kind.value for kind in kinds)
            yield problem("unit_kind", key, name=code, kind=unit.kind.value, right=right)
        elif key == "urgent_lead" and not unit.may_lead:
            yield problem("may_not_lead", key, name=code)


def _rungs(policy: Policy, directory: Directory) -> Iterator[Problem]:
    for n, ladder in enumerate(policy.ladders, 1):
        for m, rung in enumerate(ladder.rungs, 1):
            if rung.to not in WORDS and directory.unit(rung.to) is None:
                near = nearest(rung.to, [*WORDS, *_codes(directory)])
                key = f"ladders[{n}].rungs[{m}].to"
                yield problem("no_addressee", key, name=rung.to, known=WORDS, near=near)


def _rows(policy: Policy, directory: Directory) -> Iterator[Problem]:
    for row in policy.categories:
        key = f"categories.{row.code}"
        for code in row.joint:
            if directory.unit(code) is None:
                yield _no_unit(f"{key}.joint", code, directory)
        for code in row.leads:
            unit = directory.unit(code)
            if code == STREET:
                if not _held(row, policy):
                    yield _not_listed(f"{key}.leads", code, row)
            elif unit is None:
                yield _no_unit(f"{key}.leads", code, directory, STREET)
            else:
                yield from _against(unit, row, policy, f"{key}.leads")


def _against(unit: Unit, row: Category, policy: Policy, key: str) -> Iterator[Problem]:
    """What stands against a unit's being a lead of the catalogue."""
    if unit.kind in NEVER_LEADS:
        yield problem("never_leads", key, name=unit.code, kind=unit.kind.value)
    elif not unit.may_lead:
        yield problem("may_not_lead", key, name=unit.code)
    elif unit.kind is UnitKind.STREET and not _held(row, policy):
        yield _not_listed(key, unit.code, row)


def _not_listed(key: str, code: str, row: Category) -> Problem:
    return problem("street_not_listed", key, name=code, category=row.code)


def _held(row: Category, policy: Policy) -> bool:
    return any(
        item.category == row.code
        and (item.since or date.min) <= (row.since or date.min)
        and (item.until or date.max) >= (row.until or date.max)
        for item in policy.street_list
    )


def _no_unit(key: str, code: str, directory: Directory, *words: str) -> Problem:
    near = nearest(code, [*words, *_codes(directory)])
    return problem("no_unit", key, name=code, near=near)


def _codes(directory: Directory) -> Iterable[str]:
    return [unit.code for unit in directory.units]
