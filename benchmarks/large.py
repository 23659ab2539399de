"""``python -m benchmarks.large``: is a store of a million matters as fast as one of ten thousand?

It writes both stores (:mod:`benchmarks.large_rows`), which takes some minutes and ten gigabytes,
and asks both the same things in turn: each time about another unit, street, day or matter, but the
same kind of thing in both. ``warm``: the same was asked just before, untimed; a command was given
just before, and undone. ``cold``: before each question the file was dropped from the memory of the
system, where that lets us, and opened again; what has to be read from the disk then decides, and
the disk has its moods.

Medians; ``ours`` are the seconds of the large store, ``other`` those of the small one, and the
ratio is not to be exceeded.
"""

from __future__ import annotations

import argparse
import json
import platform
import sqlite3
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench_store import seconds
from benchmarks.large_questions import Question, questions
from benchmarks.large_rows import Source, fill, source
from benchmarks.large_store import Big, BigFile
from benchmarks.table import Result, table
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules

RESULTS = Path(__file__).resolve().parent / "large.json"
TARGET = 1.3


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    asked.add_argument("--small", type=int, default=10_000, metavar="MATTERS")
    asked.add_argument("--large", type=int, default=1_000_000, metavar="MATTERS")
    asked.add_argument("--warm", type=int, default=101, metavar="ROUNDS")
    asked.add_argument("--cold", type=int, default=11, metavar="ROUNDS")
    asked.add_argument("--keep", type=Path, metavar="FOLDER", help="where the stores stay")
    given = asked.parse_args()
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    rules = shipped_rules()
    lived = source(rules)
    with folder(given.keep) as place:
        small, large = (
            BigFile(
                path=made(place, rules, lived, matters), matters=matters, rules=rules, source=lived
            )
            for matters in (given.small, given.large)
        )
        results = [
            compared(question, small, large, how, rounds)
            for how, rounds in (("warm", given.warm), ("cold", given.cold))
            if rounds
            for question in questions(small)
        ]
    RESULTS.write_text(
        json.dumps({"results": results}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(table(results))


@contextmanager
def folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with TemporaryDirectory() as place:
        yield Path(place)


def made(place: Path, rules: Rules, lived: Source, matters: int) -> Path:
    """The file of a store; it is written if it is not there, and only a whole one has its name."""
    path = place / f"{matters}.db"
    if not path.exists():
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        print(f"writing {matters:,} matters …", file=sys.stderr)
        took = seconds(lambda: fill(part, rules, lived, matters))
        part.rename(path)
        print(f"  {took:,.0f} s, {path.stat().st_size / 1e9:.1f} GB", file=sys.stderr)
    return path


def compared(question: Question, small: Big, large: Big, how: str, rounds: int) -> Result:
    """Ask both, in turn."""
    print(f"asking for {question.name}, {how} …", file=sys.stderr)
    taken: dict[int, list[float]] = {small.matters: [], large.matters: []}
    for _ in range(rounds):
        for big in (small, large):
            taken[big.matters].append(time_of(question, big, cold=how == "cold"))
    ours, other = (statistics.median(taken[big.matters]) for big in (large, small))
    return {
        "name": f"{question.name}, {how}, s, {large.matters:,} matters: {small.matters:,} "
        "(lower is better)",
        "ours": ours,
        "other": other,
        "ratio": ours / other,
        "target": TARGET,
        "held": ours / other <= TARGET,
    }


def time_of(question: Question, big: Big, *, cold: bool) -> float:
    ask = question.prepare(big)
    if cold:
        big.forget()
    elif question.harmless:
        ask()
    answers: list[object] = []
    took = seconds(lambda: answers.append(ask()))
    question.after(big, answers[0])
    return took


if __name__ == "__main__":
    main()
