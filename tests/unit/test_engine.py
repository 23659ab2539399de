"""The engine on the memory store: once only, all or nothing, and nothing shown to strangers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine import codec
from whistle_engine.commands import (
    Act,
    Add,
    Blow,
    Classify,
    Command,
    Dispatch,
    FeedBack,
    Merge,
    Receive,
    ReportIn,
    SendBack,
    Split,
    SplitPart,
    Urge,
)
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.digests import digest_of
from whistle_engine.engine import ATTEMPTS, SYSTEM, Engine
from whistle_engine.errors import CommandIdReused, UnknownMatter, VersionConflict
from whistle_engine.events import EVENTS, Absorbed, Received, Refused, ShirkRefused, TimerFired
from whistle_engine.model import (
    Actor,
    AppealKind,
    Evidence,
    Facts,
    Matter,
    Outcome,
    Place,
    ResultCode,
    Role,
    Shirk,
    Stage,
    TextRef,
    facts,
)
from whistle_engine.rules import Rules
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import (
    Appended,
    Draft,
    Erased,
    LedgerFilter,
    VaultText,
    chain_digest,
)
from whistle_engine.workflow import duties, replay, timers

ALICE = actor("alice", Role.RESIDENT)
BOB = actor("bob", Role.RESIDENT)
GULOU = actor("c-1", Role.COMMUNITY, "gulou")
YUMIN = actor("c-2", Role.COMMUNITY, "yumin")
XINHUA = actor("s-1", Role.STREET, "xinhua")
CENTRE = actor("o-1", Role.OPERATIONS, "zhihui")
ZHUJIAN = actor("r-zhujian", Role.RECEIVER, "zhujian")
PIPES = facts(category="pipes")
PROOF = Evidence("https://proofs.example/1", "sha256:00", "image/jpeg")


def rules(**changes: Any) -> Rules:
    return compile_rules(tiny_policy(**changes), tiny_directory())


class World:
    """An engine with a clock that is set by hand, and short ways to use it."""

    def __init__(self, store: MemoryStore | None = None) -> None:
        self.now = NOW
        self.store = store if store is not None else MemoryStore()
        self.engine = Engine(self.store, rules(), clock=lambda: self.now)
        self.count = 0

    def do(
        self,
        by: Actor,
        act: Act,
        matter: str = "m-1",
        *,
        key: str | None = None,
        **texts: str,
    ) -> Receipt | Refused:
        self.count += 1
        command = Command(id=key or f"c-{self.count}", matter=matter, by=by, do=act)
        return self.engine.execute(command, texts=texts)

    def ok(self, by: Actor, act: Act, matter: str = "m-1", **texts: str) -> Receipt:
        answer = self.do(by, act, matter, **texts)
        assert isinstance(answer, Receipt), answer
        return answer

    def receive(self, matter: str = "m-1", by: Actor = ALICE, known: Facts = PIPES) -> Receipt:
        return self.ok(by, received(known), matter, text="水管漏水", contact="139-0000-0000")

    def dispatched(self) -> None:
        self.receive()
        self.ok(GULOU, Classify(facts=PIPES))
        self.ok(XINHUA, Blow(kind="tough"))
        self.ok(CENTRE, Dispatch())


def received(known: Facts = PIPES) -> Receive:
    return Receive(
        channel="12345", kind=AppealKind.COMPLAINT, place=Place(unit="gulou"), facts=known
    )


@pytest.fixture
def world() -> World:
    return World()


# ------------------------------------------------------------------------------- writing


def test_a_command_is_written_with_all_that_goes_with_it(world: World) -> None:
    receipt = world.receive()
    assert receipt.version == 1
    assert receipt.recorded_at == NOW
    assert isinstance(receipt.events[0], Received)
    state = world.engine.matter(ALICE, "m-1")
    (row,) = world.store.ledger(LedgerFilter(), limit=9)
    assert (row.matter, row.version, row.stage, row.opened_at) == ("m-1", 1, state.stage, NOW)
    assert row.due == min(d.due for d in duties(state, world.engine.rules))
    assert [d.what.value for d in world.store.inbox("gulou", limit=9)] == ["classify"]
    armed = world.store.timers.waiting(until=NOW + timedelta(days=9), limit=99)
    assert {(t.clock, t.step, t.due) for t in armed} == set(timers(state))


def test_the_words_are_in_the_vault_and_nowhere_else(world: World) -> None:
    world.receive()
    (record,) = world.store.feed(0, limit=9)
    for data in (record.command, record.basis, record.events, record.answer):
        assert "漏水" not in data.decode()
        assert "139-0000-0000" not in data.decode()
    kept = world.store.read_text(TextRef("c-1", "text"))
    assert isinstance(kept, VaultText)
    assert (kept.words, kept.matter) == ("水管漏水", "m-1")


def test_the_basis_names_documents_that_can_be_read(world: World) -> None:
    world.receive()
    world.ok(GULOU, Classify(facts=PIPES))
    first, second = world.engine.commits(GULOU, "m-1")
    assert (first.basis.rule, second.basis.rule) == (None, "own")
    assert second.basis.facts == PIPES
    assert [name for name, _ in first.basis.texts] == ["contact", "text"]
    policy = world.store.get_document(second.basis.policy)
    directory = world.store.get_document(second.basis.directory)
    assert policy is not None
    assert directory is not None
    assert codec.load_policy(policy) == world.engine.rules.policy
    assert codec.load_directory(directory) == world.engine.rules.directory


def test_exact_bytes_are_kept_under_their_digest() -> None:
    store, data = MemoryStore(), (b"# a policy file", b"# a directory")
    read = compile_rules(tiny_policy(), tiny_directory(), documents=data)
    engine = Engine(store, read)
    assert engine.rules.policy_digest == digest_of(data[0])
    assert store.get_document(digest_of(data[0])) == data[0]
    assert store.get_document(digest_of(data[1])) == data[1]


def test_a_digest_without_bytes_is_not_named(world: World) -> None:
    world.engine.adopt(evolve(rules(), policy_digest="sha256:unknown"))
    assert world.store.get_document(world.engine.rules.policy_digest) is not None


def test_the_chain_can_be_checked(world: World) -> None:
    world.dispatched()
    previous = ""
    for record in world.store.load("m-1").records:
        assert record.previous == previous
        assert record.digest == chain_digest(record)
        previous = record.digest


def test_replay_gives_the_state(world: World) -> None:
    world.dispatched()
    told = [e for c in world.engine.commits(XINHUA, "m-1") for e in c.events]
    assert replay("m-1", told) == world.engine.matter(XINHUA, "m-1")


def test_new_rules_govern_what_comes_after(world: World) -> None:
    world.receive()
    before = world.engine.matter(ALICE, "m-1")
    world.engine.adopt(rules(version="2"))
    assert world.engine.matter(ALICE, "m-1") == before
    world.ok(GULOU, Classify(facts=PIPES))
    first, second = world.engine.commits(GULOU, "m-1")
    assert first.basis.policy != second.basis.policy
    assert world.store.get_document(first.basis.policy) is not None


# ------------------------------------------------------------------------------- refusals, L11


def test_l11_a_refusal_writes_nothing(world: World) -> None:
    world.receive()
    refused = world.do(GULOU, Classify(facts=facts(category="weather")), reason="so")
    assert isinstance(refused, Refused)
    assert refused.recorded == ()
    assert len(world.store.feed(0, limit=9)) == 1
    assert world.store.read_text(TextRef("c-2", "reason")) is None


def test_l11_an_attempt_to_shirk_is_recorded_and_stays_the_answer(world: World) -> None:
    world.dispatched()
    before = world.engine.matter(ZHUJIAN, "m-1")
    refused = world.do(ZHUJIAN, SendBack(), key="shirk", reason="不归我们管")
    assert isinstance(refused, Refused)
    (told,) = refused.recorded
    assert isinstance(told, ShirkRefused)
    assert told.how is Shirk.SEND_BACK
    last = world.engine.commits(ZHUJIAN, "m-1")[-1]
    assert (last.refused, last.events) == (refused, refused.recorded)
    assert world.engine.matter(ZHUJIAN, "m-1").stage is before.stage
    assert world.do(ZHUJIAN, SendBack(), key="shirk", reason="不归我们管") == refused
    assert len(world.engine.commits(ZHUJIAN, "m-1")) == last.version
    with pytest.raises(CommandIdReused):
        world.do(ZHUJIAN, SendBack(), key="shirk", reason="别的理由")


# ------------------------------------------------------------------------------- once only, L13


def test_l13_sent_again_it_has_the_effect_and_the_answer_of_once(world: World) -> None:
    first = world.do(ALICE, received(), key="x", text="漏水")
    world.now += timedelta(days=3)
    assert world.do(ALICE, received(), key="x", text="漏水") == first
    assert len(world.store.feed(0, limit=9)) == 1


@pytest.mark.parametrize(
    ("by", "act", "matter", "text"),
    [
        (ALICE, received(facts(category="cables")), "m-1", "漏水"),
        (ALICE, received(), "m-2", "漏水"),
        (ALICE, received(), "m-1", "停水"),
        (ALICE, received(), "m-1", None),
    ],
)
def test_l13_with_other_content_it_is_an_error(
    by: Actor, act: Act, matter: str, text: str | None
) -> None:
    world = World()
    world.do(ALICE, received(), key="x", text="漏水")
    with pytest.raises(CommandIdReused, match="'x'"):
        world.do(by, act, matter, key="x", **({"text": text} if text else {}))


def test_l13_a_stranger_who_receives_again_learns_nothing(world: World) -> None:
    """A stranger who sends the same again learns nothing, not even that the id was used."""
    world.do(ALICE, received(), key="x", text="漏水")
    answer = world.do(BOB, received(), key="x", text="漏水")
    assert isinstance(answer, Refused)
    assert answer.code == "not_permitted"


def test_l13_other_words_are_other_content(world: World) -> None:
    world.receive()
    assert isinstance(world.do(ALICE, Add(), key="x", text="a"), Receipt)
    with pytest.raises(CommandIdReused):
        world.do(ALICE, Add(), key="x", text="b")
    with pytest.raises(CommandIdReused):
        world.do(ALICE, Add(), key="x")


def test_l13_permission_comes_first(world: World) -> None:
    world.receive()
    world.do(GULOU, Classify(facts=PIPES), key="x")
    for stranger in (YUMIN, BOB):
        refused = world.do(stranger, Classify(facts=PIPES), key="x")
        assert refused == world.do(stranger, Classify(facts=PIPES), "not-there", key="x")
    with pytest.raises(CommandIdReused):
        world.do(GULOU, Classify(facts=facts(category="cables")), key="x")


def test_l13_after_erasure_words_are_not_compared(world: World) -> None:
    world.receive()
    first = world.do(ALICE, Add(), key="x", text="a")
    world.store.erase_text(TextRef("x", "text"))
    assert world.do(ALICE, Add(), key="x", text="b") == first
    assert world.engine.text(ALICE, "m-1", TextRef("x", "text")) is Erased.ERASED


def test_l13_a_refusal_that_wrote_nothing_is_decided_afresh(world: World) -> None:
    assert isinstance(world.do(GULOU, Classify(facts=PIPES), key="x"), Refused)
    world.receive()
    assert isinstance(world.do(GULOU, Classify(facts=PIPES), key="x"), Receipt)


def test_l13_names_of_texts_are_found_out_or_checked(world: World) -> None:
    world.receive()
    named = Command(id="x", matter="m-1", by=ALICE, do=Add(), texts=("text",))
    with pytest.raises(ValueError, match="names the texts"):
        world.engine.execute(named)
    first = world.engine.execute(named, texts={"text": "a"})
    assert world.engine.execute(evolve(named, texts=()), texts={"text": "a"}) == first


@pytest.mark.parametrize("name", ["我家住址", "a b", "", "Text", "x" * 41])
def test_l15_the_name_of_a_text_is_no_place_for_words(world: World, name: str) -> None:
    world.receive()
    with pytest.raises(ValueError, match="no name of a text"):
        world.do(ALICE, Add(), **{name: "a"})


def test_words_that_cannot_be_written_are_refused_before_anything_is(world: World) -> None:
    with pytest.raises(ValueError, match="half a character"):
        world.do(ALICE, received(), text="\ud800")
    assert world.store.feed(0, limit=9) == ()


def test_nobody_takes_the_ids_of_the_system(world: World) -> None:
    world.receive()
    with pytest.raises(ValueError, match="the system's"):
        world.do(ALICE, Urge(), key="timer:m-1:1:1:2024-03-04T06:12:00+00:00")


# ------------------------------------------------------------------------------- conflicts


class Interfering(MemoryStore):
    """Somebody else is faster, a given number of times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.armed = False
        self.appends = 0

    def append(self, drafts: Sequence[Draft]) -> Appended:
        self.appends += 1
        if self.armed and self.times > 0:
            self.times -= 1
            actual = drafts[0].version
            raise VersionConflict(drafts[0].matter, actual - 1, actual)
        return super().append(drafts)


