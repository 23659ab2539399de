"""The laws, as functions that anyone can hold against any history under any policy.

A law looks at one step (:data:`STEP_LAWS`) or at a whole history (:data:`HISTORY_LAWS`) and
yields a sentence for each breach; keeping the law, it yields nothing. They read only states,
commands and results, never the code that decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.events import Event, Refused
from whistle_engine.model import (
    Affair,
    Clock,
    DispatchedBy,
    Matter,
    MatterId,
    MoveReason,
    Outcome,
    Part,
    Role,
    Stage,
    UnitKind,
    Verdict,
    What,
)
from whistle_engine.responder import BELOW, INVITED_ONLY, evidence_needed, listed
from whistle_engine.rules import Rules
from whistle_engine.workflow import duties, replay


@frozen
class Taken:
    """One step of a history: the state before, what was asked and when, and what came of it."""

    before: Matter | None
    command: c.Command
    now: datetime
    result: tuple[Event, ...] | Refused
    after: Matter | None
    rules: Rules

    @property
    def written(self) -> tuple[Event, ...]:
        """The events that the step appended; a refusal may have recorded something."""
        return self.result.recorded if isinstance(self.result, Refused) else self.result


def matter_of(step: Taken) -> MatterId | None:
    """The matter that a step was decided on: a merge and a split are decided on several."""
    state = step.after or step.before
    return state.id if state is not None else None


StepLaw = Callable[[Taken], Iterator[str]]
HistoryLaw = Callable[[Sequence[Taken]], Iterator[str]]

RESPONDED = (Stage.DISPATCHED, Stage.HANDLING, Stage.DEFERRED)


# ---------------------------------------------------------------- the first-responder rule


def fr1(step: Taken) -> Iterator[str]:
    """One lead, of a kind that may lead; the first responder never changes."""
    after = step.after
    if after is None or not after.responders:
        return
    leads = [r for r in after.responders if r.part is Part.LEAD]
    if len(leads) != 1:
        yield f"{len(leads)} leads"
        return
    unit = step.rules.directory.unit(leads[0].unit)
    if unit is None or not unit.may_lead:
        yield f"{leads[0].unit} leads and may not"
    elif unit.kind in INVITED_ONLY and not after.accepted:
        yield f"{unit.code} leads and has not accepted"
    if after.first_responder not in {r.unit for r in after.responders}:
        yield f"the first responder, {after.first_responder}, was let go"
    before = step.before
    if (
        before is not None
        and before.first_responder is not None
        and before.first_responder != after.first_responder
        and not any(isinstance(ev, e.StoodDown) for ev in step.written)
    ):
        yield f"the first responder changed from {before.first_responder}"


def fr2(step: Taken) -> Iterator[str]:
    """Each responder that has not reported in has a clock for it; and arrives once."""
    after = step.after
    if after is None or after.stage not in RESPONDED:
        return
    for found in after.responders:
        due = any(k.ended is None and k.what is What.REPORT_IN and k.unit == found.unit
                  for k in after.clocks)  # fmt: skip
        if found.part is not Part.INVITED and found.reported_in is None and not due:
            yield f"{found.unit} need not report in"
    for ev in step.written:
        if (
            isinstance(ev, e.ReportedIn)
            and step.before is not None
            and any(r.unit == ev.unit and r.reported_in is not None for r in step.before.responders)
        ):
            yield f"{ev.unit} reported in twice"


def fr3(step: Taken) -> Iterator[str]:
    """Whoever leads has the work: a running clock to solve, as long as it is being handled."""
    after = step.after
    if after is None or after.stage not in RESPONDED:
        return
    lead = next((r.unit for r in after.responders if r.part is Part.LEAD), None)
    work = [k for k in after.clocks if k.ended is None and k.what in (What.SOLVE, What.REDO)]
    if [k.unit for k in work] != [lead]:
        yield f"{lead} leads, and the work is with {[k.unit for k in work]}"


def fr4(step: Taken) -> Iterator[str]:
    """The lead stays until another accepts, once, or is designated; and is joint after that."""
    before, after = step.before, step.after
    if before is None or after is None:
        return
    old = next((r.unit for r in before.responders if r.part is Part.LEAD), None)
    new = next((r.unit for r in after.responders if r.part is Part.LEAD), None)
    if old is None or old == new or any(isinstance(ev, e.StoodDown) for ev in step.written):
        return
    if not any(isinstance(ev, e.Accepted | e.Designated) for ev in step.written):
        yield f"the lead passed from {old} to {new} by {type(step.command.do).__name__}"
    if any(isinstance(ev, e.Accepted) for ev in step.written) and before.accepted:
        yield "a second acceptance won"
    if not any(r.unit == old and r.part is Part.JOINT for r in after.responders):
        yield f"{old} is not joint after it led"


def fr5(step: Taken) -> Iterator[str]:
    """Nothing flows back, and an attempt is refused and recorded."""
    by = step.command.by
    if isinstance(step.command.do, c.SendBack) and not isinstance(step.result, Refused):
        yield "sending back was not refused"
    if Role.RECEIVER not in by.roles:
        return
    for ev in step.written:
        named: tuple[str, ...] = ()
        if isinstance(ev, e.BroughtIn):
            named = (ev.responder.unit,)
        elif isinstance(ev, e.Objected):
            named = (ev.names,)
        elif isinstance(ev, e.Designated):
            named = (ev.unit,)
        for unit in named:
            if step.rules.directory.is_kind(unit, *BELOW):
                yield f"{by.unit} made {unit} accountable"


def fr6(step: Taken) -> Iterator[str]:
    """No hollow answer."""
    before = step.before
    for ev in step.written:
        if not isinstance(ev, e.FedBack) or before is None:
            continue
        lead = next((r for r in before.responders if r.part is Part.LEAD), None)
        if lead is None or lead.unit != ev.unit or lead.reported_in is None:
            yield f"{ev.unit} fed back before it had arrived, or without leading"
        if ev.text is None:
            yield "fed back without words"
        if len(ev.evidence) < evidence_needed(before, step.rules):
            yield "fed back without evidence"
        for clock in before.clocks:
            if clock.ended is not None or clock.what is not What.HAND_IN:
                continue
            if step.now <= clock.due.at:
                yield f"fed back while {clock.unit} still had time to hand in"
            elif clock.unit not in ev.without:
                yield f"fed back without naming {clock.unit}"


def fr7(step: Taken) -> Iterator[str]:
    """No clock restarts: a due time moves later, for one of four reasons, before it is due."""
    before, after = step.before, step.after
    if before is None or after is None:
        return
    asked = after.extension
    if asked is not None and after.clocks[asked.clock - 1].ended is not None:
        yield f"an extension is asked for clock {asked.clock}, which has ended"
    for old, new in zip(before.clocks, after.clocks, strict=False):
        if old.ended is not None and (old.ended, old.verdict, old.due) != (
            new.ended, new.verdict, new.due,
        ):  # fmt: skip
            yield f"clock {old.id} changed after it had ended"
        if old.due.at != new.due.at:
            yield from _moved(old, new, before, step)
        if old.ended is None and new.ended is not None:
            yield from _ended(old, new, before, step)


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


def _ended(old: Clock, new: Clock, before: Matter, step: Taken) -> Iterator[str]:
    since = before.deferral.since if before.deferral is not None else None
    own = old.what in (What.REVIEW, What.DOCKET)
    judged = since if since is not None and not own else step.now
    if judged > old.due.at and new.verdict is not Verdict.MISSED:
        yield f"clock {old.id} was missed and ended {new.verdict}"
    if judged < old.due.at and new.verdict is Verdict.MISSED:
        yield f"clock {old.id} ended missed before it was due"


def fr8(step: Taken) -> Iterator[str]:
    """Objecting is once, in time, and moves no clock."""
    before = step.before
    for ev in step.written:
        if not isinstance(ev, e.Objected) or before is None:
            continue
        lead = next((r for r in before.responders if r.part is Part.LEAD), None)
        if before.objection is not None:
            yield "a second objection"
        if lead is None or lead.object_until is None or step.now > lead.object_until:
            yield "an objection out of time"
    if isinstance(step.command.do, c.Object) and not isinstance(step.result, Refused):
        extra = [ev for ev in step.written if not isinstance(ev, e.Objected | e.ClockStarted)]
        if extra:
            yield f"objecting did more: {extra}"


def fr9(step: Taken) -> Iterator[str]:
    """Nothing that its list does not hold is put on a street or community by another."""
    after = step.after
    if after is None:
        return
    for ev in step.written:
        named: tuple[str, ...] = ()
        if isinstance(ev, e.Dispatched):
            named = (ev.responders[0].unit,)
        elif isinstance(ev, e.Designated):
            named = (ev.unit,)
        for unit in named:
            low = step.rules.directory.is_kind(unit, UnitKind.STREET, UnitKind.COMMUNITY)
            own = step.command.by.unit == unit and isinstance(step.command.do, c.TakeOn)
            if low and not own and not listed(after, step.rules, step.now):
                yield f"{unit} was made to lead what its list does not hold"


def fr10(step: Taken) -> Iterator[str]:
    """Each joint unit has a clock of its own to hand in; only the lead answers."""
    after = step.after
    if after is None or after.stage not in (Stage.DISPATCHED, Stage.HANDLING):
        return
    for found in after.responders:
        owes = any(k.ended is None and k.what is What.HAND_IN and k.unit == found.unit
                   for k in after.clocks)  # fmt: skip
        if found.part is Part.JOINT and owes == found.handed_in:
            yield f"joint unit {found.unit}: clock {owes}, handed in {found.handed_in}"
        if found.part is not Part.JOINT and owes:
            yield f"{found.unit} is {found.part.value} and owes a part"


# ---------------------------------------------------------------- the laws


def l8(step: Taken) -> Iterator[str]:
    """No mark by a unit that was lead or joint."""
    before = step.before
    for ev in step.written:
        if not isinstance(ev, e.Marked) or before is None:
            continue
        units = {r.unit for r in before.responders if r.part is not Part.INVITED} | set(
            before.responded
        )
        raiser = next((r for r in before.raisers if r.id == ev.raiser), None)
        unit = ev.unit if ev.raiser is None else (raiser.unit if raiser is not None else None)
        if unit in units:
            yield f"{unit} judged itself"


def l9(step: Taken) -> Iterator[str]:
    """Each duty has a due time and a fallback; closed, only a plan's."""
    after = step.after
    if after is None:
        return
    found = duties(after, step.rules)
    if after.stage is Stage.CLOSED:
        yield from (f"closed, and {d.what} runs" for d in found if d.what is not What.FOLLOW_UP)
    elif not found:
        yield f"open in {after.stage.value}, and nobody's move"
    for duty in found:
        docket = any(
            k.what is What.DOCKET and k.ended is None and k.about == duty.clock
            for k in after.clocks
        )
        if duty.fallback is None and not docket:
            yield f"{duty.what.value} of {duty.unit} can be forgotten"


