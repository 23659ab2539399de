"""What an engine should answer, kept in plain lists and dictionaries.

It hears the events of each answer, as any reader of the feed might, and shares no line with the
code that folds events or tells who stands how: a mistake in either shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypedDict

from whistle_engine import events as e
from whistle_engine.events import EVENTS, Event
from whistle_engine.model import Actor, MatterId

Row = tuple[datetime, MatterId, int]
"""A line of an inbox: when it is due, of which matter and clock."""

TRACKS = {"household": "mediating", "shared": "deliberating", "public": "awaiting_whistle"}


class ClockModel(TypedDict):
    """What is known of a clock."""

    what: str
    unit: str | None
    raiser: str | None
    due: datetime
    verdict: str | None
    timers: dict[int, datetime]


class MatterModel(TypedDict):
    """What is known of a matter."""

    version: int
    stage: str
    outcome: str | None
    before_deferral: str
    community: str
    street: str
    place: str
    raisers: set[str]
    parts: dict[str, str]
    arrived: set[str]
    first: str | None
    clocks: dict[int, ClockModel]
    latest: datetime


def opened(event: e.Received) -> MatterModel:
    """What is known of a matter that has just come in."""
    return {
        "version": 0,
        "stage": "received",
        "outcome": None,
        "before_deferral": "handling",
        "community": event.community,
        "street": event.street,
        "place": event.appeal.place.unit,
        "raisers": {raiser.id for raiser in event.raisers},
        "parts": {},
        "arrived": set(),
        "first": None,
        "clocks": {},
        "latest": event.at,
    }


# ---------------------------------------------------------------- what events tell


def _stage(name: str) -> Callable[[MatterModel, Any], None]:
    def hear(matter: MatterModel, _event: object) -> None:
        matter["stage"] = name

    return hear


def _track(affair: Any, matter: MatterModel) -> None:
    matter["stage"] = TRACKS[affair.value]


def _blown(matter: MatterModel, _event: e.Blown) -> None:
    if not matter["parts"]:
        matter["stage"] = "blown"


def _stood_down(matter: MatterModel, _event: e.StoodDown) -> None:
    matter["stage"] = "awaiting_whistle"
    matter["parts"], matter["arrived"], matter["first"] = {}, set(), None


def _dispatched(matter: MatterModel, event: e.Dispatched) -> None:
    matter["stage"] = "dispatched"
    matter["first"] = event.responders[0].unit
    matter["parts"] = {r.unit: r.part.value for r in event.responders}
    matter["arrived"] = set()


def _reported_in(matter: MatterModel, event: e.ReportedIn) -> None:
    matter["arrived"].add(event.unit)
    _handled(matter)


def _handled(matter: MatterModel) -> None:
    """Once the lead is there, it is being handled."""
    if matter["stage"] == "dispatched" and any(
        part == "lead" and unit in matter["arrived"] for unit, part in matter["parts"].items()
    ):
        matter["stage"] = "handling"


def _brought_in(matter: MatterModel, event: e.BroughtIn) -> None:
    matter["parts"][event.responder.unit] = event.responder.part.value


def _joined(matter: MatterModel, event: e.Joined) -> None:
    matter["parts"][event.unit] = "joint"


def _leads(matter: MatterModel, event: e.Accepted | e.Designated) -> None:
    for unit, part in matter["parts"].items():
        if part == "lead":
            matter["parts"][unit] = "joint"
    matter["parts"][event.unit] = "lead"
    _handled(matter)


def _released(matter: MatterModel, event: e.Released) -> None:
    del matter["parts"][event.unit]
    matter["arrived"].discard(event.unit)


def _closed(matter: MatterModel, event: e.Closed) -> None:
    matter["stage"], matter["outcome"] = "closed", event.outcome.value


def _reopened(matter: MatterModel, event: e.Reopened) -> None:
    matter["stage"], matter["outcome"] = event.stage.value, None


def _deferred(matter: MatterModel, _event: e.Deferred) -> None:
    matter["before_deferral"], matter["stage"] = matter["stage"], "deferred"


def _resumed(matter: MatterModel, _event: e.Resumed) -> None:
    matter["stage"] = matter["before_deferral"]


def _clock_started(matter: MatterModel, event: e.ClockStarted) -> None:
    clock = event.clock
    matter["clocks"][clock.id] = {
        "what": clock.what.value,
        "unit": clock.unit,
        "raiser": clock.raiser,
        "due": clock.due.at,
        "verdict": None,
        "timers": {step.number: step.at for step in clock.steps},
    }


def _clock_ended(matter: MatterModel, event: e.ClockEnded) -> None:
    clock = matter["clocks"][event.clock]
    clock["verdict"], clock["timers"] = event.verdict.value, {}


def _clock_moved(matter: MatterModel, event: e.ClockMoved) -> None:
    clock = matter["clocks"][event.clock]
    clock["due"] = event.due.at
    clock["timers"] = {step.number: step.at for step in event.steps}


def _timer_fired(matter: MatterModel, event: e.TimerFired) -> None:
    del matter["clocks"][event.clock]["timers"][event.step]


def _absorbed(matter: MatterModel, event: e.Absorbed) -> None:
    matter["raisers"] |= {raiser.id for raiser in event.raisers}


def _withdrawn(matter: MatterModel, event: e.Withdrawn) -> None:
    matter["raisers"].discard(event.raiser)


HEARD: Mapping[type[Any], Callable[[MatterModel, Any], None]] = {
    e.Classified: lambda matter, event: _track(event.classification.affair, matter),
    e.MovedUp: lambda matter, event: _track(event.affair, matter),
    e.Settled: _stage("fed_back"),
    e.FedBack: _stage("fed_back"),
    e.Blown: _blown,
    e.StoodDown: _stood_down,
    e.Dispatched: _dispatched,
    e.ReportedIn: _reported_in,
    e.BroughtIn: _brought_in,
    e.Joined: _joined,
    e.Accepted: _leads,
    e.Designated: _leads,
    e.Released: _released,
    e.Closed: _closed,
    e.Reopened: _reopened,
    e.Deferred: _deferred,
    e.Resumed: _resumed,
    e.ClockStarted: _clock_started,
    e.ClockEnded: _clock_ended,
    e.ClockMoved: _clock_moved,
    e.TimerFired: _timer_fired,
    e.Absorbed: _absorbed,
    e.Withdrawn: _withdrawn,
}
"""What each event changes; the others change nothing that is kept here."""

if not set(HEARD) <= set(EVENTS):
    raise AssertionError(set(HEARD) - set(EVENTS))


# ---------------------------------------------------------------- the model


class Model:
    """Every matter of a jurisdiction, as its events tell.

    Attributes:
        matters: the matters by id.
    """

    def __init__(self, coordinator: str, operations: str, hotline: str | None) -> None:
        """Begin with no matter.

        Args:
            coordinator: the unit that has a part in every matter in that role.
            operations: see there.
            hotline: see there; ``None`` where there is none.
        """
        self.matters: dict[MatterId, MatterModel] = {}
        self._offices = {
            ("coordinator", coordinator), ("operations", operations), ("hotline", hotline),
        }  # fmt: skip

    def hear(self, matter: MatterId, events: tuple[Event, ...]) -> None:
        """Hear the events of one commit.

        Raises:
            AssertionError: recorded time runs backwards (L14).
        """
        for event in events:
            if isinstance(event, e.Received):
                self.matters[matter] = opened(event)
            found = self.matters[matter]
            assert event.at >= found["latest"], "check that recorded time never runs backwards"
            found["latest"] = event.at
            HEARD.get(type(event), _nothing)(found, event)
        self.matters[matter]["version"] += 1

    def sees(self, actor: Actor, matter: MatterId) -> bool:
        """Tell whether an actor has a part in a matter, and so may read it."""
        found = self.matters.get(matter)
        if found is None:
            return False
        roles = {role.value for role in actor.roles}
        unit = actor.unit
        return (
            actor.id in found["raisers"]
            or "system" in roles
            or any((role, unit) in self._offices for role in roles)
            or ("community" in roles and unit == found["community"])
            or ("street" in roles and unit == found["street"])
            or (
                bool(roles & {"receiver", "street", "community"})
                and unit is not None
                and (unit in found["parts"] or unit == found["first"])
            )
        )

    def running(self, matter: MatterId) -> dict[int, ClockModel]:
        """The clocks that run: while it is deferred, only the coordinator's own."""
        found = self.matters[matter]
        return {
            number: clock
            for number, clock in found["clocks"].items()
            if clock["verdict"] is None
            and (found["stage"] != "deferred" or clock["what"] in ("review", "docket"))
        }

    def inbox(self, unit: str) -> list[Row]:
        """What waits for a unit, the earliest first."""
        return sorted(
            (clock["due"], matter, number)
            for matter in self.matters
            for number, clock in self.running(matter).items()
            if clock["unit"] == unit
        )

    def timers(self) -> set[tuple[MatterId, int, int, datetime]]:
        """The timers that are armed: of which matter, clock and step, and when."""
        return {
            (matter, number, step, at)
            for matter in self.matters
            for number, clock in self.running(matter).items()
            for step, at in clock["timers"].items()
        }


def _nothing(_matter: MatterModel, _event: object) -> None:
    """An event that changes nothing that is kept here."""
