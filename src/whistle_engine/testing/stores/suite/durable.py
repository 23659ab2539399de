"""S15: what was acknowledged is there after closing, abandoning and killing; nothing is torn."""

from __future__ import annotations

from whistle_engine.model import TextRef
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Erased, LedgerFilter
from whistle_engine.testing.stores import _acts
from whistle_engine.testing.stores._check import holds, same, standard, together
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, MANY, draft, rich, timer, write
from whistle_engine.testing.stores.crowd import killed_after
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.lanes import LANES

KILLS = (1, 4, 9)
"""After how many acknowledged appends the writer is killed, one after the other."""


def whole(store: Store) -> dict[str, object]:
    """All that a store holds, by the method that tells it."""
    rows = store.ledger(LedgerFilter(), limit=MANY)
    return {
        "feed": store.feed(0, limit=MANY),
        "scan": store.scan(None, limit=MANY),
        "ledger": rows,
        "inbox": store.inbox("xinhua", limit=MANY),
        "projections": [store.projection(row.matter) for row in rows],
        "queued": [store.queued(row.matter) for row in rows],
        "timers": store.timers.waiting(until=LATER, limit=MANY),
        "dead timers": store.timers.dead(limit=MANY),
        "outbox": store.outbox.waiting(until=LATER, limit=MANY),
        "dead notices": store.outbox.dead(limit=MANY),
        "documents": [store.get_document(digest) for digest in ("d", "e", "none")],
        "texts": [store.read_text(TextRef(f"m{n}-1", f"text-m{n}")) for n in range(4)],
    }


