"""Who takes part in an exploration: somebody for each role, and for each unit that can respond."""

from __future__ import annotations

from functools import cached_property

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.model import Actor, Role, UnitCode, UnitKind
from whistle_engine.policy import Category
from whistle_engine.responder import BELOW, leads_of, plan
from whistle_engine.review.exploring.scopes import Scope
from whistle_engine.rules import Rules
from whistle_engine.transitions import TRANSITIONS

RESIDENT, NEIGHBOUR = "resident", "neighbour"
"""Who raises the matter, and who raises the one that is merged into it."""


@frozen(slots=False)
class Cast:
    """The people of one exploration."""

    rules: Rules
    scope: Scope

    @cached_property
    def row(self) -> Category:
        """The catalogue's row of the scope's category."""
        found = self.rules.policy.category(self.scope.category, self.scope.at)
        if found is None:
            raise ValueError(
                f"{self.scope.category!r} is no category in force at {self.scope.at.isoformat()}"
            )
        return found

    @cached_property
    def responding(self) -> tuple[UnitCode, ...]:
        """The units that may come to respond: those of the catalogue's row, and the scope's."""
        called = plan(self.row.code, self.rules, self.scope.at, urgent=True)
        leads = leads_of(self.row, self.scope.street)
        first = () if called.lead is None else (called.lead,)
        units = (*first, *leads, *called.joint, *called.invited, *self.scope.units)
        return tuple(dict.fromkeys(units))

    @cached_property
    def ordered(self) -> tuple[type[c.Act], ...]:
        """The acts of the scope that are given on a matter, in the order of the table."""
        return tuple(act for act in TRANSITIONS if act in self.scope.acts and act is not c.Receive)

    @cached_property
    def named(self) -> tuple[UnitCode, ...]:
        """The units that somebody may name: those, and the ones to which nothing may flow back."""
        scope = self.scope
        below = (scope.street, scope.community, scope.place)
        return tuple(dict.fromkeys((*self.responding, *below)))

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """Everybody."""
        policy, scope = self.rules.policy, self.scope
        found = [
            _person(RESIDENT, None, Role.RESIDENT),
            _person(NEIGHBOUR, None, Role.RESIDENT),
            _person("grid", scope.place, Role.MICRO_GRID_LEADER, Role.GRID_BRANCH),
            _person("community", scope.community, Role.COMMUNITY),
            _person("street", scope.street, Role.STREET),
            _person("operations", policy.operations, Role.OPERATIONS),
            _person("coordinator", policy.coordinator, Role.COORDINATOR),
        ]
        if policy.hotline is not None:
            found.append(_person("hotline", policy.hotline, Role.HOTLINE))
        found += [
            _person(f"at-{unit}", unit, Role.RECEIVER)
            for unit in self.responding
            if not self.rules.directory.is_kind(unit, *BELOW)
        ]
        return tuple(found)

    @cached_property
    def system(self) -> Actor:
        """Whoever fires timers."""
        return _person("system", None, Role.SYSTEM)

    def actor(self, name: str) -> Actor:
        """Somebody by id."""
        return next(a for a in self.actors if a.id == name)

    @cached_property
    def alike(self) -> dict[UnitCode, str]:
        """What stands for a unit in a form: units that no rule tells apart have the same."""
        return {unit: self._looks(unit) for unit in self.responding}

    def _looks(self, unit: UnitCode) -> str:
        rules, scope, row = self.rules, self.scope, self.row
        found = rules.directory.unit(unit)
        offices = (scope.community, scope.street, scope.place, rules.policy.urgent_lead)
        singled_out = unit in (*offices, *row.leads, *row.joint)
        if found is None or singled_out or found.kind in (*BELOW, UnitKind.DISTRICT):
            return unit
        local = rules.policy.local(scope.at)
        on_duty = rules.directory.receiver(unit, local) is not None
        enforcement = unit in rules.policy.enforcement
        return (
            f"{found.kind.value}/{found.may_lead}/{found.round_the_clock}/{on_duty}/{enforcement}"
        )


def _person(name: str, unit: UnitCode | None, *roles: Role) -> Actor:
    return Actor(id=name, roles=frozenset(roles), unit=unit)
