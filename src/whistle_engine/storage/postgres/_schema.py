"""The tables: what each step of the schema makes. :mod:`._functions` has what works on them.

A statement names the store's schema by ``@``: ``@whistle_commits`` becomes
``"district".whistle_commits`` (:func:`named`). No statement relies on ``search_path``: that is the
host's on a host's own connection, and is lost behind a pooler.

Instants are BIGINT microseconds since 1970 (UTC), payloads and words BYTEA, codes TEXT; text is
compared by the bytes of UTF-8, which is the order of code points. Nothing in here is ever deleted
but duties that ended.

A line for each column, and all the brackets that PostgreSQL itself would write: so what is there
can be compared with what should be (:mod:`._whole`).
"""

from __future__ import annotations

from functools import cache

from whistle_engine.storage.postgres._functions import APPEND, FEED, PROJECT, REBUILD, ROWS

META = """
CREATE TABLE IF NOT EXISTS @whistle_meta (
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (name)
)
"""
"""What every schema has: under ``schema`` the number of the one that there is."""

COMMITS = """
-- In which order commits are fed. Numbers are given out before a commit is there, and some never
-- come: whistle_feed sees to it that none appears late (S7).
CREATE SEQUENCE @whistle_positions CACHE 1;

-- Every commit. "part" counts those that one command wrote, from 0: so the index of command ids is
-- unique, and of two appends with one id the second waits for the first (S5).
CREATE TABLE @whistle_commits (
    position BIGINT NOT NULL,
    matter TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    command_id TEXT COLLATE "C" NOT NULL,
    part BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    command BYTEA NOT NULL,
    basis BYTEA NOT NULL,
    events BYTEA NOT NULL,
    answer BYTEA NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (position)
);
CREATE UNIQUE INDEX whistle_commits_by_matter ON @whistle_commits (matter, version);
CREATE UNIQUE INDEX whistle_commits_by_command ON @whistle_commits (command_id, part);
"""

LOOKUPS = """
-- What the ledger shows. A page of a ledger walks one index in the order of (opened_at, matter).
-- Those of open matters stay small however many are closed; "open" changes seldom, the stage often.
-- Each append updates one row: the room that pages keep lets it stay on its page.
CREATE TABLE @whistle_matters (
    matter TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    open BOOLEAN NOT NULL,
    opened_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    channel TEXT COLLATE "C" NOT NULL,
    source_number TEXT COLLATE "C",
    place TEXT COLLATE "C" NOT NULL,
    lat BIGINT,
    lon BIGINT,
    community TEXT COLLATE "C" NOT NULL,
    street TEXT COLLATE "C" NOT NULL,
    affair TEXT COLLATE "C",
    kind TEXT COLLATE "C",
    category TEXT COLLATE "C",
    lead TEXT COLLATE "C",
    due BIGINT,
    outcome TEXT COLLATE "C",
    PRIMARY KEY (matter),
    CONSTRAINT whistle_open_unless_closed CHECK ((open = (stage <> 'closed'::text)))
) WITH (fillfactor = 80);
CREATE INDEX whistle_all ON @whistle_matters (opened_at, matter);
CREATE INDEX whistle_all_by_affair ON @whistle_matters (affair, opened_at, matter)
    WHERE (affair IS NOT NULL);
CREATE INDEX whistle_all_by_outcome ON @whistle_matters (outcome, opened_at, matter)
    WHERE (outcome IS NOT NULL);
CREATE INDEX whistle_all_by_kind ON @whistle_matters (kind, opened_at, matter)
    WHERE (kind IS NOT NULL);
CREATE INDEX whistle_all_by_category ON @whistle_matters (category, opened_at, matter)
    WHERE (category IS NOT NULL);
CREATE INDEX whistle_all_by_community ON @whistle_matters (community, opened_at, matter);
CREATE INDEX whistle_all_by_street ON @whistle_matters (street, opened_at, matter);
CREATE INDEX whistle_all_by_lead ON @whistle_matters (lead, opened_at, matter)
    WHERE (lead IS NOT NULL);
CREATE INDEX whistle_open ON @whistle_matters (opened_at, matter) WHERE open;
CREATE INDEX whistle_open_by_stage ON @whistle_matters (stage, opened_at, matter) WHERE open;
-- What is near is found in this one alone, so it has all that this asks for.
CREATE INDEX whistle_open_by_category
    ON @whistle_matters (category, opened_at, matter) INCLUDE (place, lat, lon) WHERE open;
CREATE INDEX whistle_open_by_community ON @whistle_matters (community, opened_at, matter)
    WHERE open;
CREATE INDEX whistle_open_by_street ON @whistle_matters (street, opened_at, matter) WHERE open;
CREATE INDEX whistle_open_by_lead ON @whistle_matters (lead, opened_at, matter) WHERE open;
CREATE INDEX whistle_all_by_number ON @whistle_matters (channel, source_number, matter)
    WHERE (source_number IS NOT NULL);

-- Whose move it is.
CREATE TABLE @whistle_duties (
    matter TEXT COLLATE "C" NOT NULL,
    clock BIGINT NOT NULL,
    what TEXT COLLATE "C" NOT NULL,
    unit TEXT COLLATE "C",
    raiser TEXT COLLATE "C",
    since BIGINT NOT NULL,
    due BIGINT NOT NULL,
    PRIMARY KEY (matter, clock)
);
CREATE INDEX whistle_duties_by_unit ON @whistle_duties (unit, due, matter, clock)
    WHERE (unit IS NOT NULL);
"""

