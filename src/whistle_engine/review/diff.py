"""What a change of a policy means: facts decided otherwise, and values that are otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property

from attrs import frozen

from whistle_engine.directory import Directory
from whistle_engine.model import Facts
from whistle_engine.policy import Policy
from whistle_engine.review.comparing import Change, Epoch, Group, compare, tally
from whistle_engine.review.differences import Difference, differences
from whistle_engine.review.naming import Naming


@frozen(slots=False)
class Diff:
    """Two policies side by side.

    Attributes:
        old: the policy as it is.
        new: as it would be.
        epochs: what is decided otherwise, and from which day.
        values: what else is otherwise, by its meaning.
        recorded: of the recorded decisions those that would be otherwise, by their group.
        decisions: how many decisions were recorded; ``None`` if none were looked at.
    """

    old: Policy
    new: Policy
    epochs: tuple[Epoch, ...]
    values: tuple[Difference, ...]
    recorded: dict[Change, int]
    decisions: int | None

    @property
    def equivalent(self) -> bool:
        """Whether nothing that is decided, due, allowed or told is otherwise.

        The version, and where values come from, may be.
        """
        return not any(epoch.groups for epoch in self.epochs) and all(
            each.area == "sources" for each in self.values
        )

    @cached_property
    def naming(self) -> Naming:
        """What things are called; as the new policy has it, where it has them."""
        return Naming((self.new, self.old))

    def share(self, group: Group) -> int:
        """How many recorded decisions fall into a group."""
        return self.recorded.get((group.before, group.after), 0)


def diff(
    old: Policy,
    new: Policy,
    *,
    begins: date | None = None,
    units: tuple[Directory | None, Directory | None] = (None, None),
    recorded: Iterable[tuple[Facts, datetime]] | None = None,
) -> Diff:
    """Find what a change means.

    Args:
        old: the policy as it is.
        new: as it would be.
        begins: the first day that counts; by default that from which the new one is in force.
        units: their directories, for the titles of units.
        recorded: the facts of decisions that were made, each with its instant.

    Raises:
        TooManyCellsError: the rules divide the facts too finely.
    """
    found, total = tally(old, new, recorded) if recorded is not None else ({}, None)
    return Diff(
        old=old,
        new=new,
        epochs=compare(old, new, begins=begins),
        values=differences(old, new, units),
        recorded=found,
        decisions=total,
    )
