"""The how-to guides and the explanations: their examples run, and print what the pages show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.docs.following import DOCS, Reader, blocks, sense
from whistle_engine.plugins import Plugins
from whistle_engine.story import play, shipped_story

NOTIFIER = "how-to/write-a-notifier.md"
TWICE = (
    "how-to/import-work-orders.md",
    "how-to/erase-a-person.md",
    "how-to/upgrade.md",
    "how-to/back-up.md",
    "explanation/clocks.md",
    "explanation/why-events.md",
    "explanation/trust.md",
)
"""Pages that are there in Chinese too, as ``NAME.zh.md``."""
PAGES = (
    *TWICE,
    *(page.replace(".md", ".zh.md") for page in TWICE),
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_followed(page: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow(page)
    assert reader.printed


@pytest.mark.parametrize("page", [*TWICE, NOTIFIER])
def test_both_pages_have_the_same_program(page: str) -> None:
    assert sense(page) == sense(page.replace(".md", ".zh.md"))


# ---------------------------------------------------------------- write a notifier


def _lay(folder: Path) -> None:
    """Write the page's files, and beside them what an installer would make of its project file."""
    for block in blocks(NOTIFIER):
        if block.caption is not None:
            (folder / block.caption).write_text(block.body, encoding="utf-8")
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
    name, version = project["name"], project["version"]
    laid = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    laid.mkdir()
    (laid / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [
        f"[{group}]\n" + "".join(f"{entry} = {target}\n" for entry, target in entries.items())
        for group, entries in project["entry-points"].items()
    ]
    (laid / "entry_points.txt").write_text("\n".join(lines))


def test_the_notifier_is_found_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _lay(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    Reader(tmp_path).follow(NOTIFIER)
    found = Plugins.load(strict=True).notifier("webhook:http://127.0.0.1:9/")
    assert type(found).__module__ == "whistle_webhook"
    with pytest.raises(ValueError, match="is no address"):
        Plugins.load().notifier("webhook:nowhere")


def test_the_notifier_keeps_its_contract(tmp_path: Path) -> None:
    _lay(tmp_path)
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "skipped" not in done.stdout, "the kit cannot see all of it"
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) >= 10, done.stdout


# ---------------------------------------------------------------- explanation


@pytest.mark.parametrize("page", ["first-responder.md", "first-responder.zh.md"])
def test_the_stories_that_are_named_are_there(page: str) -> None:
    text = (DOCS / "explanation" / page).read_text("utf-8")
    named = re.findall(r"\| `(fr\d\d_\w+)` \|$", text, re.MULTILINE)
    assert [name[:4] for name in named] == [f"fr{number:02}" for number in range(1, 11)]
    for name in named:
        play(shipped_story(name))
