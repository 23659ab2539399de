"""The kit cannot be dodged: what is replaced has a reason, and nothing is dropped or skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

import whistle_engine
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores import Excluded, StoreContract, overrides
from whistle_engine.testing.stores._samples import draft
from whistle_engine.testing.stores.contract import clause_of, standard_tests
from whistle_engine.testing.stores.running import FAILED, PASSED, UNDECLARED, run

EASY = "test_s14_closing_twice_is_fine"


class Good(StoreContract):
    def open_store(self) -> Store:
        return MemoryStore()


def idle() -> Callable[[object, Store], None]:
    """A test that does nothing, a new one each time: a reason is kept on the function itself."""

    def test(self: object, store: Store) -> None:
        """Check that nothing goes wrong where nothing is done."""
        del self, store

    return test


def test_a_test_replaced_without_a_reason_fails_the_suite() -> None:
    with pytest.raises(TypeError, match=f"says why it replaces {EASY}"):
        type("Bad", (Good,), {EASY: idle()})


def test_a_test_that_was_removed_fails_the_suite() -> None:
    with pytest.raises(TypeError, match=f"keeps {EASY}: it was removed"):
        type("Bad", (Good,), {EASY: None})


@pytest.mark.parametrize("name", ["needs", "opened", "fresh", "store", "test_the_kit_is_whole"])
def test_what_the_tests_rely_on_cannot_be_replaced_without_a_reason_either(name: str) -> None:
    with pytest.raises(TypeError, match=f"says why it replaces {name}"):
        type("Bad", (Good,), {name: idle()})
    with pytest.raises(TypeError, match=f"keeps {name}: it was removed"):
        type("Bad", (Good,), {name: None})
    type("Kept", (Good,), {name: overrides("a reason")(idle())})


@pytest.mark.parametrize("ends", [pytest.skip, pytest.xfail])
def test_a_hook_that_ends_a_test_early_fails_it(ends: Callable[[str], NoReturn]) -> None:
    class Ending(Good):
        def paused_append(self, store: Store, drafts: object) -> NoReturn:
            del self, store, drafts
            ends("not today")

    (outcome,) = run(Ending, [PAUSED])
    assert outcome.status == FAILED
    assert outcome.message.startswith("check that a reader misses no append that began earlier")
    assert "not today" in outcome.message


@pytest.mark.parametrize("name", ["skip", "xfail", "skipif"])
def test_a_mark_on_the_class_or_a_test_fails_the_suite(name: str) -> None:
    mark = getattr(pytest.mark, name)("because")
    with pytest.raises(TypeError, match=f"runs: it is marked {name}"):
        type("Bad", (Good,), {"pytestmark": mark})
    marked = mark(overrides("a reason")(idle()))
    with pytest.raises(TypeError, match=f"runs: it is marked {name}"):
        type("Bad", (Good,), {EASY: marked})


def test_a_class_that_hides_from_pytest_fails_the_suite() -> None:
    with pytest.raises(TypeError, match="__test__ is off"):
        type("Bad", (Good,), {"__test__": False})


def test_a_reason_is_kept_and_told() -> None:
    def closing(self: object, store: Store) -> None:
        """Check that closing is fine."""
        del self
        store.close()

    kept = type("Kept", (Good,), {EASY: overrides("this store has nothing to close")(closing)})
    (outcome,) = run(kept, [EASY])
    assert outcome.status == PASSED
    assert outcome.message == "this store has nothing to close"
    with pytest.raises(ValueError, match="needs a reason"):
        overrides(" ")


def test_what_is_not_declared_is_reported() -> None:
    class Shy(MemoryStore):
        @property
        def capabilities(self) -> frozenset[Capability]:
            return frozenset()

    class ShyKit(StoreContract):
        examples = 1
        remembers = False

        def open_store(self) -> Store:
            return Shy()

    outcomes = list(run(ShyKit))
    assert [outcome for outcome in outcomes if outcome.status == FAILED] == []
    untried = [outcome for outcome in outcomes if outcome.status == UNDECLARED]
    assert all(outcome.message.startswith("not declared: ") for outcome in untried)
    undeclared = {outcome.clause for outcome in untried}
    assert undeclared == {"S4", "S5", "S6", "S7", "S11", "S13", "S15", "S17", "S20", None}


def test_declaring_what_one_cannot_do_is_a_failure() -> None:
    class Boasting(MemoryStore):
        @property
        def capabilities(self) -> frozenset[Capability]:
            return frozenset({Capability.DURABLE})

    class BoastingKit(StoreContract):
        def open_store(self) -> Store:
            return Boasting()

    lasting = [test for test in standard_tests() if clause_of(test) == "S15"]
    assert [outcome.status for outcome in run(BoastingKit, lasting)] == [FAILED] * len(lasting)


@pytest.mark.parametrize("said", [{"durable"}, ["durable"], {Capability.THREADS, "durable"}, None])
@pytest.mark.parametrize("test", [EASY, "test_s15_claims_outlive_closing"])
def test_a_capability_that_is_none_is_a_failure_and_not_undeclared(said: object, test: str) -> None:
    class Misspelt(MemoryStore):
        @property
        def capabilities(self) -> frozenset[Capability]:
            return said  # type: ignore[return-value]

    class MisspeltKit(StoreContract):
        def open_store(self) -> Store:
            return Misspelt()

    (outcome,) = run(MisspeltKit, [test])
    assert outcome.status == FAILED
    assert outcome.message.startswith("check that capabilities is a set of members of Capability")
    assert repr(said) in outcome.message


PAUSED = "test_s07_nothing_appears_below_what_was_seen_while_an_append_is_held_open"


def test_concurrent_writers_without_paused_append_are_a_failure() -> None:
    (outcome,) = run(Good, [PAUSED])
    assert outcome.status == FAILED
    assert outcome.message.startswith("check that paused_append() is given")


@pytest.mark.parametrize(("why", "status"), [("one lock around it all", PASSED), (" ", FAILED)])
def test_a_store_may_say_why_nothing_can_come_between(why: str, status: str) -> None:
    class Locked(Good):
        def paused_append(self, store: Store, drafts: object) -> Excluded:
            del store, drafts
            return Excluded(why)

    (outcome,) = run(Locked, [PAUSED])
    assert outcome.status == status


def test_a_place_where_something_lies_is_refused_before_anything_is_written() -> None:
    shared = MemoryStore()
    shared.append([draft()])

    class Shared(StoreContract):
        def open_store(self) -> Store:
            return shared

    (outcome,) = run(Shared, [EASY])
    assert outcome.status == FAILED
    assert outcome.message.startswith("check that open_store() opens a store with nothing in it")


# ------------------------------------------------------------------------------- with pytest

SUITE = """
import pytest
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores import Excluded, StoreContract

