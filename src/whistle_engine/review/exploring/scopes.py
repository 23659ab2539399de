"""How far an exploration goes: which category, which units, which acts.

Everything at once is too much for any machine: it is the product of all that can be open at
the same time. So an exploration has all acts of the main way, from the appeal to the closing,
and of the others one or two *sides*, such as objecting, or extensions. What two sides do to each
other is seen by exploring every pair; what three do to each other is left to random walks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.classify import CATEGORY, TIMING
from whistle_engine.model import Facts, UnitCode, UnitKind
from whistle_engine.moves.intake import place_of
from whistle_engine.policy import Category, Policy
from whistle_engine.responder import INVITED_ONLY, leads_of, plan
from whistle_engine.review.deciding import signals
from whistle_engine.rules import Rules

Acts = frozenset[type[c.Act]]

_SATURDAY = 5

MAIN: Acts = frozenset(
    {
        c.Receive, c.Classify, c.Answer, c.Redirect, c.Settle, c.MoveUp, c.Blow, c.TakeOn,
        c.SendStraight, c.Dispatch, c.ReportIn, c.HandIn, c.FeedBack, c.Tell, c.SendBack, c.Mark,
    }
)  # fmt: skip
"""The acts of the main way, in every scope."""

_DEPARTMENT = (UnitKind.DEPARTMENT,)


@frozen
class Side:
    """Acts that make sense together, and the kinds of units that they need beside the row's."""

    acts: Acts
    beside: tuple[UnitKind, ...] = ()


SIDES: Mapping[str, Side] = {
    "dangers": Side(frozenset({c.Look})),
    "over": Side(frozenset({c.Look})),
    "joining": Side(frozenset({c.BringIn, c.Accept, c.Release}), _DEPARTMENT),
    "inviting": Side(frozenset({c.BringIn, c.Accept, c.Release}), INVITED_ONLY),
    "objecting": Side(frozenset({c.Object, c.Designate}), _DEPARTMENT),
    "admitting": Side(frozenset({c.Admit, c.Designate})),
    "extending": Side(frozenset({c.AskExtension, c.GrantExtension})),
    "deferring": Side(frozenset({c.Defer, c.Resume})),
    "raising": Side(frozenset({c.RaiseWhistle, c.StandDown})),
    "reopening": Side(frozenset({c.Reopen, c.Conclude})),
    "gathering": Side(frozenset({c.Withdraw, c.Merge, c.Split})),
    "pressing": Side(frozenset({c.Supervise, c.Escalate})),
    "telling": Side(
        frozenset({c.Add, c.Urge, c.ReportProgress, c.ChangeReceiver, c.ConfirmTime, c.CallBack})
    ),
}
"""The other acts, in groups that make sense together."""


@frozen(kw_only=True)
class Scope:
    """How far one exploration goes.

    Attributes:
        name: how it is told apart from others.
        category: the category that the matter has, or comes to have.
        acts: which acts are given at all; timers always fire.
        at: the instant at which rows of the catalogue, lists and receivers are looked up.
        place, community, street: where the matter is.
        units: who may be brought in, named or designated, besides the catalogue's.
        facts: what may be found when it is classified.
        dangers: what may be found on site, no danger being the last.
    """

    name: str
    category: str
    acts: Acts
    at: datetime
    place: UnitCode
    community: UnitCode
    street: UnitCode
    units: tuple[UnitCode, ...] = ()
    facts: tuple[Facts, ...] = ()
    dangers: tuple[Facts, ...] = ()


def scope_of(
    rules: Rules, category: str, sides: Iterable[str] = (), *, at: datetime | None = None
) -> Scope:
    """The scope of a category with some sides.

    Args:
        rules: the rules that are explored.
        category: a code of the catalogue.
        sides: names in :data:`SIDES`.
        at: when; on the policy's first working day by default.

    Raises:
        ValueError: the policy has no such category then, no such side exists, or the directory
            has no community under a street.
    """
    policy = rules.policy
    at = at if at is not None else morning(policy)
    row = policy.category(category, at)
    if row is None:
        raise ValueError(f"no category {category!r} is in force at {at.isoformat()}")
    sides = tuple(sides)
    for side in sides:
        if side not in SIDES:
            raise ValueError(f"no side {side!r}; there are: {', '.join(SIDES)}")
    acts = MAIN.union(*(SIDES[side].acts for side in sides))
    kinds = [SIDES[side].beside for side in sides]
    place, community, street = place_for(rules)
    if plan(category, rules, at, street=street).lead is None:
        acts |= {c.Designate}  # there is no other way on (FR9)
        kinds.append(_DEPARTMENT)
    return Scope(
        name=" + ".join((category, *sides)),
        category=category,
        acts=acts,
        at=at,
        place=place,
        community=community,
        street=street,
        units=tuple(_beside(row, rules, street, kinds)),
        facts=tuple(_findings(row, rules, at)),
        dangers=tuple(_dangers(policy, sides)) if c.Look in acts else (),
    )


def morning(policy: Policy) -> datetime:
    """An hour into the first working day on which the policy is in force."""
    day = policy.in_force_from
    while day.weekday() >= _SATURDAY or day in policy.calendar.holidays:
        day += timedelta(days=1)
    start = min((s.start for s in policy.shifts), default=time(8))
    local = datetime.combine(day, start, policy.zone)
    return (local + timedelta(hours=1)).astimezone(UTC)


def place_for(rules: Rules) -> tuple[UnitCode, UnitCode, UnitCode]:
    """A grid with its community and street; a community that has no grid stands for itself."""
    found = None
    for unit in rules.directory.units:
        above = place_of(unit.code, rules)
        if above is not None and unit.kind is UnitKind.GRID:
            return unit.code, *above
        if above is not None and found is None:
            found = (unit.code, *above)
    if found is None:
        raise ValueError("the directory has no community under a street; nothing can come in")
    return found


def _beside(
    row: Category, rules: Rules, street: UnitCode, wanted: Iterable[tuple[UnitKind, ...]]
) -> Iterator[UnitCode]:
    """For each of the kinds that are wanted the first unit that may lead and is not in the row."""
    policy = rules.policy
    known = {*leads_of(row, street), *row.joint, policy.coordinator, policy.operations}
    known |= {policy.urgent_lead, policy.hotline or ""}
    for kinds in dict.fromkeys(kinds for kinds in wanted if kinds):
        for unit in rules.directory.units:
            if unit.kind in kinds and unit.may_lead and unit.code not in known:
                yield unit.code
                break


def _findings(row: Category, rules: Rules, at: datetime) -> Iterator[Facts]:
    """The facts that lead to each classification that the rules have for the category."""
    policy = rules.policy
    danger = {*signals(policy)}
    singles = [
        ((fact.name, value),)
        for fact in policy.facts
        if fact.name not in danger and fact.name != TIMING
        for value in fact.values
    ]
    seen = set()
    for more in ((), *singles):
        facts = tuple(sorted(((CATEGORY, row.code), *more)))
        found = rules.classify(facts, at)
        if (found.affair, found.kind) not in seen:
            seen.add((found.affair, found.kind))
            yield facts


def _dangers(policy: Policy, sides: Iterable[str]) -> Iterator[Facts]:
    """The first signal of danger: present or possible, or possible and over; and excluded."""
    if policy.floors:
        signal = policy.floors[0].signal
        if "dangers" in sides:
            yield ((signal, "present"),)
            yield ((signal, "possible"),)
        if "over" in sides:
            yield tuple(sorted(((signal, "possible"), (TIMING, "over"))))
        yield ((signal, "none"),)
