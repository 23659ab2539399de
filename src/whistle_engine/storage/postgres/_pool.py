"""Connections that are kept open, so many at most, and made anew once the server has been away.

Its own few lines, not a pool's threads: nothing runs beside the caller, and a process that forks
leaves its parent's connections alone.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import BoundedSemaphore, Lock
from time import monotonic, sleep
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

from whistle_engine.errors import StoreBusy, StoreClosed, StoreFailed
from whistle_engine.storage.postgres._failures import LOST, away, in_short, unopened
from whistle_engine.storage.postgres._place import Place

Connection = psycopg.Connection[Any]

PAUSE = timedelta(milliseconds=50)
"""Between two tries to reach a server that is away."""

_PARENTS: list[Connection] = []
"""What a forked process has inherited: never used, and never closed, for that ends the parent's."""


class Pool:
    """Connections to one server, each used by one thread at a time; the latest used goes first."""

    def __init__(self, where: Place) -> None:
        """Begin without any."""
        self._place = where
        self._closed = False
        self._known = False
        """Whether there ever was a connection: from then on a server that is away comes back."""
        self._idle: list[Connection] = []
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        _PARENTS.extend(self._idle)
        self._idle = []
        self._lock = Lock()
        self._free = BoundedSemaphore(self._place.connections)

    @contextmanager
    def taken(self) -> Iterator[Connection]:
        """A connection to use; one that is broken afterwards is not kept, nor those beside it.

        Raises:
            StoreClosed: the store is closed.
            StoreBusy: all are in use, for longer than one was willing to wait.
            StoreFailed: the server is away for longer than that.
        """
        if self._closed:
            raise StoreClosed
        if self._pid != os.getpid():
            self._begin()
        free = self._free
        if not free.acquire(timeout=self._place.busy_timeout.total_seconds()):
            raise StoreBusy(
                f"all {self._place.connections} connections are in use; nothing was written: try "
                "again later, or allow more with connections=",
                where=self._place.shown,
            )
        try:
            connection = self._one()
            try:
                yield connection
            finally:
                self._put_back(connection)
        finally:
            free.release()

    def _one(self) -> Connection:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._connected()

    def _put_back(self, connection: Connection) -> None:
        good = not connection.closed
        if good and connection.info.transaction_status is TransactionStatus.IDLE:
            with self._lock:
                if not self._closed:
                    self._idle.append(connection)
                    return
        with suppress(psycopg.Error):
            connection.close()
        if not good:
            self.forget()

    def _connected(self) -> Connection:
        """Connect, with patience: a server that starts again may take a moment.

        Raises:
            StoreError: it cannot be.
        """
        end = monotonic() + self._place.busy_timeout.total_seconds()
        while True:
            try:
                made = psycopg.connect(self._place.conninfo, autocommit=True)
            except psycopg.OperationalError as error:
                if (self._known or away(error)) and monotonic() < end:
                    sleep(PAUSE.total_seconds())
                    continue
                if self._known:
                    raise StoreFailed(
                        f"{LOST} ({in_short(error)})", where=self._place.shown
                    ) from error
                raise unopened(error, self._place.shown) from error
            self._known = True
            return made

    def forget(self) -> None:
        """Close those that nobody uses: the server that they led to is gone."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            with suppress(psycopg.Error):
                connection.close()

    def close(self) -> None:
        """Close all; those that are in use once they come back."""
        self._closed = True
        if self._pid == os.getpid():
            self.forget()
