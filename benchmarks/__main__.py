"""``python -m benchmarks``: run all, print a table, and keep the results in ``latest.json``."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    bench_classify,
    bench_eventsourcing,
    bench_import,
    bench_load,
    bench_postgres,
    bench_review,
    bench_store,
    bench_workflow,
)
from benchmarks.table import Result, table
from whistle_engine.policy_file import shipped_rules

LATEST = Path(__file__).resolve().parent / "latest.json"
ENGINES = ("eventsourcing", "python-statemachine", "transitions", "zen-engine")


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}; {engines()}")
    rules = shipped_rules()
    results: list[Result] = []
    contests: Mapping[str, Callable[[], list[Result]]] = {
        "workflow": lambda: bench_workflow.run(rules),
        "classify": lambda: bench_classify.run(rules.policy),
        "import": bench_import.run,
        "load": bench_load.run,
        "review": bench_review.run,
        "store": lambda: bench_store.run(rules),
        "postgres": lambda: bench_postgres.run(rules),
        "eventsourcing": lambda: bench_eventsourcing.run(rules),
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


if __name__ == "__main__":
    main()
