"""PostgreSQL, for many processes; it needs the extra ``postgres``, which brings psycopg 3."""

from whistle_engine.storage.postgres._store import PostgresStore

__all__ = ["PostgresStore"]
