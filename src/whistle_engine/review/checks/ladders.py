"""Ladders: rungs that never come, come in the wrong order, or reach nobody new."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from whistle_engine.deadlines import FALLBACK
from whistle_engine.model import Affair, Limit, LimitUnit, Party, StepAction, What
from whistle_engine.policy import Ladder, Policy, Rung
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.lengths import Lengths, limit_told
from whistle_engine.review.findings import Finding, finding

CLOSEST = 5
"""Two alerts to one addressee are at least so many minutes apart."""

_WEIGHT = {
    StepAction.REMIND: 0,
    StepAction.URGE: 1,
    StepAction.SUPERVISE: 2,
    StepAction.ESCALATE: 3,
}
_WHOLE = 100


def covered(subject: Subject) -> Iterator[Finding]:
    """Each kind of clock has one ladder."""
    policy = subject.policy
    seen: set[What | None] = set()
    for n, ladder in enumerate(policy.ladders, 1):
        whats: set[What | None] = {*ladder.whats} if ladder.whats else {None}
        twice = tuple(sorted(what.value if what else "for = []" for what in whats & seen))
        if twice:
            yield finding("ladder_twice", f"ladders[{n}].for", names=twice)
        seen |= whats
    left = tuple(what.value for what in What if what not in seen)
    if None not in seen and left:
        yield finding("ladder_missing", "ladders", names=left)


def rungs(subject: Subject) -> Iterator[Finding]:
    """What is wrong with single rungs."""
    lengths = Lengths(subject.policy)
    for n, ladder in enumerate(subject.policy.ladders, 1):
        whats = _whats(ladder, subject.policy)
        ended = False
        for m, rung in enumerate(ladder.rungs, 1):
            key = f"ladders[{n}].rungs[{m}]"
            if ended:
                yield finding("rung_never", f"{key}.action")
                continue
            before = ladder.rungs[m - 2] if m > 1 else None
            yield from _rung(rung, key, whats, subject.policy)
            if before is not None:
                yield from _next(before, rung, key, lengths)
            ended = rung.action is StepAction.ESCALATE
        yield from _crowded(n, ladder, whats, subject.policy)


def _whats(ladder: Ladder, policy: Policy) -> tuple[What, ...]:
    """The kinds of clocks for which a ladder is used."""
    named = {what for other in policy.ladders for what in other.whats}
    return tuple(w for w in What if (w in ladder.whats if ladder.whats else w not in named))


def _rung(rung: Rung, key: str, whats: tuple[What, ...], policy: Policy) -> Iterator[Finding]:
    """A rung by itself."""
    if rung.after is not None and whats and all(what in FALLBACK for what in whats):
        names = tuple(what.value for what in whats)
        yield finding("rung_after_fallback", f"{key}.after", names=names)
    if rung.action is StepAction.CALL_BACK and What.MARK not in whats:
        yield finding("call_back_idle", f"{key}.action")
    if rung.action is StepAction.ESCALATE and rung.to not in ("coordinator", policy.coordinator):
        yield finding("escalate_elsewhere", f"{key}.to", to=rung.to)
    if rung.action is StepAction.ESCALATE and rung.percent not in (None, _WHOLE):
        yield finding("escalate_early", f"{key}.percent")
    if rung.action is StepAction.SUPERVISE and rung.to == "holder":
        yield finding("rung_to_itself", f"{key}.to", to=rung.to)
    if rung.to == "supervisor":
        alone = tuple(
            what.value
            for what in whats
            if what in _of_coordinator(policy) and (what not in FALLBACK or rung.after is None)
        )
        if alone:
            yield finding("nobody_above", f"{key}.to", names=alone)


def _of_coordinator(policy: Policy) -> frozenset[What]:
    """The kinds of clocks that the coordinator has, whom nobody supervises."""
    found = {
        What.DESIGNATE, What.ANSWER_OBJECTION, What.REVIEW, What.DECIDE_ROUND, What.DOCKET,
    }  # fmt: skip
    if policy.extensions.decided_by is Party.COORDINATOR:
        found.add(What.DECIDE_EXTENSION)
    if policy.operations == policy.coordinator:
        found.add(What.DISPATCH)
    return frozenset(found)


def _next(before: Rung, rung: Rung, key: str, lengths: Lengths) -> Iterator[Finding]:
    """A rung and the one above it."""
    if _earlier(rung, before, lengths):
        yield finding("rung_order", f"{key}.{'after' if rung.percent is None else 'percent'}")
    one, other = _WEIGHT.get(before.action), _WEIGHT.get(rung.action)
    if one is not None and other is not None and other < one:
        yield finding(
            "rung_steps_down",
            f"{key}.action",
            action=rung.action.value,
            before=before.action.value,
        )


def _earlier(rung: Rung, before: Rung, lengths: Lengths) -> bool:
    if rung.percent is not None:
        return before.percent is None or rung.percent < before.percent
    if before.after is None or rung.after is None or before.after.amount == 0:
        return False
    return rung.after.amount == 0 or lengths.after(before.after, rung.after) is not None


def _crowded(n: int, ladder: Ladder, whats: tuple[What, ...], policy: Policy) -> Iterator[Finding]:
    """Alerts that follow one another too fast on the shortest clock of the ladder."""
    limits = [found for what in whats for found in _limits(what, policy)]
    if not limits:
        return
    name, limit = min(limits, key=lambda found: _minutes(found[1]))
    counted = [(m, rung, _percent(rung)) for m, rung in enumerate(ladder.rungs, 1)]
    within = [(m, rung, percent) for m, rung, percent in counted if percent is not None]
    for (_, before, first), (m, rung, then) in pairwise(within):
        gap = (then - first) * _minutes(limit)
        if rung.to == before.to and 0 <= gap < CLOSEST * _WHOLE:
            yield finding(
                "rungs_crowded",
                f"ladders[{n}].rungs[{m}].{'after' if rung.percent is None else 'percent'}",
                name=name,
                limit=limit_told(limit),
                minutes=CLOSEST,
            )


def _percent(rung: Rung) -> int | None:
    if rung.after is not None and rung.after.amount == 0:
        return _WHOLE
    return rung.percent


def _minutes(limit: Limit) -> int:
    hours = limit.unit in (LimitUnit.HOURS, LimitUnit.WORK_HOURS)
    return limit.amount * 60 * (1 if hours else 24)


def _limits(what: What, policy: Policy) -> Iterator[tuple[str, Limit]]:
    """The limits that clocks of a kind may have, with their keys."""
    steps = {
        What.CLASSIFY: ("classify",), What.LOOK: ("look",), What.BLOW: ("blow", "blow_urgent"),
        What.DISPATCH: ("dispatch",), What.DESIGNATE: ("designate",), What.DOCKET: ("docket",),
        What.DECIDE_ROUND: ("decide_round",), What.REDO: ("mediate_redo", "deliberate_redo"),
    }  # fmt: skip
    for name in steps.get(what, ()):
        yield f"limits.{name}", policy.limits[name]
    for kind in policy.kinds:
        named = {
            What.REPORT_IN: kind.report_in,
            What.SOLVE: kind.solve,
            What.HAND_IN: kind.hand_in,
            What.REDO: kind.redo,
        }
        if what in named:
            yield f"kinds.{kind.code}.{what.value}", named[what]
    talked = {What.MEDIATE: Affair.HOUSEHOLD, What.DELIBERATE: Affair.SHARED}
    for row in policy.tracks:
        if row.affair is talked.get(what):
            urgent = ".urgent" if row.urgent else ""
            yield f"tracks.{row.affair.value}{urgent}.{row.scope}", row.limit
    others = {
        What.ANSWER_OBJECTION: ("objections.answer", policy.objections.answer),
        What.DECIDE_EXTENSION: ("extensions.decide", policy.extensions.decide),
        What.MARK: ("marks.mark", policy.marks.mark),
        What.TELL: ("marks.tell", policy.marks.tell),
    }
    if what in others:
        yield others[what]
