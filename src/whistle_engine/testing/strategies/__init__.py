"""Hypothesis strategies for a city's own tests: people, facts, commands, matters, stories, rules.

All of them take the city's compiled rules by name, and draw what fits that city::

    @given(stories(rules=MY_CITY))
    def test_nobody_waits_for_nobody(tale: Tale) -> None: ...

They need the extra ``testing``. What a story comes to is a :class:`~.tales.Tale`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import assume
from hypothesis import strategies as st

from whistle_engine.commands import Command
from whistle_engine.directory import Unit
from whistle_engine.model import Actor, Facts, Matter, Party, Stage, UnitKind
from whistle_engine.rules import Rules
from whistle_engine.testing.strategies._acts import ACTS, Scene, some_facts
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._changes import CHANGES, Change, change_of
from whistle_engine.testing.strategies._drawing import (
    MOVE_BYTES,
    SETTING_BYTES,
    TEXTS,
    tale_of,
)
from whistle_engine.testing.strategies.tales import Deed, Tale, World, tell
from whistle_engine.transitions import TRANSITIONS

__all__ = [
    "Change",
    "Deed",
    "Tale",
    "World",
    "actors",
    "commands",
    "facts",
    "matters",
    "policies",
    "policy_changes",
    "stories",
    "tell",
    "units",
]

NUMBERS = st.integers(0, 2**24 - 1)
"""What an act, an actor or some facts are made of."""


def _numbers(size: int) -> st.SearchStrategy[int]:
    """Numbers of so many bytes, all as likely: of larger integers Hypothesis favours small ones."""
    three = st.integers(0, 2**24 - 1)
    return st.tuples(*[three] * (size // 3)).map(_one)


def _moves(most: int) -> st.SearchStrategy[list[int]]:
    return st.lists(_numbers(MOVE_BYTES), min_size=most // 2, max_size=most)


def _one(parts: tuple[int, ...]) -> int:
    return sum(part << 24 * place for place, part in enumerate(parts))


def units(*, rules: Rules, kinds: tuple[UnitKind, ...] = ()) -> st.SearchStrategy[Unit]:
    """Units of the city's directory.

    Args:
        rules: the city's.
        kinds: only units of these kinds; empty for any.

    Raises:
        ValueError: the directory has no such unit.
    """
    found = [u for u in rules.directory.units if not kinds or u.kind in kinds]
    if not found:
        raise ValueError(f"the directory has no unit of kind {', '.join(k.value for k in kinds)}")
    return st.sampled_from(found)


def actors(
    *, rules: Rules, matter: Matter | None = None, parties: tuple[Party, ...] = ()
) -> st.SearchStrategy[Actor]:
    """People of the city: residents, and anybody in any role of any unit.

    Args:
        rules: the city's.
        matter: where given with ``parties``, only those who are one of these in the matter.
        parties: see there.

    Raises:
        ValueError: parties are named and no matter, or nobody is one of them in it.
    """
    cast = Cast(rules)
    if not parties:
        return st.sampled_from(cast.residents) | NUMBERS.map(cast.anybody)
    if matter is None:
        raise ValueError("parties are parties in a matter: give `matter` too")
    found = [
        actor
        for party in parties
        for number in range(len(matter.responders) + len(matter.raisers) + 1)
        if (actor := cast.stands_as(party, matter, number)) is not None
    ]
    if not found:
        raise ValueError(f"nobody is {' or '.join(p.value for p in parties)} in {matter.id}")
    return st.sampled_from(list(dict.fromkeys(found)))


def facts(*, rules: Rules) -> st.SearchStrategy[Facts]:
    """Facts that the policy declares: a category, with danger or other facts at times."""
    cast = Cast(rules)
    return NUMBERS.map(lambda number: some_facts(cast, number))


def commands(
    *, rules: Rules, matter: Matter, now: datetime | None = None
) -> st.SearchStrategy[Command]:
    """Commands on a matter, sensible and foolish, most of them by somebody who may give them.

    Args:
        rules: the city's.
        matter: the matter's state.
        now: when they are given, for dates that lie ahead; ``None`` for the matter's latest.
    """
    cast = Cast(rules)
    scene = Scene(cast, matter, now or matter.at, f"{matter.id}-part", ())

    def command(act: int, by: int, how: int) -> Command:
        kind, row = list(TRANSITIONS.items())[act]
        parties = [party for party, _ in row.standings]
        actor = cast.anybody(by // 4)
        if by % 4:
            actor = cast.stands_as(parties[by // 4 % len(parties)], matter, how) or actor
        name = f"{matter.id}-{act}-{by}-{how}"
        return Command(id=name, matter=matter.id, by=actor, do=ACTS[kind](scene, how), texts=TEXTS)

    return st.builds(command, st.integers(0, len(TRANSITIONS) - 1), NUMBERS, NUMBERS)


def stories(
    *, rules: Rules, moves: int = 40, later: Rules | None = None
) -> st.SearchStrategy[Tale]:
    """Lives of one, two or more matters: who does what, when, and what comes of it.

    They are steered: people of good will begin, each command of a stage is as likely as any
    other, and what is likely to be refused is seldom. They come by merging and splitting, urgent
    whistles, objections, deferrals, extensions, further rounds, plans, and timers of all kinds.

    Args:
        rules: the city's.
        moves: so many things are done at most, after the beginning; half of it at the least.
        later: rules that the city adopts in the course of it.
    """
    cast = Cast(rules)
    many = _moves(moves)
    setting = _numbers(SETTING_BYTES)
    if later is None:
        return st.builds(lambda where, what: tale_of(where, what, cast), setting, many)
    return st.builds(
        lambda where, what, days: tale_of(where, what, cast, later=(timedelta(days=days), later)),
        setting,
        many,
        st.integers(0, 30),
    )


def matters(
    *, rules: Rules, stages: tuple[Stage, ...] = tuple(Stage), moves: int = 20
) -> st.SearchStrategy[Matter]:
    """Matters as they stand somewhere in a story.

    Args:
        rules: the city's.
        stages: only in these stages.
        moves: how long the story is.
    """
    cast = Cast(rules)

    @st.composite
    def found(draw: st.DrawFn) -> Matter:
        stage = draw(st.sampled_from(stages))
        setting, many = draw(_numbers(SETTING_BYTES)), draw(_moves(moves))
        tale = tale_of(setting, many, cast, stage=stage)
        states = [step.after for step in tale.steps if step.after is not None]
        there = [state for state in states if state.stage is stage]
        assume(there)
        return there[draw(st.integers(0, len(there) - 1))]

    return found()


def policy_changes(*, rules: Rules) -> st.SearchStrategy[Change]:
    """Small changes of a policy, each of which is a policy that could be adopted.

    One limit longer or shorter, one way of extending, deferring or sending straight more or less,
    one row of the catalogue otherwise, one permission less, and the like.
    """
    number = st.integers(0, 2**20)
    drawn = st.builds(
        lambda which, how: change_of(rules, which, how), st.sampled_from(CHANGES), number
    )
    return drawn.filter(lambda change: change is not None).map(_there)


def _there(change: Change | None) -> Change:
    if change is None:
        raise AssertionError
    return change


def policies(*, rules: Rules, most: int = 4) -> st.SearchStrategy[Change]:
    """Cities that decided otherwise: the same directory, and none or some small changes.

    Args:
        rules: the city to begin with.
        most: how many changes at most.
    """

    @st.composite
    def changed(draw: st.DrawFn) -> Change:
        found = Change(keys=(), rules=rules)
        for _ in range(draw(st.integers(0, most))):
            more = draw(policy_changes(rules=found.rules))
            found = Change(keys=(*found.keys, *more.keys), rules=more.rules)
        return found

    return changed()
