"""In which words each recipient is told what: one table from what happened to the texts.

On the left stands what a notice of the outbox tells, ``Notice.code``, and behind a dot, where
the words differ, how it concerns the recipient; on the right the texts (``texts.notices()``) for
residents, units and the coordinator. A test holds both sides against each other: whatever can
be told has words, and no words are there that nobody is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.events import Event
from whistle_engine.model import (
    ActorId,
    Clock,
    Matter,
    StepAction,
    UnitCode,
    What,
)
from whistle_engine.notify.api import Audience
from whistle_engine.responder import running

_ALERTS = (StepAction.REMIND, StepAction.URGE, StepAction.SUPERVISE, StepAction.CALL_BACK)
"""The rungs of a ladder, which may be for others than who has the clock."""

_FAMILIES = {audience.value: audience for audience in Audience}


def _words(*codes: str) -> Mapping[Audience, str]:
    return {_FAMILIES[code.partition(".")[0]]: code for code in codes}


TEXTS: Mapping[str, Mapping[Audience, str]] = {
    # intake and tracks
    "received": _words("resident.received"),
    "classified": _words("resident.classified"),
    "answered": _words("resident.answered"),
    "redirected": _words("resident.redirected"),
    "split_off": _words("resident.split"),
    "merged_into": _words("resident.merged"),
    "absorbed": _words("resident.absorbed"),
    "withdrawn": _words("resident.withdrawn"),
    "moved_up": _words("resident.moved_up"),
    "settled": _words("resident.settled", "unit.settled"),
    "settled.to_mark": _words("resident.settled", "unit.mark"),
    # whistle
    "blown": _words("resident.blown"),
    "whistle_raised": _words("resident.raised", "unit.raised"),
    "stood_down": _words("resident.stood_down", "unit.stood_down"),
    "dispatched": _words("resident.dispatched"),
    "dispatched.lead": _words("unit.dispatched"),
    "dispatched.joint": _words("unit.joint"),
    "dispatched.invited": _words("unit.invited"),
    # response
    "brought_in.joint": _words("unit.brought_in"),
    "brought_in.invited": _words("unit.invited"),
    "reported_in": _words("unit.reported_in"),
    "accepted": _words("unit.lead_passed"),
    "designated": _words("unit.designated"),
    "receiver_changed": _words("unit.receiver_changed"),
    "handed_in": _words("unit.handed_in"),
    "released": _words("unit.released"),
    "supervised": _words("unit.supervise"),
    "shirk_refused": _words("unit.shirk_refused"),
    "objection_answered.upheld": _words("unit.objection_upheld"),
    "objection_answered.rejected": _words("unit.objection_rejected"),
    "fed_back": _words("resident.fed_back", "unit.fed_back"),
    "fed_back.to_mark": _words("resident.fed_back", "unit.mark"),
    "told": _words("resident.told"),
    "time_confirmed": _words("unit.time_confirmed"),
    # clocks
    "clock_started.classify": _words("unit.duty"),
    "clock_started.look": _words("unit.duty"),
    "clock_started.mediate": _words("unit.duty"),
    "clock_started.deliberate": _words("unit.duty"),
    "clock_started.blow": _words("unit.duty"),
    "clock_started.dispatch": _words("unit.duty"),
    "clock_started.tell": _words("unit.tell"),
    "clock_started.decide_extension": _words("unit.extension_asked"),
    "clock_started.answer_objection": _words("coordinator.objection_raised"),
    "clock_started.designate": _words("coordinator.designate"),
    "clock_started.review": _words("coordinator.review"),
    "clock_started.decide_round": _words("coordinator.decide_round"),
    "clock_started.docket": _words("coordinator.escalated"),
    "clock_ended.missed": _words("unit.missed"),
    "clock_moved": _words("resident.mark", "unit.moved"),
    "clock_moved.later": _words("resident.extended"),
    "extension_answered.granted": _words("unit.extension_granted"),
    "extension_answered.declined": _words("unit.extension_declined"),
    # timers: to whom the clock belongs, and to others
    "timer_fired.remind": _words("unit.watch"),
    "timer_fired.remind.own": _words("resident.mark", "unit.remind"),
    "timer_fired.urge": _words("unit.watch"),
    "timer_fired.urge.own": _words("resident.mark", "unit.urge"),
    "timer_fired.supervise": _words("unit.to_supervise"),
    "timer_fired.supervise.own": _words("resident.mark", "unit.supervise"),
    "timer_fired.call_back": _words("unit.call_back"),
    "timer_fired.call_back.own": _words("resident.mark"),
    "timer_fired.escalate": _words("coordinator.escalated"),
    "timer_fired.pass_on": _words("unit.pass_on"),
    "timer_fired.lapse": _words("resident.lapsed", "unit.lapsed"),
    "timer_fired.reject": _words("coordinator.rejected"),
    "timer_fired.decline": _words("unit.declined"),
    "timer_fired.resume": _words("coordinator.resumed"),
    "timer_fired.reopen": _words("unit.plan_overdue"),
    "timer_fired.recur": _words("coordinator.recur"),
    # residents and coordination
    "added": _words("unit.added"),
    "urged": _words("unit.urged"),
    "marked": _words("unit.marked"),
    "not_reached": _words("resident.not_reached"),
    "reopened": _words("resident.reopened", "unit.reopened"),
    "closed": _words("resident.closed", "unit.closed"),
    "deferred": _words("resident.deferred", "unit.deferred"),
    "resumed": _words("resident.resumed", "unit.resumed"),
    "concluded": _words("resident.concluded"),
}
"""What can be told, and the words for it."""

_IN_TURN: Mapping[Audience, tuple[Audience, ...]] = {
    Audience.RESIDENT: (Audience.RESIDENT, Audience.UNIT),
    Audience.UNIT: (Audience.UNIT, Audience.COORDINATOR),
    Audience.COORDINATOR: (Audience.COORDINATOR, Audience.UNIT),
}
"""The coordinator is a unit, and a unit may have been the coordinator when it happened."""


@frozen(kw_only=True)
class Recipient:
    """Who is told: a unit, or a person.

    Attributes:
        unit: the unit; beside ``actor``, the one in the response for which that person acts.
        actor: the person.
    """

    unit: UnitCode | None
    actor: ActorId | None

    def owns(self, clock: Clock) -> bool:
        """Tell whether a clock is this recipient's own."""
        if clock.unit is not None:
            return clock.unit == self.unit
        return clock.raiser is not None and clock.raiser == self.actor


