"""``python -m benchmarks.large_postgres``: the same questions of PostgreSQL as :mod:`.large` asks.

The small store is written as there, by the store's own ``append``; so is what is open in the large
one. What is closed in that is so many copies of what is closed in the small one, one after the
other in a part of the same three years, made by the server under other ids. Those stand in the
bytes of the commits too; only the times in there and the chain of digests are those of the
original. Then both are vacuumed and analysed, as autovacuum does sooner or later.

Nothing is asked cold: the memory in which a server has its pages cannot be dropped like a file's.
Beside the questions, both stores are read as a whole by ``scan``, each in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psycopg
from attrs import define, field

from benchmarks.bench_store import result, seconds
from benchmarks.large import TARGET, compared
from benchmarks.large_questions import PAGE, Ask, Question, full, questions
from benchmarks.large_rows import CLOSED, OPEN, UNSENT, Source, name, source, write
from benchmarks.large_store import Big
from benchmarks.store_rows import BEGIN
from benchmarks.table import Result, table
from tests.postgres_server import some_server
from whistle_engine.commands import Command
from whistle_engine.engine import Engine
from whistle_engine.policy_file import shipped_rules
from whistle_engine.storage._columns import micros
from whistle_engine.storage.postgres import PostgresStore

RESULTS = Path(__file__).resolve().parent / "large_postgres.json"
SHARED = "1GB"
"""The server's own memory for pages; the rest lies in the system's."""

NEW = "'m-' || lpad((substr(matter, 3)::bigint + copy * {closed})::text, 8, '0')"
WORDS = "replace({0}, matter, new)"
BYTES = "convert_to(replace(convert_from({0}, 'UTF8'), matter, new), 'UTF8')"
TIME = "{begins} + ({0} - {begins}) / {copies} + copy * {part}"
"""A row of a copy: its matter, words and bytes with that in them, and instants."""

CHANGED: dict[str, dict[str, str]] = {
    "commits": {
        "position": "position + copy * {latest}",
        "command_id": WORDS,
        "recorded_at": TIME,
        **dict.fromkeys(("command", "basis", "events", "answer"), BYTES),
    },
    "matters": {"source_number": WORDS} | dict.fromkeys(("opened_at", "changed_at", "due"), TIME),
    "duties": dict.fromkeys(("since", "due"), TIME),
    "timers": dict.fromkeys(("due", "free_at"), TIME),
    "notices": dict.fromkeys(("due", "free_at"), TIME),
    "texts": {"command_id": WORDS},
}
"""Of each table, what becomes of its columns beside ``matter``; the rest stays."""

Connection = psycopg.Connection[Any]


@define(kw_only=True)
class BigSchema(Big):
    """One on PostgreSQL."""

    url: str
    schema: str
    store: PostgresStore = field(init=False)

    def opened(self) -> PostgresStore:
        return PostgresStore(self.url, schema=self.schema)

    def forget(self) -> None:
        raise NotImplementedError

    def whole_number(self) -> int:
        return self.source.open_number(self.matters, self.dice)

    def rehearse(self, command: Command, texts: Mapping[str, str]) -> None:
        with psycopg.connect(self.url) as connection:
            joined = PostgresStore.within(connection, schema=self.schema)
            Engine(joined, self.rules, clock=lambda: self.now).execute(command, texts=texts)
            connection.rollback()


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks.large_postgres", description=__doc__)
    asked.add_argument("--small", type=int, default=10_000, metavar="MATTERS")
    asked.add_argument("--large", type=int, default=1_000_000, metavar="MATTERS")
    asked.add_argument("--rounds", type=int, default=101)
    asked.add_argument("--only", default="", metavar="WORDS", help="questions that have them")
    asked.add_argument("--write", type=Path, default=RESULTS, metavar="FILE")
    given = asked.parse_args()
    rules = shipped_rules()
    lived = source(rules)
    with served() as url:
        small, large = (
            BigSchema(url=url, schema=f"m{matters}", matters=matters, rules=rules, source=lived)
            for matters in (given.small, given.large)
        )
        print(small.store.describe())
        fill(url, small, large)
        results = [
            compared(question, small, large, "warm", given.rounds)
            for question in (*questions(small), Question("a page of the feed", feed, full))
            if given.only in question.name
        ]
        if not given.only:
            results += scanned(small, large)
    given.write.write_text(
        json.dumps({"results": results}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    print(table(results))


@contextmanager
def served() -> Iterator[str]:
    """The server that is named, or one of its own, with more memory than one for tests."""
    with some_server(shared_buffers=SHARED, max_wal_size="4GB", autovacuum="off") as url:
        yield url


def feed(big: Big) -> Ask:
    after = big.any_number()
    return lambda: big.store.feed(after, limit=PAGE)


# --------------------------------------------------------------------------------------- filling


def fill(url: str, small: BigSchema, large: BigSchema) -> None:
    """Write both, where they are empty."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET synchronize_seqscans = off")
        if not small.store.feed(0, limit=1):
            took = seconds(lambda: first(connection, small))
            print(f"{small.matters:,} matters written: {took:,.0f} s", file=sys.stderr)
        if not large.store.feed(0, limit=1):
            took = seconds(lambda: copied(connection, small, large))
            print(f"{large.matters:,} matters written: {took:,.0f} s", file=sys.stderr)


