"""Moving a store: all that one holds, written into another, by the contract alone.

Whatever keeps the contract can be moved from and to. Commits come over byte for byte and in the
order of the feed, with their words, documents, look-ups and queues. Two things do not: leases and
tries (what waits, waits anew), and the gaps between positions. So stop the workers first, and take
a new checkpoint afterwards. A store that is routed over several can be filled, too, in the same
order: where a batch is of several jurisdictions, in as many appends as it changes between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import groupby

from attrs import define, evolve, field, frozen

from whistle_engine.codec import load_basis, load_command
from whistle_engine.errors import StoreMismatch, StoreMisrouted, StoreUnreadable
from whistle_engine.model import CommandId, MatterId, TextRef
from whistle_engine.storage import paging
from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.beside import Restoring
from whistle_engine.storage.rows import (
    Draft,
    Erased,
    Item,
    ItemState,
    Notice,
    Projection,
    Queued,
    Record,
    Timer,
    VaultText,
)

PAGE = 500
"""How many commits are read at once."""

BATCH = 256
"""How many commits are written at once; more, if one command wrote more."""

MATTERS = 5_000
"""Of how many matters what was looked up is kept: their commits stand apart in the feed."""

CLAIMS = 50_000
"""How many items are claimed at once."""

_ALL = 2**31

_LATE = datetime(9999, 1, 1, tzinfo=UTC)
"""When all is due, and each lease has ended."""


@frozen(kw_only=True)
class Moved:
    """How much has come over.

    Attributes:
        commits: all of the feed.
        texts, erased: words, and those of which only that they were erased has come over.
        ended: timers and notices that were settled, or dead.
    """

    commits: int = 0
    texts: int = 0
    erased: int = 0
    ended: int = 0


def copy_store(
    source: Store, target: Store, *, progress: Callable[[Moved], None] | None = None
) -> Moved:
    """Copy all that a store holds into one that holds nothing.

    Nobody may write to either meanwhile. A copy that broke off is begun anew in an empty store.
    See that the source is sound first, and the copy afterwards (:mod:`whistle_engine.verify`): the
    two have the same number of matters and commits, and checkpoints with the same root.

    Args:
        source: the store to read.
        target: the store to fill.
        progress: is told how much has come over, after each page.

    Returns:
        How much it was.

    Raises:
        StoreMismatch: the target holds something.
        StoreMisrouted: the target is routed, and leads a matter to no shard.
        StoreUnreadable: the source lacks look-ups or words that its commits name.
        CodecError: a commit of the source is damaged.
    """
    if target.feed(0, limit=1):
        raise StoreMismatch("the store to be filled holds something; name an empty one")
    copying = _Copying(source, target, progress)
    copying.commits()
    if not isinstance(target.timers, Restoring):
        copying.queue(target.timers, source.timers)
    if not isinstance(target.outbox, Restoring):
        copying.queue(target.outbox, source.outbox)
    return copying.moved


@frozen
class _Matter:
    """What a store has of a matter beside its commits, for all of them."""

    shown: Projection
    timers: tuple[Queued[Timer], ...]
    notices: Mapping[int, Sequence[Queued[Notice]]]

    def of(self, version: int) -> Sequence[Queued[Notice]]:
        """The notices that a commit brought."""
        return self.notices.get(version, ())

    def shown_at(self, version: int) -> Projection:
        """The latest projection as that of a version: the last that is written stays."""
        return evolve(self.shown, row=evolve(self.shown.row, version=version))

    def is_at(self, draft: Draft) -> bool:
        """Tell whether a commit is the latest."""
        return draft.version == self.shown.row.version


@define(slots=False)
class _Copying:
    source: Store
    target: Store
    progress: Callable[[Moved], None] | None
    moved: Moved = field(factory=Moved)
    _documents: set[str] = field(factory=set)
    _found: Callable[[MatterId], _Matter] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._found = lru_cache(MATTERS)(self._look_up)

    def commits(self) -> None:
        """Write each command's commits together, where the first of them stands in the feed."""
        batch: list[Draft] = []
        matters: set[MatterId] = set()
        for command in self._commands():
            wanted = {record.matter for record in command}
            if matters & wanted or len(batch) + len(command) > BATCH:
                self._write(batch)
                batch, matters = [], set()
            batch += [self._draft(record) for record in command]
            matters |= wanted
        self._write(batch)

    def _commands(self) -> Iterator[tuple[Record, ...]]:
        """What each command wrote; it may not stand together where others appended at once."""
        several: set[CommandId] = set()
        for record in paging.commits(self.source, page=PAGE):
            if record.command_id in several:
                continue
            written = self.source.load("", record.command_id).earlier
            if len(written) > 1:
                several.add(record.command_id)
            yield written

    def _write(self, batch: list[Draft]) -> None:
        if not batch:
            return
        self._append(batch)
        latest = [found for draft in batch if (found := self._found(draft.matter)).is_at(draft)]
        told = [(draft, self._found(draft.matter)) for draft in batch]
        self._restore(self.target.timers, [each for found in latest for each in found.timers])
        self._restore(
            self.target.outbox, [each for d, found in told for each in found.of(d.version)]
        )
        erased = [text.ref for draft in batch for text in draft.texts if _is_gone(text)]
        for ref in erased:
            self.target.erase_text(ref)
        words = sum(len(draft.texts) for draft in batch) - len(erased)
        self._told(commits=len(batch), texts=words, erased=len(erased))

    def _append(self, batch: list[Draft]) -> None:
        try:
            self.target.append(batch)
        except StoreMisrouted as error:
            if len(error.led) == 1:  # it leads nowhere
                raise
            for stretch in _stretches(batch, error.led):
                self.target.append(stretch)

    def _restore(self, queue: Queue[Item], items: Sequence[Queued[Item]]) -> None:
        """Let what was settled or dead be so, at once where the queue can."""
        ended = [each for each in items if each.state is not ItemState.WAITING]
        if ended and isinstance(queue, Restoring):
            queue.restore(ended)
            self._told(ended=len(ended))

    def _look_up(self, matter: MatterId) -> _Matter:
        """What the source has of a matter beside its commits.

        Raises:
            StoreUnreadable: it has no row.
        """
        shown = self.source.projection(matter)
        if shown is None:
            raise StoreUnreadable(
                f"matter {matter!r} has no row in the look-ups; make them again with "
                "rebuild_all, and verify the store before it is moved"
            )
        queues = self.source.queued(matter)
        notices: dict[int, list[Queued[Notice]]] = {}
        for each in queues.notices:
            notices.setdefault(each.item.version, []).append(each)
        return _Matter(shown, queues.timers, notices)

    def _draft(self, record: Record) -> Draft:
        found = self._found(record.matter)
        return Draft(
            matter=record.matter,
            version=record.version,
            command_id=record.command_id,
            recorded_at=record.recorded_at,
            command=record.command,
            basis=record.basis,
            events=record.events,
            answer=record.answer,
            previous=record.previous,
            digest=record.digest,
            projection=found.shown_at(record.version),
            notices=tuple(each.item for each in found.of(record.version)),
            texts=tuple(self._rested_on(record)),
        )

    def _rested_on(self, record: Record) -> Iterator[VaultText]:
        """The words that a commit brought; its documents are put on the way."""
        basis = load_basis(record.basis)
        for digest in {basis.policy, basis.directory} - self._documents:
            data = self.source.get_document(digest)
            if data is None:
                raise StoreUnreadable(f"the document {digest} is not there; verify the store")
            self.target.put_document(digest, data)
            self._documents.add(digest)
        own = load_command(record.command).matter == record.matter
        for name, _ in basis.texts if own else ():  # those of a command lie with its own matter
            ref = TextRef(record.command_id, name)
            found = self.source.read_text(ref)
            if found is None:
                raise StoreUnreadable(f"the text {ref!r} is not there; verify the store")
            gone = VaultText(ref=ref, matter=record.matter, salt=b"", words="")
            yield gone if isinstance(found, Erased) else found

    # ---------------------------------------------------------------------------- the queues

    def queue(self, queue: Queue[Item], source: Queue[Item]) -> None:
        """Settle what was settled; what was dead dies; for a queue that cannot restore.

        Only the first of a line can be claimed, and one that waits may stand before one that is
        settled. So it dies as well, which lets the others through, and is revived in the end.
        """
        waiting: tuple[Item, ...] = source.waiting(until=_LATE, limit=_ALL)
        alive = set(waiting)
        dead = set(source.dead(limit=_ALL))
        while claims := queue.claim(now=_LATE, until=_LATE, limit=CLAIMS):
            for claim in claims:
                if claim.item in alive or claim.item in dead:
                    queue.fail(claim, retry_at=None)
                else:
                    queue.settle(claim)
            self._told(ended=sum(claim.item not in alive for claim in claims))
        for item in waiting:
            queue.revive(item)

    def _told(self, *, commits: int = 0, texts: int = 0, erased: int = 0, ended: int = 0) -> None:
        now = self.moved
        self.moved = Moved(
            commits=now.commits + commits,
            texts=now.texts + texts,
            erased=now.erased + erased,
            ended=now.ended + ended,
        )
        if self.progress is not None:
            self.progress(self.moved)


def _stretches(batch: Sequence[Draft], led: Mapping[MatterId, str | None]) -> Iterator[list[Draft]]:
    """The drafts of a batch in stretches of one shard each.

    What one command wrote to a shard goes together: once its id is known there, the rest of it
    would be taken for the same again (S5).
    """

    def shard(draft: Draft) -> str:
        return led[draft.matter] or ""

    ordered = [
        draft
        for _, command in groupby(batch, key=lambda draft: draft.command_id)
        for draft in sorted(command, key=shard)
    ]
    for _, stretch in groupby(ordered, key=shard):
        yield list(stretch)


def _is_gone(text: VaultText) -> bool:
    return not text.salt and not text.words
