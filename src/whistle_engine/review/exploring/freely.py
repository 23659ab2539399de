"""Time that passes freely: each clock runs at a speed of its own.

A decision compares now with due times, and nothing else. So an exploration need not know how
long a limit is: whatever limits a policy sets, at any moment each clock is in time or late, and
its timers have fired or not. Here it is always the same instant; that time has passed for a
clock is said by putting that clock back into the past, its start and its due time together, so
that every law about due times can still be asked. Any clock may be the next: all orders in
which due times can come are covered, and more than real limits allow.

What is left out: a timer that fires late (its worker was away), provisional due times, and rows
of the catalogue or receivers that change while a matter lives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import evolve, field, frozen

from whistle_engine.model import (
    Clock,
    Code,
    Due,
    Length,
    Limit,
    Matter,
    Move,
    MoveReason,
    Step,
    StepAction,
    UnitCode,
    Verdict,
    What,
    changed,
)
from whistle_engine.moves.calling import kind_of
from whistle_engine.moves.clocks import armed
from whistle_engine.moves.intake import MAIN
from whistle_engine.policy import Policy
from whistle_engine.rules import Limits, Rules

TICK = timedelta(days=1)
"""How long every limit lasts here; that of all deferrals together lasts longer."""
LONG = 9
"""How many ticks the total of all deferrals lasts: longer than any extension."""
JUST = timedelta(seconds=1)
"""How late what has just become late is."""

_NAMED_DATE = timedelta(days=30)


@frozen(eq=False, slots=False)
class FreeLimits:
    """Due times in ticks, with the timers that real limits give: ``rules.Limits``.

    Of the timers only those are kept that change something: the last of each clock, and alerts
    with nobody to go to, which are escalated.

    Attributes:
        real: the limits of the policy, which say what timers there are.
        total: the limit of all deferrals together.
        at: an instant at which the real limits are asked.
    """

    real: Limits
    total: Limit
    at: datetime
    _found: dict[object, tuple[tuple[int, StepAction, UnitCode | None, float], ...]] = field(
        factory=dict, init=False, repr=False
    )

    def due(self, start: datetime, limit: Limit, *, unit: UnitCode | None) -> Due:  # noqa: ARG002
        """One tick after the start."""
        return Due(at=start + TICK * (LONG if limit == self.total else 1), start=start, limit=limit)

    def extended(self, due: Due, by: Limit | Length, *, at: datetime) -> Due:
        """One tick later for a length that somebody names, two for all that a policy allows."""
        later = due.at + TICK * (2 if isinstance(by, Limit) else 1)
        length = Length(by.amount, by.unit)
        move = Move(reason=MoveReason.EXTENDED, at=at, before=due.at, after=later, by=length)
        return evolve(due, at=later, moves=(*due.moves, move))

    def resumed(self, due: Due, *, since: datetime, at: datetime) -> Due:
        """The same instant: while the matter was set aside no time passed here."""
        if due.at < since:
            return due
        move = Move(reason=MoveReason.DEFERRED, at=at, before=due.at, after=due.at, since=since)
        return evolve(due, moves=(*due.moves, move))

    def fixed(self, due: Due, *, at: datetime) -> Due:  # noqa: ARG002
        """The same: nothing is provisional here."""
        return due

    def steps(
        self,
        due: Due,
        what: What,
        *,
        unit: UnitCode | None,
        community: UnitCode,
        street: UnitCode,
    ) -> tuple[Step, ...]:
        """The real timers that change something, in their order, numbered as they are."""
        key = (due.limit, what, unit, community, street)
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = tuple(self._steps(due.limit, what, unit, community, street))
        return tuple(Step(n, due.at + TICK * after, act, to) for n, act, to, after in found)

    def _steps(
        self, limit: Limit, what: What, unit: UnitCode | None, community: UnitCode, street: UnitCode
    ) -> Iterator[tuple[int, StepAction, UnitCode | None, float]]:
        """Number, action and addressee; and where it stands to the due time, in ticks."""
        due = (
            Due(at=self.at + _NAMED_DATE, start=self.at, limit=limit)
            if limit.amount == 0
            else self.real.due(self.at, limit, unit=unit)
        )
        steps = self.real.steps(due, what, unit=unit, community=community, street=street)
        kept = [s for s in steps if s is steps[-1] or (s.to is None and unit is not None)]
        for place, step in enumerate(kept, 1):
            share = place / (len(kept) + 1)
            after = 0.0 if step.at == due.at else share if step.at > due.at else share - 1
            yield step.number, step.action, step.to, after


# ---------------------------------------------------------------- how time passes


class Comes(Code):
    """What comes about when time passes."""

    LATE = "late"
    """A clock is past its due time."""
    TIMER = "timer"
    """A timer of a clock is due."""
    GIVEN_UP = "given_up"
    """The due time of a track that was left for another one is past."""
    OBJECTING = "objecting"
    """It is too late to object."""
    REOPENING = "reopening"
    """It is too late to reopen."""
    DEFERRING = "deferring"
    """The last day of any deferral is past."""


@frozen
class Passing:
    """Time passes until something comes about; nobody does anything.

    Attributes:
        clock: which clock, where one is meant.
        step: which timer of it.
        unit: whose time to object it is.
    """

    comes: Comes
    clock: int = 0
    step: int = 0
    unit: UnitCode | None = None


def passings(matter: Matter, now: datetime) -> Iterator[Passing]:
    """What can come about next if time passes: of each clock and each window, the next thing."""
    for clock in matter.clocks:
        if clock.ended is None and armed(matter, clock):
            yield from _next_of(clock, now)
    for clock in left_tracks(matter):
        if clock.due.at >= now:
            yield Passing(Comes.GIVEN_UP, clock=clock.id)
    if matter.objection is None:
        for found in matter.responders:
            if found.object_until is not None and found.object_until >= now:
                yield Passing(Comes.OBJECTING, unit=found.unit)
    if matter.reopen_until is not None and matter.reopen_until >= now:
        yield Passing(Comes.REOPENING)
    if matter.deferral is not None and matter.deferral.latest >= now:
        yield Passing(Comes.DEFERRING)


def left_tracks(matter: Matter) -> Iterator[Clock]:
    """The clocks of tracks that were left for another: their due times still count (FR7)."""
    for what in MAIN.values():
        last = next((k for k in reversed(matter.clocks) if k.what is what), None)
        if last is not None and last.ended is not None and last.verdict is not Verdict.KEPT:
            yield last


def _next_of(clock: Clock, now: datetime) -> Iterator[Passing]:
    step = min(clock.steps, key=lambda s: s.at, default=None)
    late = clock.due.at < now
    if step is not None and (late or step.at <= clock.due.at):
        yield Passing(Comes.TIMER, clock=clock.id, step=step.number)
    elif not late:
        yield Passing(Comes.LATE, clock=clock.id)


def passed(matter: Matter, passing: Passing, now: datetime) -> Matter:
    """The matter when it has come about, before a timer that is due then has fired."""
    match passing.comes:
        case Comes.OBJECTING:
            responders = (
                changed(r, object_until=now - JUST) if r.unit == passing.unit else r
                for r in matter.responders
            )
            return changed(matter, responders=tuple(responders))
        case Comes.REOPENING:
            return changed(matter, reopen_until=now - JUST)
        case Comes.DEFERRING:
            return changed(matter, deferral=changed(matter.deferral, latest=now - JUST))
        case Comes.LATE | Comes.GIVEN_UP | Comes.TIMER:
            index = passing.clock - 1
            older = _aged(matter.clocks[index], passing, now)
            return changed(
                matter, clocks=(*matter.clocks[:index], older, *matter.clocks[index + 1 :])
            )


def _aged(clock: Clock, passing: Passing, now: datetime) -> Clock:
    until = clock.due.at + JUST
    if passing.comes is Comes.TIMER:
        until = next(s.at for s in clock.steps if s.number == passing.step)
    return put_back(clock, until - now) if until > now else clock


def put_back(clock: Clock, by: timedelta) -> Clock:
    """The clock as if it had been started that much earlier."""
    due = clock.due
    return changed(
        clock,
        due=changed(
            due,
            at=due.at - by,
            start=due.start - by,
            moves=tuple(changed(m, before=m.before - by, after=m.after - by) for m in due.moves),
        ),
        steps=tuple(changed(s, at=s.at - by) for s in clock.steps),
        latest=clock.latest - by if clock.latest is not None else None,
    )


# ---------------------------------------------------------------- how long it really takes


def waits(matter: Matter, rules: Rules, at: datetime) -> timedelta | None:
    """How long it is at most from the start of the clocks that run to the next of their timers.

    It is reckoned with the policy's own limits, started at an instant, all extensions counted in.
    A clock in time comes to its due time by then, a late one to its last timer; whatever else
    comes before, the next thing is no later than the earliest of these. None if no clock runs.
    """
    spans = (
        _span(clock, matter, rules, at)
        for clock in matter.clocks
        if clock.ended is None and armed(matter, clock)
    )
    return min(spans, default=None)


def _span(clock: Clock, matter: Matter, rules: Rules, at: datetime) -> timedelta:
    limits = rules.limits
    farthest = _DATES.get(clock.what)
    limit = clock.due.limit if farthest is None else farthest(rules.policy)
    due = limits.due(at, limit, unit=clock.unit)
    longer = kind_of(matter, rules).extension
    if clock.latest is not None and longer is not None:
        due = limits.extended(due, longer, at=at)
    if any(move.reason is MoveReason.DECIDED for move in clock.due.moves):
        due = limits.due(due.at, rules.policy.deferrals.total, unit=None)  # no decision adds more
    if clock.due.at >= at:
        return due.at - at
    steps = limits.steps(
        due, clock.what, unit=clock.unit, community=matter.community, street=matter.street
    )
    return max((due.at, *(step.at for step in steps))) - at


_DATES: Mapping[What, Callable[[Policy], Limit]] = {
    What.REVIEW: lambda policy: policy.deferrals.total,
    What.FOLLOW_UP: lambda policy: policy.marks.follow_up,
}
"""For dates that somebody names, the farthest that the policy allows."""
