"""What of a policy a set of histories has shown: rules, categories, kinds, rungs of ladders.

A decision counts for the rule by which this policy decides its facts, so that what was recorded
under an older version tells about a newer one too. A whistle that is blown before any decision
counts for the category that it is blown with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.classify import CATEGORY, TIMING, compile_classifier
from whistle_engine.events import Event
from whistle_engine.model import UNKNOWN, Clock, Label, Matter, What
from whistle_engine.policy import Policy
from whistle_engine.review.deciding import declaring
from whistle_engine.review.difference_words import joined
from whistle_engine.review.naming import Naming
from whistle_engine.review.words import called

Sort = Literal["rules", "floors", "categories", "kinds", "rungs"]
"""What can be shown."""

SORTS: tuple[Sort, ...] = ("rules", "floors", "categories", "kinds", "rungs")

Step = tuple[Matter | None, Event]
"""An event, and its matter's state before it."""


@frozen
class Item:
    """One thing of a policy.

    Attributes:
        key: its dotted key.
        title: what it is called.
        count: how often it was shown.
    """

    sort: Sort
    key: str
    title: Label
    count: int


def coverage(policy: Policy, steps: Iterable[Step]) -> tuple[Item, ...]:
    """Count what is shown.

    Args:
        policy: the policy.
        steps: all events, each with its matter's state before it.

    Returns:
        Everything that could be shown, by its sort and then in the policy's order, with how often
        it was.
    """
    counts = _counts(policy, steps)
    return tuple(Item(sort, key, title, counts[key]) for sort, key, title in _items(policy))


def _counts(policy: Policy, steps: Iterable[Step]) -> Counter[str]:
    classify, declared = compile_classifier(policy), declaring(policy)
    rungs = _rungs(policy)
    counts: Counter[str] = Counter()
    for before, event in steps:
        match event:
            case e.Classified():
                facts = declared(event.facts)
                found = classify(facts, event.at)
                counts[f"rules.{found.rule}"] += 1
                for floor in found.floors:
                    counts[f"signals.{floor.replace('/', '.')}"] += 1
                counts[f"categories.{dict(facts).get(CATEGORY, UNKNOWN)}"] += 1
            case e.Blown():
                counts[f"kinds.{event.kind}"] += 1
                if before is None or before.classification is None:  # by the category it names
                    counts[f"categories.{event.classification.category}"] += 1
            case e.WhistleRaised():
                counts[f"kinds.{event.kind}"] += 1
            case e.TimerFired():
                counts[rungs.get(_rung(before, event), "")] += 1
            case _:
                pass  # what else happens uses none of these
    return counts


_Rung = tuple[What, str, int] | None
"""A rung by the kind of clock, its action, and which of that action it is."""


def _rung(before: Matter | None, event: e.TimerFired) -> _Rung:
    """Which rung a timer was; ``None`` if its clock is not known."""
    clocks: tuple[Clock, ...] = before.clocks if before is not None else ()
    clock = next((clock for clock in clocks if clock.id == event.clock), None)
    if clock is None:
        return None
    alike = [step.number for step in clock.steps if step.action is event.action]
    return (
        (clock.what, event.action.value, alike.index(event.step)) if event.step in alike else None
    )


def _rungs(policy: Policy) -> dict[_Rung, str]:
    """The keys of all rungs, by the clocks for which they are used."""
    found: dict[_Rung, str] = {}
    for what in What:
        used = policy.ladder(what)
        number = next((n for n, each in enumerate(policy.ladders, 1) if each.rungs is used), None)
        seen: Counter[str] = Counter()
        for m, rung in enumerate(used, 1):
            found[what, rung.action.value, seen[rung.action.value]] = (
                f"ladders[{number}].rungs[{m}]"
            )
            seen[rung.action.value] += 1
    return found


def _items(policy: Policy) -> Iterator[tuple[Sort, str, Label]]:
    for rule in policy.rules:
        yield "rules", f"rules.{rule.id}", rule.title
    naming = Naming((policy,))
    for floor in policy.floors:
        key = f"signals.{floor.signal}.{floor.level}.{floor.timing}"
        level, timing = naming.value(floor.signal, floor.level), naming.value(TIMING, floor.timing)
        title = joined(joined(naming.fact(floor.signal), level), timing)
        yield "floors", key, title
    for code, title in {row.code: row.title for row in policy.categories}.items():
        yield "categories", f"categories.{code}", title
    for kind in policy.kinds:
        yield "kinds", f"kinds.{kind.code}", kind.title
    used = set(_rungs(policy).values())
    for n, ladder in enumerate(policy.ladders, 1):
        for m, rung in enumerate(ladder.rungs, 1):
            key = f"ladders[{n}].rungs[{m}]"
            if key in used:
                yield "rungs", key, called(rung.action)
