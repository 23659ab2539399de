"""The keys: one sorted map holds everything, and whatever is read in pages is a range of it.

What is only ever looked up goes into a key as a digest, which has one length. What has an order
goes in so that bytes have the same order: instants and numbers with eight bytes, the ids of
matters by code point.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

FORMAT = b"\x00format"  # → the name and number of this layout
WORDS_END = b"\x00words"  # → up to where the file of words is used

RECORD = b"r"  # matter, version → a commit
FEED = b"f"  # position → the key of the commit
COMMAND = b"c"  # command id | position → the key of the commit
ROW = b"m"  # matter → its row
SHELF = b"s"  # a field and its value, open or closed | time of receiving, matter → the row's key
SOURCE = b"n"  # channel and source number | matter → the row's key
DUTY = b"d"  # matter, clock → a duty
INBOX = b"i"  # unit | due, matter, clock → the duty's key
TEXT = b"t"  # reference | offset in the file of words → how much lies there, and whose it is
DOCUMENT = b"p"  # digest → the document
TIMER = b"T"  # matter, clock, step → the timer and how far it is
NOTICE = b"N"  # matter, version, number → the notice and how far it is
TIMER_LINE, NOTICE_LINE = b"U", b"O"  # waiting or dead | due, matter and the rest → nothing

LONGEST = 460
"""How many bytes the id of a matter may take: a key of LMDB has 511 at most."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def same(*texts: str) -> bytes:
    """Of texts that are only compared: equal for equal texts, and for no others."""
    parts = [text.encode() for text in texts]
    return sha256(b"".join(number(len(part)) + part for part in parts)).digest()


def ordered(text: str) -> bytes:
    """Of the id of a matter: ordered by code point, and none begins with another.

    Raises:
        ValueError: it is too long.
    """
    made = text.encode().replace(b"\x00", b"\x00\x01") + b"\x00\x00"
    if len(made) > LONGEST:
        raise ValueError(
            f"the id of a matter takes {len(made) - 2} bytes, {text[:40]!r} …; this store keeps "
            f"ids of up to {LONGEST - 2} bytes in UTF-8"
        )
    return made


def number(value: int) -> bytes:
    """Of a number: ordered, negative ones too."""
    return (value + 2**63).to_bytes(8, "big")


def unnumber(data: bytes) -> int:
    """The number."""
    return int.from_bytes(data, "big") - 2**63


def moment(at: datetime) -> bytes:
    """Of an instant: ordered, to the microsecond."""
    return number((at - EPOCH) // timedelta(microseconds=1))
