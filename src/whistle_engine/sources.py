"""Where a value comes from, as policies and directories say it.

A source is one or more parts, divided by a semicolon, each ``<origin>: <words>``. An origin is
``choice`` (自定) or one that the file declares in ``[sources]``. Words in both languages stand in
Chinese and English, in that order, divided by a bar with spaces. The signs may be full-width, as
they are typed in Chinese: ``choice：自定``.

A word directly behind a semicolon and before a colon begins a part. So a slip in an origin is told,
and never read as words of the part before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from attrs import frozen

from whistle_engine._fields import share_repr
from whistle_engine.model import (
    Label,
)

CHOICE = "choice"
"""The origin of what nobody prescribes: the city's own choice."""

BUILT_IN: Mapping[str, Label] = {CHOICE: Label("自定", "choice")}
"""Origins that no file has to declare."""

ORIGIN = r"[a-z][a-z0-9_-]{0,63}"
"""The pattern of an origin, which is that of every code in a file."""

_WORD = r"(?:[A-Za-z][A-Za-z0-9_-]*|[^\W\d_]{1,8}(?=: ))(?=: |：)"
_FIRST = re.compile(r"([^\s:：;；|｜]{1,64})(?:: |：)")
_BETWEEN = re.compile(rf"[;；]\s*(?={_WORD})")


@frozen(slots=False, repr=False)
class SourcePart:
    """An origin, and its words; a language in which there are none is empty."""

    origin: str
    words: Label


def parts(source: str) -> tuple[SourcePart, ...]:
    """The parts of a source; none if it is not of the form that sources have."""
    found: list[SourcePart] = []
    for piece in _BETWEEN.split(source):
        start = _FIRST.match(piece)
        if start is None:  # only of the first: the others were split off before a word
            return ()
        found.append(SourcePart(start[1], _words(piece[start.end() :])))
    return tuple(found)


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