def test_a_conflict_is_decided_again() -> None:
    store = Interfering(ATTEMPTS - 1)
    world = World(store)
    world.receive()
    store.armed = True
    assert isinstance(world.do(ALICE, Urge()), Receipt)


def test_conflicts_without_end_are_given_up_on() -> None:
    store = Interfering(ATTEMPTS)
    world = World(store)
    world.receive()
    store.armed, store.appends = True, 0
    with pytest.raises(VersionConflict):
        world.do(ALICE, Urge())
    assert store.appends == ATTEMPTS


class LateTwin(MemoryStore):
    """The same command comes a second time between load and append."""

    twin: World | None = None

    def append(self, drafts: Sequence[Draft]) -> Appended:
        if self.twin is not None:
            twin, self.twin = self.twin, None
            twin.do(ALICE, Add(), key="x", text="a")
        return super().append(drafts)


@pytest.mark.parametrize("same", [True, False])
def test_the_same_command_twice_at_once_is_written_once(*, same: bool) -> None:
    store = LateTwin()
    world = World(store)
    world.receive()
    store.twin = world
    if same:
        assert isinstance(world.do(ALICE, Add(), key="x", text="a"), Receipt)
    else:
        with pytest.raises(CommandIdReused):
            world.do(ALICE, Add(), key="x", text="b")
    assert len(store.feed(0, limit=9)) == 2


