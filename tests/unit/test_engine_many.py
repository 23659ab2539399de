"""Errors of a store in the middle of a command, and many commands at once."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import NOW
from tests.unit.test_engine import (
    ALICE,
    BOB,
    GULOU,
    PIPES,
    XINHUA,
    YUMIN,
    Interfering,
    World,
    received,
    rules,
)
from whistle_engine.commands import (
    Act,
    Add,
    Blow,
    Classify,
    Command,
    Merge,
    SendBack,
    Split,
    SplitPart,
    Urge,
)
from whistle_engine.commits import Receipt
from whistle_engine.engine import ATTEMPTS, Engine
from whistle_engine.errors import CodecError, CommandIdReused, VersionConflict
from whistle_engine.events import Refused
from whistle_engine.model import Actor, AppealKind, CommandId, MatterId, TextRef, facts
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft, LedgerFilter, Loaded, VaultText
from whistle_engine.verify import verify

Pair = tuple[Command, Mapping[str, str]]


class BrokenError(Exception):
    """The connection to the store broke."""


class Faulty(MemoryStore):
    """Goes wrong in one append or load after another, as ``faults`` says.

    ``before`` raises and writes nothing, ``after`` writes and raises, ``fine`` is fine.
    """

    def __init__(self, *faults: str, loads: Iterable[str] = ()) -> None:
        super().__init__()
        self.faults = list(faults)
        self.load_faults = list(loads)
        self.sizes: list[int] = []
        self.loads = 0

    def append(self, drafts: Sequence[Draft]) -> Appended:
        fault = self.faults.pop(0) if self.faults else "fine"
        if fault == "before":
            raise BrokenError(fault)
        if fault == "conflict after":
            super().append(drafts)
            raise VersionConflict(drafts[0].matter, 0, 1)
        appended = super().append(drafts)
        if fault == "after":
            raise BrokenError(fault)
        self.sizes.append(len(drafts))
        return appended

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        self.loads += 1
        if self.load_faults and self.load_faults.pop(0) != "fine":
            raise BrokenError("load")
        return super().load(matter, command_id)


def engine_on(store: MemoryStore) -> Engine:
    """An engine that decides and salts the same each time."""
    salts = count(1)
    return Engine(store, rules(), clock=lambda: NOW, salt=lambda: next(salts).to_bytes(16, "big"))


def asked(by: Actor, act: Act, matter: str, key: str, **words: str) -> Pair:
    return Command(id=key, matter=matter, by=by, do=act), words


def intake(number: int) -> Iterator[Pair]:
    """Appeals as they come in, each with its words."""
    for n in range(1, number + 1):
        yield asked(ALICE, received(), f"m-{n}", f"c-{n}", text=f"水管漏水 {n}", contact="139")


def checked(store: MemoryStore) -> int:
    """How many commits there are; all is as it should be."""
    report = verify(store)
    assert report.ok, report.first
    return report.counts.commits


# ------------------------------------------------------------------------------- one command


def test_s15_an_append_that_raised_and_wrote_gives_the_first_answer() -> None:
    store = Faulty("after")
    world = World(store)
    answer = world.do(ALICE, received(), key="x", text="漏水")
    assert isinstance(answer, Receipt)
    assert (answer.version, checked(store)) == (1, 1)
    assert world.do(ALICE, received(), key="x", text="漏水") == answer


def test_s15_so_does_one_that_raised_a_conflict_and_wrote() -> None:
    store = Faulty("conflict after")
    world = World(store)
    assert isinstance(world.do(ALICE, received(), text="漏水"), Receipt)
    assert checked(store) == 1


def test_s15_an_append_that_raised_and_did_not_write_is_an_error() -> None:
    store = Faulty("before")
    world = World(store)
    with pytest.raises(BrokenError, match="before"):
        world.do(ALICE, received(), key="x", text="漏水")
    assert checked(store) == 0
    assert isinstance(world.do(ALICE, received(), key="x", text="漏水"), Receipt)
    assert checked(store) == 1


@pytest.mark.parametrize(("fault", "written"), [("before", 0), ("after", 1)])
def test_s15_if_nothing_can_be_found_out_the_first_error_is_told(fault: str, written: int) -> None:
    store = Faulty(fault, loads=("fine", "broken"))
    world = World(store)
    with pytest.raises(BrokenError, match=fault):
        world.do(ALICE, received(), key="x", text="漏水")
    assert checked(store) == written
    assert isinstance(world.do(ALICE, received(), key="x", text="漏水"), Receipt)
    assert checked(store) == 1


def test_s15_a_recorded_refusal_stays_the_answer() -> None:
    store = Faulty()
    world = World(store)
    world.dispatched()
    store.faults = ["after"]
    refused = world.do(_responder(world), SendBack(), key="x", reason="不归我们管")
    assert isinstance(refused, Refused)
    assert refused.recorded
    assert world.do(_responder(world), SendBack(), key="x", reason="不归我们管") == refused


def _responder(world: World) -> Actor:
    row = world.store.ledger(LedgerFilter(), limit=1)[0]
    return evolve(XINHUA, unit=row.lead)


def test_s15_others_words_under_the_same_id_are_not_taken_for_ones_own() -> None:
    class Twin(Faulty):
        def append(self, drafts: Sequence[Draft]) -> Appended:
            if self.faults:
                self.faults.clear()
                World(self).do(BOB, received(), "m-2", key="x", text="别的")
                raise BrokenError("before")
            return super().append(drafts)

    world = World(Twin("before"))
    with pytest.raises(CommandIdReused):
        world.do(ALICE, received(), key="x", text="漏水")


# ------------------------------------------------------------------------------- many commands


def mixed() -> list[Pair]:
    """All that can happen, in an order in which it is possible."""
    part = SplitPart(matter="m-7", kind=AppealKind.HELP)
    return [
        asked(ALICE, received(), "m-1", "c-1", text="a"),
        asked(GULOU, Classify(facts=PIPES), "m-1", "c-2"),
        asked(BOB, received(), "m-2", "c-3", text="b", contact="139"),
        asked(YUMIN, Classify(facts=PIPES), "m-2", "c-4"),  # refused
        asked(GULOU, Classify(facts=PIPES), "m-2", "c-5"),
        asked(ALICE, received(), "m-1", "c-1", text="a"),  # the same again
        asked(ALICE, received(), "m-1", "c-1", text="c"),  # other words
        asked(ALICE, received(), "m-4", "c-1", text="a"),  # the same id elsewhere
        asked(ALICE, Urge(), "m-9", "c-6"),  # not there
        asked(ALICE, received(), "m-3", "c-7", **{"No Name": "x"}),
        asked(ALICE, received(), "m-3", "timer:1"),
        asked(ALICE, received(), "m-3", "c-8", text="\ud800"),
        asked(ALICE, received(facts(category="\ud800")), "m-3", "c-9"),
        asked(GULOU, Merge(into="m-2"), "m-1", "c-10"),
        asked(BOB, received(), "m-6", "c-11", text="d"),
        asked(GULOU, Split(parts=(part,)), "m-6", "c-12", **{"m-7": "扶助"}),
        asked(XINHUA, Blow(kind="tough"), "m-2", "c-13"),
        asked(ALICE, Add(), "m-7", "c-14", text="e"),
        asked(BOB, Add(), "m-7", "c-15", text="f"),
    ]


def one_by_one(engine: Engine, pairs: Iterable[Pair]) -> list[object]:
    outcomes: list[object] = []
    for command, words in pairs:
        try:
            outcomes.append(engine.execute(command, texts=words))
        except (CommandIdReused, CodecError, ValueError) as error:
            outcomes.append(error)
    return outcomes


def same(one: object, other: object) -> bool:
    if isinstance(one, Exception):
        return (type(one), str(one)) == (type(other), str(other))
    return one == other


def contents(store: MemoryStore) -> dict[tuple[str, int], object]:
    """What is stored of each commit, but for salts and what hangs on them."""
    return {
        (r.matter, r.version): (r.command_id, r.recorded_at, r.command, r.events, r.answer)
        for r in store.feed(0, limit=999)
    }


@pytest.mark.parametrize("batch", [1, 2, 3, 5, 7, 18, 256])
def test_many_commands_have_the_outcomes_that_they_would_have_one_by_one(batch: int) -> None:
    alone, together = MemoryStore(), MemoryStore()
    wanted = one_by_one(engine_on(alone), mixed())
    found = list(engine_on(together).execute_many(mixed(), batch=batch))
    assert len(found) == len(wanted)
    for one, other in zip(wanted, found, strict=True):
        assert same(one, other), (one, other)
    assert [type(o).__name__ for o in found].count("Receipt") == 10
    assert contents(together) == contents(alone)
    assert checked(together) == checked(alone)


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(range(len(mixed()))), max_size=30),
    st.integers(1, 9),
    st.lists(st.sampled_from(["fine", "after", "conflict after"]), max_size=6),
    st.none() | st.integers(0, 6),
)
def test_s1_s5_so_they_have_whatever_goes_wrong(
    order: list[int], batch: int, faults: list[str], before: int | None
) -> None:
    if before is not None:  # once only: twice in a row, and the store counts as down
        faults.insert(before, "before")
    pairs = [mixed()[n] for n in order]
    alone, together = MemoryStore(), Faulty(*faults)
    wanted = one_by_one(engine_on(alone), pairs)
    found = list(engine_on(together).execute_many(pairs, batch=batch))
    for one, other in zip(wanted, found, strict=True):
        assert same(one, other), (one, other)
    assert contents(together) == contents(alone)
    assert checked(together) == checked(alone)


def test_a_thousand_appeals_come_in_by_few_appends() -> None:
    store = Faulty()
    outcomes = list(engine_on(store).execute_many(intake(1000), batch=250))
    assert [o.written[0].matter for o in outcomes if isinstance(o, Receipt)] == [
        f"m-{n}" for n in range(1, 1001)
    ]
    assert store.sizes == [250] * 4
    assert store.loads == 1000  # nothing is read twice
    assert store.read_text(TextRef("c-7", "text")) is not None
    assert checked(store) == 1000


def test_l13_all_of_it_sent_again_writes_nothing() -> None:
    store = Faulty()
    first = list(engine_on(store).execute_many(intake(20), batch=8))
    assert list(engine_on(store).execute_many(intake(20), batch=6)) == first
    assert sum(store.sizes) == 20


def test_one_that_is_refused_or_wrong_holds_up_no_other() -> None:
    store = Faulty()
    pairs = list(intake(5))
    pairs[1] = asked(GULOU, Classify(facts=PIPES), "m-9", "c-2")
    pairs[2] = asked(ALICE, received(), "m-3", "fix:1")
    found = list(engine_on(store).execute_many(pairs))
    assert [type(each) for each in found] == [Receipt, Refused, ValueError, Receipt, Receipt]
    assert store.sizes == [3]


@pytest.mark.parametrize("fault", ["before", "after", "conflict after"])
def test_s15_a_batch_that_went_wrong_is_done_one_by_one(fault: str) -> None:
    store = Faulty("fine", fault)
    found = list(engine_on(store).execute_many(intake(9), batch=3))
    assert all(isinstance(each, Receipt) for each in found)
    assert store.sizes == ([3, 1, 1, 1, 3] if fault == "before" else [3, 3])
    assert checked(store) == 9


def test_a_conflict_in_one_matter_costs_no_other_its_place() -> None:
    class Busy(Faulty):
        meanwhile: Callable[[], object] | None = None

        def append(self, drafts: Sequence[Draft]) -> Appended:
            if self.meanwhile is not None:
                meanwhile, self.meanwhile = self.meanwhile, None
                meanwhile()
            return super().append(drafts)

    store = Busy()
    engine = engine_on(store)
    list(engine.execute_many(intake(3)))
    urge = Command(id="in between", matter="m-2", by=ALICE, do=Urge())
    store.meanwhile = lambda: engine.execute(urge)
    found = list(engine.execute_many(asked(ALICE, Urge(), f"m-{n}", f"u-{n}") for n in (1, 2, 3)))
    assert [each.version for each in found if isinstance(each, Receipt)] == [2, 3, 2]
    assert checked(store) == 7


def test_conflicts_without_end_are_the_outcome_of_their_command() -> None:
    store = Interfering(1 + ATTEMPTS)
    engine = engine_on(store)
    store.armed = True
    first, second = engine.execute_many(intake(2))
    assert isinstance(first, VersionConflict)
    assert isinstance(second, Receipt)


def test_a_store_that_is_down_stops_it_and_it_goes_on_later() -> None:
    store = Faulty("fine", "before", "fine", "before")
    engine, done = engine_on(store), list[object]()
    with pytest.raises(BrokenError):
        done.extend(engine.execute_many(intake(9), batch=3))
    assert len(done) == 3
    assert checked(store) == 4
    again = list(engine.execute_many(intake(9), batch=3))
    assert all(isinstance(each, Receipt) for each in again)
    assert checked(store) == 9


def test_a_batch_is_taken_when_it_is_needed() -> None:
    taken: list[str] = []

    def source() -> Iterator[Pair]:
        for pair in intake(10):
            taken.append(pair[0].id)
            yield pair

    store = Faulty()
    outcomes = engine_on(store).execute_many(source(), batch=4)
    assert (taken, store.sizes) == ([], [])
    next(outcomes)
    assert (len(taken), store.sizes) == (4, [4])
    for _ in range(4):
        next(outcomes)
    assert (len(taken), store.sizes) == (8, [4, 4])


def test_a_batch_is_one_or_more() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        next(engine_on(MemoryStore()).execute_many(intake(1), batch=0))


def test_rules_adopted_meanwhile_govern_the_next_batch() -> None:
    store = Faulty()
    engine = engine_on(store)
    outcomes = engine.execute_many(intake(4), batch=2)
    next(outcomes)
    engine.adopt(rules(version="2"))
    list(outcomes)
    by = {c: engine.commits(ALICE, f"m-{c}")[0].basis.policy for c in range(1, 5)}
    assert by[1] == by[2] != by[3] == by[4]


def test_a_damaged_matter_holds_up_no_other() -> None:
    store = MemoryStore()
    engine = engine_on(store)
    (first, *_) = list(engine.execute_many(intake(1)))
    assert isinstance(first, Receipt)
    matter = first.written[0].matter
    (record,) = store._matters[matter]
    store._matters[matter] = [evolve(record, events=b"{}")]
    broken = Command(id="broken", matter=matter, by=ALICE, do=Urge())
    fine = [(evolve(c, id=f"{c.id}-x", matter=f"{c.matter}-x"), texts) for c, texts in intake(3)]
    outcomes = list(engine.execute_many([fine[0], (broken, {}), *fine[1:]]))
    assert [type(one) for one in outcomes] == [Receipt, CodecError, Receipt, Receipt]


def test_an_id_that_cannot_be_written_concerns_its_command_alone() -> None:
    engine = engine_on(MemoryStore())
    odd = Command(id="odd", matter="n\ud800", by=ALICE, do=Urge())
    first, second = engine.execute_many([(odd, {}), *intake(1)])
    assert isinstance(first, ValueError)
    assert "half a character" in str(first)
    assert isinstance(second, Receipt)


def test_a_failure_of_the_store_is_never_the_outcome_of_a_command_that_was_written() -> None:
    """The look for what was written failed too, and the error that is raised is the first."""
    store = Faulty("before", "after", loads=[*["fine"] * 4, "fails"])
    outcomes = engine_on(store).execute_many(intake(3))
    with pytest.raises(BrokenError, match="after"):
        list(outcomes)
    assert [each.matter for each in store.feed(0, limit=9)] == ["m-1"]


def test_memory_does_not_grow_with_the_number_of_commands() -> None:
    class Forgetful(MemoryStore):
        """Says that it wrote, and keeps nothing."""

        def append(self, drafts: Sequence[Draft]) -> Appended:
            return Appended(records=tuple(draft.record(1) for draft in drafts))

    def peak(number: int) -> int:
        outcomes = engine_on(Forgetful()).execute_many(intake(number), batch=50)
        next(outcomes)
        tracemalloc.start()
        for done, outcome in enumerate(outcomes):
            assert isinstance(outcome, Receipt)
            if done % 50 == 0:
                gc.collect()  # so that it does not hang on when the collector last ran
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)  # what is loaded and cached once
    assert peak(900) < 1.3 * peak(300)


def test_words_of_a_batch_are_in_the_vault_and_nowhere_else() -> None:
    store = Faulty()
    list(engine_on(store).execute_many(intake(3)))
    kept = store.read_text(TextRef("c-2", "text"))
    assert isinstance(kept, VaultText)
    assert kept.words == "水管漏水 2"
    for record in store.feed(0, limit=9):
        assert "漏水".encode() not in record.command + record.basis + record.events + record.answer
