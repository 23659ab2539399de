"""The page of the reference that shows what was explored, from the figures that were kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TypedDict

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(__file__).with_name("figures.json")
"""The figures of the latest exploration of each policy."""
FAULTS = Path(__file__).with_name("faults.json")
"""What was found of the planted faults, by what each does."""
PAGE = ROOT / "docs" / "reference" / "exploration.md"


class Row(TypedDict):
    """What came of one scope."""

    scope: str
    states: int
    moves: int
    depth: int
    complete: bool
    silence: float | None
    broken: list[str]
    seconds: float


class City(TypedDict):
    """What came of one policy."""

    scopes: str
    on: str
    python: str
    jobs: int
    laws: list[str]
    rows: list[Row]


class Finding(TypedDict):
    """How a planted fault shows: the laws that are broken in a scope, after how many moves."""

    laws: list[str]
    scope: str
    moves: int


def found_faults() -> dict[str, Finding | None]:
    """What was found of the planted faults; none of those that break no law."""
    found: dict[str, Finding | None] = json.loads(FAULTS.read_text(encoding="utf-8"))
    return found


def kept() -> dict[str, City]:
    """The figures by the name of the policy."""
    found: dict[str, City] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def page(cities: Mapping[str, City], faults: Mapping[str, Finding | None]) -> str:
    """The page, as Markdown."""
    return "\n".join((*_page(cities), *_faults(faults))) + "\n"


def _commands(cities: Mapping[str, City]) -> str:
    """What wrote the figures: the scopes of `make explore` are the full ones."""
    scopes = dict.fromkeys(city["scopes"] for city in cities.values())
    run = "python -m tests.explored.run --scopes {} --write"
    return " and ".join(f"`{'make explore' if s == 'full' else run.format(s)}`" for s in scopes)


def _page(cities: Mapping[str, City]) -> Iterator[str]:
    yield "# What was explored"
    yield ""
    yield f"<!-- Written by {_commands(cities)}. -->"
    yield ""
    yield "Every state that a matter can come to within a scope, and every law in each. How that is"
    yield "done, and what the scopes leave out, says"
    yield "[Every state that there is](../explanation/exploration.md)."
    yield ""
    yield "A move is anything that somebody asked for in a state, refused or not, or that time"
    yield "brought; the depth is how many moves away the farthest state is. If nobody acts, a"
    yield "matter is closed or comes before the coordinator within the time given there, reckoned"
    yield "with the policy's own limits, all extensions and deferrals granted."
    yield ""
    yield "| policy | scopes | states | moves | minutes | broken laws |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for name, city in cities.items():
        rows = city["rows"]
        cut = sum(not row["complete"] for row in rows)
        scopes = f"{len(rows)}" + (f", {cut} of them cut off" if cut else ", all to the end")
        states, moves = sum(row["states"] for row in rows), sum(row["moves"] for row in rows)
        minutes = sum(row["seconds"] for row in rows) / 60
        broken = ", ".join(sorted({law for row in rows for law in row["broken"]})) or "none"
        yield f"| {name} | {scopes} | {states:,} | {moves:,} | {minutes:.1f} | {broken} |"
    for name, city in cities.items():
        yield ""
        yield from _city(name, city)


def _city(name: str, city: City) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield f"On {city['on']}, with Python {city['python']} in {city['jobs']} processes;"
    yield f"the scopes are those of `{city['scopes']}`. Laws: {', '.join(city['laws'])}."
    yield ""
    yield "| scope | states | moves | depth | if nobody acts | seconds |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in city["rows"]:
        end = _span(row["silence"]) if row["complete"] else "cut off"
        told = f"{row['states']:,} | {row['moves']:,} | {row['depth']} | {end}"
        yield f"| {row['scope']} | {told} | {row['seconds']:.1f} |"


def _faults(results: Mapping[str, Finding | None]) -> Iterator[str]:
    if not results:
        return
    found = sum(finding is not None for finding in results.values())
    yield ""
    yield "## Planted faults"
    yield ""
    yield "So that an exploration can be trusted, some [planted](laws.md) faults of the core are"
    yield "explored too, in the quick scopes of Xingqing's policy, up to the first in which a"
    yield f"law is broken. {len(results)} were tried; exploring alone, without any test, finds"
    yield f"{found} of them, by the laws named here. The others break no law in these scopes:"
    yield "they need a side that is not quick, or differ where no law looks; the tests find them."
    yield ""
    yield "| planted fault | broken laws | scope | moves |"
    yield "| --- | --- | --- | --- |"
    for what, finding in results.items():
        if finding is None:
            yield f"| {what} | | | |"
        else:
            laws = ", ".join(finding["laws"])
            yield f"| {what} | {laws} | {finding['scope']} | {finding['moves'] or ''} |"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    span = timedelta(seconds=seconds)
    return f"{span.days} d {span.seconds // 3600} h"
