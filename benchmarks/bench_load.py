"""Reading and compiling ``xingqing``, against the standard library's parsing of the same bytes."""

from __future__ import annotations

import csv
import statistics
import time
import tomllib
from collections.abc import Callable
from typing import Any

from whistle_engine.policy_file import Files, load_rules, shipped_files

TARGET = 8.0
"""How many times as long reading, checking and compiling may take as mere parsing."""
ROUNDS = 30


def run() -> list[dict[str, Any]]:
    policy, directory = shipped_files("xingqing"), shipped_files("xingqing.directory")
    rules = load_rules(policy, directory)
    assert len(rules.policy.categories) > 150
    ours, other = [], []
    for _ in range(ROUNDS):  # in turns, so that both see the same machine
        ours.append(taken(lambda: load_rules(policy, directory)))
        other.append(taken(lambda: parse(policy, directory)))
    ours_ms, other_ms = statistics.median(ours) * 1000, statistics.median(other) * 1000
    return [
        {
            "name": "load and compile xingqing, ms: tomllib and csv (lower is better)",
            "ours": ours_ms,
            "other": other_ms,
            "ratio": ours_ms / other_ms,
            "target": TARGET,
            "held": ours_ms / other_ms <= TARGET,
        }
    ]


def parse(*both: Files) -> None:
    for files in both:
        for name, data in files.files:
            text = data.decode("utf-8")
            if name.endswith(".csv"):
                list(csv.reader(text.splitlines(keepends=True)))
            else:
                tomllib.loads(text)


def taken(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start
