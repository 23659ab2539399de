"""Every story that is shipped plays, and together they tell the whole mechanism."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from whistle_engine.commands import ACTS, NAMES
from whistle_engine.events import EVENTS, Refused, ShirkRefused
from whistle_engine.model import Outcome, Shirk, Stage
from whistle_engine.story import (
    Played,
    parse_story,
    play,
    shipped_stories,
    shipped_story,
    write_story,
)

NEVER_ACCEPTED = {
    "send_back": "it exists in order to be refused",
    "send_straight": "this city's policy has no such way",
    "fix_due_times": "it takes the adoption of a later calendar, which no story can tell",
}
"""The commands that no story sees accepted, and why."""

CLAUSE_STORIES = {
    "fr01_one_lead": "FR1",
    "fr02_report_in": "FR2",
    "fr03_own_duty": "FR8",  # FR3 has no refusal of its own: objecting is how it is tried
    "fr04_stays_lead": "FR4",
    "fr05_no_flow_back": "FR5",
    "fr06_no_hollow_answer": "FR6",
    "fr07_clock_never_restarts": "FR7",
    "fr08_objection": "FR8",
    "fr09_street_list": "FR9",
    "fr10_own_clocks": "FR10",
}
"""For each clause of the first-responder rule, the story in which somebody tries to break it."""


@cache
def played(name: str) -> Played:
    return play(shipped_story(name))


def all_played() -> Iterator[Played]:
    return map(played, shipped_stories())


@pytest.mark.parametrize("name", shipped_stories())
def test_plays(name: str) -> None:
    assert played(name).steps


@pytest.mark.parametrize("name", shipped_stories())
def test_every_matter_is_closed_in_the_end(name: str) -> None:
    for matter in played(name).states.values():
        assert matter.stage is Stage.CLOSED, matter.id


@pytest.mark.parametrize("name", shipped_stories())
def test_written_and_read_again_it_is_the_same_story(name: str) -> None:
    story = shipped_story(name)
    text = write_story(story)
    again = parse_story(text, name=name, source=f"{name}.toml")
    assert write_story(again) == text
    assert [step.fields for step in again.steps] == [step.fields for step in story.steps]
    assert [step.expect for step in again.steps] == [step.expect for step in story.steps]


@pytest.mark.parametrize("name", shipped_stories())
def test_every_actor_takes_part(name: str) -> None:
    story = shipped_story(name)
    acting = {step.by for step in story.steps}
    mentioned = " ".join(str(dict(step.fields)) for step in story.steps)
    idle = {n for n in story.actors if n not in acting and f"'{n}'" not in mentioned}
    assert idle <= {"system"}


@pytest.mark.parametrize("name", shipped_stories())
def test_a_shirk_is_recorded_and_nothing_else_of_a_refusal(name: str) -> None:
    for step in played(name).steps:
        if isinstance(step.answer, Refused):
            shirks = {unmet.shirk for unmet in step.answer.unmet} - {None}
            recorded = step.answer.recorded
            assert all(isinstance(event, ShirkRefused) for event in recorded)
            assert {e.how for e in recorded if isinstance(e, ShirkRefused)} == shirks


@pytest.mark.parametrize(("name", "clause"), CLAUSE_STORIES.items())
def test_clause_is_upheld_and_the_matter_ends_well(name: str, clause: str) -> None:
    story = played(name)
    refusals = [step.answer for step in story.steps if isinstance(step.answer, Refused)]
    assert clause in {unmet.clause for refused in refusals for unmet in refused.unmet}
    assert {matter.outcome for matter in story.states.values()} == {Outcome.SETTLED}


def test_there_is_a_story_for_each_clause() -> None:
    numbered = {name for name in shipped_stories() if name.startswith("fr")}
    assert numbered == set(CLAUSE_STORIES)
    assert {name[2:4] for name in numbered} == {f"{n:02}" for n in range(1, 11)}


def test_every_command_is_told() -> None:
    tried = {step.step.do for story in all_played() for step in story.steps}
    if any(step.fired for story in all_played() for step in story.steps):
        tried.add("fire_timer")
    assert {NAMES[act] for act in ACTS} - tried == {"fix_due_times"}


def test_every_command_is_accepted_somewhere() -> None:
    accepted = {"fire_timer"}
    for story in all_played():
        accepted |= {s.step.do for s in story.steps if not isinstance(s.answer, Refused)}
    assert {NAMES[act] for act in ACTS} - accepted == set(NEVER_ACCEPTED)


def test_every_event_happens() -> None:
    seen = set()
    for story in all_played():
        for step in story.steps:
            answer = step.answer
            seen |= set(map(type, answer.recorded if isinstance(answer, Refused) else answer))
            for one in (*step.fired, *step.elsewhere):
                seen |= set(map(type, one.events))
    assert set(EVENTS) - seen == set()


def test_every_way_to_shirk_is_tried() -> None:
    tried = {
        event.how
        for story in all_played()
        for step in story.steps
        if isinstance(step.answer, Refused)
        for event in step.answer.recorded
        if isinstance(event, ShirkRefused)
    }
    assert tried == set(Shirk)


def test_every_outcome_is_reached() -> None:
    reached = {s.state.outcome for story in all_played() for s in story.steps if s.state}
    assert reached - {None} == set(Outcome)
