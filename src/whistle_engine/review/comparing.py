"""Which facts two policies decide otherwise: all of them, in groups, with exact counts.

Both policies' rules are taken as one table over the facts of both, so that each cell says which
rule of either decides (:mod:`whistle_engine.review.cells`). Signals of danger are no part of it:
rules never read them. At each timing they are counted by the floors that they set in both; a
floor decides if it is above what the rule gives, as everywhere.

What only one of the two declares counts for the other as not known.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from math import prod

from attrs import frozen

from whistle_engine.classify import CATEGORY, TIMING, WHEN_UNKNOWN
from whistle_engine.model import UNKNOWN, Facts
from whistle_engine.policy import TIMINGS, Policy
from whistle_engine.review.cells import Axis, Cell, Test, cells, facts_of, lowest
from whistle_engine.review.days import first_day, turns
from whistle_engine.review.deciding import (
    Decided,
    Given,
    Result,
    floor,
    given,
    known_first,
    least,
    reads,
    result,
    signals,
    values,
)
from whistle_engine.soundness import SIGNAL_VALUES

FLOOR = ""
"""What stands for a rule's id where a floor decides; no rule has it."""

Change = tuple[Decided, Decided]
"""What decides before and after."""


@frozen
class Part:
    """Facts of a group that can be told by the values of each.

    Attributes:
        values: of each fact that matters the values, by its name.
        count: how many combinations of category and circumstances.
        whole: whether all combinations of these values belong to it, or only some.
    """

    values: tuple[tuple[str, tuple[str, ...]], ...]
    count: int
    whole: bool


@frozen(kw_only=True)
class Group:
    """Facts that the same two decide, otherwise; or alike, and for another reason.

    Attributes:
        before, after: what decides, and how; by :data:`FLOOR` where it is a floor.
        count: how many combinations of facts, those of all signals of danger among them.
        calm: how many of category and circumstances, where no signal sets a floor.
        categories: the categories among them.
        parts: those without danger, by the values of their facts; of groups that are only there
            in danger, by those of category and circumstances.
        witness: the smallest facts of the group.
    """

    before: Decided
    after: Decided
    count: int
    calm: int
    categories: tuple[str, ...]
    parts: tuple[Part, ...]
    witness: Facts


@frozen
class Epoch:
    """What differs from a day on, until the day of the next.

    Attributes:
        since: the first day.
        groups: what is decided otherwise, the largest group first.
        retold: what is decided as it was, by a rule that is called otherwise, or by other facts:
            whoever asks why is told so.
        size: how many combinations of facts there are, those of all signals among them.
        calm: how many of category and circumstances.
    """

    since: date
    groups: tuple[Group, ...]
    retold: tuple[Group, ...]
    size: int
    calm: int


_Floors = tuple[Result | None, Result | None]
_Dangers = dict[_Floors, tuple[int, tuple[int, tuple[int, ...]]]]
"""By the floors of both policies: how many ways, and the smallest of them with its size."""


def compare(old: Policy, new: Policy, *, begins: date | None = None) -> tuple[Epoch, ...]:
    """Find all that is decided otherwise.

    Args:
        old: the policy as it is.
        new: as it would be.
        begins: the first day that counts; by default the first on which both may be in force.

    Returns:
        An epoch for each day from which a row of either catalogue is in force or no longer is.

    Raises:
        TooManyCellsError: the rules divide the facts too finely.
    """
    days = turns((*old.categories, *new.categories), first_day(old, new, begins))
    return tuple(_Both(old, new, day).epoch() for day in days)


_Held = tuple[Cell, _Floors, int, tuple[int, tuple[int, ...], tuple[int, ...]]]
"""A cell, the floors of some dangers, how many these are, and the smallest point of both: how many
facts of it are known, and then where they stand."""


