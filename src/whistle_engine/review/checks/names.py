"""Names: those that read alike, and those that are not what they should be.

Texts are compared by what a reader sees. They are brought to ordinary letters (NFKC: full-width
signs, compatibility and radical forms), spaces and invisible signs are left out, case is ignored,
and the letters of :data:`HOMOGLYPHS` count as the Latin ones that they look like. In codes, 0
and 1 count as o and l, and _ and - as nothing. The table is a small one of Cyrillic and Greek
letters that are the same to the eye; Chinese characters that differ by a stroke (己已巳) are not
told apart, as no data kept with Python says which those are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from attrs import frozen

from whistle_engine.model import Label
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, Involved, finding

HOMOGLYPHS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧονι",
    "ABESIJKMHOPCTYXaesijopcyxdhlABEZHIKMNOPTYXovi",
)
"""Cyrillic and Greek letters, and the Latin ones that they look like."""

_HAN = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_CODE = str.maketrans({"0": "o", "1": "l", "_": "", "-": ""})


@frozen
class Named:
    """Something with a title.

    Attributes:
        group: titles and codes of one group are told apart by people.
        key: its dotted key.
        code: its code; empty if there is none to compare.
    """

    group: str
    key: str
    code: str
    title: Label


def alike(subject: Subject) -> Iterator[Finding]:
    """Codes, and titles, that read alike within one group."""
    seen: dict[tuple[str, str, str], tuple[str, str]] = {}
    for one in _named(subject):
        texts = [("zh", one.title.zh), ("en", one.title.en)]
        if one.code:
            texts.append(("", one.code))
        for name, text in texts if one.group else ():
            seen_as = skeleton(text, code=not name)
            key = ".".join(part for part in (one.key, name) if part)
            first = seen.setdefault((one.group, name, seen_as), (one.key, text))
            if first[0] != one.key:
                other = first[1]
                first_key = ".".join(part for part in (first[0], name) if part)
                yield finding(
                    "looks_alike",
                    key,
                    text,
                    involved=(Involved(first_key),),
                    text=text,
                    other=other,
                    name=first[0],
                )


def titles(subject: Subject) -> Iterator[Finding]:
    """Titles that lack a language, or hold what a reader cannot see."""
    for one in _named(subject):
        above = f"{one.key}." if one.key else ""
        for name, text in (("zh", one.title.zh), ("en", one.title.en)):
            yield from _signs(above + name, text)
        if one.title.en == one.title.zh or not _LATIN.search(_plain(one.title.en)):
            yield finding("english_missing", f"{above}en", one.title.en, text=one.title.en)
        if not _HAN.search(one.title.zh):
            yield finding("chinese_missing", f"{above}zh", one.title.zh, text=one.title.zh)


def _signs(key: str, text: str) -> Iterator[Finding]:
    invisible = any(unicodedata.category(sign) in ("Cf", "Cc") for sign in text)
    if text != text.strip() or "\u3000" in text or "  " in text or invisible:
        yield finding("stray_spaces", key, text)
    for word in _WORD.findall(text):
        foreign = [sign for sign in word if ord(sign) in HOMOGLYPHS]
        if foreign and _LATIN.search(word):
            told = tuple(dict.fromkeys(f"{s} (U+{ord(s):04X})" for s in foreign))
            yield finding("foreign_letters", key, text, text=text, letters=told)


def skeleton(text: str, *, code: bool = False) -> str:
    """What a reader sees of a text, or of a code or an id."""
    seen = "".join(_plain(text).split()).translate(HOMOGLYPHS).casefold()
    return seen.translate(_CODE) if code else seen


def _plain(text: str) -> str:
    visible = (sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(visible))


# ---------------------------------------------------------------- what has a name


def _named(subject: Subject) -> Iterator[Named]:
    """Everything with a title, the rows of a category once."""
    policy = subject.policy
    yield Named("", "", "", policy.title)
    for kind in policy.kinds:
        yield Named("kinds", f"kinds.{kind.code}", kind.code, kind.title)
    for table, labels in (("channels", policy.channels), ("routes", policy.routes)):
        for code, title in labels.items():
            yield Named(table, f"{table}.{code}", code, title)
    for code, title in policy.sources.items():
        yield Named("sources", f"sources.{code}", code, title)
    for fact in policy.facts:
        key = f"{'signals' if fact.name in subject.signals else 'facts'}.{fact.name}"
        yield Named("facts", key, fact.name, fact.title)
        for value, title in fact.titles.items():
            yield Named(key, f"{key}.values.{value}", value, title)
    for rule in policy.rules:
        yield Named("", f"rules.{rule.id}", rule.id, rule.title)
    once = {row.code: row for row in reversed(policy.categories)}
    for row in dict.fromkeys(row.code for row in policy.categories):
        yield Named("categories", f"categories.{row}", row, once[row].title)
    for code, message in policy.messages.items():
        yield Named("", f"messages.{code}", "", message)
    yield from _units(subject)


def _units(subject: Subject) -> Iterable[Named]:
    if subject.units is None:
        return
    for unit in subject.directory.units:
        yield Named("units", f"units.{unit.code}", unit.code, unit.title)
