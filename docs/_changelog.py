# ruff: noqa: INP001  a script beside docs/_generate.py
"""Write what the news fragments say into the changelog, as the section of the coming version.

Without a date the section is called unreleased, and written anew each time; the fragments stay.
With one (``python -m docs._changelog 2026-12-01``) the version is cut: the fragments go.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
MARK = "<!-- towncrier release notes start -->\n"
FRAGMENT = re.compile(r"[^.]+\.(breaking|added|changed|deprecated|fixed)\.md")
UNRELEASED = "unreleased"


def version() -> str:
    """The version that ``pyproject.toml`` names."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def drafted(date: str) -> str:
    """The section, as towncrier makes it of the fragments."""
    command = ("towncrier", "build", "--draft", "--version", version(), "--date", date)
    done = subprocess.run(  # noqa: S603  our own interpreter, and no word from outside but a date
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return done.stdout[done.stdout.index("## ") :].strip() + "\n"


def put(changelog: str, section: str) -> str:
    """A changelog with a section at its top, in place of an unreleased one.

    Raises:
        ValueError: there is no mark, or the version was released already.
    """
    head, mark, rest = changelog.partition(MARK)
    if not mark:
        raise ValueError(f"{CHANGELOG.name} has no line {MARK.strip()!r}")
    heading = section.partition("\n")[0].partition(" (")[0]
    coming = rf"^{re.escape(heading)} \({UNRELEASED}\)\n.*?(?=^## |\Z)"
    kept = re.sub(coming, "", rest, flags=re.DOTALL | re.MULTILINE).strip()
    if f"{heading} (" in kept:
        raise ValueError(f"{heading.removeprefix('## ')} is released; set the next version first")
    return f"{head}{mark}\n{section}" + (f"\n{kept}\n" if kept else "")


def main(date: str = UNRELEASED) -> None:
    """Write the section; with a date, take the fragments away."""
    CHANGELOG.write_text(put(CHANGELOG.read_text("utf-8"), drafted(date)), encoding="utf-8")
    if date != UNRELEASED:
        for file in (ROOT / "news").iterdir():
            if FRAGMENT.fullmatch(file.name):
                file.unlink()


if __name__ == "__main__":
    main(*sys.argv[1:])
