"""What those who are called do: arrive, work, answer; object, ask for time, pass the buck."""

from __future__ import annotations

from datetime import timedelta

from whistle_engine import commands as c
from whistle_engine.generate.scene import SOONEST, Later, Scene, Turn
from whistle_engine.model import (
    Actor,
    Length,
    LimitUnit,
    Part,
    ResultCode,
    Stage,
    UnitCode,
    What,
)
from whistle_engine.responder import (
    BELOW,
    WORKING,
    category,
    evidence_needed,
    overdue,
    running,
)
from whistle_engine.standing import lead, responder

ASKED = ((2, LimitUnit.WORKING_DAYS), (3, LimitUnit.WORKING_DAYS), (5, LimitUnit.WORKING_DAYS))
"""For how much more time is asked."""

EARLIER = (timedelta(minutes=2), timedelta(minutes=40))
"""By how much somebody says to have arrived before it was recorded."""

CLAUSES = ("1.2", "2.4", "3.1", "3.2", "4.5")
"""Clauses of a catalogue that an objection may name."""


def _acting(scene: Scene) -> Actor | None:
    """Who speaks for the unit whose move it is, if it is in the response."""
    unit = scene.unit or (scene.clock.unit if scene.clock is not None else None)
    found = responder(scene.matter, unit)
    return None if found is None else scene.city.responder(found)


def _leading(scene: Scene) -> Actor | None:
    found = lead(scene.matter)
    return None if found is None else scene.city.responder(found)


# ---------------------------------------------------------------- what is owed


def arrive(scene: Scene) -> Turn | None:
    """Report in; some say that they were there a little before."""
    by = _acting(scene)
    if by is None:
        return None
    occurred = None
    if scene.clock is not None and scene.chance(scene.profile.departments.early):
        occurred = scene.now - scene.dice.between(*EARLIER)
        occurred = occurred if occurred > scene.clock.started else None
    return Turn(by=by, do=c.ReportIn(), occurred_at=occurred)


def work(scene: Scene) -> Turn | Later | None:
    """The lead answers, once it is there and the joint units have handed in or are late."""
    leading = lead(scene.matter)
    if leading is None:
        return None
    by = scene.city.responder(leading)
    if leading.reported_in is None:
        return Turn(by=by, do=c.ReportIn())
    owing = list(running(scene.matter, What.HAND_IN))
    early = [k.due.at for k in owing if not overdue(k, scene.now)]
    if early:
        left = max(early) - scene.now
        return Later(scene.now + max(SOONEST, min(left + SOONEST, left / 4)))
    result = _result(scene)
    return Turn(
        by=by,
        do=c.FeedBack(
            result=result,
            evidence=scene.proofs(evidence_needed(scene.matter, scene.rules)),
            plan_date=scene.now + scene.dice.between(timedelta(days=15), timedelta(days=60))
            if result is ResultCode.PLANNED
            else None,
            without=tuple(k.unit for k in owing if k.unit is not None),
        ),
    )


def _result(scene: Scene) -> ResultCode:
    habits = scene.profile.departments
    rounds = scene.rules.policy.marks.rounds
    last = scene.matter.round.number >= rounds > 1
    found = scene.dice.weighed(
        (
            (ResultCode.PLANNED, 0.0 if last else habits.planned),
            (ResultCode.PARTLY, habits.partly),
            (ResultCode.EXPLAINED, habits.explained),
            (ResultCode.SOLVED, 1 - habits.planned - habits.partly - habits.explained),
        )
    )
    return found or ResultCode.SOLVED


def hand_in(scene: Scene) -> Turn | None:
    """A joint unit hands in its part, or the lead the proof of its plan."""
    by = _acting(scene)
    party = responder(scene.matter, by.unit if by is not None else None)
    if by is None or party is None:
        return None
    if party.reported_in is None:
        return Turn(by=by, do=c.ReportIn())
    return Turn(by=by, do=c.HandIn(evidence=scene.proofs(1)))


def tell(scene: Scene) -> Turn | None:
    """The first responder tells a raiser who has not been told."""
    by = _acting(scene)
    left = [r.id for r in scene.matter.raisers if not r.told]
    if by is None or not left:
        return None
    return Turn(by=by, do=c.Tell(raiser=left[0]))


# ---------------------------------------------------------------- what is done unasked


