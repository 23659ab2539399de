"""Drive an engine through a district's year: who acts next, or which timer fires, in order of time.

Everything goes through ``Engine.execute`` with a clock that is moved here, so a history is lawful
by construction: what the rules refuse is refused here too. Timers fire at their own times, as a
worker that is always there would let them; what is done at the very instant comes first, since a
clock is still kept then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from whistle_engine import commands as c
from whistle_engine.commands import Command
from whistle_engine.commits import Answer
from whistle_engine.engine import SYSTEM
from whistle_engine.errors import WhistleError
from whistle_engine.events import Refused
from whistle_engine.generate.agenda import TIMER, Agenda, Plan
from whistle_engine.generate.arrivals import Order, Origin
from whistle_engine.generate.city import City
from whistle_engine.generate.giving import Given, give, would_do
from whistle_engine.generate.hours import Hours
from whistle_engine.generate.owed import options
from whistle_engine.generate.planning import Life, Planner
from whistle_engine.generate.profile import Profile
from whistle_engine.generate.progress import Change, Executes, Moment, Progress
from whistle_engine.generate.scene import SOONEST, Later, Scene, Turn
from whistle_engine.model import MatterId, UnitCode
from whistle_engine.workflow import evolve_all, timers

AT_LAST = timedelta(days=5 * 365)
"""So long after the last appeal everything is at rest, or never will be."""


class Drive:
    """One run."""

    def __init__(
        self, engine: Executes, city: City, profile: Profile, moment: Moment, seed: int
    ) -> None:
        """Begin with nothing.

        Args:
            engine: takes the commands; its clock is ``moment``.
            city: what the rules say.
            profile: the people's habits.
            moment: the time, which is moved here.
            seed: what is left to chance follows from it.
        """
        self._engine = engine
        self._city = city
        self._profile = profile
        self._moment = moment
        self._agenda = Agenda(Planner(city, profile, Hours(city.rules.policy)), profile, seed)
        self._taken = 0

    def run(
        self, orders: Iterator[Order], *, until: datetime | None, finish: bool
    ) -> Iterator[Progress]:
        """Take what comes in, and do all that follows from it, in order of time.

        Args:
            orders: what comes in, ascending.
            until: without ``finish``, when to stop; ``None`` is at the last appeal.
            finish: go on until every matter is at rest.

        Raises:
            WhistleError: after years some matter is still not at rest, or somebody else writes.
        """
        order = next(orders, None)
        last = self._moment.at
        while True:
            at = self._agenda.next_at
            if order is not None and (at is None or order.at <= at):
                self._moment.at = last = order.at
                yield self._execute(Given(order.command, order.texts), order.origin)
                order = next(orders, None)
                continue
            if at is None or (order is None and not finish and at > (until or last)):
                return
            if order is None:
                self._watch(at, last)
            _, kind, matter, _, plan = self._agenda.pop()
            self._moment.at = at
            came = self._fire(matter) if kind == TIMER else self._carry_out(matter, plan)
            if came is not None:
                yield came

    def _watch(self, at: datetime, last: datetime) -> None:
        if at > last + AT_LAST:
            lives = self._agenda.lives
            raise WhistleError(
                f"years after the last appeal {len(lives)} matters are not at rest "
                f"({', '.join(sorted(lives)[:5])}): nobody can end what they wait for"
            )

    # ------------------------------------------------------------------- what the time brings

    def _fire(self, matter: MatterId) -> Progress | None:
        """Fire the matter's next timer, as the worker would: under the same command id."""
        life = self._agenda.lives.get(matter)
        if life is None or life.armed != self._moment.at:
            return None  # it was moved, or its clock has ended
        life.armed = None
        due, clock, step = min((due, clock, step) for clock, step, due in timers(life.state))
        command = Command(
            id=f"timer:{matter}:{clock}:{step}:{due.isoformat()}",
            matter=matter,
            by=SYSTEM,
            do=c.FireTimer(clock=clock, step=step),
        )
        return self._execute(Given(command, {}), life.origin)

    def _carry_out(self, matter: MatterId, plan: Plan | None) -> Progress | None:
        if plan is None:
            raise AssertionError(matter)
        life = self._agenda.lives[matter]
        life.pending -= 1
        came = self._owed(life, plan.clock) if plan.clock is not None else self._unasked(life, plan)
        self._agenda.rest(life)
        return came

    def _owed(self, life: Life, number: int) -> Progress | None:
        """Let the holder of a clock do what it would do first of all that it can do."""
        life.planned.discard(number)
        if life.state.clocks[number - 1] not in life.running():
            return None
        scene = self._scene(life, clock=number)
        for do in options(scene):
            turn = do(scene)
            if isinstance(turn, Later):
                at = max(turn.at, self._moment.at + SOONEST)
                self._agenda.plan(life, at, Plan(clock=number))
                return None
            came = None if turn is None else self._try(life, scene, turn)
            if came is not None:
                self._agenda.once_more(life, number, self._moment.at)
                return came
        return None

    def _unasked(self, life: Life, plan: Plan) -> Progress | None:
        scene = self._scene(life, unit=plan.unit)
        turn = plan.do(scene) if plan.do is not None else None
        return self._try(life, scene, turn) if isinstance(turn, Turn) else None

    def _scene(
        self, life: Life, *, clock: int | None = None, unit: UnitCode | None = None
    ) -> Scene:
        return Scene(
            city=self._city,
            profile=self._profile,
            matter=life.state,
            origin=life.origin,
            now=self._moment.at,
            dice=life.dice,
            serial=life.said + 1,
            clock=None if clock is None else life.state.clocks[clock - 1],
            unit=unit,
        )

    # ------------------------------------------------------------------------------- commands

    def _try(self, life: Life, scene: Scene, turn: Turn) -> Progress | None:
        """Give the command, if it would be taken: people know what they may do."""
        given = give(turn, scene)
        states, rules = self._agenda.state, self._city.rules
        if not would_do(given.command, states, rules, self._moment.at, shirks=turn.shirks):
            return None
        life.said += 1
        return self._execute(given, life.origin)

    def _execute(self, given: Given, origin: Origin) -> Progress:
        """Give a command to the engine, and follow what it did to each matter."""
        answer = self._engine.execute(given.command, texts=given.texts)
        changes = tuple(self._changes(given.command, answer))
        for change in changes:
            self._agenda.follow(change.after, change.events, origin, self._moment.at)
        self._taken += 1
        return Progress(
            number=self._taken,
            at=self._moment.at,
            command=given.command,
            texts=given.texts,
            answer=answer,
            changes=changes,
            held=len(self._agenda.lives),
        )

    def _changes(self, command: Command, answer: Answer) -> Iterator[Change]:
        """What a command wrote, each matter as it stood and stands."""
        if isinstance(answer, Refused):
            before = self._agenda.state(command.matter)
            if not answer.recorded or before is None:
                raise self._disturbed(command)
            after = evolve_all(before, answer.recorded, matter=command.matter)
            yield Change(command.matter, before, after or before, answer.recorded)
            return
        for each in answer.written:
            life = self._agenda.lives.get(each.matter)
            before = None if life is None else life.state
            if each.version != (1 if life is None else life.version + 1):
                raise self._disturbed(command)
            after = evolve_all(before, each.events, matter=each.matter)
            if after is None:
                raise AssertionError(each)
            yield Change(each.matter, before, after, each.events)

    def _disturbed(self, command: Command) -> WhistleError:
        return WhistleError(
            f"the answer to {command.id} is not what follows from what was generated: meanwhile "
            "nobody else may write in these matters, nor fire their timers; a second run in one "
            "store needs a prefix of its own"
        )
