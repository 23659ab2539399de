"""The example on Starlette: its own tests, run as its readers run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "starlette_desk"
SUITES = sorted(path.name for path in (EXAMPLE / "tests").glob("test_*.py"))


def test_there_are_tests() -> None:
    assert "test_page.py" in SUITES


@pytest.mark.parametrize("name", SUITES)
def test_the_example_s_own_tests_pass(name: str) -> None:
    outer = ("PYTEST_", "DESK_")
    known = {key: value for key, value in os.environ.items() if not key.startswith(outer)}
    done = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-B", "-m", "pytest", "-rs", "-p", "no:cacheprovider", f"tests/{name}"],
        cwd=EXAMPLE,
        env=known,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    if skipped := [line for line in done.stdout.splitlines() if line.startswith("SKIPPED")]:
        pytest.skip(skipped[0])
