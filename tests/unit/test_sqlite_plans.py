"""No look-up reads a table in full: each walks an index from where the page before ended."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve, fields

from tests.drafts import AT, HOUR, row
from whistle_engine.model import Affair, Outcome, Stage
from whistle_engine.storage._asked import nearby
from whistle_engine.storage._queues import NOTICES, TIMERS
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.storage.sqlite import SqliteStore, _lookups, _queue


@pytest.fixture
def store() -> Iterator[SqliteStore]:
    with SqliteStore("sqlite://") as made:
        yield made


def plan(store: SqliteStore, statement: str) -> list[str]:
    """What SQLite would do; unbound values count as NULL, and do not change the plan."""
    with store._session.read() as cursor:
        values = (None,) * statement.count("?")
        return [each[3] for each in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)]


def searches(steps: list[str]) -> bool:
    """Each step searches by a key; nothing is read in full, nothing is sorted."""
    return all(
        step.startswith(("SEARCH", "CORRELATED", "LIST", "MULTI", "INDEX")) for step in steps
    )


ONE = LedgerFilter(
    affair=Affair.PUBLIC, stage=Stage.BLOWN, open=True, outcome=Outcome.LAPSED, kind="tough",
    category="pipes", community="gulou", street="xinhua", lead="zhujian",
    opened_from=AT, opened_before=AT + HOUR,
)  # fmt: skip
NAMES = [each.name for each in fields(LedgerFilter)]
PAIRS = [{name: getattr(ONE, name) for name in pair} for pair in itertools.combinations(NAMES, 2)]


@pytest.mark.parametrize("chosen", PAIRS, ids="-".join)
@pytest.mark.parametrize("after", [None, row()], ids=["first", "next"])
def test_a_page_of_the_ledger_walks_an_index_from_where_it_ended(
    store: SqliteStore, chosen: dict[str, Any], after: None
) -> None:
    statement, values = _lookups.ledger_statement(evolve(LedgerFilter(), **chosen), after)
    assert statement.count("?") == len(values) + 1
    (step,) = plan(store, statement)
    walked = "SCAN whistle_matters USING INDEX whistle_open"  # the first page of what is open
    assert step.startswith("SEARCH") or (step == walked and after is None), step


@pytest.mark.parametrize("name", [*NAMES, None])
def test_each_filter_has_its_index(store: SqliteStore, name: str | None) -> None:
    where = LedgerFilter() if name is None else LedgerFilter(**{name: getattr(ONE, name)})
    (step,) = plan(store, _lookups.ledger_statement(where, row())[0])
    assert "SEARCH" in step
    by = {"stage": "whistle_open_by_stage", "open": "whistle_open"}
    plain = {None, "opened_from", "opened_before"}
    expected = "whistle_all" if name in plain else by.get(str(name), f"whistle_all_by_{name}")
    assert f"INDEX {expected} (" in step


@pytest.mark.parametrize("unit", ["community", "street", "lead", "category"])
def test_what_is_open_at_a_unit_is_found_among_the_open_ones(store: SqliteStore, unit: str) -> None:
    chosen: dict[str, Any] = {unit: "x"}
    where = evolve(LedgerFilter(open=True), **chosen)
    (step,) = plan(store, _lookups.ledger_statement(where, row())[0])
    assert f"INDEX whistle_open_by_{unit} (" in step


@pytest.mark.parametrize(
    "statement",
    [
        _lookups.HISTORY,
        _lookups.FEED,
        _lookups.INBOX.format(after=""),
        _lookups.INBOX.format(after="AND (due, matter, clock) > (?, ?, ?)"),
        _lookups.BY_NUMBER,
        _lookups.NEAR.format(place=nearby("p", None, 0, _lookups.DIALECT)[0]),
        _lookups.NEAR.format(place=nearby("p", (1, 2), 3, _lookups.DIALECT)[0]),
        _lookups.SCAN.format(after="matter > ?"),
        _lookups.LOAD,
    ],
)
def test_no_look_up_reads_a_table_in_full(store: SqliteStore, statement: str) -> None:
    assert searches(plan(store, statement)), plan(store, statement)


@pytest.mark.parametrize("table", [TIMERS, NOTICES], ids=lambda table: table.name)
def test_nor_does_a_queue(store: SqliteStore, table: object) -> None:
    made = _queue.SqliteQueue(store._session, table)  # type: ignore[arg-type]
    for statement in (made._free, made._waiting, made._lease, made._settle, made._fail,
                      made._state, made._revive, _queue.of_matter(made._table)):  # fmt: skip
        assert searches(plan(store, statement)), plan(store, statement)
    (step,) = plan(store, made._dead)
    assert "_dead" in step
    assert "TEMP B-TREE" not in step


def test_the_rows_of_the_benchmarks_are_written_by_statements_that_there_are() -> None:
    """They are made of the store's own, which may change."""
    rows = pytest.importorskip("benchmarks.store_rows")
    with SqliteStore("sqlite://") as store, store._session.write() as cursor:
        for statement in vars(rows).values():
            if isinstance(statement, str) and statement.startswith("INSERT"):
                values = [None] * statement.count("?")
                cursor.execute(f"EXPLAIN {statement}", values)  # it is parsed, at least
