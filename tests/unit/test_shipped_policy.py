"""The policy of Xingqing District that comes with the library: what it says, and why."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from whistle_engine.classify import compile_classifier
from whistle_engine.commands import NAMES
from whistle_engine.directory import Directory
from whistle_engine.fitting import misfits
from whistle_engine.model import Affair, Limit, LimitUnit, UnitKind, What, facts
from whistle_engine.policy import REQUIRED_LIMITS, Policy
from whistle_engine.policy_file import (
    load_directory,
    load_policy,
    shipped_files,
    shipped_names,
    shipped_rules,
)
from whistle_engine.policy_file.csv_rows import read_rows
from whistle_engine.responder import plan
from whistle_engine.sources import CHOICE, parts
from whistle_engine.transitions import TRANSITIONS

NOON = datetime(2024, 3, 4, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return shipped_rules().policy


@pytest.fixture(scope="module")
def directory() -> Directory:
    return shipped_rules().directory


def tables(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a file, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from tables(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for n, inner in enumerate(value, 1):
            yield from tables(inner, f"{path}[{n}]")


def test_the_shipped_policy_and_directory_fit_together(
    policy: Policy, directory: Directory
) -> None:
    assert policy.code == "xingqing"
    assert policy.title.zh == "兴庆区"
    assert policy.utc_offset == timedelta(hours=8)
    assert misfits(policy, directory) == ()


def test_the_shipped_rules_are_compiled_once() -> None:
    rules = shipped_rules()
    assert rules is shipped_rules()
    assert rules.policy_digest == load_policy(shipped_files("xingqing")).digest
    assert rules.directory_digest == load_directory(shipped_files("xingqing.directory")).digest


def test_the_calendar_is_read_into_the_policy(policy: Policy) -> None:
    assert policy.calendar.known_until == date(2026, 12, 31)
    assert date(2024, 2, 17) in policy.calendar.holidays
    assert date(2024, 2, 18) in policy.calendar.make_up
    assert not policy.calendar.holidays & policy.calendar.make_up


@pytest.mark.parametrize("name", ["xingqing", "xingqing.directory"])
def test_every_table_of_values_names_its_source(name: str) -> None:
    # The holders of a signal's floors and of a rule's conditions belong to the table around, and
    # labels of values to the fact.
    inside = re.compile(r"\.(when|possible|present|tables)$|\.rungs\[\d+\]$|\.sources\.|\.values\.")
    files = shipped_files(name)
    for path, table in tables(tomllib.loads(files.main.decode())):
        if all(isinstance(value, dict) for value in table.values()) or inside.search(path):
            continue
        assert parts(table.get("source", "")), path
    for file, data in files.files:
        if file.endswith(".csv"):
            rows, wrong = read_rows(file, data)
            assert rows
            assert not wrong
            assert all(parts(row.cells["source"]) for row in rows)


@pytest.mark.parametrize("name", shipped_names())
def test_every_choice_that_ships_has_its_reason_in_both_languages(name: str) -> None:
    sources = []
    for which in (name, f"{name}.directory"):
        files = shipped_files(which)
        sources += [t.get("source", "") for _, t in tables(tomllib.loads(files.main.decode()))]
        for file, data in files.files:
            if file.endswith(".csv"):
                sources += [row.cells["source"] for row in read_rows(file, data)[0]]
    for part in (part for source in sources for part in parts(source)):
        if part.origin == CHOICE:
            assert part.words.zh != part.words.en, part


def test_every_value_of_the_policy_names_its_source(policy: Policy) -> None:
    limits = [
        *policy.limits.values(),
        *(track.limit for track in policy.tracks),
        *(lim for k in policy.kinds for lim in (k.report_in, k.solve, k.hand_in, k.redo)),
        policy.marks.mark,
        policy.deferrals.total,
        policy.objections.within,
        policy.extensions.decide,
    ]
    assert all(limit.source and limit.rule for limit in limits)
    assert all(rung.source for ladder in policy.ladders for rung in ladder.rungs)


def test_what_the_article_says_is_in_the_policy(policy: Policy) -> None:
    quick, tough, emergency = (policy.kind_of[k] for k in ("quick", "tough", "emergency"))
    assert emergency.report_in == Limit(
        amount=1,
        unit=LimitUnit.HOURS,
        rule="kinds.emergency.report_in",
        source="article: 1小时内到达现场解决",
    )
    assert (quick.solve.amount, quick.solve.unit) == (24, LimitUnit.HOURS)
    assert quick.solve.source.startswith("article: 1天内予以解决; choice: ")
    assert [k.rank for k in (quick, tough, emergency)] == [1, 2, 3]
    assert policy.urgent is emergency
    titles = {row.title.zh: row for row in policy.categories}
    for kind, named in {
        "quick": ("无证照经营", "小规模违规施工或装修", "困难救助", "就业帮扶"),
        "tough": ("老旧小区改造", "市政管网维修", "环境保护", "工程项目"),
        "emergency": ("突发灾害", "重大事故", "重大案件", "群体性事件"),
    }.items():
        assert {titles[name].kind for name in named} == {kind}
    assert set(policy.channels) == {"hotline", "patrol", "snapshot", "steward", "visit"}


def test_each_catalogue_row_names_units_that_are_there(
    policy: Policy, directory: Directory
) -> None:
    for row in policy.categories:
        assert row.leads, row.code
        assert all(directory.unit(code) is not None for code in (*row.leads, *row.joint))
        assert not any(
            directory.is_kind(code, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
            for code in row.leads
        )


def test_every_department_has_work_a_receiver_and_a_head(
    policy: Policy, directory: Directory
) -> None:
    named = {code for row in policy.categories for code in (*row.leads, *row.joint)}
    local = policy.local(NOON)
    for unit in directory.units:
        if unit.kind is UnitKind.DEPARTMENT:
            assert unit.code in named
            assert unit.may_lead
            assert unit.head is not None
            assert directory.receiver(unit.code, local) == f"{unit.code}.receiver"


def test_the_cables_call_the_departments_and_invite_the_operators() -> None:
    called = plan("overhead_cables", shipped_rules(), NOON)
    assert called.lead == "zhujian"
    assert called.joint == ("wangxin",)
    assert called.invited == ("yidong", "liantong", "dianxin")


def test_the_burst_main_goes_to_the_urgent_lead_until_the_city_accepts() -> None:
    called = plan("water_main_burst", shipped_rules(), NOON, urgent=True)
    assert called.lead == "yingji"
    assert called.joint == ("gongan", "jiaojing")
    assert called.invited == ("shi_chengguan", "zhongtie")


@pytest.mark.parametrize(
    ("known", "affair", "kind"),
    [
        ({"category": "unlicensed_trade"}, Affair.PUBLIC, "quick"),
        ({"category": "unlicensed_trade", "units": "several"}, Affair.PUBLIC, "tough"),
        ({"category": "overhead_cables"}, Affair.PUBLIC, "tough"),
        ({"category": "water_main_burst"}, Affair.PUBLIC, "emergency"),
        ({"category": "building_fire", "timing": "over"}, Affair.PUBLIC, "tough"),
        ({"category": "estate_parking"}, Affair.SHARED, None),
        ({"category": "estate_parking", "scope": "wider"}, Affair.PUBLIC, "tough"),
        ({"category": "family_dispute"}, Affair.HOUSEHOLD, None),
        ({"category": "family_dispute", "violence": "present"}, Affair.PUBLIC, "emergency"),
        ({"category": "house_safety", "collapse": "possible"}, Affair.PUBLIC, "tough"),
        (
            {"category": "house_safety", "collapse": "possible", "timing": "imminent"},
            Affair.PUBLIC,
            "emergency",
        ),
        ({"category": "neighbour_noise", "scope": "estate"}, Affair.SHARED, None),
        ({"category": "street_lamp"}, Affair.PUBLIC, "quick"),
        ({}, Affair.PUBLIC, "quick"),
    ],
)
def test_classification(
    policy: Policy, known: dict[str, str], affair: Affair, kind: str | None
) -> None:
    found = compile_classifier(policy)(facts(**known), NOON)
    assert (found.affair, found.kind) == (affair, kind)


def test_every_rule_but_the_last_reads_something_and_can_match_first(policy: Policy) -> None:
    classify = compile_classifier(policy)
    assert len(policy.rules) >= 15
    for rule in policy.rules:
        known = {name: min(wanted) for name, wanted in rule.when}
        if "category" not in known and rule.id != "by-catalogue":
            known["category"] = "street_lamp"
        assert classify(facts(**known), NOON).rule == rule.id


def test_each_clock_has_a_ladder_and_each_required_limit_is_there(policy: Policy) -> None:
    assert all(policy.ladder(what) for what in What)
    assert set(policy.limits) == set(REQUIRED_LIMITS)
    assert {(t.affair, t.scope) for t in policy.tracks} == {
        (affair, scope)
        for affair in (Affair.HOUSEHOLD, Affair.SHARED)
        for scope in ("one_household", "neighbours", "estate", "wider", "unknown")
    }


def test_permissions_narrow_what_the_engine_allows(policy: Policy) -> None:
    ceiling = {NAMES[act]: row.parties for act, row in TRANSITIONS.items()}
    for command, parties in policy.permissions.items():
        assert parties <= ceiling[command], command
