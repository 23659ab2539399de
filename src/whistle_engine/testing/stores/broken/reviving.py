"""Broken in S11 to S13 where a dead letter fails again, or is revived."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError, current_thread, main_thread
from typing import Any

from attrs import evolve

from whistle_engine.model import MatterId
from whistle_engine.storage.memory._queue import Key
from whistle_engine.storage.rows import Claim
from whistle_engine.testing.stores.broken._picking import Picking, Slot
from whistle_engine.testing.stores.broken._register import AnyQueue, with_queue


class _Reviving(AnyQueue):
    """A queue in which a slot can be looked at before it is revived, and touched afterwards."""

    def slot(self, item: Any) -> Slot | None:
        return self._slots.get(item.matter, {}).get(self._key(item))

    def revive(self, item: Any) -> bool:
        before = self.slot(item)
        kept = evolve(before) if before is not None else None
        done = super().revive(item)
        after = self.slot(item)
        if done and kept is not None and after is not None:
            self.revived(kept, after)
        return done

    def revived(self, before: Slot, after: Slot) -> None:
        """What is wrong with a slot that was revived."""


# ----------------------------------------------------------------------------------- S11


@with_queue("S11", "Goes on counting tries when a dead letter is revived.")
class CountsOnWhenRevived(_Reviving):
    def revived(self, before: Slot, after: Slot) -> None:
        after.tries = before.tries


# ----------------------------------------------------------------------------------- S12


@with_queue("S12", "A dead letter that fails again with a time of retry comes back to life.")
class FailingAgainRevives(AnyQueue):
    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        slot = self._latest(claim)
        if slot is not None and slot.dead and retry_at is not None:
            slot.dead = False
        return super().fail(claim, retry_at=retry_at)


@with_queue("S12", "Refuses to take note that a dead letter failed again.")
class FailingAgainIsRefused(AnyQueue):
    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        slot = self._latest(claim)
        return not (slot is not None and slot.dead) and super().fail(claim, retry_at=retry_at)


@with_queue("S12", "Says of a dead letter that it was settled, and leaves it dead.")
class SaysTheDeadIsSettled(AnyQueue):
    def settle(self, claim: Claim[Any]) -> bool:
        slot = self._latest(claim)
        return super().settle(claim) or (slot is not None and slot.dead)


@with_queue("S12", "A claim from before a revival counts still.")
class RevivedKeepsItsToken(_Reviving):
    def revived(self, before: Slot, after: Slot) -> None:
        after.token = before.token


@with_queue("S12", "An append makes a dead letter again of a timer that was revived.")
class RevivedDiesAgain(_Reviving):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        super().replace(matter, items)
        for slot in self._slots.get(matter, {}).values():
            slot.dead = slot.dead or (not slot.settled and slot.not_before == slot.item.due)

    def revived(self, before: Slot, after: Slot) -> None:
        after.not_before = before.item.due  # its mark


@with_queue("S12", "Refuses the claim of a dead timer though an append has settled it.")
class GoneStaysDead(AnyQueue):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._died: set[tuple[Key, int]] = set()

    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        if retry_at is None:
            self._died.add((self._key(claim.item), claim.token))
        return super().fail(claim, retry_at=retry_at)

    def settle(self, claim: Claim[Any]) -> bool:
        died = (self._key(claim.item), claim.token) in self._died
        return not died and super().settle(claim)


# ----------------------------------------------------------------------------------- S13


@with_queue("S13", "Says that a dead letter was revived, and leaves it dead.")
class RevivesNothing(_Reviving):
    def revived(self, before: Slot, after: Slot) -> None:
        after.dead = before.dead


@with_queue("S13", "Does not say that a dead letter was revived.")
class RevivesInSilence(AnyQueue):
    def revive(self, item: Any) -> bool:
        super().revive(item)
        return False


@with_queue("S13", "Revives what is held or to be retried too, and so takes it away.")
class RevivesWhatWaits(_Reviving):
    def revive(self, item: Any) -> bool:
        slot = self.slot(item)
        if slot is not None and not slot.settled:
            slot.dead = True
        return super().revive(item)


@with_queue("S13", "Revives what is settled too, and so brings it back.")
class RevivesTheSettled(_Reviving):
    def revive(self, item: Any) -> bool:
        slot = self.slot(item)
        if slot is not None and slot.settled and not slot.gone:
            slot.settled, slot.dead = False, True
        return super().revive(item)


@with_queue("S13", "Revives an item by its key, whatever its due time.")
class RevivesByKeyAlone(_Reviving):
    def revive(self, item: Any) -> bool:
        slot = self.slot(item)
        return super().revive(slot.item if slot is not None else item)


@with_queue("S13", "What is revived stays under the lease in which it died.")
class RevivedKeepsItsLease(_Reviving):
    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        slot = self._latest(claim)
        leased = slot.leased if slot is not None else None
        done = super().fail(claim, retry_at=retry_at)
        if slot is not None and retry_at is None:
            slot.leased = leased
        return done

    def revived(self, before: Slot, after: Slot) -> None:
        after.leased = before.leased


@with_queue("S13", "What is revived goes behind all others of its line.")
class RevivedGoesLast(_Reviving, Picking):
    def heads(self, now: datetime) -> list[Slot]:
        del now
        found: dict[Hashable, Slot] = {}
        for slot in sorted(self._ordered(dead=False), key=lambda slot: slot.not_before is not None):
            found.setdefault(self._line(slot.item), slot)
        return list(found.values())

    def revived(self, before: Slot, after: Slot) -> None:
        after.not_before = before.item.due  # its mark


@with_queue("S13", "What is revived waits while another of its line is held.")
class RevivedWaitsForTheHeld(Picking):
    def heads(self, now: datetime) -> list[Slot]:
        held = {
            self._line(slot.item)
            for slot in self._ordered(dead=False)
            if slot.leased is not None and slot.leased > now
        }
        return [slot for slot in super().heads(now) if self._line(slot.item) not in held]


@with_queue("S13", "Looks for a dead letter first, and takes its lock to revive it afterwards.")
class LooksBeforeItRevives(_Reviving):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._gap = Barrier(2)

    def revive(self, item: Any) -> bool:
        if current_thread() is main_thread():
            return super().revive(item)
        slot = self.slot(item)
        if slot is None or not slot.dead:
            return False
        with suppress(BrokenBarrierError):  # so that two are sure to meet here
            self._gap.wait(0.05)
        self._gap.reset()
        super().revive(item)
        return True
