"""What things are called, in the language of the page."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import get_language
from whistle_engine import texts
from whistle_engine.model import Label
from whistle_engine.texts import Lang

from desk.hosting import rules

Choices = list[tuple[str, str]]


def lang() -> Lang:
    """The language of the page, as the engine calls it."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def title(label: Label) -> str:
    """A title in the language of the page."""
    return label.zh if lang() == "zh" else label.en


def unit(code: str | None) -> str:
    """A unit's title, or the code of one that the directory does not have."""
    return texts.title("unit", code, lang(), rules=rules()) if code else ""


def units(codes: Iterable[str] | None = None) -> Choices:
    """Units to choose from: those of the codes, or all."""
    found = [each.code for each in rules().directory.units] if codes is None else codes
    return [(code, unit(code)) for code in found]


def category(code: str | None) -> str:
    """A category's title."""
    return texts.title("category", code, lang(), rules=rules()) if code else ""
