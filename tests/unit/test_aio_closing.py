"""Closing while calls run: cancelled or not, nothing runs on behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.unit.test_aio import Gated, begun, engine, receive
from whistle_engine.aio import AsyncEngine
from whistle_engine.commits import Receipt


@pytest.fixture
def store() -> Iterator[Gated]:
    found = Gated()
    yield found
    found.go.set()


def test_closing_waits_though_it_is_cancelled_and_cancelled_again(store: Gated) -> None:
    store.go.clear()

    async def main() -> None:
        whistle = AsyncEngine(engine(store), limit=1)
        call = asyncio.ensure_future(whistle.execute(receive()))
        await begun(store.began)
        closing = asyncio.ensure_future(whistle.aclose())
        for _ in range(3):
            await asyncio.sleep(0)
            closing.cancel()
        for _ in range(10):
            await asyncio.sleep(0)
        assert not closing.done()
        store.go.set()
        with pytest.raises(asyncio.CancelledError):
            await closing
        assert store.appends == 1
        assert isinstance(await call, Receipt)

    asyncio.run(main())


def test_leaving_the_block_waits_though_it_is_cancelled(store: Gated) -> None:
    store.go.clear()
    left = asyncio.Event()
    stayed: list[bool] = []

    async def use() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            try:
                await whistle.execute(receive())
            finally:
                left.set()
        stayed.append(True)

    async def main() -> None:
        task = asyncio.ensure_future(use())
        await begun(store.began)
        task.cancel()  # the call
        await left.wait()
        task.cancel()  # the closing
        for _ in range(10):
            await asyncio.sleep(0)
        assert not task.done()
        store.go.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert store.appends == 1

    asyncio.run(main())
    assert stayed == []
