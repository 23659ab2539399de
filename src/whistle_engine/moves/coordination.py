"""What street and district do about stuck matters: 督办, 上报, 指定, 挂账, 恢复, 裁定, 准入."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.model import (
    DispatchedBy,
    Outcome,
    Stage,
    Unmet,
    What,
)
from whistle_engine.moves.calling import on_duty, resume_clocks, send, terms_now
from whistle_engine.moves.record import Case, Record
from whistle_engine.moves.response import date_given, pass_lead
from whistle_engine.refusals import unmet
from whistle_engine.responder import Plan, can_lead, category, leads_of, listed, plan, running
from whistle_engine.standing import lead, responder

# ---------------------------------------------------------------- supervise, escalate


def supervise_unmet(case: Case[c.Supervise]) -> Iterator[Unmet]:
    """A unit of the response, or one whose move it is."""
    unit = case.do.unit
    owes = any(k.ended is None and k.unit == unit for k in case.matter.clocks)
    if not owes and responder(case.matter, unit) is None:
        yield unmet("not_a_responder", unit=unit)


def supervise(case: Case[c.Supervise], record: Record) -> None:
    """Press whoever is to act; it moves no clock of theirs.

    What the coordinator has in its docket for that unit is acted on, and comes up again.
    """
    unit = case.do.unit
    record.add(e.Supervised(case.now, unit, case.unit, case.text()))
    if not case.by_coordinator:
        return
    policy = case.rules.policy
    for docket in running(case.matter, What.DOCKET):
        about = docket.about
        if about is None:
            record.end(docket, done=True)
        elif case.matter.clocks[about - 1].unit == unit:
            record.end(docket, done=True)
            record.start(What.DOCKET, policy.coordinator, policy.limits["docket"], about=about)


def escalate_unmet(case: Case[c.Escalate]) -> Iterator[Unmet]:
    """Once, until the coordinator has acted on it."""
    if any(k.about is None for k in running(case.matter, What.DOCKET)):
        yield unmet("already_in_docket")


def escalate(case: Case[c.Escalate], record: Record) -> None:
    """Put it in the coordinator's docket, where it stays until acted on."""
    record.escalate("reported", by=case.unit, text=case.text("reason"))


# ---------------------------------------------------------------- designate, admit


def designate_unmet(case: Case[c.Designate]) -> Iterator[Unmet]:
    """Who can be commanded and may lead; the street, only whom the policy lets it direct."""
    unit = case.do.unit
    matter = case.matter
    yield from can_lead(unit, matter, case.rules, case.now)
    leading = lead(matter)
    open_objection = matter.objection is not None and matter.objection.open
    by_coordinator = case.by_coordinator
    if leading is not None and leading.unit == unit and not (open_objection and by_coordinator):
        yield unmet("already_lead", unit=unit)
    if not by_coordinator:
        row = case.rules.policy.category(category(matter), case.now)
        leads = leads_of(row, matter.street)
        if unit not in case.rules.policy.enforcement or unit not in leads:
            yield unmet("outside_coordination", unit=unit, category=category(matter))


def designate(case: Case[c.Designate], record: Record) -> None:
    """Say who leads, bindingly; it answers an open objection, and may propose a catalogue row."""
    matter = case.matter
    unit = case.do.unit
    record.acted_on()
    row = case.rules.policy.category(category(matter), case.now)
    if case.by_coordinator:
        if matter.objection is not None and matter.objection.open:
            record.add(e.ObjectionAnswered(case.now, upheld=unit != matter.objection.unit))
            record.end_all(What.ANSWER_OBJECTION, done=(What.ANSWER_OBJECTION,))
        street = unit in (matter.street, matter.community)
        if not street and unit not in leads_of(row, matter.street):
            record.add(e.CatalogueChangeProposed(case.now, category(matter), unit))
    if matter.stage is Stage.BLOWN:
        record.end_all(done=(What.DESIGNATE,))
        street = unit in (matter.street, matter.community)
        called = plan(category(matter), case.rules, case.now, named=unit)
        send(
            record,
            DispatchedBy.DESIGNATION,
            called if not street else Plan(unit, (), ()),
            terms_now(matter, case.rules, case.now),
        )
        return
    leading = lead(matter)
    if leading is not None and leading.unit == unit:
        return
    found = responder(matter, unit)
    record.add(e.Designated(case.now, unit, on_duty(record, unit), case.unit, case.text("reason")))
    arrived = found is not None and found.reported_in is not None
    pass_lead(matter, record, unit, arrived=arrived)


def admit_unmet(case: Case[c.Admit]) -> Iterator[Unmet]:
    """What the street's list does not hold yet."""
    if case.matter.classification is None:
        yield unmet("unknown_category", category="")
    elif listed(case.matter, case.rules, case.now):
        yield unmet("already_admitted", category=category(case.matter))


def admit(case: Case[c.Admit], record: Record) -> None:
    """Admit the category to the street's list, for this matter (FR9)."""
    record.acted_on()
    record.add(e.Admitted(case.now, category(case.matter), case.matter.street))


# ---------------------------------------------------------------- defer, resume, conclude


def defer_unmet(case: Case[c.Defer]) -> Iterator[Unmet]:
    """Capped in number and in total, always with a date of review ahead."""
    policy = case.rules.policy
    before = case.matter.deferral
    if before is not None and before.count >= policy.deferrals.most:
        yield unmet("deferrals_used", most=str(policy.deferrals.most))
    if policy.deferrals.most == 0:
        yield unmet("deferrals_used", most="0")
    if case.do.review_on <= case.now:
        yield unmet("review_not_ahead", review_on=case.do.review_on.isoformat())
    latest = _latest(case)
    if case.do.review_on > latest:
        yield unmet("beyond_deferral_cap", latest=latest.isoformat())


def _latest(case: Case[c.Defer]) -> datetime:
    """The last day of any deferral, fixed when the first one began."""
    if case.matter.deferral is not None:
        return case.matter.deferral.latest
    total = case.rules.policy.deferrals.total
    return case.rules.limits.due(case.now, total, unit=None).at


def defer(case: Case[c.Defer], record: Record) -> None:
    """Set aside; the clocks of handling stand still until it is reviewed."""
    record.end_all(What.DOCKET, done=(What.DOCKET,))
    record.add(e.Deferred(case.now, case.do.review_on, _latest(case), case.text("reason")))
    due = date_given(case.do.review_on, case.now, "defer.review_on", "the coordinator's decision")
    record.start_due(What.REVIEW, case.rules.policy.coordinator, due)


def resume(case: Case[c.Resume], record: Record) -> None:
    """Take it up again; time set aside is given back to what was not overdue (FR7 b)."""
    resume_clocks(record, case.matter, lapsed=False)


def conclude_unmet(case: Case[c.Conclude]) -> Iterator[Unmet]:
    """Where the rounds are used up and the coordinator is to decide."""
    if not any(running(case.matter, What.DECIDE_ROUND)):
        yield unmet("no_round_to_decide")


def conclude(case: Case[c.Conclude], record: Record) -> None:
    """Close with reasons; it is final."""
    record.add(e.Concluded(case.now, case.text("reason")))
    record.end_all(What.DECIDE_ROUND, done=(What.DECIDE_ROUND,))
    record.close(Outcome.CONCLUDED, final=True)
