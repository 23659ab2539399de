"""Laws about what facts mean, who may act, who keeps which rights, and what can still come of it.

Beside those of :mod:`whistle_engine.review.laws`, which look at steps and clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.classify import TIMING, WHEN_UNKNOWN
from whistle_engine.commands import NAMES, Command
from whistle_engine.events import Refused
from whistle_engine.model import (
    UNKNOWN,
    Affair,
    Facts,
    Matter,
    MatterId,
    Outcome,
    Stage,
    What,
)
from whistle_engine.policy import OVER
from whistle_engine.responder import running
from whistle_engine.review.deciding import signals
from whistle_engine.review.laws import Taken, matter_of
from whistle_engine.rules import Rules
from whistle_engine.soundness import limits_of
from whistle_engine.standing import STANDING
from whistle_engine.testing.laws_of_tales import Law, step_law, tale_law
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._goodwill import PLAIN, Helper
from whistle_engine.testing.strategies.tales import Tale, World
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import decide

# ---------------------------------------------------------------- what facts mean


def _rank(rules: Rules, known: Facts, now: datetime) -> int:
    found = rules.classify(known, now)
    return rules.policy.rank(found.affair, found.kind)


@step_law("L1", "Any facts have one classification, always the same.")
def l1(step: Taken) -> Iterator[str]:
    """Classify again what was classified; a public matter has a kind, any other has none."""
    for event in step.written:
        if not isinstance(event, e.Classified):
            continue
        found = event.classification
        if step.rules.classify(event.facts, event.at) != found:
            yield f"{dict(event.facts)} classified again is not {found.affair.value} {found.kind}"
        if (found.affair is Affair.PUBLIC) is not (found.kind in step.rules.policy.kind_of):
            yield f"a matter is {found.affair.value}, and its kind is {found.kind}"


@step_law("L2", "More danger never means less urgency.")
def l2(step: Taken) -> Iterator[str]:
    """Classify with each signal at each level: the rank never falls."""
    dangers = signals(step.rules.policy)
    for event in step.written:
        if not isinstance(event, e.Classified):
            continue
        for signal in dangers:
            rising = [
                _rank(step.rules, _with(event.facts, signal, level), event.at)
                for level in ("none", "possible", "present")
            ]
            if any(more < less for less, more in pairwise(rising)):
                yield f"with {signal} rising, the rank goes {rising} for {dict(event.facts)}"


def _with(known: Facts, name: str, value: str) -> Facts:
    return tuple(sorted({**dict(known), name: value}.items()))


@step_law("L3", "A danger whose floor is the urgent kind makes the matter public and of that kind.")
def l3(step: Taken) -> Iterator[str]:
    """Read the floors that the facts meet, and look at what was classified."""
    urgent = step.rules.policy.urgent.code
    for event in step.written:
        if not isinstance(event, e.Classified):
            continue
        known = dict(event.facts)
        timing = known.get(TIMING, UNKNOWN)
        timing = WHEN_UNKNOWN if timing == UNKNOWN else timing
        for floor in step.rules.policy.floors:
            met = known.get(floor.signal) == floor.level and floor.timing == timing
            found = event.classification
            if met and floor.kind == urgent and found.kind != urgent:
                yield f"{floor.signal} is {floor.level}, and the kind is {found.kind}"
            if met and floor.kind == urgent and timing == OVER:
                yield f"{floor.signal} is over, and its floor is urgent"


# ---------------------------------------------------------------- who may act


@step_law("L16", "What neither table nor policy allows is refused, and the refusal shows nothing.")
def l16(step: Taken) -> Iterator[str]:
    """Whoever acted is one of those who may; whoever may not is told nothing, and no more."""
    if step.before is None:
        return
    name, row = NAMES[type(step.command.do)], TRANSITIONS[type(step.command.do)]
    may = row.parties & step.rules.policy.permissions.get(name, row.parties)
    entitled = any(STANDING[party](step.command.by, step.before, step.rules) for party in may)
    if not isinstance(step.result, Refused):
        if not entitled:
            yield f"{step.command.by.id} may not {name}, and did"
        return
    if step.result.code != "not_permitted":
        return
    if step.result.recorded or len(step.result.unmet) != 1 or step.result.unmet[0].facts:
        yield f"not permitted to {name}, and told more than that"
    absent = decide(None, step.command, step.rules, step.now)
    if not isinstance(step.command.do, c.Receive | c.Split | c.Merge) and absent != step.result:
        yield f"a refused {name} tells whether the matter is there"


# ---------------------------------------------------------------- who keeps which rights


@tale_law("L19", "Whoever raised a merged or split matter keeps every right.")
def l19_split(tale: Tale) -> Iterator[str]:
    """The parts of a split have the raisers of the whole; what is merged into has all of them."""
    for step in tale.steps:
        do = step.command.do
        if isinstance(step.result, Refused) or step.before is None:
            continue
        raisers = {raiser.id for raiser in step.before.raisers}
        if isinstance(do, c.Split):
            wanted = tuple(part.matter for part in do.parts)
        elif isinstance(do, c.Merge) and matter_of(step) == step.command.matter:
            wanted = (do.into,)
        else:
            continue
        for other in _of(tale, step.command, wanted):
            lost = raisers - {r.id for r in other.raisers}
            yield from (f"{who} raised {step.before.id}, and not {other.id}" for who in lost)


def _of(tale: Tale, command: Command, wanted: tuple[MatterId, ...]) -> Iterator[Matter]:
    """Other matters as a command left them."""
    for step in tale.steps:
        if step.command.id == command.id and step.after is not None and step.after.id in wanted:
            yield step.after


# ---------------------------------------------------------------- what can still come of it


def longest(rules: Rules, start: datetime) -> timedelta:
    """All limits of a policy one after the other, from an instant: nothing waits longer."""
    lengths = (
        rules.limits.due(start, limit, unit=None).at - start for _, limit in limits_of(rules.policy)
    )
    return sum(lengths, timedelta())


@tale_law("L9", "If nobody acts, the matter is closed or lies in the coordinator's docket.")
def l9_idle(tale: Tale) -> Iterator[str]:
    """Let time pass after the tale, and only timers act."""
    rules = _last_rules(tale)
    waiting = {matter for matter, state in tale.states.items() if not _at_rest(state)}
    if not waiting:
        return
    world = World(rules, tale.until)
    world.states.update(tale.states)
    end = tale.until + longest(rules, tale.until)
    while waiting and (due := world.next_timer()) is not None and due[0] <= end:
        world.pass_time(due[0], inclusive=True)
        for matter in tuple(waiting):
            state = world.states[matter]
            if _at_rest(state):
                waiting.remove(matter)
    for matter in sorted(waiting):
        stage = world.states[matter].stage.value
        yield f"nobody acts, and at {end:%Y-%m-%d} {matter} is {stage} and in nobody's docket"


def _at_rest(state: Matter) -> bool:
    return state.stage is Stage.CLOSED or any(running(state, What.DOCKET))


def _last_rules(tale: Tale) -> Rules:
    return tale.steps[-1].rules


MOST_STEPS = 120
"""So many kind steps, and it will never be settled."""


@tale_law("L17", "From every open stage a matter can be settled.")
def l17(tale: Tale) -> Iterator[str]:
    """Let people of good will lead each open matter to its end."""
    rules = _last_rules(tale)
    helper = Helper(Cast(rules), PLAIN)
    for matter, state in tale.states.items():
        if state.stage is Stage.CLOSED:
            continue
        world = World(rules, tale.until)
        world.states.update(tale.states)
        _settle(world, matter, helper)
        end = world.states[matter]
        if end.outcome is not Outcome.SETTLED:
            yield f"with good will {matter} came from {state.stage.value} to {end.stage.value} only"


def _settle(world: World, matter: MatterId, helper: Helper) -> None:
    for number in range(MOST_STEPS):
        state = world.states[matter]
        if state.stage is Stage.CLOSED:
            return
        for by, do in helper.turns(state, world.now):
            texts = ("reason", "text")
            command = Command(id=f"kind-{number}", matter=matter, by=by, do=do, texts=texts)
            if world.would_take(command):
                world.give(command)
                break
        else:
            due = world.next_timer()
            if due is None:
                return
            world.pass_time(due[0], inclusive=True)


MORE: tuple[Law, ...] = (l1, l2, l3, l9_idle, l16, l17, l19_split)
"""Beside those of the review."""
