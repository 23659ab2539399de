"""What two policies decide otherwise agrees with asking both of them about everything."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from math import prod

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.properties import tables
from tests.properties.tables import DAY, NOON, known, policies, union
from whistle_engine.classify import compile_classifier
from whistle_engine.model import UNKNOWN, Affair, Facts
from whistle_engine.policy import Policy
from whistle_engine.review.comparing import Group, Part, compare
from whistle_engine.review.deciding import Decided, declaring, floor, signals
from whistle_engine.review.deciding import values as facts_of
from whistle_engine.review.tallying import deciders, tally

FEWER = settings(max_examples=(settings.default or settings()).max_examples // 2)
"""To ask two policies about everything takes its time."""


def calm(facts: Facts, both: tuple[Policy, Policy]) -> bool:
    """No signal sets a floor, in neither of the two."""
    timing = dict(facts).get("timing", UNKNOWN)
    return not any(
        floor(policy, name, value, timing)
        for policy in both
        for name, value in facts
        if name in signals(policy)
    )


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """Two policies: unlike, or one changed a little."""
    old = draw(policies(without=True))
    if draw(st.booleans()):
        return old, draw(policies(without=True))
    other = draw(policies())
    rules = list(old.rules)
    at = draw(st.integers(0, len(rules) - 1))
    affair, kind = draw(st.none() | tables.affairs), draw(st.none() | tables.kinds)
    rules[at] = evolve(rules[at], affair=affair, kind=kind)
    floors = other.floors if draw(st.booleans()) else old.floors
    return old, evolve(old, rules=tuple(rules), floors=floors)


@given(pairs())
@FEWER
def test_groups_and_counts_are_those_of_every_combination(both: tuple[Policy, Policy]) -> None:
    old, new = both
    change = deciders(old, new)
    (epoch,) = compare(old, new, begins=DAY)
    told: dict[object, list[Facts]] = {}
    total = 0
    for facts in union(old, new):
        total += 1
        key = change(facts, DAY)
        if key is not None:
            told.setdefault(key, []).append(facts)
    assert epoch.size == total
    assert {(g.before, g.after): g.count for g in epoch.groups} == {
        key: len(held) for key, held in told.items()
    }
    for group in epoch.groups:
        here = told[group.before, group.after]
        assert change(group.witness, DAY) == (group.before, group.after)
        assert len(known(group.witness)) == min(len(known(facts)) for facts in here)
        check_parts(group, here, both)


@given(pairs())
@FEWER
def test_what_another_rule_decides_alike_is_that_of_every_combination(
    both: tuple[Policy, Policy],
) -> None:
    """The rule that is told, and the facts that it read, as the classifier tells them."""
    told: dict[object, list[Facts]] = {}
    change = deciders(*both)
    asked = [(p, compile_classifier(p), declaring(p), set(signals(p))) for p in both]
    for facts in union(*both):
        found = [
            classify(tuple(pair for pair in declared(facts) if pair[0] not in danger), NOON)
            for _, classify, declared, danger in asked
        ]
        titles = [
            next(rule.title for rule in policy.rules if rule.id == one.rule)
            for (policy, *_), one in zip(asked, found, strict=True)
        ]
        reads = [{name for name, _ in one.used} for one in found]
        renamed = found[0].rule != found[1].rule and titles[0] != titles[1]
        results = [(one.affair, one.kind) for one in found]
        alike = results[0] == results[1] and change(facts, DAY) is None
        if alike and (renamed or reads[0] != reads[1]):
            key = tuple(Decided(one.rule, (one.affair, one.kind)) for one in found)
            told.setdefault(key, []).append(facts)
    (epoch,) = compare(*both, begins=DAY)
    assert {(g.before, g.after): g.count for g in epoch.retold} == {
        key: len(held) for key, held in told.items()
    }
    for group in epoch.retold:
        here = told[group.before, group.after]
        assert len(known(group.witness)) == min(len(known(facts)) for facts in here)
        assert known(group.witness) in {known(facts) for facts in here}
        check_parts(group, here, both)


def check_parts(group: Group, here: list[Facts], both: tuple[Policy, Policy]) -> None:
    """The parts hold the group: all of it without danger, counted once."""
    read = {name for policy in both for name in facts_of(policy)}
    plain: set[frozenset[tuple[str, str]]] = set()
    for facts in here:
        if not group.calm or calm(facts, both):
            plain.add(frozenset((n, v) for n, v in facts if n in read))
    if group.calm:
        assert group.calm == len(plain)
        assert sum(part.count for part in group.parts) == group.calm
    for part in group.parts:
        for name, values in part.values:
            assert all(any((name, value) in facts for facts in plain) for value in values)
    for part in group.parts:
        within = {facts for facts in plain if _is_within(facts, part)}
        assert part.count <= len(within)
        assert not part.whole or prod(map(len, dict(part.values).values())) <= len(within)
    assert all(any(_is_within(facts, part) for part in group.parts) for facts in plain)


def _is_within(facts: frozenset[tuple[str, str]], part: Part) -> bool:
    return all(dict(facts)[name] in values for name, values in part.values)


@given(policies())
@FEWER
def test_a_policy_differs_in_nothing_from_itself_written_otherwise(policy: Policy) -> None:
    """Rules renamed, a rule said twice, values in another order: decided the same."""
    again = [evolve(rule, id=f"{rule.id}-{n}") for n, rule in enumerate(policy.rules)]
    doubled = [copy for rule in again[:-1] for copy in (rule, evolve(rule, id=f"{rule.id}-x"))]
    facts = tuple(evolve(fact, values=fact.values[::-1]) for fact in policy.facts)
    other = evolve(policy, rules=(*doubled, again[-1]), facts=facts)
    for pair in ((policy, other), (other, policy)):
        (epoch,) = compare(*pair, begins=DAY)
        assert (epoch.groups, epoch.retold) == ((), ())


@given(pairs(), st.data())
@FEWER
def test_recorded_decisions_fall_into_the_groups(
    both: tuple[Policy, Policy], data: st.DataObject
) -> None:
    old, new = both
    every = list(union(old, new))
    recorded = data.draw(st.lists(st.sampled_from(every), max_size=30))
    found = tally(old, new, recorded, [DAY])
    (epoch,) = compare(old, new, begins=DAY)
    assert found.total == len(recorded)
    assert set(found.found[DAY]) <= {(group.before, group.after) for group in epoch.groups}
    change = deciders(old, new)
    expected = Counter(key for facts in recorded if (key := change(facts, DAY)) is not None)
    assert found.found[DAY] == expected
    assert found.otherwise(DAY) == expected.total()


def test_a_row_that_ends_gives_an_epoch_of_its_own() -> None:
    policy = small()
    later = DAY + timedelta(days=30)
    row = policy.categories[0]
    dated = evolve(
        policy,
        categories=(
            evolve(row, until=later - timedelta(days=1)),
            evolve(row, since=later, affair=Affair.SHARED, kind=None),
        ),
    )
    first, second = compare(policy, dated, begins=DAY)
    assert (first.since, first.groups) == (DAY, ())
    assert second.since == later
    (group,) = second.groups
    assert group.categories == ("a",)
    assert (group.before.result, group.after.result) == (
        (Affair.PUBLIC, "k1"),
        (Affair.SHARED, None),
    )
    assert group.witness == (("category", "a"),)


def small() -> Policy:
    """One category, and the catalogue decides."""
    from tests.support import CHOICE, label, tiny_kinds, tiny_policy  # noqa: PLC0415
    from whistle_engine.policy import Category, FactType, Rule  # noqa: PLC0415

    kinds = tuple(
        evolve(tiny_kinds()[0], code=code, rank=n, urgent=n == 3)
        for n, code in enumerate(tables.KINDS, 1)
    )
    row = Category(code="a", title=label("a"), affair=Affair.PUBLIC, kind="k1", leads=(), joint=(),
                   since=None, until=None, source=CHOICE)  # fmt: skip
    rule = Rule(id="all", title=label("all"), when=(), affair=None, kind=None, source=CHOICE)
    return tiny_policy(
        kinds=kinds, categories=(row,), rules=(rule,), floors=(), street_list=(),
        facts=(FactType(name="timing", title=label("t"), values=tables.TIMINGS),),
    )  # fmt: skip
