"""Reading a directory, and checking it against a policy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from whistle_engine.directory import Directory, Receiver, Unit
from whistle_engine.model import UnitKind
from whistle_engine.policy import Category, Policy
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.forms import Form, listed, nearest, one_of
from whistle_engine.policy_file.tables import Table

ADDRESSEES = ("holder", "supervisor", "community", "street", "hotline", "coordinator")
"""To whom a rung of the ladder may go, apart from a unit's code."""
NEVER_LEADS = (UnitKind.DISTRICT, UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.HOTLINE)
"""Units that no catalogue may name as lead."""
OFFICES = (UnitKind.DISTRICT, UnitKind.DEPARTMENT)
"""Units that may coordinate, or run the operations centre."""


def read_directory(root: Table) -> Directory:
    """Everything that a directory's file holds.

    Raises:
        PolicyError: with every mistake in the file.
    """
    root.take("format", forms.FORMAT)
    root.source()
    units = tuple(_unit(row) for row in root.rows("units", "code"))
    unit = one_of(u.code for u in units if u.code)
    unit = Form("the code of a unit", unit.read)  # not all of them
    receivers = tuple(_receiver(row, unit) for row in root.rows("receivers", "id"))
    root.check()
    return Directory(units=units, receivers=receivers)


def _unit(row: Table) -> Unit:
    row.source()
    return Unit(
        code=row.take("code", forms.CODE),
        title=row.label(),
        kind=row.take("kind", forms.UNIT_KIND),
        level=row.take("level", forms.TEXT, ""),
        parent=row.maybe("parent", forms.CODE),
        posted_at=row.codes("posted_at", needed=False),
        may_lead=row.take("may_lead", forms.YES_NO, default=False),
        round_the_clock=row.take("round_the_clock", forms.YES_NO, default=False),
        head=row.maybe("head", forms.TEXT),
    )


def _receiver(row: Table, unit: Form[str]) -> Receiver:
    row.source()
    return Receiver(
        id=row.take("id", forms.TEXT),
        unit=row.take("unit", unit),
        since=row.maybe("since", forms.DAY),
        until=row.maybe("until", forms.DAY),
        shifts=row.each("shifts", forms.SHIFT, needed=False),
    )


def cross_check(policy: Policy, directory: Directory) -> tuple[str, ...]:
    """Find where a policy and a directory do not fit together; empty if they do.

    Every unit that the policy names is in the directory, and of a kind that can do what the
    policy wants of it. A catalogue row may name a street only for what the street list holds
    while the row is in force, and a community never (FR9).
    """
    return (*_offices(policy, directory), *_rungs(policy, directory), *_rows(policy, directory))


def _offices(policy: Policy, directory: Directory) -> Iterator[str]:
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
            right = listed(kind.value for kind in kinds)
            yield f'{key}: "{code}" is of the kind "{unit.kind.value}"; it should be of {right}'
        elif key == "urgent_lead" and not unit.may_lead:
            yield f'{key}: "{code}" may not lead; name a unit with may_lead = true'


def _rungs(policy: Policy, directory: Directory) -> Iterator[str]:
    for n, ladder in enumerate(policy.ladders, 1):
        for m, rung in enumerate(ladder.rungs, 1):
            if rung.to not in ADDRESSEES and directory.unit(rung.to) is None:
                hint = nearest(rung.to, [*ADDRESSEES, *(u.code for u in directory.units)])
                yield (
                    f'ladders[{n}].rungs[{m}].to: "{rung.to}" is no unit; it should be one of '
                    f"{listed(ADDRESSEES)}, or the code of a unit{hint}"
                )


def _rows(policy: Policy, directory: Directory) -> Iterator[str]:
    for row in policy.categories:
        key = f"categories.{row.code}"
        for code in row.joint:
            if directory.unit(code) is None:
                yield _no_unit(f"{key}.joint", code, directory)
        for code in row.leads:
            unit = directory.unit(code)
            if unit is None:
                yield _no_unit(f"{key}.leads", code, directory)
            else:
                yield from (f'{key}.leads: "{code}" {why}' for why in _against(unit, row, policy))


def _against(unit: Unit, row: Category, policy: Policy) -> Iterator[str]:
    """What stands against a unit's being a lead of the catalogue."""
    if unit.kind in NEVER_LEADS:
        yield f"is of the kind {unit.kind.value}; name a department instead (FR1, FR9)"
    elif not unit.may_lead:
        yield "may not lead; name a unit with may_lead = true"
    elif unit.kind is UnitKind.STREET and not _held(row, policy):
        yield (
            "is a street, and the street list does not hold this category all the while; name "
            "a department instead, or have it admitted to street_list (FR9)"
        )


def _held(row: Category, policy: Policy) -> bool:
    return any(
        item.category == row.code
        and (item.since or date.min) <= (row.since or date.min)
        and (item.until or date.max) >= (row.until or date.max)
        for item in policy.street_list
    )


def _no_unit(key: str, code: str, directory: Directory) -> str:
    hint = nearest(code, (unit.code for unit in directory.units))
    return f'{key}: the directory has no unit "{code}"{hint}'
