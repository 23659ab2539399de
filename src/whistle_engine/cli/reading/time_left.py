"""How long it is until something is due, or by how much it is late."""

from __future__ import annotations

from datetime import datetime

from whistle_engine.cli.output import Lang
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.words import span


def time_left(due: datetime, now: datetime, lang: Lang) -> str:
    """In words: what is due at this very instant is not late."""
    return say("late" if now > due else "left", lang, span=span(abs(due - now), lang))