class TestMine(StoreContract):
    examples = 1
    steps = 1
    patience = 5.0 if {hanging} else 120.0

    def open_store(self):
        {opening}
        return MemoryStore()

    def paused_append(self, store, drafts):
        return Excluded("one lock")
"""
DROPPING = """
def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if "s05_a_conflict" not in item.name]
"""
MARKING = """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        if "s05_a_conflict" in item.name:
            item.add_marker(pytest.mark.skip("later"))
"""


def suite(
    folder: Path,
    *options: str,
    conftest: str = "",
    opening: str = "pass",
    hanging: bool = False,
) -> str:
    source = SUITE.format(opening=opening, hanging=hanging)
    (folder / "test_mine.py").write_text(source, encoding="utf-8")
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    package = Path(str(whistle_engine.__file__)).parents[1]
    done = subprocess.run(  # noqa: S603  our own interpreter and tests
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", "-x", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(package)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return f"{done.stdout}\nexit code {done.returncode}"


def test_an_authors_suite_is_green_and_tells_what_was_not_declared(tmp_path: Path) -> None:
    said = suite(tmp_path)
    assert "exit code 0" in said, said
    assert "not declared: DURABLE" in said
    assert "exit code 0" in suite(tmp_path, "-k", "s14 or whole")


@pytest.mark.parametrize(
    ("conftest", "problem"),
    [
        (DROPPING, "check that test_s05_a_conflict_is_no_answer runs: it was deselected"),
        (MARKING, "check that test_s05_a_conflict_is_no_answer runs: it is marked skip"),
    ],
)
def test_dropping_or_marking_from_outside_fails_the_suite(
    tmp_path: Path, conftest: str, problem: str
) -> None:
    said = suite(tmp_path, "--deselect=nothing", conftest=conftest)
    assert problem in said, said
    assert "exit code 1" in said


def test_skipping_where_the_store_is_opened_is_a_failure(tmp_path: Path) -> None:
    said = suite(tmp_path, opening='pytest.skip("no database here")')
    assert "check that open_store() opens a store" in said, said
    assert "exit code 1" in said
