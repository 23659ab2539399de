"""Reading hours of work, and the days of a policy: its calendars', and its own over them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import date, time
from itertools import pairwise

from attrs import evolve, frozen

from whistle_engine.directory import Shift
from whistle_engine.errors import PolicyError
from whistle_engine.model import Label
from whistle_engine.policy import Calendar
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.files import MOST_BESIDE
from whistle_engine.policy_file.forms import Form
from whistle_engine.policy_file.places import Trail
from whistle_engine.policy_file.tables import Table

_YEARS = Form(
    Label("年份，如[year.2024]", "a year, as in [year.2024]"),
    lambda name: forms.YEAR.read(int(re.sub("[^0-9]", "x", name[:9]))),
)
_MOST_DAYS = 1_000


@frozen
class Year:
    """What a calendar says of one year.

    Attributes:
        notices: the number of each notice, and its date.
        holidays: days off, as the file has them: a day, or ``first/last``.
        make_up: Saturdays and Sundays that are worked.
    """

    number: int
    notices: tuple[str, ...] = ()
    holidays: frozenset[date] = frozenset()
    make_up: frozenset[date] = frozenset()

    def over(self, other: Year) -> Year:
        """This year laid over another calendar's: where they differ, this one counts."""
        return evolve(
            self,
            notices=tuple(dict.fromkeys((*other.notices, *self.notices))),
            holidays=(other.holidays - self.make_up) | self.holidays,
            make_up=(other.make_up - self.holidays) | self.make_up,
        )

    def same_days(self, other: Year) -> bool:
        """Tell whether both have the same days."""
        return (self.holidays, self.make_up) == (other.holidays, other.make_up)


def read_calendar(table: Table, calendar: Callable[[str], Table | None]) -> Calendar:
    """The days that count.

    Args:
        table: ``[calendar]`` of the policy.
        calendar: gives the file of a calendar by its name.

    A year comes from ``[calendar.year.Y]``; or else from the calendars that ``use`` names, later
    ones over earlier ones. Each of them has to have every such year, if only to say that it has
    nothing there: what a calendar does not have is not known. Past the last year of a later one,
    where a region's notice is not out yet, nothing is certain. ``holidays`` and ``make_up`` go
    over all.
    """
    years = sorted({year for year in table.each("years", forms.YEAR) if year})
    if table.data.get("years") == []:
        table.wrong("empty", "years", right=forms.YEAR.says)
    gaps = [year for before, year in pairwise(years) if before + 1 < year]
    for year in gaps:
        table.wrong("year_gap", "years", at=_at(table, year), year=year, before=year - 1)
    names = uses(table)
    own = years_of(table.table("year", needed=False))
    wanted = [year for year in years if year not in (*own, *gaps)]
    known = max(years, default=1)
    days = Year(0)
    for number, name in enumerate(names):
        held = calendar(name) if name else None
        if held is None:
            continue
        found = years_of(held.table("year"))
        _take_over(held, table)
        for year in wanted:
            if year in found:
                days = found[year].over(days)
            elif number > 0 and year > max(found, default=0):
                known = min(known, year - 1)  # the region's notice is not out yet
            else:
                code = "year_not_held" if number > 0 else "year_unknown"
                at, has = _at(table, year), _span(found)
                table.wrong(code, "years", at=at, year=year, file=name, has=has)
    for year in years:
        if year in own:
            days = own[year].over(days)
        elif not names:
            table.wrong("year_nowhere", "years", year=year)
    for year in sorted(set(own) - set(years)):
        table.wrong("year_not_wanted", f"year.{year}", at=("year", str(year)), year=year)
    days = evolve(_days_of(table, wanted=years), number=0).over(days)
    return Calendar(
        holidays=days.holidays,
        make_up=days.make_up,
        known_until=date(known, 12, 31),
        source=table.source(),
    )


def read_shifts(table: Table, *, needed: bool = True) -> tuple[Shift, ...]:
    """The shifts of a table, none of which overlap."""
    shifts = table.each("shifts", forms.SHIFT, needed=needed)
    read: tuple[Shift | None, ...] = shifts  # a wrong one is noted
    held = sorted((s.start, n, s) for n, s in enumerate(read) if s is not None)
    for (_, _, before), (start, n, shift) in pairwise(held):
        if before.end == time.min or start < before.end:
            key, at, told = f"shifts[{n + 1}]", ("shifts", n), _told(shift)
            table.wrong("shifts_overlap", key, at=at, shift=told, other=_told(before))
    return shifts


def _told(shift: Shift) -> str:
    return f"{shift.start:%H:%M}-{'24:00' if shift.end == time.min else f'{shift.end:%H:%M}'}"


def uses(table: Table) -> tuple[str, ...]:
    """The names of the calendars that ``[calendar]`` uses, the lowest first."""
    return table.codes("use", forms.CODE, needed=False, most=MOST_BESIDE)


def _at(table: Table, year: int) -> Trail:
    """Where one of the wanted years stands."""
    return ("years", table.data["years"].index(year))


def _span(years: Iterable[int]) -> Label:
    """Years as they are told."""
    held = sorted(years)
    if len(held) > 1 and held == [*range(held[0], held[-1] + 1)]:
        return Label(f"{held[0]}年至{held[-1]}年", f"{held[0]} to {held[-1]}")
    listed = [str(year) for year in held] or ["—"]
    return Label("、".join(f"{year}年" for year in listed), ", ".join(listed))


def years_of(table: Table) -> dict[int, Year]:
    """The years of a table that holds one for each, in order."""
    found = {}
    for name in table.data:
        year = table.read(name, name, _YEARS, at_key=True)
        inner = table.table(name)
        notices = inner.each("notices", forms.TEXT, needed=False)
        days = evolve(_days_of(inner, year), notices=notices)
        if year:  # a wrong one is noted
            found[year] = days
    return dict(sorted(found.items()))


def _days_of(table: Table, year: int | None = None, *, wanted: Collection[int] = ()) -> Year:
    """The days off and the days worked of a table, which is that of a year, or of all wanted."""
    off: dict[date, int] = {}
    on: dict[date, int] = {}
    right = (year,) if year else wanted
    for name, days in (("holidays", off), ("make_up", on)):
        for n, listed in enumerate(table.each(name, forms.DAYS, needed=False, most=_MOST_DAYS)):
            for day in listed or ():  # a wrong one is noted
                days.setdefault(day, n)
            other = next((d for d in listed or () if right and d.year not in right), None)
            if other is not None:
                code, of = ("day_elsewhere", year) if year else ("day_outside", other.year)
                key, told = f"{name}[{n + 1}]", other.isoformat()
                table.wrong(code, key, at=(name, n), day=told, year=of)
    for day, n in on.items():
        key, at = f"make_up[{n + 1}]", ("make_up", n)
        if day in off:
            table.wrong("day_twice", key, at=at, day=day.isoformat())
        elif year and day.weekday() < 5:  # noqa: PLR2004  Monday to Friday
            table.wrong("make_up_weekday", key, at=at, day=day.isoformat())
    return Year(year or 0, (), frozenset(off), frozenset(on) - frozenset(off))


def _take_over(held: Table, table: Table) -> None:
    """What is wrong with a calendar is wrong with the policy that uses it."""
    try:
        held.reading.check()
    except PolicyError as error:
        table.reading.problems += error.problems
