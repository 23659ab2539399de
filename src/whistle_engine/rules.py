"""The rules of one decision: a policy and a directory, compiled, with their digests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from attrs import field, frozen

from whistle_engine.directory import Directory
from whistle_engine.model import Classification, Due, Facts, Length, Limit, Step, UnitCode, What
from whistle_engine.policy import Policy


class Limits(Protocol):
    """How due times come about: the only part of the rules that knows a calendar.

    ``decide`` compares ``now`` with due times only, so an exploration may pass ranks for times.
    """

    def due(self, start: datetime, limit: Limit, *, unit: UnitCode | None) -> Due:
        """The due time of a limit that starts at an instant, for a unit."""
        ...

    def extended(self, due: Due, by: Limit | Length, *, at: datetime) -> Due:
        """The due time after an extension, granted at an instant; counted as the old one was."""
        ...

    def resumed(self, due: Due, *, since: datetime, at: datetime) -> Due:
        """The due time after a deferral that lasted from ``since`` to ``at``."""
        ...

    def fixed(self, due: Due, *, at: datetime) -> Due:
        """A provisional due time, reckoned again with the calendar that is now known."""
        ...

    def steps(
        self,
        due: Due,
        what: What,
        *,
        unit: UnitCode | None,
        community: UnitCode,
        street: UnitCode,
    ) -> tuple[Step, ...]:
        """The alerts of the ladder for a clock, then its fallback, numbered from 1.

        ``community`` and ``street`` are the matter's; a rung may name them as addressees.
        """
        ...


@frozen(kw_only=True)
class Rules:
    """What ``decide`` decides by.

    Attributes:
        policy, directory: the values.
        policy_digest, directory_digest: digests of the exact bytes that they were read from, or
            of their canonical form when they were built in code.
        documents: the exact bytes of the policy and the directory; none for values that were
            built in code.
        read: the two values that were read from those bytes.
        limits: due times and alerts.
        classify: facts to a classification, compiled once; total and deterministic (L1).
    """

    policy: Policy
    directory: Directory
    policy_digest: str
    directory_digest: str
    limits: Limits
    classify: Callable[[Facts, datetime], Classification]
    documents: tuple[bytes, ...] = ()
    read: tuple[Policy, Directory] | None = field(default=None, repr=False)

    @property
    def exact(self) -> tuple[bytes, ...]:
        """The documents, if they are still what these rules say; none once a value was changed."""
        same = self.read is not None and all(
            one is other
            for one, other in zip(self.read, (self.policy, self.directory), strict=True)
        )
        return self.documents if same else ()
