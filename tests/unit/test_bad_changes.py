"""Bad changes to the shipped policy, each found as what it is, where it stands, by its witness."""

from __future__ import annotations

import tomllib
from collections import Counter
from datetime import date, datetime
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from whistle_engine.classify import compile_classifier
from whistle_engine.model import Affair
from whistle_engine.policy import Policy
from whistle_engine.policy_file import (
    Files,
    Loaded,
    load_directory,
    load_policy,
    shipped_files,
    shipped_names,
)
from whistle_engine.review.checking import check
from whistle_engine.review.comparing import compare
from whistle_engine.review.deciding import values
from whistle_engine.review.findings import Finding
from whistle_engine.review.rule_sentences import RULE_ERRORS, RULE_FINDINGS
from whistle_engine.review.sentences import ERRORS
from whistle_engine.review.table import Table
from whistle_engine.review.tallying import deciders

ON = date(2026, 6, 1)
HERE = Path(__file__).resolve().parents[1] / "policies"
CHANGES: list[dict[str, Any]] = tomllib.loads(
    (HERE / "bad_changes.toml").read_text(encoding="utf-8")
)["change"]
NEVER_HERE = {"rules_too_many"}
"""Shown by tests of their own: it takes more rules than anybody writes."""
OTHERS_DECIDE = [
    each for each in CHANGES if any(key.startswith("rules.") for key in each.get("involved", []))
]


def changed(change: dict[str, Any]) -> Loaded[Policy]:
    files = shipped_files("xingqing")
    name = change.get("file", "xingqing.toml")
    text = (files.get(name) or b"").decode()
    start = text.index(change["was"], text.index(change.get("past", "")))
    text = text[:start] + change["now"] + text[start + len(change["was"]) :]
    return load_policy(
        Files(tuple((n, text.encode() if n == name else held) for n, held in files.files))
    )


def line_of(found: Finding, policy: Loaded[Policy]) -> str:
    assert found.spot is not None
    lines = (policy.files.get(found.spot.file) or b"").decode().splitlines()
    return lines[found.spot.line - 1].strip()


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: f"{c['code']}-{c['key']}")
def test_a_bad_change_is_found_as_what_it_is(change: dict[str, Any]) -> None:
    policy = changed(change)
    directory = load_directory(shipped_files("xingqing.directory"))
    results = [each for each in check(policy, directory, on=ON) if not each.accepted]
    named = [e for e in results if (e.code, e.key) == (change["code"], change["key"])]
    assert len(named) == 1, [each.told() for each in results]
    (one,) = named
    assert line_of(one, policy) == change["line"]
    assert dict(one.witness) == change.get("witness", {})
    assert [each.key for each in one.involved] == change.get("involved", [])
    assert sorted(e.code for e in results if e is not one) == change.get("also", [])
    for each in results:
        assert (each.severity.value == "error") == (each.code in ERRORS | {"no_unit"})
        for other in each.involved:
            assert other.spot is not None
            text = policy.files.main.decode().splitlines()[other.spot.line - 1]
            if not other.key.startswith("rules."):
                assert other.key.rpartition(".")[2] in text
                continue
            rule = other.key.removeprefix("rules.")
            assert text == f'id = "{rule}"'
            assert f"第{other.spot.line}行" in each.problem.said("zh")
            assert f"(line {other.spot.line})" in each.problem.said("en")


@pytest.mark.parametrize("change", OTHERS_DECIDE, ids=lambda c: c["why"])
def test_a_witness_about_rules_shows_what_the_finding_says(change: dict[str, Any]) -> None:
    """By the engine's own classifier: the rule that is named decides the witness, or does not."""
    policy = changed(change)
    noon = datetime(2026, 6, 1, 12, tzinfo=policy.value.zone)
    facts = tuple(change["witness"].items())
    decided = compile_classifier(policy.value)(facts, noon)
    rule = change["key"].removeprefix("rules.")
    others = [key.removeprefix("rules.") for key in change["involved"]]
    if change["code"] == "rule_never":
        assert decided.rule in others
    elif change["code"] in ("rule_idle", "rules_disagree"):
        assert decided.rule == rule
    else:
        assert decided.rule in others


