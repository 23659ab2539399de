"""The page of the reference that shows which mutants of the core are found, and why not others."""

from __future__ import annotations

import platform
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from math import sqrt
from pathlib import Path

from attrs import frozen

EXPLAINED = Path(__file__).with_name("explained.toml")
"""Why some mutants survive: a reason, and which mutants it is for."""
SURE = 1.96
"""So many standard deviations lie about 95 of 100 samples."""
LONG = 90


@frozen
class Mutant:
    """A change of the core.

    Attributes:
        file: below the package's folder.
        before, after: the lines that it changes, in one.
    """

    file: str
    function: str
    before: str
    after: str


@frozen
class Run:
    """What came of a run.

    Attributes:
        whole: how many mutants there are.
        tried: how many of them were drawn by the seed and tried.
        files: of each file how many were found, and how many survived.
    """

    whole: int
    tried: int
    seed: int
    minutes: float
    jobs: int
    files: Mapping[str, tuple[int, int]]
    survivors: Sequence[Mutant]


@frozen
class Reason:
    """Why mutants survive that have something in common."""

    why: str
    before: str
    after: str
    function: str

    def speaks_of(self, mutant: Mutant) -> bool:
        """Tell whether it explains a mutant."""
        given = ((self.before, mutant.before), (self.after, mutant.after))
        where = self.function in ("", mutant.function)
        return where and all(re.search(pattern, text) for pattern, text in given)


def reasons() -> tuple[Reason, ...]:
    """All that are known."""
    said = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["reason"]
    return tuple(
        Reason(each["why"], each.get("before", ""), each.get("after", ""), each.get("function", ""))
        for each in said
    )


def share(run: Run) -> float:
    """Which part of the mutants was found."""
    return 1 - len(run.survivors) / run.tried


def page(run: Run) -> Iterator[str]:
    """The page, as Markdown."""
    found = share(run)
    give = SURE * sqrt(found * (1 - found) / run.tried)
    yield "# Mutants of the core"
    yield ""
    yield "<!-- Written by `make mutants`. -->"
    yield ""
    yield "The [planted faults](laws.md) are those that somebody thought of. Mutants are not: a"
    yield "program changes the core wherever it can, a comparison turned, an argument left out, and"
    yield "the tests of the core have to fail. What survives shows what no test looks at."
    yield ""
    yield f"There are {run.whole:,}; {run.tried:,} of them, drawn by chance (seed {run.seed}), were"
    yield f"tried on {datetime.now(UTC):%Y-%m-%d}, with Python {platform.python_version()}, in"
    yield f"{run.minutes:.0f} minutes of {run.jobs} processes, with few random examples a test."
    yield f"**{found:.1%} were found**; of all mutants that is {found - give:.1%} to"
    yield f"{min(1.0, found + give):.1%}, in 95 of 100 such samples."
    yield ""
    yield "| file | tried | found | survived |"
    yield "| --- | --- | --- | --- |"
    for file, (caught, left) in run.files.items():
        yield f"| `{file}` | {caught + left} | {caught} | {left} |"
    yield ""
    yield "## What survived"
    yield ""
    known = reasons()
    left_over = [m for m in run.survivors if not any(r.speaks_of(m) for r in known)]
    for reason in known:
        mine = [m for m in run.survivors if _first(known, m) is reason]
        if mine:
            yield reason.why
            yield ""
            yield from _list(mine)
            yield ""
    if left_over:
        yield "No reason is known: a test that looks at it is missing, in this run at least:"
        yield ""
        yield from _list(left_over)


def _first(known: Sequence[Reason], mutant: Mutant) -> Reason | None:
    return next((reason for reason in known if reason.speaks_of(mutant)), None)


def _list(mutants: Sequence[Mutant]) -> Iterator[str]:
    for mutant in mutants:
        yield f"- `{mutant.file}`, `{mutant.function}`:"
        yield f"  `{_short(mutant.before)}` → `{_short(mutant.after)}`"


def _short(line: str) -> str:
    return line if len(line) <= LONG else f"{line[:LONG]} …"
