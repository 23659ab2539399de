"""How the store reads and writes: one connection, one lock, transactions of its own.

A store holds one connection behind one lock, whatever the number of threads: measured, a
connection for each thread is slower with either journal, since SQLite lets those that wait sleep
and try again while a lock hands over at once.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import timedelta
from functools import cache
from threading import Lock
from time import sleep
from typing import Protocol
from weakref import WeakSet

from attrs import evolve

from whistle_engine.errors import (
    StoreClosed,
    StoreError,
    StoreFailed,
    StoreMismatch,
    StoreUnreadable,
)
from whistle_engine.model import changed
from whistle_engine.storage._whole import check
from whistle_engine.storage.sqlite._failures import GONE, translated
from whistle_engine.storage.sqlite._opening import FAULT, MEMORY, Journal, Place, connect, patched
from whistle_engine.storage.sqlite._schema import SCHEMA, STEPS

PAUSE = timedelta(milliseconds=1)
"""Between two tries to get the write lock."""


class Session(Protocol):
    """How the store reads and writes; the errors that come out are the library's own."""

    @property
    def where(self) -> str:
        """The store, for messages."""
        ...

    @property
    def journal(self) -> Journal:
        """How the file is kept whole."""
        ...

    def read(self) -> AbstractContextManager[sqlite3.Cursor]:
        """For statements that see one moment."""
        ...

    def write(self) -> AbstractContextManager[sqlite3.Cursor]:
        """For what is written all or nothing: with an exception, nothing."""
        ...

    def scrub(self) -> bool:
        """Let no erased words lie in a write-ahead log; ``False`` if others still read it."""
        ...

    def copy(self, into: sqlite3.Connection, where: str) -> None:
        """Copy all of it, as it is at one moment; what fails then is told of ``where``."""
        ...

    def close(self) -> None:
        """Refuse what comes after."""
        ...