def told(event: Event, code: str, to: Recipient, state: Matter) -> str:
    """What a notice tells this recipient: a key of :data:`TEXTS`.

    Args:
        event: what happened.
        code: the notice's code.
        to: whom it tells.
        state: the matter after the commit.
    """
    variant = _variant(event, to, state)
    return f"{code}.{variant}" if variant else code


def _variant(event: Event, to: Recipient, state: Matter) -> str:
    match event:
        case e.Dispatched(responders=responders):
            return next((r.part.value for r in responders if r.unit == to.unit), "")
        case e.BroughtIn(responder=brought):
            return brought.part.value
        case e.ObjectionAnswered(upheld=upheld):
            return "upheld" if upheld else "rejected"
        case e.ExtensionAnswered(granted=granted):
            return "granted" if granted else "declined"
        case e.FedBack() | e.Settled() if to.unit is not None:
            return "to_mark" if any(own_clocks(state, to, What.MARK)) else ""
        case e.ClockMoved(clock=moved) if to.unit is None:
            return "" if to.owns(state.clocks[moved - 1]) else "later"
        case e.TimerFired(clock=fired, action=action) if action in _ALERTS:
            return "own" if to.owns(state.clocks[fired - 1]) else ""
        case _:
            return ""


def own_clocks(state: Matter, to: Recipient, *whats: What) -> Iterator[Clock]:
    """The running clocks of these kinds that are the recipient's own."""
    return (clock for clock in running(state, *whats) if to.owns(clock))


def recipient(unit: UnitCode | None, actor: ActorId | None, state: Matter) -> Recipient:
    """Who a notice is for; a person who acts for a responding unit, with that unit."""
    if unit is None:
        unit = next((r.unit for r in state.responders if r.receiver == actor), None)
    return Recipient(unit=unit, actor=actor)


def words(telling: str, to: Recipient, coordinator: UnitCode) -> tuple[Audience, str]:
    """As what a recipient is told, and in which words.

    Args:
        telling: a key of :data:`TEXTS`.
        to: the recipient; somebody who acts for a unit and raised the matter too is told as
            the unit, which has to act.
        coordinator: the unit that coordinates, by the rules in force.

    Raises:
        KeyError: nothing is said of this yet: a fault in the table.
    """
    texts = TEXTS[telling]
    if to.unit is not None and (to.actor is None or Audience.UNIT in texts):
        audience = Audience.COORDINATOR if to.unit == coordinator else Audience.UNIT
    else:
        audience = Audience.RESIDENT if Audience.RESIDENT in texts else Audience.UNIT
    for each in _IN_TURN[audience]:
        if each in texts:
            return audience, texts[each]
    raise KeyError(telling, audience)
