"""Explore the policies of this repository, keep the figures, and write the page that shows them.

``python -m tests.explored.run [--policy xingqing] [--scopes full] [--jobs 2] [--most 200000]
[--write]``

Exit code 0 if every law held in every state, 1 if one is broken.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from tests.explored.page import KEPT, PAGE, City, Row, found_faults, kept, page
from whistle_engine import shipped_rules
from whistle_engine.policy_file import load_rules
from whistle_engine.review.explore import (
    Progress,
    Scope,
    Violation,
    deep,
    explore,
    full,
    in_order,
    quick,
)
from whistle_engine.rules import Rules
from whistle_engine.story import write_story

OTHERS = Path(__file__).parents[1] / "policies"

POLICIES: Mapping[str, Callable[[], Rules]] = {
    "xingqing": lambda: shipped_rules("xingqing"),
    "beijing": lambda: shipped_rules("beijing"),
    "chongchuan": lambda: load_rules(
        OTHERS / "chongchuan.toml", OTHERS / "chongchuan.directory.toml"
    ),
}
"""Those that are shipped, and one that only the tests have."""

PRESETS: Mapping[str, Callable[[Rules], tuple[Scope, ...]]] = {
    "quick": quick,
    "full": full,
    "deep": deep,
}


def say(line: str) -> None:
    """Write a line for people."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def shown(name: str) -> Callable[[Progress], None] | None:
    """Writes how far a scope has come, over and over in one line of a terminal."""
    if not sys.stderr.isatty():
        return None

    def show(now: Progress) -> None:
        if now.waiting % 50 == 0:
            sys.stderr.write(f"\r\x1b[K{name}: {now.states} states, {now.waiting} to look at")
            sys.stderr.flush()

    return show


def put(policy: str, violation: Violation, folder: Path) -> None:
    """Tell how a law is broken, and write the story of it."""
    say(f"  {violation.law} is broken: {violation.words}")
    for words in violation.way:
        say(f"    {words.en}")
    if violation.story is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{policy}-breaks-{violation.law}.toml"
        path.write_text(write_story(violation.story), encoding="utf-8")
        say(f"  whistle play {path}")


def city(policy: str, asked: argparse.Namespace) -> City:
    """Explore one policy."""
    rules, laws = POLICIES[policy](), set[str]()
    rows: list[Row] = []
    for scope in PRESETS[asked.scopes](rules):
        began = monotonic()
        found = explore(
            rules, scope, jobs=asked.jobs, most=asked.most, policy=policy,
            progress=shown(scope.name),
        )  # fmt: skip
        seconds = monotonic() - began
        laws |= set(found.laws)
        rows.append(
            Row(
                scope=scope.name,
                states=found.states,
                moves=found.moves,
                depth=found.depth,
                complete=found.complete,
                silence=found.silence.total_seconds() if found.silence is not None else None,
                broken=[violation.law for violation in found.violations],
                seconds=round(seconds, 1),
            )
        )
        told = f"{found.states} states, {found.moves} moves; {seconds:.1f} s"
        say(f"{policy}: {scope.name}: {told}{'' if found.complete else '; cut off'}")
        for violation in found.violations:
            put(policy, violation, asked.stories)
    return City(
        scopes=asked.scopes,
        on=f"{datetime.now(UTC):%Y-%m-%d}",
        python=platform.python_version(),
        jobs=asked.jobs,
        laws=list(in_order(laws)),
        rows=rows,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.explored.run", description=__doc__)
    parser.add_argument("--policy", choices=POLICIES, help="only this one")
    parser.add_argument("--scopes", choices=PRESETS, default="full", help="how far (full)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--most", type=int, default=200_000, help="states of a scope (200000)")
    parser.add_argument("--stories", type=Path, default=Path("explored"), metavar="FOLDER",
                        help="where stories of broken laws go (explored)")  # fmt: skip
    parser.add_argument("--write", action="store_true", help="keep the figures, write the page")
    asked = parser.parse_args(arguments)
    cities, broken = kept(), False
    for policy in POLICIES if asked.policy is None else (asked.policy,):
        cities[policy] = city(policy, asked)
        rows = cities[policy]["rows"]
        broken = broken or any(row["broken"] for row in rows)
        states, moves = sum(row["states"] for row in rows), sum(row["moves"] for row in rows)
        say(f"{policy}: {len(rows)} scopes, {states} states, {moves} moves")
        if asked.write:
            ordered = {name: cities[name] for name in POLICIES if name in cities}
            KEPT.write_text(json.dumps(ordered, indent=1) + "\n", encoding="utf-8")
            PAGE.write_text(page(ordered, found_faults()), encoding="utf-8")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
