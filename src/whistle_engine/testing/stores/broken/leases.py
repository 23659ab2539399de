"""Broken in S11 and S12: leases, claims, and what an append does to them."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from threading import Barrier, BrokenBarrierError, current_thread, main_thread
from typing import Any

from attrs import evolve

from whistle_engine.model import MatterId
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.memory._queue import MemoryQueue
from whistle_engine.storage.rows import Claim
from whistle_engine.testing.stores.broken._picking import Claims, Picking, Slot
from whistle_engine.testing.stores.broken._register import AnyQueue, breaks, with_queue

# ----------------------------------------------------------------------------------- S11


@with_queue("S11", "Pays no heed to leases.")
class IgnoresLeases(Picking):
    def free(self, slot: Slot, now: datetime) -> bool:
        slot.leased = None
        return super().free(slot, now)


@with_queue("S11", "A lease never ends.")
class LeasesNeverEnd(Picking):
    def free(self, slot: Slot, now: datetime) -> bool:
        return slot.leased is None and super().free(slot, now)


@with_queue("S11", "A lease that ends now has not ended yet.")
class LeasesEndLate(Picking):
    def free(self, slot: Slot, now: datetime) -> bool:
        return slot.leased != now and super().free(slot, now)


@with_queue("S11", "What is due now is not due yet.")
class DueIsLate(Picking):
    def free(self, slot: Slot, now: datetime) -> bool:
        return slot.item.due < now and super().free(slot, now)


@with_queue("S11", "Puts all that is due under a lease, and gives as many as were asked for.")
class LeasesBeyondTheLimit(Picking):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        return super().claim(now=now, until=until, limit=limit + 1_000)[:limit]


@with_queue("S11", "Does not count how often an item was claimed.")
class DoesNotCountTries(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        found = super().claim(now=now, until=until, limit=limit)
        return tuple(evolve(claim, tries=1) for claim in found)


@with_queue("S11", "Counts the claims before this one.")
class CountsTriesFromZero(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        found = super().claim(now=now, until=until, limit=limit)
        return tuple(evolve(claim, tries=claim.tries - 1) for claim in found)


@with_queue("S11", "Counts how often an item failed, and not the leases that ended by themselves.")
class CountsFailuresAlone(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        found = super().claim(now=now, until=until, limit=limit)
        for claim in found:
            slot = self._latest(claim)
            if slot is not None:
                slot.tries -= 1
        return found

    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        slot = self._latest(claim)
        if slot is not None:
            slot.tries += 1
        return super().fail(claim, retry_at=retry_at)


@with_queue("S11", "Counts tries over all items of a matter.")
class CountsTriesOfTheMatter(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        found = super().claim(now=now, until=until, limit=limit)
        return tuple(
            evolve(claim, tries=sum(s.tries for s in self._slots[claim.item.matter].values()))
            for claim in found
        )


@with_queue("S11", "Begins to count tries anew with every append, though the timer stays.")
class CountsAnewWhenItStays(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        super().replace(matter, items)
        for slot in self._slots.get(matter, {}).values():
            slot.tries = 0


@with_queue("S11", "Goes on counting tries when an item is armed again.")
class CountsOnWhenArmed(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        before = {key: slot.tries for key, slot in self._slots.get(matter, {}).items()}
        super().replace(matter, items)
        for key, slot in self._slots.get(matter, {}).items():
            slot.tries = before.get(key, 0)


@with_queue("S11", "Looks for what is free first, and takes its lock to claim it afterwards.")
class LooksBeforeItClaims(Picking):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._gap = Barrier(2)

    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        if current_thread() is main_thread():
            return super().claim(now=now, until=until, limit=limit)
        with self._open():
            free = [slot for slot in self.heads(now) if self.free(slot, now)][:limit]
        with suppress(BrokenBarrierError):  # so that two are sure to meet here
            self._gap.wait(0.05)
        self._gap.reset()
        for slot in free:
            slot.token += 1
            slot.leased = until
        return tuple(Claim(item=slot.item, token=slot.token) for slot in free)


# ----------------------------------------------------------------------------------- S12


@with_queue("S12", "Takes any token for the latest.")
class AnyTokenCounts(AnyQueue):
    def _latest(self, claim: Claim[Any]) -> Slot | None:
        return self._slots.get(claim.item.matter, {}).get(self._key(claim.item))


@with_queue("S12", "Takes any earlier token for the latest.")
class EarlierTokensCount(AnyQueue):
    def _latest(self, claim: Claim[Any]) -> Slot | None:
        slot = self._slots.get(claim.item.matter, {}).get(self._key(claim.item))
        return slot if slot is not None and slot.token >= claim.token > 0 else None


@with_queue("S12", "Gives every claim the same token.")
class OneTokenForAll(AnyQueue):
    def claim(self, *, now: datetime, until: datetime, limit: int) -> Claims:
        found = super().claim(now=now, until=until, limit=limit)
        for slots in self._slots.values():
            for slot in slots.values():
                slot.token = min(slot.token, 1)
        return tuple(evolve(claim, token=1) for claim in found)


@with_queue("S12", "Settling counts only once.")
class SettlesOnce(AnyQueue):
    def settle(self, claim: Claim[Any]) -> bool:
        slot = self._latest(claim)
        return not (slot is not None and slot.settled) and super().settle(claim)


@with_queue("S12", "What was given back stays under its lease.")
class FailingKeepsTheLease(AnyQueue):
    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        slot = self._latest(claim)
        leased = slot.leased if slot is not None else None
        done = super().fail(claim, retry_at=retry_at)
        if slot is not None:
            slot.leased = leased
        return done


@with_queue("S12", "Pays no heed to the time of retry.")
class RetriesAtOnce(Picking):
    def free(self, slot: Slot, now: datetime) -> bool:
        slot.not_before = None
        return super().free(slot, now)


@with_queue("S12", "What is settled can be given back.")
class SettledCanFail(AnyQueue):
    def fail(self, claim: Claim[Any], *, retry_at: datetime | None) -> bool:
        slot = self._latest(claim)
        if slot is not None and not slot.gone:
            slot.settled = False
        return super().fail(claim, retry_at=retry_at)


@with_queue("S12", "A dead letter can be settled.")
class DeadCanSettle(AnyQueue):
    def settle(self, claim: Claim[Any]) -> bool:
        slot = self._latest(claim)
        if slot is not None:
            slot.dead = False
        return super().settle(claim)


@with_queue("S12", "An append arms every timer again, also those that stay.")
class ArmsWhatStays(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        for slot in self._slots.get(matter, {}).values():
            slot.gone = True
        super().replace(matter, items)


@with_queue("S12", "A timer that moved keeps what became of it at its old time.")
class MovedKeepsItsState(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        wanted = tuple(items)
        for item in wanted:
            slot = self._slots.get(matter, {}).get(self._key(item))
            if slot is not None and not slot.gone:
                slot.item = item
        super().replace(matter, wanted)


@with_queue("S12", "An old claim counts for a timer that was armed again.")
class ArmedKeepsItsToken(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        before = {key: slot.token for key, slot in self._slots.get(matter, {}).items()}
        super().replace(matter, items)
        for key, slot in self._slots.get(matter, {}).items():
            slot.token = before.get(key, slot.token)


@with_queue("S12", "Forgets a timer that an append no longer has.")
class ForgetsWhatIsGone(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        super().replace(matter, items)
        slots = self._slots.get(matter, {})
        self._slots[matter] = {key: slot for key, slot in slots.items() if not slot.gone}


@with_queue("S12", "Leaves a timer armed that an append no longer has.")
class LeavesWhatIsGone(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        super().replace(matter, items)
        for slot in self._slots.get(matter, {}).values():
            if slot.gone:
                slot.settled = False


@with_queue("S12", "A rebuild or an append brings the time of retry forward.")
class ForgetsTheTimeOfRetry(AnyQueue):
    def replace(self, matter: MatterId, items: Iterable[Any]) -> None:
        super().replace(matter, items)
        for slot in self._slots.get(matter, {}).values():
            slot.not_before = None


@breaks("S12", "A rebuild leaves the timers as they are.")
class RebuildsNoTimers(MemoryStore):
    def rebuild(self, projection: Any) -> None:
        queue, self._timers = (
            self._timers,
            MemoryQueue(self._open, self._timers._key, self._timers._line),
        )
        try:
            super().rebuild(projection)
        finally:
            self._timers = queue


@with_queue("S12", "A rebuild leaves settled what is settled.")
class RebuildsNothingSettled(AnyQueue):
    def take_settled_for_gone(self, matter: MatterId) -> None:
        """Take nothing for gone."""


@with_queue("S12", "A rebuild arms every timer again, also those that wait.")
class RebuildsWhatWaits(AnyQueue):
    def take_settled_for_gone(self, matter: MatterId) -> None:
        for slot in self._slots.get(matter, {}).values():
            slot.gone = True


@with_queue("S12", "A rebuild arms what is settled again, in every matter.")
class RebuildsEveryMatter(AnyQueue):
    def take_settled_for_gone(self, matter: MatterId) -> None:
        super().take_settled_for_gone(matter)
        for slots in self._slots.values():
            for slot in slots.values():
                slot.settled &= slot.gone


@with_queue("S12", "A rebuild lets old claims count for what it arms again.")
class RebuildsWithOldTokens(AnyQueue):
    def take_settled_for_gone(self, matter: MatterId) -> None:
        for slot in self._slots.get(matter, {}).values():
            slot.settled = False
