"""The look-ups: which statement for which question, each of one moment and one round trip."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from whistle_engine.model import CommandId, MatterId, UnitCode
from whistle_engine.storage._asked import Dialect, asked, nearby
from whistle_engine.storage._columns import (
    COMMIT,
    DUTY,
    MATTER,
    Values,
    duty_row,
    histories,
    loaded,
    matter_row,
    micros,
    records,
    timer,
)
from whistle_engine.storage.api import at_least_one
from whistle_engine.storage.postgres._session import Session
from whistle_engine.storage.rows import (
    DutyRow,
    History,
    LedgerFilter,
    Loaded,
    MatterRow,
    Projection,
    Record,
)

ROWS = f"SELECT {', '.join(MATTER)} FROM @whistle_matters"

HISTORY = f"SELECT {COMMIT} FROM @whistle_commits WHERE matter = %s ORDER BY version"
LOAD = f"""
SELECT {COMMIT} FROM @whistle_commits WHERE matter = %s
UNION ALL
SELECT {COMMIT} FROM @whistle_commits WHERE command_id = %s AND matter <> %s
ORDER BY position
"""
LOAD_ALL = f"""
SELECT {COMMIT} FROM @whistle_commits WHERE matter = ANY (%s::text[])
UNION ALL
SELECT {COMMIT} FROM @whistle_commits
WHERE command_id = ANY (%s::text[]) AND NOT matter = ANY (%s::text[])
ORDER BY position
"""
FEED = f"SELECT {COMMIT} FROM @whistle_feed(%s::bigint, %s::bigint, %s::bigint)"
SCAN = f"""
SELECT {", ".join(f"found.{name}" for name in COMMIT.split(", "))}
FROM (
    SELECT DISTINCT matter FROM @whistle_commits WHERE {{after}} ORDER BY matter LIMIT %s
) AS wanted
CROSS JOIN LATERAL (
    SELECT * FROM @whistle_commits AS each WHERE each.matter = wanted.matter
    ORDER BY each.version
) AS found
ORDER BY found.matter, found.version
"""

INBOX = f"""
SELECT {DUTY} FROM @whistle_duties WHERE unit = %s {{after}} ORDER BY due, matter, clock LIMIT %s
"""
BY_NUMBER = f"{ROWS} WHERE channel = %s AND source_number = %s ORDER BY matter"
NEAR = f"""
{ROWS} WHERE matter IN (
    SELECT matter FROM @whistle_matters WHERE open AND category = %s AND {{place}}
    ORDER BY opened_at DESC, matter DESC LIMIT %s
)
ORDER BY opened_at DESC, matter DESC
"""
PROJECTION = f"""
SELECT {", ".join(MATTER)}, (
    SELECT json_agg(json_build_array({DUTY}) ORDER BY clock) FROM @whistle_duties AS duty
    WHERE duty.matter = one.matter
)::text, (
    SELECT json_agg(json_build_array(matter, clock, step, due) ORDER BY clock, step)
    FROM @whistle_timers AS timer WHERE timer.matter = one.matter AND NOT gone
)::text
FROM @whistle_matters AS one WHERE matter = %s
"""

DIALECT = Dialect(mark="%s", is_open="open", is_closed="NOT open")


def load(session: Session, matter: MatterId, command_id: CommandId | None) -> Loaded:
    """A matter's history and what a command id wrote, by one statement: of one moment."""
    if command_id is None:
        return Loaded(records=records(session.rows(HISTORY, (matter,))), earlier=())
    return loaded(session.rows(LOAD, (matter, command_id, matter)), matter, command_id)


def load_all(
    session: Session, wanted: Sequence[tuple[MatterId, CommandId | None]]
) -> tuple[Loaded, ...]:
    """What :func:`load` gives for each of several, by one statement."""
    matters = [matter for matter, _ in wanted]
    ids = [command_id for _, command_id in wanted if command_id is not None]
    of_matter: dict[str, list[Record]] = defaultdict(list)
    of_command: dict[str, list[Record]] = defaultdict(list)
    for record in records(session.rows(LOAD_ALL, (matters, ids, matters))):
        of_matter[record.matter].append(record)
        of_command[record.command_id].append(record)
    return tuple(
        Loaded(
            records=tuple(of_matter[matter]),
            earlier=tuple(of_command[command_id]) if command_id is not None else (),
        )
        for matter, command_id in wanted
    )


def feed(session: Session, after: int, limit: int) -> tuple[Record, ...]:
    """Commits above a position, up to where none can appear late."""
    patience = session.patience // timedelta(milliseconds=1)
    return records(session.rows(FEED, (after, at_least_one(limit), patience)))


def scan(session: Session, after: MatterId | None, limit: int) -> tuple[History, ...]:
    """Whole histories above a matter's id."""
    which, values = ("true", ()) if after is None else ("matter > %s", (after,))
    found = session.rows(SCAN.format(after=which), (*values, at_least_one(limit)))
    return histories(found)


def inbox(
    session: Session, unit: UnitCode, after: DutyRow | None, limit: int
) -> tuple[DutyRow, ...]:
    """The duties of a unit, by due time, matter and clock."""
    which = ""
    values: Values = ()
    if after is not None:
        which = "AND (due, matter, clock) > (%s, %s, %s)"
        values = (micros(after.due), after.matter, after.clock)
    found = session.rows(INBOX.format(after=which), (unit, *values, at_least_one(limit)))
    return tuple([duty_row(each) for each in found])


def ledger(
    session: Session, where: LedgerFilter, after: MatterRow | None, limit: int
) -> tuple[MatterRow, ...]:
    """The matters that pass a filter, by time of receiving and id."""
    statement, values = ledger_statement(where, after)
    return _rows(session.rows(statement, (*values, at_least_one(limit))))


def ledger_statement(where: LedgerFilter, after: MatterRow | None) -> tuple[str, Values]:
    """The statement of a ledger's page, and its values but for the limit."""
    page = asked(where, after, DIALECT)
    return f"{ROWS} {page.condition}ORDER BY opened_at, matter LIMIT %s", page.values


def by_source_number(session: Session, channel: str, number: str) -> tuple[MatterRow, ...]:
    """The matters that came in under a channel's own number, by id."""
    return _rows(session.rows(BY_NUMBER, (channel, number)))


def near(
    session: Session,
    *,
    category: str,
    place: UnitCode,
    at: tuple[int, int] | None,
    within: int,
    limit: int,
) -> tuple[MatterRow, ...]:
    """Open matters of a category at much the same place, latest received first.

    Most of those of the category lie elsewhere: the index alone says where, and only the rows of
    those found are read.
    """
    which, box = nearby(place, at, within, DIALECT)
    values = (category, *box, at_least_one(limit))
    return _rows(session.rows(NEAR.format(place=which), values))


def _rows(found: Sequence[Values]) -> tuple[MatterRow, ...]:
    return tuple([matter_row(each) for each in found])


def projection(session: Session, matter: MatterId) -> Projection | None:
    """What the look-ups and timers hold of a matter, by one statement: of one moment."""
    found = session.rows(PROJECTION, (matter,))
    if not found:
        return None
    ((*row, duties, timers),) = found
    return Projection(
        row=matter_row(tuple(row)),
        duties=tuple([duty_row(tuple(each)) for each in json.loads(duties or "[]")]),
        timers=tuple([timer(tuple(each)) for each in json.loads(timers or "[]")]),
    )
