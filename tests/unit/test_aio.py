"""The engine from asyncio: a cancelled await neither tears a command nor loses one."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Iterator
from threading import Event, current_thread, get_ident
from typing import Any

import pytest

from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine.aio import AsyncEngine
from whistle_engine.commands import Command, Receive
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import UnknownMatter
from whistle_engine.model import AppealKind, Place, Role
from whistle_engine.storage.api import Capability
from whistle_engine.storage.memory import MemoryStore

ALICE = actor("alice", Role.RESIDENT)
RULES = compile_rules(tiny_policy(), tiny_directory())


class Gated(MemoryStore):
    """Says when an append has begun, and holds it until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.began = Event()
        self.go = Event()
        self.go.set()
        self.appends = 0

    def append(self, drafts: Any) -> Any:
        self.began.set()
        self.go.wait()
        self.appends += 1
        return super().append(drafts)


@pytest.fixture
def store() -> Iterator[Gated]:
    found = Gated()
    yield found
    found.go.set()


def engine(store: MemoryStore) -> Engine:
    return Engine(store, RULES, clock=lambda: NOW)


def receive(number: int = 1) -> Command:
    place = Place(unit="gulou")
    return Command(
        id=f"c-{number}", matter=f"m-{number}", by=ALICE,
        do=Receive(channel="12345", kind=AppealKind.COMPLAINT, place=place),
    )  # fmt: skip


async def begun(event: Event) -> None:
    """Until a thread has come to a place."""
    await asyncio.get_running_loop().run_in_executor(None, event.wait)


def test_commands_and_reads_come_through(store: Gated) -> None:
    async def main() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            answer = await whistle.execute(receive(), texts={"text": "水管漏水"})
            assert isinstance(answer, Receipt)
            matter = await whistle.do(lambda e: e.matter(ALICE, "m-1"))
            assert matter.id == "m-1"
            with pytest.raises(UnknownMatter):
                await whistle.do(lambda e: e.matter(ALICE, "m-9"))

    asyncio.run(main())
    assert store.appends == 1


def test_the_loop_is_never_blocked(store: Gated) -> None:
    store.go.clear()

    async def main() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            task = asyncio.ensure_future(whistle.execute(receive()))
            await begun(store.began)
            assert not task.done()  # and yet this runs
            store.go.set()
            assert isinstance(await task, Receipt)

    asyncio.run(main())


def test_what_was_begun_is_written_though_nobody_waits_any_more(store: Gated) -> None:
    store.go.clear()

    async def main() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            task = asyncio.ensure_future(whistle.execute(receive()))
            await begun(store.began)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert store.load("m-1").records == ()
            store.go.set()
        # Closing waited for it.
        assert len(store.load("m-1").records) == 1
        async with AsyncEngine(engine(store)) as whistle:
            answer = await whistle.execute(receive())  # L13: the answer of once
            assert isinstance(answer, Receipt)
        assert len(store.load("m-1").records) == 1

    asyncio.run(main())


def test_a_time_out_ends_the_waiting_at_once(store: Gated) -> None:
    store.go.clear()

    async def main() -> None:
        whistle = AsyncEngine(engine(store))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                await whistle.execute(receive())
        store.go.set()
        await whistle.aclose()

    asyncio.run(main())


def test_what_was_not_begun_does_not_begin(store: Gated) -> None:
    store.go.clear()

    async def main() -> None:
        async with AsyncEngine(engine(store), limit=1) as whistle:
            first = asyncio.ensure_future(whistle.execute(receive(1)))
            await begun(store.began)
            second = asyncio.ensure_future(whistle.execute(receive(2)))
            await asyncio.sleep(0)  # it waits for its turn
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            store.go.set()
            await first

    asyncio.run(main())
    assert store.load("m-2").records == ()
    assert store.appends == 1


