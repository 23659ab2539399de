"""Completion in the shell: the scripts come out, and complete commands and values."""

from __future__ import annotations

import re
import shutil

import pytest
from click.shell_completion import ShellComplete

from tests.unit.cli_stores import PAGE
from tests.unit.test_cli_processes import process
from whistle_engine.cli.app import COMMANDS, whistle
from whistle_engine.cli.reading.options import Member
from whistle_engine.model import Stage


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_scripts_come_out(shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("its version is asked for")
    told = process(_WHISTLE_COMPLETE=f"{shell}_source")
    assert told.returncode == 0
    assert b"_whistle_completion" in told.stdout
    assert f"_WHISTLE_COMPLETE={shell}_complete" in told.stdout.decode()
    assert f"_WHISTLE_COMPLETE={shell}_source whistle" in PAGE


def completed(*args: str, incomplete: str = "") -> list[str]:
    found = ShellComplete(whistle, {}, "whistle", "_WHISTLE_COMPLETE")
    return [item.value for item in found.get_completions([*args], incomplete)]


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


def test_a_member_is_read_once() -> None:
    assert Member("Stage").convert(Stage.BLOWN, None, None) is Stage.BLOWN


def test_the_page_names_every_command() -> None:
    named = set(re.findall(r"`whistle ([a-z]+)", PAGE.partition("## Looking")[0]))
    assert named == {*COMMANDS}
