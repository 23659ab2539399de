"""A policy that was written for an earlier release loads, and its story comes out the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden import write
from whistle_engine.policy_file import load_rules
from whistle_engine.story import play, read_story

FOLDERS = sorted(path for path in write.HERE.glob("policy-*") if path.is_dir())


def test_there_is_one_for_each_format() -> None:
    assert [path.name for path in FOLDERS] == ["policy-1"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_it_loads_and_its_story_holds(folder: Path) -> None:
    rules = load_rules(folder / "mouqu.toml", folder / "mouqu.directory.toml")
    assert (
        len(rules.policy.categories)
        == len((folder / "mouqu.categories.csv").read_text("utf-8-sig").strip().splitlines()) - 1
    )
    played = play(read_story(folder / "mouqu.story.toml"))
    assert played.steps
    assert played.rules.policy == rules.policy
