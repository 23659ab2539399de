"""S19: inbox, ledger, source numbers, what is near; in pages by key."""

from __future__ import annotations

from attrs import evolve

from whistle_engine.model import Affair, Outcome, Stage
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import DutyRow, LedgerFilter, MatterRow
from whistle_engine.testing.stores._check import same, standard
from whistle_engine.testing.stores._samples import (
    AT,
    CODES,
    HOUR,
    draft,
    duty,
    row,
    write,
)
from whistle_engine.testing.stores.kit import StoreKit
from whistle_engine.testing.stores.suite.reading import expect_an_end

ROWS = (
    row("a", stage=Stage.BLOWN, affair=Affair.PUBLIC, kind="tough", category="pipes",
        lead="zhujian"),
    row("b", stage=Stage.CLOSED, outcome=Outcome.LAPSED, opened_at=AT + HOUR),
    row("c", community="yumin", street="fenghuang", opened_at=AT + HOUR, affair=Affair.SHARED),
    row("d", stage=Stage.CLOSED, outcome=Outcome.SETTLED, kind="quick", lead="chengguan",
        affair=Affair.PUBLIC, opened_at=AT + 2 * HOUR),
)  # fmt: skip

FILTERS: tuple[tuple[LedgerFilter, str], ...] = (
    (LedgerFilter(), "abcd"),
    (LedgerFilter(affair=Affair.PUBLIC), "ad"),
    (LedgerFilter(affair=Affair.HOUSEHOLD), ""),
    (LedgerFilter(stage=Stage.BLOWN), "a"),
    (LedgerFilter(stage=Stage.CLOSED), "bd"),
    (LedgerFilter(open=True), "ac"),
    (LedgerFilter(open=False), "bd"),
    (LedgerFilter(outcome=Outcome.LAPSED), "b"),
    (LedgerFilter(kind="tough"), "a"),
    (LedgerFilter(category="pipes"), "a"),
    (LedgerFilter(community="yumin"), "c"),
    (LedgerFilter(street="xinhua"), "abd"),
    (LedgerFilter(lead="chengguan"), "d"),
    (LedgerFilter(opened_from=AT + HOUR), "bcd"),
    (LedgerFilter(opened_from=AT + HOUR + HOUR / 3600), "d"),
    (LedgerFilter(opened_before=AT + HOUR), "a"),
    (LedgerFilter(opened_from=AT + HOUR, opened_before=AT + 2 * HOUR), "bc"),
    (LedgerFilter(opened_from=AT + HOUR, opened_before=AT + HOUR), ""),
    (LedgerFilter(open=True, street="xinhua"), "a"),
    (LedgerFilter(affair=Affair.PUBLIC, open=False, kind="quick", lead="chengguan"), "d"),
    (LedgerFilter(stage=Stage.BLOWN, open=False), ""),
    (LedgerFilter(kind=""), ""),
)


def letters(rows: tuple[MatterRow, ...]) -> str:
    """Rows as the ids of their matters."""
    return "".join(each.matter for each in rows)


