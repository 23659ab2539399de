"""What moves clocks and what they set off: 申请延期, 批准延期, 到时, 核定期限."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import evolve

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.model import (
    Clock,
    Due,
    Matter,
    MoveReason,
    Stage,
    Step,
    StepAction,
    Unmet,
    What,
)
from whistle_engine.moves.calling import resume_clocks
from whistle_engine.moves.record import Case, Record
from whistle_engine.moves.residents import close_if_judged, reopen_to
from whistle_engine.refusals import unmet
from whistle_engine.responder import WORKING, overdue, running

# ---------------------------------------------------------------- extension


def _working(matter: Matter) -> Clock | None:
    return next(running(matter, *WORKING), None)


def ask_unmet(case: Case[c.AskExtension]) -> Iterator[Unmet]:
    """Before it is due, of an extendable kind, within the cap (FR7 a)."""
    clock = _working(case.matter)
    if clock is None or clock.latest is None:
        yield unmet("not_extendable")
        return
    if case.matter.extension is not None:
        yield unmet("extension_pending")
    if overdue(clock, case.now):
        yield unmet("already_overdue", due=clock.due.at.isoformat())
    if case.do.by.amount < 1:
        yield unmet("beyond_cap", latest=clock.latest.isoformat())
        return
    asked = case.rules.limits.extended(clock.due, case.do.by, at=case.now)
    if asked.at > clock.latest:
        yield unmet("beyond_cap", latest=clock.latest.isoformat())


def ask_extension(case: Case[c.AskExtension], record: Record) -> None:
    """Keep what was asked; whoever decides has a time for it."""
    clock = _working(case.matter)
    if clock is None:
        raise AssertionError(case.command)
    record.add(e.ExtensionAsked(case.now, clock.id, case.do.by, case.text("reason")))
    policy = case.rules.policy
    by_street = policy.extensions.decided_by.value == "street"
    holder = case.matter.street if by_street else policy.coordinator
    record.start(What.DECIDE_EXTENSION, holder, policy.extensions.decide)


def grant_unmet(case: Case[c.GrantExtension]) -> Iterator[Unmet]:
    """What was asked, before it is due; or unasked, by the coordinator with reasons, once."""
    asked = case.matter.extension
    clock = _working(case.matter)
    if asked is not None:
        if case.do.by is not None:
            yield unmet("extension_pending")
        if clock is not None and case.do.granted:
            if overdue(clock, case.now):
                yield unmet("already_overdue", due=clock.due.at.isoformat())
            if clock.unit == case.unit:
                yield unmet("own_case", unit=clock.unit or "")
        return
    unasked = case.by_coordinator and case.do.by is not None
    if not unasked or not case.do.granted:
        yield unmet("nothing_asked")
        return
    if "reason" not in case.command.texts:
        yield unmet("text_missing", names="reason")
    if clock is None:
        yield unmet("not_extendable")
        return
    if overdue(clock, case.now):
        yield unmet("already_overdue", due=clock.due.at.isoformat())
    if any(m.reason is MoveReason.DECIDED for m in clock.due.moves):
        yield unmet("decided_before")
    if case.do.by is None or case.do.by.amount < 1:
        yield unmet("not_extendable")
        return
    decided = case.rules.limits.extended(clock.due, case.do.by, at=case.now)
    most = case.rules.limits.due(case.now, case.rules.policy.deferrals.total, unit=None)
    if decided.at > most.at:
        yield unmet("beyond_cap", latest=most.at.isoformat())


def grant_extension(case: Case[c.GrantExtension], record: Record) -> None:
    """Move the due time, or decline; either way the question is answered."""
    asked = case.matter.extension
    clock = _working(case.matter)
    if clock is None:
        raise AssertionError(case.command)
    limits = case.rules.limits
    if asked is None:
        by = case.do.by
        if by is None:
            raise AssertionError(case.command)
        due = limits.extended(clock.due, by, at=case.now)
        decided = evolve(due.moves[-1], reason=MoveReason.DECIDED)
        record.move(clock, evolve(due, moves=(*due.moves[:-1], decided)))
        return
    record.add(e.ExtensionAnswered(case.now, asked.clock, case.do.granted))
    record.end_all(What.DECIDE_EXTENSION, done=(What.DECIDE_EXTENSION,))
    if case.do.granted:
        record.move(clock, limits.extended(clock.due, asked.by, at=case.now))


# ---------------------------------------------------------------- timers


def _find(case: Case[c.FireTimer]) -> tuple[Clock, Step] | None:
    for clock in case.matter.clocks:
        if clock.id == case.do.clock and clock.ended is None:
            for step in clock.steps:
                if step.number == case.do.step:
                    return clock, step
    return None


def armed(matter: Matter, clock: Clock) -> bool:
    """Tell whether a clock's timers fire: while deferred, only the coordinator's own."""
    if clock.ended is not None:
        return False
    if matter.stage is Stage.DEFERRED:
        return clock.what in (What.REVIEW, What.DOCKET)
    return True


def fire_unmet(case: Case[c.FireTimer]) -> Iterator[Unmet]:
    """The timer must still be there, and due."""
    found = _find(case)
    if found is None or not armed(case.matter, found[0]):
        yield unmet("timer_gone", clock=str(case.do.clock), step=str(case.do.step))
    elif case.now < found[1].at:
        yield unmet("timer_not_due", at=found[1].at.isoformat())


def fire_timer(case: Case[c.FireTimer], record: Record) -> None:
    """Fire once, late if need be, recording how late; then do what the step says."""
    found = _find(case)
    if found is None:
        raise AssertionError(case.command)
    clock, step = found
    late = int((case.now - step.at).total_seconds())
    record.add(e.TimerFired(case.now, clock.id, step.number, step.action, step.to, late))
    _EFFECTS[step.action](case, record, clock, step)


def _alert(_case: Case[c.FireTimer], record: Record, clock: Clock, step: Step) -> None:
    if step.to is None and clock.raiser is None:
        record.escalate("nobody_named", clock=clock.id)


def _escalate(_case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.escalate("overdue", clock=clock.id)


def _pass_on(case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.end(clock, missed=True)
    record.start(What.LOOK, case.matter.street, case.rules.policy.limits["look"])


def _lapse(case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.end(clock, missed=True)
    close_if_judged(case.matter, record)


def _reject(_case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.end(clock, missed=True)
    record.add(e.ObjectionAnswered(record.at, upheld=False, lapsed=True))


def _decline(case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.end(clock, missed=True)
    asked = case.matter.extension
    if asked is not None:
        record.add(e.ExtensionAnswered(record.at, asked.clock, granted=False, lapsed=True))


def _resume(case: Case[c.FireTimer], record: Record, _clock: Clock, _step: Step) -> None:
    resume_clocks(record, case.matter, lapsed=True)


def _reopen(case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.end(clock, missed=True)
    reopen_to(Stage.HANDLING, case.matter, record, None)


def _recur(case: Case[c.FireTimer], record: Record, clock: Clock, _step: Step) -> None:
    record.end(clock, missed=True)
    policy = case.rules.policy
    record.start(What.DOCKET, policy.coordinator, policy.limits["docket"], about=clock.about)


_Effect = Callable[[Case[c.FireTimer], Record, Clock, Step], None]
_EFFECTS: Mapping[StepAction, _Effect] = {
    StepAction.REMIND: _alert,
    StepAction.URGE: _alert,
    StepAction.SUPERVISE: _alert,
    StepAction.CALL_BACK: _alert,
    StepAction.ESCALATE: _escalate,
    StepAction.PASS_ON: _pass_on,
    StepAction.LAPSE: _lapse,
    StepAction.REJECT: _reject,
    StepAction.DECLINE: _decline,
    StepAction.RESUME: _resume,
    StepAction.REOPEN: _reopen,
    StepAction.RECUR: _recur,
}


# ---------------------------------------------------------------- provisional due times


def _provisional(case: Case[c.FixDueTimes]) -> Iterator[tuple[Clock, Due]]:
    for clock in case.matter.clocks:
        if clock.ended is None and clock.due.provisional and not overdue(clock, case.now):
            due = case.rules.limits.fixed(clock.due, at=case.now)
            if not due.provisional:
                yield clock, due


def fix_unmet(case: Case[c.FixDueTimes]) -> Iterator[Unmet]:
    """There must be a provisional due time, not overdue, that the calendar now covers."""
    if not any(_provisional(case)):
        yield unmet("nothing_to_fix")


def fix_due_times(case: Case[c.FixDueTimes], record: Record) -> None:
    """Fix them, once (FR7 d)."""
    for clock, due in _provisional(case):
        record.move(clock, due)
