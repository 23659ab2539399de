"""Exploring a policy: every state that a matter can come to within a scope, and every law in it.

>>> from whistle_engine import shipped_rules
>>> from whistle_engine.review.explore import explore, scope_of
>>> rules = shipped_rules("xingqing")
>>> found = explore(rules, scope_of(rules, "major_case"))
>>> found.complete, found.violations
(True, ())

Time passes freely (:mod:`whistle_engine.review.exploring.freely`): what holds here holds for
limits of any length. What a scope leaves out is told by
:mod:`whistle_engine.review.exploring.scopes`. A violation comes back as the shortest way to it;
where the policy's own limits allow that way, as a story that ``whistle play`` runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from attrs import frozen

from whistle_engine.model import Label, Stage
from whistle_engine.review.exploring.liveness import Silence, silence, unsettled
from whistle_engine.review.exploring.presets import deep, full, quick
from whistle_engine.review.exploring.retelling import retell
from whistle_engine.review.exploring.scopes import SIDES, Scope, scope_of
from whistle_engine.review.exploring.search import (
    NO_ERROR,
    Breach,
    Explorer,
    Graph,
    Progress,
    search,
)
from whistle_engine.review.exploring.steps import Followed, Laws
from whistle_engine.review.exploring.wording import worded
from whistle_engine.review.laws import HISTORY_LAWS, STEP_LAWS, StepLaw, Taken
from whistle_engine.rules import Rules
from whistle_engine.story.values import Story

__all__ = [
    "MOST",
    "SIDES",
    "Explored",
    "Progress",
    "Scope",
    "Violation",
    "deep",
    "explore",
    "full",
    "in_order",
    "quick",
    "scope_of",
]

MOST = 1_000_000
"""So many states at the most, unless something else is asked for."""

FORGOTTEN, UNSETTLED = "L9", "L17"
"""The laws that are read off the whole graph."""


@frozen(kw_only=True)
class Violation:
    """A law that is broken, and the shortest way to it.

    Attributes:
        law: its name; ``error`` where a decision raised one.
        words: what broke it, in English.
        way: each move in words.
        story: the same in real time; none where the policy's own limits come due in another
            order, so that only other limits would lead there.
    """

    law: str
    words: str
    way: tuple[Label, ...]
    story: Story | None


@frozen(kw_only=True)
class Explored:
    """What an exploration found.

    Attributes:
        states: how many states there are; those that no decision tells apart count once.
        moves: how many moves were tried in them, those that were refused among them.
        depth: how many moves the farthest state is away.
        complete: that is all; else it was cut off, and the laws about the whole graph (L9's
            bound, L17) were not asked.
        stages: how many states there are in each stage.
        laws: the laws that were asked.
        silence: how long it takes at the most, if nobody acts, until an open matter is closed or
            comes before the coordinator, by the policy's own limits; none if that was not asked.
        silent: the way to a state from which it takes that long.
        violations: one for each law that is broken.
    """

    scope: Scope
    states: int
    moves: int
    depth: int
    complete: bool
    stages: Mapping[Stage, int]
    laws: tuple[str, ...]
    silence: timedelta | None
    silent: tuple[Label, ...]
    violations: tuple[Violation, ...]


def explore(
    rules: Rules,
    scope: Scope,
    *,
    laws: Mapping[str, StepLaw] = STEP_LAWS,
    most: int = MOST,
    jobs: int = 1,
    policy: str | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Explored:
    """Explore every state that a matter can come to, and hold the laws against every move.

    Args:
        rules: the rules to explore.
        scope: how far; see :func:`scope_of`, :func:`quick`, :func:`full` and :func:`deep`.
        laws: the laws of single steps; L10, L12, the bound of L9 and L17 are always asked.
        most: after so many states it is cut off.
        jobs: how many processes look; the result is the same.
        policy: how stories name the policy: a shipped one, or a file; its code by default.
        progress: called now and then.

    Returns:
        What was found; the same in every run.
    """
    explorer = Explorer(rules, scope, Laws(laws))
    graph = search(explorer, jobs=jobs, most=most, progress=progress)
    whole = graph.complete and not graph.breaches
    quiet = silence(graph) if whole else None
    found = _Teller(explorer, graph, policy if policy is not None else rules.policy.code)
    stages = Counter(traits.stage for traits in graph.traits if traits is not None)
    return Explored(
        scope=scope,
        states=len(graph.parents) - 1,
        moves=graph.moves,
        depth=graph.depth,
        complete=graph.complete,
        stages={stage: stages[stage] for stage in Stage if stages[stage]},
        laws=in_order((*laws, "L10", "L12", *((FORGOTTEN, UNSETTLED) if whole else ()))),
        silence=quiet.most if quiet is not None and not quiet.forgotten else None,
        silent=found.way(graph.way(quiet.state)) if quiet is not None else (),
        violations=(*found.of_steps(), *(found.of_graph(quiet) if quiet is not None else ())),
    )


def in_order(laws: Iterable[str]) -> tuple[str, ...]:
    """Names of laws, each once: FR2 before FR10, and both before L8."""

    def place(law: str) -> tuple[str, int]:
        name = law.rstrip("0123456789")
        return name, int(law[len(name) :] or 0)

    return tuple(sorted(set(laws), key=place))


@frozen
class _Teller:
    """Tells the violations that a graph holds."""

    explorer: Explorer
    graph: Graph
    policy: str

    def way(self, numbers: Sequence[int]) -> tuple[Label, ...]:
        """A way in words."""
        return self._worded(self.explorer.moves(numbers))

    def _worded(self, way: Sequence[Followed]) -> tuple[Label, ...]:
        before = (None, *(came.after for came in way))
        rules = self.explorer.rules
        return tuple(worded(w.move, b, rules) for w, b in zip(way, before, strict=False))

    def of_steps(self) -> Iterator[Violation]:
        """One for each law: the shortest of those that a story can tell, else the shortest."""
        by_law: dict[str, list[Breach]] = {}
        for breach in self.graph.breaches:
            by_law.setdefault(breach.law, []).append(breach)
        for breaches in by_law.values():
            told = (self._of_step(breach) for breach in breaches)
            first = next(told)
            yield first if first.story else next((v for v in told if v.story), first)

    def _of_step(self, breach: Breach) -> Violation:
        way = self.explorer.moves((*self.graph.way(breach.state), breach.move))

        def broken(history: Sequence[Taken]) -> bool:
            if breach.law in HISTORY_LAWS:
                return any(HISTORY_LAWS[breach.law](history))
            law = self.explorer.laws.of_steps[breach.law]
            return any(words for taken in history for words in law(taken))

        story = None
        if breach.law != NO_ERROR:
            story = retell(
                way, self.explorer.cast, broken,
                policy=self.policy, law=breach.law, words=breach.words,
            )  # fmt: skip
        return Violation(law=breach.law, words=breach.words, way=self._worded(way), story=story)

    def of_graph(self, quiet: Silence) -> Iterator[Violation]:
        """The nearest matter that can be forgotten, and the nearest that can never be settled."""
        if quiet.forgotten:
            yield self._at(FORGOTTEN, quiet.forgotten[0], "nobody acts, and it is forgotten")
        stuck = next(unsettled(self.graph), None)
        if stuck is not None:
            yield self._at(UNSETTLED, stuck, "no way leads from here to being settled")

    def _at(self, law: str, state: int, words: str) -> Violation:
        way = self.explorer.moves(self.graph.way(state))
        story = retell(way, self.explorer.cast, bool, policy=self.policy, law=law, words=words)
        return Violation(law=law, words=words, way=self._worded(way), story=story)
