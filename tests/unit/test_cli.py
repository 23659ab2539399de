"""The command line: what it tells, in both languages, and how it leaves."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.unit.cli_stores import PAGE, documented
from whistle_engine.cli import main
from whistle_engine.cli.app import whistle
from whistle_engine.cli.filling import width
from whistle_engine.cli.output import Lang, chosen
from whistle_engine.cli.stories.performing import perform
from whistle_engine.cli.stories.telling import Teller
from whistle_engine.events import Refused
from whistle_engine.story import parse_story, shipped_stories, shipped_story

STORY = """
title = { zh = "试", en = "A try" }
policy = "xingqing"
start = 2024-03-04T09:00:00

[actors]
li = { id = "resident-li", roles = ["resident"], title = { zh = "居民李某", en = "resident Li" } }
gulou = { roles = ["community"], unit = "gulou" }

[[step]]
by = "li"
do = "receive"
with = { channel = "visit", kind = "complaint", place = "gulou" }
texts = { text = "楼道堆物。", contact = "一二三四五" }

[[step]]
at = "+1h"
by = "gulou"
do = "look"
with = { nothing_there = true }
"""
HOLDS = STORY + '[step.expect]\nstage = "received"\n'
FAILS = STORY + '[step.expect]\nstage = "closed"\n'


def run(*args: str, env: dict[str, str | None] | None = None) -> Result:
    """In this process, in English and 80 columns unless told otherwise."""
    settings = {"WHISTLE_LANG": "en", "COLUMNS": "80", **(env or {})}
    return CliRunner().invoke(whistle, args, env=settings, prog_name="whistle")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder: the demo leaves a store."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "try.toml"
    path.write_text(HOLDS, encoding="utf-8")
    return path  # type: ignore[return-value]


# ------------------------------------------------------------------------------- the group


def test_help_names_the_commands_and_exit_codes() -> None:
    told = run("--help")
    assert told.exit_code == 0
    assert "demo" in told.stdout
    assert "play" in told.stdout
    assert "Exit codes" in told.stdout


def test_alone_it_shows_the_help() -> None:
    assert run().exit_code == 0
    assert run().stdout == run("--help").stdout


def test_version() -> None:
    told = run("--version")
    assert told.exit_code == 0
    assert told.stdout.startswith("whistle-engine ")


@pytest.mark.parametrize(
    "args",
    [
        ["nosuch"],
        ["--nosuch"],
        ["play"],
        ["play", ""],
        ["play", "--list", "cables"],
        ["play", "nosuch"],
        ["play", "cabels"],
        ["play", "./nosuch.toml"],
        ["play", "/"],
        ["play", "cables", "more"],
        ["play", "cables", "--lang", "fr"],
        ["demo", "more"],
        ["demo", "--lang", "fr"],
    ],
)
def test_wrong_usage_is_one_line_on_stderr(args: list[str]) -> None:
    told = run(*args)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith("whistle")
    assert len(told.stderr.splitlines()) == 1
    assert "Traceback" not in told.stderr


BREAK = "one\ntwo\x1b[2J\u2028three"
"""What would be obeyed by a terminal, or told on several lines."""


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "args",
    [
        [BREAK],
        ["play", BREAK],
        ["play", f"{BREAK}.toml"],
        ["policy", "check", "xingqing", "--directory", f"\0{BREAK}"],
        ["classify", "--policy", "xingqing", BREAK],
        ["classify", "--policy", "xingqing", f"category={BREAK}"],
        ["classify", "--policy", "xingqing", f"{BREAK}=yes", f"timing={BREAK}"],
        ["classify", "--policy", BREAK],
        ["ledger", "--store", BREAK],
        ["ledger", "--store", f"sqlite:///{BREAK}"],
        ["policy", "new", BREAK, "--code", BREAK],
        ["policy", "check", BREAK],
        ["policy", "diff", "xingqing", "xingqing", "--html", f"nosuch/{BREAK}"],
        ["policy", "diff", "xingqing", f"{BREAK}.toml"],
        ["policy", "coverage", "xingqing", f"{BREAK}.toml"],
        ["policy", "explore", "xingqing", "--category", BREAK],
        ["verify", "sqlite:///nosuch.db", "--since", BREAK],
    ],
)
def test_what_is_given_never_breaks_the_line(
    args: list[str], lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(*args, "--lang", lang)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert len(told.stderr.splitlines()) == 1
    assert told.stderr.strip().isprintable()


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    assert "'cables'" in run("play", "cabels").stderr
    assert "'demo'" in run("dmeo").stderr


def test_another_missing_module_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "whistle_engine.cli.app", None)
    with pytest.raises(ModuleNotFoundError):
        main(["--help"])


def test_main_leaves_with_the_exit_code() -> None:
    with pytest.raises(SystemExit) as left:
        main(["nosuch"])
    assert left.value.code == 2


# ------------------------------------------------------------------------------- the demo


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_demo_tells_both_cases(lang: Lang) -> None:
    told = run("demo", "--lang", lang)
    assert told.exit_code == 0
    assert told.stderr == ""
    for name in ("cables", "burst_main"):
        assert getattr(shipped_story(name).title, lang) in told.stdout
    refused = "✗ 拒绝（FR5）" if lang == "zh" else "✗ refused (FR5)"
    assert told.stdout.count(refused) == 3
    assert ("并非实有其事" if lang == "zh" else "they did not happen") in told.stdout
    assert "\x1b" not in told.stdout


def test_a_case_of_the_demo_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whistle_engine.story.shipped_story", lambda _: parse_story(FAILS))
    told = run("demo")
    assert told.exit_code == 1
    assert "expected the stage 'closed'" in told.stderr


def test_demo_sums_up_each_case_in_chinese() -> None:
    told = run("demo", "--lang", "zh").stdout
    assert "主办      兴庆区住房和城乡建设局（首问负责）" in told
    assert "主办      银川市城市管理局" in told
    assert "首问负责  兴庆区应急管理局" in told
    assert "截止      2024年4月1日18:00" in told
    assert "办结      2024年3月20日11:00，列入计划，提前12天7小时" in told
    assert "期限      15项：按期15项、逾期0项" in told
    tried = [
        scene.step.answer
        for scene in perform(shipped_story("cables")).scenes
        if isinstance(scene.step.answer, Refused) and scene.step.answer.recorded
    ]
    assert len(tried) >= 3
    assert (
        f"企图推诿{len(tried)}次，全部拒绝，记录在案：退单（兴庆区住房和城乡建设局，FR5）" in told
    )
    assert "企图推诿1次，拒绝，记录在案：退单（兴庆区应急管理局，FR5）" in told


def test_demo_explains_each_due_time() -> None:
    told = run("demo", "--lang", "en").stdout
    clocks = sum(
        len(matter.clocks)
        for name in ("cables", "burst_main")
        for matter in perform(shipped_story(name)).states.values()
    )
    assert clocks == 30
    joined = re.sub(r"\s+", " ", told)
    limit = "The limit is 15 working days; source: the article on Xingqing District: 限时办结"
    assert limit in joined
    assert "2024-03-16 to 2024-03-17 (weekend)" in joined
    limits = run("demo", "--json")
    explained = [
        clock["explained"]["en"]
        for one in json.loads(limits.stdout)["stories"]
        for matter in one["matters"]
        for clock in matter["clocks"]
    ]
    assert len(explained) == clocks
    assert all(text.startswith("Due 2024-") for text in explained)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", shipped_stories())
def test_every_shipped_story_fits_and_shows_no_ids_of_persons(name: str, lang: Lang) -> None:
    told = run("play", name, "--lang", lang)
    assert told.exit_code == 0, told.stderr
    too_long = [line for line in told.stdout.splitlines() if width(line) > 80]
    assert too_long == []
    persons = {a.id for key, a in shipped_story(name).actors.items() if key != "system"}
    shown = [
        id_ for id_ in persons if re.search(rf"(?<![\w.-]){re.escape(id_)}(?![\w-])", told.stdout)
    ]
    assert shown == []
    assert ".receiver" not in told.stdout
    assert ".head" not in told.stdout


@pytest.mark.parametrize("columns", ["20", "50", "79", "100", "400"])
def test_lines_are_filled_to_the_terminal(columns: str) -> None:
    told = run("demo", "--lang", "zh", env={"COLUMNS": columns}).stdout
    lines = [line for line in told.splitlines() if not line.startswith("  whistle ")]  # to be typed
    assert max(map(width, lines)) == max(50, min(int(columns), 100))


# ------------------------------------------------------------------------------- play


def test_a_story_that_holds(story: Path) -> None:
    told = run("play", str(story))
    assert told.exit_code == 0
    assert told.stdout.endswith("The story holds: all 2 steps came as expected.\n")
    assert told.stderr == ""


def test_a_story_that_fails_says_what_came(story: Path) -> None:
    story.write_text(FAILS, encoding="utf-8")
    told = run("play", str(story))
    assert told.exit_code == 1
    assert "A try" in told.stdout
    assert "step 2 (line 16), look: expected the stage 'closed'" in told.stderr
    assert "Traceback" not in told.stderr
    shape = json.loads(run("play", str(story), "--json").stdout)
    assert shape["holds"] is False
    assert any("expected the stage 'closed'" in problem for problem in shape["problems"])
    assert run("play", str(story), "--json").exit_code == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not toml [",
        "title = 3\nstep = 5",
        STORY.replace('"xingqing"', '"nowhere"'),
        STORY.replace('unit = "gulou"', 'unit = "nowhere"'),
        STORY.replace('do = "look"', 'do = "lock"'),
        STORY.replace('"+1h"', '"2001-01-01 09:00"'),
        STORY.replace('"+1h"', '"+99999999999999d"'),
        STORY.replace("2024-03-04T09:00:00", "9999-12-31T23:00:00"),
        STORY.replace("2024-03-04T09:00:00", "0001-01-01T00:00:00"),
        "x = " + "[" * 5000,
    ],
)
def test_bad_input_is_told_without_a_traceback(story: Path, text: str) -> None:
    story.write_text(text, encoding="utf-8")
    told = run("play", str(story))
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.startswith("whistle: ")
    assert "Traceback" not in told.stderr


def test_bytes_that_are_no_text_are_bad_input(story: Path) -> None:
    story.write_bytes(b"\xff\xfe")
    assert run("play", str(story)).exit_code == 2


def test_contacts_are_never_told(story: Path) -> None:
    for args in ((), ("--json",)):
        for lang in ("zh", "en"):
            assert "一二三四五" not in run("play", str(story), "--lang", lang, *args).stdout


def test_a_file_goes_before_a_shipped_story(story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(story.parent)
    (story.parent / "cables").write_text(HOLDS, encoding="utf-8")
    assert "A try" in run("play", "cables").stdout


def test_the_list_names_every_shipped_story() -> None:
    told = run("play", "--list", "--lang", "zh").stdout
    assert [line.split()[0] for line in told.splitlines()] == list(shipped_stories())
    assert shipped_story("cables").title.zh in told
    names = json.loads(run("play", "--list", "--json").stdout)["stories"]
    assert [one["name"] for one in names] == list(shipped_stories())


def test_every_matter_of_a_split_is_told_and_summed_up() -> None:
    told = run("play", "splitting", "--lang", "zh").stdout
    assert "小结（事项splitting）" in told
    assert "小结（事项splitting_lamp）" in told
    assert "由事项splitting拆分而来" in told


def test_conditions_that_differ_in_one_fact_are_told_once() -> None:
    played = perform(shipped_story("cables"))
    entries = Teller(played=played, lang="zh").entries()
    hollow = next(entry for entry in entries if "简单答复" in entry.note)
    assert hollow.clauses == ("FR6",) * 5
    assert sum("尚未提交结果" in line for line in hollow.refused) == 1
    assert sum("区委网信办、中国移动兴庆分公司" in line for line in hollow.refused) == 1


def test_an_actor_without_a_title_goes_by_its_unit() -> None:
    played = perform(parse_story(HOLDS))
    who = [entry.who for entry in Teller(played=played, lang="en").entries()]
    assert who == ["Resident Li", "Gulou Community"]


# ------------------------------------------------------------------------------- JSON


def keys(value: Any) -> Iterator[str]:
    """The keys of a shape, but not those inside an event, of facts, or of a text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key
            if key not in ("event", "facts"):
                yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


