"""Limits that contradict each other; :mod:`.lengths` says how they are compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve

from whistle_engine.model import UNKNOWN, Affair, Label, Limit
from whistle_engine.policy import Policy, TrackLimit, WhistleKind
from whistle_engine.problems import Slot, placed
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.lengths import Later, Lengths, limit_text, limit_told
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.words import in_row, titled


def limits(subject: Subject) -> Iterator[Finding]:
    """Every contradiction between two limits."""
    lengths = Lengths(subject.policy)
    for kind in subject.policy.kinds:
        yield from _within(kind, lengths)
    yield from _own(subject, lengths)
    yield from _urgent(subject.policy, lengths)
    yield from _around_solving(subject.policy, lengths)
    yield from _tracks(subject.policy, lengths)


def _within(kind: WhistleKind, lengths: Lengths) -> Iterator[Finding]:
    """Of one whistle: arriving and joint work end before solving, a further round is no longer."""
    rows = (
        ("report_in_after_solve", "report_in", kind.report_in, True),
        ("hand_in_after_solve", "hand_in", kind.hand_in, True),
        ("redo_longer", "redo", kind.redo, False),
    )
    for code, name, limit, or_with in rows:
        when = lengths.after(limit, kind.solve, or_with=or_with, by_units=True)
        key, solve = f"kinds.{kind.code}.{name}", f"kinds.{kind.code}.solve"
        yield from _found(code, (key, limit), (solve, kind.solve), when)


def _own(subject: Subject, lengths: Lengths) -> Iterator[Finding]:
    """Categories with a limit of their own for solving: arriving ends before that too."""
    policy = subject.policy
    for number, row in enumerate(policy.categories):
        kind = policy.kind_of.get(row.kind or "")
        if row.solve is None or kind is None:
            continue
        when = lengths.after(kind.report_in, row.solve, or_with=True, by_units=True)
        key, spot = f"categories.{row.code}.solve", subject.row("categories", number, "solve")
        name = titled(kind.title, kind.code)
        other = f"kinds.{kind.code}.report_in", kind.report_in
        for found in _found("own_solve_short", (key, row.solve), other, when, name=name):
            yield evolve(found, problem=placed(found.problem, spot))


def _urgent(policy: Policy, lengths: Lengths) -> Iterator[Finding]:
    """What is urgent is never slower than what is not."""
    urgent = policy.urgent
    for kind in policy.kinds:
        if kind.urgent:
            continue
        for name, limit, other in (
            ("report_in", urgent.report_in, kind.report_in),
            ("solve", urgent.solve, kind.solve),
        ):
            when = lengths.after(limit, other, by_units=True)
            yield from _found(
                "urgent_slower",
                (f"kinds.{urgent.code}.{name}", limit),
                (f"kinds.{kind.code}.{name}", other),
                when,
                name=titled(kind.title, kind.code),
            )
    blow, blow_urgent, look = (policy.limits[name] for name in ("blow", "blow_urgent", "look"))
    when = lengths.after(blow_urgent, blow)
    pair = ("limits.blow_urgent", blow_urgent), ("limits.blow", blow)
    yield from _found("blow_urgent_longer", *pair, when)
    when = lengths.after(look, urgent.report_in)
    pair = ("limits.look", look), (f"kinds.{urgent.code}.report_in", urgent.report_in)
    yield from _found("look_longer", *pair, when)


def _around_solving(policy: Policy, lengths: Lengths) -> Iterator[Finding]:
    """Objecting and deciding on extensions end with the work at the latest; telling, with marks."""
    within, decide, marks = policy.objections.within, policy.extensions.decide, policy.marks
    late = [(k, lengths.after(within, k.solve, by_units=True)) for k in policy.kinds]
    yield from _late("objection_after_solve", "objections.within", within, late)
    late = [
        (kind, lengths.after(decide, kind.solve, or_with=True))
        for kind in policy.kinds
        if kind.extension is not None
    ]
    yield from _late("decided_after_solve", "extensions.decide", decide, late)
    when = lengths.after(marks.tell, marks.mark)
    pair = ("marks.mark", marks.mark), ("marks.tell", marks.tell)
    yield from _found("mark_before_tell", *pair, when)


def _late(
    code: str, key: str, limit: Limit, late: list[tuple[WhistleKind, Later | None]]
) -> Iterator[Finding]:
    """One finding for all the kinds of whistle whose solving ends first.

    Each has the instant from which it does; one that holds for all is told once.
    """
    found = [(kind, when) for kind, when in late if when is not None]
    differ = len({when for _, when in found}) > 1
    titles = [titled(kind.title, kind.code) for kind, _ in found]
    if found:
        others = ", ".join(f"{kind.code} {limit_text(kind.solve)}" for kind, _ in found)
        yield finding(
            code,
            key,
            f"{limit_text(limit)} / {others}",
            limit=limit_told(limit),
            names=_each_when(titles, [when for _, when in found]) if differ else in_row(titles),
            witness=found[0][1].witness,
            involved=(Involved(f"kinds.{kind.code}.solve") for kind, _ in found),
            when=Label("", "") if differ else found[0][1].told,
        )


def _each_when(titles: list[Label], whens: list[Later]) -> Label:
    """Titles in a row, each with its instant."""
    told = [(title, when.told) for title, when in zip(titles, whens, strict=True)]
    return Label(
        "、".join(f"{title.zh}{when.zh}" for title, when in told),
        ", ".join(f'"{title.en}"{when.en}' for title, when in told),
    )


def _tracks(policy: Policy, lengths: Lengths) -> Iterator[Finding]:
    """A wider scope has no less time than a narrower one, and what presses has no more."""
    titles = next((fact.titles for fact in policy.facts if fact.name == "scope"), {})
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        for urgent in (False, True):
            rows = [
                row
                for row in policy.tracks
                if row.affair is affair and row.urgent is urgent and row.scope != UNKNOWN
            ]
            for narrow, wide in pairwise(rows):
                when = lengths.after(narrow.limit, wide.limit)
                name = titled(titles.get(narrow.scope), narrow.scope)
                pair = (_key(wide), wide.limit), (_key(narrow), narrow.limit)
                yield from _found("scope_shorter", *pair, when, name=name)
        usual = {r.scope: r for r in policy.tracks if r.affair is affair and not r.urgent}
        for row in policy.tracks:
            if row.affair is affair and row.urgent and row.scope in usual:
                other = usual[row.scope]
                when = lengths.after(row.limit, other.limit)
                pair = (_key(row), row.limit), (_key(other), other.limit)
                yield from _found("urgent_talk_longer", *pair, when)


def _key(row: TrackLimit) -> str:
    urgent = ".urgent" if row.urgent else ""
    return f"tracks.{row.affair.value}{urgent}.{row.scope}"


_Keyed = tuple[str, Limit]
"""A limit by its key."""


def _found(
    code: str, one: _Keyed, other: _Keyed, when: Later | None, *, name: Slot = ""
) -> Iterator[Finding]:
    if when is not None:
        yield finding(
            code,
            one[0],
            f"{limit_text(one[1])} / {limit_text(other[1])}",
            witness=when.witness,
            involved=(Involved(other[0]),),
            limit=limit_told(one[1]),
            other=limit_told(other[1]),
            when=when.told,
            name=name,
        )
