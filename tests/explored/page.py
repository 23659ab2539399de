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
    """How a planted fault shows: the laws that are broken, where, and after how many moves.

    Where is a scope, or the city of a story.
    """

    laws: list[str]
    scope: str
    moves: int


Findings = Mapping[str, Finding | None]
"""How a fault shows by each of the means by which it was looked for; ``None`` if it does not."""


def found_faults() -> dict[str, dict[str, Finding | None]]:
    """What was found of the planted faults, by what each does."""
    found: dict[str, dict[str, Finding | None]] = json.loads(FAULTS.read_text(encoding="utf-8"))
    return found


def kept() -> dict[str, City]:
    """The figures by the name of the policy."""
    found: dict[str, City] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def page(cities: Mapping[str, City], faults: Mapping[str, Findings]) -> str:
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
    yield f"the scopes are those of `--scopes {city['scopes']}`. Laws: {', '.join(city['laws'])}."
    yield ""
    yield "| scope | states | moves | depth | if nobody acts | seconds |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in city["rows"]:
        end = _span(row["silence"]) if row["complete"] else "cut off"
        told = f"{row['states']:,} | {row['moves']:,} | {row['depth']} | {end}"
        yield f"| {row['scope']} | {told} | {row['seconds']:.1f} |"


def _faults(results: Mapping[str, Findings]) -> Iterator[str]:
    if not results:
        return
    yield ""
    yield "## Planted faults"
    yield ""
    yield "So that the laws can be trusted, [planted](laws.md) faults of the core are looked for by"
    yield "the laws alone, without any test: in 150 random stories of each of four cities, and by"
    yield "exploring the quick scopes of Xingqing's policy, up to the first that breaks a law."
    yield f"{_counted(results, 'stories')} are found in stories,"
    yield f"{_counted(results, 'exploring')} by exploring, and by one or the other"
    either = sum(any(found.values()) for found in results.values())
    yield f"{either} of {len(results)}; {_raised(results)} of these only by an error where a"
    yield "decision should be, which no law names. The others break no law there: they need"
    yield "what the stories and scopes do not come by, or differ where no law looks; the tests"
    yield "find them all."
    yield ""
    yield "| planted fault | in stories | by exploring |"
    yield "| --- | --- | --- |"
    for what, found in results.items():
        yield f"| {what} | {_cell(found, 'stories')} | {_cell(found, 'exploring')} |"
    yield ""
    yield "A dash stands where a fault was not looked for by these means."


def _raised(results: Mapping[str, Findings]) -> int:
    """How many faults show by nothing but an error."""
    laws = [[each["laws"] for each in found.values() if each] for found in results.values()]
    return sum(bool(found) and all(names == ["error"] for names in found) for found in laws)


def _counted(results: Mapping[str, Findings], means: str) -> str:
    looked = [found[means] for found in results.values() if means in found]
    return f"{sum(each is not None for each in looked)} of {len(looked)}"


def _cell(found: Findings, means: str) -> str:
    if means not in found:
        return "–"
    finding = found[means]
    if finding is None:
        return ""
    moves = f", {finding['moves']} moves" if finding["moves"] else ""
    return f"{', '.join(finding['laws'])}: {finding['scope']}{moves}"


def _span(seconds: float | None) -> str:
    if seconds is None:
        return ""
    span = timedelta(seconds=seconds)
    return f"{span.days} d {span.seconds // 3600} h"
