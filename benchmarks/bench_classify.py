"""Classification against zen-engine: the same rules and floors, as two JDM decision tables.

zen-engine has two ways to evaluate a decision many times, and both are measured:

* ``loader``: ``ZenEngine({"loader": …}).evaluate(key, …)`` with ``ZenDecisionContent``, which its
  documentation recommends for speed. This is the comparison that counts.
* ``decision``: ``ZenEngine().create_decision(…).evaluate(…)``, the first example of its manual.
  With zen-engine 2.1.3 a call costs about as much for 4 rules as for 300, so most of it is not the
  rules: a ratio to it says little about them.

Where there is a choice it is made in zen's favour: the facts come as the dictionary that it wants,
unused ones left out; what the catalogue says of the category is looked up for it beforehand,
untimed; it gives the rule and two ranks, and no explanation; the higher of the two ranks is taken
here. ``ours`` takes the facts as the engine keeps them, looks up the catalogue and gives the whole
``Classification``, with the source, the facts used and the floors. Nothing is memoised.
"""

from __future__ import annotations

import gc
import json
import random
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import zen

from whistle_engine.classify import CATEGORY, TIMING, WHEN_UNKNOWN, compile_classifier
from whistle_engine.model import UNKNOWN, Affair, Classification, Facts
from whistle_engine.policy import LEVELS, Policy, Rule

AT = datetime(2026, 6, 1, 4, tzinfo=UTC)
TARGET = 10.0
SAME = 4000
"""On how many random fact sets both must give the same answer, before they are timed on them."""

Answer = tuple[Affair, str | None, str, bool]
"""Affair, kind, rule, and whether a floor raised the result."""


def run(policy: Policy, *, rounds: int = 7, seed: int = 20261123) -> list[dict[str, Any]]:
    """Compare on random facts of a policy: classifications per second, the best of some rounds."""
    given = random_facts(policy, random.Random(seed), SAME)
    contexts = [zen_context(policy, facts) for facts in given]
    classify = compile_classifier(policy)
    evaluators = zen_evaluators(policy)

    expected = [answer(policy, classify(facts, AT)) for facts in given]
    for name, evaluate in evaluators.items():
        for facts, context, ours in zip(given, contexts, expected, strict=True):
            theirs = zen_answer(policy, evaluate(context)["result"])
            assert theirs == ours, (name, facts, theirs, ours)

    loader, decision = evaluators["loader"], evaluators["decision"]
    contests: dict[str, Callable[[], None]] = {
        "ours": lambda: each(lambda facts: classify(facts, AT), given),
        "loader": lambda: each(lambda context: zen_ranks(loader(context)), contexts),
        "decision": lambda: each(lambda context: zen_ranks(decision(context)), contexts),
    }
    speed = dict.fromkeys(contests, 0.0)
    for _ in range(rounds):  # in turn, so that a slow moment of the machine meets all of them
        for name, contest in contests.items():
            speed[name] = max(speed[name], len(given) / seconds(contest))
    return [
        {
            "name": f"classify, {len(policy.rules)} rules: zen-engine by {name}",
            "ours": speed["ours"],
            "other": speed[name],
            "ratio": speed["ours"] / speed[name],
            "target": TARGET,
            "held": speed["ours"] / speed[name] >= TARGET,
        }
        for name in evaluators
    ]


def each(do: Callable[[Any], object], given: Iterable[Any]) -> None:
    for one in given:
        do(one)


def seconds(contest: Callable[[], None]) -> float:
    gc.collect()
    start = time.perf_counter()
    contest()
    return time.perf_counter() - start


def random_facts(policy: Policy, rng: random.Random, number: int) -> list[Facts]:
    """Fact sets with a known category in nine of ten, and danger in about a third."""
    signals = {floor.signal for floor in policy.floors}
    plain = [fact for fact in policy.facts if fact.name not in {*signals, CATEGORY}]
    codes = [row.code for row in policy.categories]
    calm = 0.6 ** (1 / max(1, len(signals)))
    sets = []
    for _ in range(number):
        known = {fact.name: rng.choice(fact.values) for fact in plain if rng.random() < 0.9}
        if rng.random() < 0.9:
            known[CATEGORY] = rng.choice(codes)
        for signal in signals:
            quiet = rng.random() < calm
            known[signal] = rng.choice(("none", UNKNOWN) if quiet else LEVELS)
        sets.append(tuple(sorted(known.items())))
    return sets


def answer(policy: Policy, found: Classification) -> Answer:
    assert (found.kind is None) == (found.affair is not Affair.PUBLIC)
    assert policy.rank(found.affair, found.kind) >= 0
    return found.affair, found.kind, found.rule, bool(found.floors)


# --- the same for zen-engine --------------------------------------------------------------------


def zen_evaluators(policy: Policy) -> dict[str, Callable[[dict[str, Any]], Any]]:
    """Both ways to evaluate the policy's decision."""
    model = json.dumps(jdm(policy), ensure_ascii=False)
    content = zen.ZenDecisionContent(model)
    engine = zen.ZenEngine({"loader": lambda _: content})
    decision = zen.ZenEngine().create_decision(content)
    return {
        "loader": lambda context: engine.evaluate("policy", context),
        "decision": decision.evaluate,
    }


