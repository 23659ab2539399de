"""Limits and working time: when a clock is due, what moves it, and who is alerted when.

Everything here is a pure function of instants, the policy and the directory. How each unit of
a limit is counted (民法典 articles 201 and 203; where they leave a choice, it is named):

=============  =====================================================================
hours          elapsed hours from the start
work_hours     time within the shifts of working days; what ends with a shift is due
               at its end, not when the next begins
days           the day of the start is not counted; due at 24:00 local of the n-th day
               after it, also if that is a rest day (a choice)
working_days   the day of the start is not counted; due when the last shift of the
               n-th working day after it ends ("the end of business hours")
=============  =====================================================================

* A due time is inclusive: a clock is kept if ``recorded_at <= due.at``. 24:00 is the instant
  0:00 of the following day.
* An amount of 0 is due at once in hours and work-hours, at the end of the day of the start in
  days, and at the first end of a working day not before the start in working days.
* A unit that works round the clock counts every hour of every day: its work-hours are hours,
  its working days days. A due time keeps the way of counting with which it began
  (``Due.every_day``), also when its unit or the directory changes.
* Past the calendar's ``known_until`` weekdays are assumed to be worked, and a due time for
  which such a day was looked at is provisional, until it is fixed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType

from attrs import evolve, frozen

from whistle_engine._worktime import HOUR, Count, WorkTime, all_days, join_spans, spans_until
from whistle_engine.directory import Directory, Unit
from whistle_engine.model import (
    Due,
    Length,
    Limit,
    LimitUnit,
    Move,
    MoveReason,
    Step,
    StepAction,
    UnitCode,
    UnitKind,
    What,
)
from whistle_engine.policy import Policy, Rung

FALLBACK: Mapping[What, StepAction] = MappingProxyType(
    {
        What.LOOK: StepAction.PASS_ON,
        What.MARK: StepAction.LAPSE,
        What.ANSWER_OBJECTION: StepAction.REJECT,
        What.DECIDE_EXTENSION: StepAction.DECLINE,
        What.REVIEW: StepAction.RESUME,
        What.FOLLOW_UP: StepAction.REOPEN,
        What.DOCKET: StepAction.RECUR,
    }
)
"""What happens, when it is due, to a clock of these kinds; all others are escalated."""

AT_ANY_HOUR = 4
"""Clocks of at most so many elapsed hours are urgent: their reminders come at night too."""

_HOURS = LimitUnit.HOURS
_WORK_HOURS = LimitUnit.WORK_HOURS
_ELAPSED = (LimitUnit.HOURS, LimitUnit.DAYS)
_DAYS = LimitUnit.DAYS
_CALL_BACK = StepAction.CALL_BACK
_CALM = (StepAction.REMIND, _CALL_BACK)
_ESCALATE = StepAction.ESCALATE


@frozen(slots=False)
class WorkingTime:
    """Due times and alerts by one policy and one directory: ``rules.Limits`` for real time.

    Raises:
        PolicyError: the policy has no shift in which working time could pass.
    """

    policy: Policy
    directory: Directory

    def __attrs_post_init__(self) -> None:
        """Prepare the calendar, so that its mistakes show here."""
        self._time  # noqa: B018  a cached property that checks itself

    @cached_property
    def _time(self) -> WorkTime:
        return WorkTime(self.policy)

    @cached_property
    def _round_the_clock(self) -> frozenset[UnitCode | None]:
        return frozenset(u.code for u in self.directory.units if u.round_the_clock)

    @cached_property
    def _plans(self) -> dict[What, tuple[StepAction | None, tuple[_Alert, ...]]]:
        """For each kind of clock its fixed fallback, and the rungs that its ladder can use."""
        plans: dict[What, tuple[StepAction | None, tuple[_Alert, ...]]] = {}
        for what in What:
            fixed = FALLBACK.get(what)
            rungs = (r for r in self.policy.ladder(what) if fixed is None or r.after is None)
            plans[what] = fixed, tuple(_alert(rung) for rung in rungs)
        return plans

    @cached_property
    def _supervisors(self) -> dict[UnitCode | None, str | None]:
        """Who presses each unit: a unit's code, or a word for one of the matter's own."""
        return {unit.code: self._supervisor(unit) for unit in self.directory.units}

    # -- due times -------------------------------------------------------------------------

    def due(self, start: datetime, limit: Limit, *, unit: UnitCode | None) -> Due:
        """The due time of a limit that starts at an instant, for a unit."""
        every_day = unit in self._round_the_clock
        if limit.unit is _HOURS:
            at = start + timedelta(hours=limit.amount)
            return Due(at=at, start=start, limit=limit, every_day=every_day)
        count = self._time.count(start, limit, every_day=every_day)
        return Due(
            at=count.at,
            start=start,
            limit=limit,
            every_day=every_day,
            spans=count.spans,
            provisional=count.provisional,
        )

    def extended(self, due: Due, by: Limit | Length, *, at: datetime) -> Due:
        """The due time after an extension, granted at an instant: counted on from the old one.

        Days and working days are those that follow the day on which it was due.
        """
        longer = self._extend(due, by)
        length = Length(by.amount, by.unit)
        move = Move(reason=MoveReason.EXTENDED, at=at, before=due.at, after=longer.at, by=length)
        return evolve(longer, moves=(*due.moves, move))

    def resumed(self, due: Due, *, since: datetime, at: datetime) -> Due:
        """The due time after a deferral that lasted from ``since`` to ``at``.

        The time set aside is given back in the limit's own unit: what was left of it when the
        deferral began is counted again from its end. The days in between appear in no span.
        What was overdue when the deferral began stays as it is.
        """
        if due.at < since:
            return due
        later = self._resume(due, since, max(since, at))
        move = Move(reason=MoveReason.DEFERRED, at=at, before=due.at, after=later.at, since=since)
        return evolve(later, moves=(*due.moves, move))

    def fixed(self, due: Due, *, at: datetime) -> Due:
        """A provisional due time, reckoned again with the calendar that is now known.

        The limit is counted again from the start, and each extension and deferral after it. What
        the coordinator decided stays as decided. The result is never before ``at``: fixing makes
        nobody late. Earlier moves stay as they were recorded.

        It is fixed once, and for good: the result is not provisional, and has one more move, also
        if the instant is the same. What is not provisional, or overdue, or would still be
        provisional, comes back as it is.
        """
        if not due.provisional or due.at < at:
            return due
        again = self._replay(due)
        if again.provisional:
            return due
        after = max(again.at, at)
        move = Move(reason=MoveReason.FIXED, at=at, before=due.at, after=after)
        return evolve(again, at=after, moves=(*due.moves, move))

    def _replay(self, due: Due) -> Due:
        count = self._time.count(due.start, due.limit, every_day=due.every_day)
        again = evolve(due, at=count.at, spans=count.spans, provisional=count.provisional)
        for move in due.moves:
            if move.reason is MoveReason.EXTENDED and move.by is not None:
                again = self._extend(again, move.by)
            elif move.reason is MoveReason.DEFERRED and move.since is not None:
                again = self._resume(again, move.since, move.at)
            elif move.reason is MoveReason.DECIDED:
                again = evolve(again, at=move.after, provisional=False)
        return again

    def _extend(self, due: Due, by: Limit | Length) -> Due:
        more = self._time.further(due.at, by, every_day=due.every_day)
        return evolve(
            due,
            at=more.at,
            spans=join_spans(due.spans, more.spans) if more.spans else due.spans,
            provisional=due.provisional or more.provisional,
        )

    def _resume(self, due: Due, since: datetime, at: datetime) -> Due:
        time, unit = self._time, due.limit.unit
        if unit is _HOURS or (unit is _WORK_HOURS and due.every_day):
            return evolve(due, at=due.at + (at - since))
        day, resumed, last = time.day(since), time.day(at), time.last_day(due.at)
        if unit is _WORK_HOURS:
            count = time.work_hours(at, time.worked(since, due.at))
        elif resumed == day and at <= due.at:
            return due
        elif unit is _DAYS or due.every_day:
            aside = resumed - day
            later = max(at, due.at + timedelta(days=aside))
            count = Count(later, all_days(resumed, last + aside))
        else:
            count = time.working_days(at, time.days_between(day, last))
        if count.at < due.at:
            return due
        return evolve(
            due,
            at=count.at,
            spans=join_spans(spans_until(due.spans, day), count.spans),
            provisional=due.provisional or count.provisional,
        )

    # -- alerts ----------------------------------------------------------------------------

    def steps(
        self,
        due: Due,
        what: What,
        *,
        unit: UnitCode | None,
        community: UnitCode,
        street: UnitCode,
    ) -> tuple[Step, ...]:
        """The alerts of the ladder for a clock, then its fallback, numbered from 1.

        A rung in percent stands where so much of the limit has passed and the rest begins,
        extensions counted in and time set aside counted out; of work-hours and working days the
        rest is working time. A rung after the due time is counted on from it.

        The fallback of kinds in :data:`FALLBACK` comes when the clock is due, and only alerts
        before that are kept. All others are escalated at the ladder's first escalating rung,
        though never before they are due; without one, when they are due. Alerts later than the
        fallback are dropped.

        A reminder outside the shifts is brought forward to the last working minute before it, if
        that is after the start, and a call-back put off to the next one, if that is in time;
        unless the clock is urgent: a limit of at most :data:`AT_ANY_HOUR` elapsed hours, or of a
        unit that works round the clock.

        ``to`` is ``None`` where nobody is there to take the step.
        """
        fixed, ladder = self._plans[what]
        at_due = due.at
        calm = not (due.every_day or _at_any_hour(due.limit))
        end: datetime | None = at_due if fixed is not None else None
        plain = not due.moves and (due.every_day or due.limit.unit in _ELAPSED)
        length = at_due - due.start
        day = 0
        alerts: list[tuple[datetime, StepAction, UnitCode | None]] = []
        for rung in ladder:
            action = rung.action
            if action is _CALL_BACK and unit is not None:
                continue  # only a raiser is called back
            if rung.later is not None:
                at = at_due + rung.later
            elif rung.days and not due.every_day:
                day = day or self._time.last_day(at_due)
                at = self._time.nth_closing(day, rung.days)
            elif plain and rung.after is None:
                at = at_due - length * (100 - rung.percent) // 100
            elif rung.after is not None:
                at = self._time.after(at_due, rung.after, every_day=due.every_day)
            else:
                at = self._share(due, rung.percent)
            if calm and action in _CALM:
                at = self._in_hours(at, due, action)
            if fixed is None and action is _ESCALATE:
                escalated = max(at, at_due)
                end = escalated if end is None else min(end, escalated)
            elif fixed is None or at < at_due:
                alerts.append((at, action, self._addressee(rung.to, unit, community, street)))
        if end is None:
            end = at_due
        alerts.sort(key=_WHEN)
        found = [
            Step(number, at, action, to)
            for number, (at, action, to) in enumerate(alerts, 1)
            if at <= end
        ]
        last = fixed or _ESCALATE
        if last is StepAction.PASS_ON and unit == street:
            last = _ESCALATE  # the street has nobody to pass a look on to
        found.append(Step(len(found) + 1, end, last, self._last_to(last, unit, street)))
        return tuple(found)

    def _in_hours(self, at: datetime, due: Due, action: StepAction) -> datetime:
        """The working moment nearest to an alert: people are phoned later, not earlier."""
        if action is _CALL_BACK:
            later = self._time.opening(at)
            if later < due.at:
                return later
        return self._time.on_shift_before(at, after=due.start)

    def _share(self, due: Due, percent: int) -> datetime:
        """When so much of the limit has passed: reckoned back from the due time."""
        if percent == 100:  # noqa: PLR2004  the whole
            return due.at
        rest = 100 - percent
        unit = due.limit.unit
        longer = [move for move in due.moves if move.by is not None]
        if due.every_day or unit is _HOURS or unit is _DAYS:
            first = due.moves[0].before  # a limit that never moved is reckoned from its start
            length = sum((move.after - move.before for move in longer), first - due.start)
            return due.at - length * rest // 100
        time = self._time
        each = HOUR if unit is _WORK_HOURS else time.length
        amount = due.limit.amount * each
        amount += sum(time.worked(move.before, move.after) for move in longer)
        return time.earlier(due.at, amount * rest // 100)

    def _addressee(
        self, to: str, unit: UnitCode | None, community: UnitCode, street: UnitCode
    ) -> UnitCode | None:
        if to == "holder":
            return unit
        if to == "supervisor":
            above = self._supervisors.get(unit, "street")
            if above == "street" or above is None:
                return street if above else None
            return self._addressee(above, unit, community, street)
        if to == "community":
            return community
        if to == "street":
            return street
        if to == "hotline":
            return self.policy.hotline
        if to == "coordinator":
            return self.policy.coordinator
        return to

    def _supervisor(self, unit: Unit) -> str | None:
        """Who presses a unit: the unit above on the territory, for departments the street."""
        if unit.code == self.policy.coordinator:
            return None
        if unit.kind is UnitKind.GRID:
            return self.directory.above(unit.code, UnitKind.COMMUNITY) or "community"
        if unit.kind is UnitKind.COMMUNITY:
            return self.directory.above(unit.code, UnitKind.STREET) or "street"
        return "coordinator" if unit.kind in _OF_THE_DISTRICT else "street"

    def _last_to(
        self, action: StepAction, unit: UnitCode | None, street: UnitCode
    ) -> UnitCode | None:
        if action is _ESCALATE or action is StepAction.RECUR:
            return self.policy.coordinator
        return street if action is StepAction.PASS_ON else unit


_OF_THE_DISTRICT = frozenset({UnitKind.STREET, UnitKind.DISTRICT, UnitKind.HOTLINE})
"""Kinds that no street supervises: the coordinator does."""


@frozen
class _Alert:
    """A rung made ready: ``later`` and ``days`` stand for an ``after`` in hours or working days."""

    action: StepAction
    to: str
    percent: int
    after: Limit | None
    later: timedelta | None
    days: int


def _alert(rung: Rung) -> _Alert:
    hours = rung.after is not None and rung.after.unit is _HOURS
    later = timedelta(hours=rung.after.amount) if rung.after is not None and hours else None
    working = rung.after is not None and rung.after.unit is LimitUnit.WORKING_DAYS
    days = rung.after.amount if rung.after is not None and working else 0
    return _Alert(rung.action, rung.to, rung.percent or 0, rung.after, later, days)


def _at_any_hour(limit: Limit) -> bool:
    """An urgent limit; a date that somebody named (0 hours) is not one."""
    return limit.unit is _HOURS and 0 < limit.amount <= AT_ANY_HOUR


_WHEN = itemgetter(0)
