"""Timers or notices of all shards: each lies with its matter."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from heapq import merge
from itertools import count, islice
from typing import Generic, cast

from whistle_engine.errors import StoreClosed, StoreError
from whistle_engine.model import MatterId
from whistle_engine.storage.api import Queue, at_least_one
from whistle_engine.storage.beside import Restoring
from whistle_engine.storage.routed._names import by_shard
from whistle_engine.storage.rows import Claim, Item, Notice, Queued, Timer

_log = logging.getLogger("whistle_engine.storage.routed")

Key = tuple[datetime, MatterId, int, int]
"""By which the items of a queue come: due time, then key."""


class RoutedQueue(Generic[Item]):
    """It fulfils :class:`.api.Queue`; what is claimed together is shared out among the shards."""

    def __init__(
        self,
        queues: Mapping[str, Queue[Item]],
        shard: Callable[[MatterId], str],
        key: Callable[[Item], Key],
    ) -> None:
        """Take the shards' queues, and what tells a matter's shard."""
        self._queues: Mapping[str, Queue[Item]] = queues
        self._shard = shard
        self._key: Callable[[Item], Key] = key
        self._calls = count()

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        """Claim what is due: of each shard its earliest, and of all as much as there is.

        Where more is due than the limit takes, each shard gets its share of it, and what one does
        not use is another's. A shard that fails holds up no other: the log tells it, and it is an
        error only if all of them fail.
        """
        left = at_least_one(limit)
        fleeting = until <= now  # who is asked twice would give the same again
        found: list[Claim[Item]] = []
        failed: dict[str, StoreError] = {}
        names = self._in_turn()
        while names and left:
            more = []
            for place, name in enumerate(names):
                if not left:
                    break
                share = left if fleeting else -(-left // (len(names) - place))
                try:
                    claims = self._queues[name].claim(now=now, until=until, limit=share)
                except StoreClosed:
                    raise
                except StoreError as error:
                    failed[name] = error
                    continue
                found += claims
                left -= len(claims)
                if len(claims) == share:
                    more.append(name)
            names = more
        if len(failed) == len(self._queues) and not found:
            raise next(iter(failed.values()))
        for name, why in failed.items():
            _log.warning("nothing is claimed on shard %r: %s", name, why)
        return tuple(sorted(found, key=lambda claim: self._key(claim.item)))

    def _in_turn(self) -> list[str]:
        """The shards, another one first each time: so a limit of 1 comes round to each."""
        names = list(self._queues)
        first = next(self._calls) % len(names)
        return names[first:] + names[:first]

    def settle(self, claim: Claim[Item]) -> bool:
        """Say that it is done."""
        return self._of(claim.item).settle(claim)

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        """Give it back."""
        return self._of(claim.item).fail(claim, retry_at=retry_at)

    def revive(self, item: Item) -> bool:
        """Take a dead letter back into its line."""
        return self._of(item).revive(item)

    def _of(self, item: Item) -> Queue[Item]:
        return self._queues[self._shard(item.matter)]

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        """What is neither settled nor dead, and due."""
        pages = [queue.waiting(until=until, limit=limit) for queue in self._queues.values()]
        return tuple(islice(merge(*pages, key=self._key), limit))

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        """The dead letters."""
        pages = [queue.dead(limit=limit) for queue in self._queues.values()]
        return tuple(islice(merge(*pages, key=self._key), limit))


class RestoringQueue(RoutedQueue[Item]):
    """One over queues that all can restore: it fulfils :class:`.beside.Restoring`, too."""

    def restore(self, ended: Sequence[Queued[Item]]) -> None:
        """Let items that wait be as another store has them: on each shard all or nothing."""
        for name, mine in by_shard(ended, lambda each: self._shard(each.item.matter)):
            cast("Restoring[Item]", self._queues[name]).restore(mine)


def _over(
    queues: Mapping[str, Queue[Item]], shard: Callable[[MatterId], str], key: Callable[[Item], Key]
) -> RoutedQueue[Item]:
    able = all(isinstance(each, Restoring) for each in queues.values())
    kind: type[RoutedQueue[Item]] = RestoringQueue if able else RoutedQueue
    return kind(queues, shard, key)


def timers(
    queues: Mapping[str, Queue[Timer]], shard: Callable[[MatterId], str]
) -> RoutedQueue[Timer]:
    """The timers of all matters."""
    return _over(queues, shard, lambda timer: (timer.due, timer.matter, timer.clock, timer.step))


def outbox(
    queues: Mapping[str, Queue[Notice]], shard: Callable[[MatterId], str]
) -> RoutedQueue[Notice]:
    """The notices of all matters."""
    return _over(
        queues, shard, lambda notice: (notice.due, notice.matter, notice.version, notice.number)
    )
