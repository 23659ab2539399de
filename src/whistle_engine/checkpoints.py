"""Checkpoints: a line that a city keeps elsewhere, against which removal shows (S16).

A hash chain proves that nothing within a matter was changed, but not that the matter is still
there, nor that nobody wrote its whole chain anew. A checkpoint does: it names a position of the
feed, and one digest over the heads that all matters had there.
"""

from __future__ import annotations

import json
import re
from hashlib import sha256

from attrs import frozen

from whistle_engine.errors import CodecError
from whistle_engine.storage import paging
from whistle_engine.storage.api import Commits
from whistle_engine.storage.rows import History

WIRE_NAME = "checkpoint/1"

_ROOT = re.compile(r"sha256:[0-9a-f]{64}")


@frozen(kw_only=True)
class Checkpoint:
    """What a store held when it had come to a position.

    Attributes:
        position: of the last commit that counts; 0 of an empty store.
        matters: how many matters there were.
        root: ``sha256:`` and the digest, in hexadecimal, of the matters' heads in the order of
            their ids (by code point): for each, the id, the version and the commit's digest, each
            with its length before it. It is a plain hash over the sorted heads, no tree: it is
            made in one pass in flat memory, and says that something is amiss, not where.
    """

    position: int
    matters: int
    root: str

    def dump(self) -> str:
        """One line of JSON, without its end: to be kept elsewhere, or printed and signed."""
        return json.dumps(
            {
                "matters": self.matters,
                "position": self.position,
                "root": self.root,
                "type": WIRE_NAME,
            }
        )

    @classmethod
    def load(cls, line: str) -> Checkpoint:
        """The checkpoint that was dumped.

        Raises:
            CodecError: the line is not a checkpoint; it says what is wrong.
        """
        try:
            found = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise CodecError(f"a checkpoint is one line of JSON: {error}") from None
        if not isinstance(found, dict) or found.get("type") != WIRE_NAME:
            raise CodecError(f'a checkpoint is a JSON object with "type": "{WIRE_NAME}"')
        if found.keys() != {"type", "position", "matters", "root"}:
            raise CodecError(
                f"a checkpoint has type, position, matters and root, not {sorted(found)}"
            )
        for name in ("position", "matters"):
            if type(found[name]) is not int or found[name] < 0:
                raise CodecError(f"{name} is {found[name]!r}; it should be a number from 0")
        root = found["root"]
        if not isinstance(root, str) or not _ROOT.fullmatch(root):
            raise CodecError(f"root is {root!r}; it should be sha256: and 64 hexadecimal digits")
        return cls(position=found["position"], matters=found["matters"], root=root)


class Heads:
    """Adds up the heads that matters had at a position, in the order of their ids."""

    def __init__(self, position: int) -> None:
        """Begin with no matter.

        Args:
            position: commits above it do not count.
        """
        self._position = position
        self._matters = 0
        self._hash = sha256()

    def add(self, history: History) -> None:
        """Count a matter, if it was there already."""
        head = None
        for record in history.records:
            if record.position <= self._position:
                head = record
        if head is None:
            return
        self._matters += 1
        for part in (history.matter, str(head.version), head.digest):
            data = part.encode("utf-8", "surrogatepass")
            self._hash.update(len(data).to_bytes(8, "big") + data)

    def checkpoint(self) -> Checkpoint:
        """The checkpoint, once every matter was added."""
        return Checkpoint(
            position=self._position,
            matters=self._matters,
            root=f"sha256:{self._hash.hexdigest()}",
        )


def checkpoint(store: Commits, *, page: int = 100) -> Checkpoint:
    """Take a checkpoint of a store, also while others write; nothing is verified by it.

    Args:
        store: the store.
        page: how many matters are read at once.

    Returns:
        What it holds up to the last commit that the feed showed (S7).
    """
    heads = Heads(last_position(store))
    for history in paging.histories(store, page=page):
        heads.add(history)
    return heads.checkpoint()


def last_position(store: Commits) -> int:
    """The position of the last commit, found by reading the feed to its end; 0 if there is none."""
    last = 0
    for record in paging.commits(store, page=1000):
        last = record.position
    return last
