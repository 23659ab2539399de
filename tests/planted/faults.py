"""The planted faults as values, read from ``faults.toml``, and how one is put into a source."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

ROOT = Path(__file__).resolve().parents[2]
"""The folder that holds src/ and tests/."""

FILE = Path(__file__).with_name("faults.toml")

CLAUSES = (*(f"FR{n}" for n in range(1, 11)), *(f"L{n}" for n in (1, 2, 3, *range(8, 20))))
"""The clauses of the design; L4 to L7 are FR1, FR5, FR6 and FR7."""


@frozen(kw_only=True)
class Clause:
    """A promise: its name, what it says in short, and the functions and tests that check it."""

    name: str
    says: str
    checked: tuple[str, ...]


@frozen(kw_only=True)
class Fault:
    """One small fault.

    Attributes:
        what: what the sources do with it.
        file: the file that it is put into, from the root.
        old, new: the text that is replaced, and by what.
        tests: selections of tests, as given to pytest, each of which has to find it.
    """

    clause: str
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    def planted(self, source: str) -> str:
        """The source with the fault in it.

        Raises:
            ValueError: the text to replace is not there exactly once.
        """
        there = source.count(self.old)
        if there != 1:
            raise ValueError(f"{self.file}: {there} times, not once: {self.old!r}")
        return source.replace(self.old, self.new)


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def faults() -> tuple[Fault, ...]:
    """All faults, in the order of the file."""
    return tuple(Fault(**{**t, "tests": tuple(t["tests"])}) for t in _tables()["fault"])


def clauses() -> tuple[Clause, ...]:
    """All clauses, in the order of the file."""
    return tuple(Clause(**{**t, "checked": tuple(t["checked"])}) for t in _tables()["clause"])
