"""Let mutmut change the core at thousands of places, one at a time, and see what tests notice.

``python -m tests.mutated.run [--count 1500] [--seed 6] [--jobs 2] [--kept]
[--write docs/reference/mutants.md]``

Which files are changed, and by which tests the mutants are tried, says ``pyproject.toml``. Not all
are tried, but as many as are asked for, drawn by chance: what survives takes all the tests that
come by it, some ten seconds. ``--kept`` tells of an earlier run, without a new one.

Exit code 0 if nine of ten are found, 1 otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import monotonic

from tests.mutated.page import Mutant, Run, page, share

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "mutants"
KEPT = FOLDER / "drawn.json"
"""Which mutants were drawn, and how long they took."""
SURVIVED = 0
"""The exit code of the tests."""
ENOUGH = 0.9


def mutmut(*arguments: str) -> str:
    """Run mutmut; what it printed.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    return subprocess.run(  # noqa: S603  our own interpreter and names
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=ROOT,
        env={**os.environ, "HYPOTHESIS_PROFILE": "mutants"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def verdicts() -> dict[str, int | None]:
    """Each mutant with the exit code of its tests; ``None`` if it was not tried."""
    found: dict[str, int | None] = {}
    for file in sorted((FOLDER / "src").rglob("*.meta")):
        found |= json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"]
    return dict(sorted(found.items()))


def try_some(count: int, seed: int, jobs: int) -> None:
    """Make all mutants, draw some, and try them."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    children = f"--max-children={jobs}"
    mutmut("run", children, "whistle_engine.responder.x_running__mutmut_1")
    names = list(verdicts())
    Random(seed).shuffle(names)  # noqa: S311  chance, no secret
    began = monotonic()
    mutmut("run", children, *names[:count])
    seconds = round(monotonic() - began)
    kept = {"seed": seed, "seconds": seconds, "jobs": jobs, "names": names[:count]}
    KEPT.write_text(json.dumps(kept), encoding="utf-8")


def mutant(name: str) -> Mutant:
    """What a mutant changes."""
    lines = mutmut("show", name).splitlines()
    changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    file = next(line for line in lines if line.startswith("--- ")).removeprefix("--- ")
    place = re.sub(r"__mutmut_\d+$", "", name).rpartition(".")[2]
    function = place.removeprefix("x").strip("ǁ_").replace("ǁ", ".")
    return Mutant(
        file=file.removeprefix("src/whistle_engine/"),
        function=function,
        before=" ".join(line[1:].strip() for line in changed if line[0] == "-"),
        after=" ".join(line[1:].strip() for line in changed if line[0] == "+"),
    )


def told() -> Run:
    """What came of the mutants that were drawn."""
    drawn = json.loads(KEPT.read_text(encoding="utf-8"))
    known = verdicts()
    files: dict[str, list[int]] = {}
    for name in drawn["names"]:
        file = "/".join(name.split(".x")[0].split(".")[1:]) + ".py"
        files.setdefault(file, [0, 0])[known[name] == SURVIVED] += 1
    return Run(
        whole=len(known),
        tried=len(drawn["names"]),
        seed=drawn["seed"],
        minutes=drawn["seconds"] / 60,
        jobs=drawn["jobs"],
        files={name: (found, left) for name, (found, left) in sorted(files.items())},
        survivors=[mutant(name) for name in sorted(drawn["names"]) if known[name] == SURVIVED],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutated.run", description=__doc__)
    parser.add_argument("--count", type=int, default=1500, help="how many are tried (1500)")
    parser.add_argument("--seed", type=int, default=6, help="by which they are drawn (6)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--kept", action="store_true", help="tell of the last run")
    parser.add_argument("--write", type=Path, help="write the page of the reference here")
    asked = parser.parse_args(arguments)
    if not asked.kept:
        try_some(asked.count, asked.seed, asked.jobs)
    run = told()
    if asked.write:
        asked.write.write_text("\n".join(page(run)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{run.tried - len(run.survivors)} of {run.tried} mutants found\n")
    return int(share(run) < ENOUGH)


if __name__ == "__main__":
    sys.exit(main())
