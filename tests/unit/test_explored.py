"""What was explored is kept and shown; and the commands that explore say what is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from tests.explored import faults, run
from tests.explored.page import PAGE, found_faults, kept, page
from tests.planted.faults import ROOT
from whistle_engine import commands as c
from whistle_engine.model import Unmet
from whistle_engine.moves.record import Case
from whistle_engine.policy_file import shipped_names
from whistle_engine.refusals import unmet
from whistle_engine.review.explore import Scope, scope_of
from whistle_engine.review.laws import HISTORY_LAWS, STEP_LAWS
from whistle_engine.rules import Rules
from whistle_engine.story import read_story
from whistle_engine.transitions import TRANSITIONS, nothing_unmet

in_the_repository = pytest.mark.skipif(
    ROOT.name == "mutants", reason="mutmut copies no documentation"
)


@in_the_repository
def test_the_page_shows_what_was_kept() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(kept(), found_faults())


def test_every_shipped_policy_was_explored_and_every_law_held() -> None:
    cities = kept()
    assert set(cities) >= set(shipped_names())
    for city in cities.values():
        assert set(city["laws"]) == {*STEP_LAWS, *HISTORY_LAWS, "L17"}
        assert [row["broken"] for row in city["rows"]] == [[]] * len(city["rows"])


def test_each_planted_fault_of_the_core_was_looked_for_by_the_laws() -> None:
    _, files = faults.MEANS["stories"]
    assert set(found_faults()) == {fault.what for fault in faults.wanted(None, files)}


def test_sixty_planted_faults_and_more_are_found_by_a_law_alone() -> None:
    """Without any test, and named by the law that is broken; what only raises an error is none."""
    named = [
        what
        for what, means in found_faults().items()
        if any(found is not None and faults.RAISED not in found["laws"] for found in means.values())
    ]
    assert len(named) >= 60


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One scope takes a moment; figures and page go to a folder of their own."""

    def one(rules: Rules) -> tuple[Scope, ...]:
        return (scope_of(rules, "major_case"),)

    monkeypatch.setattr(run, "KEPT", tmp_path / "figures.json")
    monkeypatch.setattr(run, "PAGE", tmp_path / "page.md")
    monkeypatch.setattr(run, "PRESETS", {**run.PRESETS, "quick": one})
    monkeypatch.setattr(faults, "quick", one)
    return tmp_path


def explored(folder: Path) -> int:
    given = ["--policy", "xingqing", "--scopes", "quick", "--jobs", "1", "--write"]
    return run.main([*given, "--stories", str(folder / "stories")])


def test_exploring_keeps_figures_and_writes_the_page(here: Path) -> None:
    assert explored(here) == 0
    (row,) = json.loads((here / "figures.json").read_text(encoding="utf-8"))["xingqing"]["rows"]
    assert (row["scope"], row["complete"], row["broken"]) == ("major_case", True, [])
    line = f"| major_case | {row['states']:,} | {row['moves']:,} | {row['depth']} | "
    assert line in (here / "page.md").read_text(encoding="utf-8")
    assert not (here / "stories").exists()


def test_a_broken_law_is_no_and_comes_with_a_story(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = evolve(TRANSITIONS[c.SendBack], unmet=nothing_unmet, act=lambda _case, _record: None)
    monkeypatch.setitem(TRANSITIONS, c.SendBack, row)
    assert explored(here) == 1
    assert "FR5 is broken: sending back was not refused" in capsys.readouterr().out
    path = here / "stories" / "xingqing-breaks-FR5.toml"
    assert read_story(path).steps[-1].do == "send_back"
    assert faults.first_explored() == {"laws": ["FR5"], "scope": "major_case", "moves": 3}
    told = faults.first_in_stories()
    assert told is not None
    assert told["laws"] == ["FR5"]


@pytest.mark.usefixtures("here")
def test_a_fault_that_breaks_no_law_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_case: Case[c.Urge]) -> Iterator[Unmet]:
        yield unmet("send_back", unit="")

    row = evolve(TRANSITIONS[c.Urge], unmet=never)
    monkeypatch.setitem(TRANSITIONS, c.Urge, row)
    assert faults.first_explored() is None


def test_the_faults_of_the_core_are_those_that_an_exploration_runs() -> None:
    files = {fault.file for fault in faults.wanted(None)}
    assert "src/whistle_engine/responder.py" in files
    assert not any("storage" in file or "codec" in file for file in files)
    assert {fault.clause for fault in faults.wanted("FR6")} == {"FR6"}
