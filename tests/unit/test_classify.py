"""Classification: the first rule, the catalogue row, the floors, and what they explain."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve

from tests.support import CHOICE, NOW, label, local, tiny_categories, tiny_policy, tiny_rules
from whistle_engine.classify import (
    compile_classifier,
    dangers,
    fact_problems,
)
from whistle_engine.model import Affair, Facts, facts
from whistle_engine.policy import Category, Floor, Policy, Rule


def rule(code: str, affair: Affair | None, kind: str | None, **when: str) -> Rule:
    """A rule whose values are separated by spaces."""
    conditions = tuple((fact, frozenset(values.split())) for fact, values in when.items())
    return Rule(
        id=code, title=label(code), when=conditions, affair=affair, kind=kind, source=f"s-{code}"
    )


def floor(signal: str, level: str, affair: Affair, kind: str | None, source: str = CHOICE) -> Floor:
    """A floor for what is ongoing."""
    return Floor(
        signal=signal, level=level, timing="ongoing", affair=affair, kind=kind, source=source
    )


def result(policy: Policy, given: Facts) -> tuple[Affair, str | None]:
    """What the policy makes of the facts now."""
    found = compile_classifier(policy)(given, NOW)
    return found.affair, found.kind


# --- the table ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("quarrel", (Affair.HOUSEHOLD, None)),
        ("parking", (Affair.SHARED, None)),
        ("unlicensed_trade", (Affair.PUBLIC, "quick")),
        ("pipes", (Affair.PUBLIC, "tough")),
        ("burst_main", (Affair.PUBLIC, "emergency")),
    ],
)
def test_a_rule_that_says_nothing_takes_the_categorys_own(
    category: str, expected: tuple[Affair, str | None]
) -> None:
    assert result(tiny_policy(), facts(category=category)) == expected


def test_the_first_rule_that_matches_decides() -> None:
    first = rule("first", Affair.SHARED, None, scope="estate neighbours")
    second = rule("second", Affair.HOUSEHOLD, None, scope="estate")
    last = rule("last", None, None)
    both = facts(category="pipes", scope="estate")
    for rules, expected in (((first, second, last), "first"), ((second, first, last), "second")):
        assert compile_classifier(tiny_policy(rules=rules))(both, NOW).rule == expected


def test_rules_with_and_without_a_category_keep_their_order() -> None:
    rules = (
        rule("pipes-project", Affair.PUBLIC, "emergency", category="pipes", project="yes"),
        rule("project", Affair.PUBLIC, "tough", project="yes"),
        rule("pipes", Affair.SHARED, None, category="pipes cables"),
        rule("last", Affair.HOUSEHOLD, None),
        rule("never", Affair.SHARED, None, category="cables"),
        rule("last-too", Affair.HOUSEHOLD, None),
    )
    classify = compile_classifier(tiny_policy(rules=rules))
    for given, expected in (
        (facts(category="pipes", project="yes"), "pipes-project"),
        (facts(category="cables", project="yes"), "project"),
        (facts(category="cables", project="no"), "pipes"),
        (facts(category="parking"), "last"),
        (facts(project="yes"), "project"),
        (facts(), "last"),
    ):
        assert classify(given, NOW).rule == expected


def test_two_conditions_on_the_category_must_both_hold() -> None:
    twice = Rule(
        id="twice",
        title=label("twice"),
        when=(("category", frozenset({"pipes", "cables"})), ("category", frozenset({"cables"}))),
        affair=Affair.SHARED,
        kind=None,
        source=CHOICE,
    )
    classify = compile_classifier(tiny_policy(rules=(twice, rule("last", None, None))))
    assert classify(facts(category="cables"), NOW).rule == "twice"
    assert classify(facts(category="pipes"), NOW).rule == "last"


def test_an_absent_fact_is_unknown_and_a_rule_may_name_that() -> None:
    rules = (
        rule("unsure", Affair.PUBLIC, "tough", public_power="unknown yes"),
        rule("last", None, None),
    )
    classify = compile_classifier(tiny_policy(rules=rules))
    assert classify(facts(category="quarrel"), NOW).rule == "unsure"
    assert classify(facts(category="quarrel", public_power="unknown"), NOW).rule == "unsure"
    assert classify(facts(category="quarrel", public_power="no"), NOW).rule == "last"


@pytest.mark.parametrize("given", [facts(), facts(category="unknown"), facts(category="nonsense")])
def test_without_a_category_it_is_public_of_the_least_urgent_kind(given: Facts) -> None:
    assert result(tiny_policy(), given) == (Affair.PUBLIC, "quick")


def test_the_least_urgent_kind_goes_by_rank_not_by_order() -> None:
    kinds = tuple(
        evolve(kind, rank={"quick": 2, "tough": 1, "emergency": 3}[kind.code])
        for kind in tiny_policy().kinds
    )
    assert result(tiny_policy(kinds=kinds), facts()) == (Affair.PUBLIC, "tough")


def test_a_public_rule_without_a_kind_takes_that_of_the_row_or_the_least() -> None:
    policy = tiny_policy(rules=(rule("last", Affair.PUBLIC, None),))
    assert result(policy, facts(category="pipes")) == (Affair.PUBLIC, "tough")
    assert result(policy, facts(category="quarrel")) == (Affair.PUBLIC, "quick")


def test_a_rules_kind_without_affair_holds_where_the_category_is_public() -> None:
    policy = tiny_policy(rules=(rule("last", None, "tough"),))
    assert result(policy, facts(category="street_lamp")) == (Affair.PUBLIC, "tough")
    assert result(policy, facts(category="parking")) == (Affair.SHARED, None)
    assert result(policy, facts()) == (Affair.PUBLIC, "tough")


def test_what_is_not_public_has_no_kind() -> None:
    policy = tiny_policy(rules=(rule("last", Affair.SHARED, "tough"),))
    assert result(policy, facts(category="pipes")) == (Affair.SHARED, None)


def test_the_row_in_force_at_the_instant_counts_by_local_days() -> None:
    def row(affair: Affair, kind: str | None, since: date | None, until: date | None) -> Category:
        return Category(
            code="lifts", title=label("lifts"), affair=affair, kind=kind, leads=(), joint=(),
            since=since, until=until, source=CHOICE,
        )  # fmt: skip

    rows = (
        row(Affair.SHARED, None, None, date(2024, 5, 31)),
        row(Affair.PUBLIC, "tough", date(2024, 6, 1), date(2024, 6, 30)),
    )
    classify = compile_classifier(tiny_policy(categories=(*tiny_categories(), *rows)))
    for at, expected in (
        ("2024-05-31 23:59", (Affair.SHARED, None)),
        ("2024-06-01 00:00", (Affair.PUBLIC, "tough")),
        ("2024-07-01 00:00", (Affair.PUBLIC, "quick")),  # in force no more: as if unknown
    ):
        found = classify(facts(category="lifts"), local(at))
        assert (found.affair, found.kind) == expected


# --- the floors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "timing", "expected"),
    [
        ("none", "ongoing", (Affair.HOUSEHOLD, None)),
        ("unknown", "ongoing", (Affair.HOUSEHOLD, None)),
        ("possible", "over", (Affair.SHARED, None)),
        ("possible", "ongoing", (Affair.PUBLIC, "quick")),
        ("possible", "unknown", (Affair.PUBLIC, "quick")),
        ("present", "over", (Affair.PUBLIC, "quick")),
        ("present", "ongoing", (Affair.PUBLIC, "emergency")),
        ("present", "imminent", (Affair.PUBLIC, "emergency")),
        ("present", "unknown", (Affair.PUBLIC, "emergency")),
    ],
)
def test_danger_lifts_a_family_quarrel(
    level: str, timing: str, expected: tuple[Affair, str | None]
) -> None:
    given = facts(category="quarrel", collapse=level, timing=timing)
    assert result(tiny_policy(), given) == expected


def test_a_timing_that_is_absent_counts_as_ongoing() -> None:
    found = compile_classifier(tiny_policy())(facts(category="quarrel", crowd="present"), NOW)
    assert (found.kind, found.floors) == ("emergency", ("crowd/present/ongoing",))
    assert ("timing", "unknown") in found.used


def test_a_floor_below_the_tables_result_changes_nothing() -> None:
    given = facts(category="pipes", collapse="possible", timing="ongoing")
    found = compile_classifier(tiny_policy())(given, NOW)
    assert (found.kind, found.floors, found.used) == ("tough", (), (("category", "pipes"),))


def test_a_floor_of_the_same_rank_raised_nothing() -> None:
    given = facts(category="burst_main", collapse="present", timing="ongoing")
    found = compile_classifier(tiny_policy())(given, NOW)
    assert (found.kind, found.floors) == ("emergency", ())


def test_the_highest_floors_are_named_with_the_facts_behind_them() -> None:
    policy = tiny_policy(
        floors=(
            floor("collapse", "present", Affair.PUBLIC, "tough", "clause 1"),
            floor("crowd", "possible", Affair.PUBLIC, "quick", "clause 2"),
            floor("crowd", "present", Affair.PUBLIC, "emergency", "clause 3"),
        )
    )
    given = facts(category="quarrel", collapse="present", crowd="present", timing="ongoing")
    found = compile_classifier(policy)(given, NOW)
    assert found.floors == ("crowd/present/ongoing",)
    assert found.source == "clause 3"
    assert found.rule == "own"
    assert found.used == (("category", "quarrel"), ("crowd", "present"), ("timing", "ongoing"))


@pytest.mark.parametrize("higher", ["collapse", "crowd"])
def test_a_lower_floor_is_not_named_in_whatever_order(higher: str) -> None:
    floors = tuple(
        floor(signal, "present", Affair.PUBLIC, "emergency" if signal == higher else "quick")
        for signal in ("collapse", "crowd")
    )
    given = facts(category="quarrel", collapse="present", crowd="present", timing="ongoing")
    found = compile_classifier(tiny_policy(floors=floors))(given, NOW)
    assert found.floors == (f"{higher}/present/ongoing",)


def test_floors_that_raise_equally_are_all_named() -> None:
    given = facts(category="quarrel", collapse="present", crowd="present", timing="imminent")
    found = compile_classifier(tiny_policy())(given, NOW)
    assert found.floors == ("collapse/present/imminent", "crowd/present/imminent")


def test_of_two_floors_for_one_case_the_higher_holds() -> None:
    present = floor("collapse", "present", Affair.PUBLIC, "emergency")
    twice = (
        floor("collapse", "possible", Affair.PUBLIC, "tough"),
        floor("collapse", "possible", Affair.PUBLIC, "quick"),
    )
    given = facts(category="quarrel", collapse="possible")
    for order in (twice, twice[::-1]):
        policy = tiny_policy(floors=(present, *order))
        assert result(policy, given) == (Affair.PUBLIC, "tough")


def test_a_public_floor_without_a_kind_means_the_least_urgent_one() -> None:
    policy = tiny_policy(floors=(floor("collapse", "present", Affair.PUBLIC, None),))
    given = facts(category="quarrel", collapse="present")
    assert result(policy, given) == (Affair.PUBLIC, "quick")


def test_a_floor_that_is_not_public_has_no_kind() -> None:
    policy = tiny_policy(floors=(floor("collapse", "present", Affair.SHARED, "tough"),))
    given = facts(category="quarrel", collapse="present")
    assert result(policy, given) == (Affair.SHARED, None)


def test_a_policy_without_floors_classifies_by_its_table() -> None:
    given = facts(category="quarrel", collapse="present", timing="ongoing")
    assert result(tiny_policy(floors=()), given) == (Affair.HOUSEHOLD, None)


# --- the explanation ----------------------------------------------------------------------------


def test_used_names_what_the_rule_read_and_the_category_only_if_it_was_asked() -> None:
    classify = compile_classifier(
        tiny_policy(rules=(rule("p", Affair.PUBLIC, "tough", project="yes"), *tiny_rules()))
    )
    found = classify(facts(category="pipes", project="yes", scope="wider"), NOW)
    assert (found.rule, found.source, found.used) == ("p", "s-p", (("project", "yes"),))
    found = classify(facts(category="pipes", scope="wider"), NOW)
    assert (found.rule, found.used) == ("own", (("category", "pipes"),))


def test_the_category_is_kept_even_if_nothing_read_it() -> None:
    classify = compile_classifier(tiny_policy(rules=(rule("last", Affair.SHARED, None),)))
    assert classify(facts(category="pipes"), NOW).category == "pipes"
    assert classify(facts(), NOW).category == "unknown"


# --- facts that the policy does not declare -----------------------------------------------------


def test_declared_facts_have_no_problems() -> None:
    given = facts(category="pipes", timing="unknown", collapse="possible", project="yes")
    assert fact_problems(tiny_policy(), given) == ()
    assert fact_problems(tiny_policy(), facts(category="unknown")) == ()


def test_timing_and_unknown_need_no_declaration() -> None:
    declared = tuple(
        evolve(fact, values=tuple(v for v in fact.values if v != "unknown"))
        for fact in tiny_policy().facts
        if fact.name != "timing"
    )
    policy = tiny_policy(facts=declared)
    assert fact_problems(policy, facts(timing="over", project="unknown")) == ()


def test_every_undeclared_fact_and_value_is_found_with_what_is_nearest() -> None:
    given = facts(categry="pipes", collapse="presnt", category="pipe", project="yes")
    problems = fact_problems(tiny_policy(), given)
    assert [(p.code, p.clause) for p in problems] == [
        ("unknown_value", "policy"),
        ("unknown_fact", "policy"),
        ("unknown_value", "policy"),
    ]
    category, categry, collapse = (dict(p.facts) for p in problems)
    assert (category["fact"], category["value"]) == ("category", "pipe")
    assert category["nearest"].split(", ")[0] == "pipes"
    assert (categry["fact"], categry["nearest"].split(", ")[0]) == ("categry", "category")
    assert (collapse["fact"], collapse["nearest"].split(", ")[0]) == ("collapse", "present")


def test_nothing_far_fetched_is_nearest() -> None:
    given = facts(colour="red", collapse="zzz")
    collapse, colour = (dict(p.facts) for p in fact_problems(tiny_policy(), given))
    assert colour["nearest"] == ""
    assert collapse["nearest"] == "none, possible, present"  # all that a fact of few values has


def test_a_fact_given_twice_is_a_problem() -> None:
    given = (("collapse", "none"), ("collapse", "present"))
    (problem,) = fact_problems(tiny_policy(), given)
    assert (problem.code, problem.facts[0]) == ("repeated_fact", ("fact", "collapse"))


# --- dangers ------------------------------------------------------------------------------------


def test_dangers_are_the_signals_possible_or_present() -> None:
    policy = tiny_policy()
    given = facts(category="quarrel", collapse="possible", crowd="present", scope="estate")
    assert dangers(policy, given) == ("collapse", "crowd")
    calm = facts(category="quarrel", collapse="none", crowd="unknown")
    assert dangers(policy, calm) == ()


def test_a_fact_that_no_floor_reads_is_no_signal() -> None:
    assert dangers(tiny_policy(floors=()), facts(collapse="present")) == ()
