"""The relay: nothing lost, nothing fired twice, nothing out of order, whatever notifiers do."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any

import pytest
from attrs import evolve

from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine.commands import Act, Add, Blow, Classify, Command, Dispatch, Receive
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import LEASE, Engine
from whistle_engine.errors import NotifyError, StoreClosed
from whistle_engine.events import Refused, TimerFired
from whistle_engine.model import Actor, AppealKind, Place, Role, facts
from whistle_engine.notify import guarding
from whistle_engine.notify.api import Message, Notifier
from whistle_engine.notify.memory import MemoryNotifier
from whistle_engine.plugins import Plugins
from whistle_engine.relay import Backoff, Figures, Relay
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Claim, Notice, Timer
from whistle_engine.testing.notifiers import messages

ALICE = actor("alice", Role.RESIDENT)
GULOU = actor("c-1", Role.COMMUNITY, "gulou")
XINHUA = actor("s-1", Role.STREET, "xinhua")
CENTRE = actor("o-1", Role.OPERATIONS, "zhihui")
PIPES = facts(category="pipes")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
NOW_AT_ONCE = timedelta()
BACKOFF = Backoff(first=MINUTE, most=HOUR, tries=4)


class World:
    """A store with some matters, an engine, and a clock that is set by hand."""

    def __init__(self, store: Store | None = None) -> None:
        self.now = NOW
        self.store: Store = store if store is not None else MemoryStore()
        self.engine = Engine(
            self.store, compile_rules(tiny_policy(), tiny_directory()), clock=lambda: self.now
        )
        self.count = 0

    def do(self, by: Actor, act: Act, matter: str = "m-1") -> Receipt:
        self.count += 1
        command = Command(id=f"c-{self.count}", matter=matter, by=by, do=act)
        answer = self.engine.execute(command)
        assert isinstance(answer, Receipt), answer
        return answer

    def receive(self, matter: str = "m-1") -> None:
        place = Place(unit="gulou")
        act = Receive(channel="12345", kind=AppealKind.COMPLAINT, place=place, facts=PIPES)
        self.do(ALICE, act, matter)

    def dispatched(self, matter: str = "m-1") -> None:
        self.receive(matter)
        self.do(GULOU, Classify(facts=PIPES), matter)
        self.do(XINHUA, Blow(kind="tough"), matter)
        self.do(CENTRE, Dispatch(), matter)

    def relay(self, *notifiers: Notifier, **more: Any) -> Relay:
        usual: dict[str, Any] = {
            "clock": lambda: self.now, "chance": lambda: 1.0, "backoff": BACKOFF,
        }  # fmt: skip
        return Relay(self.engine, notifiers, **(usual | more))

    def waiting(self) -> tuple[Notice, ...]:
        return self.store.outbox.waiting(until=self.now + 999 * DAY, limit=999)

    def dead(self) -> tuple[Notice, ...]:
        return self.store.outbox.dead(limit=999)

    def fired(self, matter: str = "m-1") -> list[TimerFired]:
        commits = self.engine.commits(GULOU, matter)
        return [e for c in commits for e in c.events if isinstance(e, TimerFired)]


@pytest.fixture
def world() -> World:
    return World()


class Awkward:
    """A notifier that does with each message what it is told to, and remembers each call."""

    def __init__(self, does: Callable[[Message], object], name: str = "awkward") -> None:
        self.name = name
        self.does = does
        self.calls: list[Message] = []

    def send(self, message: Message) -> None:
        self.calls.append(message)
        return self.does(message)  # type: ignore[return-value]  # the wrong answer is the point


def refuses(*, retry: bool) -> Callable[[Message], object]:
    def does(_message: Message) -> object:
        raise NotifyError("the gateway says no", retry=retry)

    return does


def breaks(_message: Message) -> object:
    raise OSError("the line to 139-0000-0000 is broken")


def ends(_message: Message) -> object:
    raise SystemExit


async def coroutine() -> None:
    """What a notifier written for asyncio returns."""


def drain(relay: Relay, now: datetime | None = None) -> Figures:
    """Step until nothing is due."""
    done = Figures()
    while (step := relay.step(now)).anything:
        done += step
    return done


# ------------------------------------------------------------------------------- timers


def test_due_timers_fire_once_and_say_how_late(world: World) -> None:
    world.receive()
    due = world.engine.due_timers(NOW + 2 * DAY)
    relay = world.relay()
    assert relay.step() == Figures()
    world.now = NOW + 2 * DAY
    done = drain(relay)
    late = [(world.now - timer.due).total_seconds() for timer in due]
    assert done == Figures(fired=len(due), late=int(max(late)))
    assert [event.late for event in world.fired()] == late
    assert drain(relay) == Figures()
    assert relay.figures == done


def test_the_relay_and_the_engine_write_the_same() -> None:
    one, other = World(), World()
    for world in (one, other):
        world.receive()
        world.now = NOW + 2 * DAY
    drain(one.relay())
    other.engine.fire_due()
    assert one.store.feed(0, limit=99) == other.store.feed(0, limit=99)


def test_timers_of_a_matter_fire_in_order(world: World) -> None:
    world.receive()
    world.now = NOW + 2 * DAY
    relay = world.relay(batch=99)
    assert relay.fire_timers().fired == 1  # the next of its line can be claimed after it only
    drain(relay)
    assert [e.step for e in world.fired()] == sorted(e.step for e in world.fired())


def test_a_worker_that_died_is_followed_by_another(world: World) -> None:
    world.receive()
    world.now = NOW + 5 * HOUR + 15 * MINUTE
    (held,) = world.store.timers.claim(now=world.now, until=world.now + MINUTE, limit=9)
    relay = world.relay()
    assert relay.step() == Figures()
    world.now += MINUTE
    assert relay.step().fired == 1
    # The first one had only been slow: it fires too, and nothing comes of it.
    assert isinstance(world.engine.fire(held, world.now, retry_at=world.now), Receipt)
    assert len(world.fired()) == 1


class Broken(MemoryStore):
    """Cannot append while it is told not to."""

    broken = False

    def append(self, drafts: Any) -> Any:
        if self.broken:
            raise OSError("the disk is full")
        return super().append(drafts)


def test_a_timer_that_cannot_be_written_is_tried_until_it_can() -> None:
    store = Broken()
    world = World(store)
    world.receive()
    world.now = NOW + 5 * HOUR + 15 * MINUTE
    store.broken = True
    relay = world.relay()
    for wait in (1, 2, 4, 8, 16, 32, 60, 60):
        assert relay.step() == Figures(postponed=1)
        world.now += wait * MINUTE - timedelta(seconds=1)
        assert relay.step() == Figures()
        world.now += timedelta(seconds=1)
    store.broken = False
    assert relay.step().fired == 1
    assert world.store.timers.dead(limit=9) == ()


def test_a_timer_that_fails_holds_up_no_other_matter() -> None:
    class Poisoned(MemoryStore):
        def append(self, drafts: Any) -> Any:
            if any(d.matter == "m-1" and d.version > 1 for d in drafts):
                raise OSError("this one never")
            return super().append(drafts)

    world = World(Poisoned())
    world.receive("m-1")
    world.receive("m-2")
    world.now = NOW + 5 * HOUR + 15 * MINUTE
    assert world.relay().step() == Figures(fired=1, postponed=1, late=world.fired("m-2")[0].late)


def test_a_refused_timer_is_a_dead_letter(world: World) -> None:
    world.receive()
    nobody = tiny_policy(permissions={"fire_timer": frozenset()})  # which would not compile
    world.engine.adopt(evolve(world.engine.rules, policy=nobody))
    world.now = NOW + DAY
    done = world.relay().step()
    assert done.refused == 1
    assert len(world.store.timers.dead(limit=5)) == 1


def test_a_timer_whose_row_runs_ahead_of_the_matter_comes_again(world: World) -> None:
    """A row that says too early is no reason to forget it."""
    world.receive()
    (timer, *_) = world.engine.due_timers(NOW + DAY)
    early = Timer(matter="m-1", clock=timer.clock, step=timer.step, due=NOW)
    row = world.store.projection("m-1")
    assert row is not None
    world.store.rebuild(evolve(row, timers=(early,)))
    assert world.relay().step() == Figures(refused=1)
    assert world.store.timers.dead(limit=5) == ()
    world.now = max(timer.due, world.now + LEASE)
    assert world.relay().step().fired == 1


def test_several_relays_at_once_fire_each_timer_once(world: World) -> None:
    for number in range(12):
        world.receive(f"m-{number}")
    due = len(world.engine.due_timers(NOW + 2 * DAY))
    world.now = NOW + 2 * DAY
    notifier = MemoryNotifier()
    relays = [world.relay(notifier, batch=3) for _ in range(4)]
    at_once(*(lambda relay=relay: drain(relay) for relay in relays))
    assert sum(relay.figures.fired for relay in relays) == due
    for number in range(12):
        keys = [(e.clock, e.step) for e in world.fired(f"m-{number}")]
        assert len(keys) == len(set(keys))
    drain(relays[0])
    assert world.waiting() == ()
    assert len(notifier.messages) == sum(relay.figures.delivered for relay in relays)


def test_several_relays_on_one_file_fire_and_deliver_once(tmp_path: Path) -> None:
    """Each with a store of its own, as processes have."""
    plugins = Plugins.load(points=[])
    url = f"sqlite:///{tmp_path}/whistle.db"
    world = World(plugins.open_store(url))
    for number in range(4):
        world.receive(f"m-{number}")
    world.now = NOW + 2 * DAY
    due = len(world.engine.due_timers(world.now, limit=999))
    calls = Awkward(lambda _m: None)
    others = [World(plugins.open_store(url)) for _ in range(3)]
    for other in others:
        other.now = world.now
    relays = [other.relay(calls, batch=2) for other in others]
    at_once(*(lambda relay=relay: drain(relay) for relay in relays))
    drain(relays[0])
    assert sum(relay.figures.fired for relay in relays) == due
    assert world.waiting() == ()
    keys = [message.key for message in calls.calls]
    assert len(keys) == len(set(keys)) == sum(relay.figures.delivered for relay in relays)
    for each in (world, *others):
        each.store.close()


def at_once(*calls: Callable[[], object]) -> None:
    problems: list[BaseException] = []

    def run(call: Callable[[], object]) -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001  shown below
            problems.append(error)

    threads = [Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []


# ------------------------------------------------------------------------------- notices


def test_every_notice_is_delivered_once_and_settled(world: World) -> None:
    world.dispatched()
    wanted = len(world.waiting())
    notifier = MemoryNotifier()
    done = drain(world.relay(notifier))
    assert done == Figures(delivered=wanted)
    assert len(notifier.messages) == wanted
    assert world.waiting() == ()
    assert drain(world.relay(notifier)) == Figures()


def test_every_notifier_is_given_every_message(world: World) -> None:
    world.dispatched()
    first, second = MemoryNotifier("first"), MemoryNotifier("second")
    drain(world.relay(first, second))
    assert first.messages == second.messages != ()


def test_without_notifiers_notices_stay_where_they_are(world: World) -> None:
    world.dispatched()
    before = world.waiting()
    assert drain(world.relay()) == Figures()
    assert world.waiting() == before
    assert len(world.store.outbox.claim(now=NOW, until=NOW, limit=99)) > 0


def test_what_fails_is_tried_again_ever_more_slowly_and_then_given_up(world: World) -> None:
    world.receive()
    notifier = Awkward(lambda m: breaks(m) if m.actor == "alice" else None)
    relay = world.relay(notifier)
    assert relay.step() == Figures(retried=1, delivered=1)
    for wait in (1, 2, 4):
        world.now += wait * MINUTE - timedelta(seconds=1)
        assert relay.step() == Figures()
        world.now += timedelta(seconds=1)
        assert relay.step() == (Figures(dead=1) if wait == 4 else Figures(retried=1))
    (letter,) = world.dead()
    assert letter.actor == "alice"
    assert len({m.key for m in notifier.calls if m.actor == "alice"}) == 1
    world.now += 99 * DAY
    assert relay.send_notices() == Figures()


def test_tries_count_whoever_made_them(world: World) -> None:
    world.receive()
    for _ in range(BACKOFF.tries):
        relay = world.relay(Awkward(breaks))  # a new one each time: the one before has died
        relay.send_notices()
        world.now += HOUR
    assert len(world.dead()) == 2


def test_what_will_never_be_taken_is_given_up_at_once(world: World) -> None:
    world.receive()
    assert world.relay(Awkward(refuses(retry=False))).step() == Figures(dead=2)
    assert len(world.dead()) == 2


def test_a_dead_letter_releases_its_line(world: World) -> None:
    """S13: notices of a matter to one recipient come in order; one given up lets the next by."""
    world.dispatched()  # alice is told four times: received, classified, blown, dispatched
    notifier = Awkward(lambda m: breaks(m) if m.code == "resident.received" else None)
    relay = world.relay(notifier)
    drain(relay)
    hers = [m.code for m in notifier.calls if m.actor == "alice"]
    assert set(hers) == {"resident.received"}
    for _ in range(BACKOFF.tries):
        world.now += 8 * MINUTE
        drain(relay)
    hers = [m.code for m in notifier.calls if m.actor == "alice"]
    assert hers == ["resident.received"] * BACKOFF.tries + [
        "resident.classified", "resident.blown", "resident.dispatched",
    ]  # fmt: skip


def test_a_notifier_that_took_it_is_not_asked_again_for_another_that_did_not(
    world: World,
) -> None:
    world.receive()
    good, bad = MemoryNotifier("good"), Awkward(breaks, "bad")
    counting = Awkward(good.send, "counting")
    relay = world.relay(counting, bad)
    relay.step()
    world.now += MINUTE
    bad.does = lambda _m: None
    assert relay.step() == Figures(delivered=2)
    assert len(counting.calls) == 2
    assert len(bad.calls) == 4
    assert [guard._fates for guard in relay._guards] == [{}, {}]  # forgotten once settled


def test_one_that_never_takes_it_makes_a_dead_letter_though_others_took_it(world: World) -> None:
    world.receive()
    good = MemoryNotifier("good")
    assert world.relay(good, Awkward(refuses(retry=False))).step() == Figures(dead=2)
    assert len(good.messages) == 2


def test_retries_before_it_gives_up_for_the_others(world: World) -> None:
    world.receive()
    never, again = Awkward(refuses(retry=False), "never"), Awkward(breaks, "again")
    relay = world.relay(never, again)
    assert relay.step() == Figures(retried=2)
    again.does = lambda _m: None
    world.now += MINUTE
    assert relay.step() == Figures(dead=2)
    assert len(never.calls) == 2  # what it refused for good it is not asked again


class Dies(Exception):  # noqa: N818  it stands for the death of a process
    """The worker's process ends here."""


