"""Playing a story for the command line: every event with the state before it, in order."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define, field, frozen

from whistle_engine.cli.output import Lang
from whistle_engine.codec import load_events
from whistle_engine.errors import StoryError
from whistle_engine.events import Event
from whistle_engine.model import Matter, MatterId
from whistle_engine.problems import StoryProblem
from whistle_engine.rules import Rules
from whistle_engine.storage import paging
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Record
from whistle_engine.story import PlayedStep, Story, play
from whistle_engine.story.expecting import problems
from whistle_engine.story.playing import rules_of
from whistle_engine.story.values import PASSIVE
from whistle_engine.workflow import evolve


@frozen(kw_only=True)
class Happened:
    """One event, and its matter's state before it."""

    matter: MatterId
    event: Event
    before: Matter | None


@frozen(kw_only=True)
class Scene:
    """One step: what timers did before it (or while it waited), then what it brought itself.

    ``own`` holds the events of every matter that the step wrote, not of its own only.
    """

    step: PlayedStep
    timers: tuple[Happened, ...]
    own: tuple[Happened, ...]


@frozen(kw_only=True)
class Performance:
    """A story as it was played, to its end or to the first expectation that did not hold.

    Attributes:
        states: every matter, as it stood at the end.
        problems: what came otherwise than expected; empty if the story holds.
        quoted: the languages in which words are told; stories hold words in Chinese only.
    """

    story: Story
    rules: Rules
    scenes: tuple[Scene, ...]
    states: dict[MatterId, Matter]
    problems: tuple[StoryProblem, ...] = ()
    quoted: tuple[Lang, ...] = ("zh",)


def perform(story: Story, store: Store | None = None) -> Performance:
    """Play a story.

    Args:
        story: the story.
        store: where it is kept; ``None`` takes a new one in memory.

    Raises:
        PolicyError: the policy that it names cannot be used.
        StoryError: it cannot be played: a unit that is in no directory …
    """
    rules = rules_of(story)
    watch = _Watch(store if store is not None else MemoryStore())
    watch.skip()
    failed: tuple[StoryProblem, ...] = ()
    try:
        play(story, rules, store=watch.store, on_step=watch.see)
    except StoryError as error:
        if not watch.scenes or not _unexpected(watch.scenes[-1].step, rules):
            raise
        failed = error.problems
    return Performance(
        story=story, rules=rules, scenes=tuple(watch.scenes), states=watch.states, problems=failed
    )


def _unexpected(came: PlayedStep, rules: Rules) -> bool:
    """Tell whether the last step that was played is one whose expectations do not hold."""
    clocks = {clock.id: clock for clock in came.state.clocks} if came.state else {}
    found = problems(
        came.step.expect, came.answer, came.state, came.duties,
        zone=rules.policy.zone, clocks=clocks,
    )  # fmt: skip
    return any(True for _ in found)


@define
class _Watch:
    """Follows the store from step to step, so that nothing that was written is missed."""

    store: Store
    scenes: list[Scene] = field(factory=list)
    states: dict[MatterId, Matter] = field(factory=dict)
    position: int = 0

    def skip(self) -> None:
        """Leave out what the store holds already."""
        self._read()

    def see(self, came: PlayedStep) -> None:
        """Keep what was written since the step before."""
        records = self._read()
        own = self._own(came, records)
        happened = [(record, tuple(self._events(record))) for record in records]
        self.scenes.append(
            Scene(
                step=came,
                timers=tuple(h for r, events in happened for h in events if r.command_id != own),
                own=tuple(h for r, events in happened for h in events if r.command_id == own),
            )
        )

    def _own(self, came: PlayedStep, records: list[Record]) -> str | None:
        """The step's own command, which comes after all timers; ``None`` if it wrote nothing."""
        events = came.answer if isinstance(came.answer, tuple) else came.answer.recorded
        wrote = bool(events) and bool(records) and came.step.do not in PASSIVE
        return records[-1].command_id if wrote else None

    def _read(self) -> list[Record]:
        found = [*paging.commits(self.store, self.position)]
        if found:
            self.position = found[-1].position
        return found

    def _events(self, record: Record) -> Iterator[Happened]:
        for event in load_events(record.events):
            before = self.states.get(record.matter)
            self.states[record.matter] = evolve(before, event, matter=record.matter)
            yield Happened(matter=record.matter, event=event, before=before)
