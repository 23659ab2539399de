"""Filling lines with Chinese and English: in cells, of which a Chinese character takes two.

A line is broken between Chinese characters or at spaces, never inside a word or a number with
its measure; closing marks stay with what is before them, opening marks with what follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import category, east_asian_width

_NO_START = frozenset("，。；：、！？）》」』”’〕】…％%,.;:!?)]}")
_NO_END = frozenset("（《「『“‘〔【([{")


def width(text: str) -> int:
    """How many cells a text takes in a terminal."""
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if category(char) in {"Mn", "Me", "Cf", "Cc"}:
        return 0
    return 2 if _wide(char) else 1


def _wide(char: str) -> bool:
    return east_asian_width(char) in {"W", "F"}


def fill(text: str, cells: int, *, indent: str = "", first: str | None = None) -> list[str]:
    """Fill lines with a text.

    Args:
        text: without line breaks.
        cells: how many a line may take, its indentation included.
        indent: what every line begins with.
        first: what the first line begins with instead.
    """
    lines: list[str] = []
    line = indent if first is None else first
    used = width(line)
    empty = True
    for atom in _atoms(text):
        for piece in _pieces(atom, cells - width(indent)):
            if not empty and used + width(piece.rstrip()) > cells:
                lines.append(line.rstrip())
                line, used, empty = indent, width(indent), True
            if empty:
                piece = piece.lstrip()  # noqa: PLW2901  a line begins without spaces
            line += piece
            used += width(piece)
            empty = empty and not piece
    lines.append(line.rstrip())
    return lines


def _atoms(text: str) -> Iterator[str]:
    """The pieces that are not broken, each with the spaces after it."""
    start = 0
    for at in range(1, len(text)):
        if _breakable(text[at - 1], text[at]) and not _dated(text[max(at - 2, 0) : at + 1]):
            yield text[start:at]
            start = at
    yield text[start:]


def _breakable(before: str, after: str) -> bool:
    if after == " " or before in _NO_END or after in _NO_START:
        return False
    if before == " ":
        return True
    if before.isdecimal() or (after.isdecimal() and before in "年月日第共"):
        return False
    return _wide(before) or _wide(after)


def _dated(three: str) -> bool:
    """Tell whether a space stands between digits, as between a day and a time of day."""
    return len(three) == 3 and three[1] == " " and three[0].isdecimal() and three[2].isdecimal()  # noqa: PLR2004  a character, the space, and another


def _pieces(atom: str, cells: int) -> Iterator[str]:
    """The atom, cut where it is longer than a whole line."""
    while width(atom.rstrip()) > cells:
        end = 1
        while width(atom[: end + 1]) <= cells:
            end += 1
        yield atom[:end]
        atom = atom[end:]
    yield atom
