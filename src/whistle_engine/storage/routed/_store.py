"""The store: what is of one matter goes to its shard, what is of all is merged."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from types import TracebackType
from typing import Self

from attrs import evolve

from whistle_engine.errors import (
    StoreClosed,
    StoreError,
    StoreFailed,
    StoreMisrouted,
)
from whistle_engine.model import CommandId, MatterId, TextRef, UnitCode
from whistle_engine.storage.api import Capability, Queue, Store, at_least_one, drafts_of
from whistle_engine.storage.beside import Gathering
from whistle_engine.storage.routed import _anywhere as anywhere
from whistle_engine.storage.routed import _queue as queue
from whistle_engine.storage.routed._names import by_shard, told
from whistle_engine.storage.routed._places import settle_in
from whistle_engine.storage.routed._sequence import Sequence as Order
from whistle_engine.storage.routed._spans import Span
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

Wanted = tuple[MatterId, CommandId | None]
"""A matter, and the command whose earlier commits are wanted."""

BY_POSITION = attrgetter("position")
BY_MATTER = attrgetter("matter")
BY_RECEIVING = attrgetter("opened_at", "matter")
BY_DUE = attrgetter("due", "matter", "clock")


class RoutedStore:
    """Jurisdictions spread over several stores, behind one engine.

    It fulfils :class:`~whistle_engine.storage.api.Store`. A matter lies on the shard that its id
    leads to. The clauses hold over all shards; but what is about several matters together holds on
    each: they are appended at once (S1), know each other's command ids (S5), and are claimed in one
    order where a limit leaves some out (S13). Ids of commands should differ over all shards, for
    words lie under them in the vault.
    """

    def __init__(
        self, shards: Mapping[str, Store], *, home: str, route: Callable[[MatterId], str]
    ) -> None:
        """Put stores together, and read in which order their commits stand.

        Args:
            shards: the stores by name; each keeps its name and its home for good. They are closed
                along with this one.
            home: the shard that keeps the order of all commits, as documents. It is needed for
                whatever is written anywhere.
            route: the name of a matter's shard, by its id; the same for ever, and for any id, of
                matters that are not there too. What it leads to no shard, or does not find
                (:class:`LookupError`), is a :class:`~whistle_engine.errors.StoreMisrouted`.

        Raises:
            ValueError: there is no shard of the name of the home.
            StoreMismatch: a shard has another name or home, is of another city's order, or was
                exchanged for a copy or an empty store; or shards are missing that had commits.
            StoreError: what a shard raises.
        """
        if home not in shards:
            raise ValueError(f"home is {home!r}, and should be one of {told(shards)}")
        self._shards = dict(shards)
        self._home = home
        self._route = route
        self._order = Order(self._shards, home)
        settle_in(self._shards, home, self._order.end)
        self._timers = queue.timers(
            {name: store.timers for name, store in self._shards.items()}, self._name
        )
        self._outbox = queue.outbox(
            {name: store.outbox for name, store in self._shards.items()}, self._name
        )

    def _name(self, matter: MatterId) -> str:
        try:
            name = self._route(matter)
        except LookupError as error:  # of a table that does not have it
            raise StoreMisrouted({matter: None}, self._shards) from error
        if name not in self._shards:
            raise StoreMisrouted({matter: name}, self._shards)
        return name

    def _of(self, matter: MatterId) -> Store:
        return self._shards[self._name(matter)]

    # ------------------------------------------------------------------------------- commits

    def _placed(self, name: str, records: Iterable[Record]) -> tuple[Record, ...]:
        """A shard's records, with their positions among all."""
        records = tuple(records)
        last = max((record.position for record in records), default=0)
        if last > self._order.end(name):
            self._order.read()
            self._order.reach(name, last)
        return tuple([self._at(name, record) for record in records])

    def _at(self, name: str, record: Record) -> Record:
        return evolve(record, position=self._order.position(name, record.position))

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Read a matter's history and what a command id wrote earlier on its shard.

        With the empty id it is asked for the command alone: then on all shards.
        """
        own = self._name(matter)
        return self._loaded(own, (matter, command_id), self._shards[own].load(matter, command_id))

    def load_all(self, wanted: Sequence[Wanted]) -> tuple[Loaded, ...]:
        """What :meth:`load` gives for each of several: of each shard at once, where it can."""
        found: dict[Wanted, Loaded] = {}
        for name, mine in by_shard(wanted, lambda each: self._name(each[0])):
            store = self._shards[name]
            if isinstance(store, Gathering):
                loaded = store.load_all(mine)
            else:
                loaded = tuple(store.load(*each) for each in mine)
            found |= {e: self._loaded(name, e, one) for e, one in zip(mine, loaded, strict=True)}
        return tuple(found[each] for each in wanted)

    def _loaded(self, own: str, wanted: Wanted, loaded: Loaded) -> Loaded:
        """What a shard loaded, with positions among all; and what a command wrote to others."""
        matter, command_id = wanted
        earlier = self._placed(own, loaded.earlier)
        if not matter and command_id is not None:
            for name, store in self._shards.items():
                if name != own:
                    earlier += self._placed(name, store.load(matter, command_id).earlier)
        return Loaded(
            records=self._placed(own, loaded.records),
            earlier=tuple(sorted(earlier, key=BY_POSITION)),
        )

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write the commits of one or several matters of one shard, or nothing.

        Raises:
            StoreMisrouted: they are of several shards; besides the contract's.
            StoreFailed: they are written, and the home did not give them their position among
                all. Sent again, they are found (S5).
        """
        drafts = drafts_of(drafts)
        led = {draft.matter: self._name(draft.matter) for draft in drafts}
        name = led[drafts[0].matter]
        if set(led.values()) != {name}:
            raise StoreMisrouted(led, self._shards)
        written = self._shards[name].append(drafts)
        try:
            self._order.reach(name, max(record.position for record in written.records))
        except StoreClosed:
            raise
        except StoreError as error:
            raise StoreFailed(
                f"what was appended is on shard {name!r}, and has no position yet: {error}"
            ) from error
        return Appended(records=self._placed(name, written.records), again=written.again)

    def feed(self, after: int, *, limit: int) -> tuple[Record, ...]:
        """The commits of all matters after a position, in the order that was agreed.

        It ends before what a shard does not show yet, while an append is under way there.
        """
        after = max(after, 0)
        found, held = self._fed(after, at_least_one(limit))
        if len(found) < limit and not held and self._order.look(limit - len(found)):
            last = found[-1].position if found else after
            found += self._fed(last, limit - len(found))[0]
        return tuple(found)

    def _fed(self, after: int, limit: int) -> tuple[list[Record], bool]:
        """What has its place, a stretch by one page of each shard, and whether one shows less.

        A shard may have waited for what it does not show: nobody asks it again for this page.
        """
        found: list[Record] = []
        while len(found) < limit:
            spans = self._order.after(after, limit - len(found))
            if not spans:
                break
            whole = end = spans[-1].end
            stretch: list[Record] = []
            for name in {span.shard for span in spans}:
                own = [span for span in spans if span.shard == name]
                records, shown = self._shown(own, limit - len(found))
                stretch += records
                end = min(end, whole if shown is None else shown)
            found += sorted((each for each in stretch if each.position <= end), key=BY_POSITION)
            if end < whole:
                return found[:limit], True
            after = end
        return found[:limit], False

    def _shown(self, spans: list[Span], limit: int) -> tuple[tuple[Record, ...], int | None]:
        """What a shard shows of its spans in a stretch, and how far that goes if not to their end.

        Nothing can appear any more at or below what it shows (S7), so neither can it among all.
        """
        name, first, last = spans[0].shard, spans[0].first, spans[-1].last
        page = self._shards[name].feed(first, limit=min(last - first, limit))
        records = tuple([self._at(name, each) for each in page if each.position <= last])
        own = page[-1].position if page else first
        return records, None if own >= last else self._order.position(name, own + 1) - 1

    def scan(self, after: MatterId | None, *, limit: int) -> tuple[History, ...]:
        """Whole histories, in the order of the matters' ids."""
        pages = [
            [(name, each) for each in store.scan(after, limit=limit)]
            for name, store in self._shards.items()
        ]
        found = islice(merge(*pages, key=lambda each: each[1].matter), limit)
        return tuple(
            History(matter=each.matter, records=self._placed(name, each.records))
            for name, each in found
        )

    def rebuild(self, projection: Projection) -> None:
        """Replace a matter's look-up rows and timers."""
        self._of(projection.row.matter).rebuild(projection)

    # ------------------------------------------------------------------------------ look-ups

    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        """The duties of a unit, by due time."""
        pages = [each.inbox(unit, after=after, limit=limit) for each in self._shards.values()]
        return tuple(islice(merge(*pages, key=BY_DUE), limit))

    def ledger(
        self, where: LedgerFilter, *, after: MatterRow | None = None, limit: int
    ) -> tuple[MatterRow, ...]:
        """The matters that pass a filter, by time of receiving."""
        pages = [each.ledger(where, after=after, limit=limit) for each in self._shards.values()]
        return tuple(islice(merge(*pages, key=BY_RECEIVING), limit))

    def projection(self, matter: MatterId) -> Projection | None:
        """What the look-ups and timers hold of a matter."""
        return self._of(matter).projection(matter)

    def queued(self, matter: MatterId) -> Queues:
        """What the two queues hold of a matter."""
        return self._of(matter).queued(matter)

    def by_source_number(self, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in under a channel's own number."""
        pages = [each.by_source_number(channel, number) for each in self._shards.values()]
        return tuple(merge(*pages, key=BY_MATTER))

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
        """Open matters of a category at much the same place, latest first."""
        pages = [
            each.near(category=category, place=place, lat=lat, lon=lon, within=within, limit=limit)
            for each in self._shards.values()
        ]
        return tuple(islice(merge(*pages, key=BY_RECEIVING, reverse=True), limit))

    # ------------------------------------------------------------------- vault and documents

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """A text, that it was erased, or ``None``; from whichever shard has it.

        A shard that fails is not waited for where another has it.
        """
        found, failed = anywhere.texts(self._shards, ref)
        if failed is not None and not found:
            raise failed
        return next(iter(found.values()), None)

    def erase_text(self, ref: TextRef) -> None:
        """Erase a text with its salt."""
        found, failed = anywhere.texts(self._shards, ref)
        if failed is not None:
            raise failed
        for name in found:
            self._shards[name].erase_text(ref)

    def put_document(self, digest: str, data: bytes) -> None:
        """Keep bytes under their digest, on each shard."""
        for store in self._home_first():
            store.put_document(digest, data)

    def get_document(self, digest: str) -> bytes | None:
        """The bytes under a digest, from the home, else from whichever shard has them."""
        return anywhere.document(self._home_first(), digest)

    def _home_first(self) -> list[Store]:
        others = [store for name, store in self._shards.items() if name != self._home]
        return [self._shards[self._home], *others]

    # ------------------------------------------------------------------------------ the rest

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What all shards can do."""
        return frozenset(Capability).intersection(
            *(store.capabilities for store in self._shards.values())
        )

    @property
    def timers(self) -> Queue[Timer]:
        """The timers of all matters."""
        return self._timers

    @property
    def outbox(self) -> Queue[Notice]:
        """The notices of all matters."""
        return self._outbox

    def close(self) -> None:
        """Close all shards, also where one fails; what the first raised is raised then."""
        failed: Exception | None = None
        for store in self._shards.values():
            try:
                store.close()
            except Exception as error:  # noqa: BLE001  the others have to be closed first
                failed = failed or error
        if failed is not None:
            raise failed

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()
