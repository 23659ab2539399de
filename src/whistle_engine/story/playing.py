"""Playing a story: every step goes through an engine, in the story's own time.

Before each step, and while a story waits, the timers that come due fire one by one, each at
its own time, as a worker that is always there would let them. What a step does at the very
instant at which a timer is due comes first, since a clock is still kept then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path

from attrs import define, field, frozen

from whistle_engine.commands import Act, Command
from whistle_engine.engine import Engine
from whistle_engine.errors import PolicyError, StoryError, WhistleError
from whistle_engine.events import Event, Refused
from whistle_engine.model import Duty, Label, Matter, MatterId
from whistle_engine.policy_file import load_rules, shipped_rules
from whistle_engine.problems import StoryProblem
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.story._sentences import actor_named, at_step, mistake, quoted, same, wrong
from whistle_engine.story.expecting import problems, refusal_words
from whistle_engine.story.fields import UNITS, Setting, build, nearest
from whistle_engine.story.times import absolute, instant, told
from whistle_engine.story.values import CHECK, PASSIVE, WAIT, Plain, Step, Story
from whistle_engine.workflow import duties, evolve, timers

_FILE, _DIRECTORY = ".toml", ".directory.toml"
_MOST_TIMERS = 1000
"""So many timers between two steps, and the story waits for something that never ends."""


@frozen(kw_only=True)
class Happened:
    """What happened to one matter, and when."""

    matter: MatterId
    at: datetime
    events: tuple[Event, ...]


@frozen(kw_only=True)
class PlayedStep:
    """One step as it came out.

    Attributes:
        number: from 1.
        at: when, UTC: at the end of a wait.
        fired: the timers that fired since the step before; for a wait, while it lasted too.
        answer: the events, or the refusal; for a wait, what its timers did to its matter.
        elsewhere: what the step did to other matters (split, merge).
        state, duties: of the step's matter, afterwards.
    """

    number: int
    step: Step
    matter: MatterId
    at: datetime
    fired: tuple[Happened, ...]
    answer: tuple[Event, ...] | Refused
    elsewhere: tuple[Happened, ...]
    state: Matter | None
    duties: tuple[Duty, ...]


@frozen(kw_only=True)
class Played:
    """A story as it came out, every expectation held.

    Attributes:
        states: every matter of the story, as it stood at the end.
    """

    story: Story
    rules: Rules
    steps: tuple[PlayedStep, ...]
    states: dict[MatterId, Matter]


def play(
    story: Story,
    rules: Rules | None = None,
    *,
    store: Store | None = None,
    on_step: Callable[[PlayedStep], None] | None = None,
) -> Played:
    """Play a story and hold each step against its expectations.

    Args:
        story: what happens.
        rules: by which it is played; ``None`` takes the policy that the story names, see
            :func:`rules_of`.
        store: where it is kept; ``None`` takes a new one in memory.
        on_step: called with each step as it comes out, before its expectations are looked at.

    Raises:
        StoryError: a step came out otherwise than expected; the first such step, with its
            file and line, what was expected and what came. Or a unit that the story names is
            not in the directory.
    """
    rules = rules if rules is not None else _named(story)
    unknown = tuple(_unknown_names(story, rules))
    if unknown:
        raise StoryError(unknown)
    stage = _Stage(story, rules, store if store is not None else MemoryStore())
    played = []
    for number, step in enumerate(story.steps, 1):
        try:
            came = stage.play(number, step)
        except StoryError as error:
            where = _where(story, number, step)
            raise StoryError(each.inside(where) for each in error.problems) from None
        except (WhistleError, ValueError) as error:
            where = _where(story, number, step)
            raise StoryError([mistake("step_failed", where, why=same(error))]) from None
        played.append(came)
        if on_step is not None:
            on_step(came)
        found = tuple(stage.problems(came))
        if found:
            where = _where(story, number, step)
            raise StoryError(problem.inside(where) for problem in found)
    return Played(story=story, rules=rules, steps=tuple(played), states=dict(stage.states))


def rules_of(story: Story) -> Rules:
    """The rules that a story names: a shipped policy, or a file and the directory beside it.

    A name that ends in ``.toml`` is a file, from the folder of the story's own file; with
    ``mycity.toml`` goes ``mycity.directory.toml``.

    Raises:
        PolicyError: with every mistake in the files; or no such policy is shipped.
    """
    if not story.policy.endswith(_FILE):
        return shipped_rules(story.policy)
    path = Path(story.source).parent / story.policy
    return load_rules(path, path.with_name(path.name.removesuffix(_FILE) + _DIRECTORY))


def _named(story: Story) -> Rules:
    try:
        return rules_of(story)
    except PolicyError as error:
        where = (same(story.source or story.name), Label("规则", "policy"))
        raise StoryError(
            mistake("story_policy", *where, why=Label(problem.told("zh"), problem.told("en")))
            for problem in error.problems
        ) from None


def _where(story: Story, number: int, step: Step) -> Label:
    place = at_step(story.source or story.name, number, step.line)
    return Label(zh=f"{place.zh}，{step.do}", en=f"{place.en}, {step.do}")


@define
class _Stage:
    """An engine whose clock is the story's, and the matters as they stand."""

    story: Story
    rules: Rules
    store: Store
    now: datetime = field(init=False)
    engine: Engine = field(init=False)
    states: dict[MatterId, Matter] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.now = absolute(self.story.start, self.zone)
        self.engine = Engine(self.store, self.rules, clock=lambda: self.now)

    @property
    def zone(self) -> timezone:
        """The city's."""
        return self.rules.policy.zone

    def play(self, number: int, step: Step) -> PlayedStep:
        """Let time pass until the step, and take it."""
        at = self._later(step.at)
        fired = list(self._pass_time(at, inclusive=False))
        matter = step.matter or self.story.matter
        answer: tuple[Event, ...] | Refused = ()
        elsewhere: tuple[Happened, ...] = ()
        if step.do == WAIT:
            fired += self._pass_time(self._later(step.until), inclusive=True)
            answer = tuple(event for one in fired if one.matter == matter for event in one.events)
        elif step.do != CHECK:
            answer, elsewhere = self._execute(self._command(number, step, matter), step.texts)
        state = self.states.get(matter)
        return PlayedStep(
            number=number, step=step, matter=matter, at=self.now, fired=tuple(fired),
            answer=answer, elsewhere=elsewhere, state=state,
            duties=duties(state, self.rules) if state else (),
        )  # fmt: skip

    def problems(self, came: PlayedStep) -> Iterator[StoryProblem]:
        """What came out otherwise than expected, and what timers did before, if that explains."""
        clocks = {clock.id: clock for clock in came.state.clocks} if came.state else {}
        found = tuple(
            problems(
                came.step.expect, came.answer, came.state, came.duties,
                zone=self.zone, clocks=clocks,
            )
        )  # fmt: skip
        yield from found
        if found and came.state is not None and came.step.do not in PASSIVE:
            stage = quoted(came.state.stage.value)
            yield mistake("as_it_is", at=told(came.at, self.zone), stage=stage)

    def _later(self, text: str) -> datetime:
        at = instant(text, after=self.now, zone=self.zone)
        if at < self.now:
            before = told(self.now, self.zone)
            raise wrong("step_before", text=quoted(text), before=before)
        return at

    def _command(self, number: int, step: Step, matter: MatterId) -> Command:
        people = {name: actor.id for name, actor in self.story.actors.items()}
        act: Act = build(step.do, step.fields, Setting(self.zone, self.now, people))
        occurred = step.occurred_at
        return Command(
            id=f"{self.story.name}-{number}",
            matter=matter,
            by=self.story.actors[step.by or ""].actor,
            do=act,
            occurred_at=instant(occurred, after=self.now, zone=self.zone) if occurred else None,
            texts=tuple(sorted(step.texts)),
        )

    def _execute(
        self, command: Command, texts: Mapping[str, str]
    ) -> tuple[tuple[Event, ...] | Refused, tuple[Happened, ...]]:
        """The answer, and what happened to other matters than the command's own."""
        answer = self.engine.execute(command, texts=texts)
        if isinstance(answer, Refused):
            self._evolve(command.matter, answer.recorded)
            return answer, ()
        for written in answer.written:
            self._evolve(written.matter, written.events)
        return answer.events, tuple(
            Happened(matter=other.matter, at=self.now, events=other.events)
            for other in answer.written[1:]
        )

    def _evolve(self, matter: MatterId, events: tuple[Event, ...]) -> None:
        for event in events:
            self.states[matter] = evolve(self.states.get(matter), event, matter=matter)

    def _pass_time(self, until: datetime, *, inclusive: bool) -> Iterator[Happened]:
        """Fire each timer at its own time, up to an instant; then it is that instant."""
        for _ in range(_MOST_TIMERS):
            due = min((at for s in self.states.values() for _, _, at in timers(s)), default=None)
            if due is None or due > until or (due == until and not inclusive):
                self.now = until
                return
            self.now = max(self.now, due)
            yield from self._fire()
        raise wrong("timers_many", most=_MOST_TIMERS, until=told(until, self.zone))

    def _fire(self) -> Iterator[Happened]:
        """Fire what is due now."""
        for answer in self.engine.fire_due(self.now):
            if isinstance(answer, Refused):
                raise wrong("timer_refused", why=same(refusal_words(answer)))
            for written in answer.written:
                self._evolve(written.matter, written.events)
                yield Happened(matter=written.matter, at=self.now, events=written.events)


def _unknown_names(story: Story, rules: Rules) -> Iterator[StoryProblem]:
    """The units that a story names and the directory does not hold, with the nearest ones.

    A step that is to be refused may name what is not there.
    """
    known = [unit.code for unit in rules.directory.units]
    for name, actor in story.actors.items():
        if actor.unit is not None and actor.unit not in known:
            where = (same(story.source or story.name), actor_named(name))
            yield _unknown_unit(actor.unit, known).inside(*where)
    for number, step in enumerate(story.steps, 1):
        if step.expect.refused is not None:
            continue
        for unit in _units(step.fields):
            if unit not in known:
                yield _unknown_unit(unit, known).inside(_where(story, number, step))


def _unknown_unit(unit: str, known: list[str]) -> StoryProblem:
    return mistake("unknown_unit", name=quoted(unit), near=nearest(unit, known))


def _units(fields: Mapping[str, Plain]) -> Iterator[str]:
    for name, value in fields.items():
        match value:
            case str() if name in UNITS or name == "place":
                yield value
            case list() if name in UNITS:
                yield from (item for item in value if isinstance(item, str))
            case dict() if name == "place":
                yield from _units(value)
