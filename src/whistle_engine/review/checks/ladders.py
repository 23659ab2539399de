"""Ladders: rungs that never come, come in the wrong order, or reach nobody new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from whistle_engine.deadlines import FALLBACK
from whistle_engine.directory import STREET
from whistle_engine.model import Affair, Label, Limit, LimitUnit, Party, StepAction, What
from whistle_engine.policy import Ladder, Policy, Rung
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.lengths import Later, Lengths, limit_text, limit_told
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.words import called, called_all, in_row, named_unit

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
    """Each kind of clock has one ladder, and that has a rung at least."""
    policy = subject.policy
    seen: dict[What | None, int] = {}
    for n, ladder in enumerate(policy.ladders, 1):
        whats: set[What | None] = {*ladder.whats} if ladder.whats else {None}
        twice = [what for what in (*What, None) if what in whats and what in seen]
        if twice:
            told = in_row(
                called(w) if w else Label("其余各项（for = []）", "for = []") for w in twice
            )
            value = ", ".join(what.value if what else "[]" for what in twice)
            first = dict.fromkeys(seen[what] for what in twice)
            yield finding(
                "ladder_twice",
                f"ladders[{n}].for",
                value,
                involved=(Involved(f"ladders[{number}].for") for number in first),
                names=told,
            )
        used = whats_of(n, policy)
        if not ladder.rungs and used:
            value, names = codes(used), called_all(used)
            yield finding("ladder_empty", f"ladders[{n}].rungs", value, names=names)
        seen = dict.fromkeys(whats, n) | seen
    left = [what for what in What if what not in seen]
    if None not in seen and left:
        yield finding("ladder_missing", "ladders", codes(left), names=called_all(left))


def rungs(subject: Subject) -> Iterator[Finding]:
    """What is wrong with single rungs."""
    policy = subject.policy
    lengths = Lengths(policy)
    for n, ladder in enumerate(policy.ladders, 1):
        whats = whats_of(n, policy)
        last: tuple[str, Rung] | None = None
        for m, rung in enumerate(ladder.rungs, 1):
            key = f"ladders[{n}].rungs[{m}]"
            if last is not None and _past(rung, last[1], lengths):
                yield finding(
                    "rung_never",
                    f"{key}.action",
                    rung_text(rung),
                    involved=(Involved(f"{last[0]}.action"),),
                    why=_PAST,
                    do=_MOVE,
                )
                subject.skipped.add(f"{key}.")
                continue
            before = ladder.rungs[m - 2] if m > 1 else None
            yield from _rung(rung, key, whats, subject)
            yield from _after_due(rung, key, ladder, whats)
            if before is not None:
                yield from _next(before, rung, (f"ladders[{n}].rungs[{m - 1}]", key), lengths)
            last = (key, rung) if rung.action is StepAction.ESCALATE else last
        yield from _crowded(n, ladder, whats, policy)


_PAST = Label(
    "排在上报（escalate）之后，阶梯到那里为止", "stands after escalate, with which the ladder ends"
)
_MOVE = Label("请移到上报之前，或删去", "put it before, or delete it")
_NO_END = Label(
    "这个阶梯没有上报（escalate），到期即止，而这一级在到期之后",
    "the ladder has no escalate and ends when it is due, and this rung comes later",
)
_UP = Label("请改送督办单位（supervisor）", "send it to the supervisor")
_ALONE = Label(
    "其上没有督办单位，请为其单列阶梯", "nobody is above it, so give them a ladder of their own"
)
_ADD = Label("请在末尾补上escalate一级，或删去", "add an escalate to its end, or delete the rung")


def _past(rung: Rung, last: Rung, lengths: Lengths) -> bool:
    """Tell whether a rung comes after the one that escalates, or escalates at the same time."""
    if rung.after is None or _earlier(rung, last, lengths) is not None:
        return False
    ends = (last.after.amount, last.after.unit) if last.after is not None else (0, rung.after.unit)
    together = (rung.after.amount, rung.after.unit) == ends
    return rung.action is StepAction.ESCALATE or not together


def _after_due(rung: Rung, key: str, ladder: Ladder, whats: tuple[What, ...]) -> Iterator[Finding]:
    """A rung after the due time, of a ladder that ends there: nothing in it escalates later."""
    if rung.after is None or not whats:
        return
    if all(what in FALLBACK for what in whats):
        names = called_all(whats)
        yield finding("rung_after_fallback", f"{key}.after", rung_text(rung), names=names)
    elif rung.after.amount and all(r.action is not StepAction.ESCALATE for r in ladder.rungs):
        yield finding("rung_never", f"{key}.action", rung_text(rung), why=_NO_END, do=_ADD)


def whats_of(n: int, policy: Policy) -> tuple[What, ...]:
    """The kinds of clocks for which the n-th ladder is used."""
    *before, ladder = policy.ladders[:n]
    named = {what for other in (before if ladder.whats else policy.ladders) for what in other.whats}
    if not ladder.whats and any(not other.whats for other in before):
        return ()
    return tuple(w for w in What if w not in named and (w in ladder.whats or not ladder.whats))


def _rung(rung: Rung, key: str, whats: tuple[What, ...], subject: Subject) -> Iterator[Finding]:
    """A rung by itself."""
    policy, value = subject.policy, rung_text(rung)
    if rung.action is StepAction.CALL_BACK and What.MARK not in whats:
        yield finding("call_back_idle", f"{key}.action", value)
    if rung.action is StepAction.ESCALATE and rung.to not in ("coordinator", policy.coordinator):
        to = named_unit(rung.to, subject.known_units)
        yield finding("escalate_elsewhere", f"{key}.to", value, to=to)
    if rung.action is StepAction.ESCALATE and rung.percent not in (None, _WHOLE):
        yield finding("escalate_early", f"{key}.percent", value)
    used = [what for what in whats if what not in FALLBACK or rung.after is None]
    if rung.action is StepAction.SUPERVISE:
        same = [what for what in used if is_holder(rung.to, what, policy)]
        if same:
            whose = called_all(same)
            if rung.to == "holder":
                whose = Label("这一阶梯各项", "all clocks of this ladder")
            yield finding(
                "rung_to_itself",
                f"{key}.to",
                f"{value}: {codes(same)}",
                to=named_unit(rung.to, subject.known_units),
                names=whose,
                do=_ALONE if all(_holder(w, policy) == policy.coordinator for w in same) else _UP,
            )
    if rung.to == "supervisor":
        alone = [what for what in used if _holder(what, policy) == policy.coordinator]
        if alone:
            told = f"{value}: {codes(alone)}"
            yield finding("nobody_above", f"{key}.to", told, names=called_all(alone))


def is_holder(to: str, what: What, policy: Policy) -> bool:
    """Tell whether a word, or a unit's code, names whoever has a clock, in every matter."""
    words = {"hotline": policy.hotline, "coordinator": policy.coordinator}
    return to == "holder" or (words.get(to) or to) == _holder(what, policy)


