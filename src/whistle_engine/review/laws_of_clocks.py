"""The laws about time: FR7, L9, L14 and L18."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.model import (
    Clock,
    Due,
    Limit,
    Matter,
    MoveReason,
    Outcome,
    Role,
    Stage,
    StepAction,
    Verdict,
    What,
)
from whistle_engine.review.seen import RESPONDED, WORK, category_of, kind_of, open_clocks
from whistle_engine.review.taken import Taken
from whistle_engine.workflow import duties


def fr7(step: Taken) -> Iterator[str]:
    """No clock restarts: a due time moves later, for one of four reasons, before it is due."""
    before, after = step.before, step.after
    if before is None or after is None:
        return
    asked = after.extension
    if asked is not None and after.clocks[asked.clock - 1].ended is not None:
        yield f"an extension is asked for clock {asked.clock}, which has ended"
    for old, new in zip(before.clocks, after.clocks, strict=False):
        if old is new:
            continue
        if old.ended is not None and (old.ended, old.verdict, old.due) != (
            new.ended, new.verdict, new.due,
        ):  # fmt: skip
            yield f"clock {old.id} changed after it had ended"
        if old.due.at != new.due.at:
            yield from _moved(old, new, before, step)
        if old.ended is None and new.ended is not None:
            yield from _ended(old, new, before, step)
    for ev in step.written:
        if isinstance(ev, e.ExtensionAsked):
            yield from _asked(before.clocks[ev.clock - 1], before, step)
        elif isinstance(ev, e.ClockMoved):
            yield from _granted(ev, before, step)
        elif isinstance(ev, e.Accepted | e.Designated):
            yield from _taken_over(before, step)


def _moved(old: Clock, new: Clock, before: Matter, step: Taken) -> Iterator[str]:
    why = new.due.moves[-1].reason if len(new.due.moves) > len(old.due.moves) else None
    allowed = (MoveReason.EXTENDED, MoveReason.DEFERRED, MoveReason.DECIDED, MoveReason.FIXED)
    if why not in allowed:
        yield f"clock {old.id} moved without a reason"
    if new.due.at < old.due.at and why is not MoveReason.FIXED:
        yield f"clock {old.id} moved earlier"
    since = before.deferral.since if before.deferral is not None else None
    stood = since if why is MoveReason.DEFERRED and since is not None else step.now
    if stood > old.due.at:
        yield f"clock {old.id} moved after it was missed"
    if why is MoveReason.EXTENDED and (new.latest is None or new.due.at > new.latest):
        yield f"clock {old.id} was extended beyond its cap"
    if why is MoveReason.FIXED and new.due.at < step.now:
        yield f"clock {old.id} became late by being fixed"


def _ended(old: Clock, new: Clock, before: Matter, step: Taken) -> Iterator[str]:
    since = before.deferral.since if before.deferral is not None else None
    own = old.what in (What.REVIEW, What.DOCKET)
    judged = since if since is not None and not own else step.now
    if judged > old.due.at and new.verdict is not Verdict.MISSED:
        yield f"clock {old.id} was missed and ended {new.verdict}"
    if judged < old.due.at and new.verdict is Verdict.MISSED:
        yield f"clock {old.id} ended missed before it was due"
    acted = not isinstance(step.command.do, c.FireTimer)
    if judged == old.due.at and acted and new.verdict is Verdict.MISSED:
        yield f"clock {old.id} ended missed at its due time, when it is still kept"


def _asked(clock: Clock, before: Matter, step: Taken) -> Iterator[str]:
    """An extension is asked before it is due, of what can be extended, one at a time."""
    if step.now > clock.due.at:
        yield f"an extension was asked for clock {clock.id}, which is overdue"
    if clock.latest is None:
        yield f"an extension was asked for clock {clock.id}, which has none"
    if before.extension is not None:
        yield "an extension was asked while one is pending"


def _granted(ev: e.ClockMoved, before: Matter, step: Taken) -> Iterator[str]:
    """An extension was asked for; unasked the coordinator alone decides, and once."""
    by, asked, why = step.command.by, before.extension, ev.due.moves[-1]
    if why.reason is MoveReason.EXTENDED and (
        asked is None or asked.clock != ev.clock or asked.by != why.by
    ):
        yield f"clock {ev.clock} was extended by what nobody asked for"
    if why.reason is not MoveReason.DECIDED:
        return
    if Role.COORDINATOR not in by.roles or by.unit != step.rules.policy.coordinator:
        yield f"{by.unit} moved clock {ev.clock} unasked"
    if any(move.reason is MoveReason.DECIDED for move in ev.due.moves[:-1]):
        yield f"clock {ev.clock} was moved by decision a second time"


def _taken_over(before: Matter, step: Taken) -> Iterator[str]:
    """Another lead takes over the due time; what was overdue starts a further clock."""
    old = next(open_clocks(before, *WORK), None)
    new = next((ev.clock for ev in step.written
                if isinstance(ev, e.ClockStarted) and ev.clock.what in WORK), None)  # fmt: skip
    if old is None or new is None:
        return
    if step.now <= old.due.at and (new.what, new.due.at, new.latest) != (
        old.what, old.due.at, old.latest,
    ):  # fmt: skip
        yield f"clock {old.id} was not overdue, and its due time was not taken over"
    if step.now > old.due.at and new.what is not What.REDO:
        yield f"clock {old.id} was overdue, and was taken over as {new.what.value}"


# ---------------------------------------------------------------- nothing is forgotten


FALLBACKS = {
    What.LOOK: (StepAction.PASS_ON, StepAction.ESCALATE),
    What.MARK: (StepAction.LAPSE,),
    What.ANSWER_OBJECTION: (StepAction.REJECT,),
    What.DECIDE_EXTENSION: (StepAction.DECLINE,),
    What.REVIEW: (StepAction.RESUME,),
    What.FOLLOW_UP: (StepAction.REOPEN,),
    What.DOCKET: (StepAction.RECUR,),
}
"""What comes of a clock that nobody answers; of all others it is that they are escalated."""

_ESCALATED = (StepAction.ESCALATE,)


def l9(step: Taken) -> Iterator[str]:
    """Each duty has a due time and a fallback; closed, only a plan's."""
    before, after = step.before, step.after
    if after is None:
        return
    found = duties(after, step.rules)
    if after.stage is Stage.CLOSED:
        yield from (f"closed, and {d.what} runs" for d in found if d.what is not What.FOLLOW_UP)
    elif not found:
        yield f"open in {after.stage.value}, and nobody's move"
    for duty in found:
        docket = any(k.about == duty.clock for k in open_clocks(after, What.DOCKET))
        if duty.fallback is None and not docket:
            yield f"{duty.what.value} of {duty.unit} can be forgotten"
    for ev in step.written:
        if isinstance(ev, e.ClockStarted):
            last = ev.clock.steps[-1].action if ev.clock.steps else None
            if last not in FALLBACKS.get(ev.clock.what, _ESCALATED):
                yield f"{ev.clock.what.value} of {ev.clock.unit} comes to {last}"
        elif isinstance(ev, e.Closed) and ev.outcome is not Outcome.MERGED and before is not None:
            kept = {k.id for k in open_clocks(after, What.FOLLOW_UP)}
            if any(k.id not in kept for k in open_clocks(before, What.FOLLOW_UP)):
                yield "closed, and its plan is forgotten"