class Listing(StoreKit):
    """S19, list by list."""

    @standard
    def test_s19_the_inbox_goes_by_due_time_matter_and_clock(self, store: Store) -> None:
        """Check that an inbox ascends by due time, then matter, then clock."""
        for matter in reversed(CODES):
            duties = tuple(
                duty(clock, matter, due=AT if clock == 2 else AT + HOUR) for clock in (10, 9, 2)
            )
            write(store, draft(matter, duties=(*duties, duty(1, matter, unit="other"))))
        found = store.inbox("xinhua", limit=99)
        order = [(d.due, d.matter, d.clock) for d in found]
        same(order, sorted(order), "duties ascend by due time, matter, clock")
        same(len(found), 3 * len(CODES), "all duties of the unit come, and no other's")
        same(store.inbox("nobody", limit=9), (), "a unit without duties has an empty inbox")
        for limit in (1, 2, 5, 17, 18):
            paged = self._inbox(store, limit)
            same(paged, found, f"pages of {limit} give the same inbox")

    @staticmethod
    def _inbox(store: Store, limit: int) -> tuple[DutyRow, ...]:
        found: list[DutyRow] = []
        after: DutyRow | None = None
        while page := store.inbox("xinhua", after=after, limit=limit):
            found += page
            expect_an_end(found)
            after = page[-1]
        return tuple(found)

    @standard
    def test_s19_inbox_pages_go_on_though_rows_change_between(self, store: Store) -> None:
        """Check that a page begins after the key of a row, whether or not that is still there."""
        for number in range(6):
            m = f"m{number}"
            write(store, draft(m, duties=(duty(1, m, due=AT + number * HOUR),)))
        first = store.inbox("xinhua", limit=3)
        same(letters_of(first), ["m0", "m1", "m2"], "the first page")
        write(store, draft("m2", 2))  # the last row read is gone
        write(store, draft("m0", 2, duties=(duty(1, "m0", due=AT + 9 * HOUR),)))  # moved behind
        write(store, draft("m4", 2, duties=(duty(1, "m4", due=AT),)))  # moved before
        write(store, draft("new", duties=(duty(1, "new", due=AT + 3 * HOUR),)))
        rest = store.inbox("xinhua", after=first[-1], limit=9)
        same(letters_of(rest), ["m3", "new", "m5", "m0"], "what is above the last key comes next")

    @standard
    def test_s19_the_ledger_filters(self, store: Store) -> None:
        """Check that the ledger shows exactly the matters that pass its filter, in any page."""
        write(store, *(draft(each.matter, row=each) for each in reversed(ROWS)))
        for where, wanted in FILTERS:
            same(letters(store.ledger(where, limit=9)), wanted, f"what passes {where!r}")
            for limit in (1, 2, 3):
                found, after = "", None
                while page := store.ledger(where, after=after, limit=limit):
                    found += letters(page)
                    expect_an_end(found)
                    after = page[-1]
                same(found, wanted, f"the same in pages of {limit}: {where!r}")

    @standard
    def test_s19_the_ledger_goes_by_time_of_receiving_and_id(self, store: Store) -> None:
        """Check that the ledger ascends by time of receiving, then id by code point."""
        for matter in reversed(CODES):
            opened = AT - HOUR if matter == CODES[3] else AT
            write(store, draft(matter, row=row(matter, opened_at=opened, changed_at=AT)))
        found = [r.matter for r in store.ledger(LedgerFilter(), limit=9)]
        expected = [CODES[3], *(m for m in CODES if m != CODES[3])]
        same(found, expected, "rows ascend by time of receiving, then id")

    @standard
    def test_s19_ledger_pages_go_on_though_rows_change_between(self, store: Store) -> None:
        """Check that the ledger goes on after the key of a row that has changed or left."""
        for number in range(5):
            m = f"m{number}"
            write(store, draft(m, row=row(m, opened_at=AT + number * HOUR, lead="u")))
        where = LedgerFilter(lead="u")
        first = store.ledger(where, limit=2)
        write(store, draft("m1", 2, row=row("m1", 2, opened_at=AT + HOUR, lead="other")))
        write(store, draft("m3", 2, row=row("m3", 2, opened_at=AT + 3 * HOUR, lead="other")))
        write(store, draft("m0", 2, row=row("m0", 2, opened_at=AT, lead="u", kind="new")))
        rest = store.ledger(where, after=first[-1], limit=9)
        same([r.matter for r in rest], ["m2", "m4"], "what passes above the last key comes next")

    @standard
    def test_s19_source_numbers_belong_to_their_channel(self, store: Store) -> None:
        """Check that a source number is found in its channel only, ascending by id."""
        for matter, channel, number in (
            ("b", "12345", "7"), ("a", "12345", "7"), ("c", "patrol", "7"), ("d", "12345", "77"),
            ("e", "12345", None), ("～", "12345", "7"), ("𠮷", "12345", "7"),
        ):  # fmt: skip
            shown = row(matter, channel=channel, source_number=number)
            write(store, draft(matter, row=shown))
        for channel, number, wanted in (
            ("12345", "7", "ab～𠮷"), ("patrol", "7", "c"), ("12345", "77", "d"),
            ("12345", "8", ""), ("web", "7", ""), ("12345", "", ""), ("12345", "None", ""),
        ):  # fmt: skip
            found = letters(store.by_source_number(channel, number))
            same(found, wanted, f"number {number!r} of channel {channel!r}")
        closed = row("a", 2, stage=Stage.CLOSED, source_number="7")
        write(store, draft("a", 2, row=closed))
        same(store.by_source_number("12345", "7")[0], closed, "closed matters are found too")

    @standard
    def test_s19_near_goes_by_coordinates_where_both_sides_have_them(self, store: Store) -> None:
        """Check that near compares coordinates if both sides have them, else the place."""
        for number, shown in enumerate(
            (
                row("at", category="x", lat=100, lon=-200),
                row("edge", category="x", lat=90, lon=-190, place="yumin"),
                row("out-lat", category="x", lat=89, lon=-200),
                row("out-lon", category="x", lat=100, lon=-211),
                row("placed", category="x"),
                row("elsewhere", category="x", place="yumin"),
                row("closed", category="x", lat=100, lon=-200, stage=Stage.CLOSED),
                row("other", category="y", lat=100, lon=-200),
                row("zero", category="z", lat=0, lon=0, place="yumin"),
            )
        ):
            write(store, draft(shown.matter, row=evolve(shown, opened_at=AT + number * HOUR)))

        def near(category: str, place: str, lat: int | None, lon: int | None, within: int) -> str:
            found = store.near(
                category=category, place=place, lat=lat, lon=lon, within=within, limit=99
            )
            return " ".join(each.matter for each in found)

        same(near("x", "gulou", 100, -200, 10), "placed edge at", "within 10 of 100, -200")
        same(near("x", "gulou", 100, -200, 0), "placed at", "exactly there")
        same(near("x", "yumin", 100, -200, 10), "elsewhere edge at", "where the place is another")
        same(near("x", "gulou", None, None, 0), "placed out-lon out-lat at", "by place alone")
        same(near("z", "gulou", 0, 0, 0), "zero", "zero is a coordinate")
        same(near("z", "gulou", 5, -5, 5), "zero", "coordinates differ in either direction")
        same(near("z", "gulou", None, None, 9), "", "without coordinates the place has to agree")
        same(near("nothing", "gulou", 100, -200, 999), "", "another category is not near")

    @standard
    def test_s19_near_shows_the_latest_first(self, store: Store) -> None:
        """Check that near descends by time of receiving, then id, up to its limit."""
        for matter in ("b", "a", "c", "～", "𠮷"):
            opened = AT + HOUR if matter == "a" else AT
            write(store, draft(matter, row=row(matter, category="x", opened_at=opened)))
        found = store.near(category="x", place="gulou", limit=9)
        same(letters(found), "a𠮷～cb", "the latest received comes first")
        found = store.near(category="x", place="gulou", limit=2)
        same(letters(found), "a𠮷", "a limit keeps the latest")


def letters_of(duties: tuple[DutyRow, ...]) -> list[str]:
    """Duties as the ids of their matters."""
    return [each.matter for each in duties]
