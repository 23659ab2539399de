"""The engine for hosts that run on asyncio: its calls run in threads, at most so many at once.

It is used as a context manager::

    async with AsyncEngine(engine) as whistle:
        answer = await whistle.execute(command, texts={"text": "…"})
        matter = await whistle.do(lambda engine: engine.matter(actor, "m-1"))

**Cancelling** an await never tears a command: what has not begun does not begin, and what has
begun runs to its end in its thread, holding its place, and is written or refused as ever. The
caller that gave up does not hear the answer; sent again under the same id, the command has
the effect and the answer of once (L13). Closing waits for what has begun.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from itertools import islice
from types import TracebackType
from typing import Self, TypeVar

from whistle_engine._bulk import BATCH, Outcome
from whistle_engine.commands import Command
from whistle_engine.commits import Answer
from whistle_engine.engine import Engine
from whistle_engine.storage.api import Capability

_log = logging.getLogger("whistle_engine.aio")

T = TypeVar("T")


class AsyncEngine:
    """Runs an engine's calls in threads; belongs to the loop that awaits it."""

    def __init__(self, engine: Engine, *, limit: int = 8) -> None:
        """Wrap an engine.

        Args:
            engine: what does the work.
            limit: at most so many calls at once; others wait for their turn.

        Raises:
            ValueError: the limit is less than 1, or more though the store says that several
                threads may not use it at once.
        """
        if limit < 1:
            raise ValueError(f"a limit of {limit} lets nothing run")
        if limit > 1 and Capability.THREADS not in engine.store.capabilities:
            raise ValueError(
                f"the store is not for several threads at once: say limit=1, not {limit}"
            )
        self._engine = engine
        self._pool = ThreadPoolExecutor(limit, thread_name_prefix="whistle")

    async def execute(self, command: Command, *, texts: Mapping[str, str] | None = None) -> Answer:
        """Decide a command and write what follows, once: see :meth:`.Engine.execute`."""
        return await self.do(partial(Engine.execute, command=command, texts=texts))

    async def execute_many(
        self, commands: Iterable[tuple[Command, Mapping[str, str]]], *, batch: int = BATCH
    ) -> AsyncIterator[Outcome]:
        """Execute many commands, a batch of them in a thread at a time.

        See :meth:`.Engine.execute_many`. Commands are taken from the iterable in that thread.

        Raises:
            ValueError: a batch is less than 1.
        """
        if batch < 1:
            raise ValueError(f"a batch of {batch} commands; it should be 1 or more")
        outcomes = self._engine.execute_many(commands, batch=batch)
        while found := await self.do(lambda _: tuple(islice(outcomes, batch))):
            for outcome in found:
                yield outcome

    async def do(self, call: Callable[[Engine], T]) -> T:
        """Call the engine in a thread, with the caller's context variables.

        Args:
            call: is given the engine; such as ``lambda engine: engine.inbox(actor)``.

        Returns:
            What the call gives.

        Raises:
            RuntimeError: it is closed.
            Exception: what the call raised.
        """
        running = self._pool.submit(copy_context().run, call, self._engine)
        try:
            return await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            running.add_done_callback(_left_behind)
            raise

    async def aclose(self) -> None:
        """Take no more calls, and wait for those that were made; closing twice is fine.

        Cancelled, it waits all the same, and is cancelled then: nothing runs on behind whoever
        closed it. The store stays open: it is whose it was.
        """
        closing = asyncio.get_running_loop().run_in_executor(None, self._pool.shutdown)
        cancelled: asyncio.CancelledError | None = None
        while not closing.done():
            try:
                await asyncio.shield(closing)
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    async def __aenter__(self) -> Self:
        """Begin."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close, whatever happened."""
        await self.aclose()


def _left_behind(call: Future[T]) -> None:
    """Nobody waits for the answer any more; an error should not go unheard all the same."""
    error = None if call.cancelled() else call.exception()
    if error is not None:
        _log.error("a call that was no longer awaited raised %s", type(error).__name__)
        _log.debug("what it raised", exc_info=error)
