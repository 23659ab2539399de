"""Exploring a policy: figures, laws, scopes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import combinations
from multiprocessing import active_children

import pytest
from attrs import evolve

from tests.walks import OTHER_RULES, RULES
from whistle_engine import commands as c
from whistle_engine import shipped_rules
from whistle_engine.model import Stage
from whistle_engine.review.explore import (
    SIDES,
    Progress,
    deep,
    explore,
    full,
    quick,
    scope_of,
)
from whistle_engine.review.laws import HISTORY_LAWS, STEP_LAWS, Taken
from whistle_engine.rules import Rules

CITY = shipped_rules("xingqing")
SMALL = "major_case"


def test_every_law_holds_and_every_stage_of_the_way_is_seen() -> None:
    found = explore(CITY, scope_of(CITY, SMALL, ("deferring",)))
    assert found.complete
    assert found.violations == ()
    assert set(found.laws) == {*STEP_LAWS, *HISTORY_LAWS, "L17"}
    not_on_the_way = {Stage.MEDIATING, Stage.DELIBERATING, Stage.BLOWN}
    assert set(found.stages) == set(Stage) - not_on_the_way
    assert sum(found.stages.values()) == found.states
    assert found.moves > found.states > found.depth > 5


def test_how_long_a_matter_can_lie_is_reckoned_with_the_limits_of_the_policy() -> None:
    found = explore(CITY, scope_of(CITY, SMALL))
    whole_day = CITY.policy.kind_of["emergency"].solve.amount
    assert found.silence is not None
    assert timedelta(hours=whole_day) <= found.silence <= timedelta(days=15)
    assert found.silent[0].en.startswith("resident: receive")


def test_it_is_the_same_in_every_run_and_on_several_cores() -> None:
    scope = scope_of(CITY, SMALL, ("gathering",))
    alone = explore(CITY, scope)
    assert explore(CITY, scope) == alone
    assert explore(CITY, scope, jobs=2) == alone


def test_cut_off_it_says_so_and_asks_nothing_of_the_whole() -> None:
    found = explore(CITY, scope_of(CITY, SMALL), most=50)
    assert not found.complete
    assert found.states == 50
    assert found.silence is None
    assert "L17" not in found.laws


def test_a_law_of_ones_own_is_asked_of_refusals_too() -> None:
    def polite(step: Taken) -> Iterator[str]:
        if isinstance(step.command.do, c.SendBack):
            yield "somebody tried"

    (violation,) = explore(CITY, scope_of(CITY, SMALL), laws={"polite": polite}).violations
    assert (violation.law, violation.words) == ("polite", "somebody tried")
    assert violation.story is not None
    assert violation.story.steps[-1].expect.refused == "send_back"


def test_progress_is_told() -> None:
    told: list[Progress] = []
    found = explore(CITY, scope_of(CITY, SMALL), progress=told.append)
    assert [p.states for p in told] == sorted(p.states for p in told)
    assert (told[-1].states, told[-1].moves, told[-1].waiting) == (found.states, found.moves, 0)


def test_whoever_breaks_off_leaves_no_process_behind() -> None:
    def enough(now: Progress) -> None:
        if now.states > 100:
            raise InterruptedError(now.states)

    with pytest.raises(InterruptedError):
        explore(CITY, scope_of(CITY, SMALL), jobs=2, progress=enough)
    assert active_children() == []


@pytest.mark.parametrize("rules", [RULES, OTHER_RULES], ids=["tiny", "other"])
def test_the_tiny_cities_keep_every_law(rules: Rules) -> None:
    found = explore(rules, scope_of(rules, "unlicensed_trade"), most=1500)
    assert found.violations == ()


def test_together_the_scopes_give_every_act_that_there_is() -> None:
    acts = frozenset[type[c.Act]]().union(*(scope.acts for scope in full(CITY)))
    assert acts == set(c.ACTS) - {c.FireTimer, c.FixDueTimes}  # one by itself, one is left out


def test_every_pair_of_sides_is_explored_and_every_kind() -> None:
    scopes = (*full(CITY), *deep(CITY))
    names = {scope.name for scope in scopes}
    assert names >= {f"{SMALL} + {a} + {b}" for a, b in combinations(SIDES, 2)}
    kinds = {CITY.policy.category(s.category, s.at).kind for s in scopes}  # type: ignore[union-attr]
    assert kinds == {None, *CITY.policy.kind_of}


def test_quick_is_small() -> None:
    scopes = quick(CITY)
    assert len(scopes) < 20
    assert {s.category for s in scopes} >= {SMALL}


def test_an_urgent_category_of_two_units_is_smaller_than_another_of_one() -> None:
    """It can be raised no more; one of three units is not smaller."""

    def sided(units: int) -> set[str]:
        """The categories of the scopes with sides, if no urgent one calls fewer units."""
        policy = CITY.policy
        rows = tuple(
            row
            for row in policy.categories
            if row.kind != policy.urgent.code or len({*row.leads, *row.joint}) >= units
        )
        rules = evolve(CITY, policy=evolve(policy, categories=rows))
        return {
            rules.policy.category(scope.category, scope.at).kind  # type: ignore[union-attr,misc]
            for scope in quick(rules)
            if scope.name.endswith("raising")
        }

    assert sided(2) == {"emergency"}
    assert sided(3) == {"quick"}


@pytest.mark.parametrize(
    ("category", "sides", "said"),
    [("nothing", (), "no category 'nothing'"), (SMALL, ("flying",), "no side 'flying'; there are")],
)
def test_a_scope_that_cannot_be_is_refused(
    category: str, sides: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        scope_of(CITY, category, sides)
