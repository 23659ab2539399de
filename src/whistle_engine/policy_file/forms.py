"""Forms of values: what a value of a file should be, in words, and how it is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, time, timedelta
from enum import Enum
from typing import Any, Final, Generic, TypeVar

from attrs import frozen

from whistle_engine.commands import NAMES
from whistle_engine.directory import Shift
from whistle_engine.model import Affair, LimitUnit, Party, StepAction, UnitKind, What

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

FORMAT_NUMBER: Final = 1
"""The only format of the files that there is so far."""
RUNGS = (
    StepAction.REMIND,
    StepAction.URGE,
    StepAction.SUPERVISE,
    StepAction.CALL_BACK,
    StepAction.ESCALATE,
)
"""What a rung of the ladder may do; the rest are fallbacks, which the engine sets."""
FARTHEST = timedelta(hours=14)
"""No place on earth is further from UTC."""


@frozen
class Form(Generic[T]):
    """What a value should be, in words, and how it is read.

    ``read`` raises an error if the value is of another form; a ``ValueError`` that begins with a
    semicolon is a hint to be shown.
    """

    says: str
    read: Callable[[Any], T]


def exactly(says: str, kind: type[T], test: Callable[[T], bool] = lambda _: True) -> Form[T]:
    """A form for one type of TOML's, and the values of it that pass a test."""

    def read(value: Any) -> T:
        # A boolean is an integer to isinstance, and an instant a date: not here.
        if type(value) is not kind or not test(value):
            raise ValueError
        return value

    return Form(says, read)


def one_of(names: Iterable[str], what: str = "one of") -> Form[str]:
    """A form for a name among those that are known."""
    known = tuple(dict.fromkeys(names))
    says = f"{what} {listed(known)}" if known else f"{what} those declared, and there are none"

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise ValueError(nearest(value, known))
        return value

    return Form(says, read)


def member(members: Iterable[E]) -> Form[E]:
    """A form for the value of a member of an enumeration."""
    by_name = {found.value: found for found in members}
    names = one_of(by_name)
    return Form(names.says, lambda value: by_name[names.read(value)])


def listed(names: Iterable[str]) -> str:
    """Names in quotes, with commas."""
    return ", ".join(f'"{name}"' for name in names)


def nearest(word: object, known: Iterable[str]) -> str:
    """A hint at the known name that is most like a word; empty if none is."""
    from difflib import get_close_matches  # noqa: PLC0415  needed only here

    # The comparison is quadratic, and no name is longer.
    found = get_close_matches(str(word)[:64], list(known), n=1)
    return f'; did you mean "{found[0]}"?' if found else ""


def _offset(value: Any) -> timedelta:
    found = re.fullmatch(r"([+-])([01]\d):([0-5]\d)", value)
    if found is None:
        raise ValueError
    size = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if size > FARTHEST:
        raise ValueError
    return -size if found[1] == "-" else size


def _shift(value: Any) -> Shift:
    found = re.fullmatch(r"(\d\d:\d\d)-(\d\d:\d\d)", value)
    if found is None:
        raise ValueError
    start, end = time.fromisoformat(found[1]), time.fromisoformat(found[2])
    if start >= end:
        raise ValueError("; this one ends before it begins")
    return Shift(start=start, end=end)


def _days(value: Any) -> tuple[date, ...]:
    first, _, last = str(value).partition("/")
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    if end < start:
        raise ValueError("; this one ends before it begins")
    return tuple(start + timedelta(days=n) for n in range((end - start).days + 1))


def _amount(least: int) -> Callable[[Any], tuple[int, LimitUnit]]:
    def read(value: Any) -> tuple[int, LimitUnit]:
        found = re.fullmatch(r"([0-9]{1,4}) (working[ _]day|work[ _]hour|day|hour)s?", value)
        if found is None or int(found[1]) < least:
            raise ValueError
        return int(found[1]), LimitUnit(found[2].replace(" ", "_") + "s")

    return read


TEXT = exactly("a text that is not empty", str, lambda text: bool(text.strip()))
CODE = exactly(
    "a code of small letters, digits, _ and - that begins with a letter",
    str,
    lambda text: re.fullmatch(r"[a-z][a-z0-9_-]*", text) is not None,
)
SOURCE = exactly(
    'where the value comes from: "choice: <why>", or "<origin>: <its words>"',
    str,
    lambda text: re.match(r"[a-z][a-z ]*: \S", text) is not None,
)
FORMAT = exactly(
    f"{FORMAT_NUMBER}, the only format that this version reads",
    int,
    lambda number: number == FORMAT_NUMBER,
)
COUNT = exactly("a whole number, 0 or more", int, lambda number: number >= 0)
FROM_ONE = exactly("a whole number, 1 or more", int, lambda number: number >= 1)
YEAR = exactly("a year such as 2024, without quotes", int, lambda year: year in range(2000, 3000))
YES_NO = exactly("true or false, without quotes", bool)
DAY = exactly("a day such as 2024-01-31, without quotes", date)
LIST: Form[list[Any]] = exactly("a list in [ ]", list)
TABLE: Form[dict[str, Any]] = exactly("a table", dict)
OFFSET = Form('an offset from UTC such as "+08:00"', _offset)
SHIFT = Form('hours of work such as "08:30-12:00"', _shift)
DAYS = Form('a day such as "2024-01-31", or a range such as "2024-02-10/2024-02-17"', _days)
LIMIT = Form('a limit such as "24 hours", "4 work hours", "5 days" or "1 working day"', _amount(1))
AFTER = Form('a length such as "0 hours", "4 work hours" or "2 working days"', _amount(0))
UNIT_KIND = member(UnitKind)
AFFAIR = member(Affair)
WHAT = member(What)
PARTY = member(Party)
BLOWER = member((Party.STREET, Party.COMMUNITY))
GRANTER = member((Party.STREET, Party.COORDINATOR))
RUNG = member(RUNGS)
COMMAND = one_of(sorted(NAMES.values()), "the name of a command, one of")
