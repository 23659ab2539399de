"""Timers and notices under leases: one table each, one set of statements for both.

A claim is a compare-and-set on the item's token. Each call that changes something is a transaction
of its own; a claim, a settling or failing that would change nothing takes no write lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Cursor
from typing import Generic

from whistle_engine.model import MatterId
from whistle_engine.storage._columns import Values, micros
from whistle_engine.storage._queues import NOTICES, STATE, TIMERS, QueueTable
from whistle_engine.storage.api import at_least_one
from whistle_engine.storage.rows import Claim, Item, ItemState, Notice, Queued, Queues, Timer
from whistle_engine.storage.sqlite._session import Session

WAITING = "settled = 0 AND dead = 0"
DEAD = "settled = 0 AND dead = 1"


class SqliteQueue(Generic[Item]):
    """One of the two queues; it fulfils :class:`~whistle_engine.storage.api.Queue`."""

    def __init__(self, session: Session, table: QueueTable[Item]) -> None:
        """Make the statements once."""
        self._session = session
        self._table: QueueTable[Item] = table
        name = table.name
        first, second = table.key
        order = f"due, matter, {first}, {second}"
        columns = ", ".join(table.selected)
        key = f"WHERE matter = ? AND {first} = ? AND {second} = ?"
        claimed = f"{key} AND token = ?"
        waiting = f"FROM {name} INDEXED BY {name}_waiting WHERE {WAITING} AND due <= ?"
        self._waiting = f"SELECT {columns} {waiting} ORDER BY {order} LIMIT ?"
        self._dead = (
            f"SELECT {columns} FROM {name} INDEXED BY {name}_dead WHERE {DEAD}"
            f" ORDER BY {order} LIMIT ?"
        )
        self._free = f"""
            SELECT {columns}, token, tries FROM {name} AS one INDEXED BY {name}_waiting
            WHERE {WAITING} AND due <= ? AND free_at <= ? AND NOT EXISTS (
                SELECT 1 FROM {name} AS earlier
                WHERE {table.same_line("IS")} AND earlier.settled = 0 AND earlier.dead = 0
                AND (earlier.due, earlier.{first}, earlier.{second})
                    < (one.due, one.{first}, one.{second})
            )
            ORDER BY {order} LIMIT ?
        """
        self._lease = (
            f"UPDATE {name} SET token = token + 1, tries = tries + 1, free_at = ? {claimed}"
        )
        self._state = f"SELECT {STATE} FROM {name} {claimed}"
        self._settle = f"UPDATE {name} SET settled = 1 {claimed} AND {WAITING}"
        self._fail = f"UPDATE {name} SET free_at = ?, dead = ? {claimed} AND {WAITING}"
        self._restore = f"UPDATE {name} SET settled = ?, dead = ? {key} AND {WAITING}"
        self._revive = (
            f"UPDATE {name} SET dead = 0, token = token + 1, tries = 0, free_at = due"
            f" {key} AND due = ? AND {DEAD}"
        )

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        """Claim what is due."""
        at_least_one(limit)
        at = micros(now)
        with self._session.read() as cursor:  # a worker with nothing to do disturbs nobody
            if cursor.execute(self._free, (at, at, 1)).fetchone() is None:
                return ()
        with self._session.write() as cursor:
            found: list[Values] = cursor.execute(self._free, (at, at, limit)).fetchall()
            lease = micros(until)
            leased = [(lease, row[0], row[1], row[2], row[-2]) for row in found]
            cursor.executemany(self._lease, leased)
        item = self._table.item
        return tuple([Claim(item=item(row), token=row[-2] + 1, tries=row[-1] + 1) for row in found])

    def settle(self, claim: Claim[Item]) -> bool:
        """Say that it is done."""
        return self._end(claim, self._settle, (), counts=("settled",))

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        """Give it back."""
        free_at = micros(retry_at) if retry_at is not None else 0
        values = (free_at, int(retry_at is None))
        return self._end(claim, self._fail, values, counts=("waiting", "dead"))

    def _end(
        self, claim: Claim[Item], statement: str, values: Values, *, counts: tuple[str, ...]
    ) -> bool:
        """Change an item that waits, its claim being the latest; does it count how it is then?"""
        this: Values = (*self._table.key_of(claim.item), claim.token)
        with self._session.read() as cursor:
            found = cursor.execute(self._state, this).fetchone()
        if found == ("waiting",):
            with self._session.write() as cursor:
                cursor.execute(statement, (*values, *this))
                found = cursor.execute(self._state, this).fetchone()
        return found is not None and found[0] in counts

    def revive(self, item: Item) -> bool:
        """Take a dead letter back into its line."""
        with self._session.write() as cursor:
            cursor.execute(self._revive, (*self._table.key_of(item), micros(item.due)))
            return cursor.rowcount == 1

    def restore(self, ended: Sequence[Queued[Item]]) -> None:
        """Let items that wait be as another store has them."""
        with self._session.write() as cursor:
            cursor.executemany(self._restore, [self._table.ended(each) for each in ended])

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        """What is neither settled nor dead, and due."""
        with self._session.read() as cursor:
            found = cursor.execute(self._waiting, (micros(until), at_least_one(limit))).fetchall()
        return tuple([self._table.item(values) for values in found])

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        """The dead letters."""
        with self._session.read() as cursor:
            found = cursor.execute(self._dead, (at_least_one(limit),)).fetchall()
        return tuple([self._table.item(values) for values in found])


def queued(cursor: Cursor, matter: MatterId) -> Queues:
    """What the two queues hold of a matter; two statements, of one moment."""
    return Queues(timers=_of(cursor, TIMERS, matter), notices=_of(cursor, NOTICES, matter))


def of_matter(table: QueueTable[Item]) -> str:
    """The statement that reads all items of a matter, by key, with what became of them."""
    return (
        f"SELECT {', '.join(table.selected)}, {STATE} FROM {table.name}"
        f" WHERE matter = ? AND {table.there} ORDER BY {', '.join(table.key)}"
    )


def _of(cursor: Cursor, table: QueueTable[Item], matter: MatterId) -> tuple[Queued[Item], ...]:
    found = cursor.execute(of_matter(table), (matter,)).fetchall()
    return tuple([Queued(item=table.item(row), state=ItemState(row[-1])) for row in found])


def timers(session: Session) -> SqliteQueue[Timer]:
    """The timers of all matters."""
    return SqliteQueue(session, TIMERS)


def outbox(session: Session) -> SqliteQueue[Notice]:
    """The notices of all matters."""
    return SqliteQueue(session, NOTICES)
