"""Findings about rules agree with looking at every combination of facts, one by one."""

from __future__ import annotations

from itertools import product

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.properties import tables
from tests.properties.tables import DAY, decided, known, matching, points, policies
from whistle_engine.classify import compile_classifier
from whistle_engine.model import UNKNOWN
from whistle_engine.policy import LEVELS, Policy, Rule
from whistle_engine.review.cells import Axis, TooManyCellsError, cells, facts_of, lowest
from whistle_engine.review.checks.floors import lowest_decided
from whistle_engine.review.deciding import floor
from whistle_engine.review.table import Table

boxes = st.lists(
    st.dictionaries(
        st.sampled_from("xyz"), st.frozensets(st.sampled_from((*"12", UNKNOWN)), min_size=1)
    ),
    max_size=6,
)
AXES = tuple(Axis(name, (UNKNOWN, "1", "2")) for name in "xyz")


@given(boxes)
def test_cells_part_the_space_by_the_rules_that_match(
    drawn: list[dict[str, frozenset[str]]],
) -> None:
    found = cells(AXES, (tuple(box.items()) for box in drawn))
    told: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
    for point in product(range(3), repeat=3):
        held = dict(zip("xyz", ((UNKNOWN, "1", "2")[at] for at in point), strict=True))
        bits = sum(
            1 << n for n, box in enumerate(drawn) if all(held[name] in box[name] for name in box)
        )
        told.setdefault(bits, []).append((sum(map(bool, point)), point))
    assert {cell.matching: cell.count for cell in found} == {b: len(p) for b, p in told.items()}
    for cell in found:
        here = told[cell.matching]
        assert (cell.size, cell.point) == min(here)
        for axis in range(3):
            assert cell.within[axis] == sum(1 << at for at in {point[axis] for _, point in here})
        whole = {point for _, point in here}
        assert cell.whole == (whole == set(product(*({p[n] for p in whole} for n in range(3)))))


def test_a_space_that_is_divided_too_finely_is_refused() -> None:
    drawn = [((name, frozenset({"1"})),) for name in "xyz"]
    assert len(cells(AXES, drawn)) == 8
    with pytest.raises(TooManyCellsError, match="more than 7 parts"):
        cells(AXES, drawn, most=7)


def test_a_fact_that_is_nowhere_declared_is_never_known() -> None:
    (cell,) = cells(AXES[:1], [(("else", frozenset({"1"})),), (("else", frozenset({UNKNOWN})),)])
    assert cell.matching == 0b10
    assert facts_of(AXES[:1], cell.point) == (("x", UNKNOWN),)


@given(policies())
def test_the_table_decides_what_the_engine_decides(policy: Policy) -> None:
    table = Table(policy, DAY)
    classify = compile_classifier(policy)
    assert table.size == sum(1 for _ in points(policy)) == sum(cell.count for cell in table.cells)
    for cell in table.cells:
        found = classify(table.facts(cell), tables.NOON)
        assert (found.affair, found.kind) == table.decided(cell)
        assert found.rule == policy.rules[lowest(cell.matching)].id


def without(policy: Policy, number: int) -> Policy:
    kept = [rule for n, rule in enumerate(policy.rules) if n != number]
    return evolve(policy, rules=tuple(kept))


@given(policies())
def test_standings_are_those_of_every_point(policy: Policy) -> None:
    every = [(facts, matching(policy, facts)) for facts in points(policy)]
    last = len(policy.rules) - 1
    for number, standing in enumerate(Table(policy, DAY).standings):
        mine = [facts for facts, numbers in every if numbers[0] == number]
        assert standing.matches == sum(number in numbers for _, numbers in every)
        assert standing.decides == len(mine)
        if number == last:
            continue
        rest = without(policy, number)
        assert standing.changes == sum(decided(policy, f) != decided(rest, f) for f in mine)


@given(policies())
def test_rules_that_disagree_are_those_of_which_the_order_counts(policy: Policy) -> None:
    """Of two rules one goes before the other, and to put it first would decide otherwise."""
    every = list(points(policy))
    match = [{facts for facts in every if tables.matches(rule, facts)} for rule in policy.rules]
    first = {facts: matching(policy, facts)[0] for facts in every}
    for one, standing in enumerate(Table(policy, DAY).standings):
        told: dict[int, list[tuple[tuple[str, str], ...]]] = {}
        for other in range(one + 1, len(policy.rules)):
            moved = _alone(policy, policy.rules[other])
            both = [
                facts
                for facts in match[one] & match[other]
                if first[facts] == one and decided(moved, facts) != decided(policy, facts)
            ]
            if other in first.values() and both and not match[one] <= match[other]:
                told[other] = both
        assert standing.over == tuple(told)
        if told:
            witness = known(standing.witness)
            seen = [known(facts) for both in told.values() for facts in both]
            assert witness in seen
            assert len(witness) == min(map(len, seen))


def _alone(policy: Policy, rule: Rule) -> Policy:
    """The policy, if this rule stood first."""
    return evolve(policy, rules=(evolve(rule, id="moved"), *policy.rules))


@given(policies())
def test_a_floor_is_idle_if_it_raises_nothing(policy: Policy) -> None:

    lowest_of = lowest_decided(policy, Table(policy, DAY))
    for signal, level, timing in product(tables.SIGNALS, LEVELS, tables.TIMINGS[:3]):
        found = floor(policy, signal, level, timing)
        if found is None:
            continue
        raised = False
        for facts in points(policy):
            if dict(facts)["timing"] in (timing, UNKNOWN if timing == "ongoing" else timing):
                calm = decided(policy, facts)
                raised |= decided(policy, (*facts, (signal, level))) != calm
        assert raised == (policy.rank(*found) > lowest_of[timing])
