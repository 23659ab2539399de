"""``whistle policy``: copying a year in, and a decision as a patch."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from whistle_engine.cli.app import whistle
from whistle_engine.cli.policy import COMMANDS, policy
from whistle_engine.cli.policy import files as policy_files
from whistle_engine.cli.policy.words import WORDS
from whistle_engine.policy_file import load_policy, shipped_files

CN = (files("whistle_engine") / "calendars" / "cn.toml").read_text("utf-8")
OWN = """\
[year.2026]
notices = ["n 0"]
holidays = ["2026-01-01"]
make_up = []

[year.2027]
notices = ["n 1"]
holidays = ["2027-01-01", "2027-02-05/2027-02-12"]
make_up = ["2027-02-14"]
"""
REGION = """\
[year.2027]
notices = ["n 2"]
holidays = ["2027-03-10"]
make_up = []
"""


def run(*args: str | Path, **env: str) -> Result:
    settings = {"WHISTLE_LANG": "en", "COLUMNS": "80", **env}
    return CliRunner().invoke(
        whistle, ["policy", *map(str, args)], env=settings, prog_name="whistle"
    )


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The shipped policy in a folder of its own, with a calendar that has 2027."""
    monkeypatch.chdir(tmp_path)
    shipped = shipped_files("xingqing")
    for name, data in (*shipped.files, *shipped_files("xingqing.directory").files):
        if "/" not in name:
            (tmp_path / name).write_bytes(data)
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "region.toml").write_text(REGION, encoding="utf-8")
    return tmp_path / shipped.name  # type: ignore[return-value]


# ------------------------------------------------------------------------------- the group


def test_the_group_lists_its_commands() -> None:
    told = run("--help")
    assert told.exit_code == 0
    assert all(f"\n  {name} " in told.stdout for name in COMMANDS)
    assert policy.get_command(None, "nosuch") is None  # type: ignore[arg-type]
    wrong = run("nosuch")
    assert wrong.exit_code == 2
    assert wrong.stderr.startswith("whistle policy: ")


def test_the_words_are_there_in_both_languages() -> None:
    assert all(zh and en and zh != en for zh, en in WORDS.values())


# ------------------------------------------------------------------------------- a year, printed


def test_a_year_is_printed_as_a_policy_would_hold_it() -> None:
    told = run("calendar", "2026")
    assert told.exit_code == 0
    assert told.stderr == ""
    assert (
        tomllib.loads(told.stdout)["calendar"]["year"]["2026"]
        == (tomllib.loads(CN)["year"]["2026"])
    )


def test_a_region_s_calendar_is_laid_over() -> None:
    told = run("calendar", "2024", "--calendar", "cn", "--calendar", "ningxia", "--json")
    held = json.loads(told.stdout)
    assert held["calendars"] == ["cn", "ningxia"]
    assert held["without"] == []
    assert "2024-06-17/2024-06-18" in held["holidays"]
    assert "2024-04-10/2024-04-11" in held["holidays"]
    assert len(held["notices"]) == 2


def test_a_region_without_the_year_is_told(city: Path) -> None:
    both = ("--calendar", city.parent / "own.toml", "--calendar", "ningxia")
    told = run("calendar", "2027", *both)
    assert told.exit_code == 0
    assert "ningxia has no 2027" in told.stderr
    assert json.loads(run("calendar", "2027", *both, "--json").stdout)["without"] == ["ningxia"]
    told = run("calendar", "2027", *both, "--without", "ningxia")
    assert told.stderr == ""
    assert "ningxia：视为没有 taken as having none" in told.stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("cn has no 2031", "2018 to 2026", "provisional")),
        ("zh", ("cn日历没有2031年", "2018年至2026年", "先按周一至周五")),
    ],
)
def test_a_year_that_is_not_there(lang: str, words: tuple[str, ...]) -> None:
    told = run("calendar", "2031", "--lang", lang)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert all(word in told.stderr for word in words)
    assert len(told.stderr.splitlines()) == 1


def test_years_with_gaps_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text("[year.2020]\n[year.2022]\n", encoding="utf-8")
    assert "it has 2020, 2022." in run("calendar", "2021", "--calendar", path).stderr
    path.write_text("[year]\n", encoding="utf-8")
    assert "it has no year." in run("calendar", "2021", "--calendar", path).stderr


