"""Opening: is there a store, is it whole and of this release, and if not, may it be made?

Several processes may open at once, and migrate: one does, under a lock, and the rest wait for it.
"""

from __future__ import annotations

from whistle_engine.errors import StoreMismatch, StoreNotFound, StoreUnreadable
from whistle_engine.storage._whole import check, unnoted, whole
from whistle_engine.storage.postgres._place import Place
from whistle_engine.storage.postgres._pool import Connection
from whistle_engine.storage.postgres._schema import META, SCHEMA, STEPS, Steps, named
from whistle_engine.storage.postgres._session import execute
from whistle_engine.storage.postgres._whole import OBJECTS, made, renamed

OLDEST = 140_000
"""PostgreSQL 14: the oldest that is still looked after by its makers."""

SERVER = """
SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),
    current_setting('server_version')
"""
SCHEMAS = "SELECT oid FROM pg_namespace WHERE nspname = %s"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('whistle-engine: ' || %s, 0))"
"""One migrates at a time; another schema of the same database is another lock."""


def prepare(connection: Connection, where: Place) -> None:
    """See that the tables are there; make or migrate them where they are not, or older.

    Raises:
        StoreNotFound: there is no store, and none is to be made.
        StoreMismatch: the tables are of a newer release, or the server or database does not fit.
        StoreUnreadable: a part of them is gone, or not as it was made.
    """
    fits(connection, where.shown)
    if not ready(connection, where):
        with connection.transaction():
            execute(connection, LOCK, (where.schema,))
            migrate(connection, where, STEPS)


def ready(connection: Connection, where: Place) -> bool:
    """Tell whether all is there already. If it seems not, another may be at work on it just now."""
    try:
        return looked_at(connection, where, STEPS) == len(STEPS)
    except StoreUnreadable:
        return False


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


def looked_at(connection: Connection, where: Place, steps: Steps) -> int:
    """The schema of the store's tables, which are seen to be whole; 0 where there are none.

    Raises:
        StoreMismatch: they are of a newer release, or the schema had another name.
        StoreUnreadable: a part of them is gone, or not as it was made.
    """
    there = {
        name: (kind, told) for name, kind, told in execute(connection, OBJECTS, (where.schema,))
    }
    schema = noted(connection, where.schema) if "whistle_meta" in there else 0
    check(schema, where.shown, known=len(steps))
    if schema == 0:
        unnoted(made(steps), there, where.shown)
    wanted = made(steps[:schema])
    if (before := renamed(wanted, there)) is not None:
        raise StoreMismatch(
            f"the schema {where.schema!r} was called {before!r}, and its functions still name that;"
            f' give it back its name (ALTER SCHEMA "{where.schema}" RENAME TO "{before}") and say'
            f" schema={before} in the URL",
            where=where.shown,
        )
    whole(wanted, there, where.shown)
    return schema


def noted(connection: Connection, schema: str) -> int:
    """Which schema ``whistle_meta`` notes, 0 if none."""
    found = execute(connection, named(SCHEMA, schema), ())
    return int(found[0][0]) if found else 0


def migrate(connection: Connection, where: Place, steps: Steps) -> None:
    """Bring the tables to the newest schema, inside a transaction that holds the lock.

    Raises:
        StoreError: as :func:`prepare`.
    """
    schema = looked_at(connection, where, steps)  # another may have been faster
    if schema == len(steps):
        return
    if schema == 0 and not where.create:
        raise StoreNotFound("there is no store in it, and none is to be made", where=where.shown)
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
