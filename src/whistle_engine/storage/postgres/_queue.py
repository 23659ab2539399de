"""Timers and notices under leases: one table each, one set of statements for both.

A claim is a compare-and-set on the item's token, over what nobody else holds in a transaction right
now: so workers wait neither for each other nor for appends, and none claims what another does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Generic

from whistle_engine.model import MatterId
from whistle_engine.storage._columns import Values, as_columns, micros
from whistle_engine.storage._queues import NOTICES, STATE, TIMERS, QueueTable
from whistle_engine.storage.api import at_least_one
from whistle_engine.storage.postgres._session import Session
from whistle_engine.storage.rows import Claim, Item, ItemState, Notice, Queued, Queues, Timer

WAITING = "NOT settled AND NOT dead"
DEAD = "NOT settled AND dead"


def _of_matter(table: QueueTable[Item]) -> str:
    """The expression that gives all items of a matter, by key, with what became of them."""
    return (
        f"(SELECT json_agg(json_build_array({', '.join(table.selected)}, {STATE})"
        f" ORDER BY {', '.join(table.key)}) FROM @{table.name}"
        f" WHERE matter = %s AND {table.there})::text"
    )


QUEUED = f"SELECT {_of_matter(TIMERS)}, {_of_matter(NOTICES)}"


class PostgresQueue(Generic[Item]):
    """One of the two queues; it fulfils :class:`~whistle_engine.storage.api.Queue`."""

    def __init__(self, session: Session, table: QueueTable[Item]) -> None:
        """Make the statements once."""
        self._session = session
        self._table: QueueTable[Item] = table
        name = f"@{table.name}"
        first, second = table.key
        order = f"due, matter, {first}, {second}"
        columns = ", ".join(table.selected)
        key = f"matter = %s AND {first} = %s AND {second} = %s"
        claimed = f"{key} AND token = %s"
        same_line = table.same_line("IS NOT DISTINCT FROM")
        self._waiting = (
            f"SELECT {columns} FROM {name} WHERE {WAITING} AND due <= %s ORDER BY {order} LIMIT %s"
        )
        self._dead = f"SELECT {columns} FROM {name} WHERE {DEAD} ORDER BY {order} LIMIT %s"
        self._claim = f"""
            WITH free AS (
                SELECT matter, {first}, {second}, token FROM {name} AS one
                WHERE {WAITING} AND due <= %s AND free_at <= %s AND (one.{first}, one.{second}) = (
                    SELECT earlier.{first}, earlier.{second} FROM {name} AS earlier
                    WHERE {same_line} AND NOT earlier.settled AND NOT earlier.dead
                    ORDER BY earlier.due, earlier.{first}, earlier.{second} LIMIT 1
                )
                ORDER BY {order} LIMIT %s FOR UPDATE OF one SKIP LOCKED
            )
            UPDATE {name} AS held SET token = held.token + 1, tries = tries + 1, free_at = %s
            FROM free
            WHERE held.matter = free.matter AND held.{first} = free.{first}
                AND held.{second} = free.{second} AND held.token = free.token
            RETURNING {", ".join(f"held.{each}" for each in table.selected)}, held.token, tries
        """
        self._settle = self._ending(f"SET settled = true WHERE {claimed}", claimed)
        self._fail = self._ending(f"SET free_at = %s, dead = %s WHERE {claimed}", claimed)
        self._restore = f"""
            UPDATE {name} AS held SET settled = ended.settled, dead = ended.dead
            FROM unnest(%s::boolean[], %s::boolean[], %s::text[], %s::bigint[], %s::bigint[])
                AS ended (settled, dead, matter, {first}, {second})
            WHERE held.matter = ended.matter AND held.{first} = ended.{first}
                AND held.{second} = ended.{second} AND NOT held.settled AND NOT held.dead
        """
        self._revive = (
            f"UPDATE {name} SET dead = false, token = token + 1, tries = 0, free_at = due"
            f" WHERE {key} AND due = %s AND {DEAD} RETURNING 1"
        )

    def _ending(self, change: str, claimed: str) -> str:
        """Change an item that waits; whether that was done, and how the item was before."""
        name = f"@{self._table.name}"
        return (
            f"WITH changed AS (UPDATE {name} {change} AND {WAITING} RETURNING 1)"
            f" SELECT EXISTS (SELECT FROM changed),"
            f" (SELECT {STATE} FROM {name} WHERE {claimed})"
        )

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        """Claim what is due."""
        at = micros(now)
        values = (at, at, at_least_one(limit), micros(until))
        claims = [
            Claim(item=self._table.item(row), token=row[-2], tries=row[-1])
            for row in self._session.write(self._claim, values)
        ]
        key = self._table.key_of
        return tuple(sorted(claims, key=lambda claim: (claim.item.due, key(claim.item))))

    def settle(self, claim: Claim[Item]) -> bool:
        """Say that it is done."""
        return self._end(claim, self._settle, (), counts=("settled",))

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        """Give it back."""
        free_at = micros(retry_at) if retry_at is not None else 0
        return self._end(claim, self._fail, (free_at, retry_at is None), counts=("dead",))

    def _end(
        self, claim: Claim[Item], statement: str, values: Values, *, counts: tuple[str, ...]
    ) -> bool:
        """Change an item that waits, its claim being the latest; else does it count as it is?"""
        this: Values = (*self._table.key_of(claim.item), claim.token)
        while True:
            ((done, state),) = self._session.write(statement, (*values, *this, *this))
            if done or state != "waiting":
                return done or state in counts
            # It waited when this began, and somebody else was faster: see what has become of it.

    def revive(self, item: Item) -> bool:
        """Take a dead letter back into its line.

        Where the connection breaks just as it is done, it is asked again, and then answers
        ``False``: it was no dead letter any more. Nothing is revived twice.
        """
        values = (*self._table.key_of(item), micros(item.due))
        return bool(self._session.write(self._revive, values))

    def restore(self, ended: Sequence[Queued[Item]]) -> None:
        """Let items that wait be as another store has them."""
        rows = [self._table.ended(each) for each in ended]
        self._session.write(self._restore, as_columns(rows, width=5))

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        """What is neither settled nor dead, and due."""
        found = self._session.rows(self._waiting, (micros(until), at_least_one(limit)))
        return tuple([self._table.item(values) for values in found])

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        """The dead letters."""
        found = self._session.rows(self._dead, (at_least_one(limit),))
        return tuple([self._table.item(values) for values in found])


def queued(session: Session, matter: MatterId) -> Queues:
    """What the two queues hold of a matter, by one statement: of one moment."""
    ((timers, notices),) = session.rows(QUEUED, (matter, matter))
    return Queues(timers=_of(TIMERS, timers), notices=_of(NOTICES, notices))


def _of(table: QueueTable[Item], found: str | None) -> tuple[Queued[Item], ...]:
    rows = [tuple(each) for each in json.loads(found or "[]")]
    return tuple([Queued(item=table.item(row), state=ItemState(row[-1])) for row in rows])


def timers(session: Session) -> PostgresQueue[Timer]:
    """The timers of all matters."""
    return PostgresQueue(session, TIMERS)


def outbox(session: Session) -> PostgresQueue[Notice]:
    """The notices of all matters."""
    return PostgresQueue(session, NOTICES)
