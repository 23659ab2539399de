"""What somebody of good will would do next, in any city, so that a matter comes to its end.

How they go about it is a :class:`Temper`: by which way the departments are called, whether others
are brought in, time is asked for, the matter set aside, the work judged well. A tale whose people
have a temper comes to where matters seldom are; and with the plainest one every open matter can be
settled (L17).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.classify import CATEGORY, dangers
from whistle_engine.model import (
    Actor,
    Affair,
    AppealKind,
    Length,
    LimitUnit,
    Matter,
    Part,
    Party,
    ResultCode,
    Role,
    Satisfied,
    Solved,
    Stage,
    UnitCode,
    What,
    facts,
)
from whistle_engine.responder import evidence_needed, leads_of, overdue, running
from whistle_engine.standing import grid_of, lead
from whistle_engine.testing.strategies._acts import no_danger, proofs
from whistle_engine.testing.strategies._cast import Cast

Turn = tuple[Actor, c.Act]
"""Who does what."""

WAYS = ("street", "community", "take_on", "straight", "urgent")
"""How departments are called."""

BY_ONE = Length(1, LimitUnit.WORKING_DAYS)


@frozen(kw_only=True)
class Temper:
    """How people go about it.

    Attributes:
        category: what the appeal is about; empty for the first category that is public.
        way: how departments are called: one of :data:`WAYS`.
        moves_up: what could be settled by talking is moved up.
        answers: an enquiry is answered away.
        objects, brings, passes: the lead objects, brings another unit in, is relieved by one.
        extends, defers: time is asked for and granted; the matter is set aside once.
        alone: the lead waits for no joint unit that is late.
        planned: the first answer is a plan.
        solved: how it is judged; ``None`` lets the marks lapse.
        called_back: residents are asked for their marks rather than give them.
        reopens: what is closed is asked for again.
    """

    category: str = ""
    way: str = WAYS[0]
    moves_up: bool = False
    answers: bool = False
    objects: bool = False
    brings: bool = False
    passes: bool = False
    extends: bool = False
    defers: bool = False
    alone: bool = False
    planned: bool = False
    solved: Solved | None = Solved.SOLVED
    called_back: bool = False
    reopens: bool = False


PLAIN = Temper()
"""Nothing out of the way: what is asked for is done."""


@frozen
class Helper:
    """Gives what would be done next, the best first; the rules may refuse the first ones."""

    cast: Cast
    temper: Temper

    def turns(self, matter: Matter, now: datetime) -> Iterator[Turn]:
        """What somebody of good will would do about a matter, one of them at a time."""
        yield from _STAGES[matter.stage](self, matter, now)

    # ------------------------------------------------------------------------------ at first

    def received(self, matter: Matter, _now: datetime) -> Iterator[Turn]:
        code = self._category(matter)
        if self.temper.answers and matter.appeal.kind is AppealKind.ENQUIRY:
            yield self.cast.city.community(matter), c.Answer()
        if self.temper.way == "urgent":
            yield from self._blow(matter, self.cast.rules.policy.urgent.code, code)
        for by in self._desks(matter):
            yield by, c.Classify(facts=facts(category=code))
        # What was moved up before is not classified as less: then as something else.
        for row in self.cast.city.categories:
            for by in self._desks(matter):
                yield by, c.Classify(facts=facts(category=row.code))

    def _category(self, matter: Matter) -> str:
        known = dict(matter.facts).get(CATEGORY)
        public = (r.code for r in self.cast.city.categories if r.affair is Affair.PUBLIC)
        anything = self.cast.city.categories[0].code
        return self.temper.category or known or next(public, anything)

    def _desks(self, matter: Matter) -> Iterator[Actor]:
        yield self.cast.city.community(matter)
        if self.cast.city.hotline is not None:
            yield self.cast.city.hotline

    def _look(self, matter: Matter) -> Iterator[Turn]:
        for by in (*self._desks(matter), self.cast.city.street(matter)):
            yield by, c.Look(facts=no_danger(self.cast))

    def talking(self, matter: Matter, _now: datetime) -> Iterator[Turn]:
        if any(running(matter, What.LOOK)) or dangers(self.cast.rules.policy, matter.facts):
            yield from self._look(matter)
        talkers = [
            self.cast.city.somebody(grid_of(matter, self.cast.rules), role)
            for role in (Role.GRID_BRANCH, Role.MICRO_GRID_LEADER)
        ]
        order: tuple[c.Act, ...] = (c.Settle(), c.MoveUp())
        for act in reversed(order) if self.temper.moves_up else order:
            for by in talkers:
                yield by, act

    # ------------------------------------------------------------------------------- calling

    def awaiting(self, matter: Matter, _now: datetime) -> Iterator[Turn]:
        found = matter.classification
        kinds = sorted(self.cast.rules.policy.kinds, key=lambda kind: kind.rank)
        kind = (found.kind if found is not None else None) or kinds[0].code
        start = WAYS.index(self.temper.way)
        for way in (*WAYS[start:], *WAYS[:start]):
            yield from self._call(way, matter, kind)
        for other in kinds:
            yield from self._blow(matter, other.code, None)

    def _call(self, way: str, matter: Matter, kind: str) -> Iterator[Turn]:
        city = self.cast.city
        match way:
            case "street":
                yield city.street(matter), c.Blow(kind=kind)
            case "community":
                yield city.community(matter), c.Blow(kind=kind)
            case "take_on":
                yield city.street(matter), c.TakeOn()
            case "straight" if city.hotline is not None:
                for unit in (*self._leads(matter), matter.street):
                    yield city.hotline, c.SendStraight(to=unit)
            case _:
                yield from self._blow(matter, self.cast.rules.policy.urgent.code, None)

    def _blow(self, matter: Matter, kind: str, category: str | None) -> Iterator[Turn]:
        for by in (self.cast.city.street(matter), self.cast.city.community(matter)):
            yield by, c.Blow(kind=kind, category=category)

    def _leads(self, matter: Matter) -> tuple[UnitCode, ...]:
        code = matter.classification.category if matter.classification is not None else ""
        row = next((r for r in self.cast.rules.policy.categories if r.code == code), None)
        return leads_of(row, matter.street)

    def blown(self, matter: Matter, _now: datetime) -> Iterator[Turn]:
        yield self.cast.city.operations, c.Dispatch()
        yield from self._designate(matter)

    def _designate(self, matter: Matter) -> Iterator[Turn]:
        for unit in (*self._leads(matter), *self.cast.city.departments):
            yield self.cast.city.coordinator, c.Designate(unit=unit)

    # ------------------------------------------------------------------------------ handling

    def called(self, matter: Matter, now: datetime) -> Iterator[Turn]:
        leading = lead(matter)
        if leading is None:
            return
        by = self.cast.city.responder(leading)
        if matter.objection is not None and matter.objection.open:
            yield from self._designate(matter)
        if self.temper.objects and matter.objection is None:
            for unit in self.cast.city.departments:
                yield by, c.Object(clause="3.2", names=unit)
        if leading.reported_in is None:
            yield by, c.ReportIn()
        yield from self._together(matter, by)
        yield from self._clocks(matter, by, now)
        yield from self._joint(matter, now)
        yield from self._answer(matter, by, now)

    def _together(self, matter: Matter, by: Actor) -> Iterator[Turn]:
        if self.temper.brings and all(r.brought_in_by is None for r in matter.responders):
            for unit in self.cast.city.helpers:
                yield by, c.BringIn(unit=unit)
        if self.temper.passes and not matter.accepted:
            for each in matter.responders:
                if each.part is not Part.LEAD:
                    yield self.cast.city.responder(each), c.Accept()

    def _clocks(self, matter: Matter, by: Actor, now: datetime) -> Iterator[Turn]:
        city = self.cast.city
        if matter.extension is not None:
            for decides in (city.street(matter), city.coordinator):
                yield decides, c.GrantExtension()
        work = [k for k in matter.clocks if k.ended is None and k.latest is not None]
        if self.temper.extends and any(not k.due.moves for k in work):
            yield by, c.AskExtension(by=BY_ONE)
        if self.temper.defers and matter.deferral is None:
            yield city.coordinator, c.Defer(review_on=now + timedelta(days=20))

    def _joint(self, matter: Matter, now: datetime) -> Iterator[Turn]:
        for each in matter.responders:
            if each.part is not Part.JOINT or each.handed_in:
                continue
            owes = next(running(matter, What.HAND_IN, unit=each.unit), None)
            if self.temper.alone and (owes is None or overdue(owes, now)):
                continue
            by = self.cast.city.responder(each)
            if each.reported_in is None:
                yield by, c.ReportIn()
            yield by, c.HandIn()

    def _answer(self, matter: Matter, by: Actor, now: datetime) -> Iterator[Turn]:
        planned = self.temper.planned and matter.round.number == 1
        evidence = proofs(evidence_needed(matter, self.cast.rules))
        late = tuple(
            k.unit for k in running(matter, What.HAND_IN) if overdue(k, now) and k.unit is not None
        )
        date = now + timedelta(days=20) if planned else None
        result = ResultCode.PLANNED if planned else ResultCode.SOLVED
        yield by, c.FeedBack(result=result, evidence=evidence, plan_date=date, without=late)
        yield by, c.FeedBack(result=ResultCode.SOLVED, evidence=evidence, without=late)
        for each in matter.responders:  # there are cities where a joint unit may not hand in
            if each.part is Part.JOINT:
                yield by, c.Release(unit=each.unit)

    def deferred(self, _matter: Matter, _now: datetime) -> Iterator[Turn]:
        yield self.cast.city.coordinator, c.Resume()

    # ------------------------------------------------------------------------------- judging

    def fed_back(self, matter: Matter, _now: datetime) -> Iterator[Turn]:
        first = self.cast.stands_as(Party.FIRST_RESPONDER, matter, 0)
        for raiser in matter.raisers:
            if first is not None and not raiser.told:
                yield first, c.Tell(raiser=raiser.id)
        solved = self.temper.solved
        for clock in running(matter, What.MARK):
            if solved is None:
                break
            mark = c.Mark(solved=solved, satisfied=Satisfied.MOSTLY)
            if clock.raiser is not None:
                yield from self._asked(matter, clock.raiser, mark)
            elif clock.unit is not None:
                yield self.cast.speaker(clock.unit, matter), mark
        if any(running(matter, What.DECIDE_ROUND)):
            yield self.cast.city.coordinator, c.Reopen()
            yield self.cast.city.coordinator, c.Conclude()

    def _asked(self, matter: Matter, raiser: str, mark: c.Mark) -> Iterator[Turn]:
        unit = next((r.unit for r in matter.raisers if r.id == raiser), None)
        asked = c.CallBack(raiser=raiser, solved=mark.solved, satisfied=mark.satisfied)
        if self.temper.called_back:
            for by in self._desks(matter):
                yield by, asked
        yield self.cast.city.resident(raiser, unit), mark
        for by in self._desks(matter):
            yield by, asked

    def closed(self, matter: Matter, _now: datetime) -> Iterator[Turn]:
        for clock in running(matter, What.FOLLOW_UP):
            if clock.unit is not None:
                yield self.cast.speaker(clock.unit, matter), c.HandIn(evidence=proofs(1))
        if self.temper.reopens:
            raiser = self.cast.stands_as(Party.RAISER, matter, 0)
            if raiser is not None:
                yield raiser, c.Reopen()
            yield self.cast.city.community(matter), c.Reopen()


_STAGES: Mapping[Stage, Callable[[Helper, Matter, datetime], Iterator[Turn]]] = {
    Stage.RECEIVED: Helper.received,
    Stage.MEDIATING: Helper.talking,
    Stage.DELIBERATING: Helper.talking,
    Stage.AWAITING_WHISTLE: Helper.awaiting,
    Stage.BLOWN: Helper.blown,
    Stage.DISPATCHED: Helper.called,
    Stage.HANDLING: Helper.called,
    Stage.DEFERRED: Helper.deferred,
    Stage.FED_BACK: Helper.fed_back,
    Stage.CLOSED: Helper.closed,
}
