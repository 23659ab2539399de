"""The vault: words lie in a file of their own, where they can be overwritten.

What LMDB deletes stays in its file until the page is used again, for nobody knows how long. So
the map only says where words lie. An append adds them to the end of the file and syncs it before
LMDB commits; erasing puts zeros in their place. The first byte of a text is 1 while it is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from attrs import frozen
from whistle_engine.errors import StoreUnreadable
from whistle_engine.model import MatterId, TextRef
from whistle_engine.storage.rows import Erased, VaultText

from whistle_store_lmdb.codec import dump, load
from whistle_store_lmdb.keys import TEXT, WORDS_END, number, same, unnumber
from whistle_store_lmdb.ranges import Txn, ascending

THERE = b"\x01"


@frozen
class Slot:
    """What the map knows of a text: its matter, and how long salt and words are."""

    matter: MatterId
    salt: int
    words: int

    @property
    def length(self) -> int:
        """How many bytes it takes in the file."""
        return len(THERE) + self.salt + self.words


def left_over(txn: Txn, file: Path) -> bool:
    """Whether the file has words of an append that never came to its end.

    Raises:
        StoreUnreadable: it is shorter than it should be.
    """
    spare = file.stat().st_size - _end(txn)
    if spare < 0:
        raise StoreUnreadable(f"{file.name} in it is cut off; go back to a backup")
    return spare > 0


def trim(txn: Txn, file: Path) -> None:
    """Cut off what is left over; make the file, if there is none."""
    with file.open("ab") as words:
        words.truncate(_end(txn))


def keep(txn: Txn, file: Path, texts: Iterable[VaultText]) -> None:
    """Add texts to the file."""
    start = _end(txn)
    data = bytearray()
    for text in texts:
        words = text.words.encode()
        slot = Slot(matter=text.matter, salt=len(text.salt), words=len(words))
        txn.put(_prefix(text.ref) + number(start + len(data)), dump(slot))
        data += THERE + text.salt + words
    if data:
        with file.open("r+b", buffering=0) as out:
            out.truncate(start)
            _write(out.fileno(), start, bytes(data))
        txn.put(WORDS_END, number(start + len(data)))


def read(txn: Txn, file: Path, ref: TextRef) -> VaultText | Erased | None:
    """A text, that it was erased, or ``None``."""
    slots = list(ascending(txn, _prefix(ref)))
    if not slots:
        return None
    offset, entry = slots[-1]
    slot = load(entry, Slot)
    with file.open("rb", buffering=0) as words:
        found = _read(words.fileno(), unnumber(offset), slot.length)
        mark = _read(words.fileno(), unnumber(offset), len(THERE))
    if mark != THERE:  # looked at last, and zeroed first: what was read before it is whole
        return Erased.ERASED
    salt, text = found[1 : 1 + slot.salt], found[1 + slot.salt :]
    return VaultText(ref=ref, matter=slot.matter, salt=salt, words=text.decode())


def erase(txn: Txn, file: Path, ref: TextRef) -> None:
    """Put zeros in the place of a text, and of those that were under its reference before."""
    with file.open("r+b", buffering=0) as words:
        for offset, entry in ascending(txn, _prefix(ref)):
            start = unnumber(offset)
            _write(words.fileno(), start, bytes(len(THERE)))
            _write(words.fileno(), start, bytes(load(entry, Slot).length))


def _prefix(ref: TextRef) -> bytes:
    return TEXT + same(ref.command, ref.name)


def _end(txn: Txn) -> int:
    return unnumber(txn.get(WORDS_END, number(0)))


def _read(file: int, start: int, length: int) -> bytes:
    os.lseek(file, start, os.SEEK_SET)
    return os.read(file, length)


def _write(file: int, start: int, data: bytes) -> None:
    os.lseek(file, start, os.SEEK_SET)
    while data:
        data = data[os.write(file, data) :]
    os.fsync(file)
