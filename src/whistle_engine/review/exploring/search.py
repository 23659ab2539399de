"""Walking through all states, breadth first, on every core, always with the same result."""

from __future__ import annotations

import pickle
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from multiprocessing import Pipe, get_all_start_methods, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from threading import active_count
from typing import Self

from attrs import define, evolve, field, frozen

from whistle_engine.compiling import compile_rules
from whistle_engine.directory import Directory
from whistle_engine.events import ClockMoved, ClockStarted
from whistle_engine.model import Matter, Outcome, Stage, What
from whistle_engine.policy import Policy
from whistle_engine.responder import running
from whistle_engine.review.exploring.cast import Cast
from whistle_engine.review.exploring.choices import Asked
from whistle_engine.review.exploring.forms import State, digest, form
from whistle_engine.review.exploring.freely import FreeLimits, waits
from whistle_engine.review.exploring.scopes import Scope
from whistle_engine.review.exploring.steps import Followed, Laws, followed
from whistle_engine.rules import Rules

ASKED, PASSED, RENEWED, PARTED = range(4)
"""What led from a state to another: an act; time; time, and other clocks run now than before, or
until later; a part that was split off."""

NO_ERROR = "error"
"""The name under which an error is told that was raised where a decision should be."""

_MOST_BREACHES = 12
"""So many ways to break a law are kept: not each can be told with the policy's own limits."""


@frozen
class Traits:
    """What the laws about the whole graph ask of a state.

    Attributes:
        wait: how long it takes at most from the start of its clocks until one of them comes to
            something, by the policy's own limits; none if no clock runs.
    """

    stage: Stage
    settled: bool
    docket: bool
    wait: timedelta | None


@frozen
class Link:
    """A way from a state to another: the number of the move, where it leads, and its sort."""

    move: int
    to: bytes
    sort: int


@frozen
class Expanded:
    """All that follows one state.

    Attributes:
        moves: how many moves there are, those that change nothing too.
        broken: law, sentence, and the number of the move.
        new: the states that are reached and that this explorer has not handed out before.
    """

    traits: Traits | None
    moves: int
    links: tuple[Link, ...]
    broken: tuple[tuple[str, str, int], ...]
    new: tuple[tuple[bytes, bytes], ...]


@define
class Explorer:
    """Finds what follows a state; one for each process."""

    rules: Rules
    scope: Scope
    laws: Laws
    cast: Cast = field(init=False)
    free: Rules = field(init=False)
    _known: set[bytes] = field(factory=set)

    def __attrs_post_init__(self) -> None:
        """Put time that passes freely in the place of the policy's limits."""
        self.cast = Cast(self.rules, self.scope)
        total = self.rules.policy.deferrals.total
        limits = FreeLimits(self.rules.limits, total, self.scope.at)
        self.free = evolve(self.rules, limits=limits)

    def expand(self, packed: bytes) -> Expanded:
        """What follows a state; no state is the beginning."""
        state: State | None = pickle.loads(packed) if packed else None  # noqa: S301  our own
        links, broken, new = [], [], []
        number = -1
        for number, came in enumerate(followed(state, self.cast, self.free)):
            hurt = self._broken(state, came)
            broken += [(law, words, number) for law, words in hurt]
            if hurt or came.after is None or came.after is state:
                continue  # what follows a broken law is not asked
            name = digest(form(came.after, self.cast))
            links.append(Link(number, name, _sort(came)))
            if name not in self._known:
                self._known.add(name)
                new.append((name, pickle.dumps(came.after, pickle.HIGHEST_PROTOCOL)))
        traits = self._traits(state.matter) if state is not None else None
        return Expanded(traits, number + 1, tuple(links), tuple(broken), tuple(new))

    def _broken(self, state: State | None, came: Followed) -> tuple[tuple[str, str], ...]:
        if came.error:
            return ((NO_ERROR, came.error),)
        if came.taken is None:
            return ()
        opens = isinstance(came.move, Asked) and came.move.opens
        return tuple(self.laws.broken(None if opens else state, came.taken))

    def _traits(self, matter: Matter) -> Traits:
        return Traits(
            matter.stage,
            matter.stage is Stage.CLOSED and matter.outcome is Outcome.SETTLED,
            any(running(matter, What.DOCKET)),
            waits(matter, self.rules, self.scope.at),
        )

    def moves(self, numbers: Sequence[int]) -> tuple[Followed, ...]:
        """The way that begins with nothing and takes these moves, with what came of each."""
        state: State | None = None
        way = []
        for number in numbers:
            came = next(islice(followed(state, self.cast, self.free), number, None))
            way.append(came)
            state = came.after
        return tuple(way)


def _sort(came: Followed) -> int:
    move = came.move
    if isinstance(move, Asked):
        return PARTED if move.opens and move.matter != move.subject else ASKED
    written = came.taken.written if came.taken is not None else ()
    renewed = (
        isinstance(ev, ClockMoved)
        or (isinstance(ev, ClockStarted) and ev.clock.what is not What.DOCKET)
        for ev in written
    )
    return RENEWED if any(renewed) else PASSED


# ---------------------------------------------------------------- the graph


@frozen
class Breach:
    """A law that a move broke: after which state, and by which of its moves."""

    law: str
    words: str
    state: int
    move: int


