"""That an exploration sees every state: none is taken for another, and real time adds none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from random import Random

import pytest
from attrs import evolve

from tests.walks import fire_due, take
from whistle_engine import shipped_rules
from whistle_engine.commands import Command
from whistle_engine.events import Event, Refused
from whistle_engine.model import Matter, UnitKind
from whistle_engine.review.explore import SIDES, Scope, scope_of
from whistle_engine.review.exploring.cast import Cast
from whistle_engine.review.exploring.choices import OWN, askings, openings
from whistle_engine.review.exploring.forms import State, digest, form, looped
from whistle_engine.review.exploring.freely import Comes, Passing, passings
from whistle_engine.review.exploring.search import Explorer, search
from whistle_engine.review.exploring.steps import Laws, followed

RULES = shipped_rules("xingqing")
SMALL = "major_case"
"""A category that one department leads: the smallest scopes."""

WAITS = (timedelta(0), timedelta(minutes=20), timedelta(hours=7), timedelta(days=3))
"""How long walks wait between two acts: nothing most of the time, or past some due time."""


def explorer(side: str, category: str = SMALL) -> Explorer:
    return Explorer(RULES, scope_of(RULES, category, (side,)), Laws())


# ---------------------------------------------------------------- no state is taken for another


def following(state: State, one: Explorer) -> set[bytes]:
    """The other states that can follow a state."""
    after = (came.after for came in followed(state, one.cast, one.free))
    names = {digest(form(found, one.cast)) for found in after if found is not None}
    return names - {digest(form(state, one.cast))}


def twins(one: Explorer, most: int) -> Iterator[tuple[State, State]]:
    """Pairs of different values of one form, from a search that goes no further than it must."""
    first: dict[bytes, State] = {}
    told: set[bytes] = set()
    frontier: list[State | None] = [None]
    while frontier and len(first) < most:
        found: list[State | None] = []
        for state in frontier:
            for came in followed(state, one.cast, one.free):
                if came.after is None or came.after is state:
                    continue
                name = digest(form(came.after, one.cast))
                if name not in first:
                    first[name] = came.after
                    found.append(came.after)
                elif name not in told and came.after != first[name]:
                    told.add(name)
                    yield first[name], came.after
        frontier = found


@pytest.mark.parametrize("side", SIDES)
def test_states_of_one_form_have_the_same_future(side: str) -> None:
    one = explorer(side)
    checked = 0
    for state, other in twins(one, 250):
        assert following(state, one) == following(other, one)
        checked += 1
    assert checked > 20


def test_a_form_that_forgets_too_much_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    one = explorer("joining")
    monkeypatch.setattr(
        "whistle_engine.review.exploring.forms._timing", lambda _clock, _matter, _now: ()
    )
    assert any(following(a, one) != following(b, one) for a, b in twins(one, 250))


# ---------------------------------------------------------------- real time adds none


def told(matter: Matter) -> Matter:
    """The matter without alerts that change nothing, which an exploration leaves out."""
    clocks = (
        evolve(
            clock,
            steps=tuple(
                s
                for s in clock.steps
                if s is clock.steps[-1] or (s.to is None and clock.unit is not None)
            ),
        )
        for clock in matter.clocks
    )
    return evolve(matter, clocks=tuple(clocks))


def walk(scope: Scope, seed: int, moves: int) -> Iterator[tuple[bytes, Matter]]:
    """A life in real time, with real limits: the form after each step, and the matter."""
    random = Random(seed)  # noqa: S311  a walk that is the same every time
    ids = count()
    now = scope.at
    start = random.choice([a for a in openings(Cast(RULES, scope)) if not a.others])
    command = evolve(start.command, id="c", matter=OWN)
    step = take(None, command, RULES, now)
    loop: tuple[Event, ...] = ()
    for _ in range(moves):
        assert step.after is not None
        loop = looped(loop, step.written)
        matter = step.after
        cast = Cast(RULES, evolve(scope, at=now))
        yield digest(form(State(told(matter), loop), cast)), matter
        now += random.choice(WAITS) * random.choice((0, 0, 1))
        for fired in fire_due(matter, RULES, now, ids):
            assert fired.after is not None
            matter, loop = fired.after, looped(loop, fired.written)
        cast = Cast(RULES, evolve(scope, at=now))
        able = [a for a in askings(matter, cast) if a.matter == OWN == a.subject and not a.others]
        if not able:
            return
        asked = random.choice(able)
        command = Command(id="c", matter=OWN, by=asked.by, do=asked.do, texts=asked.texts)
        step = take(matter, command, RULES, now)
        if isinstance(step.result, Refused):
            step = evolve(step, after=matter)


TIMED = (
    "dangers", "deferring", "raising", "reopening", "gathering", "pressing", "telling",
)  # fmt: skip
"""Sides that are soon explored to the end; how far extensions go is counted otherwise there."""


@pytest.mark.parametrize("side", TIMED)
def test_whatever_happens_in_real_time_is_explored(side: str) -> None:
    one = explorer(side)
    graph = search(one, jobs=1, most=100_000, progress=None)
    assert graph.complete
    seen = set()
    for seed in range(60):
        for name, matter in walk(one.scope, seed, 60):
            assert name in graph.numbers, (seed, matter)
            seen.add(name)
    assert len(seen) > 50


def test_time_that_never_makes_anything_late_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def without(matter: Matter, now: datetime) -> Iterator[Passing]:
        return (p for p in passings(matter, now) if p.comes is not Comes.LATE)

    monkeypatch.setattr("whistle_engine.review.exploring.steps.passings", without)
    one = explorer("telling")
    graph = search(one, jobs=1, most=100_000, progress=None)
    names = {name for seed in range(20) for name, _ in walk(one.scope, seed, 60)}
    assert not names <= graph.numbers.keys()


def test_units_that_no_rule_tells_apart_may_change_places() -> None:
    scope = scope_of(RULES, SMALL, ("joining",))
    two = tuple(
        unit.code
        for unit in RULES.directory.units
        if unit.kind is UnitKind.DEPARTMENT and unit.code not in RULES.policy.enforcement
    )[-2:]
    one = Explorer(RULES, evolve(scope, units=two), Laws())
    assert one.cast.alike[two[0]] == one.cast.alike[two[1]]
    swapped = 0
    for state, other in twins(one, 400):
        assert following(state, one) == following(other, one)
        swapped += [r.unit for r in state.matter.responders] != [
            r.unit for r in other.matter.responders
        ]
    assert swapped > 10
