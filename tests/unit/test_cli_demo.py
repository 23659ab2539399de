"""Where ``whistle demo`` is kept, and what it never writes over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli_stores import at_work, is_wrong, run
from whistle_engine.cli.stories.demo import CASES
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.verify import verify

FILE = "whistle-demo.db"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_leaves_a_store_to_look_into(folder: Path) -> None:
    told = run("demo")
    assert told.exit_code == 0, told.output
    *_, kept, first, second = told.stdout.splitlines()
    assert kept == "All of it is kept in sqlite:///whistle-demo.db. To look into it:"
    with SqliteStore(folder / FILE, create=False) as store:
        assert {history.matter for history in store.scan(None, limit=9)} == {*CASES}
        assert verify(store).ok
    for line in (first, second):  # what it says to type, works
        whistle, *words = line.split()
        assert whistle == "whistle"
        assert run(*words).exit_code == 0
    assert "可以接着看" in run("demo", "--lang", "zh").stdout


def test_an_earlier_demo_is_played_anew(folder: Path) -> None:
    first = run("demo", "--json")
    with SqliteStore(folder / FILE) as store:
        before = store.load(CASES[0]).records
    again = run("demo", "--json")
    assert again.exit_code == 0
    with SqliteStore(folder / FILE) as store:
        assert len(store.load(CASES[0]).records) == len(before)
    assert again.stdout == first.stdout
    assert json.loads(again.stdout)["store"] == "sqlite:///whistle-demo.db"


@pytest.mark.parametrize("url", ["memory:", "sqlite://"])
def test_nothing_has_to_be_kept(folder: Path, url: str) -> None:
    told = run("demo", "--store", url)
    assert told.exit_code == 0
    assert "kept in" not in told.stdout
    assert [*folder.iterdir()] == []


def test_what_holds_anything_else_is_not_touched(folder: Path) -> None:
    url = at_work(folder, "m1")
    before = (folder / "whistle.db").read_bytes()
    is_wrong(run("demo", "--store", url), "holds more than an earlier demo, and was not touched")
    is_wrong(run("demo", "--store", url, "--lang", "zh"), "中有演示以外的内容，未作改动")
    assert (folder / "whistle.db").read_bytes() == before
    run("demo")
    (folder / FILE).replace(folder / "mine.db")
    with SqliteStore(folder / "mine.db") as store, store._session.write() as cursor:
        cursor.execute("UPDATE whistle_matters SET matter = 'mine' WHERE matter = 'cables'")
        cursor.execute("UPDATE whistle_commits SET matter = 'mine' WHERE matter = 'cables'")
    is_wrong(run("demo", "--store", "sqlite:///mine.db"), "holds more than an earlier demo")


@pytest.mark.parametrize("content", [b"words of a letter\n" * 99, b""])
def test_what_is_no_store_is_not_touched(folder: Path, content: bytes) -> None:
    (folder / FILE).write_bytes(content)
    is_wrong(run("demo"), FILE)
    assert (folder / FILE).read_bytes() == content


def test_the_environment_does_not_lead_it_elsewhere(folder: Path) -> None:
    """It is for looking: a demo must not get into a city's own store."""
    assert run("demo", WHISTLE_STORE="sqlite:///city.db").exit_code == 0
    assert not (folder / "city.db").exists()


def test_a_place_that_cannot_be_is_told() -> None:
    is_wrong(run("demo", "--store", "sqlite:///none/demo.db"), "there is no folder none")
    is_wrong(run("demo", "--store", "sqlite:demo.db"), "write sqlite:///file.db")
    is_wrong(run("demo", "--store", "nosuch:"), "no store is called 'nosuch'")
