"""From a way through the exploration to a story in real time, which ``whistle play`` runs.

The exploration lets time pass freely; a story has the policy's own limits. So the way is taken
again, on the real rules: where time passed until something came about, the story waits until
that comes about, and the timers that are due meanwhile fire. If it does not come to the same,
because real limits come due in another order, there is no story of this way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from attrs import define, evolve, field

from whistle_engine import commands as c
from whistle_engine.commands import NAMES, Command, subjects
from whistle_engine.events import Event, Refused
from whistle_engine.model import Actor, Clock, Label, Matter, MatterId
from whistle_engine.responder import running
from whistle_engine.review.exploring.cast import Cast
from whistle_engine.review.exploring.choices import OTHER, OWN, Asked
from whistle_engine.review.exploring.forms import State
from whistle_engine.review.exploring.freely import Comes, Passing
from whistle_engine.review.exploring.steps import Followed
from whistle_engine.review.laws import Taken
from whistle_engine.rules import Rules
from whistle_engine.standing import responder
from whistle_engine.story.fields import plain
from whistle_engine.story.playing import play
from whistle_engine.story.times import told
from whistle_engine.story.values import WAIT, Expect, Step, Story, StoryActor
from whistle_engine.workflow import decide, evolve_all, timers, view

Broken = Callable[[Sequence[Taken]], bool]
"""Tells whether a history in real time, from its first step, does break the law."""

_A_MOMENT = timedelta(minutes=1)
_A_DAY = timedelta(days=1)
_MOST_TIMERS = 200
_TEXTS = {
    "text": "（探查所得，文字从略）",
    "reason": "（探查所得，理由从略）",
}


class OtherwiseError(Exception):
    """In real time it comes out otherwise than in the exploration."""


def retell(
    way: Sequence[Followed], cast: Cast, broken: Broken, *, policy: str, law: str, words: str
) -> Story | None:
    """A story of a way, if the policy's own limits allow it.

    Args:
        way: the moves from the beginning, with what came of each.
        cast: who takes part.
        broken: tells whether what happened shows what is to be shown.
        policy: how the story names its policy.
        law: what is broken.
        words: how.

    Returns:
        A story that plays by these rules; it is expected that the law is broken, so that it
        fails as soon as it is kept.
    """
    teller = _Teller(cast)
    try:
        for came in way:
            teller.take(came)
    except OtherwiseError:
        return None
    if not teller.steps or not broken(teller.history):
        return None
    note = Label(f"违反{law}：{words}", f"breaks {law}: {words}")
    last = evolve(teller.steps[-1], expect=teller.expected(), note=note)
    story = Story(
        name=f"breaks-{law}",
        title=Label(f"违反{law}的最短过程", f"the shortest way to break {law}"),
        policy=policy,
        start=told(cast.scope.at, cast.rules.policy.zone),
        matter=OWN,
        actors=_actors(cast, teller.steps),
        steps=(*teller.steps[:-1], last),
    )
    return story if _plays(story, cast.rules) else None


def _plays(story: Story, rules: Rules) -> bool:
    """Tell whether an engine plays it so; rules that are broken can break that too."""
    try:
        play(story, rules)
    except Exception:  # noqa: BLE001  whatever it is, a story that ends in it helps nobody
        return False
    return True


def _actors(cast: Cast, steps: Sequence[Step]) -> dict[str, StoryActor]:
    """Those who do something, as stories tell of them."""
    found = {}
    for actor in cast.actors:
        if any(step.by == actor.id for step in steps):
            unit = cast.rules.directory.unit(actor.unit)
            title = unit.title if unit is not None else None
            found[actor.id] = StoryActor(
                id=actor.id, roles=actor.roles, unit=actor.unit, title=title
            )
    return found


@define
class _Teller:
    """The story so far: what is real now, and where the exploration is."""

    cast: Cast
    now: datetime = field(init=False)
    own: MatterId = OWN
    matters: dict[MatterId, Matter] = field(factory=dict)
    steps: list[Step] = field(factory=list)
    history: list[Taken] = field(factory=list)
    state: State | None = None

    def __attrs_post_init__(self) -> None:
        self.now = self.cast.scope.at

    @property
    def rules(self) -> Rules:
        """The real ones."""
        return self.cast.rules

    def take(self, came: Followed) -> None:
        """Take one move of the way again."""
        move = came.move
        if isinstance(move, Passing):
            self._wait(self._until(move))
        else:
            if isinstance(move.do, c.Merge):
                self._other_comes(move)
            refused = came.taken is not None and isinstance(came.taken.result, Refused)
            answer = self._give(move.by, self._timely(move.do), move.texts, on=move.matter)
            if isinstance(answer, Refused) is not refused:
                raise OtherwiseError
            if move.opens and move.subject != OWN and not refused:
                self.own = move.subject
                self.history = [t for t in self.history if t.command.matter == self.own]
        self.state = came.after

    def expected(self) -> Expect:
        """What comes of the last step."""
        if self.history and isinstance(self.history[-1].result, Refused):
            return Expect(refused=self.history[-1].result.code)
        return Expect(stage=self.matters[self.own].stage.value)

    # -- what is asked -------------------------------------------------------------------------

    def _timely(self, do: c.Act) -> c.Act:
        """The act with dates of now."""
        match do:
            case c.FeedBack(plan_date=datetime()):
                return evolve(do, plan_date=self.now + _A_DAY)
            case c.Defer():
                return evolve(do, review_on=self.now + _A_DAY)
            case c.ConfirmTime():
                return evolve(do, occurred_at=self.now)
            case _:
                return do

    def _other_comes(self, move: Asked) -> None:
        """Another matter, about the same, is raised, so that the two can be merged."""
        if OTHER in self.matters:
            return
        by = self.cast.actor(move.others[OTHER].raisers[0].id)
        openings = (t.command.do for t in self.history if isinstance(t.command.do, c.Receive))
        first = next(openings, None)
        if first is None:
            raise OtherwiseError
        self._give(by, evolve(first, raiser=None), ("text",), on=OTHER)
        classify = c.Classify(facts=self.cast.scope.facts[0])
        self._give(self.cast.actor("community"), classify, ("text",), on=OTHER)

    def _give(
        self, by: Actor, do: c.Act, texts: tuple[str, ...], *, on: MatterId
    ) -> tuple[Event, ...] | Refused:
        """Give a command in real time, and write the step."""
        matter = self.own if on == OWN else on
        names = {name: _TEXTS.get(name, _TEXTS["text"]) for name in texts}
        fields = plain(do, self.rules.policy.zone)
        self.steps.append(
            Step(
                do=NAMES[type(do)],
                by=by.id,
                fields=fields,
                texts=names,
                matter=matter if matter != OWN else None,
            )
        )
        return self._decide(
            Command(id=f"{OWN}-{len(self.steps)}", matter=matter, by=by, do=do, texts=texts)
        )

    def _decide(self, command: Command) -> tuple[Event, ...] | Refused:
        """Decide on each matter that the command writes: all of it, or none."""
        every = subjects(command)
        others = {n: view(self.matters[n], self.rules) for n in every if n in self.matters}
        others = others if len(every) > 1 else {}
        taken = []
        for subject in every:
            before = self.matters.get(subject)
            result = decide(before, command, self.rules, self.now, subject=subject, others=others)
            written = result.recorded if isinstance(result, Refused) else result
            after = evolve_all(before, written, matter=subject)
            taken.append((subject, Taken(before, command, self.now, result, after, self.rules)))
        refused = next((t for _, t in taken if isinstance(t.result, Refused)), None)
        for subject, step in taken:
            if step is refused or refused is None:
                if step.after is not None:
                    self.matters[subject] = step.after
                if subject == self.own:
                    self.history.append(step)
        return refused.result if refused is not None else taken[0][1].result

    # -- time that passes ----------------------------------------------------------------------

    def _until(self, move: Passing) -> datetime:
        """When that comes about in real time."""
        matter = self.matters[self.own]
        found: datetime | None = None
        match move.comes:
            case Comes.LATE | Comes.GIVEN_UP:
                found = self._clock(move, matter).due.at
            case Comes.TIMER:
                steps = self._clock(move, matter).steps
                return next((s.at for s in steps if s.number == move.step), self.now)
            case Comes.OBJECTING:
                held = responder(matter, move.unit)
                found = held.object_until if held is not None else None
            case Comes.REOPENING:
                found = matter.reopen_until
            case Comes.DEFERRING:
                found = matter.deferral.latest if matter.deferral is not None else None
        if found is None:
            raise OtherwiseError
        return found + _A_MOMENT

    def _clock(self, move: Passing, matter: Matter) -> Clock:
        """The real clock that stands for one of the exploration."""
        if self.state is None:
            raise OtherwiseError
        meant = self.state.matter.clocks[move.clock - 1]
        same = matter.clocks[move.clock - 1 : move.clock]
        for clock in (*same, *running(matter, meant.what)):
            if _marks(clock) == _marks(meant):
                return clock
        raise OtherwiseError

    def _wait(self, until: datetime) -> None:
        """Let time pass; the timers that come due fire, each at its own time."""
        if until <= self.now and not any(t <= until for _, _, t in timers(self.matters[self.own])):
            return
        for _ in range(_MOST_TIMERS):
            due = min(
                (
                    (at, name, clock, step)
                    for name, matter in self.matters.items()
                    for clock, step, at in timers(matter)
                    if at <= until
                ),
                default=None,
            )
            if due is None:
                break
            at, name, clock, step = due
            self.now = max(self.now, at)
            do = c.FireTimer(clock=clock, step=step)
            self._decide(Command(id="timer", matter=name, by=self.cast.system, do=do))
        else:
            raise OtherwiseError
        self.now = max(self.now, until)
        self.steps.append(Step(do=WAIT, until=told(self.now, self.rules.policy.zone)))


def _marks(clock: Clock) -> tuple[object, ...]:
    return clock.what, clock.unit, clock.raiser