def test_a_call_left_behind_holds_its_place(store: Gated) -> None:
    """Or cancelling would let any number run at once."""
    store.go.clear()

    async def main() -> None:
        async with AsyncEngine(engine(store), limit=1) as whistle:
            first = asyncio.ensure_future(whistle.execute(receive(1)))
            await begun(store.began)
            first.cancel()
            second = asyncio.ensure_future(whistle.do(lambda _e: store.appends))
            await asyncio.sleep(0)
            store.go.set()
            assert await second == 1  # only once the first had ended
            assert first.cancelled()

    asyncio.run(main())


def test_an_error_of_a_call_left_behind_is_told(
    store: Gated, caplog: pytest.LogCaptureFixture
) -> None:
    gate, began = Event(), Event()

    def fails(_engine: Engine) -> None:
        began.set()
        gate.wait()
        raise OSError("139-0000-0000 is not to be told")

    async def main() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            task = asyncio.ensure_future(whistle.do(fails))
            await begun(began)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            gate.set()

    with caplog.at_level(logging.INFO, "whistle_engine.aio"):
        asyncio.run(main())
    assert caplog.messages == ["a call that was no longer awaited raised OSError"]


def test_at_most_so_many_at_once(store: Gated) -> None:
    threads = set()

    def note(_engine: Engine) -> None:
        threads.add(get_ident())
        assert current_thread().name.startswith("whistle")

    async def main() -> None:
        async with AsyncEngine(engine(store), limit=2) as whistle:
            await asyncio.gather(*(whistle.do(note) for _ in range(20)))

    asyncio.run(main())
    assert 1 <= len(threads) <= 2


@pytest.mark.parametrize("batch", [0, -1])
def test_a_batch_of_nothing_is_refused(store: Gated, batch: int) -> None:
    async def main() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            async for _ in whistle.execute_many([(receive(1), {})], batch=batch):
                pass

    with pytest.raises(ValueError, match="should be 1 or more"):
        asyncio.run(main())


def test_bulk_intake_comes_batch_by_batch(store: Gated) -> None:
    async def main() -> list[Any]:
        async with AsyncEngine(engine(store)) as whistle:
            commands: list[tuple[Command, dict[str, str]]] = [
                (receive(number), {}) for number in range(1, 8)
            ]
            return [outcome async for outcome in whistle.execute_many(commands, batch=3)]

    outcomes = asyncio.run(main())
    assert [outcome.command for outcome in outcomes] == [f"c-{n}" for n in range(1, 8)]
    assert store.appends == 3


def test_many_at_once_are_all_written(store: Gated) -> None:
    async def main() -> None:
        async with AsyncEngine(engine(store)) as whistle:
            answers = await asyncio.gather(*(whistle.execute(receive(n)) for n in range(40)))
            assert all(isinstance(answer, Receipt) for answer in answers)

    asyncio.run(main())
    assert len(store.feed(0, limit=99)) == 40


def test_context_variables_come_along(store: Gated) -> None:
    request = contextvars.ContextVar[str]("request")

    async def main() -> None:
        request.set("r-1")
        async with AsyncEngine(engine(store)) as whistle:
            assert await whistle.do(lambda _e: request.get()) == "r-1"

    asyncio.run(main())


def test_after_closing_nothing_is_taken_and_the_store_stays_open(store: Gated) -> None:
    async def main() -> None:
        whistle = AsyncEngine(engine(store))
        await whistle.aclose()
        await whistle.aclose()
        with pytest.raises(RuntimeError, match="shutdown"):
            await whistle.execute(receive())

    asyncio.run(main())
    assert store.load("m-1").records == ()


def test_a_limit_has_to_let_something_run_and_suit_the_store(store: Gated) -> None:
    class Single(MemoryStore):
        @property
        def capabilities(self) -> frozenset[Capability]:
            return frozenset()

    with pytest.raises(ValueError, match="lets nothing run"):
        AsyncEngine(engine(store), limit=0)
    with pytest.raises(ValueError, match="say limit=1, not 8"):
        AsyncEngine(engine(Single()))

    async def main() -> None:
        async with AsyncEngine(engine(Single()), limit=1) as whistle:
            assert isinstance(await whistle.execute(receive()), Receipt)

    asyncio.run(main())
