"""Calling units: the clocks that each gets by the kind of the whistle, however it was called."""

from __future__ import annotations

from whistle_engine import events as e
from whistle_engine.model import DispatchedBy, Matter, Part, Responder, UnitCode, What
from whistle_engine.moves.record import Record
from whistle_engine.policy import WhistleKind
from whistle_engine.responder import WORKING, Plan, kind_code, running
from whistle_engine.rules import Rules
from whistle_engine.standing import lead


def kind_of(matter: Matter, rules: Rules) -> WhistleKind:
    """The kind by whose limits departments respond; without one, the lowest."""
    found = rules.policy.kind_of.get(kind_code(matter) or "")
    return found if found is not None else min(rules.policy.kinds, key=lambda k: k.rank)


def on_duty(record: Record, unit: UnitCode) -> str | None:
    """The unit's receiver on duty, else its head."""
    found = record.receiver(unit)
    if found is not None:
        return found
    held = record.rules.directory.unit(unit)
    return held.head if held is not None else None


def call(record: Record, unit: UnitCode, kind: WhistleKind, *, part: Part) -> None:
    """Start the clocks of a unit that was called; nobody on duty there is an escalation."""
    clock = record.next_clock
    record.start(What.REPORT_IN, unit, kind.report_in)
    if part is Part.LEAD:
        record.start(What.SOLVE, unit, kind.solve, extendable=kind.extension)
    else:
        record.start(What.HAND_IN, unit, kind.hand_in)
    missing_receiver(record, unit, clock)


def missing_receiver(record: Record, unit: UnitCode, clock: int) -> None:
    """A unit where no receiver is on duty comes before the coordinator, never in silence."""
    if record.receiver(unit) is None:
        record.escalate("no_receiver", clock=clock)


def send(record: Record, how: DispatchedBy, called: Plan, kind: WhistleKind) -> None:
    """Write the dispatch: one lead, with its first receiver; joint units; units invited."""
    lead_unit = called.lead
    if lead_unit is None:
        raise AssertionError(called)
    objecting = record.rules.policy.objections.within
    leading = Responder(
        unit=lead_unit,
        part=Part.LEAD,
        receiver=on_duty(record, lead_unit),
        object_until=None
        if how in (DispatchedBy.TAKE_ON, DispatchedBy.DESIGNATION)
        else record.rules.limits.due(record.at, objecting, unit=lead_unit).at,
    )
    others = [(unit, Part.JOINT) for unit in called.joint]
    others += [(unit, Part.INVITED) for unit in called.invited]
    responders = [
        Responder(unit=unit, part=part, receiver=on_duty(record, unit)) for unit, part in others
    ]
    record.add(e.Dispatched(record.at, how, (leading, *responders)))
    call(record, lead_unit, kind, part=Part.LEAD)
    for unit in called.joint:
        call(record, unit, kind, part=Part.JOINT)


def bring(record: Record, unit: UnitCode, part: Part, kind: WhistleKind, *, by: UnitCode) -> None:
    """Bring a unit in: joint, with clocks of its own, or invited, without any."""
    record.add(
        e.BroughtIn(
            record.at,
            Responder(unit=unit, part=part, receiver=on_duty(record, unit), brought_in_by=by),
        )
    )
    if part is Part.JOINT:
        call(record, unit, kind, part=part)


def raise_clocks(record: Record, matter: Matter, kind: WhistleKind) -> None:
    """The lead's work, and arriving where nobody has arrived yet, by the higher kind's limits."""
    leading = lead(matter)
    if leading is None:
        return
    record.end_all(*WORKING, What.DECIDE_EXTENSION)
    record.start(What.SOLVE, leading.unit, kind.solve, extendable=kind.extension)
    for clock in running(matter, What.REPORT_IN):
        record.end(clock)
        number = record.next_clock
        record.start(What.REPORT_IN, clock.unit, kind.report_in)
        missing_receiver(record, clock.unit or "", number)
    for clock in running(matter, What.HAND_IN):
        record.end(clock)
        record.start(What.HAND_IN, clock.unit, kind.hand_in)


def owe_again(record: Record, matter: Matter, kind: WhistleKind) -> None:
    """In a further round, what a joint unit still owes starts a further clock (FR7, FR10)."""
    for found in matter.responders:
        if found.part is Part.JOINT and found.reported_in is None:
            record.start(What.REPORT_IN, found.unit, kind.report_in)
        if found.part is Part.JOINT and not found.handed_in:
            record.start(What.HAND_IN, found.unit, kind.hand_in)


def resume_clocks(record: Record, matter: Matter, *, lapsed: bool, raised: bool = False) -> None:
    """End a deferral: what was not overdue gets back the time that was set aside (FR7 b).

    What was overdue lies in the docket again, unless raising starts further clocks for it.
    """
    deferral = matter.deferral
    if deferral is None or deferral.since is None:
        raise AssertionError(matter)
    for clock in running(matter, What.REVIEW):
        record.end(clock, done=not lapsed, missed=lapsed)
    record.add(e.Resumed(record.at, lapsed))
    for clock in matter.clocks:
        if clock.ended is not None or clock.what in (What.REVIEW, What.DOCKET):
            continue
        if clock.due.at >= deferral.since:
            due = record.rules.limits.resumed(
                clock.due, unit=clock.unit, since=deferral.since, at=record.at
            )
            late = due.at - clock.due.at
            latest = clock.latest + late if clock.latest is not None else None
            record.move(clock, due, latest=latest)
        elif not clock.steps and not raised:
            record.escalate("overdue", clock=clock.id)
