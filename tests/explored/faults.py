"""What of the planted faults the laws find without any test, and which law it is.

``python -m tests.explored.faults [--by stories] [--clause FR6] [--jobs 2] [--write]``

Each fault of the core (tests/planted/faults.toml) is put into a copy of the sources. There the laws
are held against random stories of four cities, and against all states of the quick scopes of
Xingqing's policy, each up to the first in which a law is broken. A fault that no law can see is
left to the tests: the laws find what breaks a promise, not what merely differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

from tests.explored.page import FAULTS, PAGE, Finding, found_faults, kept, page
from tests.planted.faults import ROOT, Fault, faults
from tests.walks import OTHER_RULES, RULES
from whistle_engine import shipped_rules
from whistle_engine.review.explore import explore, in_order, quick
from whistle_engine.rules import Rules
from whistle_engine.testing.laws import LAWS
from whistle_engine.testing.strategies._cast import Cast
from whistle_engine.testing.strategies._drawing import MOVE_BYTES, SETTING_BYTES, tale_of

PATIENCE = 900
"""How many seconds one fault may take."""

CORE = (
    "src/whistle_engine/classify.py",
    "src/whistle_engine/moves/",
    "src/whistle_engine/responder.py",
    "src/whistle_engine/standing.py",
    "src/whistle_engine/transitions.py",
    "src/whistle_engine/workflow.py",
)
"""What an exploration runs. Due times are free there, and nothing is stored."""

RAISED = "error"
"""Told instead of a law where the exploration itself cannot go on."""

STORIES = 150
"""So many stories are drawn of each city."""

MOVES = 40
"""So many things are done in each, after its beginning."""

CITIES: Mapping[str, Callable[[], Rules]] = {
    "tiny": lambda: RULES,
    "other": lambda: OTHER_RULES,
    "xingqing": lambda: shipped_rules("xingqing"),
    "beijing": lambda: shipped_rules("beijing"),
}
"""The cities of the stories: two that only the tests have, and those that are shipped."""


def say(line: str) -> None:
    """Write a line for people."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wanted(clause: str | None, files: tuple[str, ...] = CORE) -> Iterator[Fault]:
    """The faults of the core."""
    for fault in faults():
        if fault.file.startswith(files) and clause in (None, fault.clause):
            yield fault


def first_in_stories() -> Finding | None:
    """Tell stories by the sources that this process runs, up to the first that breaks a law."""
    casts = {name: Cast(rules()) for name, rules in CITIES.items()}
    rng = Random(0)  # noqa: S311  chance, no secret
    for _ in range(STORIES):
        for name, cast in casts.items():
            setting = rng.getrandbits(8 * SETTING_BYTES)
            tale = tale_of(setting, [rng.getrandbits(8 * MOVE_BYTES) for _ in range(MOVES)], cast)
            found = [breach for law in LAWS if (breach := law.broken(tale)) is not None]
            if found:
                laws = list(in_order({breach.law for breach in found}))
                return Finding(laws=laws, scope=name, moves=min(b.step for b in found) + 1)
    return None


def first_explored() -> Finding | None:
    """Explore the sources that this process runs, up to the first scope with a broken law."""
    rules = shipped_rules("xingqing")
    scopes = quick(rules)
    smallest, _ = Counter(scope.category for scope in scopes).most_common()[0]
    for scope in sorted(scopes, key=lambda scope: scope.category != smallest):
        found = explore(rules, scope, most=20_000)
        if found.violations:
            laws = [violation.law for violation in found.violations]
            shortest = min(found.violations, key=lambda violation: len(violation.way))
            return Finding(laws=laws, scope=scope.name, moves=len(shortest.way))
    return None


MEANS: Mapping[str, tuple[Callable[[], Finding | None], tuple[str, ...]]] = {
    "stories": (first_in_stories, (*CORE, "src/whistle_engine/deadlines.py")),
    "exploring": (first_explored, CORE),
}
"""By which means a fault is looked for, and in which files of the sources it can be found so."""


def plant(fault: Fault, means: str) -> Finding | None:
    """Put a fault into a copy of the sources, and look for it in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="explored-") as folder:
        tree = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        file = tree / fault.file
        file.write_text(fault.planted(file.read_text(encoding="utf-8")), encoding="utf-8")
        done = subprocess.run(  # noqa: S603  our own interpreter and module
            [sys.executable, "-B", "-m", "tests.explored.faults", "--here", "--by", means],
            cwd=tree,
            env={**os.environ, "PYTHONPATH": str(tree / "src")},
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        say(f"      {last}")
        return Finding(laws=[RAISED], scope="", moves=0)
    found: Finding | None = json.loads(done.stdout.splitlines()[-1])
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.explored.faults", description=__doc__)
    parser.add_argument("--by", choices=MEANS, help="only by these means")
    parser.add_argument("--clause", help="only the faults of this clause")
    parser.add_argument("--jobs", type=int, default=2, help="faults at a time (2)")
    parser.add_argument("--write", action="store_true", help="keep what was found, write the page")
    parser.add_argument("--here", action="store_true", help="look at these sources, as they are")
    asked = parser.parse_args(arguments)
    for means in MEANS if asked.by is None else (asked.by,):
        look, files = MEANS[means]
        if asked.here:
            say(json.dumps(look()))
            continue
        planted = list(wanted(asked.clause, files))
        _try(planted, means, asked.jobs, write=asked.write)
    return 0


def _try(planted: Sequence[Fault], means: str, jobs: int, *, write: bool) -> None:
    results, caught = found_faults(), 0
    with ThreadPoolExecutor(jobs) as pool:
        looked = pool.map(lambda fault: plant(fault, means), planted)
        for fault, found in zip(planted, looked, strict=True):
            results.setdefault(fault.what, {})[means] = found
            caught += found is not None
            told = f"by {', '.join(found['laws'])} in {found['scope']}" if found else "not found"
            say(f"{fault.clause:5} {fault.what}\n      {told}")
            if write:
                kept_faults(results)
    if write:
        PAGE.write_text(page(kept(), found_faults()), encoding="utf-8")
    say(f"{caught} of {len(planted)} faults found by {means}")


def kept_faults(results: Mapping[str, Mapping[str, Finding | None]]) -> None:
    """Keep what was found, in the order of the faults."""
    ordered = {fault.what: results[fault.what] for fault in faults() if fault.what in results}
    FAULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
