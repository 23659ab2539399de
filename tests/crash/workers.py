"""The processes that are killed: commands, bulk intake, timers, outbox.

``python -m tests.crash.workers ROLE URL FOLDER NAME SEED BEGAN``. Each writes to a journal of its
own in the folder what it sent and was answered, and takes up from it what a kill has cut off. On
its standard output it shows only its pulse, a byte at each thing begun and done: by it whoever
kills knows when. ``SIGTERM`` ends it, at its ease.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import time

from attrs import evolve, frozen

from tests.crash.journal import Answered, Delivered, Journal, Resumed, Sent, lines
from tests.crash.people import People
from whistle_engine import shipped_rules
from whistle_engine.commands import Command, Receive, Withdraw
from whistle_engine.engine import Engine
from whistle_engine.errors import NotifyError, StoreBusy, VersionConflict
from whistle_engine.generate import BUSY, Order, intake
from whistle_engine.generate.dice import Dice
from whistle_engine.model import Actor, Role
from whistle_engine.notify.api import Message, Notifier
from whistle_engine.plugins import Plugins
from whistle_engine.relay import Backoff, Relay
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store

START = datetime(2026, 3, 2, tzinfo=UTC)
A_SECOND = timedelta(hours=3)
"""What a second of the machine is for the city, so that timers come due while one looks on."""
LEASE = A_SECOND
"""How long a relay holds what it claims; it is what a killed one holds up."""

BETWEEN = 0.05
"""Seconds from one command to the next; all in all as many as the relays can follow."""
BETWEEN_ROUNDS = 0.6
A_ROUND, BATCH = 10, 8
"""Appeals that come in at once, and commands that are appended at once."""
STAY = 4
"""One appeal of so many is left to the people; the rest is withdrawn in the next round."""

PASSING = (StoreBusy, VersionConflict)
"""Others were in the way: what was sent can be sent again. No other error is to be met."""

UNWANTED, NOT_NOW = 200, 30
"""Of so many messages one is never accepted; of so many calls one fails, for the moment."""

Item = tuple[Command, Mapping[str, str]]


def hurried(began: float) -> Callable[[], datetime]:
    """The city's clock, the same in all processes."""
    return lambda: START + A_SECOND * (time() - began)


def pulse() -> None:
    """Show that something begins, or is done."""
    os.write(1, b".")


@frozen(kw_only=True, slots=False)
class Post:
    """Where a worker stands, and what it works with; its successor stands in the same place."""

    url: str
    folder: Path
    name: str
    seed: int
    began: float
    stopping: Event

    @property
    def journal(self) -> Path:
        return self.folder / f"{self.name}.journal"

    def open(self) -> tuple[Store, Rules, Engine]:
        store = Plugins.load().open_store(self.url)
        rules = shipped_rules("xingqing")
        return store, rules, Engine(store, rules, clock=hurried(self.began))


# ------------------------------------------------------------------------------- commands


def commands(post: Post) -> None:
    """Give commands, one by one, on matters that others work on too."""
    store, rules, engine = post.open()
    sent = list(lines(post.journal, Sent))
    answered = {each.command for each in lines(post.journal, Answered)}
    journal = Journal(post.journal)
    for each in sent[-1:]:
        command = each.loaded()
        if command.id not in answered:
            journal.write(Resumed(command.id, written=_written(store, command)))
            _execute(engine, journal, (command, each.texts))
    people = People.of(store, rules)
    clock = hurried(post.began)
    place = int(post.name.rpartition("-")[2])
    number = len(sent)
    for attempt in count():
        if post.stopping.wait(BETWEEN):
            return
        dice = Dice.of(post.seed, post.name, number, attempt)
        given = people.next(dice, number * 10 + place, clock())
        if given is not None:
            command = evolve(given.command, id=f"{post.name}:{number}")
            journal.write(Sent.of(command, given.texts))
            _execute(engine, journal, (command, given.texts))
            number += 1


def _written(store: Store, command: Command) -> bool:
    return bool(store.load(command.matter, command.id).earlier)


def _execute(engine: Engine, journal: Journal, item: Item) -> None:
    """Execute a command and acknowledge it; again, where others were in the way."""
    command, texts = item
    while True:
        pulse()
        with suppress(*PASSING):
            answer = Answered.of(command.id, engine.execute(command, texts=texts))
            pulse()
            _expect(engine.store, command, answer)
            journal.write(answer)
            return


def _expect(store: Store, command: Command, answer: Answered) -> None:
    """See that one reads what one has written (S6); it also gives the killer time to come."""
    if _written(store, command) != bool(answer.written or answer.kept):
        raise AssertionError(f"{answer} does not fit what is there")


# ------------------------------------------------------------------------------- bulk intake


