"""How an actor stands to a matter: the parties that the permission table speaks of.

The host says which roles and unit an actor has; here it is held against one matter, so
that a community acts on its own matters only, and a department where it responds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from whistle_engine.model import Actor, Matter, Part, Party, Responder, Role, UnitCode, UnitKind
from whistle_engine.rules import Rules

Standing = Callable[[Actor, Matter, Rules], bool]
"""Tells whether an actor is a certain party in a matter."""

RESPONDING = frozenset({Role.RECEIVER, Role.STREET, Role.COMMUNITY})
"""The roles in which somebody speaks for a responding unit."""


def responder(matter: Matter, unit: str | None) -> Responder | None:
    """The unit's place in the response, or ``None``."""
    for found in matter.responders:
        if found.unit == unit:
            return found
    return None


def lead(matter: Matter) -> Responder | None:
    """The one lead, or ``None`` before dispatch."""
    for found in matter.responders:
        if found.part is Part.LEAD:
            return found
    return None


def grid_of(matter: Matter, rules: Rules) -> UnitCode:
    """The unit that talks a household or shared matter over: the grid of the place, if named."""
    place = matter.appeal.place.unit
    return place if rules.directory.is_kind(place, UnitKind.GRID) else matter.community


def _anyone(_actor: Actor, _matter: Matter, _rules: Rules) -> bool:
    return True


def _raiser(actor: Actor, matter: Matter, _rules: Rules) -> bool:
    return any(r.id == actor.id for r in matter.raisers)


def _of_the_grid(role: Role) -> Standing:
    def stands(actor: Actor, matter: Matter, rules: Rules) -> bool:
        if role not in actor.roles or actor.unit is None:
            return False
        place = matter.appeal.place.unit
        if rules.directory.is_kind(place, UnitKind.GRID):
            return actor.unit == place
        return rules.directory.above(actor.unit, UnitKind.COMMUNITY) == matter.community

    return stands


def _community(actor: Actor, matter: Matter, _rules: Rules) -> bool:
    return Role.COMMUNITY in actor.roles and actor.unit == matter.community


def _street(actor: Actor, matter: Matter, _rules: Rules) -> bool:
    return Role.STREET in actor.roles and actor.unit == matter.street


def _hotline(actor: Actor, _matter: Matter, rules: Rules) -> bool:
    hotline = rules.policy.hotline
    return hotline is not None and Role.HOTLINE in actor.roles and actor.unit == hotline


def _operations(actor: Actor, _matter: Matter, rules: Rules) -> bool:
    return Role.OPERATIONS in actor.roles and actor.unit == rules.policy.operations


def _coordinator(actor: Actor, _matter: Matter, rules: Rules) -> bool:
    return Role.COORDINATOR in actor.roles and actor.unit == rules.policy.coordinator


def _system(actor: Actor, _matter: Matter, _rules: Rules) -> bool:
    return Role.SYSTEM in actor.roles


def _part(*parts: Part) -> Standing:
    def stands(actor: Actor, matter: Matter, _rules: Rules) -> bool:
        if actor.unit is None or actor.roles.isdisjoint(RESPONDING):
            return False
        return any(r.unit == actor.unit and r.part in parts for r in matter.responders)

    return stands


def _first_responder(actor: Actor, matter: Matter, _rules: Rules) -> bool:
    return (
        actor.unit is not None
        and actor.unit == matter.first_responder
        and not actor.roles.isdisjoint(RESPONDING)
    )


STANDING: Mapping[Party, Standing] = {
    Party.ANYONE: _anyone,
    Party.RAISER: _raiser,
    Party.MICRO_GRID_LEADER: _of_the_grid(Role.MICRO_GRID_LEADER),
    Party.GRID_BRANCH: _of_the_grid(Role.GRID_BRANCH),
    Party.COMMUNITY: _community,
    Party.STREET: _street,
    Party.HOTLINE: _hotline,
    Party.OPERATIONS: _operations,
    Party.RESPONDER: _part(Part.LEAD, Part.JOINT),
    Party.LEAD: _part(Part.LEAD),
    Party.FIRST_RESPONDER: _first_responder,
    Party.INVITED: _part(Part.INVITED),
    Party.COORDINATOR: _coordinator,
    Party.SYSTEM: _system,
}
"""For each party, whether an actor is it, in one matter."""


def parties(actor: Actor, matter: Matter, rules: Rules) -> frozenset[Party]:
    """Everything that an actor is in a matter, ``anyone`` left out."""
    return frozenset(
        party
        for party, stands in STANDING.items()
        if party is not Party.ANYONE and stands(actor, matter, rules)
    )


def everywhere(actor: Actor, rules: Rules) -> bool:
    """Tell whether an actor has a part in every matter, by its office alone.

    These are the coordinator, the operations centre and the hotline, each in the unit that the
    policy names, and the system: so :func:`parties` is never empty for them.
    """
    policy = rules.policy
    offices = (
        (Role.COORDINATOR, policy.coordinator),
        (Role.OPERATIONS, policy.operations),
        (Role.HOTLINE, policy.hotline),
    )
    return Role.SYSTEM in actor.roles or (
        actor.unit is not None
        and any(role in actor.roles and actor.unit == unit for role, unit in offices)
    )
