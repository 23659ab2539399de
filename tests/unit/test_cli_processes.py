"""The command line in processes of their own: encodings, pipes, what is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli_stores import filled
from whistle_engine.testing.stores.contract import clause_of, standard_tests

NOTHING_KEPT = ("demo", "--store", "memory:")

WITHOUT = """
import sys
sys.modules["{}"] = None
from whistle_engine.cli import main
main(["demo", "--store", "memory:"])
"""


def process(*args: str, code: str = "", **env: str) -> subprocess.CompletedProcess[bytes]:
    """In a process of its own, as a user runs it."""
    start = ["-c", code] if code else ["-m", "whistle_engine.cli"]
    return subprocess.run(  # noqa: S603  our own interpreter and arguments
        [sys.executable, *start, *args],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **env},
    )


def test_help_imports_neither_the_library_nor_rich() -> None:
    code = (
        "import sys\nfrom whistle_engine.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in {'attr','attrs','cattrs','rich'}"
        " or m in {'whistle_engine.model', 'whistle_engine.workflow'}], file=sys.stderr)"
    )
    assert process(code=code).stderr.strip() == b"[]"


def test_without_click_it_says_what_to_install() -> None:
    told = process(code=WITHOUT.format("click"))
    assert told.returncode == 2
    assert told.stdout == b""
    assert told.stderr == (
        b"whistle: click is not installed; "
        b'install the extra: pip install "whistle-engine[cli]"' + os.linesep.encode()
    )


def test_without_rich_it_says_what_to_install() -> None:
    told = process(code=WITHOUT.format("rich"))
    assert told.returncode == 2
    assert b"whistle-engine[cli]" in told.stderr
    assert b"Traceback" not in told.stderr


def test_a_process_tells_the_demo_in_utf8() -> None:
    told = process(*NOTHING_KEPT, "--lang", "zh")
    assert told.returncode == 0
    assert "缆线入地" in told.stdout.decode()
    assert told.stderr == b""


def test_an_encoding_without_chinese_is_told() -> None:
    told = process(*NOTHING_KEPT, "--lang", "zh", PYTHONIOENCODING="ascii")
    assert told.returncode == 2
    assert told.stdout == b""
    assert b"no Chinese characters" in told.stderr
    assert b"Traceback" not in told.stderr


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk"])
def test_other_encodings_lose_marks_only(encoding: str) -> None:
    told = process(*NOTHING_KEPT, "--lang", "en", PYTHONIOENCODING=encoding)
    assert told.returncode == 0
    assert "x refused (FR5)" in told.stdout.decode(encoding)
    assert process("--help", PYTHONIOENCODING=encoding).returncode == 0
    shape = process(*NOTHING_KEPT, "--json", PYTHONIOENCODING=encoding).stdout.decode("ascii")
    assert "缆线" in json.loads(shape)["stories"][0]["title"]["zh"]


def test_gbk_shows_chinese() -> None:
    told = process(*NOTHING_KEPT, "--lang", "zh", PYTHONIOENCODING="gbk")
    assert told.returncode == 0
    assert "缆线入地" in told.stdout.decode("gbk")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes are told otherwise there")
def test_a_reader_that_goes_away_is_no_trouble() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with subprocess.Popen(  # noqa: S603  our own interpreter and arguments
        [sys.executable, "-m", "whistle_engine.cli", *NOTHING_KEPT],
        stdout=writing,
        stderr=subprocess.PIPE,
    ) as told:
        os.close(writing)
        _, error = told.communicate()
    assert told.returncode == 141
    assert error == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        told = subprocess.run(  # noqa: S603  our own interpreter and arguments
            [sys.executable, "-m", "whistle_engine.cli", *NOTHING_KEPT],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert told.returncode == 2
    assert told.stderr.startswith(b"whistle: cannot write the output")
    assert b"Traceback" not in told.stderr


# ------------------------------------------------------------------------------- on a terminal


def on_terminal(*args: str) -> tuple[str, bytes]:
    """What a command writes to stderr, where that is a terminal; and to stdout, where it is not."""
    terminal, side = os.openpty()
    with subprocess.Popen(  # noqa: S603  our own interpreter and arguments
        [sys.executable, "-m", "whistle_engine.cli", *args], stdout=subprocess.PIPE, stderr=side
    ) as told:
        os.close(side)
        shown = b""
        while part := _read(terminal):
            shown += part
        out, _ = told.communicate(timeout=60)
    os.close(terminal)
    assert told.returncode == 0
    return shown.decode(), out


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1000)
    except OSError:  # nobody has the other side open any more
        return b""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_bar_is_shown_on_a_terminal_only() -> None:
    tests = "test_s14_closing_twice_is_fine,test_s01_no_draft_is_a_mistake"
    args = ("store", "check", "memory:", "--tests", tests, "--lang", "en")
    shown, page = on_terminal(*args)
    assert page.startswith(b"Store check")
    assert "[........................] 0/2" in shown
    assert "[########################] 2/2 S14\r" in shown  # no test's name, which is in English
    assert shown.endswith("\r\x1b[K")  # it is taken away in the end
    assert process(*args).stderr == b""
    both = next(name for name in standard_tests() if clause_of(name) is None)
    shown, _ = on_terminal("store", "check", "memory:", "--tests", both, "--lang", "zh")
    assert "] 1/1 总体\r" in shown


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_how_much_was_verified_is_shown_on_a_terminal(tmp_path: Path) -> None:
    url = filled(tmp_path, "shared")
    shown, _ = on_terminal("verify", url, "--lang", "zh")
    assert "已核验：事项1件，提交5次" in shown
    assert shown.endswith("\r\x1b[K")
    assert process("verify", url).stderr == b""


def test_wrong_usage_is_told_in_english_where_there_are_no_chinese_characters() -> None:
    ascii_only = {"WHISTLE_LANG": "zh", "PYTHONIOENCODING": "ascii"}
    told = process("ledger", "--colour", **ascii_only)
    assert told.returncode == 2
    assert told.stderr.startswith(b"whistle ledger: No such option '--colour'.")
    assert process("--help", **ascii_only).stdout.startswith(b"Usage: whistle")
