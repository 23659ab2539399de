"""The embedded store: one SQLite file, with nothing but the standard library."""

from whistle_engine.storage.sqlite._opening import Journal
from whistle_engine.storage.sqlite._store import SqliteStore

__all__ = ["Journal", "SqliteStore"]
