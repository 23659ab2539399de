"""What each event changes in a matter's state: the table behind ``evolve``. It knows no policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from whistle_engine import events as e
from whistle_engine.model import (
    Affair,
    Classification,
    Clock,
    Deferral,
    Evaluation,
    ExtensionRequest,
    Matter,
    MatterId,
    Objection,
    Part,
    Raiser,
    Responder,
    Round,
    Stage,
    UnitCode,
    Whistle,
    changed,
)

TRACK: Mapping[Affair, Stage] = {
    Affair.HOUSEHOLD: Stage.MEDIATING,
    Affair.SHARED: Stage.DELIBERATING,
    Affair.PUBLIC: Stage.AWAITING_WHISTLE,
}
"""The stage to which each affair leads."""


Changes = dict[str, object]
"""Attributes of the matter, and what they become."""


def merged_facts(
    old: tuple[tuple[str, str], ...], new: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Facts found later over those known before."""
    return tuple(sorted({**dict(old), **dict(new)}.items()))


def received(matter: MatterId, event: e.Received) -> Matter:
    """The state of a matter that has just come in."""
    return Matter(
        id=matter,
        stage=Stage.RECEIVED,
        at=event.at,
        appeal=event.appeal,
        community=event.community,
        street=event.street,
        raisers=event.raisers,
        facts=event.facts,
    )


def _nothing(_m: Matter, _event: e.Event) -> Changes:
    return {}


def _withdrawn(m: Matter, event: e.Withdrawn) -> Changes:
    return {"raisers": tuple(r for r in m.raisers if r.id != event.raiser)}


def _classified(m: Matter, event: e.Classified) -> Changes:
    return {
        "stage": TRACK[event.classification.affair],
        "classification": event.classification,
        "facts": event.facts,
    }


def _absorbed(m: Matter, event: e.Absorbed) -> Changes:
    known = {r.id for r in m.raisers}
    new = (changed(r, told=False) for r in event.raisers if r.id not in known)
    return {"raisers": (*m.raisers, *new)}


def _looked(m: Matter, event: e.Looked) -> Changes:
    certified = event.nothing_there and event.unit == m.community
    return {"facts": merged_facts(m.facts, event.facts), "nothing_there": certified}


def _settled(m: Matter, event: e.Settled) -> Changes:
    return {"stage": Stage.FED_BACK, "round": changed(m.round, judged=m.stage)}


def _moved_up(m: Matter, event: e.MovedUp) -> Changes:
    known = cast("Classification", m.classification)
    return {
        "stage": TRACK[event.affair],
        "classification": changed(known, affair=event.affair, kind=event.kind),
        "moved_up": True,
    }


def _blown(m: Matter, event: e.Blown) -> Changes:
    if m.responders:  # a street that leads calls further units: whose whistle it is stays
        return {}
    return {
        "stage": Stage.BLOWN,
        "classification": event.classification,
        "whistle": Whistle(kind=event.kind, blower=event.unit, at=event.at),
        "nothing_there": False,
    }


def _whistle_raised(m: Matter, event: e.WhistleRaised) -> Changes:
    blower = m.whistle.blower if m.whistle is not None else None
    raised = Whistle(kind=event.kind, blower=blower, at=event.at)
    return {"whistle": raised, "extension": None}


def _stood_down(m: Matter, event: e.StoodDown) -> Changes:
    return {
        "stage": Stage.AWAITING_WHISTLE,
        "whistle": None,
        "first_responder": None,
        "responders": (),
        "accepted": False,
        "objection": None,
        "extension": None,
        "nothing_there": False,
    }


def _dispatched(m: Matter, event: e.Dispatched) -> Changes:
    return {
        "stage": Stage.DISPATCHED,
        "first_responder": event.responders[0].unit,
        "responders": event.responders,
        "responded": _responded(m, event.responders),
    }


def _responded(m: Matter, responders: tuple[Responder, ...]) -> tuple[UnitCode, ...]:
    """Every unit that ever was lead or joint, in the order in which it became so (L8)."""
    units = (r.unit for r in responders if r.part is not Part.INVITED)
    return tuple(dict.fromkeys((*m.responded, *units)))


def _with_responder(
    m: Matter, unit: UnitCode, change: Callable[[Responder], Responder]
) -> tuple[Responder, ...]:
    return tuple(change(r) if r.unit == unit else r for r in m.responders)


