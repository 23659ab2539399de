"""Ending cleanly when told to: by SIGTERM, or by SIGINT from the keyboard.

Whoever works is told from a thread, not from within a signal's handler: a handler runs in the
middle of whatever the main thread does, and could wait for a lock that this very thread holds.
"""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

_ENDING = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def told_to_stop(stop: Callable[[], object]) -> Iterator[None]:
    """Call a function once one of the signals comes; meanwhile they do nothing else.

    Args:
        stop: what is called, in a thread of its own.
    """
    listening, speaking = socket.socketpair()
    speaking.settimeout(0)  # as the wake-up demands: it never waits

    def wait() -> None:
        if listening.recv(1) != b"":  # nothing, once the other side is closed
            stop()

    thread = Thread(target=wait, name="told-to-stop", daemon=True)
    before = signal.set_wakeup_fd(speaking.fileno(), warn_on_full_buffer=False)
    handlers = {one: signal.signal(one, lambda *_: None) for one in _ENDING}
    thread.start()
    try:
        yield
    finally:
        for one, handler in handlers.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(before)
        speaking.close()
        thread.join()
        listening.close()
