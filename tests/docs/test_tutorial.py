"""The tutorial: both pages run block by block, print what they show, and tell the same story."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.following import Reader, programs, sense

PAGES = ("tutorial/afternoon.md", "tutorial/afternoon.zh.md")


@pytest.mark.parametrize("page", PAGES)
def test_every_block_prints_what_the_page_shows(page: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow(page)
    assert len(reader.printed) > 20


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_in_one_file_print_it_again_with_each_run(page: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow(page)
    file = tmp_path / "afternoon.py"
    file.write_text("\n".join(block.body for block in programs(page)), encoding="utf-8")
    for _ in range(2):
        done = subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-W", "error", "-X", "utf8", str(file)],
            cwd=tmp_path,
            env=os.environ | {"TMPDIR": str(tmp_path)},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert done.stderr == ""
        assert done.stdout == "".join(reader.printed)


def test_both_pages_have_the_same_program() -> None:
    assert len({sense(page) for page in PAGES}) == 1


def test_an_output_that_is_not_what_is_printed_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    program = "```{code-block} python\nprint(6 * 7)\n```\n"
    for shown in ("", "```text\n43\n```\n", "```python\n42\n```\n"):
        page.write_text(f"{program}\nSome words.\n\n{shown}", encoding="utf-8")
        with pytest.raises(AssertionError, match="42"):
            Reader(tmp_path).follow(str(page))
    page.write_text(f"{program}\n```text\n42\n```\n", encoding="utf-8")
    Reader(tmp_path).follow(str(page))
