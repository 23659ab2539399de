"""The PostgreSQL store against the same rows written by hand, on one server.

As :mod:`benchmarks.bench_store` does on SQLite: commands of a made-up district through the engine,
and beside it ``psycopg`` alone writes the rows that they led to into the same tables of another
schema, one transaction each, in pipeline mode, differences worked out beforehand, nothing read,
nothing decided. In turn, in small parts; the median of the parts' ratios counts. The same against
the peer of :mod:`benchmarks.bench_eventsourcing`; bulk intake against ``COPY`` of its rows; four
processes against one, and against four of the peer's.

Where each command waits for the disk, both wait for the same sync, and the ratio is nearer to 1 the
longer that takes: so the names of such rows tell how long it took meanwhile. The row of what does
not wait (``synchronous_commit = off``, on both sides) shows the work alone.

The server is that of the tests: its own, or the one that ``WHISTLE_TEST_POSTGRES`` names. ``fsync``
is on.
"""

from __future__ import annotations

import statistics
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from urllib.parse import quote
from uuid import uuid4

import psycopg

from benchmarks.bench_eventsourcing import Dockets, Times, acts, in_turn, perform_all
from benchmarks.bench_store import Changes, compared, parts, playing, result, seconds, set_aside
from benchmarks.store_rows import BEGIN, PUT_ROW, Rows, Step, history
from benchmarks.table import Result
from tests.postgres_server import dropped, some_server, with_options
from whistle_engine.engine import Engine
from whistle_engine.generate import intake
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.storage._columns import MATTER, Values
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.storage.sqlite import _append as sql

TARGETS = {"durable": 0.6, "work": 0.5, "peer": 2.0, "bulk": 0.3, "workers": 1.5}
WORKERS = 4
UPDATED = ", ".join(f"{name} = excluded.{name}" for name in MATTER)
DUTIES = ", ".join(f"{n} = excluded.{n}" for n in ("what", "unit", "raiser", "since", "due"))
TIMERS = "due = excluded.due, free_at = excluded.free_at"


def run(rules: Rules, *, matters: int = 120, bulk: int = 2000, part: int = 10) -> list[Result]:
    """Rates in commands a second."""
    steps = history(rules, matters, 4)
    with some_server() as url:
        return [
            durable(url, rules, steps, part),
            work_alone(url, rules, steps, part),
            against_eventsourcing(url, rules, steps, part),
            in_bulk(url, rules, bulk),
            workers(url, 400),
            workers_of_each(url, rules),
        ]


@contextmanager
def schema(url: str) -> Iterator[str]:
    """The URL of a schema that is there until the end of the block."""
    name = f"bench_{uuid4().hex[:10]}"
    try:
        yield with_options(url, schema=name)
    finally:
        dropped(url, name)


# ------------------------------------------------------------------------------------ by hand


class Hand:
    """Plain psycopg on tables as the store makes them."""

    def __init__(self, url: str) -> None:
        PostgresStore(url).close()
        base, _, self.schema = url.rpartition("&schema=")
        self.connection = psycopg.connect(base, autocommit=True)

    def write_all(self, appends: Iterable[Changes]) -> None:
        for changes in appends:
            with self.connection.pipeline(), self.connection.transaction():
                for statement, rows in changes:
                    text = self.translated(statement)
                    for row in rows:
                        self.connection.execute(text, self.fitting(statement, row))

    def copy_all(self, appends: Iterable[Changes]) -> None:
        for changes in appends:
            with self.connection.transaction(), self.connection.cursor() as cursor:
                for statement, rows in changes:
                    _, _, rest = statement.partition("INTO")
                    table, _, columns = rest.partition("(")
                    names = columns.partition(")")[0]
                    more = ", part" if table.strip() == "whistle_commits" else ""
                    text = f'COPY "{self.schema}".{table.strip()} ({names}{more}) FROM STDIN'
                    with cursor.copy(text.encode()) as copy:
                        for row in rows:
                            copy.write_row(self.fitting(statement, row))

    def translated(self, statement: str) -> bytes:
        """A statement of SQLite's in PostgreSQL's words."""
        text = statement.replace("?", "%s")
        key = ""
        if statement in (PUT_ROW, sql.PUT_DUTY) or "INTO whistle_timers" in statement:
            key = "(matter)" if statement == PUT_ROW else "(matter, clock)"
            key = "(matter, clock, step)" if "INTO whistle_timers" in statement else key
            sets = {"(matter)": UPDATED, "(matter, clock)": DUTIES}.get(key, TIMERS)
            key = f" ON CONFLICT {key} DO UPDATE SET {sets}"
        if "SET settled" in text:
            text = text.replace("settled = 1, gone = 1", "settled = true, gone = true")
        if "INTO whistle_commits" in text:
            text = text.replace("digest)", "digest, part)").replace("%s)", "%s, %s)")
        text = text.replace("INSERT OR REPLACE", "INSERT").partition(" ON CONFLICT (command_id")[0]
        text = text.partition("ON CONFLICT (command_id")[0]
        return (text.replace("whistle_", f'"{self.schema}".whistle_', 1) + key).encode()

    @staticmethod
    def fitting(statement: str, row: Values) -> Values:
        if "whistle_matters" in statement:
            return (*row[:3], bool(row[3]), *row[4:])
        return row


