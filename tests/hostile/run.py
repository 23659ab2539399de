"""Feed hostile input by the hundred thousand, and write the page that shows what came of it.

``python -m tests.hostile.run [--count 200000] [--first 0] [--only KIND] [--workers 2]
[--write docs/reference/hostile.md]``

Exit code 0 if each input was read, or told to be wrong; 1 if an error of any was not caught.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from random import Random
from time import perf_counter
from types import FrameType

import attrs

from tests.hostile.kinds import KINDS

SECONDS = 20
"""No input may take longer; the slowest that is fine takes a fiftieth."""
MEGABYTES = 1_500
"""No worker may hold more."""
TASK = 500
"""How many inputs a worker is given at once."""


@attrs.define
class Fed:
    """What came of some inputs of a kind."""

    kind: str
    outcomes: Counter[str] = attrs.field(factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0
    uncaught: list[tuple[int, str]] = attrs.field(factory=list)


class TooLongError(BaseException):
    """An input took longer than :data:`SECONDS`; nothing in between may catch it."""


def feed(kind: str, seeds: range) -> Fed:
    """Feed inputs of a kind, each made by its own seed; go on whatever comes of one."""
    fed = Fed(kind)
    before = signal.signal(signal.SIGALRM, _too_long)
    try:
        for seed in seeds:
            started = perf_counter()
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            try:
                made = KINDS[kind].make(Random(f"{kind} {seed}"))  # noqa: S311  chance, no secret
                fed.outcomes[KINDS[kind].feed(made)] += 1
            except (Exception, TooLongError):  # noqa: BLE001  what nobody caught is looked for
                fed.uncaught.append((seed, traceback.format_exc(limit=-6)))
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            took = perf_counter() - started
            fed.seconds += took
            fed.slowest = max(fed.slowest, took)
    finally:
        signal.signal(signal.SIGALRM, before)
    return fed


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise TooLongError


def tasks(count: int, only: str | None, first: int) -> Iterator[tuple[str, range]]:
    """The inputs of a run in pieces: of each kind its share."""
    whole = sum(kind.share for name, kind in KINDS.items() if only in (None, name))
    for name, kind in KINDS.items():
        if only not in (None, name):
            continue
        number = -(-count * kind.share // whole)
        for start in range(first, first + number, TASK):
            yield name, range(start, min(start + TASK, first + number))


def main() -> int:
    """Feed, print a table, and tell all that was not caught."""
    told = argparse.ArgumentParser(description=__doc__)
    told.add_argument("--count", type=int, default=200_000)
    told.add_argument("--first", type=int, default=0, help="the first seed")
    told.add_argument("--only", choices=KINDS)
    told.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    told.add_argument("--write", type=Path, help="write the page of the reference here")
    asked = told.parse_args()
    if asked.write and asked.only:
        told.error("--write takes all kinds: leave --only out")
    sums = {name: Fed(name) for name in KINDS if asked.only in (None, name)}
    with ProcessPoolExecutor(asked.workers, initializer=_bounded) as pool:
        running = [pool.submit(feed, *task) for task in tasks(asked.count, asked.only, asked.first)]
        for done, future in enumerate(as_completed(running), 1):
            _add(sums, future.result())
            sys.stderr.write(f"\r{done * 100 // len(running)} %")
    sys.stderr.write("\r     \n")
    sys.stdout.write(table(sums) + "\n")
    if asked.write:
        asked.write.write_text("\n".join(page(sums, asked.first)) + "\n", encoding="utf-8")
    for fed in sums.values():
        alike = groupby(sorted(fed.uncaught, key=_where), key=_where)
        for found in (list(group) for _, group in alike):
            seed, error = min(found, key=lambda one: len(one[1]))
            sys.stdout.write(f"\n{fed.kind} {seed}, and {len(found) - 1} like it:\n{error}\n")
    return 1 if any(fed.uncaught for fed in sums.values()) else 0


def _where(one: tuple[int, str]) -> list[str]:
    """The file and the line in which an error was raised."""
    return re.findall(r'File "[^"]*", line \d+', one[1])[-1:]


def _bounded() -> None:
    if sys.platform != "win32":
        import resource  # noqa: PLC0415  not everywhere

        resource.setrlimit(resource.RLIMIT_DATA, (MEGABYTES << 20, resource.RLIM_INFINITY))


def _add(sums: dict[str, Fed], fed: Fed) -> None:
    known = sums[fed.kind]
    known.outcomes += fed.outcomes
    known.slowest = max(known.slowest, fed.slowest)
    known.seconds += fed.seconds
    known.uncaught += fed.uncaught


def table(sums: dict[str, Fed]) -> str:
    """Of each kind: how many, what came of them, the slowest."""
    rows = [
        "| kind | inputs | what came of them | slowest, s | uncaught |",
        "| --- | --- | --- | --- | --- |",
    ]
    for fed in sums.values():
        number = fed.outcomes.total() + len(fed.uncaught)
        came = ", ".join(f"{name} {n:,}" for name, n in fed.outcomes.most_common())
        rows.append(
            f"| {KINDS[fed.kind].title} | {number:,} | {came} | {fed.slowest:.2f} "
            f"| {len(fed.uncaught)} |"
        )
    return "\n".join(rows)


def page(sums: dict[str, Fed], first: int) -> Iterator[str]:
    """The page of the reference, as Markdown."""
    number = sum(fed.outcomes.total() + len(fed.uncaught) for fed in sums.values())
    uncaught = sum(len(fed.uncaught) for fed in sums.values())
    yield "# Hostile input"
    yield ""
    yield "<!-- Written by `make hostile`. -->"
    yield ""
    yield "Whatever comes in from outside is read, or refused with an error of its own that says"
    yield "what is wrong: never with a traceback, never half, never for long. So that this can be"
    yield "relied on, inputs are made by the hundred thousand: good ones that are cut, doubled,"
    yield "swapped, garbled or filled with what is too large or too deep, and ones made up."
    yield ""
    yield f"{number:,} inputs, seeds from {first:,}; {uncaught} of them with an error that nothing"
    yield f"caught. On {datetime.now(UTC):%Y-%m-%d}, with Python {platform.python_version()}. None"
    yield f"may take longer than {SECONDS} s, and no process may hold more than {MEGABYTES:,} MB."
    yield ""
    yield table(sums)
    yield ""
    yield "Held besides: what is read is written and read again as it was; a command that fails"
    yield "writes nothing, and after each the store passes `verify`; a command line that fails says"
    yield "so in one line, and changes no file; a store that cannot be opened stays as it is."


if __name__ == "__main__":
    sys.exit(main())
