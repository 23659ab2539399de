"""Whatever an engine does, the SQLite store answers as the memory store does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.golden import write
from tests.twins import twins
from tests.walks import RULES, SYSTEM, Move, moves, walk
from whistle_engine import codec
from whistle_engine.commands import Command
from whistle_engine.commits import Commit
from whistle_engine.engine import Engine
from whistle_engine.model import Stage, TextRef
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    Draft,
    LedgerFilter,
    MatterRow,
    Projection,
    chain_digest,
)
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.workflow import replay

FAR = datetime(9000, 1, 1, tzinfo=UTC)


@settings(max_examples=40)
@given(path=moves(most=40), worker=st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_walks_leave_the_same_in_both(path: list[Move], worker: list[int]) -> None:
    """The walk's commands; between them a worker settles, fails, or lets its leases run out."""
    with SqliteStore("sqlite://") as sqlite:
        both = twins(MemoryStore(), sqlite)
        now = datetime(2024, 1, 1, tzinfo=UTC)
        engine = Engine(both, RULES, clock=lambda: now)
        for number, taken in enumerate(walk(path)):
            now = taken.now
            command = taken.command
            if command.by == SYSTEM:
                engine.fire_due()
                continue
            given_id = Command(id=command.id, matter=command.matter, by=command.by, do=command.do)
            engine.execute(given_id, texts=dict.fromkeys(command.texts, "话" * number))
            work(both, engine, now, worker[number % len(worker)])
            assert both.projection("m1") is not None
        look_at_all(both)
        records = sqlite.load("m1").records
        state = replay("m1", [e for r in records for e in codec.load_events(r.events)])
        assert state is not None
        assert (state.id, state.stage) == ("m1", sqlite.ledger(LedgerFilter(), limit=1)[0].stage)


def work(store: Store, engine: Engine, now: datetime, how: int) -> None:
    match how:
        case 0:
            engine.fire_due()
            store.timers.waiting(until=FAR, limit=99)
        case 1:
            for claim in store.outbox.claim(now=now, until=now + timedelta(hours=1), limit=3):
                store.outbox.settle(claim)
        case 2:
            for claim in store.outbox.claim(now=now, until=now + timedelta(hours=1), limit=2):
                retry_at = now + timedelta(hours=2) if claim.tries < 2 else None
                store.outbox.fail(claim, retry_at=retry_at)
                store.outbox.settle(claim)
        case _:
            held = store.timers.claim(now=now, until=now + timedelta(minutes=5), limit=2)
            if held:
                store.timers.fail(held[0], retry_at=now)


def look_at_all(store: Store) -> None:
    records = store.feed(0, limit=999)
    store.scan(None, limit=9)
    store.load("m1", records[0].command_id)
    for queue in (store.timers, store.outbox):
        queue.waiting(until=FAR, limit=999)
        queue.dead(limit=999)
    for where in (LedgerFilter(), LedgerFilter(open=True), LedgerFilter(open=False)):
        store.ledger(where, limit=9)
    for stage in Stage:
        store.ledger(LedgerFilter(stage=stage), limit=9)
    for unit in (u.code for u in RULES.directory.units):
        page = store.inbox(unit, limit=1)
        while page:
            page = store.inbox(unit, after=page[-1], limit=1)
        store.ledger(LedgerFilter(lead=unit), limit=9)
        for category in (row.code for row in RULES.policy.categories):
            store.near(category=category, place=unit, limit=9)
    for record in records:
        for name in ("text", "reason"):
            ref = TextRef(record.command_id, name)
            store.read_text(ref)
            if record.version % 2:
                store.erase_text(ref)
                store.read_text(ref)


def test_what_was_written_long_ago_goes_through_unchanged(tmp_path: Path) -> None:
    for file in sorted(write.HERE.glob("*.jsonl")):
        lines = file.read_bytes().splitlines()
        with SqliteStore(tmp_path / f"{file.stem}.db", durable=False) as store:
            for number, line in enumerate(lines, 1):
                commit = codec.load_commit(line)
                store.append([draft_of(commit, number)])
            (history,) = store.scan(None, limit=9)
        assert len(history.records) == len(lines)
        for record, line in zip(history.records, lines, strict=True):
            commit = codec.load_commit(line)
            stored = draft_of(commit, record.version)
            assert record == stored.record(record.position)
            if file.stem.endswith("matter"):
                assert chain_digest(record) == commit.digest


def draft_of(commit: Commit, version: int) -> Draft:
    """A golden commit as it would be appended; those of the words share ids and versions."""
    numbered = commit.version == version
    return Draft(
        matter=commit.matter,
        version=version,
        command_id=commit.command.id if numbered else f"{commit.command.id}-{version}",
        recorded_at=commit.recorded_at,
        command=codec.dump_command(commit.command),
        basis=codec.dump_basis(commit.basis),
        events=codec.dump_events(commit.events),
        answer=codec.dump_answer(commit.refused),
        previous=commit.previous,
        digest=commit.digest,
        projection=Projection(
            row=MatterRow(
                matter=commit.matter, version=version, stage=Stage.RECEIVED,
                opened_at=commit.recorded_at, changed_at=commit.recorded_at, channel="12345",
                source_number=None, place="gulou", lat=None, lon=None, community="gulou",
                street="xinhua",
            )
        ),
    )  # fmt: skip
