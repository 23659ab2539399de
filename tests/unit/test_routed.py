"""Jurisdictions on two shards: what goes where, what still works without one, and the engine."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from tests.drafts import AT, HOUR, draft, timer, with_timers
from tests.routers import HOME, OTHER, failing, in_memory, routed
from tests.support import NOW
from tests.unit.test_engine import ALICE, CENTRE, GULOU, PIPES, received, rules
from tests.unit.test_moving import Foreign
from whistle_engine.commands import Classify, Command, Merge
from whistle_engine.commits import Receipt
from whistle_engine.engine import Engine
from whistle_engine.errors import (
    StoreClosed,
    StoreFailed,
    StoreMismatch,
    StoreMisrouted,
    VersionConflict,
)
from whistle_engine.model import TextRef
from whistle_engine.relay import Relay
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.beside import Restoring
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Erased, LedgerFilter, Loaded, VaultText
from whistle_engine.testing.stores.broken.beside import Gathers
from whistle_engine.testing.stores.filestore import FileStore
from whistle_engine.verify import verify


def words(command: str, matter: str) -> VaultText:
    return VaultText(ref=TextRef(command, "text"), matter=matter, salt=b"s", words=f"of {matter}")


# --------------------------------------------------------------------------- what goes where


def test_each_matter_lies_on_its_shard() -> None:
    shards = in_memory()
    store = routed(shards)
    store.append([draft("a"), draft("b")])
    store.append([draft("x")])
    assert [h.matter for h in shards[HOME].scan(None, limit=9)] == ["a", "b"]
    assert [h.matter for h in shards[OTHER].scan(None, limit=9)] == ["x"]
    assert [h.matter for h in store.scan(None, limit=9)] == ["a", "b", "x"]
    assert [r.position for r in store.feed(0, limit=9)] == [1, 2, 3]


def test_an_append_over_two_shards_is_refused_and_writes_nothing() -> None:
    store = routed()
    told = (
        "an append takes matters of one shard, and these are 'a' on 'gulou', 'x' on 'xinhua': give"
        " each shard a command of its own"
    )
    with pytest.raises(StoreMisrouted, match=f"^{told}$") as caught:
        store.append([draft("a"), draft("x")])
    assert caught.value.led == {"a": HOME, "x": OTHER}
    assert store.feed(0, limit=9) == ()


def nowhere(matter: str) -> str:
    return HOME if matter == "a" else "jinfeng"


@pytest.mark.parametrize(
    ("route", "name"), [(nowhere, "'jinfeng'"), ({"a": HOME}.__getitem__, None)]
)
@pytest.mark.parametrize(
    "call",
    [
        lambda store: store.load("m"),
        lambda store: store.append([draft("a"), draft("m")]),
        lambda store: store.projection("m"),
        lambda store: store.queued("m"),
        lambda store: store.rebuild(draft("m").projection),
        lambda store: store.timers.revive(timer(matter="m")),
    ],
)
def test_a_route_to_no_shard_is_told(
    call: Callable[[Store], object], route: Callable[[str], str], name: str | None
) -> None:
    store = routed(route=route)
    told = f"^matter 'm' was led to {name}, and should be to one of 'gulou', 'xinhua': see to the"
    with pytest.raises(StoreMisrouted, match=told):
        call(store)
    assert store.feed(0, limit=1) == ()


def test_the_home_is_one_of_the_shards() -> None:
    with pytest.raises(ValueError, match="home is 'jinfeng', and should be one of 'gulou', 'xin"):
        routed(home="jinfeng")


def test_a_conflict_goes_through() -> None:
    store = routed()
    with pytest.raises(VersionConflict, match="matter 'x' is at version 0, not 4"):
        store.append([draft("x", 5)])


def test_command_ids_are_known_within_a_shard_and_asked_for_on_all() -> None:
    store = routed()
    (first,) = store.append([draft("a", 1, "c")]).records
    assert store.append([draft("b", 1, "c")]).records == (first,)
    (second,) = store.append([draft("x", 1, "c")]).records
    assert store.load("a", "c").earlier == (first,)
    assert store.load("x", "c").earlier == (second,)
    assert store.load("", "c").earlier == (first, second)
    assert store.load("").earlier == ()


def test_several_histories_are_loaded_shard_by_shard() -> None:
    asked: list[list[tuple[str, str | None]]] = []

    class Noted(Gathers):
        def load_all(self, wanted: Sequence[tuple[str, str | None]]) -> tuple[Loaded, ...]:
            asked.append([*wanted])
            return super().load_all(wanted)

    store = routed({HOME: Noted(), OTHER: MemoryStore()})
    for matter in ("a", "b", "x", "x2"):
        store.append([draft(matter, 1, "c" if matter in "ax" else None)])
    wanted = [("x", "c"), ("a", "c"), ("b", None), ("x", "c"), ("x2", "none"), ("", "c")]
    right = tuple(store.load(*each) for each in wanted)
    assert store.load_all(wanted) == right
    assert asked == [[("a", "c"), ("b", None), ("", "c")]]
    assert len(right[-1].earlier) == 2
    with pytest.raises(StoreMisrouted):
        routed(route={"a": HOME}.__getitem__).load_all([("a", None), ("m", None)])


def test_a_queue_restores_where_all_shards_can() -> None:
    assert isinstance(routed().timers, Restoring)
    mixed = routed({HOME: MemoryStore(), OTHER: Foreign()})
    assert not isinstance(mixed.timers, Restoring)
    assert not isinstance(mixed.outbox, Restoring)


def test_words_under_one_id_on_two_shards_are_neither_shown_nor_erased() -> None:
    shards = in_memory()
    store = routed(shards)
    store.append([draft("a", 1, "c", texts=(words("c", "a"),))])
    assert store.read_text(TextRef("c", "text")) == words("c", "a")
    store.append([draft("x", 1, "c", texts=(words("c", "x"),))])
    told = "the shards 'gulou', 'xinhua' all have a text .*: ids of commands should differ"
    for call in (store.read_text, store.erase_text):
        with pytest.raises(StoreMismatch, match=told):
            call(TextRef("c", "text"))
    assert shards[OTHER].read_text(TextRef("c", "text")) == words("c", "x")


def test_documents_are_on_every_shard() -> None:
    shards = in_memory()
    store = routed(shards)
    store.put_document("d", b"data")
    assert [shard.get_document("d") for shard in shards.values()] == [b"data", b"data"]
    shards[OTHER].put_document("e", b"only there")
    assert store.get_document("e") == b"only there"
    assert store.get_document("f") is None


def test_it_can_do_what_all_can(tmp_path: Path) -> None:
    durable = FileStore(tmp_path / "store")
    assert durable.capabilities == frozenset(Capability)
    with routed({HOME: durable, OTHER: MemoryStore()}) as store:
        assert store.capabilities == {Capability.THREADS}


def test_closing_closes_all_though_one_fails() -> None:
    class Stuck(MemoryStore):
        def close(self) -> None:
            raise StoreFailed("it does not close")

    other = MemoryStore()
    store = routed({HOME: Stuck(), OTHER: other})
    with pytest.raises(StoreFailed, match="it does not close"):
        store.close()
    with pytest.raises(StoreClosed):
        other.feed(0, limit=1)


# ------------------------------------------------------------------------------- the queues


def armed(store: Store, matter: str, count: int) -> None:
    for number in range(count):
        store.append([with_timers(timer(matter=f"{matter}{number}"), matter=f"{matter}{number}")])


def claimed(store: Store, limit: int) -> list[str]:
    claims = store.timers.claim(now=AT, until=AT + HOUR, limit=limit)
    assert len(claims) <= limit
    return [claim.item.matter for claim in claims]


def test_a_limit_is_shared_out_and_what_one_leaves_is_the_others() -> None:
    store = routed()
    armed(store, "a", 9)
    armed(store, "x", 3)
    assert claimed(store, 4) == ["a0", "a1", "x0", "x1"]
    assert claimed(store, 6) == ["a2", "a3", "a4", "a5", "a6", "x2"]
    assert claimed(store, 9) == ["a7", "a8"]
    assert claimed(store, 9) == []


def test_claims_of_one_come_round_to_each_shard() -> None:
    store = routed()
    armed(store, "a", 5)
    armed(store, "x", 2)
    assert sorted(claimed(store, 1) + claimed(store, 1)) == ["a0", "x0"]
    assert sorted(claimed(store, 1) + claimed(store, 1)) == ["a1", "x1"]


# ------------------------------------------------------------------------- a shard that is away


def test_what_works_while_a_shard_is_away(caplog: pytest.LogCaptureFixture) -> None:
    shards = in_memory()
    other, server = failing(shards[OTHER])
    store = routed(shards | {OTHER: other})
    armed(store, "a", 1)
    armed(store, "x", 1)
    store.append([draft("a", 1, "c", texts=(words("c", "a"),))])
    store.put_document("d", b"data")
    server.down = True

    store.append([draft("b")])
    assert len(store.load("b").records) == 1
    assert store.read_text(TextRef("c", "text")) == words("c", "a")
    assert store.get_document("d") == b"data"
    with caplog.at_level(logging.WARNING, "whistle_engine.storage.routed"):
        assert claimed(store, 1) == ["a0"]
        assert claimed(store, 9) == []
    assert "nothing is claimed on shard 'xinhua': the server is away" in caplog.messages
    away: list[Callable[[], object]] = [
        lambda: store.append([draft("x2")]),
        lambda: store.load("x0"),
        lambda: store.feed(0, limit=9),
        lambda: store.scan(None, limit=9),
        lambda: store.ledger(LedgerFilter(), limit=9),
        lambda: store.read_text(TextRef("none", "text")),
        lambda: store.erase_text(TextRef("c", "text")),
        lambda: store.get_document("none"),
        lambda: store.timers.waiting(until=AT, limit=9),
    ]
    for call in away:
        with pytest.raises(StoreFailed, match="the server is away"):
            call()

    server.down = False
    assert claimed(store, 9) == ["x0"]
    store.erase_text(TextRef("c", "text"))
    assert store.read_text(TextRef("c", "text")) is Erased.ERASED
    assert [record.matter for record in store.feed(0, limit=9)] == ["a0", "x0", "a", "b"]


def test_without_its_home_what_is_known_can_be_read_and_nothing_written() -> None:
    shards = in_memory()
    home, server = failing(shards[HOME])
    store = routed(shards | {HOME: home})
    store.append([draft("x")])
    store.put_document("d", b"data")
    server.down = True
    assert len(store.load("x").records) == 1
    assert store.get_document("d") == b"data"
    with pytest.raises(StoreFailed, match="is on shard 'xinhua', and has no position yet: the ser"):
        store.append([draft("x2")])
    with pytest.raises(StoreFailed, match="the server is away"):
        store.load("x2")
    server.down = False
    assert store.append([draft("x2")]).again


def test_a_claim_fails_where_all_shards_do() -> None:
    away = {name: failing(store) for name, store in in_memory().items()}
    store = routed({name: shard for name, (shard, _) in away.items()})
    for _, server in away.values():
        server.down = True
    with pytest.raises(StoreFailed, match="the server is away"):
        store.outbox.claim(now=AT, until=AT + HOUR, limit=1)


# ------------------------------------------------------------------------------- the engine


def receive(command: str, matter: str) -> tuple[Command, dict[str, str]]:
    return Command(id=command, matter=matter, by=ALICE, do=received()), {"text": "水管漏水"}


def test_an_engine_over_two_jurisdictions() -> None:
    store = routed()
    now = NOW
    engine = Engine(store, rules(), clock=lambda: now)
    many = [receive(f"c-{matter}", matter) for matter in ("a", "x", "b", "x2")]
    assert all(isinstance(each, Receipt) for each in engine.execute_many(many))
    for matter in ("a", "x", "b", "x2"):
        command = Command(id=f"k-{matter}", matter=matter, by=GULOU, do=Classify(facts=PIPES))
        assert engine.execute(command) == engine.execute(command)
        assert engine.text(ALICE, matter, TextRef(f"c-{matter}", "text")) == "水管漏水"
    assert [row.matter for row in engine.ledger(CENTRE)] == ["a", "b", "x", "x2"]

    merging = Command(id="merge", matter="b", by=GULOU, do=Merge(into="x"))
    with pytest.raises(StoreMisrouted, match="an append takes matters of one shard"):
        engine.execute(merging)
    assert store.load("", "merge").earlier == ()

    now += timedelta(days=5)
    relay = Relay(engine, (), clock=lambda: now)
    while relay.step().anything:
        pass
    fired = [r.matter for r in store.feed(0, limit=99) if r.command_id.startswith("timer:")]
    assert {*fired} == {"a", "b", "x", "x2"}
    report = verify(store)
    assert report.ok, report.first
    assert report.checkpoint is not None
    assert verify(store, since=report.checkpoint).ok
    positions = [record.position for record in store.feed(0, limit=99)]
    assert positions == sorted(set(positions))


@pytest.mark.parametrize("batch", [1, 2, 256])
def test_in_bulk_a_command_of_two_jurisdictions_or_of_none_fails_alone(batch: int) -> None:
    store = routed(route={"": HOME, "a": HOME, "b": HOME, "x": OTHER}.__getitem__)
    engine = Engine(store, rules(), clock=lambda: NOW)
    many: list[tuple[Command, dict[str, str]]] = [
        receive("c-a", "a"),
        receive("c-x", "x"),
        *[
            (Command(id=f"k-{matter}", matter=matter, by=GULOU, do=Classify(facts=PIPES)), {})
            for matter in ("a", "x")
        ],
        (Command(id="merge", matter="a", by=GULOU, do=Merge(into="x")), {}),
        receive("c-m", "m"),
        receive("c-b", "b"),
    ]
    *done, merged, lost, last = engine.execute_many(many, batch=batch)
    assert all(isinstance(each, Receipt) for each in (*done, last))
    assert isinstance(merged, StoreMisrouted)
    assert merged.led == {"a": HOME, "x": OTHER}
    assert isinstance(lost, StoreMisrouted)
    assert lost.led == {"m": None}
    written = {record.command_id for record in store.feed(0, limit=9)}
    assert written == {"c-a", "c-x", "k-a", "k-x", "c-b"}
    assert verify(store).ok


def test_verify_finds_a_command_id_of_two_jurisdictions() -> None:
    store = routed()
    engine = Engine(store, rules(), clock=lambda: NOW)
    for matter in ("a", "x"):
        command, texts = receive("c", matter)
        engine.execute(command, texts=texts)
    report = verify(store, most=9)
    assert [(each.matter, each.detail) for each in report.mismatches] == [
        (matter, "'c' is the id of another command too") for matter in ("a", "x")
    ]