def l11(step: Taken) -> Iterator[str]:
    """A refused command writes nothing but the record of an attempt to shirk."""
    if not isinstance(step.result, Refused):
        return
    tried = {u.shirk for u in step.result.unmet if u.shirk is not None}
    kept = [ev.how for ev in step.result.recorded if isinstance(ev, e.ShirkRefused)]
    if len(kept) != len(step.result.recorded) or set(kept) != tried:
        yield f"refused {step.result.code}, and wrote {step.result.recorded}"
    if step.before is not None and step.after is not None:
        same = (step.before.stage, step.before.clocks, step.before.responders, step.before.round)
        if same != (
            step.after.stage, step.after.clocks, step.after.responders, step.after.round,
        ):  # fmt: skip
            yield "a refusal changed the matter"


def l14(step: Taken) -> Iterator[str]:
    """Recorded time never runs backwards."""
    last = step.before.at if step.before is not None else None
    for ev in step.written:
        if last is not None and ev.at < last:
            yield f"{type(ev).__name__} at {ev.at} after {last}"
        last = ev.at


def l18(step: Taken) -> Iterator[str]:
    """A due time recomputed from limit, start and moves is the recorded one."""
    limits = step.rules.limits
    for ev in step.written:
        if isinstance(ev, e.ClockStarted):
            due, unit = ev.clock.due, ev.clock.unit
        elif isinstance(ev, e.ClockMoved) and step.before is not None:
            due, unit = ev.due, step.before.clocks[ev.clock - 1].unit
        else:
            continue
        if due.limit.amount == 0 and not due.moves:
            continue  # a date that somebody named
        if due.moves:
            if due.moves[-1].after != due.at:
                yield f"the last move leads to {due.moves[-1].after}, not {due.at}"
        elif limits.due(due.start, due.limit, unit=unit) != due:
            yield f"{due} is not what its limit gives"