class OwnSession:
    """A connection of the store's own: it begins and commits."""

    def __init__(self, place: Place) -> None:
        """Open the file.

        Raises:
            StoreError: it cannot be used.
        """
        self.where = place.path
        self._place = place
        self._lock = Lock()
        self._closed = False
        self._connection: sqlite3.Connection | None = None
        self._inode: tuple[int, int] | None = None
        self._opened()
        _mind_forks()
        with _FORKING:
            _SESSIONS.add(self)

    @property
    def journal(self) -> Journal:
        """How the file is kept whole: now, where that can be asked, or else when it was opened."""
        with suppress(StoreError), self.read() as cursor:
            mode = str(cursor.execute("PRAGMA journal_mode").fetchone()[0])
            if mode != self._journal.mode:
                return evolve(self._journal, mode=mode, reason="another connection chose it")
        return self._journal

    def _opened(self) -> sqlite3.Connection:
        if self._closed:
            raise StoreClosed
        if self._connection is None:
            again = self._inode is not None  # after a fork: what is gone by now is not made anew
            place = changed(self._place, create=False) if again else self._place
            self._connection, self._journal = connect(place)
            self._inode = self._inode or self._found()
        return self._connection

    def _found(self) -> tuple[int, int] | None:
        if self.where == MEMORY:
            return None
        with suppress(OSError):
            found = os.stat(self.where)  # noqa: PTH116  a third of the time of Path.stat
            return (found.st_dev, found.st_ino)
        return (0, 0)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Cursor]:
        """For statements that see one moment."""
        with self._transaction() as cursor:
            cursor.execute("BEGIN")
            self._patiently(cursor, SCHEMA)  # from here on nobody can commit in between
            cursor.fetchall()
            self._in_place()
            yield cursor

    @contextmanager
    def write(self) -> Iterator[sqlite3.Cursor]:
        """For what is written all or nothing."""
        with self._transaction() as cursor:
            self._patiently(cursor, "BEGIN IMMEDIATE")
            self._unchanged(cursor)
            yield cursor

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        with self._lock, translated(self.where):
            connection = self._opened()
            cursor = connection.cursor()
            try:
                yield cursor
                self._patiently(cursor, "COMMIT")
            except BaseException:
                if connection.in_transaction:  # after some errors SQLite has rolled back already
                    with suppress(sqlite3.Error):
                        cursor.execute("ROLLBACK")
                raise
            finally:
                cursor.close()

    def _patiently(self, cursor: sqlite3.Cursor, statement: str) -> None:
        """Execute what may have to wait for others, for up to ``busy_timeout``.

        SQLite's own waiting asks ever more seldom, up to ten times a second: one process that
        writes without a pause then keeps all others out for as long as it goes on.
        """
        for _ in range(self._place.busy_timeout // PAUSE):
            try:
                cursor.execute(statement)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                sleep(PAUSE.total_seconds())
            else:
                return
        cursor.execute(statement)

    def _in_place(self) -> None:
        """See that the file that is open is the one that lies there, for readers too."""
        if self._found() != self._inode:
            raise StoreFailed(
                "the file was moved, removed or replaced while it was open; nothing was written: "
                "close the store and open the file that counts",
                where=self.where,
            )

    def _unchanged(self, cursor: sqlite3.Cursor) -> None:
        """See, under the write lock, that the file is still what it was when it was opened."""
        self._in_place()
        schema = cursor.execute(SCHEMA).fetchone()
        if schema is None:
            raise StoreUnreadable(GONE, where=self.where)
        check(schema[0], self.where, known=len(STEPS))
        if self._journal.mode == "truncate" and not patched(sqlite3.sqlite_version_info):
            mode = cursor.execute("PRAGMA journal_mode").fetchone()[0]
            if mode == "wal":
                fault = FAULT.format(library=self._journal.library)
                raise StoreMismatch(
                    f"another process has given it a write-ahead log, and {fault}; nothing was "
                    "written: use one SQLite for all processes",
                    where=self.where,
                )

    def scrub(self) -> bool:
        """Let no erased words lie in a write-ahead log; ``False`` if others still read it."""
        # a host may have given the file a log meanwhile; where there is none, this does nothing
        with self._lock, translated(self.where), closing(self._opened().cursor()) as cursor:
            for _ in range(1 + self._place.busy_timeout // PAUSE):
                (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return True
                sleep(PAUSE.total_seconds())
            return False

    def copy(self, into: sqlite3.Connection, where: str) -> None:
        """Copy all of it, as it is at one moment; what fails then is told of ``where``."""
        # reading holds the moment, so the copying never begins anew
        with self.read() as cursor, translated(where):
            cursor.connection.backup(into)

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._closed = True
            self.let_go()

    def let_go(self) -> None:
        """Close the connection, if there is one, under the lock; the next use opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -------------------------------------------------------------------------------- forks

    def before_fork(self) -> None:
        """Hold still, and hold no file: SQLite's locks are the process's, and are not inherited."""
        self._lock.acquire()
        if self.where != MEMORY:
            self.let_go()

    def after_fork(self, *, parent: bool) -> None:
        """Go on; a file that nobody else may open stays with the parent, which takes it at once."""
        try:
            if self._place.exclusive and not parent:
                self._closed = True
            elif self._place.exclusive and not self._closed:
                with suppress(Exception):  # the next use says what is wrong
                    self._opened()
        finally:
            self._lock.release()


_SESSIONS: WeakSet[OwnSession] = WeakSet()
_STILL: list[OwnSession] = []
"""Those that hold still during a fork."""
_FORKING = Lock()
"""One fork at a time, and no store opened meanwhile."""


@cache
def _mind_forks() -> None:
    """Ask once, with the first store, to be told of forks, where there are any."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_before_fork,
            after_in_parent=lambda: _after_fork(parent=True),
            after_in_child=lambda: _after_fork(parent=False),
        )


def _before_fork() -> None:
    _FORKING.acquire()
    for session in tuple(_SESSIONS):
        session.before_fork()
        _STILL.append(session)


def _after_fork(*, parent: bool) -> None:
    while _STILL:
        _STILL.pop().after_fork(parent=parent)
    _FORKING.release()
