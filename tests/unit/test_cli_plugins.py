"""``whistle plugins`` and its doctor, with packages laid on the path as an installer lays them."""

from __future__ import annotations

import json
import platform
import re
import sqlite3

import pytest

from tests.unit.cli_stores import documented, is_wrong, run
from tests.unit.test_cli_processes import process
from tests.unit.test_plugins import BROKEN, GOOD, Install, install
from whistle_engine.cli.filling import width

__all__ = ["install"]  # the fixture

KINDS = {"store", "notifier", "policy", "calendar", "suggester"}


def test_all_that_is_there_is_listed(install: Install) -> None:
    install("acme-store", GOOD)
    told = run("plugins")
    assert told.exit_code == 0
    assert told.stderr == ""
    rows = [line.split() for line in told.stdout.splitlines()]
    assert rows[0] == ["kind", "name", "package", "version"]
    assert ["store", "acme", "acme-store", "1.0"] in rows
    assert [row[:2] for row in rows if row[0] == "policy"] == [
        ["policy", "beijing"],
        ["policy", "xingqing"],
    ]
    told = run("plugins", "--lang", "zh")
    assert re.search(r"^存储 +acme +acme-store +1\.0$", told.stdout, re.MULTILINE)
    assert re.search(r"^规则 +xingqing +自带 ", told.stdout, re.MULTILINE)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_set_aside_is_told_with_what_is_wrong(install: Install, lang: str) -> None:
    source, error = BROKEN["does not import"]
    install("broken-store", source)
    told = run("plugins", "--lang", lang)
    assert told.exit_code == 0
    assert ("Set aside, since broken (1)" if lang == "en" else "已搁置1个") in told.stdout
    assert "broken_store" in told.stdout
    assert error in " ".join(told.stdout.split())
    assert max(map(width, told.stdout.splitlines())) <= 80
    assert run("plugins", "doctor", "--lang", lang).exit_code == 1


def test_strict_tells_where_a_plugin_is_broken(install: Install) -> None:
    install("broken-store", "import nothing_of_that_name\n")
    told = run("plugins", "--strict")
    assert told.exit_code == 1
    assert told.stdout == ""
    assert "broken_store.py" in told.stderr
    assert "whistle plugins: the plugin 'broken_store' of broken-store is broken" in told.stderr
    assert run("plugins", "doctor", "--strict").exit_code == 1


def test_strict_is_fine_where_nothing_is_broken(install: Install) -> None:
    install("acme-store", GOOD)
    assert run("plugins", "--strict").stdout == run("plugins").stdout


def test_two_that_claim_one_name(install: Install) -> None:
    install("acme-store", GOOD)
    install("zeta-store", GOOD)
    is_wrong(run("plugins"), "acme", "acme-store", "zeta-store")
    told = run("plugins", "doctor")
    assert told.exit_code == 1
    assert "✗ " in told.stdout
    assert "zeta-store" in told.stdout
    shape = json.loads(run("plugins", "doctor", "--json").stdout)
    assert "zeta-store" in shape["conflict"]
    assert run("plugins", "--strict").exit_code == 1


# ------------------------------------------------------------------------------- the doctor


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_doctor_tells_the_versions(lang: str) -> None:
    told = run("plugins", "doctor", "--lang", lang)
    assert told.exit_code == 0
    assert platform.python_version() in told.stdout
    assert sqlite3.sqlite_version in told.stdout
    assert re.search(r"^click +\d", told.stdout, re.MULTILINE)
    assert ("没有发现问题" if lang == "zh" else "Nothing is wrong.") in told.stdout
    assert max(map(width, told.stdout.splitlines())) <= 80


@pytest.mark.parametrize(
    ("library", "mode", "en", "zh"),
    [
        ((3, 40, 1), "truncate", "can damage a write-ahead log", "可能损坏"),
        ((3, 51, 3), "wal", "write-ahead logs are sound in it", "没有已知缺陷"),
    ],
)
def test_the_doctor_tells_the_journal_and_why(
    monkeypatch: pytest.MonkeyPatch, library: tuple[int, ...], mode: str, en: str, zh: str
) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", library)
    assert f"journal {mode}, synchronous full" in run("plugins", "doctor").stdout
    assert en in " ".join(run("plugins", "doctor").stdout.split())
    assert zh in run("plugins", "doctor", "--lang", "zh").stdout
    found = json.loads(run("plugins", "doctor", "--json").stdout)["sqlite"]
    assert found["journal"] == mode
    assert found["sound"] is (mode == "wal")


def test_the_doctor_says_what_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    named = ["attrs>=26", 'nothing-of-that-name>=1; extra == "far"']
    monkeypatch.setattr("whistle_engine.cli.store.doctor.requires", lambda _: named)
    told = run("plugins", "doctor")
    assert told.exit_code == 0
    assert "nothing-of-that-name  not installed, extra far" in told.stdout
    shape = json.loads(run("plugins", "doctor", "--json").stdout)
    assert shape["packages"][1] == {
        "name": "nothing-of-that-name", "version": None, "extra": "far",
    }  # fmt: skip


def test_json_has_the_keys_that_the_page_names(install: Install) -> None:
    install("broken-store", "import nothing_of_that_name\n")
    plain = json.loads(run("plugins", "--json").stdout)
    assert list(plain) == ["plugins", "set_aside"]
    assert {one["kind"] for one in plain["plugins"]} <= KINDS
    shape = json.loads(run("plugins", "doctor", "--json").stdout)
    assert {key: shape[key] for key in plain} == plain
    named = {
        *shape,
        *shape["plugins"][0],
        *shape["set_aside"][0],
        *shape["sqlite"],
        *shape["packages"][0],
    }
    assert documented("plugins") - KINDS - {"null"} == named


def test_help_loads_no_plugin() -> None:
    code = (
        "import sys\nfrom whistle_engine.cli import main\n"
        "try:\n    main(['plugins', '--help'])\nexcept SystemExit:\n    pass\n"
        "print([m for m in sys.modules if m.split('.')[0] in {'attr','pluggy','rich','pytest'}],"
        " file=sys.stderr)"
    )
    assert process(code=code).stderr.strip() == b"[]"
