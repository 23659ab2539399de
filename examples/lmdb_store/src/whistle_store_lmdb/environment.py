"""One LMDB environment for each folder and process, however many store objects are on it.

LMDB must not open a folder twice in one process, and may only change the size of its map while
the process has no transaction. So all store objects of a process share one environment, behind
one lock. Between processes LMDB itself sees to it that one writes at a time and readers see one
moment; a process that was killed holds up nobody.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Concatenate, ParamSpec, TypeVar

import lmdb
from whistle_engine.errors import StoreClosed, StoreNotFound

from whistle_store_lmdb.failures import told
from whistle_store_lmdb.ranges import Txn

P = ParamSpec("P")
T = TypeVar("T")

BEGINNING = 16 * 2**20
"""The size of the map at first, in bytes; it is doubled whenever it is full."""


class Environment:
    """An environment and its lock."""

    def __init__(self, folder: Path, size: int) -> None:
        """Take down where it is; it is opened by its first use."""
        self.folder = folder
        self.lock = Lock()
        self.users = 0
        self._size = size
        self._env: lmdb.Environment | None = None

    def run(self, act: Callable[[Txn], T], *, write: bool) -> T:
        """Do something in a transaction, under the lock; again, where the map was too small."""
        env = self._opened()
        while True:
            try:
                with env.begin(write=write) as txn:
                    return act(txn)
            except lmdb.MapResizedError:  # another process made it larger
                env.set_mapsize(0)
            except lmdb.MapFullError:
                env.set_mapsize(2 * env.info()["map_size"])

    def _opened(self) -> lmdb.Environment:
        if self._env is None:
            self._env = lmdb.open(
                str(self.folder), map_size=self._size, max_readers=512, mode=0o666
            )
            self._env.reader_check()  # forget readers that were killed: they keep old pages
        return self._env

    def let_go(self) -> None:
        """Close it, under the lock; the next use opens it again."""
        if self._env is not None:
            self._env.close()
            self._env = None


class Session:
    """What one store object has of an environment."""

    def __init__(self, folder: Path, size: int, *, create: bool) -> None:
        """Make the folder if need be, and open what lies there.

        Raises:
            StoreError: it cannot be used.
        """
        self.where = str(folder)
        self._closed = False
        _mind_forks()
        with _OPENING, told(self.where):
            if create:
                folder.mkdir(exist_ok=True)
            elif not (folder / "data.mdb").is_file():
                raise StoreNotFound("there is no store; give the folder of one", where=self.where)
            found = folder.stat()
            self._key = (found.st_dev, found.st_ino)  # by whatever path it is named
            self._env = _OPEN.setdefault(self._key, Environment(folder.resolve(), size))
            self._env.users += 1
            self.folder = self._env.folder

    def read(self, act: Callable[Concatenate[Txn, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something that sees one moment."""
        return self._run(lambda txn: act(txn, *args, **kwargs), write=False)

    def write(self, act: Callable[Concatenate[Txn, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do something all or nothing; it may be called again, should the map have been full."""
        return self._run(lambda txn: act(txn, *args, **kwargs), write=True)

    def _run(self, act: Callable[[Txn], T], *, write: bool) -> T:
        with self._env.lock:
            if self._closed:
                raise StoreClosed
            with told(self.where):
                return self._env.run(act, write=write)

    def close(self) -> None:
        """Refuse what comes after; the last of a process closes the environment."""
        with _OPENING, self._env.lock:
            if self._closed:
                return
            self._closed = True
            self._env.users -= 1
            if not self._env.users:
                del _OPEN[self._key]
                self._env.let_go()


_OPEN: dict[tuple[int, int], Environment] = {}
_OPENING = Lock()


@cache
def _mind_forks() -> None:
    """Ask once to be told of forks: an environment must not be used on both sides of one."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork
        )


def _before_fork() -> None:
    _OPENING.acquire()
    for env in _OPEN.values():
        env.lock.acquire()
        env.let_go()


def _after_fork() -> None:
    for env in _OPEN.values():
        env.lock.release()
    _OPENING.release()
