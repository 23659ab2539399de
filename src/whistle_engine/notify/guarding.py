"""One notifier, under a guard: whatever it does, the relay goes on.

It may raise, hang, answer too late or return what it should not. Each call runs in a thread of
its own, so that one that hangs can be left behind; a thread cannot be stopped from outside.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from enum import Enum
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from whistle_engine.errors import NotifyError
from whistle_engine.notify.api import Message, Notifier

if TYPE_CHECKING:
    from logging import Logger

HANGING = 4
"""How many calls to one notifier may hang at once; beyond that it is not called."""

REMEMBERED = 10_000
"""Of how many messages it is remembered what the notifier made of them."""


def log() -> Logger:
    """The log of the worker."""
    import logging  # noqa: PLC0415  needed only here

    return logging.getLogger("whistle_engine.relay")


class Fate(Enum):
    """What became of a message at one notifier.

    Attributes:
        TAKEN: it was accepted.
        AGAIN: it was not, or not in time; trying again may help.
        NEVER: it was not, and trying again will not help.
    """

    TAKEN = "taken"
    AGAIN = "again"
    NEVER = "never"


class Guarded:
    """Calls one notifier, and remembers what it took, also where the answer came too late."""

    def __init__(self, notifier: Notifier, patience: timedelta) -> None:
        """Guard a notifier.

        Args:
            notifier: what is called.
            patience: how long an answer is waited for.
        """
        self.name = notifier.name
        self._notifier = notifier
        self._patience = patience.total_seconds()
        self._lock = Lock()
        self._open: set[str] = set()
        self._fates: OrderedDict[str, Fate] = OrderedDict()

    @property
    def hanging(self) -> int:
        """How many calls have not answered."""
        with self._lock:
            return len(self._open)

    def send(self, message: Message) -> Fate:
        """Hand on a message, unless it was taken or refused for good before.

        A message whose call still hangs is not sent a second time meanwhile.
        """
        with self._lock:
            known = self._fates.get(message.key)
            if known is not None:
                return known
            if message.key in self._open or len(self._open) >= HANGING:
                log().warning("%s still hangs; %s waits", self.name, message.key)
                return Fate.AGAIN
            self._open.add(message.key)
        answered = Event()
        found: list[Fate] = []
        thread = Thread(
            target=self._call,
            args=(message, found, answered),
            name=f"notify-{self.name}",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError:  # the machine has no room for another thread just now
            with self._lock:
                self._open.discard(message.key)
            log().warning("no thread could be started for %s; %s waits", self.name, message.key)
            return Fate.AGAIN
        if answered.wait(self._patience):
            return found[0]
        log().warning("%s did not answer in time about %s", self.name, message.key)
        return Fate.AGAIN

    def forget(self, key: str) -> None:
        """Forget a message that is settled or given up."""
        with self._lock:
            self._fates.pop(key, None)

    def _call(self, message: Message, found: list[Fate], answered: Event) -> None:
        fate = self._tried(message)
        with self._lock:
            self._open.discard(message.key)
            if fate is not Fate.AGAIN:
                self._fates[message.key] = fate
                if len(self._fates) > REMEMBERED:
                    self._fates.popitem(last=False)
        found.append(fate)
        answered.set()

    def _tried(self, message: Message) -> Fate:
        try:
            answer: object = self._notifier.send(message)  # type: ignore[func-returns-value]
        except NotifyError as error:
            log().warning("%s: %s (%s)", self.name, error, message.key)
            return Fate.AGAIN if error.retry else Fate.NEVER
        except BaseException as error:  # noqa: BLE001  it must not end the thread unheard
            # What it says may hold a contact: the kind is told, the rest to who debugs.
            log().warning("%s raised %s (%s)", self.name, type(error).__name__, message.key)
            log().debug("what it raised", exc_info=error)
            return Fate.AGAIN
        if answer is None:
            return Fate.TAKEN
        getattr(answer, "close", lambda: None)()  # a coroutine that nobody awaits
        log().error("%s.send returned %s, not None", self.name, type(answer).__name__)
        return Fate.AGAIN
