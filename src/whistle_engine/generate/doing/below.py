"""What residents, communities, neighbours and the hotline do."""

from __future__ import annotations

from datetime import timedelta

from whistle_engine import commands as c
from whistle_engine.classify import dangers
from whistle_engine.generate.scene import SOONEST, Later, Scene, Turn
from whistle_engine.model import (
    Actor,
    AppealKind,
    Matter,
    Raiser,
    Role,
    Satisfied,
    Solved,
    Stage,
    What,
    facts,
)
from whistle_engine.responder import running
from whistle_engine.rules import Rules
from whistle_engine.standing import grid_of

TALKER = {Stage.MEDIATING: Role.MICRO_GRID_LEADER, Stage.DELIBERATING: Role.GRID_BRANCH}
"""Who settles at which stage."""


def somebody_who_raised(scene: Scene) -> Raiser | None:
    """One of those who raised the matter, if any is left."""
    raisers = scene.matter.raisers
    return scene.dice.pick(raisers) if raisers else None


def as_raiser(scene: Scene, raiser: Raiser) -> Actor:
    """A raiser, as who acts."""
    return scene.city.resident(raiser.id, raiser.unit)


# ---------------------------------------------------------------- residents


def add(scene: Scene) -> Turn | None:
    """A raiser adds words, and mostly a photograph."""
    raiser = somebody_who_raised(scene)
    if raiser is None:
        return None
    return Turn(
        by=as_raiser(scene, raiser), do=c.Add(evidence=scene.proofs(int(scene.chance(0.7))))
    )


def urge(scene: Scene) -> Turn | None:
    """A raiser asks for haste."""
    raiser = somebody_who_raised(scene)
    return None if raiser is None else Turn(by=as_raiser(scene, raiser), do=c.Urge())


def withdraw(scene: Scene) -> Turn | None:
    """A raiser takes the appeal back."""
    raiser = somebody_who_raised(scene)
    return None if raiser is None else Turn(by=as_raiser(scene, raiser), do=c.Withdraw())


def mark(scene: Scene) -> Turn | None:
    """A raiser, or the unit that may judge, says how it was."""
    clock = scene.clock
    if clock is None:
        return None
    solved, satisfied = _verdict(scene)
    by = scene.city.holder(scene.matter, clock.unit)
    if clock.raiser is not None:
        raiser = next((r for r in scene.matter.raisers if r.id == clock.raiser), None)
        by = None if raiser is None else as_raiser(scene, raiser)
    if by is None:
        return None
    return Turn(by=by, do=c.Mark(solved=solved, satisfied=satisfied))


def call_back(scene: Scene) -> Turn | None:
    """The hotline, else the community, asks somebody who has not marked yet."""
    left = [k.raiser for k in running(scene.matter, What.MARK) if k.raiser is not None]
    if not left:
        return None
    by = scene.city.hotline or scene.city.community(scene.matter)
    if not scene.chance(scene.profile.communities.reached):
        return Turn(by=by, do=c.CallBack(raiser=left[0]))
    solved, satisfied = _verdict(scene)
    return Turn(by=by, do=c.CallBack(raiser=left[0], solved=solved, satisfied=satisfied))


def _verdict(scene: Scene) -> tuple[Solved, Satisfied]:
    habits = scene.profile.residents
    if scene.chance(habits.unsolved):
        return Solved.NOT, Satisfied.NOT
    solved = Solved.PARTLY if scene.chance(habits.partly) else Solved.SOLVED
    if not scene.chance(habits.unhappy):
        return solved, Satisfied.SATISFIED
    return solved, Satisfied.NOT if scene.chance(0.2) else Satisfied.MOSTLY


def reopen(scene: Scene) -> Turn | None:
    """A raiser, else the community, wants what was closed handled again."""
    raiser = somebody_who_raised(scene)
    by = scene.city.community(scene.matter) if raiser is None else as_raiser(scene, raiser)
    return Turn(by=by, do=c.Reopen())


# ---------------------------------------------------------------- taking in


def _desk(scene: Scene) -> Actor:
    """Who sorts what came in: whoever holds the clock, else the community."""
    unit = scene.clock.unit if scene.clock is not None else None
    holder = scene.city.holder(scene.matter, unit)
    return scene.city.community(scene.matter) if holder is None else holder


def classify(scene: Scene) -> Turn:
    """Say what is known of the facts."""
    return Turn(by=_desk(scene), do=c.Classify(facts=scene.origin.known))


