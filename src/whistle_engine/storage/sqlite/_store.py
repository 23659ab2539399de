"""The store: each call of the contract, as one read or one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import timedelta
from os import PathLike
from types import TracebackType
from typing import Self

from whistle_engine.errors import StoreBusy
from whistle_engine.model import CommandId, MatterId, TextRef, UnitCode, changed
from whistle_engine.storage._columns import text
from whistle_engine.storage.api import Capability, Queue, drafts_of
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    DutyRow,
    Erased,
    History,
    LedgerFilter,
    Loaded,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    VaultText,
)
from whistle_engine.storage.sqlite import _backup as backups
from whistle_engine.storage.sqlite import _lookups as lookups
from whistle_engine.storage.sqlite import _queue as queue
from whistle_engine.storage.sqlite._append import append, rebuild
from whistle_engine.storage.sqlite._host import HostSession
from whistle_engine.storage.sqlite._opening import MEMORY, Journal, Place, patience, place
from whistle_engine.storage.sqlite._session import OwnSession, Session

READ_TEXT = (
    "SELECT erased, matter, salt, words FROM whistle_texts WHERE command_id = ? AND name = ?"
)
ERASE_TEXT = """
UPDATE whistle_texts
SET erased = 1, salt = zeroblob(length(salt)), words = zeroblob(length(words))
WHERE command_id = ? AND name = ? AND erased = 0
"""
GET_DOCUMENT = "SELECT data FROM whistle_documents WHERE digest = ?"
PUT_DOCUMENT = "INSERT OR IGNORE INTO whistle_documents (digest, data) VALUES (?, ?)"


class SqliteStore:
    """A store in one SQLite file; it fulfils :class:`~whistle_engine.storage.api.Store`.

    Threads may share one object, and processes may each open the file. A call that waits for
    others gives up with :class:`~whistle_engine.errors.StoreBusy` after ``busy_timeout``; all that
    can go wrong with the file is told by the family of :class:`~whistle_engine.errors.StoreError`.
    It can be used in a ``with`` statement, and after a fork on both sides; an exclusive one stays
    with the parent, and is closed for the child.
    """

    def __init__(
        self,
        path_or_url: str | PathLike[str],
        *,
        busy_timeout: timedelta | None = None,
        create: bool = True,
        exclusive: bool | None = None,
        share: bool | None = None,
        durable: bool = True,
    ) -> None:
        """Open a file, and make or migrate the tables.

        Args:
            path_or_url: a path; or ``sqlite:///folder/file.db``, a path from the root with four
                slashes, and in its query ``busy_timeout`` (seconds), ``exclusive`` and ``share``
                (0 or 1); or ``:memory:`` or ``sqlite://`` for one that is forgotten.
            busy_timeout: how long to wait while others hold the file; 10 seconds if not said.
            create: make file and tables where there are none.
            exclusive: let no other store object open the file; so a write-ahead log, which is
                several times as fast, is safe with any SQLite.
            share: put the tables beside those of another application. A file where such are there
                already is opened as a shared one, said or not: its journal mode stays.
            durable: an append is on the disk when it returns. Without, it is not, and a power cut
                can damage the file: for experiments only.

        Raises:
            ValueError: it is no path and no such URL, or the waiting time is below 0 or over a day.
            StoreNotFound: it cannot be opened, or is a folder, or lies in none.
            StoreMismatch: it is another application's, or of a newer release.
            StoreUnreadable: it is damaged, or tables or indexes are missing, or it is no database.
            StoreReadOnly: there is no store yet, and none can be made.
            StoreBusy: others held it for too long.
        """
        waiting = patience(busy_timeout) if busy_timeout is not None else None
        options = {"busy_timeout": waiting, "exclusive": exclusive, "share": share}
        where = changed(
            place(path_or_url),
            create=create,
            durable=durable,
            **{name: value for name, value in options.items() if value is not None},
        )
        self._use(OwnSession(where), where)

    def _use(self, session: Session, where: Place | None) -> None:
        self._session = session
        self._timers = queue.timers(session)
        self._outbox = queue.outbox(session)
        found: set[Capability] = set()
        if where is not None:
            found.add(Capability.THREADS)
            if where.path != MEMORY:
                found |= {Capability.DURABLE} if where.durable else set()
                found |= {Capability.PROCESSES} if not where.exclusive else set()
        self._capabilities = frozenset(found)

    @classmethod
    def within(cls, connection: sqlite3.Connection) -> SqliteStore:
        """A store on the host's own connection, which writes in the host's transaction.

        The file needs the store's tables: ``SqliteStore(path, share=True)`` makes them. The host
        begins (best with ``BEGIN IMMEDIATE``: a transaction that began by reading can find that
        others wrote since, which is :class:`~whistle_engine.errors.StoreBusy`) and commits. What
        is refused or fails undoes itself alone, by a savepoint; only where SQLite itself gives up
        the whole transaction, as it may when the disk is full, the host's is gone too. Reading
        needs no transaction. Whatever the connection's ``isolation_level``, ``autocommit`` and
        ``row_factory`` are, they stay, but ``secure_delete`` is turned on; closing the store leaves
        the connection open. Erased words are gone from the file with the host's commit. If it has
        a write-ahead log, they lie in that until the host executes, after the commit and outside
        of any transaction, ``PRAGMA wal_checkpoint(TRUNCATE)``: no other checkpoint removes them.
        It gives a row; a first value of 1 says that others still read the log: execute it again.

        Args:
            connection: the host's; used in the thread that calls, without a lock.

        Raises:
            StoreMismatch: its file has no tables of this release.
            StoreUnreadable: some of them are missing.
            StoreClosed: the connection is closed; later too.
            ValueError: it is another thread's; its ``text_factory`` is not ``str``; or, on
                writing, it is in no transaction.
        """
        store = cls.__new__(cls)
        cls._use(store, HostSession(connection), None)
        return store

    # ------------------------------------------------------------------------------- commits

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Read a matter's history and what a command id wrote earlier."""
        with self._session.read() as cursor:
            return lookups.load(cursor, matter, command_id)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write the commits of one or several matters, or nothing."""
        drafts = drafts_of(drafts)
        with self._session.write() as cursor:
            return append(cursor, drafts)

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        """The commits of all matters after a position."""
        with self._session.read() as cursor:
            return lookups.feed(cursor, after, limit)

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        """Whole histories, in the order of the matters' ids."""
        with self._session.read() as cursor:
            return lookups.scan(cursor, after, limit)

    def rebuild(self, projection: Projection) -> None:
        """Replace a matter's look-up rows and timers."""
        with self._session.write() as cursor:
            rebuild(cursor, projection)

    # ------------------------------------------------------------------------------ look-ups

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        """The duties of a unit, by due time."""
        with self._session.read() as cursor:
            return lookups.inbox(cursor, unit, after, limit)

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        """The matters that pass a filter, by time of receiving."""
        with self._session.read() as cursor:
            return lookups.ledger(cursor, where, after, limit)

    def projection(self, matter: MatterId) -> Projection | None:
        """What the look-ups and timers hold of a matter."""
        with self._session.read() as cursor:
            return lookups.projection(cursor, matter)

    def queued(self, matter: MatterId) -> Queues:
        """What the two queues hold of a matter."""
        with self._session.read() as cursor:
            return queue.queued(cursor, matter)

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in under a channel's own number."""
        with self._session.read() as cursor:
            return lookups.by_source_number(cursor, channel, number)

    def near(
        self,
        *,
        category: str,
        place: UnitCode,
        lat: int | None = None,
        lon: int | None = None,
        within: int = 0,
        limit: int,
    ) -> tuple[MatterRow, ...]:
        """Open matters of a category at much the same place, latest first."""
        at = None if lat is None or lon is None else (lat, lon)
        with self._session.read() as cursor:
            return lookups.near(
                cursor, category=category, place=place, at=at, within=within, limit=limit
            )

    # ------------------------------------------------------------------- vault and documents

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """A text, that it was erased, or ``None``."""
        with self._session.read() as cursor:
            found = cursor.execute(READ_TEXT, (ref.command, ref.name)).fetchone()
            return text(ref, found) if found is not None else None

    def erase_text(self, ref: TextRef) -> None:
        """Erase a text with its salt: in the file itself, and in its write-ahead log.

        Raises:
            StoreBusy: others held the file, and nothing is erased; or it reads as erased from now
                on, but others still read the write-ahead log that has the words. Erase it again
                later.
        """
        with self._session.write() as cursor:
            cursor.execute(ERASE_TEXT, (ref.command, ref.name))
        if not self._session.scrub():
            raise StoreBusy(
                "the text is erased, but its words still lie in the write-ahead log, which others "
                "are reading: erase it again later, and they will be gone",
                where=self._session.where,
            )

    def put_document(self, digest: str, data: bytes) -> None:
        """Keep bytes under their digest."""
        if self.get_document(digest) is None:
            with self._session.write() as cursor:
                cursor.execute(PUT_DOCUMENT, (digest, data))

    def get_document(self, digest: str) -> bytes | None:
        """The bytes under a digest."""
        with self._session.read() as cursor:
            found = cursor.execute(GET_DOCUMENT, (digest,)).fetchone()
        return found[0] if found is not None else None

    # ------------------------------------------------------------------------------ the rest

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All, for a file; a joined connection is what the host makes of it."""
        return self._capabilities

    @property
    def timers(self) -> Queue[Timer]:
        """The timers of all matters."""
        return self._timers

    @property
    def outbox(self) -> Queue[Notice]:
        """The notices of all matters."""
        return self._outbox

    def backup(self, path: str | PathLike[str]) -> None:
        """Copy the whole store, as it is at one moment, into a new file.

        Others may go on reading and writing; those who write through this object wait, and with a
        rollback journal all who write do. The copy is one file, without a write-ahead log. It can
        be opened, verified and used as any store. Words that are erased later stay in it.

        Args:
            path: where there is no file yet.

        Raises:
            FileExistsError: there is one; it stays as it is.
            OSError: no file can be made there.
            StoreError: the store cannot be read, or the copy not be written; none is left.
            ValueError: the store is within a host's transaction.
        """
        backups.backup(self._session, path)

    @property
    def journal(self) -> Journal:
        """How the file is kept whole, and why so."""
        return self._session.journal

    def describe(self) -> str:
        """One line on the file, its journal and the library, for whoever operates it."""
        journal = self.journal
        return (
            f"{self._session.where}: SQLite {journal.library}, journal {journal.mode}, "
            f"synchronous {journal.synchronous}; {journal.reason}"
        )

    def close(self) -> None:
        """Release the file; the host's connection, where it is one, stays open."""
        self._session.close()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
