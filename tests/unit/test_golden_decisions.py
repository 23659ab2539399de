"""What was decided is decided again: a release that decides otherwise says so."""

from __future__ import annotations

import pytest

from tests.golden import decisions
from whistle_engine.commands import NAMES
from whistle_engine.events import EVENTS

WITHIN = ["shirk_refused/1"]
"""Part of a refusal, whose digest has it."""
TALES = list(decisions.tales(decisions.FILE.read_text("utf-8")))


@pytest.mark.parametrize("number", range(len(TALES)))
def test_what_was_decided_is_decided_again(number: int) -> None:
    city, deeds, told = TALES[number]
    for place, (now, before) in enumerate(zip(decisions.lines(city, deeds), told, strict=True)):
        assert now == before, f"tale {number}, line {place}"


def test_the_tales_come_by_what_there_is() -> None:
    said = decisions.FILE.read_text("utf-8")
    assert [name for name in NAMES.values() if f" {name} -> " not in said] == []
    assert [name for name in EVENTS.values() if f" {name} " not in said] == WITHIN
    assert said.count("refused: ") > 200
