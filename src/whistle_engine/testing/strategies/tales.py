"""Tales: what is done to one or several matters, when, and what comes of it, on the pure core.

A tale is told from its deeds alone. Timers fire as a worker that is always there would let them:
each at its own time, before the deed that follows; what is done at the very instant at which a
timer is due comes first, since a clock is still kept then. So a tale comes out as the story of the
same deeds does when ``whistle play`` plays it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from attrs import define, field, frozen

from whistle_engine import commands as c
from whistle_engine.commands import NAMES, Command, subjects
from whistle_engine.events import Event, Refused
from whistle_engine.model import Actor, Matter, MatterId, Role, Stage, View
from whistle_engine.review.laws import Taken, matter_of
from whistle_engine.rules import Rules
from whistle_engine.workflow import decide, evolve_all, timers, view

SYSTEM = Actor(id="system", roles=frozenset({Role.SYSTEM}))
"""Who fires the timers."""

Decision = tuple[Event, ...] | Refused
"""What comes of a command on one matter."""

MOST_TIMERS = 20_000
"""So many timers between two deeds, and they never come to rest."""


class Printer(Protocol):
    """What Hypothesis prints values with."""

    def text(self, obj: str) -> None:
        """Print a text as it is."""


@frozen
class Deed:
    """One command, and when it is given."""

    at: datetime
    command: Command


@frozen(kw_only=True, repr=False)
class Tale:
    """What was done, and what came of it.

    Attributes:
        rules: by which it was decided.
        start: the instant at which it begins.
        deeds: what was done, in order.
        until: the instant at which it ends; timers due by then have fired.
        steps: each decision on each matter, timers among them, in order.
        states: every matter, as it stands at the end.
    """

    rules: Rules
    start: datetime
    deeds: tuple[Deed, ...]
    until: datetime
    steps: tuple[Taken, ...]
    states: Mapping[MatterId, Matter]

    def __repr__(self) -> str:
        """The deeds, a line each: short enough to stand in a failure."""
        zone = self.rules.policy.zone
        lines = [
            f"  {deed.at.astimezone(zone):%Y-%m-%d %H:%M:%S} {deed.command.by.id}: "
            f"{deed.command.do!r} on {deed.command.matter}"
            for deed in self.deeds
        ]
        return "\n".join(["Tale(", *lines, f"  until {self.until.astimezone(zone)})"])

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001  as it is called
        """Let Hypothesis print it so, and not every attribute of every rule and state."""
        printer.text(repr(self))

    def histories(self) -> dict[MatterId, tuple[Taken, ...]]:
        """The steps of each matter, in order; what was refused to come in belongs to none."""
        found: dict[MatterId, list[Taken]] = {}
        for step in self.steps:
            matter = matter_of(step)
            if matter is not None:
                found.setdefault(matter, []).append(step)
        return {matter: tuple(steps) for matter, steps in found.items()}


def tell(
    deeds: Iterable[Deed],
    rules: Rules,
    *,
    until: datetime | None = None,
    later: tuple[datetime, Rules] | None = None,
) -> Tale:
    """Tell what comes of some deeds.

    Args:
        deeds: what is done, in order of time.
        rules: by which it is decided.
        until: let time pass until then at the end; ``None`` ends with the last deed.
        later: from when on other rules decide, and which.

    Raises:
        ValueError: nothing is done at all.
    """
    deeds = tuple(deeds)
    if not deeds:
        raise ValueError("a tale has one deed at the least: without any nothing comes of it")
    world = World(rules, deeds[0].at, later=later)
    for deed in deeds:
        world.do(deed)
    return world.tale(until)


@define
class World:
    """The matters of a tale while it is told.

    Attributes:
        now: the instant that it is.
        states: the matters as they stand.
        steps: what was decided so far.
        deeds: what was done so far.
    """

    first_rules: Rules
    start: datetime
    later: tuple[datetime, Rules] | None = field(default=None, kw_only=True)
    now: datetime = field(init=False)
    states: dict[MatterId, Matter] = field(factory=dict, init=False)
    steps: list[Taken] = field(factory=list, init=False)
    deeds: list[Deed] = field(factory=list, init=False)

    def __attrs_post_init__(self) -> None:
        """Begin at the start."""
        self.now = self.start

    @property
    def rules(self) -> Rules:
        """The rules that decide now."""
        if self.later is not None and self.now >= self.later[0]:
            return self.later[1]
        return self.first_rules

    def tale(self, until: datetime | None = None) -> Tale:
        """What was told so far, and what timers do until it ends: now, or at an instant ahead."""
        end = self.now if until is None else max(self.now, until)
        self.pass_time(end, inclusive=True)
        return Tale(
            rules=self.first_rules,
            start=self.start,
            deeds=tuple(self.deeds),
            until=self.now,
            steps=tuple(self.steps),
            states=dict(self.states),
        )

    def do(self, deed: Deed) -> Decision:
        """Let time pass until a deed, and do it; the answer on the matter that it names."""
        self.pass_time(deed.at, inclusive=False)
        self.deeds.append(deed)
        return self.give(deed.command)

    def would_take(self, command: Command) -> bool:
        """Tell whether a command would be taken now."""
        return not isinstance(self._decided(command)[0][1], Refused)

    def pass_time(self, until: datetime, *, inclusive: bool) -> None:
        """Fire each timer at its own time, up to an instant; then it is that instant.

        Raises:
            AssertionError: timers never come to rest, or one that was due was refused.
        """
        for _ in range(MOST_TIMERS):
            due = self.next_timer()
            if due is None or due[0] > until or (due[0] == until and not inclusive):
                self.now = max(self.now, until)
                return
            at, matter, clock, step = due
            self.now = max(self.now, at)
            fire = c.FireTimer(clock=clock, step=step)
            name = f"timer:{matter}:{clock}:{step}:{len(self.steps)}"
            answer = self.give(Command(id=name, matter=matter, by=SYSTEM, do=fire))
            if isinstance(answer, Refused):
                raise AssertionError(f"a timer of {matter} was due and was refused: {answer}")  # noqa: TRY004  a law is broken
        raise AssertionError(f"more than {MOST_TIMERS} timers fire before {until}")

    def next_timer(self) -> tuple[datetime, MatterId, int, int] | None:
        """The timer that fires next: when, of which matter, clock and step."""
        return min(
            (
                (at, matter, clock, step)
                for matter, state in self.states.items()
                for clock, step, at in timers(state)
            ),
            default=None,
        )

    def give(self, command: Command) -> Decision:
        """Decide a command on each matter that it writes, all or none, and keep the steps.

        Returns:
            The answer on the matter that the command names, or the refusal.
        """
        decided = self._decided(command)
        for matter, answer in decided:
            before = self.states.get(matter)
            written = answer.recorded if isinstance(answer, Refused) else answer
            after = evolve_all(before, written, matter=matter)
            self.steps.append(Taken(before, command, self.now, answer, after, self.rules))
            if after is not None:
                self.states[matter] = after
        return decided[0][1]

    def _decided(self, command: Command) -> tuple[tuple[MatterId, Decision], ...]:
        """What is decided on each matter; or one refusal alone, not permitted first (L16)."""
        named = tuple(dict.fromkeys(subjects(command)))
        views: dict[MatterId, View] = {}
        if len(named) > 1:
            known = ((each, self.states.get(each)) for each in named)
            views = {each: view(state, self.rules) for each, state in known if state is not None}
        decided: list[tuple[MatterId, Decision]] = []
        for each in named:
            others = {name: seen for name, seen in views.items() if name != each}
            state = self.states.get(each)
            answer = decide(state, command, self.rules, self.now, subject=each, others=others)
            decided.append((each, answer))
        refused = [(m, answer) for m, answer in decided if isinstance(answer, Refused)]
        hidden = [(m, answer) for m, answer in refused if answer.code == "not_permitted"]
        return tuple((hidden or refused)[:1]) or tuple(decided)


def reached(tale: Tale) -> frozenset[tuple[str, Stage]]:
    """The rows of the table of transitions that a tale came by: which command in which stage.

    A command that was refused counts only where being refused is all that it is for.
    """
    return frozenset(
        (NAMES[type(step.command.do)], step.before.stage)
        for step in tale.steps
        if step.before is not None
        and (not isinstance(step.result, Refused) or step.result.code == "send_back")
    )
