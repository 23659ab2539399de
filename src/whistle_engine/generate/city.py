"""A city as its rules tell it: communities and their places, who acts for a unit, whom to call.

Whatever policy and directory say is taken from them; nothing of any city is written here.
"""

from __future__ import annotations

from functools import cached_property

from attrs import frozen

from whistle_engine.classify import CATEGORY, TIMING
from whistle_engine.model import (
    Actor,
    ActorId,
    Affair,
    Matter,
    Party,
    Responder,
    Role,
    UnitCode,
    UnitKind,
)
from whistle_engine.moves.intake import place_of
from whistle_engine.policy import Category, FactType, WhistleKind
from whistle_engine.responder import BELOW, designatable
from whistle_engine.rules import Rules

ORIGIN = (38_480_000, 106_280_000)
"""Where the coordinates of the first community begin, in micro-degrees: an invented grid."""

APART = 40_000
"""How far apart two communities are, in micro-degrees: about four kilometres."""

ROLES = {
    UnitKind.STREET: Role.STREET,
    UnitKind.COMMUNITY: Role.COMMUNITY,
}
"""The role in which somebody speaks for a unit; all others have receivers."""


@frozen
class Community:
    """A community: where it is, and the places in it.

    Attributes:
        number: from 0, in the order of the directory.
        places: its grids, or itself where it has none.
    """

    number: int
    code: UnitCode
    street: UnitCode
    places: tuple[UnitCode, ...]


@frozen(slots=False)
class City:
    """What the rules say of a city, made ready for many questions."""

    rules: Rules

    @cached_property
    def communities(self) -> tuple[Community, ...]:
        """The communities that belong to a street.

        Raises:
            ValueError: there is none, so nothing could come in.
        """
        directory = self.rules.directory
        places: dict[UnitCode, list[UnitCode]] = {}
        streets: dict[UnitCode, UnitCode] = {}
        for unit in directory.units:
            found = place_of(unit.code, self.rules)
            if found is not None:
                streets[found[0]] = found[1]
                places.setdefault(found[0], [])
                if unit.kind is UnitKind.GRID:
                    places[found[0]].append(unit.code)
        if not streets:
            raise ValueError(
                "the directory has no community under a street, so nothing could come in; "
                "it should have a unit of kind community whose parent is a street"
            )
        return tuple(
            Community(number, code, street, tuple(places[code]) or (code,))
            for number, (code, street) in enumerate(streets.items())
        )

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        """The catalogue's rows, the first of each category."""
        return tuple({row.code: row for row in reversed(self.rules.policy.categories)}.values())[
            ::-1
        ]

    @cached_property
    def titles(self) -> dict[str, str]:
        """The Chinese title of each category."""
        return {row.code: row.title.zh for row in self.categories}

    @cached_property
    def departments(self) -> tuple[UnitCode, ...]:
        """Whom a coordinator can designate."""
        return tuple(u.code for u in self.rules.directory.units if designatable(u.code, self.rules))

    @cached_property
    def helpers(self) -> tuple[UnitCode, ...]:
        """Whom a responder can bring in."""
        wanted = (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE, UnitKind.CITY_BUREAU)
        return tuple(u.code for u in self.rules.directory.units if u.kind in wanted)

    @cached_property
    def signals(self) -> tuple[str, ...]:
        """The signals of danger that raise to the urgent kind when they are present."""
        urgent = self.rules.policy.urgent.code
        return tuple(
            dict.fromkeys(
                f.signal
                for f in self.rules.policy.floors
                if f.level == "present" and f.timing == "ongoing" and f.kind == urgent
            )
        )

    @cached_property
    def other_facts(self) -> tuple[FactType, ...]:
        """The facts beside category, timing and the signals."""
        signals = {f.signal for f in self.rules.policy.floors}
        return tuple(
            each
            for each in self.rules.policy.facts
            if each.name not in signals and each.name not in (CATEGORY, TIMING)
        )

    def is_urgent(self, row: Category) -> bool:
        """Tell whether a category has the urgent kind."""
        return row.affair is Affair.PUBLIC and row.kind == self.rules.policy.urgent.code

    # ------------------------------------------------------------------------------ people

    def resident(self, raiser: ActorId, unit: UnitCode | None = None) -> Actor:
        """Somebody who raises."""
        return Actor(id=raiser, roles=frozenset({Role.RESIDENT}), unit=unit)

    def somebody(self, unit: UnitCode | None, role: Role) -> Actor:
        """Somebody of a unit in a role."""
        return Actor(id=f"{unit}.{role.value}", roles=frozenset({role}), unit=unit)

    def at_desk(self, community: UnitCode) -> Actor:
        """Who takes appeals in at a community."""
        return self.somebody(community, Role.COMMUNITY)

    def community(self, matter: Matter) -> Actor:
        """The matter's community."""
        return self.somebody(matter.community, Role.COMMUNITY)

    def street(self, matter: Matter) -> Actor:
        """The matter's street."""
        return self.somebody(matter.street, Role.STREET)

    def blower(self, matter: Matter, kind: WhistleKind, *, street_first: bool = False) -> Actor:
        """Who blows a kind: the community, or first the street, if it may."""
        ways = {Party.COMMUNITY: self.community, Party.STREET: self.street}
        order = (Party.STREET, Party.COMMUNITY) if street_first else (Party.COMMUNITY, Party.STREET)
        return ways[next((p for p in order if p in kind.may_blow), order[0])](matter)

    @cached_property
    def coordinator(self) -> Actor:
        """The coordinator."""
        return self.somebody(self.rules.policy.coordinator, Role.COORDINATOR)

    @cached_property
    def operations(self) -> Actor:
        """The operations centre."""
        return self.somebody(self.rules.policy.operations, Role.OPERATIONS)

    @cached_property
    def hotline(self) -> Actor | None:
        """The hotline, if the policy has one."""
        unit = self.rules.policy.hotline
        return None if unit is None else self.somebody(unit, Role.HOTLINE)

    def responder(self, found: Responder) -> Actor:
        """Who speaks for a unit that responds: its receiver, or whoever answers for it."""
        unit = self.rules.directory.unit(found.unit)
        role = Role.RECEIVER if unit is None else ROLES.get(unit.kind, Role.RECEIVER)
        named = found.receiver if role is Role.RECEIVER else None
        return Actor(
            id=named or f"{found.unit}.{role.value}", roles=frozenset({role}), unit=found.unit
        )

    def holder(self, matter: Matter, unit: UnitCode | None) -> Actor | None:
        """Who acts for a unit whose move it is, by what the unit is; ``None`` for nobody."""
        policy = self.rules.policy
        if unit is None:
            return None
        for found in matter.responders:
            if found.unit == unit:
                return self.responder(found)
        if unit == matter.community:
            return self.community(matter)
        if unit == matter.street:
            return self.street(matter)
        if unit == policy.coordinator:
            return self.coordinator
        if unit == policy.operations:
            return self.operations
        if unit == policy.hotline:
            return self.hotline
        return self.somebody(unit, Role.RECEIVER)

    def never_shut(self, unit: UnitCode | None) -> bool:
        """Tell whether a unit works round the clock."""
        found = self.rules.directory.unit(unit)
        return found is not None and found.round_the_clock

    def below(self, unit: UnitCode | None) -> bool:
        """Tell whether a unit is one to which nothing may flow back."""
        return self.rules.directory.is_kind(unit, *BELOW)
