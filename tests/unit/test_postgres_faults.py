"""What goes wrong beneath a PostgreSQL store while it is used, and how it goes on."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

import psycopg
import pytest
from attrs import evolve

from tests.drafts import AT, HOUR, draft, timer, with_timers
from tests.postgres_proxy import Proxy, proxied
from tests.postgres_server import Server, running, with_options
from whistle_engine.errors import (
    StoreBusy,
    StoreClosed,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
    StoreUnreadable,
    VersionConflict,
)
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.postgres._failures import told
from whistle_engine.storage.rows import LedgerFilter

LOCK = "LOCK TABLE {}.whistle_matters IN ACCESS EXCLUSIVE MODE"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of this module's own: its tests stop and kill it."""
    with running() as made:
        yield made


@pytest.fixture
def store(server: Server, request: pytest.FixtureRequest) -> Iterator[PostgresStore]:
    name = f"s_{abs(hash(request.node.name)) % 10**9}"
    made = PostgresStore(server.url(), schema=name)
    yield made
    made.close()


# ------------------------------------------------------------------------------- the server is away


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_a_store_goes_on_after_its_server_was_started_again(
    server: Server, store: PostgresStore, how: signal.Signals
) -> None:
    store.append([with_timers(timer())])
    (claim,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
    server.restart(how)
    store.append([draft("n")])
    server.restart(how)
    assert [record.matter for record in store.feed(0, limit=9)] == ["m", "n"]
    server.restart(how)
    assert store.timers.settle(claim)


def test_calls_wait_for_a_server_that_is_away(server: Server, store: PostgresStore) -> None:
    server.stop()
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(store.append, [draft(f"m{n}")]) for n in range(4)]
        server.start()
        assert [call.result().again for call in calls] == [False] * 4
    assert len(store.feed(0, limit=9)) == 4


def test_opening_waits_for_a_server_that_is_away(server: Server) -> None:
    PostgresStore(server.url(), schema="opened").close()
    server.stop()
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(PostgresStore, server.url(), schema="opened")
        server.start()
        opening.result().close()


def test_a_server_that_stays_away_is_told_in_the_end(server: Server) -> None:
    with PostgresStore(
        server.url(), schema="away", busy_timeout=timedelta(milliseconds=200)
    ) as store:
        server.stop()
        try:
            with pytest.raises(StoreFailed, match="whether the last write is there is not known"):
                store.append([draft()])
        finally:
            server.start()
        assert not store.append([draft()]).again


def through(proxy: Proxy, server: Server) -> str:
    """The URL of a server behind a go-between."""
    return server.url().replace(
        "host=" + str(server.folder).replace("/", "%2F"), f"host={proxy.folder}"
    )


@pytest.mark.parametrize("answers", range(16))
def test_opening_goes_on_where_the_connection_breaks(server: Server, answers: int) -> None:
    """It makes nothing twice, wherever it broke off: while it looks, and while it makes tables."""
    with proxied(server.folder) as proxy:
        proxy.lose_the_next_answer(after=answers)
        with PostgresStore(through(proxy, server), schema=f"broken_{answers}") as store:
            store.append([draft()])
            assert [record.matter for record in store.feed(0, limit=9)] == ["m"]
        assert proxy.lost.is_set()


def test_a_revival_whose_answer_was_lost_took_place(server: Server) -> None:
    """Asked again, it is no dead letter any more: the answer is "no", and it waits."""
    with (
        proxied(server.folder) as proxy,
        PostgresStore(through(proxy, server), schema="revived") as store,
    ):
        store.append([with_timers(timer())])
        (claim,) = store.timers.claim(now=AT, until=AT + HOUR, limit=9)
        assert store.timers.fail(claim, retry_at=None)
        proxy.lose_the_next_answer()
        assert not store.timers.revive(claim.item)
        assert (store.timers.dead(limit=9), store.timers.waiting(until=AT, limit=9)) == (
            (), (claim.item,),
        )  # fmt: skip


