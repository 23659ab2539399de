"""Reading and writing on the host's own connection, in the host's own transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

import psycopg
from psycopg.pq import TransactionStatus

from whistle_engine.errors import StoreClosed, StoreMismatch
from whistle_engine.storage._columns import Values
from whistle_engine.storage.postgres._failures import translated
from whistle_engine.storage.postgres._functions import CLASH
from whistle_engine.storage.postgres._opening import check, fits, schema_of, whole
from whistle_engine.storage.postgres._pool import Connection
from whistle_engine.storage.postgres._schema import STEPS, named
from whistle_engine.storage.postgres._session import TRIES, execute

SAVEPOINT = "whistle_store"


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
        with self._nested():
            fits(connection, self.where)
            found = schema_of(connection, schema)
            check(found, self.where)
            if found < len(STEPS):
                raise StoreMismatch(
                    f"the schema {schema!r} has no tables of the store, or older ones; open it "
                    "once with PostgresStore(url), which makes and migrates them",
                    where=self.where,
                )
            whole(connection, schema, self.where)

    def rows(self, statement: str, values: Values = ()) -> list[Values]:
        """Execute a statement that only reads, in a transaction or not.

        Raises:
            StoreClosed: the store is closed, or the host's connection.
        """
        with self._nested():
            return execute(self._connection, named(statement, self._schema), values)

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

    @contextmanager
    def _nested(self) -> Iterator[None]:
        """In a transaction, undo nothing but what is done within, if that fails."""
        self._expect_open()
        with translated(self.where):
            if self._connection.autocommit and not self._within:
                yield
                return
            self._connection.execute(f"SAVEPOINT {SAVEPOINT}")
            try:
                yield
            except BaseException:
                with suppress(psycopg.Error):  # where the connection broke, all is gone
                    self._connection.execute(f"ROLLBACK TO SAVEPOINT {SAVEPOINT}")
                    self._connection.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")
                raise
            self._connection.execute(f"RELEASE SAVEPOINT {SAVEPOINT}")

    def close(self) -> None:
        """Refuse what comes after; the connection stays the host's."""
        self._closed = True
