"""Messages of whole histories: every notice that a walk writes, composed as it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from random import Random

from tests.walks import OTHER_RULES, RULES, walk
from whistle_engine import codec
from whistle_engine.model import MatterId
from whistle_engine.notify.api import Message
from whistle_engine.notify.composing import compose
from whistle_engine.projection import notices
from whistle_engine.review.laws import Taken
from whistle_engine.storage.rows import Notice, Record


def record_of(taken: Taken, version: int, matter: MatterId = "m1") -> Record:
    """A commit's row, as far as a message is made of it."""
    return Record(
        matter=matter, version=version, position=version, command_id=taken.command.id,
        recorded_at=taken.now, command=b"", basis=b"", events=codec.dump_events(taken.written),
        answer=b"", previous="", digest="",
    )  # fmt: skip


def messages(history: Iterable[Taken]) -> Iterator[tuple[Notice, Message, Taken]]:
    """Every notice of one matter's history, with the message that it becomes."""
    records: list[Record] = []
    for taken in history:
        if taken.after is not None and taken.written:
            records.append(record_of(taken, len(records) + 1))
            for notice in notices(taken.after, len(records), taken.written):
                yield notice, compose(notice, records, taken.rules), taken


def walks(count: int, *, seed: int = 1) -> Iterator[Iterator[Taken]]:
    """Some walks, always the same, in two cities."""
    chance = Random(seed)  # noqa: S311  nothing secret
    for number in range(count):
        path = [
            (chance.randrange(10_000), chance.randrange(10_000), chance.randrange(20))
            for _ in range(40)
        ]
        yield walk(path, rules=RULES if number % 2 else OTHER_RULES)