def test_an_append_whose_answer_was_lost_is_found_by_its_command_id(server: Server) -> None:
    with (
        proxied(server.folder) as proxy,
        PostgresStore(through(proxy, server), schema="lost") as store,
    ):
        for number in range(1, 6):  # before and after the statement is prepared
            proxy.lose_the_next_answer()
            appended = store.append([draft("m", number), draft(f"n{number}", 1, f"m-{number}")])
            assert proxy.lost.is_set()
            assert appended.again, "it had been written, and was found"
            assert [record.matter for record in appended.records] == ["m", f"n{number}"]
            assert len(store.feed(0, limit=99)) == 2 * number


# ------------------------------------------------------------------------------- others hold it


def test_others_that_hold_it_too_long_are_told(server: Server, store: PostgresStore) -> None:
    schema = "held"
    url = with_options(server.url(), schema=schema, busy_timeout="0.1")
    with PostgresStore(url) as waiting, psycopg.connect(server.url()) as other:
        other.execute(LOCK.format(schema).encode())
        with pytest.raises(StoreBusy, match="for longer than busy_timeout; nothing was written"):
            waiting.append([draft()])
        other.rollback()
        assert waiting.feed(0, limit=9) == ()
        waiting.append([draft()])
    assert store.feed(0, limit=1) == ()


def test_an_append_waits_for_one_that_wants_the_same(server: Server) -> None:
    url = with_options(server.url(), schema="same")
    with PostgresStore(url) as store, psycopg.connect(server.url()) as other:
        joined = PostgresStore.within(other, schema="same")
        joined.append([draft("m", 1, "theirs")])
        with ThreadPoolExecutor(2) as pool:
            late = pool.submit(store.append, [draft("m", 1, "mine")])
            same = pool.submit(store.append, [draft("other", 1, "theirs")])
            while _waiting(server) < 2:
                pass
            other.commit()
            with pytest.raises(VersionConflict, match="at version 1, not 0"):
                late.result()
            assert same.result().again, "its command id had written by then"
        assert [record.matter for record in store.feed(0, limit=9)] == ["m"]


def test_an_append_goes_on_once_another_that_wanted_the_same_is_undone(server: Server) -> None:
    url = with_options(server.url(), schema="undone")
    with PostgresStore(url) as store, psycopg.connect(server.url()) as other:
        PostgresStore.within(other, schema="undone").append([draft("m", 1, "theirs")])
        with ThreadPoolExecutor(1) as pool:
            mine = pool.submit(store.append, [draft("m", 1, "theirs")])
            while _waiting(server) < 1:
                pass
            other.rollback()
            assert not mine.result().again
        (record,) = store.feed(0, limit=9)
        assert record.position == 2, "the position that the other gave up is a gap"


def _waiting(server: Server) -> int:
    with psycopg.connect(server.url()) as connection:
        ((count,),) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        )
    return int(count)


def test_appends_that_cross_each_other_all_get_through(store: PostgresStore) -> None:
    def write(number: int) -> int:
        done = 0
        for round_ in range(8):
            names = ["a", "b", "c"][:: -1 if number % 2 else 1]
            versions = {name: len(store.load(name).records) + 1 for name in names}
            drafts = [draft(n, versions[n], f"{number}-{round_}") for n in names]
            try:
                done += not store.append(drafts).again
            except VersionConflict:
                continue
        return done

    with ThreadPoolExecutor(6) as pool:
        written = sum(pool.map(write, range(6)))
    assert written > 0
    for name in ("a", "b", "c"):
        assert [r.version for r in store.load(name).records] == list(range(1, written + 1))


def test_a_rebuild_and_appends_at_once_leave_the_latest_row(store: PostgresStore) -> None:
    store.append([draft("m")])
    stop = Event()

    def rebuild() -> None:
        while not stop.is_set():
            version = len(store.load("m").records)
            try:
                store.rebuild(draft("m", version).projection)
            except VersionConflict:
                continue

    rebuilding = Thread(target=rebuild)
    rebuilding.start()
    try:
        for version in range(2, 30):
            store.append([draft("m", version)])
            (row,) = store.ledger(LedgerFilter(), limit=9)
            assert row.version == version
    finally:
        stop.set()
        rebuilding.join()


