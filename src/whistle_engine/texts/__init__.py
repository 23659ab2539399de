"""Texts for people, in Chinese and English, behind stable codes.

Labels, refusals, explanations of due times, timelines and notices. The words lie in tables
beside this module, which are read when a text is first asked for. Units, categories and
whistle kinds are called as the directory and the policy call them; free texts, which lie in
the vault, appear nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from enum import Enum, IntEnum
from typing import Literal

from attrs import frozen

from whistle_engine.commands import NAMES, Act
from whistle_engine.events import EVENTS, Event, Refused
from whistle_engine.model import Actor, Due, Matter, Role
from whistle_engine.rules import Rules
from whistle_engine.texts import _due, _events, _refusals
from whistle_engine.texts._tables import LANGS, Lang, fill, names, table, text
from whistle_engine.texts._voice import Voice, section
from whistle_engine.workflow import evolve

__all__ = [
    "LANGS", "Importance", "Lang", "Line", "Titled", "due", "event", "label", "line", "notice",
    "notices", "placeholders", "refusal", "timeline", "title", "who",
]  # fmt: skip


Titled = Literal["unit", "kind", "category", "channel", "route", "rule", "fact"]
"""What has a title in the directory or the policy."""


class Importance(IntEnum):
    """How much a line of a timeline matters to a reader."""

    BOOKKEEPING = 0
    """May be left out: what happened stands in another line."""
    DETAIL = 1
    """For those who work on the matter."""
    MAIN = 2
    """For everybody."""


@frozen(kw_only=True)
class Line:
    """A line of a timeline.

    Attributes:
        at: when it was recorded, UTC.
        text: what happened, in words.
        importance: lines below the one that a reader asks for can be left out.
        by: who did it, in words; empty if that is not known.
        event: what happened, as it is stored.
    """

    at: datetime
    text: str
    importance: Importance
    by: str
    event: Event


def label(code: type[Act | Event] | Enum | str, lang: Lang) -> str:
    """What a code is called.

    Args:
        code: a member of an enumeration of the model, a class of commands or events, the
            name of a command or an event (with or without its version), or a dotted key
            such as ``stage.received``.
        lang: ``zh`` or ``en``.

    Returns:
        The label.

    Raises:
        ValueError: there is no such code, or no such language.
    """
    if isinstance(code, Enum):
        return text("labels", f"{section(type(code))}.{code.value}", lang)
    if not isinstance(code, str):
        known = _ACT_KEYS.get(code) or _EVENT_KEYS.get(code)
        return text("labels", known or code.__name__, lang)
    key = code.partition("/")[0]
    if "." not in key:
        key = f"act.{key}" if f"act.{key}" in table("labels") else f"event.{key}"
    return text("labels", key, lang)


_ACT_KEYS: Mapping[object, str] = {act: f"act.{name}" for act, name in NAMES.items()}
_EVENT_KEYS: Mapping[object, str] = {
    kind: f"event.{wire.partition('/')[0]}" for kind, wire in EVENTS.items()
}


def title(of: Titled, code: str, lang: Lang, *, rules: Rules) -> str:
    """What the directory or the policy calls something.

    Args:
        of: what the code is of.
        code: the code; of a category also one that is no longer in force.
        lang: ``zh`` or ``en``.
        rules: the directory and policy.

    Returns:
        The title, or the code itself where there is none.
    """
    return _TITLES[of](Voice(lang, rules), code)


_TITLES: Mapping[Titled, Callable[[Voice, str], str]] = {
    "unit": Voice.unit,
    "kind": Voice.kind,
    "category": Voice.category,
    "channel": Voice.channel,
    "route": Voice.route,
    "rule": Voice.rule,
    "fact": Voice.fact_title,
}


def refusal(refused: Refused, lang: Lang, *, rules: Rules | None = None) -> str:
    """Why a command was refused: each unmet condition, its clause, and what would be right.

    Args:
        refused: the refusal.
        lang: ``zh`` or ``en``.
        rules: names units and kinds by their titles, and gives instants in local time; without
            them, codes and UTC.

    Returns:
        One line for one condition; else a heading, and a numbered line for each.
    """
    return _refusals.refusal(refused, Voice(lang, rules))


def due(due: Due, rules: Rules, lang: Lang) -> str:
    """Why a clock is due when it is (L18): limit, source, days, and each move; local time.

    Args:
        due: the due time, as it stands in the events.
        rules: the rules by which it was reckoned.
        lang: ``zh`` or ``en``.

    Returns:
        A sentence a line.
    """
    return "\n".join(_due.explain(due, Voice(lang, rules)))


def event(event: Event, matter: Matter | None, rules: Rules, lang: Lang) -> str:
    """What happened, in a sentence.

    Args:
        event: the event.
        matter: the matter's state *before* the event; ``None`` before the first.
        rules: the titles of units, categories and kinds, and local time.
        lang: ``zh`` or ``en``.

    Returns:
        The sentence.
    """
    return _events.sentence(event, matter, Voice(lang, rules))


def line(
    event: Event, matter: Matter | None, rules: Rules, lang: Lang, *, by: Actor | None = None
) -> Line:
    """What happened, as a line of a timeline; ``matter`` is the state before the event."""
    return Line(
        at=event.at,
        text=_events.sentence(event, matter, Voice(lang, rules)),
        importance=importance(event),
        by=who(by, lang, rules=rules) if by is not None else "",
        event=event,
    )


def importance(event: Event) -> Importance:
    """How much an event matters to a reader of the timeline."""
    weight = table("events")[_events.template_of(event)].get("weight", "main")
    return Importance[weight.upper()]


def timeline(
    history: Iterable[tuple[Actor | None, Iterable[Event]]], rules: Rules, lang: Lang
) -> tuple[Line, ...]:
    """A matter's whole history in words.

    Args:
        history: for each commit, in order, who gave the command, and what happened.
        rules: the titles of units, categories and kinds, and local time.
        lang: ``zh`` or ``en``.

    Returns:
        A line for every event; those of little importance can be left out.

    Raises:
        ValueError: the first event is not ``received``.
    """
    lines = []
    matter: Matter | None = None
    for actor, events in history:
        for happened in events:
            after = evolve(matter, happened)
            lines.append(line(happened, matter, rules, lang, by=actor))
            matter = after
    return tuple(lines)


def who(actor: Actor, lang: Lang, *, rules: Rules | None = None) -> str:
    """Who acts, without a name: the unit's title, or what the actor is."""
    voice = Voice(lang, rules)
    if actor.unit is not None:
        return voice.unit(actor.unit)
    return voice.join(voice.label(role) for role in Role if role in actor.roles)


