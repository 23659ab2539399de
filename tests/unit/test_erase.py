"""Erasing a person's words: they are nowhere, and history and chain still hold."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from types import FunctionType, ModuleType

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.support import actor
from tests.unit.histories import Town, towns
from tests.unit.test_engine import (
    ALICE,
    BOB,
    CENTRE,
    GULOU,
    PIPES,
    PROOF,
    XINHUA,
    ZHUJIAN,
    World,
    received,
)
from whistle_engine.checkpoints import checkpoint
from whistle_engine.codec import load_command
from whistle_engine.commands import (
    Act,
    Add,
    CallBack,
    Classify,
    FeedBack,
    Merge,
    Receive,
    Release,
    ReportIn,
    Settle,
    Split,
    SplitPart,
    Tell,
    Urge,
    Withdraw,
)
from whistle_engine.commits import Receipt
from whistle_engine.engine import SYSTEM
from whistle_engine.events import Refused
from whistle_engine.model import Actor, AppealKind, Place, ResultCode, Role, TextRef, facts
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Erased, VaultText
from whistle_engine.verify import verify

HOTLINE = actor("h-1", Role.HOTLINE, "hotline")
COORDINATOR = actor("k-1", Role.COORDINATOR, "shegong")


def held(*roots: object) -> Iterator[str]:
    """Every text and every bytes, as text, that can be reached from some objects."""
    seen: set[int] = set()
    waiting: list[object] = list(roots)
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, ModuleType | FunctionType | type):
            continue
        seen.add(id(each))
        if isinstance(each, str):
            yield each
        elif isinstance(each, bytes | bytearray):
            yield each.decode("utf-8", "replace")
        waiting += gc.get_referents(each)


def is_held(words: str, *roots: object) -> bool:
    return any(words in each for each in held(*roots))


def kept(store: MemoryStore) -> set[str]:
    """The commands whose words are still there."""
    return {ref.command for ref, text in store._texts.items() if isinstance(text, VaultText)}


def words_of(world: World) -> None:
    """Alice raised m-1 herself, m-2 through the hotline, and added to both; Bob raised m-3."""
    world.do(ALICE, received(), "m-1", key="a-receives", text="爱丽丝家漏水", contact="139-1")
    by_phone = Receive(
        channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"), raiser="alice"
    )
    world.do(HOTLINE, by_phone, "m-2", key="h-receives", text="她说停水", contact="139-2")
    world.do(ALICE, Add(), "m-2", key="a-adds", text="还没来水")
    world.do(BOB, received(), "m-3", key="b-receives", text="鲍勃家漏水", contact="139-3")
    world.do(GULOU, Classify(facts=facts(category="quarrel")), "m-1", key="classifies")
    branch = actor("g-1", Role.GRID_BRANCH, "gulou")
    world.do(branch, Settle(), "m-1", key="settles", text="已经修好")
    world.do(ALICE, Urge(), "m-2", key="a-urges")


@pytest.fixture
def world() -> World:
    world = World()
    words_of(world)
    assert kept(world.store) == {
        "a-receives", "h-receives", "a-adds", "b-receives", "settles",
    }  # fmt: skip
    return world


def commands(refs: tuple[TextRef, ...] | Refused) -> set[str]:
    assert not isinstance(refs, Refused)
    return {ref.command for ref in refs}


# ------------------------------------------------------------------------------- what is erased


def test_s17_a_persons_words_are_erased_wherever_they_lie(world: World) -> None:
    refs = world.engine.erase(CENTRE, raiser="alice")
    assert refs == tuple(
        TextRef(command, name)
        for command, name in (
            ("a-receives", "contact"), ("a-receives", "text"), ("h-receives", "contact"),
            ("h-receives", "text"), ("a-adds", "text"),
        )
    )  # fmt: skip
    assert kept(world.store) == {"b-receives", "settles"}
    assert world.engine.text(GULOU, "m-1", TextRef("a-receives", "text")) is Erased.ERASED
    assert world.engine.text(GULOU, "m-3", TextRef("b-receives", "text")) == "鲍勃家漏水"


def test_s17_the_words_are_nowhere(world: World) -> None:
    gone = ("爱丽丝家漏水", "139-1", "她说停水", "139-2", "还没来水")
    stay = ("鲍勃家漏水", "139-3", "已经修好")
    for words in (*gone, *stay):
        assert is_held(words, world.store, world.engine)
    world.engine.erase(CENTRE, raiser="alice")
    for words in gone:
        assert not is_held(words, world.store, world.engine)
    for words in stay:
        assert is_held(words, world.store, world.engine)


def test_s17_history_and_chain_still_hold(world: World) -> None:
    before, point = world.store.feed(0, limit=99), checkpoint(world.store)
    histories = {m: world.engine.commits(SYSTEM, m) for m in ("m-1", "m-2", "m-3")}
    world.engine.erase(CENTRE, raiser="alice")
    assert world.store.feed(0, limit=99) == before
    assert {m: world.engine.commits(SYSTEM, m) for m in histories} == histories
    report = verify(world.store, since=point)
    assert report.ok, report.first
    assert (report.counts.texts, report.counts.erased) == (3, 5)


def test_s17_the_whole_feed_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whistle_engine._erasing.PAGE", 1)
    assert commands(world.engine.erase(CENTRE, raiser="alice")) == {
        "a-receives", "h-receives", "a-adds",
    }  # fmt: skip


def test_s17_it_can_be_said_again(world: World) -> None:
    first = world.engine.erase(CENTRE, raiser="alice")
    assert world.engine.erase(CENTRE, raiser="alice") == first
    assert verify(world.store).ok


@pytest.mark.parametrize(
    ("which", "gone"),
    [
        ({"matter": "m-1"}, {"a-receives", "settles"}),
        ({"matter": "m-2"}, {"h-receives", "a-adds"}),
        ({"matter": "m-1", "raiser": "alice"}, {"a-receives"}),
        ({"matter": "m-2", "raiser": "bob"}, set()),
        ({"command": "a-adds"}, {"a-adds"}),
        ({"command": "a-adds", "matter": "m-1"}, set()),
        ({"command": "b-receives", "raiser": "alice"}, set()),
        ({"command": "b-receives", "raiser": "bob", "matter": "m-3"}, {"b-receives"}),
        ({"matter": "m-9"}, set()),
        ({"raiser": "nobody"}, set()),
        ({"command": "nothing"}, set()),
    ],
)
def test_what_is_given_narrows_it_down_together(
    world: World, which: dict[str, str], gone: set[str]
) -> None:
    before = kept(world.store)
    assert commands(world.engine.erase(CENTRE, **which)) == gone
    assert kept(world.store) == before - gone
    assert verify(world.store).ok


def test_nothing_given_erases_nothing(world: World) -> None:
    before = kept(world.store)
    with pytest.raises(ValueError, match="whose words"):
        world.engine.erase(CENTRE)
    assert kept(world.store) == before


def test_what_was_said_to_a_person_or_asked_of_it_goes_too() -> None:
    world = World()
    world.dispatched()
    world.ok(ZHUJIAN, ReportIn())
    world.ok(ZHUJIAN, Release(unit="chengguan"), reason="不需要了")
    world.ok(ZHUJIAN, FeedBack(result=ResultCode.SOLVED, evidence=(PROOF,)), text="水管换新")
    assert isinstance(
        world.do(ZHUJIAN, Tell(raiser="alice"), key="tells", text="张家修好了"), Receipt
    )
    answer = world.do(GULOU, CallBack(raiser="alice"), key="calls", text="张家没人接")
    assert isinstance(answer, Receipt)
    assert commands(world.engine.erase(CENTRE, raiser="alice")) == {"c-1", "tells", "calls"}
    assert not is_held("张家", world.store)
    assert is_held("水管换新", world.store)
    assert verify(world.store).ok


def test_an_appeal_that_was_split_takes_its_parts_words_along() -> None:
    world = World()
    world.do(ALICE, received(), "m-1", key="a-receives", text="两件事", contact="139-1")
    parts = tuple(SplitPart(matter=m, kind=AppealKind.HELP) for m in ("m-2", "m-3"))
    words = {"m-2": "她要水", "m-3": "她要电"}
    answer = world.do(GULOU, Split(parts=parts), "m-1", key="splits", **words)
    assert isinstance(answer, Receipt)
    assert verify(world.store).counts.texts == 4  # each counts once, though three commits name it
    assert commands(world.engine.erase(CENTRE, raiser="alice", matter="m-1")) == {"a-receives"}
    assert commands(world.engine.erase(CENTRE, raiser="alice")) == {"a-receives", "splits"}
    assert not is_held("她要", world.store)
    report = verify(world.store)
    assert report.ok, report.first
    assert (report.counts.texts, report.counts.erased) == (0, 4)


def test_words_that_concern_others_too_stay() -> None:
    world = World()
    world.do(ALICE, received(), "m-1", key="a-receives", text="a", contact="139-1")
    world.do(BOB, received(), "m-2", key="b-receives", text="b", contact="139-2")
    for matter in ("m-2", "m-1"):
        world.ok(GULOU, Classify(facts=PIPES), matter)
    world.ok(GULOU, Merge(into="m-2"), "m-1")
    assert commands(world.engine.erase(CENTRE, raiser="alice")) == {"a-receives"}
    contacts = {r.id: r.contact for r in world.engine.matter(CENTRE, "m-2").raisers}
    found = {who: contacts[who] and world.store.read_text(contacts[who]) for who in contacts}  # type: ignore[arg-type]
    assert found["alice"] is Erased.ERASED
    assert isinstance(found["bob"], VaultText)


def test_what_an_official_wrote_on_others_matters_is_not_the_officials() -> None:
    """One person may be both, and a raiser who withdrew was one."""
    world = World()
    world.do(ALICE, received(), "m-1", key="a-receives", text="爱丽丝的话")
    world.do(GULOU, Classify(facts=PIPES), "m-1", key="classifies", reason="爱丽丝说")
    neighbour = actor(GULOU.id, Role.RESIDENT)
    world.do(neighbour, received(), "m-2", key="receives", text="我家的事")
    world.do(neighbour, Add(), "m-2", key="adds", text="还有")
    assert isinstance(world.do(neighbour, Withdraw(), "m-2", key="withdraws"), Receipt)
    by_phone = Receive(
        channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"), raiser="bob"
    )
    world.do(HOTLINE, by_phone, "m-3", key="h-receives", text="鲍勃说")
    assert commands(world.engine.erase(CENTRE, raiser=GULOU.id)) == {"receives", "adds"}
    assert commands(world.engine.erase(CENTRE, raiser=HOTLINE.id)) == set()
    assert kept(world.store) == {"a-receives", "classifies", "h-receives"}


def test_a_raiser_taken_in_by_a_merge_is_one_there_too() -> None:
    world = World()
    world.do(ALICE, received(), "m-1", key="a-receives", text="a")
    world.do(BOB, received(), "m-2", key="b-receives", text="b")
    for matter in ("m-2", "m-1"):
        world.ok(GULOU, Classify(facts=PIPES), matter)
    world.ok(GULOU, Merge(into="m-2"), "m-1")
    assert isinstance(world.do(ALICE, Add(), "m-2", key="a-adds", text="c"), Receipt)
    assert commands(world.engine.erase(CENTRE, raiser="alice")) == {"a-receives", "a-adds"}


@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(towns())
def test_s17_whatever_happened_erasing_leaves_the_rest_as_it_was(town: Town) -> None:
    whole = verify(town.store)
    refs = town.engine.erase(SYSTEM, raiser="resident")
    assert not isinstance(refs, Refused)
    assert refs
    mine = {r.command for r in town.memory._feed if load_command(r.command).by.id == "resident"}
    own = {load_command(data).id for data in mine}
    assert own >= {r.command for r in refs if r.command.partition(":")[2] == "c0"}
    for ref, text in town.memory._texts.items():
        assert (text is Erased.ERASED) == (ref in refs)
        assert ref.command not in own or text is Erased.ERASED
    for command in own:
        assert not is_held(f"of {command}:", town.memory._texts)
    report = verify(town.store, since=whole.checkpoint)
    assert report.ok, report.first
    assert report.counts.erased == len(refs)
    assert report.counts.texts == whole.counts.texts - len(refs)


# ------------------------------------------------------------------------------- who may


@pytest.mark.parametrize(
    "stranger",
    [
        ALICE, BOB, GULOU, XINHUA, ZHUJIAN, HOTLINE, COORDINATOR,
        actor("o-2", Role.OPERATIONS, "gulou"), actor("o-3", Role.OPERATIONS),
    ],
)  # fmt: skip
def test_l16_nobody_else_erases_and_the_refusal_shows_nothing(
    world: World, stranger: Actor
) -> None:
    before = kept(world.store)
    answers = [
        world.engine.erase(stranger, matter="m-1"),
        world.engine.erase(stranger, matter="m-9"),
        world.engine.erase(stranger, raiser="alice"),
        world.engine.erase(stranger, command="a-adds"),
    ]
    assert all(isinstance(each, Refused) and each == answers[0] for each in answers)
    assert isinstance(answers[0], Refused)
    assert (answers[0].code, answers[0].unmet[0].facts) == ("not_permitted", ())
    assert kept(world.store) == before


def test_after_erasure_the_matter_goes_on(world: World) -> None:
    world.engine.erase(CENTRE, raiser="alice")
    go_on: list[tuple[Actor, Act, str]] = [(ALICE, Add(), "m-2"), (BOB, Add(), "m-3")]
    for by, act, matter in go_on:
        assert isinstance(world.do(by, act, matter, text="又来了"), Receipt)
    assert verify(world.store).ok
