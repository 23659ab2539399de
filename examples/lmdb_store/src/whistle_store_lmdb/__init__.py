"""A store for whistle-engine on LMDB: a folder, several threads and processes, durable."""

from whistle_store_lmdb.store import LmdbStore

__all__ = ["LmdbStore"]