def notice(
    code: str, lang: Lang, *, facts: Mapping[str, str] | None = None, rules: Rules | None = None
) -> str:
    """The text of a notice to a resident, a unit or the coordinator.

    Args:
        code: which notice, such as ``unit.dispatched``; see :func:`notices`.
        lang: ``zh`` or ``en``.
        facts: what it may name, as codes and ISO instants: ``matter``, ``unit``, ``lead``,
            ``kind``, ``category``, ``what``, ``due``, ``result`` …; what is missing is left out.
        rules: names units and kinds by their titles, gives instants in local time, and has
            the city's own wording where its policy words the notice itself.

    Returns:
        The text.

    Raises:
        ValueError: there is no such notice, or no such language.
    """
    voice = Voice(lang, rules)
    template = text("notices", code, lang)
    own = rules.policy.messages.get(code) if rules is not None else None
    if own is not None:
        template = own.zh if lang == "zh" else own.en
    values = {name: voice.fact(name, value) for name, value in (facts or {}).items() if value}
    said = fill(template, values)
    return said[:1].upper() + said[1:] if lang == "en" else said


def notices() -> frozenset[str]:
    """The codes of all notices."""
    return frozenset(table("notices"))


def placeholders(code: str) -> frozenset[str]:
    """What a notice may name: the placeholders of its text, in either language."""
    return names(text("notices", code, "zh")) | names(text("notices", code, "en"))
