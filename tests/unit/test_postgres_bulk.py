"""Bulk intake on PostgreSQL: what a window of commands needs is loaded at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from attrs import evolve

from tests.drafts import draft
from tests.postgres_server import dropped, with_options
from whistle_engine.commits import Receipt
from whistle_engine.engine import Engine
from whistle_engine.generate import intake
from whistle_engine.policy_file import shipped_rules
from whistle_engine.storage.beside import Gathering
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.postgres import _lookups as lookups

BEGIN = datetime(2024, 3, 4, 1, tzinfo=UTC)


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresStore]:
    schema = f"bulk_{uuid4().hex[:12]}"
    with PostgresStore(with_options(postgres, schema=schema)) as made:
        yield made
    dropped(postgres, schema)


@pytest.fixture
def asked(store: PostgresStore, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that the store reads by."""
    found: list[str] = []
    rows = store._session.rows

    def noted(statement: str, values: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        found.append(statement)
        return rows(statement, values)

    monkeypatch.setattr(store._session, "rows", noted)
    return found


def test_what_is_loaded_at_once_is_what_each_load_gives(store: PostgresStore) -> None:
    store.append([draft("a", 1, "both"), draft("b", 1, "both")])
    store.append([draft("a", 2)])
    store.append([draft("c", 1)])
    wanted = [("a", "c-1"), ("b", None), ("new", "both"), ("none", "none"), ("c", "a-2")]
    assert isinstance(store, Gathering)
    assert store.load_all(wanted) == tuple(store.load(*each) for each in wanted)
    assert store.load_all([]) == ()


def test_a_window_is_loaded_by_one_statement_and_again_by_one(
    store: PostgresStore, asked: list[str]
) -> None:
    rules = shipped_rules()
    orders = list(intake(rules, seed=4, start=BEGIN, matters=30))
    pairs = [(order.command, order.texts) for order in orders]
    late = max(order.at for order in orders)
    engine = Engine(store, rules, clock=lambda: late)
    asked.clear()
    outcomes = list(engine.execute_many(pairs))
    assert all(isinstance(each, Receipt) for each in outcomes)
    assert asked.count(lookups.LOAD_ALL) == 1
    assert lookups.LOAD not in asked
    assert list(engine.execute_many(pairs)) == outcomes, "each is found by its id"
    assert asked.count(lookups.LOAD_ALL) == 2
    reference = Engine(MemoryStore(), rules, clock=lambda: late)
    assert list(reference.execute_many(pairs)) == outcomes


def test_one_odd_command_holds_up_no_other(store: PostgresStore, asked: list[str]) -> None:
    rules = shipped_rules()
    orders = list(intake(rules, seed=4, start=BEGIN, matters=5))
    pairs = [(order.command, order.texts) for order in orders]
    odd = evolve(pairs[2][0], id="a\x00b", matter="a\x00b")
    pairs[2] = (odd, pairs[2][1])
    engine = Engine(store, rules, clock=lambda: orders[-1].at)
    outcomes = list(engine.execute_many(pairs))
    assert isinstance(outcomes.pop(2), UnicodeError)
    assert all(isinstance(each, Receipt) for each in outcomes)
    assert asked.count(lookups.LOAD) == 5, "each was loaded by itself"


def test_what_others_wrote_meanwhile_is_seen(
    store: PostgresStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded at once, then another was faster: it is decided again on what is there by then."""
    rules = shipped_rules()
    orders = list(intake(rules, seed=4, start=BEGIN, matters=3))
    pairs = [(order.command, order.texts) for order in orders]
    load_all = store.load_all
    other = Engine(store, rules, clock=lambda: orders[-1].at)

    def late(wanted: list[tuple[str, str | None]]) -> object:
        found = load_all(wanted)
        monkeypatch.undo()
        other.execute(*pairs[1][:1], texts=pairs[1][1])
        return found

    monkeypatch.setattr(store, "load_all", late)
    outcomes = list(other.execute_many(pairs))
    assert all(isinstance(each, Receipt) for each in outcomes)
    assert len(store.feed(0, limit=9)) == 3
