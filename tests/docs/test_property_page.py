"""The guide to property tests: its law breaks as the page shows, step by step."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.docs.following import blocks

PAGE = "how-to/property-test-your-rules.md"


def block(kind: str) -> str:
    """The first block of a kind that is about the law of the page."""
    return next(each.body for each in blocks(PAGE) if each.kind == kind and "MC1" in each.body)


def test_the_law_of_the_page_breaks_as_it_shows(tmp_path: Path) -> None:
    """Each line in its order; what an ellipsis stands for may be anything."""
    (tmp_path / "test_city.py").write_text(block("python"), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "MC1", "."],
        cwd=tmp_path,
        env={**os.environ, "WHISTLE_LANG": "en"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    rest = ran.stdout
    for line in block("text").splitlines():
        for part in filter(None, map(str.strip, line.removeprefix(">>").split("…"))):
            before, there, rest = rest.partition(part)
            assert there, (part, before[-2000:])
