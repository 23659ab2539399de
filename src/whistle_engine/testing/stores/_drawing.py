"""What the machine draws: rows and notices out of few values, so that they often meet.

Each comes from one number, digit by digit, smaller ones giving plainer rows: Hypothesis is fast
with few numbers, and makes them small where something fails.
"""

from __future__ import annotations

from attrs import evolve, frozen
from hypothesis import strategies as st

from whistle_engine.model import Affair, Outcome, Stage
from whistle_engine.storage.rows import LedgerFilter, Notice, Projection, Timer
from whistle_engine.testing.stores._samples import AT, HOUR, duty, notice, row

MATTERS = ("a", "B", "a ", "\uff5e", "𠮷\n")
UNITS = ("u", "v")
RECIPIENTS = (("u", None), ("v", None), (None, "u"))
MOMENTS = st.integers(0, 5).map(lambda hours: AT + hours * HOUR)
LIMITS = st.sampled_from((50, 1, 2, 3))
WHICH = st.integers(0, 99)
LARGE = 2**60


class Digits:
    """Takes a number apart."""

    def __init__(self, number: int) -> None:
        """Take the number."""
        self._left = number

    def upto(self, count: int) -> int:
        """A number from 0 to below a count."""
        self._left, digit = divmod(self._left, count)
        return digit

    def maybe(self, *values: str) -> str | None:
        """Nothing, or one of some values."""
        return (None, *values)[self.upto(len(values) + 1)]


@frozen
class Shape:
    """What is brought by an append to a matter that is not named yet."""

    projection: Projection
    notices: tuple[Notice, ...]

    def of(self, matter: str, version: int) -> tuple[Projection, tuple[Notice, ...]]:
        """The same for a matter at a version."""
        told = tuple(evolve(each, matter=matter, version=version) for each in self.notices)
        return named(self.projection, matter, version), told


def named(projection: Projection, matter: str, version: int) -> Projection:
    """A projection of a matter at a version."""
    return Projection(
        row=evolve(projection.row, matter=matter, version=version),
        duties=tuple(evolve(each, matter=matter) for each in projection.duties),
        timers=tuple(evolve(each, matter=matter) for each in projection.timers),
    )


def shape(number: int) -> Shape:
    """A shape out of a number."""
    digits = Digits(number)
    timers = tuple(
        Timer(matter="", clock=clock, step=step, due=AT + digits.upto(3) * HOUR)
        for clock in (1, 2)
        for step in (1, 2)
        if digits.upto(2)
    )
    told = tuple(
        notice(place, "", 0, unit=unit, actor=actor, due=AT + digits.upto(3) * HOUR)
        for place, (unit, actor) in enumerate(
            (RECIPIENTS[digits.upto(3)] for _ in range(digits.upto(4))), 1
        )
    )
    duties = tuple(
        duty(clock, "", unit=UNITS[digits.upto(2)], due=AT + digits.upto(3) * HOUR)
        for clock in (3, 1, 2)
        if digits.upto(2)
    )
    closed = digits.upto(4) == 3
    placed = digits.upto(2) == 1
    shown = row(
        "",
        0,
        stage=Stage.CLOSED if closed else (Stage.RECEIVED, Stage.BLOWN)[digits.upto(2)],
        outcome=Outcome.SETTLED if closed else None,
        opened_at=AT + digits.upto(3) * HOUR,
        category=digits.maybe("x", "x"),
        source_number=digits.maybe("1", "2"),
        place=UNITS[digits.upto(2)],
        lat=digits.upto(5) - 2 if placed else None,
        lon=digits.upto(5) - 2 if placed else None,
        affair=(None, Affair.PUBLIC)[digits.upto(2)],
        lead=digits.maybe(*UNITS),
    )
    return Shape(Projection(row=shown, duties=duties, timers=timers), told)


def ledger_filter(number: int) -> LedgerFilter:
    """A filter of the ledger out of a number; most restrict little."""
    digits = Digits(number)
    return LedgerFilter(
        stage=(None, None, Stage.BLOWN, Stage.CLOSED)[digits.upto(4)],
        open=(None, None, True, False)[digits.upto(4)],
        opened_from=(None, None, AT + HOUR)[digits.upto(3)],
        opened_before=(None, None, AT + HOUR, AT + 2 * HOUR)[digits.upto(4)],
        affair=(None, None, Affair.PUBLIC)[digits.upto(3)],
        outcome=(None, None, Outcome.SETTLED)[digits.upto(3)],
        category=(None, None, "x")[digits.upto(3)],
        lead=(None, None, "u")[digits.upto(3)],
    )


SHAPES = st.integers(0, LARGE).map(shape)
FILTERS = st.integers(0, 4**3 * 3**5).map(ledger_filter)
SOME_MATTERS = st.lists(st.sampled_from(MATTERS), min_size=1, max_size=3, unique=True)
