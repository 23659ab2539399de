"""Reading a directory."""

from __future__ import annotations

from whistle_engine.directory import Directory, Receiver, Unit, is_word
from whistle_engine.model import Label, UnitKind
from whistle_engine.policy_file import forms
from whistle_engine.policy_file.calendars import read_shifts
from whistle_engine.policy_file.forms import Form, one_of
from whistle_engine.policy_file.tables import Table

TABLES = ("units", "receivers")
"""What of a directory may be a CSV file beside it."""

_UNIT = Label("已声明的单位代码", "the code of a unit")


def read_directory(root: Table) -> Directory:
    """Everything that a directory's file holds.

    Raises:
        PolicyError: with every mistake in the file.
    """
    root.take("format", forms.FORMAT)
    root.source()
    rows = [*root.rows("units", "code")]
    unit = one_of(
        (code for row in rows if isinstance(code := row.data.get("code"), str)),
        _UNIT,
        called=lambda: [(str(row.data.get("zh")), str(row.data.get("code"))) for row in rows],
    )
    units = tuple(_unit(row, unit) for row in rows)
    seen: set[str] = set()
    for row, found in zip(rows, units, strict=True):
        if found.code in seen:
            row.wrong("name_twice", "code", name=found.code)
        if found.kind in (*UnitKind,) and is_word(found.code, found.kind):
            row.wrong("code_is_word", "code", name=found.code)
        seen.add(found.code)
    receivers = tuple(_receiver(row, unit) for row in root.rows("receivers", "id"))
    root.reading.check()
    return Directory(units=units, receivers=receivers)


def _unit(row: Table, unit: Form[str]) -> Unit:
    row.source()
    return Unit(
        code=row.take("code", forms.CODE),
        title=row.label(),
        kind=row.take("kind", forms.UNIT_KIND),
        level=row.take("level", forms.TEXT, ""),
        parent=row.maybe("parent", unit),
        posted_at=row.codes("posted_at", unit, needed=False),
        may_lead=row.take("may_lead", forms.YES_NO, default=False),
        round_the_clock=row.take("round_the_clock", forms.YES_NO, default=False),
        head=row.maybe("head", forms.TEXT),
    )


def _receiver(row: Table, unit: Form[str]) -> Receiver:
    row.source()
    since, until = row.maybe("since", forms.DAY), row.maybe("until", forms.DAY)
    if since is not None and until is not None and until < since:
        row.wrong("until_before_since", "until", since=str(since), until=str(until))
    return Receiver(
        id=row.take("id", forms.TEXT),
        unit=row.take("unit", unit),
        since=since,
        until=until,
        shifts=read_shifts(row, needed=False),
    )
