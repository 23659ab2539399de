"""The whistle's chain against two state machines: blow, dispatch, report in, feed back, mark.

Ours starts from a classified matter that awaits its whistle, and takes it through ``decide`` and
``evolve`` until it is closed as settled: with permissions, conditions, due times with their
explanations, alerts and fallbacks, by the rules that ship for Xingqing. It was raised by an officer
of the unit that leads, who may not mark (L8), so that the community's mark is the last step.

python-statemachine and transitions take a fresh model each through the bare chain of the same five
names, without conditions, callbacks or data. Where there is a choice it is made in their favour:
python-statemachine makes a machine for each model, as it must, with plain events, no listeners;
transitions has one shared machine, to which each model is added and from which it is taken again,
with no automatic transitions.

Every matter begins at another minute of the year: no due time is reckoned twice.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import frozen
from statemachine import State, StateMachine
from transitions import Machine

from whistle_engine import commands as c
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    AppealKind,
    Evidence,
    Matter,
    Outcome,
    Place,
    ResultCode,
    Role,
    Satisfied,
    Solved,
    Stage,
    UnitKind,
    facts,
)
from whistle_engine.rules import Rules
from whistle_engine.workflow import decide, evolve_all

STEPS = ("blow", "dispatch", "report_in", "feed_back", "mark")
STAGES = ("awaiting_whistle", "blown", "dispatched", "handling", "fed_back", "closed")
TARGETS: Mapping[str, float] = {"python-statemachine": 3.0, "transitions": 0.5}

CATEGORY, KIND = "street_lamp", "quick"
BEGIN = datetime(2024, 3, 4, 1, tzinfo=UTC)
"""An ordinary Monday, 09:00 in Yinchuan."""


def run(
    rules: Rules, *, matters: int = 400, rounds: int = 15, seed: int = 20261123
) -> list[dict[str, Any]]:
    """Steps per second of the three, in turn: medians of some rounds."""
    chain, starts = our_chain(rules, matters, seed)
    machine = shared_machine()
    contests: dict[str, Callable[[], None]] = {
        "ours": lambda: ours(chain, starts, rules),
        "python-statemachine": lambda: with_statemachine(matters),
        "transitions": lambda: with_transitions(machine, matters),
    }
    for contest in contests.values():  # once untimed; each checks that it came to the end
        contest()
    taken: dict[str, list[float]] = {name: [] for name in contests}
    for _ in range(rounds):  # in turn, so that a slow moment of the machine meets all of them
        for name, contest in contests.items():
            taken[name].append(seconds(contest))
    speed = {n: matters * len(STEPS) / statistics.median(times) for n, times in taken.items()}
    return [
        {
            "name": f"five-step chain, steps/s: {name}",
            "ours": speed["ours"],
            "other": speed[name],
            "ratio": speed["ours"] / speed[name],
            "target": target,
            "held": speed["ours"] / speed[name] >= target,
        }
        for name, target in TARGETS.items()
    ]


def seconds(contest: Callable[[], None]) -> float:
    gc.collect()
    start = time.perf_counter()
    contest()
    return time.perf_counter() - start


# --- ours ---------------------------------------------------------------------------------------


@frozen
class Given:
    """One command of the chain, and how long after the matter's beginning it is given."""

    command: c.Command
    after: timedelta


Start = tuple[Matter, datetime]


