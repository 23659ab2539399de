"""Appending: first everything is looked at, then everything is written, in one transaction.

What replaces earlier rows is compared with them first: only what differs is written, so that
an append touches few pages however many indexes there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from sqlite3 import Cursor

from whistle_engine.errors import VersionConflict
from whistle_engine.model import MatterId
from whistle_engine.storage._columns import (
    COMMIT,
    DUTY,
    MATTER,
    Values,
    commit_values,
    duty_values,
    matter_values,
    micros,
    notice_values,
    records,
    text_values,
)
from whistle_engine.storage.rows import Appended, Draft, Projection, Record


def _marks(columns: Sequence[object]) -> str:
    return ", ".join("?" * len(columns))


EARLIER = f"SELECT {COMMIT} FROM whistle_commits WHERE command_id = ?"
HEAD = "SELECT max(version) FROM whistle_commits WHERE matter = ?"
LAST = "SELECT max(position) FROM whistle_commits"
ADD_COMMIT = f"INSERT INTO whistle_commits ({COMMIT}) VALUES ({_marks(COMMIT.split(', '))})"

ROW = f"SELECT {', '.join(MATTER)} FROM whistle_matters WHERE matter = ?"
# replacing, since a damaged file may have a stray row of a matter without commits
ADD_ROW = f"INSERT OR REPLACE INTO whistle_matters ({', '.join(MATTER)}) VALUES ({_marks(MATTER)})"

DUTIES = f"SELECT {DUTY} FROM whistle_duties WHERE matter = ?"
PUT_DUTY = f"INSERT OR REPLACE INTO whistle_duties ({DUTY}) VALUES ({_marks(DUTY.split(', '))})"
DROP_DUTIES = "DELETE FROM whistle_duties WHERE matter = ?"
DROP_DUTY = "DELETE FROM whistle_duties WHERE matter = ? AND clock = ?"

TIMERS = "SELECT clock, step, due FROM whistle_timers WHERE matter = ? AND gone = 0"
ARM_TIMER = """
INSERT INTO whistle_timers (matter, clock, step, due, free_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (matter, clock, step) DO UPDATE SET
    due = excluded.due, free_at = excluded.free_at,
    token = token + 1,  -- an earlier claim counts no longer
    tries = 0, settled = 0, dead = 0, gone = 0
"""
SETTLED_IS_GONE = "UPDATE whistle_timers SET gone = 1 WHERE matter = ? AND settled = 1 AND gone = 0"
DROP_TIMER = (
    "UPDATE whistle_timers SET settled = 1, gone = 1 WHERE matter = ? AND clock = ? AND step = ?"
)

ADD_NOTICE = """
INSERT OR REPLACE INTO whistle_notices
    (matter, version, number, code, event, due, unit, actor, free_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
ADD_TEXT = """
INSERT INTO whistle_texts (command_id, name, matter, salt, words) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (command_id, name) DO UPDATE SET
    matter = excluded.matter, salt = excluded.salt, words = excluded.words, erased = 0
"""


def append(cursor: Cursor, drafts: Sequence[Draft]) -> Appended:
    """Write drafts, within a transaction that holds the write lock.

    Raises:
        VersionConflict: a matter is not at the version before its draft's.
    """
    ids = dict.fromkeys(draft.command_id for draft in drafts)
    if earlier := [row for each in ids for row in cursor.execute(EARLIER, (each,)).fetchall()]:
        return Appended(records=records(sorted(earlier, key=_position)), again=True)
    for draft in drafts:
        expect(cursor, draft.matter, draft.version - 1)
    last = cursor.execute(LAST).fetchone()[0] or 0
    written = tuple(draft.record(last + n) for n, draft in enumerate(drafts, 1))
    _write(cursor, drafts, written)
    return Appended(records=written)


def _position(values: Values) -> int:
    position: int = values[0]
    return position


def expect(cursor: Cursor, matter: MatterId, version: int) -> None:
    """See that a matter is at a version, 0 if there is no such matter.

    Raises:
        VersionConflict: it is not.
    """
    actual = cursor.execute(HEAD, (matter,)).fetchone()[0] or 0
    if actual != version:
        raise VersionConflict(matter, version, actual)


def _write(cursor: Cursor, drafts: Sequence[Draft], written: Sequence[Record]) -> None:
    cursor.executemany(ADD_COMMIT, [commit_values(record) for record in written])
    opening = [draft for draft in drafts if draft.version == 1]
    for draft in drafts:
        if draft.version > 1:
            project(cursor, draft.matter, draft.projection)
    if opening:
        _open(cursor, [draft.projection for draft in opening])
    _many(cursor, ADD_NOTICE, [notice_values(each) for draft in drafts for each in draft.notices])
    _many(cursor, ADD_TEXT, [text_values(each) for draft in drafts for each in draft.texts])


def _many(cursor: Cursor, statement: str, rows: Sequence[Values]) -> None:
    if rows:
        cursor.executemany(statement, rows)


def _open(cursor: Cursor, projections: Iterable[Projection]) -> None:
    """Write the look-up rows and timers of new matters; strays in a damaged file give way."""
    found = tuple(projections)
    cursor.executemany(DROP_DUTIES, [(each.row.matter,) for each in found])
    cursor.executemany(ADD_ROW, [matter_values(each.row) for each in found])
    _many(cursor, PUT_DUTY, [duty_values(duty) for each in found for duty in each.duties])
    armed = [
        (timer.matter, timer.clock, timer.step, due, due)
        for each in found
        for timer in each.timers
        for due in (micros(timer.due),)
    ]
    _many(cursor, ARM_TIMER, armed)


def rebuild(cursor: Cursor, projection: Projection) -> None:
    """Make the look-up rows and timers of a matter again; what is settled can come back.

    Raises:
        VersionConflict: it is not at the projection's version.
    """
    matter = projection.row.matter
    expect(cursor, matter, projection.row.version)
    cursor.execute(SETTLED_IS_GONE, (matter,))
    project(cursor, matter, projection)


def project(cursor: Cursor, matter: MatterId, projection: Projection) -> None:
    """Replace the look-up rows and timers of a matter that has some."""
    _project_row(cursor, matter, matter_values(projection.row))
    _project_duties(cursor, matter, [duty_values(duty) for duty in projection.duties])
    wanted = {(timer.clock, timer.step): micros(timer.due) for timer in projection.timers}
    _project_timers(cursor, matter, wanted)


def _project_row(cursor: Cursor, matter: MatterId, values: Values) -> None:
    there = cursor.execute(ROW, (matter,)).fetchone()
    if there is None:
        cursor.execute(ADD_ROW, values)
        return
    changes = {
        name: new for name, old, new in zip(MATTER, there, values, strict=True) if old != new
    }
    if changes:
        assignments = ", ".join(f"{name} = ?" for name in changes)
        cursor.execute(
            f"UPDATE whistle_matters SET {assignments} WHERE matter = ?",
            (*changes.values(), matter),
        )


def _project_duties(cursor: Cursor, matter: MatterId, duties: Sequence[Values]) -> None:
    there = set(cursor.execute(DUTIES, (matter,)).fetchall())
    kept = {(duty[0], duty[1]) for duty in duties}
    gone = [(old[0], old[1]) for old in there if (old[0], old[1]) not in kept]
    _many(cursor, DROP_DUTY, gone)
    _many(cursor, PUT_DUTY, [duty for duty in duties if duty not in there])


def _project_timers(cursor: Cursor, matter: MatterId, wanted: dict[tuple[int, int], int]) -> None:
    """Bring all timers of a matter: see :class:`.rows.Timer`."""
    there = {
        (clock, step): due for clock, step, due in cursor.execute(TIMERS, (matter,)).fetchall()
    }
    armed = [(matter, *key, due, due) for key, due in wanted.items() if there.get(key) != due]
    _many(cursor, ARM_TIMER, armed)
    _many(cursor, DROP_TIMER, [(matter, *key) for key in there if key not in wanted])
