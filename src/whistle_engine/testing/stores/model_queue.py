"""A queue as it should be, in plain dictionaries; the other half of :mod:`.model`."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime
from typing import Generic

from whistle_engine.model import MatterId
from whistle_engine.storage.rows import (
    Claim,
    Item,
    ItemState,
    Notice,
    Queued,
    Timer,
)

Key = tuple[MatterId, int, int]


class ModelQueue(Generic[Item]):
    """A queue as dictionaries by key; what is said in several of them holds together."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.there: dict[Key, Item] = {}
        self.gone: dict[Key, Item] = {}
        self.settled: set[Key] = set()
        self.dead: set[Key] = set()
        self.leased_until: dict[Key, datetime] = {}
        self.retry_at: dict[Key, datetime] = {}
        self.latest: dict[Key, int] = {}
        self.tries: dict[Key, int] = {}
        self.tokens: dict[Key, set[int]] = {}

    # -------------------------------------------------------------------------- what arrives

    def arrive(self, items: Iterable[Item]) -> None:
        """New items, armed."""
        for item in items:
            key = key_of(item)
            self.there[key] = item
            self.gone.pop(key, None)
            self.leased_until.pop(key, None)
            self.retry_at.pop(key, None)
            self.latest.pop(key, None)
            self.tries.pop(key, None)
            self.settled.discard(key)
            self.dead.discard(key)

    def replace(self, matter: MatterId, items: Iterable[Item]) -> None:
        """All items of a matter: those that stay with the same due time are left alone."""
        wanted = {key_of(item): item for item in items}
        for key, item in list(self.there.items()):
            if key[0] == matter and key not in wanted:
                self.gone[key] = self.there.pop(key)
                self.dead.discard(key)
            elif key in wanted and wanted[key].due == item.due:
                del wanted[key]
        self.arrive(wanted.values())

    def rebuild(self, matter: MatterId, items: Iterable[Item]) -> None:
        """The same, but that those that are settled are armed again."""
        for key in [key for key in self.settled & self.there.keys() if key[0] == matter]:
            self.gone[key] = self.there.pop(key)
        self.replace(matter, items)

    # ------------------------------------------------------------------------ what is asked

    def of(self, matter: MatterId) -> tuple[Queued[Item], ...]:
        """All items of a matter that are not gone, by key, with what became of them."""
        found = sorted(key for key in self.there if key[0] == matter)
        return tuple(Queued(item=self.there[key], state=self._state(key)) for key in found)

    def _state(self, key: Key) -> ItemState:
        if key in self.dead:
            return ItemState.DEAD
        return ItemState.SETTLED if key in self.settled else ItemState.WAITING

    def waiting(self, until: datetime, limit: int) -> tuple[Item, ...]:
        """What is neither settled nor dead, and due."""
        return tuple([item for item in self._open() if item.due <= until][:limit])

    def dead_letters(self, limit: int) -> tuple[Item, ...]:
        """What is dead."""
        found = [self.there[key] for key in self.dead]
        return tuple(sorted(found, key=order)[:limit])

    def claimable(self, now: datetime, limit: int) -> list[Item]:
        """What a claim should give."""
        first: dict[Hashable, Item] = {}
        for item in self._open():
            first.setdefault(line(item), item)
        return [item for item in first.values() if item.due <= now and self._free(item, now)][
            :limit
        ]

    def _open(self) -> list[Item]:
        done = self.settled | self.dead
        return sorted((self.there[key] for key in self.there if key not in done), key=order)

    def _free(self, item: Item, now: datetime) -> bool:
        key = key_of(item)
        return self.leased_until.get(key, now) <= now and self.retry_at.get(key, now) <= now

    # -------------------------------------------------------------------------- what is done

    def claimed(self, claims: Sequence[Claim[Item]], until: datetime) -> None:
        """Take over a claim that was answered."""
        for claim in claims:
            key = key_of(claim.item)
            self.latest[key] = claim.token
            self.leased_until[key] = until
            self.tries[key] = self.tries.get(key, 0) + 1
            self.tokens.setdefault(key, set()).add(claim.token)

    def settle(self, claim: Claim[Item]) -> bool:
        """Whether settling counts; it is done if so."""
        key = key_of(claim.item)
        if self.latest.get(key) != claim.token or key in self.dead:
            return False
        if key in self.there:
            self.settled.add(key)
        return True

    def fail(self, claim: Claim[Item], retry_at: datetime | None) -> bool:
        """Whether failing counts, or did; it is done if so."""
        key = key_of(claim.item)
        if self.latest.get(key) != claim.token or key in self.settled or key in self.gone:
            return False
        if key in self.dead:
            return True
        self.leased_until.pop(key, None)
        if retry_at is None:
            self.dead.add(key)
        else:
            self.retry_at[key] = retry_at
        return True

    def revive(self, item: Item) -> bool:
        """Whether there was a dead letter to revive; it is armed again if so."""
        key = key_of(item)
        if key not in self.dead or self.there[key].due != item.due:
            return False
        self.arrive([self.there[key]])
        return True


def key_of(item: Timer | Notice) -> Key:
    """An item's key."""
    if isinstance(item, Timer):
        return (item.matter, item.clock, item.step)
    return (item.matter, item.version, item.number)


def order(item: Timer | Notice) -> tuple[datetime, Key]:
    """By due time, then key."""
    return (item.due, key_of(item))


def line(item: Timer | Notice) -> Hashable:
    """The line in which an item stands."""
    if isinstance(item, Timer):
        return item.matter
    return (item.matter, item.unit, item.actor)
