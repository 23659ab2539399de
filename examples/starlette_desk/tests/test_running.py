"""The service as a whole: its worker, its end, its commands."""

from __future__ import annotations

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from whistle_engine.plugins import Plugins

from desk.__main__ import _parser, main
from desk.demo import BUREAU, PEOPLE, RESIDENT, STREET
from desk.tokens import Tokens
from tests.serving import HOUR, REPORT_IN, SECRET, Service, serving, store_at


def test_the_worker_tells_units_and_reminds_them(service: Service) -> None:
    service.bring("m-1")
    told = service.told.messages
    while told.get(timeout=60).code != "unit.dispatched":
        pass
    service.clock.now += 3 * HOUR  # of four to report in
    while not (message := told.get(timeout=60)).event.startswith("timer_fired"):
        pass
    assert message.unit == BUREAU.unit
    lines = service.get(STREET, "/matters/m-1/timeline").json()["items"]
    assert lines[-1]["at"] == "2026-03-04T12:00:00+08:00"


def test_it_ends_whole_and_begins_again_where_it_was(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    for number in (1, 2):
        with serving(tmp_path) as service:
            service.bring(f"m-{number}", steps=1)
            with service.client() as client:
                assert client.get("/health").json() == {"worker": True}
        assert set(threading.enumerate()) <= before
    with closing(Plugins.load().open_store(store_at(tmp_path))) as store:
        assert [record.matter for record in store.feed(0, limit=9)] == ["m-1", "m-2"]


def test_the_log_names_no_residents(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    service.bring("m-1")
    while not (message := service.told.messages.get(timeout=60)).actor:
        pass  # until a resident is told
    assert message.actor == RESIDENT.id
    service.give(BUREAU, "m-1", REPORT_IN)
    while service.told.messages.get(timeout=60).code == message.code:
        pass  # by now the one before is in the log
    lines = [each.getMessage() for each in caplog.records if each.name == "desk.notices"]
    assert f"{message.code} {message.key}" in lines
    assert not [line for line in lines if message.text.zh in line]
    assert not [line for line in caplog.messages if re.search(rf"\b{RESIDENT.id}\b", line)]


def test_a_port_that_is_taken_is_told_before_anything_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DESK_STORE", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["serve", "--demo", "--port", str(port)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "--port" in line
    assert [*tmp_path.iterdir()] == []


def test_the_usual_port_is_not_django_s() -> None:
    assert _parser().parse_args(["serve"]).port == 8001


def test_the_demo_has_people_and_matters(tmp_path: Path) -> None:
    for _ in range(2):  # begun again, it is the same
        with serving(tmp_path, demo=True) as service, service.client() as client:
            assert {each["id"] for each in client.get("/demo").json()["items"]} == set(PEOPLE)
            assert client.post("/demo/nobody").status_code == 422
            token = client.post("/demo/wu").json()["token"]
            assert Tokens(SECRET).actor(token) == BUREAU
            items = service.get(BUREAU, "/inbox").json()["items"]
            assert [each["lateness"]["code"] for each in items[:3]] == ["late", "soon", "fine"]


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("DESK_")}
    here = str(Path(__file__).parents[1])
    return subprocess.Popen(  # noqa: S603  our own interpreter
        [sys.executable, "-m", "desk", *arguments],
        cwd=folder,
        env={**known, "PYTHONPATH": here, "PYTHONUNBUFFERED": "1", **environment},
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_a_process_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with run(tmp_path, "serve", "--port", "0", DESK_SECRET=SECRET) as process:
        overdue = threading.Timer(60, process.kill)
        overdue.start()
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "running on" in line)
            url = line.partition("running on ")[2].split()[0]
            assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
            process.send_signal(signal.SIGTERM)
            assert "Application shutdown complete" in process.stderr.read()
            assert process.wait() in {0, -signal.SIGTERM}
        finally:
            overdue.cancel()
            process.kill()


def test_the_command_signs_tokens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_SECRET", SECRET)
    assert main(["token", "wu", "--role", "receiver", "--unit", "chengguan"]) == 0
    assert Tokens(SECRET).actor(capsys.readouterr().out.strip()) == BUREAU


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "DESK_SECRET is not set"),
        ({}, "serve --demo"),
        ({"DESK_SECRET": "short"}, "DESK_SECRET is too short: 5 bytes"),
        ({"DESK_SECRET": SECRET, "DESK_STORE": "sqlite:////no/such/folder/desk.db"}, "/no/such"),
        ({"DESK_SECRET": SECRET, "DESK_STORE": "desk.db"}, "scheme"),
        ({"DESK_SECRET": SECRET, "DESK_POLICY": "xingqin"}, "'xingqing'"),
    ],
)
def test_what_keeps_it_from_starting_is_told_in_a_line(
    environment: dict[str, str],
    told: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DESK_SECRET", "DESK_STORE", "DESK_POLICY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "--port", "0"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
