"""Three cities: the two that are shipped, and a third that differs from both wherever it can."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from whistle_engine.policy_file import load_rules, shipped_rules
from whistle_engine.rules import Rules

HERE = Path(__file__).parent
SHIPPED = ("xingqing", "beijing")
"""The policies that come with the library."""
CITIES = (*SHIPPED, "chongchuan")
"""All three; the last lies in this folder."""


@cache
def rules_of(city: str) -> Rules:
    """The rules of one of the cities."""
    if city in SHIPPED:
        return shipped_rules(city)
    return load_rules(HERE / f"{city}.toml", HERE / f"{city}.directory.toml")
