"""Random walks through the life of a matter: who acts, how, and when, from a list of numbers.

A walk plays commands on the pure core, the refused ones too, and lets due timers fire as the
worker would. What it yields is everything that the laws need: state, command, time, result.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import count

from attrs import evolve as with_changes
from hypothesis import strategies as st

from tests.support import (
    NOW,
    days,
    hours,
    length,
    tiny_categories,
    tiny_directory,
    tiny_policy,
    work_hours,
    working_days,
)
from whistle_engine import commands as c
from whistle_engine.commands import Command
from whistle_engine.compiling import compile_rules
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    AppealKind,
    Evidence,
    Matter,
    Part,
    Party,
    Place,
    ResultCode,
    Role,
    Satisfied,
    Solved,
    Stage,
    What,
    facts,
)
from whistle_engine.policy import Category, Deferrals, Extensions
from whistle_engine.review.laws import Taken
from whistle_engine.rules import Rules
from whistle_engine.standing import STANDING
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import decide, evolve_all, timers

RULES = compile_rules(tiny_policy(), tiny_directory())
"""The tiny city's rules."""


def other_categories() -> Iterator[Category]:
    """The same categories with limits of their own, shorter and longer than their kinds'."""
    own = {
        "unlicensed_trade": work_hours(2),
        "pipes": working_days(3),
        "cables": working_days(40),
        "burst_main": hours(6),
    }
    change = date(2024, 3, 25)
    for row in tiny_categories():
        leads = ("street", *row.leads) if row.code == "unlicensed_trade" else row.leads
        now = with_changes(row, leads=leads, solve=own.get(row.code))
        if row.code == "pipes":
            yield with_changes(now, until=change - timedelta(days=1))
            yield with_changes(now, since=change, solve=working_days(12))
        else:
            yield now


OTHER_RULES = compile_rules(
    tiny_policy(
        categories=tuple(other_categories()),
        straight=True,
        extensions=Extensions(
            decided_by=Party.COORDINATOR, decide=working_days(2), source="choice"
        ),
        deferrals=Deferrals(most=1, total=days(90), source="choice"),
        marks=with_changes(tiny_policy().marks, rounds=1),
        ladders=(),
        permissions={"look": frozenset({Party.COMMUNITY}), "merge": frozenset()},
    ),
    tiny_directory(),
)
"""A city that decided otherwise wherever it could.

No ladder, one round, sending straight, categories with limits of their own, a row for any street.
"""

SYSTEM = Actor(id="system", roles=frozenset({Role.SYSTEM}))


def _actor(name: str, unit: str | None, *roles: Role) -> Actor:
    return Actor(id=name, roles=frozenset(roles), unit=unit)


ACTORS = (
    _actor("resident", None, Role.RESIDENT),
    _actor("clerk", "gulou", Role.COMMUNITY),
    _actor("branch", "gulou-1", Role.GRID_BRANCH),
    _actor("leader", "gulou-1", Role.MICRO_GRID_LEADER),
    _actor("street", "xinhua", Role.STREET),
    _actor("hotline", "hotline", Role.HOTLINE),
    _actor("operator", "zhihui", Role.OPERATIONS),
    _actor("r-zhujian", "zhujian", Role.RECEIVER),
    _actor("r-chengguan", "chengguan", Role.RECEIVER),
    _actor("r-gongan", "gongan", Role.RECEIVER),
    _actor("r-wangxin", "wangxin", Role.RECEIVER),
    _actor("r-minzheng", "minzheng", Role.RECEIVER),
    _actor("r-shuiwu", "shuiwu", Role.RECEIVER),
    _actor("r-shi", "shi-chengguan", Role.RECEIVER),
    _actor("coordinator", "shegong", Role.COORDINATOR),
    _actor("neighbour", "beita", Role.COMMUNITY),
    SYSTEM,
)
"""Everybody who might act, one of them from elsewhere."""

PROOF = (Evidence("store://1", "sha256:00", "image/jpeg"),)

UNITS = (
    "zhujian", "chengguan", "gongan", "wangxin", "minzheng", "shuiwu", "shi-chengguan",
    "xinhua", "gulou", "gulou-1", "hotline", "nowhere",
)  # fmt: skip

CATEGORIES = tuple(row.code for row in RULES.policy.categories)


