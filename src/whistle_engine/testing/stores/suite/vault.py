"""S14, S17 and S18: closing, erasing, and documents that never change."""

from __future__ import annotations

import base64
from collections.abc import Callable

from whistle_engine.errors import StoreClosed
from whistle_engine.model import TextRef
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Claim, Erased, LedgerFilter, Projection, VaultText
from whistle_engine.testing.stores._check import holds, raises, same, standard, undeclared
from whistle_engine.testing.stores._samples import (
    AT,
    HOUR,
    MANY,
    chained,
    draft,
    notice,
    rich,
    row,
    text,
    timer,
    write,
)
from whistle_engine.testing.stores.kit import StoreKit

REF = TextRef("c", "text")


class Closing(StoreKit):
    """S14."""

    @standard
    def test_s14_closing_twice_is_fine(self, store: Store) -> None:
        """Check that closing again does nothing."""
        write(store, draft())
        for _ in range(3):
            store.close()

    @standard
    def test_s14_a_store_that_was_never_used_can_be_closed(self, store: Store) -> None:
        """Check that a store can be closed before it was used."""
        store.close()
        store.close()

    @standard
    def test_s14_no_method_works_after_closing(self, store: Store) -> None:
        """Check that each method of a closed store, its queues included, raises StoreClosed."""
        write(store, rich())
        timers, outbox = store.timers, store.outbox
        held = Claim(item=timer(), token=1)
        sent = Claim(item=notice(), token=1)
        store.close()
        uses: dict[str, Callable[[], object]] = {
            "load": lambda: store.load("m"),
            "load with a command": lambda: store.load("m", "c"),
            "append": lambda: store.append([draft("n")]),
            "append of a known command": lambda: store.append([rich()]),
            "feed": lambda: store.feed(0, limit=1),
            "scan": lambda: store.scan(None, limit=1),
            "rebuild": lambda: store.rebuild(Projection(row=row())),
            "inbox": lambda: store.inbox("u", limit=1),
            "ledger": lambda: store.ledger(LedgerFilter(), limit=1),
            "projection": lambda: store.projection("m"),
            "queued": lambda: store.queued("m"),
            "by_source_number": lambda: store.by_source_number("c", "1"),
            "near": lambda: store.near(category="c", place="p", limit=1),
            "read_text": lambda: store.read_text(REF),
            "erase_text": lambda: store.erase_text(REF),
            "put_document": lambda: store.put_document("d", b""),
            "get_document": lambda: store.get_document("d"),
            "timers.claim": lambda: timers.claim(now=AT, until=AT, limit=1),
            "timers.settle": lambda: timers.settle(held),
            "timers.fail": lambda: timers.fail(held, retry_at=None),
            "timers.revive": lambda: timers.revive(held.item),
            "timers.waiting": lambda: timers.waiting(until=AT, limit=1),
            "timers.dead": lambda: timers.dead(limit=1),
            "outbox.claim": lambda: outbox.claim(now=AT, until=AT, limit=1),
            "outbox.settle": lambda: outbox.settle(sent),
            "outbox.fail": lambda: outbox.fail(sent, retry_at=None),
            "outbox.revive": lambda: outbox.revive(sent.item),
            "outbox.waiting": lambda: outbox.waiting(until=AT, limit=1),
            "outbox.dead": lambda: outbox.dead(limit=1),
            "timers, asked for afterwards": lambda: store.timers.dead(limit=1),
            "outbox, asked for afterwards": lambda: store.outbox.dead(limit=1),
        }
        for name, use in uses.items():
            with raises(StoreClosed, f"{name} of a closed store raises StoreClosed"):
                use()


