"""The first-responder rule (首问负责), FR1 to FR10, as functions that the moves ask.

Whoever is asked first is accountable and follows the matter to its end; it may bring others
in, and may not pass the matter back.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import frozen

from whistle_engine.commands import FeedBack
from whistle_engine.directory import STREET
from whistle_engine.model import (
    Actor,
    Clock,
    Matter,
    Shirk,
    UnitCode,
    UnitKind,
    Unmet,
    What,
)
from whistle_engine.policy import Category
from whistle_engine.refusals import unmet
from whistle_engine.rules import Rules
from whistle_engine.standing import lead

BELOW = (UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
"""Where nothing may flow back to (FR5)."""

INVITED_ONLY = (UnitKind.ENTERPRISE, UnitKind.CITY_BUREAU)
"""Whom the district cannot command: they may join or accept, and are never designated."""

WORKING = (What.SOLVE, What.REDO)
"""The clocks of the lead's own work."""


@frozen
class Plan:
    """Who is called: the lead (``None`` where no catalogue names one), joint units, invited."""

    lead: UnitCode | None
    joint: tuple[UnitCode, ...]
    invited: tuple[UnitCode, ...]


def running(matter: Matter, *whats: What, unit: UnitCode | None = None) -> Iterator[Clock]:
    """The clocks of these kinds that have not ended, of one unit or of all."""
    for clock in matter.clocks:
        if clock.ended is None and clock.what in whats and (unit is None or clock.unit == unit):
            yield clock


def overdue(clock: Clock, now: datetime) -> bool:
    """Tell whether the clock's due time has passed; at the due time it is still kept."""
    return now > clock.due.at


def listed(matter: Matter, rules: Rules, now: datetime) -> bool:
    """Tell whether the street list holds the matter's category, or it was admitted (FR9)."""
    found = matter.classification
    return matter.admitted or (found is not None and rules.policy.street_holds(found.category, now))


def can_lead(unit: UnitCode, matter: Matter, rules: Rules, now: datetime) -> Iterator[Unmet]:
    """What stands against a unit's being made lead by another's act (FR1, FR9)."""
    found = rules.directory.unit(unit)
    if found is None:
        yield unmet("unknown_unit", unit=unit)
        return
    low = found.kind in BELOW
    elsewhere = low and unit not in (matter.street, matter.community)
    if not found.may_lead or found.kind in INVITED_ONLY or elsewhere:
        yield unmet("cannot_lead", unit=unit, kind=found.kind.value)
    elif low and not listed(matter, rules, now):
        yield unmet("not_on_street_list", unit=unit, category=category(matter))


def designatable(unit: UnitCode, rules: Rules) -> bool:
    """Tell whether a catalogue's lead can be dispatched to as lead: not merely invited."""
    found = rules.directory.unit(unit)
    return found is not None and found.may_lead and found.kind not in (*INVITED_ONLY, *BELOW)


def kind_code(matter: Matter) -> str | None:
    """The kind of the whistle that is blown, else the kind that the matter was classified as."""
    found = matter.whistle or matter.classification
    return found.kind if found is not None else None


def category(matter: Matter) -> str:
    """The category's code, or ``unknown`` before classification."""
    return matter.classification.category if matter.classification is not None else "unknown"


def own_street(matter: Matter, rules: Rules, now: datetime) -> UnitCode | None:
    """The matter's street, if its list holds the category, so that it may lead by the catalogue.

    FR1, FR9: a catalogue may name streets for what their list holds; of those, a whistle goes to
    the one where the matter is, and to no other.
    """
    street = rules.directory.unit(matter.street)
    if street is None or not street.may_lead or not listed(matter, rules, now):
        return None
    return street.code


def leads_of(row: Category | None, street: UnitCode | None) -> tuple[UnitCode, ...]:
    """The units that could rightly lead by a row, for a matter of a street: the word by its code.

    Without a street, the word stands for nobody.
    """
    if row is None:
        return ()
    if STREET not in row.leads:
        return row.leads
    named = (street if unit == STREET else unit for unit in row.leads)
    return tuple(dict.fromkeys(unit for unit in named if unit is not None))


