"""Broken in S8 where a limit is below 1."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from whistle_engine.model import MatterId
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import History, LedgerFilter, MatterRow, Record
from whistle_engine.testing.stores.broken._picking import Claims
from whistle_engine.testing.stores.broken._register import AnyQueue, breaks, with_queue

ALL = 1_000_000


@breaks("S8", "Feeds nothing where the limit is 0.")
class FeedsNothingForZero(MemoryStore):
    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        return super().feed(after, limit=limit) if limit != 0 else ()


@breaks("S8", "Shows the whole ledger where the limit is negative.")
class MinusOneMeansAll(MemoryStore):
    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        return super().ledger(where, after=after, limit=ALL if limit < 0 else limit)


@breaks("S8", "Scans one matter where it was asked for none.")
class ScansOneForNone(MemoryStore):
    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        return super().scan(after, limit=max(limit, 1))


@with_queue("S8", "Claims nothing where the limit is 0.")
class ClaimsNothingForZero(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        return super().claim(now=now, until=until, limit=limit) if limit != 0 else ()


@with_queue("S8", "Claims all that is due where the limit is negative.")
class ClaimsAllForMinusOne(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        return super().claim(now=now, until=until, limit=ALL if limit < 0 else limit)


@with_queue("S8", "Shows no dead letter where it was asked for less than none.")
class ShowsNoneForLess(AnyQueue):
    def dead(self, *, limit: int) -> tuple[Any, ...]:
        return super().dead(limit=limit) if limit > 0 else ()
