"""Verifying a store: whatever is tampered with is found, and named."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum
from itertools import count
from typing import Any
from weakref import ref

import pytest
from attrs import evolve, fields
from hypothesis import HealthCheck, Phase, given, settings

from tests.support import NOW
from tests.unit.histories import Town, towns
from tests.unit.test_engine import (
    ALICE,
    BOB,
    CENTRE,
    GULOU,
    PIPES,
    XINHUA,
    ZHUJIAN,
    World,
    rules,
)
from whistle_engine.checkpoints import Checkpoint, checkpoint, last_position
from whistle_engine.codec import dump_command, load_answer, load_command
from whistle_engine.commands import Add, Blow, Classify, Dispatch, Merge, SendBack, Urge
from whistle_engine.engine import Engine
from whistle_engine.errors import CodecError, Unfinished
from whistle_engine.model import Actor, Role, TextRef
from whistle_engine.rebuilding import rebuild_all
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    DutyRow,
    History,
    Loaded,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    VaultText,
    chain_digest,
)
from whistle_engine.verify import Check, Counts, Mismatch, verify

DISTRICT = settings(
    max_examples=15,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def filled() -> World:
    """Three matters: one handled, one merged into it, one only received; with a shirk."""
    world = World()
    salts = count(1)
    world.engine = Engine(
        world.store,
        rules(),
        clock=lambda: world.now,
        salt=lambda: next(salts).to_bytes(16, "big"),
    )
    world.receive("m-1")
    world.now += timedelta(minutes=1)
    world.receive("m-2", BOB)
    world.ok(GULOU, Classify(facts=PIPES), "m-2")
    world.ok(GULOU, Classify(facts=PIPES), "m-1")
    world.ok(GULOU, Merge(into="m-2"), "m-1")
    world.now += timedelta(minutes=1)
    world.ok(XINHUA, Blow(kind="tough"), "m-2")
    world.ok(CENTRE, Dispatch(), "m-2")
    world.do(ZHUJIAN, SendBack(), "m-2", reason="不归我们管")
    world.receive("m-3")
    return world


@pytest.fixture
def world() -> World:
    return filled()


def first(store: MemoryStore, **more: Any) -> Mismatch:
    report = verify(store, **more)
    assert report.first is not None
    assert not report.ok
    assert report.checkpoint is None
    return report.first


def where(store: MemoryStore, **more: Any) -> tuple[str | None, int | None, Check]:
    found = first(store, **more)
    return found.matter, found.version, found.what


def put(store: MemoryStore, old: Record, new: Record) -> None:
    """Put another record in the place of one, wherever the store holds it."""
    for held in (store._feed, *store._matters.values(), *store._commands.values()):
        for place, record in enumerate(held):
            if record is old:
                held[place] = new


def tamper(store: MemoryStore, where: str, at: int, /, **changes: Any) -> None:
    old = store._matters[where][at - 1]
    put(store, old, evolve(old, **changes))


def rechain(store: MemoryStore, matter: str, since: int = 1) -> None:
    """Compute a matter's chain anew, as one would who wants to hide something."""
    for version in range(since, len(store._matters[matter]) + 1):
        old = store._matters[matter][version - 1]
        previous = store._matters[matter][version - 2].digest if version > 1 else ""
        new = evolve(old, previous=previous)
        put(store, old, evolve(new, digest=chain_digest(new)))


def remove(store: MemoryStore, matter: str, since: int = 1) -> None:
    """Remove a matter, or its last commits, as if they had never been."""
    gone = store._matters[matter][since - 1 :]
    del store._matters[matter][since - 1 :]
    for held in (store._feed, *store._commands.values()):
        held[:] = [record for record in held if record not in gone]
    notices = store._outbox._slots.get(matter, {})
    for key in [key for key in notices if key[1] >= since]:
        del notices[key]
    if since == 1:
        del store._matters[matter], store._rows[matter], store._duties[matter]
    else:
        rebuild_all(store)


def seen_through(kind: type[MemoryStore], store: MemoryStore) -> MemoryStore:
    """The same contents, behind another class."""
    other = kind()
    other.__dict__.update(vars(store))
    return other


# ------------------------------------------------------------------------------- what is whole