class Lasting(StoreKit):
    """S15."""

    def _filled(self, store: Store) -> None:
        self.needs(store, Capability.DURABLE, what="what was written outlives the process")
        write(store, *(rich(f"m{number}") for number in range(4)))
        store.append([rich("m0", 2, "both"), rich("m1", 2, "both")])
        store.put_document("d", b"\x00document")
        store.put_document("e", b"")
        store.erase_text(TextRef("m2-1", "text-m2"))

    @standard
    @together
    def test_s15_all_is_there_after_closing_and_opening_again(self, store: Store) -> None:
        """Check that closing and opening again changes nothing that can be read."""
        self._filled(store)
        before = whole(store)
        again = self.reopened(store)
        same(whole(again), before, "all is as it was before closing")
        same(again.read_text(TextRef("m2-1", "text-m2")), Erased.ERASED, "what was erased stays so")
        known = again.append([draft("m9", 1, "both")])
        same((known.again, len(known.records)), (True, 2), "command ids are remembered")
        highest = max(record.position for record in again.feed(0, limit=MANY))
        (record,) = again.append([draft("m9")]).records
        holds(record.position > highest, "positions go on from the highest", seen=record.position)

    @standard
    @together
    def test_s15_claims_outlive_closing(self, store: Store) -> None:
        """Check that leases, tokens, times of retry and dead letters outlive closing."""
        self._filled(store)
        claims = store.timers.claim(now=AT, until=AT + HOUR, limit=4)
        held, settled, failed, dead = claims
        store.timers.settle(settled)
        store.timers.fail(failed, retry_at=AT + 2 * HOUR)
        store.timers.fail(dead, retry_at=None)
        again = self.reopened(store)
        same(again.timers.claim(now=AT, until=LATER, limit=9), (), "the lease holds")
        same(again.timers.dead(limit=9), (dead.item,), "the dead letter is kept")
        same(again.timers.settle(settled), True, "what was settled is settled")
        (later,) = again.timers.claim(now=AT + HOUR, until=AT + 3 * HOUR, limit=9)
        same(later.item, held.item, "the lease ends when it was to end")
        holds(later.token != held.token, "tokens do not begin anew", seen=(held, later))
        same(later.tries, 2, "nor do the tries")
        same(again.timers.settle(held), False, "the claim from before counts no longer")
        (retried,) = again.timers.claim(now=AT + 2 * HOUR, until=LATER, limit=9)
        same(retried.item, failed.item, "the time of retry is kept")

    @standard
    def test_s15_a_revival_outlives_closing(self, store: Store) -> None:
        """Check that what was revived is so after closing, and what died stays dead."""
        self.needs(store, Capability.DURABLE, what="what was written outlives the process")
        for lane in LANES:
            queue = lane.given(store, AT, matter="m")
            lane.given(store, AT, matter="n")
            for claim in queue.claim(now=AT, until=LATER, limit=9):
                queue.fail(claim, retry_at=None)
            same(queue.revive(queue.dead(limit=9)[0]), True, f"{lane.name}: the first is revived")
        again = self.reopened(store)
        for lane in LANES:
            queue = lane.queue(again)
            dead = lane.numbers(queue.dead(limit=9))
            same(dead, [("n", 1)], f"{lane.name}: what was not revived is dead, and no other")
            held = lane.one(queue, AT)
            same(lane.numbers([held.item]), [("m", 1)], "what was revived can be claimed")
            same(held.tries, 1, f"{lane.name}: its tries have begun anew")

    @standard
    def test_s15_a_timer_that_was_gone_is_known_after_opening_again(self, store: Store) -> None:
        """Check that a claim of a timer that an append settled still counts after closing."""
        self.needs(store, Capability.DURABLE, what="what was written outlives the process")
        write(store, draft(timers=(timer(),)))
        (held,) = store.timers.claim(now=AT, until=LATER, limit=9)
        write(store, draft("m", 2))
        again = self.reopened(store)
        same(again.timers.settle(held), True, "what an append settled counts as settled")
        write(again, draft("m", 3, timers=(timer(),)))
        (back,) = again.timers.claim(now=AT, until=LATER, limit=9)
        holds(back.token != held.token, "what comes back has a new token", seen=(held, back))
        same(again.timers.settle(held), False, "and the old claim counts no longer")

    @standard
    @together
    def test_s15_a_killed_writer_loses_and_tears_nothing(self, store: Store) -> None:
        """Check that after kill -9 what was acknowledged is there, and nothing is torn.

        A process appends pairs of matters with all that goes along. It is killed while the next
        pair is under way, three times; each time the store is opened again and goes on.
        """
        self.needs(store, Capability.DURABLE, what="a killed process loses nothing")
        store.close()
        for kills in KILLS:
            acknowledged = killed_after(kills, _acts.write_pair, self.opener())
            again = self.opened()
            written = self._expect_whole(again, acknowledged)
            again.append(_acts.pair(written))
            again.close()
            self.fresh().close()

    @staticmethod
    def _expect_whole(store: Store, acknowledged: list[int]) -> int:
        """Hold that the pairs 0 to n are there with all that belongs to them; n + 1."""
        feed = store.feed(0, limit=MANY * 9)
        ids = [record.command_id for record in feed]
        pairs = len(ids) // 2
        right = [f"c{number}" for number in range(pairs) for _ in ("a", "b")]
        same(ids, right, "each command wrote both of its matters, in order")
        holds(
            pairs > max(acknowledged),
            "every acknowledged append is there",
            seen=f"{pairs} pairs, acknowledged up to {max(acknowledged)}",
        )
        drafts = [one for number in range(pairs) for one in _acts.pair(number)]
        for one, record in zip(drafts, feed, strict=True):
            same(record, one.record(record.position), "each commit is whole")
            same(store.read_text(one.texts[0].ref), one.texts[0], "its text is in the vault")
        latest = {one.matter: one for one in drafts}
        rows = {row.matter: row for row in store.ledger(LedgerFilter(), limit=MANY)}
        same(rows, {m: one.projection.row for m, one in latest.items()}, "rows are the latest")
        duties = {d.matter for d in store.inbox("xinhua", limit=MANY)}
        same(duties, set(latest), "duties agree with the commits")
        told = {(n.matter, n.version) for n in store.outbox.waiting(until=LATER, limit=MANY * 9)}
        same(told, {(one.matter, one.version) for one in drafts}, "so do notices")
        armed = {t.matter for t in store.timers.waiting(until=LATER, limit=MANY)}
        same(armed, set(latest), "so do timers")
        return pairs
