"""Where a value comes from, as policies and directories say it.

A source is one or more parts with ``; `` between, each ``<origin>: <words>``. An origin is
``choice`` (自定) or one that the file declares in ``[sources]``. Words in both languages stand in
Chinese and English, in that order, with `` | `` between. The signs may be full-width, as they are
typed in Chinese: ``choice：自定``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from whistle_engine.model import Label, share_repr

CHOICE = "choice"
"""The origin of what nobody prescribes: the city's own choice."""

BUILT_IN: Mapping[str, Label] = {CHOICE: Label("自定", "choice")}
"""Origins that no file has to declare."""

_ORIGIN = re.compile(r"([a-z][a-z_]*)(?:: |：)")
_BETWEEN = re.compile(r"; |；(?=[a-z][a-z_]*[:：])")


@frozen(slots=False, repr=False)
class SourcePart:
    """An origin, and its words; a language in which there are none is empty."""

    origin: str
    words: Label


def parts(source: str) -> tuple[SourcePart, ...]:
    """The parts of a source; none if it is not of the form that sources have."""
    found: list[tuple[str, str]] = []
    for piece in _BETWEEN.split(source):
        start = _ORIGIN.match(piece)
        if start is not None:
            found.append((start[1], piece[start.end() :]))
        elif found:  # a semicolon among the words
            found[-1] = (found[-1][0], f"{found[-1][1]}; {piece}")
        else:
            return ()
    return tuple(SourcePart(origin, _words(words)) for origin, words in found)


def _words(text: str) -> Label:
    zh, _, en = text.replace("｜", " | ").strip().partition(" | ")
    return Label(zh.strip(), (en or zh).strip())


def told(source: str, origins: Mapping[str, Label], lang: Literal["zh", "en"]) -> str:
    """A source for a reader: each origin by its title, and its words in the language.

    What is not of the form that sources have is told as it stands.
    """
    known = {**origins, **BUILT_IN}
    colon, semicolon = (": ", "; ") if lang == "en" else ("：", "；")
    said = [
        _in(known.get(part.origin, Label(part.origin, part.origin)), lang)
        + colon
        + _in(part.words, lang)
        for part in parts(source)
    ]
    return semicolon.join(said) if said else source


def _in(label: Label, lang: Literal["zh", "en"]) -> str:
    return label.zh if lang == "zh" else label.en


share_repr((SourcePart,))