def counted(url: str) -> list[object]:
    """How many rows lie in each table: both have to have written the same."""
    base, _, name = url.rpartition("&schema=")
    tables = ("commits", "matters", "duties", "timers", "notices", "texts")
    with psycopg.connect(base) as connection:
        return [
            connection.execute(
                f'SELECT count(*) FROM "{name}".whistle_{table}'.encode()  # noqa: S608
            ).fetchone()
            for table in tables
        ]


def sync(url: str, rounds: int = 20) -> float:
    """How long the server waits for its disk, in seconds: the median of some small commits."""
    with psycopg.connect(url, autocommit=True) as connection:
        commit = partial(connection.execute, "SELECT pg_logical_emit_message(true, '', '')")
        return statistics.median(seconds(commit) for _ in range(rounds))


def durable(url: str, rules: Rules, steps: Sequence[Step], part: int) -> Result:
    """One command, one transaction, on the disk before the next."""
    before = sync(url)
    times = by_hand(url, rules, steps, part)
    took = statistics.mean([before, sync(url)]) * 1000
    return compared(
        f"PostgreSQL: durable commands/s (a sync: {took:.1f} ms): rows by hand",
        times,
        TARGETS["durable"],
    )


def work_alone(url: str, rules: Rules, steps: Sequence[Step], part: int) -> Result:
    """The same where nothing waits for the disk."""
    loose = with_options(url, options=quote("-c synchronous_commit=off"))
    times = by_hand(loose, rules, steps, part)
    return compared(
        "PostgreSQL: commands/s, synchronous_commit off: rows by hand", times, TARGETS["work"]
    )


def by_hand(url: str, rules: Rules, steps: Sequence[Step], part: int) -> Times:
    """Seconds for a command, ours and of its rows by hand, part by part."""
    rows = Rows()
    changes = [with_parts(rows.of(step.drafts)) for step in steps]
    times: Times = []
    with schema(url) as mine, schema(url) as theirs, set_aside(), PostgresStore(mine) as store:
        hand = Hand(theirs)
        play = playing(store, rules)
        for some in parts(zip(steps, changes, strict=True), part):
            ours = seconds(partial(play, [step for step, _ in some]))
            other = seconds(partial(hand.write_all, [each for _, each in some]))
            times.append((ours / len(some), other / len(some)))
        assert counted(mine) == counted(theirs)
        hand.connection.close()
    return times


def against_eventsourcing(url: str, rules: Rules, steps: Sequence[Step], part: int) -> Result:
    """The same commands by a peer, as :mod:`benchmarks.bench_eventsourcing` has them."""
    with schema(url) as mine, schema(url) as theirs, PostgresStore(mine) as store:
        times = in_turn(playing(store, rules), peer(theirs), steps, part, time.perf_counter)
    took = sync(url) * 1000
    return compared(
        f"PostgreSQL: durable commands/s (a sync: {took:.1f} ms): eventsourcing",
        times,
        TARGETS["peer"],
    )


def peer(url: str, *, create: bool = True) -> Dockets:
    """The peer on a schema of its own; its tables are made by one process alone."""
    base, _, name = url.rpartition("&schema=")
    with psycopg.connect(base, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{name}"'.encode())
    found = psycopg.conninfo.conninfo_to_dict(base)
    return Dockets(
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(found.get("dbname") or ""),
            "POSTGRES_HOST": str(found.get("host") or "127.0.0.1"),
            "POSTGRES_PORT": str(found.get("port") or "5432"),
            "POSTGRES_USER": str(found.get("user") or ""),
            "POSTGRES_PASSWORD": str(found.get("password") or "none"),
            "POSTGRES_SCHEMA": name,
            "CREATE_TABLE": "y" if create else "n",
        }
    )


