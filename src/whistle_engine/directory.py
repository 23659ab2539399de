"""The directory as values: units, receivers and shifts, each dated.

It is separate from the policy because receivers change weekly, and a policy version
should not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cached_property

from attrs import field, frozen

from whistle_engine._fields import share_repr
from whistle_engine.errors import PolicyError
from whistle_engine.model import (
    ActorId,
    Label,
    UnitCode,
    UnitKind,
)
from whistle_engine.problems import Problem, nearest, problem

STREET = "street"
"""Stands for the matter's own street."""
WORDS = ("holder", "supervisor", "community", STREET, "hotline", "coordinator")
"""Words that a policy writes where a unit's code may stand; so no unit has one as its code."""


@frozen(kw_only=True, slots=False, repr=False)
class Unit:
    """A unit: what it is, where it stands, and whether it may lead.

    Attributes:
        parent: the unit above it: a community's street, a grid branch's community.
        posted_at: streets to which it posts a team (片区派出、挂牌进驻).
        may_lead: it may be made lead of a matter; enterprises and city bureaus still
            have to accept, and are never designated.
        round_the_clock: its clocks count every hour of every day.
        head: who answers for the unit when no receiver is on duty.
    """

    code: UnitCode
    title: Label
    kind: UnitKind
    level: str = ""
    parent: UnitCode | None = None
    posted_at: tuple[UnitCode, ...] = ()
    may_lead: bool = False
    round_the_clock: bool = False
    head: ActorId | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Shift:
    """Hours of work on a working day, local time; an ``end`` at midnight is that of the day."""

    start: time
    end: time


@frozen(kw_only=True, slots=False, repr=False)
class Receiver:
    """A person who takes whistles for a unit (接哨员), on duty from ``since`` to ``until``.

    Both days are inclusive and local; ``None`` leaves the end open. ``shifts`` empty means at
    any hour of those days.
    """

    id: ActorId
    unit: UnitCode
    since: date | None = None
    until: date | None = None
    shifts: tuple[Shift, ...] = ()

    def on_duty(self, local: datetime) -> bool:
        """Tell whether this receiver is on duty at a local instant."""
        day = local.date()
        if (self.since is not None and day < self.since) or (
            self.until is not None and day > self.until
        ):
            return False
        clock = local.time()
        return not self.shifts or any(
            s.start <= clock and (clock < s.end or s.end == time.min) for s in self.shifts
        )


def is_word(code: UnitCode, kind: UnitKind) -> bool:
    """Tell whether a code would be taken for a word; a hotline may be called so."""
    return code in WORDS and not (code == "hotline" and kind is UnitKind.HOTLINE)


def _tuple_of_units(units: Iterable[Unit]) -> tuple[Unit, ...]:
    return tuple(units)


@frozen(kw_only=True, slots=False, repr=False)
class Directory:
    """All units and receivers of a jurisdiction.

    Raises:
        PolicyError: two units share a code, or a code is one of :data:`WORDS`; or a parent or
            receiver names no unit.
    """

    units: tuple[Unit, ...] = field(converter=_tuple_of_units)
    receivers: tuple[Receiver, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse what cannot be looked up."""
        problems = [
            problem("name_twice", f"units.{code}", name=code)
            for code, count in Counter(u.code for u in self.units).items()
            if count > 1
        ]
        problems += [
            problem("code_is_word", f"units.{u.code}.code", name=u.code)
            for u in self.units
            if is_word(u.code, u.kind)
        ]
        problems += [
            self._no_unit(f"units.{u.code}.parent", u.parent)
            for u in self.units
            if u.parent is not None and u.parent not in self._codes
        ]
        problems += [
            self._no_unit(f"units.{u.code}.posted_at", at)
            for u in self.units
            for at in u.posted_at
            if at not in self._codes
        ]
        problems += [
            self._no_unit(f"receivers.{r.id}.unit", r.unit)
            for r in self.receivers
            if r.unit not in self._codes
        ]
        if problems:
            raise PolicyError(problems)

    def _no_unit(self, key: str, code: str) -> Problem:
        return problem("no_unit", key, name=code, near=nearest(code, self._codes))

    @cached_property
    def _codes(self) -> dict[UnitCode, Unit]:
        return {u.code: u for u in self.units}

    @cached_property
    def _receivers(self) -> dict[UnitCode, tuple[Receiver, ...]]:
        by_unit: dict[UnitCode, list[Receiver]] = {}
        for receiver in self.receivers:
            by_unit.setdefault(receiver.unit, []).append(receiver)
        return {code: tuple(found) for code, found in by_unit.items()}

    def unit(self, code: UnitCode | None) -> Unit | None:
        """The unit with this code, or ``None``."""
        return None if code is None else self._codes.get(code)

    def is_kind(self, code: UnitCode | None, *kinds: UnitKind) -> bool:
        """Tell whether the code names a unit of one of these kinds."""
        unit = self.unit(code)
        return unit is not None and unit.kind in kinds

    def above(self, code: UnitCode, kind: UnitKind) -> UnitCode | None:
        """The nearest unit of a kind at or above this one: a community's street."""
        seen: set[UnitCode] = set()
        unit = self.unit(code)
        while unit is not None and unit.code not in seen:
            if unit.kind is kind:
                return unit.code
            seen.add(unit.code)
            unit = self.unit(unit.parent)
        return None

    def receiver(self, code: UnitCode, local: datetime) -> ActorId | None:
        """The receiver on duty at a unit at a local instant; ``None`` if nobody is."""
        for receiver in self._receivers.get(code, ()):
            if receiver.on_duty(local):
                return receiver.id
        return None


share_repr((Unit, Shift, Receiver, Directory))
