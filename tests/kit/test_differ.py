"""A failure shows where two values differ, and not what is the same beside it."""

from __future__ import annotations

import pytest
from attrs import evolve, field, frozen

from whistle_engine.testing.stores._check import Unfit, same
from whistle_engine.testing.stores._samples import AT, HOUR, draft, row, timer

RECORD = draft().record(1)
FEWER = (
    "  expected: 2 in number\n  found:    1 in number\n"
    f"  expected: Timer.due: {AT!r}\n  found:    Timer.due: {AT + HOUR!r}\n"
    f"  expected: {timer(2)!r}\n  found:    nothing"
)


@frozen
class Kept:
    """With something that does not count."""

    seen: int
    beside: int = field(default=0, eq=False)


def told(expected: object, found: object) -> str:
    with pytest.raises(Unfit) as caught:
        same(found, expected, "it is so")
    said = str(caught.value)
    assert said.startswith("check that it is so\n")
    return said.removeprefix("check that it is so\n")


@pytest.mark.parametrize(
    ("expected", "found", "said"),
    [
        (1, 2, "  expected: 1\n  found:    2"),
        ("a", b"a", "  expected: 'a'\n  found:    b'a'"),
        (
            (RECORD, RECORD),
            (RECORD, evolve(RECORD, position=7)),
            "  expected: [1] Record.position: 1\n  found:    [1] Record.position: 7",
        ),
        ((1, 2), [1, 2], "  expected: a tuple\n  found:    a list"),
        ((RECORD,), (), f"  expected: ({RECORD!r},)\n  found:    ()"),
        (
            [1, 2],
            [1, 5, 2],
            "  expected: 2 in number\n  found:    3 in number\n  expected: nothing\n  found:    5",
        ),
        (
            (timer(1), timer(2)),
            (timer(1, due=AT + HOUR),),
            FEWER,
        ),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, "  expected: ['b']: 2\n  found:    ['b']: 3"),
        ({"a": 1}, {}, "  expected: ['a']: 1\n  found:    ['a']: nothing"),
        (
            b"x" * 1000 + b"a",
            b"x" * 1000 + b"b",
            "  expected: of 1001, from 1000 on: b'a'\n  found:    of 1001, from 1000 on: b'b'",
        ),
        (
            "x" * 100,
            "x" * 99,
            "  expected: of 100, from 99 on: 'x'\n  found:    of 100, from 99 on: ''",
        ),
        (Kept(1, 2), Kept(3, 4), "  expected: Kept.seen: 1\n  found:    Kept.seen: 3"),
    ],
)
def test_where_they_differ(expected: object, found: object, said: str) -> None:
    assert told(expected, found) == said


def test_no_more_than_some_places_are_shown() -> None:
    text = told(tuple(range(10)), tuple(range(1, 11)))
    assert text.count("expected:") == 4
    assert text.endswith("and they differ in 6 more places")


def test_what_is_the_same_is_not_shown() -> None:
    text = told((row(),), (row(place="elsewhere"),))
    assert "MatterRow.place" in text
    assert "matter=" not in text


def test_what_compares_as_different_only_as_a_whole_is_shown_whole() -> None:
    assert told(float("nan"), float("nan")) == "  expected: nan\n  found:    nan"
