"""What the units called do: 报到, 邀请协办, 接受主办, 提交结果, 反馈, 异议, 退单 …."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import evolve

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.model import (
    Due,
    Limit,
    LimitUnit,
    Matter,
    Move,
    MoveReason,
    Part,
    ResultCode,
    Shirk,
    Stage,
    UnitCode,
    UnitKind,
    Unmet,
    What,
)
from whistle_engine.moves.calling import bring, call_again, owe_part, terms_now
from whistle_engine.moves.record import Case, Record
from whistle_engine.moves.residents import open_judging
from whistle_engine.refusals import unmet
from whistle_engine.responder import (
    BELOW,
    INVITED_ONLY,
    WORKING,
    can_lead,
    flows_back,
    hollow,
    overdue,
    running,
)
from whistle_engine.standing import lead, responder

RESPONDERS = (UnitKind.DEPARTMENT, *INVITED_ONLY)
"""The kinds of unit that can be brought in."""


# ---------------------------------------------------------------- report in, progress


def report_in_unmet(case: Case[c.ReportIn]) -> Iterator[Unmet]:
    """A unit reports in once (FR2)."""
    found = responder(case.matter, case.unit)
    if found is not None and found.reported_in is not None:
        yield unmet("already_reported_in", unit=found.unit, at=found.reported_in.isoformat())


def report_in(case: Case[c.ReportIn], record: Record) -> None:
    """The unit's people are there; an invited unit joins by it, with a part to hand in."""
    unit = case.acting
    found = responder(case.matter, unit)
    if found is not None and found.part is Part.INVITED:
        record.add(e.Joined(case.now, unit))
        owe_part(record, unit, terms_now(case.matter, case.rules, case.now))
    record.add(e.ReportedIn(case.now, unit, case.command.occurred_at))
    for clock in running(case.matter, What.REPORT_IN, unit=unit):
        record.end(clock, done=True)


def confirm_unmet(case: Case[c.ConfirmTime]) -> Iterator[Unmet]:
    """A responder's arriving or solving, not later than now."""
    do = case.do
    found = responder(case.matter, do.unit)
    if found is None:
        yield unmet("not_a_responder", unit=do.unit)
    elif do.what is What.REPORT_IN and found.reported_in is None:
        yield unmet("nothing_to_confirm", unit=do.unit, what=do.what.value)
    answered = case.matter.stage in (Stage.FED_BACK, Stage.CLOSED)
    if do.what is not What.REPORT_IN and not (do.what is What.SOLVE and answered):
        yield unmet("nothing_to_confirm", unit=do.unit, what=do.what.value)
    if do.unit == case.unit:
        yield unmet("own_case", unit=do.unit)
    if do.occurred_at > case.now:
        yield unmet("occurred_in_future", occurred_at=do.occurred_at.isoformat())
    called = min((k.started for k in case.matter.clocks if k.what is What.REPORT_IN), default=None)
    if called is not None and do.occurred_at < called:
        yield unmet("occurred_before_asked", since=called.isoformat())


def confirm(case: Case[c.ConfirmTime], record: Record) -> None:
    """Keep the time beside the verdict, which it does not change."""
    do = case.do
    record.add(e.TimeConfirmed(case.now, do.unit, do.what, do.occurred_at, case.unit))


def report_progress(case: Case[c.ReportProgress], record: Record) -> None:
    """Keep an interim word; it moves no clock (FR7)."""
    record.add(e.ProgressReported(case.now, case.acting, case.text(), case.do.evidence))


def change_receiver(case: Case[c.ChangeReceiver], record: Record) -> None:
    """Another person of the unit follows the matter; the unit stays what it is."""
    record.add(e.ReceiverChanged(case.now, case.acting, case.do.receiver))


# ---------------------------------------------------------------- bring in, accept, release


def bring_in_unmet(case: Case[c.BringIn]) -> Iterator[Unmet]:
    """Sideways or up, never down (FR4, FR5)."""
    unit = case.do.unit
    found = case.rules.directory.unit(unit)
    if found is None:
        yield unmet("unknown_unit", unit=unit)
        return
    down = tuple(flows_back(unit, case.rules, case.command.by))
    yield from down
    if not down and found.kind not in RESPONDERS:
        yield unmet("cannot_respond", unit=unit, kind=found.kind.value)
    known = responder(case.matter, unit)
    leading = lead(case.matter)
    again = (
        known is not None
        and known.part is Part.JOINT
        and known.handed_in
        and leading is not None
        and leading.unit == case.unit
    )
    if known is not None and not again:
        yield unmet("already_in_response", unit=unit, part=known.part.value)


