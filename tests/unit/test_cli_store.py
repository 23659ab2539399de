"""``whistle store check``: the page, what it refuses to write into, and what is missing."""

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli_stores import documented, filled, is_wrong, run
from tests.unit.test_cli_processes import process
from whistle_engine.cli.filling import width
from whistle_engine.cli.store.opening import installed, open_url, shown
from whistle_engine.cli.store.words import WORDS
from whistle_engine.errors import PluginError
from whistle_engine.hookspecs import StoreFactory, hookimpl
from whistle_engine.plugins import Plugins
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.stores.contract import standard_tests
from whistle_engine.testing.stores.running import FAILED, PASSED, UNDECLARED

FEW = "test_s14_closing_twice_is_fine,test_s01_no_draft_is_a_mistake"


def test_the_words_are_there_in_both_languages() -> None:
    same = {key for key, (zh, en) in WORDS.items() if zh == en}
    assert same == {"doctor.python", "doctor.sqlite"}
    assert all(zh and en for zh, en in WORDS.values())


@pytest.fixture
def bring(monkeypatch: pytest.MonkeyPatch) -> object:
    """Have a plugin installed that brings a store under ``acme:``."""

    def brought(kind: object) -> None:
        class Acme:
            @hookimpl
            def whistle_stores(self) -> list[StoreFactory]:
                return [StoreFactory(scheme="acme", open=kind, contract=1)]  # type: ignore[arg-type]

        loaded = Plugins.load(plugins=[Acme()])
        monkeypatch.setattr("whistle_engine.cli.store.opening.installed", lambda: loaded)

    return brought


# ------------------------------------------------------------------------------- the page


@pytest.mark.parametrize("url", ["memory:", "sqlite://", "sqlite:///{place}/store.db"])
def test_a_sound_store_is_told_to_be_so(url: str) -> None:
    told = run("store", "check", url, "--tests", FEW)
    assert told.exit_code == 0, told.output
    assert told.stderr == ""
    assert told.stdout.startswith(f"Store check: {url}\n")
    assert "The store keeps the contract" in told.stdout
    assert "2 of 2 tests passed" in told.stdout


