"""What the laws see in a state: written here a second time, apart from the code that decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from whistle_engine.model import (
    UNKNOWN,
    Clock,
    Facts,
    Matter,
    Part,
    Responder,
    Stage,
    UnitCode,
    UnitKind,
    What,
)
from whistle_engine.policy import Policy, WhistleKind
from whistle_engine.rules import Rules

LOWER = frozenset({UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID})
"""Kinds of unit to which nothing may flow back (FR5)."""

UNCOMMANDED = frozenset({UnitKind.ENTERPRISE, UnitKind.CITY_BUREAU})
"""Kinds of unit that are invited and never designated (FR1)."""

RESPONDED = (Stage.DISPATCHED, Stage.HANDLING, Stage.DEFERRED)
"""The stages in which units respond."""

WORK = (What.SOLVE, What.REDO)
"""The clocks of the lead's own work."""

OWN_STREET = "street"
"""What a row of the catalogue says for the street where the matter is."""


def lead_of(matter: Matter) -> Responder | None:
    """The unit that leads, or ``None``."""
    return next((r for r in matter.responders if r.part is Part.LEAD), None)


def open_clocks(matter: Matter, *whats: What) -> Iterator[Clock]:
    """The clocks of these kinds that have not ended."""
    return (k for k in matter.clocks if k.ended is None and k.what in whats)


def category_of(matter: Matter) -> str:
    """The category that it was classified as."""
    return matter.classification.category if matter.classification is not None else UNKNOWN


def kind_of(matter: Matter, policy: Policy) -> WhistleKind:
    """The kind of the whistle that is blown, else as classified, else the lowest."""
    found = matter.whistle or matter.classification
    kind = policy.kind_of.get(found.kind or "") if found is not None else None
    return kind if kind is not None else min(policy.kinds, key=lambda each: each.rank)


def on_list(matter: Matter, policy: Policy, now: datetime) -> bool:
    """Tell whether the matter's street may have it: by its list, or by admission (FR9)."""
    if matter.admitted:
        return True
    return matter.classification is not None and policy.street_holds(category_of(matter), now)


def catalogue_leads(matter: Matter, rules: Rules, now: datetime) -> tuple[UnitCode, ...]:
    """Whom the catalogue's row names as leads, the matter's own street by its code."""
    row = rules.policy.category(category_of(matter), now)
    leads = row.leads if row is not None else ()
    return tuple(matter.street if unit == OWN_STREET else unit for unit in leads)


def first_able(
    matter: Matter, rules: Rules, now: datetime, *, street: bool = True
) -> UnitCode | None:
    """The first of the catalogue's leads that can be commanded (FR1, FR9).

    Args:
        matter: the matter.
        rules: whose catalogue is asked.
        now: the row of this instant.
        street: whether the matter's own street counts, where its list holds the matter.
    """
    for code in catalogue_leads(matter, rules, now):
        unit = rules.directory.unit(code)
        if unit is None or not unit.may_lead or unit.kind in UNCOMMANDED:
            continue
        own = street and code == matter.street and on_list(matter, rules.policy, now)
        if own or unit.kind not in LOWER:
            return code
    return None


def dangers_in(facts: Facts, policy: Policy) -> tuple[str, ...]:
    """The signals of danger that are possible or present."""
    signals = {floor.signal for floor in policy.floors}
    return tuple(name for name, value in facts if name in signals and value not in _NO_DANGER)


_NO_DANGER = ("none", UNKNOWN)


def demanded(facts: Facts, policy: Policy) -> int:
    """The rank of the highest floor that dangers set; -1 without any (L2, L3)."""
    known = dict(facts)
    timing = known.get("timing", UNKNOWN)
    timing = "ongoing" if timing == UNKNOWN else timing
    return max(
        (
            policy.rank(floor.affair, floor.kind)
            for floor in policy.floors
            if known.get(floor.signal) == floor.level and floor.timing == timing
        ),
        default=-1,
    )
