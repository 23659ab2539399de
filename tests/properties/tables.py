"""Random small policies, and the whole space of facts of one, point by point: the slow truth."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product

from attrs import evolve
from hypothesis import strategies as st

from tests.support import CHOICE, label, tiny_kinds, tiny_policy
from whistle_engine.classify import compile_classifier
from whistle_engine.model import UNKNOWN, Affair, Facts
from whistle_engine.policy import Category, FactType, Floor, Policy, Rule
from whistle_engine.review.deciding import Result, declaring

DAY = date(2024, 3, 4)
NOON = datetime(2024, 3, 4, 4, tzinfo=UTC)
TIMINGS = ("over", "ongoing", "imminent", UNKNOWN)
LEVELS = ("none", "possible", "present", UNKNOWN)
PLAIN = {"scope": ("near", "far", UNKNOWN), "power": ("yes", "no", UNKNOWN)}
SIGNALS = ("gas", "smoke")
CODES = ("a", "b", "c")
KINDS = ("k1", "k2", "k3")

affairs = st.sampled_from(list(Affair))
kinds = st.sampled_from(KINDS)


@st.composite
def rules(draw: st.DrawFn, name: str, codes: tuple[str, ...]) -> Rule:
    """A rule on up to three facts."""
    held = {"category": codes, "timing": TIMINGS, **PLAIN}
    names = draw(st.lists(st.sampled_from(sorted(held)), max_size=3, unique=True))
    when = [(n, draw(st.frozensets(st.sampled_from(held[n]), min_size=1))) for n in names]
    return Rule(
        id=name, title=label(name), when=tuple(when), affair=draw(st.none() | affairs),
        kind=draw(st.none() | kinds), source=CHOICE,
    )  # fmt: skip


@st.composite
def categories(draw: st.DrawFn, code: str) -> Category:
    """A row of the catalogue."""
    affair = draw(affairs)
    return Category(
        code=code, title=label(code), affair=affair,
        kind=draw(kinds) if affair is Affair.PUBLIC else None,
        leads=(), joint=(), since=None, until=None, source=CHOICE,
    )  # fmt: skip


@st.composite
def floors(draw: st.DrawFn) -> tuple[Floor, ...]:
    """For each signal and timing none, or one for present, and perhaps a lower one for possible."""
    steps: list[Result] = [(Affair.HOUSEHOLD, None), (Affair.SHARED, None)]
    steps += [(Affair.PUBLIC, kind) for kind in KINDS]
    found = []
    for signal, timing in product(SIGNALS, TIMINGS[:3]):
        height = draw(st.integers(-1, len(steps) - (2 if timing == "over" else 1)))
        levels = [("present", height)] if height >= 0 else []
        if height >= 0 and draw(st.booleans()):
            levels.append(("possible", draw(st.integers(0, height))))
        for level, step in levels:
            affair, kind = steps[step]
            found.append(Floor(signal=signal, level=level, timing=timing, affair=affair,
                               kind=kind, source=CHOICE))  # fmt: skip
    return tuple(found)


@st.composite
def policies(draw: st.DrawFn, *, without: bool = False) -> Policy:
    """A policy with up to seven rules; some of its facts may be missing."""
    codes = tuple(draw(st.lists(st.sampled_from(CODES), min_size=1, unique=True)))
    table = [draw(rules(f"r{n}", codes)) for n in range(draw(st.integers(0, 6)))]
    last = draw(rules("last", codes))
    held = {"timing": TIMINGS, **PLAIN, **dict.fromkeys(SIGNALS, LEVELS)}
    if without and draw(st.booleans()):
        gone = draw(st.sampled_from(sorted(PLAIN)))
        held.pop(gone)
        table = [rule for rule in table if gone not in dict(rule.when)]
    made = tuple(
        evolve(tiny_kinds()[0], code=code, rank=n, urgent=code == KINDS[-1])
        for n, code in enumerate(KINDS, 1)
    )
    return tiny_policy(
        kinds=made,
        facts=tuple(FactType(name=n, title=label(n), values=v) for n, v in held.items()),
        floors=draw(floors()),
        rules=(*table, evolve(last, when=())),
        categories=tuple(draw(categories(code)) for code in codes),
        street_list=(),
    )


def points(policy: Policy, *, danger: bool = False) -> Iterator[Facts]:
    """Every combination of facts, without the signals or with them."""
    held = {"category": (UNKNOWN, *dict.fromkeys(row.code for row in policy.categories))}
    for fact in policy.facts:
        if danger or fact.name not in {floor.signal for floor in policy.floors}:
            held[fact.name] = fact.values
    for values in product(*held.values()):
        yield tuple(zip(held, values, strict=True))


def known(facts: Facts) -> frozenset[tuple[str, str]]:
    """The facts that are known, whatever their order; no category is the same as an unknown one."""
    return frozenset(pair for pair in facts if pair[1] != UNKNOWN)


def matches(rule: Rule, facts: Facts) -> bool:
    """Tell whether a rule matches, by its words."""
    held = dict(facts)
    return all(held.get(name, UNKNOWN) in wanted for name, wanted in rule.when)


def matching(policy: Policy, facts: Facts) -> list[int]:
    """The numbers of the rules that match."""
    return [number for number, rule in enumerate(policy.rules) if matches(rule, facts)]


def decided(policy: Policy, facts: Facts) -> Result:
    """What the engine itself decides."""
    found = compile_classifier(policy)(declaring(policy)(facts), NOON)
    return found.affair, found.kind


def union(old: Policy, new: Policy) -> Iterator[Facts]:
    """Every combination of the facts of both, with the signals."""
    held: dict[str, dict[str, None]] = {"category": {UNKNOWN: None}}
    for policy in (old, new):
        held["category"] |= dict.fromkeys(row.code for row in policy.categories)
        for fact in policy.facts:
            held.setdefault(fact.name, {}).update(dict.fromkeys(fact.values))
    for values in product(*held.values()):
        yield tuple(zip(held, values, strict=True))