@DISTRICT
@given(towns())
def test_what_the_engine_wrote_fits(town: Town) -> None:
    report = verify(town.store, page=1)
    assert report.ok, report.first
    feed = town.memory._feed
    own = [r for r in feed if load_command(r.command).matter == r.matter]
    assert report.counts == Counts(
        matters=len(town.memory._matters),
        commits=len(feed),
        texts=sum(len(load_command(r.command).texts) for r in own),
        erased=0,
    )
    assert report.checkpoint == checkpoint(town.store, page=2)
    assert verify(town.store, since=report.checkpoint).ok


def test_an_empty_store_is_whole() -> None:
    report = verify(MemoryStore())
    assert report.ok
    assert report.checkpoint is not None
    assert (report.checkpoint.position, report.checkpoint.matters) == (0, 0)
    assert report.counts == Counts(matters=0, commits=0, texts=0, erased=0)


def test_the_sample_is_whole_and_has_all_that_there_is_to_tamper_with(world: World) -> None:
    report = verify(world.store)
    assert report.ok, report.first
    assert (report.counts.matters, report.counts.commits) == (3, 10)
    assert any(load_answer(r.answer) is not None for r in world.store._feed)
    assert all(p.duties and p.timers for p in (_held(world, "m-2"), _held(world, "m-3")))


def _held(world: World, matter: str) -> Projection:
    found = world.store.projection(matter)
    assert found is not None
    return found


def test_progress_is_told_page_by_page(world: World) -> None:
    told: list[Counts] = []
    report = verify(world.store, page=2, progress=told.append)
    assert [each.matters for each in told] == [2, 3]
    assert told[-1] == report.counts


# ------------------------------------------------------------------------------- S16: records

OTHER: dict[str, Any] = {
    "matter": "m-9",
    "version": 7,
    "position": 77,
    "command_id": "c-99",
    "recorded_at": NOW + timedelta(seconds=1),
    "command": b"{}",
    "basis": b"{}",
    "events": b"[]",
    "answer": b"{}",
    "previous": "sha256:0",
    "digest": "sha256:0",
}
FOUND = {
    "matter": Check.MATTER,
    "version": Check.VERSION,
    "position": Check.FEED,
    "command_id": Check.CHAIN,
    "recorded_at": Check.CHAIN,
    "command": Check.CHAIN,
    "basis": Check.CHAIN,
    "events": Check.CHAIN,
    "answer": Check.CHAIN,
    "previous": Check.CHAIN,
    "digest": Check.CHAIN,
}


@pytest.mark.parametrize("version", [1, 3, 4, 6])
@pytest.mark.parametrize("name", [each.name for each in fields(Record)])
def test_s16_each_field_of_a_record_that_is_tampered_with_is_found(name: str, version: int) -> None:
    world = filled()
    tamper(world.store, "m-2", version, **{name: OTHER[name]})
    found = first(world.store)
    what = FOUND[name]
    if name == "position":  # the feed ends earlier or later, or does not ascend
        assert found.what in (Check.FEED, Check.POSITION)
        return
    assert (found.matter, found.version, found.what) == ("m-2", version, what)


