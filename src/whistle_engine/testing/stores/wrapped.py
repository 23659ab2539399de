"""A store and a queue that pass every call on: what faults are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Generic

from whistle_engine.model import CommandId, MatterId, TextRef, UnitCode
from whistle_engine.storage.api import Capability, Queue, Store
from whistle_engine.storage.rows import (
    Appended,
    Claim,
    Draft,
    DutyRow,
    Erased,
    History,
    Item,
    LedgerFilter,
    Loaded,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    VaultText,
)


class Wrapped:
    """A store that passes every call on; the base of the faults, and for those of your own."""

    def __init__(self, store: Store) -> None:
        """Wrap a store."""
        self._store = store

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Pass it on."""
        return self._store.load(matter, command_id)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Pass it on."""
        return self._store.append(drafts)

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        """Pass it on."""
        return self._store.feed(after, limit=limit)

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        """Pass it on."""
        return self._store.scan(after, limit=limit)

    def rebuild(self, projection: Projection) -> None:
        """Pass it on."""
        self._store.rebuild(projection)

    def projection(self, matter: MatterId) -> Projection | None:
        """Pass it on."""
        return self._store.projection(matter)

    def queued(self, matter: MatterId) -> Queues:
        """Pass it on."""
        return self._store.queued(matter)

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        """Pass it on."""
        return self._store.inbox(unit, after=after, limit=limit)

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        """Pass it on."""
        return self._store.ledger(where, after=after, limit=limit)

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """Pass it on."""
        return self._store.by_source_number(channel, number)

    def near(
        self,
        *,
        category: str,
        place: UnitCode,
        lat: int | None = None,
        lon: int | None = None,
        within: int = 0,
        limit: int,
    ) -> tuple[MatterRow, ...]:
        """Pass it on."""
        return self._store.near(
            category=category, place=place, lat=lat, lon=lon, within=within, limit=limit
        )

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """Pass it on."""
        return self._store.read_text(ref)

    def erase_text(self, ref: TextRef) -> None:
        """Pass it on."""
        self._store.erase_text(ref)

    def put_document(self, digest: str, data: bytes) -> None:
        """Pass it on."""
        self._store.put_document(digest, data)

    def get_document(self, digest: str) -> bytes | None:
        """Pass it on."""
        return self._store.get_document(digest)

    @property
    def capabilities(self) -> frozenset[Capability]:
        """Those of the store within."""
        return self._store.capabilities

    @property
    def timers(self) -> Queue[Timer]:
        """Those of the store within."""
        return self._store.timers

    @property
    def outbox(self) -> Queue[Notice]:
        """That of the store within."""
        return self._store.outbox

    def close(self) -> None:
        """Pass it on."""
        self._store.close()


class WrappedQueue(Generic[Item]):
    """A queue that passes every call on."""

    def __init__(self, queue: Queue[Item]) -> None:
        """Wrap a queue."""
        self._queue: Queue[Item] = queue

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        """Pass it on."""
        return self._queue.claim(now=now, until=until, limit=limit)

    def settle(self, claim: Claim[Item]) -> bool:
        """Pass it on."""
        return self._queue.settle(claim)

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        """Pass it on."""
        return self._queue.fail(claim, retry_at=retry_at)

    def revive(self, item: Item) -> bool:
        """Pass it on."""
        return self._queue.revive(item)

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        """Pass it on."""
        return self._queue.waiting(until=until, limit=limit)

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        """Pass it on."""
        return self._queue.dead(limit=limit)
