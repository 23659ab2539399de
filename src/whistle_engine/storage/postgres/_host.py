"""Reading and writing on the host's own connection, in the host's own transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import timedelta

import psycopg
from psycopg.pq import TransactionStatus

from whistle_engine.errors import StoreClosed, StoreMismatch
from whistle_engine.storage._columns import Values
from whistle_engine.storage._whole import check, present
from whistle_engine.storage.postgres._failures import translated
from whistle_engine.storage.postgres._functions import CLASH
from whistle_engine.storage.postgres._pool import Connection
from whistle_engine.storage.postgres._schema import SCHEMA, STEPS, named
from whistle_engine.storage.postgres._session import TRIES, execute, given, sent
from whistle_engine.storage.postgres._whole import NAMES, made

SAVEPOINT = "whistle_store"


def pipelined(connection: Connection) -> AbstractContextManager[object]:
    """Send what follows at once, and wait for the answers in the end; where libpq can."""
    return connection.pipeline() if psycopg.Pipeline.is_supported() else nullcontext()


class HostSession:
    """The host's connection, in the host's transaction: it neither begins nor commits."""

    where = "the host's connection"
    patience = timedelta(0)
    """It never waits for appends that are under way: its own may be one of them."""

    def __init__(self, connection: Connection, schema: str) -> None:
        """Take a connection to a database that has the store's tables.

        Raises:
            StoreMismatch: it has none, or those of another schema.
            StoreUnreadable: a part of them is gone.
            StoreClosed: the connection is closed.
        """
        self._connection = connection
        self._schema = schema
        self._closed = False
        with translated(self.where):
            there, noted = self._looked_at()
            check(noted, self.where, known=len(STEPS))
            if noted < len(STEPS):
                raise StoreMismatch(
                    f"the schema {schema!r} has no tables of the store, or older ones; open it "
                    "once with PostgresStore(url), which makes and migrates them",
                    where=self.where,
                )
            present(made(STEPS), there, self.where)

    def _looked_at(self) -> tuple[frozenset[str], int]:
        """What is there, by name, and which schema is noted, 0 if none; by one round trip."""
        try:
            names, noted = self._together((NAMES, (self._schema,)), (SCHEMA, ()))
        except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
            return frozenset(), 0
        return frozenset(name for (name,) in names), int(noted[0][0]) if noted else 0

    def rows(self, statement: str, values: Values = ()) -> list[Values]:
        """Execute a statement that only reads, in a transaction or not.

        Raises:
            StoreClosed: the store is closed, or the host's connection.
        """
        with translated(self.where):
            (found,) = self._together((statement, values))
            return found

    def write(self, statement: str, values: Values = ()) -> list[Values]:
        """Execute a statement within the host's transaction.

        Raises:
            ValueError: there is none.
            StoreClosed: as in :meth:`rows`.
        """
        self._expect_open()
        if self._connection.autocommit and not self._within:
            raise ValueError(
                "the connection is in no transaction, and a store that joins one does not begin "
                "it: use it within connection.transaction()"
            )
        for _ in range(TRIES - 1):
            try:
                return self.rows(statement, values)
            except psycopg.Error as error:
                if error.sqlstate != CLASH:
                    raise
        return self.rows(statement, values)

    @property
    def _within(self) -> bool:
        return self._connection.info.transaction_status is not TransactionStatus.IDLE

    def _expect_open(self) -> None:
        if self._closed or self._connection.closed:
            raise StoreClosed

    def _together(self, *asked: tuple[str, Values]) -> list[list[Values]]:
        """Execute statements in one round trip; in a transaction, what fails undoes itself alone.

        Raises:
            psycopg.Error: as PostgreSQL says it.
        """
        self._expect_open()
        if self._connection.autocommit and not self._within:
            return [
                execute(self._connection, named(statement, self._schema), values)
                for statement, values in asked
            ]
        try:
            with pipelined(self._connection):
                self._connection.execute(f"SAVEPOINT {SAVEPOINT}")
                cursors = [
                    sent(self._connection, named(statement, self._schema), values)
                    for statement, values in asked
                ]
                self._connection.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
            return [given(cursor) for cursor in cursors]
        except BaseException:
            with suppress(psycopg.Error), pipelined(self._connection):  # if it broke, all is gone
                self._connection.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
                self._connection.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
            raise

    def close(self) -> None:
        """Refuse what comes after; the connection stays the host's."""
        self._closed = True
