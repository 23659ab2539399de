"""One step of a history, as the laws look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine.events import Event, Refused
from whistle_engine.model import Matter, MatterId
from whistle_engine.rules import Rules


@frozen
class Taken:
    """One step of a history: the state before, what was asked and when, and what came of it."""

    before: Matter | None
    command: c.Command
    now: datetime
    result: tuple[Event, ...] | Refused
    after: Matter | None
    rules: Rules

    @property
    def written(self) -> tuple[Event, ...]:
        """The events that the step appended; a refusal may have recorded something."""
        return self.result.recorded if isinstance(self.result, Refused) else self.result


def matter_of(step: Taken) -> MatterId | None:
    """The matter that a step was decided on: a merge and a split are decided on several."""
    state = step.after or step.before
    return state.id if state is not None else None


StepLaw = Callable[[Taken], Iterator[str]]
HistoryLaw = Callable[[Sequence[Taken]], Iterator[str]]
