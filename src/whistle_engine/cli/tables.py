"""Tables that align Chinese and English: a head, rows, and cells that are folded where needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

from whistle_engine.cli.filling import width

_WORD = 12
"""Up to so many cells a word is kept whole where the table has room for it."""


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    cells: int,
    *,
    folded: Iterable[int] = (),
    gap: int = 2,
) -> list[str]:
    """The lines of a table.

    Args:
        heads: what stands above each column.
        rows: as many texts each.
        cells: how many a line may fill.
        folded: the columns whose texts may go on in the next line; the others are never broken.
        gap: how many cells lie between columns.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    fold = set(folded)
    columns = [*zip(heads, *rows, strict=True)]
    widths = _widths(columns, fold, cells - gap * (len(heads) - 1))
    grid = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0))
    for number, head in enumerate(heads):
        grid.add_column(
            Text(head), no_wrap=number not in fold, overflow="fold", width=widths[number]
        )
    for row in zip(*(column[1:] for column in columns), strict=True):
        grid.add_row(*map(Text, row))  # as it is: square brackets are no marks here
    page = StringIO()
    Console(file=page, width=cells, color_system=None, legacy_windows=False).print(grid)
    return [line.rstrip() for line in page.getvalue().splitlines()]


def _widths(columns: Sequence[Sequence[str]], fold: set[int], room: int) -> list[int]:
    """How wide each column is: words stay whole, and few lines are folded, as far as room goes."""
    whole = [max(map(width, column)) for column in columns]
    widths = [
        min(max(map(_longest, column)), _WORD) if number in fold else whole[number]
        for number, column in enumerate(columns)
    ]
    while fold and sum(widths) > room:
        widest = max(fold, key=lambda number: (widths[number], number))
        if widths[widest] == 1:
            break
        widths[widest] -= 1
    while sum(widths) < room and (short := [n for n in fold if widths[n] < whole[n]]):
        # to the column that is folded into most lines
        widths[max(short, key=lambda number: (whole[number] / widths[number], -number))] += 1
    return widths


def _longest(text: str) -> int:
    return max(map(width, text.split()), default=0)
