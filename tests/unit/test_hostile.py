"""A little hostile input of each kind; ``make hostile`` feeds hundreds of thousands."""

from __future__ import annotations

from random import Random
from typing import Any, cast

import pytest
from attrs import evolve

from tests.hostile import kinds, run
from tests.hostile.kinds import KINDS, Kind
from tests.support import tiny_directory, tiny_policy
from whistle_engine.codec import load_command, load_events
from whistle_engine.commands import Command, Receive, Withdraw
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import CodecError, StoryError
from whistle_engine.model import Actor, AppealKind, Evidence, Place, Role
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.story import parse_story

SOME = {"policies": 40, "directories": 40, "packed": 60, "stories": 40, "urls": 40, "lines": 25}
"""How many of each; of the others five hundred."""


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_input_is_told(kind: str) -> None:
    fed = run.feed(kind, range(SOME.get(kind, 500)))
    assert [error for _, error in fed.uncaught] == []
    assert len(fed.outcomes) > 1, "all the same: is anything made?"


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_is_made_again_by_its_seed(kind: str) -> None:
    one, other = (KINDS[kind].make(Random(f"{kind} 7")) for _ in range(2))  # noqa: S311
    assert repr(one) == repr(other)


def test_what_nobody_catches_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(_data: bytes) -> object:
        raise KeyError("type")

    monkeypatch.setitem(kinds.LOAD, "events", careless)
    fed = run.feed("wire", range(50))
    assert any("KeyError" in error for _, error in fed.uncaught)
    assert fed.outcomes.total() + len(fed.uncaught) == 50


def test_what_takes_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def never_done(_made: object) -> str:
        while True:
            pass

    slow = Kind(title="slow", make=lambda rng: rng.random(), feed=never_done, share=1)
    monkeypatch.setitem(KINDS, "slow", slow)
    monkeypatch.setattr(run, "SECONDS", 0.05)
    fed = run.feed("slow", range(1))
    assert "TooLongError" in fed.uncaught[0][1]


# ------------------------------------------------------------------------------- what was found

LI = Actor(id="li", roles=frozenset({Role.RESIDENT}))


@pytest.mark.parametrize(
    "story", ["a = " + "[" * 5_000, "a = " + "9" * 5_000], ids=["deep", "long number"]
)
def test_a_story_that_no_reader_takes_is_told(story: str) -> None:
    with pytest.raises(StoryError, match="nested too deep, or has a number"):
        parse_story(story)


def test_a_step_by_a_list_is_told() -> None:
    with pytest.raises(StoryError, match="no actor"):
        parse_story('start = 2024-03-04T09:00:00+08:00\n[[step]]\ndo = "withdraw"\nby = ["li"]\n')


HELP = Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"id": 5}, r"\$\.id"),
        ({"by": "li"}, "'str' object has no attribute 'id'"),
        ({"do": evolve(HELP, channel=cast("str", ["12345"]))}, r"\$\.do\.channel"),
    ],
    ids=["id", "actor", "channel"],
)
def test_a_value_of_another_type_is_told_and_writes_nothing(
    wrong: dict[str, Any], told: str
) -> None:
    command = Command(**{"id": "c", "matter": "m", "by": LI, "do": HELP, **wrong})
    store = MemoryStore()
    engine = Engine(store, compile_rules(tiny_policy(), tiny_directory()))
    with pytest.raises(CodecError, match=told):
        engine.execute(command)
    (outcome,) = engine.execute_many([(command, {})])
    assert isinstance(outcome, CodecError)
    assert store.feed(0, limit=9) == ()


def test_words_that_are_no_words_are_told() -> None:
    engine = Engine(MemoryStore(), compile_rules(tiny_policy(), tiny_directory()))
    command = Command(id="c", matter="m", by=LI, do=Withdraw())
    with pytest.raises(CodecError, match="the text 'text' is a int; it should be a str"):
        engine.execute(command, texts={"text": 5})  # type: ignore[dict-item]


def test_an_id_that_is_no_text_is_told_by_its_field() -> None:
    with pytest.raises(ValueError, match=r"Evidence\.uri is 5; it should be a str"):
        Evidence(uri=5, digest="sha256:00", media_type="image/png")  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 100_000])
def test_bytes_without_an_end_are_told(data: bytes) -> None:
    for load in (load_command, load_events):
        with pytest.raises(CodecError, match="not JSON"):
            load(data)
