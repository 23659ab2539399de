"""Rows and drafts for the kit: each function gives a valid value, each keyword changes it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from attrs import evolve, fields

from whistle_engine.digests import digest_of
from whistle_engine.model import Affair, Outcome, Stage, TextRef, What
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import (
    Draft,
    DutyRow,
    MatterRow,
    Notice,
    Projection,
    Timer,
    VaultText,
    chain_digest,
)

AT = datetime(2024, 3, 4, 1, 2, 3, 456789, tzinfo=UTC)
"""When everything in the kit happens, to the microsecond; nothing here reads a clock."""

HOUR = timedelta(hours=1)
LATER = AT + timedelta(days=400)
"""After all due times and leases of the samples."""

MANY = 100
"""More than any test writes."""

CODES = ("B", "a", "é", "丙", "\uff5e", "𠮷")
"""Ids in ascending order by code point, and by no other.

``～`` (U+FF5E) comes before ``𠮷`` (U+20BB7); by UTF-16, as some databases compare, after it.
"""

ODD = (
    "",
    " ",
    "a",
    "A",
    "a ",
    "\u00e1",
    "a\u0301",
    "it's",
    'say "so"',
    "100%_?",
    "a\\b",
    "a\nb\tc\r",
    "[a-z]*",
    "'; drop table records; --",
    "事项-2024/03",
    "𠮷野家🀄",
    "\uffff",
    "null",
    "0",
)
"""Strings in which stores have gone wrong; all differ, and so must what is kept under them."""


def row(matter: str = "m", version: int = 1, **changes: Any) -> MatterRow:
    """A look-up row of a matter that was just received."""
    made = MatterRow(
        matter=matter,
        version=version,
        stage=Stage.RECEIVED,
        opened_at=AT,
        changed_at=AT,
        channel="12345",
        source_number=None,
        place="gulou",
        lat=None,
        lon=None,
        community="gulou",
        street="xinhua",
    )
    return evolve(made, **changes)


def full_row(matter: str = "m", version: int = 1, **changes: Any) -> MatterRow:
    """A look-up row in which every field has a value."""
    made = row(
        matter,
        version,
        stage=Stage.CLOSED,
        changed_at=AT + HOUR,
        source_number="2024-0304",
        lat=38_466_012,
        lon=-106_278_001,
        affair=Affair.PUBLIC,
        kind="tough",
        category="pipes",
        lead="zhujian",
        due=AT + 2 * HOUR,
        outcome=Outcome.SETTLED,
    )
    return evolve(made, **changes)


def duty(clock: int = 1, matter: str = "m", **changes: Any) -> DutyRow:
    """A duty of a unit."""
    made = DutyRow(
        matter=matter,
        clock=clock,
        what=What.BLOW,
        unit="xinhua",
        raiser=None,
        since=AT,
        due=AT + HOUR,
    )
    return evolve(made, **changes)


def timer(clock: int = 1, step: int = 1, due: datetime = AT, matter: str = "m") -> Timer:
    """A timer, due at once."""
    return Timer(matter=matter, clock=clock, step=step, due=due)


def notice(number: int = 1, matter: str = "m", version: int = 1, **changes: Any) -> Notice:
    """A notice to a unit, due at once."""
    made = Notice(
        matter=matter, version=version, number=number, code="dispatched", event=0, due=AT, unit="u"
    )
    return evolve(made, **changes)


def text(command: str = "c", name: str = "text", **changes: Any) -> VaultText:
    """Words for the vault."""
    made = VaultText(
        ref=TextRef(command, name), matter="m", salt=b"\x00salt\xff", words="新华街𠮷号楼漏水"
    )
    return evolve(made, **changes)


def draft(matter: str = "m", version: int = 1, command: str | None = None, **changes: Any) -> Draft:
    """A commit for a matter; ``row``, ``duties`` and ``timers`` go into its projection."""
    shown = changes.pop("row", None) or row(matter, version)
    projection = Projection(
        row=shown, duties=changes.pop("duties", ()), timers=changes.pop("timers", ())
    )
    command_id = f"{matter}-{version}" if command is None else command
    made = Draft(
        matter=matter,
        version=version,
        command_id=command_id,
        recorded_at=AT,
        command=f"command {command_id}".encode(),
        basis=b"basis",
        events=f"events {matter} {version}".encode(),
        answer=b"",
        previous="" if version == 1 else digest_of(f"{matter} {version - 1}".encode()),
        digest=digest_of(f"{matter} {version}".encode()),
        projection=projection,
    )
    return evolve(made, **changes)


def rich(matter: str = "m", version: int = 1, command: str | None = None, *, n: int = 0) -> Draft:
    """A commit with everything that can go along: duty, timer, notice, text."""
    made = draft(
        matter,
        version,
        command,
        row=row(matter, version, source_number=f"{matter}-{n}", category="pipes"),
        duties=(duty(1, matter),),
        timers=(timer(1, 1, AT, matter),),
        notices=(notice(1, matter, version),),
    )
    words = text(made.command_id, f"text-{matter}", matter=matter, words=f"{matter} 的话 {n}")
    return evolve(made, texts=(words,))


def chained(matter: str, versions: int) -> list[Draft]:
    """A history with a true hash chain."""
    made: list[Draft] = []
    for version in range(1, versions + 1):
        previous = made[-1].digest if made else ""
        one = draft(matter, version, previous=previous, digest="")
        made.append(evolve(one, digest=chain_digest(one)))
    return made


def write(store: Store, *drafts: Draft) -> None:
    """Append drafts one by one."""
    for one in drafts:
        store.append([one])


def names(kind: type) -> tuple[str, ...]:
    """The fields of a row class."""
    return tuple(each.name for each in fields(kind))
