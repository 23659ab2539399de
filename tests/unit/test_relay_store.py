"""The relay when the store under it fails, and when notifiers are slow."""

from __future__ import annotations

import logging
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support import NOW
from tests.unit.cli_stores import at_work, is_wrong, run
from tests.unit.test_relay import DAY, HOUR, MINUTE, Awkward, World
from whistle_engine.errors import (
    StoreBusy,
    StoreFailed,
    StoreFull,
    StoreMismatch,
    StoreNotFound,
    StoreReadOnly,
    StoreUnreadable,
)
from whistle_engine.model import MatterId
from whistle_engine.notify.api import Message
from whistle_engine.notify.memory import MemoryNotifier
from whistle_engine.relay import GLANCE, Figures
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.sqlite import SqliteStore

SECOND = timedelta(seconds=1)


class Failing(MemoryStore):
    """Raises an error from the claim of timers, so many times."""

    def __init__(self, error: Exception, times: int) -> None:
        super().__init__()
        claim = self._timers.claim
        self.left = times

        def fails(**more: Any) -> Any:
            if self.left:
                self.left -= 1
                raise error
            return claim(**more)

        self._timers.claim = fails  # type: ignore[method-assign]


# ------------------------------------------------------------------------------- a store that fails


@pytest.mark.parametrize("kind", [StoreMismatch, StoreNotFound, StoreReadOnly, StoreUnreadable])
def test_what_no_waiting_mends_ends_the_loop(kind: type[Exception]) -> None:
    relay = World(Failing(kind("it is over"), 1)).relay()
    with pytest.raises(kind, match="it is over"):
        relay.run(lambda _w: pytest.fail("it waited"))


@pytest.mark.parametrize("kind", [StoreBusy, StoreFailed, StoreFull])
def test_what_may_pass_is_tried_again_and_told_in_one_line(
    kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    world = World(Failing(kind("not just now"), 2))
    relay, waits = world.relay(), list[timedelta]()

    def wait(length: timedelta) -> None:
        waits.append(length)
        if length == DAY:
            relay.stop()

    relay.run(wait, idle=DAY)
    assert waits == [MINUTE, 2 * MINUTE, DAY]
    assert caplog.messages == [
        f"the step failed, for the {n}. time running: not just now" for n in (1, 2)
    ]
    assert all(record.exc_info is None for record in caplog.records)


def test_an_error_that_nobody_foresaw_is_told_with_its_trace(
    caplog: pytest.LogCaptureFixture,
) -> None:
    relay = World(Failing(OSError("no route"), 1)).relay()
    relay.run(lambda length: relay.stop() if length == DAY else None, idle=DAY)
    (record,) = caplog.records
    assert record.exc_info is not None


class Damaged(MemoryStore):
    """One matter of it cannot be read."""

    damaged: MatterId | None = None

    def load(self, matter: MatterId, command_id: str | None = None) -> Any:
        if matter == self.damaged:
            raise StoreUnreadable("its page is damaged")
        return super().load(matter, command_id)


def test_a_damaged_matter_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    """Its notices are dead letters in the end, and its timers are tried on; the others' go out."""
    store = Damaged()
    world = World(store)
    world.receive("m-1")
    world.receive("m-2")
    store.damaged = "m-1"
    notifier = MemoryNotifier()
    relay = world.relay(notifier)
    assert relay.step() == Figures(retried=2, delivered=2)
    world.now += 6 * HOUR
    done = relay.step()
    assert done.postponed == 1
    assert done.fired >= 1
    for _ in range(6):
        world.now += HOUR
        relay.step()
    assert {notice.matter for notice in world.dead()} == {"m-1"}
    assert {message.matter for message in notifier.messages} == {"m-2"}
    assert all(record.exc_info is None for record in caplog.records)


def test_the_command_ends_with_one_line(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    with SqliteStore(url) as store, store._session.write() as cursor:
        cursor.execute("UPDATE whistle_meta SET value = '999' WHERE name = 'schema'")
    is_wrong(run("run", "--store", url))


def test_the_command_ends_with_one_line_though_it_ran_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = at_work(tmp_path, "m1")

    def newer(*_: object) -> None:
        connection = sqlite3.connect(tmp_path / "whistle.db")
        connection.execute("UPDATE whistle_meta SET value = '999' WHERE name = 'schema'")
        connection.commit()
        connection.close()

    monkeypatch.setattr("whistle_engine.cli.working.run._log.info", newer)
    is_wrong(run("run", "--store", url), "whistle.db")


def test_a_notifier_that_only_remembers_is_refused(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    with SqliteStore(url) as store:
        before = store.outbox.waiting(until=NOW + 9999 * DAY, limit=999)
    told = run("run", "--once", "--store", url, "--notifier", "log", "--notifier", "memory")
    is_wrong(told, "--notifier memory", "such as log")
    with SqliteStore(url) as store:
        assert store.outbox.waiting(until=NOW + 9999 * DAY, limit=999) == before


# ------------------------------------------------------------------------------- slow notifiers


def test_timers_that_become_due_while_notices_go_out_wait_for_one_notice(world: World) -> None:
    """However many notices there are, and however slow the notifier is."""
    for number in range(8):
        world.receive(f"m-{number}")
    (timer, *_) = world.engine.due_timers(NOW + DAY)
    world.now = timer.due - SECOND
    late: list[timedelta] = []

    def slow(_message: Message) -> None:
        world.now += 20 * SECOND
        due = world.engine.due_timers(world.now)
        late.extend(world.now - each.due for each in due)

    done = world.relay(Awkward(slow), notice_lease=HOUR).step()
    assert done.delivered == 16
    assert done.fired == 8
    assert done.late <= 20
    assert max(late) <= 20 * SECOND


def test_quick_notices_cost_one_look_a_second(world: World) -> None:
    for number in range(8):
        world.receive(f"m-{number}")
    looks, claim = list[object](), world.store.timers.claim

    def counted(**more: Any) -> Any:
        looks.append(more)
        return claim(**more)

    world.store.timers.claim = counted  # type: ignore[method-assign]

    def quick(_message: Message) -> None:
        world.now += GLANCE / 4

    assert world.relay(Awkward(quick), notice_lease=HOUR).step().delivered == 16
    assert len(looks) == 1 + 16 // 4


def test_a_stop_is_not_held_up_by_timers(world: World) -> None:
    world.receive()
    due = world.engine.due_timers(NOW + 6 * HOUR)
    assert due
    relay = world.relay()

    def stops(_message: Message) -> None:
        world.now += 6 * HOUR
        relay.stop()

    relay = world.relay(Awkward(stops), notice_lease=DAY)
    assert relay.step().fired == 0


def test_notices_alone_fire_no_timer(world: World) -> None:
    world.receive()

    def slow(_message: Message) -> None:
        world.now += 6 * HOUR

    assert world.relay(Awkward(slow), notice_lease=DAY).send_notices() == Figures(delivered=2)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def _hear(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "whistle_engine.relay")
