"""The agenda of a run: the matters that are not at rest, what is planned for them, their timers.

Whatever is written in a matter is followed here: who owes something now plans to do it, who was
silent may wake, and somebody may do something unasked.
"""

from __future__ import annotations

from datetime import datetime
from heapq import heappop, heappush

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.events import Event
from whistle_engine.generate.arrivals import Origin
from whistle_engine.generate.dice import Dice
from whistle_engine.generate.planning import NUDGES, Life, Planner
from whistle_engine.generate.profile import Profile
from whistle_engine.generate.scene import Doing
from whistle_engine.generate.unasked import WHIMS
from whistle_engine.model import Matter, MatterId, Stage, UnitCode
from whistle_engine.workflow import timers

ACT, TIMER = 0, 1
"""What comes first at one instant."""


@frozen
class Plan:
    """Somebody means to do something.

    Attributes:
        clock: the obligation to be met; else ``do`` is done unasked.
        unit: the unit that does it, where the table names one.
    """

    clock: int | None = None
    do: Doing | None = None
    unit: UnitCode | None = None


Entry = tuple[datetime, int, MatterId, int, Plan | None]
"""When, act or timer, in which matter, in the order of entering; a timer has no plan."""


class Agenda:
    """What is to come, in order of time."""

    def __init__(self, planner: Planner, profile: Profile, seed: int) -> None:
        """Begin with nothing.

        Args:
            planner: says when somebody acts.
            profile: says with which chance.
            seed: with a matter's id it seeds all that is left to chance on that matter.
        """
        self._planner = planner
        self._profile = profile
        self._seed = seed
        self._entries: list[Entry] = []
        self._entered = 0
        self.lives: dict[MatterId, Life] = {}

    @property
    def next_at(self) -> datetime | None:
        """When the next entry is; ``None`` if there is none."""
        return self._entries[0][0] if self._entries else None

    def pop(self) -> Entry:
        """Take the next entry off."""
        return heappop(self._entries)

    def state(self, matter: MatterId) -> Matter | None:
        """A matter as it stands; ``None`` if it is not there, or at rest."""
        life = self.lives.get(matter)
        return None if life is None else life.state

    def plan(self, life: Life, at: datetime, plan: Plan) -> None:
        """Enter a plan."""
        if plan.clock is not None:
            life.planned.add(plan.clock)
        life.pending += 1
        self._enter(at, ACT, life.state.id, plan)

    def once_more(self, life: Life, number: int, now: datetime) -> None:
        """Plan that the holder of a clock acts again, if it still runs."""
        clock = life.state.clocks[number - 1]
        if clock in life.running() and number not in life.planned:
            self.plan(life, self._planner.again(life, clock, now), Plan(clock=number))

    def follow(
        self, after: Matter, events: tuple[Event, ...], origin: Origin, now: datetime
    ) -> None:
        """Plan what follows from what happened to a matter.

        Args:
            after: the matter as it stands now.
            events: what happened.
            origin: what is true of it, or of what it was split from.
            now: the instant, UTC.
        """
        life = self.lives.get(after.id)
        if life is None:
            life = self.lives[after.id] = self._born(after, origin)
        life.state = after
        life.version += 1
        for event in events:
            self._react(life, event, now)
            for whim in WHIMS.get(type(event), ()):
                units = whim.who(after, event) if whim.when(after, event) else ()
                for unit in units:
                    if life.dice.happens(whim.chance(self._profile)):
                        at = self._planner.whim(life, whim, now)
                        self.plan(life, at, Plan(do=whim.do, unit=unit))
        due = min((at for _, _, at in timers(after)), default=None)
        if due is not None and due != life.armed:
            self._enter(due, TIMER, after.id, None)
        life.armed = due
        self.rest(life)

    def rest(self, life: Life) -> None:
        """Forget a matter that is closed, with nothing planned and nothing to come."""
        if life.pending == 0 and life.armed is None and life.state.stage is Stage.CLOSED:
            self.lives.pop(life.state.id, None)

    def _enter(self, at: datetime, kind: int, matter: MatterId, plan: Plan | None) -> None:
        self._entered += 1
        heappush(self._entries, (at, kind, matter, self._entered, plan))

    def _born(self, state: Matter, origin: Origin) -> Life:
        """A matter that has just been opened; a part of another has a category of its own."""
        told = dict(state.facts).get("category")
        if told is not None and told != origin.category:
            origin = Origin(category=told, kind=state.appeal.kind, urgent=False, known=state.facts)
        return Life(state, origin, Dice.of(self._seed, "matter", state.id))

    def _react(self, life: Life, event: Event, now: datetime) -> None:
        match event:
            case e.ClockStarted(clock=started):
                self._owe(life, started.id, now)
            case e.Resumed():
                for clock in life.running():
                    self._owe(life, clock.id, now)
            case e.TimerFired(clock=number, action=action) if action in NUDGES:
                self._wake(life, number, now, pressed=False)
            case e.Supervised(unit=unit):
                for clock in life.running():
                    if clock.unit == unit:
                        self._wake(life, clock.id, now, pressed=True)
            case _:
                pass

    def _owe(self, life: Life, number: int, now: datetime) -> None:
        clock = life.state.clocks[number - 1]
        if number in life.planned or clock.ended is not None:
            return
        at = self._planner.duty(life, clock, now)
        if at is not None:
            self.plan(life, at, Plan(clock=number))

    def _wake(self, life: Life, number: int, now: datetime, *, pressed: bool) -> None:
        clock = life.state.clocks[number - 1]
        if number in life.planned or clock.ended is not None:
            return
        at = self._planner.woken(life, clock, now, pressed=pressed)
        if at is not None:
            self.plan(life, at, Plan(clock=number))
