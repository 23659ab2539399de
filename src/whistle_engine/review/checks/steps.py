"""Ladders as a whole: a step left out, or alerts far longer than the limit that they are for."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.deadlines import FALLBACK
from whistle_engine.model import StepAction, What
from whistle_engine.policy import Ladder, Policy, Rung
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.ladders import (
    codes,
    is_holder,
    limits_of_clock,
    minutes,
    rung_text,
    whats_of,
)
from whistle_engine.review.checks.lengths import limit_text, limit_told
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.words import called, called_all

_ASKED = frozenset({StepAction.REMIND, StepAction.URGE})
"""By these whoever has a duty is told of it before anybody else is, if they go there."""

HUNDREDFOLD = 100
"""An alert to somebody above that comes later by so many times the limit is none."""

_ABOVE = frozenset({StepAction.SUPERVISE, StepAction.ESCALATE})


def steps(subject: Subject) -> Iterator[Finding]:
    """Rungs that come unasked, and rungs that come too late."""
    policy = subject.policy
    for n, ladder in enumerate(policy.ladders, 1):
        if whats_of(n, policy):
            yield from _skips(n, ladder, policy)
            yield from _slow(n, ladder, policy)


def _skips(n: int, ladder: Ladder, policy: Policy) -> Iterator[Finding]:
    """Supervising or escalating before whoever has the duty was ever told, clock by clock."""
    untold = whats_of(n, policy)
    for m, rung in enumerate(ladder.rungs, 1):
        reached = [what for what in untold if _comes(rung, what)]
        if rung.action in _ABOVE:
            skipped = [what for what in reached if not is_holder(rung.to, what, policy)]
            if skipped:
                yield finding(
                    "ladder_skips",
                    f"ladders[{n}].rungs[{m}].action",
                    f"{rung_text(rung)}: {codes(skipped)}",
                    action=called(rung.action),
                    names=called_all(skipped),
                )
        elif rung.action in _ASKED:
            reached = [what for what in reached if is_holder(rung.to, what, policy)]
        else:
            continue
        untold = tuple(what for what in untold if what not in reached)


def _comes(rung: Rung, what: What) -> bool:
    """Tell whether a clock has a rung: those with a fallback end when they are due."""
    return rung.after is None or what not in FALLBACK


def _slow(n: int, ladder: Ladder, policy: Policy) -> Iterator[Finding]:
    """The first alert to somebody above, when the limit is over many times."""
    rungs = [(m, rung) for m, rung in enumerate(ladder.rungs, 1) if rung.action in _ABOVE]
    if not rungs:
        return
    m, rung = min(rungs, key=lambda numbered: _after(numbered[1]))
    limits = [
        found
        for what in whats_of(n, policy)
        if what not in FALLBACK
        for found in limits_of_clock(what, policy)
    ]
    short = [(name, limit) for name, limit in limits if HUNDREDFOLD * minutes(limit) < _after(rung)]
    if short:
        name, limit = min(short, key=lambda found: minutes(found[1]))
        yield finding(
            "alert_slow",
            f"ladders[{n}].rungs[{m}].after",
            f"{rung_text(rung)} / {', '.join(f'{key} {limit_text(x)}' for key, x in short)}",
            involved=(Involved(key) for key, _ in short),
            name=name,
            limit=limit_told(limit),
            after=limit_told(rung.after) if rung.after is not None else "",
            action=called(rung.action),
            count=len(short),
        )


def _after(rung: Rung) -> int:
    return minutes(rung.after) if rung.after is not None else 0
