"""The examples run on PostgreSQL as they are, by its URL alone: their own tests say so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres_server import with_options

EXAMPLES = Path(__file__).parents[2] / "examples"
SUITES = ("test_commands.py", "test_reads.py", "test_running.py")
"""Those of the Starlette example that write and read; the page is the same on any store."""


def run(example: str, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    outer = ("PYTEST_", "DESK_", "DISTRICT_")
    known = {key: value for key, value in os.environ.items() if not key.startswith(outer)}
    return subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-B", *arguments],
        cwd=EXAMPLES / example,
        env={**known, **settings},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


@pytest.mark.slow
def test_the_django_example(tmp_path: Path, postgres: str) -> None:
    done = run(
        "django_district", "-W", "error", "manage.py", "test", "desk",
        DISTRICT_FOLDER=str(tmp_path), DISTRICT_DATABASE=postgres,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.rstrip().splitlines()[-2:][0] == "OK", done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("suite", SUITES)
def test_the_starlette_example(postgres: str, suite: str) -> None:
    done = run(
        "starlette_desk", "-m", "pytest", "-p", "no:cacheprovider", f"tests/{suite}",
        TEST_STORE=with_options(postgres, schema="{name}"),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "skipped" not in done.stdout
