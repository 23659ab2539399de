"""The strategies: what they draw, what their stories come by, and that they can be told again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest
from attrs import evolve as with_changes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import tiny_calendar, tiny_directory, tiny_policy
from tests.walks import OTHER_RULES, RULES
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.classify import fact_problems
from whistle_engine.compiling import compile_rules
from whistle_engine.events import Refused
from whistle_engine.model import Matter, Outcome, Party, Stage, StepAction, UnitKind, What
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.story import parse_story, play, write_story
from whistle_engine.testing.laws import LAWS, as_story, in_words, shortest, tale_law
from whistle_engine.testing.strategies import (
    Change,
    Tale,
    actors,
    commands,
    facts,
    matters,
    policies,
    policy_changes,
    stories,
    tell,
    units,
)
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._drawing import MOVE_BYTES, SETTING_BYTES, tale_of
from whistle_engine.testing.strategies.tales import reached
from whistle_engine.transitions import TRANSITIONS

CITIES = {
    "tiny": RULES,
    "other": OTHER_RULES,
    "xingqing": shipped_rules("xingqing"),
    "beijing": shipped_rules("beijing"),
}

# ---------------------------------------------------------------- told again


@given(st.sampled_from(sorted(CITIES)).flatmap(lambda name: stories(rules=CITIES[name], moves=20)))
def test_a_tale_is_told_by_its_deeds_alone(tale: Tale) -> None:
    again = tell(tale.deeds, tale.rules, until=tale.until)
    assert again.states == tale.states
    assert [step.result for step in again.steps] == [step.result for step in tale.steps]


@settings(max_examples=40)
@given(stories(rules=RULES, moves=20))
def test_a_tale_comes_out_as_the_story_of_its_deeds_does(tale: Tale) -> None:
    """Written as a file, read, and played on an engine: the same, but for the commands' ids."""
    text = write_story(as_story(tale))
    played = play(parse_story(text, name="again"), tale.rules)
    assert played.states.keys() == tale.states.keys()
    for matter, state in tale.states.items():
        assert _but_for_words(played.states[matter]) == _but_for_words(state), text


def _but_for_words(state: Matter) -> Matter:
    """Without the references to words, in which the commands' ids stand."""
    return with_changes(state, appeal=with_changes(state.appeal, text=None))


def test_a_tale_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="a tale has one deed at the least"):
        tell((), RULES)


@given(stories(rules=RULES, moves=10))
def test_each_step_is_in_words(tale: Tale) -> None:
    assert in_words(tale).count("\n") + 1 >= len(tale.steps)
    assert len(repr(tale).splitlines()) == len(tale.deeds) + 2


# ---------------------------------------------------------------- what they come by


def told(
    city: str, count: int, *, rules: Rules | None = None, later: Rules | None = None
) -> list[Tale]:
    """So many stories as the suite draws them, the same each time."""
    dice = Random(1)  # noqa: S311  nothing secret
    cast = Cast(rules or CITIES[city])
    adopted = (timedelta(days=9), later) if later is not None else None
    return [
        tale_of(
            dice.getrandbits(8 * SETTING_BYTES),
            [dice.getrandbits(8 * MOVE_BYTES) for _ in range(dice.randint(20, 40))],
            cast,
            later=adopted,
        )
        for _ in range(count)
    ]


ROWS = {(c.NAMES[act], stage) for act, row in TRANSITIONS.items() for stage in row.stages}
BEFORE = (
    Stage.RECEIVED, Stage.MEDIATING, Stage.DELIBERATING, Stage.AWAITING_WHISTLE, Stage.BLOWN,
)  # fmt: skip
NEVER = {
    *(("change_receiver", stage) for stage in BEFORE),  # nobody responds before dispatch
    *(("send_back", stage) for stage in BEFORE),
    *(("raise_whistle", stage) for stage in BEFORE[:4]),  # nothing is blown yet
    ("feed_back", Stage.DISPATCHED),  # with the lead's arrival it is handled
    ("fix_due_times", Stage.CLOSED),  # a plan's date is somebody's, and never provisional
}
"""Rows of the table that no history can come by."""


@pytest.mark.parametrize(("city", "share"), [("tiny", 0.85), ("xingqing", 0.85), ("beijing", 0.8)])
def test_stories_come_by_most_of_the_table(city: str, share: float) -> None:
    """Of the rows that can be reached at all, by as many stories as the suite draws."""
    found: set[tuple[str, Stage]] = set()
    for tale in told(city, 200):
        found |= reached(tale)
    assert not found & NEVER
    assert len(found & ROWS) >= share * len(ROWS - NEVER), sorted(
        (name, stage.value) for name, stage in ROWS - NEVER - found
    )


SEEN = {
    "merged": lambda tale: _wrote(tale, e.MergedInto),
    "split": lambda tale: _wrote(tale, e.SplitOff),
    "an urgent whistle": lambda tale: any(
        isinstance(ev, e.Blown) and ev.kind == "emergency" for ev in _events(tale)
    ),
    "raised to urgent": lambda tale: _wrote(tale, e.WhistleRaised),
    "objected": lambda tale: _wrote(tale, e.Objected),
    "an objection lapsed": lambda tale: any(
        isinstance(ev, e.ObjectionAnswered) and ev.lapsed for ev in _events(tale)
    ),
    "deferred": lambda tale: _wrote(tale, e.Deferred),
    "a deferral lapsed": lambda tale: _fired(tale, StepAction.RESUME),
    "extended": lambda tale: any(
        isinstance(ev, e.ExtensionAnswered) and ev.granted for ev in _events(tale)
    ),
    "reopened": lambda tale: _wrote(tale, e.Reopened),
    "concluded": lambda tale: any(s.outcome is Outcome.CONCLUDED for s in tale.states.values()),
    "a plan followed up": lambda tale: any(
        k.what is What.FOLLOW_UP and k.ended for s in tale.states.values() for k in s.clocks
    ),
    "a plan not kept": lambda tale: _fired(tale, StepAction.REOPEN),
    "accepted": lambda tale: _wrote(tale, e.Accepted),
    "designated": lambda tale: _wrote(tale, e.Designated),
    "late": lambda tale: _fired(tale, StepAction.ESCALATE),
    "passed on": lambda tale: _fired(tale, StepAction.PASS_ON),
    "shirked": lambda tale: _wrote(tale, e.ShirkRefused),
    "stood down": lambda tale: _wrote(tale, e.StoodDown),
    "moved up": lambda tale: _wrote(tale, e.MovedUp),
}


