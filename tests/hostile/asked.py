"""Commands as programs make them that nobody type-checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from random import Random
from typing import cast

import attrs

from tests.hostile import garble
from tests.hostile.told import Outcome, told
from tests.samples import hints, sample
from tests.support import tiny_directory, tiny_policy
from tests.walks import BY_ID
from whistle_engine import codec
from whistle_engine import commands as c
from whistle_engine.commands import ACTS, Command
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import CodecError, CommandIdReused
from whistle_engine.model import AppealKind, Matter, Place, facts
from whistle_engine.rules import Rules
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.verify import verify
from whistle_engine.workflow import allowed, replay

NOW = datetime(2024, 3, 4, 1, tzinfo=UTC)


@cache
def _rules() -> Rules:
    return compile_rules(tiny_policy(), tiny_directory())


PEOPLE = tuple(BY_ID.values())
OPENING: tuple[tuple[str, c.Act], ...] = (
    ("resident", c.Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"))),
    ("clerk", c.Classify(facts=facts(category="pipes"))),
    ("street", c.Blow(kind="tough")),
    ("operator", c.Dispatch()),
    ("r-zhujian", c.ReportIn()),
)
"""How a matter comes to its lead; what is hostile follows somewhere on the way."""
WILD: tuple[object, ...] = (
    *garble.VALUES,
    b"",
    ("a",),
    frozenset(),
    object,
    NOW.replace(tzinfo=None),
    timedelta(days=9**6),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
    NOW.date(),
    float("nan"),
    "\ud800",
)
"""What a program passes that was not checked by a type checker."""


@attrs.frozen
class Asked:
    """A command as a program makes it: a good one, with some of its values wrong."""

    act: type
    fields: Mapping[str, object]
    envelope: Mapping[str, object]
    words: Mapping[str, object]

    def made(self, matter: Matter | None) -> Command:
        """The command, by somebody who may give it if nobody else is named."""
        do = attrs.evolve(sample(self.act), **self.fields)
        may = (
            who
            for who in PEOPLE
            if ACTS[self.act].partition("/")[0] in allowed(matter, who, _rules(), NOW)
        )
        by = next(may, PEOPLE[0])
        return Command(**{"id": "c", "matter": "m", "by": by, "do": do, **self.envelope})


def make_commands(rng: Random) -> tuple[int, tuple[Asked, ...]]:
    """How far a matter has come, and a few commands on it, most with something wrong."""
    return rng.randint(0, len(OPENING)), tuple(_asked(rng) for _ in range(rng.randint(1, 3)))


def _asked(rng: Random) -> Asked:
    act = rng.choice(list(ACTS))
    names = list(hints(act))
    fields = {rng.choice(names): _wild(rng)} if names and rng.random() < 0.8 else {}
    envelope: dict[str, object] = {"id": f"c-{rng.randrange(4)}"}
    if rng.random() < 0.3:
        envelope["by"] = rng.choice(PEOPLE)
    if rng.random() < 0.2:
        envelope[rng.choice(("id", "matter", "by", "do", "texts", "occurred_at"))] = _wild(rng)
    words = {"text": rng.choice([*garble.WORDS, "\ud800", None, 5])} if rng.random() < 0.4 else {}
    return Asked(act, fields, envelope, words)


def _wild(rng: Random) -> object:
    value = rng.choice(WILD)
    return rng.choice((value, value, (value,), frozenset([value]) if _hashes(value) else (value,)))


def _hashes(value: object) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return True


def feed_commands(made: tuple[int, tuple[Asked, ...]]) -> Outcome:
    """Execute them; what is refused or wrong writes nothing, and what is written can be read."""
    so_far, asked = made
    store = MemoryStore()
    engine = Engine(store, _rules(), clock=lambda: NOW)
    for number, (who, act) in enumerate(OPENING[:so_far]):
        good = Command(id=f"good-{number}", matter="m", by=BY_ID[who], do=act, texts=())
        assert isinstance(engine.execute(good), Receipt)
    events = [
        event for record in store.load("m").records for event in codec.load_events(record.events)
    ]
    matter = replay("m", events)
    came = ""
    for each in asked:
        before = len(store.feed(0, limit=99))
        came = _executed(engine, each, matter)
        more = len(store.feed(0, limit=99)) - before
        assert more == 0 or came in ("done", "Refused"), came
    assert verify(store).ok
    return came


def _executed(engine: Engine, asked: Asked, matter: Matter | None) -> Outcome:
    try:
        command = asked.made(matter)
    except (ValueError, TypeError, AttributeError) as error:  # the classes themselves
        return f"{told(error)} on making"
    try:
        answer = engine.execute(command, texts=cast("Mapping[str, str]", asked.words))
    except (CodecError, CommandIdReused, ValueError) as error:
        return told(error)
    return "done" if isinstance(answer, Receipt) else "Refused"