class Mortal(MemoryStore):
    """The next call to settle, of a queue, kills the worker instead."""

    def __init__(self) -> None:
        super().__init__()
        self.dying = False
        settle = self._outbox.settle

        def dies(claim: Claim[Notice]) -> bool:
            if self.dying:
                self.dying = False
                raise Dies
            return settle(claim)

        self._outbox.settle = dies  # type: ignore[method-assign]


def test_a_crash_between_sending_and_settling_delivers_once_more_never_less() -> None:
    store = Mortal()
    world = World(store)
    world.receive()
    receiver = MemoryNotifier()
    calls = Awkward(receiver.send)
    store.dying = True
    with pytest.raises(Dies):
        world.relay(calls).step()
    assert drain(world.relay(calls)).delivered <= 1  # the other; the first is still leased
    world.now += 5 * MINUTE
    drain(world.relay(calls))
    assert world.waiting() == ()
    keys = [message.key for message in calls.calls]
    assert len(keys) == 3
    assert len(receiver.messages) == len(set(keys)) == 2  # by the key, receivers have each once


def test_an_overtaken_delivery_is_counted_as_such(world: World) -> None:
    """A worker so slow that its lease ended meanwhile settles nothing."""
    world.receive()

    def slow(_message: Message) -> None:
        later = world.now + 9 * MINUTE
        world.store.outbox.claim(now=later, until=later, limit=99)

    assert world.relay(Awkward(slow)).step() == Figures(overtaken=2)
    assert len(world.waiting()) == 2