def first(connection: Connection, small: BigSchema) -> None:
    append(small, range(small.matters))
    sent(connection, small)
    tidy(connection, small.schema)


def append(big: BigSchema, numbers: range) -> None:
    assert isinstance(big.source, Source)
    write(big.store, big.rules, big.source, big.matters, numbers)


def sent(connection: Connection, big: BigSchema) -> None:
    connection.execute(
        f"UPDATE {big.schema}.whistle_notices SET settled = true, token = 1, tries = 1"  # noqa: S608
        " WHERE NOT settled AND matter < %s".encode(),
        (name(big.matters - UNSENT),),
    )


def copied(connection: Connection, small: BigSchema, large: BigSchema) -> None:
    closed, copies = small.matters - small.matters // OPEN, large.matters // small.matters
    ((latest,),) = connection.execute(
        f"SELECT max(position) FROM {small.schema}.whistle_commits".encode()  # noqa: S608
    )
    words = {
        "closed": closed,
        "latest": latest,
        "copies": copies,
        "begins": micros(BEGIN - CLOSED),
        "part": CLOSED // copies // timedelta(microseconds=1),
    }
    for table_ in CHANGED:
        begin = time.perf_counter()
        statement = clone(connection, small, large, table_, words)
        for copy in range(copies):
            connection.execute(statement, (copy, name(closed)))
        print(f"  {table_}: {time.perf_counter() - begin:,.0f} s", file=sys.stderr)
    connection.execute(
        f"SELECT setval('{large.schema}.whistle_positions', max(position))"  # noqa: S608
        f" FROM {large.schema}.whistle_commits".encode()
    )
    took = seconds(lambda: append(large, range(closed * copies, large.matters)))
    print(f"  what is open: {took:,.0f} s", file=sys.stderr)
    sent(connection, large)
    tidy(connection, large.schema)


def clone(
    connection: Connection,
    small: BigSchema,
    large: BigSchema,
    table_: str,
    words: Mapping[str, int],
) -> bytes:
    """The statement that copies what is closed of a table once more, row by row as they lie."""
    relation, changed = f"{small.schema}.whistle_{table_}", CHANGED[table_]
    columns = connection.execute(f"TABLE {relation} LIMIT 0".encode()).description or ()
    wanted = {
        column.name: changed.get(column.name, "{0}").format(column.name, **words)
        for column in columns
    } | {"matter": "new"}
    return (
        f"INSERT INTO {large.schema}.whistle_{table_} ({', '.join(wanted)})"  # noqa: S608
        f" SELECT {', '.join(wanted.values())}"
        f" FROM (SELECT %s::bigint AS copy) AS which, {relation} AS old,"
        f" LATERAL (SELECT {NEW.format(**words)} AS new) AS made WHERE matter < %s"
    ).encode()


def tidy(connection: Connection, schema: str) -> None:
    for table_ in (*CHANGED, "documents"):
        connection.execute(f"VACUUM (ANALYZE) {schema}.whistle_{table_}".encode())
    connection.execute("CHECKPOINT")


# --------------------------------------------------------------------------------------- scanning


def scanned(small: BigSchema, large: BigSchema) -> list[Result]:
    """How fast all is read, and by how much memory; each in a process that has read nothing."""
    rates, memory = {}, {}
    for big in (small, large):
        with get_context("spawn").Pool(1) as pool:
            print(f"reading {big.matters:,} matters …", file=sys.stderr)
            found, took, most = pool.apply(read, (big.url, big.schema))
        assert found == big.matters
        rates[big.matters], memory[big.matters] = found / took, most
    of = f"{large.matters:,} matters: {small.matters:,}"
    ours, other = rates[large.matters], rates[small.matters]
    most, least = memory[large.matters], memory[small.matters]
    return [
        result(f"scan, matters/s, {of}", ours, other, ours / other, 1 / TARGET),
        result(
            f"most memory of a scan, bytes, {of} (lower is better)", most, least, most / least, 1.2
        ),
    ]


def read(url: str, schema: str) -> tuple[int, float, float]:
    """All matters page by page: how many, in how many seconds, by how much memory at most."""
    found, after = 0, None
    with PostgresStore(url, schema=schema) as store:
        begin = time.perf_counter()
        while page := store.scan(after, limit=PAGE * 2):
            found += len(page)
            after = page[-1].matter
        took = time.perf_counter() - begin
    return found, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


if __name__ == "__main__":
    main()
