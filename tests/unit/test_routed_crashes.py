"""The routed store after crashes, beside faults, and over what does not fit."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from contextlib import closing, suppress
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from tests.drafts import draft
from tests.routers import (
    HOME,
    OTHER,
    by_last,
    counting,
    in_memory,
    open_files,
    routed,
    shard_of,
)
from whistle_engine.errors import StoreFailed, StoreMismatch, StoreUnreadable
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.routed import _sequence
from whistle_engine.storage.rows import Record
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.stores import Wrapped
from whistle_engine.testing.stores.crowd import killed_after

# -------------------------------------------------------------------------- crashes and faults


def write_one(store: Store, number: int) -> None:
    store.append([draft(f"m{number % 5}", number // 5 + 1)])


@pytest.mark.parametrize("acknowledged", [1, 4, 9])
def test_a_killed_writer_leaves_an_order_that_goes_on(tmp_path: Path, acknowledged: int) -> None:
    opener = partial(open_files, tmp_path)
    opener().close()
    done = killed_after(acknowledged, write_one, opener)
    with closing(opener()) as store:
        before = store.feed(0, limit=99)
        assert len(before) in (len(done), len(done) + 1)
        assert [r.matter for r in before] == [f"m{n % 5}" for n in range(len(before))]
        write_one(store, len(before))
        assert store.feed(0, limit=99)[:-1] == before


class Dies(Wrapped):
    """A home whose process dies at its third entry: before it is put, or just afterwards."""

    put = False
    left = 3

    def put_document(self, digest: str, data: bytes) -> None:
        self.left -= digest.removeprefix("routed/").isdigit()
        if self.left or self.put:
            super().put_document(digest, data)
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def write_until_death(place: Path, begin: int, put: bool, pipe: Connection) -> None:  # noqa: FBT001
    shards: dict[str, Store] = {name: SqliteStore(place / f"{name}.db") for name in (HOME, OTHER)}
    home = Dies(shards[HOME])
    home.put = put
    store = routed(shards | {HOME: home}, route=by_last)
    for number in range(begin, begin + 9):
        write_one(store, number)
        pipe.send(number)


def acknowledged_by_one_who_dies(place: Path, begin: int, *, put: bool) -> list[int]:
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=write_until_death, args=(place, begin, put, theirs))
    process.start()
    theirs.close()
    done: list[int] = []
    with closing(ours), suppress(EOFError):
        while ours.poll(60):
            done.append(ours.recv())
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    return done


def test_ten_deaths_between_the_append_and_its_entry_lose_nothing(tmp_path: Path) -> None:
    open_files(tmp_path).close()
    told: list[Record] = []
    for death in range(10):
        begin = len(told)
        done = acknowledged_by_one_who_dies(tmp_path, begin, put=death % 2 == 1)
        assert done == [begin, begin + 1]
        with closing(open_files(tmp_path)) as store, closing(open_files(tmp_path)) as another:
            whole = store.feed(0, limit=99)
            assert another.feed(0, limit=99) == whole
            assert [*whole[:begin]] == told, "what had its place has it still"
            assert len(whole) == begin + 3, "what was under way lay on its shard already"
            assert [r.matter for r in whole] == [f"m{n % 5}" for n in range(len(whole))]
            last = whole[-1]
            again = another.append([draft(last.matter, last.version)])
            assert (again.again, again.records) == (True, (last,))
            told = [*whole]


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


def test_a_shard_that_shows_less_is_asked_once_a_page() -> None:
    """It may have waited for what it does not show, as PostgreSQL does."""
    shards = in_memory()
    other = ShowsLess(shards[OTHER])
    counted, asked = counting(other)
    store = routed(shards | {OTHER: counted})
    for matter in ("a1", "x1", "a2", "x2", "a3"):
        store.append([draft(matter)])
    other.until = 1
    asked.clear()
    assert [record.matter for record in store.feed(0, limit=9)] == ["a1", "x1", "a2"]
    assert store.feed(3, limit=9) == ()
    assert asked["feed"] == 2
    other.until = None
    assert [record.matter for record in store.feed(3, limit=9)] == ["x2", "a3"]


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
        (put("routed/0", b'[["jinfeng", 1]]'), StoreMismatch, "names the shard 'jinfeng', and"),
        (put("routed/0", b"{"), StoreUnreadable, "an entry of the sequence of commits is damaged"),
        (put("routed/0", b"[[1]]"), StoreUnreadable, "is damaged"),
        (put("routed/place", b"{"), StoreUnreadable, "what shard 'gulou' knows of itself is damag"),
        (put("routed/place", b'{"shard": "gulou"}'), StoreUnreadable, "knows of itself is damaged"),
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


def test_an_empty_home_in_the_place_of_the_one_that_was_is_refused() -> None:
    shards = in_memory()
    routed(shards).append([draft("x")])
    with pytest.raises(StoreMismatch, match="is not the store that it was"):
        routed(shards | {HOME: MemoryStore()})
    assert len(routed(shards).feed(0, limit=9)) == 1


def test_a_copy_together_with_a_copy_of_the_home_begins_a_new_order() -> None:
    shards = in_memory()
    store = routed(shards)
    for matter in ("x", "a", "x1"):
        store.append([draft(matter)])
    copies = in_memory()
    copies[HOME].append([draft("a")])
    copies[OTHER].append([draft("x"), draft("x1")])
    again = routed(copies)
    assert {record.matter for record in again.feed(0, limit=9)} == {"x", "a", "x1"}
    for exchanged in ({HOME: copies[HOME]}, {OTHER: copies[OTHER]}):
        with pytest.raises(StoreMismatch, match="'xinhua' and the home 'gulou' are not of one ord"):
            routed(shards | exchanged)


def test_another_home_is_told() -> None:
    shards = in_memory()
    routed(shards)
    with pytest.raises(StoreMismatch, match="'gulou' with the home 'xinhua' was opened"):
        routed(shards, home=OTHER)


def test_what_is_refused_leaves_no_trace_on_a_new_shard() -> None:
    shards = in_memory()
    routed(shards)
    new = MemoryStore()
    strange = MemoryStore()
    routed({"a": MemoryStore(), "z": strange}, home="a")
    with pytest.raises(StoreMismatch, match="'z' with the home 'gulou' was opened"):
        routed(shards | {"b": new, "z": strange})
    assert new._documents == {}
    routed(shards | {"b": new})


class Meanwhile(Wrapped):
    """A shard at which another opens all, before one of the calls to documents."""

    calls = 0
    another: Callable[[], object] | None = None

    def _met(self) -> None:
        self.calls -= 1
        if self.calls == 0 and self.another is not None:
            self.another()

    def get_document(self, digest: str) -> bytes | None:
        self._met()
        return super().get_document(digest)

    def put_document(self, digest: str, data: bytes) -> None:
        self._met()
        super().put_document(digest, data)


@pytest.mark.parametrize("meets", [HOME, OTHER])
@pytest.mark.parametrize("calls", range(1, 14))
@pytest.mark.parametrize("home", [HOME, OTHER])
def test_of_two_who_open_new_shards_at_once_those_go_on_who_agree(
    home: str, calls: int, meets: str
) -> None:
    shards = in_memory()

    def opens(shards: dict[str, Store], home: str) -> bool:
        try:
            routed(shards, home=home).append([draft("x")])
        except StoreMismatch:
            return False
        return True

    done: list[bool] = []
    meeting = Meanwhile(shards[meets])
    meeting.calls = calls
    meeting.another = lambda: done.append(opens(shards, OTHER))
    done.append(opens(shards | {meets: meeting}, home))
    if home == OTHER:
        assert all(done)
    else:
        assert sum(done) <= 1
    again = [each for each in (HOME, OTHER) if opens(shards, each)]
    assert len(again) == 1, "one can go on, and the other is told at each opening"
    assert len(routed(shards, home=again[0]).feed(0, limit=9)) == 1


@pytest.mark.parametrize("home", [HOME, OTHER])
def test_new_shards_are_taken_in_one_order_so_that_two_meet_at_the_first(home: str) -> None:
    taken: list[str] = []

    class Noted(MemoryStore):
        def put_document(self, digest: str, data: bytes) -> None:
            taken.append(f"{digest} {data.decode()}")
            super().put_document(digest, data)

    routed({OTHER: Noted(), HOME: Noted()}, home=home)
    of_order, *places = taken
    assert of_order.startswith("routed/order")
    assert [json.loads(each.partition(" ")[2])["shard"] for each in places] == [HOME, OTHER]


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
