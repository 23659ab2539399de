"""Laws as values: an id, what it says, and what breaks it, in a whole tale.

A law of one's own is a function over a step, over a matter's history, or over a whole tale, that
yields a sentence for each breach; a decorator gives it its id::

    @step_law("M1", "A community takes no whistle back at night.")
    def by_day(step: Taken) -> Iterator[str]:
        if isinstance(step.command.do, StandDown) and not isinstance(step.result, Refused):
            if step.rules.policy.local(step.now).hour < 6:
                yield f"stood down at {step.now}"
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from attrs import frozen

from whistle_engine.events import Closed
from whistle_engine.review.laws import (
    HISTORY_LAWS,
    STEP_LAWS,
    HistoryLaw,
    StepLaw,
    Taken,
    matter_of,
)
from whistle_engine.testing.strategies.tales import Tale

TaleLaw = Callable[[Tale], Iterator[str]]


@frozen(kw_only=True)
class Breach:
    """A law is broken.

    Attributes:
        law: its id.
        step: the place of the step in the tale, from 0, that broke it.
        says: what is wrong.
    """

    law: str
    step: int
    says: str


@frozen(kw_only=True)
class Law:
    """A law.

    Attributes:
        id: what it is called in test ids: ``FR7``, ``L9``, or one of a city's own.
        says: what it promises, in a sentence.
        check: yields, for a tale, the place of each step that breaks it, and a sentence.
    """

    id: str
    says: str
    check: Callable[[Tale], Iterator[tuple[int, str]]]

    def breaches(self, tale: Tale) -> Iterator[Breach]:
        """Everything in a tale that breaks it."""
        for step, says in self.check(tale):
            yield Breach(law=self.id, step=step, says=says)

    def broken(self, tale: Tale) -> Breach | None:
        """What breaks it first, or ``None``."""
        return min(self.breaches(tale), key=lambda breach: breach.step, default=None)


def step_law(name: str, says: str) -> Callable[[StepLaw], Law]:
    """Make a law of a function that looks at one step at a time.

    Args:
        name: its id.
        says: what it promises, in a sentence.
    """
    return lambda law: Law(id=name, says=says, check=partial(_by_step, law))


def history_law(name: str, says: str) -> Callable[[HistoryLaw], Law]:
    """Make a law of a function that looks at the history of one matter.

    Args:
        name: its id.
        says: what it promises, in a sentence.
    """
    return lambda law: Law(id=name, says=says, check=partial(_by_history, law))


def tale_law(name: str, says: str) -> Callable[[TaleLaw], Law]:
    """Make a law of a function that looks at a whole tale, or at what can still come of it.

    Args:
        name: its id.
        says: what it promises, in a sentence.
    """
    return lambda law: Law(id=name, says=says, check=partial(_by_tale, law))


def _by_step(law: StepLaw, tale: Tale) -> Iterator[tuple[int, str]]:
    for place, step in enumerate(tale.steps):
        yield from ((place, words) for words in law(step))


def _by_history(law: HistoryLaw, tale: Tale) -> Iterator[tuple[int, str]]:
    for matter, steps in tale.histories().items():
        last = max(n for n, step in enumerate(tale.steps) if matter_of(step) == matter)
        yield from ((last, words) for words in law(steps))


def _by_tale(law: TaleLaw, tale: Tale) -> Iterator[tuple[int, str]]:
    yield from ((len(tale.steps) - 1, words) for words in law(tale))


# ---------------------------------------------------------------- those of the review


def _whenever_closed(law: HistoryLaw) -> HistoryLaw:
    """The law, held against the history as it was each time that the matter was closed."""

    def check(history: Sequence[Taken]) -> Iterator[str]:
        for end, step in enumerate(history, 1):
            if any(isinstance(event, Closed) for event in step.written):
                yield from law(history[:end])

    return check


OF_HISTORIES: Mapping[str, HistoryLaw] = {
    **HISTORY_LAWS,
    "L10": _whenever_closed(HISTORY_LAWS["L10"]),
}
"""The laws of a whole history, as they are held against tales of several matters."""


def _says(law: Callable[..., object]) -> str:
    return (law.__doc__ or "").strip().partition("\n")[0]


REVIEWED: tuple[Law, ...] = (
    *(step_law(name, _says(law))(law) for name, law in STEP_LAWS.items()),
    *(history_law(name, _says(HISTORY_LAWS[name]))(law) for name, law in OF_HISTORIES.items()),
)
"""The laws of :mod:`whistle_engine.review.laws`, to be held against tales."""


def joined(laws: Iterable[Law]) -> tuple[Law, ...]:
    """The laws in order, those of one id as one law that is broken wherever one of them is."""
    by_id: dict[str, list[Law]] = {}
    for law in laws:
        by_id.setdefault(law.id, []).append(law)
    return tuple(_together(name, same) for name, same in by_id.items())


def _together(name: str, laws: Sequence[Law]) -> Law:
    if len(laws) == 1:
        return laws[0]

    def check(tale: Tale) -> Iterator[tuple[int, str]]:
        for law in laws:
            yield from law.check(tale)

    return Law(id=name, says=laws[0].says, check=check)
