"""S5 and S6: a command id gives the first answer for ever, and you read your writes."""

from __future__ import annotations

from functools import partial

from whistle_engine.errors import VersionConflict
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Draft, Erased, History, LedgerFilter, Record
from whistle_engine.testing.stores._check import holds, raises, same, standard, together
from whistle_engine.testing.stores._samples import AT, MANY, draft, rich, write
from whistle_engine.testing.stores.crowd import Running
from whistle_engine.testing.stores.kit import StoreKit


def everything(store: Store, matter: str) -> dict[str, object]:
    """Whatever a store tells of a matter, by the method that tells it."""
    return {
        "load": store.load(matter).records,
        "feed": tuple(r for r in store.feed(0, limit=MANY) if r.matter == matter),
        "scan": tuple(h for h in store.scan(None, limit=MANY) if h.matter == matter),
        "ledger": tuple(r for r in store.ledger(LedgerFilter(), limit=MANY) if r.matter == matter),
        "inbox": tuple(d for d in store.inbox("xinhua", limit=MANY) if d.matter == matter),
        "by_source_number": store.by_source_number("12345", f"{matter}-0"),
        "near": tuple(
            r for r in store.near(category="pipes", place="gulou", limit=MANY) if r.matter == matter
        ),
        "timers": tuple(
            t for t in store.timers.waiting(until=AT, limit=MANY) if t.matter == matter
        ),
        "outbox": tuple(
            n for n in store.outbox.waiting(until=AT, limit=MANY) if n.matter == matter
        ),
    }


