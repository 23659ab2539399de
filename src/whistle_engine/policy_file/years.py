"""Copying a year of a calendar into a policy.

A calendar file has ``[year.Y]``: the notices that the days rest on, the days off that they name,
and the Saturdays and Sundays that are worked. A policy that holds a year itself has the same in
``[calendar.year.Y]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from whistle_engine.errors import PolicyError
from whistle_engine.policy_file.calendars import Year, uses, years_of
from whistle_engine.policy_file.forms import YEAR
from whistle_engine.policy_file.reading import in_order
from whistle_engine.policy_file.tables import Table
from whistle_engine.policy_file.toml_edits import (
    as_table,
    edited,
    put_table,
    set_key,
    table_in,
)

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table as Edited

WIDEST = 80
"""No line of a list of days is longer."""
WITHOUT = "{name}：视为没有 taken as having none"
"""Stands among a year's notices for a calendar that does not have it."""


def years_in_calendar(name: str, data: bytes) -> Mapping[int, Year]:
    """The years that a calendar file has, in order.

    Raises:
        PolicyError: it is no calendar.
    """
    table = Table.of(name, data)
    found = years_of(table.table("year"))
    table.reading.check()
    return found


def held_by(name: str, data: bytes) -> tuple[tuple[str, ...], Mapping[int, Year]]:
    """The calendars that a policy uses, the lowest first, and the years that it holds itself.

    Nothing else of the policy is read, which may lack the very year that is to be copied.

    Raises:
        PolicyError: it is not TOML, or these are not as they should be.
    """
    root = Table.of(name, data)
    table = root.table("calendar", needed=False)
    found = uses(table), years_of(table.table("year", needed=False))
    table.each("years", YEAR, needed=False)
    if root.reading.problems:
        raise PolicyError(in_order(root.reading.problems))
    return found


def with_year(policy: str, year: Year, *, name: str = "policy.toml") -> str:
    """The text of a policy that holds a year itself, in place of what it held of that year.

    The table comes after the last one of ``[calendar]``, whose ``years`` have the year then; all
    else keeps its bytes.

    Args:
        policy: the text of the file.
        year: the year.
        name: what the file is called in messages.

    Raises:
        PolicyError: it is not TOML, or has no table ``[calendar]`` in one place.
    """
    number = str(year.number)

    def change(document: TOMLDocument) -> None:
        import tomlkit  # noqa: PLC0415

        calendar = table_in(document, "calendar")
        lines = tomlkit.parse(_lines(year))
        if "year" not in calendar:
            outer = tomlkit.table(is_super_table=True)
            outer.add(number, as_table(lines))
            put_table(document, ("calendar", "year"), outer)
        elif number not in table_in(calendar, "year", "calendar.year"):
            put_table(calendar, ("year", number), as_table(lines))
        else:
            held = table_in(table_in(calendar, "year", "calendar.year"), number)
            for key, value in lines.items():
                set_key(held, key, value)
        _want(calendar, year.number)

    return edited(name, policy, change)


def values(year: Year) -> dict[str, list[str]]:
    """What stands in the table of a year, ranges of days drawn together."""
    return {
        "notices": list(year.notices),
        "holidays": list(_ranges(year.holidays)),
        "make_up": [day.isoformat() for day in sorted(year.make_up)],
    }


def year_table(year: Year) -> str:
    """The table of a year as it stands in a policy."""
    return f"[calendar.year.{year.number}]\n{_lines(year)}"


def _want(calendar: Edited, number: int) -> None:
    """Have the year among those that the policy wants, in its place."""
    wanted = calendar.get("years", [])
    if number in wanted:
        return
    years = sorted([*(int(year) for year in wanted), number])
    if "years" in calendar and "\n" in wanted.as_string():
        wanted.insert(years.index(number), number)  # its lines may have comments
    else:
        set_key(calendar, "years", years)


def _lines(year: Year) -> str:
    return "".join(f"{key} = {_list(key, held)}\n" for key, held in values(year).items())


def _list(key: str, held: Iterable[str]) -> str:
    quoted = [f'"{_escaped(text)}"' for text in held]
    line = f"[{', '.join(quoted)}]"
    if len(key) + 3 + len(line) <= WIDEST:
        return line
    lines = [" "]
    for text in quoted:
        if len(lines[-1]) + len(text) + 2 > WIDEST and lines[-1].strip():
            lines.append(" ")
        lines[-1] += f" {text},"
    return "[\n" + "\n".join(lines) + "\n]"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _ranges(days: Iterable[date]) -> Iterator[str]:
    """Days in order, those that follow one another drawn together."""
    first = last = None
    for day in [*sorted(days), None]:
        if last is not None and day == last + timedelta(days=1):
            last = day
            continue
        if first is not None and last is not None:
            yield first.isoformat() if first == last else f"{first}/{last}"
        first = last = day
