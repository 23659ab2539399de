"""What the machine does, step by step: call the store, and hold its answer against the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, cast

from attrs import evolve

from whistle_engine.errors import VersionConflict
from whistle_engine.model import MatterId, TextRef
from whistle_engine.storage.api import Queue, Store
from whistle_engine.storage.rows import (
    Claim,
    Draft,
    DutyRow,
    LedgerFilter,
    MatterRow,
    Projection,
    Timer,
)
from whistle_engine.testing.stores._check import holds, raises, same
from whistle_engine.testing.stores._drawing import MATTERS, UNITS, Shape, named
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, MANY, draft, text
from whistle_engine.testing.stores.model import Model
from whistle_engine.testing.stores.model_queue import ModelQueue, key_of

Fate = Literal["held", "settled", "soon", "later", "dead", "revived"]
FATES: tuple[Fate, ...] = ("held", "settled", "soon", "later", "dead", "revived")
"""What can become of what was claimed: nothing yet, settled, given back, dead, or revived."""

Among = Literal["recent", "all", "dead"]
AMONG: tuple[Among, ...] = ("recent", "all", "dead")
"""Which claims one is taken from: the last few, all of them, or those by which something died."""


def all_of_one(matter: MatterId) -> str:
    """The jurisdiction of any matter, where there is but one."""
    del matter
    return ""


class Driver:
    """A store and the model beside it."""

    def __init__(self, store: Store, jurisdiction: Callable[[MatterId], str] = all_of_one) -> None:
        """Take a store with nothing in it, and what tells a matter's jurisdiction."""
        self.store = store
        self.jurisdiction = jurisdiction
        self.model = Model()
        self.commands = 0
        self.now = AT
        self.claims: list[tuple[bool, Claim[Timer]]] = []

    # ------------------------------------------------------------------------------- writing

    def _draft(self, matter: str, command: str, shown: Shape) -> Draft:
        version = len(self.model.history(matter)) + 1
        projection, told = shown.of(matter, version)
        words = text(command, matter, matter=matter, words=f"{matter}{command}")
        return draft(matter, version, command, projection=projection, notices=told, texts=(words,))

    def _with(self, matter: str, matters: Sequence[str]) -> list[str]:
        """Those of some matters that are of one jurisdiction with another."""
        own = self.jurisdiction(matter)
        return [each for each in matters if self.jurisdiction(each) == own]

    def _command(self) -> str:
        self.commands += 1
        return f"c{self.commands}"

    def append(self, matters: Sequence[str], shapes: Sequence[Shape], *, one_id: bool) -> None:
        """Append to matters, under one command id or several."""
        matters = self._with(matters[0], matters)
        shared = self._command()
        self._write(
            [
                self._draft(matter, shared if one_id else self._command(), shown)
                for matter, shown in zip(matters, shapes, strict=False)
            ]
        )

    def _write(self, drafts: list[Draft]) -> None:
        answer = self.store.append(drafts)
        same(answer.again, False, "a new command id writes")
        right = tuple(d.record(r.position) for d, r in zip(drafts, answer.records, strict=True))
        same(answer.records, right, "an append answers with its drafts as records, in order")
        highest = self.model.records[-1].position if self.model.records else 0
        positions = [record.position for record in answer.records]
        same(positions, sorted(set(positions)), "positions rise in the order of the drafts")
        holds(positions[0] > highest, "positions rise with every append", seen=positions)
        self.model.write(drafts, answer.records)

    def bring_timers_again(self, which: int, change: str, *, rebuild: bool) -> None:
        """Bring the timers that a matter has, without one of them, or with one moved."""
        matter = sorted(self.model.rows)[which % len(self.model.rows)]
        timers = [queued.item for queued in self.model.timers.of(matter)]
        if timers and change != "keep":
            one = timers.pop(which % len(timers))
            timers += [evolve(one, due=one.due + HOUR)] if change == "move" else []
        shown = Projection(
            row=self.model.rows[matter],
            duties=tuple(self.model.duties[matter]),
            timers=tuple(timers),
        )
        if rebuild:
            self.model.rebuild(shown)
            self.store.rebuild(shown)
        else:
            self._write([self._draft(matter, self._command(), Shape(shown, ()))])

    def append_wrongly(self, matters: Sequence[str], shown: Shape, wrong: int, by: int) -> None:
        """Append where one draft of several is at a wrong version."""
        command = self._command()
        drafts = [self._draft(matter, command, shown) for matter in self._with(matters[0], matters)]
        place = wrong % len(drafts)
        drafts[place] = evolve(drafts[place], version=max(drafts[place].version + by, 1))
        if not self.model.conflict(drafts):
            return
        with raises(VersionConflict, "a wrong version among several is a conflict") as caught:
            self.store.append(drafts)
        error = caught.problem
        found = (error.matter, error.expected, error.actual)
        holds(found in self.model.conflict(drafts), "the conflict tells what is wrong", seen=found)
        same(self.store.load("", command).earlier, (), "a conflict writes nothing")

    def append_again(
        self, which: int, matters: Sequence[str], shown: Shape, *, also_new: bool
    ) -> None:
        """Append under a command id that wrote before, beside a new one at times."""
        first = self.model.records[which % len(self.model.records)]
        known = first.command_id
        matters = self._with(first.matter, matters) or [first.matter]
        ids = [known if n == 0 or not also_new else self._command() for n, _ in enumerate(matters)]
        drafts = [self._draft(m, i, shown) for m, i in zip(matters, ids, strict=True)]
        answer = self.store.append(drafts)
        same(answer.again, True, "a known command id is told as known")
        same(answer.records, self.model.earlier(known), "it gives what was written first")

    def rebuild(self, which: int, shown: Shape, ahead: int) -> None:
        """Rebuild a matter at its version, or at a wrong one."""
        matter = sorted(self.model.rows)[which % len(self.model.rows)]
        version = max(len(self.model.history(matter)) + ahead, 1)
        made = named(shown.projection, matter, version)
        try:
            self.model.rebuild(made)
        except VersionConflict:
            with raises(VersionConflict, "rebuilding at another version is a conflict"):
                self.store.rebuild(made)
        else:
            self.store.rebuild(made)

    def use_the_vault(self, number: int, matter: str, data: bytes | None, *, erase: bool) -> None:
        """Read a text and a document; erase the text, put the document at times."""
        ref = TextRef(f"c{number}", matter)
        if erase:
            self.store.erase_text(ref)
            self.model.erase(ref)
        same(self.store.read_text(ref), self.model.texts.get(ref), f"the text {ref!r}")
        digest = f"d{number % 2}"
        if data is not None:
            self.store.put_document(digest, data)
            self.model.documents.setdefault(digest, data)
        found = self.store.get_document(digest)
        same(found, self.model.documents.get(digest), f"the document {digest}")

    # -------------------------------------------------------------------------------- queues

    def _queues(self, *, timers: bool) -> tuple[Queue[Timer], ModelQueue[Timer]]:
        """One of the two; what is done with one is done with the other, so one type serves."""
        if timers:
            return self.store.timers, self.model.timers
        return (
            cast("Queue[Timer]", self.store.outbox),
            cast("ModelQueue[Timer]", self.model.outbox),
        )

    def claim(
        self, limit: int, lease: int, later: int, then: Sequence[Fate], *, timers: bool
    ) -> None:
        """Let time pass, claim, and do something with the first of what was claimed."""
        self.now += later * HOUR
        until = self.now + lease * HOUR
        queue, model = self._queues(timers=timers)
        claims = queue.claim(now=self.now, until=until, limit=limit)
        right = self._claimable(claims, limit, timers=timers)
        same([claim.item for claim in claims], right, f"what can be claimed at {self.now}")
        for claim in claims:
            known = model.tokens.get(key_of(claim.item), set())
            holds(claim.token not in known, "each claim of an item has a new token", seen=claim)
        model.claimed(claims, until)
        tries = [model.tries[key_of(claim.item)] for claim in claims]
        same([claim.tries for claim in claims], tries, "tries are counted since it was armed")
        self.claims += [(timers, claim) for claim in claims]
        for claim, fate in zip(claims, then, strict=False):
            self._end(claim, fate, timers=timers)

    def _claimable(
        self, claims: Sequence[Claim[Timer]], limit: int, *, timers: bool
    ) -> list[Timer]:
        """What a claim should give: in order, of each jurisdiction its first, as many in all."""
        _, model = self._queues(timers=timers)
        every = model.claimable(self.now, MANY)
        if len(claims) != min(limit, len(every)):
            return every[:limit]
        left = Counter(self.jurisdiction(claim.item.matter) for claim in claims)
        right = []
        for item in every:
            own = self.jurisdiction(item.matter)
            if left[own]:
                left[own] -= 1
                right.append(item)
        return right

    def end_a_claim(self, which: int, fate: Fate, among: Among) -> None:
        """Settle a claim, new or old, give it back, or revive its item."""
        some = self.claims if among == "all" else self.claims[-3:]
        if among == "dead":
            some = [each for each in self.claims if self._died_by(*each)] or some
        timers, claim = some[which % len(some)]
        self._end(claim, fate, timers=timers)

    def _died_by(self, timers: bool, claim: Claim[Timer]) -> bool:
        _, model = self._queues(timers=timers)
        key = key_of(claim.item)
        return key in model.dead and model.latest.get(key) == claim.token

    def _end(self, claim: Claim[Timer], fate: Fate, *, timers: bool) -> None:
        queue, model = self._queues(timers=timers)
        if fate == "settled":
            counts = model.settle(claim)
            same(queue.settle(claim), counts, f"whether settling {claim!r} counts")
        elif fate == "revived":
            was_dead = model.revive(claim.item)
            same(queue.revive(claim.item), was_dead, f"whether {claim.item!r} is revived")
        elif fate != "held":
            at = None if fate == "dead" else self.now + (HOUR if fate == "later" else 0 * HOUR)
            counts = model.fail(claim, at)
            same(queue.fail(claim, retry_at=at), counts, f"whether failing {claim!r} counts")

    def look_at_a_queue(self, until: datetime, limit: int, *, timers: bool) -> None:
        """See what waits and what is dead."""
        queue, model = self._queues(timers=timers)
        found = queue.waiting(until=until, limit=limit)
        same(found, model.waiting(until, limit), f"what waits until {until}, at most {limit}")
        same(queue.dead(limit=limit), model.dead_letters(limit), f"the dead, at most {limit}")

    # ------------------------------------------------------------------------------- reading

    def read_commits(self, which: int, matter: str | None, limit: int) -> None:
        """Load a matter with a command; read the feed and a scan."""
        store, model = self.store, self.model
        command = f"c{which % (self.commands + 1)}"
        loaded = store.load(matter or "", command)
        same(loaded.records, model.history(matter or ""), f"load gives the history of {matter!r}")
        wrote = model.earlier(command)
        if matter and wrote and not self._with(matter, [wrote[0].matter]):
            wrote = ()  # it was given in another jurisdiction
        same(loaded.earlier, wrote, f"and what {command} wrote")
        positions = [0, *(record.position for record in model.records)]
        after = positions[which % len(positions)]
        fed = store.feed(after, limit=limit)
        same(fed, model.feed(after, limit), f"the feed after {after}, at most {limit}")
        found = store.scan(matter, limit=limit)
        same(found, model.scan(matter, limit), f"the scan after {matter!r}, at most {limit}")

    def read_lists(
        self,
        unit: str,
        where: LedgerFilter,
        after: DutyRow | None,
        last: MatterRow | None,
        limit: int,
    ) -> None:
        """Read an inbox and the ledger."""
        inbox = self.store.inbox(unit, after=after, limit=limit)
        right = self.model.inbox(unit, after, limit)
        same(inbox, right, f"the inbox of {unit} after {after!r}, at most {limit}")
        rows = self.store.ledger(where, after=last, limit=limit)
        expected = self.model.ledger(where, last, limit)
        same(rows, expected, f"the ledger by {where!r} after {last!r}, at most {limit}")

    def look_near(
        self, number: str, place: str, at: tuple[int, int] | None, within: int, limit: int
    ) -> None:
        """Look up a source number, and what is near."""
        found = self.store.by_source_number("12345", number)
        same(found, self.model.by_source_number("12345", number), f"source number {number}")
        lat, lon = at if at is not None else (None, None)
        found = self.store.near(
            category="x", place=place, lat=lat, lon=lon, within=within, limit=limit
        )
        right = self.model.near("x", place, at, within, limit)
        same(found, right, f"near {place} and {at}, within {within}, at most {limit}")

    def look_at_everything(self) -> None:
        """Hold all that the store tells against the model."""
        store, model = self.store, self.model
        same(store.feed(0, limit=999), tuple(model.records), "the whole feed")
        same(store.scan(None, limit=99), model.scan(None, 99), "the whole scan")
        for matter in MATTERS:
            same(store.load(matter).records, model.history(matter), f"the history of {matter!r}")
            same(store.projection(matter), model.projection(matter), f"what is told of {matter!r}")
            same(store.queued(matter), model.queued(matter), f"what is queued of {matter!r}")
        found = store.ledger(LedgerFilter(), limit=99)
        same(found, model.ledger(LedgerFilter(), None, 99), "the whole ledger")
        for unit in UNITS:
            same(store.inbox(unit, limit=99), model.inbox(unit, None, 99), f"the inbox of {unit}")
        for timers in (True, False):
            queue, expected = self._queues(timers=timers)
            waiting = queue.waiting(until=LATER, limit=999)
            same(waiting, expected.waiting(LATER, 999), "all that waits")
            same(queue.dead(limit=999), expected.dead_letters(999), "all that is dead")
        for ref, words in model.texts.items():
            same(store.read_text(ref), words, f"the text {ref!r}")
