"""Floors of danger: whether they rise with it, and whether they raise anything."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.classify import TIMING, WHEN_UNKNOWN
from whistle_engine.model import UNKNOWN, Facts, Label
from whistle_engine.policy import IMMINENT, LEVELS, OVER, Policy
from whistle_engine.review.cells import TooManyCellsError, bits
from whistle_engine.review.checks import Subject
from whistle_engine.review.deciding import Result, floor, signals
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.table import Table
from whistle_engine.review.words import titled

RISING = (OVER, WHEN_UNKNOWN, IMMINENT)
"""From what is over to what is about to happen: never less for the next."""


def floors(subject: Subject) -> Iterator[Finding]:
    """Floors that fall from one timing to the next, or stand below whatever the rules decide."""
    try:
        lowest = lowest_decided(subject.policy, subject.table)
    except TooManyCellsError:  # told of the rules
        subject.skipped.update(("floor_idle", "floor_below_earlier"))
        return
    for signal in signals(subject.policy):
        for level in LEVELS:
            yield from _of_level(signal, level, lowest, subject)


def _of_level(
    signal: str, level: str, lowest: dict[str, int], subject: Subject
) -> Iterator[Finding]:
    policy, naming = subject.policy, subject.naming
    before: tuple[str, Result] | None = None
    for timing in RISING:
        found = floor(policy, signal, level, timing)
        key = f"signals.{signal}.{level}"
        witness: Facts = ((signal, level), (TIMING, timing))
        name, when = naming.fact(signal), naming.value(TIMING, timing)
        if before is not None and _rank(found, subject) < policy.rank(*before[1]):
            yield finding(
                "floor_below_earlier",
                f"{key}.{timing}",
                f"{before[0]} {_code(before[1])} / {timing} {_code(found)}",
                spot=subject.spot(f"{key}.{timing}" if found is not None else key),
                witness=witness,
                involved=(Involved(f"{key}.{before[0]}"),),
                name=titled(name, signal),
                timing=when,
                floor=_told(found, subject),
                earlier=naming.value(TIMING, before[0]),
                higher=naming.result(before[1]),
                example=naming.facts(witness),
            )
        if found is not None and policy.rank(*found) <= lowest[timing]:
            yield finding(
                "floor_idle",
                f"{key}.{timing}",
                _code(found),
                spot=subject.spot(f"{key}.{timing}"),
                witness=witness,
                name=titled(name, signal),
                timing=when,
                floor=_told(found, subject),
                example=naming.facts(witness),
            )
        before = (timing, found) if found is not None else before


def lowest_decided(policy: Policy, table: Table) -> dict[str, int]:
    """The rank of the least urgent that the rules decide, at each timing."""
    axis = next(n for n, axis in enumerate(table.axes) if axis.name == TIMING)
    found: dict[str, int] = {}
    for cell in table.cells:
        rank = policy.rank(*table.decided(cell))
        for number in bits(cell.within[axis]):
            value = table.axes[axis].values[number]
            timing = WHEN_UNKNOWN if value == UNKNOWN else value
            found[timing] = min(found.get(timing, rank), rank)
    return found


def _rank(found: Result | None, subject: Subject) -> int:
    return -1 if found is None else subject.policy.rank(*found)


def _code(found: Result | None) -> str:
    return "-" if found is None else (found[1] or found[0].value)


def _told(found: Result | None, subject: Subject) -> Label:
    if found is None:
        return Label("没有底线", "none")
    return subject.naming.result(found)