QUEUES = """
-- The two queues. "token" is that of the latest claim, "tries" the claims since it was armed,
-- "free_at" from when on it can be claimed: its due time, the end of a lease, or that of a
-- retreat. "gone": settled by an append that no longer had it. Settled ones stay, so that
-- settling again is known.
CREATE TABLE @whistle_timers (
    matter TEXT COLLATE "C" NOT NULL,
    clock BIGINT NOT NULL,
    step BIGINT NOT NULL,
    due BIGINT NOT NULL,
    token BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    free_at BIGINT NOT NULL,
    settled BOOLEAN NOT NULL DEFAULT false,
    dead BOOLEAN NOT NULL DEFAULT false,
    gone BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (matter, clock, step)
) WITH (fillfactor = 80);
CREATE INDEX whistle_timers_waiting ON @whistle_timers (due, matter, clock, step)
    WHERE ((NOT settled) AND (NOT dead));
CREATE INDEX whistle_timers_dead ON @whistle_timers (due, matter, clock, step)
    WHERE ((NOT settled) AND dead);

CREATE TABLE @whistle_notices (
    matter TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    number BIGINT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    event BIGINT NOT NULL,
    due BIGINT NOT NULL,
    unit TEXT COLLATE "C",
    actor TEXT COLLATE "C",
    token BIGINT NOT NULL DEFAULT 0,
    tries BIGINT NOT NULL DEFAULT 0,
    free_at BIGINT NOT NULL,
    settled BOOLEAN NOT NULL DEFAULT false,
    dead BOOLEAN NOT NULL DEFAULT false,
    PRIMARY KEY (matter, version, number)
) WITH (fillfactor = 80);
CREATE INDEX whistle_notices_waiting ON @whistle_notices (due, matter, version, number)
    WHERE ((NOT settled) AND (NOT dead));
CREATE INDEX whistle_notices_dead ON @whistle_notices (due, matter, version, number)
    WHERE ((NOT settled) AND dead);
"""

REST = """
-- The vault: words as bytes, since a TEXT keeps no NUL.
CREATE TABLE @whistle_texts (
    command_id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    matter TEXT COLLATE "C" NOT NULL,
    erased BOOLEAN NOT NULL DEFAULT false,
    salt BYTEA NOT NULL,
    words BYTEA NOT NULL,
    PRIMARY KEY (command_id, name)
);

CREATE TABLE @whistle_documents (
    digest TEXT COLLATE "C" NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (digest)
);
"""

FIRST = (COMMITS, LOOKUPS, QUEUES, REST, ROWS, PROJECT, APPEND, REBUILD, FEED)

Steps = tuple[tuple[str, ...], ...]

STEPS: Steps = (FIRST,)
"""The n-th brings schema n - 1 to schema n. What was released is never changed, only added to."""

SCHEMA = "SELECT value FROM @whistle_meta WHERE name = 'schema'"


@cache
def named(statement: str, schema: str) -> str:
    """A statement, with the name of the store's schema filled in."""
    return statement.replace("@whistle_", f'"{schema}".whistle_')
