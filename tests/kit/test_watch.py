"""The kit comes back from a store that does not, and tells where it hangs."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getsource
from pathlib import Path
from threading import Event, Lock, get_ident

import pytest
from hypothesis import settings

from tests.kit.test_guard import suite
from whistle_engine.errors import StoreClosed
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft
from whistle_engine.testing.stores import StoreContract, _watch, overrides
from whistle_engine.testing.stores._check import Unfit
from whistle_engine.testing.stores._watch import Watched
from whistle_engine.testing.stores.contract import standard_tests
from whistle_engine.testing.stores.running import FAILED, PASSED, run

CONFLICT = "test_s05_a_conflict_is_no_answer"
EASY = "test_s14_closing_twice_is_fine"
LIMIT = 60.0
"""Seconds that a test of these may take before it counts as failed itself."""


class KeepsItsLock(MemoryStore):
    """Forgets to give its lock back where an append is refused."""

    def __init__(self) -> None:
        super().__init__()
        self.appending = Lock()

    def append(self, drafts: Sequence[Draft]) -> Appended:
        self.appending.acquire()
        answer = super().append(drafts)
        self.appending.release()
        return answer


def test_a_store_that_deadlocks_in_one_thread_is_told_with_the_place() -> None:
    class Kit(StoreContract):
        patience = 4.0

        def open_store(self) -> Store:
            return KeepsItsLock()

    easy, hung, again = run(Kit, [EASY, CONFLICT, CONFLICT])
    assert easy.status == PASSED, easy.message
    assert hung.status == again.status == FAILED
    told = "check that every call comes back\n  expected: an answer within {} seconds\n"
    assert hung.message.startswith(told.format("4"))
    assert hung.message.endswith("in append\n    self.appending.acquire()")
    assert again.message.startswith(told.format("0.4")), "the others are given a tenth"
    assert Kit._hung
    assert not StoreContract._hung


def test_it_does_so_under_pytest(tmp_path: Path) -> None:
    opening = "from conftest import KeepsItsLock; "
    opening += "return KeepsItsLock()"
    imports = (
        "from __future__ import annotations\nfrom threading import Lock\n"
        "from whistle_engine.storage.memory import MemoryStore\n"
    )
    said = suite(
        tmp_path, "-k", CONFLICT,
        conftest=imports + getsource(KeepsItsLock), opening=opening, hanging=True,
    )  # fmt: skip
    assert "check that every call comes back" in said, said
    assert "self.appending.acquire()" in said
    assert "exit code 1" in said


def test_a_close_that_hangs_hides_no_failure() -> None:
    never = Event()

    class Hanging(MemoryStore):
        def close(self) -> None:
            never.wait()

        def append(self, drafts: Sequence[Draft]) -> Appended:
            raise LookupError(f"no such table for {len(drafts)}")

    class Kit(StoreContract):
        patience = 0.5

        def open_store(self) -> Store:
            return Hanging()

    try:
        (outcome,) = run(Kit, [CONFLICT])
    finally:
        never.set()
    assert "found:    LookupError: no such table for 1" in outcome.message
    assert "check that every call comes back" in outcome.message


class TiedToItsThread(MemoryStore):
    """Answers only where it was opened."""

    def __init__(self) -> None:
        self.thread = get_ident()
        super().__init__()

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset()

    def _open(self) -> Lock:  # type: ignore[override]
        if get_ident() != self.thread:
            raise AssertionError("another thread")
        return super()._open()  # type: ignore[return-value]


class TiedKit(StoreContract):
    examples = 2
    remembers = False
    closed: list[bool]

    def open_store(self) -> Store:
        return TiedToItsThread()


@pytest.mark.parametrize("patience", [LIMIT, None])
def test_a_store_that_is_tied_to_a_thread_is_opened_used_and_closed_there(
    patience: float | None,
) -> None:
    with pytest.raises(AssertionError, match="another thread"):
        _elsewhere(TiedToItsThread())
    kit = type("Kit", (TiedKit,), {"patience": patience})
    assert [each for each in run(kit) if each.status == FAILED] == []


def _elsewhere(store: Store) -> None:
    Watched(lambda: store.feed(0, limit=1), lambda: None).result(LIMIT)


def test_a_test_that_a_subclass_replaces_is_watched_too() -> None:
    never = Event()

    class Kit(StoreContract):
        patience = 0.2

        def open_store(self) -> Store:
            return MemoryStore()

        @overrides("a reason")
        def test_s14_closing_twice_is_fine(self, store: Store) -> None:
            """Check that it is fine."""
            store.close()
            never.wait()

    try:
        (outcome,) = run(Kit, [EASY])
    finally:
        never.set()
    assert outcome.status == FAILED
    assert "check that every call comes back" in outcome.message


def test_a_test_in_place_of_another_may_still_call_it() -> None:
    class Kit(StoreContract):
        def open_store(self) -> Store:
            return MemoryStore()

        @overrides("what is more, it is told")
        def test_s14_closing_twice_is_fine(self, store: Store) -> None:
            """Check that it is fine."""
            super().test_s14_closing_twice_is_fine(store)

    (outcome,) = run(Kit, [EASY])
    assert outcome.status == PASSED, outcome.message


class Turns:
    """An event by a clock of its own: each wait takes its time, and in the middle it gets on."""

    def __init__(self, watched: Watched, until: float) -> None:
        self.watched, self.until, self.now = watched, until, 0.0

    def wait(self, seconds: float) -> bool:
        self.now += seconds / 2
        self.watched.gets_on()
        self.now += seconds / 2
        return self.now > self.until

    def set(self) -> None:
        """It has ended; the clock knows better."""


def test_who_gets_on_has_the_time_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(lambda: None, lambda: None)
    turns = Turns(watched, until=50)
    monkeypatch.setattr(watched, "_ended", turns)
    monkeypatch.setattr(_watch, "perf_counter", lambda: turns.now)
    watched.result(10)
    assert turns.now > 50


def test_opening_a_store_is_getting_on(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Watched] = []

    def gets_on(watched: Watched) -> None:
        seen.append(watched)

    monkeypatch.setattr(Watched, "gets_on", gets_on)

    class Kit(StoreContract):
        def open_store(self) -> Store:
            return MemoryStore()

    kit = Kit()
    with kit.placed():
        seen.clear()
        for _ in range(3):
            kit.opened()
        assert seen == [], "nothing is watched as yet"
        kit._watched = watched = Watched(lambda: None, lambda: None)
        watched._ended.set()
        seen.clear()
        kit.opened()
        kit.fresh()
    assert seen == [watched] * 2


def test_who_does_not_come_back_is_told_where() -> None:
    never = Event()
    slow = Watched(lambda: never.wait(LIMIT), lambda: None)
    try:
        with pytest.raises(Unfit, match=r"within 0\.2 seconds\n(.*\n)*.*never\.wait\(LIMIT\)"):
            slow.result(0.2)
    finally:
        never.set()


def test_what_a_thread_raises_is_raised() -> None:
    store = MemoryStore()
    store.close()
    with pytest.raises(StoreClosed):
        _elsewhere(store)


def test_the_machine_is_set_as_in_the_thread_of_the_caller() -> None:
    """Hypothesis keeps its profile by thread."""
    found = []

    class Kit(StoreContract):
        examples = 1
        steps = 1

        def open_store(self) -> Store:
            found.append(self._settings.print_blob)
            return MemoryStore()

    for wanted in (True, False):
        settings.register_profile("watched", parent=settings(), print_blob=wanted)
        before = settings.get_current_profile_name()
        settings.load_profile("watched")
        try:
            list(run(Kit, ["test_machine"]))
        finally:
            settings.load_profile(before)
        assert set(found) == {wanted}
        found.clear()


def test_pytest_gives_standard_tests_no_store() -> None:
    """They open it themselves, in their thread; the fixture is for an author's own tests."""
    for name, test in standard_tests().items():
        assert "store" not in test.__signature__.parameters, name  # type: ignore[attr-defined]
