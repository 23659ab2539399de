"""What happened, told as a line of a timeline: one template for each event and its variants."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import Enum

from attrs import fields

from whistle_engine import events as e
from whistle_engine.model import Classification, Clock, Length, Matter, Part, Responder, What
from whistle_engine.texts._voice import Voice

_UNITS = frozenset({"by", "community", "names", "street", "to", "unit"})
_UNTIL = frozenset({"latest", "plan_date", "reopen_until", "review_on"})


def name_of(event: e.Event) -> str:
    """The event's wire name, without its version."""
    return e.EVENTS[type(event)].partition("/")[0]


def template_of(event: e.Event) -> str:
    """The key of the template that tells this event."""
    variant = _variant(event)
    return name_of(event) + (f".{variant}" if variant else "")


def _variant(event: e.Event) -> str:
    match event:
        case e.Looked(nothing_there=True):
            return "nothing_there"
        case e.Dispatched(how=way):
            return way.value
        case e.ShirkRefused(how=shirk):
            return shirk.value
        case e.BroughtIn(responder=Responder(part=Part.INVITED)):
            return "invited"
        case e.TimeConfirmed(what=What.SOLVE):
            return "solve"
        case (
            e.ObjectionAnswered(lapsed=True)
            | e.ExtensionAnswered(lapsed=True)
            | e.Resumed(lapsed=True)
        ):
            return "lapsed"
        case e.ObjectionAnswered(upheld=upheld):
            return "upheld" if upheld else "rejected"
        case e.ExtensionAnswered(granted=granted):
            return "granted" if granted else "declined"
        case e.ClockEnded(verdict=verdict):
            return verdict.value
        case e.ClockMoved(due=due):
            return due.moves[-1].reason.value
        case e.TimerFired(action=action):
            return action.value
        case e.Marked(called_back=True):
            return "called_back"
        case _:
            return ""


def sentence(event: e.Event, matter: Matter | None, voice: Voice) -> str:
    """What happened, in a sentence; ``matter`` is the state before the event."""
    return voice.sentence("events", template_of(event), values_of(event, matter, voice))


def values_of(event: e.Event, matter: Matter | None, voice: Voice) -> dict[str, str]:
    """What the event's template may name; ``matter`` is the state before the event."""
    values: dict[str, str] = {}
    if voice.rules is not None:
        values["coordinator"] = voice.unit(voice.rules.policy.coordinator)
    leading = _lead(matter)
    if leading is not None:
        values["lead"] = voice.unit(leading)
    for attribute in fields(type(event)):
        said = _field(attribute.name, getattr(event, attribute.name), matter, voice)
        if said:
            values[attribute.name] = said
    values.update(_more(event, matter, voice))
    return values


def _lead(matter: Matter | None) -> str | None:
    if matter is None:
        return None
    return next((r.unit for r in matter.responders if r.part is Part.LEAD), None)


def _field(name: str, value: object, matter: Matter | None, voice: Voice) -> str:
    """A field of an event as words, by its type and name; empty where it says nothing alone."""
    match value:
        case Enum():
            return voice.label(value)
        case datetime():
            return voice.until(value) if name in _UNTIL else voice.when(value)
        case Length():
            return voice.limit(value)
        case str() if name in _UNITS:
            return voice.unit(value)
        case str() if name == "kind":
            return voice.kind(value)
        case str() if name == "category":
            return voice.category(value)
        case str() if name == "route":
            return voice.route(value)
        case str() if name == "raiser":
            return voice.raiser(value, matter)
        case str() if name == "reason":
            return voice.among("reason", value)
        case str():
            return value
        case int() if name == "late":
            return voice.lapse(value)
        case tuple() if name == "facts":
            return voice.facts(value)
        case tuple() if name == "evidence" and value:
            one = "_one" if len(value) == 1 else ""
            return voice.word(f"evidence{one}", n=str(len(value)))
        case tuple() if name == "without":
            return voice.join(map(voice.unit, value))
        case tuple() if name in {"into", "clauses"}:
            return voice.join(value)
        case _:
            return ""


