"""The memory store keeps the clauses; a first sketch of the kit that every store will run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from attrs import evolve

from tests.drafts import AT, HOUR, draft, row, timer, with_timers
from whistle_engine.errors import StoreClosed, VersionConflict
from whistle_engine.model import Affair, Outcome, Stage, TextRef, What
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    Claim,
    Draft,
    DutyRow,
    Erased,
    LedgerFilter,
    Notice,
    Projection,
    Timer,
    VaultText,
    chain_digest,
)


@pytest.fixture
def store() -> Iterator[Store]:
    made = MemoryStore()
    yield made
    made.close()


def claim(store: Store, now: datetime = AT, lease: timedelta = HOUR) -> tuple[Claim[Timer], ...]:
    return store.timers.claim(now=now, until=now + lease, limit=10)


# ------------------------------------------------------------------------------- commits


def test_s1_an_append_is_all_or_nothing(store: Store) -> None:
    store.append([draft("a")])
    text = VaultText(ref=TextRef("two", "text"), matter="b", salt=b"s", words="w")
    with pytest.raises(VersionConflict):
        store.append([draft("b", command="two", texts=(text,)), draft("a", command="two")])
    assert store.load("b", "two").records == ()
    assert store.load("b", "two").earlier == ()
    assert store.read_text(text.ref) is None
    assert [r.matter for r in store.feed(0, limit=10)] == ["a"]


def test_s1_several_matters_are_written_together(store: Store) -> None:
    written = store.append([draft("b", command="c"), draft("a", command="c")])
    assert not written.again
    assert [r.matter for r in written.records] == ["b", "a"]
    assert store.load("a", "c").earlier == written.records


@pytest.mark.parametrize("drafts", [[], [draft("a", 1, "x"), draft("a", 2, "y")]])
def test_an_append_takes_one_draft_for_each_matter(store: Store, drafts: list[Draft]) -> None:
    with pytest.raises(ValueError, match="one for each matter"):
        store.append(drafts)


def test_s2_versions_have_no_holes(store: Store) -> None:
    for version in (1, 2, 3):
        store.append([draft(version=version)])
    assert [r.version for r in store.load("m").records] == [1, 2, 3]


@pytest.mark.parametrize(("there", "wrong"), [(0, 2), (1, 1), (1, 3)])
def test_s3_a_wrong_version_is_a_conflict_and_writes_nothing(
    store: Store, there: int, wrong: int
) -> None:
    for version in range(1, there + 1):
        store.append([draft(version=version)])
    with pytest.raises(VersionConflict) as caught:
        store.append([draft(version=wrong, command="other")])
    assert (caught.value.expected, caught.value.actual) == (wrong - 1, there)
    assert len(store.load("m").records) == there


def test_s4_of_many_at_one_version_one_wins(store: Store) -> None:
    start = Barrier(8)

    def race(number: int) -> bool:
        start.wait()
        try:
            store.append([draft(command=f"c-{number}")])
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(race, range(8))) == 1


def test_s5_the_same_command_gives_the_first_answer_before_the_version_is_looked_at(
    store: Store,
) -> None:
    first = store.append([draft("a", command="c"), draft("b", command="c")])
    again = store.append([draft("z", version=9, command="c"), draft("y", command="new")])
    assert again.again
    assert again.records == first.records
    assert store.load("y").records == ()


def test_s7_s8_the_feed_is_ascending_and_stable(store: Store) -> None:
    for number in range(5):
        store.append([draft(f"m{number}")])
    whole = store.feed(0, limit=10)
    positions = [r.position for r in whole]
    assert positions == sorted(set(positions))
    assert store.feed(positions[1], limit=2) == whole[2:4]
    assert store.feed(positions[-1], limit=2) == ()


def test_s20_scan_gives_each_history_once_in_order(store: Store) -> None:
    for matter in ("b", "a", "丙", "c"):
        store.append([draft(matter)])
    store.append([draft("a", 2)])
    first = store.scan(None, limit=2)
    rest = store.scan(first[-1].matter, limit=5)
    assert [h.matter for h in first + rest] == ["a", "b", "c", "丙"]
    assert [r.version for r in first[0].records] == [1, 2]


def test_s9_s16_bytes_and_keys_come_back_unchanged(store: Store) -> None:
    odd = evolve(draft("事项𠮷", command="命令"), events=b"", answer=b"\x00\xff", digest="摘要")
    store.append([odd])
    (record,) = store.load("事项𠮷").records
    assert record == odd.record(record.position)


def test_s10_the_caller_keeps_no_hand_on_it(store: Store) -> None:
    drafts = [draft()]
    store.append(drafts)
    drafts.clear()
    assert len(store.load("m").records) == 1
    data = bytearray(b"policy")
    store.put_document("d", data)  # type: ignore[arg-type]
    data[0] = 0
    assert store.get_document("d") == b"policy"


def test_s16_the_chain_depends_on_each_part() -> None:
    whole = draft()
    changes: list[dict[str, Any]] = [
        {"matter": "n"}, {"version": 2}, {"command_id": "n"}, {"recorded_at": AT + HOUR},
        {"command": b"n"}, {"basis": b"n"}, {"events": b"n"}, {"answer": b"n"}, {"previous": "n"},
        {"command": b"cb", "basis": b""},
    ]  # fmt: skip
    digests = {chain_digest(evolve(whole, **change)) for change in changes}
    assert len(digests | {chain_digest(whole)}) == len(changes) + 1
    assert chain_digest(whole.record(99)) == chain_digest(whole)


# ------------------------------------------------------------------------------- look-ups


def test_s19_look_ups_show_the_latest_append(store: Store) -> None:
    duty = DutyRow(
        matter="m", clock=1, what=What.BLOW, unit="xinhua", raiser=None, since=AT, due=AT
    )
    store.append([draft(projection=Projection(row=row(), duties=(duty,)))])
    assert store.inbox("xinhua", limit=5) == (duty,)
    closed = row(version=2, stage=Stage.CLOSED, outcome=Outcome.SETTLED)
    store.append([draft(version=2, projection=Projection(row=closed))])
    assert store.inbox("xinhua", limit=5) == ()
    assert store.ledger(LedgerFilter(), limit=5) == (closed,)


def test_the_inbox_comes_in_pages_by_due_time(store: Store) -> None:
    duties = tuple(
        DutyRow(matter="m", clock=n, what=What.BLOW, unit="u", raiser=None, since=AT, due=due)
        for n, due in ((1, AT + HOUR), (2, AT), (3, AT + HOUR))
    )
    store.append([draft(projection=Projection(row=row(), duties=duties))])
    first = store.inbox("u", limit=2)
    assert [d.clock for d in first] == [2, 1]
    assert [d.clock for d in store.inbox("u", after=first[-1], limit=2)] == [3]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (LedgerFilter(), "abc"),
        (LedgerFilter(affair=Affair.PUBLIC), "a"),
        (LedgerFilter(open=True), "ac"),
        (LedgerFilter(open=False), "b"),
        (LedgerFilter(stage=Stage.BLOWN), "a"),
        (LedgerFilter(outcome=Outcome.LAPSED), "b"),
        (LedgerFilter(kind="tough"), "a"),
        (LedgerFilter(category="pipes"), "a"),
        (LedgerFilter(community="yumin"), "c"),
        (LedgerFilter(street="fenghuang"), "c"),
        (LedgerFilter(lead="zhujian"), "a"),
        (LedgerFilter(opened_from=AT + HOUR), "bc"),
        (LedgerFilter(opened_before=AT + HOUR), "a"),
        (LedgerFilter(open=True, street="xinhua"), "a"),
    ],
)
def test_the_ledger_filters(store: Store, where: LedgerFilter, found: str) -> None:
    shown = (
        row("a", stage=Stage.BLOWN, affair=Affair.PUBLIC, kind="tough", category="pipes",
            lead="zhujian"),
        row("b", stage=Stage.CLOSED, outcome=Outcome.LAPSED, opened_at=AT + HOUR),
        row("c", community="yumin", street="fenghuang", opened_at=AT + HOUR),
    )  # fmt: skip
    for each in shown:
        store.append([draft(each.matter, projection=Projection(row=each))])
    assert "".join(r.matter for r in store.ledger(where, limit=9)) == found
    if len(found) > 1:
        (first,) = store.ledger(where, limit=1)
        assert "".join(r.matter for r in store.ledger(where, after=first, limit=9)) == found[1:]


def test_source_numbers_belong_to_their_channel(store: Store) -> None:
    for matter, channel in (("b", "12345"), ("a", "12345"), ("c", "patrol")):
        shown = row(matter, channel=channel, source_number="7")
        store.append([draft(matter, projection=Projection(row=shown))])
    assert [r.matter for r in store.by_source_number("12345", "7")] == ["a", "b"]
    assert store.by_source_number("12345", "8") == ()


def test_near_goes_by_coordinates_where_both_sides_have_them(store: Store) -> None:
    shown = (
        row("here", category="x", lat=100, lon=200),
        row("far", category="x", lat=100, lon=300),
        row("no-place", category="x", opened_at=AT + HOUR),
        row("elsewhere", category="x", place="yumin"),
        row("closed", category="x", lat=100, lon=200, stage=Stage.CLOSED),
        row("other", category="y", lat=100, lon=200),
    )
    for each in shown:
        store.append([draft(each.matter, projection=Projection(row=each))])
    found = store.near(category="x", place="gulou", lat=110, lon=190, within=10, limit=9)
    assert [r.matter for r in found] == ["no-place", "here"]
    found = store.near(category="x", place="yumin", limit=9)
    assert [r.matter for r in found] == ["elsewhere"]


def test_rows_can_be_rebuilt_at_the_version_they_were_made_from(store: Store) -> None:
    store.append([with_timers(timer())])
    (held,) = claim(store)
    better = Projection(row=row(lead="zhujian"), timers=(timer(), timer(step=2)))
    store.rebuild(better)
    assert store.ledger(LedgerFilter(lead="zhujian"), limit=5) == (better.row,)
    assert store.timers.settle(held)
    with pytest.raises(VersionConflict):
        store.rebuild(Projection(row=row(version=2)))


# ------------------------------------------------------------------------------- vault, documents


def test_s17_erasing_is_idempotent_and_leaves_the_history(store: Store) -> None:
    text = VaultText(ref=TextRef("m-1", "text"), matter="m", salt=b"s", words="新华街𠮷")
    empty = VaultText(ref=TextRef("m-1", "empty"), matter="m", salt=b"", words="")
    store.append([draft(texts=(text, empty))])
    before = store.load("m")
    assert store.read_text(text.ref) == text
    store.erase_text(text.ref)
    store.erase_text(text.ref)
    assert store.read_text(text.ref) is Erased.ERASED
    assert store.read_text(empty.ref) == empty
    assert store.load("m") == before


def test_erasing_what_never_was_leaves_no_trace(store: Store) -> None:
    store.erase_text(TextRef("m-1", "text"))
    assert store.read_text(TextRef("m-1", "text")) is None


def test_s18_a_document_is_kept_as_it_was_first(store: Store) -> None:
    assert store.get_document("d") is None
    store.put_document("d", b"one")
    store.put_document("d", b"two")
    assert store.get_document("d") == b"one"


# ------------------------------------------------------------------------------- timers


def test_s11_what_is_claimed_cannot_be_claimed_until_the_lease_has_ended(store: Store) -> None:
    store.append([with_timers(timer())])
    assert claim(store, AT - HOUR) == ()
    assert len(claim(store)) == 1
    assert claim(store, AT + HOUR / 2) == ()
    assert len(claim(store, AT + HOUR)) == 1


def test_s12_only_the_latest_claim_counts(store: Store) -> None:
    store.append([with_timers(timer())])
    (old,) = claim(store)
    (new,) = claim(store, AT + HOUR)
    assert not store.timers.settle(old)
    assert not store.timers.fail(old, retry_at=None)
    assert store.timers.settle(new)
    assert store.timers.settle(new)
    assert not store.timers.fail(new, retry_at=AT)
    assert claim(store, AT + 9 * HOUR) == ()


def test_s12_a_claim_counts_after_its_lease_while_nobody_else_has_it(store: Store) -> None:
    store.append([with_timers(timer())])
    (held,) = claim(store)
    assert store.timers.settle(held)


def test_s13_in_order_of_due_time_and_one_of_a_matter_at_a_time(store: Store) -> None:
    store.append([with_timers(timer(1, 1, AT + HOUR, "a"), timer(2, 1, AT, "a"), matter="a")])
    store.append([with_timers(timer(1, 1, AT - HOUR, "b"), matter="b")])
    held = claim(store, AT + 2 * HOUR)
    assert [(c.item.matter, c.item.clock) for c in held] == [("b", 1), ("a", 2)]
    assert claim(store, AT + 2 * HOUR) == ()
    assert store.timers.settle(held[1])
    assert [c.item.clock for c in claim(store, AT + 2 * HOUR)] == [1]


def test_s13_what_failed_holds_up_its_line_until_it_is_dead(store: Store) -> None:
    store.append([with_timers(timer(1, 1), timer(1, 2))])
    (held,) = claim(store)
    assert store.timers.fail(held, retry_at=AT + HOUR)
    assert claim(store) == ()
    (held,) = claim(store, AT + HOUR)
    assert held.item.step == 1
    assert store.timers.fail(held, retry_at=None)
    assert store.timers.fail(held, retry_at=None)
    assert not store.timers.settle(held)
    assert store.timers.dead(limit=5) == (timer(1, 1),)
    assert [c.item.step for c in claim(store, AT + HOUR)] == [2]


def test_a_dead_letter_stays_dead_until_it_is_revived(store: Store) -> None:
    store.append([with_timers(timer(1, 1), timer(1, 2))])
    (dead,) = claim(store)
    assert store.timers.fail(dead, retry_at=None)
    assert store.timers.fail(dead, retry_at=AT)
    assert store.timers.dead(limit=5) == (timer(1, 1),)
    (other,) = claim(store)
    assert store.timers.revive(dead.item)
    assert not store.timers.revive(dead.item)
    (again,) = claim(store)
    assert (again.item, again.tries) == (timer(1, 1), 1)
    assert not store.timers.settle(dead)
    assert store.timers.settle(other)
    assert store.timers.settle(again)


@pytest.mark.parametrize(
    "item", [timer(1, 1), timer(1, 2), timer(9), timer(1, 3, AT + HOUR), timer(matter="n")]
)
def test_what_is_no_dead_letter_is_not_revived(store: Store, item: Timer) -> None:
    store.append([with_timers(timer(1, 1), timer(1, 2), timer(1, 3), timer(1, 4))])
    assert store.timers.settle(claim(store)[0])
    assert store.timers.settle(claim(store)[0])
    (dead,) = claim(store)
    store.timers.fail(dead, retry_at=None)
    assert not store.timers.revive(item)
    assert store.timers.dead(limit=5) == (timer(1, 3),)
    assert store.timers.waiting(until=AT, limit=5) == (timer(1, 4),)


def test_an_append_keeps_the_claims_of_timers_that_stay(store: Store) -> None:
    store.append([with_timers(timer())])
    (held,) = claim(store)
    store.append([with_timers(timer(), version=2)])
    assert claim(store) == ()
    assert store.timers.settle(held)
    store.append([with_timers(timer(), version=3)])
    assert claim(store, AT + 9 * HOUR) == ()


def test_an_append_arms_again_what_moved(store: Store) -> None:
    store.append([with_timers(timer())])
    (held,) = claim(store)
    store.append([with_timers(timer(due=AT + HOUR), version=2)])
    assert not store.timers.settle(held)
    assert claim(store) == ()
    assert [c.item.due for c in claim(store, AT + HOUR)] == [AT + HOUR]


def test_an_append_settles_what_is_gone(store: Store) -> None:
    store.append([with_timers(timer())])
    (held,) = claim(store)
    store.append([with_timers(version=2)])
    assert store.timers.settle(held)
    assert store.timers.waiting(until=AT + 9 * HOUR, limit=5) == ()
    assert claim(store, AT + 9 * HOUR) == ()


def test_what_was_gone_and_comes_back_is_armed_again(store: Store) -> None:
    store.append([with_timers(timer())])
    (held,) = claim(store)
    store.append([with_timers(version=2)])
    store.append([with_timers(timer(), version=3)])
    assert not store.timers.settle(held)
    assert len(claim(store)) == 1


def test_waiting_shows_what_is_due_without_claiming_it(store: Store) -> None:
    store.append([with_timers(timer(1, 2, AT + HOUR), timer(1, 1))])
    assert store.timers.waiting(until=AT, limit=5) == (timer(1, 1),)
    assert len(store.timers.waiting(until=AT + HOUR, limit=5)) == 2
    assert len(claim(store)) == 1


def test_s13_notices_line_up_by_matter_and_recipient(store: Store) -> None:
    def notice(number: int, **to: str) -> Notice:
        return Notice(
            matter="m", version=1, number=number, code="x", event=0, due=AT,
            unit=to.get("unit"), actor=to.get("actor"),
        )  # fmt: skip

    told = (notice(1, unit="u"), notice(2, unit="u"), notice(3, actor="u"))
    store.append([draft(notices=told)])
    held = store.outbox.claim(now=AT, until=AT + HOUR, limit=10)
    assert [c.item.number for c in held] == [1, 3]
    assert store.outbox.settle(held[0])
    (held_next,) = store.outbox.claim(now=AT, until=AT + HOUR, limit=10)
    assert held_next.item.number == 2


def test_s11_many_workers_claim_each_timer_once(store: Store) -> None:
    for number in range(20):
        each = timer(matter=f"m{number}")
        store.append([with_timers(each, matter=each.matter)])
    with ThreadPoolExecutor(8) as pool:
        batches = pool.map(
            lambda _: store.timers.claim(now=AT, until=AT + HOUR, limit=5), range(16)
        )
    found = [c.item.matter for batch in batches for c in batch]
    assert sorted(found) == sorted({f"m{number}" for number in range(20)})


# ------------------------------------------------------------------------------- the end


def test_s14_closing_twice_is_fine_and_use_after_it_is_not(store: Store) -> None:
    timers, outbox = store.timers, store.outbox
    store.close()
    store.close()
    uses: tuple[Callable[[], object], ...] = (
        lambda: store.load("m"),
        lambda: store.append([draft()]),
        lambda: store.feed(0, limit=1),
        lambda: store.scan(None, limit=1),
        lambda: store.rebuild(Projection(row=row())),
        lambda: store.inbox("u", limit=1),
        lambda: store.ledger(LedgerFilter(), limit=1),
        lambda: store.by_source_number("c", "1"),
        lambda: store.near(category="c", place="p", limit=1),
        lambda: store.read_text(TextRef("c", "t")),
        lambda: store.erase_text(TextRef("c", "t")),
        lambda: store.put_document("d", b""),
        lambda: store.get_document("d"),
        lambda: timers.claim(now=AT, until=AT, limit=1),
        lambda: timers.settle(Claim(item=timer(), token=1)),
        lambda: timers.fail(Claim(item=timer(), token=1), retry_at=None),
        lambda: timers.revive(timer()),
        lambda: timers.waiting(until=AT, limit=1),
        lambda: outbox.dead(limit=1),
    )
    for use in uses:
        with pytest.raises(StoreClosed):
            use()


def test_it_says_what_it_can(store: Store) -> None:
    assert store.capabilities == {Capability.THREADS}
