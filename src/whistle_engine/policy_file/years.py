"""Years of a calendar, and copying one into a policy.

A calendar file has ``[year.Y]``: the notices that the days rest on, the days off that they name,
and the Saturdays and Sundays that are worked. A policy that holds a year itself has the same in
``[calendar.year.Y]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from whistle_engine.policy_file.toml_edits import (
    EditError,
    as_table,
    edited,
    put_table,
    set_key,
    table_in,
)

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

WIDEST = 100
"""No line of a list of days is longer."""


@frozen
class Year:
    """What a calendar says of one year.

    Attributes:
        notices: the number of each notice, and its date.
        holidays: days off, as the file has them: a day, or ``first/last``.
        make_up: Saturdays and Sundays that are worked.
    """

    number: int
    notices: tuple[str, ...]
    holidays: frozenset[date]
    make_up: frozenset[date]

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

    def values(self) -> dict[str, list[str]]:
        """What stands in the table of the year, ranges of days drawn together."""
        return {
            "notices": list(self.notices),
            "holidays": list(_ranges(self.holidays)),
            "make_up": [day.isoformat() for day in sorted(self.make_up)],
        }


def years_of(calendar: str) -> dict[int, Year]:
    """The years that a calendar file has, in order.

    Args:
        calendar: the text of the file.

    Raises:
        EditError: it is not TOML, or no calendar.
    """
    return _years(_parsed(calendar).get("year", {}))


def years_in(policy: str) -> dict[int, Year]:
    """The years that a policy holds itself, in order.

    Args:
        policy: the text of the file.

    Raises:
        EditError: it is not TOML, or its years are not of the form of a calendar's.
    """
    table = _parsed(policy).get("calendar")
    return _years(table.get("year", {}) if isinstance(table, dict) else {})


def calendars_in(policy: str) -> tuple[str, ...]:
    """The names of the calendars that a policy uses, the first to be looked into first.

    Args:
        policy: the text of the file.

    Raises:
        EditError: it is not TOML.
    """
    table = _parsed(policy).get("calendar")
    used = table.get("use", []) if isinstance(table, dict) else []
    return tuple(str(name) for name in ([used] if isinstance(used, str) else used))


def with_year(policy: str, year: Year) -> str:
    """The text of a policy that holds a year itself, in place of what it held of that year.

    The table comes after the last one of ``[calendar]``, whose ``years`` have the year then; all
    else keeps its bytes.

    Args:
        policy: the text of the file.
        year: the year.

    Raises:
        EditError: it is not TOML, or has no table ``[calendar]`` in one place.
    """
    name = str(year.number)

    def change(document: TOMLDocument) -> None:
        import tomlkit  # noqa: PLC0415

        calendar = table_in(document, "calendar")
        values = tomlkit.parse(_lines(year))
        if "year" not in calendar:
            outer = tomlkit.table(is_super_table=True)
            outer.add(name, as_table(values))
            put_table(document, ("calendar", "year"), outer)
        elif name not in table_in(calendar, "year"):
            put_table(calendar, ("year", name), as_table(values))
        else:
            held = table_in(table_in(calendar, "year"), name)
            for key, value in values.items():
                set_key(held, key, value)
        _want(calendar, year.number)

    return edited(policy, change)


def year_table(year: Year) -> str:
    """The table of a year as it stands in a policy."""
    return f"[calendar.year.{year.number}]\n{_lines(year)}"


def _want(calendar: Table, number: int) -> None:
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
    return "".join(f"{key} = {_list(key, held)}\n" for key, held in year.values().items())


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


def _parsed(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  needed only here

    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise EditError(f"文件不是有效的TOML：{error}", f"this is not TOML: {error}") from None


def _years(tables: Any) -> dict[int, Year]:
    found = {}
    if not isinstance(tables, dict):
        raise EditError(
            "日历中各年应写成[year.2024]一类的表", "years are tables such as [year.2024]"
        )
    for name, table in tables.items():
        try:
            found[int(name)] = Year(
                number=int(name),
                notices=tuple(str(notice) for notice in table.get("notices", ())),
                holidays=frozenset(_days(table.get("holidays", ()))),
                make_up=frozenset(_days(table.get("make_up", ()))),
            )
        except (ValueError, TypeError, AttributeError) as error:
            raise EditError(
                f"日历中{name}一年的写法有误：{error}",
                f"the year {name} of the calendar is not of the form that it should be: {error}",
            ) from None
    return dict(sorted(found.items()))


def _days(entries: Iterable[Any]) -> Iterator[date]:
    for entry in entries:
        first, _, last = str(entry).partition("/")
        day, end = date.fromisoformat(first), date.fromisoformat(last or first)
        if end < day:
            raise ValueError(entry)
        while day <= end:
            yield day
            day += timedelta(days=1)
