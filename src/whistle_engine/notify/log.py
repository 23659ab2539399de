"""A notifier that writes each message to the log: a line, by the standard library's logging."""

from __future__ import annotations

import logging

from whistle_engine.notify.api import Message


class LogNotifier:
    """Writes a line a message: whom it is for, its key and its text."""

    name = "log"
    """What it is called."""

    def __init__(self, logger: logging.Logger | None = None, *, lang: str = "zh") -> None:
        """Choose where to and in which language.

        Args:
            logger: the logger; by default ``whistle_engine.notify``.
            lang: ``zh`` or ``en``.

        Raises:
            ValueError: there is no such language.
        """
        if lang not in ("zh", "en"):
            raise ValueError(f"texts come in zh and en, not in {lang!r}")
        self._logger = logger if logger is not None else logging.getLogger("whistle_engine.notify")
        self._lang = lang

    def send(self, message: Message) -> None:
        """Write the line, at level INFO."""
        text = message.text.zh if self._lang == "zh" else message.text.en
        to = message.actor or message.unit
        self._logger.info("%s to %s (%s): %s", message.code, to, message.key, text)
