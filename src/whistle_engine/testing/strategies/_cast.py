"""Who can act in a city: somebody for each way to stand to a matter, residents, and misfits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property

from attrs import frozen

from whistle_engine.generate.city import City
from whistle_engine.model import Actor, Affair, Matter, Part, Party, Role, UnitCode, UnitKind
from whistle_engine.rules import Rules
from whistle_engine.standing import grid_of
from whistle_engine.testing.strategies.tales import SYSTEM

PARTS = {
    Party.LEAD: (Part.LEAD,),
    Party.RESPONDER: (Part.JOINT, Part.LEAD),
    Party.INVITED: (Part.INVITED,),
}
"""The parties that are a part in the response."""


@frozen(slots=False)
class Cast:
    """The people of one city, as its rules tell it; any number stands for somebody."""

    rules: Rules

    @cached_property
    def city(self) -> City:
        """Communities, departments and offices."""
        return City(self.rules)

    @cached_property
    def residents(self) -> tuple[Actor, ...]:
        """Who raises: two residents, and one who works at a department, and may judge it (L8)."""
        unit = (self.city.departments or self.city.helpers or (None,))[0]
        return (
            self.city.resident("resident"),
            self.city.resident("neighbour"),
            self.city.resident("official", unit),
        )

    @cached_property
    def units(self) -> tuple[UnitCode, ...]:
        """All units."""
        return tuple(unit.code for unit in self.rules.directory.units)

    @cached_property
    def categories_by_kind(self) -> tuple[tuple[tuple[Affair, str | None], tuple[str, ...]], ...]:
        """The categories, apart by affair and kind of whistle, so that each has its turn."""
        groups: dict[tuple[Affair, str | None], list[str]] = {}
        for row in self.city.categories:
            groups.setdefault((row.affair, row.kind), []).append(row.code)
        return tuple((kind, tuple(codes)) for kind, codes in groups.items())

    def stands_as(self, party: Party, matter: Matter, number: int) -> Actor | None:
        """Somebody who is a party in a matter, or ``None`` where nobody is."""
        if party in PARTS:
            found = [r for r in matter.responders if r.part in PARTS[party]]
            return self.city.responder(found[number % len(found)]) if found else None
        return _STANDS[party](self, matter, number)

    def anybody(self, number: int) -> Actor:
        """Any role in any unit, most of them in no place to act."""
        number, role = divmod(number, len(Role))
        return self.city.somebody(self.units[number % len(self.units)], list(Role)[role])

    def speaker(self, unit: UnitCode, matter: Matter) -> Actor:
        """Who speaks for a unit in a matter."""
        found = self.city.holder(matter, unit)
        return found if found is not None else self.city.somebody(unit, Role.RECEIVER)


def _raiser(cast: Cast, matter: Matter, number: int) -> Actor | None:
    if not matter.raisers:
        return None
    raiser = matter.raisers[number % len(matter.raisers)]
    return cast.city.resident(raiser.id, raiser.unit)


def _first(cast: Cast, matter: Matter, _number: int) -> Actor | None:
    first = matter.first_responder
    return cast.speaker(first, matter) if first is not None else None


def _talks(role: Role) -> Callable[[Cast, Matter, int], Actor | None]:
    def found(cast: Cast, matter: Matter, _number: int) -> Actor:
        return cast.city.somebody(grid_of(matter, cast.rules), role)

    return found


_STANDS: Mapping[Party, Callable[[Cast, Matter, int], Actor | None]] = {
    Party.ANYONE: lambda cast, _, number: cast.residents[number % len(cast.residents)],
    Party.RAISER: _raiser,
    Party.MICRO_GRID_LEADER: _talks(Role.MICRO_GRID_LEADER),
    Party.GRID_BRANCH: _talks(Role.GRID_BRANCH),
    Party.COMMUNITY: lambda cast, matter, _: cast.city.community(matter),
    Party.STREET: lambda cast, matter, _: cast.city.street(matter),
    Party.HOTLINE: lambda cast, _, __: cast.city.hotline,
    Party.OPERATIONS: lambda cast, _, __: cast.city.operations,
    Party.FIRST_RESPONDER: _first,
    Party.COORDINATOR: lambda cast, _, __: cast.city.coordinator,
    Party.SYSTEM: lambda _, __, ___: SYSTEM,
}
"""For each other party, somebody who is it."""


def places(cast: Cast) -> tuple[UnitCode, ...]:
    """Where an appeal can come from: grids, and communities."""
    wanted = (UnitKind.COMMUNITY, UnitKind.GRID)
    inside = {each for found in cast.city.communities for each in (found.code, *found.places)}
    return tuple(
        unit.code
        for unit in cast.rules.directory.units
        if unit.kind in wanted and unit.code in inside
    )
