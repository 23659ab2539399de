"""Checking a policy and its directory: what would go wrong that no single value shows.

Reading the files refuses what cannot be used at all. A check finds what can be used, and would
let matters stand still, decide them wrongly, or surprise somebody; and what keeps the two files
from fitting together. It runs nothing: every finding follows from the values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from attrs import evolve

from whistle_engine.directory import Directory
from whistle_engine.model import Label
from whistle_engine.policy import Accepted, Policy
from whistle_engine.policy_file import Loaded
from whistle_engine.problems import placed
from whistle_engine.review.checks import (
    Subject,
    calendar,
    catalogue,
    dates,
    floors,
    ladders,
    limits,
    names,
    people,
    powers,
    references,
    rules,
    steps,
    units,
)
from whistle_engine.review.findings import Finding, finding
from whistle_engine.review.sentences import CHANGED, FINDINGS, NO_VALUE
from whistle_engine.review.words import worded

Check = Callable[[Subject], Iterable[Finding]]

OF_POLICY: tuple[Check, ...] = (
    references.references,
    catalogue.enforcement,
    dates.never_in_force,
    dates.in_force,
    dates.gaps,
    dates.ends,
    dates.street_list,
    calendar.years,
    calendar.horizon,
    limits.limits,
    ladders.covered,
    ladders.rungs,
    steps.steps,
    rules.rules,
    floors.floors,
    powers.powers,
    names.alike,
    names.titles,
)
"""Checks that need no directory."""

OF_BOTH: tuple[Check, ...] = (
    references.unfit,
    catalogue.leads,
    catalogue.joint_units,
    units.receivers,
    units.hours,
    units.ended,
    units.heads,
    units.places,
    people.ids,
    people.twice,
)
"""Checks that need one."""


def check(
    policy: Loaded[Policy], directory: Loaded[Directory] | None = None, *, on: date | None = None
) -> tuple[Finding, ...]:
    """Find what would go wrong.

    Args:
        policy: the policy, as it was read.
        directory: its directory; without one, what needs one is not checked, and accepted
            findings that are not there are not told.
        on: the day for which it is checked, since calendars, rows and receivers have an end;
            never before the day from which the policy is in force, which it is by default.

    Returns:
        The findings in the order of their places, the policy's first; those that the policy
        accepts among them, with the reason.
    """
    begins = policy.value.in_force_from
    subject = Subject(policy, directory, max(on or begins, begins))
    checks = OF_POLICY if directory is None else (*OF_POLICY, *OF_BOTH)
    found, used = _accepted(
        [each for run in checks for each in run(subject)], policy.value.accepted
    )
    if directory is not None:
        found += _unused(policy.value, subject, used)
    return tuple(sorted((_placed(each, subject) for each in found), key=_place(policy)))


def _accepted(
    found: Iterable[Finding], entries: tuple[Accepted, ...]
) -> tuple[list[Finding], set[int]]:
    """The findings with the reasons of those that are accepted; and which entries are used.

    An entry accepts what it names: a finding with other values comes back, and says what was
    accepted. What makes two files unfit for each other cannot be accepted: they would not be
    loaded.
    """
    used: set[int] = set()
    told, open_ = [], []
    for each in found:
        fitting = {n for n, entry in enumerate(entries) if _accepts(entry, each)}
        used |= fitting
        if fitting:
            told.append(evolve(each, accepted=entries[min(fitting)].source))
        else:
            open_.append(each)
    for each in open_:
        stale = [n for n, entry in enumerate(entries) if n not in used and _is_of(entry, each)]
        told.append(_changed(each, entries[stale[0]]) if stale else each)
    kept = {(each.code, each.key) for each in open_ if each.code in FINDINGS}
    return told, used | {n for n, e in enumerate(entries) if (e.code, e.key) in kept}


def _is_of(entry: Accepted, found: Finding) -> bool:
    return found.code in FINDINGS and (entry.code, entry.key) == (found.code, found.key)


def _accepts(entry: Accepted, found: Finding) -> bool:
    same = _said(entry.value, found) == _said(found.value, found) or not found.value
    return _is_of(entry, found) and same


def _said(value: str, found: Finding) -> list[str]:
    """What a value says; where it lists rules or categories, in whatever order they stand."""
    words = value.split()
    return sorted(word.rstrip(",") for word in words) if found.code in rules.OF_RULES else words


def _changed(found: Finding, entry: Accepted) -> Finding:
    """A finding that is not what was accepted."""
    says = found.problem.says
    if says is None:
        raise AssertionError(found)
    also = CHANGED if entry.value else NO_VALUE
    slots = (*found.problem.slots, ("accepted_value", entry.value), ("value_now", found.value))
    words = Label(says.zh + also.zh, says.en + also.en)
    return evolve(found, problem=evolve(found.problem, says=words, slots=slots))


def _unused(policy: Policy, subject: Subject, used: set[int]) -> Iterator[Finding]:
    for number, entry in enumerate(policy.accepted):
        if number not in used and not subject.skips(entry.code, entry.key):
            yield finding(
                "accepted_unused",
                f"accepted[{number + 1}]",
                spot=subject.row("accepted", number, ""),
                name=entry.code,
                at=entry.key,
            )


def _placed(found: Finding, subject: Subject) -> Finding:
    others = (evolve(each, spot=each.spot or subject.spot(each.key)) for each in found.involved)
    found = evolve(found, involved=tuple(others))
    if found.spot is not None:
        return found
    item = dict(found.problem.slots).get("name")
    problem = placed(found.problem, subject.spot(found.key, item))
    return evolve(found, problem=worded(problem, subject.policy, subject.known_units))


def _place(policy: Loaded[Policy]) -> Callable[[Finding], tuple[object, ...]]:
    """The order of findings: the policy's files before the directory's, each from its top."""
    names = [name for name, _ in policy.files.files]

    def place(found: Finding) -> tuple[object, ...]:
        spot = found.spot
        if spot is None:
            return (-1, "", 0, 0, found.code)
        order = names.index(spot.file) if spot.file in names else len(names)
        return (order, spot.file, spot.line, spot.column, found.code)

    return place
