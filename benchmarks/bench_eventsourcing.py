"""Durable commands against ``eventsourcing``: the same commands on the same matters, by a peer.

A made-up district lives for a while, once, in memory. Then our engine executes its commands on an
SQLite file, and beside it an application of the ``eventsourcing`` library does what it would for
them: for each command it loads the matter's aggregate from its events, triggers as many events as
ours, with the same fields, and saves. Both in one process and one thread, each command on the disk
before the next, with the same journal mode and the same ``synchronous``: as a store is opened by
default, and with a write-ahead log, which the peer prefers and ours takes where it has the file to
itself. In turn, in small parts, and the median of the parts' ratios counts.

Where there is a choice it is made in the peer's favour. Its events are plain JSON values, so that
its usual transcoder has nothing to translate and no objects are made of them; nothing is decided;
a command's id is not looked up; the command, the basis of the decision, words, look-up rows,
duties, timers, notices and the hash chain, all of which ours writes in the same transaction, are
left out. It keeps aggregates the way it does by default: no snapshots, no cache of aggregates. Ours
decodes no commit again that it decoded lately, which is its default too.
"""

from __future__ import annotations

import json
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.sqlite import SQLiteConnection, SQLiteConnectionPool, SQLiteFactory
from eventsourcing.utils import Environment

from benchmarks.bench_store import compared, parts, playing, result, seconds, set_aside
from benchmarks.store_rows import Step, history
from benchmarks.table import Result
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.storage.sqlite._opening import Journal

TARGET = 1.0

Fields = dict[str, Any]
Act = tuple[str, Sequence[Fields]]
Clock = Callable[[], float]
Play = Callable[[Iterable[Step]], None]
Times = list[tuple[float, float]]


def run(rules: Rules, *, matters: int = 120, part: int = 50, seed: int = 4) -> list[Result]:
    """Commands a second, with either journal; and what the processor does for one."""
    steps = history(rules, matters, seed)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        return [
            durable(place / "default.db", rules, steps, part, alone=False),
            durable(place / "alone.db", rules, steps, part, alone=True),
            cpu(place / "cpu.db", rules, steps, part),
        ]


def durable(path: Path, rules: Rules, steps: Sequence[Step], part: int, *, alone: bool) -> Result:
    """One command, one transaction, on the disk before the next."""
    with SqliteStore(path, exclusive=alone) as store:
        theirs = peer(path.with_suffix(".peer"), store.journal)
        times = in_turn(playing(store, rules), theirs, steps, part, time.perf_counter)
        mode = f"{store.journal.mode}, {store.journal.synchronous}"
    return compared(f"durable commands/s ({mode}): eventsourcing", times, TARGET)


def cpu(path: Path, rules: Rules, steps: Sequence[Step], part: int) -> Result:
    """What the processor does for a command, the operating system's part included."""
    with SqliteStore(path, durable=False) as store:
        theirs = peer(path.with_suffix(".peer"), store.journal)
        times = in_turn(playing(store, rules), theirs, steps, part, time.process_time)
    ours, other = (statistics.median(each) for each in zip(*times, strict=True))
    return result(
        "CPU a command, s, synchronous off: eventsourcing (lower is better)",
        ours,
        other,
        statistics.median(ours / other for ours, other in times),
        TARGET,
    )


# ---------------------------------------------------------------------------------------- the peer


class Docket(Aggregate):
    """A matter, as the peer keeps it: its latest event of each kind."""

    @staticmethod
    def create_id(matter: str) -> UUID:
        return uuid5(NAMESPACE_OID, matter)

    @event("Begun")
    def __init__(self, matter: str, fields: Fields) -> None:
        self.matter = matter
        self.latest = {fields["type"]: fields}

    @event("Happened")
    def happen(self, fields: Fields) -> None:
        self.latest[fields["type"]] = fields


class Dockets(Application[UUID]):
    """All matters, as the peer keeps them."""

    def perform(self, acts: Iterable[Act]) -> None:
        """One command: load, trigger and save, in one transaction for all that it concerns."""
        dockets = []
        for matter, events in acts:
            if events[0]["type"] == "received/1":
                docket, rest = Docket(matter, events[0]), events[1:]
            else:
                docket, rest = self.repository.get(Docket.create_id(matter)), events
            for fields in rest:
                docket.happen(fields)
            dockets.append(docket)
        self.save(*dockets)


class Connections(SQLiteConnectionPool):
    """The peer's connections, set up as ours is; by itself it always takes a write-ahead log."""

    def __init__(self, *, db_name: str, journal: str, synchronous: str) -> None:
        super().__init__(db_name=db_name)
        self.is_journal_mode_wal = True  # what keeps it from choosing again
        self.settings = (("journal_mode", journal), ("synchronous", synchronous))

    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        cursor = connection.cursor()
        for name, value in self.settings:
            cursor.execute(f"PRAGMA {name} = {value}")
        return connection


class Files(SQLiteFactory):
    """The peer's SQLite persistence on such connections."""

    def __init__(self, env: Environment) -> None:
        super().__init__(env)
        self.datastore.close()
        self.datastore.pool = Connections(
            db_name=env["SQLITE_DBNAME"],
            journal=env["JOURNAL"],
            synchronous=env["SYNCHRONOUS"],
        )


def peer(path: Path, journal: Journal) -> Dockets:
    """An application of the peer's on a file, kept whole as ours is."""
    made = Dockets(
        {
            "PERSISTENCE_MODULE": f"{__name__}:{Files.__name__}",
            "SQLITE_DBNAME": str(path),
            "JOURNAL": journal.mode,
            "SYNCHRONOUS": journal.synchronous,
        }
    )
    assert settings(made) == (journal.mode, journal.synchronous)
    return made


# -------------------------------------------------------------------------------------- in turn


def in_turn(play: Play, theirs: Dockets, steps: Iterable[Step], part: int, clock: Clock) -> Times:
    """Seconds for a command, ours and the peer's, part by part."""
    todo = [(step, acts(step)) for step in steps]
    times: Times = []
    with set_aside():
        for some in parts(todo, part):
            ours = seconds(partial(play, [step for step, _ in some]), clock)
            other = seconds(partial(perform_all, theirs, [each for _, each in some]), clock)
            times.append((ours / len(some), other / len(some)))
    assert theirs.recorder.max_notification_id() == sum(len(e) for _, a in todo for _, e in a)
    theirs.close()
    return times


def acts(step: Step) -> list[Act]:
    """What a command came to: in each matter, the events as plain values."""
    return [(each.matter, json.loads(each.events)) for each in step.drafts]


def perform_all(application: Dockets, commands: Iterable[Sequence[Act]]) -> None:
    for command in commands:
        application.perform(command)


def settings(application: Dockets) -> tuple[str, str]:
    """What the peer's file was written with, asked of the file's own connection."""
    names = {0: "off", 1: "normal", 2: "full"}
    with application.factory.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        return mode, names[cursor.fetchone()[0]]


if __name__ == "__main__":
    for each in run(shipped_rules()):
        print(each)
