"""Whole spaces of facts, taken apart exactly: into cells in which the same rules match.

A space has an axis for each fact. Its points are far too many to be looked at one by one, and a
rule reads few of the facts; so the facts are gone through one after the other, and those values
that leave the same rules possible are taken together. Two ways that have come to the same rules go
on as one. What is left at the end are the cells: each with the rules that match in it, how many
points it has, and the smallest of them. Nothing is sampled, and no point is in two cells.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from attrs import field, frozen

from whistle_engine.model import UNKNOWN, Facts

MOST = 500_000
"""No space is taken apart into more cells: it would take minutes and gigabytes."""

Test = tuple[tuple[str, frozenset[str]], ...]
"""What a rule asks: pairs of a fact and the values of it that match."""


class TooManyCellsError(ValueError):
    """The rules divide the facts too finely to be looked at exactly."""


@frozen
class Axis:
    """A fact and its values.

    Attributes:
        marks: what a value stands for besides, where points are told apart by more than the
            rules; a value that is not here has none.
    """

    name: str
    values: tuple[str, ...]
    marks: Mapping[str, Hashable] = field(factory=dict)


@frozen
class Cell:
    """Points in which the same rules match.

    Attributes:
        matching: the rules that match, as bits: rule n is the bit of that number.
        marks: the marks of its values, in the order of the axes that have some.
        count: how many points it has.
        size: how many facts of the smallest point are known.
        point: the smallest point, as numbers of values: fewest facts that are known, then first
            in the order of the axes and their values.
        within: the values that occur on each axis, as bits.
    """

    matching: int
    marks: tuple[Hashable, ...]
    count: int
    size: int
    point: tuple[int, ...]
    within: tuple[int, ...]

    @property
    def whole(self) -> bool:
        """Tell whether it holds every combination of the values that occur in it."""
        product = 1
        for values in self.within:
            product *= values.bit_count()
        return product == self.count


_State = tuple[int, tuple[Hashable, ...]]
_Held = tuple[int, int, tuple[int, ...], tuple[int, ...]]
"""How many points, how many facts of the smallest are known, that point, and what occurs."""
_Step = tuple[int, tuple[Hashable, ...], int, int, int, int]
"""Values of an axis: the rules that they allow, their mark, they, whether the smallest of them is
known, it, and how many they are."""


def cells(
    axes: Sequence[Axis], tests: Iterable[Test], *, most: int | None = None
) -> tuple[Cell, ...]:
    """Take a space apart.

    Args:
        axes: the facts; a fact without an axis is always ``unknown``.
        tests: what each rule asks.
        most: how many cells there may be; by default :data:`MOST`.

    Raises:
        TooManyCellsError: there are more.
    """
    asked = [dict(test) for test in tests]
    named = {axis.name for axis in axes}
    begin = 0
    for number, test in enumerate(asked):
        if all(UNKNOWN in values for name, values in test.items() if name not in named):
            begin |= 1 << number
    states: dict[_State, _Held] = {(begin, ()): (1, 0, (), ())}
    for axis in axes:
        steps = _steps(axis, asked)
        reached: dict[_State, _Held] = {}
        for (matching, marks), (count, size, point, within) in states.items():
            for allowed, mark, values, cost, first, times in steps:
                state = matching & allowed, marks + mark
                held = (count * times, size + cost, (*point, first), (*within, values))
                other = reached.get(state)
                reached[state] = held if other is None else _joined(held, other)
        if len(reached) > (MOST if most is None else most):
            raise TooManyCellsError(
                f"the rules divide the facts into more than {most or MOST:,} parts"
            )
        states = reached
    return tuple(Cell(matching, marks, *held) for (matching, marks), held in states.items())


def facts_of(axes: Sequence[Axis], point: tuple[int, ...]) -> Facts:
    """A point as facts: what is not known is left out, but for the first of the axes."""
    named = ((axis.name, axis.values[at]) for axis, at in zip(axes, point, strict=True))
    return tuple(pair for n, pair in enumerate(named) if pair[1] != UNKNOWN or not n)


def bits(number: int) -> Iterable[int]:
    """The numbers of the bits that are set, from the lowest on."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def lowest(number: int) -> int:
    """The number of the lowest bit that is set; −1 if none is."""
    return (number & -number).bit_length() - 1


def _joined(one: _Held, other: _Held) -> _Held:
    small = min(one[1:3], other[1:3])
    within = tuple(a | b for a, b in zip(one[3], other[3], strict=True))
    return (one[0] + other[0], *small, within)


def _steps(axis: Axis, asked: Sequence[Mapping[str, frozenset[str]]]) -> list[_Step]:
    """The values of an axis, those together that leave the same rules possible."""
    everything = (1 << len(asked)) - 1
    asking = [(1 << n, test[axis.name]) for n, test in enumerate(asked) if axis.name in test]
    found: dict[tuple[int, tuple[Hashable, ...]], list[int]] = {}
    for at, value in enumerate(axis.values):
        barred = sum(bit for bit, wanted in asking if value not in wanted)
        mark: tuple[Hashable, ...] = (axis.marks.get(value),) if axis.marks else ()
        found.setdefault((everything ^ barred, mark), []).append(at)
    steps: list[_Step] = []
    for (allowed, mark), held in found.items():
        cost, first = min((int(axis.values[at] != UNKNOWN), at) for at in held)
        steps.append((allowed, mark, sum(1 << at for at in held), cost, first, len(held)))
    return steps
