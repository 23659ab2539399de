"""Plant each fault in a copy of the sources and see that the tests find it.

``python -m tests.planted.run [--clause FR6] [--jobs 2] [--write docs/reference/laws.md]``

Exit code 0 if every fault was found, 1 if one survived, 2 if a selection of tests does not pass
without a fault, or does not run at all.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import frozen

from tests.planted.faults import ROOT, Clause, Fault, clauses, faults

COPIED = ("src", "tests", "pyproject.toml")
"""What the tests of a planted fault need."""

PATIENCE = 300
"""How many seconds one selection of tests may take; a fault can make it run forever."""

FAILED = re.compile(r"^FAILED (.+?)(?: - .*)?$", re.MULTILINE)


class UnusableError(Exception):
    """A selection of tests says nothing: it does not pass as it is, or does not run."""


@frozen
class Found:
    """What came of one fault: the first test that found it, for each selection of tests."""

    fault: Fault
    by: tuple[str | None, ...]

    @property
    def survived(self) -> bool:
        """Tell whether a selection of tests passed all the same."""
        return None in self.by


def say(line: str) -> None:
    """Write a line for people."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


# ---------------------------------------------------------------- running tests


def pytest(tree: Path, selection: Iterable[str]) -> tuple[int, str]:
    """Run tests on the sources of a tree: the exit code, and what was said."""
    env = {**os.environ, "PYTHONPATH": str(tree / "src"), "HYPOTHESIS_PROFILE": "planted"}
    for name in ("WHISTLE_TEST_INSTALLED", "PYTEST_ADDOPTS"):
        env.pop(name, None)
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "tests.planted.profile"]
    options += ["--tb=line", "-rf"]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and tests
            [sys.executable, "-m", "pytest", *options, *selection],
            cwd=tree,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return 2, f"no end after {PATIENCE} seconds"
    return done.returncode, done.stdout + done.stderr


def first_failure(tree: Path, selection: str) -> str | None:
    """The first test of a selection that fails, or ``None`` if all pass.

    Raises:
        UnusableError: nothing was run, or an error kept it from running.
    """
    code, said = pytest(tree, shlex.split(selection))
    if code == 0:
        return None
    failed = FAILED.search(said)
    if code != 1 or failed is None:
        raise UnusableError(f"{selection}: pytest ended with {code}\n{said[-2000:]}")
    return failed[1]


def copy(base: Path, tree: Path) -> Path:
    """Copy what the tests need."""
    for name in COPIED:
        source = base / name
        if source.is_dir():
            shutil.copytree(source, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, tree / name)
    return tree


def plant(base: Path, fault: Fault) -> Found:
    """Plant a fault in a copy of its own, and run each selection of its tests."""
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        tree = copy(base, Path(folder))
        file = tree / fault.file
        file.write_text(fault.planted(file.read_text(encoding="utf-8")), encoding="utf-8")
        return Found(fault, tuple(first_failure(tree, one) for one in fault.tests))


def check_unplanted(base: Path, wanted: Sequence[Fault], jobs: int) -> None:
    """Without a fault every selection passes, on the sources and not on an installed wheel.

    Raises:
        UnusableError: one does not.
    """
    where = subprocess.run(
        [sys.executable, "-c", "import whistle_engine; print(whistle_engine.__file__)"],
        env={**os.environ, "PYTHONPATH": str(base / "src")},
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    if not Path(where).is_relative_to(base):
        raise UnusableError(f"whistle_engine should come from {base}, not from {where}")
    selections = sorted({one for fault in wanted for one in fault.tests})
    with ThreadPoolExecutor(jobs) as pool:
        for selection, failed in zip(
            selections, pool.map(lambda one: first_failure(base, one), selections), strict=True
        ):
            if failed is not None:
                raise UnusableError(f"{selection}: {failed} fails without any fault")


# ---------------------------------------------------------------- telling


def table(results: Iterable[Found]) -> Iterator[str]:
    """A line for each fault: its clause, what it does, and what found it."""
    for found in results:
        fault = found.fault
        yield f"{fault.clause:5} {'SURVIVED' if found.survived else 'found   '} {fault.what}"
        for selection, by in zip(fault.tests, found.by, strict=True):
            yield f"        {by or f'NOT FOUND BY {selection}'}"


def page(results: Sequence[Found]) -> Iterator[str]:
    """The page of the reference, as Markdown."""
    yield "# Clauses, and what shows that they hold"
    yield ""
    yield "<!-- Written by `make faults`. -->"
    yield ""
    yield "Each promise of the design has checks: functions that hold a law against any step or"
    yield "history, which a city can run on its own policy, and tests. So that a check can be"
    yield "trusted, small faults are planted in a copy of the sources, one at a time, and the tests"
    yield "have to fail. L4 to L7 are FR1, FR5, FR6 and FR7."
    for clause in clauses():
        yield ""
        yield from _section(clause, [f for f in results if f.fault.clause == clause.name])


def _section(clause: Clause, results: Sequence[Found]) -> Iterator[str]:
    yield f"## {clause.name}"
    yield ""
    yield clause.says
    yield ""
    yield f"Checked by {', '.join(f'`{one}`' for one in clause.checked)}."
    yield ""
    yield "| planted fault | found first by |"
    yield "| --- | --- |"
    for found in results:
        by = "<br>".join(f"`{_short(test)}`" for test in found.by if test is not None)
        yield f"| {found.fault.what} | {by} |"


def _short(test: str) -> str:
    """A test's name without the folder, and without what would end a cell."""
    return test.rpartition("/")[2].replace("|", "\\|")


# ---------------------------------------------------------------- the command


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted.run", description=__doc__)
    parser.add_argument("--clause", help="only the faults of this clause")
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time (2)")
    parser.add_argument("--write", type=Path, help="write the page of the reference here")
    asked = parser.parse_args(arguments)
    wanted = [f for f in faults() if asked.clause in (None, f.clause)]
    if not wanted or (asked.write and asked.clause):
        parser.error("no such clause" if not wanted else "a page needs all clauses")
    results: list[Found] = []
    with tempfile.TemporaryDirectory(prefix="unplanted-") as folder:
        base = copy(ROOT, Path(folder))
        try:
            check_unplanted(base, wanted, asked.jobs)
            with ThreadPoolExecutor(asked.jobs) as pool:
                for found in pool.map(lambda fault: plant(base, fault), wanted):
                    results.append(found)
                    for line in table([found]):
                        say(line)
        except (UnusableError, ValueError) as problem:
            say(str(problem))
            return 2
    survivors = [found for found in results if found.survived]
    say(f"{len(results)} faults, {len(survivors)} survived")
    if asked.write and not survivors:
        asked.write.write_text("\n".join(page(results)) + "\n", encoding="utf-8")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
