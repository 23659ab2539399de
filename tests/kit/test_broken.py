"""Every broken store is found, and by tests of the very clause that it breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores.broken import BROKEN, Broken
from whistle_engine.testing.stores.contract import clause_of, standard_tests
from whistle_engine.testing.stores.matrix import MACHINE, BrokenKit, kill
from whistle_engine.testing.stores.report import CLAUSES
from whistle_engine.testing.stores.running import FAILED, run

SEEN_BY_THE_ENGINE = (
    "WritesDraftByDraft", "OrdersVersionsAsText", "CountsOverAllMatters", "UsesUpVersions",
    "TakesVersionsBehind", "LoadsOwnMatterOnly", "RemembersConflicts", "CachesHistories",
    "FoldsCase", "KeepsMilliseconds", "DueIsLate", "LeavesWhatIsGone", "ErasesHistory",
    "BringsWordsBack",
)  # fmt: skip
"""What is broken so that the engine does wrong too: tests with the engine alone find it."""


def own_tests(broken: Broken) -> list[str]:
    return [test for test in standard_tests() if clause_of(test) == broken.clause]


if TYPE_CHECKING:
    from docs import _store_contract as page
else:  # mutmut copies the sources and the tests, not the documentation
    page = pytest.importorskip("docs._store_contract")


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: f"{broken.clause}-{broken.name}")
def test_a_broken_store_is_found_by_tests_of_its_clause(broken: Broken) -> None:
    outcomes = list(run(lambda: BrokenKit(broken), own_tests(broken)))
    failed = [outcome for outcome in outcomes if outcome.status == FAILED]
    assert failed, f"{broken.name} survives the tests of {broken.clause}"
    for outcome in failed:
        assert outcome.message.startswith("check that "), outcome.message
    numbers = {number: test for test, number in page.numbered().items()}
    told = {numbers[number] for number in page.read_kills()[broken.name]}
    sure = {test for test in told if "threads" not in test and "processes" not in test}
    found = {outcome.test for outcome in failed}
    assert sure & set(own_tests(broken)) <= found, "the page says more: docs/_store_contract.py"


def test_there_are_broken_stores_for_every_clause() -> None:
    assert len(BROKEN) >= 30
    assert {broken.clause for broken in BROKEN} == set(CLAUSES)


def test_every_clause_has_tests_and_every_test_says_what_it_checks() -> None:
    tests = standard_tests()
    assert {clause_of(test) for test in tests} == {*CLAUSES, None}
    for name, test in tests.items():
        assert (test.__doc__ or "").startswith("Check that "), name
        assert (test.__doc__ or "").split("\n\n")[0].rstrip().endswith("."), name


def test_every_test_finds_a_broken_store() -> None:
    """A test that finds none might not be able to fail; the machine has tests of its own."""
    numbers = page.numbered()
    finding = {number for found in page.read_kills().values() for number in found}
    idle = [test for test, number in numbers.items() if number not in finding]
    assert idle == [MACHINE]


def test_broken_stores_differ_and_each_says_what_it_does() -> None:
    assert len({broken.name for broken in BROKEN}) == len(BROKEN)
    told = [broken.what for broken in BROKEN]
    assert len(set(told)) == len(told)
    assert all(what.endswith(".") and "|" not in what for what in told)


def test_the_same_tests_find_nothing_in_the_store_that_they_are_made_of() -> None:
    sound = Broken("S1", "Nothing.", MemoryStore)
    assert kill(sound).tests == ()


@pytest.mark.parametrize("name", SEEN_BY_THE_ENGINE)
def test_what_the_engine_would_do_wrong_is_found_through_the_engine(name: str) -> None:
    (broken,) = (each for each in BROKEN if each.name == name)
    tests = [test for test in standard_tests() if test.startswith("test_engine_")]
    assert kill(broken, tests).tests
