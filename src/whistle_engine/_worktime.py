"""Counting in a city's working days and shifts, in whole numbers.

A day is its proleptic ordinal (``date.toordinal``) in local time, and a moment of a day its
microseconds since local midnight. 24:00 of a day is the same instant as 0:00 of the next.
The city's offset from UTC is fixed, so a day always has 24 hours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from attrs import frozen

from whistle_engine.errors import PolicyError
from whistle_engine.model import DayReason, Length, Limit, LimitUnit, Span
from whistle_engine.policy import Policy
from whistle_engine.problems import problem

MICROSECOND = timedelta(microseconds=1)
HOUR = 3_600_000_000
MINUTE = HOUR // 60
DAY = 24 * HOUR

_BASE = datetime(2000, 1, 1, tzinfo=UTC)
_BASE_DAY = _BASE.toordinal()
_SATURDAY = 5


@frozen
class Count:
    """What counting gave: the instant, the days that it looked at, and if one is not known."""

    at: datetime
    spans: tuple[Span, ...] = ()
    provisional: bool = False


@frozen(slots=False)
class WorkTime:
    """The working time of one policy: its offset, its shifts and its calendar.

    Raises:
        PolicyError: the policy has no shift, or one that ends before it begins.
    """

    policy: Policy

    def __attrs_post_init__(self) -> None:
        """Refuse shifts in which no time could ever be counted."""
        wrong = [
            problem("shift_order", "hours.shifts", start=f"{s.start:%H:%M}", end=f"{s.end:%H:%M}")
            for s in self.policy.shifts
            if _moment(s.start) >= (_moment(s.end) or DAY)
        ]
        if not self.policy.shifts:
            wrong.append(problem("no_shifts", "hours.shifts", right='"08:30-12:00"'))
        if wrong:
            raise PolicyError(wrong)

    @cached_property
    def shifts(self) -> tuple[tuple[int, int], ...]:
        """The shifts of a working day in order, those that touch or overlap joined."""
        joined: list[tuple[int, int]] = []
        for shift in sorted(self.policy.shifts, key=lambda s: s.start):
            opens, closes = _moment(shift.start), _moment(shift.end) or DAY
            if joined and opens <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(closes, joined[-1][1]))
            else:
                joined.append((opens, closes))
        return tuple(joined)

    @cached_property
    def closing(self) -> int:
        """When the last shift of a working day ends."""
        return self.shifts[-1][1]

    @cached_property
    def length(self) -> int:
        """How much working time a working day has."""
        return sum(closes - opens for opens, closes in self.shifts)

    @cached_property
    def known_until(self) -> int:
        """The last day that the calendar knows."""
        return self.policy.calendar.known_until.toordinal()

    @cached_property
    def _midnight(self) -> datetime:
        return _BASE - self.policy.utc_offset

    @cached_property
    def _holidays(self) -> frozenset[int]:
        return frozenset(day.toordinal() for day in self.policy.calendar.holidays)

    @cached_property
    def _make_up(self) -> frozenset[int]:
        return frozenset(day.toordinal() for day in self.policy.calendar.make_up)

    def split(self, at: datetime) -> tuple[int, int]:
        """The local day of an instant, and the moment of that day."""
        gone = at - self._midnight
        return gone.days + _BASE_DAY, gone.seconds * 1_000_000 + gone.microseconds

    def day(self, at: datetime) -> int:
        """The local day of an instant that begins something: midnight begins its day."""
        return (at - self._midnight).days + _BASE_DAY

    def last_day(self, at: datetime) -> int:
        """The local day of an instant that ends something: midnight ends the day before."""
        return (at - self._midnight - MICROSECOND).days + _BASE_DAY

    def instant(self, day: int, moment: int) -> datetime:
        """The instant (UTC) of a moment of a local day."""
        return self._midnight + timedelta(days=day - _BASE_DAY, microseconds=moment)

    def works(self, day: int) -> bool:
        """Tell whether a day is worked; past the known calendar, weekdays are assumed to be."""
        if day in self._make_up:
            return True
        return (day + 6) % 7 < _SATURDAY and day not in self._holidays

    def reason(self, day: int) -> DayReason:
        """Why a day is worked, or is not."""
        if day in self._make_up:
            return DayReason.MAKE_UP
        if day in self._holidays:
            return DayReason.HOLIDAY
        if (day + 6) % 7 >= _SATURDAY:
            return DayReason.WEEKEND
        return DayReason.WEEKDAY if day <= self.known_until else DayReason.ASSUMED

    def on_shift(self, day: int, moment: int) -> bool:
        """Tell whether work is on; a shift's first moment belongs to it, its last does not."""
        for opens, closes in self.shifts:
            if opens <= moment < closes:
                return self.works(day)
        return False

    def later(self, at: datetime, amount: int) -> datetime:
        """The first instant by which this much working time has passed since ``at``."""
        if amount <= 0:
            return at
        day, moment = self.split(at)
        while True:
            if self.works(day):
                for opens, closes in self.shifts:
                    begins = max(opens, moment)
                    if amount <= closes - begins:
                        return self.instant(day, begins + amount)
                    amount -= max(0, closes - begins)
            day, moment = day + 1, 0

    def earlier(self, at: datetime, amount: int) -> datetime:
        """The last instant from which on this much working time passes until ``at``."""
        if amount <= 0:
            return at
        day, moment = self.split(at)
        while True:
            if self.works(day):
                for opens, closes in reversed(self.shifts):
                    ends = min(closes, moment)
                    if amount <= ends - opens:
                        return self.instant(day, ends - amount)
                    amount -= max(0, ends - opens)
            day, moment = day - 1, DAY

    def worked(self, start: datetime, end: datetime) -> int:
        """How much working time lies between two instants."""
        if end <= start:
            return 0
        day, moment = self.split(start)
        last, ends = self.split(end)
        total = 0
        while day <= last:
            if self.works(day):
                until = ends if day == last else DAY
                total += sum(
                    max(0, min(closes, until) - max(opens, moment)) for opens, closes in self.shifts
                )
            day, moment = day + 1, 0
        return total

    def nth_after(self, day: int, amount: int) -> int:
        """The n-th working day after a day; for 0 the day itself."""
        while amount > 0:
            day += 1
            amount -= self.works(day)
        return day

    @cached_property
    def _closings(self) -> dict[tuple[int, int], datetime]:
        return {}

    def nth_closing(self, day: int, amount: int) -> datetime:
        """When the n-th working day after a day ends; kept, as every clock of a day asks it."""
        found = self._closings.get((day, amount))
        if found is None:
            found = self.instant(self.nth_after(day, amount), self.closing)
            self._closings[day, amount] = found
        return found

    def days_between(self, day: int, last: int) -> int:
        """How many working days come after a day, up to and including the last."""
        return sum(map(self.works, range(day + 1, last + 1)))

    def next_closing(self, at: datetime) -> datetime:
        """The first end of a working day that is not before an instant."""
        day, moment = self.split(at)
        if not self.works(day) or moment > self.closing:
            day = self.nth_after(day, 1)
        return self.instant(day, self.closing)

    def count(self, start: datetime, limit: Limit | Length, *, every_day: bool) -> Count:
        """Count a limit from the instant at which it starts."""
        unit = limit.unit
        if unit is LimitUnit.HOURS or (unit is LimitUnit.WORK_HOURS and every_day):
            return Count(start + timedelta(hours=limit.amount))
        if unit is LimitUnit.WORK_HOURS:
            return self.work_hours(start, limit.amount * HOUR)
        if unit is LimitUnit.WORKING_DAYS and not every_day:
            return self.working_days(start, limit.amount)
        day = self.day(start)
        last = day + limit.amount
        return Count(self.instant(last, DAY), self._every_day(day, last))

    def after(self, due: datetime, limit: Limit | Length, *, every_day: bool) -> datetime:
        """The instant to which a limit leads that is counted on from a due time."""
        unit = limit.unit
        if unit is LimitUnit.HOURS or (unit is LimitUnit.WORK_HOURS and every_day):
            return due + timedelta(hours=limit.amount)
        if limit.amount <= 0:
            return due
        if unit is LimitUnit.WORK_HOURS:
            return self.later(due, limit.amount * HOUR)
        day = self.last_day(due)
        if unit is LimitUnit.DAYS or every_day:
            return self.instant(day + limit.amount, DAY)
        return self.nth_closing(day, limit.amount)

    def further(self, due: datetime, limit: Limit | Length, *, every_day: bool) -> Count:
        """Count a limit on from a due time: days are those after the day on which it was due."""
        if limit.amount <= 0:
            return Count(due)
        if limit.unit is LimitUnit.HOURS or limit.unit is LimitUnit.WORK_HOURS:
            return self.count(due, limit, every_day=every_day)
        return self.count(due - MICROSECOND, limit, every_day=every_day)

    def work_hours(self, start: datetime, amount: int) -> Count:
        """Count working time (in microseconds) from an instant."""
        at = self.later(start, amount)
        day, moment = self.split(start)
        last = max(day, self.last_day(at))
        over = self.works(day) and moment >= self.closing
        return self._counted(at, day, last, start_day=over or amount <= 0)

    def working_days(self, start: datetime, amount: int) -> Count:
        """Count working days after the day of an instant; for 0, to the next closing time."""
        day = self.day(start)
        at = self.nth_closing(day, amount) if amount > 0 else self.next_closing(start)
        return self._counted(at, day, self.last_day(at), start_day=True)

    def opening(self, at: datetime) -> datetime:
        """The first working moment that is not before an instant."""
        day, moment = self.split(at)
        while True:
            if self.works(day):
                for opens, closes in self.shifts:
                    if moment < closes:
                        return self.instant(day, max(opens, moment))
            day, moment = day + 1, 0

    def _every_day(self, first: int, last: int) -> tuple[Span, ...]:
        """As :func:`all_days`, kept."""
        found = self._all_told.get((first, last))
        if found is None:
            found = self._all_told[first, last] = all_days(first, last)
        return found

    @cached_property
    def _all_told(self) -> dict[tuple[int, int], tuple[Span, ...]]:
        return {}

    def _counted(self, at: datetime, first: int, last: int, *, start_day: bool) -> Count:
        spans = self._spans(first, last, counts_first=not start_day)
        return Count(at, spans, last > self.known_until)

    def on_shift_before(self, at: datetime, *, after: datetime) -> datetime:
        """The last working minute before an instant; ``at`` if it is on shift, or there is none."""
        day, moment = self.split(at)
        if self.on_shift(day, moment):
            return at
        first = self.day(after)
        while day >= first:
            if self.works(day):
                for opens, closes in reversed(self.shifts):
                    if closes <= moment:
                        found = self.instant(day, max(opens, closes - MINUTE))
                        return found if found > after else at
            day, moment = day - 1, DAY
        return at

    @cached_property
    def _told(self) -> dict[tuple[int, int, bool], tuple[Span, ...]]:
        return {}

    def _spans(self, first: int, last: int, *, counts_first: bool) -> tuple[Span, ...]:
        """The days from first to last as runs; a first day that does not count is START_DAY.

        All that starts on one day with one limit shares them, so they are kept.
        """
        key = (first, last, counts_first)
        found = self._told.get(key)
        if found is None:
            found = self._told[key] = self._runs(first, last, counts_first=counts_first)
        return found

    def _runs(self, first: int, last: int, *, counts_first: bool) -> tuple[Span, ...]:
        runs: list[list[int]] = []
        kinds: list[tuple[bool, DayReason]] = []
        for day in range(first, last + 1):
            kind = self.works(day), self.reason(day)
            if day == first and not counts_first:
                kind = False, DayReason.START_DAY
            if kinds and kinds[-1] == kind:
                runs[-1][1] = day
            else:
                runs.append([day, day])
                kinds.append(kind)
        return tuple(
            _span(first, last, counted=counted, reason=reason)
            for (first, last), (counted, reason) in zip(runs, kinds, strict=True)
        )


