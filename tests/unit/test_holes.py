"""A matter whose history lacks a commit: every call on it says so, and the others go on."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.cli_stores import COMMUNITY, NOW, at_work, is_wrong, run
from whistle_engine.commands import Act, Command, Merge, Urge
from whistle_engine.engine import Engine
from whistle_engine.errors import CodecError, StoreUnreadable, Unfinished
from whistle_engine.model import Actor, Role
from whistle_engine.notify.memory import MemoryNotifier
from whistle_engine.policy_file import shipped_rules
from whistle_engine.relay import Relay
from whistle_engine.storage.sqlite import SqliteStore

OPERATIONS = Actor(id="op", roles=frozenset({Role.OPERATIONS}), unit="yunying")
LATER = NOW + timedelta(hours=2)


def spoil(url: str, statement: str) -> None:
    """Change a commit of m1 behind the store's back."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"))
    with connection:
        done = connection.execute(f"{statement} WHERE matter = 'm1' AND version = 2")
        assert done.rowcount == 1
    connection.close()


HOLE = "DELETE FROM whistle_commits"
OUT_OF_TURN = (
    "UPDATE whistle_commits SET events = "
    "(SELECT events FROM whistle_commits WHERE matter = 'm1' AND version = 4)"
)
NO_JSON = "UPDATE whistle_commits SET events = CAST('{' AS BLOB)"


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Two matters at work, and m1 without its second commit."""
    made = at_work(tmp_path, "m1", "m2")
    spoil(made, HOLE)
    return made


@pytest.mark.parametrize(
    ("change", "kind", "code", "said"),
    [
        (HOLE, StoreUnreadable, "matter_damaged", "version 2 is not there; in its place lies 3"),
        (OUT_OF_TURN, StoreUnreadable, "matter_damaged", "version 2 does not go on from those"),
        (NO_JSON, CodecError, "codec", "matter 'm1', version 2: "),
    ],
)
def test_the_matter_and_version_are_named_in_one_line(
    tmp_path: Path, change: str, kind: type[Exception], code: str, said: str
) -> None:
    url = at_work(tmp_path, "m1")
    spoil(url, change)
    with SqliteStore(url) as store:
        engine = Engine(store, shipped_rules("xingqing"), clock=lambda: LATER)
        for read in (engine.matter, engine.commits):
            with pytest.raises(kind, match="'m1'") as caught:
                read(OPERATIONS, "m1")
            assert said in str(caught.value)
    is_wrong(run("matter", "m1", "--store", url), said, "run whistle verify")
    chinese = run("matter", "m1", "--store", url, "--lang", "zh")
    is_wrong(chinese, said, "whistle verify核验", f"[{code}]：")


@pytest.mark.parametrize("act", [Urge(), Merge(into="m1")])
def test_a_command_on_it_says_so(url: str, act: Act) -> None:
    matter = "m2" if isinstance(act, Merge) else "m1"
    asked = Command(id="c", matter=matter, by=COMMUNITY, do=act)
    with SqliteStore(url) as store:
        engine = Engine(store, shipped_rules("xingqing"), clock=lambda: LATER)
        with pytest.raises(StoreUnreadable, match=r"'m1' is damaged: version 2 .*whistle verify"):
            engine.execute(asked)


def test_look_ups_show_it_as_before(url: str) -> None:
    for args in (["ledger"], ["inbox", "chengguan"], ["dead"]):
        told = run(*args, "--store", url)
        assert told.exit_code == 0, told.output
        assert ("m1" in told.stdout) is (args != ["dead"])


def test_the_worker_goes_on_with_the_others(url: str) -> None:
    with SqliteStore(url) as store:
        notifier = MemoryNotifier()
        at = NOW + timedelta(hours=5)
        engine = Engine(store, shipped_rules("xingqing"), clock=lambda: at)
        done = Relay(engine, [notifier], clock=lambda: at).step()
    assert done.postponed >= 1
    assert done.fired >= 1
    assert done.retried >= 1
    assert "m2" in {message.matter for message in notifier.messages}
    told = run("run", "--once", "--store", url)
    assert told.exit_code in (0, 1), told.output
    assert "Traceback" not in told.output


def test_due_times_are_fixed_elsewhere(url: str) -> None:
    with SqliteStore(url) as store:
        engine = Engine(store, shipped_rules("xingqing"), clock=lambda: LATER)
        with pytest.raises(Unfinished, match=r"'m1': .* version 2 is not there"):
            engine.fix_due_times()


@pytest.mark.parametrize("command", ["verify", "demo"])
def test_a_file_that_is_no_store_is_not_called_damaged(tmp_path: Path, command: str) -> None:
    (tmp_path / "README.md").write_text("# Whistle\n" * 99, encoding="utf-8")
    url = f"sqlite:///{tmp_path}/README.md"
    args = [command, url] if command == "verify" else [command, "--store", url]
    told = run(*args, "--lang", "zh")
    is_wrong(told, "这个文件不是存储", "[not_a_store]")
    assert "损坏" not in told.stderr
    assert "备份" not in told.stderr
    is_wrong(run(*args), "it is no SQLite database")