@pytest.mark.parametrize(
    "args",
    [
        ["calendar"],
        ["calendar", "this"],
        ["calendar", "2026", "--write"],
        ["calendar", "2026", "--replace"],
        ["calendar", "2026", "--calendar", "nosuch"],
        ["calendar", "2026", "--calendar", "nosuch.toml"],
        ["calendar", "2026", "nosuch.toml"],
        ["calendar", "2026", "/"],
        ["propose"],
        ["propose", "x.toml", "--matter", "m", "--decided", "2024-03-05", "--category", "c"],
        ["propose", "x.toml", "--matter", "m", "--decided", "5 March", "--category", "c"],
    ],
)
def test_wrong_usage_is_one_line_on_stderr(args: list[str]) -> None:
    told = run(*args)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert len(told.stderr.splitlines()) == 1
    assert "Traceback" not in told.stderr


# ------------------------------------------------------------------------------- a year, copied


def test_the_change_is_shown_and_the_file_stays(city: Path) -> None:
    before = city.read_bytes()
    told = run("calendar", "2027", city, "--calendar", "own.toml")
    assert told.exit_code == 0
    assert told.stdout.startswith(f"--- a/{city.name}\n+++ b/{city.name}\n@@ ")
    assert "+[calendar.year.2027]\n" in told.stdout
    assert "--write" in told.stderr
    assert city.read_bytes() == before


def test_writing_makes_just_the_change_that_was_shown(city: Path) -> None:
    old = city.read_bytes()
    shown = run("calendar", "2027", city, "--calendar", "own.toml").stdout
    city.chmod(0o640)
    told = run("calendar", "2027", city, "--calendar", "own.toml", "--write")
    assert told.exit_code == 0
    assert "2027-12-31" in told.stdout
    assert city.stat().st_mode & 0o777 == 0o640
    new = city.read_bytes()
    calendar = load_policy(city).value.calendar
    assert calendar.known_until == date(2027, 12, 31)
    assert date(2027, 2, 12) in calendar.holidays
    assert date(2027, 2, 14) in calendar.make_up
    city.write_bytes(old)
    subprocess.run(["git", "apply"], input=shown.encode(), check=True, cwd=city.parent)  # noqa: S607
    assert city.read_bytes() == new
    assert {path.name for path in city.parent.iterdir() if path.name.startswith(".")} == set()


def test_a_year_that_is_there_with_the_same_days(city: Path) -> None:
    run("calendar", "2027", city, "--calendar", "own.toml", "--write")
    before = city.read_bytes()
    for more in ([], ["--write"], ["--write", "--replace"]):
        told = run("calendar", "2027", city, "--calendar", "own.toml", *more)
        assert told.exit_code == 0
        assert "nothing to change" in told.stdout
    told = run("calendar", "2027", city, "--calendar", "own.toml", "--lang", "zh")
    assert "无需修改" in told.stdout
    assert city.read_bytes() == before


def test_a_year_that_is_there_with_other_days_needs_replace(city: Path) -> None:
    run("calendar", "2027", city, "--calendar", "own.toml", "--write")
    before = city.read_bytes()
    both = ["--calendar", "own.toml", "--calendar", "region.toml"]
    told = run("calendar", "2027", city, *both, "--write")
    assert told.exit_code == 1
    assert '+  "2027-01-01"' in told.stdout or "2027-03-10" in told.stdout
    assert "--replace" in told.stderr
    assert city.read_bytes() == before
    told = run("calendar", "2027", city, *both, "--replace")
    assert told.exit_code == 0
    assert city.read_bytes() == before
    told = run("calendar", "2027", city, *both, "--replace", "--write", "--lang", "zh")
    assert told.exit_code == 0
    assert "截至2027年12月31日" in told.stdout
    assert date(2027, 3, 10) in load_policy(city).value.calendar.holidays


def test_as_json(city: Path) -> None:
    args = ["calendar", "2027", str(city), "--calendar", "own.toml", "--json"]
    held = json.loads(run(*args).stdout)
    assert held["state"] == "missing"
    assert held["written"] is False
    assert held["known_until"] == "2027-12-31"
    assert held["patch"].startswith("--- a/")
    assert held["make_up"] == ["2027-02-14"]
    assert json.loads(run(*args, "--write").stdout)["written"] is True
    assert json.loads(run(*args).stdout)["state"] == "same"
    told = run(*args, "--calendar", "region.toml")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["state"] == "different"