# ------------------------------------------------------------------------------- hanging


@pytest.fixture
def gate() -> Iterator[Event]:
    """Holds hanging calls until the test is over."""
    event = Event()
    yield event
    event.set()


def test_a_notifier_that_hangs_is_left_behind(world: World, gate: Event) -> None:
    world.receive()
    hanging = Awkward(lambda _m: gate.wait() and None)
    relay = world.relay(hanging, patience=NOW_AT_ONCE)
    assert relay.step() == Figures(retried=2)
    assert relay.fire_timers(NOW + DAY).fired == 1  # the rest goes on
    world.now += MINUTE
    assert relay.send_notices() == Figures(retried=2)
    assert len(hanging.calls) == 2  # it is not sent again while its call hangs


def test_an_answer_that_comes_too_late_counts_and_nothing_is_sent_twice(
    world: World, gate: Event
) -> None:
    world.receive()
    receiver = MemoryNotifier()

    def late(message: Message) -> None:
        gate.wait()
        receiver.send(message)

    hanging = Awkward(late)
    relay = world.relay(hanging, patience=NOW_AT_ONCE)
    assert relay.step() == Figures(retried=2)
    gate.set()
    until(lambda: all(guard.hanging == 0 for guard in relay._guards))
    world.now += MINUTE
    assert relay.step() == Figures(delivered=2)
    assert len(hanging.calls) == 2
    assert len(receiver.messages) == 2


