"""Every story plays, those of three cities; together they tell the whole mechanism."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.policies import CITIES, rules_of
from whistle_engine.codec import load_answer, load_command, load_events
from whistle_engine.commands import ACTS, NAMES, Merge, Split
from whistle_engine.events import EVENTS, Refused, ShirkRefused
from whistle_engine.model import Outcome, Shirk, Stage
from whistle_engine.review.laws import Taken, breaches
from whistle_engine.rules import Rules
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import History
from whistle_engine.story import (
    Played,
    Story,
    parse_story,
    play,
    read_story,
    shipped_stories,
    shipped_story,
    write_story,
)
from whistle_engine.workflow import evolve_all

THIRD = sorted((Path(__file__).parent / "chongchuan").glob("*.toml"))
"""The stories of the policy that is for tests only."""
STORIES = {
    **{name: shipped_story(name) for name in shipped_stories()},
    **{f"chongchuan_{path.stem}": read_story(path) for path in THIRD},
}
"""All stories of all cities, by name."""

NEVER_ACCEPTED = {
    "send_back": "it exists in order to be refused",
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
def stored(name: str) -> tuple[Played, MemoryStore]:
    story = STORIES[name]
    store = MemoryStore()
    return play(story, rules_of(city_of(story)), store=store), store


def city_of(story: Story) -> str:
    """The city that a story plays in, by the name of its policy or of its policy's file."""
    return Path(story.policy).stem


def played(name: str) -> Played:
    return stored(name)[0]


def all_played() -> Iterator[Played]:
    return map(played, STORIES)


def of(city: str) -> tuple[Story, ...]:
    return tuple(story for story in STORIES.values() if city_of(story) == city)


def test_a_shipped_story_plays_by_itself() -> None:
    assert play(shipped_story("beijing_straight")).rules is rules_of("beijing")


def test_a_story_may_name_the_file_of_its_policy() -> None:
    assert play(STORIES["chongchuan_alarm"]).rules.policy == rules_of("chongchuan").policy


@pytest.mark.parametrize("name", STORIES)
def test_plays(name: str) -> None:
    assert played(name).steps


@pytest.mark.parametrize("name", STORIES)
def test_every_matter_is_closed_in_the_end(name: str) -> None:
    for matter in played(name).states.values():
        assert matter.stage is Stage.CLOSED, matter.id


@pytest.mark.parametrize("name", STORIES)
def test_written_and_read_again_it_is_the_same_story(name: str) -> None:
    story = STORIES[name]
    text = write_story(story)
    again = parse_story(text, name=name, source=f"{name}.toml")
    assert write_story(again) == text
    assert [step.fields for step in again.steps] == [step.fields for step in story.steps]
    assert [step.expect for step in again.steps] == [step.expect for step in story.steps]


@pytest.mark.parametrize("name", STORIES)
def test_every_law_holds_in_every_step(name: str) -> None:
    came, store = stored(name)
    for history in store.scan(None, limit=100):
        assert list(breaches(taken(history, came.rules))) == []


def taken(history: History, rules: Rules) -> list[Taken]:
    """The steps of a matter, up to the first that was decided on several matters at once."""
    steps, state = [], None
    for record in history.records:
        command, events = load_command(record.command), load_events(record.events)
        if isinstance(command.do, Merge | Split):
            break
        answer = load_answer(record.answer) or events
        after = evolve_all(state, events, matter=history.matter)
        steps.append(Taken(state, command, record.recorded_at, answer, after, rules))
        state = after
    return steps


@pytest.mark.parametrize("name", STORIES)
def test_every_actor_takes_part(name: str) -> None:
    story = STORIES[name]
    acting = {step.by for step in story.steps}
    mentioned = " ".join(str(dict(step.fields)) for step in story.steps)
    idle = {n for n in story.actors if n not in acting and f"'{n}'" not in mentioned}
    assert idle <= {"system"}


@pytest.mark.parametrize("name", STORIES)
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
    numbered = {name for name in STORIES if name.startswith("fr")}
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


# ---------------------------------------------------------------- each city tells its own


@pytest.mark.parametrize(("city", "least"), [("xingqing", 30), ("beijing", 10), ("chongchuan", 8)])
def test_every_city_has_stories_of_its_own(city: str, least: int) -> None:
    assert len(of(city)) >= least
    assert city in CITIES


@pytest.mark.parametrize("city", CITIES)
def test_every_kind_of_whistle_comes_in_some_story_of_its_city(city: str) -> None:
    kinds = {kind.code for kind in rules_of(city).policy.kinds}
    told = {
        step.state.whistle.kind if step.state.whistle else step.state.classification.kind
        for story in map(played, STORIES)
        if city_of(story.story) == city
        for step in story.steps
        if step.state is not None and step.state.classification is not None
    }
    assert kinds <= told


@pytest.mark.parametrize("city", CITIES)
def test_every_city_refuses_to_pass_the_buck(city: str) -> None:
    refused = {
        unmet.clause
        for story in map(played, STORIES)
        if city_of(story.story) == city
        for step in story.steps
        if isinstance(step.answer, Refused)
        for unmet in step.answer.unmet
    }
    assert {"FR5", "FR6", "FR7", "FR8", "L16"} <= refused
