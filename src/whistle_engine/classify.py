"""From facts to a classification: ordered rules, then the floors that dangers set.

The first rule whose conditions all hold gives the affair and the kind of whistle; what it leaves
open, the catalogue row of the category says. Then every signal of danger sets a floor, and the
result is the higher of the two by :meth:`Policy.rank`. Rules never read signals, so more danger
never means less urgency (L2, L3), whatever the rules say.

What decides where something is missing:

* A fact that is absent is ``unknown``; a rule may name that value like any other.
* A category that is unknown, or not in force, has no row. If the rule that matched says nothing
  either, the matter is public, of the least urgent kind: somebody has to look at it (L1).
* A public result always has a kind: the rule's, else the row's, else the least urgent one. A
  shared or household result never has one, even if the rule or the row names it.
* A signal that is unknown sets no floor: it is not a danger. ``possible`` and ``present`` are, and
  start a look clock besides. Unknown timing counts as ongoing.
* Two floors for the same signal, level and timing: the higher holds.
* Facts and values that the policy does not declare are of no effect here; :func:`fact_problems`
  finds them, and the workflow refuses them before it classifies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from attrs import frozen

from whistle_engine.model import UNKNOWN, Affair, Classification, Facts, Unmet
from whistle_engine.policy import IMMINENT, LEVELS, OVER, TIMINGS, Category, Floor, Policy, Rule
from whistle_engine.refusals import unmet

CATEGORY = "category"
"""The fact that names a row of the catalogue; its values are the codes of the categories."""
TIMING = "timing"
"""The fact that says when a danger happens."""
WHEN_UNKNOWN = "ongoing"
"""What a timing that is not known counts as."""

_FEW = 8
"""So many values of a fact can all be named."""

_Demands = dict[str, dict[str, "_Demand"]]
"""By level, then by signal: what is demanded at one timing."""


@frozen
class _Entry:
    """A rule made ready for one category, whose own condition already holds."""

    tests: tuple[tuple[str, frozenset[str]], ...]
    affair: Affair | None
    kind: str | None
    asks_row: bool
    reads: tuple[str, ...]
    id: str
    source: str


@frozen
class _Demand:
    """A floor made ready: what it gives, how high that is, and how it is called."""

    affair: Affair
    kind: str | None
    rank: int
    name: str
    signal: str
    source: str


def compile_classifier(policy: Policy) -> Callable[[Facts, datetime], Classification]:
    """Make the policy's rules and floors ready, once, for many classifications.

    Args:
        policy: the rules, floors and catalogue.

    Returns:
        A pure function of the facts and the instant, which decides the catalogue row in force.
        It is total: any facts have a result (L1). In that, ``rule`` is the first rule that
        matched, ``floors`` are the floors of the result's rank if they raised it above what
        the rule gave, ``source`` is that of what decided, and ``used`` are the facts that the
        rule and those floors read.
    """
    by_category, otherwise = _index(policy.rules, policy.categories)
    by_timing = {timing: _demands(policy, timing) for timing in TIMINGS}
    when_unknown = by_timing[WHEN_UNKNOWN]
    least = _least(policy)
    version = f"{policy.code} {policy.version}"
    ranks = {code: policy.rank(Affair.PUBLIC, code) for code in policy.kind_of}
    rank_shared = policy.rank(Affair.SHARED, None)
    rank_household = policy.rank(Affair.HOUSEHOLD, None)

    def classify(facts: Facts, at: datetime) -> Classification:
        known = dict(facts)
        category = known.get(CATEGORY, UNKNOWN)
        entry = _first_match(by_category.get(category, otherwise), known)
        affair, kind = entry.affair, entry.kind
        if entry.asks_row:
            row = policy.category(category, at)
            if row is not None:
                affair, kind = affair or row.affair, kind or row.kind
        if affair is Affair.SHARED:
            kind, rank = None, rank_shared
        elif affair is Affair.HOUSEHOLD:
            kind, rank = None, rank_household
        else:
            affair, kind = Affair.PUBLIC, kind or least
            rank = ranks[kind]
        demands = by_timing.get(known.get(TIMING, UNKNOWN), when_unknown)
        raised = _highest(demands, known, above=rank)
        source, reads = entry.source, entry.reads
        if raised:
            first = raised[0]
            affair, kind, source = first.affair, first.kind, first.source
            reads = tuple(sorted({*reads, TIMING, *(demand.signal for demand in raised)}))
        return Classification(
            affair=affair,
            kind=kind,
            category=category,
            policy=version,
            rule=entry.id,
            source=source,
            used=tuple([(name, known.get(name, UNKNOWN)) for name in reads]),
            floors=tuple([demand.name for demand in raised]),
        )

    return classify


def dangers(policy: Policy, facts: Facts) -> tuple[str, ...]:
    """Name the signals that are possible or present, in the order of the facts."""
    signals = {floor.signal for floor in policy.floors}
    return tuple(name for name, value in facts if name in signals and value in LEVELS)


def pressing(policy: Policy, facts: Facts) -> bool:
    """Tell whether something presses (急事): a danger that is not over, or what is imminent."""
    timing = dict(facts).get(TIMING, UNKNOWN)
    return timing == IMMINENT or (timing != OVER and bool(dangers(policy, facts)))


def fact_problems(policy: Policy, facts: Facts) -> tuple[Unmet, ...]:
    """Find the facts, and values of facts, that the policy does not declare.

    The category, with the codes of the catalogue, and the timing need no declaration; and
    ``unknown`` is a value of every fact. A fact given twice is a problem too, since one of
    the two would be of no effect.

    Returns:
        A condition for each, with what was given and what is like it, or else, of a fact that
        has few values, all of them.
    """
    if not facts:  # most appeals come in without, and the catalogue is long
        return ()
    allowed = {
        TIMING: (*TIMINGS, UNKNOWN),
        **{declared.name: (*declared.values, UNKNOWN) for declared in policy.facts},
        CATEGORY: (*(row.code for row in policy.categories), UNKNOWN),
    }
    found = []
    seen: set[str] = set()
    for name, value in facts:
        if name in seen:
            found.append(unmet("repeated_fact", fact=name, value=value))
        seen.add(name)
        if name not in allowed:
            found.append(unmet("unknown_fact", fact=name, nearest=_nearest(name, allowed)))
        elif value not in allowed[name]:
            nearest = _nearest(value, allowed[name]) or _few(allowed[name])
            found.append(unmet("unknown_value", fact=name, value=value, nearest=nearest))
    return tuple(found)


def _index(
    rules: tuple[Rule, ...], categories: Iterable[Category]
) -> tuple[dict[str, tuple[_Entry, ...]], tuple[_Entry, ...]]:
    """The rules that can decide each category, in order, and those for any other category."""
    codes = {row.code for row in categories}
    return {code: _entries(rules, code) for code in codes}, _entries(rules, None)


def _entries(rules: tuple[Rule, ...], category: str | None) -> tuple[_Entry, ...]:
    entries = []
    for rule in rules:
        if any(name == CATEGORY and category not in wanted for name, wanted in rule.when):
            continue
        tests = tuple((name, wanted) for name, wanted in rule.when if name != CATEGORY)
        # The rule leaves something open, which the category's row may say.
        asks_row = rule.affair is None or (rule.affair is Affair.PUBLIC and rule.kind is None)
        reads = {name for name, _ in rule.when} | ({CATEGORY} if asks_row else set())
        entries.append(
            _Entry(
                tests,
                rule.affair,
                rule.kind,
                asks_row,
                tuple(sorted(reads)),
                rule.id,
                rule.source,
            )
        )
        if not tests:  # it matches whatever the other facts are: no later rule is ever reached
            break
    return tuple(entries)


def _first_match(entries: tuple[_Entry, ...], known: dict[str, str]) -> _Entry:
    """The first entry all of whose tests hold; the last has none (L1)."""
    for entry in entries:
        for name, wanted in entry.tests:
            if known.get(name, UNKNOWN) not in wanted:
                break
        else:
            return entry
    return entries[-1]


def _highest(demands: _Demands, known: dict[str, str], *, above: int) -> list[_Demand]:
    """The highest of the floors that the facts set above a rank, each signal that sets it."""
    raised: list[_Demand] = []
    for name, value in known.items():
        if value in demands and name in demands[value]:
            demand = demands[value][name]
            if demand.rank > above:
                above = demand.rank
                raised = [demand]
            elif demand.rank == above and raised:
                raised.append(demand)
    return raised


def _demands(policy: Policy, timing: str) -> _Demands:
    """What the floors of one timing demand; of two for the same signal and level, the higher."""
    demands: _Demands = {}
    for floor in policy.floors:
        if floor.timing == timing:
            demand = _demand(policy, floor)
            of_level = demands.setdefault(floor.level, {})
            if floor.signal not in of_level or demand.rank > of_level[floor.signal].rank:
                of_level[floor.signal] = demand
    return demands


def _demand(policy: Policy, floor: Floor) -> _Demand:
    kind = (floor.kind or _least(policy)) if floor.affair is Affair.PUBLIC else None
    return _Demand(
        floor.affair,
        kind,
        policy.rank(floor.affair, kind),
        f"{floor.signal}/{floor.level}/{floor.timing}",
        floor.signal,
        floor.source,
    )


def _least(policy: Policy) -> str:
    """The least urgent kind: of the lowest rank, the urgent one only if there is no other."""
    return min(policy.kinds, key=lambda kind: (kind.urgent, kind.rank)).code


def _nearest(word: str, allowed: Iterable[str]) -> str:
    """The allowed words that are like this one, three at most; none if none is."""
    from difflib import get_close_matches  # noqa: PLC0415  needed only here

    most = 64  # the comparison is quadratic, and no name is longer
    return ", ".join(get_close_matches(word[:most], dict.fromkeys(allowed), n=3))


def _few(values: Iterable[str]) -> str:
    """All values but ``unknown``, unless they are too many to be read."""
    known = [value for value in values if value != UNKNOWN]
    return ", ".join(known) if len(known) <= _FEW else ""
