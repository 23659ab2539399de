"""Comparing limits of different units honestly: by what they come to under this policy.

Two limits of one unit compare by their amounts. Two of different units are counted from the same
instants, by the policy's own working time: from every day of the last year that its calendar
knows, at midnight, at the opening and the closing of each shift, and an hour before the last
closing. One ends after the other if it does so from one of these instants, which is then named.
An order that no such instant breaks could still be broken in another year, whose days off fall
otherwise. Due times past the calendar are compared only where a limit is so long that there are no
others. Where units may work round the clock, both ways of counting are tried.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cached_property

from attrs import frozen

from whistle_engine.deadlines import WorkingTime
from whistle_engine.directory import Directory, Unit
from whistle_engine.model import Facts, Label, Limit, LimitUnit, UnitKind
from whistle_engine.policy import Policy

UNITS = {
    LimitUnit.HOURS: ("小时", "hour"),
    LimitUnit.WORK_HOURS: ("个工作小时", "work hour"),
    LimitUnit.DAYS: ("天", "day"),
    LimitUnit.WORKING_DAYS: ("个工作日", "working day"),
}

_ALWAYS = "always"
"""A unit that works round the clock, for the sake of counting."""


@frozen
class Later:
    """From when on one limit ends after another.

    Attributes:
        start: an instant from which it is so; ``None`` if it is so from any.
        always: only for a unit that works round the clock.
    """

    start: datetime | None = None
    always: bool = False

    @property
    def told(self) -> Label:
        """It in words that follow the two limits; none if it is always so."""
        if self.start is None:
            return Label("", "")
        said = f"{self.start:%Y-%m-%d %H:%M}"
        if self.always:
            return Label(
                f"（对全天候值守单位，如自{said}起算）",
                f" (for a unit that works round the clock, as from {said})",
            )
        return Label(f"（如自{said}起算）", f" (as from {said})")

    @property
    def witness(self) -> Facts:
        """It as a finding holds it."""
        if self.start is None:
            return ()
        whose = (("unit", "round_the_clock"),) if self.always else ()
        return (("from", self.start.isoformat()), *whose)


@frozen(slots=False)
class Lengths:
    """The limits of one policy, compared."""

    policy: Policy

    def after(
        self, one: Limit, other: Limit, *, or_with: bool = False, by_units: bool = False
    ) -> Later | None:
        """From when on one limit ends after another; ``None`` if it never does.

        Args:
            one: the limit that should end first.
            other: the limit that should end later.
            or_with: to end at the same instant is too late as well.
            by_units: a unit that works round the clock may have them.

        Returns:
            An instant from which it is so, for an ordinary unit if there is one.
        """
        if one.unit is other.unit:
            late = one.amount > other.amount or (or_with and one.amount == other.amount)
            return Later() if late else None
        for unit in (None, _ALWAYS) if by_units else (None,):
            pairs = zip(self._starts, self._ends(one, unit), self._ends(other, unit), strict=True)
            for start, first, second in pairs:
                if first is None or second is None:
                    continue
                if first > second or (or_with and first == second):
                    return Later(start, always=unit is not None)
        return None

    def _ends(self, limit: Limit, unit: str | None) -> list[datetime | None]:
        key = (limit.amount, limit.unit, unit)
        if key not in self._counted:
            dues = [self._time.due(start, limit, unit=unit) for start in self._starts]
            guessed = all(due.provisional for due in dues)
            self._counted[key] = [
                None if due.provisional and not guessed else due.at for due in dues
            ]
        return self._counted[key]

    @cached_property
    def _counted(self) -> dict[tuple[int, LimitUnit, str | None], list[datetime | None]]:
        return {}

    @cached_property
    def _time(self) -> WorkingTime:
        always = Unit(
            code=_ALWAYS, title=Label("", ""), kind=UnitKind.DEPARTMENT, round_the_clock=True
        )
        return WorkingTime(self.policy, Directory(units=(always,)))

    @cached_property
    def _starts(self) -> tuple[datetime, ...]:
        """The instants to count from, those of ordinary working days first."""
        policy, calendar = self.policy, self.policy.calendar
        opening = [shift.start for shift in policy.shifts]
        closing = [shift.end for shift in policy.shifts if shift.end != time.min]
        last = max(closing, default=time(23, 59))
        moments = dict.fromkeys([*opening, last.replace(hour=max(last.hour - 1, 0)), *closing])
        moments = moments | dict.fromkeys([time.min])
        first = date(calendar.known_until.year, 1, 1)
        days = [first + timedelta(days=n) for n in range((calendar.known_until - first).days + 1)]
        days.sort(key=lambda day: not self._works(day))
        return tuple(datetime.combine(d, clock, policy.zone) for d in days for clock in moments)

    def _works(self, day: date) -> bool:
        calendar = self.policy.calendar
        weekday = day.weekday() < 5  # noqa: PLR2004  Monday to Friday
        return day in calendar.make_up or (weekday and day not in calendar.holidays)


def limit_text(limit: Limit) -> str:
    """A limit as it stands in a file."""
    return limit_told(limit).en


def limit_told(limit: Limit) -> Label:
    """A limit in words."""
    zh, en = UNITS[limit.unit]
    return Label(f"{limit.amount}{zh}", f"{limit.amount} {en}{'s' if limit.amount != 1 else ''}")
