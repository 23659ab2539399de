"""The shipped calendar, compared day by day with two independent libraries."""

from __future__ import annotations

import re
import tomllib
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import chinese_calendar
import holidays
import pytest

YEARS: dict[str, dict[str, Any]] = tomllib.loads(
    (files("whistle_engine") / "calendars" / "cn.toml").read_text("utf-8")
)["year"]
SATURDAY = 5


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
    for notice in notices:
        found = re.fullmatch(r"国办发明电〔(\d{4})〕\d{1,2}号, (\d{4}-\d{2}-\d{2})", notice)
        assert found is not None
        assert date.fromisoformat(found[2]).year == int(found[1])


@pytest.mark.parametrize("year", YEARS)
def test_each_day_is_as_both_libraries_have_it(year: str) -> None:
    off = set(days_of(YEARS[year]["holidays"]))
    worked = set(days_of(YEARS[year]["make_up"]))
    china = holidays.country_holidays("CN", years=int(year))
    day = date(int(year), 1, 1)
    while day.year == int(year):
        works = day in worked or (day.weekday() < SATURDAY and day not in off)
        assert works == chinese_calendar.is_workday(day), day
        assert works == china.is_working_day(day), day
        day += timedelta(days=1)