@pytest.mark.parametrize("name", ["command", "basis", "events", "answer"])
def test_s16_a_single_bit_is_found(name: str) -> None:
    world = filled()
    for version, record in enumerate(tuple(world.store._matters["m-2"]), 1):
        data = bytearray(getattr(record, name))
        data[len(data) // 2] ^= 1
        tamper(world.store, "m-2", version, **{name: bytes(data)})
        assert where(world.store) == ("m-2", version, Check.CHAIN)
        put(world.store, world.store._matters["m-2"][version - 1], record)


@pytest.mark.parametrize("name", ["command", "basis", "events", "answer", "recorded_at"])
def test_s16_the_first_that_does_not_fit_is_the_one_named(name: str) -> None:
    world = filled()
    tamper(world.store, "m-2", 4, **{name: OTHER[name]})
    tamper(world.store, "m-2", 5, **{name: OTHER[name]})
    tamper(world.store, "m-3", 1, **{name: OTHER[name]})
    assert where(world.store) == ("m-2", 4, Check.CHAIN)
    assert len(verify(world.store).mismatches) == 1
    report = verify(world.store, most=9)
    assert [(m.matter, m.version) for m in report.mismatches] == [("m-2", 4), ("m-3", 1)]


def test_s16_a_link_to_another_commit_is_found_though_its_own_digest_fits(world: World) -> None:
    last = world.store._matters["m-2"][-1]
    other = evolve(last, previous=world.store._matters["m-2"][0].digest)
    put(world.store, last, evolve(other, digest=chain_digest(other)))
    assert where(world.store) == ("m-2", 6, Check.CHAIN)


@pytest.mark.parametrize("version", [1, 2, 5])
def test_s2_a_commit_cut_out_is_found(world: World, version: int) -> None:
    del world.store._matters["m-2"][version - 1]
    assert where(world.store) == ("m-2", version, Check.VERSION)


def test_s2_a_matter_without_a_commit_is_found(world: World) -> None:
    world.store._matters["m-0"] = []
    assert where(world.store) == ("m-0", None, Check.VERSION)


def test_s16_two_commits_that_changed_places_are_found(world: World) -> None:
    records = world.store._matters["m-2"]
    records[2], records[3] = evolve(records[3], version=3), evolve(records[2], version=4)
    assert where(world.store) == ("m-2", 3, Check.CHAIN)


# ------------------------------------------------------- what fits the chain, and nothing else


def forged(world: World, version: int, matter: str = "m-2", /, **changes: Any) -> Check:
    """Tamper, and write the chain anew: what is found then."""
    tamper(world.store, matter, version, **changes)
    rechain(world.store, matter)
    found = first(world.store)
    assert (found.matter, found.version) in ((matter, version), (matter, None))
    return found.what


def test_l12_bytes_that_do_not_decode_are_found(world: World) -> None:
    record = world.store._matters["m-2"][0]
    other = record.events.replace(b"received/1", b"received/99")
    assert other != record.events
    assert forged(world, 1, events=other) is Check.BYTES


@pytest.mark.parametrize("name", ["command", "basis", "answer", "events"])
def test_l12_so_are_bytes_of_nothing(world: World, name: str) -> None:
    assert forged(world, 4, **{name: b""}) is Check.BYTES


def test_l13_a_command_under_another_id_is_found(world: World) -> None:
    assert forged(world, 4, command_id="c-99") is Check.COMMAND
    world.store._commands["c-99"] = [world.store._matters["m-2"][3]]  # found by it, too
    found = first(world.store)
    assert (found.version, found.what) == (4, Check.COMMAND)
    assert "lies under 'c-99'" in str(found)


def test_l13_a_command_on_another_matter_is_found(world: World) -> None:
    record = world.store._matters["m-2"][3]
    other = evolve(load_command(record.command), matter="m-9")
    assert forged(world, 4, command=dump_command(other)) is Check.COMMAND


def test_l13_an_id_with_two_commands_is_found(world: World) -> None:
    record = world.store._matters["m-3"][0]
    other = evolve(load_command(record.command), id="c-1")
    taken = evolve(record, command_id="c-1", command=dump_command(other))
    put(world.store, record, taken)
    world.store._commands["c-1"].append(taken)
    rechain(world.store, "m-3")
    found = first(world.store)
    assert (found.matter, found.version, found.what) == ("m-1", 1, Check.COMMAND)


def test_s5_a_command_that_is_not_found_by_its_id_is_found(world: World) -> None:
    world.store._commands["c-1"].clear()
    assert where(world.store) == ("m-1", 1, Check.COMMAND)


def test_l14_time_that_runs_backwards_is_found(world: World) -> None:
    record = world.store._matters["m-2"][3]
    past = NOW - timedelta(days=1)
    events = record.events.replace(wire(record.recorded_at), wire(past))
    assert events != record.events
    assert forged(world, 4, recorded_at=past, events=events) is Check.TIME


def wire(at: datetime) -> bytes:
    return at.isoformat().replace("+00:00", "Z").encode()


def test_l14_another_time_than_that_of_the_events_is_found(world: World) -> None:
    last = world.store._matters["m-2"][-1]
    later = last.recorded_at + timedelta(seconds=1)
    assert forged(world, last.version, recorded_at=later) is Check.TIME


def test_l11_an_answer_that_is_not_of_this_command_is_found(world: World) -> None:
    refused = world.store._matters["m-2"][-1]
    other = refused.answer.replace(b'"command":"send_back"', b'"command":"blow"')
    assert other != refused.answer
    assert forged(world, refused.version, answer=other) is Check.ANSWER
    assert forged(filled(), 2, answer=refused.answer) is Check.ANSWER


def test_l11_a_refusal_that_recorded_something_else_is_found(world: World) -> None:
    refused = world.store._matters["m-2"][-1]
    other = refused.answer.replace(b'"how":"send_back"', b'"how":"flow_back"')
    assert other != refused.answer
    assert forged(world, refused.version, answer=other) is Check.ANSWER


def test_l12_events_that_are_not_a_matters_are_found(world: World) -> None:
    second = world.store._matters["m-2"][1]
    opened = world.store._matters["m-2"][0].recorded_at
    events = second.events.replace(wire(second.recorded_at), wire(opened))
    assert forged(world, 1, events=events) is Check.STATE


def test_other_events_give_other_look_ups(world: World) -> None:
    record = world.store._matters["m-3"][0]
    events = record.events.replace(b"12345", b"54321")
    assert events != record.events
    assert forged(world, 1, "m-3", events=events) is Check.ROW


# ------------------------------------------------------------------------------- S7: the feed


def test_s7_a_commit_that_the_feed_does_not_show_is_found(world: World) -> None:
    record = world.store._feed[4]
    world.store._feed[4] = world.store._feed[3]
    assert first(world.store).what is Check.FEED
    world.store._feed[4] = record
    assert verify(world.store).ok
    world.store._feed.pop()
    assert where(world.store) == ("m-3", 1, Check.FEED)


def test_s7_a_commit_that_only_the_feed_shows_is_found(world: World) -> None:
    last = world.store._feed[-1]
    world.store._feed.append(evolve(last, version=2, position=last.position + 1))
    assert where(world.store) == ("m-3", 2, Check.FEED)


def test_s7_positions_that_fall_are_found(world: World) -> None:
    one, two = world.store._matters["m-2"][3:5]
    held = world.store._feed
    at, to = held.index(one), held.index(two)
    put(world.store, one, evolve(one, position=two.position))
    put(world.store, two, evolve(two, position=one.position))
    held[at], held[to] = held[to], held[at]
    assert where(world.store) == ("m-2", 5, Check.POSITION)


def test_s8_a_feed_that_does_not_ascend_is_found(world: World) -> None:
    class Backwards(MemoryStore):
        def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
            return tuple(reversed(super().feed(after, limit=limit)))

    found = first(seen_through(Backwards, world.store))
    assert found.what is Check.FEED
    assert "does not ascend" in str(found)


def test_s20_matters_out_of_order_are_found(world: World) -> None:
    class Shuffled(MemoryStore):
        def scan(self, after: str | None, *, limit: int) -> tuple[History, ...]:
            return tuple(reversed(super().scan(after, limit=limit)))

    assert where(seen_through(Shuffled, world.store)) == ("m-2", None, Check.MATTER)


# ------------------------------------------------------------------------------- S17, S18


def test_s17_other_words_are_found(world: World) -> None:
    place = TextRef("c-2", "text")
    kept = world.store.read_text(place)
    assert isinstance(kept, VaultText)
    for changes in ({"words": "别的"}, {"salt": b"\0" * 16}, {"matter": "m-1"}, {"ref": None}):
        world.store._texts[place] = evolve(kept, **changes)
        assert where(world.store) == ("m-2", 1, Check.TEXT)
    del world.store._texts[place]
    assert where(world.store) == ("m-2", 1, Check.TEXT)
    world.store._texts[place] = kept
    assert verify(world.store).ok


def test_s17_what_was_erased_fits_and_is_counted(world: World) -> None:
    whole = verify(world.store)
    world.store.erase_text(TextRef("c-2", "text"))
    report = verify(world.store, since=whole.checkpoint)
    assert report.ok
    assert (report.counts.texts, report.counts.erased) == (whole.counts.texts - 1, 1)
    assert report.checkpoint == whole.checkpoint


def test_s17_a_basis_that_forgets_a_text_is_found(world: World) -> None:
    record = world.store._matters["m-3"][0]
    basis = json.loads(record.basis)
    del basis["texts"]["text"]
    data = json.dumps(basis, sort_keys=True, separators=(",", ":")).encode()
    assert forged(world, 1, "m-3", basis=data) is Check.TEXT


@pytest.mark.parametrize("which", ["policy", "directory"])
def test_s18_a_document_that_is_gone_or_changed_is_found(world: World, which: str) -> None:
    digest = getattr(world.engine.rules, f"{which}_digest")
    data = world.store._documents.pop(digest)
    assert where(world.store) == ("m-1", 1, Check.DOCUMENT)
    world.store._documents[digest] = data + b" "
    assert where(world.store) == ("m-1", 1, Check.DOCUMENT)
    world.store._documents[digest] = data
    assert verify(world.store).ok


# ------------------------------------------------------------------------------- S19: look-ups


def another(value: Any) -> Any:
    """A value of the same kind that is not the same."""
    match value:
        case str():
            return value + "x"
        case Enum():
            return next(each for each in type(value) if each is not value)
        case int():
            return value + 1
        case None:
            return 5
        case _:
            return value + timedelta(seconds=1)


@pytest.mark.parametrize("name", [each.name for each in fields(MatterRow)])
def test_s19_each_field_of_a_row_is_held_against_the_commits(world: World, name: str) -> None:
    row = world.store._rows["m-2"]
    world.store._rows["m-2"] = evolve(row, **{name: another(getattr(row, name))})
    assert where(world.store) == ("m-2", 6, Check.ROW)
    assert world.engine.rebuild_all() == 3
    assert verify(world.store).ok


@pytest.mark.parametrize("name", [each.name for each in fields(DutyRow)])
def test_s19_each_field_of_a_duty_is_held_against_the_commits(world: World, name: str) -> None:
    duty, *rest = world.store._duties["m-2"]
    changed = evolve(duty, **{name: another(getattr(duty, name))})
    world.store._duties["m-2"] = (changed, *rest)
    assert where(world.store) == ("m-2", 6, Check.DUTIES)
    assert world.engine.rebuild_all() == 3
    assert verify(world.store).ok


@pytest.mark.parametrize("name", [each.name for each in fields(Timer)])
def test_s19_each_field_of_a_timer_is_held_against_the_commits(world: World, name: str) -> None:
    slots = world.store._timers._slots["m-2"]
    slot = next(slot for slot in slots.values() if not slot.gone)
    before = slot.item
    slot.item = evolve(before, **{name: another(getattr(before, name))})
    assert where(world.store) == ("m-2", 6, Check.TIMERS)
    slot.item = before
    assert verify(world.store).ok


def _no_duties(store: MemoryStore) -> None:
    store._duties["m-2"] = ()


def _no_timers(store: MemoryStore) -> None:
    store._timers._slots["m-2"].clear()


def _one_duty_twice(store: MemoryStore) -> None:
    store._duties["m-2"] += store._duties["m-2"][:1]


def _no_row(store: MemoryStore) -> None:
    del store._rows["m-2"]


@pytest.mark.parametrize(
    ("damage", "version", "what"),
    [
        (_no_duties, 6, Check.DUTIES),
        (_one_duty_twice, 6, Check.DUTIES),
        (_no_timers, 6, Check.TIMERS),
        (_no_row, None, Check.ROW),
    ],
)
def test_s19_rows_too_few_or_too_many_are_found_and_mended(
    world: World, damage: Callable[[MemoryStore], None], version: int | None, what: Check
) -> None:
    damage(world.store)
    assert where(world.store) == ("m-2", version, what)
    assert rebuild_all(world.store) == 3
    assert verify(world.store).ok


def test_s12_a_timer_that_is_settled_though_the_commits_want_it_is_found_and_mended(
    world: World,
) -> None:
    later = NOW + timedelta(days=400)
    waiting = world.store.timers.waiting(until=later, limit=99)
    for slots in world.store._timers._slots.values():
        for slot in slots.values():
            slot.settled = True
    assert where(world.store) == ("m-2", 6, Check.TIMERS)
    assert "settled, and never fired" in str(first(world.store))
    assert world.engine.rebuild_all() == 3
    assert verify(world.store).ok
    assert world.store.timers.waiting(until=later, limit=99) == waiting


def test_s12_timers_that_fired_or_died_fit(world: World) -> None:
    later = NOW + timedelta(days=400)
    world.now = later
    (claim, *_) = world.store.timers.claim(now=later, until=later, limit=1)
    world.store.timers.fail(claim, retry_at=None)
    assert world.engine.fire_due(limit=5)
    assert verify(world.store).ok
    assert world.engine.rebuild_all() == 3
    assert world.store.timers.dead(limit=9) == (claim.item,)


@pytest.mark.parametrize("name", [each.name for each in fields(Notice)])
def test_s19_each_field_of_a_notice_is_held_against_the_commits(world: World, name: str) -> None:
    slot = world.store._outbox._slots["m-2"][("m-2", 4, 1)]
    before = slot.item
    slot.item = evolve(before, **{name: another(getattr(before, name))})
    found = first(world.store)
    assert (found.matter, found.version, found.what) == ("m-2", 4, Check.NOTICES)
    slot.item = before
    assert verify(world.store).ok


@pytest.mark.parametrize("settled", [False, True])
def test_s19_notices_that_are_gone_or_too_many_are_found(world: World, *, settled: bool) -> None:
    slots = world.store._outbox._slots["m-2"]
    for slot in slots.values():
        slot.settled = settled
    assert verify(world.store).ok
    for key in tuple(slots):
        one = slots.pop(key)
        assert where(world.store) == ("m-2", key[1], Check.NOTICES), key
        assert f"missing [{one.item!r}".replace("[", '["', 1) in str(first(world.store))
        slots[key] = one
        for version in (key[1], 6, 7):
            other = evolve(one.item, version=version, number=9)
            slots[("m-2", version, 9)] = evolve(one, item=other)
            assert where(world.store) == ("m-2", version, Check.NOTICES), key
            del slots[("m-2", version, 9)]
    assert verify(world.store).ok
    slots.clear()
    assert where(world.store) == ("m-2", 1, Check.NOTICES)


def test_s19_a_row_of_a_matter_that_is_not_there_is_found(world: World) -> None:
    world.store._rows["m-9"] = evolve(world.store._rows["m-1"], matter="m-9")
    assert where(world.store) == ("m-9", None, Check.ROW)


# ------------------------------------------------------------------------------- checkpoints


def test_s16_new_commits_and_new_matters_fit_an_old_checkpoint(world: World) -> None:
    points = [checkpoint(world.store)]
    for _ in range(3):
        world.now += timedelta(days=1)
        world.engine.fire_due()
        world.receive(f"m-{world.count}")
        world.ok(ALICE, Urge(), "m-3")
        points.append(checkpoint(world.store))
    assert len({point.root for point in points}) == 4
    assert [point.matters for point in points] == [3, 4, 5, 6]
    for point in points:
        assert verify(world.store, since=point).ok


def test_s16_a_matter_removed_is_found_against_a_checkpoint(world: World) -> None:
    kept = checkpoint(world.store)
    remove(world.store, "m-3")  # the last commit of the feed
    assert verify(world.store).ok
    found = first(world.store, since=kept)
    assert (found.what, found.matter) == (Check.CHECKPOINT, None)
    assert "cut off" in str(found)


class Gaps(MemoryStore):
    """Positions may have gaps: the feed is found by position, not by place."""

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        return tuple(record for record in self._feed if record.position > after)[:limit]


def renumbered(store: MemoryStore) -> MemoryStore:
    return seen_through(Gaps, store)


def test_s16_so_is_one_removed_from_the_middle(world: World) -> None:
    store = renumbered(world.store)
    kept = checkpoint(store)
    world.receive("m-4")
    remove(store, "m-3")
    assert verify(store).ok
    found = first(store, since=kept)
    assert found.what is Check.CHECKPOINT
    assert "of the 3 matters" in str(found)


def test_s16_a_history_written_anew_is_found_against_a_checkpoint(world: World) -> None:
    kept = checkpoint(world.store)
    record = world.store._matters["m-1"][1]
    other = evolve(load_command(record.command), by=Actor(id="x", roles=frozenset({Role.STREET})))
    tamper(world.store, "m-1", 2, command=dump_command(other))
    rechain(world.store, "m-1")
    assert verify(world.store).ok  # it hangs together
    assert "written anew" in str(first(world.store, since=kept))


def test_s16_a_history_cut_short_is_found_against_a_checkpoint(world: World) -> None:
    store = renumbered(world.store)
    kept = checkpoint(store)
    remove(store, "m-2", since=6)
    assert verify(store).ok
    assert "cut off" in str(first(store, since=kept))


def test_s16_positions_that_moved_are_found_against_a_checkpoint(world: World) -> None:
    store = renumbered(world.store)
    kept = checkpoint(store)
    last = store._feed[-1]
    put(store, last, evolve(last, position=last.position + 5))
    assert verify(store).ok
    assert first(store, since=kept).what is Check.CHECKPOINT


def test_a_checkpoint_is_one_line(world: World) -> None:
    found = checkpoint(world.store)
    line = found.dump()
    assert "\n" not in line
    assert Checkpoint.load(line + "\n") == found
    assert json.loads(line) == {
        "type": "checkpoint/1", "position": 10, "matters": 3, "root": found.root,
    }  # fmt: skip
    assert last_position(world.store) == 10


LINE = {"type": "checkpoint/1", "position": 1, "matters": 1, "root": "sha256:" + "0" * 64}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "one line of JSON"),
        ("[" * 100_000, "one line of JSON"),
        ("[]", "checkpoint/1"),
        (json.dumps(LINE | {"type": "checkpoint/2"}), "checkpoint/1"),
        (json.dumps(LINE | {"more": 1}), "more"),
        (json.dumps({k: v for k, v in LINE.items() if k != "root"}), "position, matters and root"),
        (json.dumps(LINE | {"position": -1}), "position is -1"),
        (json.dumps(LINE | {"position": True}), "position is True"),
        (json.dumps(LINE | {"matters": "1"}), "matters is '1'"),
        (json.dumps(LINE | {"root": "sha256:00"}), "64 hexadecimal"),
        (json.dumps(LINE | {"root": None}), "64 hexadecimal"),
    ],
)
def test_a_line_that_is_no_checkpoint_says_why(line: str, says: str) -> None:
    with pytest.raises(CodecError, match=says):
        Checkpoint.load(line)


