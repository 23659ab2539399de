"""Making a tale that breaks a law as short and as plain as it can be, deed by deed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from attrs import define, evolve, field

from whistle_engine.rules import Rules
from whistle_engine.testing.laws_of_tales import Breach, Law
from whistle_engine.testing.strategies.tales import Deed, Tale, tell

MINUTE = timedelta(minutes=1)

MOST_TRIES = 400
"""So many other tales are told at most to make one shorter."""


def shortest(tale: Tale, law: Law) -> tuple[Tale, Breach]:
    """A tale of as few deeds as can be found that breaks the same law, and the breach.

    First the end is cut off, then deeds are left out, many at once and then one by one, then the
    times between them are made short. What comes of what is left is decided anew each time.

    Args:
        tale: one that breaks it, by one set of rules from its start to its end.
        law: the law.

    Raises:
        ValueError: the tale keeps the law.
    """
    breach = law.broken(tale)
    if breach is None:
        raise ValueError(f"the tale keeps {law.id}")
    search = _Search(law, tale.rules, tale, breach)
    search.cut()
    before = None
    while before != search.tale.deeds:
        before = search.tale.deeds
        search.leave_out()
        search.hurry()
    return search.tale, search.breach


@define
class _Search:
    """The shortest tale so far."""

    law: Law
    rules: Rules
    tale: Tale
    breach: Breach
    left: int = field(default=MOST_TRIES, init=False)

    def _try(self, deeds: tuple[Deed, ...], until: datetime) -> bool:
        """Take other deeds, if what comes of them breaks the law too."""
        if not deeds or not self.left:
            return False
        self.left -= 1
        tale = tell(deeds, self.rules, until=until)
        breach = self.law.broken(tale)
        if breach is None:
            return False
        self.tale, self.breach = tale, breach
        self.cut()
        return True

    def cut(self) -> None:
        """End with the step that broke it."""
        end = self.tale.steps[self.breach.step].now
        deeds = tuple(deed for deed in self.tale.deeds if deed.at <= end)
        if len(deeds) < len(self.tale.deeds) or end < self.tale.until:
            tale = tell(deeds, self.rules, until=end)
            breach = self.law.broken(tale)
            if breach is not None:
                self.tale, self.breach = tale, breach

    def leave_out(self) -> None:
        """Leave deeds out, ever fewer at once."""
        size = max(len(self.tale.deeds) // 2, 1)
        while size:
            place = len(self.tale.deeds) - size
            while place >= 0:
                deeds = self.tale.deeds
                self._try((*deeds[:place], *deeds[place + size :]), self.tale.until)
                place = min(place - size, len(self.tale.deeds) - size) if size > 1 else place - 1
            size //= 2

    def hurry(self) -> None:
        """Let each deed follow a minute after the one before, where it is as well."""
        for place in range(1, len(self.tale.deeds)):
            if place < len(self.tale.deeds):
                self._sooner(place)
        self._try(self.tale.deeds, self.tale.deeds[-1].at)

    def _sooner(self, place: int) -> None:
        deeds = self.tale.deeds
        gap = deeds[place].at - deeds[place - 1].at
        for wanted in _gaps(gap):
            sooner = gap - wanted
            moved = tuple(evolve(deed, at=deed.at - sooner) for deed in deeds[place:])
            if self._try((*deeds[:place], *moved), self.tale.until - sooner):
                return


def _gaps(gap: timedelta) -> Iterator[timedelta]:
    """Shorter times to try."""
    for wanted in (MINUTE, timedelta(hours=1), timedelta(days=1)):
        if wanted < gap:
            yield wanted
