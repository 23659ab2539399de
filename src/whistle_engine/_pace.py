"""When a worker tries again, and what it counts."""

from __future__ import annotations

from datetime import timedelta

from attrs import asdict, field, frozen, validators


@frozen(kw_only=True)
class Backoff:
    """How long to wait before the next try: twice as long each time, up to a cap.

    Attributes:
        first: the wait after the first failure.
        most: the longest wait.
        tries: after so many tries a notice is a dead letter.

    Raises:
        ValueError: a wait is not positive, or there is no try.
    """

    first: timedelta = field(default=timedelta(seconds=30), validator=validators.gt(timedelta()))
    most: timedelta = field(default=timedelta(hours=1), validator=validators.gt(timedelta()))
    tries: int = field(default=12, validator=validators.ge(1))

    def after(self, tries: int, chance: float) -> timedelta:
        """The wait after so many tries.

        Args:
            tries: how many there were, from 1.
            chance: from 0 to 1: spreads the waits over the upper half of their length, so
                that what failed together does not come again together.
        """
        whole: timedelta = min(self.first * (1 << min(tries - 1, 32)), self.most)
        return whole / 2 + whole / 2 * chance


USUAL = Backoff()
"""From half a minute to an hour; twelve tries take about five hours."""


@frozen(kw_only=True)
class Figures:
    """What was done: counts, to be added up.

    Attributes:
        fired: timers that fired, or had fired or gone already.
        late: seconds by which the latest of them was late.
        refused: timers whose command was refused.
        postponed: timers that could not be written, and were given back.
        delivered: notices that every notifier took.
        retried: notices given back, to be tried again.
        dead: notices given up.
        overtaken: notices that were handed on, but had meanwhile been claimed by another worker.
    """

    fired: int = 0
    late: int = 0
    refused: int = 0
    postponed: int = 0
    delivered: int = 0
    retried: int = 0
    dead: int = 0
    overtaken: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Both together; of lateness the greater."""
        mine, its = asdict(self), asdict(other)
        return Figures(
            **{n: max(mine[n], its[n]) if n == "late" else mine[n] + its[n] for n in mine}
        )

    @property
    def anything(self) -> bool:
        """Whether there was anything to do."""
        return self != Figures()