def _events(tale: Tale) -> list[e.Event]:
    return [event for step in tale.steps for event in step.written]


def _wrote(tale: Tale, kind: type[e.Event]) -> bool:
    return any(isinstance(event, kind) for event in _events(tale))


def _fired(tale: Tale, action: StepAction) -> bool:
    return any(isinstance(ev, e.TimerFired) and ev.action is action for ev in _events(tale))


def test_stories_come_by_all_that_happens_to_matters() -> None:
    tales = told("tiny", 200)
    assert [name for name, seen in SEEN.items() if not any(map(seen, tales))] == []


def test_due_times_are_fixed_where_the_calendar_is_known_later() -> None:
    """Rules that a city adopts in the course of a story; running clocks keep theirs (FR7)."""
    known = tiny_calendar()
    until = tiny_policy().in_force_from + timedelta(days=59)
    early = tiny_calendar(
        known_until=until,
        holidays=frozenset(day for day in known.holidays if day <= until),
        make_up=frozenset(day for day in known.make_up if day <= until),
    )
    first = compile_rules(tiny_policy(calendar=early), tiny_directory())
    tales = told("tiny", 200, rules=first, later=RULES)
    fixed = [tale for tale in tales if _fixed(tale)]
    assert fixed
    assert any(len({step.rules is RULES for step in tale.steps}) == 2 for tale in fixed)
    for tale in fixed:
        assert [law.id for law in LAWS if law.broken(tale)] == []


def _fixed(tale: Tale) -> bool:
    return any(
        isinstance(step.command.do, c.FixDueTimes) and not isinstance(step.result, Refused)
        for step in tale.steps
    )


# ---------------------------------------------------------------- the other strategies


@given(st.data(), st.sampled_from(sorted(CITIES)))
def test_what_is_drawn_is_the_citys(data: st.DataObject, city: str) -> None:
    rules = CITIES[city]
    codes = {unit.code for unit in rules.directory.units}
    assert data.draw(units(rules=rules)).code in codes
    assert data.draw(units(rules=rules, kinds=(UnitKind.STREET,))).kind is UnitKind.STREET
    assert data.draw(actors(rules=rules)).unit in codes | {None}
    assert fact_problems(rules.policy, data.draw(facts(rules=rules))) == ()


@settings(max_examples=50)
@given(st.data(), matters(rules=RULES, stages=(Stage.HANDLING,)))
def test_commands_are_for_the_matter_as_it_stands(data: st.DataObject, matter: Matter) -> None:
    assert matter.stage is Stage.HANDLING
    command = data.draw(commands(rules=RULES, matter=matter))
    assert command.matter == matter.id
    lead = data.draw(actors(rules=RULES, matter=matter, parties=(Party.LEAD,)))
    assert lead.unit in {r.unit for r in matter.responders}


def test_what_is_not_there_is_said() -> None:
    directory = tiny_directory()
    bare = with_changes(
        RULES, directory=with_changes(directory, units=directory.units[:1], receivers=())
    )
    with pytest.raises(ValueError, match="the directory has no unit of kind grid"):
        units(rules=bare, kinds=(UnitKind.GRID,))
    with pytest.raises(ValueError, match="parties are parties in a matter"):
        actors(rules=RULES, parties=(Party.LEAD,))


# ---------------------------------------------------------------- whatever a city decides


@given(policy_changes(rules=RULES))
def test_a_small_change_changes_something_and_can_be_adopted(change: Change) -> None:
    assert len(change.keys) == 1
    assert change.rules.policy != RULES.policy
    assert repr(change) == f"Change({change.keys[0]})"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(policies(rules=RULES).flatmap(lambda city: stories(rules=city.rules, moves=20)))
def test_the_laws_hold_whatever_a_city_decides(tale: Tale) -> None:
    assert [(law.id, law.broken(tale)) for law in LAWS if law.broken(tale)] == []


# ---------------------------------------------------------------- the shortest


@tale_law("X2", "Nothing is deferred twice.")
def once(tale: Tale) -> Iterator[str]:
    for matter, state in tale.states.items():
        if state.deferral is not None and state.deferral.count > 1:
            yield f"{matter} was deferred {state.deferral.count} times"


def test_the_shortest_story_has_no_deed_too_many() -> None:
    drawn = next(tale for tale in told("tiny", 400) if once.broken(tale))
    tale, breach = shortest(drawn, once)
    assert breach.law == "X2"
    assert [c.NAMES[type(deed.command.do)] for deed in tale.deeds].count("defer") == 2
    for place in range(len(tale.deeds)):
        fewer = (*tale.deeds[:place], *tale.deeds[place + 1 :])
        assert not fewer or not once.broken(tell(fewer, RULES, until=tale.until))
    assert len(tale.deeds) <= 9


def test_a_tale_that_keeps_the_law_cannot_be_made_shorter() -> None:
    drawn = next(tale for tale in told("tiny", 20) if not once.broken(tale))
    with pytest.raises(ValueError, match="the tale keeps X2"):
        shortest(drawn, once)
