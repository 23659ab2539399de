"""What each command is answered with, in each of some states: as it was written down."""

from __future__ import annotations

import pytest

from tests.golden import answers
from whistle_engine.commands import NAMES
from whistle_engine.refusals import CLAUSES

SAID = answers.FILE.read_text("utf-8")
PARAGRAPHS = list(answers.paragraphs(SAID))
ELSEWHERE = {"merge_other_street"}
"""Reasons that no golden tale can give: in them all is in one street."""


@pytest.mark.parametrize("number", range(len(PARAGRAPHS)))
def test_each_command_is_answered_as_before(number: int) -> None:
    tale, deed, said = PARAGRAPHS[number]
    asked = answers.state(tale, deed)
    assert asked.matter is not None
    assert list(answers.paragraph(asked, asked.matter)) == said


def test_the_states_give_every_reason_that_there_is() -> None:
    assert len(PARAGRAPHS) == answers.STATES
    reasons = SAID.partition(answers.REASONS)[2]
    assert {code for code in CLAUSES if f" {code}(" not in reasons} == ELSEWHERE


def test_each_command_is_taken_somewhere() -> None:
    lines = [line for _, _, said in PARAGRAPHS for line in said[1:]]
    taken = {line.split(":")[0].strip() for line in lines if "/1" in line}
    # A matter that is there, what is always refused, and due times that are all fixed.
    nothing_comes = {"receive", "send_back", "fix_due_times"}
    assert set(NAMES.values()) - taken == nothing_comes
