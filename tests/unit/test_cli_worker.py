"""``whistle run`` in processes of its own, told to stop by signals; and ``whistle dead``."""

from __future__ import annotations

import json
import os
import re
import selectors
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from attrs import asdict

from tests.unit.cli_stores import NOW, at_work, documented, is_wrong, keys, run
from tests.unit.test_cli_processes import process
from whistle_engine.cli.filling import width
from whistle_engine.cli.working import dead
from whistle_engine.cli.working.signals import told_to_stop
from whistle_engine.codec import load_events
from whistle_engine.engine import utc_now
from whistle_engine.events import TimerFired
from whistle_engine.hookspecs import NotifierFactory, hookimpl
from whistle_engine.plugins import Plugins
from whistle_engine.relay import Figures
from whistle_engine.storage.api import Queue
from whistle_engine.storage.rows import Item
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.verify import verify

PATIENCE = 60
"""Seconds after which something that should have happened counts as failed."""

LATER = NOW + timedelta(days=400)


def fired(url: str) -> Counter[tuple[str, int, int]]:
    """How often each timer fired."""
    with SqliteStore(url) as store:
        return Counter(
            (record.matter, event.clock, event.step)
            for record in store.feed(0, limit=10_000)
            for event in load_events(record.events)
            if isinstance(event, TimerFired)
        )


# ------------------------------------------------------------------------------- once


