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
from whistle_engine.policy import Policy
from whistle_engine.policy_file import Loaded
from whistle_engine.problems import placed
from whistle_engine.review.checks import (
    Subject,
    calendar,
    catalogue,
    dates,
    ladders,
    limits,
    names,
    references,
    sources,
    units,
)
from whistle_engine.review.findings import Finding, finding
from whistle_engine.review.sentences import FINDINGS

Check = Callable[[Subject], Iterable[Finding]]

OF_POLICY: tuple[Check, ...] = (
    references.references,
    catalogue.enforcement,
    dates.never_in_force,
    dates.gaps,
    dates.street_list,
    calendar.years,
    calendar.horizon,
    limits.limits,
    ladders.covered,
    ladders.rungs,
    names.alike,
    names.titles,
    sources.languages,
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
        on: the day for which it is checked, since calendars and receivers have an end; without
            one, the day from which the policy is in force.

    Returns:
        The findings in the order of their places, the policy's first; those that the policy
        accepts among them, with the reason.
    """
    subject = Subject(policy, directory, on or policy.value.in_force_from)
    checks = OF_POLICY if directory is None else (*OF_POLICY, *OF_BOTH)
    found = [each for run in checks for each in run(subject)]
    reasons = {(each.code, each.key): each.source for each in policy.value.accepted}
    taken = {(each.code, each.key) for each in found if each.code in FINDINGS}
    found = [_accepted(each, reasons) for each in found]
    if directory is not None:
        found += _unused(policy.value, subject, taken)
    return tuple(sorted((_placed(each, subject) for each in found), key=_place(policy)))


def _accepted(found: Finding, reasons: dict[tuple[str, str], str]) -> Finding:
    """What makes two files unfit for each other cannot be accepted: they would not be loaded."""
    reason = reasons.get((found.code, found.key), "") if found.code in FINDINGS else ""
    return evolve(found, accepted=reason) if reason else found


def _unused(policy: Policy, subject: Subject, taken: set[tuple[str, str]]) -> Iterator[Finding]:
    for number, entry in enumerate(policy.accepted):
        if (entry.code, entry.key) not in taken:
            yield finding(
                "accepted_unused",
                f"accepted[{number + 1}]",
                spot=subject.row("accepted", number, ""),
                name=entry.code,
                at=entry.key,
            )


def _placed(found: Finding, subject: Subject) -> Finding:
    if found.spot is not None:
        return found
    item = dict(found.problem.slots).get("name")
    return evolve(found, problem=placed(found.problem, subject.spot(found.key, item)))


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