def _more(event: e.Event, matter: Matter | None, voice: Voice) -> Iterator[tuple[str, str]]:
    """What stands in the parts of an event, or in the matter."""
    match event:
        case e.Received(appeal=appeal):
            yield "channel", voice.channel(appeal.channel)
            yield "appeal_kind", voice.label(appeal.kind)
            yield "source_number", appeal.source_number or ""
        case e.Classified(classification=found) | e.Blown(classification=found):
            yield from _classification(found, voice)
        case e.Dispatched(responders=responders):
            yield from _responders(responders, voice)
        case e.BroughtIn(responder=responder):
            yield "unit", voice.unit(responder.unit)
            yield "receiver", responder.receiver or ""
            by = responder.brought_in_by
            yield "brought_in_by", voice.unit(by) if by is not None else ""
        case e.Marked(raiser=raiser, unit=unit):
            if raiser is not None:
                yield "marker", voice.raiser(raiser, matter)
            elif unit is not None:
                yield "marker", voice.unit(unit)
        case e.Reopened() if matter is not None:
            yield "round", str(matter.round.number + 1)
        case e.ClockStarted(clock=started):
            yield from _clock(started, matter, voice)
        case e.TimerFired(clock=number, to=to):
            clock = _find(number, matter)
            yield from _clock(clock, matter, voice)
            if clock is not None and clock.unit == to:
                yield "to", ""  # whoever has the clock is named already
        case e.ClockMoved(clock=number, due=due):
            yield from _clock(_find(number, matter), matter, voice)
            move = due.moves[-1]
            yield "before", voice.until(move.before)
            yield "after", voice.until(move.after)
            yield "by", voice.limit(move.by) if move.by is not None else ""
            yield "provisional", _provisional(voice, provisional=due.provisional)
        case (
            e.ClockEnded(clock=number)
            | e.ExtensionAsked(clock=number)
            | e.ExtensionAnswered(clock=number)
            | e.Escalated(clock=int() as number)
        ):
            yield from _clock(_find(number, matter), matter, voice)
        case _:
            return


def _classification(found: Classification, voice: Voice) -> Iterator[tuple[str, str]]:
    yield "affair", voice.label(found.affair)
    yield "category", voice.category(found.category)
    yield "rule", voice.rule(found.rule)
    yield "floors", voice.word("stop").join(map(voice.floor, found.floors))
    if found.kind is not None:
        yield "kind", voice.kind(found.kind)


def _responders(responders: tuple[Responder, ...], voice: Voice) -> Iterator[tuple[str, str]]:
    yield "lead", voice.unit(responders[0].unit)
    yield "receiver", responders[0].receiver or ""
    for part in (Part.JOINT, Part.INVITED):
        units = (r.unit for r in responders[1:] if r.part is part)
        yield part.value, voice.join(map(voice.unit, units))


def _find(number: int, matter: Matter | None) -> Clock | None:
    clocks = matter.clocks if matter is not None else ()
    return next((c for c in clocks if c.id == number), None)


def _clock(clock: Clock | None, matter: Matter | None, voice: Voice) -> Iterator[tuple[str, str]]:
    if clock is None:
        return
    if clock.unit is not None:
        yield "holder", voice.unit(clock.unit)
    elif clock.raiser is not None:
        yield "holder", voice.raiser(clock.raiser, matter)
    else:
        yield "holder", voice.word("nobody")
    yield "what", voice.label(clock.what)
    yield "due", voice.until(clock.due.at)
    yield "limit", voice.limit(clock.due.limit) if clock.due.limit.amount > 0 else ""
    yield "provisional", _provisional(voice, provisional=clock.due.provisional)


def _provisional(voice: Voice, *, provisional: bool) -> str:
    return voice.say("due", "provisional_short") if provisional else ""
