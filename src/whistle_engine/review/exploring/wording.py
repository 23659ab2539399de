"""A move in words, for a way that no story tells."""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.model import Clock, Label
from whistle_engine.review.exploring.forms import State
from whistle_engine.review.exploring.freely import Comes, Passing
from whistle_engine.review.exploring.steps import Move
from whistle_engine.rules import Rules
from whistle_engine.story.fields import plain
from whistle_engine.texts import Lang, label, who

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


def worded(move: Move, before: State | None, rules: Rules) -> Label:
    """What somebody asks for, or what time brings."""
    return Label(_worded(move, before, rules, "zh"), _worded(move, before, rules, "en"))


def _worded(move: Move, before: State | None, rules: Rules, lang: Lang) -> str:
    if isinstance(move, Passing):
        clock = before.matter.clocks[move.clock - 1] if before is not None and move.clock else None
        told = _clock(clock, rules, lang) if clock is not None else ""
        return str(getattr(_PASSED[move.comes], lang)).format(clock=told)
    by = who(move.by, lang, rules=rules)
    fields = plain(move.do, rules.policy.zone)
    given = ", ".join(f"{name} = {value}" for name, value in fields.items() if name != "evidence")
    colon, opens, closes = ("：", "（", "）") if lang == "zh" else (": ", " (", ")")
    return f"{by}{colon}{label(type(move.do), lang)}" + (f"{opens}{given}{closes}" if given else "")


def _clock(clock: Clock, rules: Rules, lang: Lang) -> str:
    unit = rules.directory.unit(clock.unit)
    held = getattr(unit.title, lang) if unit is not None else clock.unit or clock.raiser or ""
    what = label(clock.what, lang)
    return f"“{held}{what}”" if lang == "zh" else f"{what} of {held}"
