"""The machine of random calls: in one line, on its own model, and good for something."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores import _driver, machine, model, model_queue, store_machine
from whistle_engine.testing.stores.broken import BROKEN
from whistle_engine.testing.stores.matrix import MACHINE, BrokenKit
from whistle_engine.testing.stores.running import FAILED, run

TestMemoryMachine = store_machine(MemoryStore).TestCase

FOUND = (
    "WritesDraftByDraft", "CountsOverAllMatters", "TakesVersionsAhead", "DoesNotSayAgain",
    "LedgerLagsBehind", "NumbersBackwards", "FeedsFromThePosition", "StripsIds",
    "DoesNotCountTries", "LeavesWhatIsGone", "ErasesWhatIsNotThere", "LastDocumentWins",
    "KeepsOldDuties", "ScansByCounting", "RevivesWhatWaits", "RevivedGoesLast",
)  # fmt: skip
"""Broken stores that random calls meet soon."""


class PatientKit(BrokenKit):
    examples = 200


@pytest.mark.parametrize("name", FOUND)
def test_the_machine_alone_finds(name: str) -> None:
    (broken,) = (each for each in BROKEN if each.name == name)
    (outcome,) = run(lambda: PatientKit(broken), [MACHINE])
    assert outcome.status == FAILED
    assert outcome.message.startswith("check that ")
    assert "state." in outcome.message  # the calls that led there


@pytest.mark.parametrize("module", [model, model_queue, machine, _driver])
def test_the_model_is_no_other_store(module: object) -> None:
    tree = ast.parse(Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    from_storage = {name for name in imported if name and ".storage" in name}
    assert from_storage <= {"whistle_engine.storage.api", "whistle_engine.storage.rows"}
