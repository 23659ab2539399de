"""The look-ups: which statement, over which index, for which question.

A page is read by walking one index from where the page before ended. Which index is said in the
statement (``INDEXED BY``): how long it takes does not depend on what SQLite happens to know of the
tables, and where the index is missing it is an error, not a slow answer.
"""

from __future__ import annotations

from sqlite3 import Cursor

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
from whistle_engine.storage.rows import (
    DutyRow,
    History,
    LedgerFilter,
    Loaded,
    MatterRow,
    Projection,
    Record,
)

ROWS = f"SELECT {', '.join(MATTER)} FROM whistle_matters"

HISTORY = f"SELECT {COMMIT} FROM whistle_commits WHERE matter = ? ORDER BY version"
LOAD = f"SELECT {COMMIT} FROM whistle_commits WHERE matter = ? OR command_id = ?"
FEED = f"SELECT {COMMIT} FROM whistle_commits WHERE position > ? ORDER BY position LIMIT ?"
SCAN = f"""
SELECT {COMMIT} FROM whistle_commits
WHERE matter IN (
  SELECT DISTINCT matter FROM whistle_commits WHERE {{after}} ORDER BY matter LIMIT ?
)
ORDER BY matter, version
"""

INBOX = f"""
SELECT {DUTY} FROM whistle_duties INDEXED BY whistle_duties_by_unit
WHERE unit = ? {{after}} ORDER BY due, matter, clock LIMIT ?
"""
BY_NUMBER = f"{ROWS} WHERE channel = ? AND source_number = ? ORDER BY matter"
NEAR = """
SELECT matter FROM whistle_matters INDEXED BY whistle_open_by_category
WHERE open = 1 AND category = ? AND {place} ORDER BY opened_at DESC, matter DESC LIMIT ?
"""
ROW = f"{ROWS} WHERE matter = ?"
DUTIES = f"SELECT {DUTY} FROM whistle_duties WHERE matter = ? ORDER BY clock"
TIMERS = (
    "SELECT matter, clock, step, due FROM whistle_timers WHERE matter = ? AND gone = 0"
    " ORDER BY clock, step"
)

DIALECT = Dialect(mark="?", is_open="open = 1", is_closed="open = 0")

OPEN_BY = ("lead", "community", "category", "street", "stage")
"""Which index to walk if only open matters are asked for: the first that the filter names."""

ALL_BY = ("lead", "community", "category", "street", "kind", "outcome", "affair")
"""Which one else; the more there are of a value, the later it stands."""


def load(cursor: Cursor, matter: MatterId, command_id: CommandId | None) -> Loaded:
    """A matter's history and what a command id wrote, by one statement: of one moment."""
    if command_id is None:
        return Loaded(records=records(cursor.execute(HISTORY, (matter,)).fetchall()), earlier=())
    found = sorted(cursor.execute(LOAD, (matter, command_id)).fetchall())
    return loaded(found, matter, command_id)


def feed(cursor: Cursor, after: int, limit: int) -> tuple[Record, ...]:
    """Commits above a position."""
    return records(cursor.execute(FEED, (after, at_least_one(limit))).fetchall())


def scan(cursor: Cursor, after: MatterId | None, limit: int) -> tuple[History, ...]:
    """Whole histories above a matter's id."""
    which, values = ("true", ()) if after is None else ("matter > ?", (after,))
    found = cursor.execute(SCAN.format(after=which), (*values, at_least_one(limit)))
    return histories(found)


def inbox(cursor: Cursor, unit: UnitCode, after: DutyRow | None, limit: int) -> tuple[DutyRow, ...]:
    """The duties of a unit, by due time, matter and clock."""
    which = ""
    values: Values = ()
    if after is not None:
        which = "AND (due, matter, clock) > (?, ?, ?)"
        values = (micros(after.due), after.matter, after.clock)
    found = cursor.execute(INBOX.format(after=which), (unit, *values, at_least_one(limit)))
    return tuple([duty_row(each) for each in found.fetchall()])


def ledger(
    cursor: Cursor, where: LedgerFilter, after: MatterRow | None, limit: int
) -> tuple[MatterRow, ...]:
    """The matters that pass a filter, by time of receiving and id."""
    statement, values = ledger_statement(where, after)
    found = cursor.execute(statement, (*values, at_least_one(limit))).fetchall()
    return tuple([matter_row(each) for each in found])


def ledger_statement(where: LedgerFilter, after: MatterRow | None) -> tuple[str, Values]:
    """The statement of a ledger's page but for its limit, and its values."""
    page = asked(where, after, DIALECT)
    family, order = ("open", OPEN_BY) if page.only_open else ("all", ALL_BY)
    by = next((f"_by_{name}" for name in order if name in page.named), "")
    index = f"INDEXED BY whistle_{family}{by}"
    return f"{ROWS} {index} {page.condition}ORDER BY opened_at, matter LIMIT ?", page.values


def by_source_number(cursor: Cursor, channel: str, number: str) -> tuple[MatterRow, ...]:
    """The matters that came in under a channel's own number, by id."""
    found = cursor.execute(BY_NUMBER, (channel, number)).fetchall()
    return tuple([matter_row(values) for values in found])


def near(
    cursor: Cursor,
    *,
    category: str,
    place: UnitCode,
    at: tuple[int, int] | None,
    within: int,
    limit: int,
) -> tuple[MatterRow, ...]:
    """Open matters of a category at much the same place, latest received first.

    Most of those of the category lie elsewhere: the index alone says where, and only the rows of
    those found are read, of the same moment.
    """
    which, box = nearby(place, at, within, DIALECT)
    values = (category, *box, at_least_one(limit))
    keys = cursor.execute(NEAR.format(place=which), values).fetchall()
    return tuple([matter_row(cursor.execute(ROW, key).fetchone()) for key in keys])


def projection(cursor: Cursor, matter: MatterId) -> Projection | None:
    """What the look-ups and timers hold of a matter; three statements, of one moment."""
    row = cursor.execute(ROW, (matter,)).fetchone()
    if row is None:
        return None
    return Projection(
        row=matter_row(row),
        duties=tuple([duty_row(each) for each in cursor.execute(DUTIES, (matter,)).fetchall()]),
        timers=tuple([timer(each) for each in cursor.execute(TIMERS, (matter,)).fetchall()]),
    )