def test_there_are_enough_of_them_and_every_kind_of_finding_about_rules() -> None:
    assert len(CHANGES) >= 40
    shown = {change["code"] for change in CHANGES}
    assert len(shown) >= 40
    assert shown >= set(RULE_FINDINGS) - NEVER_HERE
    assert set(RULE_FINDINGS) >= RULE_ERRORS
    assert all(change["why"] for change in CHANGES)


@pytest.mark.parametrize("name", shipped_names())
def test_every_order_that_is_accepted_is_there_and_has_a_reason(name: str) -> None:
    policy = load_policy(shipped_files(name))
    results = [e for e in check(policy, on=ON) if e.code == "rules_disagree"]
    assert results
    assert all(each.accepted for each in results)


def test_an_order_that_is_accepted_stays_so_whatever_the_order_of_those_behind() -> None:
    """What a rule goes before are the same rules; which of them stands first is of no matter."""
    policy = load_policy(shipped_files("xingqing"))
    text = policy.files.main.decode()
    first, second, end = (
        text.index(f'[[rules]]\nid = "{name}"')
        for name in ("tough-project", "tough-several", "public-power")
    )
    text = text[:first] + text[second:end] + text[first:second] + text[end:]
    moved = load_policy(
        Files(
            tuple(
                (name, text.encode() if name == "xingqing.toml" else held)
                for name, held in policy.files.files
            )
        )
    )
    assert moved.value.rules != policy.value.rules
    results = check(moved, load_directory(shipped_files("xingqing.directory")), on=ON)
    assert [each.told() for each in results if not each.accepted] == []


def test_rules_that_divide_the_facts_too_finely_are_told_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("whistle_engine.review.cells.MOST", 3)
    policy = load_policy(shipped_files("xingqing"))
    results = check(policy, on=ON)
    assert [each.code for each in results if not each.accepted] == ["rules_too_many"]


@pytest.mark.parametrize("name", shipped_names())
def test_every_single_combination_of_facts_of_what_ships_is_decided_as_told(name: str) -> None:
    """By brute force: no cell is left out, and none is counted twice."""
    policy = load_policy(shipped_files(name)).value
    table = Table(policy, ON)
    classify = compile_classifier(policy)
    noon = datetime(2026, 6, 1, 12, tzinfo=policy.zone)
    axes = [[(axis.name, value) for value in axis.values] for axis in table.axes]
    decides: Counter[str] = Counter()
    results: Counter[tuple[object, ...]] = Counter()
    for facts in product(*axes):
        found = classify(facts, noon)
        decides[found.rule] += 1
        results[found.affair, found.kind] += 1
    told = {r.id: s.decides for r, s in zip(policy.rules, table.standings, strict=True)}
    assert told == dict(decides)
    by_cells: Counter[tuple[object, ...]] = Counter()
    for cell in table.cells:
        by_cells[table.decided(cell)] += cell.count
    assert by_cells == results
    assert table.size == decides.total()


@pytest.mark.parametrize("name", shipped_names())
def test_every_single_combination_of_what_ships_is_compared_as_told(name: str) -> None:
    """By brute force, on a change that touches a rule, the order and the catalogue."""
    old = load_policy(shipped_files(name)).value
    first, second, *rest = old.rules
    row = next(row for row in old.categories if row.affair is Affair.SHARED)
    public = evolve(row, affair=Affair.PUBLIC, kind=old.kinds[-1].code)
    new = evolve(
        old,
        rules=(second, first, evolve(rest[3], kind=None, affair=Affair.SHARED), *rest),
        categories=tuple(public if each is row else each for each in old.categories),
    )
    change = deciders(old, new)
    told: Counter[object] = Counter()
    axes = [[(n, value) for value in held] for n, held in values(old).items()]
    for facts in product(*axes):
        key = change(facts, ON)
        if key is not None:
            told[key] += 1
    (epoch,) = compare(old, new, begins=ON)
    assert len(told) > 3
    assert {(g.before, g.after): g.calm for g in epoch.groups if g.calm} == told
