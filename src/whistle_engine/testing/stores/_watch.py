"""A test in a thread of its own, so that a call that never comes back is told and left behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Event, Thread
from time import perf_counter
from traceback import format_stack

from whistle_engine.testing.stores._check import Unfit

FRAMES = 8
"""How many of the innermost calls of a thread are shown."""


def stands_at(thread: Thread) -> str:
    """Where a thread is now: its innermost calls, the latest last."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001  there is no other way
    calls = format_stack(frame)[-FRAMES:] if frame is not None else []
    return "".join(calls).rstrip()


class Watched:
    """A thread, a daemon, that has to say now and then that it gets on.

    What is opened, used and closed in it is so in one thread, as a store without ``THREADS`` needs.
    """

    def __init__(self, act: Callable[[], object], after: Callable[[], object]) -> None:
        """Take what it does, and what it does then in any case."""
        self._error: BaseException | None = None
        self._ended = Event()
        self._thread = Thread(target=self._run, args=(act, after), daemon=True)
        self._latest = perf_counter()

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return not self._ended.is_set()

    def gets_on(self) -> None:
        """Say so; from now on it has its time again."""
        self._latest = perf_counter()

    def result(self, seconds: float) -> None:
        """Run it to its end; what it raises is raised here.

        Args:
            seconds: how long it may take without getting on.

        Raises:
            Unfit: it does not come back; or what it raised before, with a note of that.
        """
        self.gets_on()
        self._thread.start()
        while (left := self._latest + seconds - perf_counter()) > 0:
            if self._ended.wait(left):
                break
        else:
            self._give_up(seconds)
        if self._error is not None:
            raise self._error

    def _give_up(self, seconds: float) -> None:
        text = (
            f"check that every call comes back\n  expected: an answer within {seconds:g} seconds\n"
            f"  found:    none; it waits here:\n{stands_at(self._thread)}"
        )
        if self._error is None:
            raise Unfit(text)
        self._error.add_note(text)

    def _run(self, act: Callable[[], object], after: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001  it is raised where the result is asked for
            self._error = error
        finally:
            after()
            self._ended.set()
