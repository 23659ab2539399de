"""The tables, and how a file comes from an older schema to this one.

All names begin with ``whistle_``, so that they can lie in a host's own database too. Instants are
INTEGER microseconds since 1970 (UTC), payloads BLOB, codes TEXT; text is compared by the bytes of
UTF-8, which is the order of code points. Nothing in here is ever deleted but duties that ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from sqlite3 import Cursor

from whistle_engine.storage._whole import check

APPLICATION_ID = 0x57484953
"""``WHIS``: what ``file`` and the like show of a file that holds nothing but a store."""

META = """
CREATE TABLE IF NOT EXISTS whistle_meta (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID
"""
"""What every schema has: under ``schema`` the number of the one that there is."""

FIRST = """
-- Every commit. A position is taken under the file's one write lock, and given up only with its
-- commit: so they become visible in their own order (S7).
CREATE TABLE whistle_commits (
    position INTEGER PRIMARY KEY,
    matter TEXT NOT NULL,
    version INTEGER NOT NULL,
    command_id TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    command BLOB NOT NULL,
    basis BLOB NOT NULL,
    events BLOB NOT NULL,
    answer BLOB NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL,
    UNIQUE (matter, version)
) STRICT;
CREATE INDEX whistle_commits_by_command ON whistle_commits (command_id);

-- What the ledger shows. A page of a ledger walks one index in the order of (opened_at, matter).
-- Those of open matters stay small however many are closed; "open" changes seldom, the stage often.
CREATE TABLE whistle_matters (
    matter TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    stage TEXT NOT NULL,
    open INTEGER NOT NULL CHECK (open = (stage <> 'closed')),
    opened_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    channel TEXT NOT NULL,
    source_number TEXT,
    place TEXT NOT NULL,
    lat INTEGER,
    lon INTEGER,
    community TEXT NOT NULL,
    street TEXT NOT NULL,
    affair TEXT,
    kind TEXT,
    category TEXT,
    lead TEXT,
    due INTEGER,
    outcome TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX whistle_all ON whistle_matters (opened_at, matter);
CREATE INDEX whistle_all_by_affair ON whistle_matters (affair, opened_at, matter)
    WHERE affair IS NOT NULL;
CREATE INDEX whistle_all_by_outcome ON whistle_matters (outcome, opened_at, matter)
    WHERE outcome IS NOT NULL;
CREATE INDEX whistle_all_by_kind ON whistle_matters (kind, opened_at, matter)
    WHERE kind IS NOT NULL;
CREATE INDEX whistle_all_by_category ON whistle_matters (category, opened_at, matter)
    WHERE category IS NOT NULL;
CREATE INDEX whistle_all_by_community ON whistle_matters (community, opened_at, matter);
CREATE INDEX whistle_all_by_street ON whistle_matters (street, opened_at, matter);
CREATE INDEX whistle_all_by_lead ON whistle_matters (lead, opened_at, matter)
    WHERE lead IS NOT NULL;
CREATE INDEX whistle_open ON whistle_matters (opened_at, matter) WHERE open = 1;
CREATE INDEX whistle_open_by_stage ON whistle_matters (stage, opened_at, matter) WHERE open = 1;
-- What is near is found in this one alone, so it has all that this asks for.
CREATE INDEX whistle_open_by_category
    ON whistle_matters (category, opened_at, matter, place, lat, lon, open) WHERE open = 1;
CREATE INDEX whistle_open_by_community ON whistle_matters (community, opened_at, matter)
    WHERE open = 1;
CREATE INDEX whistle_open_by_street ON whistle_matters (street, opened_at, matter) WHERE open = 1;
CREATE INDEX whistle_open_by_lead ON whistle_matters (lead, opened_at, matter) WHERE open = 1;
CREATE INDEX whistle_all_by_number ON whistle_matters (channel, source_number, matter)
    WHERE source_number IS NOT NULL;

-- Whose move it is.
CREATE TABLE whistle_duties (
    matter TEXT NOT NULL,
    clock INTEGER NOT NULL,
    what TEXT NOT NULL,
    unit TEXT,
    raiser TEXT,
    since INTEGER NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (matter, clock)
) STRICT, WITHOUT ROWID;
CREATE INDEX whistle_duties_by_unit ON whistle_duties (unit, due, matter, clock)
    WHERE unit IS NOT NULL;

-- The two queues. "token" is that of the latest claim, "tries" the claims since it was armed,
-- "free_at" from when on it can be claimed: its due time, the end of a lease, or that of a
-- retreat. "gone": settled by an append that no longer had it. Settled ones stay, so that
-- settling again is known.
CREATE TABLE whistle_timers (
    matter TEXT NOT NULL,
    clock INTEGER NOT NULL,
    step INTEGER NOT NULL,
    due INTEGER NOT NULL,
    token INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    free_at INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0,
    gone INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (matter, clock, step)
) STRICT, WITHOUT ROWID;
CREATE INDEX whistle_timers_waiting ON whistle_timers (due, matter, clock, step)
    WHERE settled = 0 AND dead = 0;
CREATE INDEX whistle_timers_dead ON whistle_timers (due, matter, clock, step)
    WHERE settled = 0 AND dead = 1;

CREATE TABLE whistle_notices (
    matter TEXT NOT NULL,
    version INTEGER NOT NULL,
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    event INTEGER NOT NULL,
    due INTEGER NOT NULL,
    unit TEXT,
    actor TEXT,
    token INTEGER NOT NULL DEFAULT 0,
    tries INTEGER NOT NULL DEFAULT 0,
    free_at INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0,
    dead INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (matter, version, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX whistle_notices_waiting ON whistle_notices (due, matter, version, number)
    WHERE settled = 0 AND dead = 0;
CREATE INDEX whistle_notices_dead ON whistle_notices (due, matter, version, number)
    WHERE settled = 0 AND dead = 1;

-- The vault. Rows are only added at the end, and erased by writing zeros of the same length over
-- them: kept in the order of their references, rows would move from page to page, and leave copies
-- of words behind that even secure_delete does not reach (S17).
CREATE TABLE whistle_texts (
    id INTEGER PRIMARY KEY,
    command_id TEXT NOT NULL,
    name TEXT NOT NULL,
    matter TEXT NOT NULL,
    erased INTEGER NOT NULL DEFAULT 0,
    salt BLOB NOT NULL,
    words BLOB NOT NULL,
    UNIQUE (command_id, name)
) STRICT;

CREATE TABLE whistle_documents (
    digest TEXT NOT NULL PRIMARY KEY,
    data BLOB NOT NULL
) STRICT;
"""

STEPS = (FIRST,)
"""The n-th brings schema n - 1 to schema n. What was released is never changed, only added to."""

SCHEMA = "SELECT value FROM whistle_meta WHERE name = 'schema'"


def schema_of(cursor: Cursor) -> int:
    """The schema of the store's tables, 0 where there are none."""
    there = cursor.execute("SELECT 1 FROM sqlite_schema WHERE name = 'whistle_meta'").fetchone()
    if there is None:
        return 0
    found = cursor.execute(SCHEMA).fetchone()
    return int(found[0]) if found is not None else 0


def strangers(cursor: Cursor) -> tuple[str, ...]:
    """The tables and views that are not a store's, by name."""
    found = cursor.execute(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
        " AND name NOT GLOB 'whistle_*' AND name NOT GLOB 'sqlite_*' ORDER BY name"
    )
    return tuple(name for (name,) in found)


def migrate(cursor: Cursor, where: str, *, steps: Sequence[str] = STEPS) -> None:
    """Bring the tables to the newest schema, inside a transaction that may write.

    Args:
        cursor: in a transaction that holds the write lock.
        where: the store, for the error.
        steps: see :data:`STEPS`.

    Raises:
        StoreMismatch: the tables are of a newer release.
    """
    schema = schema_of(cursor)
    check(schema, where, known=len(steps))
    if schema < len(steps):
        cursor.execute(META)
    for step in steps[schema:]:
        for statement in statements(step):
            cursor.execute(statement)
    if schema < len(steps):
        cursor.execute(
            "INSERT INTO whistle_meta (name, value) VALUES ('schema', ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (len(steps),),
        )


def statements(script: str) -> tuple[str, ...]:
    """A script's statements one by one; ``executescript`` would commit before it begins."""
    lines = (line for line in script.splitlines() if not line.lstrip().startswith("--"))
    return tuple(one for each in "\n".join(lines).split(";") if (one := each.strip()))
