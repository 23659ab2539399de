"""Checking and comparing policies: on ``xingqing``, and as its rules become many.

``check`` and ``diff`` look at every combination of facts. They are held against asking the engine's
own classifier about each of them, one by one.
The tables of 50 to 1,000 rules have xingqing's facts and categories; of 20 rules 19 name some
categories and up to two facts, and one two or three facts only. There are never more cells than
facts, so that past some hundred rules the growth is that of reading and comparing them. Seconds
are those of the processor. Memory is the peak of what Python allocates, by tracemalloc, in a run of
its own.
"""

from __future__ import annotations

import json
import random
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Any

from attrs import evolve

from benchmarks.table import table
from whistle_engine.classify import CATEGORY, TIMING, compile_classifier
from whistle_engine.model import Affair
from whistle_engine.policy import Policy, Rule
from whistle_engine.policy_file import load_directory, load_policy, shipped_files
from whistle_engine.review.checking import check
from whistle_engine.review.comparing import compare
from whistle_engine.review.deciding import values
from whistle_engine.review.diff import diff
from whistle_engine.review.table import Table

ON = date(2026, 6, 1)
AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
SIZES = (50, 100, 200, 500, 1000)
CURVE = Path(__file__).resolve().parent / "review.json"
"""Where seconds and MiB of every size are kept."""
ROUNDS = 3
FEWER = 1.0
"""Never slower than to ask one by one; of a whole check, rules are only a part."""
GROWTH = 60
"""How many times as long 1,000 rules may take as 50: twenty times as many."""


def run() -> list[dict[str, Any]]:
    loaded = load_policy(shipped_files("xingqing"))
    directory = load_directory(shipped_files("xingqing.directory"))
    policy = loaded.value
    changed = altered(policy)
    one_by_one = taken(lambda: ask_each(policy))
    shared = {
        "policy check xingqing, s": lambda: check(loaded, directory, on=ON),
        "policy diff xingqing, one rule and one floor changed, s": lambda: diff(policy, changed),
    }
    results = []
    for name, act in shared.items():
        seconds, peak = best(act), memory(act)
        print(f"{name}: {seconds:.3f}, {peak:.1f} MiB")
        results.append(told(f"{name}: each of 150,120 facts asked", seconds, one_by_one, FEWER))
    return [*results, *growth(policy)]


def growth(policy: Policy) -> list[dict[str, Any]]:
    """How 1,000 rules compare with 50; seconds and MiB of every size are kept beside."""
    curve: list[dict[str, Any]] = []
    for size in SIZES:
        many = with_rules(policy, size)
        other = evolve(many, rules=(*many.rules[1:-1], many.rules[0], many.rules[-1]))
        acts: dict[str, Callable[[], object]] = {
            "check": lambda many=many: Table(many, ON).standings,  # type: ignore[misc]
            "diff": lambda many=many, other=other: compare(many, other),  # type: ignore[misc]
        }
        for name, act in acts.items():
            seconds, peak = best(act), memory(act)
            print(f"rules of a {name}, {size:,} of them: {seconds:.3f} s, {peak:.1f} MiB")
            curve.append({"of": name, "rules": size, "seconds": seconds, "MiB": peak})
    CURVE.write_text(json.dumps({"results": curve}, indent=2) + "\n", encoding="utf-8")
    found = {(row["of"], row["rules"]): row["seconds"] for row in curve}
    return [
        told(
            f"rules of a {name}, s: 1,000 of them against 50",
            found[name, SIZES[-1]], found[name, SIZES[0]], GROWTH,
        )
        for name in ("check", "diff")
    ]  # fmt: skip


def told(name: str, ours: float, other: float, target: float) -> dict[str, Any]:
    return {
        "name": f"{name} (lower is better)",
        "ours": ours,
        "other": other,
        "ratio": ours / other,
        "target": target,
        "held": ours / other <= target,
    }


def altered(policy: Policy) -> Policy:
    """One rule gives another kind, and one floor is raised."""
    rules = tuple(
        evolve(rule, kind="quick") if rule.id == "tough-project" else rule for rule in policy.rules
    )
    raised = [f for f in policy.floors if f.level == "possible" and f.kind == "quick"]
    floors = tuple(evolve(f, kind="tough") if f in raised else f for f in policy.floors)
    return evolve(policy, rules=rules, floors=floors)


def with_rules(policy: Policy, size: int, *, seed: int = 20261123) -> Policy:
    """The policy with so many random rules."""
    rng = random.Random(seed)
    held = values(policy)
    codes = held[CATEGORY][1:]
    names = [name for name in held if name != CATEGORY]
    rules = []
    for number in range(size - 1):
        by_category = rng.random() < 19 / 20
        when: dict[str, frozenset[str]] = {}
        if by_category:
            when[CATEGORY] = frozenset(rng.sample(codes, rng.randint(1, 12)))
        for name in rng.sample(names, rng.randint(0, 2) if by_category else rng.randint(2, 3)):
            when[name] = frozenset(rng.sample(held[name], rng.randint(1, 2)))
        kind = rng.choice([*policy.kind_of, None])
        affair = Affair.PUBLIC if kind else rng.choice([Affair.SHARED, Affair.HOUSEHOLD])
        rules.append(
            Rule(
                id=f"r{number}", title=policy.rules[0].title, when=tuple(when.items()),
                affair=affair, kind=kind, source="",
            )
        )  # fmt: skip
    return evolve(policy, rules=(*rules, policy.rules[-1]))


def ask_each(policy: Policy) -> int:
    """Every combination of category and circumstances, asked by itself."""
    classify = compile_classifier(policy)
    axes = [[(name, value) for value in held] for name, held in values(policy).items()]
    assert TIMING in dict(axis[0] for axis in axes)
    return len({classify(facts, AT).rule for facts in product(*axes)})


def best(act: Callable[[], object]) -> float:
    return min(taken(act) for _ in range(ROUNDS))


def taken(act: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    act()
    return time.process_time() - start


def memory(act: Callable[[], object]) -> float:
    """The peak of what is allocated, in MiB."""
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


if __name__ == "__main__":
    print(table(run()))
