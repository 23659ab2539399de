"""The dispatch catalogue: whom a whistle would reach."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.directory import STREET, Directory, Unit
from whistle_engine.fitting import NEVER_LEADS
from whistle_engine.model import Affair, Label, UnitKind
from whistle_engine.policy import Category, Policy
from whistle_engine.responder import BELOW, INVITED_ONLY
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, finding
from whistle_engine.review.words import called, in_row, named_unit, titled


def leads(subject: Subject) -> Iterator[Finding]:
    """Public categories of which the district can command no lead, of some street or of any.

    A street leads only what happens in it, and never what an urgent whistle is blown for. That
    the street list holds it is looked at where the two files are fitted together.
    """
    directory, policy = subject.directory, subject.policy
    streets = [unit for unit in directory.units if unit.kind is UnitKind.STREET]
    for number, row in enumerate(policy.categories):
        key = f"categories.{row.code}.leads"
        if any(_unfit(code, directory) for code in row.leads):
            subject.skipped.add(key)
            continue
        over = row.until is not None and row.until < subject.on
        if over or row.affair is not Affair.PUBLIC or _commanded_lead(row, directory) is not None:
            continue
        urgent = row.kind == policy.urgent.code
        without = [street for street in streets if urgent or not _leads(street, row)]
        if streets and not without:
            continue
        everywhere = len(without) == len(streets)
        yield finding(
            "category_without_lead" if everywhere else "streets_without_lead",
            key,
            ";".join(row.leads),
            spot=subject.row("categories", number, "leads"),
            then=_then(row, policy, directory),
            names=in_row(titled(street.title, street.code) for street in without),
        )


def _unfit(code: str, directory: Directory) -> bool:
    """Tell whether a lead is told to be wrong where the two files are fitted together."""
    held = directory.unit(code)
    if held is None:
        return code != STREET
    return not held.may_lead or held.kind in NEVER_LEADS


def _commanded_lead(row: Category, directory: Directory) -> str | None:
    """The first lead of a row that can be commanded wherever a matter is."""
    for code in row.leads:
        unit = directory.unit(code)
        if unit is not None and unit.may_lead and unit.kind not in (*INVITED_ONLY, *BELOW):
            return code
    return None


def _leads(street: Unit, row: Category) -> bool:
    """Tell whether a street may lead, by a row, what happens in it."""
    return street.may_lead and (STREET in row.leads or street.code in row.leads)


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
                name, kind = titled(unit.title, code), called(unit.kind)
                yield finding("joint_never_called", key, code, spot=spot, name=name, kind=kind)


def enforcement(subject: Subject) -> Iterator[Finding]:
    """Departments that a street may direct, but only for categories that they lead: none."""
    leading = {code for row in subject.policy.categories for code in row.leads}
    idle = tuple(sorted(subject.policy.enforcement - leading))
    if idle:
        names = in_row(named_unit(code, subject.known_units) for code in idle)
        yield finding("enforcement_idle", "enforcement.units", ", ".join(idle), names=names)


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
    named = {code for row in rows for code in (_commanded_lead(row, subject.directory), *row.joint)}
    return commanded(subject) & (named | {policy.urgent_lead})
