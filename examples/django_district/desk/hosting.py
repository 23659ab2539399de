"""The engine inside Django: on Django's own connection, in Django's own transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from whistle_engine import Command, Engine, Refused, Rules, shipped_rules
from whistle_engine.commits import Receipt
from whistle_engine.storage.sqlite import SqliteStore


@cache
def rules() -> Rules:
    """The policy and the directory, read once for each process."""
    return shipped_rules(settings.WHISTLE_POLICY)


def engine() -> Engine:
    """An engine on this thread's connection: it sees and writes what Django's transaction does."""
    connection.ensure_connection()
    store = SqliteStore.within(connection.connection)
    return Engine(store, rules(), clock=timezone.now)


def own_store() -> SqliteStore:
    """The same file on a connection of the engine's own, for what runs outside of requests."""
    return SqliteStore(connection.settings_dict["NAME"], share=True)


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
