"""The worker: fires due timers, and hands notices to notifiers, each under a lease.

Any number of relays may work on one store, in threads, processes or on other machines; the
leases keep them apart (S11). What a relay holds when it dies is claimed by another one once the
lease has ended: a timer fires once all the same, since its command has an id of its own; a message
may be delivered once more, under the same key, and is never lost.

A matter's timers fire in order, and so do its notices to one recipient (S13); what fails is tried
again later, ever more slowly, and holds up nothing but its own line. A notice that fails too often
is a dead letter. A timer is one only if its command is refused: whatever else keeps it from
firing, it is tried until it fires, late if need be.

Slow notifiers do not hold up the timers: between two notices the worker looks whether a timer is
due, once a second at most. So a due timer waits for one notice at most, that is no longer than all
notifiers together are given (``patience`` for each), and for that second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue

from whistle_engine._firing import utc
from whistle_engine._pace import USUAL, Backoff, Figures
from whistle_engine.engine import Engine, utc_now
from whistle_engine.errors import (
    CodecError,
    StoreClosed,
    StoreError,
    StoreMismatch,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
)
from whistle_engine.events import Refused, TimerFired
from whistle_engine.notify.api import Message, Notifier
from whistle_engine.notify.composing import compose, key_of
from whistle_engine.notify.guarding import Fate, Guarded, log
from whistle_engine.storage.api import Queue
from whistle_engine.storage.rows import Claim, Item, Notice, Timer

GLANCE = timedelta(seconds=1)
"""How long notices are worked off before one looks at the timers again."""

_FOR_GOOD = (StoreClosed, StoreMismatch, StoreNotFound, StoreReadOnly, StoreUnreadable)
"""What a store raises that no waiting mends: somebody has to do something."""


def _chance() -> float:
    from random import random  # noqa: PLC0415  needed only here

    return random()  # noqa: S311  it spreads waits, and guards nothing


class Relay:
    """Works off what is due, step by step, until told to stop; it holds no state of a matter."""

    def __init__(
        self,
        engine: Engine,
        notifiers: Iterable[Notifier] = (),
        *,
        clock: Callable[[], datetime] = utc_now,
        chance: Callable[[], float] = _chance,
        backoff: Backoff = USUAL,
        timer_lease: timedelta = timedelta(minutes=1),
        notice_lease: timedelta = timedelta(minutes=5),
        patience: timedelta = timedelta(seconds=30),
        batch: int = 50,
        report: Callable[[Figures], None] | None = None,
    ) -> None:
        """Make a worker.

        Args:
            engine: fires the timers; its store holds the queues, its rules word the messages. The
                store begins and ends transactions of its own: one that joins its host's, as
                ``SqliteStore.within`` makes it, cannot be worked on.
            notifiers: each is given every message, in turn. Without any, notices are left where
                they are, for a relay that has some.
            clock: tells the time; its instants have to carry a time zone.
            chance: gives numbers from 0 to 1, which spread the waits.
            backoff: when to try again, and when to give up.
            timer_lease: how long a batch of timers is held.
            notice_lease: how long a batch of notices is held.
            patience: how long one notifier is waited for.
            batch: how many are claimed at once.
            report: is given the figures of each step in which something was done.

        Raises:
            ValueError: two notifiers have one name, all of them together may take longer than
                a lease lasts, or a batch is less than 1.
        """
        if batch < 1:
            raise ValueError(f"a batch of {batch} does nothing; it should be 1 or more")
        self._engine = engine
        self._clock = clock
        self._chance = chance
        self._backoff = backoff
        self._timer_lease = timer_lease
        self._notice_lease = notice_lease
        self._batch = batch
        self._report = report
        self._stopping = False
        self._bell: SimpleQueue[None] = SimpleQueue()
        self._figures = Figures()
        self._guards = tuple(Guarded(each, patience) for each in notifiers)
        self._longest = patience * len(self._guards)
        self._looked: datetime | None = None
        names = [guard.name for guard in self._guards]
        if len(set(names)) != len(names):
            raise ValueError(f"two notifiers have one name: {', '.join(sorted(names))}")
        if self._longest > notice_lease:
            raise ValueError(
                f"{len(names)} notifiers may each take {patience}, longer than the lease of "
                f"{notice_lease}: give them less patience or the lease more time"
            )

    @property
    def figures(self) -> Figures:
        """What was done so far."""
        return self._figures

    # ----------------------------------------------------------------------------- the loop

    def run(
        self,
        wait: Callable[[timedelta], object] | None = None,
        *,
        idle: timedelta = timedelta(seconds=1),
    ) -> Figures:
        """Work until told to stop.

        A step that fails as a whole (the store is busy or full, its disk fails) is reported to the
        log and tried again, ever more slowly. What no waiting mends is raised.

        Args:
            wait: waits so long, or until something tells it not to; by default until
                :meth:`stop` is called.
            idle: how long to wait when nothing was due.

        Returns:
            What was done so far.

        Raises:
            StoreClosed: the store was closed.
            StoreMismatch, StoreNotFound, StoreReadOnly, StoreUnreadable: the queues can no longer
                be worked on, until somebody has mended the store.
        """
        pause = wait if wait is not None else self._pause
        failures = 0
        while not self._stopping:
            try:
                done = self.step()
            except _FOR_GOOD:
                raise
            except Exception as error:  # noqa: BLE001  the worker goes on; the log tells
                failures += 1
                _tell(error, "the step failed, for the %d. time running", failures)
                pause(self._backoff.after(failures, self._chance()))
                continue
            failures = 0
            if not done.anything:
                pause(idle)
        return self._figures

    def stop(self) -> None:
        """Let the step under way give back what it has not begun, and end the loop, for good.

        It may be called from any thread, and from a signal's handler: unlike an ``Event``, this
        kind of queue can be used by a handler that interrupts its own use.
        """
        self._stopping = True
        self._bell.put(None)

    def _pause(self, length: timedelta) -> None:
        with suppress(Empty):
            self._bell.put(self._bell.get(timeout=length.total_seconds()))  # others wait too

    def step(self, now: datetime | None = None) -> Figures:
        """Claim a batch of due timers and fire them, then a batch of notices and hand them on.

        Timers that become due while notices are handed on are fired between two of them.

        Args:
            now: the instant at which all of it happens, UTC; ``None`` asks the clock each time.

        Returns:
            What was done; nothing, if nothing is due.
        """
        done = self.fire_timers(now) + self._send_notices(now, between=self._glance)
        self._figures += done
        if self._report is not None and done.anything:
            self._report(done)
        return done

    def _now(self, now: datetime | None) -> datetime:
        return utc(now if now is not None else self._clock())

    def _retry_at(self, claim: Claim[Item], now: datetime) -> datetime:
        return now + self._backoff.after(claim.tries, self._chance())

    def _claimed(
        self,
        queue: Queue[Item],
        now: datetime | None,
        *,
        lease: timedelta,
        longest: timedelta = timedelta(),
        work: Callable[[Claim[Item], datetime], Figures],
    ) -> Figures:
        """Claim as many as the lease will last for, and work them off until told to stop."""
        claimed = self._now(now)
        until = claimed + lease
        limit = min(self._batch, lease // longest) if longest else self._batch
        done = Figures()
        for claim in queue.claim(now=claimed, until=until, limit=limit):
            at = self._now(now)
            if self._stopping or at + longest > until:
                queue.fail(claim, retry_at=at)
            else:
                done += work(claim, at)
        return done

    # ----------------------------------------------------------------------------- timers

    def fire_timers(self, now: datetime | None = None) -> Figures:
        """Claim a batch of due timers and fire each, through :meth:`.Engine.fire`."""
        self._looked = self._now(now)
        queue = self._engine.store.timers
        return self._claimed(queue, now, lease=self._timer_lease, work=self._fire)

    def _glance(self, now: datetime | None) -> Figures:
        """Fire timers that became due meanwhile, if none were looked for in the last second."""
        at = self._now(now)
        if self._stopping or (self._looked is not None and at - self._looked < GLANCE):
            return Figures()
        return self.fire_timers(now)

    def _fire(self, claim: Claim[Timer], now: datetime) -> Figures:
        try:
            answer = self._engine.fire(claim, now, retry_at=self._retry_at(claim, now))
        except Exception as error:  # noqa: BLE001  one timer holds up no other; the log tells
            _tell(error, "a timer was given back after %d tries: %r", claim.tries, claim.item)
            return Figures(postponed=1)
        if isinstance(answer, Refused) and answer.code != "timer_gone":
            log().error("a timer was refused, by %s: %r", answer.code, claim.item)
            return Figures(refused=1)
        if isinstance(answer, Refused):
            return Figures(fired=1)
        late = (event.late for event in answer.events if isinstance(event, TimerFired))
        return Figures(fired=1, late=max(late, default=0))

    # ----------------------------------------------------------------------------- notices

    def send_notices(self, now: datetime | None = None) -> Figures:
        """Claim a batch of notices and hand each to every notifier."""
        return self._send_notices(now, between=lambda _now: Figures())

    def _send_notices(
        self, now: datetime | None, *, between: Callable[[datetime | None], Figures]
    ) -> Figures:
        if not self._guards:
            return Figures()
        queue = self._engine.store.outbox
        return self._claimed(
            queue,
            now,
            lease=self._notice_lease,
            longest=self._longest,
            work=lambda claim, at: self._send(claim, at) + between(now),
        )

    def _send(self, claim: Claim[Notice], now: datetime) -> Figures:
        message = self._message(claim.item)
        fates = {Fate.AGAIN}
        if message is not None:
            fates = {guard.send(message) for guard in self._guards}
        outbox = self._engine.store.outbox
        if Fate.AGAIN in fates and claim.tries < self._backoff.tries:
            outbox.fail(claim, retry_at=self._retry_at(claim, now))
            return Figures(retried=1)
        if fates == {Fate.TAKEN}:
            counts = outbox.settle(claim)
            figures = Figures(delivered=1) if counts else Figures(overtaken=1)
        else:
            outbox.fail(claim, retry_at=None)
            log().error("given up after %d tries: %s", claim.tries, key_of(claim.item))
            figures = Figures(dead=1)
        for guard in self._guards:
            guard.forget(key_of(claim.item))
        return figures

    def _message(self, notice: Notice) -> Message | None:
        """The message, or ``None`` where none can be made: by a fault of ours, or of the store."""
        try:
            records = self._engine.store.load(notice.matter).records
            return compose(notice, records, self._engine.rules)
        except (LookupError, CodecError, ValueError, StoreUnreadable) as error:
            _tell(error, "no message could be made of %s", key_of(notice))
            return None


def _tell(error: Exception, message: str, *values: object) -> None:
    """Tell the log what failed; an error that a store tells needs no traceback."""
    if isinstance(error, StoreError):
        log().error(f"{message}: %s", *values, error)
    else:
        log().error(message, *values, exc_info=error)


__all__ = ["Backoff", "Figures", "Relay"]