def l19(step: Taken) -> Iterator[str]:
    """Whoever raised a matter that was merged into this one is told, and marks, like the first."""
    before, after = step.before, step.after
    if after is None:
        return
    raisers = {r.id for r in after.raisers}
    had = before.raisers if before is not None else ()
    for ev in step.written:
        if isinstance(ev, e.Absorbed):
            both = (*had, *ev.raisers)
            yield from (f"{r.id} was lost in merging" for r in both if r.id not in raisers)
        elif isinstance(ev, e.FedBack):
            told = (r.id for r in after.raisers if r.told)
            yield from (f"{one} counts as told before anything was said" for one in told)
    if after.stage is not Stage.FED_BACK or (before and before.stage is Stage.FED_BACK):
        return
    running = [k for k in after.clocks if k.ended is None]
    marking = {k.raiser for k in running if k.what is What.MARK}
    for raiser in after.raisers:
        if raiser.id not in marking and raiser.unit not in after.responded:
            yield f"{raiser.id} has no mark to give"
    if raisers and after.first_responder is not None and not any(
        k.what is What.TELL and k.unit == after.first_responder for k in running
    ):  # fmt: skip
        yield f"{after.first_responder} need not tell those who raised it"


# ---------------------------------------------------------------- whole histories


def l10(history: Sequence[Taken]) -> Iterator[str]:
    """The closed loop: blown (or taken on, or sent straight), dispatched, … judged, in order."""
    end = history[-1].after if history else None
    judged = (Outcome.SETTLED, Outcome.LAPSED, Outcome.CONCLUDED)
    if end is None or end.outcome not in judged or end.classification is None:
        return
    if end.classification.affair is not Affair.PUBLIC:
        return
    written = [ev for step in history for ev in step.written]
    for ev in written:
        if isinstance(ev, e.Dispatched):
            own = ev.how in (DispatchedBy.TAKE_ON, DispatchedBy.SEND_STRAIGHT)
            if not own and not any(isinstance(before, e.Blown) for before in written):
                yield f"dispatched by {ev.how.value} without a whistle"
    marks = [k for k in end.clocks if k.what is What.MARK]
    if not marks or any(k.ended is None for k in marks):
        yield "closed before all had marked or lapsed"
    seen = [type(ev) for ev in written]
    at = -1
    for wanted in (e.Dispatched, e.ReportedIn, e.FedBack, e.Closed):
        later = [i for i, found in enumerate(seen) if found is wanted and i > at]
        if not later:
            yield f"closed as {end.outcome.value} without {wanted.__name__}"
            return
        at = later[0]


