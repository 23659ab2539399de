"""How far something has come: one line on stderr that is written over, on a terminal only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Self

from whistle_engine.cli.filling import width
from whistle_engine.cli.output import room

_BAR = 24
_CLEAR = "\r\x1b[K"


class Progress:
    """Writes the line, and takes it away in the end; silent unless stderr is a terminal."""

    def __init__(self) -> None:
        """Look where stderr leads."""
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the line away."""
        self._write("")

    def tell(self, text: str) -> None:
        """Say how far it has come."""
        while width(text) >= room():
            text = text[:-1]
        self._write(text)

    def bar(self, done: int, of: int, text: str) -> None:
        """Say how much of a whole is done."""
        filled = _BAR * done // max(of, 1)
        self.tell(f"[{'#' * filled}{'.' * (_BAR - filled)}] {done}/{of} {text}")

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(_CLEAR + text)
            sys.stderr.flush()
