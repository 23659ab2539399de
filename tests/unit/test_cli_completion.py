"""Completion in the shell: the scripts come out, and complete commands and values."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from click.shell_completion import CompletionItem, ShellComplete

from tests.unit.cli_stores import PAGE, at_work
from tests.unit.test_cli_processes import process
from whistle_engine.cli.app import COMMANDS, whistle
from whistle_engine.cli.reading.options import Member
from whistle_engine.model import Stage
from whistle_engine.policy_file import shipped_rules


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_come_out(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("its version is asked for")
    told = process(_WHISTLE_COMPLETE=f"{shell}_source")
    assert told.returncode == 0
    assert b"_whistle_completion" in told.stdout
    assert f"_WHISTLE_COMPLETE={shell}_complete" in told.stdout.decode()
    assert f"_WHISTLE_COMPLETE={shell}_source whistle" in PAGE


def items(*args: str, incomplete: str = "") -> list[CompletionItem]:
    found = ShellComplete(whistle, {}, "whistle", "_WHISTLE_COMPLETE")
    return found.get_completions([*args], incomplete)


def completed(*args: str, incomplete: str = "") -> list[str]:
    return [item.value for item in items(*args, incomplete=incomplete)]


def test_commands_options_and_values_are_completed() -> None:
    assert completed() == [*COMMANDS]
    assert completed(incomplete="le") == ["ledger"]
    assert completed("plugins") == ["doctor"]
    assert completed("policy", incomplete="c") == ["calendar", "check", "coverage"]
    assert "--notifier" in completed("run", incomplete="--")
    assert completed("ledger", "--stage", incomplete="d") == [
        "deliberating",
        "dispatched",
        "deferred",
    ]
    assert completed("demo", "--lang") == ["zh", "en"]


@pytest.mark.parametrize(
    ("args", "incomplete", "wanted"),
    [
        (("play",), "bur", "burst_main"),
        (("policy", "check"), "xing", "xingqing"),
        (("policy", "explore"), "bei", "beijing"),
        (("policy", "diff"), "xing", "xingqing"),
        (("policy", "diff", "xingqing"), "bei", "beijing"),
        (("policy", "coverage"), "xing", "xingqing"),
        (("policy", "coverage", "xingqing"), "bur", "burst_main"),
        (("policy", "calendar", "2026", "--calendar"), "c", "cn"),
        (("classify", "--policy"), "xing", "xingqing"),
        (("ledger", "--policy"), "xing", "xingqing"),
        (("run", "--policy"), "xing", "xingqing"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else value,
)
def test_names_are_completed_beside_files(
    args: tuple[str, ...], incomplete: str, wanted: str
) -> None:
    found = items(*args, incomplete=incomplete)
    assert (found[0].type, found[0].value) == ("file", incomplete)  # bash forgets what is before
    assert wanted in [item.value for item in found[1:]]
    assert [item.type for item in items(*args, incomplete="my")] == ["file"]


@pytest.mark.parametrize(
    ("args", "incomplete", "wanted"),
    [
        (("ledger", "--kind"), "q", ["quick"]),
        (("ledger", "--category"), "street_l", ["street_lamp"]),
        (("ledger", "--lead"), "chengg", ["chengguan"]),
        (("ledger", "--street"), "xinhuaj", ["xinhuajie"]),
        (("run", "--notifier"), "l", ["log"]),
        (("run", "--notifier"), "mem", []),
        (("inbox",), "chengg", ["chengguan"]),
        (("policy", "explore", "xingqing", "--category"), "major_c", ["major_case"]),
        (("policy", "explore", "xingqing", "--side"), "tell", ["telling"]),
        (("policy", "propose", "nosuch.toml", "--category"), "", []),
        (("classify", "--policy", "xingqing"), "public_p", [
            "public_power=yes", "public_power=no", "public_power=unknown"
        ]),
        (("classify", "--policy", "xingqing"), "category=street_l", ["category=street_lamp"]),
        (("classify", "--policy", "xingqing", "category", "="), "street_l", ["street_lamp"]),
        (("classify", "--policy", "xingqing", "category"), "=", None),
        (("classify", "--policy", "xingqing", "public_power=yes"), "category=major_c", [
            "category=major_case"
        ]),
        (("classify", "--policy", "nosuch"), "cat", []),
    ],
    ids=str,
)  # fmt: skip
def test_the_codes_of_the_rules_are_completed(
    args: tuple[str, ...], incomplete: str, wanted: list[str] | None
) -> None:
    if wanted is None:
        wanted = [row.code for row in shipped_rules("xingqing").policy.categories]
        wanted = [*dict.fromkeys(wanted), "unknown"]
    assert completed(*args, incomplete=incomplete) == wanted


def test_facts_are_completed_before_their_values() -> None:
    found = completed("classify", "--policy", "xingqing")
    assert "category=" in found
    assert all(each.endswith("=") for each in found)


def test_the_codes_are_those_of_the_policy_or_the_store_that_is_named(tmp_path: Path) -> None:
    ours = completed("ledger", "--category")
    other = completed("ledger", "--policy", "beijing", "--category")
    assert other == [*dict.fromkeys(r.code for r in shipped_rules("beijing").policy.categories)]
    assert other != ours
    assert completed("policy", "explore", "beijing", "--category") == other
    url = at_work(tmp_path, "m", rules=shipped_rules("xingqing"))
    assert completed("ledger", "--store", url, "--category") == ours
    assert completed("ledger", "--store", "sqlite:///nosuch.db", "--category") == []


def test_a_shell_is_told_both() -> None:
    words = {"COMP_WORDS": "whistle play bur", "COMP_CWORD": "2"}
    told = process(_WHISTLE_COMPLETE="bash_complete", **words)
    assert told.stdout.decode().splitlines() == ["file,bur", "plain,burst_main"]


def test_a_member_is_read_once() -> None:
    assert Member("Stage").convert(Stage.BLOWN, None, None) is Stage.BLOWN


def test_the_page_names_every_command() -> None:
    named = set(re.findall(r"`whistle ([a-z]+)", PAGE.partition("## Looking")[0]))
    assert named == {*COMMANDS}