def test_the_root_is_that_of_heads_in_order(world: World) -> None:
    """Computed again by hand, so that a city can check it without this library."""
    from hashlib import sha256  # noqa: PLC0415

    data = b""
    for matter in sorted(world.store._matters):
        head = world.store._matters[matter][-1]
        for part in (matter, str(head.version), head.digest):
            data += len(part.encode()).to_bytes(8, "big") + part.encode()
    assert checkpoint(world.store).root == "sha256:" + sha256(data).hexdigest()


# ------------------------------------------------------------------------------- while others write


class Growing(MemoryStore):
    """Others append whenever a look-up row is read, a given number of times."""

    world: World | None = None
    times = 0

    def projection(self, matter: str) -> Projection | None:
        if self.world is not None and self.times:
            self.times -= 1
            self.world.ok(ALICE, Urge(), matter)
        return super().projection(matter)

    def queued(self, matter: str) -> Queues:
        found = super().queued(matter)
        if self.world is not None and self.times:
            self.times -= 1
            self.world.ok(ALICE, Urge(), matter)
        return found

    def load(self, matter: str, command_id: str | None = None) -> Loaded:
        found = super().load(matter, command_id)
        if self.world is not None and self.times and matter:
            self.times -= 1
            self.world.ok(ALICE, Urge(), matter)
        return found


