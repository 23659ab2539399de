"""What can be wrong with a policy, a directory, or a file of theirs: codes, places, sentences.

A code is stable; its sentence exists in Chinese and in English, and says what is wrong and what
would be right. Where a value came from a file, the problem has the place in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Literal, TypeAlias

from attrs import evolve, frozen

from whistle_engine._fields import share_repr
from whistle_engine._sentences import DID_YOU_MEAN, SENTENCES
from whistle_engine.model import (
    Label,
)

Slot: TypeAlias = str | int | Label | tuple[str, ...]
"""What fills a slot of a sentence: itself, a text in both languages, or a list of names."""


MOST_PROBLEMS = 500
"""No more are told: nobody would read them, and to find them all would take its time."""
_MOST_COMPARED, _MOST_LISTED, _MOST_SHOWN = 60, 50, 200


@frozen(slots=False, repr=False)
class Spot:
    """A place in a file; lines and columns are counted from 1.

    The column is that of a character; in a CSV file, the number of the cell in its row, as
    spreadsheets count.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """As editors write it: ``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"


@frozen(kw_only=True, slots=False, repr=False)
class Problem:
    """One thing that is wrong.

    Attributes:
        code: stable; a key of ``_sentences.SENTENCES``, unless it brings its own sentence.
        key: which value, as a dotted key such as ``kinds.quick.solve``; empty for a whole file.
        slots: what the sentence says of this case.
        near: the known name that is most like the wrong one; empty if none is.
        spot: where in which file, if it came from one.
        says: its sentence, where that is not one of ``_sentences.SENTENCES``.
    """

    code: str
    key: str = ""
    slots: tuple[tuple[str, Slot], ...] = ()
    near: str = ""
    spot: Spot | None = None
    says: Label | None = None

    def told(self, lang: Literal["zh", "en"] = "en", *, mark: str = "") -> str:
        """Where it is, which value, what is wrong, what would be right, and the code.

        Args:
            lang: ``zh`` or ``en``.
            mark: a word that stands after the place, such as how grave it is.
        """
        colon = ": " if lang == "en" else "："
        where = (str(self.spot) if self.spot is not None else "", mark, self.key)
        return colon.join([*(part for part in where if part), f"{self.said(lang)} [{self.code}]"])

    def said(self, lang: Literal["zh", "en"] = "en") -> str:
        """What is wrong, and what would be right."""
        slots = {name: _in(lang, slot) for name, slot in self.slots}
        code = f"{self.code}_near" if self.near and f"{self.code}_near" in SENTENCES else self.code
        said = _in(lang, self.says or SENTENCES[code]).format_map(slots)
        near = _seen(self.near).replace('", "', "”、“" if lang == "zh" else '", "')
        return said + (_in(lang, DID_YOU_MEAN).format(near=near) if near else "")

    def __str__(self) -> str:
        """In English."""
        return self.told()


@frozen(kw_only=True, slots=False, repr=False)
class StoryProblem(Problem):
    """One thing that is wrong with a story, or came otherwise than it expects.

    Attributes:
        where: the file, step, field and so on, from the outside in.
    """

    where: tuple[Label, ...] = ()

    def told(self, lang: Literal["zh", "en"] = "en", *, mark: str = "") -> str:
        """Where it is, what is wrong, what would be right; in Chinese the code too.

        Args:
            lang: ``zh`` or ``en``.
            mark: a word that stands after the place.
        """
        where = [*(_in(lang, part) for part in self.where), *([mark] if mark else [])]
        if lang == "en":
            return ": ".join([*where, self.said("en")])
        return "：".join([*where, f"{self.said('zh')} [{self.code}]"])

    def inside(self, *where: Label) -> StoryProblem:
        """The same problem, seen from further outside."""
        return evolve(self, where=(*where, *self.where))


def problem(code: str, key: str = "", /, *, near: str = "", **slots: Slot) -> Problem:
    """A problem, its slots by their names."""
    return Problem(code=code, key=key, slots=tuple(slots.items()), near=near)


def placed(problem: Problem, spot: Spot | None) -> Problem:
    """The same problem, with its place."""
    return evolve(problem, spot=spot)


def nearest(word: object, known: Iterable[str]) -> str:
    """The known name that is most like a word; empty if none is."""
    from difflib import get_close_matches  # noqa: PLC0415  needed only here
    from heapq import nsmallest  # noqa: PLC0415  likewise

    # The comparison is quadratic, and no name is longer.
    written, names = str(word)[:64], [name for name in known if name]
    if len(names) > _MOST_COMPARED:
        alike = (name for name in names if name[:1] == written[:1])
        names = nsmallest(_MOST_COMPARED, alike, key=lambda name: abs(len(name) - len(written)))
    found = get_close_matches(written, names, n=1)
    return found[0] if found else ""


def quoted(value: object) -> Label:
    """A value as it was written, in each language's quotes."""
    return Label(zh=f"“{_seen(value)}”" if isinstance(value, str) else repr(value), en=repr(value))


def listed(names: Iterable[str], lang: Literal["zh", "en"]) -> str:
    """Names in quotes, one after the other; of very many, the first."""
    shown = [_seen(name) for name in islice(names, _MOST_LISTED + 1)]
    more = "…" if len(shown) > _MOST_LISTED else ""
    if lang == "zh":
        return "、".join(f"“{name}”" for name in shown[:_MOST_LISTED]) + more
    return ", ".join(f'"{name}"' for name in shown[:_MOST_LISTED]) + more


def visible(text: str, *, kept: str = "") -> str:
    """A text whose signs for a terminal, and whose ends of lines, are seen and not obeyed.

    Args:
        text: the text.
        kept: signs that stay as they are.
    """
    return "".join(
        each if each.isprintable() or each in kept else ascii(each)[1:-1] for each in text
    )


def _seen(name: object) -> str:
    """A name as it can be shown: what cannot be seen by its number, what is too long cut off."""
    short = str(name)[:_MOST_SHOWN]
    told = "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in short)
    return told if short == str(name) else f"{told}…"


def _in(lang: Literal["zh", "en"], slot: Slot) -> str:
    match slot:
        case Label(zh=zh, en=en):
            return zh if lang == "zh" else en
        case tuple():
            return listed(slot, lang)
        case _:
            return _seen(slot)


share_repr((Spot, Problem, StoryProblem))
