"""The store: each method is one transaction, of what the modules beside this do in one.

What the methods promise stands in :mod:`whistle_engine.storage.api`, and only there.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from urllib.parse import unquote, urlsplit

from attrs import evolve
from whistle_engine.errors import StoreMismatch
from whistle_engine.model import CommandId, MatterId, TextRef, UnitCode
from whistle_engine.storage.api import Capability, Queue, Store, at_least_one
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    DutyRow,
    Erased,
    History,
    LedgerFilter,
    Loaded,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    VaultText,
)

from whistle_store_lmdb import commits, lookups, vault
from whistle_store_lmdb.environment import BEGINNING, Session
from whistle_store_lmdb.keys import DOCUMENT, FORMAT, same
from whistle_store_lmdb.queues import NOTICES, TIMERS, LmdbQueue
from whistle_store_lmdb.ranges import Txn

LAYOUT = b"whistle-store-lmdb 1"
"""What stands at :data:`.keys.FORMAT`; the number rises when keys or values change."""

WORDS = "words.dat"
"""The file of words, beside LMDB's own two."""


class LmdbStore(Store):
    """A store in a folder."""

    def __init__(
        self, path_or_url: str | PathLike[str], *, create: bool = True, map_size: int = BEGINNING
    ) -> None:
        """Open the store in a folder.

        Args:
            path_or_url: a path; or ``lmdb:///in/this/folder``, ``lmdb:////from/the/root``.
            create: make the folder if it is not there.
            map_size: how large the file may be at first, in bytes; it grows by itself.

        Raises:
            ValueError: it is no such URL.
            StoreError: what lies there cannot be used.
        """
        self._session = Session(_folder(path_or_url), map_size, create=create)
        self._words = self._session.folder / WORDS
        self._timers: LmdbQueue[Timer] = LmdbQueue(self._session, TIMERS)
        self._outbox: LmdbQueue[Notice] = LmdbQueue(self._session, NOTICES)
        try:
            if not self._session.read(self._ready):
                self._session.write(self._make_ready)
        except BaseException:
            self._session.close()
            raise

    def _ready(self, txn: Txn) -> bool:
        found = txn.get(FORMAT)
        if found is None and not txn.stat()["entries"]:
            return False
        if found != LAYOUT:
            raise StoreMismatch(
                f"it is another application's, or of another release (its layout is {found!r}, "
                f"this release knows {LAYOUT!r}); give another folder, or use that release",
                where=self._session.where,
            )
        return not vault.left_over(txn, self._words)

    def _make_ready(self, txn: Txn) -> None:
        if not self._ready(txn):
            txn.put(FORMAT, LAYOUT)
            vault.trim(txn, self._words)

    # ------------------------------------------------------------------------------- commits

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        return self._session.read(commits.load, matter, command_id)

    def append(self, drafts: Sequence[Draft]) -> Appended:
        drafts = tuple(drafts)
        if not drafts or len({draft.matter for draft in drafts}) != len(drafts):
            raise ValueError("an append takes at least one draft, and one for each matter")
        return self._session.write(self._append, drafts)

    def _append(self, txn: Txn, drafts: Sequence[Draft]) -> Appended:
        done = commits.append(txn, drafts)
        if not done.again:
            for draft in drafts:
                self._project(txn, draft.projection)
                self._outbox.add(txn, draft.notices)
            vault.keep(txn, self._words, (text for draft in drafts for text in draft.texts))
        return done

    def _project(self, txn: Txn, projection: Projection) -> None:
        lookups.replace(txn, projection)
        self._timers.replace(txn, projection.row.matter, projection.timers)

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        return self._session.read(commits.feed, after, at_least_one(limit))

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        return self._session.read(commits.scan, after, at_least_one(limit))

    def rebuild(self, projection: Projection) -> None:
        self._session.write(self._rebuild, projection)

    def _rebuild(self, txn: Txn, projection: Projection) -> None:
        commits.expect(txn, projection.row.matter, projection.row.version)
        self._timers.take_settled_for_gone(txn, projection.row.matter)
        self._project(txn, projection)

    # ------------------------------------------------------------------------------ look-ups

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        return self._session.read(lookups.inbox, unit, after, at_least_one(limit))

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        return self._session.read(lookups.ledger, where, after, at_least_one(limit))

    def projection(self, matter: MatterId) -> Projection | None:
        return self._session.read(self._projection, matter)

    def _projection(self, txn: Txn, matter: MatterId) -> Projection | None:
        found = lookups.stored(txn, matter)
        timers = tuple(queued.item for queued in self._timers.of(txn, matter))
        return found and evolve(found, timers=timers)

    def queued(self, matter: MatterId) -> Queues:
        return self._session.read(self._queued, matter)

    def _queued(self, txn: Txn, matter: MatterId) -> Queues:
        return Queues(timers=self._timers.of(txn, matter), notices=self._outbox.of(txn, matter))

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        return self._session.read(lookups.by_source_number, channel, number)

    def near(
        self,
        *,
        category: str,
        place: UnitCode,
        lat: int | None = None,
        lon: int | None = None,
        within: int = 0,
        limit: int,
    ) -> tuple[MatterRow, ...]:
        at = None if lat is None or lon is None else (lat, lon)
        return self._session.read(
            lookups.near,
            category=category, place=place, at=at, within=within, limit=at_least_one(limit),
        )  # fmt: skip

    # ------------------------------------------------------------------- vault and documents

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        return self._session.read(vault.read, self._words, ref)

    def erase_text(self, ref: TextRef) -> None:
        self._session.write(vault.erase, self._words, ref)

    def put_document(self, digest: str, data: bytes) -> None:
        self._session.write(_put_document, digest, bytes(data))

    def get_document(self, digest: str) -> bytes | None:
        return self._session.read(_get_document, digest)

    # ------------------------------------------------------------------------------ the rest

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    @property
    def timers(self) -> Queue[Timer]:
        return self._timers

    @property
    def outbox(self) -> Queue[Notice]:
        return self._outbox

    def close(self) -> None:
        self._session.close()


def _put_document(txn: Txn, digest: str, data: bytes) -> None:
    txn.put(DOCUMENT + same(digest), data, overwrite=False)


def _get_document(txn: Txn, digest: str) -> bytes | None:
    return txn.get(DOCUMENT + same(digest))


def _folder(path_or_url: str | PathLike[str]) -> Path:
    """The folder that a path or a URL names."""
    if not (isinstance(path_or_url, str) and path_or_url.startswith("lmdb:")):
        return Path(path_or_url)
    url = urlsplit(path_or_url)
    if not url.path[1:] or url.netloc or url.query or url.fragment:
        raise ValueError(
            f"{path_or_url!r} names no folder; write lmdb:///folder for one in this folder, "
            "lmdb:////path/to/folder for one from the root"
        )
    return Path(unquote(url.path[1:]))
