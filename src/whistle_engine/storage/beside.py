"""What a store may have beside the contract: nothing asks for it, and it changes no answer.

Whoever can do with it looks whether it is there, and does by the contract alone where it is not.
The kit looks, too: what is there has to do what the calls of the contract would.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from whistle_engine.model import CommandId, MatterId
from whistle_engine.storage.rows import Item, Loaded, Queued


@runtime_checkable
class Gathering(Protocol):
    """What a store may have beside, where each call is a way to go: so bulk intake goes few."""

    def load_all(self, wanted: Sequence[tuple[MatterId, CommandId | None]]) -> tuple[Loaded, ...]:
        """What :meth:`.api.Commits.load` gives for each of several, each as of one moment (S6).

        Args:
            wanted: matters, each with the command whose earlier commits are wanted; a matter may
                come several times.

        Returns:
            As many, in the same order.
        """
        ...


@runtime_checkable
class Restoring(Protocol[Item]):
    """What a queue may have beside: so a store that is copied is there sooner."""

    def restore(self, ended: Sequence[Queued[Item]]) -> None:
        """Let items that wait be as another store has them: settled, or dead.

        It is all or nothing; what does not wait, or is not there, stays as it is. What waits is
        taken under a lease, too, and from then on it is as if its latest claim had been settled or
        failed for good (S12). Without it, each is claimed and settled or failed by itself.

        Args:
            ended: such items, with what became of them.
        """
        ...


__all__ = ["Gathering", "Restoring"]
