"""Editing the text of a CSV table: a row more, and all other bytes as they were."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from attrs import frozen

from whistle_engine.policy_file.toml_edits import EditError

LISTS = ("leads", "joint")
"""Columns that hold codes with semicolons between."""
DAYS = ("since", "until")
"""Columns that hold a day."""


@frozen
class Records:
    """A table as it is written: the keys of its columns, and each record with its line end."""

    keys: tuple[str, ...]
    raw: tuple[str, ...]

    def rows(self) -> list[dict[str, Any]]:
        """The values of all records but the first; an empty cell is an absent key."""
        return [
            {
                key: _value(key, cell.strip())
                for key, cell in zip(self.keys, _cells(raw), strict=False)
                if cell.strip()
            }
            for raw in self.raw[1:]
        ]

    def with_cell(self, row: int, key: str, value: object) -> Records:
        """One cell written anew, and its record with it."""
        raw = self.raw[row + 1]
        cells = _cells(raw)
        cells += [""] * (len(self.keys) - len(cells))
        cells[self._column(key)] = _text(value)
        return self._with(row + 1, row + 2, _record(cells, _line_end(raw) or self._line_end))

    def with_row(self, after: int, values: Mapping[str, Any]) -> Records:
        """A row more, after another one; -1 is the first row, which names the keys."""
        cells = [""] * len(self.keys)
        for key, value in values.items():
            cells[self._column(key)] = _text(value)
        at = after + 2
        before = self.raw[at - 1]
        ended = before if _line_end(before) else before + self._line_end
        return self._with(at - 1, at, ended, _record(cells, self._line_end))

    def text(self) -> str:
        """The text of the table."""
        return "".join(self.raw)

    @property
    def _line_end(self) -> str:
        return _line_end(self.raw[0]) or "\n"

    def _column(self, key: str) -> int:
        if key not in self.keys:
            raise EditError(
                f"表中没有{key}一列，请先加上（可以留空）",
                f"the table has no column {key}; add one first (its cells may be empty)",
            )
        return self.keys.index(key)

    def _with(self, start: int, end: int, *raw: str) -> Records:
        return Records(self.keys, (*self.raw[:start], *raw, *self.raw[end:]))


def records(text: str) -> Records:
    """Read the text of a table, its line ends as they are in the file.

    Raises:
        EditError: it is empty, or a quotation mark is missing.
    """
    raw = tuple(_split(text))
    if not raw:
        raise EditError(
            "表是空的，第一行应为各列名称", "the table is empty; name its columns first"
        )
    keys = [cell.strip().partition(" ")[0] for cell in _cells(raw[0].removeprefix("\ufeff"))]
    return Records(tuple(keys), raw)


def _split(text: str) -> Iterator[str]:
    """The records: a line, or several where a quoted cell goes on."""
    record = ""
    for line in re.findall(r"[^\n]*\n|[^\n]+", text):
        record += line
        if record.count('"') % 2 == 0:
            yield record
            record = ""
    if record:
        raise EditError("表中引号不成对", "a quotation mark of the table is missing")


def _cells(raw: str) -> list[str]:
    return next(csv.reader(io.StringIO(raw, newline="")), [])


def _record(cells: Sequence[str], line_end: str) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator=line_end).writerow(cells)
    return written.getvalue()


def _line_end(raw: str) -> str:
    return "\r\n" if raw.endswith("\r\n") else "\n" if raw.endswith("\n") else ""


def _value(key: str, cell: str) -> Any:
    if key in LISTS:
        return [part.strip() for part in re.split(r"[;；、，,\s]+", cell) if part.strip()]
    found = re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", cell) if key in DAYS else None
    return date(int(found[1]), int(found[2]), int(found[3])) if found else cell


def _text(value: object) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