class Repeating(StoreKit):
    """S5 and S6."""

    @standard
    def test_s05_the_same_command_gives_the_first_answer(self, store: Store) -> None:
        """Check that a command id that wrote gives what was written first, and writes nothing."""
        first = store.append([rich("m", command="c")])
        write(store, draft("m", 2))
        before = everything(store, "m")
        again = store.append([rich("m", 3, "c", n=9)])
        same(again.again, True, "a known command id is told as known")
        same(again.records, first.records, "a known command id gives the first records")
        same(everything(store, "m"), before, "a known command id writes nothing")

    @standard
    @together
    def test_s05_it_goes_before_the_check_of_versions(self, store: Store) -> None:
        """Check that the command id is looked at before the version."""
        first = store.append([draft("m", command="c")])
        for wrong in (1, 2, 7):
            again = store.append([draft("m", wrong, "c")])
            same(again.records, first.records, f"a known command id at version {wrong} is known")
        elsewhere = store.append([draft("other", 5, "c")])
        same(elsewhere.records, first.records, "so it is on a matter that it never wrote")
        same(store.load("other").records, (), "and nothing is written there")

    @standard
    @together
    def test_s05_several_matters_under_one_command_id(self, store: Store) -> None:
        """Check that a command id that wrote several matters gives all of them, by position."""
        first = store.append([draft("b", command="c"), draft("a", command="c")])
        by_position = tuple(sorted(first.records, key=lambda record: record.position))
        for matter in ("a", "b", "z"):
            again = store.append([draft(matter, 2 if matter != "z" else 1, "c")])
            same(again.records, by_position, f"sent for {matter}, it gives both commits")
            found = store.load(matter, "c").earlier
            same(found, by_position, f"load({matter!r}, 'c') gives both commits")
        same(store.load("z").records, (), "nothing is written to a third matter")

    @standard
    @together
    def test_s05_one_known_id_among_new_ones_writes_nothing(self, store: Store) -> None:
        """Check that one known command id makes the whole append write nothing."""
        first = store.append([draft("a", command="old")])
        drafts = [rich("b", command="new"), rich("c", command="old"), rich("d", command="newer")]
        again = store.append(drafts)
        same((again.again, again.records), (True, first.records), "what 'old' wrote is given")
        for one in drafts:
            same(store.load(one.matter).records, (), f"matter {one.matter} has no commit")
            same(store.read_text(one.texts[0].ref), None, "no text comes in")
        same(store.outbox.waiting(until=AT, limit=9), (), "no notice comes in")
        written = store.append([draft("b", command="new")])
        same(written.again, False, "the new command id is still new")

    @standard
    @together
    def test_s05_two_known_ids_give_what_both_wrote(self, store: Store) -> None:
        """Check that two known command ids give what both wrote, by position."""
        one = store.append([draft("a", command="one"), draft("b", command="one")])
        two = store.append([draft("a", 2, "two")])
        again = store.append([draft("x", command="two"), draft("y", command="one")])
        same(again.records, one.records + two.records, "all commits of both ids come by position")

    @standard
    @together
    def test_s05_a_conflict_is_no_answer(self, store: Store) -> None:
        """Check that a command id that met a conflict is still new."""
        write(store, draft("a"))
        with raises(VersionConflict, "a wrong version is a conflict"):
            store.append([draft("a", 1, "c"), draft("b", 1, "c")])
        same(store.load("a", "c").earlier, (), "a conflict leaves no trace of the command id")
        written = store.append([draft("a", 2, "c"), draft("b", 1, "c")])
        same(written.again, False, "after a conflict the command id writes")

    @standard
    @together
    def test_s05_load_tells_only_what_that_command_wrote(self, store: Store) -> None:
        """Check that load gives the commits of that command id, and of no other."""
        store.append([draft("a", command="x"), draft("b", command="x")])
        store.append([draft("a", 2, "y"), draft("b", 2, "y")])
        found = store.load("a", "y")
        same([r.command_id for r in found.earlier], ["y", "y"], "earlier holds what 'y' wrote")
        same([r.command_id for r in found.records], ["x", "y"], "records holds the history of 'a'")
        same(store.load("a").earlier, (), "without a command id nothing is asked")
        same(store.load("a", "z").earlier, (), "an unknown command id wrote nothing")
        same(store.load("nowhere", "x").records, (), "a matter that is not there is empty")

    @standard
    @together
    def test_s05_an_empty_command_id_is_one_too(self, store: Store) -> None:
        """Check that the empty command id is remembered as any other."""
        first = store.append([draft("a", command="")])
        same(store.load("b", "").earlier, first.records, "load finds what '' wrote")
        same(store.append([draft("b", command="")]).records, first.records, "'' is known")

    @standard
    def test_s06_you_read_your_writes(self, store: Store) -> None:
        """Check that every reading shows an append as soon as it has come back."""
        for number in range(3):
            one = rich(f"m{number}")
            (record,) = store.append([one]).records
            words = one.texts[0]
            shown = everything(store, record.matter)
            same(shown, expected(one, record), "all readings show the append")
            same(store.load("", one.command_id).earlier, (record,), "the command id is known")
            same(store.read_text(words.ref), words, "the text can be read")

    @standard
    @together
    def test_s06_what_was_read_before_does_not_linger(self, store: Store) -> None:
        """Check that no reading gives what it gave before a write."""
        first = rich("m")
        write(store, first)
        everything(store, "m")
        second = rich("m", 2)
        records = (
            store.load("m").records[0],
            *store.append([rich("b", command="m-2"), second]).records[1:],
        )
        found = store.load("m")
        same(found.records, records, "load shows the second commit, though it was read before")
        same(everything(store, "m")["ledger"], (second.projection.row,), "the ledger shows it")
        same(store.load("m", "m-2").earlier[-1:], records[1:], "its command id is known")
        words = second.texts[0].ref
        holds(store.read_text(words) is not None, "its text can be read")
        store.erase_text(words)
        same(store.read_text(words), Erased.ERASED, "and once erased, it cannot")
        same(store.get_document("d"), None, "a document that is not there is not there")
        store.put_document("d", b"now")
        same(store.get_document("d"), b"now", "and once it is put, it is")

    @standard
    def test_s06_another_thread_or_connection_reads_them_too(self, store: Store) -> None:
        """Check that what one has written, another who asks later reads."""
        self.needs(store, Capability.THREADS, Capability.PROCESSES, what="reading beside a writer")
        other = self.beside(store)
        for number in range(3):
            one = rich(f"m{number}")
            (record,) = store.append([one]).records
            if Capability.THREADS in store.capabilities:
                shown = Running(partial(_everything, store, record.matter)).result()
                same(shown, expected(one, record), "another thread reads the append")
            same(everything(other, record.matter), expected(one, record), "so does another store")


def _everything(store: Store, matter: str, number: int) -> dict[str, object]:
    del number  # of the thread
    return everything(store, matter)


def expected(one: Draft, record: Record) -> dict[str, object]:
    """What :func:`everything` tells of a matter with one commit."""
    shown = one.projection
    return {
        "load": (record,),
        "feed": (record,),
        "scan": (History(matter=record.matter, records=(record,)),),
        "ledger": (shown.row,),
        "inbox": shown.duties,
        "by_source_number": (shown.row,),
        "near": (shown.row,),
        "timers": shown.timers,
        "outbox": one.notices,
    }
