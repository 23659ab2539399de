"""Faults as wrappers around any store: what a network, a crash or a slow disk does to a caller.

Each wrapper is a store itself. They read no clock and throw no dice: which call goes wrong is
given by its number, and what is held up goes on when it is told to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import NoReturn, cast

from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.rows import (
    Appended,
    Claim,
    Draft,
    Item,
    Notice,
    Timer,
)
from whistle_engine.testing.stores.crowd import PATIENCE
from whistle_engine.testing.stores.wrapped import Wrapped, WrappedQueue


class AnswerLost(ConnectionError):  # noqa: N818  reads as what happened
    """The caller sees an error; whether the write happened it cannot tell."""


class Crashed(Exception):  # noqa: N818  as AnswerLost
    """The process that held this store object is gone; open another one."""


class AmbiguousCommit(Wrapped):
    """Some appends are written, and the caller is told of an error all the same."""

    def __init__(self, store: Store, *, at: Sequence[int] = (1,)) -> None:
        """Wrap a store.

        Args:
            store: the store.
            at: which appends, counted from 1.
        """
        super().__init__(store)
        self._at = frozenset(at)
        self.appends = 0

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write, and lose the answer if it is one of those.

        Raises:
            AnswerLost: it was written.
        """
        self.appends += 1
        lost = self.appends in self._at
        answer = self._store.append(drafts)
        if lost:
            raise AnswerLost("the connection broke before the answer came")
        return answer


class _Crashing(Wrapped):
    """A store whose process dies at an append; every call after that fails too."""

    def __init__(self, store: Store, *, at: int = 1, before: bool) -> None:
        super().__init__(store)
        self._at = at
        self._before = before
        self.appends = 0

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write, unless this is where it crashes."""
        self.appends += 1
        if self.appends != self._at:
            return self._store.append(drafts)
        if not self._before:
            self._store.append(drafts)
        self._store = cast("Store", _Gone())
        raise Crashed(f"the process died {'before' if self._before else 'after'} the commit")


class CrashBefore(_Crashing):
    """The process dies at an append, before anything is written."""

    def __init__(self, store: Store, *, at: int = 1) -> None:
        """Wrap a store; ``at`` says at which append it dies, counted from 1."""
        super().__init__(store, at=at, before=True)


class CrashAfter(_Crashing):
    """The process dies at an append, once it is written."""

    def __init__(self, store: Store, *, at: int = 1) -> None:
        """Wrap a store; ``at`` says at which append it dies, counted from 1."""
        super().__init__(store, at=at, before=False)


class _Gone:
    """What is left of a store object whose process died: nothing but errors."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Crashed("the process that held this store is gone; open another one")


class SlowCommit(Wrapped):
    """Appends wait before they write until :attr:`go` is set, and set :attr:`waiting` first."""

    def __init__(self, store: Store) -> None:
        """Wrap a store."""
        super().__init__(store)
        self.waiting = Event()
        self.go = Event()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Wait, then write.

        Raises:
            TimeoutError: nobody set :attr:`go`.
        """
        self.waiting.set()
        if not self.go.wait(PATIENCE):
            raise TimeoutError("nobody let the slow append go on")
        return self._store.append(drafts)


class Interrupted(Wrapped):
    """Something happens between what a caller has loaded and its append: a race, made certain."""

    def __init__(self, store: Store, *meanwhile: Callable[[], object]) -> None:
        """Wrap a store; each append is preceded by the next of these, as long as there are any."""
        super().__init__(store)
        self._meanwhile = list(meanwhile)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Let the next thing happen, then write."""
        if self._meanwhile:
            self._meanwhile.pop(0)()
        return self._store.append(drafts)


class DeliverTwice(Wrapped):
    """The first settling of each timer and notice gets lost: it comes again after its lease.

    So it goes when a worker has delivered and dies before it says so.
    """

    def __init__(self, store: Store) -> None:
        """Wrap a store."""
        super().__init__(store)
        self._timers = _Forgetful(store.timers)
        self._outbox = _Forgetful(store.outbox)

    @property
    def timers(self) -> Queue[Timer]:
        """The timers, each delivered twice."""
        return self._timers

    @property
    def outbox(self) -> Queue[Notice]:
        """The notices, each delivered twice."""
        return self._outbox


class _Forgetful(WrappedQueue[Item]):
    _lost: tuple[Item, ...] = ()

    def settle(self, claim: Claim[Item]) -> bool:
        if claim.item in self._lost:
            return self._queue.settle(claim)
        self._lost += (claim.item,)
        return False
