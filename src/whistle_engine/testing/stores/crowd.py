"""Many at once: real threads and real processes that begin together, and one to be killed.

What runs in another process is a function at the top of a module, given by name; the store is
opened there by an :class:`Opener`, which can be pickled.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Barrier as ProcessBarrier
from threading import Barrier, Thread
from typing import Any, Generic, TypeVar, cast

from attrs import frozen

from whistle_engine.storage.api import Store
from whistle_engine.testing.stores._watch import stands_at

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which something that should have ended counts as hanging."""


class HangingError(Exception):
    """Something that others wait for did not end."""


@frozen
class Opener:
    """Opens a kit's store in another process.

    Attributes:
        module, file, name: where the kit's class stands; the file, where the module cannot be
            imported by its name there.
        state: the attributes of the kit, the place of its storage among them.
    """

    module: str
    file: str | None
    name: str
    state: Mapping[str, object]

    @classmethod
    def of(cls, kit: object) -> Opener:
        """Take down how a kit opens its store."""
        kind = type(kit)
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        state = {name: value for name, value in vars(kit).items() if not name.startswith("_")}
        return cls(kind.__module__, file, kind.__qualname__, state)

    def __call__(self) -> Store:
        """Open the store."""
        found: object = self._module()
        for part in self.name.split("."):
            found = getattr(found, part)
        kit: Any = object.__new__(cast("type", found))
        vars(kit).update(self.state)
        return cast("Store", kit.open_store())

    def _module(self) -> object:
        with suppress(ImportError):
            return import_module(self.module)
        spec = spec_from_file_location(self.module, self.file) if self.file else None
        if spec is None or spec.loader is None:
            raise HangingError(f"no module {self.module!r} in another process: give opener()")
        module = module_from_spec(spec)
        sys.modules[self.module] = module
        spec.loader.exec_module(module)
        return module


# ------------------------------------------------------------------------------- threads


def in_threads(count: int, act: Callable[[int], T]) -> list[T]:
    """Let threads do something at the same moment.

    Args:
        count: how many threads.
        act: what each does, given its number from 0.

    Returns:
        What came of each, by number; an exception of one is raised here.

    Raises:
        HangingError: a thread does not end.
    """
    start = Barrier(count)
    running = [Running(act, number, start) for number in range(count)]
    return [each.result() for each in running]


class Running(Generic[T]):
    """A thread and what comes of it; a daemon, so that one that hangs holds up nobody."""

    def __init__(
        self, act: Callable[[int], T], number: int = 0, start: Barrier | None = None
    ) -> None:
        """Start it."""
        self._found: list[T] = []
        self._error: list[BaseException] = []
        self._thread = Thread(target=self._run, args=(act, number, start), daemon=True)
        self._thread.start()

    def _run(self, act: Callable[[int], T], number: int, start: Barrier | None) -> None:
        try:
            if start is not None:
                start.wait(PATIENCE)
            self._found.append(act(number))
        except BaseException as error:  # noqa: BLE001  it is raised where the result is asked for
            self._error.append(error)

    def result(self) -> T:
        """What came of it, once it has ended."""
        self._thread.join(PATIENCE)
        if self._thread.is_alive():
            raise HangingError(
                f"a call has not come back for {PATIENCE:.0f} seconds; it waits here:\n"
                f"{stands_at(self._thread)}"
            )
        if self._error:
            raise self._error[0]
        return self._found[0]

    def ended(self, within: float) -> bool:
        """Whether it ends within some seconds."""
        self._thread.join(within)
        return not self._thread.is_alive()


# ------------------------------------------------------------------------------- processes

Act = Callable[[Store, int], T]


def in_processes(count: int, act: Act[T], opener: Callable[[], Store]) -> list[T]:
    """Let processes, each with a store of its own, do something at the same moment.

    Args:
        count: how many processes.
        act: what each does with its store, given its number; at the top of a module.
        opener: opens the store there.

    Raises:
        HangingError: one of them does not answer, or failed.
    """
    context = get_context("spawn")
    start = context.Barrier(count)
    pipes: list[Connection] = []
    processes: list[SpawnProcess] = []
    try:
        for number in range(count):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(
                target=_work, args=(act, opener, start, number, theirs), daemon=True
            )
            pipes.append(ours)
            processes.append(process)
            process.start()
            theirs.close()
        found = [cast("T", _received(pipe)) for pipe in pipes]
        for process in processes:
            process.join(PATIENCE)
        return found
    finally:
        for process in processes:
            process.kill()
            process.join()
            process.close()
        for pipe in pipes:
            pipe.close()


def _received(pipe: Connection) -> object:
    if not pipe.poll(PATIENCE):
        raise HangingError(f"another process has not answered for {PATIENCE:.0f} seconds")
    try:
        done, found = pipe.recv()
    except EOFError:
        raise HangingError("another process ended without an answer") from None
    if not done:
        raise HangingError(f"in another process: {found}")
    return cast("object", found)


def _work(
    act: Act[object],
    opener: Callable[[], Store],
    start: ProcessBarrier,
    number: int,
    pipe: Connection,
) -> None:
    try:
        store = opener()
        try:
            start.wait(PATIENCE)
            pipe.send((True, act(store, number)))
        finally:
            store.close()
    except Exception as error:  # noqa: BLE001  it is told to the process that waits
        pipe.send((False, f"{type(error).__name__}: {error}"))


# ------------------------------------------------------------------------------- killing


def killed_after(
    acknowledged: int, act: Callable[[Store, int], object], opener: Callable[[], Store]
) -> list[int]:
    """Let a process call ``act(store, 0)``, ``act(store, 1)`` …, and kill it (SIGKILL).

    Args:
        acknowledged: after so many calls have come back there; the next one is under way.
        act: what it does, given a number; at the top of a module.
        opener: opens the store there.

    Returns:
        The numbers of the calls that had come back; all others may have happened or not.

    Raises:
        HangingError: it does not get that far.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_go_on, args=(act, opener, theirs), daemon=True)
    process.start()
    theirs.close()
    done: list[int] = []
    try:
        while len(done) < acknowledged:
            done.append(cast("int", _received(ours)))
        process.kill()
        process.join()
        with suppress(EOFError, OSError):  # what it still said before it was killed
            while ours.poll(0):
                done.append(cast("int", _received(ours)))
    except HangingError as error:
        if "without an answer" not in str(error):
            raise
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()
    if len(done) < acknowledged:
        raise HangingError(f"the writer ended after {len(done)} calls of {acknowledged}")
    return done


def _go_on(
    act: Callable[[Store, int], object], opener: Callable[[], Store], pipe: Connection
) -> None:
    try:
        store = opener()
        number = 0
        while True:
            act(store, number)
            pipe.send((True, number))
            number += 1
    except Exception as error:  # noqa: BLE001  it is told to the process that waits
        pipe.send((False, f"{type(error).__name__}: {error}"))
