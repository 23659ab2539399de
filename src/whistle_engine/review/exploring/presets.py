"""Which scopes are explored together: in seconds, in minutes, in hours.

A few categories stand for all: of each affair and kind one. The fewer units a category calls,
the fewer states there are; so what is done to the matter by few or many is seen on the smallest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cached_property
from itertools import combinations

from attrs import evolve, frozen

from whistle_engine.model import Affair
from whistle_engine.policy import Category
from whistle_engine.responder import plan
from whistle_engine.review.exploring.scopes import SIDES, Scope, morning, place_for, scope_of
from whistle_engine.rules import Rules

WIDE = ("joining", "inviting", "objecting", "admitting")
"""The sides by which further units come in: each multiplies the states by ten to a hundred."""

RARE = ("over",)
"""A danger that is over leaves the whistle as it is: that counts only in the deepest scopes."""

NARROW = tuple(side for side in SIDES if side not in (*WIDE, *RARE))
"""The other sides."""

HEAVY = ("dangers", "raising")
"""The narrow sides that multiply the states most: another kind can come at any moment."""

_Sided = tuple[str, tuple[str, ...]]
"""A category, and sides."""


def quick(rules: Rules, *, at: datetime | None = None) -> tuple[Scope, ...]:
    """What takes seconds: for every check of a policy.

    Of each affair and kind one category by the main way, classified as it is; and the smallest
    public one with each narrow side in turn, and with joining. Extensions are tried on the
    smallest that has any.
    """
    known = _Categories(rules, at)
    plain = (_narrow(scope_of(rules, code, at=at)) for code in known.each)
    sides = (*(side for side in NARROW if side != "extending"), "joining")
    single = (scope_of(rules, known.smallest, (side,), at=at) for side in sides)
    longer = _narrow(scope_of(rules, known.extendable, ("extending",), at=at))
    return (*plain, *single, longer)


def full(rules: Rules, *, at: datetime | None = None) -> tuple[Scope, ...]:
    """What takes minutes: for ``make explore``.

    Of each affair and kind one category, however it may come to be classified, and classified as
    it is with each narrow side in turn (the heavy ones where it is public and calls one unit).
    The smallest public one with each wide side, and with every pair of narrow sides; the smallest
    that has extensions with extending and each other narrow side.
    """
    known = _Categories(rules, at)
    sided: list[_Sided] = [
        (code, (side,)) for code in known.each for side in NARROW if known.bears(code, side)
    ]
    sided += [(known.smallest, (side,)) for side in WIDE]
    sided += [(known.smallest, pair) for pair in combinations(NARROW, 2)]
    sided += [(known.extendable, p) for p in combinations(NARROW, 2) if "extending" in p]
    alone = (scope_of(rules, code, at=at) for code in known.each)
    return (*alone, *_narrowed(rules, sided, at))


def deep(rules: Rules, *, at: datetime | None = None) -> tuple[Scope, ...]:
    """What takes hours, and is mostly cut off: what :func:`full` leaves out.

    The heavy sides of the other categories, and their wide sides; every other pair of sides; of
    the smallest category that has extensions every three sides, none of them wide, two of which
    are deferring and raising; and one category of each kind that nobody in the catalogue leads.
    """
    known = _Categories(rules, at)
    pairs = list(combinations(SIDES, 2))
    threes = combinations((*NARROW, *RARE), 3)
    sided: list[_Sided] = [(known.smallest, (side,)) for side in RARE]
    sided += [(known.smallest, p) for p in pairs if not {*WIDE, *RARE}.isdisjoint(p)]
    sided += [(known.extendable, p) for p in pairs if "raising" in p and set(WIDE).isdisjoint(p)]
    sided += [(known.extendable, three) for three in threes if {"deferring", "raising"} < {*three}]
    sided += [(code, (s,)) for code in known.each for s in HEAVY if not known.bears(code, s)]
    sided += [(code, (side,)) for code in known.each if code != known.smallest for side in WIDE]
    unled = (scope_of(rules, code, at=at) for code in known.unled)
    return (*_narrowed(rules, sided, at), *unled)


def _narrowed(rules: Rules, sided: Iterable[_Sided], at: datetime | None) -> Iterator[Scope]:
    """The scopes, each once, and classified as the category is."""
    for code, sides in dict.fromkeys(sided):
        yield _narrow(scope_of(rules, code, sides, at=at))


def _narrow(scope: Scope) -> Scope:
    return evolve(scope, facts=scope.facts[:1])


@frozen(init=False, slots=False)
class _Categories:
    """Which categories stand for all."""

    rules: Rules
    at: datetime

    def __init__(self, rules: Rules, at: datetime | None) -> None:
        """Look at the rows that are in force then."""
        self.__attrs_init__(rules, at if at is not None else morning(rules.policy))

    @cached_property
    def each(self) -> tuple[str, ...]:
        """Of each affair and kind the one with the fewest units, of those that somebody leads."""
        return tuple(self._fewest(row for row in self._rows if self._led(row)))

    @cached_property
    def unled(self) -> tuple[str, ...]:
        """Of each public kind the one with the fewest units, of those that nobody leads."""
        return tuple(self._fewest(row for row in self._rows if not self._led(row)))

    @cached_property
    def smallest(self) -> str:
        """The public one that leads to the fewest states."""
        return min(self.each, key=self._size)

    @cached_property
    def extendable(self) -> str:
        """The same of those whose kind can be extended; if none can, of all."""
        kinds = self.rules.policy.kind_of
        able = [c for c in self.each if (k := self._row(c).kind) and kinds[k].extension]
        return min(able or self.each, key=self._size)

    def bears(self, code: str, side: str) -> bool:
        """Tell whether a narrow side leaves few enough states."""
        row = self._row(code)
        return side not in HEAVY or (row.affair is Affair.PUBLIC and _units(row) == 1)

    @cached_property
    def _rows(self) -> tuple[Category, ...]:
        policy = self.rules.policy
        return tuple(r for r in policy.categories if policy.category(r.code, self.at) is r)

    def _row(self, code: str) -> Category:
        return next(row for row in self._rows if row.code == code)

    def _led(self, row: Category) -> bool:
        _, _, street = place_for(self.rules)
        lead = plan(row.code, self.rules, self.at, street=street).lead
        return lead is not None or row.affair is not Affair.PUBLIC

    def _fewest(self, rows: Iterable[Category]) -> Iterator[str]:
        best: dict[object, Category] = {}
        for row in rows:
            known = best.setdefault((row.affair, row.kind), row)
            if _units(row) < _units(known):
                best[row.affair, row.kind] = row
        return (row.code for row in best.values())

    def _size(self, code: str) -> tuple[bool, int, bool]:
        """By its units; one that is urgent can be raised no more, which is worth a unit."""
        row = self._row(code)
        urgent = row.kind == self.rules.policy.urgent.code
        return row.affair is not Affair.PUBLIC, _units(row) - urgent, not urgent


def _units(row: Category) -> int:
    return len({*row.leads, *row.joint})
