"""Rows as SQL stores keep them, and back: the one place that knows the order of the columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import Any, TypeVar

from whistle_engine.errors import StoreUnreadable
from whistle_engine.model import (
    Affair,
    CommandId,
    MatterId,
    Outcome,
    Stage,
    TextRef,
    What,
)
from whistle_engine.storage.rows import (
    DutyRow,
    Erased,
    History,
    Loaded,
    MatterRow,
    Notice,
    Record,
    Timer,
    VaultText,
)

Values = tuple[Any, ...]
"""What a database takes and gives for one row: text, bytes, integers, and nothing else."""

Row = TypeVar("Row")

LOOK_UP = "rebuild_all makes the look-ups again from the commits"
KEEP = "keep a copy as it is, and go back to the latest backup"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

COMMIT = (
    "position, matter, version, command_id, recorded_at, command, basis, events, answer,"
    " previous, digest"
)
MATTER = (
    "matter", "version", "stage", "open", "opened_at", "changed_at", "channel", "source_number",
    "place", "lat", "lon", "community", "street", "affair", "kind", "category", "lead", "due",
    "outcome",
)  # fmt: skip
DUTY = "matter, clock, what, unit, raiser, since, due"


def of(
    table: str, *key: str, remedy: str = KEEP
) -> Callable[[Callable[[Values], Row]], Callable[[Values], Row]]:
    """For what makes something of a table's row: a value that no release wrote is told so.

    Args:
        table: its name, for the error.
        key: what the row's first values are, which say which row it is.
        remedy: what can be done.
    """

    def decorate(make: Callable[[Values], Row]) -> Callable[[Values], Row]:
        @wraps(make)
        def made(values: Values) -> Row:
            try:
                return make(values)
            except (ValueError, OverflowError) as error:
                which = ", ".join(
                    f"{name} {value!r}" for name, value in zip(key, values, strict=False)
                )
                raise StoreUnreadable(
                    f"the row of {which} in {table} is damaged: {error}; {remedy}"
                ) from error

        return made

    return decorate


def as_columns(rows: Sequence[Values], *, width: int) -> Values:
    """Rows turned into columns: one list for each, also where there are no rows."""
    return tuple([[row[n] for row in rows] for n in range(width)])


def micros(at: datetime) -> int:
    """Microseconds since 1970, UTC.

    Raises:
        TypeError: the instant has no time zone.
    """
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(at: int) -> datetime:
    """The instant, UTC."""
    return EPOCH + timedelta(microseconds=at)


def commit_values(record: Record) -> Values:
    """A commit, in the order of :data:`COMMIT`."""
    return (
        record.position,
        record.matter,
        record.version,
        record.command_id,
        micros(record.recorded_at),
        record.command,
        record.basis,
        record.events,
        record.answer,
        record.previous,
        record.digest,
    )


@of("whistle_commits", "position", "matter", "version")
def record(values: Values) -> Record:
    """A commit, from the order of :data:`COMMIT`."""
    return Record(
        position=values[0],
        matter=values[1],
        version=values[2],
        command_id=values[3],
        recorded_at=instant(values[4]),
        command=values[5],
        basis=values[6],
        events=values[7],
        answer=values[8],
        previous=values[9],
        digest=values[10],
    )


def records(found: Sequence[Values]) -> tuple[Record, ...]:
    """Commits, in the order found."""
    return tuple([record(values) for values in found])


def loaded(found: Sequence[Values], matter: MatterId, command_id: CommandId) -> Loaded:
    """A matter's history and what a command id wrote, from the commits of both."""
    every = records(found)
    return Loaded(
        records=tuple([each for each in every if each.matter == matter]),
        earlier=tuple([each for each in every if each.command_id == command_id]),
    )


def histories(found: Iterable[Values]) -> tuple[History, ...]:
    """Whole histories, from commits that come matter by matter."""
    gathered: dict[MatterId, list[Record]] = {}
    for values in found:
        one = record(values)
        gathered.setdefault(one.matter, []).append(one)
    return tuple(History(matter=matter, records=tuple(every)) for matter, every in gathered.items())


