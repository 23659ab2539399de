"""``whistle verify``: what fits, what does not, and checkpoints."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from tests.unit.cli_stores import documented, filled, is_wrong, run
from tests.unit.test_sqlite_errors import as_somebody_else
from whistle_engine.checkpoints import Checkpoint, checkpoint
from whistle_engine.cli.filling import width
from whistle_engine.cli.store.words import WORDS
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.story import play, shipped_story
from whistle_engine.verify import Check


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that anybody may look into, unlike pytest's own."""
    made = Path(mkdtemp(prefix="whistle_"))
    made.chmod(0o755)
    yield made
    made.chmod(0o755)
    shutil.rmtree(made)


@pytest.fixture
def url(folder: Path) -> str:
    return filled(folder, "shared", "street_lamp")


def change(url: str, statement: str) -> None:
    """Change the file behind the store's back."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with connection:
        assert connection.execute(statement).rowcount > 0
    connection.close()


# ------------------------------------------------------------------------------- what fits


def test_what_fits_is_told_with_a_checkpoint(url: str) -> None:
    with SqliteStore(url) as store:
        now = checkpoint(store)
    told = run("verify", url)
    assert told.exit_code == 0, told.output
    assert told.stderr == ""
    assert told.stdout.startswith("All of it fits: 2 matters, ")
    assert now.root in told.stdout
    told = run("verify", url, "--lang", "zh")
    assert told.stdout.startswith("全部相符：事项2件，提交")
    assert max(map(width, told.stdout.splitlines())) <= 80


def test_the_url_can_come_from_the_environment(url: str) -> None:
    assert run("verify", WHISTLE_STORE=url).stdout == run("verify", url).stdout


def test_json_has_the_keys_that_the_page_names(url: str) -> None:
    fits = json.loads(run("verify", url, "--json").stdout)
    assert fits["ok"] is True
    assert fits["mismatches"] == []
    change(url, "UPDATE whistle_matters SET channel = 'nobody' WHERE matter = 'shared'")
    told = run("verify", url, "--json")
    assert told.exit_code == 1
    wrong = json.loads(told.stdout)
    assert wrong["checkpoint"] is None
    (found,) = wrong["mismatches"]
    assert found["matter"] == "shared"
    assert found["check"] == "row"
    assert found["label"] == {"zh": "台账行", "en": "ledger row"}
    named = {*wrong, *wrong["counts"], *found, *fits["checkpoint"]}
    assert documented("verify") - {"zh", "en", "null"} == named


# ------------------------------------------------------------------------------- checkpoints


def test_a_checkpoint_is_written_and_held_against_later(url: str, folder: Path) -> None:
    file = folder / "point.json"
    told = run("verify", url, "--checkpoint", file)
    assert told.exit_code == 0
    assert f"The checkpoint is in {file}" in " ".join(told.stdout.split())
    first = Checkpoint.load(file.read_text("utf-8"))
    with SqliteStore(url) as store:
        assert first == checkpoint(store)
        play(shipped_story("silence"), store=store)
    told = run("verify", url, "--since", file, "--checkpoint", file)
    assert told.exit_code == 0
    assert f"at the checkpoint of position {first.position} is there still" in told.stdout
    second = Checkpoint.load(file.read_text("utf-8"))
    assert (first.matters, second.matters) == (2, 3)
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".db-journal") == [
        "point.json",
        "whistle.db",
    ]


def test_a_matter_that_was_removed_shows_against_a_checkpoint(url: str, folder: Path) -> None:
    file = folder / "point.json"
    run("verify", url, "--checkpoint", file)
    before = file.read_bytes()
    for table in ("commits", "matters", "duties", "timers", "notices", "texts"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        with connection:
            connection.execute(f"DELETE FROM whistle_{table} WHERE matter = 'shared'")  # noqa: S608
        connection.close()
    assert run("verify", url).exit_code == 0  # nothing is left that would not fit
    told = run("verify", url, "--since", file, "--checkpoint", file)
    assert told.exit_code == 1
    assert "✗ checkpoint: " in told.stdout
    assert "No checkpoint was written" in told.stdout
    assert file.read_bytes() == before
    told = run("verify", url, "--since", file, "--lang", "zh")
    assert "✗ 检查点：" in told.stdout


@pytest.mark.skipif(os.name == "nt", reason="modes are told otherwise there")
def test_the_mode_of_a_checkpoint_s_file_is_kept(url: str, folder: Path) -> None:
    file = folder / "point.json"
    run("verify", url, "--checkpoint", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    run("verify", url, "--checkpoint", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


# ------------------------------------------------------------------------------- what does not fit


def test_each_check_has_a_label() -> None:
    named = {key.removeprefix("what.") for key in WORDS if key.startswith("what.")}
    assert named == {check.value for check in Check}


@pytest.mark.parametrize(
    ("statement", "en", "zh"),
    [
        (
            "UPDATE whistle_commits SET digest = 'x' WHERE matter = 'shared' AND version = 2",
            "✗ matter shared, version 2: hash chain: ",
            "✗ 事项shared，第2次提交：摘要链：",
        ),
        (
            "UPDATE whistle_matters SET place = 'x' WHERE matter = 'street_lamp'",
            "✗ matter street_lamp, version 17: ledger row: place is 'x', not ",
            "✗ 事项street_lamp，第17次提交：台账行：",
        ),
    ],
)
def test_what_does_not_fit_is_told(url: str, statement: str, en: str, zh: str) -> None:
    change(url, statement)
    told = run("verify", url)
    assert told.exit_code == 1
    assert told.stdout.startswith("1 found that do not fit (2 matters and ")
    assert en in " ".join(told.stdout.split())
    told = run("verify", url, "--lang", "zh")
    assert told.exit_code == 1
    assert "发现不符1处" in told.stdout
    assert zh in told.stdout


def test_reading_stops_after_the_most(url: str) -> None:
    change(url, "UPDATE whistle_matters SET place = 'x'")
    assert len(json.loads(run("verify", url, "--json").stdout)["mismatches"]) == 2
    told = run("verify", url, "--most", "1")
    assert "1 found that do not fit" in told.stdout
    assert "reading stopped after 1" in " ".join(told.stdout.split())


# ------------------------------------------------------------------------------- what is wrong


def test_a_store_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    is_wrong(run("verify", "sqlite:///none.db"), "none.db: there is no such file")
    assert [*tmp_path.iterdir()] == []
    (tmp_path / "empty.db").touch()
    is_wrong(run("verify", "sqlite:///empty.db"), "there is no store in it")
    assert (tmp_path / "empty.db").read_bytes() == b""


def test_what_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear all" * 999, encoding="utf-8")
    is_wrong(run("verify", f"sqlite:///{tmp_path}/letter.txt"), "it is no SQLite database")
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    is_wrong(run("verify", f"sqlite:///{tmp_path}/other.db"), "another application's database")
    is_wrong(run("verify", f"sqlite:///{tmp_path}"), "it is a folder")
    is_wrong(run("verify", "nosuch:there"), "no store is called 'nosuch'")
    is_wrong(run("verify", str(tmp_path / "letter.txt")), "no URL of a store")
    is_wrong(run("verify"), "say which store: --store")
    is_wrong(run("verify", "memory:", "--store", "memory:"), "the store is named twice")


def test_a_damaged_store_is_told(url: str) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xff" * (len(data) - 8192)
    path.write_bytes(data)
    is_wrong(run("verify", url), "it is damaged")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there are no users as on POSIX")
def test_a_store_that_may_only_be_read_is_verified(url: str, folder: Path) -> None:
    (folder / "whistle.db").chmod(0o444)
    folder.chmod(0o555)
    with as_somebody_else():
        told = run("verify", url)
        refused = run("verify", url, "--checkpoint", folder / "point.json")
    assert told.exit_code == 0, told.output
    is_wrong(refused, "point.json cannot be written: Permission denied")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "a checkpoint is one line of JSON"),
        ("{}", '"type": "checkpoint/1"'),
        ('{"type": "checkpoint/1", "position": -1, "matters": 0, "root": ""}', "position is -1"),
        ("\xff", "holds no checkpoint"),
    ],
)
def test_what_is_no_checkpoint_is_told(url: str, folder: Path, text: str, word: str) -> None:
    file = folder / "point.json"
    file.write_bytes(text.encode("latin-1"))
    is_wrong(run("verify", url, "--since", file), word, "point.json holds no checkpoint")
    assert "point.json不是检查点" in run("verify", url, "--since", file, "--lang", "zh").stderr


def test_files_that_are_not_there_are_told(url: str, folder: Path) -> None:
    is_wrong(run("verify", url, "--since", folder / "none"), "No such file or directory")
    is_wrong(run("verify", url, "--since", folder), "is a directory")
    is_wrong(run("verify", url, "--checkpoint", folder / "no" / "x"), "cannot be written")
