"""Opening: is there a store, is it whole and of this release, and if not, may it be made?

Several processes may open at once, and migrate: one does, under a lock, and the rest wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whistle_engine.errors import StoreMismatch, StoreNotFound, StoreUnreadable
from whistle_engine.storage.postgres._place import Place
from whistle_engine.storage.postgres._pool import Connection
from whistle_engine.storage.postgres._schema import META, SCHEMA, STEPS, made, named
from whistle_engine.storage.postgres._session import execute

OLDEST = 140_000
"""PostgreSQL 14: the oldest that is still looked after by its makers."""

SERVER = """
SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
    current_setting('server_version')
"""
SCHEMAS = "SELECT oid FROM pg_namespace WHERE nspname = %s"
NAMES = f"""
SELECT relname::text FROM pg_class WHERE relnamespace = ({SCHEMAS})
UNION ALL SELECT proname::text FROM pg_proc WHERE pronamespace = ({SCHEMAS})
"""
"""Asked of the catalogue itself: to_regclass() may tell what was there before one waited."""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('whistle-engine: ' || %s, 0))"
"""One migrates at a time; another schema of the same database is another lock."""


def prepare(connection: Connection, where: Place) -> None:
    """See that the tables are there; make or migrate them where they are not, or older.

    Raises:
        StoreNotFound: there is no store, and none is to be made.
        StoreMismatch: the tables are of a newer release, or the server or database does not fit.
        StoreUnreadable: a part of them is gone.
    """
    fits(connection, where.shown)
    schema = schema_of(connection, where.schema)
    check(schema, where.shown)
    if schema == 0 and not where.create:
        raise StoreNotFound("there is no store in it, and none is to be made", where=where.shown)
    if schema < len(STEPS):
        with connection.transaction():
            execute(connection, LOCK, (where.schema,))
            migrate(connection, where)
    whole(connection, where.schema, where.shown)


def fits(connection: Connection, where: str) -> None:
    """See that the server is not too old, and that the database can keep any text.

    Raises:
        StoreMismatch: it is not, or cannot.
    """
    ((version, encoding, called),) = execute(connection, SERVER, ())
    if version < OLDEST:
        raise StoreMismatch(
            f"the server is PostgreSQL {called}; this store needs 14 or later", where=where
        )
    if encoding != "UTF8":
        raise StoreMismatch(
            f"the database keeps text as {encoding}; make one with ENCODING 'UTF8'", where=where
        )


def schema_of(connection: Connection, name: str) -> int:
    """The schema of the store's tables, 0 where there are none."""
    if ("whistle_meta",) not in execute(connection, NAMES, (name, name)):
        return 0
    found = execute(connection, named(SCHEMA, name), ())
    return int(found[0][0]) if found else 0


def check(schema: int, where: str, *, known: int = len(STEPS)) -> None:
    """Refuse the tables of a newer release.

    Raises:
        StoreMismatch: there are such.
    """
    if schema > known:
        raise StoreMismatch(
            f"its tables are of schema {schema}, and this release knows them up to {known}; "
            "use the release that made them, or a newer one",
            where=where,
        )


def migrate(
    connection: Connection, where: Place, *, steps: Sequence[Iterable[str]] = STEPS
) -> None:
    """Bring the tables to the newest schema, inside a transaction that holds the lock.

    Raises:
        StoreMismatch: the tables are of a newer release by now.
    """
    schema = schema_of(connection, where.schema)  # another may have been faster
    check(schema, where.shown, known=len(steps))
    if schema == len(steps):
        return
    if not execute(connection, SCHEMAS, (where.schema,)):
        execute(connection, f'CREATE SCHEMA "{where.schema}"', ())
    scripts = [META, *(script for step in steps[schema:] for script in step)]
    for script in scripts:
        connection.execute(named(script, where.schema).encode())
    statement = (
        "INSERT INTO @whistle_meta (name, value) VALUES ('schema', %s)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value"
    )
    execute(connection, named(statement, where.schema), (len(steps),))


def whole(connection: Connection, schema: str, where: str) -> None:
    """Refuse tables that are not all there.

    Raises:
        StoreUnreadable: it says what is missing.
    """
    there = {name for (name,) in execute(connection, NAMES, (schema, schema))}
    missing = sorted(made() - there)
    if missing:
        more = f" (and {len(missing) - 3} more)" if len(missing) > 3 else ""  # noqa: PLR2004
        raise StoreUnreadable(
            f"its tables are damaged (missing: {', '.join(missing[:3])}{more}); keep what is "
            "there, and go back to the latest backup",
            where=where,
        )
