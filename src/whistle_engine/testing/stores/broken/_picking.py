"""A queue in parts, so that what is broken can replace one."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any

from whistle_engine.storage.memory._queue import Slot as AnySlot
from whistle_engine.storage.rows import Claim
from whistle_engine.testing.stores.broken._register import AnyQueue

Slot = AnySlot[Any]
Claims = tuple[Claim[Any], ...]


class Picking(AnyQueue):
    """A queue whose way of picking what can be claimed is in parts that can be replaced."""

    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        with self._open():
            free = [slot for slot in self.heads(now) if self.free(slot, now)]
            for slot in free[:limit]:
                slot.token += 1
                slot.tries += 1
                slot.leased = until
            return tuple(
                Claim(item=slot.item, token=slot.token, tries=slot.tries) for slot in free[:limit]
            )

    def heads(self, now: datetime) -> list[Slot]:
        del now
        found: dict[Hashable, Slot] = {}
        for slot in self._ordered(dead=False):
            found.setdefault(self._line(slot.item), slot)
        return list(found.values())

    def free(self, slot: Slot, now: datetime) -> bool:
        return (
            slot.item.due <= now
            and (slot.leased is None or slot.leased <= now)
            and (slot.not_before is None or slot.not_before <= now)
        )