def in_bulk(url: str, rules: Rules, count: int, rounds: int = 5) -> Result:
    """Many appeals at once, a batch in a transaction."""
    orders = list(intake(rules, seed=4, start=BEGIN, matters=count))
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
    changes = [with_parts(rows.of(drafts)) for drafts in batches]
    times: list[tuple[float, float]] = []
    for _ in range(rounds):
        with schema(url) as mine, schema(url) as theirs, set_aside(), PostgresStore(mine) as store:
            hand = Hand(theirs)
            engine = Engine(store, rules, clock=lambda: late)
            ours = seconds(partial(deque, engine.execute_many(pairs), maxlen=0))
            other = seconds(partial(hand.copy_all, changes))
            assert counted(mine) == counted(theirs)
            hand.connection.close()
        times.append((ours / count, other / count))
    return compared(
        f"PostgreSQL: bulk intake, appeals/s, {len(batches[0])} at once: COPY",
        times,
        TARGETS["bulk"],
    )


def with_parts(changes: Changes) -> Changes:
    """Commits with the one column that SQLite's table has not."""
    found: Changes = []
    for statement, rows in changes:
        seen: Counter[str] = Counter()
        more = []
        for row in rows if "whistle_commits" in statement else ():
            more.append((*row, seen[row[3]]))
            seen[row[3]] += 1
        found.append((statement, more or rows))
    return found


def workers(url: str, each: int) -> Result:
    """Four processes that execute commands, against one."""
    rates = {}
    for count in (1, WORKERS):
        with schema(url) as mine, get_context("spawn").Pool(count) as pool:
            PostgresStore(mine).close()
            work(pool, mine, count, 20, "warm")
            begin = time.perf_counter()
            work(pool, mine, count, each, "run")
            rates[count] = count * each / (time.perf_counter() - begin)
    return result(
        f"PostgreSQL: commands/s, {WORKERS} processes: one",
        rates[WORKERS],
        rates[1],
        rates[WORKERS] / rates[1],
        TARGETS["workers"],
    )


def work(pool: Pool, url: str, count: int, each: int, name: str) -> None:
    pool.starmap(take_in, [(url, each, f"{name}{number}") for number in range(count)], chunksize=1)


def take_in(url: str, count: int, name: str) -> None:
    """Take in appeals, one command at a time; in a process of its own."""
    from attrs import evolve  # noqa: PLC0415  in the other process

    rules = shipped_rules()
    with PostgresStore(url) as store:
        orders = list(intake(rules, seed=7, start=BEGIN, matters=count))
        engine = Engine(store, rules, clock=lambda: orders[-1].at)
        for number, order in enumerate(orders):
            one = evolve(order.command, id=f"{name}-{number}", matter=f"{name}-{number}")
            engine.execute(one, texts=order.texts)


def workers_of_each(url: str, rules: Rules, matters: int = 30, rounds: int = 5) -> Result:
    """Four processes of ours against four of the peer's, each on matters of its own, in turn."""
    lives = [history(rules, matters, seed) for seed in range(11, 11 + WORKERS)]
    count = sum(len(steps) for steps in lives)
    times: Times = []
    with get_context("fork").Pool(WORKERS) as pool:
        for _ in range(rounds):
            with schema(url) as mine, schema(url) as theirs:
                PostgresStore(mine).close()
                peer(theirs).close()
                done = partial(pool.map, partial(live, mine), lives, chunksize=1)
                other = partial(pool.map, partial(live_there, theirs), lives, chunksize=1)
                times.append((seconds(done) / count, seconds(other) / count))
    return compared(
        f"PostgreSQL: durable commands/s, {WORKERS} processes each: eventsourcing",
        times,
        TARGETS["peer"],
    )


def live(url: str, steps: Sequence[Step]) -> None:
    """Execute the commands of a district's life."""
    with PostgresStore(url) as store:
        playing(store, shipped_rules())(steps)


def live_there(url: str, steps: Sequence[Step]) -> None:
    """The same by the peer."""
    application = peer(url, create=False)
    perform_all(application, [acts(step) for step in steps])
    application.close()


if __name__ == "__main__":
    for one in run(shipped_rules()):
        print(one)
