"""The page about the store contract is as the code has it; what finds what is in tests/kit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from whistle_engine.testing.stores.broken import BROKEN
from whistle_engine.testing.stores.report import CLAUSES

if TYPE_CHECKING:
    from docs import _store_contract as contract
else:  # mutmut copies the sources and the tests, not the documentation
    contract = pytest.importorskip("docs._store_contract")


def test_the_committed_page_is_what_the_code_gives() -> None:
    kills = contract.read_kills()
    told = "docs/reference/store-contract.md differs: run make generate"
    assert set(kills) == {broken.name for broken in BROKEN}, told
    assert contract.PAGE.read_text(encoding="utf-8") == contract.page(kills), told


def test_every_broken_store_is_told_to_be_found_by_its_own_clause() -> None:
    kills = contract.read_kills()
    numbers = set(contract.numbered().values())
    for broken in BROKEN:
        assert set(kills[broken.name]) <= numbers
        assert any(test.startswith(f"{broken.clause}.") for test in kills[broken.name]), broken


def test_every_clause_has_its_heading() -> None:
    page = contract.PAGE.read_text(encoding="utf-8")
    assert [line for line in page.splitlines() if line.startswith("## S")] == [
        f"## {clause}" for clause in CLAUSES
    ]
