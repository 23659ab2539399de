"""S9, S10 and S16: what goes in comes out, and nobody else has a hand on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import asdict, evolve

from whistle_engine.digests import digest_of
from whistle_engine.model import Affair, Outcome, Stage, TextRef, What
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import LedgerFilter, Projection, chain_digest
from whistle_engine.testing.stores._check import same, standard, together
from whistle_engine.testing.stores._samples import (
    AT,
    HOUR,
    MANY,
    ODD,
    chained,
    draft,
    duty,
    full_row,
    notice,
    row,
    text,
    timer,
    write,
)
from whistle_engine.testing.stores.kit import StoreKit

ALL_BYTES = bytes(range(256))
MEGABYTE = ALL_BYTES * 4096
INSTANTS = (
    AT,
    AT.replace(microsecond=0),
    AT.replace(microsecond=1),
    AT.replace(microsecond=999_999),
    datetime(1949, 10, 1, 7, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC),
    datetime(2999, 12, 31, 23, 59, 59, 123_456, tzinfo=UTC),
)


class Values(StoreKit):
    """S9, S10 and S16."""

    @standard
    def test_s09_payloads_come_back_byte_for_byte(self, store: Store) -> None:
        """Check that payloads come back as they went in: empty ones, NUL, all bytes."""
        payloads = (b"", b"\x00", b"\x00\x00a", b"a\x00", ALL_BYTES, "命令𠮷".encode(), b"\xff\xfe")
        for number, data in enumerate(payloads):
            one = draft(
                f"m{number}", command=f"c{number}", basis=data, events=data[::-1], answer=data * 2
            )
            one = evolve(one, command=data + b"!")
            (record,) = store.append([one]).records
            same(record, one.record(record.position), "append answers with the record unchanged")
            (loaded,) = store.load(one.matter).records
            same(loaded, one.record(record.position), "load gives the record unchanged")
            kinds = {type(getattr(loaded, name)) for name in ("command", "basis", "events")}
            same(kinds, {bytes}, "payloads are bytes")

    @standard
    def test_s09_payloads_of_a_megabyte_come_back(self, store: Store) -> None:
        """Check that payloads and texts of a megabyte come back whole."""
        words = text("c", words="街道𠮷" * 100_000)
        one = draft(
            command="c", basis=MEGABYTE, events=MEGABYTE[::-1], answer=MEGABYTE, texts=(words,)
        )
        store.append([one])
        (record,) = store.load("m").records
        same(record, one.record(record.position), "payloads of a megabyte come back")
        same(store.read_text(words.ref), words, "so does a long text")
        store.put_document("big", MEGABYTE)
        same(store.get_document("big"), MEGABYTE, "so does a document")

    @standard
    def test_s09_odd_matter_ids_are_kept_apart(self, store: Store) -> None:
        """Check that matter ids come back as they went in, however odd, and are never one."""
        write(store, *(draft(odd, command=f"c{n}") for n, odd in enumerate(ODD)))
        for number, odd in enumerate(ODD):
            found = [(r.matter, r.command_id) for r in store.load(odd).records]
            same(found, [(odd, f"c{number}")], f"matter {odd!r} has its own history")
        found_ids = [history.matter for history in store.scan(None, limit=MANY)]
        same(found_ids, sorted(ODD), "scan gives all of them in the order of code points")

    @standard
    def test_s09_odd_command_ids_are_kept_apart(self, store: Store) -> None:
        """Check that command ids come back as they went in, however odd, and are never one."""
        for version, odd in enumerate(ODD, 1):
            answer = store.append([draft("m", version, odd)])
            same(answer.again, False, f"command id {odd!r} is none of those before")
        for version, odd in enumerate(ODD, 1):
            found = [(r.version, r.command_id) for r in store.load("m", odd).earlier]
            same(found, [(version, odd)], f"command id {odd!r} wrote version {version}")

    @standard
    def test_s09_odd_codes_are_kept_apart_in_look_ups(self, store: Store) -> None:
        """Check that the codes of look-ups come back and are compared as they are."""
        for number, odd in enumerate(ODD):
            matter = f"m{number:02}"
            shown = row(
                matter, channel=odd, source_number=odd, place=odd, community=odd, street=odd,
                kind=odd, category=odd, lead=odd,
            )  # fmt: skip
            held = duty(1, matter, unit=odd, raiser=None)
            told = notice(1, matter, unit=None, actor=odd, code=odd)
            write(store, draft(matter, row=shown, duties=(held,), notices=(told,)))
            same(store.inbox(odd, limit=9), (held,), f"the inbox of {odd!r}")
            same(store.by_source_number(odd, odd), (shown,), f"the source number {odd!r}")
            same(store.near(category=odd, place=odd, limit=9), (shown,), f"near {odd!r}")
            for where in (
                LedgerFilter(community=odd), LedgerFilter(street=odd), LedgerFilter(lead=odd),
                LedgerFilter(kind=odd), LedgerFilter(category=odd),
            ):  # fmt: skip
                same(store.ledger(where, limit=9), (shown,), f"the ledger by {where!r}")
        told_codes = [n.code for n in store.outbox.waiting(until=AT, limit=MANY)]
        same(told_codes, list(ODD), "notices keep their codes")

    @standard
    def test_s09_odd_texts_salts_and_documents_come_back(self, store: Store) -> None:
        """Check that words, salts, names of texts and documents come back as they went in."""
        texts = tuple(
            text("c", name=odd, salt=odd.encode() + b"\x00", words=odd * 2) for odd in ODD
        )
        elsewhere = tuple(text(odd, name="", salt=b"", words="") for odd in ODD)
        write(store, draft(command="c", texts=texts + elsewhere))
        for words in texts + elsewhere:
            same(store.read_text(words.ref), words, f"the text at {words.ref!r}")
        for odd in ODD:
            store.put_document(odd, odd.encode())
        for odd in ODD:
            same(store.get_document(odd), odd.encode(), f"the document {odd!r}")
        store.put_document("empty", b"")
        same(store.get_document("empty"), b"", "an empty document is one")

    @standard
    def test_s09_every_field_of_the_rows_comes_back(self, store: Store) -> None:
        """Check that every field of every row comes back, set or not, zero or negative."""
        rows = (
            row("a"),
            full_row("b"),
            full_row("c", lat=0, lon=0),
            full_row("d", lat=-90_000_000, lon=180_000_000, source_number=""),
            row("e", kind="", category="", lead=""),
        )
        for shown in rows:
            duties = (
                duty(0, shown.matter, unit=None, raiser="resident-1", what=What.MARK),
                duty(7, shown.matter, unit="xinhua", raiser="", since=AT - HOUR),
            )
            told = (
                notice(1, shown.matter, unit=None, actor="resident-1", event=3, code="x.y"),
                notice(2, shown.matter, unit="", actor=None, event=0),
            )
            write(store, draft(shown.matter, row=shown, duties=duties, notices=told))
            same(store.inbox("xinhua", limit=9)[-1:], duties[1:], "the duty comes back")
            waiting = store.outbox.waiting(until=AT, limit=MANY)
            same(waiting[-2:], told, "the notices come back")
        same(store.ledger(LedgerFilter(), limit=9), rows, "the rows come back")

    @standard
    def test_s09_every_code_of_the_rows_comes_back(self, store: Store) -> None:
        """Check that every stage, affair, outcome and kind of duty comes back."""
        for number, what in enumerate(What):
            stage = tuple(Stage)[number % len(Stage)]
            affair = (*Affair, None)[number % 4]
            outcome = (*Outcome, None)[number % (len(Outcome) + 1)]
            shown = row(f"m{number:02}", stage=stage, affair=affair, outcome=outcome)
            held = duty(1, shown.matter, what=what, unit=f"u{number}")
            write(store, draft(shown.matter, row=shown, duties=(held,)))
            same(store.inbox(f"u{number}", limit=2), (held,), f"a duty to {what.value}")
            same(store.ledger(LedgerFilter(), limit=MANY)[-1], shown, "its row")

    @standard
    def test_s09_instants_come_back_to_the_microsecond_in_utc(self, store: Store) -> None:
        """Check that instants come back to the microsecond, aware and in UTC."""
        for number, at in enumerate(INSTANTS):
            m = f"m{number}"
            shown = row(m, opened_at=at, changed_at=at, due=at)
            one = draft(
                m, row=shown, recorded_at=at, duties=(duty(1, m, unit=m, since=at, due=at),),
                timers=(timer(1, 1, at, m),), notices=(notice(1, m, due=at),),
            )  # fmt: skip
            write(store, one)
            (record,) = store.load(m).records
            (held,) = store.inbox(m, limit=9)
            found_row = next(r for r in store.ledger(LedgerFilter(), limit=MANY) if r.matter == m)
            found_timer = next(
                t for t in store.timers.waiting(until=at, limit=MANY) if t.matter == m
            )
            found_notice = next(
                n for n in store.outbox.waiting(until=at, limit=MANY) if n.matter == m
            )
            found = (
                record.recorded_at, held.since, held.due, found_row.opened_at,
                found_row.changed_at, found_row.due, found_timer.due, found_notice.due,
            )  # fmt: skip
            same(found, (at,) * 8, f"{at.isoformat()} comes back in every row")
            offsets = {each.utcoffset() for each in found if each is not None}
            same(offsets, {timedelta(0)}, "instants come back aware, in UTC")

    @standard
    @together
    def test_s10_what_the_caller_does_to_its_lists_changes_nothing(self, store: Store) -> None:
        """Check that lists and buffers that the caller changes afterwards change nothing stored."""
        drafts = [draft("a", command="c"), draft("b", command="c")]
        store.append(drafts)
        drafts.reverse()
        drafts.pop()
        same([r.matter for r in store.feed(0, limit=9)], ["a", "b"], "the drafts were copied")
        data = bytearray(b"policy")
        store.put_document("d", data)  # type: ignore[arg-type]
        data[:] = b"POLICY"
        same(store.get_document("d"), b"policy", "the bytes of a document were copied")

    @standard
    @together
    def test_s10_what_comes_out_cannot_be_changed(self, store: Store) -> None:
        """Check that a reading gives tuples of its own, that later writes do not change."""
        shown = row("m", category="x", source_number="7")
        words = text("c")
        one = draft(
            "m", 1, "c", row=shown, duties=(duty(),), timers=(timer(),), notices=(notice(),),
            texts=(words,),
        )  # fmt: skip
        answer = store.append([one])
        loaded = store.load("m", "c")
        (history,) = store.scan(None, limit=9)
        found: dict[str, object] = {
            "append": answer.records,
            "load": loaded.records,
            "earlier": loaded.earlier,
            "feed": store.feed(0, limit=9),
            "scan": history.records,
            "inbox": store.inbox("xinhua", limit=9),
            "ledger": store.ledger(LedgerFilter(), limit=9),
            "by_source_number": store.by_source_number("12345", "7"),
            "near": store.near(category="x", place="gulou", limit=9),
            "waiting": store.timers.waiting(until=AT, limit=9),
            "claim": store.outbox.claim(now=AT, until=AT, limit=9),
        }
        before = {name: (type(each), repr(each)) for name, each in found.items()}
        same({kind for kind, _ in before.values()}, {tuple}, "each reading gives a tuple")
        gone = Projection(row=row("m", 2))
        store.append([draft("m", 2, projection=gone), draft("n", 1, "m-2")])
        store.erase_text(words.ref)
        after = {name: (type(each), repr(each)) for name, each in found.items()}
        same(after, before, "what was read stays as it was read")

    @standard
    def test_s16_digests_come_back_unchanged(self, store: Store) -> None:
        """Check that previous and digest come back as they went in, whatever they are."""
        odd = ("", "ABCdef", "sha256:" + "0" * 64, "摘要", " x ", "0" * 200)
        for version, digest in enumerate(odd, 1):
            write(store, draft("m", version, previous=digest[::-1], digest=digest))
        found = [(r.previous, r.digest) for r in store.load("m").records]
        same(found, [(d[::-1], d) for d in odd], "previous and digest come back unchanged")
        fed = [(r.previous, r.digest) for r in store.feed(0, limit=9)]
        same(fed, found, "by the feed too")

    @standard
    def test_s16_the_chain_fits_however_it_is_read(self, store: Store) -> None:
        """Check that the digests computed over what comes back are those that came in."""
        for one, other in zip(chained("甲", 5), chained("乙", 5), strict=True):
            store.append([one])
            store.append([other])
        feed = store.feed(0, limit=MANY)
        for matter in ("甲", "乙"):
            read = {
                "load": store.load(matter).records,
                "feed": tuple(r for r in feed if r.matter == matter),
                "scan": next(h.records for h in store.scan(None, limit=9) if h.matter == matter),
            }
            for by, records in read.items():
                previous = ""
                for record in records:
                    same(record.previous, previous, f"each link names the one before, by {by}")
                    same(record.digest, chain_digest(record), f"each digest fits, by {by}")
                    previous = record.digest

    @standard
    def test_s16_a_commit_never_changes(self, store: Store) -> None:
        """Check that later appends, rebuilding, erasing and claims leave a commit as it is."""
        one = draft(
            "m", 1, "c", texts=(text("c"),), timers=(timer(),), notices=(notice(),),
            digest=digest_of(b"m"),
        )  # fmt: skip
        (record,) = store.append([one]).records
        write(store, draft("m", 2))
        store.rebuild(Projection(row=full_row("m", 2)))
        store.erase_text(TextRef("c", "text"))
        for claim in store.outbox.claim(now=AT, until=AT + HOUR, limit=9):
            store.outbox.settle(claim)
        same(asdict(store.load("m").records[0]), asdict(record), "the commit is as it was written")
