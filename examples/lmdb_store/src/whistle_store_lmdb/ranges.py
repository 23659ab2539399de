"""Reading a range of the map: all that begins with a prefix, from a key on, in either direction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import lmdb
from whistle_engine.errors import StoreUnreadable

Txn: TypeAlias = "lmdb.Transaction[bytes]"
Entry = tuple[bytes, bytes]
"""What comes behind the prefix in a key, and the value."""

ABOVE = b"\xff"
"""What comes behind a prefix is below it: numbers begin with 80, texts are UTF-8, digests end."""


def ascending(txn: Txn, prefix: bytes, start: bytes = b"") -> Iterator[Entry]:
    """The entries under a prefix, from a key on.

    Args:
        txn: the transaction; what it writes meanwhile is to be outside the range.
        prefix: what the keys begin with.
        start: what comes behind the prefix in the first key that is wanted, or above.
    """
    cursor = txn.cursor()
    found = cursor.set_range(prefix + start)
    while found and (key := cursor.key()).startswith(prefix):
        yield key[len(prefix) :], cursor.value()
        found = cursor.next()


def descending(txn: Txn, prefix: bytes) -> Iterator[Entry]:
    """The entries under a prefix, the last first; of a prefix that a number follows."""
    cursor = txn.cursor()
    found = cursor.prev() if cursor.set_range(prefix + ABOVE) else cursor.last()
    while found and (key := cursor.key()).startswith(prefix):
        yield key[len(prefix) :], cursor.value()
        found = cursor.prev()


def held(txn: Txn, key: bytes) -> bytes:
    """The value at a key that another entry names.

    Raises:
        StoreUnreadable: there is none.
    """
    value = txn.get(key)
    if value is None:
        raise StoreUnreadable(f"it is damaged: nothing is at {key!r}, which another entry names")
    return value
