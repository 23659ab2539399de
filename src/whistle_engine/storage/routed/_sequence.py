"""The order of all shards' commits, agreed by registers that are written once, at one shard.

What lies under a document's key stays as it is (S18). So whoever puts an entry under the next key
and reads what is there knows what everybody will read there for ever: the entry was decided, by
him or by somebody who was faster. An entry names a shard and the position of a commit there: up to
it that shard's commits come next. Some of them may still be under way; they have their place
already, and whoever reads the feed stops before them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from threading import Lock

from whistle_engine.errors import StoreMismatch, StoreUnreadable
from whistle_engine.storage.api import Documents, Store
from whistle_engine.storage.routed._names import told
from whistle_engine.storage.routed._spans import Span, Spans

KEY = "routed/{}"
"""Under which the entry of a number lies: no digest is written so."""

CHUNK_KEY = "routed/chunk/{}"
"""Under which so many entries lie together, so that opening reads few."""

CHUNK = 1000

Entry = tuple[str, int]
"""A shard, and up to which of its own positions it comes next."""


class Sequence:
    """The entries, as far as they were read; threads may share it."""

    def __init__(self, shards: Mapping[str, Store], home: str) -> None:
        """Read what was decided so far."""
        self._shards = shards
        self._home: Documents = shards[home]
        self._spans = Spans(shards)
        self._count = 0
        self._chunk: list[Entry] = []  # of the entries since the last whole chunk
        self._lock = Lock()
        self._wanted = dict.fromkeys(shards, 0)  # the latest commit that was to get a place
        self.read()

    # ------------------------------------------------------------------------- what is known

    def end(self, shard: str) -> int:
        """Up to which of its own positions a shard has its place."""
        with self._lock:
            return self._spans.end(shard)

    def after(self, position: int, width: int) -> list[Span]:
        """The spans above a position that were read, until they are wide enough."""
        with self._lock:
            return self._spans.after(position, width)

    def position(self, shard: str, own: int) -> int:
        """The position among all of one of a shard's own, which is none above its end."""
        with self._lock:
            return self._spans.position(shard, own)

    # -------------------------------------------------------------------------- what is decided

    def read(self) -> None:
        """Read the entries that others have written."""
        while True:
            with self._lock:
                number = self._count
            if number % CHUNK == 0:
                chunk = self._home.get_document(CHUNK_KEY.format(number // CHUNK))
                if chunk is not None:
                    self._take(number, _entries(chunk), CHUNK)
                    continue
            data = self._home.get_document(KEY.format(number))
            if data is None:
                return
            self._take(number, _entries(data), 1)

    def reach(self, shard: str, own: int) -> None:
        """See that a commit that is on a shard has its place among all.

        Of threads that want this at once, one does it for all: whatever they want is in its entry.
        """
        while True:
            with self._lock:
                if self._spans.end(shard) >= own:
                    return
                number = self._count
                wanted = self._wanted[shard] = max(own, self._wanted[shard])
            key, entry = KEY.format(number), _written([(shard, wanted)])
            self._home.put_document(key, entry)
            decided = self._home.get_document(key)
            if decided is None:
                raise StoreUnreadable(f"the document {key!r} was put, and is not there (S18)")
            self._take(number, _entries(decided), 1)
            if decided != entry:
                self.read()

    def look(self, width: int) -> bool:
        """Give their place to what others left without: whether there was anything new.

        Args:
            width: how many commits of each shard at most.
        """
        with self._lock:
            before = self._count
        self.read()
        for name, store in self._shards.items():
            shown = store.feed(self.end(name), limit=width)
            if shown:
                self.reach(name, shown[-1].position)
        with self._lock:
            return self._count > before

    def _take(self, number: int, entries: list[Entry], count: int) -> None:
        """Take in what was decided under a number, and put a chunk together where one ends."""
        with self._lock:
            if number != self._count:
                return  # another thread took it in
            for shard, end in entries:
                if not self._spans.knows(shard):
                    raise StoreMismatch(
                        f"the sequence of commits names the shard {shard!r}, and should name one"
                        f" of {told(self._shards)}"
                    )
                if end <= self._spans.end(shard):
                    raise StoreUnreadable(
                        f"entry {number} of the sequence lets {shard!r} come up to {end} again"
                    )
                self._spans.add(shard, end)
                if self._chunk and self._chunk[-1][0] == shard:
                    self._chunk.pop()
                self._chunk.append((shard, end))
            self._count += count
            if self._count % CHUNK:
                return
            chunk, self._chunk = self._chunk, []
        if count == 1:
            self._home.put_document(CHUNK_KEY.format(number // CHUNK), _written(chunk))


def _written(entries: list[Entry]) -> bytes:
    return json.dumps(entries, ensure_ascii=False).encode()


def _entries(data: bytes) -> list[Entry]:
    try:
        found = json.loads(data)
        return [(str(shard), int(end)) for shard, end in found]
    except (ValueError, TypeError) as error:
        raise StoreUnreadable(f"an entry of the sequence of commits is damaged: {error}") from None