def _handled(responders: tuple[Responder, ...], stage: Stage) -> Stage:
    """The stage after a change of the response: handling once the lead has reported in."""
    if stage is Stage.DISPATCHED and any(
        r.part is Part.LEAD and r.reported_in is not None for r in responders
    ):
        return Stage.HANDLING
    return stage


def _reported_in(m: Matter, event: e.ReportedIn) -> Changes:
    responders = _with_responder(m, event.unit, lambda r: changed(r, reported_in=event.at))
    return {"responders": responders, "stage": _handled(responders, m.stage)}


def _brought_in(m: Matter, event: e.BroughtIn) -> Changes:
    rest = tuple(r for r in m.responders if r.unit != event.responder.unit)
    responders = (*rest, event.responder)
    return {"responders": responders, "responded": _responded(m, responders)}


def _joined(m: Matter, event: e.Joined) -> Changes:
    responders = _with_responder(m, event.unit, lambda r: changed(r, part=Part.JOINT))
    return {"responders": responders, "responded": _responded(m, responders)}


def _lead_passed(m: Matter, responders: tuple[Responder, ...], unit: UnitCode) -> Changes:
    passed = tuple(
        changed(r, part=Part.LEAD)
        if r.unit == unit
        else changed(r, part=Part.JOINT, handed_in=False)
        if r.part is Part.LEAD
        else r
        for r in responders
    )
    stage = Stage.DISPATCHED if m.stage is Stage.BLOWN else m.stage
    return {
        "responders": passed,
        "responded": _responded(m, passed),
        "stage": _handled(passed, stage),
        "extension": None,
        "first_responder": m.first_responder or unit,
    }


def _accepted(m: Matter, event: e.Accepted) -> Changes:
    return {**_lead_passed(m, m.responders, event.unit), "accepted": True}


def _designated(m: Matter, event: e.Designated) -> Changes:
    responders = m.responders
    if all(r.unit != event.unit for r in responders):
        new = Responder(unit=event.unit, part=Part.JOINT, receiver=event.receiver)
        responders = (*responders, new)
    return _lead_passed(m, responders, event.unit)


def _handed_in(m: Matter, event: e.HandedIn) -> Changes:
    return {"responders": _with_responder(m, event.unit, lambda r: changed(r, handed_in=True))}


def _receiver_changed(m: Matter, event: e.ReceiverChanged) -> Changes:
    return {
        "responders": _with_responder(m, event.unit, lambda r: changed(r, receiver=event.receiver))
    }


def _fed_back(m: Matter, event: e.FedBack) -> Changes:
    return {
        "stage": Stage.FED_BACK,
        "extension": None,
        "objection": changed(m.objection, open=False) if m.objection is not None else None,
        "round": changed(m.round, judged=Stage.HANDLING, result=event.result),
    }


def _objected(m: Matter, event: e.Objected) -> Changes:
    return {"objection": Objection(unit=event.unit, names=event.names)}


def _objection_answered(m: Matter, event: e.ObjectionAnswered) -> Changes:
    known = cast("Objection", m.objection)
    return {"objection": changed(known, open=False)}


def _released(m: Matter, event: e.Released) -> Changes:
    return {"responders": tuple(r for r in m.responders if r.unit != event.unit)}


def _with_raiser(m: Matter, raiser: str, change: Callable[[Raiser], Raiser]) -> tuple[Raiser, ...]:
    return tuple(change(r) if r.id == raiser else r for r in m.raisers)


def _told(m: Matter, event: e.Told) -> Changes:
    return {"raisers": _with_raiser(m, event.raiser, lambda r: changed(r, told=True))}


def _clock_started(m: Matter, event: e.ClockStarted) -> Changes:
    return {"clocks": (*m.clocks, event.clock)}


def _with_clock(m: Matter, clock: int, change: Callable[[Clock], Clock]) -> tuple[Clock, ...]:
    index = clock - 1
    return (*m.clocks[:index], change(m.clocks[index]), *m.clocks[clock:])


def _clock_ended(m: Matter, event: e.ClockEnded) -> Changes:
    return {
        "clocks": _with_clock(
            m, event.clock, lambda c: changed(c, ended=event.at, verdict=event.verdict, steps=())
        )
    }


def _clock_moved(m: Matter, event: e.ClockMoved) -> Changes:
    return {
        "clocks": _with_clock(
            m,
            event.clock,
            lambda c: changed(c, due=event.due, steps=event.steps, latest=event.latest),
        )
    }


