"""Acts on a matter, sensible and foolish: for each command, and any number, one way to give it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TypeVar

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.classify import CATEGORY, TIMING
from whistle_engine.model import (
    UNKNOWN,
    AppealKind,
    Evidence,
    Facts,
    Length,
    LimitUnit,
    Matter,
    MatterId,
    Place,
    ResultCode,
    Satisfied,
    Solved,
    UnitCode,
    What,
)
from whistle_engine.policy import LEVELS, TIMINGS
from whistle_engine.responder import overdue, running
from whistle_engine.standing import grid_of
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.workflow import timers

T = TypeVar("T")

NOWHERE = "nowhere"
"""A unit, a category, a kind, that no city has."""


def proofs(count: int) -> tuple[Evidence, ...]:
    """So many different proofs, written as a story's short form would be read."""
    names = [f"proof-{number + 1}.jpg" for number in range(count)]
    return tuple(
        Evidence(f"story:{n}", f"sha256:{sha256(n.encode()).hexdigest()}", "image/jpeg")
        for n in names
    )


def pick(values: Sequence[T], number: int) -> T:
    """The one that a number stands for."""
    return values[number % len(values)]


@frozen
class Scene:
    """A matter at an instant, in its city.

    Attributes:
        fresh: an id for a matter that a split opens.
        others: the other matters that there are.
    """

    cast: Cast
    matter: Matter
    now: datetime
    fresh: MatterId
    others: tuple[MatterId, ...]

    @property
    def whom(self) -> tuple[UnitCode, ...]:
        """Units that can respond, the coordinator's choices first; and some that cannot."""
        city, matter = self.cast.city, self.matter
        below = (matter.street, matter.community, grid_of(matter, self.cast.rules))
        found = (*city.departments, *city.helpers, *below, NOWHERE)
        return tuple(dict.fromkeys(found))

    @property
    def involved(self) -> tuple[UnitCode, ...]:
        """Units that respond or have a duty; else anybody."""
        found = [r.unit for r in self.matter.responders]
        found += [k.unit for k in self.matter.clocks if k.ended is None and k.unit is not None]
        return tuple(dict.fromkeys((*found, NOWHERE)))

    @property
    def late(self) -> tuple[UnitCode, ...]:
        """The joint units whose part is late."""
        owing = running(self.matter, What.HAND_IN)
        return tuple(k.unit for k in owing if overdue(k, self.now) and k.unit is not None)

    @property
    def raisers(self) -> tuple[str, ...]:
        """Who raised it; or a stranger."""
        return tuple(r.id for r in self.matter.raisers) or ("stranger",)


# ---------------------------------------------------------------- facts


def some_facts(cast: Cast, number: int) -> Facts:
    """Facts that the policy declares: a category, and danger or other facts at times."""
    number, which = divmod(number, len(cast.city.categories))
    known = {CATEGORY: cast.city.categories[which].code}
    number, how = divmod(number, 4)
    if how == 1:
        known |= danger(cast, number)
    elif how > 1:
        known |= other_facts(cast, number, how)
    return tuple(sorted(known.items()))


def danger(cast: Cast, number: int) -> dict[str, str]:
    """A signal of danger, possible or present, and when it happens; nothing, without signals."""
    signals = tuple(dict.fromkeys(floor.signal for floor in cast.rules.policy.floors))
    if not signals:
        return {}
    number, timing = divmod(number, len(TIMINGS) + 1)
    number, level = divmod(number, len(LEVELS))
    return {pick(signals, number): LEVELS[level], TIMING: (*TIMINGS, UNKNOWN)[timing]}


def other_facts(cast: Cast, number: int, most: int) -> dict[str, str]:
    """Some of the facts that rules read."""
    found = {}
    for each in cast.city.other_facts[: most * 2]:
        number, which = divmod(number, len(each.values) + 1)
        if which:
            found[each.name] = each.values[which - 1]
    return found


def no_danger(cast: Cast) -> Facts:
    """Every signal looked at, and none there."""
    return tuple(sorted((floor.signal, "none") for floor in cast.rules.policy.floors))


def _signals(scene: Scene) -> Facts:
    return tuple(sorted(set(no_danger(scene.cast))))


# ---------------------------------------------------------------- acts


def _plain(act: type[c.Act]) -> Callable[[Scene, int], c.Act]:
    return lambda _scene, _number: c.PLAIN[act]


def _kind(scene: Scene, number: int) -> str:
    ranked = sorted(scene.cast.rules.policy.kinds, key=lambda kind: kind.rank)
    return pick((*(kind.code for kind in ranked), NOWHERE), number)


def _receive(scene: Scene, number: int) -> c.Act:
    kind = pick(list(AppealKind), number)
    channel = pick((*scene.cast.rules.policy.channels, NOWHERE), number)
    return c.Receive(channel=channel, kind=kind, place=Place(unit=scene.matter.community))


def _classify(scene: Scene, number: int) -> c.Act:
    return c.Classify(facts=some_facts(scene.cast, number))


def _redirect(scene: Scene, number: int) -> c.Act:
    return c.Redirect(route=pick((*scene.cast.rules.policy.routes, NOWHERE), number))