def acts(state: Matter, now: datetime) -> tuple[c.Act, ...]:
    """A spread of acts, sensible and foolish, on a matter."""
    kinds = tuple(RULES.policy.kind_of)
    return (
        *c.PLAIN.values(),
        c.Add(),
        *(c.Classify(facts=facts(category=code)) for code in CATEGORIES),
        c.Classify(facts=facts(category="street_lamp", collapse="present", timing="ongoing")),
        c.Classify(facts=facts(category="quarrel", crowd="possible")),
        c.Redirect(route="court"),
        c.Look(facts=facts(collapse="present", timing="imminent")),
        c.Look(facts=facts(collapse="none", crowd="none")),
        c.Look(nothing_there=True),
        c.Settle(),
        *(c.Blow(kind=kind) for kind in kinds),
        c.Blow(kind="emergency", category="burst_main"),
        *(c.RaiseWhistle(kind=kind) for kind in kinds),
        c.StandDown(),
        c.StandDown(close=True),
        c.SendStraight(to="zhujian"),
        c.SendStraight(to="xinhua"),
        c.Dispatch(),
        c.Dispatch(lead="zhujian"),
        *(c.BringIn(unit=unit) for unit in UNITS),
        c.HandIn(evidence=PROOF),
        c.HandIn(),
        c.ReportProgress(),
        c.ChangeReceiver(receiver="somebody"),
        *(c.FeedBack(result=result, evidence=PROOF) for result in ResultCode),
        c.FeedBack(result=ResultCode.SOLVED),
        c.FeedBack(result=ResultCode.PLANNED, evidence=PROOF, plan_date=now + timedelta(days=20)),
        c.FeedBack(
            result=ResultCode.SOLVED,
            evidence=PROOF,
            without=tuple(r.unit for r in state.responders[1:]),
        ),
        *(c.Object(clause="3.2", names=unit) for unit in ("gongan", "minzheng", "xinhua")),
        *(c.Release(unit=r.unit) for r in state.responders),
        *(c.Tell(raiser=r.id) for r in state.raisers),
        c.ConfirmTime(unit="zhujian", what=What.REPORT_IN, occurred_at=now),
        c.AskExtension(by=length(5)),
        c.AskExtension(by=length(50)),
        c.GrantExtension(),
        c.GrantExtension(granted=False),
        c.GrantExtension(by=length(2)),
        *(c.Mark(solved=solved, satisfied=Satisfied.MOSTLY) for solved in Solved),
        c.CallBack(raiser="resident", solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED),
        c.CallBack(raiser="resident", solved=Solved.NOT, satisfied=Satisfied.NOT),
        c.CallBack(raiser="resident"),
        c.Supervise(unit="zhujian"),
        *(c.Designate(unit=unit) for unit in UNITS),
        c.Defer(review_on=now + timedelta(days=30)),
        c.Defer(review_on=now + timedelta(days=300)),
        c.AskExtension(by=length(0, "work_hours")),
    )


TEXTS = ("reason", "text")

Move = tuple[int, int, int]
"""Which actor, which act, and what time passes before."""

WAITS = (
    timedelta(minutes=5),
    timedelta(minutes=50),
    timedelta(hours=5),
    timedelta(hours=26),
    timedelta(days=4),
    timedelta(days=40),
)


