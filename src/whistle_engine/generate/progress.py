"""What is handed out step by step, and what the driver asks of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from attrs import define, frozen

from whistle_engine.commands import Command
from whistle_engine.commits import Answer
from whistle_engine.events import Event
from whistle_engine.model import Matter, MatterId
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store


@define
class Moment:
    """A clock that somebody moves.

    Attributes:
        at: what it shows, UTC.
    """

    at: datetime

    def __call__(self) -> datetime:
        """What it shows."""
        return self.at


class Executes(Protocol):
    """What is asked of an engine."""

    def execute(self, command: Command, *, texts: Mapping[str, str] | None = None) -> Answer:
        """Decide a command and write what follows, once."""
        ...


class Opens(Protocol):
    """What makes an engine: :class:`~whistle_engine.engine.Engine`, or something like it."""

    def __call__(
        self,
        store: Store,
        rules: Rules,
        *,
        clock: Callable[[], datetime],
        salt: Callable[[], bytes],
    ) -> Executes:
        """An engine on a store, with a clock and salts from outside."""
        ...


@frozen
class Change:
    """What a command did to one matter.

    Attributes:
        before: ``None`` where the command opened it.
    """

    matter: MatterId
    before: Matter | None
    after: Matter
    events: tuple[Event, ...]


@frozen(kw_only=True)
class Progress:
    """One command, and what came of it.

    Attributes:
        number: 1, 2, 3 … in the run.
        at: when it was given, UTC.
        texts: the words that came with it.
        answer: a receipt; or a refusal, of an attempt to shirk.
        changes: what it did to each matter that it wrote, its own first.
        held: how many matters the run keeps in memory: those not at rest.
    """

    number: int
    at: datetime
    command: Command
    texts: Mapping[str, str]
    answer: Answer
    changes: tuple[Change, ...]
    held: int
