"""Many on one file: threads, processes, forks; and positions that show in their order (S7)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from tests.drafts import draft, timer, with_timers
from tests.sqlite_files import paused_append, sound
from whistle_engine.storage.sqlite import SqliteStore

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "whistle.db"


def start(*arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603  a fixed command
        [sys.executable, "-m", "tests.sqlite_workers", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(processes: Sequence[subprocess.Popen[str]]) -> list[list[str]]:
    """What each acknowledged, once all have ended well."""
    lines = [process.communicate()[0].splitlines() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return lines


def test_s7_what_is_held_open_shows_before_what_came_after(path: Path) -> None:
    with (
        SqliteStore(path) as store,
        SqliteStore(path) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        store.append([draft("first")])
        begun = Event()

        def append() -> int:
            begun.set()
            return other.append([draft("late")]).records[0].position

        with paused_append(path, [draft("early")]) as appended:
            early = appended.records[0].position
            late = pool.submit(append)
            begun.wait()
            assert [r.matter for r in store.feed(0, limit=9)] == ["first"]
        assert early < late.result()
        assert [r.matter for r in store.feed(0, limit=9)] == ["first", "early", "late"]


def test_s7_a_reader_that_follows_misses_nothing(path: Path) -> None:
    SqliteStore(path).close()
    writers = [start("write", path, name, 12) for name in ("x", "y")]
    seen: list[str] = []
    with SqliteStore(path, busy_timeout=timedelta(seconds=60)) as store:
        after = 0
        while True:
            ended = all(writer.poll() is not None for writer in writers)
            page = store.feed(after, limit=5)
            seen += [f"{r.matter}:{r.version}" for r in page]
            if ended and not page:
                break
            after = page[-1].position if page else after
    told(writers)
    every = [f"{n}-{part}:{version}" for version in range(1, 13) for n in "xy" for part in "ab"]
    assert sorted(seen) == sorted(every)


def test_processes_write_one_file_and_each_write_is_there_once(path: Path) -> None:
    SqliteStore(path).close()
    names = ("w", "x", "y", "z")
    acknowledged = told([start("write", path, name, 8) for name in names])
    with SqliteStore(path) as store:
        every = store.feed(0, limit=999)
    commands = [command for lines in acknowledged for command in lines]
    assert sorted(r.command_id for r in every) == sorted(commands * 2)
    assert len({r.position for r in every}) == len(every) == 64
    assert sound(path)


def test_s4_of_processes_that_append_at_one_version_one_wins(path: Path) -> None:
    SqliteStore(path).close()
    acknowledged = told([start("contend", path, name, 8) for name in ("x", "y", "z")])
    with SqliteStore(path) as store:
        written = store.load("m").records
    assert [r.version for r in written] == list(range(1, 25))
    found = {f"{r.command_id} {r.version}" for r in written}
    assert found == {line for lines in acknowledged for line in lines}


def test_s11_processes_claim_each_timer_once(path: Path) -> None:
    with SqliteStore(path, durable=False) as store:
        for number in range(30):
            each = timer(matter=f"m{number}")
            store.append([with_timers(each, matter=each.matter)])
    claimed = told([start("claim", path) for _ in range(3)])
    assert sorted(m for lines in claimed for m in lines) == sorted(f"m{n}" for n in range(30))


def test_threads_share_one_object(path: Path) -> None:
    def work(number: int) -> None:
        for version in range(1, 6):
            store.append([draft(f"m{number}", version)])
            assert len(store.load(f"m{number}").records) == version

    with SqliteStore(path) as store, ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
        assert len(store.feed(0, limit=99)) == 30


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_a_store_can_be_used_on_both_sides_of_a_fork(path: Path) -> None:
    assert told([start("fork", path, 0)]) == [["child wrote", "before child parent"]]
    assert sound(path)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no forks here")
def test_an_exclusive_one_stays_with_the_parent(path: Path) -> None:
    assert told([start("fork", path, 1)]) == [["child: closed", "before parent"]]
    assert sound(path)
