"""Timers or notices under leases: a slot for each item, with how far it is."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Generic

from attrs import define

from whistle_engine.model import MatterId
from whistle_engine.storage.api import at_least_one
from whistle_engine.storage.rows import Claim, Item, ItemState, Notice, Queued, Timer

Key = tuple[MatterId, int, int]
Open = Callable[[], AbstractContextManager[None]]
"""Enters the store: with its lock held, and only while it is not closed."""


@define
class Slot(Generic[Item]):
    """An item and how far it is.

    Attributes:
        token: that of the latest claim; it rises as well when the item is armed again or revived,
            so that an earlier claim counts no longer.
        tries: how often it was claimed since it was armed.
        gone: settled by an append that no longer had it.
    """

    item: Item
    token: int = 0
    tries: int = 0
    leased: datetime | None = None
    not_before: datetime | None = None
    settled: bool = False
    dead: bool = False
    gone: bool = False

    @property
    def state(self) -> ItemState:
        """What became of the item."""
        if self.settled:
            return ItemState.SETTLED
        return ItemState.DEAD if self.dead else ItemState.WAITING


class MemoryQueue(Generic[Item]):
    """It fulfils :class:`.api.Queue`; settled items stay, so that settling again is known."""

    def __init__(
        self, open_: Open, key: Callable[[Item], Key], line: Callable[[Item], Hashable]
    ) -> None:
        """Begin with nothing."""
        self._open = open_
        self._key: Callable[[Item], Key] = key
        self._line: Callable[[Item], Hashable] = line
        self._slots: dict[MatterId, dict[Key, Slot[Item]]] = {}

    # --------------------------------------------------------------- for the store, within its lock

    def add(self, items: Iterable[Item]) -> None:
        """Take in what an append brings."""
        for item in items:
            self._slots.setdefault(item.matter, {})[self._key(item)] = Slot(item)

    def replace(self, matter: MatterId, items: Iterable[Item]) -> None:
        """Bring all items of a matter: see :class:`.rows.Timer`."""
        wanted = {self._key(item): item for item in items}
        slots = self._slots.setdefault(matter, {})
        for key, item in wanted.items():
            slot = slots.setdefault(key, Slot(item))
            if slot.gone or slot.item.due != item.due:
                slots[key] = Slot(item, token=slot.token + 1)
        for key, slot in slots.items():
            if key not in wanted:
                slot.settled = slot.gone = True
                slot.dead = False

    def take_settled_for_gone(self, matter: MatterId) -> None:
        """What is settled of a matter comes back if it is brought next, and so is armed again."""
        for slot in self._slots.get(matter, {}).values():
            slot.gone |= slot.settled

    def of(self, matter: MatterId) -> tuple[Queued[Item], ...]:
        """All items of a matter that its appends brought and that are not gone, by key."""
        slots = self._slots.get(matter, {})
        return tuple(
            Queued(item=slots[key].item, state=slots[key].state)
            for key in sorted(slots)
            if not slots[key].gone
        )

    # ------------------------------------------------------------------------------ for workers

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        """Claim what is due."""
        with self._open():
            heads: dict[Hashable, Slot[Item]] = {}
            for slot in self._ordered(dead=False):
                heads.setdefault(self._line(slot.item), slot)
            free = [
                slot
                for slot in heads.values()
                if slot.item.due <= now
                and (slot.leased is None or slot.leased <= now)
                and (slot.not_before is None or slot.not_before <= now)
            ]
            taken = free[: at_least_one(limit)]
            for slot in taken:
                slot.token += 1
                slot.tries += 1
                slot.leased = until
            return tuple(
                Claim(item=slot.item, token=slot.token, tries=slot.tries) for slot in taken
            )

    def settle(self, claim: Claim[Item]) -> bool:
        """Say that it is done."""
        with self._open():
            slot = self._latest(claim)
            if slot is None or slot.dead:
                return False
            slot.settled = True
            return True

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        """Give it back."""
        with self._open():
            slot = self._latest(claim)
            if slot is None or slot.settled:
                return False
            if not slot.dead:
                slot.leased = None
                slot.not_before = retry_at
                slot.dead = retry_at is None
            return True

    def revive(self, item: Item) -> bool:
        """Take a dead letter back into its line."""
        with self._open():
            slots = self._slots.get(item.matter, {})
            slot = slots.get(self._key(item))
            if slot is None or not slot.dead or slot.item.due != item.due:
                return False
            slots[self._key(item)] = Slot(slot.item, token=slot.token + 1)
            return True

    def restore(self, ended: Sequence[Queued[Item]]) -> None:
        """Let items that wait be as another store has them."""
        with self._open():
            for each in ended:
                slot = self._slots.get(each.item.matter, {}).get(self._key(each.item))
                if slot is not None and slot.state is ItemState.WAITING:
                    slot.settled = each.state is ItemState.SETTLED
                    slot.dead = each.state is ItemState.DEAD

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        """What is neither settled nor dead, and due."""
        with self._open():
            found = [s.item for s in self._ordered(dead=False) if s.item.due <= until]
            return tuple(found[: at_least_one(limit)])

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        """The dead letters."""
        with self._open():
            found = self._ordered(dead=True)[: at_least_one(limit)]
            return tuple(slot.item for slot in found)

    def _ordered(self, *, dead: bool) -> list[Slot[Item]]:
        slots = (slot for each in self._slots.values() for slot in each.values())
        found = [slot for slot in slots if not slot.settled and slot.dead is dead]
        return sorted(found, key=lambda slot: (slot.item.due, self._key(slot.item)))

    def _latest(self, claim: Claim[Item]) -> Slot[Item] | None:
        slot = self._slots.get(claim.item.matter, {}).get(self._key(claim.item))
        return slot if slot is not None and slot.token == claim.token else None


def timers(open_: Open) -> MemoryQueue[Timer]:
    """The timers of all matters; those of one matter stand in one line."""
    return MemoryQueue(
        open_, lambda timer: (timer.matter, timer.clock, timer.step), lambda timer: timer.matter
    )


def outbox(open_: Open) -> MemoryQueue[Notice]:
    """The notices of all matters; those of one matter to one recipient stand in one line."""
    return MemoryQueue(
        open_,
        lambda notice: (notice.matter, notice.version, notice.number),
        lambda notice: (notice.matter, notice.unit, notice.actor),
    )
