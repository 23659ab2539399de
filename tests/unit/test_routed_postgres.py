"""The routed store over PostgreSQL: transactions that stay open on one shard."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest

from tests.drafts import draft
from tests.postgres_server import dropped, with_options
from tests.routers import HOME, OTHER, ProposesUnseen, routed
from whistle_engine.errors import StoreBusy, StoreFailed
from whistle_engine.storage.api import Store
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.routed import _store
from whistle_engine.storage.rows import Record


@pytest.fixture
def schemas(postgres: str) -> Iterator[dict[str, str]]:
    names = {name: f"routed_{name}_{uuid4().hex[:12]}" for name in (HOME, OTHER)}
    yield names
    for name in names.values():
        dropped(postgres, name)


def opened(postgres: str, schemas: dict[str, str]) -> Store:
    return routed(
        {
            name: PostgresStore(with_options(postgres, schema=schema, busy_timeout="0.2"))
            for name, schema in schemas.items()
        }
    )


def follow(store: Store, seen: list[Record]) -> None:
    while page := store.feed(seen[-1].position if seen else 0, limit=2):
        seen += page


def late_commit(postgres: str, schemas: dict[str, str]) -> None:
    """Two transactions on one shard, of which the earlier commits later; readers miss nothing."""
    store = opened(postgres, schemas)
    seen: list[Record] = []
    try:
        store.append([draft("x")])
        with psycopg.connect(postgres) as early, psycopg.connect(postgres) as late:
            PostgresStore.within(early, schema=schemas[OTHER]).append([draft("xearly")])
            PostgresStore.within(late, schema=schemas[OTHER]).append([draft("xlate")])
            late.commit()
            store.append([draft("a")])
            follow(store, seen)
            for call in (lambda: store.append([draft("xb")]), lambda: store.load("xlate")):
                try:
                    call()
                except (StoreBusy, StoreFailed):
                    pass
                follow(store, seen)
            store.append([draft("b")])
            follow(store, seen)
            early.commit()
        follow(store, seen)
        again = opened(postgres, schemas)
        whole = again.feed(0, limit=99)
        again.close()
        assert sorted(r.matter for r in whole) == ["a", "b", "x", "xb", "xearly", "xlate"]
        assert tuple(seen) == whole
    finally:
        store.close()


def test_a_late_commit_on_one_shard_appears_above_what_was_seen(
    postgres: str, schemas: dict[str, str]
) -> None:
    late_commit(postgres, schemas)


def test_a_router_that_proposes_what_was_not_seen_is_found(
    postgres: str, schemas: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_store, "Order", ProposesUnseen)
    with pytest.raises(AssertionError, match="assert"):
        late_commit(postgres, schemas)


def test_an_open_transaction_holds_up_what_comes_after_it_on_its_shard(
    postgres: str, schemas: dict[str, str]
) -> None:
    store = opened(postgres, schemas)
    try:
        with psycopg.connect(postgres) as host:
            PostgresStore.within(host, schema=schemas[OTHER]).append([draft("xheld")])
            with pytest.raises(StoreFailed, match=f"on shard '{OTHER}', and has no position yet"):
                store.append([draft("x")])
            with pytest.raises(StoreBusy, match="an append that began earlier is still open there"):
                store.load("x")
            (free,) = store.append([draft("a")]).records
        again = store.append([draft("x")])
        assert again.again
        assert [r.matter for r in store.feed(free.position, limit=9)] == ["xheld", "x"]
        assert store.load("x").records == again.records
    finally:
        store.close()
