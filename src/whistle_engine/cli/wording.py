"""How a command's own words are kept: a table by key, each in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from whistle_engine.cli.output import Lang

Words = Mapping[str, tuple[str, str]]
"""The words by key, each in Chinese and in English."""


class Say(Protocol):
    """Gives the words of a key, filled."""

    def __call__(self, key: str, lang: Lang, **values: object) -> str:
        """The words of a key, filled."""
        ...


def speaker(words: Words) -> Say:
    """What says the words of a table."""

    def say(key: str, lang: Lang, **values: object) -> str:
        return words[key][0 if lang == "zh" else 1].format(**values)

    return say
