"""The two queues in one shape, so that each test of S11 to S13 holds for both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, cast

from attrs import frozen

from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.rows import Claim, Draft, Item, Notice, Timer
from whistle_engine.testing.stores._check import same
from whistle_engine.testing.stores._samples import AT, HOUR, draft, notice, timer


@frozen(kw_only=True)
class Lane(Generic[Item]):
    """A queue, and how its items are made.

    Attributes:
        name: as a failure calls it.
        queue: takes it from a store.
        item: makes one of a matter by number and due time; numbers give the order of keys.
        put: makes the draft that brings items.
    """

    name: str
    queue: Callable[[Store], Queue[Item]]
    item: Callable[[str, int, datetime], Item]
    put: Callable[[str, Sequence[Item]], Draft]

    def given(self, store: Store, *due: datetime, matter: str = "m") -> Queue[Item]:
        """Bring items of one matter, with these due times, in the order of their keys."""
        items = [self.item(matter, number, at) for number, at in enumerate(due, 1)]
        store.append([self.put(f"{self.name}-{matter}", items)])
        return self.queue(store)

    def one(
        self,
        queue: Queue[Item],
        now: datetime = AT,
        until: datetime | None = None,
    ) -> Claim[Item]:
        """Claim what has to be exactly one."""
        claims = queue.claim(now=now, until=until or now + HOUR, limit=9)
        same(len(claims), 1, f"one of the {self.name} can be claimed at {now.isoformat()}")
        return claims[0]

    def none(self, queue: Queue[Item], that: str, now: datetime = AT) -> None:
        """Hold that nothing can be claimed."""
        claims = queue.claim(now=now, until=now + HOUR, limit=9)
        same([c.item for c in claims], [], f"{self.name}: {that}")

    def numbers(self, items: Sequence[Item]) -> list[tuple[str, int]]:
        """Items as their matters and numbers."""
        prefix = f"{self.name}-"
        return [(i.matter.removeprefix(prefix), self.number(i)) for i in items]

    def number(self, item: Item) -> int:
        """The number that an item was made with."""
        name = "clock" if hasattr(item, "clock") else "number"
        return cast("int", getattr(item, name))


def _timers(matter: str, items: Sequence[Timer]) -> Draft:
    return draft(matter, timers=tuple(items))


def _notices(matter: str, items: Sequence[Notice]) -> Draft:
    return draft(matter, notices=tuple(items))


TIMERS: Lane[Timer] = Lane(
    name="timers",
    queue=lambda store: store.timers,
    item=lambda matter, number, due: timer(number, 1, due, f"timers-{matter}"),
    put=_timers,
)
NOTICES: Lane[Notice] = Lane(
    name="notices",
    queue=lambda store: store.outbox,
    item=lambda matter, number, due: notice(number, f"notices-{matter}", due=due),
    put=_notices,
)

LANES: tuple[Lane[Timer], ...] = (TIMERS, cast("Lane[Timer]", NOTICES))
"""Both; what a test does with one it does with the other, so one type serves for both."""
