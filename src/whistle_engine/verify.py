"""Whether what is stored is whole: chain, bytes, words, look-ups, queues (S16 to S19).

``verify`` reads every matter once, page by page, and says of each the first thing that does not
fit. Whoever rewrites a matter's whole chain, or removes a matter with all that goes with it,
leaves nothing that does not fit; it shows against a checkpoint that is kept elsewhere
(:mod:`whistle_engine.checkpoints`). Whether a notice that is settled was ever sent cannot be
seen, nor can what the queues hold of a matter that is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice

from attrs import define, field, frozen

from whistle_engine._checks import Check, Mismatch, Verifier
from whistle_engine.checkpoints import Checkpoint, Heads
from whistle_engine.model import MatterId
from whistle_engine.storage import paging
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import History, Record

__all__ = ["Check", "Counts", "Mismatch", "Report", "verify"]

ROWS = 1000
"""How many commits or rows are read at once."""


@frozen(kw_only=True)
class Counts:
    """How much was read.

    Attributes:
        matters, commits: those that were verified.
        texts: texts whose words were held against their digests.
        erased: texts that were erased, of which nothing can be said.
    """

    matters: int
    commits: int
    texts: int
    erased: int


@frozen(kw_only=True)
class Report:
    """What ``verify`` found.

    Attributes:
        counts: how much was read.
        mismatches: what does not fit, at most one for each matter, in the order found.
        checkpoint: of all that was read, to be kept elsewhere; ``None`` unless all of it fits.
    """

    counts: Counts
    mismatches: tuple[Mismatch, ...] = ()
    checkpoint: Checkpoint | None = None

    @property
    def ok(self) -> bool:
        """Whether everything fits."""
        return not self.mismatches

    @property
    def first(self) -> Mismatch | None:
        """The first that does not fit."""
        return self.mismatches[0] if self.mismatches else None


def verify(
    store: Store,
    *,
    since: Checkpoint | None = None,
    most: int = 1,
    page: int = 100,
    progress: Callable[[Counts], None] | None = None,
) -> Report:
    """Verify a whole store, in flat memory; others may go on writing.

    Args:
        store: the store.
        since: a checkpoint that was taken earlier; new matters and commits after it are fine.
        most: stop after so many mismatches; at least 1.
        page: how many matters are read at once.
        progress: is told how much was read, after each page.

    Returns:
        The report. What the store itself cannot read it raises.
    """
    walk = _Walk(store=store, since=since, page=page, progress=progress)
    found = tuple(islice(walk.mismatches(), max(most, 1)))
    return Report(
        counts=walk.counts(),
        mismatches=found,
        checkpoint=None if found else walk.now.checkpoint(),
    )


@define(kw_only=True)
class _Walk:
    """One reading of a store, and what was counted on the way.

    Attributes:
        now: the heads at the last position that the feed showed in the beginning.
        fed, there: how many commits the feed showed, and the histories hold, up to there.
    """

    store: Store
    since: Checkpoint | None
    page: int
    progress: Callable[[Counts], None] | None
    verifier: Verifier = field(init=False)
    now: Heads = field(init=False)
    matters: int = 0
    commits: int = 0
    fed: int = 0
    there: int = 0

    def __attrs_post_init__(self) -> None:
        self.verifier = Verifier(self.store)
        self.now = Heads(0)

    def counts(self) -> Counts:
        """How much was read so far."""
        return Counts(
            matters=self.matters,
            commits=self.commits,
            texts=self.verifier.texts,
            erased=self.verifier.erased,
        )

    def mismatches(self) -> Iterator[Mismatch]:
        """Read the feed for its end, then every matter, then what should have no more than that."""
        end = 0
        for record in paging.commits(self.store, page=ROWS):
            if record.position <= end:
                yield _mismatch(record, "the feed does not ascend")
                return
            end, self.fed = record.position, self.fed + 1
        self.now = Heads(end)
        then = Heads(self.since.position) if self.since is not None else None
        last: MatterId | None = None
        for history in self._histories():
            if last is not None and history.matter <= last:
                yield Mismatch(matter=history.matter, what=Check.MATTER, detail=f"after {last!r}")
                return
            last = history.matter
            self.now.add(history)
            if then is not None:
                then.add(history)
            found = self.verifier.mismatch(history)
            if found is not None:
                yield found
            self.matters += 1
            self.commits += len(history.records)
            self.there += sum(record.position <= end for record in history.records)
        if self.fed != self.there:
            yield from self._fed_too_many(end)
        yield from self._rows_too_many()
        if self.since is not None and then is not None:
            yield from _against(self.since, then.checkpoint(), end)

    def _histories(self) -> Iterator[History]:
        after: MatterId | None = None
        while found := self.store.scan(after, limit=self.page):
            yield from found
            after = found[-1].matter
            if self.progress is not None:
                self.progress(self.counts())

    def _fed_too_many(self, end: int) -> Iterator[Mismatch]:
        """Name the commits of the feed that are in no history."""
        named = False
        for record in paging.commits(self.store, page=ROWS):
            if record.position <= end and record not in self.store.load(record.matter).records:
                yield _mismatch(record, "the feed shows it, the matter's history does not")
                named = True
        if not named:
            detail = f"the feed shows {self.fed} commits, the histories {self.there}"
            yield Mismatch(what=Check.FEED, detail=detail)

    def _rows_too_many(self) -> Iterator[Mismatch]:
        """Name the rows of matters that are not there; looked up only if there are too many."""
        if sum(1 for _ in paging.rows(self.store, page=ROWS)) <= self.matters:
            return
        for row in paging.rows(self.store, page=ROWS):
            if not self.store.load(row.matter).records:
                yield Mismatch(
                    matter=row.matter, what=Check.ROW, detail="a row of a matter without a commit"
                )


def _mismatch(record: Record, detail: str) -> Mismatch:
    return Mismatch(matter=record.matter, version=record.version, what=Check.FEED, detail=detail)


def _against(since: Checkpoint, then: Checkpoint, end: int) -> Iterator[Mismatch]:
    """What was there at a checkpoint, against what is left of it."""
    if since == then:
        return
    if end < since.position:
        detail = f"the feed ends at {end}, and had come to {since.position}: commits were cut off"
    elif then.matters != since.matters:
        detail = (
            f"of the {since.matters} matters at position {since.position} {then.matters} are there:"
            " matters were removed or added"
        )
    else:
        detail = (
            f"at position {since.position} the matters had other heads: a history was written"
            " anew or cut off"
        )
    yield Mismatch(what=Check.CHECKPOINT, detail=detail)