def _split(scene: Scene, number: int) -> c.Act:
    part = c.SplitPart(
        matter=scene.fresh,
        kind=pick(list(AppealKind), number),
        facts=some_facts(scene.cast, number // 5),
    )
    return c.Split(parts=(part,) if number % 7 else ())


def _merge(scene: Scene, number: int) -> c.Act:
    return c.Merge(into=pick((*scene.others, scene.matter.id), number))


def _look(scene: Scene, number: int) -> c.Act:
    number, how = divmod(number, 4)
    if how == 0:
        return c.Look(facts=_signals(scene), nothing_there=number % 2 == 1)
    if how == 1:
        return c.Look(facts=tuple(sorted(danger(scene.cast, number).items())))
    return c.Look(facts=_signals(scene) if how == 2 else (), nothing_there=how == 3)  # noqa: PLR2004


def _blow(scene: Scene, number: int) -> c.Act:
    number, named = divmod(number, 3)
    codes = tuple(row.code for row in scene.cast.city.categories)
    code = pick(codes, number // 4) if named else None
    return c.Blow(kind=_kind(scene, number), category=code)


def _hand_in(_scene: Scene, number: int) -> c.Act:
    return c.HandIn(evidence=proofs(1 if number % 3 else 0))


def _feed_back(scene: Scene, number: int) -> c.Act:
    number, how = divmod(number, 4)
    result = list(ResultCode)[how]
    number, given = divmod(number, 4)
    kinds = scene.cast.rules.policy.kinds
    enough = max(kind.evidence for kind in kinds)
    planned = result is ResultCode.PLANNED and number % 4 > 0
    return c.FeedBack(
        result=result,
        evidence=proofs(enough) if given > 1 else (*proofs(enough - 1), *proofs(given)),
        plan_date=scene.now + timedelta(days=20) if planned else None,
        without=scene.late if number % 3 else scene.involved[1:2],
    )


def _object(scene: Scene, number: int) -> c.Act:
    return c.Object(clause="3.2", names=pick(scene.whom, number))


def _confirm(scene: Scene, number: int) -> c.Act:
    number, what = divmod(number, 2)
    number, ago = divmod(number, 3)
    return c.ConfirmTime(
        unit=pick(scene.involved, number),
        what=(What.REPORT_IN, What.SOLVE)[what],
        occurred_at=scene.now - timedelta(minutes=(0, 10, 6000)[ago]),
    )


LENGTHS = tuple(Length(amount, unit) for amount in (1, 3, 0, 50) for unit in (*LimitUnit,))


def _ask(_scene: Scene, number: int) -> c.Act:
    return c.AskExtension(by=pick(LENGTHS, number))


def _grant(_scene: Scene, number: int) -> c.Act:
    number, how = divmod(number, 3)
    if how == 0:
        return c.GrantExtension(by=pick(LENGTHS, number))
    return c.GrantExtension(granted=how == 1)


def _fire(scene: Scene, number: int) -> c.Act:
    armed = timers(scene.matter)
    clock, step, _ = pick(armed, number) if armed else (1, 1, scene.now)
    return c.FireTimer(clock=clock, step=step)


def _mark(_scene: Scene, number: int) -> c.Act:
    number, solved = divmod(number, 3)
    return c.Mark(solved=list(Solved)[solved], satisfied=pick(list(Satisfied), number))


def _call_back(scene: Scene, number: int) -> c.Act:
    number, how = divmod(number, 3)
    raiser = pick(scene.raisers, number)
    if how == 0:
        return c.CallBack(raiser=raiser)
    solved = pick(list(Solved), number)
    return c.CallBack(
        raiser=raiser, solved=solved, satisfied=Satisfied.MOSTLY if how == 1 else None
    )


def _defer(scene: Scene, number: int) -> c.Act:
    days = pick((3, 30, 90, 3000, -1), number)
    return c.Defer(review_on=scene.now + timedelta(days=days))


ACTS: Mapping[type[c.Act], Callable[[Scene, int], c.Act]] = {
    **{act: _plain(act) for act in c.PLAIN},
    c.Receive: _receive,
    c.Add: lambda _, number: c.Add(evidence=proofs(number % 2)),
    c.Classify: _classify,
    c.Redirect: _redirect,
    c.Split: _split,
    c.Merge: _merge,
    c.Look: _look,
    c.Settle: lambda _, number: c.Settle(evidence=proofs(number % 2)),
    c.Blow: _blow,
    c.RaiseWhistle: lambda scene, number: c.RaiseWhistle(kind=_kind(scene, number)),
    c.StandDown: lambda _, number: c.StandDown(close=number % 2 == 1),
    c.SendStraight: lambda scene, number: c.SendStraight(to=pick(scene.whom, number)),
    c.Dispatch: lambda scene, number: c.Dispatch(lead=pick((None, *scene.whom), number)),
    c.BringIn: lambda scene, number: c.BringIn(unit=pick(scene.whom, number)),
    c.HandIn: _hand_in,
    c.ReportProgress: lambda _, number: c.ReportProgress(evidence=proofs(number % 2)),
    c.ChangeReceiver: lambda _, number: c.ChangeReceiver(receiver=f"somebody-{number % 3}"),
    c.FeedBack: _feed_back,
    c.Object: _object,
    c.Release: lambda scene, number: c.Release(unit=pick(scene.involved, number)),
    c.Tell: lambda scene, number: c.Tell(raiser=pick(scene.raisers, number)),
    c.ConfirmTime: _confirm,
    c.AskExtension: _ask,
    c.GrantExtension: _grant,
    c.FireTimer: _fire,
    c.Mark: _mark,
    c.CallBack: _call_back,
    c.Supervise: lambda scene, number: c.Supervise(unit=pick(scene.involved, number)),
    c.Designate: lambda scene, number: c.Designate(unit=pick(scene.whom, number)),
    c.Defer: _defer,
}
"""For each act, one way to give it for any number; the smallest numbers give the plainest."""

if set(ACTS) != set(c.ACTS):  # an act without a way to give it would never be tried
    raise AssertionError(set(c.ACTS) ^ set(ACTS))