class Vaulting(StoreKit):
    """S17 and S18."""

    @standard
    def test_s17_an_erased_text_reads_as_erased(self, store: Store) -> None:
        """Check that an erased text reads as erased, again and again, and others stay."""
        other, elsewhere = text("c", name="contact"), text("d")
        write(
            store,
            draft("m", 1, "c", texts=(text("c"), other)),
            draft("n", 1, "d", texts=(elsewhere,)),
        )
        for _ in range(3):
            store.erase_text(REF)
            same(store.read_text(REF), Erased.ERASED, "what was erased reads as Erased.ERASED")
        same(store.read_text(other.ref), other, "another text of the command stays")
        same(store.read_text(elsewhere.ref), elsewhere, "a text of the same name stays")

    @standard
    def test_s17_erasing_what_never_was_leaves_no_trace(self, store: Store) -> None:
        """Check that erasing what is not there changes nothing, and does not erase what comes."""
        store.erase_text(REF)
        same(store.read_text(REF), None, "what never was reads as None")
        write(store, draft("m", 1, "c", texts=(text("c"),)))
        same(store.read_text(REF), text("c"), "a text that comes later can be read")
        store.erase_text(TextRef("c", "other"))
        store.erase_text(TextRef("other", "text"))
        same(store.read_text(REF), text("c"), "erasing beside it does not touch it")

    @standard
    def test_s17_history_and_chain_are_unchanged_by_erasing(self, store: Store) -> None:
        """Check that erasing changes no commit, row, timer or notice."""
        one, two = rich("m"), rich("m", 2)
        write(store, one, two, *chained("chain", 3))
        before = (
            store.load("m"), store.feed(0, limit=MANY), store.scan(None, limit=MANY),
            store.ledger(LedgerFilter(), limit=9), store.inbox("xinhua", limit=9),
            store.timers.waiting(until=AT, limit=9), store.outbox.waiting(until=AT, limit=9),
        )  # fmt: skip
        for words in one.texts + two.texts:
            store.erase_text(words.ref)
        after = (
            store.load("m"), store.feed(0, limit=MANY), store.scan(None, limit=MANY),
            store.ledger(LedgerFilter(), limit=9), store.inbox("xinhua", limit=9),
            store.timers.waiting(until=AT, limit=9), store.outbox.waiting(until=AT, limit=9),
        )  # fmt: skip
        same(after, before, "all else is as it was")

    @standard
    def test_s17_the_same_command_again_does_not_bring_the_words_back(self, store: Store) -> None:
        """Check that a command sent again does not bring erased words back."""
        one = draft("m", 1, "c", texts=(text("c"),))
        store.append([one])
        store.erase_text(REF)
        same(store.append([one]).again, True, "the command is known")
        same(store.read_text(REF), Erased.ERASED, "its words stay erased")

    @standard
    def test_s17_erased_words_are_in_no_file(self, store: Store) -> None:
        """Check that once a text is erased and the store closed, no file holds words or salt."""
        words, salt = "Erased-Words-擦除的话-8f3a", b"\x01Erased-Salt-5c1d\xfe"
        write(store, draft("m", 1, "c", texts=(text("c", words=words, salt=salt),)))
        if self.raw_bytes() is None:
            undeclared("raw_bytes(): that erased words are in none of the store's files")
        kept = store.read_text(REF)
        holds(isinstance(kept, VaultText), "the words are there until they are erased", seen=kept)
        store.erase_text(REF)
        write(store, draft("n"))
        store.close()
        raw = self.raw_bytes() or b""
        for form in (words.encode(), words.encode("utf-16-le"), words.encode("gb18030"),
                     words.encode("unicode_escape"), salt, salt.hex().encode(),
                     base64.b64encode(salt)):  # fmt: skip
            holds(form not in raw, "no file holds what was erased", seen=form)

    @standard
    def test_s18_a_document_stays_as_it_was_first(self, store: Store) -> None:
        """Check that a document is kept under its digest and never changed."""
        same(store.get_document("d"), None, "a document that was never put is None")
        store.put_document("d", b"one")
        store.put_document("d", b"one")
        store.put_document("d", b"two")
        store.put_document("D", b"three")
        store.put_document("e", b"")
        store.put_document("e", b"four")
        found = [store.get_document(digest) for digest in ("d", "D", "e", "f")]
        same(found, [b"one", b"three", b"", None], "each document is as it was put first")

    @standard
    def test_s18_a_document_is_always_readable(self, store: Store) -> None:
        """Check that appends, conflicts and erasing leave documents alone."""
        store.put_document("d", b"\x00policy")
        write(store, draft("m", 1, "d", texts=(text("d", name="d"),)))
        store.rebuild(Projection(row=row()))
        store.erase_text(TextRef("d", "d"))
        for claim in store.timers.claim(now=AT, until=AT + HOUR, limit=9):
            store.timers.settle(claim)
        same(store.get_document("d"), b"\x00policy", "the document is as it was put")
        other = self.beside(store)
        same(other.get_document("d"), b"\x00policy", "another store object reads it too")
        if Capability.DURABLE in store.capabilities:
            same(self.reopened(store).get_document("d"), b"\x00policy", "after reopening too")