# ------------------------------------------------------------------------------- time, L14


def test_l14_time_does_not_run_backwards(world: World) -> None:
    world.receive()
    world.now -= timedelta(hours=5)
    assert world.ok(ALICE, Urge()).recorded_at == NOW
    world.now = NOW + timedelta(hours=1)
    assert world.ok(ALICE, Urge()).recorded_at == world.now


def test_l14_of_several_matters_the_latest_counts(world: World) -> None:
    world.receive("m-2")
    world.receive("m-1")
    world.ok(GULOU, Classify(facts=PIPES), "m-2")
    world.now += timedelta(hours=1)
    world.ok(GULOU, Classify(facts=PIPES), "m-1")
    world.now -= timedelta(hours=1)
    merged = world.ok(GULOU, Merge(into="m-2"), "m-1")
    assert merged.recorded_at == NOW + timedelta(hours=1)
    assert {c.recorded_at for c in world.engine.commits(GULOU, "m-2")[-1:]} == {merged.recorded_at}


def test_a_clock_without_a_time_zone_is_refused() -> None:
    engine = Engine(MemoryStore(), rules(), clock=lambda: datetime(2024, 3, 4))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        engine.execute(Command(id="x", matter="m", by=ALICE, do=received()))


def test_rules_that_are_not_yet_in_force_are_not_adopted(world: World) -> None:
    world.now = datetime(2024, 12, 31, 15, 59, tzinfo=UTC)  # 23:59 there
    to_come = rules(in_force_from=date(2025, 1, 1))
    before = world.engine.rules
    with pytest.raises(ValueError, match=r"in force from 2025-01-01 on, .* 2024-12-31 23:59"):
        world.engine.adopt(to_come)
    assert world.engine.rules is before
    trial = Engine(MemoryStore(), to_come, clock=lambda: world.now)
    assert trial.rules.policy.in_force_from == date(2025, 1, 1)
    world.now += timedelta(minutes=1)
    world.engine.adopt(to_come)
    assert world.engine.rules.policy.in_force_from == date(2025, 1, 1)


