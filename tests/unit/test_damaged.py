"""Damaged commits: what goes over all matters does what can be done, and names the rest."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from tests.support import tiny_policy
from tests.unit.test_engine import ALICE, BOB, CENTRE, GULOU, PIPES, World, received, rules
from whistle_engine.commands import Add, Classify
from whistle_engine.commits import Receipt
from whistle_engine.errors import CodecError, Unfinished
from whistle_engine.model import MatterId, TextRef, changed
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Erased, History, Loaded, Record, VaultText


class Spoilt(MemoryStore):
    """The bytes of some commits come out damaged."""

    def __init__(self) -> None:
        super().__init__()
        self.spoilt: dict[tuple[MatterId, int], str] = {}

    def _seen(self, records: tuple[Record, ...]) -> tuple[Record, ...]:
        return tuple(
            changed(record, **{self.spoilt[record.matter, record.version]: b"{}"})
            if (record.matter, record.version) in self.spoilt
            else record
            for record in records
        )

    def load(self, matter: MatterId, command_id: str | None = None) -> Loaded:
        found = super().load(matter, command_id)
        return Loaded(records=self._seen(found.records), earlier=self._seen(found.earlier))

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        return self._seen(super().feed(after, limit=limit))

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        return tuple(
            History(matter=each.matter, records=self._seen(each.records))
            for each in super().scan(after, limit=limit)
        )


@pytest.fixture
def world() -> World:
    world = World(Spoilt())
    for number in (1, 2, 3):
        by = BOB if number == 2 else ALICE
        world.do(by, received(), f"m-{number}", key=f"r-{number}", text=f"话{number}")
    world.do(ALICE, Add(), "m-3", key="adds", text="还有")
    return world


def spoil(world: World, matter: MatterId, version: int, what: str) -> None:
    assert isinstance(world.store, Spoilt)
    world.store.spoilt[matter, version] = what


def is_there(world: World, command: str) -> bool:
    return isinstance(world.store.read_text(TextRef(command, "text")), VaultText)


@pytest.mark.parametrize("damaged", ["m-1", "m-2"])
def test_s17_a_person_is_erased_though_a_commit_is_damaged(world: World, damaged: str) -> None:
    spoil(world, damaged, 1, "command")
    with pytest.raises(Unfinished, match=f"1 could not be, the first in '{damaged}'") as raised:
        world.engine.erase(CENTRE, raiser="alice")
    mine = {"r-1", "r-3", "adds"} - {damaged.replace("m", "r")}
    assert isinstance(raised.value.done, tuple)
    assert {ref.command for ref in raised.value.done} == mine
    assert {each for each in ("r-1", "r-2", "r-3", "adds") if not is_there(world, each)} == mine
    ((matter, error),) = raised.value.failed
    assert matter == damaged
    assert isinstance(error, CodecError)


def test_s17_words_are_a_raisers_own_though_another_commit_is_damaged(world: World) -> None:
    world.ok(GULOU, Classify(facts=PIPES), "m-3")
    spoil(world, "m-3", 3, "events")
    refs = world.engine.erase(CENTRE, raiser="alice")
    assert isinstance(refs, tuple)
    assert {ref.command for ref in refs} == {"r-1", "r-3", "adds"}


def test_s17_where_nothing_tells_who_raised_a_matter_its_words_are_named_as_left(
    world: World,
) -> None:
    spoil(world, "m-3", 1, "events")
    with pytest.raises(Unfinished) as raised:
        world.engine.erase(CENTRE, raiser="alice")
    assert [matter for matter, _ in raised.value.failed] == ["m-3"]
    assert isinstance(raised.value.done, tuple)
    assert {ref.command for ref in raised.value.done} == {"r-1", "r-3"}
    assert is_there(world, "adds")
    refs = world.engine.erase(CENTRE, command="adds")
    assert refs == (TextRef("adds", "text"),)
    assert world.store.read_text(refs[0]) is Erased.ERASED


def test_s19_all_other_matters_are_made_again(world: World) -> None:
    spoil(world, "m-1", 1, "events")
    for matter in world.store._rows:
        row = world.store._rows[matter]
        world.store._rows[matter] = _other(row)
    seen: list[int] = []
    with pytest.raises(Unfinished, match="'m-1'") as raised:
        world.engine.rebuild_all(progress=seen.append)
    assert raised.value.done == 2
    assert [matter for matter, _ in raised.value.failed] == ["m-1"]
    assert seen == [3]
    channels = {m: row.channel for m, row in world.store._rows.items()}
    assert channels == {"m-1": "other", "m-2": "12345", "m-3": "12345"}


def _other(row: Any) -> Any:
    return evolve(row, channel="other")


def test_fr7_all_other_due_times_are_fixed() -> None:
    world = World(Spoilt())
    world.now = datetime(2024, 12, 31, 1, tzinfo=UTC)
    for matter in ("m-1", "m-2", "m-3"):
        world.receive(matter)
        world.ok(GULOU, Classify(facts=PIPES), matter)
    spoil(world, "m-2", 2, "events")
    calendar = tiny_policy().calendar
    known = evolve(calendar, known_until=calendar.known_until.replace(year=2025))
    world.engine.adopt(rules(calendar=known))
    with pytest.raises(Unfinished, match="'m-2'") as raised:
        world.engine.fix_due_times()
    assert isinstance(raised.value.done, tuple)
    answers = [each for each in raised.value.done if isinstance(each, Receipt)]
    assert [answer.written[0].matter for answer in answers] == ["m-1", "m-3"]