def until(true: Callable[[], bool]) -> None:
    """Let other threads run until something is so; they need no time to pass."""
    for _ in range(1_000_000):
        if true():
            return
        Event().wait(0)
    raise AssertionError("it never came about")


def test_only_so_many_calls_hang_at_once(world: World, gate: Event) -> None:
    for number in range(guarding.HANGING):
        world.receive(f"m-{number}")
    hanging = Awkward(lambda _m: gate.wait() and None)
    relay = world.relay(hanging, patience=NOW_AT_ONCE)
    assert relay.step() == Figures(retried=2 * guarding.HANGING)
    assert len(hanging.calls) == guarding.HANGING


def test_a_batch_is_no_larger_than_its_lease_allows_for(world: World, gate: Event) -> None:
    for number in range(9):
        world.receive(f"m-{number}")
    relay = world.relay(MemoryNotifier(), patience=MINUTE, notice_lease=5 * MINUTE)
    assert relay.send_notices() == Figures(delivered=5)
    with pytest.raises(ValueError, match="longer than the lease"):
        world.relay(MemoryNotifier(), patience=HOUR, notice_lease=MINUTE)
    assert not gate.is_set()


def test_what_a_lease_no_longer_lasts_for_is_given_back_untouched(world: World) -> None:
    world.receive("m-1")
    world.receive("m-2")

    def slow(_message: Message) -> None:
        world.now += 4 * MINUTE + MINUTE / 2

    notifier = Awkward(slow)
    relay = world.relay(notifier, patience=MINUTE, notice_lease=5 * MINUTE)
    assert relay.send_notices() == Figures(delivered=1)
    assert len(notifier.calls) == 1
    assert len(world.store.outbox.claim(now=world.now, until=world.now, limit=9)) == 3


