"""Classification over random small policies: L1, L2, L3, and a naive oracle."""

from __future__ import annotations

from datetime import UTC, date, datetime

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.support import CHOICE, label, tiny_kinds, tiny_policy
from whistle_engine.classify import compile_classifier, dangers, fact_problems
from whistle_engine.model import Affair, Classification, Facts
from whistle_engine.policy import Category, FactType, Floor, Policy, Rule

Result = tuple[Affair, str | None]

SIGNALS = ("gas", "smoke", "water")
LEVELS = ("none", "possible", "present", "unknown")
PLAIN = {
    "category": ("a", "b", "c", "d"),
    "scope": ("estate", "wider", "unknown"),
    "power": ("yes", "no", "unknown"),
    "timing": ("over", "ongoing", "imminent", "unknown"),
}
BEFORE, CHANGE = date(2024, 3, 3), date(2024, 3, 4)
"""The day on which a category may change, and the day before."""
DATES: list[list[tuple[date | None, date | None]]] = [
    [(None, None)],
    [(None, BEFORE), (CHANGE, None)],
    [(CHANGE, None)],
    [(None, BEFORE)],
]

affairs = st.sampled_from(list(Affair))
instants = st.datetimes(
    min_value=datetime(2024, 3, 3),  # noqa: DTZ001  Hypothesis wants naive bounds
    max_value=datetime(2024, 3, 6),  # noqa: DTZ001
    timezones=st.just(UTC),
)
plain = {name: st.sampled_from((*values, "unknown")) for name, values in PLAIN.items()}
calm = st.fixed_dictionaries(
    {}, optional={**plain, **{signal: st.sampled_from(LEVELS) for signal in SIGNALS}}
)
dangerous = st.fixed_dictionaries(
    {signal: st.sampled_from(("none", "possible", "present", "present")) for signal in SIGNALS},
    optional=plain,
)
declared_facts = (calm | dangerous).map(lambda values: tuple(sorted(values.items())))
any_facts = st.dictionaries(
    st.sampled_from((*PLAIN, *SIGNALS)) | st.text(), st.sampled_from(LEVELS) | st.text()
).map(lambda values: tuple(sorted(values.items())))


@st.composite
def rules(draw: st.DrawFn, codes: list[str], categories: list[str], number: int) -> Rule:
    """A rule on up to three facts, none of them a signal."""
    values = {**PLAIN, "category": tuple(categories)}
    names = draw(st.lists(st.sampled_from(sorted(values)), max_size=3, unique=True))
    when = tuple(
        (name, draw(st.frozensets(st.sampled_from(values[name]), min_size=1))) for name in names
    )
    return rule(draw, codes, number, when)


def rule(
    draw: st.DrawFn, codes: list[str], number: int, when: tuple[tuple[str, frozenset[str]], ...]
) -> Rule:
    """A rule with a random answer."""
    return Rule(
        id=f"r{number}",
        title=label("rule"),
        when=when,
        affair=draw(st.none() | affairs),
        kind=draw(st.none() | st.sampled_from(codes)),
        source=f"source of r{number}",
    )


@st.composite
def categories(draw: st.DrawFn, codes: list[str]) -> tuple[Category, ...]:
    """Some of the categories; each in force always, until a day, from a day, or changed then."""
    rows = []
    for code in draw(st.lists(st.sampled_from("abc"), min_size=1, unique=True)):
        for since, until in draw(st.sampled_from(DATES)):
            affair = draw(affairs)
            kind = st.sampled_from(codes)
            rows.append(
                Category(
                    code=code,
                    title=label(code),
                    affair=affair,
                    kind=draw(kind if affair is Affair.PUBLIC else st.none() | kind),
                    leads=(),
                    joint=(),
                    since=since,
                    until=until,
                    source=CHOICE,
                )
            )
    return tuple(rows)


