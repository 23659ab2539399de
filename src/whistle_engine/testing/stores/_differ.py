"""Where two values differ: a failure shows that, and not all that is the same beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

SHORT = 60
"""Of texts and bytes longer than this, only what follows the first difference is shown."""

Difference = tuple[str, object, object]
"""Where, what would be right there, and what was found; an empty place is the whole value."""


class Words(str):
    """Words that stand for a value, and are shown without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


NOTHING = Words("nothing")


def differences(expected: object, found: object, at: str = "") -> Iterator[Difference]:
    """The places in which two values differ.

    Args:
        expected: what would be right.
        found: what came instead.
        at: where these two stand in the values that are compared.
    """
    if type(expected) is type(found) and expected == found:
        return
    if isinstance(expected, list | tuple) and isinstance(found, list | tuple):
        yield from _sequences(expected, found, at)
    elif type(expected) is not type(found):
        yield at, expected, found
    elif attrs.has(type(expected)):
        yield from _fields(expected, found, at)
    elif isinstance(expected, dict) and isinstance(found, dict):
        for key in expected | found:
            right, wrong = expected.get(key, NOTHING), found.get(key, NOTHING)
            yield from differences(right, wrong, f"{at}[{key!r}]")
    elif isinstance(expected, str | bytes) and len(expected) > SHORT:
        yield from _runs(expected, found, at)
    else:
        yield at, expected, found


def _fields(expected: Any, found: Any, at: str) -> Iterator[Difference]:
    kind = type(expected)
    told = [
        each
        for field in attrs.fields(kind)
        if field.eq
        for each in differences(
            getattr(expected, field.name),
            getattr(found, field.name),
            f"{at} {kind.__name__}.{field.name}",
        )
    ]
    yield from told or [(at, expected, found)]


def _sequences(
    expected: Sequence[object], found: Sequence[object], at: str
) -> Iterator[Difference]:
    if type(expected) is not type(found):
        yield at, _kind(expected), _kind(found)
    if len(expected) == len(found):
        for place, (right, wrong) in enumerate(zip(expected, found, strict=True)):
            yield from differences(right, wrong, f"{at}[{place}]")
        return
    if not expected or not found:
        yield at, expected, found
        return
    yield at, _count(expected), _count(found)
    missing = [each for each in expected if each not in found]
    strange = [each for each in found if each not in expected]
    for right, wrong in zip(missing, strange, strict=False):
        yield from differences(right, wrong, at)
    both = min(len(missing), len(strange))
    yield from ((at, each, NOTHING) for each in missing[both:])
    yield from ((at, NOTHING, each) for each in strange[both:])


def _runs(expected: Any, found: Any, at: str) -> Iterator[Difference]:
    pairs = enumerate(zip(expected, found, strict=False))
    short = min(len(expected), len(found))
    first = next((place for place, (right, wrong) in pairs if right != wrong), short)
    until = first + SHORT
    right, wrong = expected[first:until], found[first:until]
    yield f"{at} of {len(expected)}, from {first} on", right, wrong


def _kind(value: object) -> Words:
    return Words(f"a {type(value).__name__}")


def _count(values: Sequence[object]) -> Words:
    return Words(f"{len(values)} in number")
