"""Histories: load, append, feed, scan. A commit lies under its matter and version."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, islice

from whistle_engine.errors import VersionConflict
from whistle_engine.model import CommandId, MatterId
from whistle_engine.storage.rows import Appended, Draft, History, Loaded, Record

from whistle_store_lmdb.codec import dump_record, load_record
from whistle_store_lmdb.keys import COMMAND, FEED, RECORD, number, ordered, same, unnumber
from whistle_store_lmdb.ranges import ABOVE, Txn, ascending, descending, held


def load(txn: Txn, matter: MatterId, command_id: CommandId | None) -> Loaded:
    """A matter's history, and what a command id wrote."""
    entries = ascending(txn, RECORD + ordered(matter))
    earlier = _earlier(txn, command_id) if command_id is not None else ()
    return Loaded(records=tuple(load_record(value) for _, value in entries), earlier=earlier)


def _earlier(txn: Txn, command_id: CommandId) -> tuple[Record, ...]:
    entries = ascending(txn, COMMAND + same(command_id))
    return tuple(load_record(held(txn, key)) for _, key in entries)


def append(txn: Txn, drafts: Sequence[Draft]) -> Appended:
    """Write the commits, or nothing: first everything is looked at.

    Positions follow one another without gaps: LMDB lets one transaction write at a time, and its
    commit is seen before the next begins (S7).

    Raises:
        VersionConflict: a matter is not at the version before its draft's.
    """
    ids = dict.fromkeys(draft.command_id for draft in drafts)
    if earlier := [record for each in ids for record in _earlier(txn, each)]:
        earlier.sort(key=lambda record: record.position)
        return Appended(records=tuple(earlier), again=True)
    for draft in drafts:
        expect(txn, draft.matter, draft.version - 1)
    last = _last(txn, FEED)
    records = tuple(draft.record(last + place) for place, draft in enumerate(drafts, 1))
    for record in records:
        key = RECORD + ordered(record.matter) + number(record.version)
        txn.put(key, dump_record(record))
        txn.put(FEED + number(record.position), key)
        txn.put(COMMAND + same(record.command_id) + number(record.position), key)
    return Appended(records=records)


def expect(txn: Txn, matter: MatterId, version: int) -> None:
    """See that a matter is at a version, 0 if there is no such matter.

    Raises:
        VersionConflict: it is not.
    """
    actual = _last(txn, RECORD + ordered(matter))
    if actual != version:
        raise VersionConflict(matter, version, actual)


def _last(txn: Txn, prefix: bytes) -> int:
    suffix, _ = next(descending(txn, prefix), (number(0), b""))
    return unnumber(suffix)


def feed(txn: Txn, after: int, limit: int) -> tuple[Record, ...]:
    """The commits of all matters after a position."""
    entries = ascending(txn, FEED, number(after + 1))
    return tuple(load_record(held(txn, key)) for _, key in islice(entries, limit))


def scan(txn: Txn, after: MatterId | None, limit: int) -> tuple[History, ...]:
    """Whole histories, in the order of the matters' ids."""
    entries = ascending(txn, RECORD, b"" if after is None else ordered(after) + ABOVE)
    records = (load_record(value) for _, value in entries)
    matters = groupby(records, key=lambda record: record.matter)
    return tuple(
        History(matter=matter, records=tuple(every)) for matter, every in islice(matters, limit)
    )
