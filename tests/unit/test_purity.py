"""The core takes time as a value and touches nothing outside: no clock, chance, file or log.

The modules below the shell are read as syntax trees. What they import is compared
with a list of what they may import, so that a module nobody thought of is refused as well. Which
modules these are stands once, in the contracts of `pyproject.toml`.
"""

from __future__ import annotations

import ast
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

PACKAGE = "whistle_engine"

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
CORE: tuple[str, ...] = tuple(
    module.removeprefix(f"{PACKAGE}.") for module in CONTRACTS["core"]["source_modules"]
)

ALLOWED = frozenset(
    {
        "__future__",
        "abc",
        "attrs",
        "bisect",
        "collections",
        "collections.abc",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fractions",
        "functools",
        "graphlib",
        "hashlib",
        "heapq",
        "itertools",
        "math",
        "operator",
        "re",
        "string",
        "types",
        "typing",
        "unicodedata",
    }
)

# `hash` and `id` differ from one process to the next; the rest reach outside or run text.
IMPURE_BUILTINS = frozenset(
    {
        "__import__",
        "breakpoint",
        "compile",
        "eval",
        "exec",
        "globals",
        "hash",
        "id",
        "input",
        "open",
        "print",
    }
)

CLOCKS = frozenset({"now", "today", "utcnow"})

# Without a zone these two take the machine's: fromtimestamp(x), astimezone().
NEEDS_ZONE = {"fromtimestamp": 2, "astimezone": 1}


def impurities(source: str) -> list[str]:
    """What in a module's source is not pure, each with its line."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                found += [
                    (node.lineno, f"imports {name.name}")
                    for name in node.names
                    if not _may_import(name.name)
                ]
            case ast.ImportFrom(level=0, module=str(module)):
                found += [
                    (node.lineno, f"imports {name.name} from {module}")
                    for name in node.names
                    if not (_may_import(module) or (module == PACKAGE and name.name in CORE))
                ]
            case ast.ImportFrom():
                found.append((node.lineno, "imports by a relative name"))
            case ast.Name(id=name, ctx=ast.Load()) if name in IMPURE_BUILTINS:
                found.append((node.lineno, f"uses {name}"))
            case ast.Attribute(attr=attr, value=ast.Name(id=owner)) if attr in CLOCKS and (
                owner in {"date", "datetime"}
            ):
                found.append((node.lineno, f"reads the clock: {owner}.{attr}"))
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in CLOCKS:
                found.append((node.lineno, f"reads the clock: {attr}()"))
            case ast.Call(func=ast.Attribute(attr=attr)) if attr in NEEDS_ZONE and (
                len(node.args) + len(node.keywords) < NEEDS_ZONE[attr]
            ):
                found.append((node.lineno, f"takes the machine's time zone: {attr}"))
            case ast.Global():
                found.append((node.lineno, "changes a global"))
            case _:
                pass
    return [f"line {line}: {what}" for line, what in sorted(set(found))]


def _may_import(module: str) -> bool:
    if module in ALLOWED:
        return True
    parts = module.split(".")
    return parts[0] == PACKAGE and len(parts) > 1 and parts[1] in CORE


def _files(module: str) -> list[Path]:
    """The files of one module of the core; a folder stands for all that is in it."""
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations is not None
    base = Path(spec.submodule_search_locations[0]) / module
    return sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]


def test_core_is_every_layer_from_compiling_down() -> None:
    layers = [layer.split(" : ") for layer in CONTRACTS["layers"]["layers"]]
    top = next(number for number, layer in enumerate(layers) if "compiling" in layer)
    below = [name for layer in layers[top:] for name in layer if not name.startswith("(")]
    assert sorted(CORE) == sorted(below)


@pytest.mark.parametrize("module", CORE)
def test_core_is_pure(module: str) -> None:
    files = _files(module)
    assert files, f"{module} has no files"
    found = {path.name: impurities(path.read_text(encoding="utf-8")) for path in files}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("import time", "imports time"),
        ("import random", "imports random"),
        ("import secrets", "imports secrets"),
        ("import uuid", "imports uuid"),
        ("import os.path", "imports os.path"),
        ("import sqlite3", "imports sqlite3"),
        ("import socket", "imports socket"),
        ("import cattrs", "imports cattrs"),
        ("import typing, logging as typing2", "imports logging"),
        ("import whistle_engine", "imports whistle_engine"),
        ("from pathlib import Path", "imports Path from pathlib"),
        ("from zoneinfo import ZoneInfo", "imports ZoneInfo from zoneinfo"),
        ("from whistle_engine import engine", "imports engine from whistle_engine"),
        ("from whistle_engine.codec import dump", "imports dump from whistle_engine.codec"),
        ("from . import codec", "imports by a relative name"),
        ("from .engine import Engine", "imports by a relative name"),
        ("def f():\n    import io", "imports io"),
        ("if TYPE_CHECKING:\n    import logging", "imports logging"),
        ("datetime.now(UTC)", "reads the clock: datetime.now"),
        ("clock = datetime.utcnow", "reads the clock: datetime.utcnow"),
        ("date.today()", "reads the clock: date.today"),
        ("dt.datetime.now(tz)", "reads the clock: now()"),
        ("type(at).today()", "reads the clock: today()"),
        ("datetime.fromtimestamp(0)", "takes the machine's time zone: fromtimestamp"),
        ("at.astimezone()", "takes the machine's time zone: astimezone"),
        ("open('policy.toml')", "uses open"),
        ("print('here')", "uses print"),
        ("key = hash(matter)", "uses hash"),
        ("read = eval", "uses eval"),
        ("def f():\n    global count\n    count = 1", "changes a global"),
    ],
)
def test_the_check_finds(source: str, complaint: str) -> None:
    assert any(what.endswith(complaint) for what in impurities(source)), impurities(source)


@pytest.mark.parametrize(
    "source",
    [
        "from __future__ import annotations",
        "from collections.abc import Mapping",
        "from datetime import UTC, datetime, timedelta",
        "from attrs import frozen",
        "from whistle_engine.model import Matter",
        "from whistle_engine.moves.intake import receive",
        "from whistle_engine import model, policy",
        "late = now > due.at",
        "at.astimezone(UTC)",
        "datetime.fromtimestamp(0, UTC)",
        "datetime.fromtimestamp(0, tz=UTC)",
        "def f(*, now: datetime) -> bool: return context.now <= now",
        "store.open",
        "Event(id=1)",
    ],
)
def test_the_check_lets_pass(source: str) -> None:
    assert impurities(source) == []
