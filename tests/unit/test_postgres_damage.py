"""A PostgreSQL schema that is not as it was made is told so, and strays in it give way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from attrs import evolve

from tests.drafts import AT, HOUR, draft, row, timer, with_timers
from tests.postgres_server import dropped, with_options
from whistle_engine.errors import StoreMismatch, StoreUnreadable
from whistle_engine.model import What
from whistle_engine.storage._columns import micros
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.rows import Draft, DutyRow, ItemState, Notice, Projection

STRAY_TIMER = (
    "INSERT INTO whistle_timers (matter, clock, step, due, free_at, settled)"  # noqa: S608  ours
    f" VALUES ('m', 1, 1, {micros(AT)}, 0, true)"
)


@pytest.fixture
def schema(postgres: str) -> Iterator[str]:
    name = f"spoilt_{uuid4().hex[:12]}"
    yield name
    dropped(postgres, name)


@pytest.fixture
def store(postgres: str, schema: str) -> Iterator[PostgresStore]:
    made = PostgresStore(with_options(postgres, schema=schema))
    yield made
    made.close()


def spoil(url: str, schema: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"SET search_path = {schema}".encode())
        for statement in statements:
            connection.execute(statement.encode())


# ------------------------------------------------------------------------------------- opening


@pytest.mark.parametrize("statement", ["DROP TABLE whistle_meta", "DELETE FROM whistle_meta"])
def test_tables_whose_schema_nothing_notes_are_told(
    postgres: str, schema: str, store: PostgresStore, statement: str
) -> None:
    store.append([draft()])
    spoil(postgres, schema, statement)
    with pytest.raises(StoreUnreadable, match=r"whistle_meta notes no schema, but there is .*more"):
        PostgresStore(with_options(postgres, schema=schema))
    spoil(postgres, schema, "CREATE TABLE IF NOT EXISTS whistle_meta (name TEXT, value BIGINT)")
    spoil(postgres, schema, "INSERT INTO whistle_meta VALUES ('schema', 1)")
    assert len(store.feed(0, limit=9)) == 1, "nothing was made over it"


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DROP TABLE whistle_texts",
         r"missing: the table whistle_texts, the index whistle_texts_pkey\)"),
        ("DROP INDEX whistle_commits_by_command", r"missing: the index whistle_commits_by_command"),
        ("DROP FUNCTION whistle_feed", r"missing: the function whistle_feed\)"),
        ("ALTER TABLE whistle_duties DROP CONSTRAINT whistle_duties_pkey",
         r"missing: the index whistle_duties_pkey\)"),
        ("ALTER TABLE whistle_matters DROP CONSTRAINT whistle_open_unless_closed",
         r"missing: the constraint whistle_open_unless_closed\)"),
        ("ALTER TABLE whistle_notices DROP COLUMN event",
         r"missing: the column whistle_notices\.event\)"),
        ("ALTER TABLE whistle_texts ALTER words TYPE TEXT USING encode(words, 'hex')",
         r"the column whistle_texts\.words, which is TEXT NOT NULL and should be BYTEA NOT NULL\)"),
        ('ALTER TABLE whistle_texts ALTER name TYPE TEXT COLLATE "default"',
         r"whistle_texts\.name, which is TEXT NOT NULL and should be TEXT COLLATE .C. NOT NULL\)"),
        ("ALTER TABLE whistle_timers ALTER settled DROP DEFAULT",
         r"settled, which is BOOLEAN NOT NULL and should be BOOLEAN NOT NULL DEFAULT false\)"),
        ("DROP INDEX whistle_open; CREATE INDEX whistle_open ON whistle_matters (opened_at)",
         r"opened_at\) and should be CREATE INDEX whistle_open ON .* matter\) WHERE open\)"),
        ("ALTER INDEX whistle_all SET (fillfactor = 70)",
         r"WITH \(fillfactor='70'\) and should be CREATE INDEX .* matter\)\); put back"),
        ("CREATE OR REPLACE FUNCTION whistle_rows(_rows json) RETURNS void LANGUAGE sql AS ''",
         r"tables were changed \(not as it was made: the function whistle_rows\); put back"),
    ],
)  # fmt: skip
def test_what_is_missing_or_not_as_it_was_made_is_told(
    postgres: str, schema: str, store: PostgresStore, statement: str, says: str
) -> None:
    del store
    PostgresStore(with_options(postgres, schema=schema)).close()
    spoil(postgres, schema, *statement.split("; "))
    with pytest.raises(StoreUnreadable, match=says):
        PostgresStore(with_options(postgres, schema=schema))


def test_a_schema_that_was_renamed_is_told_by_its_name(
    postgres: str, schema: str, store: PostgresStore
) -> None:
    store.append([draft()])
    store.close()
    now = f"{schema}_new"
    spoil(postgres, schema, f"ALTER SCHEMA {schema} RENAME TO {now}")
    told = (
        f"the schema '{now}' was called '{schema}', and its functions still name that; give it back"
        f' its name .ALTER SCHEMA "{now}" RENAME TO "{schema}". and say schema={schema} in the URL'
    )
    with pytest.raises(StoreMismatch, match=told):
        PostgresStore(with_options(postgres, schema=now))
    spoil(postgres, now, f'ALTER SCHEMA "{now}" RENAME TO "{schema}"')
    with PostgresStore(with_options(postgres, schema=schema)) as again:
        assert len(again.feed(0, limit=9)) == 1


def test_what_others_add_beside_it_is_left_alone(
    postgres: str, schema: str, store: PostgresStore
) -> None:
    spoil(
        postgres, schema,
        "CREATE INDEX our_own ON whistle_matters (channel)",
        "ALTER TABLE whistle_matters ADD our_own TEXT",
        "CREATE TABLE letters (title TEXT)",
    )  # fmt: skip
    with PostgresStore(with_options(postgres, schema=schema)) as again:
        again.append([draft()])
    assert len(store.feed(0, limit=9)) == 1


def test_a_column_that_goes_while_it_is_open_is_told(
    postgres: str, schema: str, store: PostgresStore
) -> None:
    spoil(postgres, schema, "ALTER TABLE whistle_texts DROP COLUMN erased")
    with pytest.raises(StoreUnreadable, match="a part of its tables is gone"):
        store._session.rows("SELECT erased FROM @whistle_texts")


# -------------------------------------------------------------------------------------- strays


def test_strays_of_a_matter_without_commits_give_way(
    postgres: str, schema: str, store: PostgresStore
) -> None:
    spoil(
        postgres, schema,
        "INSERT INTO whistle_duties VALUES ('m', 1, 'classify', 'a', NULL, 1, 1),"
        " ('m', 77, 'classify', 'a', NULL, 1, 1)",
        "INSERT INTO whistle_notices VALUES ('m', 1, 1, 'old', 9, 9, 'a', NULL, 5, 5, 9, true)",
        STRAY_TIMER,
        "INSERT INTO whistle_timers (matter, clock, step, due, free_at) VALUES ('m', 77, 1, 1, 1)",
    )  # fmt: skip
    first = brought("m")
    store.append([first, draft("beside", 1), with_timers(timer(matter="n"), matter="n")])
    assert store.projection("m") == first.projection
    assert store.inbox("a", limit=9) == ()
    (notice,) = store.queued("m").notices
    assert (notice.item, notice.state) == (first.notices[0], ItemState.WAITING)
    claims = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    assert [(claim.item.matter, claim.tries) for claim in claims] == [("m", 1), ("n", 1)]


def test_strays_give_way_where_other_matters_go_on_in_the_same_append(
    postgres: str, schema: str, store: PostgresStore
) -> None:
    store.append([with_timers(timer(matter="old"), matter="old")])
    (held,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    spoil(postgres, schema, STRAY_TIMER)
    store.append([brought("m"), with_timers(timer(matter="old"), matter="old", version=2)])
    (claim,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    assert claim.item.matter == "m"
    assert store.timers.settle(held), "what stays keeps its claim"


def brought(matter: str) -> Draft:
    """The first commit of a matter, with a duty, a timer and a notice."""
    duty = DutyRow(
        matter=matter, clock=1, what=What.CLASSIFY, unit="b", raiser=None, since=AT, due=AT + HOUR
    )
    notice = Notice(
        matter=matter, version=1, number=1, code="new", event=0, due=AT + timedelta(hours=2),
        unit="b", actor=None,
    )  # fmt: skip
    shown = Projection(row=row(matter), duties=(duty,), timers=(timer(matter=matter),))
    return evolve(draft(matter), projection=shown, notices=(notice,))
