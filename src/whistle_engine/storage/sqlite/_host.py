"""Reading and writing on the host's own connection, in the host's own transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from whistle_engine.errors import StoreBusy, StoreClosed, StoreMismatch
from whistle_engine.storage._whole import check
from whistle_engine.storage.sqlite._failures import translated
from whistle_engine.storage.sqlite._opening import Journal
from whistle_engine.storage.sqlite._schema import STEPS, schema_of
from whistle_engine.storage.sqlite._whole import expect_whole

SAVEPOINT = "whistle_store"


TOO_LATE = (
    "others hold the file, or wrote to it since the host's transaction began by reading; nothing "
    "of this call was written: roll back, and begin again with BEGIN IMMEDIATE"
)


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
            check(schema, self.where, known=len(STEPS))
            expect_whole(cursor, schema, self.where, steps=STEPS)
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
        """For statements that see one moment.

        Raises:
            StoreClosed: the store is closed, or the host's connection.
            ValueError: the connection is another thread's.
        """
        with translated(self.where), closing(self._cursor()) as cursor:
            cursor.row_factory = None  # whatever the host made of its own rows
            with self._nested(cursor):
                yield cursor

    def _cursor(self) -> sqlite3.Cursor:
        if self._closed:
            raise StoreClosed
        try:
            return self._connection.cursor()
        except sqlite3.ProgrammingError as error:
            if "thread" in str(error):
                raise ValueError(
                    "the connection is another thread's; give each thread a connection and a "
                    f"store of its own ({error})"
                ) from error
            raise StoreClosed from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """For what is written all or nothing, within the host's transaction.

        Raises:
            ValueError: there is none; or as in :meth:`read`.
            StoreBusy: it has no write lock, and cannot get one.
            StoreClosed: as in :meth:`read`.
        """
        self._cursor().close()  # first of all: may it be used at all?
        if not self._connection.in_transaction:
            raise ValueError(
                "the connection is in no transaction, and a store that joins one does not "
                "begin it: execute BEGIN IMMEDIATE first, and commit afterwards"
            )
        try:
            with self.read() as cursor:
                yield cursor
        except StoreBusy as error:
            if getattr(error.__cause__, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise StoreBusy(TOO_LATE, where=self.where) from error.__cause__

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

    def copy(self, into: sqlite3.Connection, where: str) -> None:
        """Refuse it: what the host has not committed is not to be kept.

        Raises:
            ValueError: always.
        """
        del into, where
        raise ValueError(
            "a copy would keep what the host has not committed; back its file up by a "
            "SqliteStore(path) of its own"
        )

    def close(self) -> None:
        """Refuse what comes after; the connection stays the host's."""
        self._closed = True