def _timer_fired(m: Matter, event: e.TimerFired) -> Changes:
    return {
        "clocks": _with_clock(
            m,
            event.clock,
            lambda c: changed(c, steps=tuple(s for s in c.steps if s.number != event.step)),
        )
    }


def _extension_asked(m: Matter, event: e.ExtensionAsked) -> Changes:
    return {"extension": ExtensionRequest(clock=event.clock, by=event.by)}


def _extension_answered(m: Matter, event: e.ExtensionAnswered) -> Changes:
    return {"extension": None}


def _marked(m: Matter, event: e.Marked) -> Changes:
    mark = Evaluation(
        raiser=event.raiser, unit=event.unit, solved=event.solved, satisfied=event.satisfied
    )
    raisers = m.raisers
    if event.raiser is not None:  # whoever marks has been told
        raisers = _with_raiser(m, event.raiser, lambda r: changed(r, told=True))
    return {"raisers": raisers, "round": changed(m.round, marks=(*m.round.marks, mark))}


def _reopened(m: Matter, event: e.Reopened) -> Changes:
    return {
        "stage": event.stage,
        "round": Round(number=m.round.number + 1),
        "raisers": tuple(changed(r, told=False) for r in m.raisers),
        "closed_at": None,
        "reopen_until": None,
        "outcome": None,
        "nothing_there": False,
        "moved_up": m.moved_up and event.stage is not Stage.RECEIVED,  # there it begins anew
    }


def _closed(m: Matter, event: e.Closed) -> Changes:
    return {
        "stage": Stage.CLOSED,
        "outcome": event.outcome,
        "closed_at": event.at,
        "reopen_until": event.reopen_until,
        "extension": None,
    }


def _deferred(m: Matter, event: e.Deferred) -> Changes:
    return {
        "stage": Stage.DEFERRED,
        "deferral": Deferral(
            count=1 + (m.deferral.count if m.deferral is not None else 0),
            latest=event.latest,
            since=event.at,
            stage=m.stage,
        ),
    }


def _resumed(m: Matter, event: e.Resumed) -> Changes:
    known = cast("Deferral", m.deferral)
    return {"stage": known.stage, "deferral": changed(known, since=None)}


def _admitted(m: Matter, event: e.Admitted) -> Changes:
    return {"admitted": True}


EVOLVE: dict[type[Any], Callable[[Matter, Any], Changes]] = {
    e.Added: _nothing,
    e.Urged: _nothing,
    e.Withdrawn: _withdrawn,
    e.Classified: _classified,
    e.Answered: _nothing,
    e.Redirected: _nothing,
    e.SplitOff: _nothing,
    e.MergedInto: _nothing,
    e.Absorbed: _absorbed,
    e.Looked: _looked,
    e.Settled: _settled,
    e.MovedUp: _moved_up,
    e.Blown: _blown,
    e.WhistleRaised: _whistle_raised,
    e.StoodDown: _stood_down,
    e.Dispatched: _dispatched,
    e.ReportedIn: _reported_in,
    e.BroughtIn: _brought_in,
    e.Joined: _joined,
    e.Accepted: _accepted,
    e.Designated: _designated,
    e.HandedIn: _handed_in,
    e.ProgressReported: _nothing,
    e.ReceiverChanged: _receiver_changed,
    e.FedBack: _fed_back,
    e.Objected: _objected,
    e.ObjectionAnswered: _objection_answered,
    e.Released: _released,
    e.Told: _told,
    e.TimeConfirmed: _nothing,
    e.ShirkRefused: _nothing,
    e.ClockStarted: _clock_started,
    e.ClockEnded: _clock_ended,
    e.ClockMoved: _clock_moved,
    e.TimerFired: _timer_fired,
    e.ExtensionAsked: _extension_asked,
    e.ExtensionAnswered: _extension_answered,
    e.Marked: _marked,
    e.NotReached: _nothing,
    e.Reopened: _reopened,
    e.Closed: _closed,
    e.Supervised: _nothing,
    e.Escalated: _nothing,
    e.Deferred: _deferred,
    e.Resumed: _resumed,
    e.Concluded: _nothing,
    e.Admitted: _admitted,
    e.CatalogueChangeProposed: _nothing,
}
"""For each event but ``received``, what it changes; its time is always the matter's latest."""