def matter_values(row: MatterRow) -> Values:
    """A row of the ledger, in the order of :data:`MATTER`."""
    return (
        row.matter,
        row.version,
        row.stage.value,
        int(row.stage is not Stage.CLOSED),
        micros(row.opened_at),
        micros(row.changed_at),
        row.channel,
        row.source_number,
        row.place,
        row.lat,
        row.lon,
        row.community,
        row.street,
        row.affair.value if row.affair is not None else None,
        row.kind,
        row.category,
        row.lead,
        micros(row.due) if row.due is not None else None,
        row.outcome.value if row.outcome is not None else None,
    )


@of("whistle_matters", "matter", remedy=LOOK_UP)
def matter_row(values: Values) -> MatterRow:
    """A row of the ledger, from the order of :data:`MATTER`.

    Raises:
        StoreUnreadable: a value is none that a release writes, or "open" does not fit the stage.
    """
    stage = Stage(values[2])
    if values[3] != (stage is not Stage.CLOSED):  # only tampering can do this: see the table
        raise ValueError(f"at the stage {stage.value!r} open is {values[3]}")
    return MatterRow(
        matter=values[0],
        version=values[1],
        stage=stage,
        opened_at=instant(values[4]),
        changed_at=instant(values[5]),
        channel=values[6],
        source_number=values[7],
        place=values[8],
        lat=values[9],
        lon=values[10],
        community=values[11],
        street=values[12],
        affair=Affair(values[13]) if values[13] is not None else None,
        kind=values[14],
        category=values[15],
        lead=values[16],
        due=instant(values[17]) if values[17] is not None else None,
        outcome=Outcome(values[18]) if values[18] is not None else None,
    )


def duty_values(duty: DutyRow) -> Values:
    """A duty, in the order of :data:`DUTY`."""
    return (
        duty.matter,
        duty.clock,
        duty.what.value,
        duty.unit,
        duty.raiser,
        micros(duty.since),
        micros(duty.due),
    )


@of("whistle_duties", "matter", "clock", remedy=LOOK_UP)
def duty_row(values: Values) -> DutyRow:
    """A duty, from the order of :data:`DUTY`."""
    return DutyRow(
        matter=values[0],
        clock=values[1],
        what=What(values[2]),
        unit=values[3],
        raiser=values[4],
        since=instant(values[5]),
        due=instant(values[6]),
    )


@of("whistle_timers", "matter", "clock", "step", remedy=LOOK_UP)
def timer(values: Values) -> Timer:
    """A timer, from its key and due time."""
    return Timer(matter=values[0], clock=values[1], step=values[2], due=instant(values[3]))


def notice_values(notice: Notice) -> Values:
    """A notice: key, code, event, due time, recipient, and from when on it is free."""
    due = micros(notice.due)
    return (
        notice.matter,
        notice.version,
        notice.number,
        notice.code,
        notice.event,
        due,
        notice.unit,
        notice.actor,
        due,
    )


@of("whistle_notices", "matter", "version", "number")
def notice(values: Values) -> Notice:
    """A notice, from key, due time, code, event and recipient."""
    return Notice(
        matter=values[0],
        version=values[1],
        number=values[2],
        due=instant(values[3]),
        code=values[4],
        event=values[5],
        unit=values[6],
        actor=values[7],
    )


def text_values(text: VaultText) -> Values:
    """A text: reference, matter, salt, words.

    Raises:
        UnicodeEncodeError: the words hold half a character.
    """
    return (text.ref.command, text.ref.name, text.matter, text.salt, text.words.encode())


def text(ref: TextRef, values: Values) -> VaultText | Erased:
    """A text, from whether it was erased, matter, salt and words.

    Raises:
        StoreUnreadable: the words are damaged.
    """
    erased, matter, salt, words = values
    if erased:
        return Erased.ERASED
    try:
        return VaultText(ref=ref, matter=matter, salt=salt, words=words.decode())
    except UnicodeDecodeError:  # which would carry the words along
        raise StoreUnreadable(
            f"the text {ref.name!r} of command {ref.command!r} in whistle_texts is damaged; {KEEP}"
        ) from None
