"""The engine's own tests once more, on the SQLite store."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest

from tests.unit import test_engine, test_engine_reads
from tests.unit.test_engine import World
from whistle_engine.storage.sqlite import SqliteStore

MODULES: tuple[ModuleType, ...] = (test_engine, test_engine_reads)
OPENED: list[SqliteStore] = []


class InMemory(SqliteStore):
    """What the modules take for the memory store, also to make faulty ones of it."""

    def __init__(self) -> None:
        super().__init__(":memory:")
        OPENED.append(self)


@pytest.fixture(autouse=True)
def _on_sqlite(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for module in MODULES:
        monkeypatch.setattr(module, "MemoryStore", InMemory)
    yield
    while OPENED:
        OPENED.pop().close()


@pytest.fixture
def world(_on_sqlite: None) -> World:
    return World()


def cases(module: ModuleType) -> dict[str, FunctionType]:
    """Its tests, under names that tell the modules apart."""
    short = module.__name__.rpartition(".")[2]
    return {
        f"{short}__{name}": test
        for name, test in vars(module).items()
        if name.startswith("test_") and isinstance(test, FunctionType)
    }


for each in MODULES:
    globals().update(cases(each))


def test_the_engine_was_tested() -> None:
    assert sum(len(cases(module)) for module in MODULES) > 40
    assert type(World().store).__name__ == InMemory.__name__
