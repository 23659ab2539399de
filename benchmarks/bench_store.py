"""The SQLite store against the same rows written by hand, on the same file settings.

A made-up district lives for a while (:mod:`whistle_engine.generate`), once, in memory; its commands
and all rows that they led to are kept. Then the engine executes those commands on an SQLite file,
and beside it plain ``sqlite3`` writes those rows into the same tables of another file: one
transaction each, same journal, same ``synchronous``, differences worked out beforehand, nothing
read, nothing decided. In turn, in small parts, since the disk has its moods; the median of the
parts' ratios counts.

Bulk intake is held against ``executemany`` of its rows in transactions of the same size, in turn
too. Reading everything page by page should take no more memory for ten thousand matters than for
one thousand.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from attrs import evolve

from benchmarks.store_rows import BEGIN, Keeping, Rows, Step, history
from benchmarks.table import Result
from whistle_engine import codec
from whistle_engine.engine import Engine
from whistle_engine.generate import generate, intake
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.storage._columns import Values
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.storage.sqlite import SqliteStore

TARGETS = {"durable": 0.6, "bulk": 0.3, "scan": 1.2}
T = TypeVar("T")
Changes = list[tuple[str, list[Values]]]


def run(
    rules: Rules, *, matters: int = 120, bulk: int = 2000, part: int = 50, seed: int = 4
) -> list[Result]:
    """Rates in commands a second, and the other figures."""
    steps = history(rules, matters, seed)
    with TemporaryDirectory() as folder:
        place = Path(folder)
        return [
            durable(place, rules, steps, part),
            in_bulk(place, rules, bulk, seed),
            scanning(place),
        ]


# ------------------------------------------------------------------------------- the contestants


class Hand:
    """Plain ``sqlite3`` on tables as the store makes them, set up as it sets them up."""

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        with SqliteStore(path, durable=durable) as store:
            journal = store.journal
        self.connection = sqlite3.connect(path, isolation_level=None)
        for setting in (
            f"journal_mode = {journal.mode}",
            f"synchronous = {journal.synchronous}",
            "secure_delete = ON",
        ):
            self.connection.execute(f"PRAGMA {setting}")

    def write_all(self, appends: Iterable[Changes]) -> None:
        for changes in appends:
            self.write(changes)

    def write(self, changes: Changes) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for statement, rows in changes:
            self.connection.executemany(statement, rows)
        self.connection.execute("COMMIT")


def playing(store: Store, rules: Rules) -> Callable[[Iterable[Step]], None]:
    """Lets an engine execute steps at their times; none of their commits was decoded before."""
    codec._events.cache_clear()  # noqa: SLF001  the steps were made in this process
    now = BEGIN
    engine = Engine(store, rules, clock=lambda: now)

    def play(steps: Iterable[Step]) -> None:
        nonlocal now
        for step in steps:
            now = step.at
            engine.execute(step.command, texts=step.texts)

    return play


@contextmanager
def set_aside() -> Iterator[None]:
    """Keep what the benchmark itself holds out of what is collected as garbage meanwhile."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def parts(all_: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    rest = iter(all_)
    while part := tuple(islice(rest, size)):
        yield part


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begin = clock()
    work()
    return clock() - begin


def durable(place: Path, rules: Rules, steps: Sequence[Step], part: int) -> Result:
    """One command, one transaction, on the disk before the next."""
    rows = Rows()
    changes = [rows.of(step.drafts) for step in steps]
    hand = Hand(place / "hand.db")
    times: list[tuple[float, float]] = []
    with SqliteStore(place / "engine.db") as store, set_aside():
        play = playing(store, rules)
        for some in parts(zip(steps, changes, strict=True), part):
            ours = seconds(partial(play, [step for step, _ in some]))
            other = seconds(partial(hand.write_all, [each for _, each in some]))
            times.append((ours / len(some), other / len(some)))
        assert written(hand.connection) == written(sqlite3.connect(place / "engine.db"))
        mode = f"{store.journal.mode}, {store.journal.synchronous}"
    return compared(f"durable commands/s ({mode}): rows by hand", times, TARGETS["durable"])


