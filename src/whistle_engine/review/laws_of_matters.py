"""The laws about danger, marks, refusals and rights: L2, L3, L8, L10 to L12, L16 and L19."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from whistle_engine import events as e
from whistle_engine.commands import NAMES
from whistle_engine.events import Refused
from whistle_engine.model import (
    Affair,
    DispatchedBy,
    MatterId,
    Outcome,
    Part,
    Shirk,
    Stage,
    Verdict,
    What,
)
from whistle_engine.review.ceiling import may_give
from whistle_engine.review.seen import dangers_in, demanded, open_clocks
from whistle_engine.review.taken import Taken, matter_of
from whistle_engine.workflow import evolve, replay

# ---------------------------------------------------------------- danger


def l2(step: Taken) -> Iterator[str]:
    """More danger never means less urgency: nothing is blown below its danger, or its class."""
    before, policy = step.before, step.rules.policy
    for ev in step.written:
        if not isinstance(ev, e.Blown) or before is None:
            continue
        if before.stage is not Stage.AWAITING_WHISTLE:
            continue  # there only an urgent one can be blown, or a further one within handling
        found = before.classification
        least = max(
            demanded(before.facts, policy),
            policy.rank(found.affair, found.kind) if found is not None else -1,
        )
        if policy.rank(Affair.PUBLIC, ev.kind) < least:
            yield f"{ev.kind} was blown, where it is to be of rank {least} at the least"


def l3(step: Taken) -> Iterator[str]:
    """Nothing in which there is a danger is answered away, sent elsewhere or withdrawn."""
    before = step.before
    for ev in step.written:
        if not isinstance(ev, e.Closed) or before is None:
            continue
        found = dangers_in(before.facts, step.rules.policy)
        if found and ev.outcome in (Outcome.ANSWERED, Outcome.REDIRECTED, Outcome.WITHDRAWN):
            yield f"closed as {ev.outcome.value}, and there is {', '.join(found)}"


# ---------------------------------------------------------------- marks


def l8(step: Taken) -> Iterator[str]:
    """No mark by a unit that was lead or joint."""
    before = step.before
    if before is None:
        return
    for ev in step.written:
        if isinstance(ev, e.Marked):
            raiser, unit = ev.raiser, ev.unit
        elif isinstance(ev, e.ClockStarted) and ev.clock.what is What.MARK:
            raiser, unit = ev.clock.raiser, ev.clock.unit
        else:
            continue
        if raiser is not None:
            unit = next((r.unit for r in before.raisers if r.id == raiser), None)
        units = {r.unit for r in before.responders if r.part is not Part.INVITED}
        if unit is not None and unit in units.union(before.responded):
            yield f"{unit} judges itself"


# ---------------------------------------------------------------- refusals


SHIRKS = {
    "send_back": Shirk.SEND_BACK,
    "flows_back": Shirk.FLOW_BACK,
    "not_reported_in": Shirk.HOLLOW_ANSWER,
    "answer_without_words": Shirk.HOLLOW_ANSWER,
    "answer_without_evidence": Shirk.HOLLOW_ANSWER,
    "joint_pending": Shirk.HOLLOW_ANSWER,
    "joint_not_late": Shirk.HOLLOW_ANSWER,
    "plan_date_missing": Shirk.HOLLOW_ANSWER,
    "objected_before": Shirk.OBJECT_AGAIN,
}
"""The reasons to refuse that are attempts to shirk."""


def l11(step: Taken) -> Iterator[str]:
    """A refused command writes nothing but the record of an attempt to shirk."""
    if not isinstance(step.result, Refused):
        return
    tried = {SHIRKS[u.code] for u in step.result.unmet if u.code in SHIRKS}
    if Shirk.SEND_BACK in tried and not _called(step):
        tried.remove(Shirk.SEND_BACK)  # who is merely invited owes nothing
    kept = [ev.how for ev in step.result.recorded if isinstance(ev, e.ShirkRefused)]
    if len(kept) != len(step.result.recorded) or set(kept) != tried:
        yield f"refused {step.result.code}, and wrote {step.result.recorded}"
    if step.before is not None and step.after is not None:
        same = (step.before.stage, step.before.clocks, step.before.responders, step.before.round)
        if same != (
            step.after.stage, step.after.clocks, step.after.responders, step.after.round,
        ):  # fmt: skip
            yield "a refusal changed the matter"


def _called(step: Taken) -> bool:
    """Tell whether who acts is of a unit that leads or is joint."""
    responders = step.before.responders if step.before is not None else ()
    return any(r.unit == step.command.by.unit and r.part is not Part.INVITED for r in responders)


def l16(step: Taken) -> Iterator[str]:
    """What neither the table nor the policy allows is refused."""
    if step.before is None or isinstance(step.result, Refused):
        return
    name, by = NAMES[type(step.command.do)], step.command.by
    if not may_give(name, by, step.before, step.rules):
        yield f"{by.id} may not {name}, and did"


# ---------------------------------------------------------------- rights


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
    yield from _cut_short(history)


def _cut_short(history: Sequence[Taken]) -> Iterator[str]:
    """Nobody's mark is cut off by the matter's being closed: each marks, lapses or withdraws."""
    for step in history:
        closed = any(
            isinstance(ev, e.Closed) and ev.outcome in (Outcome.SETTLED, Outcome.LAPSED)
            for ev in step.written
        )
        if not closed or step.before is None:
            continue
        gone = {ev.raiser for ev in step.written if isinstance(ev, e.Withdrawn)}
        marks = {k.id: k for k in open_clocks(step.before, What.MARK)}
        for ev in step.written:
            if isinstance(ev, e.ClockEnded) and ev.verdict is Verdict.SUPERSEDED:
                mark = marks.get(ev.clock)
                if mark is not None and mark.raiser not in gone:
                    yield f"closed before {mark.raiser or mark.unit} had marked"


def l12(history: Sequence[Taken]) -> Iterator[str]:
    """Replaying the events gives the state, all at once and one by one."""
    by_matter: dict[MatterId, list[Taken]] = {}
    for step in history:
        matter = matter_of(step)
        if matter is not None:  # otherwise it was refused before there was one
            by_matter.setdefault(matter, []).append(step)
    for subject, steps in by_matter.items():
        events = [ev for s in steps for ev in s.written]
        if replay(subject, events) != steps[-1].after:
            yield f"replay of {subject} differs"
        state = None
        for ev in events:
            state = evolve(state, ev, matter=subject)
        if state != steps[-1].after:
            yield f"the events of {subject}, one after another, lead to another state"