def zen_ranks(found: Any) -> tuple[str, int]:
    """What zen's answer comes to: the rule, and the higher of the two ranks."""
    result = found["result"]
    return result["rule"], max(result["rank"], result["floor"])


def zen_answer(policy: Policy, result: dict[str, Any]) -> Answer:
    results: dict[int, tuple[Affair, str | None]] = {
        policy.rank(Affair.PUBLIC, code): (Affair.PUBLIC, code) for code in policy.kind_of
    }
    results |= {policy.rank(a, None): (a, None) for a in (Affair.SHARED, Affair.HOUSEHOLD)}
    affair, kind = results[max(result["rank"], result["floor"])]
    return affair, kind, result["rule"], result["floor"] > result["rank"]


def zen_context(policy: Policy, facts: Facts) -> dict[str, Any]:
    """The facts that the tables read, and what the catalogue says: ranks of its row.

    ``own_rank`` is the row's; ``public_rank`` that of its kind, or the least, if it is public;
    both without the rules' say.
    """
    known = dict(facts)
    row = policy.category(known.get(CATEGORY, UNKNOWN), AT)
    affair = row.affair if row is not None else Affair.PUBLIC
    kind = row.kind if row is not None else None
    public_rank = policy.rank(Affair.PUBLIC, kind or least(policy))
    read = {name for rule in policy.rules for name, _ in rule.when}
    read |= {floor.signal for floor in policy.floors} | {TIMING}
    return {
        **{name: known.get(name, UNKNOWN) for name in read},
        "own_public": affair is Affair.PUBLIC,
        "own_rank": public_rank if affair is Affair.PUBLIC else policy.rank(affair, None),
        "public_rank": public_rank,
    }


def least(policy: Policy) -> str:
    return min((k for k in policy.kinds if not k.urgent), key=lambda kind: kind.rank).code


def jdm(policy: Policy) -> dict[str, Any]:
    """The policy as a graph: the facts go to two tables, and both answers come out together."""
    reads = sorted({name for rule in policy.rules for name, _ in rule.when})
    rules = table(
        "rules",
        reads,
        ("rule", "rank"),
        [(dict(rule.when), (f'"{rule.id}"', rank_cell(policy, rule))) for rule in policy.rules],
    )
    # The highest first; one row for all timings at which a signal and level demand the same.
    demands: dict[tuple[int, str, str], set[str]] = {}
    for floor in policy.floors:
        kind = (floor.kind or least(policy)) if floor.affair is Affair.PUBLIC else None
        timings = demands.setdefault(
            (-policy.rank(floor.affair, kind), floor.signal, floor.level), set()
        )
        timings |= {floor.timing, UNKNOWN} if floor.timing == WHEN_UNKNOWN else {floor.timing}
    floors = table(
        "floors",
        [TIMING, *sorted({floor.signal for floor in policy.floors})],
        ("floor",),
        [
            *(
                ({TIMING: timings, signal: {level}}, (str(-negative),))
                for (negative, signal, level), timings in sorted(demands.items())
            ),
            ({}, ("-1",)),
        ],
    )
    ends = [node("in", "inputNode"), node("out", "outputNode")]
    edges = [("in", "rules"), ("in", "floors"), ("rules", "out"), ("floors", "out")]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [*ends, rules, floors],
        "edges": [
            {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in edges
        ],
    }


def rank_cell(policy: Policy, rule: Rule) -> str:
    """What a rule gives, as a rank; where it leaves something open, from the category's row."""
    if rule.affair is None and rule.kind is None:
        return "own_rank"
    if rule.affair is None:
        return f"own_public ? {policy.rank(Affair.PUBLIC, rule.kind)} : own_rank"
    if rule.affair is Affair.PUBLIC and rule.kind is None:
        return "public_rank"
    return str(policy.rank(rule.affair, rule.kind))


def table(
    name: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rows: Iterable[tuple[dict[str, Any], Sequence[str]]],
) -> dict[str, Any]:
    """A decision table of hit policy first; an empty cell matches everything."""
    return node(
        name,
        "decisionTableNode",
        content={
            "hitPolicy": "first",
            "inputs": [{"id": f"in-{i}", "name": i, "field": i} for i in inputs],
            "outputs": [{"id": f"out-{o}", "name": o, "field": o} for o in outputs],
            "rules": [
                {
                    "_id": f"{name}-{number}",
                    **{
                        f"in-{i}": ", ".join(json.dumps(v) for v in sorted(when.get(i, ())))
                        for i in inputs
                    },
                    **{f"out-{o}": cell for o, cell in zip(outputs, cells, strict=True)},
                }
                for number, (when, cells) in enumerate(rows)
            ],
            "passThrough": False,
            "executionMode": "single",
        },
    )


def node(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}, **more}
