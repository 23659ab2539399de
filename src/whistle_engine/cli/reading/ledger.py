"""``whistle ledger``: the book of matters, by filters and pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
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
from whistle_engine.cli.reading.options import (
    DAY,
    Member,
    beginning,
    page_options,
    reading_options,
)

if TYPE_CHECKING:
    from whistle_engine.cli.reading.desk import Desk
    from whistle_engine.cli.reading.pages import Page
    from whistle_engine.model import Affair, Outcome, Stage
    from whistle_engine.storage.rows import LedgerFilter, MatterRow

_UNITS = ("community", "street", "lead")
"""The filters that name a unit."""


@command(
    epilog="Exit codes: 0 done, also where nothing fits; 2 wrong usage, or no such store. "
    'With --json: {"rows": [{"matter", "version", "stage", "outcome", "opened_at", "changed_at", '
    '"channel", "source_number", "place", "lat", "lon", "community", "street", "affair", "kind", '
    '"category", "lead", "due", "late"}], "page", "more", "now"}.'
)
@click.option("--open/--closed", "is_open", default=None, help="Only those that are; or are not.")
@click.option("--affair", type=Member("Affair"), metavar="AFFAIR", help="household, shared, public")
@click.option("--stage", type=Member("Stage"), metavar="STAGE", help="Such as handling.")
@click.option("--outcome", type=Member("Outcome"), metavar="OUTCOME", help="Such as settled.")
@click.option(
    "--kind",
    metavar="CODE",
    help="The kind of whistle, such as quick.",
    shell_complete=completing.kinds,
)
@click.option(
    "--category",
    metavar="CODE",
    help="The category, such as street_lamp.",
    shell_complete=completing.categories,
)
@click.option(
    "--community",
    metavar="UNIT",
    help="The community of the place.",
    shell_complete=completing.units,
)
@click.option(
    "--street", metavar="UNIT", help="The street of the place.", shell_complete=completing.units
)
@click.option(
    "--lead", metavar="UNIT", help="The unit that leads.", shell_complete=completing.units
)
@click.option("--from", "first", type=DAY, metavar="DAY", help="Received on this day or later.")
@click.option("--before", type=DAY, metavar="DAY", help="Received before this day.")
@page_options
@reading_options
@lang_option
@json_option
def ledger(
    *,
    is_open: bool | None,
    affair: Affair | None,
    stage: Stage | None,
    outcome: Outcome | None,
    kind: str | None,
    category: str | None,
    community: str | None,
    street: str | None,
    lead: str | None,
    first: datetime | None,
    before: datetime | None,
    page: int,
    per_page: int,
    url: str,
    who: str | None,
    policy: str | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """List the matters of the ledger, the earliest received first.

    Filters narrow it down together. Days are the city's.
    """
    from whistle_engine.cli.reading.desk import desk
    from whistle_engine.cli.reading.pages import page_of
    from whistle_engine.storage.rows import LedgerFilter

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    with desk(url, lang, policy=policy, who=who) as at:
        zone = at.rules.policy.zone
        where = LedgerFilter(
            open=is_open,
            affair=affair,
            stage=stage,
            outcome=outcome,
            kind=kind,
            category=category,
            community=community,
            street=street,
            lead=lead,
            opened_from=beginning(first, zone),
            opened_before=beginning(before, zone),
        )

        def rows(after: MatterRow | None, limit: int) -> tuple[MatterRow, ...]:
            return at.reader.ledger(at.actor, where, after, limit)

        found = page_of(rows, number=page, size=per_page)
    if not found.rows:
        _known(where, at)
    if as_json:
        write_json(_shape(found, at))
    else:
        write("\n".join(_lines(found, at, room())))


def _known(where: LedgerFilter, at: Desk) -> None:
    """Where nothing fits, stop at a unit, kind or category that nobody knows.

    Raises:
        BadInput: there is none of that code.
    """
    from whistle_engine.cli.output import BadInput
    from whistle_engine.cli.reading.desk import known_unit
    from whistle_engine.cli.reading.words import say
    from whistle_engine.problems import nearest

    for name in _UNITS:
        unit = getattr(where, name)
        if unit is not None:
            known_unit(unit, at.rules, at.lang)
    policy = at.rules.policy
    for name, codes in (
        ("kind", [*policy.kind_of]),
        ("category", [row.code for row in policy.categories]),
    ):
        code = getattr(where, name)
        if code is not None and code not in codes:
            near = nearest(code, codes)
            hint = say("near", at.lang, name=near) if near else ""
            raise BadInput(say("code.unknown", at.lang, option=name, code=code, near=hint))


def _lines(found: Page[MatterRow], at: Desk, cells: int) -> Iterator[str]:
    from whistle_engine.cli.reading.words import say
    from whistle_engine.cli.tables import table
    from whistle_engine.engine import utc_now

    if not found.rows and found.number == 1:
        yield say("ledger.none", at.lang)
        return
    now = utc_now()
    if found.rows:
        names = ("matter", "opened", "stage", "kind", "category", "lead", "due")
        heads = [say(f"ledger.{name}", at.lang) for name in names]
        rows = [_cells(row, at, now) for row in found.rows]
        yield from table(heads, rows, cells, folded=(0, 2, 3, 4, 5), gap=1)
    if foot := found.foot(at.lang):
        yield foot


def _cells(row: MatterRow, at: Desk, now: datetime) -> tuple[str, ...]:
    from whistle_engine import texts
    from whistle_engine.cli.reading.words import say
    from whistle_engine.cli.words import until

    lang, voice, policy = at.lang, at.voice, at.rules.policy
    stage = texts.label(row.stage, lang)
    if row.outcome is not None:
        stage = say("ledger.closed", lang, stage=stage, outcome=texts.label(row.outcome, lang))
    kind = voice.kind(row.kind) if row.kind is not None else ""
    if not kind and row.affair is not None:
        kind = texts.label(row.affair, lang)
    due = until(row.due, at.rules, lang, key="short") if row.due is not None else ""
    return (
        row.matter,
        f"{policy.local(row.opened_at):%Y-%m-%d}",
        stage,
        kind,
        voice.category(row.category) if row.category is not None else "",
        voice.unit(row.lead) if row.lead is not None else "",
        f"✗ {due}" if row.due is not None and now > row.due else due,
    )


def _shape(found: Page[MatterRow], at: Desk) -> dict[str, Any]:
    from whistle_engine.engine import utc_now

    now = utc_now()

    def local(instant: datetime | None) -> str | None:
        return at.rules.policy.local(instant).isoformat() if instant is not None else None

    return {
        "rows": [
            {
                "matter": row.matter,
                "version": row.version,
                "stage": row.stage.value,
                "outcome": row.outcome.value if row.outcome is not None else None,
                "opened_at": local(row.opened_at),
                "changed_at": local(row.changed_at),
                "channel": row.channel,
                "source_number": row.source_number,
                "place": row.place,
                "lat": row.lat,
                "lon": row.lon,
                "community": row.community,
                "street": row.street,
                "affair": row.affair.value if row.affair is not None else None,
                "kind": row.kind,
                "category": row.category,
                "lead": row.lead,
                "due": local(row.due),
                "late": row.due is not None and now > row.due,
            }
            for row in found.rows
        ],
        "page": found.number,
        "more": found.more,
        "now": local(now),
    }
