"""What goes into a store and what comes out: plain rows, payloads as bytes.

No row holds free text but :class:`VaultText`, which is what the vault is for (law L15).
All instants are aware ``datetime`` values in UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Generic, TypeVar

from attrs import field, frozen

from whistle_engine._fields import share_repr
from whistle_engine.digests import digest_of
from whistle_engine.model import (
    ActorId,
    Affair,
    CommandId,
    MatterId,
    Outcome,
    Stage,
    TextRef,
    UnitCode,
    What,
)


@frozen(kw_only=True, slots=False, repr=False)
class Record:
    """One commit as it is stored.

    Attributes:
        version: 1, 2, 3 … within the matter.
        position: set by the store; rises with every commit, over all matters; may have gaps.
        recorded_at: when it was recorded, UTC.
        command, basis, events, answer: the codec's bytes; a store never looks inside.
        previous, digest: hexadecimal SHA-256, computed by the engine (S16); ``previous`` is
            empty at version 1.
    """

    matter: MatterId
    version: int
    position: int
    command_id: CommandId
    recorded_at: datetime
    command: bytes
    basis: bytes
    events: bytes
    answer: bytes
    previous: str
    digest: str


@frozen(kw_only=True, slots=False, repr=False)
class MatterRow:
    """What the ledger shows of a matter; replaced by each append.

    Attributes:
        opened_at, changed_at: when it was received, and the latest commit.
        lat, lon: the place in micro-degrees, if it is known.
        lead: the unit that leads, once one does.
        due: the earliest due time of the clocks that run.
    """

    matter: MatterId
    version: int
    stage: Stage
    opened_at: datetime
    changed_at: datetime
    channel: str
    source_number: str | None
    place: UnitCode
    lat: int | None
    lon: int | None
    community: UnitCode
    street: UnitCode
    affair: Affair | None = None
    kind: str | None = None
    category: str | None = None
    lead: UnitCode | None = None
    due: datetime | None = None
    outcome: Outcome | None = None


@frozen(kw_only=True, slots=False, repr=False)
class DutyRow:
    """Whose move it is: one line of an inbox; all of a matter's are replaced by each append."""

    matter: MatterId
    clock: int
    what: What
    unit: UnitCode | None
    raiser: ActorId | None
    since: datetime
    due: datetime


@frozen(kw_only=True, slots=False, repr=False)
class Timer:
    """Something that the system does at an instant; the first three are its key.

    An append or a rebuild brings all timers of its matter, and each key goes its way (S12):

    - one that stays, with the same due time, keeps all that became of it: claim, tries, time of
      retry, settlement, death;
    - one that moved to another due time, earlier or later, is armed again, whatever became of it:
      it waits for the new time, its tries begin at 1, and claims from before count no longer;
    - one that is new is armed;
    - one that is gone is settled, without a word;
    - one that was gone and comes back is armed again, as one that moved.

    A rebuild takes what is settled for gone, so that it arms it again: the append that fires a
    timer has it no longer, so one that the commits still want was lost.
    """

    matter: MatterId
    clock: int
    step: int
    due: datetime


@frozen(kw_only=True, slots=False, repr=False)
class Notice:
    """Somebody has to be told something: codes and ids only; the first three are its key.

    Attributes:
        version, number: the commit that told it, and its number in there, from 1.
        unit, actor: the recipient; exactly one of the two is set.
        code: what is told, such as ``dispatched`` or ``timer_fired.urge``.
        event: which event of the commit it is about, from 0.
        due: from when on it can be sent, UTC.
    """

    matter: MatterId
    version: int
    number: int
    code: str
    event: int
    due: datetime
    unit: UnitCode | None = None
    actor: ActorId | None = None


@frozen(kw_only=True, slots=False, repr=False)
class VaultText:
    """Words or a contact, kept apart from the history so that they can be erased.

    Attributes:
        ref: the command that brought it, and the field's name.
        salt: makes the digest in the commit's basis tell nothing once this row is erased.
    """

    ref: TextRef
    matter: MatterId
    salt: bytes = field(repr=False)
    words: str = field(repr=False)


class Erased(Enum):
    """What is read where a text was erased (S17)."""

    ERASED = "erased"


