"""Command lines: known commands with what nobody should give them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from os import chdir
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from click.testing import CliRunner

from tests import checked
from tests.hostile import garble
from tests.unit.cli_stores import filled
from whistle_engine.cli.app import whistle
from whistle_engine.story import shipped_story, write_story

STORE = "sqlite:///whistle.db"
LINES: tuple[tuple[str, ...], ...] = (
    (
        "classify",
        "category=street_lamp",
        "timing=ongoing",
        "--policy",
        "xingqing",
        "--on",
        "2026-03-04",
    ),
    ("play", "story.toml"),
    ("play", "--list"),
    ("matter", "shared", "--store", STORE, "--as", "street:xinhuajie", "--words"),
    (
        "ledger",
        "--store",
        STORE,
        "--open",
        "--stage",
        "handling",
        "--from",
        "2026-01-01",
        "--page",
        "1",
    ),
    (
        "ledger",
        "--store",
        STORE,
        "--affair",
        "public",
        "--per-page",
        "5",
        "--category",
        "street_lamp",
    ),
    ("inbox", "xinhuajie", "--store", STORE, "--page", "1", "--per-page", "3"),
    ("run", "--once", "--store", STORE, "--notifier", "log"),
    ("dead", "--store", STORE, "--matter", "shared", "--revive"),
    ("policy", "new", "newtown", "--code", "newtown"),
    ("policy", "check", "small.toml", "--on", "2026-03-04", "--all"),
    ("policy", "calendar", "2026", "small.toml", "--calendar", "cn"),
    (
        "policy",
        "propose",
        "small.toml",
        "--decided",
        "2026-03-04",
        "--category",
        "lamp",
        "--lead",
        "works",
    ),
    ("store", "backup", STORE, "copy.db"),
    ("verify", STORE, "--checkpoint", "point.json", "--most", "3"),
    ("verify", STORE, "--since", "text"),
    ("plugins",),
    ("plugins", "doctor", "--strict"),
)
"""Lines that are right, but for the files that a reader of them spoils."""
MORE = (
    "--lang",
    "zh",
    "en",
    "fr",
    "--json",
    "--help",
    "--",
    "-",
    "--store",
    "--no-such",
    "-x",
    "text",
)
FILES = ("small.toml", "small.directory.toml", "story.toml", "text", "whistle.db")
"""What lies in the folder in which a line is given."""
SPOILT = 0.3
"""How many lines find one of the files garbled."""


def make_line(rng: Random) -> tuple[tuple[str, ...], str, int]:
    """A line with one to three things wrong; a file to garble, or nothing, and how."""
    words = list(rng.choice(LINES))
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(words) + 1)
        match rng.randrange(5):
            case 0:
                words.insert(at, rng.choice(garble.WORDS))
            case 1:
                words.insert(at, rng.choice(MORE))
            case 2:
                del words[at : at + 1]
            case _:
                garbled = (garble.text(rng, word) for word in words[at : at + 1])
                words[at : at + 1] = garbled if rng.random() < 0.5 else [rng.choice(MORE)]
    spoilt = rng.choice(FILES) if rng.random() < SPOILT else ""
    return tuple(words), spoilt, rng.randrange(2**32)


@cache
def _files() -> Mapping[str, bytes]:
    with TemporaryDirectory() as folder:
        filled(Path(folder), "shared")
        store = (Path(folder) / "whistle.db").read_bytes()
    return {
        "small.toml": checked.POLICY.encode(),
        "small.directory.toml": checked.DIRECTORY.encode(),
        "story.toml": write_story(shipped_story("shared")).encode(),
        "text": b"no store, no story, no policy\n",
        "whistle.db": store,
    }


def feed_line(made: tuple[tuple[str, ...], str, int]) -> str:
    """Give the line in a folder of its own; what is wrong is told in a line, and writes nothing."""
    words, spoilt, seed = made
    if words[:1] == ("run",) and words[1:2] != ("--once",):
        return "not given"  # it would work until it is told to stop
    files = dict(_files())
    if spoilt:
        files[spoilt] = garble.octets(Random(seed), files[spoilt])  # noqa: S311  chance, no secret
    here = Path.cwd()
    with TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        chdir(folder)
        try:
            told = CliRunner().invoke(
                whistle,
                list(words),
                env={"WHISTLE_LANG": "en", "COLUMNS": "80", "WHISTLE_STORE": None},
                prog_name="whistle",
            )
        finally:
            chdir(here)
        if told.exception is not None and not isinstance(told.exception, SystemExit):
            raise told.exception
        assert told.exit_code in (0, 1, 2), told.exit_code
        assert "Traceback" not in told.output
        if told.exit_code == 2:
            if told.stderr or "--json" not in words:
                assert len(told.stderr.splitlines()) == 1, told.stderr
                assert told.stderr.startswith("whistle"), told.stderr
            else:  # as JSON, what is wrong with a file is told on stdout
                assert json.loads(told.stdout)["problems"]
            now = {
                each.name: each.read_bytes() for each in Path(folder).iterdir() if each.is_file()
            }
            assert {name: now.get(name) for name in files} == files
    return f"exit {told.exit_code}"
