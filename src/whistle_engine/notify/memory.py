"""A notifier that keeps what it is given: for tests and demonstrations, to be read and copied."""

from __future__ import annotations

from threading import Lock

from whistle_engine.notify.api import Message


class MemoryNotifier:
    """Keeps each message once, by its key, as a receiver should."""

    def __init__(self, name: str = "memory") -> None:
        """Begin with nothing.

        Args:
            name: what it is called.
        """
        self._name = name
        self._lock = Lock()
        self._kept: dict[str, Message] = {}

    @property
    def name(self) -> str:
        """What it is called."""
        return self._name

    @property
    def messages(self) -> tuple[Message, ...]:
        """What it was given, each message once, in the order of coming."""
        with self._lock:
            return tuple(self._kept.values())

    def send(self, message: Message) -> None:
        """Keep a message, unless it has it already."""
        with self._lock:
            self._kept.setdefault(message.key, message)
