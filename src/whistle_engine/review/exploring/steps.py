"""What follows a state: everything that somebody can ask for, and everything that time brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.commands import Command
from whistle_engine.events import Refused
from whistle_engine.model import Matter
from whistle_engine.review.exploring.cast import Cast
from whistle_engine.review.exploring.choices import OWN, Asked, askings, openings
from whistle_engine.review.exploring.forms import State, looped
from whistle_engine.review.exploring.freely import Comes, Passing, passed, passings
from whistle_engine.review.laws import HISTORY_LAWS, STEP_LAWS, HistoryLaw, StepLaw, Taken
from whistle_engine.rules import Rules
from whistle_engine.workflow import decide, evolve, evolve_all

Move = Asked | Passing

OF_WRITTEN = frozenset(law for name, law in STEP_LAWS.items() if name not in ("FR5", "L11"))
"""The laws that no refusal which recorded nothing can break: they ask what was written."""


@frozen
class Followed:
    """One move, and what followed.

    Attributes:
        move: what was asked, or what time brought.
        taken: the step as laws see it; none if time passed and nothing was decided.
        after: the state then, the same object if nothing changed; none if nothing is there.
        error: what was raised instead; a decision is events or a refusal, never an error.
    """

    move: Move
    taken: Taken | None
    after: State | None
    error: str = ""


@frozen
class Laws:
    """The laws that are held against every step."""

    of_steps: Mapping[str, StepLaw] = STEP_LAWS
    of_loops: Mapping[str, HistoryLaw] = {"L10": HISTORY_LAWS["L10"]}

    def broken(self, state: State | None, taken: Taken) -> Iterator[tuple[str, str]]:
        """Each law that the step broke, and how."""
        quiet = isinstance(taken.result, Refused) and not taken.result.recorded
        for name, law in self.of_steps.items():
            if not quiet or law not in OF_WRITTEN:
                for words in law(taken):
                    yield name, words
        if quiet:
            return
        loop = state.loop if state is not None else ()
        before = Taken(None, taken.command, taken.now, loop, None, taken.rules)
        for name, whole in self.of_loops.items():
            for words in whole((before, taken)):
                yield name, words
        if _one_by_one(taken) != taken.after:
            yield "L12", "the events, one after another, lead to another state"


def _one_by_one(taken: Taken) -> Matter | None:
    state = taken.before
    for event in taken.written:
        state = evolve(state, event, matter=OWN)
    return state


def followed(state: State | None, cast: Cast, rules: Rules) -> Iterator[Followed]:
    """Every move in a state, in an order that is always the same, with what follows."""
    if state is None:
        for asked in openings(cast):
            yield _asked(None, asked, cast, rules)
        return
    for passing in passings(state.matter, cast.scope.at):
        yield _passed(state, passing, cast, rules)
    for asked in askings(state.matter, cast):
        yield _asked(state, asked, cast, rules)


def _asked(state: State | None, asked: Asked, cast: Cast, rules: Rules) -> Followed:
    before = None if state is None or asked.opens else state
    return _taken(asked, before, asked.command, cast, rules)


def _passed(state: State, passing: Passing, cast: Cast, rules: Rules) -> Followed:
    now = cast.scope.at
    later = State(passed(state.matter, passing, now), state.loop)
    if passing.comes is not Comes.TIMER:
        return Followed(passing, None, later)
    do = c.FireTimer(clock=passing.clock, step=passing.step)
    return _taken(passing, later, Command(id="c", matter=OWN, by=cast.system, do=do), cast, rules)


def _taken(move: Move, state: State | None, command: Command, cast: Cast, rules: Rules) -> Followed:
    before = state.matter if state is not None else None
    subject, others = (move.subject, move.others) if isinstance(move, Asked) else (OWN, {})
    now = cast.scope.at
    try:
        result = decide(before, command, rules, now, subject=subject, others=others)
        written = result.recorded if isinstance(result, Refused) else result
        after = evolve_all(before, written, matter=OWN) if written else before
    except Exception as error:  # noqa: BLE001  whatever it is, it is what is looked for
        taken = Taken(before, command, now, (), before, rules)
        return Followed(move, taken, state, error=f"{type(error).__name__}: {error}")
    taken = Taken(before, command, now, result, after, rules)
    if after is None or (isinstance(result, Refused) and state is not None):
        return Followed(move, taken, state)
    return Followed(move, taken, State(after, looped(state.loop if state else (), written)))
