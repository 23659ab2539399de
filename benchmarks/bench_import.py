"""How long a fresh process takes: ``whistle --help``, and every public name at once.

Both are held against importing the three libraries that the package cannot do without. Whole
processes are timed, by the wall, from starting Python to its end, in turn; medians. Here less is
better: ``ours`` and ``other`` are seconds, and the target is a ratio not to be exceeded.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TARGET = 2.0

SCRIPT = Path(sysconfig.get_path("scripts")) / "whistle"
OTHER = (sys.executable, "-c", "import attrs, cattrs, pluggy")
OURS: Mapping[str, Sequence[str]] = {
    "whistle --help": (str(SCRIPT), "--help"),
    "every public name": (sys.executable, "-c", "from whistle_engine import *"),
}


def run(*, rounds: int = 21) -> list[dict[str, Any]]:
    """Seconds of whole processes, in turn: medians of some rounds."""
    contests = {**OURS, "other": OTHER}
    for command in contests.values():  # once untimed, so that all are compiled and cached
        seconds(command)
    taken: dict[str, list[float]] = {name: [] for name in contests}
    for _ in range(rounds):
        for name, command in contests.items():
            taken[name].append(seconds(command))
    wall = {name: statistics.median(times) for name, times in taken.items()}
    return [
        {
            "name": f"seconds of a process: {name}, to importing attrs, cattrs, pluggy "
            "(lower is better)",
            "ours": wall[name],
            "other": wall["other"],
            "ratio": wall[name] / wall["other"],
            "target": TARGET,
            "held": wall[name] / wall["other"] <= TARGET,
        }
        for name in OURS
    ]


def seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603  fixed
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise RuntimeError(f"{command}: {done.stderr.decode(errors='replace')}")
    return taken
