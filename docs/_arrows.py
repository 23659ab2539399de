# ruff: noqa: INP001  a module of docs/_generate.py
"""Which stage of a matter leads to which, and by which commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from docs._markdown import Act
from whistle_engine import commands as c
from whistle_engine.model import Stage
from whistle_engine.transitions import TRANSITIONS

S = Stage

Arrow = tuple[Stage | None, Stage]
"""From a stage to another one; ``None`` is the matter that is not there yet."""


def between(to: Iterable[Stage], *stages: Stage) -> frozenset[Arrow]:
    """From each of some stages to each of others."""
    ends = tuple(to)
    return frozenset((a, b) for a in stages for b in ends if a is not b)


NARROWER: Mapping[Act, frozenset[Arrow]] = {
    c.Withdraw: between(
        [S.CLOSED], S.RECEIVED, S.MEDIATING, S.DELIBERATING, S.AWAITING_WHISTLE, S.FED_BACK
    ),
    c.Look: between([S.DELIBERATING, S.AWAITING_WHISTLE], S.MEDIATING)
    | between([S.AWAITING_WHISTLE], S.DELIBERATING),
    c.MoveUp: between([S.DELIBERATING], S.MEDIATING)
    | between([S.AWAITING_WHISTLE], S.DELIBERATING),
    c.Blow: between([S.BLOWN], S.AWAITING_WHISTLE)
    | between([S.DISPATCHED], S.RECEIVED, S.MEDIATING, S.DELIBERATING, S.AWAITING_WHISTLE),
    c.RaiseWhistle: between([S.DISPATCHED], S.BLOWN)
    | between([S.DISPATCHED, S.HANDLING], S.DEFERRED)
    | between([S.HANDLING], S.FED_BACK),
    c.FeedBack: between([S.FED_BACK], S.HANDLING),
    c.FireTimer: between([S.CLOSED, S.HANDLING], S.FED_BACK)
    | between([S.DISPATCHED, S.HANDLING], S.DEFERRED)
    | between([S.HANDLING], S.CLOSED),
    c.Reopen: between([S.MEDIATING, S.DELIBERATING, S.HANDLING], S.FED_BACK, S.CLOSED)
    | between([S.RECEIVED, S.AWAITING_WHISTLE], S.CLOSED),
    c.Designate: between([S.DISPATCHED], S.BLOWN) | between([S.HANDLING], S.DISPATCHED),
}
"""For commands that do not lead from each of their stages to each of those they can lead to."""


def arrows() -> dict[Arrow, tuple[Act, ...]]:
    """Which stage leads to which, and by which commands."""
    found: dict[Arrow, list[Act]] = {}
    for act, row in TRANSITIONS.items():
        held = between(row.to, *row.stages) if row.stages else {(None, to) for to in row.to}
        narrower = NARROWER.get(act, held)
        if not narrower <= held:
            raise ValueError(f"{c.NAMES[act]}: the table does not have {narrower - held}")
        for arrow in narrower:
            found.setdefault(arrow, []).append(act)
    return {
        (a, b): tuple(found[a, b]) for a in (None, *S) for b in S if (a, b) in found
    }  # in the order of the stages
