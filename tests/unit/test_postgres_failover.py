"""A primary is lost while workers write, and its replica promoted: nothing is missing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event

import psycopg
import pytest

from tests.drafts import draft
from tests.postgres_server import Server, running
from whistle_engine.errors import StoreReadOnly
from whistle_engine.storage.postgres import PostgresStore

BEFORE, AFTER = 40, 20
"""How many appends are acknowledged before the primary is lost, and how many afterwards."""


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary, and a replica that each commit waits for."""
    with ExitStack() as held:
        primary = held.enter_context(running())
        replica = Server()
        held.callback(replica.remove)
        replica.init_as_replica(primary)
        replica.start()
        with psycopg.connect(primary.url(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        yield primary, replica


def test_nothing_acknowledged_is_lost_when_the_replica_takes_over(
    pair: tuple[Server, Server],
) -> None:
    primary, replica = pair
    with pytest.raises(StoreReadOnly, match="the server is a replica"):
        PostgresStore(replica.url())
    both = f"postgresql:///postgres?host={primary.folder},{replica.folder}&user=whistle"
    applied = "options=-c%20synchronous_commit%3Dremote_apply"
    with PostgresStore(f"{both}&schema=city&{applied}") as store:
        store.put_document("d", b"policy")
    with PostgresStore(replica.url(schema="city", target_session_attrs="any")) as beside:
        assert beside.get_document("d") == b"policy", "who insists can read a replica"
        with pytest.raises(StoreReadOnly, match="known to the primary alone: read the feed there"):
            beside.feed(0, limit=9)
    with PostgresStore(f"{both}&schema=city&busy_timeout=60") as store:
        enough, taken_over = Event(), Event()

        def work(worker: int) -> list[str]:
            done: list[str] = []
            while not taken_over.is_set() or len(done) < BEFORE + AFTER:
                number = len(done)
                store.append([draft(f"m{worker}", number + 1, f"{worker}-{number}")])
                done.append(f"{worker}-{number}")
                if len(done) == BEFORE:
                    enough.set()
            return done

        with ThreadPoolExecutor(3) as pool:
            working = [pool.submit(work, worker) for worker in range(3)]
            assert enough.wait(60)
            primary.stop(signal.SIGKILL)
            replica.run("pg_ctl", "promote", "-D", str(replica.data))
            taken_over.set()
            told = [each for worker in working for each in worker.result(120)]
        feed = store.feed(0, limit=10_000)
        assert sorted(record.command_id for record in feed) == sorted(told)
        for worker in range(3):
            versions = [record.version for record in store.load(f"m{worker}").records]
            assert versions == list(range(1, len(versions) + 1))
        where = store._session.rows("SELECT current_setting('unix_socket_directories')")
        assert where == [(str(replica.folder),)]
