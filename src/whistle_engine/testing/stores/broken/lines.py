"""Broken in S13: order and lines."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Any

from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Claim, Notice
from whistle_engine.testing.stores.broken._picking import Claims, Picking, Slot
from whistle_engine.testing.stores.broken._register import AnyQueue, breaks, with_queue

# ----------------------------------------------------------------------------------- S13


@with_queue("S13", "Knows no lines.")
class KnowsNoLines(Picking):
    def heads(self, now: datetime) -> list[Slot]:
        del now
        return self._ordered(dead=False)


@with_queue("S13", "Lets the next of a line pass one that is held or to be retried.")
class OvertakesWhatIsHeld(Picking):
    def heads(self, now: datetime) -> list[Slot]:
        found: dict[Hashable, Slot] = {}
        for slot in self._ordered(dead=False):
            if self.free(slot, now):
                found.setdefault(self._line(slot.item), slot)
        return list(found.values())


@with_queue("S13", "Lets the next of a line pass one that is to be retried later.")
class OvertakesWhatIsToBeRetried(Picking):
    def heads(self, now: datetime) -> list[Slot]:
        found: dict[Hashable, Slot] = {}
        for slot in self._ordered(dead=False):
            if slot.not_before is None or slot.not_before <= now:
                found.setdefault(self._line(slot.item), slot)
        return list(found.values())


@with_queue("S13", "A dead letter holds up its line for ever.")
class DeadBlocksItsLine(Picking):
    def heads(self, now: datetime) -> list[Slot]:
        dead = {self._line(slot.item) for slot in self._ordered(dead=True)}
        return [slot for slot in super().heads(now) if self._line(slot.item) not in dead]


@with_queue("S13", "Forgets dead letters.")
class ForgetsDeadLetters(AnyQueue):
    def dead(self, *, limit: int) -> tuple[Any, ...]:
        return super().dead(limit=limit)[:0]


@with_queue("S13", "Claims come in the order of keys, whatever is due first.")
class OrdersByKey(AnyQueue):
    def _ordered(self, *, dead: bool) -> list[Slot]:
        return sorted(super()._ordered(dead=dead), key=lambda slot: self._key(slot.item))


@with_queue("S13", "Compares the numbers in keys as text: 10 before 9.")
class OrdersNumbersAsText(AnyQueue):
    def _ordered(self, *, dead: bool) -> list[Slot]:
        return sorted(
            super()._ordered(dead=dead),
            key=lambda slot: (slot.item.due, *map(str, self._key(slot.item))),
        )


@with_queue("S13", "Counts what waits in a line against the limit of a claim.")
class CountsWhatWaits(Picking):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        due = [slot for slot in self._ordered(dead=False) if self.free(slot, now)][:limit]
        heads = self.heads(now)
        with self._open():
            taken = [slot for slot in due if any(slot is head for head in heads)]
            for slot in taken:
                slot.token += 1
                slot.tries += 1
                slot.leased = until
            return tuple(Claim(item=s.item, token=s.token, tries=s.tries) for s in taken)


@with_queue("S13", "Waiting leaves out what somebody holds.")
class HidesWhatIsHeld(AnyQueue):
    def waiting(self, *, until: datetime, limit: int) -> tuple[Any, ...]:
        with self._open():
            found = [s.item for s in self._ordered(dead=False) if s.leased is None]
            return tuple([item for item in found if item.due <= until][:limit])


@with_queue("S13", "A dead timer that an append no longer has stays a dead letter.")
class KeepsDeadThatAreGone(AnyQueue):
    def dead(self, *, limit: int) -> tuple[Any, ...]:
        with self._open():
            slots = (slot for each in self._slots.values() for slot in each.values())
            return tuple([slot.item for slot in slots if slot.dead][:limit])


class _OtherLines(MemoryStore):
    """A store whose notices stand in other lines."""

    @staticmethod
    def other_line(notice: Notice) -> Hashable:
        raise NotImplementedError

    def __init__(self) -> None:
        super().__init__()
        self._outbox._line = self.other_line


@breaks("S13", "All notices of a matter stand in one line.")
class OneLineForAMatter(_OtherLines):
    @staticmethod
    def other_line(notice: Notice) -> Hashable:
        return notice.matter


@breaks("S13", "All notices to a recipient stand in one line, whatever the matter.")
class OneLineForARecipient(_OtherLines):
    @staticmethod
    def other_line(notice: Notice) -> Hashable:
        return (notice.unit, notice.actor)


@breaks("S13", "A unit and a person of the same id stand in one line.")
class MixesUnitsAndPersons(_OtherLines):
    @staticmethod
    def other_line(notice: Notice) -> Hashable:
        return (notice.matter, notice.unit if notice.unit is not None else notice.actor)


@breaks("S13", "Each commit's notices stand in a line of their own.")
class OneLineForACommit(_OtherLines):
    @staticmethod
    def other_line(notice: Notice) -> Hashable:
        return (notice.matter, notice.version, notice.unit, notice.actor)
