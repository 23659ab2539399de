"""Expectations: what a step brought, held against what it was to bring, in words.

An event is told as its name and the simple words in it: ``closed settled``, ``shirk_refused
chengguan flow_back``. An expectation matches if the name is the same and each of its other
words is among the event's. What is yes or no reads ``granted`` or ``not_granted``. ``...`` in
a list stands for anything or nothing.

The bookkeeping of clocks (``clock_started``, ``clock_ended``, ``clock_moved``) is looked at
only where it is named: each one named has to be among those that came, in any order. So
``["fed_back"]`` does not mind which clocks ended, and ``["fed_back", "clock_ended solve kept"]``
wants that one to have ended so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from enum import Enum
from typing import Any

import attrs

from whistle_engine.events import EVENTS, ClockEnded, ClockMoved, ClockStarted, Event, Refused
from whistle_engine.model import (
    Classification,
    Clock,
    Due,
    Duty,
    Evidence,
    Label,
    Matter,
    TextRef,
    Unmet,
)
from whistle_engine.problems import StoryProblem
from whistle_engine.standing import lead
from whistle_engine.story._sentences import listed, mistake, quoted, same
from whistle_engine.story.times import absolute, told
from whistle_engine.story.values import ANY, Expect

BOOKKEEPING = {EVENTS[kind].partition("/")[0] for kind in (ClockStarted, ClockEnded, ClockMoved)}
"""The events that are looked at only where they are named."""


def words(event: Event, clocks: Mapping[int, Clock]) -> tuple[str, ...]:
    """An event's name, then every simple word in it, and in the clock that it is about."""
    found = dict.fromkeys([EVENTS[type(event)].partition("/")[0]])
    for attribute in attrs.fields(type(event)):
        value = getattr(event, attribute.name)
        if attribute.name == "clock" and isinstance(value, int):
            value = clocks.get(value)
        if isinstance(value, bool):
            found[attribute.name if value else f"not_{attribute.name}"] = None
        else:
            found.update(dict.fromkeys(_words(value)))
    return tuple(found)


def _words(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Enum():
            yield str(value.value)
        case Clock():
            yield from (value.what.value, *filter(None, (value.unit, value.raiser)))
        case tuple():
            for item in value:
                yield from _words(item)
        case Due(moves=(*_, last)):
            yield str(last.reason.value)
        case Classification():
            yield from filter(None, (value.affair.value, value.kind, value.category, value.rule))
            yield from value.floors
        case TextRef() | Due() | Evidence():
            return
        case _:
            if attrs.has(type(value)):
                for attribute in attrs.fields(type(value)):
                    yield from _words(getattr(value, attribute.name))


def duty_words(duty: Duty) -> str:
    """A duty as expectations write it: what, and whose."""
    whose = duty.raiser or duty.unit
    return f"{duty.what.value} {whose}" if whose else duty.what.value


def refusal_words(refused: Refused) -> str:
    """A refusal in words: each condition that is not met, its clause and its facts."""
    return "; ".join(_condition(condition) for condition in refused.unmet)


def _condition(unmet: Unmet) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in unmet.facts)
    return f"{unmet.code} ({unmet.clause}{'; ' + facts if facts else ''})"


def problems(
    expect: Expect,
    answer: tuple[Event, ...] | Refused,
    state: Matter | None,
    duties: Sequence[Duty],
    *,
    zone: timezone,
    clocks: Mapping[int, Clock],
) -> Iterator[StoryProblem]:
    """Everything that came otherwise than expected, each in one sentence."""
    yield from _answer_problems(expect, answer)
    events = answer.recorded if isinstance(answer, Refused) else answer
    if expect.events is not None:
        yield from _event_problems(expect.events, events, clocks)
    for what, expected, came in (
        (_STAGE, expect.stage, state and state.stage.value),
        (_OUTCOME, expect.outcome, state and state.outcome and state.outcome.value),
        (_LEAD, expect.lead, _lead(state)),
        (_FIRST, expect.first_responder, state and state.first_responder),
    ):
        if expected is not None and expected != came:
            seen = quoted(came) if came else Label("无", "'none'")
            yield mistake("expected_state", what=what, expected=quoted(expected), came=seen)
    if expect.duties is not None:
        yield from _duty_problems(expect.duties, duties)
    for name, text in (expect.due or {}).items():
        yield from _due_problems(name, absolute(text, zone), duties, zone)


