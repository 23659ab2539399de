"""Run the kit without pytest's command line: a list of outcomes in place of a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter

import pytest
from attrs import frozen

from whistle_engine.testing.stores._check import STANDARD, statement, told
from whistle_engine.testing.stores.contract import (
    StoreContract,
    clause_of,
    replaced,
    standard_tests,
)

PASSED, FAILED, UNDECLARED = "passed", "failed", "undeclared"


@frozen(kw_only=True)
class Outcome:
    """What came of one test.

    Attributes:
        test: its name.
        clause: the clause that it is about, ``None`` for all of them.
        checks: what it checks, as a sentence that goes on from "check that".
        status: ``passed``, ``failed``, or ``undeclared``: not asked, since not declared.
        message: of a failure, a text that begins with "check that"; else the reason.
        seconds: how long it took.
    """

    test: str
    clause: str | None
    checks: str
    status: str
    message: str = ""
    seconds: float = 0.0


def run(kit: Callable[[], StoreContract], tests: Iterable[str] | None = None) -> Iterator[Outcome]:
    """Run tests of a kit, one after the other, each on a store with nothing in it.

    Args:
        kit: makes the kit; a subclass of ``StoreContract``, or whatever gives an instance.
        tests: the names of those wanted; ``None`` for all.

    Yields:
        The outcomes, in order of clause.
    """
    for name in standard_tests() if tests is None else tests:
        yield _run(kit(), name)


def _run(kit: StoreContract, name: str) -> Outcome:
    test = getattr(kit, name)
    began = perf_counter()
    status, message = PASSED, replaced(type(kit)).get(name, "")
    with kit.placed():
        try:
            if hasattr(test, STANDARD):
                test()
            else:  # one that a subclass has in its place
                kit.tried(test)
        except pytest.skip.Exception as skipped:
            status, message = UNDECLARED, str(skipped)
        except Exception as error:  # noqa: BLE001  whatever it is, it is the outcome
            status, message = FAILED, _message(error, test)
    return Outcome(
        test=name,
        clause=clause_of(name),
        checks=statement(test),
        status=status,
        message=message,
        seconds=perf_counter() - began,
    )


def _message(error: Exception, test: Callable[..., object]) -> str:
    text = str(error)
    if not text.startswith("check that"):
        text = f"check that {statement(test)}\n  found:    {told(error)}"
    return "\n".join((text, *getattr(error, "__notes__", ())))
