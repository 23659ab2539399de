"""S1 to S3: an append is all or nothing, versions have no holes, a wrong one is a conflict."""

from __future__ import annotations

from attrs import evolve

from whistle_engine.errors import VersionConflict
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft, LedgerFilter
from whistle_engine.testing.stores._check import fail, holds, raises, same, standard, together
from whistle_engine.testing.stores._samples import AT, HOUR, LATER, MANY, draft, rich, write
from whistle_engine.testing.stores.kit import StoreKit


def expect_no_trace(store: Store, one: Draft, because: str) -> None:
    """Hold that nothing of a draft is in a store, whichever way one looks."""
    where = f"where {because}, nothing of a draft is written"
    records = store.load(one.matter, one.command_id)
    at_most = one.version - 1
    holds(len(records.records) <= at_most, f"{where} to the history", seen=records)
    same(records.earlier, (), f"{where} under the command id")
    feed = store.feed(0, limit=MANY)
    same([r.command_id for r in feed if r.command_id == one.command_id], [], f"{where} to the feed")
    rows = store.ledger(LedgerFilter(), limit=MANY)
    same([r for r in rows if r == one.projection.row], [], f"{where} to the ledger")
    for duty in one.projection.duties:
        inbox = store.inbox(duty.unit or "", limit=MANY)
        same([d for d in inbox if d == duty], [], f"{where} to the inbox")
    timers = store.timers.waiting(until=LATER, limit=MANY)
    same([t for t in timers if t in one.projection.timers], [], f"{where} to the timers")
    notices = store.outbox.waiting(until=LATER, limit=MANY)
    same([n for n in notices if n in one.notices], [], f"{where} to the outbox")
    for words in one.texts:
        same(store.read_text(words.ref), None, f"{where} to the vault")