def answer(scene: Scene) -> Turn | None:
    """Answer an enquiry at once."""
    if scene.origin.kind is not AppealKind.ENQUIRY:
        return None
    return Turn(by=_desk(scene), do=c.Answer())


def redirect(scene: Scene) -> Turn | None:
    """Tell another way."""
    routes = tuple(scene.rules.policy.routes)
    if not routes:
        return None
    return Turn(by=_desk(scene), do=c.Redirect(route=scene.dice.pick(routes)))


def split(scene: Scene) -> Turn:
    """Open a matter of its own for another thing that the appeal holds."""
    others = [row for row in scene.city.categories if not scene.city.is_urgent(row)]
    row = scene.dice.pick(others or scene.city.categories)
    part = c.SplitPart(
        matter=f"{scene.matter.id}-p{scene.serial}",
        kind=scene.origin.kind,
        facts=facts(category=row.code),
    )
    return Turn(by=_desk(scene), do=c.Split(parts=(part,)))


def merge(scene: Scene) -> Turn | None:
    """Carry it on in the matter that was opened for the same thing."""
    into = scene.origin.repeats
    if into is None:
        return None
    return Turn(by=scene.city.community(scene.matter), do=c.Merge(into=into))


def look(scene: Scene) -> Turn:
    """Look on site: the danger is there, or is not, or nothing is."""
    habits = scene.profile.communities
    by = _desk(scene)
    feared = dangers(scene.rules.policy, scene.matter.facts)
    if scene.origin.urgent:
        known = dict.fromkeys(feared or scene.city.signals[:1], "present")
        return Turn(by=by, do=c.Look(facts=facts(timing="ongoing", **known)))
    if feared and scene.chance(habits.worse):
        known = dict.fromkeys(feared, "present")
        return Turn(by=by, do=c.Look(facts=facts(timing="ongoing", **known)))
    nothing = scene.chance(habits.nothing_there)
    return Turn(by=by, do=c.Look(facts=facts(**dict.fromkeys(feared, "none")), nothing_there=True)
                if nothing or not feared
                else c.Look(facts=facts(**dict.fromkeys(feared, "none"))))  # fmt: skip


def certify(scene: Scene) -> Turn:
    """The community finds on site that nothing is there to settle."""
    return Turn(by=scene.city.community(scene.matter), do=c.Look(nothing_there=True))


def blow_at_once(scene: Scene) -> Turn:
    """The community, or the street, blows for an emergency before anybody classifies it."""
    urgent = scene.rules.policy.urgent
    return Turn(
        by=scene.city.blower(scene.matter, urgent),
        do=c.Blow(kind=urgent.code, category=scene.origin.category),
    )


# ---------------------------------------------------------------- talking


def _talker(matter: Matter, rules: Rules) -> Actor | None:
    role = TALKER.get(matter.stage)
    if role is None:
        return None
    unit = grid_of(matter, rules)
    return Actor(id=f"{unit}.{role.value}", roles=frozenset({role}), unit=unit)


def settle(scene: Scene) -> Turn | Later | None:
    """It is settled by talking, once no danger is left to look at."""
    by = _talker(scene.matter, scene.rules)
    if by is None:
        return None
    looks = [k.due.at for k in running(scene.matter, What.LOOK)]
    if looks:
        return Later(max([*looks, scene.now + SOONEST]))
    return Turn(by=by, do=c.Settle(evidence=scene.proofs(int(scene.chance(0.5)))))


def move_up(scene: Scene) -> Turn | None:
    """It can't be settled at this level."""
    by = _talker(scene.matter, scene.rules)
    return None if by is None else Turn(by=by, do=c.MoveUp())


# ---------------------------------------------------------------- the community's own acts


def confirm_arrival(scene: Scene) -> Turn | None:
    """The community says when a unit really arrived."""
    party = scene.party
    asked = [k.started for k in scene.matter.clocks if k.what is What.REPORT_IN]
    if party is None or party.reported_in is None or not asked:
        return None
    least = min(asked)
    back = scene.dice.between(timedelta(), max(timedelta(), party.reported_in - least))
    return Turn(
        by=scene.city.community(scene.matter),
        do=c.ConfirmTime(
            unit=party.unit, what=What.REPORT_IN, occurred_at=party.reported_in - back
        ),
    )


def report(scene: Scene) -> Turn:
    """The community takes it to the coordinator."""
    return Turn(by=scene.city.community(scene.matter), do=c.Escalate())