def our_chain(rules: Rules, matters: int, seed: int) -> tuple[tuple[Given, ...], list[Start]]:
    """The commands, and matters that await their whistle, each from another minute of the year."""
    row = rules.policy.category(CATEGORY, BEGIN)
    assert row is not None
    community = next(
        u.code
        for u in rules.directory.units
        if u.kind is UnitKind.COMMUNITY and rules.directory.above(u.code, UnitKind.STREET)
    )
    street = rules.directory.above(community, UnitKind.STREET)
    officer = Actor(id="officer", roles=frozenset({Role.RECEIVER}), unit=row.leads[0])
    clerk = Actor(id="clerk", roles=frozenset({Role.COMMUNITY}), unit=community)
    blower = Actor(id="blower", roles=frozenset({Role.STREET}), unit=street)
    operator = Actor(id="op", roles=frozenset({Role.OPERATIONS}), unit=rules.policy.operations)
    receiver = Actor(id="receiver", roles=frozenset({Role.RECEIVER}), unit=row.leads[0])
    proof = Evidence("store://1", "sha256:00", "image/jpeg")
    mark = c.Mark(solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED)
    channel = next(iter(rules.policy.channels))
    place = Place(unit=community)
    intake: tuple[tuple[Actor, c.Act], ...] = (
        (officer, c.Receive(channel=channel, kind=AppealKind.COMPLAINT, place=place)),
        (clerk, c.Classify(facts=facts(category=CATEGORY))),
    )
    steps: tuple[tuple[Actor, c.Act, timedelta], ...] = (
        (blower, c.Blow(kind=KIND), timedelta(minutes=10)),
        (operator, c.Dispatch(), timedelta(minutes=20)),
        (receiver, c.ReportIn(), timedelta(hours=1)),
        (receiver, c.FeedBack(result=ResultCode.SOLVED, evidence=(proof,)), timedelta(hours=6)),
        (clerk, mark, timedelta(days=1)),
    )
    chain = tuple(
        Given(c.Command(id=f"c{n}", matter="m", by=by, do=do, texts=("text",)), after)
        for n, (by, do, after) in enumerate(steps, 3)
    )
    starts = []
    for number in range(matters):
        at = BEGIN + timedelta(minutes=(seed + number * 1201) % (300 * 24 * 60))
        state: Matter | None = None
        for n, (by, act) in enumerate(intake, 1):
            command = c.Command(id=f"c{n}", matter="m", by=by, do=act, texts=("text",))
            state = step(state, command, rules, at)
        assert state is not None
        assert state.stage is Stage.AWAITING_WHISTLE
        starts.append((state, at))
    return chain, starts


def step(state: Matter | None, command: c.Command, rules: Rules, now: datetime) -> Matter | None:
    result = decide(state, command, rules, now)
    assert not isinstance(result, Refused), result
    return evolve_all(state, result, matter="m")


def ours(chain: Sequence[Given], starts: Sequence[Start], rules: Rules) -> None:
    state: Matter
    for begun, at in starts:
        state = begun
        for given in chain:
            result = decide(state, given.command, rules, at + given.after)
            assert not isinstance(result, Refused), result
            after = evolve_all(state, result)
            assert after is not None
            state = after
        assert state.outcome is Outcome.SETTLED


# --- theirs -------------------------------------------------------------------------------------


class Chain(StateMachine):
    awaiting_whistle = State(initial=True)
    blown = State()
    dispatched = State()
    handling = State()
    fed_back = State()
    closed = State(final=True)

    blow = awaiting_whistle.to(blown)
    dispatch = blown.to(dispatched)
    report_in = dispatched.to(handling)
    feed_back = handling.to(fed_back)
    mark = fed_back.to(closed)


class Model:
    """A bare model; the machines keep its state in an attribute."""

    state: Any


def with_statemachine(matters: int) -> None:
    for _ in range(matters):
        model = Model()
        machine = Chain(model)
        machine.blow()
        machine.dispatch()
        machine.report_in()
        machine.feed_back()
        machine.mark()
        assert model.state == "closed"


def shared_machine() -> Machine:
    return Machine(
        model=None,
        states=list(STAGES),
        transitions=[
            {"trigger": trigger, "source": source, "dest": dest}
            for trigger, source, dest in zip(STEPS, STAGES[:-1], STAGES[1:], strict=True)
        ],
        initial=STAGES[0],
        auto_transitions=False,
    )


def with_transitions(machine: Machine, matters: int) -> None:
    for _ in range(matters):
        model: Any = Model()
        machine.add_model(model)
        model.blow()
        model.dispatch()
        model.report_in()
        model.feed_back()
        model.mark()
        assert model.state == "closed"
        machine.remove_model(model)
