"""Positions of all shards in one order: which span of whose positions comes after which."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from attrs import define, frozen


@frozen
class Span:
    """Positions of one shard that follow each other among all.

    Attributes:
        shard: whose they are.
        start: the position among all after which they begin.
        first, last: the shard's own positions: above the first, up to the last.
    """

    shard: str
    start: int
    first: int
    last: int

    @property
    def end(self) -> int:
        """The position among all at which they end."""
        return self.start + self.last - self.first


@define
class _Line:
    """The spans of one shard: where each ends by its own positions, and its place among all."""

    ends: array[int]
    places: array[int]


class Spans:
    """A sequence of entries, each of which says up to where a shard comes next.

    The positions of a shard between two of its entries keep their distances, so what stands
    between them need not be known; those that the shard left out are left out here too. Entries of
    one shard that follow each other make one span.
    """

    def __init__(self, shards: Iterable[str]) -> None:
        """Begin before the first entry."""
        self._names = tuple(shards)
        self._numbers = {name: number for number, name in enumerate(self._names)}
        self._lines = {name: _Line(array("q"), array("q")) for name in self._names}
        self._whose = array("q")
        self._tops = array("q")  # of each span, the last position among all
        self._shifts = array("q")  # from the shard's own position to that among all

    def knows(self, shard: str) -> bool:
        """Whether there is such a shard."""
        return shard in self._lines

    def end(self, shard: str) -> int:
        """Up to which of its own positions a shard has its place."""
        ends = self._lines[shard].ends
        return ends[-1] if ends else 0

    def add(self, shard: str, end: int) -> None:
        """Let a shard come next, up to one of its own positions."""
        line, begin = self._lines[shard], self.end(shard)
        top = self._tops[-1] if self._tops else 0
        number = self._numbers[shard]
        if self._whose and self._whose[-1] == number:
            self._tops[-1] = top + end - begin
            line.ends[-1] = end
        else:
            line.ends.append(end)
            line.places.append(len(self._whose))
            self._whose.append(number)
            self._tops.append(top + end - begin)
            self._shifts.append(top - begin)

    def position(self, shard: str, own: int) -> int:
        """The position among all of one of a shard's own, which is none above its end."""
        line = self._lines[shard]
        return own + self._shifts[line.places[bisect_left(line.ends, own)]]

    def after(self, position: int, width: int) -> list[Span]:
        """The spans above a position, each to its end, until they are wide enough."""
        found: list[Span] = []
        for place in range(bisect_right(self._tops, position), len(self._tops)):
            if width <= 0:
                break
            top, shift = self._tops[place], self._shifts[place]
            start = max(position, self._tops[place - 1] if place else 0)
            shard = self._names[self._whose[place]]
            found.append(Span(shard, start, start - shift, top - shift))
            width -= top - start
        return found