def l14(step: Taken) -> Iterator[str]:
    """Recorded time never runs backwards."""
    last = step.before.at if step.before is not None else None
    for ev in step.written:
        if last is not None and ev.at < last:
            yield f"{type(ev).__name__} at {ev.at} after {last}"
        last = ev.at
    if step.written and step.after is not None and step.after.at != last:
        yield f"the matter is of {step.after.at}, and what happened last of {last}"


# ---------------------------------------------------------------- due times explain themselves


def l18(step: Taken) -> Iterator[str]:
    """A due time recomputed from limit, start and moves is the recorded one."""
    limits = step.rules.limits
    for ev in step.written:
        if isinstance(ev, e.ClockStarted):
            due, unit = ev.clock.due, ev.clock.unit
            yield from _of_policy(ev.clock, step)
        elif isinstance(ev, e.ClockMoved) and step.before is not None:
            due, old = ev.due, step.before.clocks[ev.clock - 1]
            unit = old.unit
            if due.moves[-1].before != old.due.at or due.moves[:-1] != old.due.moves:
                yield f"clock {ev.clock} moved from {old.due.at}, and its moves do not say so"
        else:
            continue
        if due.limit.amount == 0 and not due.moves:
            continue  # a date that somebody named
        if due.moves:
            if due.moves[-1].after != due.at:
                yield f"the last move leads to {due.moves[-1].after}, not {due.at}"
        elif limits.due(due.start, due.limit, unit=unit) != due:
            yield f"{due} is not what its limit gives"


def _of_policy(clock: Clock, step: Taken) -> Iterator[str]:
    """What a responder has to keep is the limit that the policy has for it, told by its name."""
    after = step.after
    if after is None or after.stage not in RESPONDED or clock.due.moves:
        return
    limits = dict(_limits(after, step))
    wanted = limits.get(clock.what)
    if wanted is not None and clock.due.limit != wanted:
        yield f"{clock.what.value} by {clock.due.limit}, where the policy says {wanted}"
    own = limits[What.SOLVE]
    if clock.what is What.HAND_IN and own != kind_of(after, step.rules.policy).solve:
        longest = _due(own, clock, step)
        if clock.due.at > longest.at:
            yield f"{clock.unit} has until {clock.due.at} for its part, the lead {longest.at}"


def _limits(matter: Matter, step: Taken) -> Iterator[tuple[What, Limit]]:
    """By kind of clock: the kind's own; a category's limit holds for the category's own kind."""
    kind = kind_of(matter, step.rules.policy)
    row = step.rules.policy.category(category_of(matter), step.now)
    own = row is not None and row.kind == kind.code and row.solve
    yield What.SOLVE, own or kind.solve
    yield What.REDO, kind.redo
    yield What.REPORT_IN, kind.report_in


def _due(limit: Limit, clock: Clock, step: Taken) -> Due:
    return step.rules.limits.due(clock.started, limit, unit=clock.unit)
