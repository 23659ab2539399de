"""``whistle policy explore``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from attrs import evolve
from click.testing import CliRunner, Result

from whistle_engine import commands as c
from whistle_engine.cli.policy_explore import explore
from whistle_engine.moves.record import Case, Record
from whistle_engine.story import play, read_story
from whistle_engine.transitions import TRANSITIONS, nothing_unmet

SMALL = ("xingqing", "--category", "major_case", "--jobs", "1")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(explore, arguments)


def test_it_tells_scopes_figures_and_that_every_law_holds() -> None:
    result = run(*SMALL, "--side", "telling", "--lang", "en")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0].startswith("major_case + telling: ")
    assert "FR1, FR2, " in lines[1]
    assert lines[1].endswith("L17, L18, L19.")
    assert lines[2].startswith("If nobody acts, it takes at most ")
    assert lines[-1] == "Every law holds in all of them."


def test_in_chinese() -> None:
    result = run(*SMALL, "--lang", "zh")
    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "全部条款成立。"


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("xingqing", "--category", "nope"), "no category 'nope'"),
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
