"""What the operations centre and the coordinator do about matters that are stuck."""

from __future__ import annotations

from datetime import timedelta

from whistle_engine import commands as c
from whistle_engine.generate.scene import Scene, Turn
from whistle_engine.model import Length, LimitUnit, Stage, UnitCode, What
from whistle_engine.responder import WORKING, category, designatable, listed, running
from whistle_engine.standing import lead

LONGER = Length(3, LimitUnit.WORKING_DAYS)
"""How much more time the coordinator gives unasked."""

SET_ASIDE = (timedelta(days=10), timedelta(days=40))
"""For how long a matter is set aside."""

CALLED = (Stage.DISPATCHED, Stage.HANDLING)


def dispatch(scene: Scene) -> Turn:
    """The call reaches whom the catalogue names."""
    return Turn(by=scene.city.operations, do=c.Dispatch())


def dispatch_otherwise(scene: Scene) -> Turn | None:
    """It reaches another of the catalogue's leads than the first."""
    row = scene.rules.policy.category(category(scene.matter), scene.now)
    leads = [u for u in (row.leads if row is not None else ()) if designatable(u, scene.rules)]
    if len(leads) < 2:  # noqa: PLR2004  the first and another
        return None
    return Turn(by=scene.city.operations, do=c.Dispatch(lead=scene.dice.pick(leads[1:])))


def designate(scene: Scene) -> Turn | None:
    """Say who leads: one whom the catalogue names, else any that can be commanded."""
    row = scene.rules.policy.category(category(scene.matter), scene.now)
    leading = lead(scene.matter)
    taken = leading.unit if leading is not None else None
    named = [u for u in (row.leads if row is not None else ()) if u in scene.city.departments]
    units = [u for u in named if u != taken]
    units = units or [u for u in scene.city.departments if u != taken]
    if not units:
        return None
    return Turn(by=scene.city.coordinator, do=c.Designate(unit=scene.dice.pick(units)))


def answer_objection(scene: Scene) -> Turn | None:
    """Follow the objection, or say to the one who objected that it leads."""
    objection = scene.matter.objection
    if objection is None:
        return None
    upheld = scene.chance(scene.profile.district.uphold)
    unit = objection.names if upheld else objection.unit
    return Turn(by=scene.city.coordinator, do=c.Designate(unit=unit))


def press(scene: Scene) -> Turn | None:
    """Press whoever is late; or, if nothing is, whoever's move it is."""
    about = scene.clock.about if scene.clock is not None else None
    unit: UnitCode | None = None
    if about is not None:
        unit = scene.matter.clocks[about - 1].unit
    if unit is None:
        owing = [
            k.unit for k in scene.matter.clocks if k.ended is None and k.what is not What.DOCKET
        ]
        unit = next((u for u in owing if u is not None), None)
    if unit is None:
        return None
    return Turn(by=scene.city.coordinator, do=c.Supervise(unit=unit))


def press_again(scene: Scene) -> Turn:
    """Press the coordinator's own office: the matter stays in sight."""
    return Turn(by=scene.city.coordinator, do=c.Supervise(unit=scene.rules.policy.coordinator))


def defer(scene: Scene) -> Turn | None:
    """Set it aside, with a date of review."""
    if scene.matter.stage is not Stage.HANDLING:
        return None
    deferral = scene.matter.deferral
    review = scene.now + scene.dice.between(*SET_ASIDE)
    review = min(review, deferral.latest) if deferral is not None else review
    return Turn(by=scene.city.coordinator, do=c.Defer(review_on=review))


def extend(scene: Scene) -> Turn | None:
    """Give more time unasked, with reasons."""
    if next(running(scene.matter, *WORKING), None) is None:
        return None
    return Turn(by=scene.city.coordinator, do=c.GrantExtension(by=LONGER))


def admit(scene: Scene) -> Turn | None:
    """Admit the category to the street's list, for this matter."""
    if listed(scene.matter, scene.rules, scene.now):
        return None
    return Turn(by=scene.city.coordinator, do=c.Admit())


def resume(scene: Scene) -> Turn:
    """Take up what was set aside."""
    return Turn(by=scene.city.coordinator, do=c.Resume())


def conclude(scene: Scene) -> Turn:
    """The rounds being used up, close with reasons."""
    return Turn(by=scene.city.coordinator, do=c.Conclude())


def one_more_round(scene: Scene) -> Turn:
    """The rounds being used up, order a further one all the same."""
    return Turn(by=scene.city.coordinator, do=c.Reopen())
