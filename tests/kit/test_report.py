"""The one-page report, in both languages and as data."""

from __future__ import annotations

import json
import re
import tomllib
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest

from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.testing.stores.broken.values import ClosesOnce
from whistle_engine.testing.stores.filestore import FileStore
from whistle_engine.testing.stores.report import CLAUSES, AtUrl, Report, check, words
from whistle_engine.testing.stores.running import FAILED, UNDECLARED, Outcome

FEW = (
    "test_s14_closing_twice_is_fine",
    "test_s15_claims_outlive_closing",
    "test_s18_a_document_stays_as_it_was_first",
)


def in_memory(place: Path) -> Store:
    del place
    return MemoryStore()


def report(kind: type[MemoryStore] = MemoryStore) -> Report:
    return check(lambda _: kind(), name="memory:", tests=FEW)


def test_a_sound_store_is_told_to_be_so() -> None:
    found = report()
    assert found.kept
    page = found.page()
    assert page.startswith("Store check: memory:\n\nThe store keeps the contract, as far as it was")
    assert "2 of 3 tests passed, not asked: 1" in page
    assert "THREADS: declared" in page
    assert "DURABLE: not declared" in page
    reason = "  · DURABLE: what was written outlives the process\n      tests: 1, of S15\n"
    assert page.endswith(reason)


def test_a_broken_store_is_told_with_what_to_check() -> None:
    found = report(ClosesOnce)
    assert not found.kept
    page = found.page()
    assert "The store breaks the contract: 1 of 3 tests failed" in page
    assert "✗ test_s14_closing_twice_is_fine" in page
    assert "check that closing again does nothing" in page


def test_what_came_out_alike_is_told_once() -> None:
    def outcome(test: str, clause: str, status: str, message: str) -> Outcome:
        return Outcome(test=test, clause=clause, checks="it", status=status, message=message)

    found = Report(
        store="mine",
        declared=frozenset(),
        outcomes=(
            outcome("test_s01_a", "S1", FAILED, "check that it\n  found:    nothing"),
            outcome("test_s02_a", "S2", FAILED, "check that it\n  found:    nothing"),
            outcome("test_s02_b", "S2", UNDECLARED, "not declared: THREADS: many"),
            outcome("test_s02_c", "S2", UNDECLARED, "not declared: THREADS: many"),
            outcome("test_s03_a", "S3", UNDECLARED, "not declared: THREADS: many"),
        ),
    )
    page = found.page()
    alike = "  ✗ test_s01_a\n  ✗ test_s02_a\n      check that it\n        found:    nothing\n"
    assert alike in page
    assert page.count("check that it") == 1
    assert page.endswith("  · THREADS: many\n      tests: 3, of S2, S3\n")
    assert found.page("zh").endswith("  · THREADS: many\n      3项测试，属于S2、S3\n")


def test_the_page_comes_in_chinese() -> None:
    page = report(ClosesOnce).page("zh")
    assert page.startswith("存储检查：memory:")
    assert "该存储违反约定：3项测试中1项失败" in page
    assert "THREADS（多个线程可以共用一个存储对象）：已声明" in page


@pytest.mark.parametrize("clause", [*CLAUSES, "all"])
def test_each_clause_is_told_in_both_languages(clause: str) -> None:
    en, zh = words(f"clause.{clause}", "en"), words(f"clause.{clause}", "zh")
    assert en.isascii()
    assert any("\u4e00" <= sign <= "\u9fff" for sign in zh)


def test_chinese_stands_without_spaces_and_by_one_name() -> None:
    raw = (files("whistle_engine.testing.stores") / "words.toml").read_text(encoding="utf-8")
    for kind, named in tomllib.loads(raw).items():
        for key, told in named.items():
            if (kind, key) != ("report", "clauses"):  # what stands over columns
                wide = r"[\u4e00-\u9fff]"
                assert not re.search(rf"{wide} \S|\S {wide}", told["zh"]), key
            assert "契约" not in told["zh"]


def test_unknown_words_are_an_error() -> None:
    with pytest.raises(ValueError, match=r"there is no text 'clause\.S99'"):
        words("clause.S99", "en")


def test_the_data_can_be_written_as_json() -> None:
    data = json.loads(json.dumps(report(ClosesOnce).data()))
    assert data["store"] == "memory:"
    assert data["kept"] is False
    assert data["capabilities"] == {"durable": False, "threads": True, "processes": False}
    assert data["counts"] == {"passed": 1, "failed": 1, "undeclared": 1}
    assert [test["test"] for test in data["tests"]] == list(FEW)
    assert [test["clause"] for test in data["tests"]] == ["S14", "S15", "S18"]


def test_outcomes_are_told_as_they_come() -> None:
    told: list[Outcome] = []
    found = check(in_memory, name="memory:", tests=FEW, told=told.append)
    assert tuple(told) == found.outcomes


def open_file(url: str) -> Store:
    return FileStore(Path(url.removeprefix("file:")))


def test_a_url_is_filled_in_anew_for_each_test() -> None:
    at_url = AtUrl("file:{place}/{name}.store", open_url=open_file)
    found = check(at_url, name=at_url.url, tests=FEW)
    assert found.kept, found.page()
    assert found.declared == frozenset(Capability)
    assert found.data()["counts"] == {"passed": 3, "failed": 0, "undeclared": 0}


def test_a_url_that_is_not_filled_in_is_seen(tmp_path: Path) -> None:
    url = f"file:{tmp_path}/store"
    found = check(partial(AtUrl(url, open_url=open_file)), name=url, tests=FEW)
    assert not found.kept
    assert "check that open_store() opens a store with nothing in it" in found.page()
