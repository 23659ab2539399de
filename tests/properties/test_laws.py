"""The laws hold in every random walk; and each walk is a history that replays."""

from __future__ import annotations

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from tests.support import NOW
from tests.walks import (
    ACTORS,
    OTHER_RULES,
    RULES,
    TEXTS,
    Move,
    fire_due,
    goodwill,
    moves,
    take,
    walk,
)
from whistle_engine.commands import NAMES, Command
from whistle_engine.events import Refused
from whistle_engine.model import Matter, Outcome, Stage, What
from whistle_engine.review.laws import Taken, breaches
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import timers


def _played(path: list[Move]) -> list[Taken]:
    return list(walk(path))


def _end(history: list[Taken]) -> Matter:
    end = history[-1].after
    assert end is not None
    return end


def _closed(state: Matter) -> bool:
    return state.stage is Stage.CLOSED


CITIES = {"tiny": RULES, "other": OTHER_RULES}


@given(moves(most=60), st.sampled_from(sorted(CITIES)))
def test_no_walk_breaks_a_law(path: list[Move], city: str) -> None:
    assert list(breaches(list(walk(path, rules=CITIES[city])))) == []


@given(moves(most=60))
def test_a_stage_is_left_only_as_the_table_says(path: list[Move]) -> None:
    for step in walk(path):
        if step.before is None or step.after is None or step.before.stage is step.after.stage:
            continue
        row = TRANSITIONS[type(step.command.do)]
        assert step.before.stage in row.stages, NAMES[type(step.command.do)]
        assert step.after.stage in row.to, NAMES[type(step.command.do)]


@given(moves(most=40))
def test_l9_if_nobody_acts_it_is_closed_or_in_the_docket(path: list[Move]) -> None:
    """However it stands, letting time pass leads to a closing or to the coordinator."""
    state = _end(_played(path))
    ids = count(10_000)
    for _ in range(60):
        docket = any(k.what is What.DOCKET and k.ended is None for k in state.clocks)
        if _closed(state) or docket:
            return
        due = min(at for _, _, at in timers(state))
        for step in fire_due(state, RULES, max(due, state.at), ids):
            assert step.after is not None
            state = step.after
    raise AssertionError(f"sixty timers later it is still {state.stage}")


@given(moves(most=40))
def test_l9_the_docket_recurs_until_acted_on(path: list[Move]) -> None:
    """A matter in the docket of the coordinator does not leave it by itself."""
    state = _end(_played(path))
    if _closed(state):
        return
    ids = count(10_000)
    seen = False
    for _ in range(80):
        armed = timers(state)
        if _closed(state):
            return
        for step in fire_due(state, RULES, max(min(armed, key=lambda t: t[2])[2], state.at), ids):
            assert step.after is not None
            state = step.after
        docket = any(k.what is What.DOCKET and k.ended is None for k in state.clocks)
        moved = state.stage in {Stage.FED_BACK, Stage.DEFERRED}
        assert docket or not seen or moved, "it left the docket by itself"
        seen = docket and not moved


@given(moves(most=40))
def test_l17_with_good_will_every_open_matter_can_be_settled(path: list[Move]) -> None:
    state = _end(_played(path))
    if _closed(state):
        return
    now = state.at
    for number in range(60):
        if _closed(state):
            assert state.outcome in {Outcome.SETTLED, Outcome.LAPSED}
            return
        by, act = goodwill(state) or (ACTORS[0], None)
        assert act is not None, state.stage
        command = Command(id=f"g{number}", matter=state.id, by=by, do=act, texts=TEXTS)
        step = take(state, command, RULES, now)
        assert not isinstance(step.result, Refused), (NAMES[type(act)], step.result)
        assert step.after is not None
        state = step.after
    raise AssertionError(f"sixty kind steps later it is still {state.stage}")


@given(moves(most=40))
def test_a_decision_depends_on_nothing_else(path: list[Move]) -> None:
    """The same state, command, rules and time give the same result, whenever it is asked."""
    for step in walk(path):
        assert take(step.before, step.command, RULES, step.now).result == step.result


def test_walks_start_now() -> None:
    """A walk begins in the year that the tiny calendar knows."""
    assert next(walk([])).now == NOW