@pytest.mark.parametrize("times", range(8))
def test_others_may_write_while_it_is_verified(times: int) -> None:
    store = Growing()
    world = World(store)
    world.receive("m-1")
    world.receive("m-2")
    world.ok(GULOU, Classify(facts=PIPES), "m-1")
    world.ok(XINHUA, Blow(kind="tough"), "m-1")
    world.ok(CENTRE, Dispatch(), "m-1")  # from now on whoever leads is told of what is urged
    store.world, store.times = world, times
    report = verify(store)
    assert report.ok, report.first
    assert report.checkpoint is not None
    assert report.checkpoint.position == 5  # what came later is for the next one
    assert verify(store, since=report.checkpoint).ok


def test_others_may_open_matters_while_it_is_verified() -> None:
    class Opening(MemoryStore):
        def scan(self, after: str | None, *, limit: int) -> tuple[History, ...]:
            found = super().scan(after, limit=limit)
            if after is None:
                there.receive("m-0")
                there.receive("m-5")
            return found

    there = World(Opening())
    there.receive("m-1")
    report = verify(there.store)
    assert report.ok, report.first
    assert report.checkpoint is not None
    assert report.checkpoint.matters == 1


def test_a_row_ahead_of_its_commits_is_found(world: World) -> None:
    row = world.store._rows["m-3"]
    world.store._rows["m-3"] = evolve(row, version=5)
    assert where(world.store) == ("m-3", 1, Check.ROW)