# ------------------------------------------------------------------------------- wrong answers


@pytest.mark.parametrize(
    "does", [breaks, ends, lambda _m: "sent", lambda _m: coroutine()]
)  # fmt: skip
def test_whatever_a_notifier_does_the_worker_goes_on(
    does: Callable[[Message], object], world: World
) -> None:
    world.receive()
    good = MemoryNotifier()
    assert world.relay(Awkward(does), good).step() == Figures(retried=2)
    assert len(good.messages) == 2


def test_the_log_does_not_tell_what_an_exception_says(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It may hold a contact; a NotifyError is written for operators."""
    world.receive()
    with caplog.at_level(logging.INFO, "whistle_engine.relay"):
        world.relay(Awkward(breaks), Awkward(refuses(retry=True), "second")).step()
    assert "139-0000-0000" not in caplog.text
    assert "OSError" in caplog.text
    assert "the gateway says no" in caplog.text


def test_two_notifiers_of_one_name_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="two notifiers have one name: memory, memory"):
        world.relay(MemoryNotifier(), MemoryNotifier())


def test_a_batch_of_nothing_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="a batch of 0"):
        Relay(world.engine, batch=0)


def test_a_notice_that_cannot_be_told_is_a_dead_letter_in_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.receive()

    def fails(*_args: object) -> Message:
        raise LookupError("a fault of ours")

    monkeypatch.setattr("whistle_engine.relay.compose", fails)
    notifier = MemoryNotifier()
    relay = world.relay(notifier)
    for _ in range(BACKOFF.tries):
        relay.send_notices()
        world.now += HOUR
    assert len(world.dead()) == 2
    assert notifier.messages == ()


def test_a_message_for_which_there_was_no_thread_is_sent_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class NoRoom(Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    notifier = MemoryNotifier()
    guard = guarding.Guarded(notifier, MINUTE)
    with monkeypatch.context() as full:
        full.setattr(guarding, "Thread", NoRoom)
        assert guard.send(messages()[0]) is guarding.Fate.AGAIN
    assert guard.hanging == 0
    assert guard.send(messages()[0]) is guarding.Fate.TAKEN
    assert len(notifier.messages) == 1


def test_what_became_of_a_message_is_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "REMEMBERED", 2)
    guard = guarding.Guarded(MemoryNotifier(), MINUTE)
    sample = messages()[0]
    for number in range(5):
        assert guard.send(evolve(sample, key=f"k{number}")) is guarding.Fate.TAKEN
    assert len(guard._fates) == 2
    guard.forget("k4")
    assert len(guard._fates) == 1


# ------------------------------------------------------------------------------- back-off


def test_backoff_doubles_up_to_a_cap_and_spreads_by_half() -> None:
    backoff = Backoff(first=MINUTE, most=HOUR)
    assert [backoff.after(n, 1.0) / MINUTE for n in (1, 2, 3, 6, 7, 8, 5000)] == [
        1, 2, 4, 32, 60, 60, 60,
    ]  # fmt: skip
    assert backoff.after(3, 0.0) == 2 * MINUTE
    assert backoff.after(3, 0.5) == 3 * MINUTE


@pytest.mark.parametrize("wrong", [{"first": timedelta()}, {"most": -MINUTE}, {"tries": 0}])
def test_a_backoff_that_never_waits_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must be"):
        Backoff(**wrong)


# ------------------------------------------------------------------------------- the loop


def test_it_runs_until_it_is_told_to_stop(world: World) -> None:
    world.dispatched()
    notifier = MemoryNotifier()
    reported: list[Figures] = []
    relay = world.relay(notifier, report=reported.append)
    waits: list[timedelta] = []

    def wait(length: timedelta) -> None:
        waits.append(length)
        world.now += 6 * HOUR
        if len(waits) == 8:
            relay.stop()

    done = relay.run(wait, idle=MINUTE)
    assert waits == [MINUTE] * 8
    assert done == relay.figures
    assert done.fired > 2
    assert sum(figures.delivered for figures in reported) == done.delivered
    assert world.waiting() == ()
    assert relay.run(wait) == done  # stopped is stopped


def test_a_stop_gives_back_what_was_not_begun(world: World) -> None:
    for number in range(4):
        world.receive(f"m-{number}")
    relay = world.relay()
    notifier = Awkward(lambda _m: relay.stop())
    relay = world.relay(notifier)
    assert relay.run(lambda _w: None).delivered == 1
    assert len(notifier.calls) == 1
    # Nothing is left leased: another one has it all at once.
    assert len(world.store.outbox.claim(now=world.now, until=world.now, limit=99)) == 7


def test_the_usual_wait_ends_when_it_is_told_to_stop(world: World) -> None:
    relay = world.relay()
    asleep = Thread(target=relay.run, kwargs={"idle": DAY})
    asleep.start()
    relay.stop()
    asleep.join()
    assert relay.figures == Figures()


def test_a_signal_may_tell_it_to_stop_at_any_moment(world: World) -> None:
    """Its handler interrupts the wait line by line, also within what the wait calls."""
    for line in range(1, 60):
        relay = world.relay()
        asleep = Thread(target=interrupted, args=(relay, line), daemon=True)
        asleep.start()
        asleep.join(timeout=60)
        assert not asleep.is_alive(), f"stuck since line {line}"


def interrupted(relay: Relay, line: int) -> None:
    """Run, and stop from within at the so-manieth line, as a signal's handler does."""
    passed = 0

    def trace(_frame: FrameType, what: str, _value: object) -> Any:
        nonlocal passed
        passed += what == "line"
        if passed == line:
            passed += 1
            relay.stop()
        return trace

    sys.settrace(trace)
    try:
        relay._pause(timedelta(milliseconds=1))
    finally:
        sys.settrace(None)


class Unreachable(MemoryStore):
    """Cannot be reached for the first three steps, nor for the fifth."""

    down = (1, 2, 3, 5)
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        claim = self._timers.claim

        def fails(**more: Any) -> Any:
            self.steps += 1
            if self.steps in self.down:
                raise OSError("no route to the database")
            return claim(**more)

        self._timers.claim = fails  # type: ignore[method-assign]


def test_a_step_that_fails_as_a_whole_is_tried_again() -> None:
    world = World(Unreachable())
    world.receive()
    relay = world.relay(MemoryNotifier())
    waits: list[timedelta] = []

    def wait(length: timedelta) -> None:
        waits.append(length)
        if len(waits) == 5:
            relay.stop()

    assert relay.run(wait, idle=DAY) == Figures(delivered=2)
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, MINUTE, DAY]


