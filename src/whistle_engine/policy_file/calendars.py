"""Reading the days of a policy: those of the calendars that it uses, and its own over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date

from attrs import define, field

from whistle_engine.errors import PolicyError
from whistle_engine.model import Label
from whistle_engine.policy import Calendar
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.files import MOST_BESIDE
from whistle_engine.policy_file.forms import Form
from whistle_engine.policy_file.tables import Table

_YEARS = Form(
    Label("年份，如[year.2024]", "a year, as in [year.2024]"),
    lambda name: forms.YEAR.read(int(re.sub("[^0-9]", "x", name[:9]))),
)


_MOST_DAYS = 1_000


@define
class _Days:
    """Days off and days worked; what is laid over goes before what lies below."""

    off: set[date] = field(factory=set)
    on: set[date] = field(factory=set)

    def lay(self, off: set[date], on: set[date]) -> None:
        self.off = (self.off - on) | off
        self.on = (self.on - off) | on


def read_calendar(table: Table, calendar: Callable[[str], Table | None]) -> Calendar:
    """The days that count.

    Args:
        table: ``[calendar]`` of the policy.
        calendar: gives the file of a calendar by its name.

    A year comes from ``[calendar.year.Y]``; or else from the calendars that ``use`` names, later
    ones over earlier ones. The first of them has to have every such year; later ones hold what a
    region adds, and past the last year of one nothing is certain. ``holidays`` and ``make_up`` go
    over all.
    """
    years = sorted({year for year in table.each("years", forms.YEAR) if year})
    if table.data.get("years") == []:
        table.wrong("empty", "years", right=forms.YEAR.says)
    names = table.codes("use", forms.CODE, needed=False, most=MOST_BESIDE)
    own = dict(_years_of(table.table("year", needed=False)))
    wanted = [year for year in years if year not in own]
    known = _known_until(years)
    days = _Days()
    for number, name in enumerate(names):
        held = calendar(name) if name else None
        if held is None:
            continue
        found = dict(_years_of(held.table("year")))
        _take_over(held, table)
        for year in wanted:
            if year in found:
                days.lay(*found[year])
            elif number == 0:
                has = _span(found)
                at = ("years", table.data["years"].index(year))
                table.wrong("year_unknown", "years", at=at, year=year, file=name, has=has)
            elif year > max(found, default=0):
                known = min(known, year - 1)  # the region's notice is not out yet
    for year in years:
        if year in own:
            days.lay(*own[year])
        elif not names:
            table.wrong("year_nowhere", "years", year=year)
    for year in sorted(set(own) - set(years)):
        table.wrong("year_not_wanted", f"year.{year}", at=("year", str(year)), year=year)
    off, on = _days_of(table)
    days.lay(off, on - off)
    return Calendar(
        holidays=frozenset(days.off),
        make_up=frozenset(days.on),
        known_until=date(known, 12, 31),
        source=table.source(),
    )


def _span(years: Iterable[int]) -> Label:
    """Years as they are told."""
    first, last = str(min(years, default="—")), str(max(years, default="—"))
    return Label(f"{first}年至{last}年", f"{first} to {last}")


def _known_until(years: list[int]) -> int:
    """The last of the years that follow one another from the first."""
    return next((year for year in years if year + 1 not in years), 1)


def _years_of(table: Table) -> list[tuple[int, tuple[set[date], set[date]]]]:
    found = []
    for name in table.data:
        year = table.read(name, name, _YEARS, at_key=True)
        inner = table.table(name)
        inner.each("notices", forms.TEXT, needed=False)
        found.append((year, _days_of(inner, year)))
    return found


def _days_of(table: Table, year: int | None = None) -> tuple[set[date], set[date]]:
    """The days off and the days worked of a table, which is that of a year, or of all."""
    off: dict[date, int] = {}
    on: dict[date, int] = {}
    for name, days in (("holidays", off), ("make_up", on)):
        for n, listed in enumerate(table.each(name, forms.DAYS, needed=False, most=_MOST_DAYS)):
            for day in listed or ():  # a wrong one is noted
                days.setdefault(day, n)
            outside = next((day for day in listed or () if year and day.year != year), None)
            if outside is not None:
                key, told = f"{name}[{n + 1}]", outside.isoformat()
                table.wrong("day_elsewhere", key, at=(name, n), day=told, year=year or 0)
    for day, n in on.items():
        key, at = f"make_up[{n + 1}]", ("make_up", n)
        if day in off:
            table.wrong("day_twice", key, at=at, day=day.isoformat())
        elif year and day.weekday() < 5:  # noqa: PLR2004  Monday to Friday
            table.wrong("make_up_weekday", key, at=at, day=day.isoformat())
    return set(off), set(on)


def _take_over(held: Table, table: Table) -> None:
    """What is wrong with a calendar is wrong with the policy that uses it."""
    try:
        held.reading.check()
    except PolicyError as error:
        table.reading.problems += error.problems