def test_no_more_than_a_page_of_histories_is_held_at_once() -> None:
    class Watched(MemoryStore):
        def __init__(self) -> None:
            super().__init__()
            self.given: list[ref[History]] = []
            self.most = 0

        def scan(self, after: str | None, *, limit: int) -> tuple[History, ...]:
            gc.collect()
            self.most = max(self.most, sum(each() is not None for each in self.given))
            found = super().scan(after, limit=limit)
            self.given += map(ref, found)
            return found

    store = Watched()
    there = World(store)
    for n in range(40):
        there.receive(f"m-{n}")
    assert verify(store, page=5, since=checkpoint(store)).counts.matters == 40
    store.given.clear()
    store.most = 0
    assert verify(store, page=5).ok
    assert len(store.given) == 40
    assert store.most == 5


# ------------------------------------------------------------------------------- rebuilding


@DISTRICT
@given(towns())
def test_look_ups_made_again_are_those_that_were_written(town: Town) -> None:
    store = town.memory
    before = {matter: store.projection(matter) for matter in store._matters}
    store._rows.clear()
    store._duties = dict.fromkeys(store._duties, ())
    told: list[int] = []
    assert rebuild_all(store, progress=told.append) == len(before)
    assert told == [len(before)]
    assert {matter: store.projection(matter) for matter in store._matters} == before


