"""Moving a store: all comes over, between any two kinds, and both verify."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import evolve

from tests.drafts import draft, timer, with_timers
from tests.postgres_server import dropped, with_options
from tests.routers import HOME, OTHER, by_number, routed
from tests.unit.cli_stores import filled, is_wrong, run
from whistle_engine.errors import StoreMismatch, StoreMisrouted, StoreUnreadable
from whistle_engine.generate import generate
from whistle_engine.model import TextRef
from whistle_engine.moving import Moved, _stretches, copy_store
from whistle_engine.policy_file import shipped_rules
from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.beside import Restoring
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.rows import (
    Erased,
    ItemState,
    LedgerFilter,
    Notice,
    Queued,
    Queues,
    Record,
    Timer,
)
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.story import play, shipped_story
from whistle_engine.testing.stores import WrappedQueue
from whistle_engine.verify import verify

BEGIN = datetime(2024, 3, 4, 1, tzinfo=UTC)
LATE = datetime(2900, 1, 1, tzinfo=UTC)
MANY = 10_000

Makes = Callable[[], Store]


@pytest.fixture
def makes(tmp_path: Path, postgres: str) -> Iterator[dict[str, Makes]]:
    schema = f"moved_{uuid4().hex[:10]}"
    stores: list[Store] = []

    def made(store: Store) -> Store:
        stores.append(store)
        return store

    yield {
        "memory": lambda: made(MemoryStore()),
        "sqlite": lambda: made(SqliteStore(tmp_path / f"{len(stores)}.db")),
        "postgres": lambda: made(PostgresStore(with_options(postgres, schema=schema))),
    }
    for store in stores:
        store.close()
    dropped(postgres, schema)


def lived_in(store: Store) -> Store:
    """A district's matters; some notices sent, some dead, some under a lease; a text erased."""
    for _ in generate(store, shipped_rules(), seed=3, start=BEGIN, matters=12, finish=False):
        pass
    claims = store.outbox.claim(now=LATE, until=LATE + timedelta(days=1), limit=12)
    for number, claim in enumerate(claims):
        if number % 3 == 0:
            store.outbox.settle(claim)
        elif number % 3 == 1:
            store.outbox.fail(claim, retry_at=None)
    for claim in store.outbox.claim(now=LATE, until=LATE + timedelta(days=1), limit=5):
        store.outbox.settle(claim)
    (dead, *_) = store.timers.claim(now=LATE, until=LATE, limit=2)
    store.timers.fail(dead, retry_at=None)
    texts = [ref for ref in refs(store) if store.read_text(ref) is not None]
    store.erase_text(texts[0])
    return store


def refs(store: Store) -> list[TextRef]:
    return [TextRef(r.command_id, "text") for r in store.feed(0, limit=MANY)]


def told(store: Store) -> dict[str, object]:
    """All that a store tells, but for positions."""
    matters = [history.matter for history in store.scan(None, limit=MANY)]
    feed = store.feed(0, limit=MANY)
    return {
        "feed": [evolve(record, position=0) for record in feed],
        "ledger": store.ledger(LedgerFilter(), limit=MANY),
        "projections": [store.projection(matter) for matter in matters],
        "queued": [store.queued(matter) for matter in matters],
        "timers": store.timers.waiting(until=LATE, limit=MANY),
        "dead timers": store.timers.dead(limit=MANY),
        "outbox": store.outbox.waiting(until=LATE, limit=MANY),
        "dead notices": store.outbox.dead(limit=MANY),
        "texts": [store.read_text(ref) for ref in refs(store)],
    }


@pytest.mark.parametrize(
    ("of", "to"), [("sqlite", "postgres"), ("postgres", "sqlite"), ("memory", "sqlite")]
)
def test_all_comes_over(makes: dict[str, Makes], of: str, to: str) -> None:
    source, target = lived_in(makes[of]()), makes[to]()
    moved = copy_store(source, target)
    assert told(target) == told(source)
    assert moved.commits == len(source.feed(0, limit=MANY))
    assert (moved.erased, moved.ended > 5, moved.texts > 10) == (1, True, True)
    reports = [verify(source), verify(target)]
    assert [report.ok for report in reports] == [True, True]
    assert reports[0].counts == reports[1].counts
    assert reports[0].checkpoint == reports[1].checkpoint
    held = {each.item for each in target.outbox.claim(now=LATE, until=LATE, limit=MANY)}
    assert held, "what waited waits, whatever lease it was under"


