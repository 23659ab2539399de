"""Crowds are real, end in time, and tell what went wrong in them; nothing in the kit sleeps."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from threading import Event, get_ident
from typing import NoReturn

import pytest

from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing import stores
from whistle_engine.testing.stores import crowd
from whistle_engine.testing.stores.crowd import (
    HangingError,
    in_processes,
    in_threads,
    killed_after,
)


def process_of(store: Store, number: int) -> tuple[int, int]:
    assert store.feed(0, limit=1) == ()
    return number, os.getpid()


def fail(store: Store, number: int) -> NoReturn:
    raise LookupError(f"{number} found nothing in {type(store).__name__}")


def vanish(store: Store, number: int) -> NoReturn:
    del store, number
    os._exit(1)


def go_on(store: Store, number: int) -> None:
    del store, number


def end_at_three(store: Store, number: int) -> None:
    if number == 3:
        fail(store, number)


def test_threads_are_threads_and_answer_by_number() -> None:
    found = in_threads(5, lambda number: (number, get_ident()))
    assert [number for number, _ in found] == [0, 1, 2, 3, 4]
    assert get_ident() not in {thread for _, thread in found}


def test_what_one_thread_raises_is_raised() -> None:
    with pytest.raises(LookupError, match="0 found nothing in MemoryStore"):
        in_threads(2, lambda number: fail(MemoryStore(), number))


def test_a_thread_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    never = Event()
    monkeypatch.setattr(crowd, "PATIENCE", 0.05)
    try:
        with pytest.raises(HangingError, match="has not come back"):
            in_threads(1, lambda _: never.wait())
    finally:
        never.set()


def test_processes_are_processes_and_answer_by_number() -> None:
    found = in_processes(2, process_of, MemoryStore)
    assert [number for number, _ in found] == [0, 1]
    assert len({os.getpid(), *(process for _, process in found)}) == 3


def test_what_one_process_raises_is_told() -> None:
    told = "in another process: LookupError: 0 found nothing in MemoryStore"
    with pytest.raises(HangingError, match=told):
        in_processes(1, fail, MemoryStore)


def test_a_process_that_vanishes_is_told() -> None:
    with pytest.raises(HangingError, match="ended without an answer"):
        in_processes(1, vanish, MemoryStore)


def test_who_is_killed_has_told_what_came_back() -> None:
    assert killed_after(3, go_on, MemoryStore)[:3] == [0, 1, 2]


def test_a_writer_that_fails_before_it_is_killed_is_told() -> None:
    with pytest.raises(HangingError, match="LookupError: 3 found nothing"):
        killed_after(9, end_at_three, MemoryStore)


def test_nothing_in_the_kit_sleeps() -> None:
    """What waits, waits for an event, a lock, a pipe or a thread's end."""
    for path in sorted(Path(str(stores.__file__)).parent.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = {
            name.name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in node.names
        }
        assert not imported & {"sleep", "time", "asyncio"}, path
