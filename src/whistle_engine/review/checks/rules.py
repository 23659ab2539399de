"""Classification rules: those that never decide, that change nothing, that contradict others.

All of it over every combination of facts that is possible (:mod:`whistle_engine.review.table`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from whistle_engine.classify import CATEGORY, TIMING
from whistle_engine.model import UNKNOWN, Label
from whistle_engine.problems import Spot
from whistle_engine.review.cells import Cell, TooManyCellsError, bits, lowest
from whistle_engine.review.checks import Subject
from whistle_engine.review.deciding import Result
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.table import Standing, row_of
from whistle_engine.review.words import in_row, titled

if TYPE_CHECKING:
    from whistle_engine.model import Facts

_NAMED = 6
"""So many categories are named in a sentence; of more, the first."""

_LISTED = 20
"""So many are named in the value of a finding; of more it has the number."""

SCOPE = "scope"
"""The fact by which the limits of talking a matter over are chosen."""


def rules(subject: Subject) -> Iterator[Finding]:
    """Every rule in its table; and the categories that the table does not decide as it seems."""
    try:
        standings = subject.table.standings
    except TooManyCellsError:
        subject.skipped.update(OF_RULES)
        yield finding("rules_too_many", "rules", str(len(subject.policy.rules)))
        return
    last = len(standings) - 1
    for number, standing in enumerate(standings):
        if not standing.decides:
            yield _never(number, subject)
        elif not standing.changes and number != last:
            yield _idle(number, subject)
        if standing.over:
            yield _disagree(number, standing, subject)
    yield from _caught(subject)
    yield from _facts(subject, standings)


OF_RULES = (
    "rule_never",
    "rule_idle",
    "rules_disagree",
    "caught_all",
    "row_contradicted",
    "fact_unread",
)
"""The findings of this module, but for the one that there are too many rules."""


def _never(number: int, subject: Subject) -> Finding:
    """A rule that others before it leave nothing."""
    table = subject.table
    return _of_rule("rule_never", number, table.smallest(number), table.takers(number), subject)


def _idle(number: int, subject: Subject) -> Finding:
    """A rule that decides nothing otherwise than those after it would."""
    followers = subject.table.followers(number)
    mine = (c for c in subject.table.cells if lowest(c.matching) == number)
    smallest = min(mine, key=lambda cell: (cell.size, cell.point))
    facts = subject.table.facts(smallest)
    return _of_rule("rule_idle", number, facts, followers, subject)


def _disagree(number: int, standing: Standing, subject: Subject) -> Finding:
    """A rule that others contradict, which only stand after it."""
    return _of_rule("rules_disagree", number, standing.witness, standing.over, subject)


def _of_rule(
    code: str,
    number: int,
    witness: Facts,
    others: tuple[int, ...],
    subject: Subject,
) -> Finding:
    rule = subject.policy.rules[number]
    return finding(
        code,
        f"rules.{rule.id}",
        ", ".join(subject.policy.rules[other].id for other in others),
        spot=_spot(number, subject),
        witness=witness,
        involved=_involved(others, subject),
        name=titled(rule.title, rule.id),
        names=_with_lines(others, subject),
        then=_results(witness, (number, *others), subject),
        example=subject.naming.facts(witness),
    )


def _results(witness: Facts, numbers: Iterable[int], subject: Subject) -> Label:
    """What each of some rules makes of the smallest facts, if it matches them."""
    known = dict(witness)
    told: dict[int, Result] = {}
    row = _row(known.get(CATEGORY, UNKNOWN), subject)
    for number in numbers:
        asked = subject.policy.rules[number].when
        if all(known.get(name, UNKNOWN) in wanted for name, wanted in asked):
            told[number] = subject.table.result(number, row)
    said = [(subject.policy.rules[n].id, subject.naming.result(found)) for n, found in told.items()]
    return Label(
        "，".join(f"{name}为“{label.zh}”" for name, label in said),
        ", ".join(f'{name} "{label.en}"' for name, label in said),
    )


def _row(category: str, subject: Subject) -> Result | None:
    axis = subject.table.axes[0]
    return axis.marks[category]  # type: ignore[return-value]  # the marks of the first axis


def _spot(number: int, subject: Subject) -> Spot | None:
    return subject.row("rules", number, "id")


def _involved(numbers: Iterable[int], subject: Subject) -> Iterator[Involved]:
    for number in numbers:
        rule = subject.policy.rules[number]
        yield Involved(f"rules.{rule.id}", _spot(number, subject))


def _with_lines(numbers: Iterable[int], subject: Subject) -> Label:
    """Rules with the lines on which they stand."""
    labels = []
    for number in numbers:
        rule, spot = subject.policy.rules[number], _spot(number, subject)
        line = spot.line if spot is not None else 0
        labels.append(
            Label(f"“{rule.title.zh}”（{rule.id}，第{line}行）", f"{rule.id} (line {line})")
        )
    return Label(in_row(labels).zh, ", ".join(label.en for label in labels))


# ---------------------------------------------------------------- categories


def _caught(subject: Subject) -> Iterator[Finding]:
    """Categories that the rules decide otherwise than the catalogue says.

    By the last rule, where no other matches, since it catches what was forgotten: those are told
    together. Or by others in every case: then the row of the catalogue never counts.
    """
    table = subject.table
    axis, last = table.axes[0], len(table.rules) - 1
    deciding: dict[int, int] = {}
    fitting, caught = 0, list[Cell]()
    for cell in table.cells:
        first, row, codes = lowest(cell.matching), row_of(cell), cell.within[0]
        deciding[first] = deciding.get(first, 0) | codes
        if row is None or table.result(first, row) == _told(row, table.least):
            fitting |= codes
        elif first == last:
            caught.append(cell)
            fitting |= codes
    if caught:
        yield _by_last(caught, subject)
    never = ((1 << len(axis.values)) - 1) & ~fitting
    for code in (axis.values[n] for n in bits(never)):
        yield _contradicted(code, deciding, subject)


def _told(row: Result, least: str) -> Result:
    affair, kind = row
    return (affair, (kind or least) if affair.value == "public" else None)


def _by_last(caught: Sequence[Cell], subject: Subject) -> Finding:
    """The categories of some cells of the last rule."""
    table, last = subject.table, len(subject.policy.rules) - 1
    rule = subject.policy.rules[last]
    smallest = min(caught, key=lambda cell: (cell.size, cell.point))
    witness = table.facts(smallest)
    first, row = dict(witness)[CATEGORY], row_of(smallest)
    held = 0
    for cell in caught:
        held |= cell.within[0]
    codes = tuple(table.axes[0].values[n] for n in bits(held))
    return finding(
        "caught_all",
        f"rules.{rule.id}",
        ", ".join(codes[:_LISTED]) + (f" + {len(codes) - _LISTED}" if codes[_LISTED:] else ""),
        spot=_spot(last, subject),
        witness=witness,
        names=subject.naming.categories(codes, most=_NAMED),
        category=titled(subject.naming.category(first), first),
        result=subject.naming.result(table.result(last, row)),
        row=subject.naming.result(row) if row is not None else "",
    )


def _contradicted(code: str, deciding: dict[int, int], subject: Subject) -> Finding:
    """A category that some rules, whatever the facts, decide otherwise than its row."""
    table = subject.table
    bit = 1 << table.axes[0].values.index(code)
    cells = [cell for cell in table.cells if cell.within[0] & bit]
    smallest = min(cells, key=lambda cell: (cell.size, cell.point))
    numbers = tuple(sorted(number for number, codes in deciding.items() if codes & bit))
    rows = subject.policy.categories
    at = next(n for n, row in enumerate(rows) if row.code == code)
    row = _row(code, subject)
    return finding(
        "row_contradicted",
        f"categories.{code}",
        ", ".join(subject.policy.rules[n].id for n in numbers),
        spot=subject.row("categories", at, "affair"),
        witness=((CATEGORY, code),),
        involved=_involved(numbers, subject),
        name=titled(subject.naming.category(code), code),
        row=subject.naming.result(row) if row is not None else "",
        result=subject.naming.result(table.decided(smallest)),
        names=_with_lines(numbers, subject),
    )


# ---------------------------------------------------------------- facts


def _facts(subject: Subject, standings: tuple[Standing, ...]) -> Iterator[Finding]:
    """Facts that are asked, and decide nothing."""
    policy = subject.policy
    deciding = [rule for rule, standing in zip(policy.rules, standings, strict=True)
                if standing.decides]  # fmt: skip
    read = {name for rule in deciding for name, _ in rule.when}
    if policy.tracks:
        read.add(SCOPE)
    if all(fact.name != TIMING for fact in policy.facts):
        return  # told by itself: it may be the misnamed one
    for number, fact in enumerate(policy.facts):
        if fact.name in read | subject.signals | {TIMING}:
            continue
        value = next(value for value in fact.values if value != UNKNOWN)
        witness = ((fact.name, value),)
        yield finding(
            "fact_unread",
            f"facts.{fact.name}",
            spot=subject.row("facts", number, "name"),
            witness=witness,
            name=titled(fact.title, fact.name),
            example=subject.naming.facts(witness),
        )
