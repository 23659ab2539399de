"""A policy's classification rules as one table: what each decides, and what stands behind it.

Made once for a policy and a day; the checks of rules and floors only read it.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from math import prod

from attrs import frozen

from whistle_engine.classify import CATEGORY
from whistle_engine.model import Facts
from whistle_engine.policy import Policy, Rule
from whistle_engine.review.cells import Axis, Cell, bits, cells, facts_of, lowest
from whistle_engine.review.deciding import Given, Result, given, least, result, values


@frozen
class Standing:
    """How a rule stands in its table.

    Attributes:
        matches: how many facts it matches.
        decides: how many of them no rule before it takes.
        changes: how many of these would be decided otherwise without it.
        over: the rules after it that would decide some of these otherwise, by their numbers. Not
            those that match whatever it matches: it is an exception from them; nor those that
            never decide.
        witness: the smallest facts that one of them would decide otherwise.
    """

    matches: int
    decides: int
    changes: int
    over: tuple[int, ...]
    witness: Facts


@frozen(slots=False)
class Table:
    """The rules of a policy on a day, over all facts that are possible."""

    policy: Policy
    on: date

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in their order."""
        return self.policy.rules

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The facts that rules may read; of a category, what its row says is told apart."""
        found = []
        for name, held in values(self.policy).items():
            rows = {code: given(self.policy, code, self.on) for code in held}
            found.append(Axis(name, held, rows if name == CATEGORY else {}))
        return tuple(found)

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The space of facts, by the rules that match and by what the category's row says."""
        return cells(self.axes, (rule.when for rule in self.rules))

    @cached_property
    def size(self) -> int:
        """How many facts are possible."""
        return prod(len(axis.values) for axis in self.axes)

    @cached_property
    def least(self) -> str:
        """The least urgent kind."""
        return least(self.policy)

    def result(self, number: int, row: Given) -> Result:
        """What the rule of a number decides for a category with such a row."""
        return result(self.rules[number], row, self.least)

    def decided(self, cell: Cell) -> Result:
        """What is decided in a cell, before any floor."""
        return self.result(lowest(cell.matching), row_of(cell))

    def facts(self, cell: Cell) -> Facts:
        """The smallest facts of a cell."""
        return facts_of(self.axes, cell.point)

    def smallest(self, number: int) -> Facts:
        """The smallest facts that a rule matches."""
        asked = dict(self.rules[number].when)
        point = []
        for axis in self.axes:
            wanted = asked.get(axis.name, axis.values)
            point.append(next(n for n, value in enumerate(axis.values) if value in wanted))
        return facts_of(self.axes, tuple(point))

    def followers(self, number: int) -> tuple[int, ...]:
        """The rules that would decide what a rule decides, if it were not there."""
        bit = 1 << number
        mine = (cell.matching for cell in self.cells if lowest(cell.matching) == number)
        return tuple(sorted({lowest(matching ^ bit) for matching in mine if matching != bit}))

    def takers(self, number: int) -> tuple[int, ...]:
        """The rules that decide what a rule matches, in the place of it."""
        bit = 1 << number
        found = {lowest(cell.matching) for cell in self.cells if cell.matching & bit}
        return tuple(sorted(found - {number}))

    @cached_property
    def standings(self) -> tuple[Standing, ...]:
        """Every rule in the table."""
        size = len(self.rules)
        decides, changes, behind = [0] * size, [0] * size, dict[tuple[int, Given], int]()
        for cell in self.cells:
            first, row = lowest(cell.matching), row_of(cell)
            after = cell.matching ^ (1 << first)
            decides[first] += cell.count
            behind[first, row] = behind.get((first, row), 0) | after
            if not after & -after & self._alike(first, row):  # the next one decides otherwise
                changes[first] += cell.count
        alive = sum(1 << number for number, count in enumerate(decides) if count)
        over = {key: self._otherwise(*key, after & alive) for key, after in behind.items()}
        every = [0] * size
        for (number, _), found in over.items():
            every[number] |= found
        seen = self._seen(over)
        return tuple(
            Standing(
                matches=self._matches(number),
                decides=decides[number],
                changes=changes[number],
                over=tuple(bits(every[number])),
                witness=self.facts(seen[number]) if number in seen else (),
            )
            for number in range(size)
        )

    def _otherwise(self, number: int, row: Given, after: int) -> int:
        """Of the rules after one those that decide otherwise, and are not what it is taken from."""
        otherwise = after & ~self._alike(number, row)
        return sum(1 << other for other in bits(otherwise) if not self._within(number, other))

    def _alike(self, number: int, row: Given) -> int:
        """The rules that decide the same as one, for a category with such a row."""
        if row not in self._by_row:
            by_result: dict[Result, int] = {}
            results = [self.result(each, row) for each in range(len(self.rules))]
            for each, found in enumerate(results):
                by_result[found] = by_result.get(found, 0) | (1 << each)
            self._by_row[row] = [by_result[found] for found in results]
        return self._by_row[row][number]

    @cached_property
    def _by_row(self) -> dict[Given, list[int]]:
        return {}

    def _within(self, one: int, other: int) -> bool:
        """Tell whether a rule matches nothing but what another does."""
        mine, all_of = dict(self.rules[one].when), self._values
        wanted = self.rules[other].when
        return all(mine.get(name, all_of[name]) & all_of[name] <= held for name, held in wanted)

    @cached_property
    def _values(self) -> dict[str, frozenset[str]]:
        return {axis.name: frozenset(axis.values) for axis in self.axes}

    def _seen(self, over: dict[tuple[int, Given], int]) -> dict[int, Cell]:
        """For each rule the smallest cell in which one of those after it decides otherwise."""
        found: dict[int, Cell] = {}
        for cell in self.cells:
            first = lowest(cell.matching)
            if cell.matching & over[first, row_of(cell)]:
                held = found.get(first)
                if held is None or (cell.size, cell.point) < (held.size, held.point):
                    found[first] = cell
        return found

    def _matches(self, number: int) -> int:
        asked = dict(self.rules[number].when)
        return prod(
            len(asked[axis.name] & set(axis.values)) if axis.name in asked else len(axis.values)
            for axis in self.axes
        )


def row_of(cell: Cell) -> Given:
    """What the row of a cell's categories says."""
    (row,) = cell.marks
    return row  # type: ignore[return-value]  # the one mark of the axes of a table