def all_days(first: int, last: int) -> tuple[Span, ...]:
    """The days from first to last as runs, where each counts but the first, the START_DAY."""
    start = _span(first, first, counted=False, reason=DayReason.START_DAY)
    if last <= first:
        return (start,)
    return (start, _span(first + 1, last, counted=True, reason=DayReason.EVERY_DAY))


def join_spans(old: Iterable[Span], new: Iterable[Span]) -> tuple[Span, ...]:
    """Spans one after the other: what was listed already stays, and like runs become one."""
    runs = list(old)
    for span in new:
        before = runs[-1] if runs else None
        if before is None:
            runs.append(span)
            continue
        following = date.fromordinal(before.last.toordinal() + 1)
        if span.last < following:
            continue
        first = max(span.first, following)
        if first == following and (before.counted, before.reason) == (span.counted, span.reason):
            runs[-1] = Span(before.first, span.last, counted=span.counted, reason=span.reason)
        else:
            runs.append(Span(first, span.last, counted=span.counted, reason=span.reason))
    return tuple(runs)


def spans_until(spans: Iterable[Span], last: int) -> tuple[Span, ...]:
    """The spans up to and including a day."""
    end = date.fromordinal(last)
    return tuple(
        Span(s.first, min(s.last, end), counted=s.counted, reason=s.reason)
        for s in spans
        if s.first <= end
    )


def _span(first: int, last: int, *, counted: bool, reason: DayReason) -> Span:
    return Span(date.fromordinal(first), date.fromordinal(last), counted=counted, reason=reason)


def _moment(clock: time) -> int:
    return ((clock.hour * 60 + clock.minute) * 60 + clock.second) * 1_000_000 + clock.microsecond
