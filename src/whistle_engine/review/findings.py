"""Findings: what a review has found in a policy, how grave it is, and where it stands.

A finding wraps a :class:`whistle_engine.problems.Problem`, which holds its code, key, place and
sentence; the sentence says what is wrong, and then what would mend it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from attrs import frozen

from whistle_engine.model import Code, Facts, Label
from whistle_engine.problems import Problem, Slot, Spot
from whistle_engine.review.sentences import ERRORS, FINDINGS


class Severity(Code):
    """How grave a finding is."""

    ERROR = "error"
    """Somebody's matter would stand still, or be decided wrongly."""
    WARNING = "warning"
    """Everything else."""


TITLES = {
    Severity.ERROR: Label("错误", "error"),
    Severity.WARNING: Label("警告", "warning"),
}


@frozen
class Involved:
    """A value that a finding is about besides its own, and where it stands.

    A check need not say where, if the key tells.
    """

    key: str
    spot: Spot | None = None


@frozen(kw_only=True)
class Finding:
    """One thing that was found.

    Attributes:
        problem: what it is, and its place.
        severity: how grave it is.
        witness: the smallest facts that show it, where it is about rules; where two limits were
            compared that are told in different units, the instant that shows it (``from``), with
            ``unit`` = ``round_the_clock`` if it shows it for such units only.
        involved: what else it is about, such as the rules before one that is never reached, or
            the other of two limits.
        value: the text of the values that it is about, as an acceptance of it names them; empty
            if it is about something that is not there.
        accepted: the reason for which the policy takes it on purpose; empty if it does not.
    """

    problem: Problem
    severity: Severity
    witness: Facts = ()
    involved: tuple[Involved, ...] = ()
    value: str = ""
    accepted: str = ""

    @property
    def code(self) -> str:
        """Its stable code."""
        return self.problem.code

    @property
    def key(self) -> str:
        """Which value it is about, as a dotted key."""
        return self.problem.key

    @property
    def spot(self) -> Spot | None:
        """Where that stands."""
        return self.problem.spot

    def told(self, lang: Literal["zh", "en"] = "en") -> str:
        """Its place, how grave it is, the key, the sentence and the code, in a line."""
        title = TITLES[self.severity]
        return self.problem.told(lang, mark=title.zh if lang == "zh" else title.en)


def finding(
    code: str,
    key: str,
    /,
    value: str = "",
    *,
    spot: Spot | None = None,
    witness: Facts = (),
    involved: Iterable[Involved] = (),
    **slots: Slot,
) -> Finding:
    """A finding of a check with the text of the values that it is about, slots by their names."""
    return Finding(
        problem=Problem(
            code=code, key=key, slots=tuple(slots.items()), spot=spot, says=FINDINGS[code]
        ),
        severity=Severity.ERROR if code in ERRORS else Severity.WARNING,
        witness=witness,
        involved=tuple(involved),
        value=value,
    )
