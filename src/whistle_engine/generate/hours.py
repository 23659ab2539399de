"""When people are at it: offices keep their shifts, duty rooms the day, emergencies any hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum

from attrs import frozen

from whistle_engine.generate.dice import Dice
from whistle_engine.policy import Policy

DAYTIME = (time(8), time(20))
"""When a duty room is manned, on every day; and residents can be disturbed. A choice."""

SETTLING_IN = timedelta(minutes=45)
"""What waited for an opening is done within so much of it. A choice."""

MOST_DAYS = 60
"""So many days without a shift, and the policy has none."""


class Attended(Enum):
    """When somebody acts."""

    ALWAYS = "always"
    DAYTIME = "daytime"
    OFFICE = "office"


@frozen
class Hours:
    """The hours of one city: those of its policy's shifts and calendar, local time."""

    policy: Policy

    def works(self, day: date) -> bool:
        """Tell whether a local day is worked."""
        calendar = self.policy.calendar
        if day in calendar.make_up:
            return True
        return day.isoweekday() <= 5 and day not in calendar.holidays  # noqa: PLR2004  Friday

    def next(self, at: datetime, attended: Attended, dice: Dice) -> datetime:
        """The instant itself if somebody is there, else soon after the next opening; UTC."""
        if attended is Attended.ALWAYS:
            return at
        local = self.policy.local(at)
        for ahead in range(MOST_DAYS):
            day = local.date() + timedelta(days=ahead)
            for opens, closes in self._open(day, attended):
                begin = datetime.combine(day, opens, self.policy.zone)
                end = datetime.combine(day, closes, self.policy.zone)
                if begin <= local < end:
                    return at
                if local < begin:
                    soon = min(SETTLING_IN, (end - begin) / 2)
                    return (begin + dice.between(timedelta(), soon)).astimezone(at.tzinfo)
        return at

    def _open(self, day: date, attended: Attended) -> tuple[tuple[time, time], ...]:
        if attended is Attended.DAYTIME:
            return (DAYTIME,)
        if not self.works(day):
            return ()
        return tuple((s.start, s.end) for s in self.policy.shifts if s.start < s.end)
