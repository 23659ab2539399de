"""``whistle inbox``: what waits for a unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from whistle_engine.cli import completing
from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)
from whistle_engine.cli.reading.options import page_options, reading_options

if TYPE_CHECKING:
    from whistle_engine.cli.reading.desk import Desk
    from whistle_engine.cli.reading.pages import Page
    from whistle_engine.storage.rows import DutyRow


@command(
    short_help="List what waits for a unit.",
    epilog="Exit codes: 0 done, also where nothing waits; 2 wrong usage, no such store, or no such "
    'unit. With --json: {"unit", "rows": [{"matter", "clock", "what", "since", "due", "late"}], '
    '"page", "more", "now"}.',
)
@click.argument("unit", shell_complete=completing.units)
@page_options
@reading_options
@lang_option
@json_option
def inbox(
    unit: str,
    *,
    page: int,
    per_page: int,
    url: str,
    who: str | None,
    policy: str | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """List what waits for a UNIT, by its code, the earliest due first."""
    from whistle_engine.cli.reading.desk import desk, known_unit
    from whistle_engine.cli.reading.pages import page_of

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    with desk(url, lang, policy=policy, who=who) as at:

        def rows(after: DutyRow | None, limit: int) -> tuple[DutyRow, ...]:
            return at.reader.inbox(at.actor, unit, after, limit)

        found = page_of(rows, number=page, size=per_page)
    if not found.rows:
        known_unit(unit, at.rules, lang)
    if as_json:
        write_json(_shape(found, unit, at))
    else:
        write("\n".join(_lines(found, unit, at, room())))


def _lines(found: Page[DutyRow], unit: str, at: Desk, cells: int) -> Iterator[str]:
    from whistle_engine import texts
    from whistle_engine.cli.reading.time_left import time_left
    from whistle_engine.cli.reading.words import say
    from whistle_engine.cli.tables import table
    from whistle_engine.cli.words import moment, until
    from whistle_engine.engine import utc_now

    lang, now = at.lang, utc_now()
    if not found.rows and found.number == 1:
        yield say("inbox.none", lang, unit=at.voice.unit(unit))
        return
    if found.rows:
        rows = [
            (
                row.matter,
                texts.label(row.what, lang),
                moment(row.since, at.rules, lang),
                until(row.due, at.rules, lang),
                time_left(row.due, now, lang),
            )
            for row in found.rows
        ]
        heads = [
            say("ledger.matter", lang),
            *(say(f"move.{key}", lang) for key in ("what", "since", "due", "left")),
        ]
        yield from table(heads, rows, cells, folded=(0, 1))
    if foot := found.foot(lang):
        yield foot


def _shape(found: Page[DutyRow], unit: str, at: Desk) -> dict[str, Any]:
    from whistle_engine.engine import utc_now

    local, now = at.rules.policy.local, utc_now()
    return {
        "unit": unit,
        "rows": [
            {
                "matter": row.matter,
                "clock": row.clock,
                "what": row.what.value,
                "since": local(row.since).isoformat(),
                "due": local(row.due).isoformat(),
                "late": now > row.due,
            }
            for row in found.rows
        ],
        "page": found.number,
        "more": found.more,
        "now": local(now).isoformat(),
    }
