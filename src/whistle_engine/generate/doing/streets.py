"""What streets do: blow, lead by their own act, direct, press, stand down."""

from __future__ import annotations

from whistle_engine import commands as c
from whistle_engine.generate.scene import Scene, Turn
from whistle_engine.model import Affair, Part, Party, UnitCode
from whistle_engine.policy import WhistleKind
from whistle_engine.responder import category, designatable, kind_code, listed
from whistle_engine.standing import lead


def _kind(scene: Scene) -> WhistleKind:
    """The kind to blow: as it was classified."""
    policy = scene.rules.policy
    found = scene.matter.classification
    code = found.kind if found is not None else None
    kind = policy.kind_of.get(code or "")
    return kind if kind is not None else min(policy.kinds, key=lambda k: k.rank)


def blow(scene: Scene) -> Turn:
    """The street blows; or the community, if only it may."""
    kind = _kind(scene)
    by = scene.city.blower(scene.matter, kind, street_first=True)
    return Turn(by=by, do=c.Blow(kind=kind.code))


def community_blows(scene: Scene) -> Turn | None:
    """The community blows in its own right, where it may."""
    kind = _kind(scene)
    if Party.COMMUNITY not in kind.may_blow:
        return None
    if kind.to_street and not listed(scene.matter, scene.rules, scene.now):
        return None
    return Turn(by=scene.city.community(scene.matter), do=c.Blow(kind=kind.code))


def send_straight(scene: Scene) -> Turn | None:
    """The hotline sends it to its lead without a whistle, where the policy says so."""
    hotline = scene.city.hotline
    row = scene.rules.policy.category(category(scene.matter), scene.now)
    leads = [u for u in row.leads if designatable(u, scene.rules)] if row is not None else []
    if hotline is None or not scene.rules.policy.straight or not leads:
        return None
    return Turn(by=hotline, do=c.SendStraight(to=leads[0]))


def take_on(scene: Scene) -> Turn:
    """The street leads by its own act."""
    return Turn(by=scene.city.street(scene.matter), do=c.TakeOn())


def reclassify(scene: Scene) -> Turn | None:
    """The street finds another category of the same sort."""
    now = _kind(scene).code
    others = [
        row.code
        for row in scene.city.categories
        if row.affair is Affair.PUBLIC and row.kind == now and row.code != scene.origin.category
    ]
    if not others:
        return None
    known = dict(scene.origin.known) | {"category": scene.dice.pick(others)}
    return Turn(
        by=scene.city.street(scene.matter), do=c.Classify(facts=tuple(sorted(known.items())))
    )


def call_more(scene: Scene) -> Turn | None:
    """A street that leads by its own act blows for departments after all."""
    leading = lead(scene.matter)
    if leading is None or leading.unit != scene.matter.street:
        return None
    return Turn(
        by=scene.city.street(scene.matter),
        do=c.Blow(kind=kind_code(scene.matter) or _kind(scene).code),
    )


def raise_whistle(scene: Scene) -> Turn | None:
    """To the next higher kind."""
    policy = scene.rules.policy
    now = policy.kind_of.get(kind_code(scene.matter) or "")
    higher = sorted(
        (k for k in policy.kinds if now is None or k.rank > now.rank), key=lambda k: k.rank
    )
    if not higher:
        return None
    by = scene.city.blower(scene.matter, higher[0], street_first=True)
    return Turn(by=by, do=c.RaiseWhistle(kind=higher[0].code))


def stand_down(scene: Scene) -> Turn | None:
    """Whoever blew takes it back; closing, if the community certified that nothing is there."""
    whistle = scene.matter.whistle
    by = scene.city.holder(scene.matter, whistle.blower if whistle is not None else None)
    if by is None:
        return None
    return Turn(by=by, do=c.StandDown(close=scene.matter.nothing_there))


def supervise(scene: Scene) -> Turn | None:
    """The street presses one of those who respond."""
    units = [r.unit for r in scene.matter.responders if r.part is not Part.INVITED]
    if not units:
        return None
    return Turn(by=scene.city.street(scene.matter), do=c.Supervise(unit=scene.dice.pick(units)))


def designate(scene: Scene) -> Turn | None:
    """The street directs another of the departments over which it may, within the catalogue."""
    policy = scene.rules.policy
    row = policy.category(category(scene.matter), scene.now)
    leading = lead(scene.matter)
    units: list[UnitCode] = [
        u
        for u in (row.leads if row is not None else ())
        if u in policy.enforcement and (leading is None or u != leading.unit)
    ]
    if not units:
        return None
    return Turn(by=scene.city.street(scene.matter), do=c.Designate(unit=units[0]))


def answer_extension(scene: Scene) -> Turn | None:
    """Whoever decides grants or declines what is asked."""
    clock = scene.clock
    by = scene.city.holder(scene.matter, clock.unit if clock is not None else None)
    if by is None:
        return None
    return Turn(by=by, do=c.GrantExtension(granted=scene.chance(scene.profile.streets.grant)))


def decline_extension(scene: Scene) -> Turn | None:
    """It is declined, where it could not be granted."""
    clock = scene.clock
    by = scene.city.holder(scene.matter, clock.unit if clock is not None else None)
    return None if by is None else Turn(by=by, do=c.GrantExtension(granted=False))