@pytest.mark.parametrize("timeout", ["200ms", "0.2s", "0"])
def test_a_feed_does_not_wait_until_a_statement_timeout_ends_it(
    server: Server, timeout: str
) -> None:
    schema = f"brief_{timeout.replace('.', '_')}"
    url = with_options(
        server.url(), schema=schema, busy_timeout="0.5" if timeout == "0" else "60",
        options=f"-c%20statement_timeout%3D{timeout}",
    )  # fmt: skip
    with PostgresStore(url) as store, psycopg.connect(server.url()) as host:
        store.append([draft("before")])
        PostgresStore.within(host, schema=schema).append([draft("held")])
        store.append([draft("after")])
        assert [record.matter for record in store.feed(0, limit=9)] == ["before"]
        host.commit()
        found = [record.matter for record in store.feed(0, limit=9)]
        assert found == ["before", "held", "after"]


def test_all_connections_in_use_is_told(server: Server) -> None:
    url = with_options(server.url(), schema="few", connections="1", busy_timeout="0.2")
    with PostgresStore(url) as store, psycopg.connect(server.url()) as other:
        other.execute(LOCK.format("few").encode())
        with ThreadPoolExecutor(2) as pool:
            calls = [pool.submit(store.ledger, LedgerFilter(), limit=1) for _ in range(2)]
            errors = [call.exception() for call in calls]
        assert {type(error) for error in errors} == {StoreBusy}
        other.rollback()
        assert store.ledger(LedgerFilter(), limit=1) == ()


# ---------------------------------------------------------------------------- what it cannot keep


def test_what_postgresql_cannot_keep_is_told_of_one_command(store: PostgresStore) -> None:
    for odd in (draft("a\x00b"), draft("m", 1, "a\x00b")):
        with pytest.raises(UnicodeError, match="keeps no NUL character"):
            store.append([odd])
    shown = draft("m")
    row = evolve(shown.projection.row, category="a\x00b")
    with pytest.raises(UnicodeError, match="keeps no NUL character"):
        store.append([evolve(shown, projection=evolve(shown.projection, row=row))])
    with pytest.raises(UnicodeEncodeError):
        store.append([draft("half \ud800")])
    with pytest.raises(OverflowError, match="no id so long"):
        store.append([draft("".join(chr(0x4E00 + n * 7 % 20000) for n in range(3000)))])
    with pytest.raises(OverflowError, match="no number so large"):
        store.feed(2**70, limit=1)
    assert store.feed(0, limit=9) == ()


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("53100", StoreFull),
        ("53300", StoreBusy),
        ("40P01", StoreBusy),
        ("57014", StoreBusy),
        ("25006", StoreReadOnly),
        ("42501", StoreReadOnly),
        ("XX001", StoreUnreadable),
        ("58030", StoreFailed),
        ("XX000", StoreFailed),
        ("53200", StoreFailed),
        ("57P01", StoreFailed),
        ("08006", StoreFailed),
    ],
)
def test_each_failure_has_its_place_in_the_tree(state: str, kind: type[Exception]) -> None:
    error = psycopg.errors.lookup(state)("what the server said")
    found = told(error, "postgresql://host/db")
    assert type(found) is kind
    assert str(found).startswith("postgresql://host/db: ")
    assert "what the server said" in str(found)


def test_a_mistake_in_the_use_of_postgresql_is_seen_as_it_is() -> None:
    assert told(psycopg.errors.SyntaxError("syntax error"), "where") is None


def test_a_read_only_server_is_told(server: Server) -> None:
    PostgresStore(server.url(), schema="read_only").close()
    url = with_options(
        server.url(), schema="read_only", target_session_attrs="any",
        options="-c%20default_transaction_read_only%3Don",
    )  # fmt: skip
    with PostgresStore(url) as store:
        assert store.feed(0, limit=9) == ()
        with pytest.raises(StoreReadOnly, match="it may not be written"):
            store.append([draft()])


def test_a_closed_store_is_closed_for_those_who_wait(store: PostgresStore) -> None:
    store.close()
    with pytest.raises(StoreClosed):
        store.append([draft()])
