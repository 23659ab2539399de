"""Opening a PostgreSQL store: its URL, what lies there, and what this role may do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from tests.drafts import AT, HOUR, draft, timer, with_timers
from tests.postgres_server import dropped, with_options
from whistle_engine.errors import (
    StoreClosed,
    StoreMismatch,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
)
from whistle_engine.plugins import Plugins
from whistle_engine.storage.api import Capability
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.postgres import _opening as opening
from whistle_engine.storage.postgres._place import ALWAYS, PLANS, place
from whistle_engine.storage.postgres._roles import FUNCTIONS, RIGHTS
from whistle_engine.storage.postgres._schema import STEPS
from whistle_engine.storage.postgres._whole import made


@pytest.fixture
def schema(postgres: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    yield name
    dropped(postgres, name)


@pytest.fixture
def url(postgres: str, schema: str) -> str:
    return with_options(postgres, schema=schema)


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description is not None else []


# ----------------------------------------------------------------------------------------- the URL


def test_a_url_says_to_libpq_and_to_us_what_concerns_each() -> None:
    found = place(
        "postgresql://ma%40b:s%2Bt@db1:5433,db2/city?schema=d_1&busy_timeout=2.5&connections=3"
        "&sslmode=require&options=-c%20work_mem%3D8MB",
        create=False,
    )
    asked = psycopg.conninfo.conninfo_to_dict(found.conninfo)
    assert (asked["user"], asked["password"], asked["host"]) == ("ma@b", "s+t", "db1,db2")
    assert (asked["sslmode"], asked["target_session_attrs"]) == ("require", "read-write")
    assert asked["options"] == f"{PLANS} -c work_mem=8MB {ALWAYS} -c lock_timeout=2500"
    assert (found.schema, found.connections, found.create) == ("d_1", 3, False)
    assert found.busy_timeout == timedelta(seconds=2.5)
    assert "s+t" not in found.shown
    assert "ma@b" not in found.shown


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgres://host/db", "it is no URL of this store; write postgresql://"),
        ("postgresql:db", "it is no URL of this store; write postgresql://"),
        ("postgresql://host/db?shema=x", "shema.*there are the options schema, busy_timeout"),
        (
            "postgresql://host/db?options=-c%20work_mem=8MB",
            "^options has a = .*; write %3D in the ",
        ),
        ("postgresql://host/db?schema=Big", "schema is 'Big'; it should be small letters"),
        ("postgresql://host/db?schema=pg_x", "schema is 'pg_x'"),
        ("postgresql://host/db?schema=a%22b", "schema is 'a\"b'"),
        ("postgresql://host/db?busy_timeout=0", "busy_timeout is '0'; it should be seconds above"),
        ("postgresql://host/db?busy_timeout=nan", "busy_timeout is 'nan'"),
        ("postgresql://host/db?connections=0", "connections is '0'; it should be a number, 1 or"),
    ],
)
def test_what_is_wrong_with_a_url_is_told(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        PostgresStore(url)


def test_a_url_opens_the_store_by_name(url: str) -> None:
    with pytest.raises(StoreNotFound, match="there is no store in it, and none is to be made"):
        Plugins.load().open_store(url, create=False)
    store = Plugins.load().open_store(url)
    store.append([draft()])
    store.close()
    again = Plugins.load().open_store(url, create=False)
    assert len(again.feed(0, limit=9)) == 1
    again.close()


def test_without_the_driver_one_line_names_the_extra() -> None:
    script = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from whistle_engine.plugins import Plugins\n"
        "from whistle_engine.errors import PluginError\n"
        "try: Plugins.load().open_store('postgresql://host/db')\n"
        "except PluginError as error: print(error)"
    )
    done = subprocess.run(  # noqa: S603  our own
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert done.stdout == (
        "psycopg is not installed, and a store on PostgreSQL needs it; "
        'install the extra: pip install "whistle-engine[postgres]"\n'
    )


# ------------------------------------------------------------------------- what is there


def test_a_server_that_is_not_there_is_told_without_the_password() -> None:
    with pytest.raises(StoreNotFound, match="no connection can be made") as caught:
        PostgresStore(
            "postgresql://ma:secret@127.0.0.1:1/city", busy_timeout=timedelta(seconds=0.1)
        )
    assert "secret" not in str(caught.value)
    assert str(caught.value).startswith("postgresql://127.0.0.1:1/city?schema=whistle: ")


def test_a_database_that_is_not_there_is_told(postgres: str) -> None:
    with pytest.raises(StoreNotFound, match='database "nowhere" does not exist'):
        PostgresStore(postgres.replace("/postgres?", "/nowhere?"))


def test_a_database_that_cannot_keep_any_text_is_refused(postgres: str) -> None:
    name = f"latin_{uuid4().hex[:8]}"
    execute(postgres, f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(StoreMismatch, match="keeps text as LATIN1; make one with ENCODING"):
            PostgresStore(postgres.replace("/postgres?", f"/{name}?"))
    finally:
        execute(postgres, f"DROP DATABASE {name}")


def test_tables_of_a_newer_release_are_refused(url: str, postgres: str, schema: str) -> None:
    PostgresStore(url).close()
    execute(postgres, f"UPDATE {schema}.whistle_meta SET value = {len(STEPS) + 1}")  # noqa: S608
    with pytest.raises(StoreMismatch, match=f"of schema {len(STEPS) + 1}, and this release"):
        PostgresStore(url)


def test_what_goes_while_it_is_open_is_told(url: str, postgres: str, schema: str) -> None:
    with PostgresStore(url) as store:
        execute(postgres, f"DROP SCHEMA {schema} CASCADE")
        calls: list[Callable[[], object]] = [
            lambda: store.append([draft()]),
            lambda: store.feed(0, limit=1),
            lambda: store.load("m"),
        ]
        for call in calls:
            with pytest.raises(StoreUnreadable, match="a part of its tables is gone"):
                call()


def test_many_that_open_at_once_make_the_tables_once(url: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        stores = list(pool.map(lambda _: PostgresStore(url), range(8)))
    for number, store in enumerate(stores):
        store.append([draft(f"m{number}")])
    assert len(stores[0].feed(0, limit=99)) == 8
    for store in stores:
        store.close()


def test_many_that_open_at_once_migrate_once(
    url: str, postgres: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PostgresStore(url) as old:
        old.append([draft()])
    newer = (*STEPS, ("CREATE TABLE @whistle_more (one BIGINT)",))
    monkeypatch.setattr(opening, "STEPS", newer)
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: PostgresStore(url), range(6)))
    found = execute(postgres, f"SELECT value FROM {schema}.whistle_meta")  # noqa: S608
    assert found == [(len(newer),)]
    assert [len(store.feed(0, limit=9)) for store in stores] == [1] * 6
    for store in stores:
        store.close()
    monkeypatch.undo()
    with pytest.raises(StoreMismatch, match="use the release that made them"):
        PostgresStore(url)


def test_a_migration_that_fails_leaves_all_as_it_was(
    url: str, postgres: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with PostgresStore(url) as store:
        store.append([draft()])
    wrong = (*STEPS, ("CREATE TABLE @whistle_more (one BIGINT)", "CREATE TABLE @whistle_meta (x)"))
    monkeypatch.setattr(opening, "STEPS", wrong)
    with pytest.raises(psycopg.Error):
        PostgresStore(url)
    monkeypatch.undo()
    with PostgresStore(url, create=False) as store:
        assert len(store.feed(0, limit=9)) == 1
    assert execute(postgres, f"SELECT to_regclass('{schema}.whistle_more')") == [(None,)]


def test_what_is_made_is_known_by_name() -> None:
    found = made(STEPS)
    assert {"whistle_commits", "whistle_positions", "whistle_append", "whistle_all"} <= {*found}
    assert found["whistle_commits.digest"] == ("column", 'TEXT COLLATE "C" NOT NULL')
    assert len(found) > 100
    assert sorted(FUNCTIONS) == sorted(n for n, (kind, _) in found.items() if kind == "function")


def test_it_says_what_it_is(url: str) -> None:
    store = PostgresStore(url, connections=2)
    assert store.capabilities == frozenset(Capability)
    assert "PostgreSQL" in store.describe()
    store.close()
    with pytest.raises(StoreClosed):
        store.describe()


# --------------------------------------------------------------------------------------- its rights


@pytest.fixture
def limited(url: str, postgres: str, schema: str) -> Iterator[str]:
    """The URL of a role that was granted what an engine needs."""
    role = f"engine_{uuid4().hex[:8]}"
    execute(postgres, f"CREATE ROLE {role} LOGIN")
    with PostgresStore(url) as store:
        store.grant(role)
    yield with_options(postgres.replace("user=whistle", f"user={role}"), schema=schema)
    execute(postgres, f"DROP OWNED BY {role}")
    execute(postgres, f"DROP ROLE {role}")


def test_a_role_with_an_engines_rights_can_do_all_that_a_store_does(limited: str) -> None:
    with PostgresStore(limited) as store:
        store.append([with_timers(timer())])
        store.append([draft("m", 2)])
        assert [r.version for r in store.load("m").records] == [1, 2]
        assert len(store.feed(0, limit=9)) == 2
        store.append([with_timers(timer(), matter="n")])
        (claim,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
        assert store.timers.settle(claim)
        store.rebuild(draft("m", 2).projection)
        store.put_document("d", b"policy")
        assert store.get_document("d") == b"policy"


def test_the_rights_are_enough_where_an_owner_gave_none_to_everybody(
    url: str, postgres: str, schema: str
) -> None:
    role = f"engine_{uuid4().hex[:8]}"
    execute(postgres, f"CREATE ROLE {role} LOGIN")
    with PostgresStore(url) as store:
        store.grant(role)
    execute(postgres, f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} FROM PUBLIC")
    own = with_options(postgres.replace("user=whistle", f"user={role}"), schema=schema)
    with PostgresStore(own) as store:
        store.append([draft("m")])
        store.rebuild(draft("m").projection)
        assert len(store.feed(0, limit=9)) == 1
    execute(postgres, f"DROP OWNED BY {role}")
    execute(postgres, f"DROP ROLE {role}")


@pytest.mark.parametrize(
    "setting", ["default_transaction_isolation = 'serializable'", "quote_all_identifiers = on"]
)
def test_what_a_role_sets_for_itself_does_not_reach_the_store(
    limited: str, postgres: str, setting: str
) -> None:
    role = limited.partition("user=")[2].partition("&")[0]
    execute(postgres, f"ALTER ROLE {role} SET {setting}")
    with PostgresStore(limited, create=False) as store:
        store.append([draft("m")])
        assert len(store.feed(0, limit=9)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {}.whistle_commits SET answer = ''",
        "DELETE FROM {}.whistle_commits",
        "TRUNCATE {}.whistle_commits",
        "UPDATE {}.whistle_documents SET data = ''",
        "DELETE FROM {}.whistle_documents",
        "DELETE FROM {}.whistle_matters",
        "DELETE FROM {}.whistle_texts",
        "UPDATE {}.whistle_meta SET value = 9",
        "ALTER SEQUENCE {}.whistle_positions RESTART",
        "DROP TABLE {}.whistle_commits",
    ],
)
def test_it_can_neither_change_nor_delete_history(
    limited: str, schema: str, statement: str
) -> None:
    bare = limited.replace(f"&schema={schema}", "")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(bare, statement.format(schema))


def test_a_role_without_rights_is_told_so(url: str, postgres: str, schema: str) -> None:
    PostgresStore(url).close()
    role = f"nobody_{uuid4().hex[:8]}"
    execute(postgres, f"CREATE ROLE {role} LOGIN")
    try:
        theirs = postgres.replace("user=whistle", f"user={role}")
        with pytest.raises((StoreReadOnly, StoreNotFound), match=r"role|store"):
            PostgresStore(with_options(theirs, schema=schema), create=False)
    finally:
        execute(postgres, f"DROP ROLE {role}")


# ------------------------------------------------------------------------------------------- forks


def test_after_a_fork_both_sides_go_on(url: str) -> None:
    if not hasattr(os, "fork"):
        return
    store = PostgresStore(url)
    store.append([draft("parent")])
    child = os.fork()
    if child == 0:
        code = 1
        try:
            store.append([draft("child")])
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    store.append([draft("parent", 2)])
    assert os.waitstatus_to_exitcode(status) == 0
    assert [r.matter for r in store.feed(0, limit=9)] == ["parent", "child", "parent"]
    store.close()


# ------------------------------------------------------------------------------- beside the URL


def test_what_is_given_beside_a_url_goes_before_it_and_reaches_the_server(url: str) -> None:
    found = place(
        url, create=False, schema="other", busy_timeout=timedelta(seconds=3), connections=2
    )
    asked = psycopg.conninfo.conninfo_to_dict(found.conninfo)
    assert str(asked["options"]).endswith("-c lock_timeout=3000")
    assert (found.schema, found.connections, found.busy_timeout.total_seconds()) == ("other", 2, 3)
    assert "schema=other" in found.shown


@pytest.mark.parametrize("connections", [0, -1])
def test_a_number_of_connections_is_one_or_more(url: str, connections: int) -> None:
    with pytest.raises(ValueError, match=r"connections is .*; it should be a number, 1 or more"):
        PostgresStore(url, connections=connections)


def test_a_grant_is_one_statement(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """So it is one transaction: a role that is at work never has fewer rights in between."""
    sent: list[str] = []
    with PostgresStore(url) as store:
        monkeypatch.setattr(store._session, "write", sent.append)
        store.grant("somebody")
    (statement,) = sent
    assert statement.count("REVOKE ALL ON") == statement.count("GRANT SELECT") == len(RIGHTS)


def test_a_grant_to_a_role_that_is_not_there_names_it(url: str) -> None:
    with PostgresStore(url) as store, pytest.raises(ValueError, match="no role 'no one'; make it"):
        store.grant("no one")
