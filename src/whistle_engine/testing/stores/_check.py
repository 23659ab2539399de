"""How the kit speaks: every failure begins with "check that", and tells both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, wraps
from inspect import Parameter, Signature
from itertools import islice
from typing import Any, Generic, NoReturn, ParamSpec, TypeVar, cast

import pytest
from attrs import define

from whistle_engine.testing.stores._differ import differences

P = ParamSpec("P")
Problem = TypeVar("Problem", bound=Exception)

STANDARD = "__kit_standard__"
"""The mark of a test of the kit, by which the guard knows it."""

TOGETHER = "__kit_together__"
"""The mark of a test that takes all its matters for those of one jurisdiction."""

UNDECLARED = "not declared: "
"""How a test begins to say why it was not asked of a store; nothing else ends one early."""

LONGEST = 700
"""How many characters of a value a failure shows."""

PLACES = 4
"""In how many places a failure shows two values to differ."""


class Unfit(AssertionError):  # noqa: N818  reads as what is said of a store
    """A store does not keep a clause; the text begins with "check that"."""


def show(value: object) -> str:
    """A value as a failure shows it: cut in the middle if it is long."""
    told = repr(value)
    if len(told) <= LONGEST:
        return told
    half = LONGEST // 2
    return f"{told[:half]} … {len(told) - 2 * half} characters … {told[-half:]}"


def fail(that: str, *, expected: object, found: object) -> NoReturn:
    """Say that something does not hold.

    Args:
        that: what would be right, as the rest of a sentence that begins "check that".
        expected: what would be right, as a value.
        found: what came instead.
    """
    __tracebackhide__ = True
    raise Unfit(f"check that {that}\n  expected: {show(expected)}\n  found:    {show(found)}")


def same(found: object, expected: object, that: str) -> None:
    """Hold what was found against what is expected."""
    __tracebackhide__ = True
    if found != expected:
        raise Unfit(f"check that {that}\n{told_apart(expected, found)}")


def told_apart(expected: object, found: object) -> str:
    """Both sides of two values that differ: only the places where they do."""
    places = list(differences(expected, found)) or [("", expected, found)]
    lines = []
    for at, right, wrong in islice(places, PLACES):
        where = f"{at.strip()}: " if at.strip() else ""
        lines.append(f"  expected: {where}{show(right)}\n  found:    {where}{show(wrong)}")
    more = len(places) - PLACES
    return "\n".join(lines + ([f"  and they differ in {more} more places"] if more > 0 else []))


def holds(found: object, that: str, *, seen: object = None) -> None:
    """Hold something that is true or not; ``seen`` is shown if it is not."""
    __tracebackhide__ = True
    if not found:
        fail(that, expected="that this holds", found=found if seen is None else seen)


@define
class Caught(Generic[Problem]):
    """What :func:`raises` caught, once its block has ended."""

    error: Problem | None = None

    @property
    def problem(self) -> Problem:
        """The exception."""
        if self.error is None:
            raise RuntimeError("read it after the block")
        return self.error


@contextmanager
def raises(kind: type[Problem], that: str) -> Iterator[Caught[Problem]]:
    """Hold that the block raises an exception of a kind."""
    __tracebackhide__ = True
    caught: Caught[Problem] = Caught()
    try:
        yield caught
    except kind as error:
        caught.error = error
    except Exception as error:
        raise Unfit(
            f"check that {that}\n  expected: {kind.__name__}\n  found:    {told(error)}"
        ) from error
    else:
        fail(that, expected=kind.__name__, found="no exception")


def told(error: BaseException) -> str:
    """An exception in one line."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def undeclared(what: str) -> NoReturn:
    """Report what a store does not say it can, in place of passing in silence."""
    pytest.skip(f"{UNDECLARED}{what}")


def statement(test: Callable[..., object]) -> str:
    """What a test of the kit checks, from the first sentence of its docstring.

    Raises:
        ValueError: the docstring does not begin with "Check that".
    """
    first = (test.__doc__ or "").strip().split("\n\n", 1)[0]
    words = " ".join(first.split())
    if not words.startswith("Check that "):
        raise ValueError(f"the docstring of {test.__qualname__} should begin with 'Check that'")
    return words.removeprefix("Check that ").rstrip(".")


def together(test: Callable[P, None]) -> Callable[P, None]:
    """Mark a test that takes all its matters for those of one jurisdiction.

    It appends to several at once (S1), sends a command id again for another matter (S5), or counts
    on which of several come first where a limit leaves some out (S13).
    """
    setattr(test, TOGETHER, True)
    return test


def standard(test: Callable[P, None]) -> Callable[P, None]:
    """Make a method a test of the kit: what a store raises there fails with "check that" too.

    The kit gives the store, in the thread in which the test runs; pytest needs no fixture for it.
    A test that a subclass has in its place can still call it with a store.

    Args:
        test: the method; its docstring says what it checks.
    """
    that = statement(test)

    @wraps(test)
    def checked(kit: Any, *given: Any) -> None:
        __tracebackhide__ = True
        bound = partial(cast("Callable[..., None]", test), kit)
        kit.together = hasattr(test, TOGETHER)
        try:
            if given:
                bound(*given)
            else:
                kit.tried(bound)
        except (pytest.skip.Exception, pytest.xfail.Exception) as ended:
            if str(ended).startswith(UNDECLARED):
                raise
            fail(that, expected="that it is tried", found=told(ended))
        except Exception as error:
            if isinstance(error, Unfit):
                raise
            unfit = Unfit(f"check that {that}\n  expected: an answer\n  found:    {told(error)}")
            for note in getattr(error, "__notes__", ()):  # the machine's: the calls that led there
                unfit.add_note(note)
            raise unfit from error

    only = Signature([Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)])
    setattr(checked, "__signature__", only)  # noqa: B010  functions do not declare it
    setattr(checked, STANDARD, True)
    return cast("Callable[P, None]", checked)
