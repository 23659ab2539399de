"""What SQL stores know of the two queues: one table each, one set of statements for both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from attrs import frozen

from whistle_engine.storage._columns import Values, notice, timer
from whistle_engine.storage.rows import Item, ItemState, Queued

STATE = "CASE WHEN settled THEN 'settled' WHEN dead THEN 'dead' ELSE 'waiting' END"
"""What became of an item: a value of :class:`.rows.ItemState`."""


@frozen(kw_only=True)
class QueueTable(Generic[Item]):
    """What tells one queue's table from the other's.

    Attributes:
        name: of the table.
        key: its key beside the matter, in order; also the names of the item's fields.
        columns: what else an item has.
        line: what the items of one line have alike beside the matter (S13).
        item: makes an item from matter, key, due time and ``columns``.
        there: which rows of a matter are there still.
    """

    name: str
    key: tuple[str, str]
    columns: tuple[str, ...] = ()
    line: tuple[str, ...] = ()
    item: Callable[[Values], Item]
    there: str = "true"

    @property
    def selected(self) -> tuple[str, ...]:
        """The columns of an item, in the order in which ``item`` takes them."""
        return ("matter", *self.key, "due", *self.columns)

    def same_line(self, alike: str) -> str:
        """How two rows, ``one`` and ``earlier``, stand in one line.

        Args:
            alike: how the database says that two values are the same, or both are none.
        """
        return " AND ".join(
            ("earlier.matter = one.matter", *(f"earlier.{c} {alike} one.{c}" for c in self.line))
        )

    def key_of(self, item: Item) -> Values:
        """The values of an item's key."""
        first, second = self.key
        return (item.matter, getattr(item, first), getattr(item, second))

    def ended(self, queued: Queued[Item]) -> Values:
        """Whether an item is settled, and whether it is dead; and its key."""
        state = queued.state
        return (
            state is ItemState.SETTLED,
            state is ItemState.DEAD,
            *self.key_of(queued.item),
        )


TIMERS = QueueTable(name="whistle_timers", key=("clock", "step"), item=timer, there="NOT gone")
NOTICES = QueueTable(
    name="whistle_notices",
    key=("version", "number"),
    columns=("code", "event", "unit", "actor"),
    line=("unit", "actor"),
    item=notice,
)