def _holder(what: What, policy: Policy) -> str | None:
    """Who has a kind of clock: a unit's code, or the word for a unit of the matter's own.

    ``None`` where it is whoever responds or was asked, or now one and now another. A look is
    the community's until it is passed on, and what the hotline received it classifies itself.
    """
    if what in _OF_COORDINATOR:
        return policy.coordinator
    if what is What.DISPATCH:
        return policy.operations
    if what is What.DECIDE_EXTENSION:
        by_street = policy.extensions.decided_by is Party.STREET
        return STREET if by_street else policy.coordinator
    return _OF_THE_PLACE.get(what)


_OF_COORDINATOR = frozenset(
    {What.DESIGNATE, What.ANSWER_OBJECTION, What.REVIEW, What.DECIDE_ROUND, What.DOCKET}
)
_OF_THE_PLACE = {What.CLASSIFY: "community", What.LOOK: "community", What.BLOW: STREET}


def codes(whats: Iterable[What]) -> str:
    """Kinds of clocks as a value names them."""
    return ", ".join(what.value for what in whats)


def rung_text(rung: Rung) -> str:
    """A rung in one line, as an acceptance of what is found in it names it."""
    when = f"after {limit_text(rung.after)}" if rung.after is not None else f"{rung.percent}%"
    return f"{rung.action.value} {when} {rung.to}"


def _next(before: Rung, rung: Rung, keys: tuple[str, str], lengths: Lengths) -> Iterator[Finding]:
    """A rung and the one above it, whose key comes first."""
    above, key = keys
    when = _earlier(rung, before, lengths)
    if when is not None:
        yield finding(
            "rung_order",
            f"{key}.{_when_key(rung)}",
            f"{rung_text(before)} / {rung_text(rung)}",
            witness=when.witness,
            involved=(Involved(f"{above}.{_when_key(before)}"),),
        )
    one, other = _WEIGHT.get(before.action), _WEIGHT.get(rung.action)
    if one is not None and other is not None and other < one:
        yield finding(
            "rung_steps_down",
            f"{key}.action",
            f"{rung_text(before)} / {rung_text(rung)}",
            involved=(Involved(f"{above}.action"),),
            action=called(rung.action),
            before=called(before.action),
        )


def _when_key(rung: Rung) -> str:
    return "after" if rung.percent is None else "percent"


def _earlier(rung: Rung, before: Rung, lengths: Lengths) -> Later | None:
    """From when on a rung comes before the one above it; ``None`` if it never does."""
    if rung.percent is not None:
        return Later() if before.percent is None or rung.percent < before.percent else None
    if before.after is None or rung.after is None or before.after.amount == 0:
        return None
    return Later() if rung.after.amount == 0 else lengths.after(before.after, rung.after)


def _crowded(n: int, ladder: Ladder, whats: tuple[What, ...], policy: Policy) -> Iterator[Finding]:
    """Alerts that follow one another too fast on the shortest clock of the ladder."""
    limits = [found for what in whats for found in limits_of_clock(what, policy)]
    if not limits:
        return
    name, limit = min(limits, key=lambda found: minutes(found[1]))
    counted = [(m, rung, _percent(rung)) for m, rung in enumerate(ladder.rungs, 1)]
    within = [(m, rung, percent) for m, rung, percent in counted if percent is not None]
    for (o, before, first), (m, rung, then) in pairwise(within):
        gap = (then - first) * minutes(limit)
        if rung.to == before.to and 0 <= gap < CLOSEST * _WHOLE:
            yield finding(
                "rungs_crowded",
                f"ladders[{n}].rungs[{m}].{_when_key(rung)}",
                f"{rung_text(before)} / {rung_text(rung)}: {limit_text(limit)}",
                involved=(Involved(f"ladders[{n}].rungs[{o}].{_when_key(before)}"), Involved(name)),
                name=name,
                limit=limit_told(limit),
                minutes=CLOSEST,
            )


def _percent(rung: Rung) -> int | None:
    if rung.after is not None and rung.after.amount == 0:
        return _WHOLE
    return rung.percent


def minutes(limit: Limit) -> int:
    """How long a limit is at the least, whatever its days are."""
    hours = limit.unit in (LimitUnit.HOURS, LimitUnit.WORK_HOURS)
    return limit.amount * 60 * (1 if hours else 24)


def limits_of_clock(what: What, policy: Policy) -> Iterator[tuple[str, Limit]]:
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
