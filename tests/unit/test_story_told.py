"""What is wrong with a story, in both languages: each mistake with its code and its place."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.cli_stores import run
from tests.unit.test_story import HEAD, RECEIVE
from whistle_engine.errors import StoryError
from whistle_engine.story import parse_story, play, read_story, shipped_story
from whistle_engine.story._sentences import SENTENCES
from whistle_engine.story.fields import Setting, build
from whistle_engine.story.times import absolute

STEP = "a.toml，第1步（第14行）"
DUE = 'due = { "classify gulou" = "2024-03-05 11:00" }\n'


def wrong(text: str) -> StoryError:
    with pytest.raises(StoryError) as caught:
        play(parse_story(text, name="a", source="a.toml"))
    return caught.value


def expecting(text: str) -> str:
    return f"{HEAD}{RECEIVE}[step.expect]\n{text}\n"


@pytest.mark.parametrize(
    ("text", "code", "told"),
    [
        (expecting('stage = "closed"'), "expected_state", "期望阶段为“closed”，实际为“received”"),
        (expecting('lead = "chengguan"'), "expected_state", "期望主办单位为“chengguan”，实际为无"),
        (
            expecting(DUE), "expected_due",
            "期望“classify gulou”于2024-03-05 11:00到期，实际于2024-03-04 15:00到期",
        ),
        (expecting('due = { "solve x" = "2024-03-05" }'), "expected_duty", "期望有待办“solve x”"),
        (expecting('duties = ["solve x"]'), "expected_duties", "期望的待办为“solve x”，实际为“cl"),
        (expecting("events = []"), "expected_events", "期望的事件为（无），实际为“received"),
        (
            expecting('events = ["received", "clock_ended"]'), "expected_event",
            "期望有“clock_ended”，实际这一类的有（无）",
        ),
        (
            expecting('refused = "not_permitted"'), "expected_refusal",
            "期望被拒绝，编码为“not_permitted”，实际已受理",
        ),
        (
            HEAD + RECEIVE.replace("receive", "recieve"), "unknown_act",
            "没有行为“recieve”；是否指“receive”？",
        ),
        (
            HEAD + RECEIVE.replace('"wang"', '"wong"'), "unknown_actor",
            "没有人物“wong”；是否指“wang”？",
        ),
        (
            HEAD + RECEIVE.replace("channel", "chanel"), "unknown_field",
            "receive：没有字段“chanel”；是否指“channel”？",
        ),
        (
            HEAD + RECEIVE.replace("channel", "chanel"), "field_missing",
            "缺少字段“channel”（应为文字）",
        ),
        (
            HEAD + RECEIVE.replace('"complaint"', '"complain"'), "unknown_value",
            "receive：字段“kind”：没有取值“complain”；是否指“complaint”？",
        ),
        (expecting('stge = "x"'), "unknown_key", "expect没有“stge”这一项；是否指“stage”？"),
        (HEAD + RECEIVE + 'at = "noon"\n', "no_time", "“noon”不是时间；应为当地时间"),
        (
            HEAD + RECEIVE.replace('"gulou"', '"gulu"'), "unknown_unit",
            "单位名录中没有“gulu”；是否指“gulou”？",
        ),
    ],
)  # fmt: skip
def test_each_is_told_in_chinese_with_its_step_and_code(text: str, code: str, told: str) -> None:
    error = wrong(text)
    (found,) = (each for each in error.problems if each.code == code)
    chinese = found.told("zh")
    assert chinese.startswith(STEP)
    assert told in chinese
    assert chinese.endswith(f" [{code}]")
    assert chinese in error.told("zh").splitlines()
    assert error.told("en") == str(error)
    assert f"[{code}]" not in str(error)


def test_where_it_is_in_no_step_the_file_is_named() -> None:
    assert wrong(HEAD).told("zh") == "a.toml：没有步骤；每一步以[[step]]开头 [no_steps]"
    policy = wrong(HEAD.replace('"xingqing"', '"xinqing"') + RECEIVE).told("zh")
    assert policy.startswith("a.toml：规则：policies：没有自带的“xinqing”")


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(StoryError) as caught:
        read_story(tmp_path / "none.toml")
    assert caught.value.problems[0].code == "story_missing"
    told = run("play", str(tmp_path / "none.toml"), "--lang", "zh")
    assert told.exit_code == 2
    assert told.stderr.endswith("none.toml：没有这个文件；请检查文件名和路径 [story_missing]\n")
    assert "No such file" in run("play", str(tmp_path / "none.toml")).stderr


def test_the_command_line_tells_a_story_in_its_language(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(expecting('stage = "closed"'), encoding="utf-8")
    told = run("play", path, "--lang", "zh")
    assert told.exit_code == 1
    assert "期望阶段为“closed”，实际为“received” [expected_state]" in told.stderr
    assert "expected the" not in told.stderr
    path.write_text(HEAD + RECEIVE.replace("receive", "recieve"), encoding="utf-8")
    told = run("play", path, "--lang", "zh")
    assert told.exit_code == 2
    assert "没有行为“recieve”；是否指“receive”？ [unknown_act]" in told.stderr
    assert "did you mean" not in told.stderr


def test_sentences_are_in_both_languages() -> None:
    for code, label in SENTENCES.items():
        slots = [
            set(re.findall(r"{(\w+)}", text.replace("{{", "").replace("}}", "")))
            for text in (label.zh, label.en)
        ]
        assert slots[0] <= slots[1], code  # "why" may be English only
        assert not label.zh.endswith(("。", ".")), code


def test_single_values_and_names_are_told_too() -> None:
    setting = Setting(UTC, datetime(2024, 3, 4, tzinfo=UTC), {})
    with pytest.raises(StoryError) as caught:
        build("hand_in", {"evidence": [1]}, setting)
    assert caught.value.told("zh") == (
        "hand_in：字段“evidence”：1不是佐证；应为文件名，如“after.jpg” [no_proof]"
    )
    with pytest.raises(StoryError) as caught:
        absolute("2024-03-04T09:00Z", UTC)
    assert caught.value.problems[0].code == "time_zone"
    with pytest.raises(StoryError) as caught:
        shipped_story("cable")
    assert caught.value.told("zh") == "没有自带的情景“cable”；是否指“cables”？ [story_unknown]"
