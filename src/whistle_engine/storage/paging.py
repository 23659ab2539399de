"""All of a store, page by page: nobody holds more than a page, however much there is."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine.model import MatterId
from whistle_engine.storage.api import Commits, Lookups
from whistle_engine.storage.rows import History, LedgerFilter, MatterRow, Record

PAGE = 500
"""So many are read at once where nothing else is asked for."""


def commits(store: Commits, after: int = 0, *, page: int = PAGE) -> Iterator[Record]:
    """Every commit of the feed after a position (S7).

    Args:
        store: the store.
        after: the position; 0 is before the first.
        page: how many are read at once.
    """
    while found := store.feed(after, limit=page):
        yield from found
        after = found[-1].position


def histories(store: Commits, *, page: int = PAGE) -> Iterator[History]:
    """Every matter with all its commits, by its id."""
    after: MatterId | None = None
    while found := store.scan(after, limit=page):
        yield from found
        after = found[-1].matter


def rows(store: Lookups, *, page: int = PAGE) -> Iterator[MatterRow]:
    """Every row of the ledger."""
    after: MatterRow | None = None
    while found := store.ledger(LedgerFilter(), after=after, limit=page):
        yield from found
        after = found[-1]