def test_a_closed_store_ends_the_loop(world: World) -> None:
    world.store.close()
    with pytest.raises(StoreClosed):
        world.relay().run(lambda _w: None)


def test_a_store_closed_while_a_timer_fires_ends_the_loop() -> None:
    class Closing(MemoryStore):
        def append(self, drafts: Any) -> Any:
            if drafts[0].version > 1:
                self.close()
            return super().append(drafts)

    world = World(Closing())
    world.receive()
    world.now = NOW + DAY
    with pytest.raises(StoreClosed):
        world.relay().run(lambda _w: None)


def test_a_clock_without_a_time_zone_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        world.relay(clock=lambda: NOW.replace(tzinfo=None)).step()


def test_figures_add_up() -> None:
    assert Figures(fired=1, late=5) + Figures(fired=2, late=3, dead=1) == Figures(
        fired=3, late=5, dead=1
    )
    assert not Figures().anything


def test_raisers_are_told_of_what_they_add_no_more_than_units(world: World) -> None:
    """The line of one recipient does not hold up that of another."""
    world.dispatched()
    world.do(ALICE, Add())
    notifier = Awkward(lambda m: breaks(m) if m.actor == "alice" else None)
    drain(world.relay(notifier))
    assert {n.actor for n in world.waiting()} == {"alice"}
    assert not isinstance(world.engine.matter(ALICE, "m-1"), Refused)
