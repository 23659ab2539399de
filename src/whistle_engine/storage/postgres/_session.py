"""How the store reads and writes: one statement, which is a transaction of its own.

Each call of the contract is one statement, and so one round trip. One that broke off is sent again
on a new connection: whatever it did, it changes nothing to do it twice. An append that had
committed is found by its command ids; a claim whose answer was lost is free again once its lease
has ended, as that of a worker that died. Opening is gone through again in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import monotonic
from typing import Any, Protocol, TypeVar

import psycopg
import psycopg.rows
from psycopg.pq import ExecStatus

from whistle_engine.storage._columns import Values
from whistle_engine.storage.postgres._failures import translated
from whistle_engine.storage.postgres._functions import CLASH
from whistle_engine.storage.postgres._place import Place
from whistle_engine.storage.postgres._pool import Connection, Pool
from whistle_engine.storage.postgres._schema import named

T = TypeVar("T")

TRIES = 32
"""How often a statement is sent that crosses others: each time one of those has gone through."""

CROSSED = (CLASH, "40001", "40P01")
"""What is said of a transaction that crossed another, and was undone for it."""


Cursor = psycopg.Cursor[tuple[Any, ...]]


class Session(Protocol):
    """How the store reads and writes; the errors that come out are the library's own."""

    @property
    def where(self) -> str:
        """The store, for messages."""
        ...

    @property
    def patience(self) -> timedelta:
        """How long the feed may wait for appends that are under way."""
        ...

    def rows(self, statement: str, values: Values = ()) -> list[Values]:
        """Execute a statement that only reads; its rows."""
        ...

    def write(self, statement: str, values: Values = ()) -> list[Values]:
        """Execute a statement that may write, all or nothing; its rows."""
        ...

    def close(self) -> None:
        """Refuse what comes after."""
        ...


def execute(connection: Connection, statement: str, values: Values) -> list[Values]:
    """Execute a statement; its rows."""
    with sent(connection, statement, values) as cursor:
        return given(cursor)


def sent(connection: Connection, statement: str, values: Values) -> Cursor:
    """Send a statement, and ask for its rows in binary: bytes come as they are."""
    # tuples, whatever a host makes of its own rows
    cursor = psycopg.Cursor(connection, row_factory=psycopg.rows.tuple_row)
    return cursor.execute(statement.encode(), values or None, binary=True)


def given(cursor: Cursor) -> list[Values]:
    """The rows that came; none of a statement that gives none."""
    result = cursor.pgresult  # cursor.description takes a quarter of a small call's time
    rows = result is not None and result.status == ExecStatus.TUPLES_OK
    return cursor.fetchall() if rows else []


def persisting(place: Place, pool: Pool, act: Callable[[Connection], T]) -> T:
    """Do what changes nothing when it is done twice; where it broke off, again on a new connection.

    Raises:
        StoreError: it cannot be, for as long as others are waited for.
    """
    end: float | None = None
    tries = 0
    with translated(place.shown):
        while True:
            try:
                with pool.taken() as connection:
                    return act(connection)
            except psycopg.Error as error:
                tries += 1
                if error.sqlstate in CROSSED and tries < TRIES:
                    continue
                if not _broken(error) or (end is not None and monotonic() > end):
                    raise
                end = end or monotonic() + place.busy_timeout / timedelta(seconds=1)


class OwnSession:
    """Connections of the store's own: each statement is committed as it ends."""

    def __init__(self, place: Place, pool: Pool) -> None:
        """Take what :func:`._opening.opened` has made."""
        self.where = place.shown
        self._place = place
        self._pool = pool

    @property
    def patience(self) -> timedelta:
        """As long as for all else that others hold."""
        return self._place.busy_timeout

    def rows(self, statement: str, values: Values = ()) -> list[Values]:
        """Execute a statement; its rows.

        Raises:
            StoreError: it cannot be.
        """
        text = named(statement, self._place.schema)
        return persisting(self._place, self._pool, lambda one: self._executed(one, text, values))

    write = rows

    @staticmethod
    def _executed(connection: Connection, text: str, values: Values) -> list[Values]:
        try:
            return execute(connection, text, values)
        except psycopg.errors.FeatureNotSupported as error:
            connection.close()  # with all that was prepared on it, before the tables changed
            raise psycopg.OperationalError(str(error)) from error
        except psycopg.Error as error:
            if connection.closed and not _broken(error):
                raise psycopg.OperationalError(str(error)) from error
            raise

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


def _broken(error: psycopg.Error) -> bool:
    """Tell whether the connection broke, and the statement with it.

    So a server says that is shut down or starts again (57P), or libpq, which has no SQLSTATE.
    """
    state = error.sqlstate
    return isinstance(error, psycopg.OperationalError) and (
        state is None or state.startswith(("57P", "08"))
    )