@frozen(kw_only=True, slots=False, repr=False)
class Projection:
    """What the look-ups and timers say of a matter; it can be made again from the commits.

    Each one replaces what the store had for the matter.
    """

    row: MatterRow
    duties: tuple[DutyRow, ...] = ()
    timers: tuple[Timer, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Draft:
    """One commit to be appended to one matter, with all that is written along with it.

    Attributes:
        version: the one to be written; so the matter is expected to be at the one before.
        notices, texts: are added to the outbox and to the vault.
    """

    matter: MatterId
    version: int
    command_id: CommandId
    recorded_at: datetime
    command: bytes
    basis: bytes
    events: bytes
    answer: bytes
    previous: str
    digest: str
    projection: Projection
    notices: tuple[Notice, ...] = ()
    texts: tuple[VaultText, ...] = ()

    def record(self, position: int) -> Record:
        """The row that a store keeps of it, at a position of the feed."""
        return Record(
            matter=self.matter,
            version=self.version,
            position=position,
            command_id=self.command_id,
            recorded_at=self.recorded_at,
            command=self.command,
            basis=self.basis,
            events=self.events,
            answer=self.answer,
            previous=self.previous,
            digest=self.digest,
        )


@frozen(kw_only=True, slots=False, repr=False)
class Loaded:
    """One read of a matter: its history, and what a command id wrote earlier.

    Attributes:
        records: all commits of the matter, by version; the last is its head.
        earlier: what the command id wrote, in any matter, by position; empty if nothing.
    """

    records: tuple[Record, ...]
    earlier: tuple[Record, ...]


@frozen(kw_only=True, slots=False, repr=False)
class Appended:
    """What an append did.

    Attributes:
        records: what was written, in the order of the drafts; or, if ``again``,
            what the command ids wrote the first time, by position.
        again: nothing was written, since a command id had written before (S5).
    """

    records: tuple[Record, ...]
    again: bool = False


@frozen(kw_only=True, slots=False, repr=False)
class History:
    """A matter's whole history."""

    matter: MatterId
    records: tuple[Record, ...]


@frozen(kw_only=True, slots=False, repr=False)
class LedgerFilter:
    """Which matters a ledger shows; ``None`` does not restrict.

    Attributes:
        open: ``True`` only matters that are not closed, ``False`` only closed ones.
        opened_from, opened_before: a half-open span of time of receiving, UTC.
    """

    affair: Affair | None = None
    stage: Stage | None = None
    open: bool | None = None
    outcome: Outcome | None = None
    kind: str | None = None
    category: str | None = None
    community: UnitCode | None = None
    street: UnitCode | None = None
    lead: UnitCode | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None


Item = TypeVar("Item", Timer, Notice)


class ItemState(Enum):
    """What became of an item of a queue.

    Attributes:
        WAITING: it is neither settled nor dead; it may be under a lease, or wait for its retry.
        SETTLED: it is done.
        DEAD: it was given up, and can be revived.
    """

    WAITING = "waiting"
    SETTLED = "settled"
    DEAD = "dead"


@frozen(kw_only=True, slots=False, repr=False)
class Queued(Generic[Item]):
    """An item of a queue, and what became of it."""

    item: Item
    state: ItemState


@frozen(kw_only=True, slots=False, repr=False)
class Queues:
    """All that the two queues hold of one matter (S19).

    Attributes:
        timers: those that its latest append or rebuild brought, by clock and step.
        notices: those that all its appends brought, by version and number.
    """

    timers: tuple[Queued[Timer], ...] = ()
    notices: tuple[Queued[Notice], ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Claim(Generic[Item]):
    """A timer or notice that one worker holds until its lease ends (S11, S12).

    Attributes:
        token: tells this claim from every other of the same item.
        tries: how often the item was claimed since it was armed or revived, this time included;
            so that a worker knows when to give up, whichever workers tried before, and whatever
            became of them.
    """

    item: Item
    token: int
    tries: int = 1


def chain_digest(commit: Draft | Record) -> str:
    """A link of a matter's hash chain: over the stored bytes and the digest before it (S16).

    The engine computes it when it writes; ``verify`` computes it again.

    Args:
        commit: what is to be written, or was; its own ``digest`` and ``position`` do not count.

    Returns:
        The digest of each part with its length before it, so that no two different
        commits run together to the same bytes.
    """
    parts = (
        commit.previous.encode(),
        commit.matter.encode(),
        str(commit.version).encode(),
        commit.command_id.encode(),
        commit.recorded_at.astimezone(UTC).isoformat().encode(),
        commit.command,
        commit.basis,
        commit.events,
        commit.answer,
    )
    return digest_of(b"".join(len(part).to_bytes(8, "big") + part for part in parts))


share_repr(
    (
        Record,
        MatterRow,
        DutyRow,
        Timer,
        Notice,
        VaultText,
        Projection,
        Draft,
        Loaded,
        Appended,
        History,
        LedgerFilter,
        Queued,
        Queues,
        Claim,
    )
)
