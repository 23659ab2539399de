"""The laws, as functions that anyone can hold against any history under any policy.

A law looks at one step (:data:`STEP_LAWS`) or at a whole history (:data:`HISTORY_LAWS`) and
yields a sentence for each breach; keeping the law, it yields nothing. They read only states,
commands and results, never the code that decides: what they need to know of the rules, such as
who may give which command, is written a second time beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from whistle_engine.review.laws_of_clocks import fr7, l9, l14, l18
from whistle_engine.review.laws_of_matters import l2, l3, l8, l10, l11, l12, l16, l19
from whistle_engine.review.laws_of_responders import fr1, fr2, fr3, fr4, fr5, fr6, fr8, fr9, fr10
from whistle_engine.review.taken import HistoryLaw, StepLaw, Taken, matter_of

__all__ = [
    "HISTORY_LAWS",
    "STEP_LAWS",
    "HistoryLaw",
    "StepLaw",
    "Taken",
    "breaches",
    "matter_of",
]

STEP_LAWS: Mapping[str, StepLaw] = {
    "FR1": fr1,
    "FR2": fr2,
    "FR3": fr3,
    "FR4": fr4,
    "FR5": fr5,
    "FR6": fr6,
    "FR7": fr7,
    "FR8": fr8,
    "FR9": fr9,
    "FR10": fr10,
    "L2": l2,
    "L3": l3,
    "L8": l8,
    "L9": l9,
    "L11": l11,
    "L14": l14,
    "L16": l16,
    "L18": l18,
    "L19": l19,
}
"""The laws of one step."""

HISTORY_LAWS: Mapping[str, HistoryLaw] = {"L10": l10, "L12": l12}
"""The laws of a whole history."""


def breaches(history: Sequence[Taken]) -> Iterator[tuple[str, str]]:
    """Every breach in a history: the law, and a sentence.

    Args:
        history: the steps of one matter, from its first.

    Yields:
        Pairs of a law's name and what breaks it.
    """
    for step in history:
        for name, law in STEP_LAWS.items():
            yield from ((name, f"{type(step.command.do).__name__}: {words}") for words in law(step))
    for name, whole in HISTORY_LAWS.items():
        yield from ((name, words) for words in whole(history))