def test_what_one_command_wrote_comes_over_together_wherever_it_stands_in_the_feed() -> None:
    source = MemoryStore()
    play(shipped_story("merging"), store=source)
    for _ in islice(generate(source, shipped_rules(), seed=3, start=BEGIN, matters=1), 1):
        pass
    feed = source.feed(0, limit=MANY)
    both = [n for n, r in enumerate(feed) if len(source.load("", r.command_id).earlier) > 1]
    assert len(both) == 2
    reordered(source, [*feed[: both[1]], feed[-1], *feed[both[1] : -1]])
    assert verify(source).ok
    target = MemoryStore()
    copy_store(source, target)
    assert verify(target).ok
    found = [record.digest for record in target.feed(0, limit=MANY)]
    right = [*feed[: both[1] + 1], feed[-1], *feed[both[1] + 1 : -1]]
    assert found == [record.digest for record in right], "they stand together again"


def reordered(store: MemoryStore, feed: Sequence[Record]) -> None:
    """Give the commits other positions, as where several appends are under way at once."""
    moved = {record.digest: evolve(record, position=n) for n, record in enumerate(feed, 1)}
    store._feed = [moved[record.digest] for record in feed]
    for held in (*store._matters.values(), *store._commands.values()):
        held[:] = [moved[record.digest] for record in held]


class Foreign(MemoryStore):
    """A store that cannot restore."""

    @property
    def timers(self) -> Queue[Timer]:
        return WrappedQueue(super().timers)

    @property
    def outbox(self) -> Queue[Notice]:
        return WrappedQueue(super().outbox)


def test_a_store_that_cannot_restore_is_filled_by_the_contract_alone() -> None:
    source, target = lived_in(MemoryStore()), Foreign()
    assert not isinstance(target.outbox, Restoring)
    moved = copy_store(source, target)
    assert told(target) == told(source)
    assert moved == copy_store(source, MemoryStore())


def test_a_routed_store_is_filled_in_the_same_order_and_copied_back() -> None:
    source = lived_in(MemoryStore())
    city = routed(route=by_number)
    moved = copy_store(source, city)
    for name in (HOME, OTHER):
        assert len(city._shards[name].feed(0, limit=MANY)) > 10
    back = MemoryStore()
    assert copy_store(city, back) == moved
    assert told(source) == told(city) == told(back)
    reports = [verify(each) for each in (source, city, back)]
    assert [report.first for report in reports] == [None] * 3
    assert reports[0].checkpoint == reports[1].checkpoint == reports[2].checkpoint


def apart_from(others: str, matter: str) -> str:
    return OTHER if matter == others else HOME


def test_what_one_command_wrote_to_two_shards_comes_over_whole() -> None:
    source = MemoryStore()
    play(shipped_story("merging"), store=source)
    (wrote,) = {
        each
        for record in source.feed(0, limit=MANY)
        if len(each := source.load("", record.command_id).earlier) > 1
    }
    for apart in wrote:
        city = routed(route=partial(apart_from, apart.matter))
        copy_store(source, city)
        assert {r.digest for r in city.load("", apart.command_id).earlier} == {
            r.digest for r in wrote
        }
        assert len(city.load(apart.matter, apart.command_id).earlier) == 1, "as the guide tells"
        assert verify(city).ok
        back = MemoryStore()
        copy_store(city, back)
        assert verify(back).checkpoint == verify(source).checkpoint


@pytest.mark.parametrize("apart", [("b",), ("a", "c"), ("c",), ()])
def test_stretches_are_of_one_shard_and_part_no_command_of_it(apart: tuple[str, ...]) -> None:
    drafts = [
        draft(matter, command=command)
        for command, matters in {"one": "d", "two": "abc", "three": "e"}.items()
        for matter in matters
    ]
    led: dict[str, str | None] = {each: OTHER if each in apart else HOME for each in "abcde"}
    city = routed(route=lambda matter: str(led[matter] if matter else HOME))
    found = [*_stretches(drafts, led)]
    for stretch in found:
        assert not city.append(stretch).again
    assert len(city.feed(0, limit=9)) == len(drafts)
    assert len(found) <= 3
    assert found[0][0].command_id == "one"


def test_a_matter_that_a_routed_store_leads_nowhere_ends_the_copy() -> None:
    source = lived_in(MemoryStore())
    last = max(history.matter for history in source.scan(None, limit=MANY))
    city = routed(route=lambda matter: "jinfeng" if matter == last else by_number(matter))
    with pytest.raises(StoreMisrouted, match=f"matter '{last}' was led to 'jinfeng'"):
        copy_store(source, city)


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgres"])
def test_what_waits_is_restored_and_nothing_else(makes: dict[str, Makes], kind: str) -> None:
    store = makes[kind]()
    items = [timer(clock=clock, matter="m") for clock in (1, 2, 3, 4)]
    store.append([with_timers(*items)])
    (claim,) = store.timers.claim(now=LATE, until=LATE, limit=1)
    assert store.timers.settle(claim)
    assert isinstance(store.timers, Restoring)
    store.timers.restore(
        [
            Queued(item=items[0], state=ItemState.DEAD),
            Queued(item=items[1], state=ItemState.SETTLED),
            Queued(item=items[2], state=ItemState.DEAD),
        ]
    )
    states = [each.state.value for each in store.queued("m").timers]
    assert states == ["settled", "settled", "dead", "waiting"]
    assert store.timers.revive(items[2])


