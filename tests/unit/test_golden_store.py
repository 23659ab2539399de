"""A file that an earlier release made opens, is whole, and can be worked on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.golden import write
from tests.support import NOW, tiny_directory, tiny_policy
from whistle_engine.commands import Command, Urge
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.model import Stage, TextRef
from whistle_engine.storage.rows import Erased
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.verify import verify

FILES = sorted(write.HERE.glob("store-*.sql"))


def test_there_is_one_for_each_schema() -> None:
    assert [path.name for path in FILES] == [write.STORE]


@pytest.mark.parametrize("golden", FILES, ids=lambda path: path.name)
def test_it_opens_and_goes_on(golden: Path, tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as bare:
        bare.executescript(golden.read_text(encoding="utf-8"))
    now = NOW + timedelta(days=9)
    with SqliteStore(path, create=False) as store:
        before = verify(store)
        assert (before.ok, before.counts.matters, before.counts.erased) == (True, 2, 1)
        rules = compile_rules(tiny_policy(), tiny_directory())
        engine = Engine(store, rules, clock=lambda: now)
        assert engine.matter(write.ALICE, "m-1").stage is Stage.CLOSED
        assert engine.text(write.ALICE, "m-1", TextRef("c-1", "text")) == "楼道水管漏水"
        assert store.read_text(TextRef("c-6", "reason")) is Erased.ERASED
        assert store.outbox.waiting(until=now, limit=99)
        assert engine.fire_due()
        urged = engine.execute(Command(id="urge", matter="m-2", by=write.ALICE, do=Urge()))
        assert isinstance(urged, Receipt)
        assert verify(store, since=before.checkpoint).ok
