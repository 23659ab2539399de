"""The contract between the engine and a store: narrow protocols, clauses S1 to S20.

A store object serves one jurisdiction. It keeps bytes and looks at keys; it never decides,
never reads a clock, and knows no policy. :class:`~whistle_engine.storage.memory.MemoryStore`
is the reference: to be read and copied.

All strings and bytes come back as they went in (S9): Chinese, astral characters, empty ones.
What a caller changes after a call changes nothing stored (S10). You read your writes (S6).
Strings are compared and ordered by code point. Any call but ``close`` on a closed store raises
:class:`~whistle_engine.errors.StoreClosed` (S14).

Every ``limit`` is at least 1; less is a :class:`ValueError`, and nothing is done (S8). What goes
wrong beneath a store is told by the family of :class:`~whistle_engine.errors.StoreError`:
:class:`~whistle_engine.errors.StoreBusy` where the same call may do well a little later.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from whistle_engine.model import CommandId, MatterId, TextRef, UnitCode
from whistle_engine.storage.rows import (
    Appended,
    Claim,
    Draft,
    DutyRow,
    Erased,
    History,
    Item,
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

CONTRACT = 1
"""The number of the contract: it rises when a store that was right may no longer be."""


class Capability(Enum):
    """What not every store can do; the kit asks for no more than a store says.

    Attributes:
        DURABLE: a crash between any two calls, or inside one, leaves all clauses true (S15).
        THREADS: one store object may be used by several threads at once.
        PROCESSES: several processes may each open the store and write at once.
    """

    DURABLE = "durable"
    THREADS = "threads"
    PROCESSES = "processes"


def at_least_one(limit: int) -> int:
    """The limit that a call was given, seen to be one; for stores (S8).

    Raises:
        ValueError: it is less than 1.
    """
    if limit < 1:
        raise ValueError(f"limit is {limit}, and should be at least 1")
    return limit


def drafts_of(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """The drafts of an append, seen to be some, and one for each matter; for stores (S1).

    Raises:
        ValueError: they are not.
    """
    found = tuple(drafts)
    if not found or len({draft.matter for draft in found}) != len(found):
        raise ValueError("an append takes at least one draft, and one for each matter")
    return found


class Commits(Protocol):
    """The histories of matters: what the engine needs, and what reads all of them."""

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Read a matter's history and what a command id wrote earlier, as of one moment.

        Args:
            matter: the matter; one that is not there has an empty history.
            command_id: the command whose earlier commits are wanted, whichever matters it wrote.
        """
        ...

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write the commits of one or several matters, and all that goes with them, or nothing.

        It is all or nothing (S1). Versions of a matter are 1 to n without holes (S2). Of any
        number of concurrent appends at one version exactly one wins (S4). A command id that is
        there already makes the whole append write nothing and give what was written first, and
        that goes before the check of versions (S5). ``previous`` and ``digest`` come back
        unchanged (S16); look-ups agree with the rows of the latest append (S19). The timers of
        each matter are replaced, and what stays keeps its claim (S12): see :class:`.rows.Timer`.

        Args:
            drafts: at least one, at most one for each matter; several may share a command id.

        Raises:
            VersionConflict: a matter is not at the version before its draft's, an empty matter
                included; nothing was written (S3).
            ValueError: no draft, or two for one matter.
        """
        ...

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        """The commits of all matters with a position above ``after``, ascending (S8).

        Once a reader has seen a position, nothing at or below it appears later, even from a
        transaction that began earlier and committed later (S7). Positions may have gaps.

        Args:
            after: a position that was seen, 0 to begin.
            limit: at most so many.
        """
        ...

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        """Whole histories of the matters whose id is above ``after``, ascending (S8).

        Reading page by page gives each matter that was there throughout exactly once (S20).

        Args:
            after: the last id of the page before; ``None`` to begin.
            limit: at most so many matters.
        """
        ...

    def rebuild(self, projection: Projection) -> None:
        """Replace a matter's look-up rows and timers, made again from its commits.

        They become what an append would have made of them (S19), but for the timers that are
        settled, which are armed again if they are wanted still; those that wait or are dead keep
        all that became of them (S12).

        Raises:
            VersionConflict: the matter is not at ``projection.row.version``; nothing changed.
        """
        ...


class Lookups(Protocol):
    """The closed list of what can be looked up; rows agree with the latest append (S19)."""

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        """The duties of a unit, ascending by due time, matter and clock.

        Args:
            unit: the unit's code.
            after: the last row of the page before.
            limit: at most so many.
        """
        ...

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        """The matters that pass a filter, ascending by time of receiving and id.

        Args:
            where: the filter.
            after: the last row of the page before.
            limit: at most so many.
        """
        ...

    def projection(self, matter: MatterId) -> Projection | None:
        """What the look-ups and timers hold of a matter now, as its latest append brought it.

        It is read from the very rows that the other look-ups and the timers read, so that
        ``verify`` can hold them against the commits; it also shows what lies claimed, settled or
        dead in the queue, but no timer that an append settled because it was gone.

        Args:
            matter: the matter's id.

        Returns:
            The row, the duties by clock, the timers by clock and step; ``None`` without a row.
        """
        ...

    def queued(self, matter: MatterId) -> Queues:
        """What the two queues hold of a matter, and what became of it, as of one moment.

        Timers that an append settled because they were gone are left out; notices are all there,
        settled ones too, for ``verify`` holds them against the commits that told them.

        Args:
            matter: the matter's id; of one that is not there the queues hold nothing.
        """
        ...

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in through a channel under its own number, ascending by id."""
        ...

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
        """Open matters of a category at much the same place, latest received first.

        Args:
            category: the category's code.
            place: the unit of the place; it counts where either side has no coordinates.
            lat: latitude in micro-degrees, together with
            lon: longitude in micro-degrees; both or neither.
            within: how far each coordinate may differ, in micro-degrees.
            limit: at most so many.
        """
        ...


