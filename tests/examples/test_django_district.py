"""The Django example: its own tests, against the engine that is installed here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "django_district"
SECONDS = 300


def manage(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "manage.py", *arguments]


def settings(folder: Path) -> dict[str, str]:
    return {**os.environ, "DISTRICT_FOLDER": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own interpreter
        manage(*arguments),
        cwd=EXAMPLE,
        env=settings(folder),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )


@pytest.mark.slow
def test_its_own_tests_pass(tmp_path: Path) -> None:
    done = run(tmp_path, "test", "desk")
    assert done.returncode == 0, done.stderr
    (ran,) = re.findall(r"^Ran (\d+) tests", done.stderr, re.MULTILINE)
    assert int(ran) >= 41
    assert done.stderr.rstrip().splitlines()[-2:][0] == "OK", done.stderr


def test_its_migrations_are_whole(tmp_path: Path) -> None:
    done = run(tmp_path, "makemigrations", "--check", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_demo_is_made_as_the_readme_says(tmp_path: Path) -> None:
    for arguments in (["migrate", "-v0"], ["demo_data", "--matters", "3"]):
        done = run(tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
    assert "log in as li, gulou" in done.stdout


def test_wrong_settings_are_told(tmp_path: Path) -> None:
    (tmp_path / "deferred.py").write_text(
        "from district.settings import *\ndel DATABASES['default']['OPTIONS']['transaction_mode']\n"
    )
    path = {"PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "deferred"}
    done = subprocess.run(  # noqa: S603  our own interpreter
        manage("check"),
        cwd=EXAMPLE,
        env={**settings(tmp_path), **path},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=SECONDS,
    )
    assert done.returncode == 1
    assert "desk.E002" in done.stderr


def test_the_worker_is_a_process_that_stops_when_told(tmp_path: Path) -> None:
    made = run(tmp_path, "migrate", "-v0")
    assert made.returncode == 0, made.stderr
    with subprocess.Popen(  # noqa: S603  our own interpreter
        manage("whistle_worker"),
        cwd=EXAMPLE,
        env={**settings(tmp_path), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().startswith("working on ")
        worker.terminate()
        said, _ = worker.communicate(timeout=SECONDS)
    assert worker.returncode == 0
    assert said.splitlines()[-1] == "stopped"


def test_nothing_comes_from_elsewhere() -> None:
    shown = [p for kind in ("html", "css") for p in (EXAMPLE / "desk").rglob(f"*.{kind}")]
    assert shown
    for path in shown:
        assert not re.search(r"https?:|//[a-z]", path.read_text("utf-8")), path