def bring_in(case: Case[c.BringIn], record: Record) -> None:
    """Bring the unit in; the lead stays lead, and no clock of its own moves (FR4, FR7)."""
    unit = case.do.unit
    terms = terms_now(case.matter, case.rules, case.now)
    known = responder(case.matter, unit)
    if known is not None:  # asked for a further part
        record.add(e.BroughtIn(case.now, evolve(known, handed_in=False)))
        owe_part(record, unit, terms)
        return
    part = Part.INVITED if case.rules.directory.is_kind(unit, *INVITED_ONLY) else Part.JOINT
    bring(record, unit, part, terms, by=case.acting)


def accept_unmet(case: Case[c.Accept]) -> Iterator[Unmet]:
    """By a unit brought in or invited; the first of two acceptances wins (FR4)."""
    found = responder(case.matter, case.unit)
    unit = case.rules.directory.unit(case.unit)
    if found is None or found.part is Part.LEAD:
        yield unmet("already_lead", unit=case.unit or "")
    elif case.matter.accepted and found.part is Part.JOINT:
        leading = lead(case.matter)
        yield unmet("already_accepted", lead=leading.unit if leading is not None else "")
    if unit is None or not unit.may_lead or unit.kind in BELOW:
        yield unmet("cannot_lead", unit=case.unit or "", kind=unit.kind.value if unit else "")


def accept(case: Case[c.Accept], record: Record) -> None:
    """Take the lead; of two acceptances the second makes an invited unit joint."""
    unit = case.acting
    found = responder(case.matter, unit)
    if case.matter.accepted:
        record.add(e.Joined(case.now, unit))
        terms = terms_now(case.matter, case.rules, case.now)
        owe_part(record, unit, terms)
        record.start(What.REPORT_IN, unit, terms.kind.report_in)
        return
    record.add(e.Accepted(case.now, unit))
    pass_lead(
        case.matter, record, unit, arrived=found is not None and found.reported_in is not None
    )


def pass_lead(matter: Matter, record: Record, unit: UnitCode, *, arrived: bool) -> None:
    """The new lead takes over the due time; what is overdue starts a further clock (FR7)."""
    terms = terms_now(matter, record.rules, record.at)
    (old,) = running(matter, *WORKING)  # whoever leads has the work (FR3)
    record.end_all(*WORKING, What.DECIDE_EXTENSION)
    record.end_all(What.HAND_IN, unit=unit)
    if overdue(old, record.at):
        record.start(What.REDO, unit, terms.kind.redo, extendable=terms.kind.extension)
    else:
        taken = Move(
            reason=MoveReason.TAKEN_OVER, at=record.at, before=old.due.at, after=old.due.at
        )
        due = evolve(old.due, moves=(*old.due.moves, taken))
        record.start_due(old.what, unit, due, latest=old.latest)
    leading = lead(matter)
    if leading is not None and leading.unit != unit:
        owe_part(record, leading.unit, terms)
    if not arrived and not any(running(matter, What.REPORT_IN, unit=unit)):
        call_again(record, unit, terms)


def release_unmet(case: Case[c.Release]) -> Iterator[Unmet]:
    """A joint or invited unit; never the lead, and not the first responder."""
    found = responder(case.matter, case.do.unit)
    if found is None:
        yield unmet("not_a_responder", unit=case.do.unit)
    elif found.part is Part.LEAD or found.unit == case.matter.first_responder:
        yield unmet("lead_not_released", unit=found.unit)


def release(case: Case[c.Release], record: Record) -> None:
    """Let a unit go; its clocks end, missed if they are past due."""
    record.add(e.Released(case.now, case.do.unit, case.text("reason")))
    record.end_all(What.REPORT_IN, What.HAND_IN, unit=case.do.unit)


# ---------------------------------------------------------------- hand in, feed back