def test_rebuilding_keeps_claims_and_settlements(world: World) -> None:
    later = NOW + timedelta(days=1)
    (claim, *_) = world.store.timers.claim(now=later, until=later + timedelta(hours=1), limit=9)
    rebuild_all(world.store)
    held = world.store.timers.claim(now=later, until=later, limit=9)
    assert claim.item not in [each.item for each in held]
    assert world.store.timers.settle(claim)


def test_rebuilding_goes_on_while_others_write() -> None:
    class Busy(MemoryStore):
        times = 3

        def rebuild(self, projection: Projection) -> None:
            if self.times:
                self.times -= 1
                there.ok(ALICE, Add(), "m-1", text=f"{self.times}")
            super().rebuild(projection)

    there = World(Busy())
    there.receive("m-1")
    there.receive("m-2")
    assert rebuild_all(there.store) == 2
    assert verify(there.store).ok
    assert _held(there, "m-1").row.version == 4


def test_rebuilding_a_damaged_history_is_an_error(world: World) -> None:
    tamper(world.store, "m-3", 1, events=b"[]")
    with pytest.raises(Unfinished, match="'m-3' holds no event") as caught:
        rebuild_all(world.store)
    assert [matter for matter, _ in caught.value.failed] == ["m-3"]


# ------------------------------------------------------------------------------- how it is told


@pytest.mark.parametrize(
    ("found", "line"),
    [
        (
            Mismatch(matter="m-1", version=2, what=Check.CHAIN, detail="so"),
            "matter 'm-1', version 2: chain: so",
        ),
        (Mismatch(matter="m-1", what=Check.ROW, detail="so"), "matter 'm-1': row: so"),
        (Mismatch(what=Check.CHECKPOINT, detail="so"), "checkpoint: so"),
    ],
)
def test_a_mismatch_is_told_in_a_line(found: Mismatch, line: str) -> None:
    assert str(found) == line