@define
class Graph:
    """Everything that was found: states by number, and how each was first reached.

    Attributes:
        parents, by: for each state the one from which it was first reached, and by which move;
            the beginning, where nothing is there yet, is number 0.
        heads, tails, sorts: the links.
        moves: how many moves were tried in all.
        depth: how many moves the farthest state is away.
        complete: nothing was left out.
    """

    numbers: dict[bytes, int] = field(factory=dict)
    parents: array[int] = field(factory=lambda: array("q"))
    by: array[int] = field(factory=lambda: array("q"))
    traits: list[Traits | None] = field(factory=list)
    heads: array[int] = field(factory=lambda: array("q"))
    tails: array[int] = field(factory=lambda: array("q"))
    sorts: array[int] = field(factory=lambda: array("b"))
    breaches: list[Breach] = field(factory=list)
    moves: int = 0
    depth: int = 0
    complete: bool = True

    def add(self, name: bytes, parent: int, by: int) -> int:
        """A new state."""
        self.numbers[name] = number = len(self.parents)
        self.parents.append(parent)
        self.by.append(by)
        self.traits.append(None)
        return number

    def way(self, state: int) -> tuple[int, ...]:
        """The moves of the shortest way to a state."""
        found = []
        while state:
            found.append(self.by[state])
            state = self.parents[state]
        return tuple(reversed(found))


@frozen(kw_only=True)
class Progress:
    """How far an exploration is.

    Attributes:
        states, moves: how many were found, and tried.
        depth: how many moves away from the beginning it is.
        waiting: how many states are still to be looked at, of those found.
    """

    states: int
    moves: int
    depth: int
    waiting: int


def search(
    explorer: Explorer, *, jobs: int, most: int, progress: Callable[[Progress], None] | None
) -> Graph:
    """Find all states, up to a number.

    The numbers of states and moves do not depend on how many processes look for them.
    """
    graph = Graph()
    frontier = [(graph.add(b"", 0, -1), b"")]
    with _crew(explorer, jobs) as crew:
        while frontier:
            following: list[tuple[int, bytes]] = []
            left = len(frontier)
            for number, found in zip(
                (n for n, _ in frontier), crew.expand([p for _, p in frontier]), strict=True
            ):
                _note(graph, number, found, following, most)
                left -= 1
                if progress is not None:
                    waiting = left + len(following)
                    progress(
                        Progress(
                            states=len(graph.parents) - 1,
                            moves=graph.moves,
                            depth=graph.depth,
                            waiting=waiting,
                        )
                    )
            graph.depth += bool(following)
            frontier = following
    return graph


def _note(
    graph: Graph, number: int, found: Expanded, following: list[tuple[int, bytes]], most: int
) -> None:
    """Write down what follows one state."""
    graph.traits[number] = found.traits
    graph.moves += found.moves
    states = dict(found.new)
    for link in found.links:
        to = graph.numbers.get(link.to)
        if to is None:
            if len(graph.parents) > most:
                graph.complete = False
                continue
            to = graph.add(link.to, number, link.move)
            following.append((to, states[link.to]))
        if to != number:
            graph.heads.append(number)
            graph.tails.append(to)
            graph.sorts.append(link.sort)
    for law, words, move in found.broken:
        if sum(b.law == law for b in graph.breaches) < _MOST_BREACHES:
            graph.breaches.append(Breach(law, words, number, move))


# ---------------------------------------------------------------- processes


def _crew(explorer: Explorer, jobs: int) -> _Alone | _Crew:
    return _Alone(explorer) if jobs <= 1 else _Crew(explorer, jobs)


@define
class _Alone:
    """One process, this one."""

    explorer: Explorer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        """Nothing to stop."""

    def expand(self, states: Sequence[bytes]) -> Iterator[Expanded]:
        """What follows each state, in their order."""
        return map(self.explorer.expand, states)


@define
class _Crew:
    """Several processes that each take a few states at a time."""

    explorer: Explorer
    jobs: int
    _pipes: list[Connection] = field(factory=list)
    _processes: list[BaseProcess] = field(factory=list)

    def __enter__(self) -> Self:
        # Forking a process with threads is not safe; a new one reads the policy again.
        forks = "fork" in get_all_start_methods() and active_count() == 1
        start = get_context("fork").Process if forks else get_context("spawn").Process
        rules = self.explorer.rules
        basis = rules if forks else (rules.policy, rules.directory)
        for _ in range(self.jobs):
            ours, theirs = Pipe()
            process = start(
                target=_work,
                args=(theirs, basis, self.explorer.scope, self.explorer.laws),
                daemon=True,
            )
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)
        return self

    def __exit__(self, kind: type[BaseException] | None, *_error: object) -> None:
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            if kind is None:
                pipe.send(None)
            else:
                process.terminate()  # it may still be telling what nobody reads
        for process in self._processes:
            process.join()

    def expand(self, states: Sequence[bytes]) -> Iterator[Expanded]:
        """What follows each state, in their order."""
        size = max(1, min(100, len(states) // (4 * self.jobs)))
        chunks = [states[n : n + size] for n in range(0, len(states), size)]
        done: dict[int, list[Expanded]] = {}
        busy: dict[Connection, int] = {}
        idle = list(self._pipes)
        sent = told = 0
        while told < len(chunks):
            while idle and sent < len(chunks):
                pipe = idle.pop()
                pipe.send(chunks[sent])
                busy[pipe] = sent
                sent += 1
            ready = wait(list(busy))
            for pipe in [pipe for pipe in busy if pipe in ready]:
                done[busy.pop(pipe)] = pipe.recv()
                idle.append(pipe)
            while told in done:
                yield from done.pop(told)
                told += 1


def _work(
    pipe: Connection, basis: Rules | tuple[Policy, Directory], scope: Scope, laws: Laws
) -> None:
    """Answer with what follows each state, until nobody asks any more."""
    rules = compile_rules(*basis) if isinstance(basis, tuple) else basis
    explorer = Explorer(rules, scope, laws)
    while (states := pipe.recv()) is not None:
        pipe.send([explorer.expand(state) for state in states])
