"""``python -m benchmarks``: run all, print a table, and keep the results in ``latest.json``."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import bench_classify, bench_import, bench_load, bench_store, bench_workflow
from whistle_engine.policy_file import shipped_rules

LATEST = Path(__file__).resolve().parent / "latest.json"
ENGINES = ("python-statemachine", "transitions", "zen-engine")

Result = dict[str, Any]


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}; {engines()}")
    rules = shipped_rules()
    results: list[Result] = []
    contests: Mapping[str, Callable[[], list[Result]]] = {
        "workflow": lambda: bench_workflow.run(rules),
        "classify": lambda: bench_classify.run(rules.policy),
        "import": bench_import.run,
        "load": bench_load.run,
        "store": lambda: bench_store.run(rules),
    }
    for name, contest in contests.items():
        print(f"running {name} …", file=sys.stderr)
        results += contest()
    LATEST.write_text(
        json.dumps({"results": results}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(table(results))


def engines() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ENGINES)


def table(results: Iterable[Result]) -> str:
    """A line for each result; times and rates as they come, ratios with two places."""
    rows = [("", "ours", "other", "ratio", "target", "")]
    for found in results:
        bound = "≤" if found["name"].endswith("(lower is better)") else "≥"
        rows.append(
            (
                found["name"],
                f"{found['ours']:,.4g}" if found["ours"] < 100 else f"{found['ours']:,.0f}",
                f"{found['other']:,.4g}" if found["other"] < 100 else f"{found['other']:,.0f}",
                f"{found['ratio']:.2f}",
                f"{bound} {found['target']:g}",
                "held" if found["held"] else "MISSED",
            )
        )
    widths = [max(len(row[n]) for row in rows) for n in range(6)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if n in (0, 5) else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


if __name__ == "__main__":
    main()