def moves(*, most: int = 40) -> st.SearchStrategy[list[Move]]:
    """The numbers that make a walk; half of it at the least, or most walks would have five steps.

    Shrinking makes it shorter and plainer.
    """
    move = st.tuples(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 19))
    return st.lists(move, min_size=most // 2, max_size=most)


def opening(by: Actor = ACTORS[0], kind: AppealKind = AppealKind.COMPLAINT) -> Command:
    """The command that opens a walk's matter."""
    place = Place(unit="gulou-1")
    return Command(
        id="c0", matter="m1", by=by, texts=("text",),
        do=c.Receive(channel="12345", kind=kind, place=place),
    )  # fmt: skip


def walk(
    path: list[Move],
    *,
    rules: Rules = RULES,
    first: Command | None = None,
    timers_fire: bool = True,
) -> Iterator[Taken]:
    """Play a walk: sensible moves three times of four, any at all else; due timers fire."""
    ids = count(1)
    now = NOW
    kind = list(AppealKind)[path[0][1] % len(AppealKind)] if path else AppealKind.COMPLAINT
    taken = take(None, first or opening(kind=kind), rules, now)
    yield taken
    state = taken.after
    for who, what, wait in path:
        if state is None:
            return
        now += WAITS[wait % len(WAITS)] if wait < 2 * len(WAITS) else timedelta(seconds=wait)
        if timers_fire:
            for taken in fire_due(state, rules, now, ids):
                yield taken
                state = taken.after or state
        by, act = _choice(state, who, what, now, rules)
        command = Command(
            id=f"c{next(ids)}", matter=state.id, by=by, do=act, texts=TEXTS if what % 7 else ()
        )
        taken = take(state, command, rules, now)
        yield taken
        state = taken.after


def fire_due(state: Matter, rules: Rules, now: datetime, ids: count[int]) -> Iterator[Taken]:
    """Fire what is due, in order of due time, each at the time at which the worker gets to it."""
    for _ in range(500):
        due = min(timers(state), key=lambda t: (t[2], t[0], t[1]), default=None)
        if due is None or due[2] > now:
            return
        command = Command(
            id=f"t{next(ids)}",
            matter=state.id,
            by=SYSTEM,
            do=c.FireTimer(clock=due[0], step=due[1]),
        )
        taken = take(state, command, rules, max(due[2], state.at))
        yield taken
        if taken.after is None or isinstance(taken.result, Refused):
            raise AssertionError(f"a due timer was refused: {taken.result}")
        state = taken.after
    raise AssertionError("timers never come to rest")


def _choice(state: Matter, who: int, what: int, now: datetime, rules: Rules) -> tuple[Actor, c.Act]:
    every = acts(state, now)
    if who % 4 == 1:
        helpful = goodwill(state)
        if helpful is not None:
            return helpful
    if who % 4:
        fitting = [a for a in every if state.stage in TRANSITIONS[type(a)].stages]
        act = fitting[what % len(fitting)]
        able = [
            a
            for a in ACTORS
            if any(STANDING[p](a, state, rules) for p in TRANSITIONS[type(act)].parties)
        ]
        if able:
            return able[who % len(able)], act
    return ACTORS[who % len(ACTORS)], every[what % len(every)]


BY_UNIT = {a.unit: a for a in ACTORS if a.unit is not None}
BY_ID = {a.id: a for a in ACTORS}
SOLVED = c.Mark(solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED)


def goodwill(state: Matter) -> tuple[Actor, c.Act] | None:
    """What somebody of good will would do next, so that the matter is settled (L17)."""
    lead = next((r for r in state.responders if r.part is Part.LEAD), None)
    looking = any(k.what is What.LOOK and k.ended is None for k in state.clocks)
    urgent = state.classification is not None and state.classification.kind == "emergency"
    owing = next((r for r in state.responders if r.part is Part.JOINT and not r.handed_in), None)
    match state.stage:
        case Stage.RECEIVED:
            return BY_ID["clerk"], c.Classify(facts=facts(category="pipes"))
        case Stage.MEDIATING | Stage.DELIBERATING if looking:
            return BY_ID["clerk"], c.Look(facts=facts(collapse="none", crowd="none"))
        case Stage.MEDIATING | Stage.DELIBERATING:
            return BY_ID["branch"], c.Settle()
        case Stage.AWAITING_WHISTLE if urgent:
            return BY_ID["street"], c.Blow(kind="emergency")
        case Stage.AWAITING_WHISTLE:
            return BY_ID["street"], c.TakeOn()
        case Stage.BLOWN if any(k.what is What.DESIGNATE and not k.ended for k in state.clocks):
            return BY_ID["coordinator"], c.Designate(unit="zhujian")
        case Stage.BLOWN:
            return BY_ID["operator"], c.Dispatch()
        case Stage.DEFERRED:
            return BY_ID["coordinator"], c.Resume()
        case Stage.DISPATCHED | Stage.HANDLING if lead is not None:
            if lead.reported_in is None:
                return BY_UNIT[lead.unit], c.ReportIn()
            if owing is not None:
                act = c.ReportIn() if owing.reported_in is None else c.HandIn(evidence=PROOF)
                return BY_UNIT[owing.unit], act
            return BY_UNIT[lead.unit], c.FeedBack(result=ResultCode.SOLVED, evidence=PROOF)
        case Stage.FED_BACK:
            for clock in state.clocks:
                if clock.ended is None and clock.what is What.MARK:
                    who = BY_ID[clock.raiser] if clock.raiser else BY_UNIT[clock.unit or ""]
                    return who, SOLVED
            return BY_ID["coordinator"], c.Reopen()
        case _:
            return None


def take(state: Matter | None, command: Command, rules: Rules, now: datetime) -> Taken:
    """Decide and apply one command on the pure core."""
    result = decide(state, command, rules, now)
    written = result.recorded if isinstance(result, Refused) else result
    after = evolve_all(state, written, matter=command.matter)
    return Taken(state, command, now, result, after, rules)


def settled(state: Matter) -> bool:
    """Tell whether a matter is closed with nothing left to do."""
    return state.stage is Stage.CLOSED and not timers(state)
