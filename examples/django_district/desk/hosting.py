"""The engine inside Django: on Django's own connection, in Django's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from whistle_engine import Command, Engine, Refused, Rules, shipped_rules
from whistle_engine.commits import Receipt
from whistle_engine.storage.api import Store
from whistle_engine.storage.sqlite import SqliteStore

if TYPE_CHECKING:
    from whistle_engine.storage.postgres import PostgresStore


@cache
def rules() -> Rules:
    """The policy and the directory, read once for each process."""
    return shipped_rules(settings.WHISTLE_POLICY)


def engine() -> Engine:
    """An engine on this thread's connection: it sees and writes what Django's transaction does."""
    return Engine(joined_store(), rules(), clock=timezone.now)


def joined_store() -> Store:
    """A store on this thread's connection."""
    connection.ensure_connection()
    if connection.vendor == "postgresql":
        from whistle_engine.storage.postgres import PostgresStore  # noqa: PLC0415  as in own_store

        return PostgresStore.within(connection.connection)
    return SqliteStore.within(connection.connection)


@contextmanager
def own_store() -> Iterator[SqliteStore | PostgresStore]:
    """The same tables on connections of the engine's own, for what runs outside of requests."""
    found = connection.settings_dict
    store: SqliteStore | PostgresStore
    if connection.vendor == "postgresql":
        from whistle_engine.storage.postgres import PostgresStore  # noqa: PLC0415  needs psycopg

        names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER",
                 "password": "PASSWORD"}  # fmt: skip
        query = {name: found[key] for name, key in names.items() if found[key]}
        store = PostgresStore(f"postgresql://?{urlencode(query, quote_via=quote)}")
    else:
        store = SqliteStore(found["NAME"], share=True)
    with closing(store):
        yield store


def make_tables(**_: object) -> None:
    """Make or migrate the engine's tables, and keep the rules; Django calls it after migrating."""
    with own_store() as store:
        Engine(store, rules())


def give(
    command: Command, words: Mapping[str, str], rows: Callable[[], None], *, sure: bool
) -> Receipt | Refused:
    """Give a command, and write the application's rows with it: both or neither.

    Args:
        command: what is asked.
        words: the texts that come with it.
        rows: writes the application's own rows; called only if the command was accepted.
        sure: whether an attempt to pass the buck was meant, and shall go on record.

    Returns:
        What was written, or why not. An attempt to pass the buck is refused, and what records it
        is committed too; unless nobody said that they are sure, since a slip is no attempt.
    """
    with transaction.atomic(durable=True):
        answer = engine().execute(command, texts=words)
        if isinstance(answer, Receipt):
            rows()
        elif not sure:
            transaction.set_rollback(True)
    return answer
