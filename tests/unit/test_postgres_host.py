"""Appending in the host's own transaction, and the feed while such transactions are open."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.drafts import AT, HOUR, draft, timer, with_timers
from tests.postgres_server import dropped, with_options
from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine.commands import Command, Receive
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import StoreClosed, StoreMismatch, VersionConflict
from whistle_engine.model import AppealKind, Place, Role
from whistle_engine.storage.postgres import PostgresStore


@pytest.fixture
def schema(postgres: str) -> Iterator[str]:
    name = f"host_{uuid4().hex[:12]}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE letters_{name} (title TEXT)".encode())
    yield name
    dropped(postgres, name)
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP TABLE letters_{name}".encode())


@pytest.fixture
def store(postgres: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(with_options(postgres, schema=schema, busy_timeout="0.2"))
    yield made
    made.close()


@pytest.fixture
def host(postgres: str, store: PostgresStore) -> Iterator[psycopg.Connection[object]]:
    del store  # its tables are there by now
    with psycopg.connect(postgres) as connection:
        yield connection


def letters(host: psycopg.Connection[object], schema: str) -> int:
    return len(host.execute(f"SELECT title FROM letters_{schema}".encode()).fetchall())  # noqa: S608


def write(host: psycopg.Connection[object], schema: str) -> None:
    host.execute(f"INSERT INTO letters_{schema} VALUES ('a letter')".encode())  # noqa: S608


def test_both_are_written_or_neither(
    host: psycopg.Connection[object], store: PostgresStore, schema: str
) -> None:
    joined = PostgresStore.within(host, schema=schema)
    write(host, schema)
    joined.append([draft()])
    host.rollback()
    assert (letters(host, schema), store.feed(0, limit=9)) == (0, ())
    write(host, schema)
    joined.append([draft()])
    host.commit()
    assert (letters(host, schema), len(store.feed(0, limit=9))) == (1, 1)


def test_what_is_refused_undoes_itself_alone(
    host: psycopg.Connection[object], store: PostgresStore, schema: str
) -> None:
    joined = PostgresStore.within(host, schema=schema)
    write(host, schema)
    joined.append([draft()])
    with pytest.raises(VersionConflict):
        joined.append([draft("m", 9)])
    with pytest.raises(VersionConflict):
        joined.rebuild(draft("m", 9).projection)
    with pytest.raises(UnicodeError):
        joined.append([draft("a\x00b")])
    host.commit()
    assert (letters(host, schema), len(store.feed(0, limit=9))) == (1, 1)


def test_queues_work_within_it(host: psycopg.Connection[object], schema: str) -> None:
    joined = PostgresStore.within(host, schema=schema)
    joined.append([with_timers(timer())])
    (claim,) = joined.timers.claim(now=AT, until=AT + HOUR, limit=9)
    assert joined.timers.settle(claim)
    assert joined.capabilities == frozenset()


def test_an_engine_executes_within_it(
    host: psycopg.Connection[object], store: PostgresStore, schema: str
) -> None:
    rules = compile_rules(tiny_policy(), tiny_directory())
    engine = Engine(PostgresStore.within(host, schema=schema), rules, clock=lambda: NOW)
    by = actor("li", Role.RESIDENT)
    act = Receive(channel="12345", kind=AppealKind.COMPLAINT, place=Place(unit="gulou"))
    for undo in (True, False):
        answer = engine.execute(Command(id="c", matter="m", by=by, do=act))
        assert isinstance(answer, Receipt)
        host.rollback() if undo else host.commit()
    assert [r.command_id for r in store.feed(0, limit=9)] == ["c"]
    assert store.get_document(engine.rules.policy_digest) is not None


def test_writing_outside_of_a_transaction_is_told(
    postgres: str, store: PostgresStore, schema: str
) -> None:
    with psycopg.connect(postgres, autocommit=True) as host:
        joined = PostgresStore.within(host, schema=schema)
        with pytest.raises(ValueError, match=r"use it within connection\.transaction\(\)"):
            joined.append([draft()])
        assert joined.feed(0, limit=9) == (), "reading needs none"
        with host.transaction():
            joined.append([draft()])
    assert len(store.feed(0, limit=9)) == 1


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_sees_one_moment_is_refused(
    host: psycopg.Connection[object], schema: str, level: str
) -> None:
    joined = PostgresStore.within(host, schema=schema)
    host.rollback()
    host.execute(f"SET TRANSACTION ISOLATION LEVEL {level}".encode())
    says = f"transaction is {level.lower()}, and a store .* READ COMMITTED only"
    with pytest.raises(ValueError, match=says):
        joined.append([draft()])
    with pytest.raises(ValueError, match=says):
        joined.feed(0, limit=9)
    assert joined.load("m").records == (), "what one moment tells can be read"


def test_a_connection_without_the_tables_is_told(host: psycopg.Connection[object]) -> None:
    with pytest.raises(StoreMismatch, match="has no tables of the store, or older ones"):
        PostgresStore.within(host, schema="nothing_here")


def test_whatever_rows_the_host_makes_of_its_own_the_store_reads_them(
    postgres: str, store: PostgresStore, schema: str
) -> None:
    del store  # its tables are there by now
    with psycopg.connect(postgres, row_factory=psycopg.rows.dict_row) as host:
        joined = PostgresStore.within(host, schema=schema)
        joined.append([with_timers(timer())])
        assert [record.matter for record in joined.load("m").records] == ["m"]
        assert host.execute("SELECT 1 AS one").fetchone() == {"one": 1}


def test_a_host_that_sends_in_a_pipeline_of_its_own_is_served(
    host: psycopg.Connection[object], store: PostgresStore, schema: str
) -> None:
    with host.pipeline():
        joined = PostgresStore.within(host, schema=schema)
        write(host, schema)
        joined.append([draft()])
        with pytest.raises(VersionConflict):
            joined.append([draft("m", 9)])
        with pytest.raises(UnicodeError):
            joined.append([draft("a\x00b")])
        assert len(joined.load("m").records) == 1
    host.commit()
    assert (letters(host, schema), len(store.feed(0, limit=9))) == (1, 1)


def test_each_call_waits_for_one_answer(
    host: psycopg.Connection[object], schema: str, tmp_path: Path
) -> None:
    host.execute("SELECT 1")  # which begins the transaction
    with (tmp_path / "trace").open("wb") as trace:
        host.pgconn.trace(trace.fileno())
        joined = PostgresStore.within(host, schema=schema)
        joined.append([draft()])
        assert len(joined.load("m").records) == 1
        host.pgconn.untrace()
    sent = (tmp_path / "trace").read_text(errors="replace")
    assert sent.count("\tSync\n") == 3
    assert "\tQuery\t" not in sent


def test_closing_leaves_the_connection_open(host: psycopg.Connection[object], schema: str) -> None:
    joined = PostgresStore.within(host, schema=schema)
    joined.close()
    with pytest.raises(StoreClosed):
        joined.append([draft()])
    write(host, schema)
    joined = PostgresStore.within(host, schema=schema)
    host.close()
    with pytest.raises(StoreClosed):
        joined.feed(0, limit=9)


# ------------------------------------------------------------------ the feed, while one is open


def test_the_feed_stops_before_an_append_that_is_not_committed(
    host: psycopg.Connection[object], store: PostgresStore, schema: str
) -> None:
    store.append([draft("before")])
    joined = PostgresStore.within(host, schema=schema)
    joined.append([draft("early")])
    store.append([draft("late")])
    assert [r.matter for r in store.feed(0, limit=9)] == ["before"]
    assert len(store.load("late").records) == 1, "all else shows it at once"
    host.commit()
    assert [r.matter for r in store.feed(0, limit=9)] == ["before", "early", "late"]


def test_the_feed_waits_for_appends_that_were_under_way_when_it_was_asked(
    host: psycopg.Connection[object], postgres: str, schema: str
) -> None:
    joined = PostgresStore.within(host, schema=schema)
    joined.append([draft("early"), draft("too")])
    patient = with_options(postgres, schema=schema, busy_timeout="60")
    with PostgresStore(patient) as store, ThreadPoolExecutor(1) as pool:
        store.append([draft("late")])
        reading = pool.submit(store.feed, 0, limit=9)
        while not _sleeping(store):
            assert not reading.done()
        store.append([draft("later")])
        host.commit()
        assert [r.matter for r in reading.result()] == ["early", "too", "late"]
        joined.append([draft("next")])
        store.append([draft("last")])
        assert len(store.feed(0, limit=3)) == 3, "a page that is full waits for nobody"
        host.rollback()


def _sleeping(store: PostgresStore) -> bool:
    return bool(store._session.rows("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))


def test_one_that_is_undone_holds_up_nothing(
    host: psycopg.Connection[object], store: PostgresStore, schema: str
) -> None:
    PostgresStore.within(host, schema=schema).append([draft("early")])
    store.append([draft("late")])
    assert store.feed(0, limit=9) == ()
    host.rollback()
    assert [r.matter for r in store.feed(0, limit=9)] == ["late"]


def test_other_transactions_hold_up_nothing(
    host: psycopg.Connection[object], store: PostgresStore, postgres: str, schema: str
) -> None:
    write(host, schema)  # it has written, and stays open
    other = f"{schema}_b"
    url = with_options(postgres, schema=other, busy_timeout="0.2")
    with PostgresStore(url) as beside:
        with psycopg.connect(postgres) as theirs:
            PostgresStore.within(theirs, schema=other).append([draft("early")])
            store.append([draft("mine")])
            beside.append([draft("late")])
            assert [r.matter for r in store.feed(0, limit=9)] == ["mine"]
            assert beside.feed(0, limit=9) == ()
        assert len(beside.feed(0, limit=9)) == 2
    dropped(postgres, other)


@pytest.mark.parametrize("last", [2**31 - 2, 2**32 - 3, 2**40])
def test_the_feed_is_right_where_the_lock_keeps_half_a_position(
    host: psycopg.Connection[object], store: PostgresStore, schema: str, last: int
) -> None:
    host.execute("SELECT setval(%s, %s)", (f"{schema}.whistle_positions", last))
    host.commit()
    store.append([draft("before")])
    PostgresStore.within(host, schema=schema).append([draft("early"), draft("too")])
    store.append([draft("late"), draft("last")])
    assert [r.matter for r in store.feed(0, limit=9)] == ["before"]
    host.commit()
    found = store.feed(0, limit=9)
    assert [r.matter for r in found] == ["before", "early", "too", "late", "last"]
    assert [r.position - last for r in found] == [1, 2, 3, 4, 5]
