"""What only the whole graph shows: no matter is forgotten (L9), and each can be settled (L17).

L9 follows the graph where nobody acts: clocks alone, in any order. Before the matter is closed
or comes before the coordinator, that graph has no way around and no end, so there is a longest
way; how long it takes is reckoned with the policy's own limits. L17 goes backwards from every
state in which the matter is settled.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from whistle_engine.model import Stage
from whistle_engine.review.exploring.search import ASKED, PASSED, RENEWED, Graph


@frozen
class Silence:
    """How long a matter can lie if nobody acts.

    Attributes:
        most: until it is closed or comes before the coordinator, from any open state on.
        state: an open state from which it takes that long.
        forgotten: states from which it never comes to that.
    """

    most: timedelta
    state: int
    forgotten: tuple[int, ...]


def silence(graph: Graph) -> Silence:
    """How long it takes from each open state, if only time passes."""
    links = _Adjacent(graph.heads, graph.tails, graph.sorts, (PASSED, RENEWED))
    takes: dict[int, timedelta | None] = {}
    for state in range(1, len(graph.parents)):
        if state not in takes:
            _reckon(state, graph, links, takes)
    forgotten = tuple(s for s in sorted(takes) if takes[s] is None)
    known = {s: t for s, t in takes.items() if t is not None}
    worst = max(known, key=lambda s: (known[s], -s), default=0)
    return Silence(known.get(worst, timedelta()), worst, forgotten)


def _reckon(first: int, graph: Graph, links: _Adjacent, takes: dict[int, timedelta | None]) -> None:
    """Reckon a state after all that follow it; one that comes round to itself takes for ever."""
    stack = [first]
    entered: set[int] = set()
    while stack:
        state = stack[-1]
        if state in takes:
            stack.pop()
            continue
        traits = graph.traits[state]
        if traits is None or traits.docket or traits.stage is Stage.CLOSED:
            takes[state] = timedelta()
            continue
        if state not in entered:
            entered.add(state)
            stack += [to for to, _ in links.of(state) if to not in takes and to not in entered]
            continue
        takes[state] = _longest(traits.wait, [(takes.get(to), s) for to, s in links.of(state)])


def _longest(wait: timedelta | None, ways: list[tuple[timedelta | None, int]]) -> timedelta | None:
    """The longest of a state's ways on; none if one has no end, or there is no way on.

    Clocks that run side by side are all reckoned from one start, so that of those the latest
    counts; where other clocks are started, their time comes on top.
    """
    longest = None
    for after, sort in ways:
        if after is None or wait is None:
            return None
        takes = wait + after if sort == RENEWED else max(wait, after)
        longest = takes if longest is None else max(longest, takes)
    return longest


def unsettled(graph: Graph) -> Iterator[int]:
    """The open states from which no way leads to the matter's being settled."""
    back = _Adjacent(graph.tails, graph.heads, graph.sorts, (ASKED, PASSED, RENEWED))
    reached = bytearray(len(graph.parents))
    stack = [n for n, traits in enumerate(graph.traits) if traits is not None and traits.settled]
    for state in stack:
        reached[state] = 1
    while stack:
        for before, _ in back.of(stack.pop()):
            if not reached[before]:
                reached[before] = 1
                stack.append(before)
    for number, traits in enumerate(graph.traits):
        if traits is not None and traits.stage is not Stage.CLOSED and not reached[number]:
            yield number


class _Adjacent:
    """The links by the state at one of their ends."""

    def __init__(
        self, ends: array[int], others: array[int], sorts: array[int], wanted: tuple[int, ...]
    ) -> None:
        """Put them in the order of that end."""
        starts = array("q", bytes(8 * (max(ends, default=0) + 2)))
        for end, sort in zip(ends, sorts, strict=True):
            if sort in wanted:
                starts[end + 1] += 1
        for n in range(1, len(starts)):
            starts[n] += starts[n - 1]
        at = array("q", starts)
        self._others = array("q", bytes(8 * starts[-1]))
        self._sorts = array("b", bytes(starts[-1]))
        self._starts = starts
        for end, other, sort in zip(ends, others, sorts, strict=True):
            if sort in wanted:
                place = at[end]
                self._others[place], self._sorts[place] = other, sort
                at[end] += 1

    def of(self, state: int) -> Iterator[tuple[int, int]]:
        """The other ends of a state's links, with their sorts."""
        if state + 1 < len(self._starts):
            for place in range(self._starts[state], self._starts[state + 1]):
                yield self._others[place], self._sorts[place]
