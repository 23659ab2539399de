"""Reading the mistakes, making each, and hearing what is said of it."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from whistle_engine.errors import PolicyError
from whistle_engine.policy_file import load_policy, load_rules
from whistle_engine.problems import Problem

HERE = Path(__file__).resolve().parent
BASE = ("base.toml", "base.categories.csv", "base.directory.toml")
HERE_IT_IS = "▶"
"""Stands in a change just before what is wrong."""
BYTE = "⌧"
"""Stands in a change for a byte that is not UTF-8."""
LONG = {
    "@digits@": "9" * 5000,
    "@letters@": "长" * 300_000,
    "@name@": "名" * 90,
    "@units@": '"zhifa", ' * 5001,
    "@commas@": "," * 200,
}
"""What stands in a change for what is too long to be written out."""


@frozen
class Mistake:
    """A wrong file: what its author wanted, the change to the base files, and what is wrong.

    Attributes:
        name: of the mistake.
        wanted: by its author.
        changes: file, what is replaced there (empty: the whole file), and by what.
        tells: each a code, its place being the next mark in the changes; or a code and a place.
        more: how the files are made beyond that; see :func:`made`.
    """

    name: str
    wanted: str
    changes: tuple[tuple[str, str, str], ...]
    tells: tuple[str, ...]
    more: Mapping[str, Any]


@cache
def mistakes() -> tuple[Mistake, ...]:
    """All of them."""
    data = tomllib.loads((HERE / "mistakes.toml").read_text("utf-8"))
    return tuple(_mistake(name, **held) for name, held in data.items())


def _mistake(
    name: str,
    *,
    wanted: str,
    tells: list[str],
    old: str = "",
    new: str | None = None,
    file: str = "base.toml",
    changes: tuple[list[str], ...] = (),
    **more: Any,
) -> Mistake:
    whole = [[file, old, new]] if new is not None else []
    found = tuple((where, was, now) for where, was, now in [*whole, *changes])
    return Mistake(name, wanted, found, tuple(tells), more)


def made(mistake: Mistake, folder: Path) -> tuple[str, ...]:
    """Write the files of a mistake, and give what should be told: ``code place`` each."""
    texts = {name: (HERE / name).read_text("utf-8") for name in BASE}
    for file, old, new in mistake.changes:
        before = texts.get(file, "")
        if old and before.count(old) != 1:
            raise ValueError(f"{mistake.name}: {old!r} is there {before.count(old)} times")
        texts[file] = before.replace(old, new) if old else new
        for word, long in LONG.items():
            texts[file] = texts[file].replace(word, long)
    marks = [place for name in sorted(texts) for place in _marked(name, texts[name])]
    more = dict(mistake.more)
    coded = {file: more.pop("encoding", "utf-8") for file, _, _ in mistake.changes[:1]}
    for name, text in texts.items():
        plain = text.replace(HERE_IT_IS, "")
        plain = plain.replace("\n", "\r\n") if more.get("windows") else plain
        data = b"\xff".join(part.encode(coded.get(name, "utf-8")) for part in plain.split(BYTE))
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    for name in more.pop("without", ()):
        (folder / name).unlink()
    for name in more.pop("folders", ()):
        (folder / name).unlink(missing_ok=True)
        (folder / name).mkdir()
    for name, times in more.pop("grown", {}).items():
        last = (folder / name).read_bytes().splitlines(keepends=True)[-1]
        with (folder / name).open("ab") as grown:
            grown.write(last * times)
    more.pop("alone", None)
    more.pop("windows", None)
    if more:
        raise ValueError(f"{mistake.name}: {more}")
    return tuple(_expected(mistake.tells, marks))


def _expected(tells: tuple[str, ...], marks: list[str]) -> Iterator[str]:
    left = iter(marks)
    for tell in tells:
        lines = re.fullmatch(r"(.*:)(\d+)\.\.(\d+)(:.*)", tell)
        if lines is not None:
            for line in range(int(lines[2]), int(lines[3]) + 1):
                yield f"{lines[1]}{line}{lines[4]}"
        else:
            yield tell if " " in tell else f"{tell} {next(left)}"


def _marked(name: str, text: str) -> Iterator[str]:
    """The places of the marks in a text: line and column, or line and number of the cell."""
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        parts = line.split(HERE_IT_IS)
        for n in range(1, len(parts)):
            before = "".join(parts[:n])
            cells = next(csv.reader([before]), [""])
            column = max(len(cells), 1) if name.endswith(".csv") else len(before) + 1
            yield f"{name}:{number}:{column}"


def told(mistake: Mistake, folder: Path) -> tuple[Problem, ...]:
    """What is said of the files in a folder."""
    policy, directory = folder / "base.toml", folder / "base.directory.toml"
    try:
        if mistake.more.get("alone"):
            load_policy(policy.read_bytes())
        else:
            load_rules(policy, directory)
    except PolicyError as error:
        return error.problems
    return ()


def place(problem: Problem, folder: Path) -> str:
    """A problem's code and its place; the folder is left out."""
    spot = str(problem.spot).replace(f"{folder}/", "") if problem.spot is not None else "-"
    return f"{problem.code} {spot}"