@st.composite
def floors(draw: st.DrawFn, ranked: list[str]) -> tuple[Floor, ...]:
    """For each signal and timing: none, or one for present, and perhaps a lower one below it."""
    *plain, urgent = ranked
    ladder: list[Result] = [(Affair.HOUSEHOLD, None), (Affair.SHARED, None)]
    ladder += [(Affair.PUBLIC, kind) for kind in plain]
    found = []
    for signal in SIGNALS:
        for timing in ("over", "ongoing", "imminent"):
            steps = [*ladder] if timing == "over" else [*ladder, (Affair.PUBLIC, urgent)]
            height = draw(st.integers(min_value=-1, max_value=len(steps) - 1))
            levels = [("present", height)] if height >= 0 else []
            if height >= 0 and draw(st.booleans()):
                levels.append(("possible", draw(st.integers(min_value=0, max_value=height))))
            for level, step in levels:
                affair, kind = steps[step]
                found.append(
                    Floor(
                        signal=signal,
                        level=level,
                        timing=timing,
                        affair=affair,
                        kind=kind,
                        source=f"source of {signal}/{level}/{timing}",
                    )
                )
    return tuple(draw(st.permutations(found)))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A small policy that passes its own check, with two to four kinds in any order."""
    ranks = draw(st.lists(st.integers(0, 9), min_size=2, max_size=4, unique=True))
    kinds = tuple(
        evolve(tiny_kinds()[0], code=f"k{rank}", rank=rank, urgent=rank == max(ranks))
        for rank in ranks
    )
    codes = [kind.code for kind in kinds]
    rows = draw(categories(codes))
    known = sorted({row.code for row in rows})
    size = draw(st.integers(min_value=0, max_value=6))
    table = [draw(rules(codes, known, number)) for number in range(size)]
    types = {**PLAIN, **dict.fromkeys(SIGNALS, LEVELS)}
    return tiny_policy(
        kinds=kinds,
        facts=tuple(FactType(name=n, title=label(n), values=v) for n, v in types.items()),
        floors=draw(floors(sorted(codes))),
        rules=(*table, rule(draw, codes, size, ())),
        categories=rows,
        street_list=(),
    )


def rank(policy: Policy, found: Classification) -> int:
    """How urgent a classification is."""
    return policy.rank(found.affair, found.kind)


def oracle(policy: Policy, facts: Facts, at: datetime) -> tuple[Affair, str | None, str]:
    """The same by the plainest loops: over all rules, all rows, all floors."""
    known = dict(facts)
    matched = next(
        rule
        for rule in policy.rules
        if all(known.get(name, "unknown") in wanted for name, wanted in rule.when)
    )
    day = at.astimezone(policy.zone).date()
    rows = [
        row
        for row in policy.categories
        if row.code == known.get("category")
        and (row.since or date.min) <= day <= (row.until or date.max)
    ]
    affair = matched.affair or (rows[0].affair if rows else Affair.PUBLIC)
    kind = matched.kind or (rows[0].kind if rows else None)
    if affair is not Affair.PUBLIC:
        kind = None
    elif kind is None:
        kind = min((k.rank, k.code) for k in policy.kinds if not k.urgent)[1]
    timing = known.get("timing", "unknown")
    for floor in policy.floors:
        applies = (known.get(floor.signal), "ongoing" if timing == "unknown" else timing)
        if applies == (floor.level, floor.timing):
            affair, kind = max(
                (affair, kind), (floor.affair, floor.kind), key=lambda pair: policy.rank(*pair)
            )
    return affair, kind, matched.id


@given(policies(), any_facts, instants)
def test_total_and_deterministic(policy: Policy, facts: Facts, at: datetime) -> None:
    """L1: any facts at all have one result, and a kind exactly if it is public."""
    classify = compile_classifier(policy)
    found = classify(facts, at)
    assert found == classify(facts, at) == compile_classifier(policy)(facts, at)
    assert (found.kind is not None) == (found.affair is Affair.PUBLIC)
    assert found.kind is None or found.kind in policy.kind_of


@given(policies(), declared_facts, instants)
def test_agrees_with_a_naive_oracle(policy: Policy, facts: Facts, at: datetime) -> None:
    found = compile_classifier(policy)(facts, at)
    assert (found.affair, found.kind, found.rule) == oracle(policy, facts, at)


@given(policies(), declared_facts, instants, st.sampled_from(SIGNALS))
def test_more_danger_never_means_less_urgency(
    policy: Policy, facts: Facts, at: datetime, signal: str
) -> None:
    """L2, in each signal, whatever else holds; and unknown is as none."""
    classify = compile_classifier(policy)
    none, possible, present, unknown = (
        rank(policy, classify(tuple(sorted({**dict(facts), signal: level}.items())), at))
        for level in LEVELS
    )
    assert unknown == none <= possible <= present


@given(policies(), declared_facts, instants)
def test_a_signal_whose_floor_is_urgent_gives_the_urgent_kind(
    policy: Policy, facts: Facts, at: datetime
) -> None:
    """L3, and every floor holds: the result is never below one that the facts set."""
    known = dict(facts)
    timing = known.get("timing", "unknown").replace("unknown", "ongoing")
    found = compile_classifier(policy)(facts, at)
    for floor in policy.floors:
        if (known.get(floor.signal), timing) == (floor.level, floor.timing):
            assert rank(policy, found) >= policy.rank(floor.affair, floor.kind)
            if floor.kind == policy.urgent.code:
                assert (found.affair, found.kind) == (Affair.PUBLIC, policy.urgent.code)


@given(policies(), declared_facts, instants)
def test_the_floors_named_are_those_that_raised_the_result(
    policy: Policy, facts: Facts, at: datetime
) -> None:
    found = compile_classifier(policy)(facts, at)
    without = tuple((name, value) for name, value in facts if name not in SIGNALS)
    table = compile_classifier(policy)(without, at)
    assert bool(found.floors) == (rank(policy, found) > rank(policy, table))
    named = {f"{f.signal}/{f.level}/{f.timing}": f for f in policy.floors}
    for name in found.floors:
        floor = named[name]
        assert (found.affair, found.kind) == (floor.affair, floor.kind)
        assert (floor.signal, floor.level) in found.used
        assert floor.signal in dangers(policy, facts)
    sources = {named[name].source for name in found.floors}
    assert found.source in (sources or {f"source of {found.rule}"})
    assert found.used == tuple(sorted(found.used))
    assert set(table.used) <= set(found.used)


@given(policies(), declared_facts)
def test_facts_have_problems_exactly_where_they_are_not_declared(
    policy: Policy, facts: Facts
) -> None:
    codes = {row.code for row in policy.categories} | {"unknown"}
    wrong = [name for name, value in facts if name == "category" and value not in codes]
    assert [dict(p.facts)["fact"] for p in fact_problems(policy, facts)] == wrong


@given(policies(), any_facts)
def test_any_facts_can_be_checked(policy: Policy, facts: Facts) -> None:
    named = {dict(problem.facts)["fact"] for problem in fact_problems(policy, facts)}
    assert named >= {name for name, _ in facts} - {*PLAIN, *SIGNALS}
