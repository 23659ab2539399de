"""What is owed, and what its holder does about it: for each obligation a small table.

A row says with which chance something is done; what is done is in :mod:`.doing`, and how likely it
is in the :mod:`.profile`. Of the rows of an obligation one is drawn, and the row without a chance
takes what the others leave; if the one drawn can't be done, the next that can is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from whistle_engine.classify import dangers
from whistle_engine.generate.doing import below, departments, district, streets
from whistle_engine.generate.habits import Pace
from whistle_engine.generate.profile import Profile
from whistle_engine.generate.scene import Doing, Scene
from whistle_engine.model import (
    AppealKind,
    Clock,
    Matter,
    What,
)

# ---------------------------------------------------------------- how they keep their times


def pace(profile: Profile, clock: Clock, matter: Matter) -> Pace:
    """How whoever holds a clock keeps its time."""
    match clock.what:
        case What.CLASSIFY | What.LOOK:
            return profile.communities.pace
        case What.MEDIATE | What.DELIBERATE:
            return profile.neighbours.pace
        case What.BLOW | What.DECIDE_EXTENSION:
            return profile.streets.pace
        case What.DISPATCH:
            return profile.district.dispatching
        case What.DESIGNATE | What.ANSWER_OBJECTION | What.DOCKET | What.DECIDE_ROUND:
            return profile.district.coordinating
        case What.REVIEW:
            return Pace(late=0.0, silent=1 - profile.district.early_review, woken=0.0)
        case What.REPORT_IN:
            return profile.departments.arriving
        case What.REDO if matter.stage in below.TALKER:
            return profile.neighbours.pace
        case What.MARK if clock.raiser is not None:
            return profile.residents.pace
        case What.MARK:
            return profile.communities.pace
        case _:
            return profile.departments.working


# ---------------------------------------------------------------- what is owed


@frozen
class Option:
    """One way to meet an obligation; without a chance, what the others leave."""

    do: Doing
    chance: Callable[[Scene], float] | None = None


def _calm(scene: Scene) -> bool:
    """Nothing hints at danger."""
    return not scene.origin.urgent and not dangers(scene.rules.policy, scene.matter.facts)


def _enquiry(scene: Scene) -> float:
    asks = scene.origin.kind is AppealKind.ENQUIRY and _calm(scene)
    return scene.profile.communities.answer if asks else 0.0


def _unseen(scene: Scene) -> float:
    unseen = scene.origin.urgent and not dangers(scene.rules.policy, scene.matter.facts)
    return scene.profile.communities.look_first if unseen else 0.0


TALK = (
    Option(below.settle),
    Option(below.move_up, lambda s: s.profile.neighbours.move_up),
)
WORK = (Option(departments.work),)
NAME_A_LEAD = (Option(district.designate),)

BY_DUTY: Mapping[What, tuple[Option, ...]] = {
    What.CLASSIFY: (
        Option(below.classify),
        Option(
            below.blow_at_once,
            lambda s: s.profile.communities.blow_at_once if s.origin.urgent else 0.0,
        ),
        Option(below.look, _unseen),
        Option(below.answer, _enquiry),
        Option(
            below.redirect, lambda s: s.profile.communities.redirect if _calm(s) else 0.0
        ),
        Option(below.split, lambda s: s.profile.communities.split if _calm(s) else 0.0),
    ),
    What.LOOK: (Option(below.look),),
    What.MEDIATE: TALK,
    What.DELIBERATE: TALK,
    What.BLOW: (
        Option(streets.blow),
        Option(streets.community_blows, lambda s: s.profile.communities.blow),
        Option(streets.take_on, lambda s: s.profile.streets.take_on),
        Option(streets.reclassify, lambda s: s.profile.streets.reclassify),
        Option(streets.send_straight, lambda s: 0.4 if s.rules.policy.straight else 0.0),
    ),
    What.DISPATCH: (
        Option(district.dispatch),
        Option(district.dispatch_otherwise, lambda s: s.profile.district.other_lead),
        Option(district.designate, lambda _: 0.0),
    ),
    What.DESIGNATE: NAME_A_LEAD,
    What.REPORT_IN: (Option(departments.arrive),),
    What.SOLVE: WORK,
    What.REDO: (*WORK, Option(below.settle, lambda _: 0.0)),
    What.HAND_IN: (Option(departments.hand_in),),
    What.FOLLOW_UP: (Option(departments.hand_in),),
    What.ANSWER_OBJECTION: (
        Option(district.answer_objection),
        Option(district.designate, lambda _: 0.0),
    ),
    What.DECIDE_EXTENSION: (
        Option(streets.answer_extension),
        Option(streets.decline_extension, lambda _: 0.0),
    ),
    What.REVIEW: (Option(district.resume),),
    What.MARK: (Option(below.mark),),
    What.TELL: (Option(departments.tell),),
    What.DECIDE_ROUND: (
        Option(district.one_more_round),
        Option(district.conclude, lambda s: s.profile.district.conclude),
    ),
    What.DOCKET: (
        Option(district.press),
        Option(district.designate, lambda s: s.profile.district.designate),
        Option(district.defer, lambda s: s.profile.district.defer),
        Option(district.extend, lambda s: s.profile.district.extend),
        Option(district.admit, lambda s: s.profile.district.admit),
        Option(district.press_again, lambda _: 0.0),
    ),
}  # fmt: skip
"""For each kind of clock, what its holder may do about it."""


def options(scene: Scene) -> Iterator[Doing]:
    """What the holder of the scene's clock would do: first what is drawn, then what else fits."""
    if scene.clock is None:
        return
    rows = BY_DUTY[scene.clock.what]
    weights = [row.chance(scene) if row.chance is not None else 0.0 for row in rows]
    left = max(0.0, 1 - sum(weights))
    rest = [
        (row.do, left if row.chance is None else weight)
        for row, weight in zip(rows, weights, strict=True)
    ]
    drawn = scene.dice.weighed(rest)
    if drawn is not None:
        yield drawn
    for row in rows:
        if row.do is not drawn and (row.chance is None or not row.chance(scene)):
            yield row.do
