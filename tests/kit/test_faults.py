"""Each fault does what it says, and nothing else."""

from __future__ import annotations

from typing import cast

import pytest

from whistle_engine.storage.api import Queue
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Timer
from whistle_engine.testing.stores import (
    AmbiguousCommit,
    AnswerLost,
    CrashAfter,
    CrashBefore,
    Crashed,
    DeliverTwice,
    Interrupted,
    SlowCommit,
    StoreContract,
    Wrapped,
)
from whistle_engine.testing.stores._samples import AT, HOUR, draft, notice, timer
from whistle_engine.testing.stores.crowd import Running
from whistle_engine.testing.stores.running import FAILED, run


class WrappedKit(StoreContract):
    """A wrapper that does nothing changes nothing."""

    examples = 5
    remembers = False

    def open_store(self) -> Wrapped:
        return Wrapped(MemoryStore())


def test_a_wrapper_without_a_fault_keeps_the_contract() -> None:
    failed = [o.test for o in run(WrappedKit) if o.status == FAILED]
    assert failed == ["test_s07_nothing_appears_below_what_was_seen_while_an_append_is_held_open"]


def test_an_ambiguous_commit_writes_and_says_that_it_failed() -> None:
    store = MemoryStore()
    shaky = AmbiguousCommit(store, at=(2,))
    shaky.append([draft("a")])
    with pytest.raises(AnswerLost):
        shaky.append([draft("b")])
    assert [r.matter for r in store.feed(0, limit=9)] == ["a", "b"]
    assert shaky.append([draft("b")]).again


@pytest.mark.parametrize(("fault", "written"), [(CrashBefore, []), (CrashAfter, ["a"])])
def test_a_crash_ends_the_store_object_and_leaves_the_store(
    fault: type[CrashBefore | CrashAfter], written: list[str]
) -> None:
    store = MemoryStore()
    dying = fault(store, at=1)
    assert dying.feed(0, limit=9) == ()
    for _ in range(2):
        with pytest.raises(Crashed):
            dying.append([draft("a")])
    with pytest.raises(Crashed):
        dying.load("a")
    with pytest.raises(Crashed):
        dying.timers.dead(limit=1)
    assert [r.matter for r in store.feed(0, limit=9)] == written


def test_a_slow_commit_waits_until_it_may() -> None:
    store = MemoryStore()
    slow = SlowCommit(store)
    running = Running(lambda _: slow.append([draft("a")]))
    assert slow.waiting.wait(60)
    assert store.feed(0, limit=9) == ()
    store.append([draft("b")])
    slow.go.set()
    assert not running.result().again
    assert [r.matter for r in store.feed(0, limit=9)] == ["b", "a"]


def test_an_interruption_comes_before_the_append_once_each() -> None:
    store = MemoryStore()
    racing = Interrupted(store, lambda: store.append([draft("x")]))
    racing.append([draft("a")])
    racing.append([draft("b")])
    assert [r.matter for r in store.feed(0, limit=9)] == ["x", "a", "b"]


def test_what_is_delivered_twice_comes_again_after_its_lease() -> None:
    store = DeliverTwice(MemoryStore())
    store.append([draft(timers=(timer(),), notices=(notice(),))])
    for queue in (store.timers, cast("Queue[Timer]", store.outbox)):
        (first,) = queue.claim(now=AT, until=AT + HOUR, limit=9)
        assert not queue.settle(first)
        assert queue.claim(now=AT, until=AT + HOUR, limit=9) == ()
        (second,) = queue.claim(now=AT + HOUR, until=AT + 2 * HOUR, limit=9)
        assert second.item == first.item
        assert queue.settle(second)
        assert queue.claim(now=AT + 9 * HOUR, until=AT + 10 * HOUR, limit=9) == ()
