"""Sources: reasons of the city's own that only readers of one language understand."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.problems import Spot
from whistle_engine.review.checks import Subject
from whistle_engine.review.findings import Finding, finding
from whistle_engine.sources import CHOICE, parts


def languages(subject: Subject) -> Iterator[Finding]:
    """Choices whose reasons are in one language: one finding for each outer table.

    Quotations stay in the language of what they are from; and a file that is all in one language
    is meant to be.
    """
    for reading in subject.readings():
        found: dict[str, list[tuple[str, Spot | None]]] = {}
        both = False
        for table in reading.tables:
            source = table.data.get("source")
            both = both or (isinstance(source, str) and _both_languages(source))
            if isinstance(source, str) and _one_language(source):
                key = table.key("source")
                outer = "" if not table.trail else str(table.trail[0])
                found.setdefault(outer, []).append((key, table.spot("source")))
        for outer, places in found.items() if both else ():
            key, spot = outer or "source", places[0][1]
            yield finding("source_one_language", key, spot=spot, count=len(places))


def _both_languages(source: str) -> bool:
    return any(part.words.zh != part.words.en for part in parts(source))


def _one_language(source: str) -> bool:
    return any(part.origin == CHOICE and part.words.zh == part.words.en for part in parts(source))