def test_the_usual_clock_is_the_machines() -> None:
    engine = Engine(MemoryStore(), rules())
    answer = engine.execute(Command(id="x", matter="m", by=ALICE, do=received()))
    assert isinstance(answer, Receipt)
    assert abs(datetime.now(UTC) - answer.recorded_at) < timedelta(minutes=1)


# ------------------------------------------------------------------------------- several matters


def two(world: World) -> None:
    world.receive("m-1")
    world.receive("m-2", BOB)
    world.ok(GULOU, Classify(facts=PIPES), "m-2")
    world.ok(GULOU, Classify(facts=PIPES), "m-1")


def test_a_merge_writes_both_matters_at_once(world: World) -> None:
    two(world)
    merged = world.do(GULOU, Merge(into="m-2"), "m-1", key="x")
    assert isinstance(merged, Receipt)
    assert [(w.matter, w.version) for w in merged.written] == [("m-1", 3), ("m-2", 3)]
    assert isinstance(merged.written[1].events[0], Absorbed)
    assert world.engine.matter(ALICE, "m-1").outcome is Outcome.MERGED
    assert {r.id for r in world.engine.matter(ALICE, "m-2").raisers} == {"alice", "bob"}
    (seen,) = world.engine.commits(GULOU, "m-1")[-1].basis.others
    assert (seen.id, seen.stage) == ("m-2", Stage.AWAITING_WHISTLE)
    assert world.do(GULOU, Merge(into="m-2"), "m-1", key="x") == merged