class Appending(StoreKit):
    """S1 to S3."""

    @standard
    @together
    def test_s01_a_conflict_in_the_second_draft_of_two_writes_nothing_of_the_first(
        self, store: Store
    ) -> None:
        """Check that a conflict in the second draft of two writes nothing of the first."""
        write(store, draft("a"))
        first, second = rich("b", command="two"), rich("a", command="two")
        with raises(VersionConflict, "an append in which one draft conflicts is a conflict"):
            store.append([first, second])
        expect_no_trace(store, first, "another draft of the append conflicts")
        expect_no_trace(store, evolve(second, version=2), "the draft itself conflicts")
        same([h.matter for h in store.scan(None, limit=MANY)], ["a"], "scan sees no torn append")

    @standard
    @together
    def test_s01_a_conflict_in_the_first_draft_writes_nothing_of_the_rest(
        self, store: Store
    ) -> None:
        """Check that a conflict in the first draft writes nothing of those after it."""
        drafts = [rich("a", 2, "x"), rich("b", command="x"), rich("c", command="y")]
        with raises(VersionConflict, "an append in which one draft conflicts is a conflict"):
            store.append(drafts)
        for one in drafts:
            expect_no_trace(store, one, "the first draft conflicts")

    @standard
    @together
    def test_s01_a_conflict_leaves_the_rows_and_timers_that_were_there(self, store: Store) -> None:
        """Check that a conflict leaves rows and timers as they were."""
        before = rich("a")
        write(store, before)
        again = rich("a", 5, "late", n=9)
        changed = evolve(again, projection=evolve(again.projection, timers=(), duties=()))
        with raises(VersionConflict, "a version ahead is a conflict"):
            store.append([rich("b", command="late"), changed])
        same(store.ledger(LedgerFilter(), limit=9), (before.projection.row,), "the row stays")
        same(store.inbox("xinhua", limit=9), before.projection.duties, "the duty stays")
        same(
            store.timers.waiting(until=AT, limit=9), before.projection.timers, "the timer is armed"
        )

    @standard
    @together
    def test_s01_several_matters_are_written_together(self, store: Store) -> None:
        """Check that all drafts of an append are written, and answered in their order."""
        drafts = [rich(matter, command="x") for matter in ("b", "a", "c")]
        written = store.append(drafts)
        same(written.again, False, "a new command id is not told as known")
        expected = tuple(d.record(r.position) for d, r in zip(drafts, written.records, strict=True))
        same(written.records, expected, "records come in the order of the drafts")
        for one, record in zip(drafts, written.records, strict=True):
            same(store.load(one.matter).records, (record,), "each matter has its commit")
            same(store.read_text(one.texts[0].ref), one.texts[0], "each text is in the vault")
        same(len(store.ledger(LedgerFilter(), limit=9)), 3, "each matter has its row")
        same(len(store.inbox("xinhua", limit=9)), 3, "each matter has its duty")
        same(len(store.timers.waiting(until=AT, limit=9)), 3, "each matter has its timer")
        same(len(store.outbox.waiting(until=AT, limit=9)), 3, "each matter has its notice")

    @standard
    def test_s01_no_draft_is_a_mistake(self, store: Store) -> None:
        """Check that an append of no draft is a ValueError."""
        with raises(ValueError, "an append without a draft is a ValueError"):
            store.append([])

    @standard
    def test_s01_two_drafts_for_one_matter_are_a_mistake(self, store: Store) -> None:
        """Check that two drafts for one matter are a ValueError, and write nothing."""
        for drafts in ([rich("a", 1, "x"), rich("a", 2, "y")], [rich("a"), rich("b"), rich("a")]):
            with raises(ValueError, "two drafts for one matter are a ValueError"):
                store.append(drafts)
            same(store.feed(0, limit=9), (), "nothing is written by two drafts for one matter")

    @standard
    def test_s02_versions_have_no_holes(self, store: Store) -> None:
        """Check that a history is versions 1 to n in order of number, beyond 9 too."""
        write(store, *(draft(version=version) for version in range(1, 13)))
        found = [record.version for record in store.load("m").records]
        same(found, list(range(1, 13)), "load gives versions 1 to 12 in order")
        (history,) = store.scan(None, limit=1)
        same([r.version for r in history.records], list(range(1, 13)), "so does scan")
        write(store, draft(version=13))

    @standard
    @together
    def test_s02_each_matter_counts_for_itself(self, store: Store) -> None:
        """Check that versions are counted within each matter."""
        for version in (1, 2, 3):
            store.append([draft(m, version, f"both-{version}") for m in ("a", "b")])
            store.append([draft("c", version)])
        for matter in ("a", "b", "c"):
            found = [record.version for record in store.load(matter).records]
            same(found, [1, 2, 3], f"matter {matter} has versions 1 to 3")

    @standard
    @together
    def test_s02_a_failed_append_uses_up_no_version(self, store: Store) -> None:
        """Check that an append that failed uses up no version."""
        write(store, draft("a"), draft("b"))
        with raises(VersionConflict, "a wrong version is a conflict"):
            store.append([draft("a", 2, "x"), draft("b", 1, "x")])
        store.append([draft("a", 2, "y")])
        found = [record.version for record in store.load("a").records]
        same(found, [1, 2], "the next append takes the version that the failed one wanted")

    @standard
    def test_s03_a_wrong_version_of_an_empty_matter_is_a_conflict(self, store: Store) -> None:
        """Check that a matter that is not there conflicts with every version but 1."""
        for wrong in (2, 3, 99):
            one = rich("new", wrong, "c")
            with raises(VersionConflict, f"version {wrong} of an empty matter conflicts") as caught:
                store.append([one])
            _expect_told(caught.problem, "new", wrong - 1, 0)
            expect_no_trace(store, evolve(one, version=1), "the version is wrong")
        store.append([draft("new")])

    @standard
    def test_s03_a_wrong_version_is_a_conflict_and_writes_nothing(self, store: Store) -> None:
        """Check that every version but the next conflicts, tells both, and writes nothing."""
        before = [rich(version=1), rich(version=2), rich(version=3)]
        write(store, *before)
        shown = store.ledger(LedgerFilter(), limit=9)
        for wrong in (1, 2, 3, 5, 6):
            with raises(VersionConflict, f"version {wrong} conflicts with head 3") as caught:
                store.append([rich("m", wrong, "other", n=7)])
            _expect_told(caught.problem, "m", wrong - 1, 3)
        same(len(store.load("m").records), 3, "a conflict writes no commit")
        same(store.ledger(LedgerFilter(), limit=9), shown, "a conflict changes no row")
        same(len(store.outbox.waiting(until=AT, limit=9)), 3, "a conflict adds no notice")
        write(store, draft("m", 4))

    @standard
    @together
    def test_s03_the_conflict_names_the_matter_that_conflicts(self, store: Store) -> None:
        """Check that of several drafts the conflict names the one that is wrong."""
        write(store, draft("a"), draft("a", 2), draft("b"))
        with raises(VersionConflict, "the third draft conflicts") as caught:
            store.append([draft("c", 1, "x"), draft("b", 2, "x"), draft("a", 2, "x")])
        _expect_told(caught.problem, "a", 1, 2)

    @standard
    def test_s03_what_else_is_equal_makes_no_difference(self, store: Store) -> None:
        """Check that the version counts, not the digest or the instant."""
        one = draft(version=1)
        write(store, one)
        same_bytes = evolve(one, command_id="other")
        with raises(VersionConflict, "the same bytes at a taken version conflict"):
            store.append([same_bytes])
        write(store, draft(version=2, recorded_at=AT - HOUR, previous="", digest=one.digest))


def _expect_told(error: VersionConflict, matter: str, expected: int, actual: int) -> None:
    found = (error.matter, error.expected, error.actual)
    if found != (matter, expected, actual):
        fail(
            "a conflict tells (matter, expected, actual): the head that the draft counts on, "
            "and the head that is there",
            expected=(matter, expected, actual),
            found=found,
        )
