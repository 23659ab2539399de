"""What a store is told beside the commit: look-up rows, timers, and who is told what.

All of it follows from a matter's state and events, so it can be made again from the commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.events import EVENTS, Event
from whistle_engine.model import ActorId, Matter, Part, UnitCode, What
from whistle_engine.responder import kind_code
from whistle_engine.rules import Rules
from whistle_engine.standing import lead
from whistle_engine.storage.rows import DutyRow, MatterRow, Notice, Projection, Timer
from whistle_engine.workflow import duties, timers


def project(state: Matter, version: int, rules: Rules, *, opened: e.Received) -> Projection:
    """The look-up rows and timers of a matter.

    Args:
        state: the matter as it stands.
        version: the version that made it so.
        rules: whose permissions narrow what can settle a duty; no due time comes from them.
        opened: the matter's first event.
    """
    running = duties(state, rules)
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
            due=min((duty.due for duty in running), default=None),
            outcome=state.outcome,
        ),
        duties=tuple(
            DutyRow(
                matter=state.id,
                clock=duty.clock,
                what=duty.what,
                unit=duty.unit,
                raiser=duty.raiser,
                since=duty.since,
                due=duty.due,
            )
            for duty in running
        ),
        timers=tuple(
            Timer(matter=state.id, clock=clock, step=step, due=due)
            for clock, step, due in timers(state)
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


def notices(state: Matter, version: int, events: Iterable[Event]) -> tuple[Notice, ...]:
    """Who has to be told what happened, by codes and ids; the same thing once a commit.

    Args:
        state: the matter after the events.
        version: the version of the commit.
        events: the events of the commit.

    Returns:
        The notices, numbered from 1, due when the event was recorded.
    """
    found: list[Notice] = []
    seen: set[tuple[_To, str]] = set()
    for number, event in enumerate(events):
        code = _code(event)
        for to in _told(event, state):
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
        case _:
            return name


def _told(event: Event, state: Matter) -> Iterator[_To]:
    """The table of notices: for each event, who is told; whoever is not named is not."""
    match event:
        case (
            e.Received() | e.Answered() | e.Redirected() | e.SplitOff() | e.MergedInto()
            | e.Closed()
        ):  # fmt: skip
            yield from _raisers(state)
        case e.Deferred() | e.Resumed():
            yield from _raisers(state)
            yield from _responders(state)
        case e.Settled():
            yield from _raisers(state)
            yield _To(unit=state.community)
        case e.HandedIn() | e.Marked():
            yield from _lead(state)
        case e.ClockMoved(clock=moved):
            yield _To(unit=state.clocks[moved - 1].unit)
        case e.Absorbed(raisers=raisers):
            yield from (_To(actor=raiser.id) for raiser in raisers)
        case e.Told(raiser=raiser):
            yield _To(actor=raiser)
        case e.Dispatched(responders=responders):
            for responder in responders:
                yield _person(responder.unit, responder.receiver)
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
        case e.Released(unit=unit) | e.Supervised(unit=unit):
            yield _To(unit=unit)
        case e.StoodDown() | e.WhistleRaised():
            yield from _responders(state)
            yield from _raisers(state)
        case e.FedBack():
            yield from _raisers(state)
            yield _To(unit=state.community)
            yield _To(unit=state.street)
        case e.Reopened():
            yield from _raisers(state)
            yield from _responders(state)
        case e.Urged() | e.Added() | e.ObjectionAnswered() | e.ExtensionAnswered():
            yield from _lead(state)
        case e.ClockStarted(clock=clock) if (
            clock.unit is not None and clock.what not in TOLD_OTHERWISE
        ):
            yield _To(unit=clock.unit)
        case e.TimerFired(clock=fired, to=to):
            yield _To(unit=to, actor=state.clocks[fired - 1].raiser if to is None else None)
        case _:
            return


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