def bulk(post: Post) -> None:
    """Let appeals come in by the batch, and have most of them withdrawn a round later."""
    store, rules, engine = post.open()
    answered = {each.command for each in lines(post.journal, Answered)}
    takes_over = post.journal.exists()
    journal = Journal(post.journal)
    for items in _rounds(rules, post):
        left = [item for item in items if item[0].id not in answered]
        if not left:
            continue
        for command, _ in left[:BATCH] if takes_over else ():
            journal.write(Resumed(command.id, written=_written(store, command)))
        takes_over = False
        _execute_many(engine, journal, left)
        if post.stopping.wait(BETWEEN_ROUNDS):
            return


def _rounds(rules: Rules, post: Post) -> Iterator[list[Item]]:
    """What is sent at once; a successor finds the same."""
    before: Sequence[Order] = ()
    for number in count():
        prefix = f"{post.name}-{number}-"
        seed = post.seed * 1_000_000 + number
        orders = tuple(
            intake(rules, seed=seed, start=START, matters=A_ROUND, profile=BUSY, prefix=prefix)
        )
        yield [
            *((order.command, order.texts) for order in orders),
            *(_withdrawal(order) for each, order in enumerate(before) if each % STAY),
        ]
        before = orders


def _withdrawal(order: Order) -> Item:
    command = order.command
    do = command.do
    if not isinstance(do, Receive):
        raise TypeError(do)
    raiser = Actor(
        id=do.raiser or command.by.id,
        roles=frozenset({Role.RESIDENT}),
        unit=do.raiser_unit if do.raiser else command.by.unit,
    )
    return Command(id=f"{command.id}w", matter=command.matter, by=raiser, do=Withdraw()), {}


def _execute_many(engine: Engine, journal: Journal, items: Sequence[Item]) -> None:
    """Execute a round, acknowledge each, and send again what others were in the way of."""
    left = {command.id: (command, texts) for command, texts in items}
    while left:
        pulse()
        outcomes = engine.execute_many(tuple(left.values()), batch=BATCH)
        with suppress(*PASSING):
            for name, outcome in zip(tuple(left), outcomes, strict=True):
                if isinstance(outcome, PASSING):
                    continue
                if isinstance(outcome, Exception):
                    raise outcome
                answer = Answered.of(name, outcome)
                pulse()
                _expect(engine.store, left.pop(name)[0], answer)
                journal.write(answer)


# ------------------------------------------------------------------------------- relays


def unwanted(key: str) -> bool:
    """Tell whether a message is never accepted: it has to become a dead letter."""
    return int.from_bytes(sha256(key.encode()).digest()[:4], "big") % UNWANTED == 0


class JournalNotifier:
    """Accepts a message by writing its key down, for good; some not at once, and some never."""

    name = "journal"

    def __init__(self, path: Path, *, moody: bool = True) -> None:
        self._journal = Journal(path, durable=True)
        self._calls = 0
        self._moody = moody

    def send(self, message: Message) -> None:
        if unwanted(message.key):
            raise NotifyError("nobody wants to know", retry=False)
        self._calls += 1
        if self._moody and self._calls % NOT_NOW == 0:
            raise NotifyError("not just now", retry=True)
        self._journal.write(Delivered(message.key))


def relay(engine: Engine, clock: Callable[[], datetime], *notifiers: Notifier) -> Relay:
    """A relay that is in a hurry: what fails is tried again at once, and never given up."""
    moment = timedelta(milliseconds=20)
    return Relay(
        engine,
        notifiers,
        clock=clock,
        backoff=Backoff(first=moment, most=moment, tries=1_000_000),
        timer_lease=LEASE,
        notice_lease=LEASE,
        batch=8,
    )


def timers(post: Post) -> None:
    """Fire timers."""
    _relay(post)


def outbox(post: Post) -> None:
    """Fire timers and hand on notices."""
    _relay(post, JournalNotifier(post.journal))


def _relay(post: Post, *notifiers: Notifier) -> None:
    clock = hurried(post.began)

    def pulsing() -> datetime:  # a relay looks at the clock before each thing it does
        pulse()
        return clock()

    worker = relay(post.open()[2], pulsing, *notifiers)
    _when(post.stopping.wait, worker.stop)
    worker.run(idle=timedelta(milliseconds=20))


# ------------------------------------------------------------------------------- one process

ROLES: Mapping[str, Callable[[Post], None]] = {
    each.__name__: each for each in (commands, bulk, timers, outbox)
}


def _when(waited: Callable[[], object], act: Callable[[], None]) -> None:
    """Do something in a thread once something else has ended."""

    def wait_and_act() -> None:
        waited()
        act()

    Thread(target=wait_and_act, daemon=True).start()


def main(role: str, *where: str) -> None:
    """Work until told to stop."""
    url, folder, name, seed, began = where
    # A thread waits for the signal: a handler could come in the middle of what it has to change.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    stopping = Event()
    _when(lambda: signal.sigwait({signal.SIGTERM}), stopping.set)
    pulse()
    ROLES[role](
        Post(
            url=url,
            folder=Path(folder),
            name=name,
            seed=int(seed),
            began=float(began),
            stopping=stopping,
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
