"""What a change of a policy means: facts decided otherwise, and values that are otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import groupby

from attrs import frozen

from whistle_engine.directory import Directory
from whistle_engine.model import Facts
from whistle_engine.policy import Policy
from whistle_engine.review.comparing import Epoch, Group, compare
from whistle_engine.review.difference import Difference
from whistle_engine.review.differences import differences
from whistle_engine.review.naming import Naming
from whistle_engine.review.tallying import Tally, tally


@frozen(slots=False)
class Diff:
    """Two policies side by side.

    Attributes:
        old: the policy as it is.
        new: as it would be.
        epochs: what is decided otherwise, or for another reason, and from which day; a new one
            begins only where something of it changes.
        values: what else is otherwise, by its meaning.
        recorded: of the recorded decisions those that would be otherwise; ``None`` if none were
            looked at.
    """

    old: Policy
    new: Policy
    epochs: tuple[Epoch, ...]
    values: tuple[Difference, ...]
    recorded: Tally | None

    @property
    def equivalent(self) -> bool:
        """Whether nothing that is decided, due, allowed or told is otherwise.

        The rule that decides is told to whoever asks why, and the facts by which it does: where
        they are others, two policies are not equivalent. The version, and where values come from,
        may be otherwise.
        """
        return not any(epoch.groups or epoch.retold for epoch in self.epochs) and all(
            each.area == "sources" for each in self.values
        )

    @cached_property
    def naming(self) -> Naming:
        """What things are called; as the new policy has it, where it has them."""
        return Naming((self.new, self.old))

    def share(self, epoch: Epoch, group: Group) -> int | None:
        """How many recorded decisions fall into a group; ``None`` if none were looked at."""
        if self.recorded is None:
            return None
        return self.recorded.share(epoch.since, (group.before, group.after))


def diff(
    old: Policy,
    new: Policy,
    *,
    begins: date | None = None,
    units: tuple[Directory | None, Directory | None] = (None, None),
    recorded: Iterable[Facts] | None = None,
) -> Diff:
    """Find what a change means.

    Args:
        old: the policy as it is.
        new: as it would be.
        begins: the first day that counts; by default the first on which both may be in force.
        units: their directories, for the titles of units.
        recorded: the facts of decisions that were made; they count as decided anew on the first
            day of each epoch.

    Raises:
        TooManyCellsError: the rules divide the facts too finely.
    """
    epochs = tuple(_runs(compare(old, new, begins=begins)))
    days = [epoch.since for epoch in epochs]
    return Diff(
        old=old,
        new=new,
        epochs=epochs,
        values=differences(old, new, units, begins=begins),
        recorded=tally(old, new, recorded, days) if recorded is not None else None,
    )


def _runs(epochs: Iterable[Epoch]) -> Iterator[Epoch]:
    """Of those in a row that tell the same the first."""
    for _, alike in groupby(epochs, lambda epoch: (epoch.groups, epoch.retold)):
        yield next(alike)
