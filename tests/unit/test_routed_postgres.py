"""The routed store over PostgreSQL: transactions that stay open on one shard."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.drafts import draft
from tests.postgres_server import dropped, with_options
from tests.routers import HOME, OTHER, StepsOver, shard_of
from whistle_engine.storage.api import Store
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.routed import RoutedStore
from whistle_engine.storage.rows import Record


@pytest.fixture
def schemas(postgres: str) -> Iterator[dict[str, str]]:
    names = {name: f"routed_{name}_{uuid4().hex[:12]}" for name in (HOME, OTHER)}
    yield names
    for name in names.values():
        dropped(postgres, name)


def opened(
    postgres: str, schemas: dict[str, str], kind: type[RoutedStore] = RoutedStore
) -> RoutedStore:
    shards = {
        name: PostgresStore(with_options(postgres, schema=schema, busy_timeout="0.2"))
        for name, schema in schemas.items()
    }
    return kind(shards, home=HOME, route=shard_of)


def follow(store: Store, seen: list[Record]) -> None:
    while page := store.feed(seen[-1].position if seen else 0, limit=2):
        seen += page


def late_commit(postgres: str, schemas: dict[str, str], kind: type[RoutedStore]) -> None:
    """Two transactions on one shard, of which the earlier commits later; a reader looks on."""
    seen: list[Record] = []
    with opened(postgres, schemas, kind) as store:
        store.append([draft("x")])
        with psycopg.connect(postgres) as early, psycopg.connect(postgres) as late:
            PostgresStore.within(early, schema=schemas[OTHER]).append([draft("xearly")])
            PostgresStore.within(late, schema=schemas[OTHER]).append([draft("xlate")])
            late.commit()
            store.append([draft("a")])
            follow(store, seen)
            assert [record.matter for record in seen] == ["x", "a"]
            store.append([draft("xb")])  # nor does this wait for the open transaction
            assert len(store.load("xlate").records) == 1
            store.append([draft("b")])
            follow(store, seen)
            early.commit()
        follow(store, seen)
        with opened(postgres, schemas) as again:
            whole = again.feed(0, limit=99)
    assert [record.matter for record in whole] == ["x", "a", "xearly", "xlate", "xb", "b"]
    assert tuple(seen) == whole


def test_a_late_commit_on_one_shard_appears_above_what_was_seen(
    postgres: str, schemas: dict[str, str]
) -> None:
    late_commit(postgres, schemas, RoutedStore)


def test_a_router_that_steps_over_what_is_not_shown_is_found(
    postgres: str, schemas: dict[str, str]
) -> None:
    with pytest.raises(AssertionError, match="assert"):
        late_commit(postgres, schemas, StepsOver)
