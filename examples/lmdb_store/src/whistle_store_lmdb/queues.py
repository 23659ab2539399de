"""Timers and notices under leases: a slot for each, and an index of those that wait or are dead.

The index goes by due time, then key. So the first of a line that one meets there is the first of
its line, and no other of that line can be claimed (S13).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice, takewhile
from typing import Generic

from attrs import evolve, frozen
from whistle_engine.model import MatterId
from whistle_engine.storage.api import Queue, at_least_one
from whistle_engine.storage.rows import Claim, Item, ItemState, Notice, Queued, Timer

from whistle_store_lmdb.codec import dump, load
from whistle_store_lmdb.environment import Session
from whistle_store_lmdb.keys import (
    EPOCH,
    NOTICE,
    NOTICE_LINE,
    TIMER,
    TIMER_LINE,
    moment,
    number,
    ordered,
)
from whistle_store_lmdb.ranges import Txn, ascending, held

INDEXED = {ItemState.WAITING: b"w", ItemState.DEAD: b"x"}
"""What stands in the index for how far an item is; settled ones are not there."""


@frozen
class Slot(Generic[Item]):
    """An item and what became of it.

    Attributes:
        free_at: from when on it can be claimed: its due time, the end of its lease, or the
            time of its retry.
        token: that of the latest claim; rises too when the item is armed again or revived.
        tries: how often it was claimed since then.
        gone: settled by an append that no longer had it.
    """

    item: Item
    free_at: datetime
    token: int = 0
    tries: int = 0
    state: ItemState = ItemState.WAITING
    gone: bool = False


@frozen(kw_only=True)
class Kind(Generic[Item]):
    """What tells one queue from the other.

    Attributes:
        slots, index: what the keys begin with.
        slot: the class of its slots, as the codec is to read them.
        key: what tells an item from the others of its matter.
        line: the line of an item (S13).
    """

    slots: bytes
    index: bytes
    slot: type[Slot[Item]]
    key: Callable[[Item], tuple[int, int]]
    line: Callable[[Item], tuple[object, ...]]


TIMERS = Kind(
    slots=TIMER,
    index=TIMER_LINE,
    slot=Slot[Timer],
    key=lambda timer: (timer.clock, timer.step),
    line=lambda timer: (timer.matter,),
)
NOTICES = Kind(
    slots=NOTICE,
    index=NOTICE_LINE,
    slot=Slot[Notice],
    key=lambda notice: (notice.version, notice.number),
    line=lambda notice: (notice.matter, notice.unit, notice.actor),
)


class LmdbQueue(Queue[Item]):
    """One of the two queues."""

    def __init__(self, session: Session, kind: Kind[Item]) -> None:
        """Work in a store's session."""
        self._session = session
        self._kind: Kind[Item] = kind

    # ------------------------------------------------------- for an append, in its transaction

    def add(self, txn: Txn, items: Iterable[Item]) -> None:
        """Take in what an append brings."""
        for item in items:
            self._put(txn, Slot(item, item.due))

    def replace(self, txn: Txn, matter: MatterId, items: Iterable[Item]) -> None:
        """Bring all items of a matter: see :class:`whistle_engine.storage.rows.Timer`."""
        wanted = {self._key(item): item for item in items}
        for slot in self._of(txn, matter):
            item = wanted.pop(self._key(slot.item), None)
            if item is None and not slot.gone:
                self._put(txn, evolve(slot, state=ItemState.SETTLED, gone=True), slot)
            elif item is not None and (slot.gone or slot.item.due != item.due):
                self._put(txn, Slot(item, item.due, slot.token + 1), slot)
        self.add(txn, wanted.values())

    def take_settled_for_gone(self, txn: Txn, matter: MatterId) -> None:
        """What is settled of a matter comes back if it is brought next, and so is armed again."""
        for slot in self._of(txn, matter):
            if slot.state is ItemState.SETTLED and not slot.gone:
                self._put(txn, evolve(slot, gone=True))

    def of(self, txn: Txn, matter: MatterId) -> tuple[Queued[Item], ...]:
        """The items of a matter that its appends brought and that are not gone, by key."""
        return tuple(
            Queued(item=slot.item, state=slot.state)
            for slot in self._of(txn, matter)
            if not slot.gone
        )

    # ------------------------------------------------------------------------------ for workers

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        at_least_one(limit)
        if not self._session.read(self._free, now, 1):  # who has nothing to do disturbs nobody
            return ()
        return self._session.write(self._claim, now, until, limit)

    def _claim(
        self, txn: Txn, now: datetime, until: datetime, limit: int
    ) -> tuple[Claim[Item], ...]:
        claims = []
        for slot in self._free(txn, now, limit):
            taken = evolve(slot, token=slot.token + 1, tries=slot.tries + 1, free_at=until)
            self._put(txn, taken, slot)
            claims.append(Claim(item=taken.item, token=taken.token, tries=taken.tries))
        return tuple(claims)

    def _free(self, txn: Txn, now: datetime, limit: int) -> list[Slot[Item]]:
        return list(islice(self._heads(txn, now), limit))

    def _heads(self, txn: Txn, now: datetime) -> Iterator[Slot[Item]]:
        seen = set()
        for slot in self._indexed(txn, ItemState.WAITING, now):
            line = self._kind.line(slot.item)
            if line not in seen and slot.free_at <= now:
                yield slot
            seen.add(line)

    def settle(self, claim: Claim[Item]) -> bool:
        return self._session.write(self._settle, claim)

    def _settle(self, txn: Txn, claim: Claim[Item]) -> bool:
        slot = self._slot(txn, claim.item)
        if slot is None or slot.token != claim.token or slot.state is ItemState.DEAD:
            return False
        if slot.state is ItemState.WAITING:
            self._put(txn, evolve(slot, state=ItemState.SETTLED), slot)
        return True

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        return self._session.write(self._fail, claim, retry_at)

    def _fail(self, txn: Txn, claim: Claim[Item], retry_at: datetime | None) -> bool:
        slot = self._slot(txn, claim.item)
        if slot is None or slot.token != claim.token or slot.state is ItemState.SETTLED:
            return False
        if slot.state is ItemState.WAITING:
            state = ItemState.DEAD if retry_at is None else ItemState.WAITING
            self._put(txn, evolve(slot, state=state, free_at=retry_at or slot.free_at), slot)
        return True

    def revive(self, item: Item) -> bool:
        return self._session.write(self._revive, item)

    def _revive(self, txn: Txn, item: Item) -> bool:
        slot = self._slot(txn, item)
        if slot is None or slot.state is not ItemState.DEAD or slot.item.due != item.due:
            return False
        self._put(txn, Slot(slot.item, slot.item.due, slot.token + 1), slot)
        return True

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        return self._session.read(self._page, ItemState.WAITING, until, at_least_one(limit))

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        return self._session.read(self._page, ItemState.DEAD, None, at_least_one(limit))

    def _page(
        self, txn: Txn, state: ItemState, until: datetime | None, limit: int
    ) -> tuple[Item, ...]:
        return tuple(slot.item for slot in islice(self._indexed(txn, state, until), limit))

    # -------------------------------------------------------------------------- slots and index

    def _key(self, item: Item) -> bytes:
        first, second = self._kind.key(item)
        return ordered(item.matter) + number(first) + number(second)

    def _slot(self, txn: Txn, item: Item) -> Slot[Item] | None:
        found = txn.get(self._kind.slots + self._key(item))
        return load(found, self._kind.slot) if found is not None else None

    def _of(self, txn: Txn, matter: MatterId) -> list[Slot[Item]]:
        entries = ascending(txn, self._kind.slots + ordered(matter))
        return [load(value, self._kind.slot) for _, value in entries]

    def _put(self, txn: Txn, slot: Slot[Item], before: Slot[Item] | None = None) -> None:
        if before is not None and before.state in INDEXED:
            txn.delete(self._entry(before))
        txn.put(self._kind.slots + self._key(slot.item), dump(slot))
        if slot.state in INDEXED:
            txn.put(self._entry(slot), b"")

    def _entry(self, slot: Slot[Item]) -> bytes:
        return self._under(slot.state) + moment(slot.item.due) + self._key(slot.item)

    def _under(self, state: ItemState) -> bytes:
        return self._kind.index + INDEXED[state]

    def _indexed(self, txn: Txn, state: ItemState, until: datetime | None) -> Iterator[Slot[Item]]:
        """The slots of a state, due by an instant, ordered by due time, then key."""
        entries = ascending(txn, self._under(state))
        if until is not None:
            last = moment(until)
            entries = takewhile(lambda entry: entry[0][: len(last)] <= last, entries)
        for suffix, _ in entries:
            key = self._kind.slots + suffix[len(moment(EPOCH)) :]
            yield load(held(txn, key), self._kind.slot)
