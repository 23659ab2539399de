"""Which recorded decisions two policies decide otherwise: by the groups of what differs.

A record counts as if it were decided anew on the first day of an epoch. When it was recorded is
of no matter: another row of the catalogue was in force then, and the groups are those of a day to
come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from attrs import frozen

from whistle_engine.classify import compile_classifier
from whistle_engine.model import Classification, Facts
from whistle_engine.policy import Policy
from whistle_engine.review.comparing import FLOOR, Change
from whistle_engine.review.deciding import Decided, declaring, noon


@frozen
class Tally:
    """Recorded decisions that would be otherwise.

    Attributes:
        total: how many decisions were recorded.
        found: how many would be otherwise from a day on, by the two that decide.
    """

    total: int
    found: Mapping[date, Mapping[Change, int]]

    def share(self, since: date, change: Change) -> int:
        """How many fall into a group of an epoch."""
        return self.found[since].get(change, 0)

    def otherwise(self, since: date) -> int:
        """How many fall into any group of an epoch."""
        return sum(self.found[since].values())


def deciders(old: Policy, new: Policy) -> Callable[[Facts, date], Change | None]:
    """Make what tells of given facts who decides them before and after.

    Returns:
        A function of the facts and the day; it gives the two that decide, as those of the
        group to which the facts belong, and ``None`` if the result is the same.
    """
    classify = tuple(
        (policy, declaring(policy), compile_classifier(policy)) for policy in (old, new)
    )

    def change(facts: Facts, on: date) -> Change | None:
        before, after = (
            _decided(each(declared(facts), noon(policy, on))) for policy, declared, each in classify
        )
        return None if before.result == after.result else (before, after)

    return change


def tally(old: Policy, new: Policy, recorded: Iterable[Facts], days: Iterable[date]) -> Tally:
    """Count recorded decisions by the group of what differs, in each epoch, and all of them.

    Args:
        old: the policy as it is.
        new: as it would be.
        recorded: the facts of each decision.
        days: the first days of the epochs.
    """
    change = deciders(old, new)
    held = Counter(recorded)  # many a matter has the facts of another
    found: dict[date, dict[Change, int]] = {}
    for day in days:
        here = found.setdefault(day, {})
        for facts, times in held.items():
            key = change(facts, day)
            if key is not None:
                here[key] = here.get(key, 0) + times
    return Tally(held.total(), found)


def _decided(found: Classification) -> Decided:
    return Decided(FLOOR if found.floors else found.rule, (found.affair, found.kind))
