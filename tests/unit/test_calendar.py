"""The shipped calendars: the State Council's compared day by day with two independent libraries."""

from __future__ import annotations

import calendar
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import chinese_calendar
import holidays
import pytest

SATURDAY = 5


def calendar_of(name: str) -> dict[str, dict[str, Any]]:
    text = (files("whistle_engine") / "calendars" / f"{name}.toml").read_text("utf-8")
    years: dict[str, dict[str, Any]] = tomllib.loads(text)["year"]
    return years


YEARS = calendar_of("cn")
NINGXIA = calendar_of("ningxia")
CONFIRMED = [year for year in NINGXIA if year != "2018"]


def days_of(entries: list[str]) -> list[date]:
    """Days from the file's form: a day, or ``first/last``."""
    days: list[date] = []
    for entry in entries:
        first, _, last = entry.partition("/")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        assert day <= end, entry
        while day <= end:
            days.append(day)
            day += timedelta(days=1)
    return days


def every_day(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    yield from (first + timedelta(days=n) for n in range(365 + calendar.isleap(year)))


# ------------------------------------------------------------------------------- the whole country


def test_the_years_have_no_gap() -> None:
    assert list(YEARS) == [str(year) for year in range(2018, 2027)]


@pytest.mark.parametrize("year", YEARS)
def test_each_year_says_only_what_differs_in_order_and_once(year: str) -> None:
    table = YEARS[year]
    assert set(table) == {"notices", "holidays", "make_up"}
    for key in ("holidays", "make_up"):
        days = days_of(table[key])
        assert days == sorted(set(days))
        assert {day.year for day in days} == {int(year)}
    assert all(day.weekday() >= SATURDAY for day in days_of(table["make_up"]))
    assert not set(days_of(table["make_up"])) & set(days_of(table["holidays"]))


@pytest.mark.parametrize("year", YEARS)
def test_each_year_names_its_notices(year: str) -> None:
    notices = YEARS[year]["notices"]
    assert notices[0].startswith(f"国办发明电〔{int(year) - 1}〕")
    dates = []
    for notice in notices:
        found = re.fullmatch(r"国办发明电〔(\d{4})〕\d{1,2}号, (\d{4}-\d{2}-\d{2})", notice)
        assert found is not None
        dates.append(date.fromisoformat(found[2]))
        assert dates[-1].year == int(found[1])
    assert dates == sorted(set(dates))
    assert date(int(year) - 1, 10, 1) <= dates[0] < date(int(year), 1, 1)


def test_a_notice_that_two_years_name_is_the_same_in_both() -> None:
    dated: dict[str, set[str]] = {}
    for table in YEARS.values():
        for notice in table["notices"]:
            number, _, day = notice.partition(", ")
            dated.setdefault(number, set()).add(day)
    assert all(len(days) == 1 for days in dated.values())


def test_each_day_is_as_both_libraries_have_it() -> None:
    compared = 0
    for year, table in YEARS.items():
        off, worked = set(days_of(table["holidays"])), set(days_of(table["make_up"]))
        china = holidays.country_holidays("CN", years=int(year))
        for day in every_day(int(year)):
            works = day in worked or (day.weekday() < SATURDAY and day not in off)
            assert works == chinese_calendar.is_workday(day), day
            assert works == china.is_working_day(day), day
            compared += 1
    assert compared == (date(2027, 1, 1) - date(2018, 1, 1)).days


@pytest.mark.parametrize("year", YEARS)
def test_each_make_up_day_is_one_that_both_libraries_would_else_have_off(year: str) -> None:
    worked = set(days_of(YEARS[year]["make_up"]))
    weekends = [day for day in every_day(int(year)) if day.weekday() >= SATURDAY]
    assert worked == {day for day in weekends if chinese_calendar.is_workday(day)}
    china = holidays.country_holidays("CN", years=int(year))
    assert worked == {day for day in weekends if china.is_working_day(day)}


@pytest.mark.parametrize("year", YEARS)
def test_what_is_off_has_a_reason_in_a_library(year: str) -> None:
    """A day off between Monday and Friday is a holiday by name, or one moved there."""
    off = {day for day in days_of(YEARS[year]["holidays"]) if day.weekday() < SATURDAY}
    assert off == {
        day
        for day in every_day(int(year))
        if day.weekday() < SATURDAY and chinese_calendar.is_holiday(day)
    }


# ------------------------------------------------------------------------------- Ningxia

EIDS = ("Eid al-Fitr", "Eid al-Adha")


def eid(year: int, name: str) -> date:
    """The festival as Malaysia keeps it, a day off from China's at most."""
    malaysia = holidays.country_holidays("MY", years=year)
    return next(day for day, title in malaysia.items() if title == name and day.year == year)


def test_ningxia_has_the_years_that_could_be_confirmed() -> None:
    assert [str(year) for year in range(2019, 2027)] == CONFIRMED
    assert list(NINGXIA) == list(YEARS)


def test_ningxia_says_that_it_has_nothing_for_the_year_that_was_not_found() -> None:
    assert NINGXIA["2018"] == {"notices": [], "holidays": [], "make_up": []}


@pytest.mark.parametrize("year", CONFIRMED)
def test_ningxia_adds_working_days_to_those_off(year: str) -> None:
    table = NINGXIA[year]
    assert set(table) == {"notices", "holidays", "make_up"}
    assert table["notices"]
    assert not table["make_up"]
    days = days_of(table["holidays"])
    assert days == sorted(set(days))
    assert {day.year for day in days} == {int(year)}
    assert all(day.weekday() < SATURDAY for day in days)
    assert not set(days) & set(days_of(YEARS[year]["holidays"]))


@pytest.mark.parametrize("year", CONFIRMED)
def test_ningxia_s_days_are_those_of_its_festivals(year: str) -> None:
    days = set(days_of(NINGXIA[year]["holidays"]))
    for name in EIDS:
        first = eid(int(year), name)
        near = {day for day in days if abs(day - first) <= timedelta(days=2)}
        already_off = first.weekday() == SATURDAY or year == "2022"  # within Labour Day
        assert near or (name == EIDS[0] and already_off), (year, name)
        assert len(near) <= 2
        days -= near
    assert not days
