"""``whistle policy explore``, and ``whistle policy check --explore``."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from attrs import evolve, fields
from click.testing import CliRunner, Result

from whistle_engine import commands as c
from whistle_engine.cli.app import whistle
from whistle_engine.cli.filling import width
from whistle_engine.cli.policy.exploring import Pace
from whistle_engine.model import Actor, Role
from whistle_engine.moves.record import Case, Record
from whistle_engine.policy_file import shipped_files, shipped_rules
from whistle_engine.review.explore import Progress, Scope, scope_of
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
    assert "L17, L18, L19. If nobody acts, it takes at most " in " ".join(result.output.split())
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
    told = " ".join(result.output.split())
    assert "L17" not in told.partition("Cut off")[0]
    assert told.endswith(
        "No law is broken in what was looked at. Cut off after 20 states: major_case. What lies "
        "beyond was not looked at, and what asks for all of them (L9's bound, L17) not asked; "
        "whistle policy explore with a higher --most goes on."
    )
    zh = "".join(run(*SMALL, "--most", "20", "--lang", "zh").output.split())
    assert "已查的状态中，各项条款均成立。查满20种状态而未查完的范围：major_case。" in zh


def test_the_longest_silence_is_that_of_what_was_looked_at_to_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def two(rules: Rules) -> tuple[Scope, ...]:
        return (scope_of(rules, "major_case"), scope_of(rules, "major_case", ("joining",)))

    monkeypatch.setattr("whistle_engine.review.explore.quick", two)
    told = " ".join(run("xingqing", "--jobs", "1", "--most", "160", "--lang", "en").output.split())
    assert "In the scopes that were not cut off, it takes at most" in told
    assert "Cut off after 160 states: major_case + joining." in told


def test_a_broken_law_does_not_hide_what_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_case: Case[c.SendBack], _record: Record) -> None:
        """It is let through, and nothing is recorded."""

    row = evolve(TRANSITIONS[c.SendBack], unmet=nothing_unmet, act=nothing)
    monkeypatch.setitem(TRANSITIONS, c.SendBack, row)
    result = run(*SMALL, "--most", "100", "--lang", "en")
    assert result.exit_code == 1
    assert "FR5 is broken" in result.output
    assert "Cut off after 100 states: major_case." in result.output


def test_a_terminal_is_told_how_long_it_may_take_in_whole_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is under a minute is one."""
    shown: list[str] = []
    monkeypatch.setattr(
        "whistle_engine.cli.progress.Progress.tell", lambda _, text: shown.append(text)
    )
    monkeypatch.setattr("whistle_engine.cli.policy.exploring._EARLY", 0)
    run(*SMALL, "--most", "200", "--lang", "en")
    assert any("0/1 at most 1 min more; major_case: " in text for text in shown), shown
    run(*SMALL, "--most", "200", "--lang", "zh")
    assert any("0/1 至多还需1分钟；major_case：" in text for text in shown), shown


def test_how_long_it_takes_at_the_most_is_reckoned_from_what_was_looked_at() -> None:
    seconds = iter([0.0, 1.0, 10.0, 20.0])
    pace = Pace(scopes=3, most=100, clock=lambda: next(seconds))

    def now(states: int, waiting: int) -> Progress:
        return Progress(states=states, moves=0, depth=0, waiting=waiting)

    assert pace.left(0, now(20, 10)) is None  # too early to tell
    # 10 a second: none of the first is left, and twice 100
    assert pace.left(0, now(100, 0)) == timedelta(seconds=20)
    pace.over(100)
    # 6 a second: 80 of the second, and 100 of the third
    assert pace.left(1, now(60, 40)) == timedelta(seconds=30)


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
def test_a_check_explores_as_far_as_it_is_asked_to() -> None:
    result = checked("xingqing", "--most", "20")
    assert result.exit_code == 0, result.output
    assert "major_case: 20 states" in result.output
    assert "Cut off after 20 states: major_case." in result.output
    (scope,) = json.loads(checked("xingqing", "--most", "20", "--json").stdout)["exploration"]
    assert (scope["complete"], scope["states"]) == (False, 20)


@pytest.mark.usefixtures("one_scope")
def test_a_check_does_not_explore_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whistle_engine.cli.policy.check.EACH", 30)
    assert "Cut off after 30 states: major_case." in checked("xingqing").output


def test_how_far_to_explore_is_said_only_where_it_explores() -> None:
    given = ["policy", "check", "xingqing", "--most", "5"]
    for lang, words in (("en", "--most goes with --explore"), ("zh", "--most要与--explore一起写")):
        result = CliRunner().invoke(whistle, [*given, "--lang", lang], prog_name="whistle")
        assert result.exit_code == 2
        assert words in result.stderr


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
