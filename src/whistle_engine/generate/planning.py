"""When somebody acts: by the length of the clock, their habits, and the hours they keep."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import define, field, frozen

from whistle_engine.generate.arrivals import Origin
from whistle_engine.generate.city import City
from whistle_engine.generate.dice import Dice
from whistle_engine.generate.hours import Attended, Hours
from whistle_engine.generate.owed import pace
from whistle_engine.generate.profile import Profile
from whistle_engine.generate.scene import SOONEST
from whistle_engine.generate.unasked import Whim
from whistle_engine.model import Clock, LimitUnit, Matter, StepAction, What
from whistle_engine.moves.clocks import armed
from whistle_engine.responder import kind_code

PRESSING = frozenset(
    {
        What.CLASSIFY, What.LOOK, What.BLOW, What.DISPATCH, What.DESIGNATE, What.REPORT_IN,
        What.SOLVE, What.REDO, What.HAND_IN,
    }
)  # fmt: skip
"""What is done at any hour when it is an emergency."""

ELAPSED = (LimitUnit.HOURS, LimitUnit.DAYS)
"""Limits that run on rest days too: somebody is on duty by day."""

EMERGENCY = timedelta(hours=1)
"""Within so much time people see to an emergency, whatever longer time the clock would leave."""

AFTER_PRESSING = 0.8
"""The chance that somebody who is pressed by name acts."""

NUDGES = (StepAction.REMIND, StepAction.URGE, StepAction.SUPERVISE, StepAction.ESCALATE)
"""The rungs of a ladder that may wake whoever holds the clock."""


@define
class Life:
    """A matter that is not at rest, and what is planned for it.

    Attributes:
        version: how many commits it has.
        said: how many commands people gave on it.
        pending: how many plans there are for it.
        planned: the clocks for which there is one.
        armed: when its next timer is due.
    """

    state: Matter
    origin: Origin
    dice: Dice
    version: int = 0
    said: int = 1
    pending: int = 0
    planned: set[int] = field(factory=set)
    armed: datetime | None = None

    def running(self) -> list[Clock]:
        """The clocks that run, and are not set aside."""
        return [k for k in self.state.clocks if armed(self.state, k)]


@frozen
class Planner:
    """Plans by one profile in one city."""

    city: City
    profile: Profile
    hours: Hours

    def duty(self, life: Life, clock: Clock, now: datetime) -> datetime | None:
        """When the holder of a clock that has just begun acts; ``None`` for not at all."""
        habits = pace(self.profile, clock, life.state)
        length = self._length(life, clock, now)
        drawn = life.dice.share()
        if drawn < habits.silent:
            return None
        share = life.dice.share()
        if drawn < habits.silent + habits.late:
            at = clock.due.at + length * (0.05 + 0.95 * share)
        else:
            at = now + length * (0.05 + 0.85 * share * (0.5 + 0.5 * share))
        return self._there(life, clock, max(at, now))

    def again(self, life: Life, clock: Clock, now: datetime) -> datetime:
        """When the holder of a clock that still runs acts once more."""
        length = self._length(life, clock, now)
        return self._there(life, clock, now + max(SOONEST, length * (0.1 * life.dice.share())))

    def woken(self, life: Life, clock: Clock, now: datetime, *, pressed: bool) -> datetime | None:
        """When the silent holder of a clock acts after an alert; ``None`` for still not."""
        habits = pace(self.profile, clock, life.state)
        if not life.dice.happens(AFTER_PRESSING if pressed else habits.woken):
            return None
        length = min(self._length(life, clock, now), timedelta(days=5))
        return self._there(life, clock, now + SOONEST + length * (0.25 * life.dice.share()))

    def whim(self, life: Life, whim: Whim, now: datetime) -> datetime:
        """When something is done unasked: within what is left of the time that the matter has."""
        ends = [k.due.at for k in life.running()]
        if not ends and life.state.reopen_until is not None:
            ends = [life.state.reopen_until]
        left = max([*ends, now + SOONEST]) - now
        at = now + left * (whim.least + (whim.most - whim.least) * life.dice.share())
        attended = Attended.ALWAYS if whim.hurry or self._urgent(life) else Attended.DAYTIME
        return self.hours.next(_whole(at), attended, life.dice)

    def _urgent(self, life: Life) -> bool:
        urgent = self.city.rules.policy.urgent.code
        return life.origin.urgent or kind_code(life.state) == urgent

    def _pressing(self, life: Life, clock: Clock) -> bool:
        return clock.what in PRESSING and self._urgent(life)

    def _length(self, life: Life, clock: Clock, now: datetime) -> timedelta:
        length = clock.due.at - max(clock.started, now)
        if length <= timedelta():
            length = clock.due.at - clock.due.start
        length = max(length, SOONEST)
        return min(length, EMERGENCY) if self._pressing(life, clock) and _early(clock) else length

    def _there(self, life: Life, clock: Clock, at: datetime) -> datetime:
        return self.hours.next(_whole(at), self._attended(life, clock), life.dice)

    def _attended(self, life: Life, clock: Clock) -> Attended:
        if clock.what is What.LOOK or self._pressing(life, clock):
            return Attended.ALWAYS
        if clock.raiser is None and self.city.never_shut(clock.unit):
            return Attended.ALWAYS
        return Attended.DAYTIME if clock.due.limit.unit in ELAPSED else Attended.OFFICE


def _early(clock: Clock) -> bool:
    """What comes before anybody is on the way: it is done at once."""
    return clock.what in (What.CLASSIFY, What.BLOW, What.DISPATCH, What.DESIGNATE)


def _whole(at: datetime) -> datetime:
    """An instant in whole seconds."""
    return at.replace(microsecond=0)
