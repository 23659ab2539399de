"""The pages about policies: every value is told, and every step of the how-to comes out as told."""

from __future__ import annotations

import ast
import contextlib
import csv
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from whistle_engine import policy_file
from whistle_engine.cli.app import whistle
from whistle_engine.engine import Engine
from whistle_engine.errors import PolicyError
from whistle_engine.policy import REQUIRED_LIMITS
from whistle_engine.policy_file import load_rules, shipped_files, shipped_rules
from whistle_engine.policy_file.csv_rows import Cell, as_toml
from whistle_engine.review.rule_sentences import RULE_FINDINGS
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.story import play, read_story

if TYPE_CHECKING:
    from docs import _policy_values as values
else:  # mutmut copies the sources and the tests, not the documentation
    values = pytest.importorskip("docs._policy_values")

KINDS: tuple[values.Kind, ...] = ("policy", "directory")
ASKING = frozenset(
    {
        "take", "maybe", "each", "codes", "limit", "later", "table", "named", "rows",
    }
)  # fmt: skip
"""The methods by which the reader asks for a key."""


# ---------------------------------------------------------------- value by value


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_that_the_reader_asks_for_has_a_meaning(kind: values.Kind) -> None:
    for pattern, keys in values.schema(kind).items():
        assert pattern in values.meanings()[kind], f"add a table {kind}.{pattern!r}"
        for name, key in keys.items():
            told = values.meaning(kind, pattern, name)
            if not values.is_table(key):
                assert told is not None, f"say what {name!r} of {kind}.{pattern!r} means"
            assert told is None or (len(told) in (2, 4) and all(told)), (pattern, name)


@pytest.mark.parametrize("kind", KINDS)
def test_every_meaning_has_a_key(kind: values.Kind) -> None:
    schema = values.schema(kind)
    for pattern, told in values.meanings()[kind].items():
        assert pattern in schema, f"nothing asks for {kind}.{pattern!r}"
        for name in told["keys"]:
            assert name in schema[pattern], f"nothing asks for {name!r} of {kind}.{pattern!r}"


def test_what_many_tables_have_is_asked_for() -> None:
    asked = {name for kind in KINDS for keys in values.schema(kind).values() for name in keys}
    assert set(values.meanings()["any"]) <= asked


def test_a_table_that_is_asked_for_has_a_section() -> None:
    for kind in KINDS:
        schema = values.schema(kind)
        bare = {pattern: pattern.replace(".*", "").replace("[]", "") for pattern in schema}
        sections = bare.values()
        for pattern, keys in schema.items():
            inner = "" if pattern == values.TOP else f"{bare[pattern]}."
            for name, key in keys.items():
                if values.is_table(key):
                    found = f"{inner}{name}"
                    assert any(s == found or s.startswith(f"{found}.") for s in sections), found


