"""Notices in the log: which ones went out, and nothing of whom they are about."""

from __future__ import annotations

import logging

from whistle_engine.notify.api import Message

_log = logging.getLogger("desk.notices")


class Logged:
    """A notifier that logs the code and the key of each message.

    A log is read by people who have no part in the matters, so ids of residents and words stay
    out of it; by the key, whoever has a part finds the notice in the matter's history.
    """

    name = "log"

    def send(self, message: Message) -> None:
        """Write the line."""
        _log.info("%s %s", message.code, message.key)
