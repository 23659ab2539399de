"""Reading and writing on the host's own connection, in the host's own transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from whistle_engine.errors import StoreClosed, StoreMismatch
from whistle_engine.storage.sqlite._failures import translated
from whistle_engine.storage.sqlite._opening import Journal
from whistle_engine.storage.sqlite._schema import STEPS, check, schema_of

SAVEPOINT = "whistle_store"


class HostSession:
    """The host's connection, in the host's transaction: it neither begins nor commits."""

    where = "the host's connection"

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Take a connection to a file that has the store's tables.

        Raises:
            StoreMismatch: it has none, or those of another schema.
            ValueError: it gives text as something else than ``str``.
        """
        if connection.text_factory is not str:
            raise ValueError("the connection's text_factory has to be str")
        self._connection = connection
        self._closed = False
        with self.read() as cursor:
            schema = schema_of(cursor)
            check(schema, self.where)
            if schema < len(STEPS):
                raise StoreMismatch(
                    "its file has no tables of the store, or older ones; open it once with "
                    "SqliteStore(path, share=True), which makes and migrates them",
                    where=self.where,
                )
            cursor.execute("PRAGMA secure_delete = ON")  # what moves in the file leaves no copy
            mode, synchronous = (
                str(cursor.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("journal_mode", "synchronous")
            )
        names = {"0": "off", "1": "normal", "2": "full", "3": "extra"}
        self.journal = Journal(
            mode, names.get(synchronous, synchronous), "the host chose it", sqlite3.sqlite_version
        )

    @contextmanager
    def read(self) -> Iterator[sqlite3.Cursor]:
        """For statements that see one moment."""
        if self._closed:
            raise StoreClosed
        with translated(self.where), closing(self._connection.cursor()) as cursor:
            cursor.row_factory = None  # whatever the host made of its own rows
            with self._nested(cursor):
                yield cursor

    @contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """For what is written all or nothing, within the host's transaction.

        Raises:
            ValueError: there is none.
        """
        if not self._connection.in_transaction and not self._closed:
            raise ValueError(
                "the connection is in no transaction, and a store that joins one does not "
                "begin it: execute BEGIN IMMEDIATE first, and commit afterwards"
            )
        with self.read() as cursor:
            yield cursor

    @contextmanager
    def _nested(self, cursor: sqlite3.Cursor) -> Iterator[None]:
        cursor.execute(f"SAVEPOINT {SAVEPOINT}")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # some errors end the host's whole transaction
                with suppress(sqlite3.Error):
                    cursor.execute(f"ROLLBACK TO {SAVEPOINT}")
                    cursor.execute(f"RELEASE {SAVEPOINT}")
            raise
        cursor.execute(f"RELEASE {SAVEPOINT}")

    def scrub(self) -> bool:
        """Nothing: it cannot be done before the host's commit."""
        return True

    def close(self) -> None:
        """Refuse what comes after; the connection stays the host's."""
        self._closed = True