def written(connection: sqlite3.Connection) -> list[tuple[int]]:
    """How many rows lie in each table: both have to have written the same."""
    tables = ("commits", "matters", "duties", "timers", "notices", "texts")
    return [
        connection.execute(f"SELECT count(*) FROM whistle_{table}").fetchone()  # noqa: S608
        for table in tables
    ]


def in_bulk(place: Path, rules: Rules, count: int, seed: int, rounds: int = 7) -> Result:
    """Many appeals at once, a batch in a transaction."""
    orders = list(intake(rules, seed=seed, start=BEGIN, matters=count))
    pairs = [(order.command, order.texts) for order in orders]
    batches: list[tuple[Draft, ...]] = []

    class Batching(MemoryStore):
        def append(self, drafts: Sequence[Draft]) -> Appended:
            batches.append(tuple(drafts))
            return super().append(drafts)

    late = max(order.at for order in orders)
    for _ in Engine(Batching(), rules, clock=lambda: late).execute_many(pairs):
        pass
    rows = Rows()
    changes = [rows.of(drafts) for drafts in batches]
    times: list[tuple[float, float]] = []
    for number in range(rounds):
        hand = Hand(place / f"bulk_hand{number}.db")
        with SqliteStore(place / f"bulk{number}.db") as store, set_aside():
            engine = Engine(store, rules, clock=lambda: late)
            ours = seconds(partial(deque, engine.execute_many(pairs), maxlen=0))
            other = seconds(partial(hand.write_all, changes))
        assert written(hand.connection) == written(sqlite3.connect(place / f"bulk{number}.db"))
        times.append((ours / count, other / count))
    return compared(
        f"bulk intake, appeals/s, {len(batches[0])} at once: executemany", times, TARGETS["bulk"]
    )


def scanning(place: Path) -> Result:
    """The most memory that reading everything takes, for many matters and for few."""
    return result(
        "memory of a scan, bytes, 10,000 matters: 1,000 (lower is better)",
        ours := peak(place / "many.db", 10_000),
        other := peak(place / "few.db", 1_000),
        ours / other,
        TARGETS["scan"],
    )


def peak(path: Path, matters: int) -> float:
    with SqliteStore(path, durable=False) as store:
        for some in parts(plain(matters), 500):
            store.append(some)
        tracemalloc.start()
        after, seen = None, 0
        while page := store.scan(after, limit=100):
            seen += len(page)
            after = page[-1].matter
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert seen == matters
    return most


def plain(matters: int) -> Iterator[Draft]:
    """As many commits, all alike."""
    store = Keeping()
    for _ in islice(generate(store, shipped_rules(), seed=1, start=BEGIN, matters=1), 1):
        (first,) = store.last
    for number in range(matters):
        name = f"m{number:07}"
        shown = evolve(first.projection, row=evolve(first.projection.row, matter=name))
        yield evolve(
            first, matter=name, command_id=name, projection=evolve(shown, duties=(), timers=()),
            notices=(), texts=(),
        )  # fmt: skip


def compared(name: str, times: Sequence[tuple[float, float]], target: float) -> Result:
    """Rates, from the seconds that ours and the other took in turn."""
    return result(
        name,
        1 / statistics.median(ours for ours, _ in times),
        1 / statistics.median(other for _, other in times),
        statistics.median(other / ours for ours, other in times),
        target,
    )


def result(name: str, ours: float, other: float, ratio: float, target: float) -> Result:
    lower = name.endswith("(lower is better)")
    return {
        "name": name,
        "ours": ours,
        "other": other,
        "ratio": ratio,
        "target": target,
        "held": ratio <= target if lower else ratio >= target,
    }


if __name__ == "__main__":
    for each in run(shipped_rules()):
        print(each)
