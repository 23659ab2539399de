"""The order of all shards' commits: agreed by routers that know nothing of each other."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.drafts import draft
from tests.routers import (
    BelievesItself,
    InTurn,
    LeavesItToOthers,
    by_last,
    by_number,
    in_memory,
    open_files,
    routed,
    shard_of,
)
from whistle_engine.errors import StoreUnreadable
from whistle_engine.storage.api import Store
from whistle_engine.storage.routed import _sequence, _store
from whistle_engine.storage.routed._spans import Spans
from whistle_engine.storage.rows import Record
from whistle_engine.testing.stores import _acts as acts
from whistle_engine.testing.stores import store_machine
from whistle_engine.testing.stores.crowd import Running, in_processes, in_threads

STEPS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 3)), min_size=1, max_size=12)


@given(STEPS, st.integers(0, 40), st.integers(1, 9))
def test_spans_are_what_counting_one_by_one_gives(
    steps: list[tuple[str, int]], after: int, width: int
) -> None:
    spans = Spans("abc")
    own = dict.fromkeys("abc", 0)
    every: list[tuple[str, int]] = []
    for shard, step in steps:
        every += [(shard, own[shard] + each) for each in range(1, step + 1)]
        own[shard] += step
        spans.add(shard, own[shard])
    assert {shard: spans.end(shard) for shard in "abc"} == own
    assert [spans.position(*each) for each in every] == list(range(1, len(every) + 1))
    found = [
        (span.shard, each)
        for span in spans.after(after, width)
        for each in range(span.first + 1, span.last + 1)
    ]
    assert found == every[after : after + len(found)]
    assert len(found) >= min(width, len(every) - after)


# --------------------------------------------------------------------------- several routers


class TwoRouters(RuleBasedStateMachine):
    """Two routers and one who writes past them, in any order; each reader misses nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.shards = in_memory()
        self.routers = [routed(self.shards), routed(self.shards)]
        self.seen: list[list[Record]] = [[], []]
        self.told: dict[str, int] = {}
        self.written: dict[str, int] = {}

    def _next(self, matter: str) -> int:
        self.written[matter] = self.written.get(matter, 0) + 1
        return self.written[matter]

    def _tell(self, *records: Record) -> None:
        for record in records:
            first = self.told.setdefault(record.command_id, record.position)
            assert record.position == first, f"{record.command_id} stood at {first}"

    @rule(which=st.sampled_from((0, 1)), matter=st.sampled_from(("a", "b", "x", "xx")))
    def append(self, which: int, matter: str) -> None:
        highest = max(self.told.values(), default=0)
        (record,) = self.routers[which].append([draft(matter, self._next(matter))]).records
        assert record.position > highest
        self._tell(record)

    @rule(matter=st.sampled_from(("a", "x")))
    def append_without_a_place(self, matter: str) -> None:
        """As a router leaves it that ends between the two; or an engine on the shard itself."""
        self.shards[shard_of(matter)].append([draft(matter, self._next(matter))])

    @rule(which=st.sampled_from((0, 1)), matter=st.sampled_from(("a", "x")))
    def load(self, which: int, matter: str) -> None:
        self._tell(*self.routers[which].load(matter).records)

    @rule(which=st.sampled_from((0, 1)), limit=st.sampled_from((1, 2, 50)))
    def follow(self, which: int, limit: int) -> None:
        seen = self.seen[which]
        page = self.routers[which].feed(seen[-1].position if seen else 0, limit=limit)
        assert page or len(seen) == sum(self.written.values())
        seen += page
        self._tell(*page)

    @rule(which=st.sampled_from((0, 1)))
    def open_again(self, which: int) -> None:
        self.routers[which] = routed(self.shards)

    def teardown(self) -> None:
        whole = [router.feed(0, limit=999) for router in (*self.routers, routed(self.shards))]
        assert whole[0] == whole[1] == whole[2]
        ids = sorted(f"{m}-{v + 1}" for m, n in self.written.items() for v in range(n))
        assert sorted(record.command_id for record in whole[0]) == ids
        self._tell(*whole[0])
        for seen in self.seen:
            assert tuple(seen) == whole[0][: len(seen)]


def two_in_turn() -> Store:
    shards = in_memory()
    return InTurn(*[routed(shards, route=by_number) for _ in range(2)])


def run(
    machine: type[RuleBasedStateMachine],
    phases: tuple[Phase, ...] = tuple(Phase),
    examples: int = 60,
) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=30,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
    )
    run_state_machine_as_test(machine, settings=how)


def test_two_routers_agree() -> None:
    run(TwoRouters)


def test_two_routers_in_turn_answer_as_one_store() -> None:
    run(store_machine(two_in_turn, jurisdiction=by_number))


@pytest.mark.parametrize("broken", [BelievesItself, LeavesItToOthers])
@pytest.mark.parametrize(
    "machine", [TwoRouters, store_machine(two_in_turn, jurisdiction=by_number)]
)
def test_routers_that_do_not_agree_are_found(
    broken: type[_sequence.Sequence],
    machine: type[RuleBasedStateMachine],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_store, "Order", broken)
    with pytest.raises((AssertionError, StoreUnreadable, IndexError)):
        run(machine, phases=(Phase.generate,), examples=400)  # the first that fails ends it


def test_threads_at_two_routers_write_on_both_shards_and_readers_agree() -> None:
    shards = in_memory()
    two = [routed(shards, route=by_last) for _ in range(2)]
    written = Event()

    def follow(number: int) -> list[Record]:
        seen: list[Record] = []
        last = False
        while not last:
            last = written.is_set()
            while page := two[number].feed(seen[-1].position if seen else 0, limit=3):
                seen += page
        return seen

    readers = [Running(follow, number) for number in range(2)]
    try:
        told = in_threads(6, lambda number: acts.write_some(two[number % 2], number))
    finally:
        written.set()
    first, second = (reader.result() for reader in readers)
    assert first == second == list(routed(shards, route=by_last).feed(0, limit=999))
    positions = sorted((r.command_id, r.position) for r in first)
    assert positions == sorted(each for mine in told for each in mine)


def test_processes_write_on_both_shards_and_agree(tmp_path: Path) -> None:
    opener = partial(open_files, tmp_path)
    opener().close()
    told = in_processes(3, acts.write_some, opener)
    with closing(opener()) as store:
        whole = store.feed(0, limit=999)
        assert sorted((r.command_id, r.position) for r in whole) == sorted(
            each for mine in told for each in mine
        )
        assert [r for h in store.scan(None, limit=99) for r in h.records] == sorted(
            whole, key=lambda record: (record.matter, record.version)
        )
