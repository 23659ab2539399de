"""The page about stores: who follows it step by step ends with the store of the example."""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns
from textwrap import dedent

import pytest

import whistle_engine
from whistle_engine.storage.api import Store

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "lmdb_store"
PAGES = {"en": "write-a-store.md", "zh": "write-a-store.zh.md"}
PACKAGE = Path("src", "whistle_store_lmdb")
BLOCK = re.compile(
    r"^```(?:(console)|\{code-block\} (\w+)\n:caption: ([^\n]+))\n(.*?)^```",
    re.MULTILINE | re.DOTALL,
)
COMMAND = re.compile(r"^\$ ([^\n]*)\n((?:[^$\n][^\n]*\n)*)", re.MULTILINE)
ENGINE = Path(whistle_engine.__file__).parents[1]
ELSEWHERE = ("ENGINE=../whistle-engine", "cd", "python3", ".", "pip", "whistle")
"""What is not done again here: environments, and what tests/examples installs and checks."""
SECONDS = 300
"""For one command; none takes a tenth of that on two cores that have other work."""

pytestmark = pytest.mark.skipif(
    not EXAMPLE.exists(), reason="mutmut copies the sources and the tests, not the examples"
)


def blocks(lang: str) -> list[tuple[str, str, str]]:
    """The kind, the caption and the body of each block of a page."""
    text = (ROOT / "docs" / "how-to" / PAGES[lang]).read_text(encoding="utf-8")
    return [(found[1] or found[2], found[3] or "", found[4]) for found in BLOCK.finditer(text)]


class Reader:
    """Somebody who does in a folder what the page says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tested = 0
        self.wrong: dict[Path, str] = {}

    def follow(self) -> None:
        for kind, caption, body in blocks("en"):
            file = self.folder / caption
            match kind:
                case "console":
                    for command, shown in COMMAND.findall(body):
                        self.type(command, shown)
                    self.put_back()
                case "diff":
                    self.mistake(file, body)
                case "python" if file.name == "store.py" and file.exists():
                    self.add(file, body)
                case _:
                    file.write_text(body, encoding="utf-8")

    def type(self, command: str, shown: str) -> None:
        name, *arguments = shlex.split(command)
        match name:
            case "cp":
                ignored = ignore_patterns("__pycache__")
                copytree(EXAMPLE / "src", self.folder / "src", ignore=ignored)
            case "rm":
                for each in arguments:
                    (self.folder / each).unlink()
            case "mkdir":
                (self.folder / arguments[0]).mkdir()
            case "pytest":
                self.tested += 1
                if arguments:  # without: the whole kit, as the example's own tests run it
                    self.test(arguments, shown)
            case _:
                assert name in ELSEWHERE, command

    def test(self, arguments: list[str], shown: str) -> None:
        """Run pytest; it ends well, unless the page shows a failure: then that one comes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        installed = os.environ.get("WHISTLE_TEST_INSTALLED") == "1"
        done = subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": "" if installed else str(ENGINE)},
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=SECONDS,
        )
        assert done.returncode == (1 if shown else 0), (arguments, done.stdout, done.stderr)
        assert shown in done.stdout, done.stdout

    def mistake(self, file: Path, body: str) -> None:
        """Change a line as the page says, until the next command has shown what comes of it."""
        (old,) = (line[1:] for line in body.splitlines() if line.startswith("-"))
        (new,) = (line[1:] for line in body.splitlines() if line.startswith("+"))
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        self.wrong[file] = text
        file.write_text(text.replace(old, new), encoding="utf-8")

    def put_back(self) -> None:
        for file, text in self.wrong.items():
            file.write_text(text, encoding="utf-8")
        self.wrong.clear()

    @staticmethod
    def add(file: Path, body: str) -> None:
        """Put functions into the store or below it, in the place of those of the same name."""
        module = ast.parse(file.read_text(encoding="utf-8"))
        place = store(module).body if body.startswith("    ") else module.body
        for new in ast.parse(dedent(body)).body:
            assert isinstance(new, ast.FunctionDef)
            place[:] = [old for old in place if getattr(old, "name", "") != new.name]
            place.append(new)
        file.write_text(ast.unparse(module), encoding="utf-8")


def store(module: ast.Module) -> ast.ClassDef:
    """The class of a module."""
    (found,) = (node for node in module.body if isinstance(node, ast.ClassDef))
    return found


def code(file: Path) -> set[str]:
    """What a module says, whatever the order, without docstrings; its class by its parts."""
    module = ast.parse(file.read_text(encoding="utf-8"))
    inside = (part for node in module.body if isinstance(node, ast.ClassDef) for part in node.body)
    found = set()
    for node in (*module.body, *inside):
        if isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Expr):
            node.body = node.body[1:]
        if not isinstance(node, ast.Expr | ast.ClassDef):
            found.add(ast.unparse(node))
    return found


def test_who_follows_the_page_ends_with_the_store_of_the_example(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.follow()
    assert reader.tested == 9
    for file in ("store.py", "plugin.py"):
        assert code(tmp_path / PACKAGE / file) == code(EXAMPLE / PACKAGE / file)


def test_both_pages_have_the_same_commands_and_the_same_code() -> None:
    assert blocks("zh") == blocks("en")


@pytest.mark.parametrize("lang", PAGES)
def test_every_call_of_the_contract_has_its_step(lang: str) -> None:
    text = (ROOT / "docs" / "how-to" / PAGES[lang]).read_text(encoding="utf-8")
    steps = "".join(re.findall(r"^\| (?:\d+\.|[一二三四五六七八九十]+、).*$", text, re.MULTILINE))
    calls = {name for name in dir(Store) if not name.startswith("_")}
    assert set(re.findall(r"`([a-z_]+)`", steps)) == calls