def test_json_has_the_keys_that_the_page_names() -> None:
    told = run("demo", "--json")
    assert told.exit_code == 0
    shape = json.loads(told.stdout)
    found = set(keys(shape))
    assert {key for key in found if f"`{key}`" not in PAGE} == set()
    first = shape["stories"][0]
    assert first["format"] == "story/1"
    assert first["title"] == {"zh": first["title"]["zh"], "en": first["title"]["en"]}
    assert first["matters"][0]["outcome"] == "settled"
    named = documented("play")
    values = {
        "name", "type", "main", "detail", "bookkeeping", "wait", "check", "null", "event",
    }  # fmt: skip
    assert named - found - values == set()


def test_json_tells_refusals_by_code_clause_and_text() -> None:
    shape = json.loads(run("play", "burst_main", "--json").stdout)
    (refusal,) = [step["refusal"] for step in shape["steps"] if step["refusal"] is not None]
    assert (refusal["code"], refusal["clause"], refusal["recorded"]) == ("send_back", "FR5", True)
    assert refusal["unmet"][0]["shirk"] == "send_back"
    assert "FR5" in refusal["text"]["zh"]
    assert "FR5" in refusal["text"]["en"]


def test_json_does_not_hang_on_the_language() -> None:
    assert run("demo", "--json", "--lang", "zh").stdout == run("demo", "--json").stdout


# ------------------------------------------------------------------------------- language


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "zh_CN", "LANG": "de_DE"}, "zh"),
        ({"LC_ALL": "en_GB", "LANG": "zh_CN"}, "en"),
    ],
)
def test_the_locale_chooses_the_language(environ: dict[str, str], lang: str) -> None:
    assert chosen(None, environ) == lang
    assert chosen("zh", environ) == "zh"


def test_the_option_goes_before_the_variable_and_that_before_the_locale() -> None:
    env: dict[str, str | None] = {"WHISTLE_LANG": "zh", "LC_ALL": "en_GB"}
    assert "情景核对通过" in run("play", "shared", env=env).stdout
    assert "The story holds" in run("play", "shared", "--lang", "en", env=env).stdout


@pytest.mark.parametrize("odd", ["a\nb", "\x1b[2J", "a\u2028b", "\u202e"])
def test_signs_for_a_terminal_are_shown_and_not_obeyed(odd: str) -> None:
    told = run("plugins", "doctor", odd)
    assert told.exit_code == 2
    assert len(told.stderr.splitlines()) == 1
    assert ascii(odd)[1:-1] in told.stderr
    assert odd not in told.stderr
