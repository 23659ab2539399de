"""Broken in S6 and S12, in what a store may have beside the contract."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event
from typing import Any

from attrs import evolve

from whistle_engine.model import CommandId, MatterId
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft, ItemState, Loaded, Queued
from whistle_engine.testing.stores.broken._register import AnyQueue, breaks, with_queue

Wanted = Sequence[tuple[MatterId, CommandId | None]]

# ------------------------------------------------------------------------------------ S6


class Gathers(MemoryStore):
    """A memory store that loads several histories at once; the base of those broken there."""

    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        return tuple(self.load(*each) for each in wanted)


@breaks("S6", "Loads several histories in the order of their ids, not in that asked.")
class GathersInOrder(Gathers):
    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        return super().load_all(sorted(wanted, key=lambda each: each[0]))


@breaks("S6", "Loads a matter that is asked for twice once.")
class GathersOnce(Gathers):
    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        return super().load_all([*dict(wanted).items()])


@breaks("S6", "Of several histories it tells no command that wrote another matter.")
class GathersOwnCommands(Gathers):
    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        return tuple(
            evolve(found, earlier=tuple(r for r in found.earlier if r.matter == matter))
            for (matter, _), found in zip(wanted, super().load_all(wanted), strict=True)
        )


@breaks("S6", "Loads ten histories at most.")
class GathersTen(Gathers):
    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        nothing = (Loaded(records=(), earlier=()),) * max(len(wanted) - 10, 0)
        return super().load_all(wanted[:10]) + nothing


@breaks("S6", "Loads several histories as they were when it first did.")
class GathersFromItsCache(Gathers):
    def __init__(self) -> None:
        super().__init__()
        self._gathered: dict[MatterId, Loaded] = {}

    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        return tuple(
            evolve(found, records=self._gathered.setdefault(matter, found).records)
            for (matter, _), found in zip(wanted, super().load_all(wanted), strict=True)
        )


@breaks("S6", "Loads several histories first, and then what commands wrote.")
class GathersInTwoReads(Gathers):
    def __init__(self) -> None:
        super().__init__()
        self._appended = Event()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        done = super().append(drafts)
        self._appended.set()
        return done

    def load_all(self, wanted: Wanted) -> tuple[Loaded, ...]:
        before = super().load_all(wanted)
        self._appended.clear()
        self._appended.wait(0.02)  # so that somebody is sure to append in between
        return tuple(
            evolve(after, records=found.records)
            for found, after in zip(before, super().load_all(wanted), strict=True)
        )


# ----------------------------------------------------------------------------------- S12


@with_queue("S12", "Restores what was dead as settled.")
class RestoresAllAsSettled(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        super().restore([evolve(each, state=ItemState.SETTLED) for each in ended])


@with_queue("S12", "Takes what waits still elsewhere for settled.")
class RestoresWhatWaits(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        waits = ItemState.WAITING
        super().restore(
            [evolve(e, state=ItemState.SETTLED) if e.state is waits else e for e in ended]
        )


@with_queue("S12", "Restores nothing that is under a lease.")
class RestoresNothingHeld(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        slots = [(each, self._slots.get(each.item.matter, {})) for each in ended]
        free = [
            each
            for each, of in slots
            if (slot := of.get(self._key(each.item))) is not None and slot.leased is None
        ]
        super().restore(free)


@with_queue("S12", "Restores what is settled or dead already.")
class RestoresWhatEnded(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        for each in ended:
            slot = self._slots.get(each.item.matter, {}).get(self._key(each.item))
            if slot is not None:
                slot.settled = each.state is ItemState.SETTLED
                slot.dead = each.state is ItemState.DEAD


@with_queue("S12", "Restores up to the first item that is not there.")
class RestoresUpToAHole(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        for each in ended:
            if self._key(each.item) not in self._slots.get(each.item.matter, {}):
                return
            super().restore([each])


@with_queue("S12", "Restores whole matters: whatever became of one item becomes of all.")
class RestoresWholeMatters(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        super().restore(
            [
                Queued(item=slot.item, state=each.state)
                for each in ended
                for slot in self._slots.get(each.item.matter, {}).values()
            ]
        )


@with_queue("S12", "What was restored is never armed again.")
class RestoresForGood(AnyQueue):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._restored: dict[Any, ItemState] = {}

    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        super().restore(ended)
        self._restored |= {(e.item.matter, self._key(e.item)): e.state for e in ended}

    def replace(self, matter: MatterId, items: Any) -> None:
        super().replace(matter, items)
        for key, slot in self._slots.get(matter, {}).items():
            if (state := self._restored.get((matter, key))) is not None:
                slot.settled = state is ItemState.SETTLED
                slot.dead = state is ItemState.DEAD


@with_queue("S12", "Forgets the claims of what it restores.")
class RestoresWithoutItsClaims(AnyQueue):
    def restore(self, ended: Sequence[Queued[Any]]) -> None:
        super().restore(ended)
        for each in ended:
            slot = self._slots.get(each.item.matter, {}).get(self._key(each.item))
            if slot is not None:
                slot.token += 1
