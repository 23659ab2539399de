"""What a policy decides over the whole space of facts, by its rules and then by its floors.

The same as :mod:`whistle_engine.classify` tells for one matter, here for all at once: the tests
hold the two against each other, point by point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time

from attrs import frozen

from whistle_engine.classify import CATEGORY, TIMING, WHEN_UNKNOWN
from whistle_engine.model import UNKNOWN, Affair, Facts
from whistle_engine.policy import TIMINGS, Policy, Rule

Result = tuple[Affair, str | None]
"""Whose affair a matter is, and for public ones the kind of whistle."""

Given = Result | None
"""What the row of a category says; ``None`` where no row is in force."""


def noon(policy: Policy, on: date) -> datetime:
    """The middle of a day of the city."""
    return datetime.combine(on, time(12), policy.zone)


def given(policy: Policy, category: str, on: date) -> Given:
    """What the catalogue says of a category on a day."""
    row = policy.category(category, noon(policy, on))
    return None if row is None else (row.affair, row.kind)


def result(rule: Rule, row: Given, least: str) -> Result:
    """What a rule decides, by the category's row where it leaves something open."""
    affair, kind = rule.affair, rule.kind
    if (affair is None or (affair is Affair.PUBLIC and kind is None)) and row is not None:
        affair, kind = affair or row[0], kind or row[1]
    if affair in (Affair.SHARED, Affair.HOUSEHOLD):
        return affair, None
    return Affair.PUBLIC, kind or least


def reads(rule: Rule) -> frozenset[str]:
    """The facts by which a rule decides, as whoever asks why is told."""
    open_ = rule.affair is None or (rule.affair is Affair.PUBLIC and rule.kind is None)
    return frozenset(name for name, _ in rule.when) | ({CATEGORY} if open_ else frozenset())


def least(policy: Policy) -> str:
    """The least urgent kind, which a public matter has if nothing says another."""
    return min(policy.kinds, key=lambda kind: (kind.urgent, kind.rank)).code


def signals(policy: Policy) -> tuple[str, ...]:
    """The signals of danger that have a floor, in the order in which they are declared."""
    with_floor = {floor.signal for floor in policy.floors}
    return tuple(fact.name for fact in policy.facts if fact.name in with_floor)


def floor(policy: Policy, signal: str, level: str, timing: str) -> Result | None:
    """What a signal demands at least, or ``None``; a timing that is not known is ongoing."""
    at = timing if timing in TIMINGS else WHEN_UNKNOWN
    found: list[Result] = [
        (each.affair, (each.kind or least(policy)) if each.affair is Affair.PUBLIC else None)
        for each in policy.floors
        if (each.signal, each.level, each.timing) == (signal, level, at)
    ]
    return max(found, key=lambda each: policy.rank(*each), default=None)


def values(policy: Policy) -> dict[str, tuple[str, ...]]:
    """The facts that rules may read, with their values, what is not known first of all."""
    codes = dict.fromkeys(row.code for row in policy.categories)
    read: dict[str, tuple[str, ...]] = {CATEGORY: (UNKNOWN, *codes), TIMING: (UNKNOWN, *TIMINGS)}
    danger = {each.signal for each in policy.floors}
    for fact in policy.facts:
        if fact.name not in danger:
            read[fact.name] = known_first(fact.values)
    return read


def known_first(held: Iterable[str]) -> tuple[str, ...]:
    """Values, with what is not known in front of those that are."""
    return (UNKNOWN, *dict.fromkeys(value for value in held if value != UNKNOWN))


@frozen
class Decided:
    """What decides a matter, and how.

    Attributes:
        by: the id of a rule; or :data:`FLOOR`, where floors are above what the rule says.
    """

    by: str
    result: Result


def declaring(policy: Policy) -> Callable[[Facts], Facts]:
    """Make what gives facts as a policy knows them: what it does not declare is not known."""
    known = values(policy)
    danger = set(signals(policy))

    def declared(facts: Facts) -> Facts:
        return tuple(
            (name, value) for name, value in facts if name in danger or value in known.get(name, ())
        )

    return declared