def test_each_matter_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = lived_in(MemoryStore()), MemoryStore()
    asked: list[str] = []
    queued = source.queued

    def counted(matter: str) -> Queues:
        asked.append(matter)
        return queued(matter)

    monkeypatch.setattr(source, "queued", counted)
    copy_store(source, target)
    assert sorted(asked) == [history.matter for history in source.scan(None, limit=MANY)]
    assert len(source.feed(0, limit=MANY)) > len(asked) + 10


def test_a_store_that_holds_something_is_not_filled() -> None:
    target = MemoryStore()
    target.append([draft()])
    with pytest.raises(StoreMismatch, match="holds something; name an empty one"):
        copy_store(MemoryStore(), target)


def test_what_is_not_there_is_told() -> None:
    lost = lived_in(MemoryStore())
    assert isinstance(lost, MemoryStore)
    ref = next(ref for ref in refs(lost) if not isinstance(lost.read_text(ref), Erased | None))
    words = lost._texts.pop(ref)
    with pytest.raises(StoreUnreadable, match=r"the text .* is not there; verify the store"):
        copy_store(lost, MemoryStore())
    lost._texts[ref] = words
    matter = lost.feed(0, limit=1)[0].matter
    row = lost._rows.pop(matter)
    with pytest.raises(StoreUnreadable, match="no row in the look-ups; make them again"):
        copy_store(lost, MemoryStore())
    lost._rows[matter] = row
    lost._documents.clear()
    with pytest.raises(StoreUnreadable, match=r"the document .* is not there; verify the store"):
        copy_store(lost, MemoryStore())


def test_it_tells_how_far_it_is() -> None:
    seen: list[Moved] = []
    source = lived_in(MemoryStore())
    done = copy_store(source, MemoryStore(), progress=seen.append)
    assert seen[-1] == done
    assert [each.commits for each in seen] == sorted(each.commits for each in seen)


# ------------------------------------------------------------------------ on the command line


def test_a_store_is_copied_on_the_command_line(tmp_path: Path) -> None:
    url, other = filled(tmp_path, "street_lamp"), f"sqlite:///{tmp_path / 'other.db'}"
    done = run("store", "copy", url, other)
    assert done.exit_code == 0, done.output
    assert " ".join(done.stdout.split()).startswith(f"{url} was copied to {other}: 1 matters, ")
    assert "whistle.db已迁移" not in done.stdout
    again = json.loads(run("store", "copy", url, f"{other}2", "--json").stdout)
    assert (again["from"], again["to"], again["ok"], again["why"]) == (url, f"{other}2", True, None)
    assert again["counts"]["matters"] == 1
    assert "两边均已核验" in run("store", "copy", url, f"{other}3", "--lang", "zh").stdout


def test_a_store_comes_onto_postgresql_by_its_url_alone(
    tmp_path: Path, makes: dict[str, Makes], postgres: str
) -> None:
    store = makes["postgres"]()
    assert isinstance(store, PostgresStore)
    url = with_options(postgres, schema=store._schema)
    assert run("store", "copy", filled(tmp_path, "street_lamp"), url).exit_code == 0
    assert run("verify", url).exit_code == 0
    assert "street_lamp" in run("ledger", "--store", url).stdout
    is_wrong(run("store", "backup", url, tmp_path / "backup"), "makes no backups itself")


def test_what_stands_against_a_copy_is_told(tmp_path: Path) -> None:
    url, other = filled(tmp_path, "street_lamp"), f"sqlite:///{tmp_path / 'other.db'}"
    is_wrong(run("store", "copy", url, url), "holds something; name an empty one")
    is_wrong(run("store", "copy", f"sqlite:///{tmp_path / 'none.db'}", other), "no such file")
    with closing(sqlite3.connect(tmp_path / "whistle.db")) as connection:
        connection.execute("UPDATE whistle_commits SET digest = 'x' WHERE position = 2")
        connection.commit()
    told = run("store", "copy", url, other)
    assert told.exit_code == 1
    assert "does not verify, and nothing was copied" in " ".join(told.stdout.split())
    with SqliteStore(tmp_path / "other.db", create=False) as empty:
        assert empty.feed(0, limit=1) == ()
