"""Chance that comes out the same twice: on every machine, in every process.

Only ``Random.random`` is asked, which Python promises not to change, and only sums and products
are made of it, which no machine rounds differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random
from typing import TypeVar

from attrs import frozen

T = TypeVar("T")


@frozen
class Dice:
    """What can be left to chance.

    Attributes:
        random: where it comes from; whoever injects it has seeded it.
    """

    random: Random

    @classmethod
    def of(cls, *seed: object) -> Dice:
        """Dice of their own for a thing: the same for the same words and numbers."""
        return cls(Random("/".join(map(str, seed))))  # noqa: S311  repeatable, nothing secret

    def share(self) -> float:
        """A number from 0 up to, not including, 1."""
        return self.random.random()

    def happens(self, chance: float) -> bool:
        """Tell whether something happens that has this chance, from 0 to 1."""
        return self.random.random() < chance

    def below(self, most: int) -> int:
        """A whole number from 0 up to, not including, ``most``, which is at least 1."""
        return int(self.random.random() * most)

    def pick(self, things: Sequence[T]) -> T:
        """One of several things, all alike.

        Raises:
            IndexError: there is nothing to pick.
        """
        return things[self.below(len(things))]

    def weighed(self, things: Iterable[tuple[T, float]]) -> T | None:
        """One of several things by weight; ``None`` if nothing weighs anything."""
        rows = [row for row in things if row[1] > 0]
        left = self.random.random() * sum(weight for _, weight in rows)
        for thing, weight in rows:
            left -= weight
            if left < 0:
                return thing
        return rows[-1][0] if rows else None

    def between(self, least: timedelta, most: timedelta) -> timedelta:
        """A time from least to most, in whole seconds, twice as often short as long."""
        longer = int((most - least).total_seconds())
        drawn = self.random.random()
        return least + timedelta(seconds=int(longer * drawn * (0.5 + 0.5 * drawn)))
