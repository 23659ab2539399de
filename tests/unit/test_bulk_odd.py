"""Bulk intake with values that are none: each is its own command's, whatever error it makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import pytest

from tests.support import NOW
from tests.unit.test_engine import ALICE, received, rules
from whistle_engine.commands import Act, Command
from whistle_engine.commits import Receipt
from whistle_engine.engine import Engine
from whistle_engine.errors import StoreFailed
from whistle_engine.model import changed
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.sqlite import SqliteStore


class NoAct:
    """What no release knows."""


def command(key: Any = "odd", matter: Any = "m-odd", do: Any = None) -> Command:
    return Command(id=key, matter=matter, by=ALICE, do=cast("Act", do or received()))


ODD: dict[str, Command] = {
    "no act": command(do=NoAct()),
    "a number as id": command(key=5),
    "a number as matter": command(matter=7),
    "nothing as id": command(key=None),
    "half a character": command(matter="m\ud800"),
    "no place": command(do=changed(received(), place=None)),
    "a text as kind": command(do=changed(received(), kind="HELP")),
    "too large a number": command(
        do=changed(received(), place=changed(received().place, lat=2**70))
    ),
}


@pytest.mark.parametrize("store", [MemoryStore, lambda: SqliteStore(":memory:")])
@pytest.mark.parametrize("odd", ODD.values(), ids=list(ODD))
def test_an_odd_value_is_the_outcome_of_its_command(odd: Command, store: Any) -> None:
    made: Store = store()
    engine = Engine(made, rules(), clock=lambda: NOW)
    pairs: list[tuple[Command, Mapping[str, str]]] = [
        (command("a", "m-1"), {}),
        (odd, {}),
        (command("b", "m-2"), {}),
    ]
    first, wrong, last = engine.execute_many(pairs)
    assert isinstance(first, Receipt)
    assert isinstance(last, Receipt)
    if not isinstance(wrong, Receipt):  # a store in memory holds any number
        assert isinstance(wrong, Exception)
        with pytest.raises(type(wrong)):
            engine.execute(odd)
    assert made.load("m-1").records
    assert made.load("m-2").records


def test_what_the_store_raises_ends_it() -> None:
    class Down(MemoryStore):
        def load(self, *_: Any) -> Any:
            raise StoreFailed("the disk is gone")

    engine = Engine(Down(), rules(), clock=lambda: NOW)
    with pytest.raises(StoreFailed):
        list(engine.execute_many([(command(), {})]))