def test_the_files_between_them_are_asked_for_everything() -> None:
    """Every key that is written in the reader's code was asked for, of one file or another."""
    asked = {name for kind in KINDS for keys in values.schema(kind).values() for name in keys}
    asked |= {"limit", *REQUIRED_LIMITS}
    for path in Path(policy_file.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ASKING
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                name = node.args[0].value
                known = asked | {"year", "household", "shared"}  # outer tables without a section
                assert name in known, f"{path.name}: no file makes the reader ask for {name!r}"


def test_sections_follow_the_order_of_the_policy() -> None:
    given = [*tomllib.loads(shipped_files("xingqing").main.decode("utf-8-sig"))]
    told = [
        pattern.partition(".")[0].partition("[")[0]
        for pattern in values.meanings()["policy"]
        if pattern != values.TOP
    ]
    order = [name for name in dict.fromkeys(told) if name in given]
    assert order == [name for name in given if name in order]


@pytest.mark.parametrize("name", values.meanings()["forms"])
def test_the_examples_of_a_form_are_of_it(name: str) -> None:
    form = values.form(name)
    for example in values.meanings()["forms"][name]["examples"]:
        form.read(tomllib.loads(f"value = {example}")["value"])
        if name == "DAY":
            form.read(as_toml(Cell(example), form.kind))


def test_every_form_that_many_keys_have_is_explained() -> None:
    known = set(values._by_form())
    for kind in KINDS:
        for pattern, keys in values.schema(kind).items():
            for name, key in keys.items():
                told = values.meaning(kind, pattern, name)
                form = key.asked.form
                explained = id(form) in known or form.names or values.is_table(key)
                assert explained or len(told or ()) == 4 or form.says.zh, (pattern, name)


@pytest.mark.parametrize("name", ["policy-file.md", "policy-file.zh.md"])
def test_the_page_has_every_key_and_code(name: str) -> None:
    page = values.pages()[name]
    for kind in KINDS:
        for pattern, keys in values.schema(kind).items():
            for key in keys:
                if key != "*" and values.meaning(kind, pattern, key):
                    assert f"| `{key}` |" in page
    assert "| `resident.received` |" in page
    assert "| `answer_objection` |" in page


# ---------------------------------------------------------------- the how-to, step by step

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
# What the commands say is written on the pages as it is; after a change of their words, or of the
# starter, put the new words there.
PAGES = {"zh": "write-a-policy.zh.md", "en": "write-a-policy.md"}
BLOCK = re.compile(
    r"^```(?P<kind>[^\n ]+)(?: (?P<name>[^\n]+))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
CAPTION = re.compile(r":caption: (.+)\n")


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, folder: Path, lang: str) -> None:
        self.top = self.folder = folder
        self.lang = lang
        self.done: list[str] = []

    def follow(self, page: str) -> None:
        for block in BLOCK.finditer(page):
            kind, name, body = block["kind"], block["name"], block["body"]
            if kind != "text":
                self.done.append(f"{kind} {name or ''}")
            match (kind, name):
                case ("console", None):
                    self.type(body)
                case ("{code-block}", "diff"):
                    self.edit(body)
                case ("{code-block}", "toml"):
                    self.create(body)
                case ("{code-block}", "python"):
                    self.adopt(body)
                case ("{csv-table}", str()):
                    self.fill(name, body)
                case ("text", None):
                    pass
                case _:
                    pytest.fail(f"nobody knows what to do with {kind} {name}")

    def type(self, body: str) -> None:
        for entry in body.split("$ ")[1:]:
            command, _, shown = entry.partition("\n")
            program, *args = command.split()
            if program == "cd":
                self.folder /= args[0]
                continue
            assert program == "whistle"
            with contextlib.chdir(self.folder):
                came = CliRunner().invoke(
                    whistle, args, env={"WHISTLE_LANG": self.lang}, prog_name="whistle"
                )
            if shown:
                assert (came.stderr or came.stdout) == shown, command
            else:
                assert came.exit_code == 0, f"{command}: {came.output}"

    def edit(self, body: str) -> None:
        name, lines = self.captioned(body)
        file = self.folder / name
        text = file.read_text("utf-8")
        old = "".join(f"{line[1:]}\n" for line in lines if line[0] in "- ")
        new = "".join(f"{line[1:]}\n" for line in lines if line[0] in "+ ")
        assert f"\n{text}".count(f"\n{old}") == 1, f"{name} has not once: {old}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    def create(self, body: str) -> None:
        name, lines = self.captioned(body)
        assert not (self.folder / name).exists()
        (self.folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def captioned(self, body: str) -> tuple[str, list[str]]:
        caption = CAPTION.match(body)
        assert caption is not None
        return caption[1], [line or " " for line in body[caption.end() :].splitlines()]

    def fill(self, name: str, body: str) -> None:
        """What a spreadsheet program would make of it: rows of a known first cell are changed."""
        file = self.folder / name
        head, *rows = csv.reader(file.read_text("utf-8-sig").splitlines())
        keys = [cell.partition(" ")[0] for cell in head]
        given = list(csv.DictReader(body.partition("\n\n")[2].splitlines()))
        for row in given:
            assert set(row) <= set(keys), name
            new = [row.get(key) or "" for key in keys]
            at = [number for number, cells in enumerate(rows) if cells[0] == new[0]]
            rows[at[0] if at else len(rows) : (at[0] + 1 if at else len(rows))] = [new]
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows([head, *rows])

    def adopt(self, body: str) -> None:
        engine = Engine(MemoryStore(), shipped_rules())
        with contextlib.chdir(self.top):
            exec(body, {"engine": engine})  # noqa: S102  the page's own program


@pytest.fixture(params=PAGES)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Reader:
    reader = Reader(tmp_path, request.param)
    reader.follow((HOW_TO / PAGES[request.param]).read_text("utf-8"))
    return reader


def test_the_page_ends_in_a_policy_that_plays(reader: Reader) -> None:
    rules = load_rules(reader.folder / "mycity.toml", reader.folder / "mycity.directory.toml")
    assert rules.policy.title.zh == "滨河区"
    assert rules.policy.version == "2026.2"
    assert rules.policy.category("street_stalls", datetime(2026, 5, 1, tzinfo=UTC)) is not None
    for story in ("mycity.story.toml", "my-story.toml"):
        play(read_story(reader.folder / story))


def test_a_table_in_gbk_is_told_as_the_page_says(reader: Reader) -> None:
    file = reader.folder / "mycity.units.csv"
    file.write_bytes(file.read_text("utf-8-sig").encode("gbk"))
    with pytest.raises(PolicyError) as caught:
        load_rules(reader.folder / "mycity.toml", reader.folder / "mycity.directory.toml")
    lines = caught.value.told("zh" if reader.lang == "zh" else "en").splitlines()
    (told,) = (line for line in lines if line.startswith(file.name))
    assert f"```text\n{told}\n```" in (HOW_TO / PAGES[reader.lang]).read_text("utf-8")


def test_both_pages_make_the_same_city(tmp_path: Path) -> None:
    made = []
    for lang, page in PAGES.items():
        (tmp_path / lang).mkdir()
        reader = Reader(tmp_path / lang, lang)
        reader.follow((HOW_TO / page).read_text("utf-8"))
        made.append({file.name: file.read_bytes() for file in reader.folder.iterdir()})
        made[-1]["steps"] = "\n".join(reader.done).encode()
    assert made[0] == made[1]


CHANGES = {"en": "change-a-rule.md", "zh": "change-a-rule.zh.md"}


@pytest.mark.parametrize("lang", CHANGES)
def test_three_changes_come_out_as_told(lang: str, tmp_path: Path) -> None:
    reader = Reader(tmp_path, lang)
    reader.follow((HOW_TO / CHANGES[lang]).read_text("utf-8"))
    assert (tmp_path / "meeting.html").is_file()
    load_rules(tmp_path / "then" / "mycity.toml", tmp_path / "then" / "mycity.directory.toml")


@pytest.mark.parametrize("lang", CHANGES)
def test_the_page_names_every_finding_about_rules(lang: str) -> None:
    page = (HOW_TO / CHANGES[lang]).read_text("utf-8")
    assert set(re.findall(r"`(\w+)`", page)) >= set(RULE_FINDINGS) - {"rules_too_many"}


@pytest.mark.parametrize("page", PAGES.values())
def test_the_minutes_are_an_hour(page: str) -> None:
    text = (HOW_TO / page).read_text("utf-8")
    minutes = [int(found) for found in re.findall(r"^\| .+ \| (\d+) \|$", text, re.MULTILINE)]
    headings = re.findall(r"^## .*?[（(](\d+)(?:分钟| minutes)[）)]$", text, re.MULTILINE)
    assert [int(found) for found in headings] == minutes
    assert sum(minutes) <= 60