def test_the_calendars_that_the_policy_uses_are_taken(city: Path) -> None:
    folder = city.parent / "calendars"
    folder.mkdir()
    (folder / "cn.toml").write_text(CN + OWN.partition("\n\n")[2], encoding="utf-8")
    told = run("calendar", "2027", city, "--json", "--without", "ningxia")
    assert json.loads(told.stdout)["calendars"] == ["cn"]


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", "the calendar ningxia has no 2027, and"), ("zh", "ningxia日历没有2027年，抄入后")],
)
def test_a_year_that_a_calendar_lacks_is_not_copied(city: Path, lang: str, words: str) -> None:
    """It would count as certain, without the days that the calendar will have (L7)."""
    folder = city.parent / "calendars"
    folder.mkdir()
    (folder / "cn.toml").write_text(CN + OWN.partition("\n\n")[2], encoding="utf-8")
    before = city.read_bytes()
    for more in ([], ["--write"], ["--write", "--replace"], ["--json"]):
        told = run("calendar", "2027", city, "--lang", lang, *more)
        assert told.exit_code == 2
        assert told.stdout == ""
        assert words in told.stderr
        assert "--without ningxia" in told.stderr
        assert city.read_bytes() == before
    for wrong in ("cn", "nosuch"):
        told = run("calendar", "2027", city, "--write", "--without", wrong, "--lang", lang)
        assert told.exit_code == 2
        assert f"--without {wrong}" in told.stderr
    told = run("calendar", "2027", city, "--write", "--without", "ningxia", "--lang", lang)
    assert told.exit_code == 0
    assert "2027" in told.stdout
    assert "ningxia：视为没有 taken as having none" in city.read_text("utf-8")
    assert load_policy(city).value.calendar.known_until == date(2027, 12, 31)
    again = run("calendar", "2027", city, "--write", "--without", "ningxia", "--lang", lang)
    assert again.exit_code == 0
    assert city.read_text("utf-8").count("taken as having none") == 1


def test_what_could_not_be_used_is_not_written(city: Path) -> None:
    city.write_text(city.read_text("utf-8").replace("coordinator = ", "cordinator = ", 1), "utf-8")
    before = city.read_bytes()
    for lang, words in (("en", "nothing was changed"), ("zh", "未作改动")):
        told = run("calendar", "2027", city, "--calendar", "own.toml", "--write", "--lang", lang)
        assert told.exit_code == 2
        assert words in told.stderr
        assert "cordinator" in told.stderr
    assert city.read_bytes() == before


def test_a_file_in_another_encoding_is_told(city: Path) -> None:
    city.write_bytes(city.read_bytes().decode().encode("gb18030"))
    told = run("calendar", "2027", city, "--calendar", "own.toml")
    assert told.exit_code == 2
    assert "UTF-8" in told.stderr


def test_somebody_else_s_change_is_kept(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put = policy_files.put

    def late(path: Path, old: bytes, new: bytes, lang: str) -> None:
        path.write_bytes(old + b"# theirs\n")
        put(path, old, new, lang)  # type: ignore[arg-type]

    monkeypatch.setattr(policy_files, "put", late)
    told = run("calendar", "2027", city, "--calendar", "own.toml", "--write")
    assert told.exit_code == 2
    assert "somebody else" in told.stderr
    assert city.read_bytes().endswith(b"# theirs\n")
    assert not [*city.parent.glob(f".{city.name}*")]


def test_a_link_stays_a_link(city: Path) -> None:
    link = city.parent / "link.toml"
    link.symlink_to(city)
    assert run("calendar", "2027", link, "--calendar", "own.toml", "--write").exit_code == 0
    assert link.is_symlink()
    assert b"[calendar.year.2027]" in city.read_bytes()


def test_a_folder_that_cannot_be_written(city: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    told = run("calendar", "2027", city, "--calendar", "own.toml", "--write")
    assert told.exit_code == 2
    assert "No space left" in told.stderr


# ------------------------------------------------------------------------------- a decision

DECIDED = ("--matter", "XQ-7", "--decided", "2024-03-05")
NEW = (*DECIDED, "--category", "drone_noise", "--zh", "无人机扰民", "--en", "Drones", "--affair",
       "public", "--kind", "quick", "--lead", "gongan", "--joint", "zhifa")  # fmt: skip


def test_a_decision_becomes_a_patch_that_applies(city: Path) -> None:
    before = city.read_bytes()
    told = run("propose", city, *NEW)
    assert told.exit_code == 0
    assert told.stderr == ""
    assert city.read_bytes() == before
    assert "XQ-7, 2024-03-05" in told.stdout
    subprocess.run(
        ["git", "apply"],  # noqa: S607
        input=told.stdout.encode(),
        check=True,
        cwd=city.parent,
    )
    rows = {row.code: row for row in load_policy(city).value.categories}
    assert rows["drone_noise"].leads == ("gongan",)
    assert rows["drone_noise"].since == date(2024, 3, 5)
    told = run("propose", city, *NEW)
    assert told.exit_code == 0
    assert "already" in told.stdout
    assert json.loads(run("propose", city, *NEW, "--json").stdout)["there"] is True


def test_a_category_that_is_there_needs_the_lead_only(city: Path) -> None:
    args = ("propose", city, *DECIDED, "--category", "street_lamp", "--lead", "gongan")
    told = run(*args, "--since", "2024-04-01", "--json")
    patch = json.loads(told.stdout)["patch"]
    assert "2024-03-31" in patch
    assert "2024-04-01" in patch


def test_list_admission_becomes_a_patch(city: Path) -> None:
    told = run("propose", city, *DECIDED, "--category", "street_lamp", "--listed")
    assert told.exit_code == 0
    assert "street_lamp" in told.stdout
    assert run("propose", city, *DECIDED, "--category", "nosuch", "--listed").exit_code == 2


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--lead", "gongan", "--listed"], "either"),
        (["--lead", "gongan", "--zh", "无人机扰民"], "together"),
        (["--lead", "gongan"], "catalogue has no"),
        (["--lead", "gongan"], "(by --zh, --en, --affair and --kind)"),
        (["--lead", "gongan", "--lang", "zh"], "派单目录中没有"),
        (["--lead", "gongan", "--lang", "zh"], "用--zh、--en、--affair、--kind写明"),
    ],
)
def test_what_is_missing_for_a_row_is_told(city: Path, more: list[str], words: str) -> None:
    told = run("propose", city, *DECIDED, "--category", "drone_noise", *more)
    assert told.exit_code == 2
    assert words in told.stderr
    assert told.stdout == ""


