"""Pages of rows: the stores go from row to row, the command line counts pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import frozen

from whistle_engine.cli.output import Lang
from whistle_engine.cli.reading.words import say

Row = TypeVar("Row")


@frozen(kw_only=True)
class Page(Generic[Row]):
    """One page.

    Attributes:
        number: from 1.
        more: whether there is a further one.
    """

    rows: tuple[Row, ...]
    number: int
    more: bool

    def foot(self, lang: Lang) -> str:
        """Which page it is; nothing, if it is the only one."""
        if not self.rows:
            return say("page.none", lang, page=self.number)
        if self.more:
            return say("page.more", lang, page=self.number, next=self.number + 1)
        return say("page.last", lang, page=self.number) if self.number > 1 else ""


def page_of(
    read: Callable[[Row | None, int], tuple[Row, ...]], *, number: int, size: int
) -> Page[Row]:
    """Go to a page.

    Args:
        read: gives so many rows after one, or the first.
        number: which page, from 1.
        size: how many rows a page has.
    """
    last: Row | None = None
    for _ in range(number - 1):
        skipped = read(last, size)
        if len(skipped) < size:
            return Page(rows=(), number=number, more=False)
        last = skipped[-1]
    rows = read(last, size + 1)
    return Page(rows=rows[:size], number=number, more=len(rows) > size)
