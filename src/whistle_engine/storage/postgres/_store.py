"""The store: each call of the contract, as one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from types import TracebackType
from typing import Self

import psycopg

from whistle_engine.model import CommandId, MatterId, TextRef, UnitCode
from whistle_engine.storage._columns import text
from whistle_engine.storage.api import Capability, Queue, drafts_of
from whistle_engine.storage.postgres import _lookups as lookups
from whistle_engine.storage.postgres import _queue as queue
from whistle_engine.storage.postgres._append import append, rebuild
from whistle_engine.storage.postgres._host import HostSession
from whistle_engine.storage.postgres._opening import SERVER, prepare
from whistle_engine.storage.postgres._place import SCHEMA, place, schema_of
from whistle_engine.storage.postgres._pool import Pool
from whistle_engine.storage.postgres._roles import grants
from whistle_engine.storage.postgres._session import OwnSession, Session, persisting
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

READ_TEXT = (
    "SELECT erased, matter, salt, words FROM @whistle_texts WHERE command_id = %s AND name = %s"
)
ERASE_TEXT = r"""
UPDATE @whistle_texts SET erased = true, salt = '\x', words = '\x'
WHERE command_id = %s AND name = %s AND NOT erased
"""
GET_DOCUMENT = "SELECT data FROM @whistle_documents WHERE digest = %s"
PUT_DOCUMENT = """
INSERT INTO @whistle_documents (digest, data) VALUES (%s, %b) ON CONFLICT DO NOTHING
"""


class PostgresStore:
    """A store in one schema of a PostgreSQL database.

    It fulfils :class:`~whistle_engine.storage.api.Store`. Threads may share one object, and any
    number of processes, on any number of machines, may open the schema. Each call is one round trip
    and one transaction. A call whose connection breaks is sent again on a new one, for up to
    ``busy_timeout``: an append that had been committed is found by its command ids. All else that
    can go wrong is told by the family of :class:`~whistle_engine.errors.StoreError`. It can be used
    in a ``with`` statement, and after a fork on both sides.
    """

    def __init__(
        self,
        url: str,
        *,
        schema: str | None = None,
        busy_timeout: timedelta | None = None,
        connections: int | None = None,
        create: bool = True,
    ) -> None:
        """Open a schema, and make or migrate the tables.

        Args:
            url: such as ``postgresql://user@host/database?schema=district``, with what libpq takes
                in its place and query (several hosts, too: the one that takes writes is found), and
                ``schema``, ``busy_timeout`` (seconds) and ``connections`` in the query.
            schema: the schema that holds the tables, one for each jurisdiction; ``whistle`` if not
                said.
            busy_timeout: how long to wait for others, or for a server that is away; 10 seconds if
                not said.
            connections: how many are open at most; 10 if not said.
            create: make schema and tables where there are none.

        Raises:
            ValueError: it is no such URL, or an option is not what it should be.
            StoreNotFound: no connection can be made, for so long if no server answers; or there is
                no store, and none is to be made.
            StoreMismatch: it is of a newer release, or the server or database does not fit.
            StoreUnreadable: a part of the tables is gone, or not as it was made.
            StoreReadOnly: the server is a replica, or this role may not make what is missing.
            StoreBusy: the server takes no connection, or others hold what is needed, for too long.
        """
        where = place(
            url,
            create=create,
            schema=schema,
            busy_timeout=busy_timeout,
            connections=connections,
        )
        pool = Pool(where)
        try:
            persisting(where, pool, lambda connection: prepare(connection, where))
        except BaseException:
            pool.close()
            raise
        self._use(OwnSession(where, pool), where.schema, frozenset(Capability))

    def _use(self, session: Session, schema: str, capabilities: frozenset[Capability]) -> None:
        self._session = session
        self._schema = schema
        self._capabilities = capabilities
        self._timers = queue.timers(session)
        self._outbox = queue.outbox(session)

    @classmethod
    def within(cls, connection: psycopg.Connection[object], *, schema: str = SCHEMA) -> Self:
        """A store on the host's own connection, which writes in the host's transaction.

        The schema needs the store's tables: ``PostgresStore(url)`` makes them. The host begins and
        commits, at READ COMMITTED. What is refused or fails undoes itself alone, by a savepoint.
        Reading needs no transaction. Until the host commits, the feed shows nobody what was
        appended meanwhile (S7): such transactions should be short. Closing the store leaves the
        connection open.

        Args:
            connection: the host's.
            schema: the schema that holds the tables.

        Raises:
            StoreMismatch: it has no tables of this release.
            StoreUnreadable: some of them are missing.
            StoreClosed: the connection is closed; later too.
            ValueError: on writing, it is in no transaction, or in one above READ COMMITTED.
        """
        store = cls.__new__(cls)
        session = HostSession(connection, schema_of(schema))
        cls._use(store, session, schema, frozenset())
        return store

    # ------------------------------------------------------------------------------- commits

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Read a matter's history and what a command id wrote earlier."""
        return lookups.load(self._session, matter, command_id)

    def load_all(self, wanted: Sequence[tuple[MatterId, CommandId | None]]) -> tuple[Loaded, ...]:
        """What :meth:`load` gives for each of several, by one round trip."""
        return lookups.load_all(self._session, wanted)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write the commits of one or several matters, or nothing."""
        drafts = drafts_of(drafts)
        return append(self._session, drafts)

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        """The commits of all matters after a position, up to where none can appear late.

        It waits for appends that are under way, for up to ``busy_timeout``, if the page is not
        full without them; then it ends before the first that is still open.
        """
        return lookups.feed(self._session, after, limit)

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        """Whole histories, in the order of the matters' ids."""
        return lookups.scan(self._session, after, limit)

    def rebuild(self, projection: Projection) -> None:
        """Replace a matter's look-up rows and timers."""
        rebuild(self._session, projection)

    # ------------------------------------------------------------------------------ look-ups

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        """The duties of a unit, by due time."""
        return lookups.inbox(self._session, unit, after, limit)

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        """The matters that pass a filter, by time of receiving."""
        return lookups.ledger(self._session, where, after, limit)

    def projection(self, matter: MatterId) -> Projection | None:
        """What the look-ups and timers hold of a matter."""
        return lookups.projection(self._session, matter)

    def queued(self, matter: MatterId) -> Queues:
        """What the two queues hold of a matter."""
        return queue.queued(self._session, matter)

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in under a channel's own number."""
        return lookups.by_source_number(self._session, channel, number)

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
        return lookups.near(
            self._session, category=category, place=place, at=at, within=within, limit=limit
        )

    # ------------------------------------------------------------------- vault and documents

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """A text, that it was erased, or ``None``."""
        found = self._session.rows(READ_TEXT, (ref.command, ref.name))
        return text(ref, found[0]) if found else None

    def erase_text(self, ref: TextRef) -> None:
        """Erase a text with its salt: no statement finds it any more.

        What PostgreSQL keeps of it beneath, in dead rows, its log and backups, goes only as the
        operator sees to that: the guide to PostgreSQL says how.
        """
        self._session.write(ERASE_TEXT, (ref.command, ref.name))

    def put_document(self, digest: str, data: bytes) -> None:
        """Keep bytes under their digest."""
        if self.get_document(digest) is None:
            self._session.write(PUT_DOCUMENT, (digest, bytes(data)))

    def get_document(self, digest: str) -> bytes | None:
        """The bytes under a digest."""
        found = self._session.rows(GET_DOCUMENT, (digest,))
        return found[0][0] if found else None

    # ------------------------------------------------------------------------------ the rest

    @property
    def capabilities(self) -> frozenset[Capability]:
        """All; a joined connection is what the host makes of it."""
        return self._capabilities

    @property
    def timers(self) -> Queue[Timer]:
        """The timers of all matters."""
        return self._timers

    @property
    def outbox(self) -> Queue[Notice]:
        """The notices of all matters."""
        return self._outbox

    def grant(self, role: str) -> None:
        """Give a role the rights that an engine needs, and no more; for the owner of the tables.

        It may add to history, and neither change nor delete it.

        Args:
            role: one that is there.

        Raises:
            ValueError: it is not.
        """
        try:
            self._session.write(grants(self._schema, role).as_string())
        except psycopg.errors.UndefinedObject as error:
            raise ValueError(
                f"there is no role {role!r}; make it first, with CREATE ROLE"
            ) from error

    def describe(self) -> str:
        """One line on the server and the schema, for whoever operates it."""
        ((_, _, version),) = self._session.rows(SERVER)
        return f"{self._session.where}: PostgreSQL {version}"

    def close(self) -> None:
        """Close the connections; the host's, where it is one, stays open."""
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