class Vault(Protocol):
    """Words and contacts, apart from the history. They come in with an append."""

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """A text; ``Erased.ERASED`` where it was erased, ``None`` if there never was one."""
        ...

    def erase_text(self, ref: TextRef) -> None:
        """Erase a text with its salt, for good; again, or where none is, changes nothing (S17).

        The history and its hash chain are unchanged. When it comes back the words are gone from
        wherever the store keeps them: log and freed pages too.

        Raises:
            StoreBusy: others hold the store, or what still has the words. Nothing is known to be
                erased, whatever :meth:`read_text` says: erase it again, until the call comes back.
        """
        ...


class Documents(Protocol):
    """Policies and directories, by digest."""

    def put_document(self, digest: str, data: bytes) -> None:
        """Keep bytes under their digest; what is there already stays as it is (S18)."""
        ...

    def get_document(self, digest: str) -> bytes | None:
        """The bytes under a digest, or ``None``; what was put is always readable (S18)."""
        ...


class Queue(Protocol[Item]):
    """Timers or notices that wait to be worked off, under leases.

    An item waits, from the append that arms it until it is settled or dead. A dead letter was
    given up; it waits again once it is revived, or armed again by an append. A timer that an
    append no longer has is settled, dead or not (S12).

    Each has a line: a timer that of its matter, a notice that of its matter and recipient. Only
    the first of a line that waits can be claimed (S13).
    """

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Item], ...]:
        """Claim what is due, ordered by due time, then key (S13).

        Nothing is claimed by two workers in one lease; once a lease has ended, it can be
        claimed again (S11). Each claim says how often its item was claimed since it was armed or
        revived (:attr:`.rows.Claim.tries`): 1, 2, 3 …, also after a crash.

        Args:
            now: the caller's clock, UTC; what is due at ``now`` is due, and a lease that ends
                at ``now`` has ended.
            until: the end of the lease, UTC.
            limit: at most so many.
        """
        ...

    def settle(self, claim: Claim[Item]) -> bool:
        """Say that it is done; ``True`` if that counts, or counted before.

        It counts while the claim is the latest of its item, even after the lease (S12); later
        it is refused with ``False``, and so it is for a dead letter. A timer that its matter's
        append settled is settled.
        """
        ...

    def fail(self, claim: Claim[Item], *, retry_at: datetime | None) -> bool:
        """Give it back; ``True`` if that counts, or it is a dead letter already.

        It counts while the claim is the latest of its item, even after the lease (S12); later,
        or once the item is settled, it is refused with ``False``. A dead letter stays dead:
        failing again changes nothing, whatever ``retry_at`` says.

        Args:
            claim: the claim.
            retry_at: from when on it can be claimed again, UTC; ``None`` makes it a dead letter,
                which releases the rest of its line (S13).
        """
        ...

    def revive(self, item: Item) -> bool:
        """Take a dead letter back into its line; ``True`` if it was one, once for each death.

        It can be claimed at once, if it is due and the first of its line: before those that its
        death released, of which one may be under a lease still (S13). Claims from before count
        no longer (S12), and its tries begin at 1 again (S11).

        Args:
            item: as :meth:`dead` shows it. Key and due time tell which: a timer that has moved
                since is another, and where no dead letter is found nothing changes.
        """
        ...

    def waiting(self, *, until: datetime, limit: int) -> tuple[Item, ...]:
        """What is neither settled nor dead and due by an instant, ordered by due time, then key.

        It claims nothing, and shows what others hold too (S13).

        Args:
            until: the instant, UTC, inclusive.
            limit: at most so many.
        """
        ...

    def dead(self, *, limit: int) -> tuple[Item, ...]:
        """The dead letters, ordered by due time, then key (S13)."""
        ...


class Store(Commits, Lookups, Vault, Documents, Protocol):
    """All of it: what a plugin provides for its URL scheme."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What this store can do beyond what every store can."""
        ...

    @property
    def timers(self) -> Queue[Timer]:
        """The timers of all matters."""
        ...

    @property
    def outbox(self) -> Queue[Notice]:
        """The notices of all matters."""
        ...

    def close(self) -> None:
        """Release what it holds; closing twice is fine (S14)."""
        ...


__all__ = [
    "CONTRACT",
    "Capability",
    "Commits",
    "Documents",
    "Lookups",
    "Queue",
    "Store",
    "Vault",
    "at_least_one",
]