def test_a_conflict_in_one_of_them_writes_neither() -> None:
    class Busy(MemoryStore):
        world: World | None = None

        def append(self, drafts: Sequence[Draft]) -> Appended:
            if self.world is not None and len(drafts) > 1:
                world, self.world = self.world, None
                world.do(BOB, Urge(), "m-2")
            return super().append(drafts)

    store = Busy()
    world = World(store)
    two(world)
    store.world = world
    merged = world.ok(GULOU, Merge(into="m-2"), "m-1")
    assert [(w.matter, w.version) for w in merged.written] == [("m-1", 3), ("m-2", 4)]


def test_l16_a_merge_shows_nothing_of_a_matter_that_one_has_no_part_in(world: World) -> None:
    world.receive("m-1")
    world.ok(GULOU, Classify(facts=PIPES), "m-1")
    elsewhere = Receive(
        channel="12345", kind=AppealKind.HELP, place=Place(unit="yumin"), facts=PIPES
    )
    world.ok(BOB, elsewhere, "m-2")
    there = world.do(GULOU, Merge(into="m-2"), "m-1")
    assert there == world.do(GULOU, Merge(into="m-9"), "m-1")
    assert isinstance(there, Refused)
    assert there.code == "not_permitted"


def test_a_split_opens_its_parts(world: World) -> None:
    world.receive()
    parts = (
        SplitPart(matter="m-2", kind=AppealKind.COMPLAINT, facts=PIPES),
        SplitPart(matter="m-3", kind=AppealKind.HELP),
    )
    split = world.ok(GULOU, Split(parts=parts), "m-1", **{"m-2": "水管", "m-3": "扶助"})
    assert [(w.matter, w.version) for w in split.written] == [("m-1", 2), ("m-2", 1), ("m-3", 1)]
    assert world.engine.matter(ALICE, "m-3").appeal.kind is AppealKind.HELP
    taken = world.do(GULOU, Split(parts=parts[:1]), "m-1", **{"m-2": "水管"})
    assert isinstance(taken, Refused)
    assert taken.code == "part_id_taken"


