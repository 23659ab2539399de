"""The stores that come along say what would be right where a limit is below 1 (S8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.drafts import AT, HOUR, draft
from tests.routers import routed
from whistle_engine.storage.api import Store, at_least_one
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.stores.filestore import FileStore

STORES: dict[str, Callable[[Path], Store]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda place: SqliteStore(place / "whistle.db"),
    "file": lambda place: FileStore(place / "store"),
    "routed": lambda _: routed(),
}
CALLS: dict[str, Callable[[Store, int], object]] = {
    "feed": lambda store, limit: store.feed(0, limit=limit),
    "scan": lambda store, limit: store.scan(None, limit=limit),
    "scan on": lambda store, limit: store.scan("a", limit=limit),
    "inbox": lambda store, limit: store.inbox("u", limit=limit),
    "ledger": lambda store, limit: store.ledger(LedgerFilter(), limit=limit),
    "near": lambda store, limit: store.near(category="x", place="p", limit=limit),
    "near a point": lambda store, limit: store.near(
        category="x", place="p", lat=1, lon=2, within=3, limit=limit
    ),
    "claim": lambda store, limit: store.timers.claim(now=AT, until=AT + HOUR, limit=limit),
    "waiting": lambda store, limit: store.timers.waiting(until=AT, limit=limit),
    "dead": lambda store, limit: store.outbox.dead(limit=limit),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = STORES[request.param](tmp_path)
    made.append([draft()])
    yield made
    made.close()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_told(store: Store, call: str, limit: int) -> None:
    with pytest.raises(ValueError, match=f"^limit is {limit}, and should be at least 1$"):
        CALLS[call](store, limit)
    CALLS[call](store, 1)


def test_a_limit_that_is_one_comes_back() -> None:
    assert [at_least_one(limit) for limit in (1, 2, 10**9)] == [1, 2, 10**9]
