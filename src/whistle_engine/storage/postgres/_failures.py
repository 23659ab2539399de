"""PostgreSQL's errors, told in the library's own tree."""

from __future__ import annotations

from contextlib import AbstractContextManager

import psycopg

from whistle_engine.errors import (
    StoreBusy,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
)
from whistle_engine.storage._telling import telling
from whistle_engine.storage.postgres._functions import FROZEN

BUSY = "others held it for longer than busy_timeout; nothing was written: try again later"
CROSSED = "it crossed another transaction; nothing was written: try again"
MANY = "the server has no connection left; nothing was written: try again later, or allow it more"
FULL = "there is no room left; nothing was written: make room on the server's disk and try again"
READ_ONLY = (
    "it may not be written: the server is a replica, or default_transaction_read_only is on; "
    "nothing was: name the primary, or all hosts, in the URL"
)
FORBIDDEN = (
    "this role may not do that; nothing was written: let the owner of the tables give it the "
    "rights that an engine needs (PostgresStore.grant)"
)
GONE = "a part of its tables is gone; keep what is there, and go back to the latest backup"
DAMAGED = "it is damaged; keep a copy as it is, and go back to the latest backup"
LOST = (
    "the connection broke; whether the last write is there is not known: send the last command "
    "again under its own id"
)
FAILED = (
    "the server failed under it; whether the last write is there is not known: look at its log, "
    "then send the last command again under its own id"
)

TOLD: tuple[tuple[str, type[StoreError], str], ...] = (
    ("55P03", StoreBusy, BUSY),
    ("57014", StoreBusy, BUSY),  # statement_timeout, or somebody cancelled it
    ("40", StoreBusy, CROSSED),
    ("53300", StoreBusy, MANY),
    ("53100", StoreFull, FULL),
    ("25006", StoreReadOnly, READ_ONLY),
    ("42501", StoreReadOnly, FORBIDDEN),
    ("42P01", StoreUnreadable, GONE),
    ("42703", StoreUnreadable, GONE),
    ("42883", StoreUnreadable, GONE),
    ("3F000", StoreUnreadable, GONE),
    ("XX001", StoreUnreadable, DAMAGED),
    ("XX002", StoreUnreadable, DAMAGED),
    ("53", StoreFailed, FAILED),
    ("57P", StoreFailed, LOST),
    ("58", StoreFailed, FAILED),
    ("XX", StoreFailed, FAILED),
    ("08", StoreFailed, LOST),
)
"""By how the SQLSTATE begins: which error, and what to say. The first that fits counts."""

NUL = ("22021", "22P05")
"""What PostgreSQL says of a NUL character in a text; of one in JSON the second."""

_LATER = (
    "starting up", "shutting down", "not yet accepting", "not accepting", "recovery mode",
    "too many clients", "connection slots",
)  # fmt: skip
"""Parts of what a server says that will take a connection a little later."""

_AWAY = ("Connection refused", "No such file", "closed the connection", "Connection reset")
"""Parts of what is said where no server is: it may be that it starts again."""


def in_short(error: psycopg.Error) -> str:
    """What the server said in one line, without its details: those may show values of a row."""
    return " ".join((error.diag.message_primary or str(error)).split())


def told(error: psycopg.Error, where: str) -> Exception | None:
    """The error of the library for one of PostgreSQL's.

    Args:
        error: what was raised.
        where: the store.

    Returns:
        The error; ``None`` for a mistake in the use of PostgreSQL, which is to be seen as it is.
    """
    state = error.sqlstate or ""
    said = in_short(error)
    if state in NUL or (not state and "NUL" in said):
        return UnicodeError(f"PostgreSQL keeps no NUL character in an id, code or name ({said})")
    if state in ("22003", "54000"):
        return OverflowError(f"PostgreSQL keeps no number so large, or no id so long ({said})")
    if state == FROZEN:
        return ValueError(
            f"the host's transaction is {said}, and a store can write and read the feed in one "
            "that is READ COMMITTED only"
        )
    for prefix, kind, message in TOLD:
        if state.startswith(prefix):
            return kind(f"{message} ({said}, {state})", where=where)
    if not state and isinstance(error, psycopg.OperationalError):
        return StoreFailed(f"{LOST} ({said})", where=where)
    return None


def later(error: psycopg.OperationalError) -> bool:
    """Tell whether a server that refused a connection will take one a little later."""
    return any(each in str(error) for each in _LATER)


def away(error: psycopg.OperationalError) -> bool:
    """Tell whether it may help to try again a little later."""
    return later(error) or any(each in str(error) for each in _AWAY)


def unopened(error: psycopg.OperationalError, where: str) -> StoreError:
    """The error of the library where the first connection cannot be made."""
    said = in_short(error)
    if later(error):
        return StoreBusy(f"the server takes no connection now: try again later ({said})",
                         where=where)  # fmt: skip
    if "read-only" in said or "hot standby" in said:
        return StoreReadOnly(f"{READ_ONLY} ({said})", where=where)
    return StoreNotFound(
        f"no connection can be made; see that the server runs there, and that the URL names a "
        f"database, a user and a password that it knows ({said})",
        where=where,
    )


def translated(where: str) -> AbstractContextManager[None]:
    """Raise the library's own errors for PostgreSQL's, and say where a row is damaged."""
    return telling(where, psycopg.Error, told)
