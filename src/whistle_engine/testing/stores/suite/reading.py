"""S7, S8 and S20: the feed misses nothing, pages are stable, a scan gives each history once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whistle_engine.model import MatterId
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import History, LedgerFilter, Record
from whistle_engine.testing.stores._check import holds, raises, same, standard, together
from whistle_engine.testing.stores._samples import (
    AT,
    CODES,
    HOUR,
    LATER,
    MANY,
    draft,
    duty,
    notice,
    row,
    timer,
    write,
)
from whistle_engine.testing.stores.kit import StoreKit


def fed(store: Store, after: int = 0, *, limit: int = 3) -> list[Record]:
    """The feed to its end, page by page."""
    found: list[Record] = []
    while page := store.feed(found[-1].position if found else after, limit=limit):
        found += page
        expect_an_end(found)
    return found


def scanned(
    store: Store, *, limit: int = 2, between: Callable[[Sequence[History]], object] | None = None
) -> list[History]:
    """A scan to its end, page by page; ``between`` is called with each page."""
    found: list[History] = []
    after: MatterId | None = None
    while page := store.scan(after, limit=limit):
        found += page
        expect_an_end(found)
        after = page[-1].matter
        if between is not None:
            between(page)
    return found


def expect_an_end(found: Sequence[object]) -> None:
    """Hold that pages come to an end: no test writes so much."""
    holds(len(found) < 10 * MANY, "going on from page to page comes to an end", seen=found[-3:])


class Reading(StoreKit):
    """S7, S8 and S20, without concurrency."""

    @standard
    @together
    def test_s07_positions_rise_with_every_append(self, store: Store) -> None:
        """Check that each append has higher positions than those before it."""
        answers = [
            store.append([draft("b"), draft("a")]),
            store.append([draft("a", 2)]),
            store.append([draft("c"), draft("b", 2), draft("a", 3)]),
        ]
        positions = [record.position for answer in answers for record in answer.records]
        same(positions, sorted(set(positions)), "positions rise with every commit, in draft order")
        holds(positions[0] > 0, "the first position is above 0", seen=positions)
        told = [record for answer in answers for record in answer.records]
        same(fed(store), told, "the feed gives the same records, in the same order")
        stored = [r for m in ("a", "b", "c") for r in store.load(m).records]
        same(sorted(stored, key=lambda r: r.position), told, "load tells the same positions")

    @standard
    @together
    def test_s07_a_reader_that_goes_on_from_what_it_saw_misses_nothing(self, store: Store) -> None:
        """Check that a reader that reads after each append sees all, each once."""
        seen: list[Record] = []
        told: list[Record] = []
        for number in range(1, 8):
            told += store.append([draft("a", number), draft(f"m{9 - number}")]).records
            seen += fed(store, seen[-1].position if seen else 0, limit=1)
            same(seen, told, "the reader has seen every commit so far, each once")

    @standard
    @together
    def test_s08_the_feed_comes_in_pages_after_a_position(self, store: Store) -> None:
        """Check that a page of the feed is what is above a position, ascending, and no more."""
        same(store.feed(0, limit=5), (), "the feed of an empty store is empty")
        for number in range(7):
            store.append([draft(f"m{number % 3}", number // 3 + 1), draft(f"n{number}")])
        whole = store.feed(0, limit=MANY)
        same(len(whole), 14, "one page can hold all commits")
        for limit in (1, 2, 3, 13, 14, 15):
            same(fed(store, limit=limit), list(whole), f"pages of {limit} give the same feed")
        for place, record in enumerate(whole):
            page = store.feed(record.position, limit=4)
            same(page, whole[place + 1 : place + 5], f"after {record.position} come the next four")
        same(store.feed(whole[-1].position, limit=1), (), "after the last position is nothing")
        same(store.feed(whole[-1].position + 1000, limit=1), (), "nor far beyond it")

    @standard
    @together
    def test_s08_a_page_can_end_within_an_append(self, store: Store) -> None:
        """Check that a page may end between two commits of one append, and lose neither."""
        told = store.append([draft(matter, 1, "x") for matter in ("b", "a", "c")]).records
        first = store.feed(0, limit=2)
        same(first, told[:2], "two commits of three come first")
        same(store.feed(first[-1].position, limit=2), told[2:], "the third comes after them")

    @standard
    def test_s08_no_page_is_longer_than_its_limit(self, store: Store) -> None:
        """Check that every reading keeps to its limit, and fills it where it can."""
        for number in range(4):
            m = f"m{number}"
            shown = row(m, category="pipes")
            write(
                store,
                draft(m, row=shown, duties=(duty(1, m),), timers=(timer(matter=m),),
                      notices=(notice(matter=m),)),
            )  # fmt: skip
        for limit in (1, 2, 3, 4, 9):
            lengths = {
                "feed": len(store.feed(0, limit=limit)),
                "scan": len(store.scan(None, limit=limit)),
                "inbox": len(store.inbox("xinhua", limit=limit)),
                "ledger": len(store.ledger(LedgerFilter(), limit=limit)),
                "near": len(store.near(category="pipes", place="gulou", limit=limit)),
                "timers": len(store.timers.waiting(until=AT, limit=limit)),
                "outbox": len(store.outbox.waiting(until=AT, limit=limit)),
            }
            right = dict.fromkeys(lengths, min(limit, 4))
            same(lengths, right, f"with limit {limit} each reading gives {min(limit, 4)} of 4")
        for queue in (store.timers, store.outbox):
            first = queue.claim(now=AT, until=AT + HOUR, limit=3)
            rest = queue.claim(now=AT, until=AT + HOUR, limit=3)
            same((len(first), len(rest)), (3, 1), "claims keep to their limit, and leave the rest")
        for claim in (*store.timers.claim(now=LATER, until=LATER, limit=9),):
            store.timers.fail(claim, retry_at=None)
        same(len(store.timers.dead(limit=3)), 3, "so do dead letters")

    @standard
    def test_s08_a_limit_below_one_is_a_mistake(self, store: Store) -> None:
        """Check that every call with a limit below 1 raises ValueError, and does nothing."""
        for matter in ("m", "n"):
            shown = row(matter, category="pipes")
            told = (notice(matter=matter),)
            armed = (timer(matter=matter),)
            write(store, draft(matter, row=shown, duties=(duty(1, matter),), timers=armed,
                               notices=told))  # fmt: skip
        calls: dict[str, Callable[[int], object]] = {
            "feed": lambda limit: store.feed(0, limit=limit),
            "scan": lambda limit: store.scan(None, limit=limit),
            "inbox": lambda limit: store.inbox("xinhua", limit=limit),
            "ledger": lambda limit: store.ledger(LedgerFilter(), limit=limit),
            "near": lambda limit: store.near(category="pipes", place="gulou", limit=limit),
            "timers.claim": lambda limit: store.timers.claim(now=AT, until=LATER, limit=limit),
            "timers.waiting": lambda limit: store.timers.waiting(until=AT, limit=limit),
            "timers.dead": lambda limit: store.timers.dead(limit=limit),
            "outbox.claim": lambda limit: store.outbox.claim(now=AT, until=LATER, limit=limit),
            "outbox.waiting": lambda limit: store.outbox.waiting(until=AT, limit=limit),
            "outbox.dead": lambda limit: store.outbox.dead(limit=limit),
        }
        for name, call in calls.items():
            for limit in (0, -1, -MANY):
                with raises(ValueError, f"{name} with a limit of {limit} raises ValueError") as no:
                    call(limit)
                holds(str(no.problem), f"{name} says what is wrong with a limit of {limit}")
        for queue in (store.timers, store.outbox):
            held = queue.claim(now=AT, until=AT + HOUR, limit=9)
            same([claim.tries for claim in held], [1, 1], "no claim was made by mistake")

    @standard
    @together
    def test_s20_a_scan_gives_each_whole_history_once(self, store: Store) -> None:
        """Check that a scan gives each matter once with its whole history."""
        same(store.scan(None, limit=3), (), "the scan of an empty store is empty")
        for version in (1, 2, 3):
            store.append([draft(matter, version, f"c{version}") for matter in ("b", "a", "c", "d")])
        whole = store.scan(None, limit=MANY)
        expected = tuple(
            History(matter=m, records=store.load(m).records) for m in ("a", "b", "c", "d")
        )
        same(whole, expected, "scan gives the same records as load, matter by matter")
        for limit in (1, 2, 3, 4, 5):
            same(scanned(store, limit=limit), list(whole), f"pages of {limit} give the same scan")

    @standard
    def test_s20_matters_come_in_the_order_of_their_code_points(self, store: Store) -> None:
        """Check that a scan goes by code point: not by alphabet, case or UTF-16."""
        write(store, *(draft(matter) for matter in reversed(CODES)))
        found = [history.matter for history in scanned(store, limit=1)]
        same(found, list(CODES), "matters ascend by the code points of their ids")

    @standard
    def test_s20_a_scan_goes_on_after_what_is_not_there(self, store: Store) -> None:
        """Check that a scan goes on after any id, whether or not there is such a matter."""
        write(store, draft("b"), draft("d"), draft(""))
        for after, expected in (
            (None, ["", "b", "d"]), ("", ["b", "d"]), ("a", ["b", "d"]), ("b", ["d"]),
            ("c", ["d"]), ("d", []), ("e", []),
        ):  # fmt: skip
            found = [history.matter for history in store.scan(after, limit=9)]
            same(found, expected, f"after {after!r} come the matters above it")

    @standard
    def test_s20_appends_between_pages_neither_hide_nor_repeat_a_matter(self, store: Store) -> None:
        """Check that appends between pages neither hide nor repeat what was there before."""
        there = [f"m{number}" for number in range(6)]
        write(store, *(draft(matter) for matter in there))
        count = iter(range(MANY))

        def meanwhile(page: Sequence[History]) -> None:
            number = next(count)
            if number > 4:
                return  # else the scan would never end: what is new above it comes too
            write(store, draft(f"a{number}"), draft(f"m{number}-new"), draft(f"z{number}"))
            for history in page:  # what was read grows, and so does what comes next
                matter = history.matter
                if matter in there:
                    write(store, draft(matter, len(store.load(matter).records) + 1))
            write(store, draft("m5", len(store.load("m5").records) + 1))

        found = scanned(store, limit=2, between=meanwhile)
        ids = [history.matter for history in found]
        same(ids, sorted(set(ids)), "matters ascend, and none comes twice")
        same([m for m in ids if m in there], there, "each matter that was there comes once")
        for history in found:
            versions = [record.version for record in history.records]
            same(versions, list(range(1, len(versions) + 1)), f"{history.matter} comes whole")
