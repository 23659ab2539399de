"""The worst files that fit: time and memory are bounded, each measured in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.wrong.mistakes import HERE
from whistle_engine.policy_file import load_directory

BASE = (HERE / "base.toml").read_text("utf-8")
ROWS = (HERE / "base.categories.csv").read_text("utf-8")
MOST_SECONDS, MOST_MEGABYTES = 20, 400
"""Generous: a slow machine is no fault."""

WORST: Mapping[str, Callable[[], tuple[str, str]]] = {
    "unknown keys": lambda: ("".join(f"key{n} = {n}\n" for n in range(100_000)), ROWS),
    "unknown keys in braces": lambda: (
        BASE + "[x]\ny = {" + ",".join(f"a{n}=1" for n in range(150_000)) + "}",
        ROWS,
    ),
    "rules of one line": lambda: (
        "rules = [" + ",".join('{id="é",when={a=["b"]}}' for _ in range(50_000)) + "]",
        ROWS,
    ),
    "wrong categories": lambda: (
        BASE.replace(
            'category = ["water_main"]',
            "category = [" + ",".join(f'"watr_main_{n}"' for n in range(50_000)) + "]",
        ),
        ROWS
        + "".join(f"water_main_{n},a,b,public,quick,zhifa,,,,choice: x\n" for n in range(15_000)),
    ),
    "one code many times": lambda: (
        BASE,
        ROWS + "street_lamp,a,b,public,quick,zhifa,,,,choice: x\n" * 15_000,
    ),
    "one code many days": lambda: (
        BASE,
        ROWS
        + "".join(
            f"lamp,a,b,public,quick,z,,{1900 + n // 300}-{n // 25 % 12 + 1}-{n % 25 + 1},"
            f"{1900 + n // 300}-{n // 25 % 12 + 1}-{n % 25 + 1},choice: x\n"
            for n in range(15_000)
        ),
    ),
    "units that are not there": lambda: (
        BASE,
        ROWS + "".join(f"c{n},a,b,public,quick,zhifu{n},,,,choice: x\n" for n in range(15_000)),
    ),
    "a list many times the same": lambda: (
        BASE.replace('units = ["zhifa"]', "units = [" + '"zhifa",' * 150_000 + "]"),
        ROWS,
    ),
    "columns": lambda: (BASE, ",".join(f"c{n}" for n in range(200_000)) + "\n" + "x," * 200_000),
    "empty columns": lambda: (BASE, "," * 900_000 + "code\n" + "," * 900_000 + "x\n"),
    "rows too long": lambda: (BASE, "code,zh\n" + "a,b,c\n" * 19_000),
    "placeholders": lambda: (
        BASE.replace("{matter}]。", "".join(f"{{a{n}}}" for n in range(100_000)) + "]。"),
        ROWS,
    ),
    "open brackets": lambda: (BASE.replace("{matter}]。", "[" * 1_000_000), ROWS),
    "open quotes": lambda: (BASE + 'a = "' * 300_000, ROWS),
    "three quotes": lambda: (BASE + 'a = """' + '""\\"' * 400_000, ROWS),
    "comments": lambda: (BASE + "# ''' \"\"\" [\n" * 100_000 + "a = [1\nb = 2", ROWS),
    "a long source": lambda: (BASE.replace("choice: 用语", "choice: x; " * 150_000), ROWS),
    "words with semicolons": lambda: (BASE.replace("用语自定", "自定; 用语" * 150_000), ROWS),
    "sources": lambda: (
        BASE + "".join(f'[sources.a{n}]\nzh="a"\nen="b"\n' for n in range(50_000)),
        ROWS,
    ),
    "kinds": lambda: (
        "".join(f'[kinds.k{n}]\nzh="a"\nen="a"\nrank={n % 9}\n' for n in range(30_000)),
        ROWS,
    ),
    "kinds that no category has": lambda: (
        BASE.replace(
            "[kinds.quick]",
            "".join(f"[kinds.k{n}]\n" for n in range(30_000)) + "[kinds.quick]",
        ),
        ROWS + "".join(f"c{n},a,b,public,k{n}x,,,,,choice: x\n" for n in range(15_000)),
    ),
    "calendars": lambda: (
        BASE.replace('["cn"]', "[" + ",".join(f'"c{n}"' for n in range(100_000)) + "]"),
        ROWS,
    ),
    "days": lambda: (
        BASE.replace(
            "years =", "holidays = [" + '"1900-01-01/1900-12-31",' * 70_000 + "]\nyears ="
        ),
        ROWS,
    ),
    "years": lambda: (BASE + "".join(f"[calendar.year.{n}]\n" for n in range(100_000)), ROWS),
}

MEASURE = """
import json, resource, sys, time
from pathlib import Path
from whistle_engine.errors import PolicyError
from whistle_engine.policy_file import load_rules
status = Path("/proc/self/status")

def most():
    # ru_maxrss is what whoever started the process held, if that was more
    if status.exists():
        (line,) = (l for l in status.read_text().splitlines() if l.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

began = time.perf_counter()
found, told = [], 0
try:
    load_rules(Path("base.toml"), Path("base.directory.toml"))
except PolicyError as error:
    found, told = [p.code for p in error.problems], len(error.told("zh"))
print(json.dumps({
    "codes": sorted(set(found)), "told": told, "seconds": time.perf_counter() - began,
    "megabytes": most(),
}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", WORST)
def test_time_and_memory_are_bounded(name: str, tmp_path: Path) -> None:
    policy, rows = WORST[name]()
    (tmp_path / "base.toml").write_text(policy, "utf-8")
    (tmp_path / "base.categories.csv").write_text(rows, "utf-8")
    units = (HERE / "base.directory.toml").read_text("utf-8")
    (tmp_path / "base.directory.toml").write_text(units, "utf-8")
    path = os.pathsep.join(part for part in sys.path if part)
    measured = subprocess.run(  # noqa: S603  our own code
        [sys.executable, "-c", MEASURE], cwd=tmp_path, check=True, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": path}, timeout=120,
    )  # fmt: skip
    found = json.loads(measured.stdout)
    assert found["seconds"] < MOST_SECONDS, found
    assert found["megabytes"] < MOST_MEGABYTES, found
    assert found["told"] < 1_000_000, found


def test_a_directory_of_many_units_is_read_soon(tmp_path: Path) -> None:
    rows = "".join(f"u{n},a,b,department,u{n // 2},choice: x\n" for n in range(1, 18_000))
    text = 'format = 1\nsource = "choice: x"\nreceivers = []\n[tables]\nunits = "units.csv"\n'
    (tmp_path / "units.csv").write_text(
        "code,zh,en,kind,parent,source\nu0,a,b,district,,choice: x\n" + rows
    )
    (tmp_path / "directory.toml").write_text(text)
    assert len(load_directory(tmp_path / "directory.toml").value.units) == 18_000