def test_nobody_is_put_as_lead_who_can_only_be_invited(city: Path) -> None:
    wrong = [arg if arg != "gongan" else "ranqi" for arg in NEW]
    for lang, words in (
        ("en", "can only be invited, never lead"),
        ("zh", "只能受邀参加，不能主办"),
    ):
        told = run("propose", city, *wrong, "--lang", lang)
        assert told.exit_code == 2
        assert words in told.stderr
        assert told.stdout == ""


def test_the_lead_is_checked_against_the_directory_beside(city: Path) -> None:
    wrong = [arg if arg != "gongan" else "nosuch" for arg in NEW]
    told = run("propose", city, *wrong)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "nosuch" in told.stderr
    (city.parent / "xingqing.directory.toml").unlink()
    told = run("propose", city, *wrong)
    assert told.exit_code == 0
    assert "nosuch" in told.stdout
    assert "xingqing.directory.toml" in told.stderr


def test_a_table_with_inch_marks_loses_no_row(city: Path) -> None:
    table = city.parent / "xingqing.categories.csv"
    text = table.read_text("utf-8").replace("路灯故障,", '路灯故障5"管,')
    table.write_text(text.replace("人行道破损,", '人行道破损5"砖,'), "utf-8")
    before = {row.code for row in load_policy(city).value.categories}
    patch = run("propose", city, *NEW).stdout
    subprocess.run(["git", "apply"], input=patch.encode(), check=True, cwd=city.parent)  # noqa: S607
    assert {row.code for row in load_policy(city).value.categories} == before | {"drone_noise"}


def test_a_lead_by_its_title_is_told_the_code(city: Path) -> None:
    table = city.parent / "xingqing.categories.csv"
    text = table.read_text("utf-8")
    line = next(line for line in text.splitlines() if line.startswith("street_lamp,"))
    table.write_text(text.replace(line, line.replace(",chengguan,", ",兴庆区城市管理局,")), "utf-8")
    told = run("check", city)
    assert told.exit_code == 2
    assert 'did you mean "chengguan"?' in told.stderr


def test_the_lead_is_checked_where_the_directory_is_given(city: Path) -> None:
    directory = city.parent / "units.toml"
    for name, data in shipped_files("xingqing.directory").files:
        (city.parent / (directory.name if name.endswith(".toml") else name)).write_bytes(data)
    assert run("propose", city, *NEW, "--directory", directory).exit_code == 0
    wrong = [arg if arg != "gongan" else "nosuch" for arg in NEW]
    told = run("propose", city, *wrong, "--directory", directory)
    assert told.exit_code == 2
    assert "nosuch" in told.stderr


def test_a_patch_is_utf_8_whatever_the_locale(city: Path) -> None:
    told = subprocess.run(  # noqa: S603  our own interpreter and arguments
        [sys.executable, "-m", "whistle_engine.cli", "policy", "propose", city, *NEW],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "WHISTLE_LANG": "en"},
    )
    assert "无人机扰民" in told.stdout.decode("utf-8")


def test_a_policy_elsewhere_is_patched_by_its_name(
    city: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    told = run("propose", city, *DECIDED, "--category", "street_lamp", "--listed")
    assert "--- a/xingqing" in told.stdout
