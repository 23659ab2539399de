"""What a decision reads (:class:`Case`) and what it writes (:class:`Record`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Generic, TypeVar

from attrs import define, field, frozen

from whistle_engine.commands import Act, Command
from whistle_engine.events import ClockEnded, ClockMoved, ClockStarted, Closed, Escalated, Event
from whistle_engine.model import (
    ActorId,
    Clock,
    Due,
    Limit,
    Matter,
    MatterId,
    Outcome,
    Party,
    TextRef,
    UnitCode,
    Verdict,
    View,
    What,
)
from whistle_engine.responder import overdue, running
from whistle_engine.rules import Rules
from whistle_engine.standing import STANDING

A_co = TypeVar("A_co", bound=Act, covariant=True)


@frozen(kw_only=True)
class Case(Generic[A_co]):
    """One decision to take: the matter as it stands, what is asked, by which rules, when.

    Attributes:
        matter: the matter's state.
        subject: the id of the matter that is decided.
        others: views of the other matters that the command writes.
    """

    matter: Matter
    command: Command
    do: A_co
    rules: Rules
    now: datetime
    subject: MatterId
    others: Mapping[MatterId, View]

    def text(self, name: str = "text") -> TextRef | None:
        """Where the words of this name lie, if they came with the command."""
        return TextRef(self.command.id, name) if name in self.command.texts else None

    @property
    def by_coordinator(self) -> bool:
        """Whether the coordinator acts; the bare role, in another unit, is not enough."""
        return STANDING[Party.COORDINATOR](self.command.by, self.matter, self.rules)

    @property
    def unit(self) -> UnitCode | None:
        """The unit of who acts."""
        return self.command.by.unit

    @property
    def acting(self) -> UnitCode:
        """The unit of who acts, where standing has shown that there is one."""
        unit = self.command.by.unit
        if unit is None:
            raise AssertionError(self.command)
        return unit


@define
class Record:
    """The events of one decision, in order, and the next clock's id."""

    at: datetime
    matter: Matter | None
    rules: Rules
    community: UnitCode
    street: UnitCode
    events: list[Event] = field(factory=list)
    next_clock: int = 1
    ended: set[int] = field(factory=set)
    local: datetime | None = None
    receivers: dict[UnitCode, ActorId | None] = field(factory=dict)

    def add(self, event: Event) -> None:
        """Write an event."""
        self.events.append(event)

    def start(
        self,
        what: What,
        unit: UnitCode | None,
        limit: Limit,
        *,
        raiser: ActorId | None = None,
        extendable: Limit | None = None,
        about: int | None = None,
    ) -> None:
        """Start a clock with a limit of its own."""
        due = self.rules.limits.due(self.at, limit, unit=unit)
        latest = (
            self.rules.limits.extended(due, extendable, at=self.at).at
            if extendable is not None
            else None
        )
        self.start_due(what, unit, due, raiser=raiser, latest=latest, about=about)

    def start_due(
        self,
        what: What,
        unit: UnitCode | None,
        due: Due,
        *,
        raiser: ActorId | None = None,
        latest: datetime | None = None,
        about: int | None = None,
    ) -> None:
        """Start a clock whose due time is given: a date of review, a lead that passes."""
        steps = self.rules.limits.steps(
            due, what, unit=unit, community=self.community, street=self.street
        )
        clock = Clock(
            id=self.next_clock,
            what=what,
            unit=unit,
            started=self.at,
            due=due,
            steps=steps,
            raiser=raiser,
            latest=latest,
            about=about,
        )
        self.next_clock += 1
        self.events.append(ClockStarted(self.at, clock))

    def end(self, clock: Clock, *, done: bool = False, missed: bool = False) -> None:
        """End a clock, once: kept or missed if it was done, else superseded or missed (FR7).

        While a matter is deferred, time stands still for its clocks. ``missed`` says so at the
        due time itself, when a fallback takes effect.
        """
        if clock.id in self.ended:
            return
        self.ended.add(clock.id)
        deferral = self.matter.deferral if self.matter is not None else None
        judged = self.at
        if deferral is not None and deferral.since is not None and not _goes_on(clock):
            judged = deferral.since
        if missed or overdue(clock, judged):
            verdict = Verdict.MISSED
        else:
            verdict = Verdict.KEPT if done else Verdict.SUPERSEDED
        self.events.append(ClockEnded(self.at, clock.id, verdict))
        if self.matter is not None:
            for docket in self.matter.clocks:
                if docket.about == clock.id and docket.ended is None:
                    self.end(docket, done=True)

    def end_all(
        self,
        *whats: What,
        unit: UnitCode | None = None,
        done: tuple[What, ...] = (),
        but: tuple[What, ...] = (),
    ) -> None:
        """End every running clock (of these kinds, of this unit), those in ``done`` as done.

        A docket about a clock that goes on goes on with it, unless dockets are asked for.
        """
        if self.matter is None:
            return
        going_on = {k.id for k in self.matter.clocks if k.what in but and k.ended is None}
        for clock in self.matter.clocks:
            if (
                clock.ended is None
                and (not whats or clock.what in whats)
                and clock.what not in but
                and (unit is None or clock.unit == unit)
                and (whats or clock.about not in going_on)
            ):
                self.end(clock, done=clock.what in done)

    def acted_on(self) -> None:
        """End the dockets that are about no clock: something was done about the matter."""
        if self.matter is not None:
            for docket in running(self.matter, What.DOCKET):
                if docket.about is None:
                    self.end(docket, done=True)

    def move(self, clock: Clock, due: Due, *, latest: datetime | None = None) -> None:
        """Move a due time, for one of the reasons of FR7.

        The alerts that are still ahead, and always the fallback, stand by the new due time.
        """
        steps = self.rules.limits.steps(
            due, clock.what, unit=clock.unit, community=self.community, street=self.street
        )
        ahead = tuple(s for s in steps if s.at > self.at or s is steps[-1])
        self.events.append(ClockMoved(self.at, clock.id, due, ahead, latest or clock.latest))

    def receiver(self, unit: UnitCode) -> ActorId | None:
        """The receiver on duty at a unit now, if any."""
        if unit not in self.receivers:
            self.local = self.local or self.rules.policy.local(self.at)
            self.receivers[unit] = self.rules.directory.receiver(unit, self.local)
        return self.receivers[unit]

    def escalate(
        self,
        reason: str,
        *,
        clock: int | None = None,
        by: UnitCode | None = None,
        text: TextRef | None = None,
    ) -> None:
        """Put the matter in the coordinator's docket, unless it lies there for this already."""
        self.events.append(Escalated(self.at, reason, clock, by, text))
        if self.matter is not None and any(
            d.about == clock for d in running(self.matter, What.DOCKET)
        ):
            return
        policy = self.rules.policy
        self.start(What.DOCKET, policy.coordinator, policy.limits["docket"], about=clock)

    def close(self, outcome: Outcome, *, final: bool = False) -> None:
        """Close the matter; every clock ends but that of a plan still to be carried out."""
        self.end_all(but=(What.FOLLOW_UP,))
        until = (
            None
            if final
            else self.rules.limits.due(self.at, self.rules.policy.marks.reopen_within, unit=None).at
        )
        self.events.append(Closed(self.at, outcome, until))


def _goes_on(clock: Clock) -> bool:
    """The coordinator's own clocks go on while the matter is set aside."""
    return clock.what in (What.REVIEW, What.DOCKET)