_STAGE, _OUTCOME = Label("阶段", "stage"), Label("结果", "outcome")
_LEAD, _FIRST = Label("主办单位", "lead"), Label("先到单位", "first responder")


def _lead(state: Matter | None) -> str | None:
    found = lead(state) if state is not None else None
    return found.unit if found is not None else None


def _answer_problems(expect: Expect, answer: tuple[Event, ...] | Refused) -> Iterator[StoryProblem]:
    code = quoted(expect.refused)
    if not isinstance(answer, Refused):
        if expect.refused is not None:
            yield mistake("expected_refusal", code=code)
    elif expect.refused is None:
        yield mistake("expected_acceptance", came=same(refusal_words(answer)))
    elif expect.refused not in {u.code for u in answer.unmet}:
        yield mistake("expected_code", code=code, came=same(refusal_words(answer)))
    elif expect.clause is not None and not any(
        u.code == expect.refused and u.clause == expect.clause for u in answer.unmet
    ):
        came, clause = same(refusal_words(answer)), quoted(expect.clause)
        yield mistake("expected_clause", clause=clause, code=code, came=came)


def _event_problems(
    expected: tuple[str, ...], events: tuple[Event, ...], clocks: Mapping[int, Clock]
) -> Iterator[StoryProblem]:
    came = [words(event, clocks) for event in events]
    wanted = [text for text in expected if _name(text) not in BOOKKEEPING]
    proper = [found for found in came if found[0] not in BOOKKEEPING]
    if not _matches(wanted, proper, _fits_event):
        yield mistake("expected_events", expected=listed(wanted), came=listed(_shown(proper)))
    left = [found for found in came if found[0] in BOOKKEEPING]
    for text in expected:
        if _name(text) in BOOKKEEPING:
            found = next((event for event in left if _fits_event(text, event)), None)
            if found is None:
                alike = [event for event in left if event[0] == _name(text)]
                seen = listed(_shown(alike))
                yield mistake("expected_event", expected=quoted(text), came=seen)
            else:
                left.remove(found)


def _duty_problems(expected: tuple[str, ...], duties: Sequence[Duty]) -> Iterator[StoryProblem]:
    spare = list(duties)
    missing = False
    for text in expected:
        if text != ANY:
            found = next((duty for duty in spare if _fits_duty(text, duty)), None)
            if found is None:
                missing = True
            else:
                spare.remove(found)
    if missing or (spare and ANY not in expected):
        came = [duty_words(duty) for duty in duties]
        yield mistake("expected_duties", expected=listed(expected), came=listed(came))


def _due_problems(
    name: str, at: datetime, duties: Sequence[Duty], zone: timezone
) -> Iterator[StoryProblem]:
    found = [duty for duty in duties if _fits_duty(name, duty)]
    if not found:
        yield mistake("expected_duty", name=quoted(name))
    for duty in found:
        if duty.due != at:
            wanted, came = told(at, zone), told(duty.due, zone)
            yield mistake("expected_due", name=quoted(name), expected=wanted, came=came)


def _fits_event(text: str, event: tuple[str, ...]) -> bool:
    return _name(text) == event[0] and set(text.split()[1:]) <= set(event)


def _fits_duty(text: str, duty: Duty) -> bool:
    what, *whose = text.split()
    return what == duty.what.value and set(whose) <= {duty.unit, duty.raiser}


def _name(text: str) -> str:
    return text if text == ANY else text.split(maxsplit=1)[0].partition("/")[0]


def _matches(
    expected: Sequence[str],
    came: Sequence[tuple[str, ...]],
    fits: Callable[[str, tuple[str, ...]], bool],
) -> bool:
    """In order and complete, ``...`` standing for any number of events."""
    if not expected:
        return not came
    if expected[0] == ANY:
        return any(_matches(expected[1:], came[n:], fits) for n in range(len(came) + 1))
    return bool(came) and fits(expected[0], came[0]) and _matches(expected[1:], came[1:], fits)


def _shown(came: Sequence[tuple[str, ...]]) -> list[str]:
    return [" ".join(event) for event in came]