def test_the_page_comes_in_chinese_and_fits() -> None:
    args = ("--clause", "S14", "--tests", "test_engine_reads_what_was_erased_as_erased")
    told = run("store", "check", "memory:", *args, "--lang", "zh")
    assert told.exit_code == 0
    assert "存储检查：memory:" in told.stdout
    assert "  ✓ 总体 " in told.stdout
    assert max(map(width, told.stdout.splitlines())) <= 80
    named = re.findall(r"^  . (S\d+|总体) ", told.stdout, re.MULTILINE)
    assert named == ["S14", "总体"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_whole_page_of_a_sound_store_is_one_page(lang: str) -> None:
    """What is kept takes a line for each clause; what was not asked is told by the reason."""
    told = run("store", "check", "memory:", "--lang", lang)
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert len(lines) <= 60
    assert max(map(width, lines)) <= 80
    clauses = re.findall(r"^  [✓·] (?:S\d+|all|总体) ", told.stdout, re.MULTILINE)
    assert len(clauses) == 21
    assert any(line.endswith(" …") for line in lines)


def test_a_clause_can_be_given_in_small_letters() -> None:
    told = run("store", "check", "memory:", "--clause", "s14", "--json")
    wanted = [name for name in standard_tests() if name.startswith("test_s14_")]
    assert [test["test"] for test in json.loads(told.stdout)["tests"]] == wanted


def test_a_broken_store_leaves_with_1(bring: object) -> None:
    class ClosesOnce(MemoryStore):
        closed = False

        def close(self) -> None:
            if self.closed:
                raise RuntimeError("closed already")
            self.closed = True
            super().close()

    bring(lambda _, **_more: ClosesOnce())  # type: ignore[operator]
    told = run("store", "check", "acme:{name}", "--tests", FEW)
    assert told.exit_code == 1
    assert "The store breaks the contract: 1 of 2 tests failed" in told.stdout
    assert "✗ test_s14_closing_twice_is_fine" in told.stdout
    assert "check that closing again does nothing" in told.stdout


def test_a_store_that_does_nothing_yet_is_told_by_the_tests(bring: object) -> None:
    """An author begins with one: each test fails, and none of it is a mistake of usage."""

    class Skeleton(MemoryStore):
        def feed(self, after: int, *, limit: int) -> tuple[()]:
            raise NotImplementedError

    bring(lambda _, **_more: Skeleton())  # type: ignore[operator]
    told = run("store", "check", "acme:{name}", "--tests", FEW)
    assert told.exit_code == 1
    assert "2 of 2 tests failed" in told.stdout
    assert "NotImplementedError" in told.stdout


def test_a_store_that_cannot_say_what_it_can_is_told(bring: object) -> None:
    class Silent(MemoryStore):
        @property
        def capabilities(self) -> frozenset[object]:  # type: ignore[override]
            raise NotImplementedError("to be done")

    bring(lambda _, **_more: Silent())  # type: ignore[operator]
    is_wrong(run("store", "check", "acme:{name}"), "acme:{name}: NotImplementedError: to be done")


def test_json_has_the_keys_that_the_page_names() -> None:
    told = run("store", "check", "memory:", "--tests", FEW, "--json")
    shape = json.loads(told.stdout)
    assert list(shape) == ["store", "kept", "seconds", "capabilities", "counts", "tests"]
    assert list(shape["tests"][0]) == ["test", "clause", "checks", "status", "message", "seconds"]
    assert shape["counts"] == {"passed": 2, "failed": 0, "undeclared": 0}
    named = {*shape, *shape["tests"][0], *shape["capabilities"], PASSED, FAILED, UNDECLARED}
    assert documented("store check") == named


# ------------------------------------------------------------------------------- what is safe


def test_a_store_that_is_there_is_not_written_to(tmp_path: Path) -> None:
    url = filled(tmp_path, "shared")
    before = (tmp_path / "whistle.db").read_bytes()
    for lang, word in (("en", "names no new place"), ("zh", "没有指明新位置")):
        is_wrong(run("store", "check", url, "--lang", lang), word, "{place}", "{name}")
    assert (tmp_path / "whistle.db").read_bytes() == before


@pytest.mark.parametrize("url", ["sqlite:///new.db", "sqlite:////tmp/whistle.db", "acme:"])
def test_a_url_without_a_place_makes_nothing(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    is_wrong(run("store", "check", url), "names no new place", "nothing was written")
    assert [*tmp_path.iterdir()] == []


def test_a_place_that_says_nothing_about_what_is_opened(tmp_path: Path, bring: object) -> None:
    """The URL has a place, and yet leads to a store that holds something."""
    filled(tmp_path, "shared")
    before = (tmp_path / "whistle.db").read_bytes()
    bring(lambda _, **_more: SqliteStore(tmp_path / "whistle.db"))  # type: ignore[operator]
    is_wrong(run("store", "check", "acme:{name}"), "holds something already")
    is_wrong(run("store", "check", "acme:{name}", "--lang", "zh"), "已有内容")
    assert (tmp_path / "whistle.db").read_bytes() == before


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "whistle_engine.cli", "store", "check", "sqlite:///{place}/s.db",
         "--tests", "test_machine,test_s04_of_many_processes_at_one_version_one_wins"],
        capture_output=True, check=False, cwd=tmp_path, env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    assert [*tmp_path.iterdir()] == []


def test_another_process_opens_the_store_by_the_same_function() -> None:
    assert pickle.loads(pickle.dumps(open_url)) is open_url  # noqa: S301  our own
    told = run("store", "check", "sqlite:///{place}/s.db", "--clause", "S4", "--json")
    ways = {test["test"]: test["status"] for test in json.loads(told.stdout)["tests"]}
    assert ways["test_s04_of_many_processes_at_one_version_one_wins"] == PASSED


# ------------------------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["nosuch:{place}"], "no store is called 'nosuch'; there is memory, postgresql, sqlite"),
        (["sqlite:{place}/store.db"], "write sqlite:///file.db"),
        (["sqlite:///{place}/none/store.db"], "there is no folder"),
        (["sqlite:///{place}"], "it is a folder"),
        (["sqlite:///{place}/store.db?colour=red"], "there is no option 'colour'"),
        (["{place}/store.db"], "no URL of a store"),
        (["memory:", "--tests", "test_s14_closing_twice"], "did you mean test_s14_closing_twice"),
        (["memory:", "--tests", "foo"], "there is no test foo"),
        (["memory:", "--clause", "S21"], "there is no clause S21; there are S1 to S20"),
        ([], "Missing argument 'URL'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(args: list[str], word: str) -> None:
    is_wrong(run("store", "check", *args), word)


def test_what_is_no_store_is_told_in_one_line(bring: object) -> None:
    bring(lambda _, **_more: None)  # type: ignore[operator]
    is_wrong(run("store", "check", "acme:{name}"), "opens for acme: is no store: NoneType has no")


def test_passwords_in_what_a_plugin_raises_are_masked(bring: object) -> None:
    for kind in (OSError, ValueError):

        def refuse(url: str, *, create: bool, kind: type[Exception] = kind) -> object:
            del create
            raise kind(f"cannot reach {url} with password=secret")

        bring(refuse)  # type: ignore[operator]
        told = run("store", "check", "acme://me:secret@host/{name}")
        is_wrong(told, "cannot reach acme://me:***@host/kit_", "password=***")
        assert "secret" not in told.stderr


def test_what_a_plugin_raises_is_told_in_one_line(bring: object) -> None:
    def refuse(_: str, *, create: bool) -> object:
        del create
        raise OSError("connection refused:\nis the server there?")

    bring(refuse)  # type: ignore[operator]
    told = run("store", "check", "acme://me:secret@host/{name}")
    is_wrong(told, "acme://me:***@host/kit_", ": OSError: connection refused: is the server there?")
    assert "secret" not in told.stderr


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("mydb://me:secret@host/x", "mydb://me:***@host/x"),
        ("mydb://me@host/x", "mydb://me@host/x"),
        ("sqlite:////tmp/a:b@c.db", "sqlite:////tmp/a:b@c.db"),
        ("memory:", "memory:"),
        ("mydb://host/x?password=secret&a=1", "mydb://host/x?password=***&a=1"),
    ],
)
def test_passwords_are_not_shown(url: str, safe: str) -> None:
    assert shown(url) == safe


def test_two_that_claim_one_name_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def load() -> Plugins:
        raise PluginError("the store 'acme' is claimed by one and two")

    installed.cache_clear()
    monkeypatch.setattr("whistle_engine.plugins.Plugins.load", load)
    is_wrong(run("store", "check", "acme:{name}"), "claimed by one and two")


@pytest.mark.parametrize("name", ["pytest", "hypothesis"])
def test_without_the_extra_it_says_what_to_install(name: str) -> None:
    code = (
        f"import sys\nsys.modules[{name!r}] = None\nfrom whistle_engine.cli import main\n"
        "main(['store', 'check', 'memory:'])"
    )
    told = process(code=code)
    assert told.returncode == 2
    assert told.stdout == b""
    assert told.stderr.decode().splitlines() == [
        (
            f"whistle: {name} is not installed, and the kit needs it; "
            'install the extra: pip install "whistle-engine[testing]"'
        )
    ]