def hand_in_unmet(case: Case[c.HandIn]) -> Iterator[Unmet]:
    """A joint unit's part, after it reported in; or the lead's proof of its plan."""
    owed = [*running(case.matter, What.HAND_IN, What.FOLLOW_UP, unit=case.unit)]
    found = responder(case.matter, case.unit)
    if not owed:
        yield unmet("nothing_to_hand_in", unit=case.unit or "")
    elif found is not None and found.reported_in is None:
        yield unmet("part_before_report_in", unit=found.unit)
    if any(k.what is What.FOLLOW_UP for k in owed) and not case.do.evidence:
        yield unmet("answer_without_evidence", needed="1", given="0", shirk=Shirk.HOLLOW_ANSWER)


def hand_in(case: Case[c.HandIn], record: Record) -> None:
    """Keep the part; the lead gives the one common answer (FR10)."""
    record.add(e.HandedIn(case.now, case.acting, case.text(), case.do.evidence))
    for clock in running(case.matter, What.HAND_IN, What.FOLLOW_UP, unit=case.unit):
        record.end(clock, done=True)


def feed_back_unmet(case: Case[c.FeedBack]) -> Iterator[Unmet]:
    """No hollow answer (FR6); a plan has a date ahead, within what the policy allows."""
    do = case.do
    yield from hollow(case.matter, do, case.command.texts, case.rules, case.now)
    if do.result is not ResultCode.PLANNED:
        return
    if case.matter.round.number >= case.rules.policy.marks.rounds > 1:
        yield unmet("rounds_used", rounds=str(case.rules.policy.marks.rounds))
    if do.plan_date is None or do.plan_date <= case.now:
        yield unmet("plan_date_missing", shirk=Shirk.HOLLOW_ANSWER)
        return
    most = case.rules.limits.due(case.now, case.rules.policy.marks.follow_up, unit=case.unit)
    if do.plan_date > most.at:
        yield unmet("plan_date_too_late", latest=most.at.isoformat())


def feed_back(case: Case[c.FeedBack], record: Record) -> None:
    """The one common answer; all clocks of handling end, and those entitled judge."""
    do = case.do
    record.add(
        e.FedBack(
            case.now, case.acting, do.result, case.text(), do.evidence, do.plan_date, do.without
        )
    )
    record.end_all(done=WORKING)
    if do.plan_date is not None and do.result is ResultCode.PLANNED:
        record.start_due(
            What.FOLLOW_UP,
            case.acting,
            date_given(do.plan_date, case.now, "feed_back.plan_date", "the plan's own date"),
        )
    open_judging(case, record)


def date_given(at: datetime, start: datetime, rule: str, source: str) -> Due:
    """A due time that somebody named, rather than one that was counted."""
    limit = Limit(amount=0, unit=LimitUnit.HOURS, rule=rule, source=source)
    return Due(at=at, start=start, limit=limit)


# ---------------------------------------------------------------- object, send back


def object_unmet(case: Case[c.Object]) -> Iterator[Unmet]:
    """Once, in time, by the unit first asked, naming a unit that could lead (FR8, FR5)."""
    matter = case.matter
    leading = lead(matter)
    if matter.objection is not None:
        yield unmet("objected_before", unit=matter.objection.unit, shirk=Shirk.OBJECT_AGAIN)
    if leading is None or leading.object_until is None:
        yield unmet("not_first_asked", unit=case.unit or "")
    elif case.now > leading.object_until:
        yield unmet("objection_too_late", until=leading.object_until.isoformat())
    down = tuple(flows_back(case.do.names, case.rules, case.command.by))
    yield from down
    if case.do.names == case.unit:
        yield unmet("already_lead", unit=case.do.names)
    elif not down:
        yield from can_lead(case.do.names, matter, case.rules, case.now)


def object_(case: Case[c.Object], record: Record) -> None:
    """Objecting is not returning: the clocks run on, and the coordinator answers (FR8)."""
    do = case.do
    record.add(e.Objected(case.now, case.acting, do.clause, do.names, case.text("reason")))
    policy = case.rules.policy
    record.start(What.ANSWER_OBJECTION, policy.coordinator, policy.objections.answer)


def send_back_unmet(case: Case[c.SendBack]) -> Iterator[Unmet]:
    """Always: nothing flows back to the street or the community (FR5)."""
    found = responder(case.matter, case.unit)
    owes = found is not None and found.part is not Part.INVITED
    yield unmet("send_back", unit=case.unit or "", shirk=Shirk.SEND_BACK if owes else None)


def send_back(case: Case[c.SendBack], _record: Record) -> None:
    """Never reached: the attempt is refused before."""
    raise AssertionError(case.command)
