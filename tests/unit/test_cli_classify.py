"""``whistle classify``: facts to a classification, with the reasons."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.unit.cli_stores import documented, is_wrong, keys, run
from whistle_engine.cli.filling import width
from whistle_engine.policy_file import shipped_files, shipped_rules

LAMP = ("classify", "--policy", "xingqing", "category=street_lamp", "public_power=yes")


def test_a_classification_comes_with_its_reasons() -> None:
    told = run(*LAMP)
    assert told.exit_code == 0, told.output
    assert told.stderr == ""
    rows = dict(line.split(maxsplit=1) for line in told.stdout.splitlines() if line[0] != " ")
    assert rows["affair"] == "public"
    assert rows["whistle"] == "Quick whistle"
    assert rows["lead"] == "District Urban Management Bureau"
    assert rows["limits"] == "reporting in 4 hours; handling 24 hours"
    assert rows["rule"] == "It needs a department's power"
    assert "Street lamp out" in rows["by"]
    chinese = run(*LAMP, "--lang", "zh").stdout
    assert "哨型      快捷哨" in chinese
    assert "出处      报道《" in chinese


def test_danger_raises_it_and_says_so() -> None:
    told = run(*LAMP, "fire=present", "--lang", "zh").stdout
    assert "哨型      应急哨" in told
    assert "险情提级  火情：确有，正在发生" in told


def test_a_value_may_be_given_by_what_it_is_called() -> None:
    by_code = run("classify", "--policy", "xingqing", "category=street_lamp", "timing=unknown")
    by_title = run("classify", "--policy", "xingqing", "category=路灯故障", "timing=不明")
    assert by_title.exit_code == 0, by_title.output
    assert by_title.stdout == by_code.stdout


def test_what_is_unknown_is_told_as_such_and_nobody_leads_yet() -> None:
    told = run("classify", "--policy", "xingqing", "fire=possible", "--lang", "zh").stdout
    assert "事项类别：不明" in told
    assert "由统筹协调单位指定" in told


def test_a_household_matter_has_no_whistle() -> None:
    told = run("classify", "--policy", "xingqing", "category=neighbour_dispute", "--json")
    shape = json.loads(told.stdout)
    assert shape["affair"] == "household"
    assert (shape["kind"], shape["leads"], shape["limits"]) == (None, [], {})


def test_a_street_leads_by_its_own_act() -> None:
    """Beijing's catalogue has rows that the street of the place leads."""
    args = ("classify", "--policy", "beijing", "category=street_stalls")
    assert re.search(r"^lead +the street of the place", run(*args).stdout, re.MULTILINE)
    told = run(*args, "--lang", "zh").stdout
    assert re.search(r"^主办 +事发地街道", told, re.MULTILINE)


def test_it_is_what_the_library_says() -> None:
    shape = json.loads(run(*LAMP, "--json").stdout)
    assert shape["rule"] == "public-power"
    assert shape["used"] == {"category": "street_lamp", "public_power": "yes"}
    assert documented("classify") >= keys(shape)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_facts_those_of_the_policy_are_listed(lang: str) -> None:
    told = run("classify", "--policy", "xingqing", "--lang", lang)
    assert told.exit_code == 0
    policy = shipped_rules("xingqing").policy
    for fact in policy.facts:
        assert f"{fact.name}  {getattr(fact.title, lang)}" in told.stdout
    assert all(f"\n  {row.code} " in told.stdout for row in policy.categories)
    assert max(map(width, told.stdout.splitlines())) <= 80
    shape = json.loads(run("classify", "--policy", "xingqing", "--json").stdout)
    assert [fact["name"] for fact in shape["facts"]] == [fact.name for fact in policy.facts]
    both = keys(shape) | keys(json.loads(run(*LAMP, "--json").stdout))
    both |= keys(shape["facts"])
    assert documented("classify") == both


def test_a_policy_from_a_file(tmp_path: Path) -> None:
    for name in ("xingqing", "xingqing.directory"):
        for file, data in shipped_files(name).files:
            if "/" not in file:
                (tmp_path / file).write_bytes(data)
    args = ("category=street_lamp", "public_power=yes")
    told = run("classify", "--policy", tmp_path / "xingqing.toml", *args)
    assert told.stdout == run(*LAMP).stdout


def test_the_day_decides_which_row_is_in_force() -> None:
    args = ("--json", "--on", "2000-01-01")
    assert json.loads(run(*LAMP, *args).stdout)["affair"] == "public"
    is_wrong(run(*LAMP, "--on", "today"), "today")


@pytest.mark.parametrize(
    ("args", "en", "zh"),
    [
        (["colour=red"], "The fact “colour” is not one of the policy's", "未在本地规则中登记"),
        (["category=street_lam"], "such as: street_lamp", "事项类别”的取值“street_lam”不在"),
        (["category=street_lam"], "such as: street_lamp", "如：street_lamp"),
        (["category=nope"], "names, or “unknown”.", "请选用规定的取值；情况不清的，"),
        (["zzzzzz=yes"], "Use a fact that the policy names.", "请选用已登记的事实。"),
        (["publik_power=yes"], "the nearest are: public_power", "相近的有：public_power"),
        (["fire=yes"], "The value “yes” is not one that the fact “Fire, ", "的取值“yes”不在规定"),
        (["fire=yes"], "such as: none; possible; present, or", "事实“火情”的取值"),
        (["fire=none", "fire=present"], "was given twice", "填报了两次"),
        (["fire"], "fire is not FACT=VALUE", "不是“事实=取值”的形式"),
        (["=yes"], "=yes is not FACT=VALUE", "不是“事实=取值”的形式"),
        (["fire="], "fire= is not FACT=VALUE", "不是“事实=取值”的形式"),
    ],
)
def test_a_bad_fact_is_told(args: list[str], en: str, zh: str) -> None:
    is_wrong(run("classify", "--policy", "xingqing", *args), en)
    is_wrong(run("classify", "--policy", "xingqing", *args, "--lang", "zh"), zh)


def test_the_policy_has_to_be_there(tmp_path: Path) -> None:
    is_wrong(run("classify", "fire=none"), "--policy")
    is_wrong(run("classify", "--policy", "xingqin", "fire=none"), "did you mean 'xingqing'?")
    is_wrong(run("classify", "--policy", tmp_path / "x.toml", "fire=none"), "there is no file")
