"""The look-ups: a row of each matter, its duties, and the ranges that lead to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice, takewhile

from whistle_engine.model import Code, MatterId, Stage, UnitCode
from whistle_engine.storage.rows import DutyRow, LedgerFilter, MatterRow, Projection

from whistle_store_lmdb.codec import dump, load
from whistle_store_lmdb.keys import (
    DUTY,
    INBOX,
    ROW,
    SHELF,
    SOURCE,
    moment,
    number,
    ordered,
    same,
)
from whistle_store_lmdb.ranges import Entry, Txn, ascending, descending, held

SHELVES = ("lead", "community", "category", "street", "kind", "outcome", "stage", "affair")
"""What a ledger can be restricted to; the more matters share a value, the later it stands."""

EVERYTHING = ""
"""The shelf on which all matters stand."""

NEXT = b"\x00"
"""Behind a key: the first key above it."""


def replace(txn: Txn, projection: Projection) -> None:
    """Write the row and duties of a matter in the place of those that are there."""
    before = stored(txn, projection.row.matter)
    old = _entries(before) if before is not None else {}
    new = _entries(projection)
    for key in old.keys() - new.keys():
        txn.delete(key)
    for key in (key for key, value in new.items() if old.get(key) != value):
        txn.put(key, new[key])


def stored(txn: Txn, matter: MatterId) -> Projection | None:
    """The row and duties of a matter, without its timers."""
    row = txn.get(ROW + ordered(matter))
    if row is None:
        return None
    duties = tuple(load(value, DutyRow) for _, value in ascending(txn, DUTY + ordered(matter)))
    return Projection(row=load(row, MatterRow), duties=duties)


def _entries(projection: Projection) -> dict[bytes, bytes]:
    """All entries of a matter: its row, where it stands on the shelves, its duties, inboxes."""
    row = projection.row
    at = ROW + ordered(row.matter)
    found = {at: dump(row)}
    for name in (EVERYTHING, *SHELVES):
        value = _value(row, name)
        if value is not None:
            found[_shelf(name, value, is_open=_is_open(row)) + _place(row)] = at
    if row.source_number is not None:
        found[SOURCE + same(row.channel, row.source_number) + ordered(row.matter)] = at
    for duty in projection.duties:
        at = DUTY + ordered(duty.matter) + number(duty.clock)
        found[at] = dump(duty)
        if duty.unit is not None:
            found[INBOX + same(duty.unit) + _turn(duty)] = at
    return found


def _is_open(row: MatterRow) -> bool:
    return row.stage is not Stage.CLOSED


def _value(of: MatterRow | LedgerFilter, name: str) -> str | None:
    value = "" if name == EVERYTHING else getattr(of, name)
    return str(value.value) if isinstance(value, Code) else value


def _shelf(name: str, value: str, *, is_open: bool) -> bytes:
    return SHELF + same(name, value) + (b"o" if is_open else b"c")


def _place(row: MatterRow) -> bytes:
    return moment(row.opened_at) + ordered(row.matter)


def _turn(duty: DutyRow) -> bytes:
    return moment(duty.due) + ordered(duty.matter) + number(duty.clock)


def inbox(txn: Txn, unit: UnitCode, after: DutyRow | None, limit: int) -> tuple[DutyRow, ...]:
    """The duties of a unit, by due time, matter and clock."""
    start = _turn(after) + NEXT if after is not None else b""
    keys = islice(ascending(txn, INBOX + same(unit), start), limit)
    return tuple(load(held(txn, key), DutyRow) for _, key in keys)


def ledger(
    txn: Txn, where: LedgerFilter, after: MatterRow | None, limit: int
) -> tuple[MatterRow, ...]:
    """The matters that pass a filter, by time of receiving and id: along the best shelf."""
    name = next((each for each in SHELVES if _value(where, each) is not None), EVERYTHING)
    states = (True, False) if where.open is None else (where.open,)
    starts = [b""]
    if after is not None:
        starts.append(_place(after) + NEXT)
    if where.opened_from is not None:
        starts.append(moment(where.opened_from))
    shelves = (
        ascending(txn, _shelf(name, _value(where, name) or "", is_open=state), max(starts))
        for state in states
    )
    entries: Iterator[Entry] = merge(*shelves)
    if where.opened_before is not None:
        end = moment(where.opened_before)
        entries = takewhile(lambda entry: entry[0] < end, entries)
    rows = _rows(txn, (key for _, key in entries))
    return tuple(islice((row for row in rows if _passes(row, where)), limit))


def _rows(txn: Txn, keys: Iterable[bytes]) -> Iterator[MatterRow]:
    return (load(held(txn, key), MatterRow) for key in keys)


def _passes(row: MatterRow, where: LedgerFilter) -> bool:
    wanted = {name: _value(where, name) for name in SHELVES}
    return all(value in (None, _value(row, name)) for name, value in wanted.items())


def by_source_number(txn: Txn, channel: str, source_number: str) -> tuple[MatterRow, ...]:
    """The matters that came in under a channel's own number, by id."""
    entries = ascending(txn, SOURCE + same(channel, source_number))
    return tuple(_rows(txn, (key for _, key in entries)))


def near(
    txn: Txn,
    *,
    category: str,
    place: UnitCode,
    at: tuple[int, int] | None,
    within: int,
    limit: int,
) -> tuple[MatterRow, ...]:
    """Open matters of a category at much the same place, latest first."""

    def close_by(row: MatterRow) -> bool:
        if at is None or row.lat is None or row.lon is None:
            return row.place == place
        return abs(row.lat - at[0]) <= within and abs(row.lon - at[1]) <= within

    entries = descending(txn, _shelf("category", category, is_open=True))
    rows = _rows(txn, (key for _, key in entries))
    return tuple(islice((row for row in rows if close_by(row)), limit))
