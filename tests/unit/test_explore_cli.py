"""``whistle policy explore``, and ``whistle policy check --explore``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from attrs import evolve, fields
from click.testing import CliRunner, Result

from whistle_engine import commands as c
from whistle_engine.cli.app import whistle
from whistle_engine.cli.filling import width
from whistle_engine.model import Actor, Role
from whistle_engine.moves.record import Case, Record
from whistle_engine.policy_file import shipped_files, shipped_rules
from whistle_engine.review.explore import Scope, scope_of
from whistle_engine.review.exploring.choices import Asked
from whistle_engine.review.exploring.wording import titled, worded
from whistle_engine.rules import Rules
from whistle_engine.story import play, read_story
from whistle_engine.transitions import TRANSITIONS, nothing_unmet

SMALL = ("xingqing", "--category", "major_case", "--jobs", "1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(whistle, ["policy", "explore", *arguments], prog_name="whistle")


def test_it_tells_scopes_figures_and_that_every_law_holds() -> None:
    result = run(*SMALL, "--side", "telling", "--lang", "en")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("major_case + telling: ")
    assert lines[1].startswith("In all: scopes 1, states ")
    assert "FR1, FR2, " in " ".join(lines[1:3])
    assert "L17, L18, L19. If nobody acts, it takes at most " in " ".join(lines)
    assert lines[-1] == "Every law holds in all of them."


def test_in_chinese() -> None:
    result = run(*SMALL, "--lang", "zh")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "所有状态下，各项条款均成立。"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_its_lines_fit_and_name_everything_by_its_title(lang: str) -> None:
    result = run(*SMALL, "--side", "telling", "--lang", lang)
    assert max(map(width, result.output.splitlines())) <= 80
    told = result.output.replace("\n    ", "").replace("\n  ", "\n")
    assert "{" not in told
    assert " = " not in told
    if lang == "zh":
        assert "（诉求渠道：" in told
        assert "事项类别：" in told
        assert not re.search(r"[a-z]{4,}", told.partition("无人处理时")[2])


@pytest.mark.parametrize("act", [*TRANSITIONS, c.SplitPart], ids=lambda act: act.__name__)
def test_every_field_of_every_act_has_a_title(act: type) -> None:
    for field in fields(act):
        assert titled(field.name, "en")
        assert not re.search("[a-z]", titled(field.name, "zh"))


def test_facts_and_values_in_an_act_are_worded() -> None:
    rules = shipped_rules("xingqing")
    move = Asked(
        by=Actor(id="op", roles=frozenset({Role.OPERATIONS})),
        do=c.Classify(facts=(("category", "small_ads"),)),
    )
    assert worded(move, None, rules).zh.endswith("分类（事项类别：小广告清理）")


def test_what_was_cut_off_is_said_to_be() -> None:
    result = run(*SMALL, "--most", "20", "--lang", "en")
    assert result.output.splitlines()[0].endswith("(cut off: there are more)")
    assert "L17" not in result.output


def test_as_json() -> None:
    (scope,) = json.loads(run(*SMALL, "--json").output)["scopes"]
    assert scope["complete"] is True
    assert scope["violations"] == []
    assert scope["moves"] > scope["states"] > 100
    assert sum(scope["stages"].values()) == scope["states"]


def test_a_broken_law_is_told_with_a_story_that_plays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def nothing(_case: Case[c.SendBack], _record: Record) -> None:
        """It is let through, and nothing is recorded."""

    row = evolve(TRANSITIONS[c.SendBack], unmet=nothing_unmet, act=nothing)
    monkeypatch.setitem(TRANSITIONS, c.SendBack, row)
    result = run(*SMALL, "--stories", str(tmp_path / "new"), "--lang", "en")
    assert result.exit_code == 1
    assert "FR5 is broken: sending back was not refused" in result.output
    path = tmp_path / "new" / "breaks-FR5.toml"
    assert str(path) in result.output.replace("\n", "")
    assert play(read_story(path)).steps[-1].step.do == "send_back"
    path.write_text("mine", encoding="utf-8")
    run(*SMALL, "--stories", str(tmp_path / "new"), "--lang", "en")
    assert path.read_text(encoding="utf-8") == "mine"
    assert read_story(path.with_name("breaks-FR5-2.toml")).steps
    result = run(*SMALL, "--stories", str(path / "in-a-file"), "--lang", "en")
    assert result.exit_code == 2
    assert "breaks-FR5.toml cannot be written" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("xingqing", "--category", "nope"), "no category 'nope'"),
        (("xingqing", "--category", "major_cas"), "did you mean major_case?"),
        (("xingqing", "--category", "major_case", "--side", "nope"), "no side 'nope'"),
        (("xingqing", "--side", "telling"), "--side goes with --category"),
        (("nowhere.toml",), "nowhere.toml"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments, "--lang", "en")
    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--category", "nope"), "该规则在2018-01-02没有施行中的类别nope [no_category]"),
        (("--category", "major_cas"), "major_cas；是否指major_case？ [no_category]"),
        (("--category", "major_case", "--side", "foo"), "没有情形foo；可选：dangers、over、"),
        (("--category", "major_case", "--side", "tellin"), "没有情形tellin；是否指telling？；"),
        (("--side", "telling"), "--side要与--category一起写"),
    ],
)
def test_what_cannot_be_is_told_in_chinese(arguments: tuple[str, ...], said: str) -> None:
    result = run("xingqing", *arguments, "--lang", "zh")
    assert result.exit_code == 2
    assert said in result.output


def test_what_it_takes_is_said_alike_in_both_languages() -> None:
    for lang, words in (("en", "some 20 seconds"), ("zh", "约20秒")):
        told = " ".join(run("--help", "--lang", lang).output.split())
        assert words in told


# ---------------------------------------------------------------- as part of a check


def checked(*arguments: str | Path) -> Result:
    given = ["policy", "check", *map(str, arguments), "--explore", "--lang", "en"]
    return CliRunner().invoke(whistle, given, prog_name="whistle")


@pytest.fixture
def one_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    """The quick scopes take seconds; one of them is enough here."""

    def one(rules: Rules) -> tuple[Scope, ...]:
        return (scope_of(rules, "major_case"),)

    monkeypatch.setattr("whistle_engine.review.explore.quick", one)


@pytest.mark.usefixtures("one_scope")
def test_a_check_explores_too_if_asked_to() -> None:
    result = checked("xingqing")
    assert result.exit_code == 0, result.output
    assert "no findings" in result.output
    assert "major_case: 154 states" in result.output
    assert result.output.splitlines()[-1] == "Every law holds in all of them."
    found = json.loads(checked("xingqing", "--json").stdout)
    assert found["findings"] is not None
    assert [scope["name"] for scope in found["exploration"]] == ["major_case"]


@pytest.mark.usefixtures("one_scope")
def test_a_check_without_findings_still_says_no_where_a_law_is_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def nothing(_case: Case[c.SendBack], _record: Record) -> None:
        """It is let through, and nothing is recorded."""

    row = evolve(TRANSITIONS[c.SendBack], unmet=nothing_unmet, act=nothing)
    monkeypatch.setitem(TRANSITIONS, c.SendBack, row)
    result = checked("xingqing")
    assert result.exit_code == 1
    assert "no findings" in result.output
    assert "FR5 is broken: sending back was not refused" in result.output


def test_a_check_without_a_directory_has_nothing_to_explore(tmp_path: Path) -> None:
    for name, data in shipped_files("xingqing").files:
        (tmp_path / Path(name).name).write_bytes(data)
    result = checked(tmp_path / "xingqing.toml")
    assert result.exit_code == 2
    assert "nothing can be explored" in result.stderr
    assert "Traceback" not in result.output
