"""The dispatch catalogue: whom a whistle would reach."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.directory import Directory
from whistle_engine.model import Affair, Label, UnitKind
from whistle_engine.policy import Category, Policy
from whistle_engine.responder import BELOW, INVITED_ONLY
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, finding


def leads(subject: Subject) -> Iterator[Finding]:
    """Public categories of which the district can command no lead."""
    directory = subject.directory
    for number, row in enumerate(subject.policy.categories):
        units = [directory.unit(code) for code in row.leads]
        commanded = [
            u for u in units if u is not None and u.may_lead and u.kind not in INVITED_ONLY
        ]
        if row.affair is Affair.PUBLIC and not commanded and None not in units:
            spot = subject.row("categories", number, "leads")
            key = f"categories.{row.code}.leads"
            yield finding(
                "category_without_lead", key, spot=spot, then=_then(row, subject.policy, directory)
            )


def _then(row: Category, policy: Policy, directory: Directory) -> Label:
    """What a whistle does that finds no lead."""
    unit = directory.unit(policy.urgent_lead)
    if row.kind == policy.urgent.code and unit is not None:
        return Label(
            f"吹哨后直接派给“{unit.title.zh}”（urgent_lead）",
            f'a whistle goes straight to "{unit.title.en}" (urgent_lead)',
        )
    return Label(
        "吹哨后须由统筹协调单位逐件指定主办",
        "after each whistle the coordinator has to designate one",
    )


def joint_units(subject: Subject) -> Iterator[Finding]:
    """Joint units of a kind that no dispatch calls."""
    for number, row in enumerate(subject.policy.categories):
        for code in row.joint:
            unit = subject.directory.unit(code)
            if unit is not None and unit.kind in BELOW:
                spot = subject.row("categories", number, "joint")
                key = f"categories.{row.code}.joint"
                kind = unit.kind.value
                yield finding("joint_never_called", key, spot=spot, name=code, kind=kind)


def enforcement(subject: Subject) -> Iterator[Finding]:
    """Departments that a street may direct, but only for categories that they lead: none."""
    leading = {code for row in subject.policy.categories for code in row.leads}
    idle = tuple(sorted(subject.policy.enforcement - leading))
    if idle:
        yield finding("enforcement_idle", "enforcement.units", names=idle)


def commanded(subject: Subject) -> frozenset[str]:
    """Every unit that may be called without being asked: its clocks start with the call."""
    policy, directory = subject.policy, subject.directory
    named = {code for row in policy.categories for code in (*row.leads, *row.joint)}
    named |= {policy.urgent_lead, *policy.enforcement}
    named |= {unit.code for unit in directory.units if unit.may_lead or unit.posted_at}
    never = (*INVITED_ONLY, UnitKind.COMMUNITY, UnitKind.GRID, UnitKind.HOTLINE)
    return frozenset(
        unit.code
        for unit in directory.units
        if unit.code in named
        and unit.kind not in never
        and (unit.may_lead or unit.kind is not UnitKind.STREET)
    )


def invited(subject: Subject) -> frozenset[str]:
    """Every unit of the catalogue that can only be asked."""
    named = {code for row in subject.policy.categories for code in (*row.leads, *row.joint)}
    return frozenset(code for code in named if subject.directory.is_kind(code, *INVITED_ONLY))


def urgently(subject: Subject) -> frozenset[str]:
    """Every unit that an urgent whistle of the catalogue calls without asking."""
    policy = subject.policy
    rows = [row for row in policy.categories if row.kind == policy.urgent.code]
    named = {code for row in rows for code in (*row.leads[:1], *row.joint)}
    return commanded(subject) & (named | {policy.urgent_lead})