# ------------------------------------------------------------------------------- reads


@pytest.mark.parametrize("stranger", [BOB, YUMIN, ZHUJIAN, actor("s-2", Role.STREET, "fenghuang")])
def test_a_matter_that_is_not_yours_looks_like_none(world: World, stranger: Actor) -> None:
    world.receive()
    for read in (world.engine.matter, world.engine.commits):
        with pytest.raises(UnknownMatter) as there:
            read(stranger, "m-1")
        with pytest.raises(UnknownMatter) as nowhere:
            read(stranger, "m-9")
        assert str(there.value).replace("m-1", "m-9") == str(nowhere.value)
    with pytest.raises(UnknownMatter):
        world.engine.text(stranger, "m-1", TextRef("c-1", "text"))


def test_words_are_read_by_those_with_a_part_and_not_by_other_raisers(world: World) -> None:
    two(world)
    world.ok(GULOU, Merge(into="m-2"), "m-1")
    hers, his = TextRef("c-1", "contact"), TextRef("c-2", "contact")
    assert world.engine.text(GULOU, "m-1", hers) == "139-0000-0000"
    assert world.engine.text(ALICE, "m-1", hers) == "139-0000-0000"
    assert world.engine.text(ALICE, "m-2", his) is None
    assert world.engine.text(BOB, "m-2", his) == "139-0000-0000"
    assert world.engine.text(GULOU, "m-1", his) is None
    assert world.engine.text(GULOU, "m-1", TextRef("c-1", "nothing")) is None


# ------------------------------------------------------------------------------- timers


def test_due_timers_fire_once_late_if_need_be(world: World) -> None:
    world.receive()
    assert world.engine.fire_due() == ()
    due = world.engine.due_timers(NOW + timedelta(days=2))
    assert [t.due for t in due] == sorted(t.due for t in due)
    world.now = NOW + timedelta(days=2)
    answers = world.engine.fire_due()
    assert len(answers) == len(due)
    fired = [e for a in answers for e in a.events if isinstance(e, TimerFired)]  # type: ignore[union-attr]
    assert [(e.step, e.late) for e in fired] == [
        (t.step, (world.now - t.due).total_seconds()) for t in due
    ]
    assert world.engine.fire_due() == ()
    assert all(c.command.by == SYSTEM for c in world.engine.commits(ALICE, "m-1")[1:])


def test_fire_due_can_be_told_the_time_and_when_to_stop(world: World) -> None:
    world.receive()
    (first, *_) = world.engine.due_timers(NOW + timedelta(days=2))
    (answer,) = world.engine.fire_due(first.due, limit=1)
    assert isinstance(answer, Receipt)
    assert answer.recorded_at == first.due
    with pytest.raises(ValueError, match="limit is 0"):
        world.engine.fire_due(first.due, limit=0)


def test_a_timer_that_could_not_be_written_is_given_back() -> None:
    store = Interfering(ATTEMPTS)
    world = World(store)
    world.receive()
    world.now += timedelta(hours=6)
    store.armed = True
    with pytest.raises(VersionConflict):
        world.engine.fire_due()
    assert world.engine.fire_due() != ()