def first_lead(
    code: str, rules: Rules, now: datetime, *, street: UnitCode | None = None
) -> UnitCode | None:
    """The first of the catalogue's leads for a category that can be commanded, or ``None``.

    A street counts only if it is the one given: see :func:`own_street`.
    """
    leads = leads_of(rules.policy.category(code, now), street)
    return next((unit for unit in leads if unit == street or designatable(unit, rules)), None)


def plan(
    code: str,
    rules: Rules,
    now: datetime,
    *,
    named: UnitCode | None = None,
    street: UnitCode | None = None,
    urgent: bool = False,
) -> Plan:
    """Whom the dispatch catalogue calls for a category (FR1, FR9).

    The lead is the unit named, else the first of the catalogue's leads that can be
    commanded, the matter's own street among them where it is given, else, for an urgent
    whistle, the unit that the policy names for that. Leads and joint units that cannot be
    commanded are invited.
    """
    row = rules.policy.category(code, now)
    leads = leads_of(row, street)
    chosen = named or first_lead(code, rules, now, street=street)
    if chosen is None and urgent:
        chosen = rules.policy.urgent_lead
    joint: list[UnitCode] = []
    invited: list[UnitCode] = []
    for unit in leads if row is None else (*leads, *row.joint):
        if unit == chosen:
            continue
        if rules.directory.is_kind(unit, *INVITED_ONLY):
            invited.append(unit)
        elif unit not in leads and not rules.directory.is_kind(unit, *BELOW):
            joint.append(unit)
    return Plan(chosen, tuple(joint), tuple(invited))


def flows_back(unit: UnitCode, rules: Rules, actor: Actor) -> Iterator[Unmet]:
    """FR5: no act of a department makes a street, community or grid accountable."""
    by_department = not rules.directory.is_kind(actor.unit, *BELOW)
    if by_department and rules.directory.is_kind(unit, *BELOW):
        yield unmet("flows_back", unit=unit, shirk=Shirk.FLOW_BACK)


def hollow(
    matter: Matter, act: FeedBack, texts: tuple[str, ...], rules: Rules, now: datetime
) -> Iterator[Unmet]:
    """FR6: no hollow answer: what is missing before the lead may feed back."""
    shirk = Shirk.HOLLOW_ANSWER
    leading = lead(matter)
    if leading is None or leading.reported_in is None:
        yield unmet(
            "not_reported_in", unit=leading.unit if leading is not None else "", shirk=shirk
        )
    if "text" not in texts:
        yield unmet("answer_without_words", shirk=shirk)
    needed = evidence_needed(matter, rules)
    given = len({proof.digest for proof in act.evidence})
    if given < needed:
        yield unmet("answer_without_evidence", needed=str(needed), given=str(given), shirk=shirk)
    owing = {k.unit: overdue(k, now) for k in running(matter, What.HAND_IN)}
    for unit in act.without:
        if not owing.get(unit):
            yield unmet("joint_not_late", unit=unit, shirk=shirk)
    for pending, late in owing.items():
        if pending not in act.without:
            told = "yes" if late else "no"
            yield unmet("joint_pending", unit=pending or "", late=told, shirk=shirk)


def evidence_needed(matter: Matter, rules: Rules) -> int:
    """How many proofs feeding back needs: what the kind asks for, one at the least."""
    kind = rules.policy.kind_of.get(kind_code(matter) or "")
    return kind.evidence if kind is not None else 1


def judging_unit(matter: Matter, rules: Rules) -> UnitCode:
    """The one unit that marks: the community, else the street, else the coordinator (L8)."""
    for unit in (matter.community, matter.street):
        if unit not in matter.responded:
            return unit
    return rules.policy.coordinator


def judging_raisers(matter: Matter) -> Iterator[str]:
    """Every raiser who belongs to no unit that was lead or joint (L8)."""
    for raiser in matter.raisers:
        if raiser.unit not in matter.responded:
            yield raiser.id
