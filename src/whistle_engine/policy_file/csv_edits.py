"""Editing the text of a CSV table: a row more, and all other bytes as they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import evolve, frozen

from whistle_engine.errors import PolicyError
from whistle_engine.policy_file.csv_rows import Cell, Record, as_toml, keys_of, records_of
from whistle_engine.problems import Spot, placed, problem

KINDS: Mapping[str, type] = {"leads": list, "joint": list, "since": date, "until": date}
"""Columns whose cells are no plain text, and what TOML would have there."""
MARK = "\ufeff"
"""A byte order mark, which a text may begin with."""


@frozen
class Records:
    """A table as it is written, from its first record on; ``rows`` are the numbers of its rows."""

    name: str
    held: tuple[Record, ...]
    header: int
    rows: tuple[int, ...]

    @property
    def keys(self) -> list[str]:
        """The keys of the columns."""
        return keys_of(self.held[self.header].filled)

    def values(self) -> list[dict[str, Any]]:
        """The values of all rows, as TOML would have them; an empty cell is an absent key."""
        return [
            {
                key: as_toml(Cell(cell), KINDS.get(key, str))
                for key, cell in zip(self.keys, self.held[number].filled, strict=False)
                if key and cell
            }
            for number in self.rows
        ]

    def spots(self) -> list[Spot]:
        """Where each row stands."""
        return [Spot(self.name, self.held[number].line, 1) for number in self.rows]

    def with_cell(self, row: int, key: str, value: object) -> Records:
        """One cell written anew, and its record with it."""
        number = self.rows[row]
        old = self.held[number]
        cells = [*old.cells] + [""] * (len(self.keys) - len(old.cells))
        cells[self._column(key)] = _text(value)
        new = evolve(old, raw=_raw(cells, _line_end(old.raw)), cells=tuple(cells))
        return evolve(self, held=(*self.held[:number], new, *self.held[number + 1 :]))

    def with_row(self, after: int, values: Mapping[str, Any]) -> str:
        """The text with a row more, after another one; -1 is the first row, which names the keys.

        Raises:
            PolicyError: there is no column for one of the values.
        """
        cells = [""] * len(self.keys)
        for key, value in values.items():
            cells[self._column(key)] = _text(value)
        end = _line_end(self.held[self.header].raw) or "\n"
        at = self.rows[after] + 1 if after >= 0 else self.header + 1
        before = "".join(record.raw for record in self.held[:at])
        before += "" if _line_end(before) else end
        return before + _raw(cells, end) + "".join(record.raw for record in self.held[at:])

    def _column(self, key: str) -> int:
        if key not in self.keys:
            spot = Spot(self.name, self.held[self.header].line, 1)
            raise PolicyError((placed(problem("edit_no_column", name=key), spot),))
        return self.keys.index(key)


def records(name: str, text: str) -> Records:
    """Read the text of a table, its line ends as they are in the file.

    Args:
        name: of the file.
        text: its text, without a byte order mark.

    Raises:
        PolicyError: it is empty, or not CSV.
    """
    held = tuple(records_of(name, text))
    header, *rows = [number for number, record in enumerate(held) if record.filled] or [-1]
    if header < 0:
        raise PolicyError((placed(problem("csv_empty"), Spot(name, 1, 1)),))
    return Records(name, held, header, tuple(rows))


def _raw(cells: Sequence[str], line_end: str) -> str:
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\r\n").writerow(cells)  # it quotes what has one of these
    return written.getvalue().removesuffix("\r\n") + line_end


def _line_end(raw: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if raw.endswith(end)), "")


def _text(value: object) -> str:
    if isinstance(value, list):
        return ";".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)
