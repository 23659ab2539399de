"""The Python examples of the README and the docs run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh.md")
PAGES = (*(ROOT / name for name in READMES), *sorted((ROOT / "docs").rglob("*.md")))
EXAMPLES = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    for number, block in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE), 1
    )
]


def _run(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-W", "error", "-c", source],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_there_are_examples() -> None:
    assert EXAMPLES


@pytest.mark.parametrize("source", EXAMPLES)
def test_an_example_runs(source: str, tmp_path: Path) -> None:
    done = _run(source, tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", READMES)
def test_the_readme_prints_what_it_says(name: str, tmp_path: Path) -> None:
    (source,) = re.findall(
        r"^```python\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert _run(source, tmp_path).stdout.splitlines() == [
        "send_back refused: send_back FR5",
        "closed settled",
    ]


@pytest.mark.parametrize("name", READMES)
def test_what_the_readme_links_to_is_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (ROOT / target).exists(), target
