"""The order of all shards' commits: agreed by routers that know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from tests.drafts import draft
from tests.routers import (
    HOME,
    OTHER,
    BelievesItself,
    InTurn,
    LeavesItToOthers,
    counting,
    in_memory,
    routed,
    shard_of,
)
from whistle_engine.errors import StoreFailed, StoreMismatch, StoreUnreadable
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.routed import _sequence, _store
from whistle_engine.storage.routed._spans import Spans
from whistle_engine.storage.rows import Record
from whistle_engine.testing.stores import Wrapped, store_machine
from whistle_engine.testing.stores import _acts as acts
from whistle_engine.testing.stores.crowd import Running, in_threads

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


def by_number(matter: str) -> str:
    return (HOME, OTHER)[sum(map(ord, matter)) % 2]


def two_in_turn() -> Store:
    shards = in_memory()
    return InTurn(*[routed(shards, route=by_number) for _ in range(2)])


def run(machine: type[RuleBasedStateMachine], phases: tuple[Phase, ...] = tuple(Phase)) -> None:
    how = settings(
        max_examples=60,
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
        run(machine, phases=(Phase.generate,))


def by_last(matter: str) -> str:
    return (HOME, OTHER)[int(matter[-1]) % 2]


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


# -------------------------------------------------------------------------- crashes and faults


class NoHome(Wrapped):
    """A home that takes no entries while it is away; it still says what is there."""

    away = False

    def put_document(self, digest: str, data: bytes) -> None:
        if self.away:
            raise StoreFailed("the server is away")
        super().put_document(digest, data)


@pytest.mark.parametrize("matter", ["a", "x"])
def test_a_crash_between_append_and_place_loses_nothing(matter: str) -> None:
    shards = in_memory()
    home = NoHome(shards[HOME])
    store = routed(shards | {HOME: home})
    home.away = True
    with pytest.raises(StoreFailed, match=f"on shard '{shard_of(matter)}', and has no position"):
        store.append([draft(matter)])
    home.away = False
    (later,) = routed(shards).append([draft("b")]).records
    again = store.append([draft(matter)])
    (record,) = again.records
    assert again.again
    assert record.position != later.position
    assert routed(shards).load(matter).records == (record,)
    assert {r.matter for r in store.feed(0, limit=9)} == {matter, later.matter}


def test_a_shard_that_had_commits_joins_with_all_of_them() -> None:
    shards = in_memory()
    for number in range(1200):
        shards[OTHER].append([draft(f"x{number}")])
    store = routed(shards)
    assert store.load("x1199").records[0].position == 1200
    seen: list[Record] = []
    while page := store.feed(seen[-1].position if seen else 0, limit=7):
        seen += page
    assert [record.matter for record in seen] == [f"x{number}" for number in range(1200)]


class ShowsLess(Wrapped):
    """A shard whose feed at times ends earlier than it did."""

    until: int | None = None

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        found = super().feed(after, limit=limit)
        return tuple(r for r in found if self.until is None or r.position <= self.until)


@pytest.mark.parametrize("until", [0, 1, 2])
@pytest.mark.parametrize("limit", [1, 2, 3, 9])
def test_a_reader_does_not_step_over_what_a_shard_does_not_show(until: int, limit: int) -> None:
    shards = in_memory()
    other = ShowsLess(shards[OTHER])
    store = routed(shards | {OTHER: other})
    for number in range(4):
        store.append([draft(f"a{number}")])
        store.append([draft(f"x{number}")])
    whole = store.feed(0, limit=9)
    other.until = until
    seen: list[Record] = []
    while page := store.feed(seen[-1].position if seen else 0, limit=limit):
        seen += page
    assert tuple(seen) == whole[: 2 * until + 1]
    other.until = None
    assert seen + list(store.feed(seen[-1].position, limit=9)) == list(whole)


def test_what_a_call_asks_of_the_shards() -> None:
    """The guide to PostgreSQL tells these figures, by round trips."""
    shards = in_memory()
    home, of_home = counting(shards[HOME])
    other, of_other = counting(shards[OTHER])
    store = routed({HOME: home, OTHER: other})

    def asked(call: Callable[[], object]) -> list[dict[str, int]]:
        of_home.clear()
        of_other.clear()
        call()
        return [dict(of_home), dict(of_other)]

    proposing = {"put_document": 1, "get_document": 1}
    assert asked(lambda: store.append([draft("x")])) == [proposing, {"append": 1}]
    assert asked(lambda: store.append([draft("a")])) == [{"append": 1} | proposing, {}]
    assert asked(lambda: store.load("x")) == [{}, {"load": 1}]
    assert asked(lambda: store.feed(0, limit=2)) == [{"feed": 1}, {"feed": 1}]
    assert asked(lambda: store.feed(2, limit=2)) == [{"get_document": 1, "feed": 1}, {"feed": 1}]
    routed(shards).append([draft("x", 2)])
    assert asked(lambda: store.load("x")) == [{"get_document": 2}, {"load": 1}]


def test_a_long_sequence_is_opened_by_its_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_sequence, "CHUNK", 10)
    shards = in_memory()
    store = routed(shards)
    for number in range(20):
        store.append([draft(f"a{number}")])
        store.append([draft(f"x{number}")])
    whole = store.feed(0, limit=99)
    home, asked = counting(shards[HOME])
    again = routed(shards | {HOME: home})
    assert asked["get_document"] < 10
    assert again.feed(0, limit=99) == whole
    documents = shards[HOME]._documents  # type: ignore[attr-defined]
    chunks = [key for key in documents if "chunk" in key]
    kept = {key: documents.pop(key) for key in chunks}  # as crashes before they were written
    assert routed(shards).feed(0, limit=99) == whole
    assert {key: documents[key] for key in chunks} == kept


# ------------------------------------------------------------------------ what does not fit


def put(key: str, data: bytes) -> Callable[[dict[str, Store]], object]:
    return lambda shards: shards[HOME].put_document(key, data)


def exchanged(shards: dict[str, Store]) -> None:
    routed(shards).append([draft("x")])
    shards[OTHER] = MemoryStore()


def swapped(shards: dict[str, Store]) -> None:
    routed(shards)
    shards[HOME], shards[OTHER] = shards[OTHER], shards[HOME]


@pytest.mark.parametrize(
    ("before", "error", "told"),
    [
        (put("routed/0", b'[["jinfeng", 1]]'), StoreMismatch, "names the shard 'jinfeng'; known"),
        (put("routed/0", b"{"), StoreUnreadable, "an entry of the sequence of commits is damaged"),
        (put("routed/0", b"[[1]]"), StoreUnreadable, "is damaged"),
        (put("routed/0", b'[["xinhua", 0]]'), StoreUnreadable, "'xinhua' come up to 0 again"),
        (exchanged, StoreMismatch, "'xinhua' is not the store that it was"),
        (swapped, StoreMismatch, "'gulou' with the home 'gulou' was opened, and the store knows"),
    ],
)
def test_what_does_not_fit_is_told_on_opening(
    before: Callable[[dict[str, Store]], object], error: type[Exception], told: str
) -> None:
    shards = in_memory()
    before(shards)
    with pytest.raises(error, match=told):
        routed(shards)


def test_another_home_is_told() -> None:
    shards = in_memory()
    routed(shards)
    with pytest.raises(StoreMismatch, match="'gulou' with the home 'xinhua' was opened"):
        routed(shards, home=OTHER)


class Forgets(Wrapped):
    """A home that keeps no documents once it is told so."""

    forgets = False

    def get_document(self, digest: str) -> bytes | None:
        return None if self.forgets else super().get_document(digest)


def test_a_home_that_does_not_keep_what_was_put_is_told() -> None:
    shards = in_memory()
    home = Forgets(shards[HOME])
    store = routed(shards | {HOME: home})
    home.forgets = True
    with pytest.raises(StoreFailed, match=r"'routed/0' was put, and is not there \(S18\)"):
        store.append([draft("a")])
