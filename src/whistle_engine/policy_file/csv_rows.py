"""Long tables beside a policy: CSV files, whose cells know where they stand."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from attrs import frozen

from whistle_engine.errors import PolicyError
from whistle_engine.policy_file.toml_text import text_of
from whistle_engine.problems import Problem, Spot, placed, problem

MOST_ROWS = 20_000
MOST_COLUMNS = 200
"""No table may be longer, or wider."""

BROKEN = (
    ("unexpected end of data", "csv_open_text"),
    ("'.' expected after", "csv_quotes"),
    ("field larger than field limit", "csv_cell_long"),
)
"""What the parser says, and the code of what we say instead."""

_SPREADSHEETS_BEGIN = date(1899, 12, 30)
_SEPARATORS = {"\t": "Tab", ";": ";", "，": "，", "；": "；", "|": "|"}


class Cell(str):
    """The text of a cell, until it is known what it should be."""

    __slots__ = ()


@frozen
class Record:
    """A record as it is written: its first line, its text with the line end, and its cells."""

    line: int
    raw: str
    cells: tuple[str, ...]

    @property
    def filled(self) -> list[str]:
        """The cells, without the space around them and without what is empty at the end."""
        cells = [cell.strip() for cell in self.cells]
        while cells and not cells[-1]:
            cells.pop()
        return cells


@frozen
class Row:
    """A row: its cells by the keys of the first row, and where it and they stand.

    A column's place is its number in the row, as spreadsheets count.
    """

    cells: Mapping[str, Cell]
    spot: Spot
    columns: Mapping[str, int]
    header: int

    def at(self, key: str) -> Spot:
        """Where the cell of a key stands; the row, if it has none."""
        return Spot(self.spot.file, self.spot.line, self.columns.get(key, 1))

    def above(self, key: str) -> Spot:
        """Where a column is named, or would be."""
        return Spot(self.spot.file, self.header, self.columns.get(key, 1))


def read_rows(name: str, data: bytes) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """The rows of a CSV file, and what is wrong with its form.

    The first row names the keys, each optionally followed by a space and a note for readers.
    Empty cells are left out, and so are rows without any cell filled, and empty columns at the end.

    Raises:
        PolicyError: the file cannot be read at all.
    """
    lines = ((r.line, cells) for r in records_of(name, text_of(name, data)) if (cells := r.filled))
    header, named = next(lines, (1, []))
    if not named:
        raise _refused(name, 1, problem("csv_empty"))
    if len(named) > MOST_COLUMNS:
        raise _refused(name, header, problem("csv_too_wide", most=MOST_COLUMNS))
    if len(named) == 1:
        sign = next((seen for sign, seen in _SEPARATORS.items() if sign in named[0]), "")
        if sign:
            raise _refused(name, header, problem("csv_separator", sign=sign))
    keys = keys_of(named)
    wrong = list(_header(name, header, keys))
    columns = {key: number for number, key in enumerate(keys, 1) if key}
    rows: list[Row] = []
    for line, cells in lines:
        if len(rows) >= MOST_ROWS:
            raise _refused(name, line, problem("csv_too_long", most=MOST_ROWS))
        if len(cells) > len(keys):
            told = problem("csv_cells", found=len(cells), most=len(keys))
            wrong.append(placed(told, Spot(name, line, len(keys) + 1)))
            continue
        filled = {k: Cell(cell) for k, cell in zip(keys, cells, strict=False) if cell and k}
        rows.append(Row(filled, Spot(name, line, 1), columns, header))
    return tuple(rows), tuple(wrong)


def records_of(name: str, text: str) -> Iterator[Record]:
    """The records of a text, empty ones among them; together they are the text.

    Raises:
        PolicyError: the text is not CSV.
    """
    lines = [*io.StringIO(text, newline="")]
    import csv  # noqa: PLC0415  only policies with tables beside need it

    reader = csv.reader(lines, strict=True)
    while True:
        start = reader.line_num
        try:
            cells = next(reader, None)
        except csv.Error as error:
            said = str(error)
            code = next((code for says, code in BROKEN if re.match(says, said)), "csv_broken")
            raise _refused(name, start + 1, problem(code, message=said)) from None
        if cells is None:
            return
        yield Record(start + 1, "".join(lines[start : reader.line_num]), tuple(cells))


def keys_of(header: Iterable[str]) -> list[str]:
    """The keys that a first row names, each up to the note behind it."""
    return [(cell.split(maxsplit=1) or [""])[0] for cell in header]


def _header(name: str, line: int, keys: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, key in enumerate(keys, 1):
        if not key:
            yield placed(problem("csv_column_empty"), Spot(name, line, number))
        elif key in seen:
            yield placed(problem("csv_column_twice", name=key), Spot(name, line, number))
        seen.add(key)


def _refused(name: str, line: int, found: Problem) -> PolicyError:
    return PolicyError((placed(found, Spot(name, line, 1)),))


def as_toml(cell: Cell, kind: type) -> Any:
    """A cell's text as TOML would give it, if it reads so; else the text."""
    convert = _CONVERT.get(kind)
    return convert(cell) if convert is not None else str(cell)


def _yes_no(text: str) -> bool | str:
    return {"true": True, "false": False}.get(text.lower(), text)


def _whole(text: str) -> int | str:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else text


def _day(text: str) -> date | str:
    """A day as 2024-01-31, or as office programs write it: 2024/1/31."""
    found = re.fullmatch(r"([0-9]{4})([-/])([0-9]{1,2})\2([0-9]{1,2})", text)
    try:
        return date(int(found[1]), int(found[3]), int(found[4])) if found else text
    except ValueError:
        return text


def day_meant(text: str) -> str:
    """The day that a cell means: as documents write it, or as a spreadsheet counts it."""
    found = re.fullmatch(r"([0-9]{4})[./年]([0-9]{1,2})[./月]([0-9]{1,2})日?", text)
    if found is not None:
        day = _day("-".join(found.groups()))
        return day.isoformat() if isinstance(day, date) else ""
    if re.fullmatch(r"[34][0-9]{4}", text):  # from 1982 to 2036
        return (_SPREADSHEETS_BEGIN + timedelta(days=int(text))).isoformat()
    return ""


def _list(text: str) -> list[Cell]:
    return [Cell(part.strip()) for part in re.split(r"[;；、，,\s]+", text) if part.strip()]


_CONVERT: Mapping[type, Callable[[str], Any]] = {
    bool: _yes_no,
    int: _whole,
    date: _day,
    list: _list,
}
