"""What the pages' templates can say: labels, titles of units and categories, local times."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from django import template
from whistle_engine import texts

from desk import words
from desk.hosting import rules

register = template.Library()
register.filter("unit", words.unit)
register.filter("category", words.category)
register.filter("caption", words.caption)


@register.filter
def label(code: Enum | str | None) -> str:
    """What a code of the engine is called."""
    return texts.label(code, words.lang()) if code else ""


@register.filter
def kind(code: str | None) -> str:
    """What a kind of whistle is called."""
    return texts.title("kind", code, words.lang(), rules=rules()) if code else ""


@register.filter
def local(at: datetime | None) -> str:
    """An instant as the city's clocks show it."""
    return f"{rules().policy.local(at):%Y-%m-%d %H:%M}" if at else ""
