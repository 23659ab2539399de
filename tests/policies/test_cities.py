"""Nothing of one city is compiled in: three policies that share as little as they can."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, product

import pytest

from tests.policies import CITIES, HERE, rules_of
from tests.support import NOW
from whistle_engine.model import Affair, UnitKind, facts
from whistle_engine.policy import LEVELS, TIMINGS
from whistle_engine.policy_file import shipped

OURS = ("beijing", "chongchuan")
"""The policies whose sources are wholly in two languages."""


def text_of(name: str) -> str:
    path = HERE / f"{name}.toml"
    return path.read_text(encoding="utf-8") if path.exists() else shipped(f"{name}.toml").decode()


def sources(text: str) -> Iterator[str]:
    """The parts of every source of a file."""
    return (
        part
        for source in re.findall(r'\bsource = "([^"\n]*)"', text)
        for part in source.split("; ")
    )


@pytest.mark.parametrize(("one", "other"), list(combinations(CITIES, 2)))
def test_two_cities_share_no_code_of_a_kind_a_unit_a_rule_or_a_channel(
    one: str, other: str
) -> None:
    here, there = rules_of(one), rules_of(other)
    assert not set(here.policy.kind_of) & set(there.policy.kind_of)
    assert not {u.code for u in here.directory.units} & {u.code for u in there.directory.units}
    assert not {r.id for r in here.policy.rules} & {r.id for r in there.policy.rules}
    assert not set(here.policy.channels) & set(there.policy.channels)
    assert here.policy.shifts != there.policy.shifts
    assert here.policy.marks != there.policy.marks
    assert here.policy.permissions != there.policy.permissions
    assert here.policy.enforcement != there.policy.enforcement


def test_what_sets_them_apart() -> None:
    xingqing, beijing, chongchuan = (rules_of(city).policy for city in CITIES)
    assert [len(p.kinds) for p in (xingqing, beijing, chongchuan)] == [3, 5, 4]
    assert [p.straight for p in (xingqing, beijing, chongchuan)] == [False, True, False]
    assert [bool(p.enforcement) for p in (xingqing, beijing, chongchuan)] == [True, True, False]
    assert chongchuan.hotline is None
    assert len(beijing.categories) > 60
    assert len(beijing.street_list) > 30 > len(xingqing.street_list)
    assert len(chongchuan.categories) == 6 * 6


@pytest.mark.parametrize("city", CITIES)
def test_every_unit_that_can_respond_has_somebody_at_any_hour(city: str) -> None:
    rules = rules_of(city)
    kinds = (UnitKind.DEPARTMENT, UnitKind.CITY_BUREAU, UnitKind.ENTERPRISE, UnitKind.STREET)
    for unit in rules.directory.units:
        if unit.kind in kinds:
            assert unit.may_lead, unit.code
            assert unit.head, unit.code
            receivers = [r for r in rules.directory.receivers if r.unit == unit.code]
            assert receivers, unit.code
            if city == "beijing":
                assert any(not r.shifts for r in receivers), unit.code


@pytest.mark.parametrize("city", CITIES)
def test_more_danger_is_never_less_urgent(city: str) -> None:
    rules = rules_of(city)
    policy = rules.policy

    def rank(**known: str) -> int:
        found = rules.classify(facts(**known), NOW)
        assert (found.kind is not None) == (found.affair is Affair.PUBLIC)
        return policy.rank(found.affair, found.kind)

    signals = sorted({floor.signal for floor in policy.floors})
    categories = sorted({row.code for row in policy.categories})
    for category, signal, timing in product(categories, signals, (*TIMINGS, "unknown")):
        known = {"category": category, "timing": timing}
        calm, possible, present = (rank(**known, **{signal: v}) for v in ("none", *LEVELS))
        assert calm <= possible <= present, (category, signal, timing)


@pytest.mark.parametrize("city", OURS)
def test_every_word_of_ours_is_there_in_both_languages(city: str) -> None:
    for name in (city, f"{city}.directory"):
        for part in sources(text_of(name)):
            origin, _, words = part.partition(": ")
            chinese, bar, english = words.partition(" | ")
            assert re.search("[一-鿿]", chinese), part
            assert not re.search("[一-鿿]", english), part
            assert bar or origin != "choice", part


def test_beijings_values_name_the_articles_that_they_rest_on() -> None:
    named = {part for part in sources(text_of("beijing")) if part.startswith("regulation: ")}
    told = " ".join(named)
    for article in (
        "八",
        "十",
        "十一",
        "十二",
        "十三",
        "十四",
        "十五",
        "十六",
        "十七",
        "十九",
        "二十三",
    ):
        assert f"第{article}条" in told, article
    assert "第二十四条至第二十七条" in told
