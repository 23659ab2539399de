"""Limits that contradict each other; :mod:`.lengths` says how they are compared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from attrs import evolve

from whistle_engine.model import UNKNOWN, Affair, Label, Limit
from whistle_engine.policy import Policy, TrackLimit, WhistleKind
from whistle_engine.problems import Slot, placed
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.lengths import Lengths, limit_text, limit_told
from whistle_engine.review.findings import Finding, finding
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
        yield from _found(code, f"kinds.{kind.code}.{name}", limit, kind.solve, when)


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
        for found in _found("own_solve_short", key, row.solve, kind.report_in, when, name=name):
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
            key = f"kinds.{urgent.code}.{name}"
            yield from _found(
                "urgent_slower", key, limit, other, when, name=titled(kind.title, kind.code)
            )
    blow, blow_urgent, look = (policy.limits[name] for name in ("blow", "blow_urgent", "look"))
    when = lengths.after(blow_urgent, blow)
    yield from _found("blow_urgent_longer", "limits.blow_urgent", blow_urgent, blow, when)
    when = lengths.after(look, urgent.report_in)
    yield from _found("look_longer", "limits.look", look, urgent.report_in, when)


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
    yield from _found("mark_before_tell", "marks.mark", marks.mark, marks.tell, when)


def _late(
    code: str, key: str, limit: Limit, late: list[tuple[WhistleKind, Label | None]]
) -> Iterator[Finding]:
    """One finding for all the kinds of whistle whose solving ends first."""
    found = [(kind, when) for kind, when in late if when is not None]
    if found:
        others = ", ".join(f"{kind.code} {limit_text(kind.solve)}" for kind, _ in found)
        yield finding(
            code,
            key,
            f"{limit_text(limit)} / {others}",
            limit=limit_told(limit),
            names=in_row(titled(kind.title, kind.code) for kind, _ in found),
            when=found[0][1],
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
                yield from _found(
                    "scope_shorter", _key(wide), wide.limit, narrow.limit, when, name=name
                )
        usual = {r.scope: r for r in policy.tracks if r.affair is affair and not r.urgent}
        for row in policy.tracks:
            if row.affair is affair and row.urgent and row.scope in usual:
                other = usual[row.scope].limit
                when = lengths.after(row.limit, other)
                yield from _found("urgent_talk_longer", _key(row), row.limit, other, when)


def _key(row: TrackLimit) -> str:
    urgent = ".urgent" if row.urgent else ""
    return f"tracks.{row.affair.value}{urgent}.{row.scope}"


def _found(
    code: str, key: str, limit: Limit, other: Limit, when: Label | None, *, name: Slot = ""
) -> Iterator[Finding]:
    if when is not None:
        value = f"{limit_text(limit)} / {limit_text(other)}"
        said = limit_told(limit), limit_told(other)
        yield finding(code, key, value, limit=said[0], other=said[1], when=when, name=name)
