"""Where a store lies: what a URL says to libpq, and what to us."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import unquote

from attrs import frozen
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SCHEME = "postgresql"
OPTIONS = ("schema", "busy_timeout", "connections")
"""What the query of a URL may set beside what libpq knows."""

PLANS = (
    "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off"
    " -c jit=off"
)
"""Each statement walks an index, whatever there is in the tables: so one plan fits all values.

Left alone, a server would make a plan anew for each call on a large store, which takes longer than
to carry it out, and choose others as its figures of the tables change. What the URL says in its
``options`` goes before these.
"""

ALWAYS = "-c default_transaction_isolation=read\\ committed -c quote_all_identifiers=off"
"""What no role or database may set otherwise: the functions need the one, and the look at the
schema the other."""

SCHEMA = "whistle"
PATIENCE = timedelta(days=1)
"""Nobody waits longer for others."""

_SCHEMA = re.compile(r"(?!pg_)[a-z_][a-z0-9_]{0,62}")
_USUAL: dict[str, str | int] = {
    "application_name": "whistle-engine",
    "connect_timeout": 10,  # a server that does not answer is given up
    "keepalives_idle": 30,
    "tcp_user_timeout": 30_000,  # milliseconds; so is one that stops answering
    "target_session_attrs": "read-write",  # of several hosts the one that takes writes: no replica
    "client_encoding": "utf8",
}
"""What is asked of libpq where the URL does not say otherwise."""


@frozen(kw_only=True, slots=False)
class Place:
    """Where a store lies, and how it is to be opened.

    Attributes:
        conninfo: what libpq is given, password and all.
        shown: the same for people: without a password.
        schema: the schema that holds the tables: one for each jurisdiction.
        busy_timeout: how long to wait for others' locks, and for a server that is away.
        connections: how many are open at most.
        create: make the schema and the tables where there are none.
    """

    conninfo: str
    shown: str
    schema: str = SCHEMA
    busy_timeout: timedelta = timedelta(seconds=10)
    connections: int = 10
    create: bool = True


def place(
    url: str,
    *,
    create: bool,
    schema: str | None = None,
    busy_timeout: timedelta | None = None,
    connections: int | None = None,
) -> Place:
    """Read a URL, and what is given beside it, which goes before what the URL says.

    Args:
        url: such as ``postgresql://user@host:5432/database?schema=district``; with what libpq
            takes in its place and query, and ``schema``, ``busy_timeout`` (seconds) and
            ``connections`` in the query.
        create: make the schema and the tables where there are none.
        schema: see :class:`Place`; ``None``, as of those that follow, is as the URL says.
        busy_timeout: see :class:`Place`.
        connections: see :class:`Place`.

    Raises:
        ValueError: it is none, or what is given is not what it should be; the message says what
            would be.
    """
    if not url.startswith(f"{SCHEME}://"):
        raise ValueError(
            "it is no URL of this store; write postgresql://user@host/database?schema=district"
        )
    address, _, query = url.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&") if pair]
    ours = {name: unquote(value) for name, _, value in pairs if name in OPTIONS}
    for name, _, value in pairs:
        if "=" in value:
            raise ValueError(
                f"{name} has a = in its value; write %3D in the URL, and %20 for a blank, such as"
                " options=-c%20work_mem%3D8MB"
            )
    theirs = "&".join("".join(pair) for pair in pairs if pair[0] not in OPTIONS)
    try:
        asked = conninfo_to_dict(f"{address}?{theirs}" if theirs else address)
    except ProgrammingError as error:
        raise ValueError(
            f"libpq cannot read the URL ({' '.join(str(error).split())}); "
            f"beside what it knows there are the options {', '.join(OPTIONS)}"
        ) from None
    named = schema_of(ours.get("schema", SCHEMA) if schema is None else schema)
    waiting = (
        _seconds(ours.get("busy_timeout", "10")) if busy_timeout is None else patience(busy_timeout)
    )
    locks = f"-c lock_timeout={waiting // timedelta(milliseconds=1)}"
    given = (PLANS, str(asked.get("options") or ""), ALWAYS, locks)
    options = " ".join(each for each in given if each)
    return Place(
        conninfo=make_conninfo("", **{**_USUAL, **asked, "options": options}),
        shown=_shown(asked, named),
        schema=named,
        busy_timeout=waiting,
        connections=_count(ours.get("connections", "10") if connections is None else connections),
        create=create,
    )


def schema_of(name: str) -> str:
    """A schema's name, seen to be one that needs no quotes.

    Raises:
        ValueError: it does, or is PostgreSQL's own.
    """
    if not _SCHEMA.fullmatch(name):
        raise ValueError(
            f"schema is {name!r}; it should be small letters, digits and underscores, from a "
            "letter on, 63 at most, and not begin with pg_"
        )
    return name


def patience(given: timedelta) -> timedelta:
    """A waiting time as it is given.

    Raises:
        ValueError: it is not above 0, or longer than :data:`PATIENCE`.
    """
    if not timedelta(milliseconds=1) <= given <= PATIENCE:
        raise ValueError(f"busy_timeout is {given}; it should be from a millisecond to a day")
    return given


def _seconds(value: str) -> timedelta:
    try:
        return patience(timedelta(seconds=float(value)))
    except (ValueError, OverflowError):
        raise ValueError(
            f"busy_timeout is {value!r}; it should be seconds above 0, as 10; up to a day"
        ) from None


def _count(value: str | int) -> int:
    if not str(value).isdecimal() or int(value) < 1:
        raise ValueError(f"connections is {value!r}; it should be a number, 1 or more")
    return int(value)


def _shown(asked: dict[str, str | int | None], schema: str) -> str:
    host = asked.get("host") or asked.get("hostaddr") or ""
    port = f":{asked['port']}" if asked.get("port") else ""
    return f"postgresql://{host}{port}/{asked.get('dbname') or ''}?schema={schema}"
