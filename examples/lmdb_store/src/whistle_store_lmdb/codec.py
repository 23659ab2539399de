"""Rows to bytes and back. Commits: a head in JSON, then the four payloads as they are."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from cattrs import Converter
from whistle_engine.errors import StoreUnreadable
from whistle_engine.storage.rows import Record

from whistle_store_lmdb.keys import EPOCH

T = TypeVar("T")

HEAD = ("matter", "version", "position", "command_id", "previous", "digest")
PAYLOADS = ("command", "basis", "events", "answer")

_rows = Converter(detailed_validation=False)
_rows.register_unstructure_hook(datetime, lambda at: (at - EPOCH) // timedelta(microseconds=1))
_rows.register_structure_hook(datetime, lambda micros, _: EPOCH + timedelta(microseconds=micros))


def dump(row: object) -> bytes:
    """The bytes of a row, as JSON: instants in microseconds since 1970, codes by their values."""
    return json.dumps(_rows.unstructure(row), ensure_ascii=False).encode()


def load(data: bytes, kind: type[T]) -> T:
    """The row.

    Raises:
        StoreUnreadable: these are not the bytes of such a row.
    """
    try:
        return _rows.structure(json.loads(data), kind)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreUnreadable(f"a {kind.__name__} in it is damaged: {error}") from error


def dump_record(record: Record) -> bytes:
    """The bytes of a commit."""
    payloads = [getattr(record, name) for name in PAYLOADS]
    head = {name: getattr(record, name) for name in HEAD}
    head["recorded_at"] = _rows.unstructure(record.recorded_at)
    head["lengths"] = [len(payload) for payload in payloads]
    return b"\n".join((dump(head), b"".join(payloads)))


def load_record(data: bytes) -> Record:
    """The commit.

    Raises:
        StoreUnreadable: these are not the bytes of a commit.
    """
    line, _, body = data.partition(b"\n")  # JSON as written here has no line break in it
    try:
        head: dict[str, Any] = json.loads(line)
        ends = accumulate(head.pop("lengths"), initial=0)
        head["recorded_at"] = _rows.structure(head["recorded_at"], datetime)
        for name, (start, end) in zip(PAYLOADS, pairwise(ends), strict=True):
            head[name] = body[start:end]
        return Record(**head)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StoreUnreadable(f"a commit in it is damaged: {error}") from error
