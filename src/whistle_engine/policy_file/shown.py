"""Values as they are shown in messages, and texts without signs that only look right."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime, time

from whistle_engine.model import Label
from whistle_engine.problems import Slot

_MOST = 60
_MOST_DIGITS = 20


def shown(value: object) -> Slot:
    """A value as TOML writes it, shortened; what cannot be seen is shown by its number."""
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return Label("一个列表", "a list")
        case dict():
            return Label("一张表", "a table")
        case str():
            short = value if len(value) <= _MOST else value[:_MOST] + "…"
            quoted = json.dumps(short, ensure_ascii=False)
            return "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in quoted)
        case date() | datetime() | time():
            return value.isoformat()
        case int() if abs(value) >= 10**_MOST_DIGITS:
            return Label("一个过大的数", "a number that is far too large")
        case _:
            told = str(value)
            return told if len(told) <= _MOST else told[:_MOST] + "…"


def plain(text: str) -> str:
    """A text in ordinary letters and digits: full-width ones narrowed, invisible ones left out."""
    visible = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFKC", visible).strip()
