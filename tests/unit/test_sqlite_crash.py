"""Writers are killed in the middle of it: what they acknowledged is there, nothing torn (S15)."""

from __future__ import annotations

import random
import signal
from pathlib import Path

from tests.sqlite_files import sound
from tests.sqlite_workers import rich
from tests.unit.test_sqlite_many import start
from whistle_engine.model import TextRef
from whistle_engine.storage.rows import VaultText
from whistle_engine.storage.sqlite import SqliteStore

KILLS = 4


def test_s15_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "whistle.db"
    moments = random.Random(15)  # noqa: S311  repeatable, nothing secret
    acknowledged: list[str] = []
    for _ in range(KILLS):
        writers = [start("write", path, name, 10_000) for name in ("x", "y")]
        for writer in writers:
            assert writer.stdout is not None
            acknowledged += [writer.stdout.readline().strip() for _ in range(moments.randint(1, 4))]
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            acknowledged += writer.communicate()[0].splitlines()
            assert writer.returncode == -signal.SIGKILL
        check(path, acknowledged)


def check(path: Path, acknowledged: list[str]) -> None:
    assert sound(path)
    with SqliteStore(path) as store:
        written = {(r.matter, r.version): r for r in store.feed(0, limit=99_999)}
        commands = {r.command_id for r in written.values()}
        assert commands >= set(acknowledged)
        for command in commands:
            name, version = command.split(":")
            for part in "ab":
                assert (f"{name}-{part}", int(version)) in written
        for history in store.scan(None, limit=99):
            versions = [r.version for r in history.records]
            assert versions == list(range(1, len(versions) + 1))
            latest = history.records[-1]
            expected = rich(history.matter, latest.version, latest.command_id)
            assert latest == expected.record(latest.position)
            assert store.projection(history.matter) == expected.projection
            texts = [
                store.read_text(TextRef(r.command_id, f"text-{r.matter}")) for r in history.records
            ]
            assert all(isinstance(text, VaultText) for text in texts)
        notices = store.outbox.waiting(until=expected.recorded_at.replace(year=9000), limit=99_999)
        assert {(n.matter, n.version) for n in notices} == set(written)
