"""What is kept of each step of a matter, as values: the commit, and the answer it gave.

The stored form is bytes (:mod:`whistle_engine.codec`); here it is what replay, timelines,
assessment and the laws read.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from whistle_engine._fields import share_repr
from whistle_engine.commands import Command
from whistle_engine.events import ClockStarted, Event, Refused
from whistle_engine.model import (
    CommandId,
    Facts,
    MatterId,
    View,
)


@frozen(kw_only=True, slots=False, repr=False)
class Basis:
    """What a decision rested on, beside the matter's own history and the instant.

    Attributes:
        policy, directory: the digests of the two, under which their bytes are stored (S18).
        facts: the facts as they stood once it was decided.
        rule: the classification rule that stood then, if the matter was classified.
        others: what was seen of the other matters of a split or merge.
        texts: pairs of a text's name and the digest of its words, salted in the vault: words
            cannot be swapped unnoticed, and once the salt is erased the digest tells nothing.
    """

    policy: str
    directory: str
    facts: Facts = ()
    rule: str | None = None
    others: tuple[View, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Commit:
    """One step of one matter: the command, the basis of the decision, and the events.

    Attributes:
        version: 1, 2, 3 … within the matter (S2).
        position: where it stands in the feed of all matters (S7).
        recorded_at: the engine's clock, UTC, never earlier than the commit before (L14).
        refused: the answer, where an attempt to shirk was refused and recorded (L11).
        previous, digest: the hash chain of the matter (S16).
    """

    matter: MatterId
    version: int
    position: int
    recorded_at: datetime
    command: Command
    basis: Basis
    events: tuple[Event, ...]
    refused: Refused | None = None
    previous: str
    digest: str


@frozen(kw_only=True, slots=False, repr=False)
class Documents:
    """The exact bytes that a decision rested on, as they are stored under their digests.

    What was read from files is packed as ``policy_file.Files`` says; of values that were built
    in code they are the canonical form of :mod:`whistle_engine.codec`.
    """

    policy: bytes
    directory: bytes


@frozen(kw_only=True, slots=False, repr=False)
class Written:
    """What one command wrote in one matter."""

    matter: MatterId
    version: int
    events: tuple[Event, ...]


@frozen(kw_only=True, slots=False, repr=False)
class Receipt:
    """The answer to an accepted command; the command's own matter comes first.

    Attributes:
        recorded_at: when it was recorded, UTC.
        written: what was written, in each matter that the command concerned.
    """

    command: CommandId
    recorded_at: datetime
    written: tuple[Written, ...]

    @property
    def version(self) -> int:
        """The version that the command's own matter has reached."""
        return self.written[0].version

    @property
    def events(self) -> tuple[Event, ...]:
        """What happened in the command's own matter."""
        return self.written[0].events


def governing(commits: Iterable[Commit]) -> dict[int, Basis]:
    """Which policy and directory govern each clock of a matter: those it was started by (FR7).

    A due time moves by the reasons of FR7 only, and a policy adopted later changes no clock that
    runs; what fixed a provisional due time stands in the clock's moves.

    Args:
        commits: the matter's history.

    Returns:
        By the clock's number, the basis of the decision that started it.
    """
    return {
        event.clock.id: commit.basis
        for commit in commits
        for event in commit.events
        if isinstance(event, ClockStarted)
    }


Answer = Receipt | Refused
"""What comes back for a command."""

share_repr((Basis, Commit, Documents, Written, Receipt))