def l12(history: Sequence[Taken]) -> Iterator[str]:
    """Replaying the events gives the state."""
    by_matter: dict[MatterId, list[Taken]] = {}
    for step in history:
        matter = matter_of(step)
        if matter is not None:  # otherwise it was refused before there was one
            by_matter.setdefault(matter, []).append(step)
    for subject, steps in by_matter.items():
        events = [ev for s in steps for ev in s.written]
        if replay(subject, events) != steps[-1].after:
            yield f"replay of {subject} differs"


STEP_LAWS: Mapping[str, StepLaw] = {
    "FR1": fr1,
    "FR2": fr2,
    "FR3": fr3,
    "FR4": fr4,
    "FR5": fr5,
    "FR6": fr6,
    "FR7": fr7,
    "FR8": fr8,
    "FR9": fr9,
    "FR10": fr10,
    "L8": l8,
    "L9": l9,
    "L11": l11,
    "L14": l14,
    "L18": l18,
    "L19": l19,
}
"""The laws of one step."""

HISTORY_LAWS: Mapping[str, HistoryLaw] = {"L10": l10, "L12": l12}
"""The laws of a whole history."""


def breaches(history: Sequence[Taken]) -> Iterator[tuple[str, str]]:
    """Every breach in a history: the law, and a sentence.

    Args:
        history: the steps of one matter, from its first.

    Yields:
        Pairs of a law's name and what breaks it.
    """
    for step in history:
        for name, law in STEP_LAWS.items():
            yield from ((name, f"{type(step.command.do).__name__}: {words}") for words in law(step))
    for name, whole in HISTORY_LAWS.items():
        yield from ((name, words) for words in whole(history))
