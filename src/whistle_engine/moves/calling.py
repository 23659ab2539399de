"""Calling units: the clocks that each gets by the kind of the whistle, however it was called."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.model import DispatchedBy, Limit, Matter, Part, Responder, UnitCode, What
from whistle_engine.moves.record import Record
from whistle_engine.policy import WhistleKind
from whistle_engine.responder import WORKING, Plan, category, kind_code, running
from whistle_engine.rules import Rules
from whistle_engine.standing import lead


def kind_of(matter: Matter, rules: Rules) -> WhistleKind:
    """The kind by whose limits departments respond; without one, the lowest."""
    found = rules.policy.kind_of.get(kind_code(matter) or "")
    return found if found is not None else min(rules.policy.kinds, key=lambda k: k.rank)


@frozen
class Terms:
    """By which limits units respond: those of a whistle's kind, and a limit of the category's own.

    Attributes:
        own: instead of the kind's limit for solving; ``None`` where the category has none.
    """

    kind: WhistleKind
    own: Limit | None

    @property
    def solve(self) -> Limit:
        """The limit for solving."""
        return self.kind.solve if self.own is None else self.own


def terms_of(kind: WhistleKind, code: str, rules: Rules, now: datetime) -> Terms:
    """The limits for a category under a kind, by the row that is in force.

    A limit of the row's own holds for the row's kind; a whistle of another kind has its own.
    """
    row = rules.policy.category(code, now)
    return Terms(kind, row.solve if row is not None and row.kind == kind.code else None)


def terms_now(matter: Matter, rules: Rules, now: datetime) -> Terms:
    """The limits by which units respond to a matter, for clocks that start now."""
    return terms_of(kind_of(matter, rules), category(matter), rules, now)


def on_duty(record: Record, unit: UnitCode) -> str | None:
    """The unit's receiver on duty, else its head."""
    found = record.receiver(unit)
    if found is not None:
        return found
    held = record.rules.directory.unit(unit)
    return held.head if held is not None else None


def call(record: Record, unit: UnitCode, terms: Terms, *, part: Part) -> None:
    """Start the clocks of a unit that was called; nobody on duty there is an escalation."""
    clock = record.next_clock
    record.start(What.REPORT_IN, unit, terms.kind.report_in)
    if part is Part.LEAD:
        record.start(What.SOLVE, unit, terms.solve, extendable=terms.kind.extension)
    else:
        owe_part(record, unit, terms)
    missing_receiver(record, unit, clock)


def owe_part(record: Record, unit: UnitCode | None, terms: Terms) -> None:
    """Start the clock of a joint unit's part: it has no longer than solving takes (FR6).

    A category's own limit is the part's too where it ends before the kind's.
    """
    limit = terms.kind.hand_in
    if terms.own is not None:
        limits = record.rules.limits
        whole, part = (limits.due(record.at, one, unit=unit).at for one in (terms.own, limit))
        limit = terms.own if whole < part else limit
    record.start(What.HAND_IN, unit, limit)


def call_again(record: Record, unit: UnitCode, terms: Terms) -> None:
    """Start a further clock of a unit that has still to report in."""
    clock = record.next_clock
    record.start(What.REPORT_IN, unit, terms.kind.report_in)
    missing_receiver(record, unit, clock)


def missing_receiver(record: Record, unit: UnitCode, clock: int) -> None:
    """A unit where no receiver is on duty comes before the coordinator, never in silence."""
    if record.receiver(unit) is None:
        record.escalate("no_receiver", clock=clock)


def send(record: Record, how: DispatchedBy, called: Plan, terms: Terms) -> None:
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
    call(record, lead_unit, terms, part=Part.LEAD)
    for unit in called.joint:
        call(record, unit, terms, part=Part.JOINT)


def bring(record: Record, unit: UnitCode, part: Part, terms: Terms, *, by: UnitCode) -> None:
    """Bring a unit in: joint, with clocks of its own, or invited, without any."""
    record.add(
        e.BroughtIn(
            record.at,
            Responder(unit=unit, part=part, receiver=on_duty(record, unit), brought_in_by=by),
        )
    )
    if part is Part.JOINT:
        call(record, unit, terms, part=part)


ENDED_BY_RAISING = (*WORKING, What.DECIDE_EXTENSION, What.REPORT_IN, What.HAND_IN)
"""The clocks for which raising a whistle starts further ones, by the higher kind's limits."""


def raise_clocks(record: Record, matter: Matter, terms: Terms) -> None:
    """The lead's work, and arriving where nobody has arrived yet, by the higher kind's limits."""
    leading = lead(matter)
    if leading is None:
        return
    record.end_all(*WORKING, What.DECIDE_EXTENSION)
    record.start(What.SOLVE, leading.unit, terms.solve, extendable=terms.kind.extension)
    for clock in running(matter, What.REPORT_IN):
        record.end(clock)
        call_again(record, clock.unit or "", terms)
    for clock in running(matter, What.HAND_IN):
        record.end(clock)
        owe_part(record, clock.unit, terms)


def owe_again(record: Record, matter: Matter, terms: Terms) -> None:
    """In a further round, what a joint unit still owes starts a further clock (FR7, FR10)."""
    for found in matter.responders:
        if found.part is Part.JOINT and found.reported_in is None:
            call_again(record, found.unit, terms)
        if found.part is Part.JOINT and not found.handed_in:
            owe_part(record, found.unit, terms)


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
            due = record.rules.limits.resumed(clock.due, since=deferral.since, at=record.at)
            late = due.at - clock.due.at
            latest = clock.latest + late if clock.latest is not None else None
            record.move(clock, due, latest=latest)
        elif not clock.steps and not (raised and clock.what in ENDED_BY_RAISING):
            record.escalate("overdue", clock=clock.id)
