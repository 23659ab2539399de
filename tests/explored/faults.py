"""What of the planted faults an exploration finds, and by which law.

``python -m tests.explored.faults [--clause FR6] [--jobs 2] [--write]``

Each fault of the core (tests/planted/faults.toml) is put into a copy of the sources, and the quick
scopes of Xingqing's policy are explored there, up to the first in which a law is broken. A fault
that no law can see is left to the tests: the exploration finds what breaks a promise, not what
merely differs.
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
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.explored.page import FAULTS, PAGE, Finding, found_faults, kept, page
from tests.planted.faults import ROOT, Fault, faults
from whistle_engine import shipped_rules
from whistle_engine.review.explore import explore, quick

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
"""What an exploration runs. Due times are free there (deadlines.py), and nothing is stored."""

RAISED = "error"
"""Told instead of a law where the exploration itself cannot go on."""


def say(line: str) -> None:
    """Write a line for people."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def wanted(clause: str | None) -> Iterator[Fault]:
    """The faults of the core."""
    for fault in faults():
        if fault.file.startswith(CORE) and clause in (None, fault.clause):
            yield fault


def first_broken() -> Finding | None:
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


def plant(fault: Fault) -> Finding | None:
    """Put a fault into a copy of the sources, and explore them in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="explored-") as folder:
        tree = Path(folder)
        for name in ("src", "tests"):
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        file = tree / fault.file
        file.write_text(fault.planted(file.read_text(encoding="utf-8")), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-B", "-m", "tests.explored.faults", "--here"],
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
    parser.add_argument("--clause", help="only the faults of this clause")
    parser.add_argument("--jobs", type=int, default=2, help="faults at a time (2)")
    parser.add_argument("--write", action="store_true", help="keep what was found, write the page")
    parser.add_argument("--here", action="store_true", help="explore these sources, as they are")
    asked = parser.parse_args(arguments)
    if asked.here:
        say(json.dumps(first_broken()))
        return 0
    planted = list(wanted(asked.clause))
    results = found_faults()
    with ThreadPoolExecutor(asked.jobs) as pool:
        for fault, found in zip(planted, pool.map(plant, planted), strict=True):
            results[fault.what] = found
            told = f"by {', '.join(found['laws'])} in {found['scope']}" if found else "not found"
            say(f"{fault.clause:5} {fault.what}\n      {told}")
            if asked.write:
                FAULTS.write_text(
                    json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
                )
    if asked.write:
        PAGE.write_text(page(kept(), results), encoding="utf-8")
    say(f"{sum(results[f.what] is not None for f in planted)} of {len(planted)} faults found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
