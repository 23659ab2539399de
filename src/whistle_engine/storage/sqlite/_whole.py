"""Whether a store's tables and indexes are all there, each as it was made."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from sqlite3 import Cursor

from whistle_engine.storage._whole import Made, unnoted, whole
from whistle_engine.storage.sqlite._schema import META, statements

OBJECTS = "SELECT name, type, sql FROM sqlite_schema WHERE name GLOB 'whistle_*'"


def expect_whole(cursor: Cursor, schema: int, where: str, *, steps: Sequence[str]) -> None:
    """Refuse tables that are not all there, or not as they were made; others are not looked at.

    Args:
        cursor: sees the same moment as ``schema``.
        schema: see :func:`schema_of`; 0 if nothing notes it: then there has to be no table either.
        where: the store, for the error.
        steps: see :data:`STEPS`.

    Raises:
        StoreUnreadable: it says what is missing, and what is not as it was made.
    """
    there = {name: (kind, sql) for name, kind, sql in cursor.execute(OBJECTS)}
    if schema == 0:
        unnoted(made(tuple(steps)), there, where)
    whole(made(tuple(steps[:schema])), there, where)


@cache
def made(steps: tuple[str, ...]) -> Made:
    """The tables and indexes that steps make: by name, of which type, and by which statement.

    All but ``whistle_meta``, which has to be there before one can ask what else has.
    """
    with closing(sqlite3.connect(":memory:")) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(META)
        for step in steps:
            for statement in statements(step):
                cursor.execute(statement)
        found = {name: (kind, sql) for name, kind, sql in cursor.execute(OBJECTS)}
    del found["whistle_meta"]
    return found
