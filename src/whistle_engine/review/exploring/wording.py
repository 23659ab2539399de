"""A move in words, for a way that no story tells."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from attrs import fields

from whistle_engine.commands import SplitPart
from whistle_engine.model import Clock, Label, Length, Place
from whistle_engine.review.exploring.forms import State
from whistle_engine.review.exploring.freely import Comes, Passing
from whistle_engine.review.exploring.steps import Move
from whistle_engine.rules import Rules
from whistle_engine.texts import Lang, label, who
from whistle_engine.texts._tables import text
from whistle_engine.texts._voice import Voice

_PASSED: Mapping[Comes, Label] = {
    Comes.LATE: Label("时间推移，{clock}逾期", "time passes, and {clock} is late"),
    Comes.TIMER: Label("时间推移，{clock}到时", "time passes, and a timer of {clock} fires"),
    Comes.GIVEN_UP: Label(
        "时间推移，已放弃的{clock}到期", "time passes, and {clock}, given up, is due"
    ),
    Comes.OBJECTING: Label("时间推移，异议期满", "time passes, and it is too late to object"),
    Comes.REOPENING: Label("时间推移，重办期满", "time passes, and it is too late to reopen"),
    Comes.DEFERRING: Label("时间推移，挂账期满", "time passes, and it is too late to defer"),
}

_FIELDS: Mapping[str, Label] = {
    "source_number": Label("来源编号", "source number"),
    "raiser_unit": Label("诉求单位", "the raiser's unit"),
    "facts": Label("事实", "facts"),
    "evidence": Label("佐证", "evidence"),
    "matter": Label("事项编号", "matter"),
    "parts": Label("拆分为", "parts"),
    "into": Label("并入事项", "into"),
    "nothing_there": Label("现场未见险情", "nothing there"),
    "close": Label("同时结案", "close"),
    "to": Label("派往", "to"),
    "receiver": Label("接哨员", "receiver"),
    "without": Label("缺席单位", "without"),
    "clause": Label("所依条款", "clause"),
    "names": Label("应由何单位承办", "names"),
    "granted": Label("是否同意", "granted"),
    "solved": Label("是否解决", "solved"),
    "satisfied": Label("是否满意", "satisfied"),
}
"""What the fields of acts are called that no label names, or that a label names otherwise."""

_UNITS = frozenset({"lead", "names", "raiser_unit", "to", "unit", "without"})


def worded(move: Move, before: State | None, rules: Rules) -> Label:
    """What somebody asks for, or what time brings."""
    return Label(_worded(move, before, rules, "zh"), _worded(move, before, rules, "en"))


def _worded(move: Move, before: State | None, rules: Rules, lang: Lang) -> str:
    if isinstance(move, Passing):
        clock = before.matter.clocks[move.clock - 1] if before is not None and move.clock else None
        told = _clock(clock, rules, lang) if clock is not None else ""
        return str(getattr(_PASSED[move.comes], lang)).format(clock=told)
    by = who(move.by, lang, rules=rules)
    given = _given(move.do, Voice(lang, rules))
    colon, opens, closes = ("：", "（", "）") if lang == "zh" else (": ", " (", ")")
    return f"{by}{colon}{label(type(move.do), lang)}" + (f"{opens}{given}{closes}" if given else "")


def _given(thing: Any, voice: Voice) -> str:
    """What is said besides the act itself, each field by its title; evidence is left out."""
    told = []
    for field in fields(type(thing)):
        value = getattr(thing, field.name)
        if field.name == "facts":
            told += [voice.facts(value)] if value else []
        elif value != field.default and field.name != "evidence":
            name, said = titled(field.name, voice.lang), _value(field.name, value, voice)
            told.append(voice.word("pair", name=name, value=said))
    return voice.word("stop").join(told)


def titled(field: str, lang: Lang) -> str:
    """What a field of an act is called."""
    own = _FIELDS.get(field)
    return text("labels", f"fact.{field}", lang) if own is None else str(getattr(own, lang))


def _value(name: str, value: object, voice: Voice) -> str:
    match value:
        case bool():
            return voice.among("value", "yes" if value else "no")
        case Enum():
            return voice.label(value)
        case Length():
            return voice.limit(value)
        case datetime():
            return voice.when(value)
        case Place():
            return voice.unit(value.unit)
        case tuple():
            return voice.join(_value(name, item, voice) for item in value)
        case SplitPart():
            return _given(value, voice)
        case str() if name in _UNITS:
            return voice.unit(value)
        case str() if name == "channel":
            return voice.channel(value)
        case _:
            return voice.fact(name, str(value))


def _clock(clock: Clock, rules: Rules, lang: Lang) -> str:
    unit = rules.directory.unit(clock.unit)
    held = getattr(unit.title, lang) if unit is not None else clock.unit or clock.raiser or ""
    what = label(clock.what, lang)
    return f"“{held}{what}”" if lang == "zh" else f"{what} of {held}"