def test_once_does_what_is_due_and_ends(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1", "m2")
    told = process("run", "--store", url, "--once", "--notifier", "log:zh", "--json")
    assert told.returncode == 0, told.stderr
    figures = json.loads(told.stdout)
    assert figures["fired"] > 0
    assert figures["delivered"] > 0
    assert figures["late"] > 0
    assert figures["dead"] == figures["refused"] == figures["postponed"] == 0
    log = told.stderr.decode()
    assert f"INFO 开始处理{url}" in log or f"INFO working on {url}" in log
    assert re.search(r"INFO unit\.\w+ to chengguan", log)  # the notifier's own lines
    again = process("run", "--store", url, "--once", "--notifier", "log", "--lang", "en")
    assert again.stdout.decode() == "Nothing was due.\n"
    with SqliteStore(url) as store:
        assert store.outbox.waiting(until=LATER, limit=1) == ()
        assert verify(store).ok


def test_without_a_notifier_notices_stay(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    with SqliteStore(url) as store:
        before = store.outbox.waiting(until=LATER, limit=1000)
    told = process("run", "--store", url, "--once", "--lang", "zh")
    assert "没有指定通知方式" in told.stderr.decode()
    assert told.stdout.decode().startswith("到时处理")
    with SqliteStore(url) as store:
        assert set(before) <= set(store.outbox.waiting(until=LATER, limit=1000))
        count = len(store.outbox.waiting(until=utc_now(), limit=1000))
    assert f"有{count}条通知等待送出" in told.stdout.decode().replace("\n", "")
    again = process("run", "--store", url, "--once", "--lang", "en").stdout.decode()
    assert again.startswith(f"Notices that wait, since no notifier is named: {count}.")


def test_figures_are_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = at_work(tmp_path, "m1")
    told_ = Figures(
        fired=3, late=3720, refused=1, postponed=2, delivered=5, retried=4, dead=6, overtaken=7
    )
    monkeypatch.setattr("whistle_engine.cli.working.run._worked", lambda *_, **__: told_)
    chinese = run("run", "--store", url, "--lang", "zh").stdout
    assert "到时处理3次；最迟的一次迟1小时2分钟；被拒1次，列为处理失败；" in chinese
    english = " ".join(run("run", "--store", url).stdout.split())
    assert english.startswith("3 timers fired; the latest 1 h 2 min late; 1 refused, now dead")
    assert "7 overtaken by others. Notices that wait, since no notifier is named: " in english
    assert max(map(width, chinese.splitlines())) <= 80
    with SqliteStore(url) as store:
        waiting = len(store.outbox.waiting(until=utc_now(), limit=1000))
    assert waiting > 0
    figures = {**asdict(told_), "waiting": waiting}
    assert json.loads(run("run", "--store", url, "--json").stdout) == figures
    assert documented("run") == {*figures}


# ------------------------------------------------------------------------------- until told to stop


@contextmanager
def worker(url: str, *args: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process of its own, killed in the end if it still runs."""
    command = [sys.executable, "-m", "whistle_engine.cli", "run", "--store", url, "--lang", "en"]
    with subprocess.Popen(  # noqa: S603  our own interpreter and arguments
        [*command, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        try:
            yield started
        finally:
            if started.poll() is None:
                started.kill()


def wait_for(started: subprocess.Popen[bytes], word: bytes) -> bytes:
    """What a process writes to stderr, up to a word."""
    assert started.stderr is not None
    seen, end = b"", monotonic() + PATIENCE
    with selectors.DefaultSelector() as selector:
        selector.register(started.stderr, selectors.EVENT_READ)
        while word not in seen:
            assert selector.select(end - monotonic()), seen
            part = os.read(started.stderr.fileno(), 10_000)
            assert part, seen
            seen += part
    return seen


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told otherwise there")
@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_cleanly_when_told(tmp_path: Path, told: signal.Signals) -> None:
    url = at_work(tmp_path, "m1")
    with worker(url, "--notifier", "log:en", "--json") as started:
        wait_for(started, b"delivered")
        started.send_signal(told)
        out, error = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0, error
    assert b"Traceback" not in error
    assert json.loads(out)["fired"] > 0
    with SqliteStore(url) as store:
        assert verify(store).ok


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told otherwise there")
def test_it_stops_while_it_has_nothing_to_do(tmp_path: Path) -> None:
    url = at_work(tmp_path, "m1")
    assert process("run", "--store", url, "--once", "--notifier", "log").returncode == 0
    with worker(url, "--notifier", "log") as started:
        wait_for(started, b"working on")
        started.send_signal(signal.SIGTERM)
        out, _ = started.communicate(timeout=PATIENCE)
    assert started.returncode == 0
    assert out == b"Nothing was due." + os.linesep.encode()


def test_several_workers_fire_each_timer_once(tmp_path: Path) -> None:
    url = at_work(tmp_path, *(f"m{number}" for number in range(6)))
    with worker(url, "--once", "--json") as one, worker(url, "--once", "--json") as other:
        figures = [json.loads(each.communicate(timeout=PATIENCE)[0]) for each in (one, other)]
    assert (one.returncode, other.returncode) == (0, 0)
    assert process("run", "--store", url, "--once").returncode == 0  # what the last one waited for
    assert sum(each["fired"] for each in figures) > 0
    assert set(fired(url).values()) == {1}
    with SqliteStore(url) as store:
        assert verify(store).ok


@pytest.mark.skipif(sys.platform == "win32", reason="signals are told otherwise there")
def test_a_signal_is_told_from_a_thread_and_handlers_come_back() -> None:
    before = {one: signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)}
    where: list[threading.Thread] = []
    stopped = threading.Event()

    def stop() -> None:
        where.append(threading.current_thread())
        stopped.set()

    with told_to_stop(stop):
        assert where == []
        os.kill(os.getpid(), signal.SIGTERM)
        assert stopped.wait(PATIENCE)
        os.kill(os.getpid(), signal.SIGTERM)  # again: it is stopping already
    assert len(where) == 1
    assert where[0] is not threading.main_thread()
    assert {one: signal.getsignal(one) for one in before} == before
    with told_to_stop(stop):
        pass
    assert len(where) == 1


# ------------------------------------------------------------------------------- what is wrong


def test_what_cannot_be_run_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = at_work(tmp_path, "m1")
    args = ("run", "--once", "--store", url, "--notifier")
    is_wrong(run(*args, "nosuch"), "no notifier is called 'nosuch'; there is log, memory")
    is_wrong(run(*args, "log:fr"), "say log, log:zh or log:en")
    is_wrong(run(*args, "log", "--notifier", "log"), "two notifiers have one name")

    class Acme:
        @hookimpl
        def whistle_notifiers(self) -> list[NotifierFactory]:
            def refuse(address: str) -> object:
                raise OSError(f"no route\nto host {len(address)}")

            return [NotifierFactory(name="acme", open=refuse)]  # type: ignore[arg-type]

    loaded = Plugins.load(plugins=[Acme()])
    monkeypatch.setattr("whistle_engine.cli.store.opening.installed", lambda: loaded)
    told = run(*args, "acme:user:secret@host")
    is_wrong(told, "--notifier acme: OSError: no route to host 16")
    assert "secret" not in told.stderr


def test_an_empty_store_is_worked_on_by_named_rules() -> None:
    told = process("run", "--once", "--store", "memory:", "--policy", "xingqing", "--lang", "en")
    assert told.returncode == 0, told.stderr
    assert told.stdout.decode() == "Nothing was due.\n"


# ------------------------------------------------------------------------------- dead letters


def give_up(queue: Queue[Item]) -> None:
    while claims := queue.claim(now=LATER, until=LATER + timedelta(hours=1), limit=100):
        for claim in claims:
            assert queue.fail(claim, retry_at=None)


@pytest.fixture
def given_up(tmp_path: Path) -> str:
    """A store in which all that was due was given up."""
    url = at_work(tmp_path, "m1", "m2")
    with SqliteStore(url) as store:
        give_up(store.timers)
        give_up(store.outbox)
    return url


def test_dead_letters_are_listed(given_up: str) -> None:
    told = run("dead", "--store", given_up)
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[0].split() == ["queue", "matter", "what", "to", "due"]
    assert "clock 1, step 1" not in told.stdout  # that of classifying was settled in time
    assert (
        "District Urban Management Bureau" in " ".join(told.stdout.split()) or "li" in told.stdout
    )
    chinese = run("dead", "--store", given_up, "--lang", "zh").stdout
    assert "定时  m1" in chinese
    assert "通知  m2" in chinese
    assert "派单" in chinese
    for text in (told.stdout, chinese):
        assert max(map(width, text.splitlines())) <= 80


def test_dead_letters_are_taken_back(given_up: str) -> None:
    shape = json.loads(run("dead", "--store", given_up, "--json").stdout)
    assert (shape["revived"], shape["gone"]) == (0, 0)
    assert documented("dead") == keys(shape)
    own = json.loads(run("dead", "--store", given_up, "--matter", "m1", "--json").stdout)
    assert {each["matter"] for each in (*own["timers"], *own["notices"])} == {"m1"}
    count = len(own["timers"]) + len(own["notices"])
    told = run("dead", "--store", given_up, "--matter", "m1", "--revive")
    assert told.exit_code == 0, told.output
    assert f"{count} are back in their lines" in told.stdout
    assert run("dead", "--store", given_up, "--matter", "m1").stdout == (
        "There is no dead letter.\n"
    )
    assert f"已放回队列{count}条" in run(
        "dead", "--store", given_up, "--matter", "m2", "--revive", "--lang", "zh"
    ).stdout  # fmt: skip
    done = process("run", "--store", given_up, "--once", "--notifier", "log", "--json")
    assert json.loads(done.stdout)["delivered"] >= len(own["notices"])
    assert json.loads(done.stdout)["dead"] == 0
    with SqliteStore(given_up) as store:
        assert verify(store).ok


def test_one_that_is_dead_no_longer_is_left(given_up: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else took them back in between."""
    before = dead._letters

    def late(store: SqliteStore, matter: str | None) -> dead.Letters:
        found = before(store, matter)
        assert store.timers.revive(found.timers[0])
        return found

    monkeypatch.setattr(dead, "_letters", late)
    told = run("dead", "--store", given_up, "--revive")
    assert "1 more were no dead letters any longer" in told.stdout


def test_all_are_taken_back_however_many(given_up: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead, "MOST", 1)
    listed = json.loads(run("dead", "--store", given_up, "--json").stdout)
    assert (len(listed["notices"]), listed["more"]) == (1, True)
    of_one = json.loads(run("dead", "--store", given_up, "--matter", "m2", "--json").stdout)
    assert {each["matter"] for each in of_one["notices"]} == {"m2"}
    assert json.loads(run("dead", "--store", given_up, "--revive", "--json").stdout)["revived"] > 2
    with SqliteStore(given_up) as store:
        assert (store.timers.dead(limit=9), store.outbox.dead(limit=9)) == ((), ())


def test_codes_will_do_where_the_rules_cannot_be_read(given_up: str) -> None:
    with SqliteStore(given_up) as store, store._session.write() as cursor:
        cursor.execute("DELETE FROM whistle_documents")
    told = run("dead", "--store", given_up)
    assert told.exit_code == 0
    assert "chengguan" in told.stdout
