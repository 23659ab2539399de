"""What is told of a million matters is what was measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("page", ["docs/adr/0014-sqlite.md", "benchmarks/README.md"])
def test_the_worst_and_what_misses_the_target_are_told(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    rows = json.loads((ROOT / "benchmarks" / "large.json").read_text(encoding="utf-8"))["results"]
    for heat in ("warm", "cold"):
        some = [row for row in rows if f", {heat}," in row["name"]]
        assert f"{max(row['ratio'] for row in some):.2f}" in text
    assert f"{sum(not row['held'] for row in some)} " in text
    assert f"of {len(some)} " in text or f"the {len(some)} cold" in text


def test_the_same_of_postgresql() -> None:
    text = " ".join((ROOT / "benchmarks" / "README.md").read_text(encoding="utf-8").split())
    found = json.loads((ROOT / "benchmarks" / "large_postgres.json").read_text(encoding="utf-8"))
    rows = found["results"]
    missed = [row for row in rows if not row["held"]]
    assert f"{len(rows) - len(missed)} of {len(rows)} rows hold" in text
    for row in missed:
        assert f"({row['ratio']:.2f})" in text
    (scan,) = [row for row in rows if row["name"].startswith("scan")]
    assert f"{round(scan['ours'], -2):,.0f} a second" in text
