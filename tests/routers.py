"""Routed stores for tests: two shards in memory, faults in them, and routers that are broken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from itertools import cycle
from pathlib import Path
from typing import Any, cast

from whistle_engine.errors import StoreFailed
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.routed import RoutedStore
from whistle_engine.storage.routed._sequence import KEY, Sequence, _entries, _written
from whistle_engine.storage.routed._spans import Span
from whistle_engine.storage.rows import Record
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.stores import Wrapped

HOME, OTHER = "gulou", "xinhua"


def shard_of(matter: str) -> str:
    """Matters that begin with ``x`` are of the other shard."""
    return OTHER if matter.startswith("x") else HOME


def by_last(matter: str) -> str:
    """By the last digit."""
    return (HOME, OTHER)[int(matter[-1]) % 2]


def by_number(matter: str) -> str:
    """Half of all ids."""
    return (HOME, OTHER)[sum(map(ord, matter)) % 2]


def in_memory() -> dict[str, Store]:
    """Two shards with nothing in them."""
    return {HOME: MemoryStore(), OTHER: MemoryStore()}


def routed(
    shards: Mapping[str, Store] | None = None,
    *,
    home: str = HOME,
    route: Callable[[str], str] = shard_of,
) -> RoutedStore:
    """A router over shards, by default new ones in memory."""
    return RoutedStore(in_memory() if shards is None else shards, home=home, route=route)


def open_files(place: Path) -> Store:
    """A router over two files, for any process."""
    shards = {name: SqliteStore(place / f"{name}.db") for name in (HOME, OTHER)}
    return routed(shards, route=by_last)


class Down:
    """A shard that can fail from some moment on, whatever is asked of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.down = False

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if name in ("timers", "outbox"):
            queue = Down(found)
            queue.__dict__["_whole"] = self
            return queue

        def call(*args: Any, **kwargs: Any) -> Any:
            if self.__dict__.get("_whole", self).down:
                raise StoreFailed("the server is away")
            return found(*args, **kwargs)

        return found if name == "capabilities" else call


def failing(store: Store) -> tuple[Store, Down]:
    """A store that can fail, and what lets it."""
    down = Down(store)
    return cast("Store", down), down


class Counting:
    """A shard that counts what it is asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.asked: Counter[str] = Counter()

    def __getattr__(self, name: str) -> Any:
        self.asked[name] += 1
        return getattr(self._store, name)


def counting(store: Store) -> tuple[Store, Counter[str]]:
    """A store that counts its calls, and the counts."""
    made = Counting(store)
    return cast("Store", made), made.asked


class InTurn(Wrapped):
    """One store by several routers: each call goes to the next."""

    def __init__(self, *routers: Store) -> None:
        self._turn = cycle(routers)
        self._routers = routers

    @property
    def _store(self) -> Store:  # type: ignore[override]  # Wrapped keeps one
        return next(self._turn)

    def close(self) -> None:
        for router in self._routers:
            router.close()


class StepsOver(RoutedStore):
    """Reads on beyond what a shard does not show yet."""

    def _shown(self, spans: list[Span], limit: int) -> tuple[tuple[Record, ...], int | None]:
        return super()._shown(spans, limit)[0], None


class BelievesItself(Sequence):
    """Takes its own entry for decided, and does not look whether somebody was faster."""

    def reach(self, shard: str, own: int) -> None:
        with self._lock:
            if self._spans.end(shard) >= own:
                return
            number = self._count
        entry = _written([(shard, own)])
        self._home.put_document(KEY.format(number), entry)
        self._take(number, _entries(entry), 1)


class LeavesItToOthers(Sequence):
    """Tells an append's positions as they will be if nobody else writes, and proposes nothing."""

    def reach(self, shard: str, own: int) -> None:
        with self._lock:
            self._spans.add(shard, own)
