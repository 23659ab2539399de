"""What the engine finds by the entry point: a store for URLs that begin ``lmdb:``."""

from __future__ import annotations

from collections.abc import Iterable

from whistle_engine.hookspecs import StoreFactory, hookimpl
from whistle_engine.storage.api import Store


@hookimpl
def whistle_stores() -> Iterable[StoreFactory]:
    """The store; its module is imported when one is opened."""
    return [StoreFactory(scheme="lmdb", open=_open, contract=1)]


def _open(url: str, *, create: bool) -> Store:
    from whistle_store_lmdb.store import LmdbStore  # noqa: PLC0415  only if asked for

    return LmdbStore(url, create=create)