def test_what_comes_after_a_timer_that_could_not_be_written_is_given_back_too() -> None:
    store = Interfering(ATTEMPTS)
    world = World(store)
    world.receive("m-1")
    world.receive("m-2")
    world.now += timedelta(hours=5, minutes=15)
    store.armed = True
    with pytest.raises(VersionConflict):
        world.engine.fire_due()
    held = store.timers.claim(now=world.now, until=world.now, limit=9)
    assert [claim.item.matter for claim in held] == ["m-1", "m-2"]


def test_a_worker_that_died_after_writing_is_not_repeated(world: World) -> None:
    world.receive()
    world.now += timedelta(hours=5, minutes=15)  # the first alert, nothing else
    (held,) = world.store.timers.claim(now=world.now, until=world.now, limit=1)
    (answer,) = world.engine.fire_due()
    assert world.engine.fire(held, world.now, retry_at=world.now) == answer
    assert len(world.store.feed(0, limit=9)) == 2


def test_a_timer_that_is_refused_becomes_a_dead_letter(world: World) -> None:
    world.receive()
    world.now += timedelta(hours=5, minutes=15)
    nobody = tiny_policy(permissions={"fire_timer": frozenset()})  # which would not compile
    world.engine.adopt(evolve(rules(), policy=nobody))
    (answer,) = world.engine.fire_due()
    assert isinstance(answer, Refused)
    assert len(world.store.timers.dead(limit=5)) == 1


def test_provisional_due_times_are_fixed_when_the_year_is_adopted(world: World) -> None:
    world.now = datetime(2024, 12, 31, 1, tzinfo=UTC)
    world.receive()
    world.ok(GULOU, Classify(facts=PIPES))
    assert any(k.due.provisional for k in world.engine.matter(ALICE, "m-1").clocks)
    calendar = tiny_policy().calendar
    known = evolve(calendar, known_until=calendar.known_until.replace(year=2025))
    world.engine.adopt(rules(calendar=known))
    (answer,) = world.engine.fix_due_times()
    assert isinstance(answer, Receipt)
    assert not any(k.due.provisional for k in running(world.engine.matter(ALICE, "m-1")))
    assert world.engine.fix_due_times() == ()


def running(state: Matter) -> list[Any]:
    return [clock for clock in state.clocks if clock.ended is None]


# ------------------------------------------------------------------------------- who is told


def told(world: World, since: int) -> set[tuple[str, str]]:
    waiting = world.store.outbox.waiting(until=world.now, limit=999)
    return {(n.code, n.unit or n.actor or "") for n in waiting if n.version > since}


def test_receivers_are_told_of_the_dispatch_and_raisers_of_the_result(world: World) -> None:
    world.dispatched()
    assert {to for code, to in told(world, 3) if code == "dispatched"} == {
        "r-zhujian", "r-chengguan", "r-shuiwu", "alice",
    }  # fmt: skip
    world.ok(ZHUJIAN, ReportIn())
    back = world.do(
        ZHUJIAN,
        FeedBack(result=ResultCode.SOLVED, evidence=(PROOF,), without=()),
        text="修好了",
    )
    assert isinstance(back, Refused)  # the joint unit has not handed in yet
    before = len(world.store.load("m-1").records)
    assert told(world, before) == set()


def test_units_are_told_of_their_duties_and_of_alerts(world: World) -> None:
    world.receive()
    assert told(world, 0) == {("received", "alice"), ("clock_started.classify", "gulou")}
    world.now += timedelta(hours=5, minutes=15)
    world.engine.fire_due()
    assert told(world, 1) == {("timer_fired.remind", "gulou")}


def test_notices_point_at_their_event(world: World) -> None:
    world.dispatched()
    for notice in world.store.outbox.waiting(until=world.now, limit=99):
        commit = world.engine.commits(XINHUA, "m-1")[notice.version - 1]
        name = notice.code.partition(".")[0]
        assert name == EVENTS[type(commit.events[notice.event])].partition("/")[0]
