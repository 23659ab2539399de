"""Stores for the command line to look into, and how it is called on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from whistle_engine.cli.app import whistle
from whistle_engine.commands import Act, Blow, Classify, Command, Dispatch, Receive
from whistle_engine.commits import Receipt
from whistle_engine.engine import Engine
from whistle_engine.model import Actor, AppealKind, Place, Role, facts
from whistle_engine.policy_file import shipped_rules
from whistle_engine.rules import Rules
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.story import play, shipped_story

NOW = datetime(2026, 3, 4, 1, tzinfo=UTC)
"""Nine in the morning of a Wednesday, in Yinchuan."""
RESIDENT = Actor(id="li", roles=frozenset({Role.RESIDENT}))
COMMUNITY = Actor(id="gao", roles=frozenset({Role.COMMUNITY}), unit="gulou")
STREET = Actor(id="ma", roles=frozenset({Role.STREET}), unit="xinhuajie")
CENTRE = Actor(id="op", roles=frozenset({Role.OPERATIONS}), unit="yunying")
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text("utf-8")


def run(*args: str | Path, **env: str | None) -> Result:
    """In this process, in English and 80 columns, and with no store unless one is named."""
    settings = {"WHISTLE_LANG": "en", "COLUMNS": "80", "WHISTLE_STORE": None, **env}
    return CliRunner().invoke(whistle, [*map(str, args)], env=settings, prog_name="whistle")


def filled(folder: Path, *stories: str) -> str:
    """The URL of a new store in which stories were played."""
    with SqliteStore(folder / "whistle.db", durable=False) as store:
        for name in stories:
            play(shipped_story(name), store=store)
    return f"sqlite:///{folder / 'whistle.db'}"


def is_wrong(told: Result, *words: str) -> None:
    """It is wrong usage or bad input: one line that says what, and nothing else."""
    assert told.exit_code == 2, told.output
    assert told.stdout == ""
    assert len(told.stderr.splitlines()) == 1, told.stderr
    assert told.stderr.startswith("whistle")
    assert "Traceback" not in told.stderr
    for word in words:
        assert word in told.stderr


def at_work(folder: Path, *matters: str, rules: Rules | None = None) -> str:
    """The URL of a new store in which lamps are out: each matter is dispatched, at ``NOW``."""
    rules = rules if rules is not None else shipped_rules("xingqing")
    with SqliteStore(folder / "whistle.db", durable=False) as store:
        engine = Engine(store, rules, clock=lambda: NOW)
        for matter in matters:
            for number, (by, act, words) in enumerate(_steps(), 1):
                command = Command(id=f"{matter}-{number}", matter=matter, by=by, do=act)
                assert isinstance(engine.execute(command, texts=words), Receipt)
    return f"sqlite:///{folder / 'whistle.db'}"


def _steps() -> Iterator[tuple[Actor, Act, dict[str, str]]]:
    lamp = facts(category="street_lamp", public_power="yes")
    receive = Receive(channel="visit", kind=AppealKind.HELP, place=Place(unit="gulou"))
    yield RESIDENT, receive, {"text": "巷口路灯\x1b[31m不亮", "contact": "13900000000"}
    yield COMMUNITY, Classify(facts=lamp), {}
    yield STREET, Blow(kind="quick"), {"text": "请尽快派人"}
    yield CENTRE, Dispatch(), {}


def keys(value: Any) -> set[str]:
    """The keys of a shape, but not those inside an event, of facts, of words, or of a text."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if not isinstance(value, dict) or set(value) == {"zh", "en"}:
        return set()
    inner = (keys(each) for key, each in value.items() if key not in _OPAQUE)
    return set(value).union(*inner)


_OPAQUE = ("event", "facts", "words", "used", "limits")


def documented(command: str) -> set[str]:
    """The keys that the page of the command line names for a command."""
    part = PAGE.partition(f"### `whistle {command}`")[2].partition("\n### ")[0]
    assert part, command
    return set(re.findall(r"`([a-z_]+)`", part))
