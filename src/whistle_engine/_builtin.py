"""What comes with the engine by name; registered as any plugin's, opened when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import cast

from whistle_engine.errors import PluginError
from whistle_engine.hookspecs import (
    CalendarSource,
    NotifierFactory,
    PolicySource,
    StoreFactory,
    hookimpl,
)
from whistle_engine.notify.api import Notifier
from whistle_engine.policy_file import shipped, shipped_files, shipped_names
from whistle_engine.storage.api import CONTRACT, Store

POSTGRES = "whistle_engine.storage.postgres"
SQLITE = "whistle_engine.storage.sqlite"


class BuiltIn:
    """What comes with the engine, registered as any plugin's; modules are loaded when asked for."""

    @hookimpl
    def whistle_stores(self) -> Iterable[StoreFactory]:
        """In memory, SQLite, and PostgreSQL; the last needs its driver only once one is opened."""
        yield StoreFactory(scheme="memory", open=_memory_store, contract=CONTRACT)
        if find_spec(SQLITE) is not None:
            yield StoreFactory(scheme="sqlite", open=_sqlite_store, contract=CONTRACT)
        yield StoreFactory(scheme="postgresql", open=_postgres_store, contract=CONTRACT)

    @hookimpl
    def whistle_notifiers(self) -> Iterable[NotifierFactory]:
        """To the log, and in memory."""
        yield NotifierFactory(name="log", open=_log_notifier)
        yield NotifierFactory(name="memory", open=_memory_notifier)

    @hookimpl
    def whistle_policies(self) -> Iterable[PolicySource]:
        """Those that are shipped with a directory."""
        for name in shipped_names():
            yield PolicySource(
                name=name,
                policy=partial(shipped_files, name),
                directory=partial(shipped_files, f"{name}.directory"),
            )

    @hookimpl
    def whistle_calendars(self) -> Iterable[CalendarSource]:
        """Those that are shipped: the State Council's notices, and what regions add."""
        for name in shipped_names("calendars"):
            yield CalendarSource(name=name, read=partial(shipped, name, folder="calendars"))


def _memory_store(url: str, *, create: bool) -> Store:
    from whistle_engine.storage.memory import MemoryStore  # noqa: PLC0415  only if asked for

    del create  # there is never one
    if url.partition(":")[2].strip("/"):
        raise PluginError(
            f"{url!r}: a store in memory has no address; say memory:", code="store_url"
        )
    return MemoryStore()


def _sqlite_store(url: str, *, create: bool) -> Store:
    return cast("Store", import_module(SQLITE).SqliteStore(url, create=create))


def _postgres_store(url: str, *, create: bool) -> Store:
    try:
        found = import_module(POSTGRES)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "psycopg":
            raise
        raise PluginError(
            "psycopg is not installed, and a store on PostgreSQL needs it; "
            'install the extra: pip install "whistle-engine[postgres]"'
        ) from None
    return cast("Store", found.PostgresStore(url, create=create))


def _log_notifier(address: str) -> Notifier:
    from whistle_engine.notify.log import LogNotifier  # noqa: PLC0415  only if asked for

    if address not in ("", "zh", "en"):
        raise PluginError(f"log:{address}: say log, log:zh or log:en", code="plugin_address")
    return LogNotifier(lang=address or "zh")


def _memory_notifier(address: str) -> Notifier:
    from whistle_engine.notify.memory import MemoryNotifier  # noqa: PLC0415  only if asked for

    return MemoryNotifier(address or "memory")