def progress(scene: Scene) -> Turn | None:
    """An interim word."""
    by = _leading(scene)
    if by is None:
        return None
    return Turn(by=by, do=c.ReportProgress(evidence=scene.proofs(int(scene.chance(0.3)))))


def new_receiver(scene: Scene) -> Turn | None:
    """Another person of the unit follows it."""
    by = _leading(scene)
    if by is None:
        return None
    return Turn(by=by, do=c.ChangeReceiver(receiver=f"{by.unit}.deputy"))


def bring_in(scene: Scene) -> Turn | None:
    """The lead brings in a unit: one of the catalogue's other leads, or any."""
    by = _leading(scene)
    if by is None:
        return None
    known = {r.unit for r in scene.matter.responders}
    row = scene.rules.policy.category(category(scene.matter), scene.now)
    near = [u for u in (row.leads if row is not None else ()) if u not in known]
    units = near or [u for u in scene.city.helpers if u not in known]
    if not units:
        return None
    return Turn(by=by, do=c.BringIn(unit=scene.dice.pick(units)))


def join(scene: Scene) -> Turn | None:
    """An invited unit comes."""
    party = scene.party
    if party is None or party.part is not Part.INVITED:
        return None
    return Turn(by=scene.city.responder(party), do=c.ReportIn())


def accept(scene: Scene) -> Turn | None:
    """A unit that was brought in or invited takes the lead."""
    party = scene.party
    if party is None or party.part is Part.LEAD:
        return None
    return Turn(by=scene.city.responder(party), do=c.Accept())


def release(scene: Scene) -> Turn | None:
    """The lead lets another unit go."""
    by = _leading(scene)
    first = scene.matter.first_responder
    units = [r.unit for r in scene.matter.responders if r.part is not Part.LEAD and r.unit != first]
    if by is None or not units:
        return None
    return Turn(by=by, do=c.Release(unit=scene.dice.pick(units)))


def ask_extension(scene: Scene) -> Turn | None:
    """The lead asks for more time."""
    by = _leading(scene)
    clock = next(running(scene.matter, *WORKING), None)
    if by is None or clock is None or clock.latest is None:
        return None
    return Turn(by=by, do=c.AskExtension(by=Length(*scene.dice.pick(ASKED))))


def object_(scene: Scene) -> Turn | None:
    """The lead says that it is not within its duties, and who it should be."""
    by = _leading(scene)
    row = scene.rules.policy.category(category(scene.matter), scene.now)
    leads = [u for u in (row.leads if row is not None else ()) if u in scene.city.departments]
    units = [u for u in leads or scene.city.departments if by is not None and u != by.unit]
    units = units or [u for u in scene.city.departments if by is not None and u != by.unit]
    if by is None or not units:
        return None
    return Turn(by=by, do=c.Object(clause=scene.dice.pick(CLAUSES), names=scene.dice.pick(units)))


# ---------------------------------------------------------------- passing the buck


def _department(scene: Scene) -> Actor | None:
    """The lead, if it is not a street or community itself."""
    by = _leading(scene)
    return None if by is None or scene.rules.directory.is_kind(by.unit, *BELOW) else by


def send_back(scene: Scene) -> Turn | None:
    """Send it back down."""
    by = _department(scene)
    return None if by is None else Turn(by=by, do=c.SendBack(), shirks=True)


def flow_back(scene: Scene) -> Turn | None:
    """Make the street accountable, as if it were brought in."""
    by = _department(scene)
    if by is None:
        return None
    return Turn(by=by, do=c.BringIn(unit=scene.matter.street), shirks=True)


def hollow(scene: Scene) -> Turn | None:
    """Answer without proof, with nothing but words."""
    by = _department(scene)
    if by is None or scene.matter.stage not in (Stage.DISPATCHED, Stage.HANDLING):
        return None
    return Turn(
        by=by,
        do=c.FeedBack(result=ResultCode.EXPLAINED),
        shirks=True,
        wordless=scene.chance(0.3),
    )


def object_again(scene: Scene) -> Turn | None:
    """Object a second time."""
    by = _department(scene)
    if by is None or scene.matter.objection is None:
        return None
    others: list[UnitCode] = [u for u in scene.city.departments if u != by.unit]
    if not others:
        return None
    return Turn(
        by=by,
        do=c.Object(clause=scene.dice.pick(CLAUSES), names=scene.dice.pick(others)),
        shirks=True,
    )