@frozen(slots=False)
class _Both:
    """Two policies on a day."""

    old: Policy
    new: Policy
    on: date

    def epoch(self) -> Epoch:
        """All that differs."""
        found: dict[Change, list[_Held]] = {}
        retold: dict[Change, list[_Held]] = {}
        for cell in self.cells:
            base = self._base(cell)
            renamed = self._renamed(base)
            for floors, (ways, (size, point)) in self._dangers(cell).items():
                before, after = (
                    _higher(policy, rule, demanded)
                    for policy, rule, demanded in zip(self.policies, base, floors, strict=True)
                )
                held = (cell, floors, ways, (cell.size + size, cell.point, point))
                if before.result != after.result:
                    found.setdefault((before, after), []).append(held)
                elif renamed:
                    retold.setdefault(base, []).append(held)
        calm = prod(len(axis.values) for axis in self.axes)
        return Epoch(
            since=self.on,
            groups=self._groups(found),
            retold=self._groups(retold),
            size=calm * len(_VALUES) ** self._free,
            calm=calm,
        )

    def _groups(self, found: dict[Change, list[_Held]]) -> tuple[Group, ...]:
        groups = [self._group(change, held) for change, held in found.items()]
        return tuple(sorted(groups, key=lambda group: (-group.calm, -group.count, group.witness)))

    def _group(self, change: Change, held: list[_Held]) -> Group:
        _, at, danger = min(least for _, _, _, least in held)
        calm = {cell: None for cell, floors, _, _ in held if floors == (None, None)}
        shown = calm or {cell: None for cell, _, _, _ in held}
        codes = self.axes[0].values
        within = 0
        for cell in shown:
            within |= cell.within[0]
        return Group(
            before=change[0],
            after=change[1],
            count=sum(cell.count * ways for cell, _, ways, _ in held),
            calm=sum(cell.count for cell in calm),
            categories=tuple(code for n, code in enumerate(codes) if within >> n & 1),
            parts=tuple(self._parts(shown)),
            witness=(*facts_of(self.axes, at), *self._danger(danger)),
        )

    @property
    def policies(self) -> tuple[Policy, Policy]:
        return self.old, self.new

    # ---------------------------------------------------------------- rules

    @cached_property
    def axes(self) -> tuple[Axis, ...]:
        """The facts of both; of a category what both catalogues say of it is told apart."""
        both: dict[str, dict[str, None]] = {}
        for policy in self.policies:
            for name, held in values(policy).items():
                both.setdefault(name, {}).update(dict.fromkeys(held))
        return tuple(
            Axis(name, known_first(held), self._marks(name, held)) for name, held in both.items()
        )

    def _marks(self, name: str, held: Iterable[str]) -> Mapping[str, Hashable]:
        if name == CATEGORY:
            return {v: tuple(given(policy, v, self.on) for policy in self.policies) for v in held}
        if name == TIMING:
            return {value: value if value in TIMINGS else WHEN_UNKNOWN for value in held}
        if name in self.signals:  # a signal for one of the two, and for the other a fact
            return {value: value for value in held}
        return {}

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """The facts of both, by the rules of both; the new policy's are the higher bits."""
        return cells(self.axes, [test for policy in self.policies for test in self._tests(policy)])

    def _tests(self, policy: Policy) -> Iterator[Test]:
        """What a policy's rules ask, where what it does not declare is not known to it."""
        known = values(policy)
        for rule in policy.rules:
            yield tuple(
                (
                    axis.name,
                    wanted
                    | (set(axis.values) - set(known[axis.name]) if UNKNOWN in wanted else set()),
                )
                for axis in self.axes
                for name, wanted in rule.when
                if name == axis.name
            )

    def _base(self, cell: Cell) -> Change:
        """What the rules of both decide in a cell."""
        rows: tuple[Given, Given] = cell.marks[0]  # type: ignore[assignment]
        size = len(self.old.rules)
        numbers = lowest(cell.matching), lowest(cell.matching >> size)
        before, after = (
            Decided(policy.rules[number].id, result(policy.rules[number], row, kind))
            for policy, number, row, kind in zip(
                self.policies, numbers, rows, self._leasts, strict=True
            )
        )
        return before, after

    def _renamed(self, base: Change) -> bool:
        """Tell whether two rules that decide alike are told apart by whoever asks why.

        A rule that has another title is told among the titles.
        """
        before, after = base
        if before.result != after.result:
            return False
        if base not in self._kept_renamed:
            one, other = (
                next(rule for rule in policy.rules if rule.id == decided.by)
                for policy, decided in zip(self.policies, base, strict=True)
            )
            renamed = one.id != other.id and one.title != other.title
            self._kept_renamed[base] = renamed or reads(one) != reads(other)
        return self._kept_renamed[base]

    @cached_property
    def _kept_renamed(self) -> dict[Change, bool]:
        return {}

    @cached_property
    def _leasts(self) -> tuple[str, str]:
        return least(self.old), least(self.new)

    # ---------------------------------------------------------------- danger

    @cached_property
    def signals(self) -> tuple[str, ...]:
        """The signals of both."""
        return tuple(dict.fromkeys(name for policy in self.policies for name in signals(policy)))

    @property
    def _free(self) -> int:
        """How many signals are no fact of either."""
        return len(set(self.signals) - {axis.name for axis in self.axes})

    @cached_property
    def _kept(self) -> dict[tuple[Hashable, ...], _Dangers]:
        return {}

    def _dangers(self, cell: Cell) -> _Dangers:
        """The floors that signals may set in a cell, by its timing and by what marks it."""
        key = cell.marks[1:]
        if key not in self._kept:
            named = [axis.name for axis in self.axes if axis.marks][1:]
            self._kept[key] = self._ways(dict(zip(named, map(str, key), strict=True)))
        return self._kept[key]

    def _ways(self, fixed: dict[str, str]) -> _Dangers:
        """The signals gone through one by one; those that a cell has fixed have one value."""
        held: _Dangers = {(None, None): (1, (0, ()))}
        for name in self.signals:
            reached: _Dangers = {}
            for value in (fixed[name],) if name in fixed else _VALUES:
                asked = [floor(policy, name, value, fixed[TIMING]) for policy in self.policies]
                cost = int(value != UNKNOWN and name not in fixed)
                for floors, (ways, (size, point)) in held.items():
                    one, other = (
                        _above(policy, demanded, before)
                        for policy, demanded, before in zip(
                            self.policies, asked, floors, strict=True
                        )
                    )
                    small = (size + cost, (*point, _VALUES.index(value)))
                    ways_before, small_before = reached.get((one, other), (0, small))
                    reached[one, other] = (ways + ways_before, min(small, small_before))
            held = reached
        return held

    def _danger(self, point: tuple[int, ...]) -> Facts:
        """The signals of a point that are known, but for those that are facts of a cell."""
        named = {axis.name for axis in self.axes}
        told = zip(self.signals, (_VALUES[at] for at in point), strict=True)
        return tuple((n, value) for n, value in told if value != UNKNOWN and n not in named)

    # ---------------------------------------------------------------- parts

    def _parts(self, held: Iterable[Cell]) -> Iterator[Part]:
        """Cells as values of facts: two that differ in the values of one fact only are one."""
        by_whole: dict[bool, dict[tuple[int, ...], int]] = {True: {}, False: {}}
        for cell in held:
            boxes = by_whole[cell.whole]
            boxes[cell.within] = boxes.get(cell.within, 0) + cell.count
        for whole, boxes in by_whole.items():
            for within, count in sorted(_merged(boxes).items(), key=lambda b: (-b[1], b[0])):
                yield Part(self._told(within), count, whole)

    def _told(self, within: tuple[int, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(
            (axis.name, tuple(value for n, value in enumerate(axis.values) if held >> n & 1))
            for axis, held in zip(self.axes, within, strict=True)
            if held != (1 << len(axis.values)) - 1
        )


_VALUES = (UNKNOWN, *(value for value in SIGNAL_VALUES if value != UNKNOWN))
"""The values of a signal, what is not known first."""


def _merged(boxes: dict[tuple[int, ...], int]) -> dict[tuple[int, ...], int]:
    """Boxes with their counts, joined where they differ on one axis only, until none do."""
    held = dict(boxes)
    axes = range(len(next(iter(held), ())))
    again = True
    while again:
        again = False
        for axis in axes:
            rows: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
            for within in held:
                rows.setdefault((*within[:axis], 0, *within[axis + 1 :]), []).append(within)
            for alike in rows.values():
                if len(alike) > 1:
                    again = True
                    values = 0
                    for within in alike:
                        values |= within[axis]
                    count = sum(held.pop(within) for within in alike)
                    held[*alike[0][:axis], values, *alike[0][axis + 1 :]] = count
    return held


def _above(policy: Policy, demanded: Result | None, before: Result | None) -> Result | None:
    """The higher of two floors."""
    if demanded is None or before is None:
        return demanded or before
    return max(before, demanded, key=lambda each: policy.rank(*each))


def _higher(policy: Policy, rule: Decided, demanded: Result | None) -> Decided:
    """What decides: the rule, or a floor that is above it."""
    if demanded is None or policy.rank(*demanded) <= policy.rank(*rule.result):
        return rule
    return Decided(FLOOR, demanded)
