"""Appending and rebuilding: what is handed to the functions that do it, and what they answer."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence

import psycopg

from whistle_engine.errors import VersionConflict
from whistle_engine.storage._columns import (
    COMMIT,
    DUTY,
    MATTER,
    Values,
    as_columns,
    duty_values,
    matter_values,
    micros,
    notice_values,
    records,
    text_values,
)
from whistle_engine.storage.postgres._functions import CONFLICT
from whistle_engine.storage.postgres._session import Session
from whistle_engine.storage.rows import Appended, Draft, Projection

APPEND = """
SELECT outcome, positions, matter, actual FROM @whistle_append(
    %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::bigint[],
    %b::bytea[], %b::bytea[], %b::bytea[], %b::bytea[], %s::text[], %s::text[],
    %s::text::json, %s::text::json, %s::text::json, %s::text::json,
    %s::text[], %s::text[], %s::text[], %b::bytea[], %b::bytea[]
)
"""
REBUILD = """
SELECT @whistle_rebuild(%s::text, %s::bigint, %s::text::json, %s::text::json, %s::text::json)
"""
EARLIER = (
    f"SELECT {COMMIT} FROM @whistle_commits WHERE command_id = ANY (%s::text[]) ORDER BY position"
)

_DUTY = DUTY.split(", ")
_TIMER = ("matter", "clock", "step", "due")
_NOTICE = ("matter", "version", "number", "code", "event", "due", "unit", "actor")


def append(session: Session, drafts: Sequence[Draft]) -> Appended:
    """Write drafts: one call of one function.

    Raises:
        VersionConflict: a matter is not at the version before its draft's.
    """
    ((outcome, positions, matter, actual),) = session.write(APPEND, _values(drafts))
    if outcome == "conflict":
        expected = next(draft.version - 1 for draft in drafts if draft.matter == matter)
        raise VersionConflict(matter, expected, actual)
    if outcome == "again":
        return _again(session, drafts)
    return Appended(
        records=tuple(draft.record(at) for draft, at in zip(drafts, positions, strict=True))
    )


def _again(session: Session, drafts: Sequence[Draft]) -> Appended:
    ids = list(dict.fromkeys(draft.command_id for draft in drafts))
    return Appended(records=records(session.rows(EARLIER, (ids,))), again=True)


def _values(drafts: Sequence[Draft]) -> Values:
    texts = [text for draft in drafts for text in draft.texts]
    return (
        [draft.matter for draft in drafts],
        [draft.version for draft in drafts],
        [draft.command_id for draft in drafts],
        _parts(drafts),
        [micros(draft.recorded_at) for draft in drafts],
        [draft.command for draft in drafts],
        [draft.basis for draft in drafts],
        [draft.events for draft in drafts],
        [draft.answer for draft in drafts],
        [draft.previous for draft in drafts],
        [draft.digest for draft in drafts],
        *_projected([draft.projection for draft in drafts]),
        _json(_NOTICE, (notice_values(each) for draft in drafts for each in draft.notices)),
        *as_columns([text_values(text) for text in texts], width=5),
    )


def _parts(drafts: Sequence[Draft]) -> list[int]:
    """Of each draft, how many before it have its command id."""
    seen: Counter[str] = Counter()
    found = []
    for draft in drafts:
        found.append(seen[draft.command_id])
        seen[draft.command_id] += 1
    return found


def _projected(projections: Sequence[Projection]) -> tuple[str, str, str]:
    """Rows, duties and timers, as JSON."""
    timers = (
        (timer.matter, timer.clock, timer.step, micros(timer.due))
        for each in projections
        for timer in each.timers
    )
    return (
        _json(MATTER, (matter_values(each.row) for each in projections)),
        _json(_DUTY, (duty_values(duty) for each in projections for duty in each.duties)),
        _json(_TIMER, timers),
    )


def _json(columns: Sequence[str], rows: Iterable[Values]) -> str:
    found = [dict(zip(columns, row, strict=False)) for row in rows]
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def rebuild(session: Session, projection: Projection) -> None:
    """Make the look-up rows and timers of a matter again.

    Raises:
        VersionConflict: it is not at the projection's version.
    """
    matter, version = projection.row.matter, projection.row.version
    try:
        session.write(REBUILD, (matter, version, *_projected([projection])))
    except psycopg.Error as error:
        if error.sqlstate != CONFLICT:
            raise
        actual = int(error.diag.message_primary or 0)
        raise VersionConflict(matter, version, actual) from None
