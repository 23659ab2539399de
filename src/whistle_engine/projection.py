"""What a store is told beside the commit: look-up rows, timers, and who is told what.

All of it follows from a matter's state and events, so it can be made again from the commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.events import EVENTS, Event
from whistle_engine.model import (
    ActorId,
    Clock,
    Matter,
    MoveReason,
    Part,
    UnitCode,
    Verdict,
    What,
)
from whistle_engine.moves.clocks import armed
from whistle_engine.responder import WORKING, kind_code
from whistle_engine.standing import lead
from whistle_engine.standing import responder as responder_of
from whistle_engine.storage.rows import DutyRow, MatterRow, Notice, Projection, Timer


def project(state: Matter, version: int, *, opened: e.Received) -> Projection:
    """The look-up rows and timers of a matter; no rules are needed to make them again.

    Args:
        state: the matter as it stands.
        version: the version that made it so.
        opened: the matter's first event.
    """
    running = tuple(clock for clock in state.clocks if armed(state, clock))
    found = state.classification
    place = state.appeal.place
    leading = lead(state)
    return Projection(
        row=MatterRow(
            matter=state.id,
            version=version,
            stage=state.stage,
            opened_at=opened.at,
            changed_at=state.at,
            channel=state.appeal.channel,
            source_number=state.appeal.source_number,
            place=place.unit,
            lat=place.lat,
            lon=place.lon,
            community=state.community,
            street=state.street,
            affair=found.affair if found is not None else None,
            kind=kind_code(state),
            category=found.category if found is not None else None,
            lead=leading.unit if leading is not None else None,
            due=min((clock.due.at for clock in running), default=None),
            outcome=state.outcome,
        ),
        duties=tuple(
            DutyRow(
                matter=state.id,
                clock=clock.id,
                what=clock.what,
                unit=clock.unit,
                raiser=clock.raiser,
                since=clock.started,
                due=clock.due.at,
            )
            for clock in running
        ),
        timers=tuple(
            Timer(matter=state.id, clock=clock.id, step=step.number, due=step.at)
            for clock in running
            for step in clock.steps
        ),
    )


# ------------------------------------------------------------------------------------- notices


@frozen
class _To:
    """A recipient: a unit, or a person."""

    unit: UnitCode | None = None
    actor: ActorId | None = None


TOLD_OTHERWISE = frozenset(
    {What.REPORT_IN, What.SOLVE, What.REDO, What.HAND_IN, What.MARK, What.FOLLOW_UP}
)
"""Clocks that begin with an event by which their unit, or raiser, is told anyway."""


RESPONDING = frozenset({What.REPORT_IN, What.SOLVE, What.REDO, What.HAND_IN})
"""The clocks of units that respond."""

LONGER = frozenset({MoveReason.EXTENDED, MoveReason.DECIDED})
"""The reasons for which a resident is told that it takes longer."""


def notices(state: Matter, version: int, events: Iterable[Event]) -> tuple[Notice, ...]:
    """Who has to be told what happened, by codes and ids; the same thing once a commit.

    Whom a timer tells that time is up is not told again of what it set off.

    Args:
        state: the matter after the events.
        version: the version of the commit.
        events: the events of the commit.

    Returns:
        The notices, numbered from 1, due when the event was recorded.
    """
    found: list[Notice] = []
    seen: set[tuple[_To, str]] = set()
    knows: set[_To] = set()
    for number, event in enumerate(events):
        code = _code(event)
        for to in _told(event, state):
            if isinstance(event, e.TimerFired):
                knows.add(to)
            elif to in knows and isinstance(event, e.ClockStarted | e.ClockEnded):
                continue
            if (to, code) not in seen:
                seen.add((to, code))
                found.append(
                    Notice(
                        matter=state.id,
                        version=version,
                        number=len(found) + 1,
                        code=code,
                        event=number,
                        due=event.at,
                        unit=to.unit,
                        actor=to.actor,
                    )
                )
    return tuple(found)


def _code(event: Event) -> str:
    name = EVENTS[type(event)].partition("/")[0]
    match event:
        case e.TimerFired(action=action):
            return f"{name}.{action.value}"
        case e.ClockStarted(clock=clock):
            return f"{name}.{clock.what.value}"
        case e.ClockEnded(verdict=verdict):
            return f"{name}.{verdict.value}"
        case _:
            return name


def _told(event: Event, state: Matter) -> Iterator[_To]:
    """The table of notices: for each event, who is told; whoever is not named is not."""
    match event:
        case (
            e.Received() | e.Classified() | e.Answered() | e.Redirected() | e.SplitOff()
            | e.MergedInto() | e.MovedUp() | e.Blown() | e.Concluded()
        ):  # fmt: skip
            yield from _raisers(state)
        case (
            e.WhistleRaised() | e.Reopened() | e.Deferred() | e.Resumed() | e.Closed()
        ):  # fmt: skip
            yield from _raisers(state)
            yield from _responders(state)
        case e.StoodDown():
            yield from _raisers(state)
            yield from _let_go(state, event)
        case e.Settled():
            yield from _raisers(state)
            yield _To(unit=state.community)
        case e.FedBack():
            yield from _raisers(state)
            yield _To(unit=state.community)
            yield _To(unit=state.street)
        case e.Absorbed(raisers=raisers):
            yield from (_To(actor=raiser.id) for raiser in raisers)
        case e.Told(raiser=raiser) | e.Withdrawn(raiser=raiser) | e.NotReached(raiser=raiser):
            yield _To(actor=raiser)
        case e.Dispatched(responders=responders):
            for responder in responders:
                yield _person(responder.unit, responder.receiver)
            yield from _raisers(state)
        case e.BroughtIn(responder=responder):
            yield _person(responder.unit, responder.receiver)
        case e.Designated(unit=unit, receiver=receiver):
            yield _person(unit, receiver)
        case e.ReceiverChanged(unit=unit, receiver=receiver):
            yield _person(unit, receiver)
        case e.Accepted():
            yield _To(unit=state.street)
            yield from _responders(state)
        case e.ReportedIn() | e.TimeConfirmed():
            yield _To(unit=state.street)
        case e.Released(unit=unit) | e.Supervised(unit=unit) | e.ShirkRefused(unit=str() as unit):
            yield _To(unit=unit)
        case e.HandedIn() | e.Marked() | e.Urged() | e.Added() | e.ExtensionAnswered():
            yield from _lead(state)
        case e.ObjectionAnswered():
            yield from _lead(state)
            yield from _objector(state)
        case _:
            yield from _told_of_clocks(event, state)


def _told_of_clocks(event: Event, state: Matter) -> Iterator[_To]:
    match event:
        case e.ClockStarted(clock=clock) if clock.what not in TOLD_OTHERWISE:
            yield from _holder(clock)
        case e.ClockMoved(clock=moved, due=due):
            yield from _holder(state.clocks[moved - 1])
            if due.moves[-1].reason in LONGER and state.clocks[moved - 1].what in WORKING:
                yield from _raisers(state)
        case e.ClockEnded(clock=ended, verdict=Verdict.MISSED):
            if state.clocks[ended - 1].unit is not None:
                yield from _holder(state.clocks[ended - 1])
        case e.TimerFired(to=str() as to):
            yield _To(unit=to)
        case e.TimerFired(clock=fired) if state.clocks[fired - 1].raiser is not None:
            yield _To(actor=state.clocks[fired - 1].raiser)
        case _:
            return


def _holder(clock: Clock) -> Iterator[_To]:
    """The unit or the raiser whose clock it is; nobody, if it is nobody's."""
    if clock.unit is not None:
        yield _To(unit=clock.unit)
    elif clock.raiser is not None:
        yield _To(actor=clock.raiser)


def _let_go(state: Matter, event: e.StoodDown) -> Iterator[_To]:
    """The units that owed something until the whistle was taken back; none responds any more."""
    for clock in state.clocks:
        if clock.ended == event.at and clock.what in RESPONDING:
            yield from _holder(clock)


def _objector(state: Matter) -> Iterator[_To]:
    """Whoever objected, if it still responds."""
    objection = state.objection
    found = responder_of(state, objection.unit) if objection is not None else None
    if found is not None:
        yield _person(found.unit, found.receiver)


def _raisers(state: Matter) -> Iterator[_To]:
    return (_To(actor=raiser.id) for raiser in state.raisers)


def _lead(state: Matter) -> Iterator[_To]:
    leading = lead(state)
    if leading is not None:
        yield _person(leading.unit, leading.receiver)


def _person(unit: UnitCode, receiver: ActorId | None) -> _To:
    """The receiver of a unit, or the unit where nobody is named."""
    return _To(actor=receiver) if receiver is not None else _To(unit=unit)


def _responders(state: Matter) -> Iterator[_To]:
    return (_person(r.unit, r.receiver) for r in state.responders if r.part is not Part.INVITED)
