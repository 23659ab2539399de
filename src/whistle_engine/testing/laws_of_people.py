"""Laws about what facts mean, who may act, who keeps which rights, and what can still come of it.

Beside those of :mod:`whistle_engine.review.laws`, which look at steps and clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from attrs import evolve as with_changes

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.commands import NAMES, Command
from whistle_engine.events import Refused
from whistle_engine.model import (
    UNKNOWN,
    Affair,
    Facts,
    LimitUnit,
    Matter,
    MatterId,
    MoveReason,
    Outcome,
    Stage,
    What,
)
from whistle_engine.responder import running
from whistle_engine.review.deciding import signals
from whistle_engine.review.laws import Taken, matter_of
from whistle_engine.review.seen import WORK, demanded, open_clocks
from whistle_engine.rules import Rules
from whistle_engine.soundness import limits_of
from whistle_engine.testing.laws_of_tales import Law, step_law, tale_law
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._goodwill import PLAIN, Helper
from whistle_engine.testing.strategies.tales import Tale, World
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


@step_law("L2", "More danger never means less urgency.")
def l2_timing(step: Taken) -> Iterator[str]:
    """When a danger happens is unknown: it counts like one that is there now."""
    for event in step.written:
        if isinstance(event, e.Classified):
            unknown, ongoing = (
                _rank(step.rules, _with(event.facts, "timing", timing), event.at)
                for timing in (UNKNOWN, "ongoing")
            )
            if unknown != ongoing:
                yield f"rank {unknown} where it is unknown when, {ongoing} where it is now"


@step_law("L3", "A danger whose floor is the urgent kind makes the matter public and of that kind.")
def l3(step: Taken) -> Iterator[str]:
    """Read the floors that the facts meet, and look at what was classified."""
    policy = step.rules.policy
    for floor in policy.floors:
        if floor.kind == policy.urgent.code and floor.timing == "over":
            yield f"{floor.signal} is over, and its floor is urgent"
    for event in step.written:
        if not isinstance(event, e.Classified):
            continue
        found, least = event.classification, demanded(event.facts, policy)
        if policy.rank(found.affair, found.kind) < least:
            yield f"{dict(event.facts)} is {found.kind}, and danger demands rank {least}"


# ---------------------------------------------------------------- when it is


BEHIND = timedelta(hours=1)
"""By so much a clock is behind, or what is told lies ahead."""


@step_law("L14", "Recorded time never runs backwards.")
def l14(step: Taken) -> Iterator[str]:
    """Ask the same with a clock that is behind; and tell of what is still to occur."""
    before, command = step.before, step.command
    if before is None or isinstance(step.result, Refused):
        return
    if isinstance(command.do, c.Split | c.Merge):
        return  # decided on several matters
    late = decide(before, command, step.rules, before.at - BEHIND)
    written = late.recorded if isinstance(late, Refused) else late
    if any(event.at < before.at for event in written):
        yield f"a clock that is behind writes before {before.at}"
    ahead = with_changes(command, occurred_at=step.now + BEHIND)
    if not isinstance(decide(before, ahead, step.rules, step.now), Refused):
        yield f"what occurs at {ahead.occurred_at} was told at {step.now}"


@step_law("L18", "A due time recomputed from limit, start and moves is the recorded one.")
def l18_aside(step: Taken) -> Iterator[str]:
    """What is counted in hours gets back just the hours that it was set aside."""
    for event in step.written:
        if not isinstance(event, e.ClockMoved) or event.due.limit.unit is not LimitUnit.HOURS:
            continue
        move = event.due.moves[-1]
        if move.reason is not MoveReason.DEFERRED or move.since is None:
            continue
        if move.after - move.before != move.at - move.since:
            yield f"set aside for {move.at - move.since}, given back {move.after - move.before}"


# ---------------------------------------------------------------- who may act


@step_law("L16", "What neither table nor policy allows is refused, and the refusal shows nothing.")
def l16(step: Taken) -> Iterator[str]:
    """Who may not act is told that and no more, and the same as where there is no matter."""
    if step.before is None or not isinstance(step.result, Refused):
        return
    name = NAMES[type(step.command.do)]
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


@tale_law("L19", "Whoever raised a merged or split matter keeps every right.")
def l19_merge(tale: Tale) -> Iterator[str]:
    """What is carried on elsewhere is no less urgent there, and due no later (FR7)."""
    for step in tale.steps:
        do, before = step.command.do, step.before
        if not isinstance(do, c.Merge) or before is None or before.id == do.into:
            continue
        if isinstance(step.result, Refused):
            continue
        others = (s.before for s in tale.steps if s.command.id == step.command.id)
        into = next(state for state in others if state is not None and state.id == do.into)
        if _urgency(into, step.rules) < _urgency(before, step.rules):
            yield f"{before.id} was merged into {into.id}, which is less urgent"
        due, other = _resolved_by(before), _resolved_by(into)
        if due is not None and (other is None or other > due):
            yield f"{before.id}, due at {due}, was merged into {into.id}, due at {other}"


def _urgency(matter: Matter, rules: Rules) -> int:
    """The rank of the whistle that is blown, else of the classification."""
    found = matter.classification
    blown = matter.whistle or found
    if found is None or blown is None:
        return -1
    return rules.policy.rank(found.affair, blown.kind)


def _resolved_by(matter: Matter) -> datetime | None:
    """Until when it is to be resolved, by whom ever."""
    clocks = open_clocks(matter, *WORK, What.MEDIATE, What.DELIBERATE)
    return min((clock.due.at for clock in clocks), default=None)


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


MORE: tuple[Law, ...] = (
    l1, l2, l2_timing, l3, l9_idle, l14, l16, l17, l18_aside, l19_split, l19_merge,
)  # fmt: skip
"""Beside those of the review."""
