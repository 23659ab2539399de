"""Look-ups walk an index: how long a page takes does not depend on how much there is."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.drafts import AT, HOUR, row
from tests.postgres_server import dropped, with_options
from whistle_engine.model import Affair, Outcome, Stage
from whistle_engine.storage._asked import nearby
from whistle_engine.storage._columns import Values, micros
from whistle_engine.storage.postgres import PostgresStore
from whistle_engine.storage.postgres import _lookups as lookups
from whistle_engine.storage.rows import LedgerFilter

FILL = """
INSERT INTO @whistle_matters SELECT lpad(n::text, 6, '0'), 1,
    CASE WHEN n % 10 = 0 THEN 'dispatched' ELSE 'closed' END, n % 10 = 0, n, n, '12345', n::text,
    'p' || n % 50, n, n, 'c' || n % 40, 's' || n % 8,
    (ARRAY['public', 'shared', 'household'])[n % 3 + 1], 'k' || n % 4, 'g' || n % 30, 'u' || n % 20,
    n, CASE WHEN n % 10 > 0 THEN 'settled' END
FROM generate_series(1, 20000) AS n;
INSERT INTO @whistle_duties SELECT lpad(n::text, 6, '0'), 1, 'classify', 'u' || n % 20, NULL, n, n
FROM generate_series(1, 20000) AS n;
INSERT INTO @whistle_timers (matter, clock, step, due, free_at, settled)
SELECT lpad(n::text, 6, '0'), c, 1, n, n, n % 10 > 0 FROM generate_series(1, 20000) AS n,
    generate_series(1, 3) AS c;
INSERT INTO @whistle_commits SELECT n, lpad((n / 4)::text, 6, '0'), n % 4 + 1, n::text, 0, n,
    '', '', '', '', '', '' FROM generate_series(4, 40003) AS n;
SELECT setval('@whistle_positions', 40003)
"""
NEARBY, BOX = nearby("p10", (1, 2), 3, lookups.DIALECT)
FILTERS = [
    LedgerFilter(),
    LedgerFilter(open=True),
    LedgerFilter(stage=Stage.DISPATCHED),
    LedgerFilter(community="c7"),
    LedgerFilter(community="c0", open=True),
    LedgerFilter(street="s3"),
    LedgerFilter(lead="u5", opened_from=AT),
    LedgerFilter(lead="u10", open=True),
    LedgerFilter(category="g7"),
    LedgerFilter(kind="k1", affair=Affair.PUBLIC),
    LedgerFilter(outcome=Outcome.SETTLED),
]


@pytest.fixture(scope="module")
def store(postgres: str) -> Iterator[PostgresStore]:
    schema = f"plans_{uuid4().hex[:10]}"
    made = PostgresStore(with_options(postgres, schema=schema))
    for statement in FILL.split(";\n"):
        made._session.write(statement)
    for table in ("matters", "duties", "timers", "commits"):
        made._session.write(f"ANALYZE @whistle_{table}")
    yield made
    made.close()
    dropped(postgres, schema)


def plan(store: PostgresStore, statement: str, values: Values) -> str:
    return "\n".join(line for (line,) in store._session.rows(f"EXPLAIN {statement}", values))


def walks(found: str) -> None:
    assert "Seq Scan" not in found, found
    assert "Index" in found, found


@pytest.mark.parametrize("where", FILTERS, ids=repr)
@pytest.mark.parametrize("page", [1, 2])
def test_a_page_of_the_ledger_walks_an_index(
    store: PostgresStore, where: LedgerFilter, page: int
) -> None:
    after = row("000500", opened_at=AT) if page > 1 else None
    statement, values = lookups.ledger_statement(where, after)
    walks(plan(store, statement, (*values, 20)))


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (lookups.INBOX.format(after=""), ("u5", 20)),
        (lookups.INBOX.format(after="AND (due, matter, clock) > (%s, %s, %s)"),
         ("u5", 900, "000900", 1, 20)),
        (lookups.BY_NUMBER, ("12345", "77")),
        (lookups.NEAR.format(place=NEARBY), ("g10", *BOX, 5)),
        (lookups.HISTORY, ("000077",)),
        (lookups.LOAD, ("000077", "9", "000077")),
        (lookups.SCAN.format(after="matter > %s"), ("000100", 20)),
        (lookups.PROJECTION, ("000077",)),
    ],
)  # fmt: skip
def test_a_look_up_walks_an_index(store: PostgresStore, statement: str, values: Values) -> None:
    walks(plan(store, statement, values))


def test_what_is_near_is_found_in_an_index_alone(store: PostgresStore) -> None:
    """Popular categories have thousands of open matters, and few of them are near."""
    store._session.write("VACUUM @whistle_matters")
    found = plan(store, lookups.NEAR.format(place=NEARBY), ("g10", *BOX, 5))
    assert "Index Only Scan Backward using whistle_open_by_category" in found, found
    assert "Index Scan using whistle_matters_pkey" in found, found


def test_a_claim_looks_at_what_is_due_and_at_its_own_lines_alone(store: PostgresStore) -> None:
    queue = store._timers
    at = micros(AT + HOUR)
    walks(plan(store, queue._claim, (at, at, 5, at)))
    walks(plan(store, queue._waiting, (at, 20)))
    walks(plan(store, queue._dead, (20,)))
    key = ("000010", 1, 1, 0)
    walks(plan(store, queue._settle, (*key, *key)))


def test_a_statement_is_planned_once_for_all_values(store: PostgresStore) -> None:
    """To plan anew for each call takes longer than to walk an index."""
    settings = ("plan_cache_mode", "enable_seqscan", "enable_bitmapscan", "jit")
    found = store._session.rows(f"SELECT {', '.join(f'current_setting({s!r})' for s in settings)}")
    assert found == [("force_generic_plan", "off", "off", "off")]
    for _ in range(20):
        store.ledger(LedgerFilter(street="s3", open=True), limit=20)
    counts = "SELECT custom_plans FROM pg_prepared_statements WHERE statement LIKE '%street%'"
    assert store._session.rows(counts) == [(0,)]
