"""Policies and directories from files: how they are read, and under which digest."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest

from tests.wrong.mistakes import BASE, HERE
from whistle_engine.digests import digest_of
from whistle_engine.errors import PolicyError
from whistle_engine.fitting import misfits
from whistle_engine.model import Label, LimitUnit
from whistle_engine.policy import Policy
from whistle_engine.policy_file import (
    Files,
    gather,
    load_directory,
    load_policy,
    load_rules,
    shipped,
    shipped_files,
    unpacked,
)

POLICY, ROWS, UNITS = ((HERE / name).read_text("utf-8") for name in BASE)
CN = ("calendars/cn.toml", shipped("cn", folder="calendars"))


def files(policy: str = POLICY, rows: str = ROWS) -> Files:
    return Files((("base.toml", policy.encode()), ("base.categories.csv", rows.encode()), CN))


def changed(text: str, *changes: tuple[str, str]) -> str:
    """A text with each ``old`` replaced, which must be there."""
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    return text


def read(*changes: tuple[str, str]) -> Policy:
    """The base policy, changed."""
    return load_policy(files(changed(POLICY, *changes))).value


# ---------------------------------------------------------------- files


def test_a_path_may_be_a_text(folder: Path) -> None:
    both = str(folder / "base.toml"), str(folder / "base.directory.toml")
    assert load_rules(*both).documents == load_rules(*map(Path, both)).documents
    assert gather(both[0]) == files()
    assert load_directory(both[1]).files.name == "base.directory.toml"
    for wrong, code in (("no.toml", "file_missing"), (str(folder), "file_no_file")):
        with pytest.raises(PolicyError) as raised:
            load_policy(wrong)
        assert [problem.code for problem in raised.value.problems] == [code]


def test_what_was_loaded_is_shown_without_all_that_was_read() -> None:
    assert "Reading" not in repr(load_policy(files()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The base files on the disk."""
    for name, text in zip(BASE, (POLICY, ROWS, UNITS), strict=True):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_rules_from_paths_rest_on_the_bytes_of_all_files(folder: Path) -> None:
    rules = load_rules(folder / "base.toml", folder / "base.directory.toml")
    assert rules.policy_digest == files().digest
    assert rules.directory_digest == digest_of(UNITS.encode())
    assert rules.documents == (files().packed(), UNITS.encode())
    again = load_rules(*rules.documents)
    assert (again.policy, again.policy_digest) == (rules.policy, rules.policy_digest)


def test_files_are_gathered_from_the_disk(folder: Path) -> None:
    assert gather(folder / "base.toml") == files()
    assert gather(folder / "base.directory.toml").files == (
        ("base.directory.toml", UNITS.encode()),
    )


def test_a_calendar_beside_the_policy_goes_before_the_shipped_one(folder: Path) -> None:
    (folder / "calendars").mkdir()
    own = CN[1].replace(b'"2024-01-01", ', b"")
    (folder / "calendars" / "cn.toml").write_bytes(own)
    found = load_policy(folder / "base.toml")
    assert found.files.get("calendars/cn.toml") == own
    assert date(2024, 1, 1) not in found.value.calendar.holidays
    assert date(2024, 1, 1) in read().calendar.holidays
    assert found.digest != files().digest


def test_a_single_file_is_kept_as_it_is() -> None:
    found = load_directory(UNITS.encode())
    assert found.files == Files((("directory.toml", UNITS.encode()),))
    assert found.digest == f"sha256:{sha256(UNITS.encode()).hexdigest()}"


def test_several_files_are_kept_as_an_archive_that_anybody_can_open(tmp_path: Path) -> None:
    packed = files().packed()
    assert unpacked(packed, "ignored") == files()
    assert unpacked(packed, "ignored").packed() == packed
    assert files().digest == f"sha256:{sha256(packed).hexdigest()}" == digest_of(packed)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        members = archive.getmembers()
    assert [member.name for member in members] == ["base.toml", "base.categories.csv", CN[0]]
    assert {(member.mtime, member.uid, member.uname) for member in members} == {(0, 0, "")}
    paths = files().write(tmp_path / "new")
    assert [path.read_bytes() for path in paths] == [data for _, data in files().files]
    with pytest.raises(FileExistsError):
        files().write(tmp_path / "new")


def test_the_digest_is_of_the_exact_bytes() -> None:
    digest = load_policy(files()).digest
    assert load_policy(files().packed()).digest == digest
    assert load_policy(files(POLICY + "\n")).digest != digest
    assert load_policy(files(rows=ROWS + "\n")).digest != digest
    assert load_policy(files(POLICY + "\n")).value == load_policy(files()).value
    # What it was when files were first packed: it is stored, and must not change.
    assert shipped_files("xingqing").digest == digest_of(shipped_files("xingqing").packed())
    assert digest_of(Files((("a.toml", b"a"), ("b.csv", b"b"))).packed()) == (
        "sha256:3002b89268b7cc921aa630adfa55e7db62548fab79cd36f88643ab71ee0bb614"
    )


def test_bytes_that_need_no_other_file_are_read_alone() -> None:
    rows = '[[categories]]\ncode = "street_lamp"\nzh = "路灯"\nen = "Lamp"\naffair = "public"\n'
    rows += 'kind = "quick"\nsource = "choice: 示范"\n'
    text = changed(
        POLICY,
        ('[tables]\ncategories = "base.categories.csv"\n', ""),
        ("[street_list]", f"{rows}\n[street_list]"),
        ('"water_main"', '"street_lamp"'),
    )
    found = load_policy(text.encode())
    assert [row.code for row in found.value.categories] == ["street_lamp"]
    assert [name for name, _ in found.files.files] == ["policy.toml", "calendars/cn.toml"]


# ---------------------------------------------------------------- values


def test_an_empty_policy_says_all_that_is_missing() -> None:
    with pytest.raises(PolicyError) as raised:
        load_policy(b"")
    found = {problem.key: problem for problem in raised.value.problems}
    assert {problem.code for problem in found.values()} == {"missing"}
    assert {str(problem.spot) for problem in found.values()} == {"policy.toml:1:1"}
    assert {"format", "source", "kinds", "facts", "rules", "limits", "marks"} <= set(found)
    assert not any("." in key for key in found)  # of what is not there, no more is asked


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(PolicyError) as raised:
        read(("rank = 1", "rank = -1"), ("most = 2", 'most = "2"'), ('hotline = "', 'hotlin = "'))
    found = [(p.code, p.key, p.spot.line if p.spot else 0) for p in raised.value.problems]
    assert found == [
        ("unknown_key", "hotlin", 12),
        ("bad_value", "kinds.quick.rank", 74),
        ("bad_value", "deferrals.most", 169),
    ]


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("1 day", 1, LimitUnit.DAYS),
        ("2 days", 2, LimitUnit.DAYS),
        ("3 work hours", 3, LimitUnit.WORK_HOURS),
        ("4 working_days", 4, LimitUnit.WORKING_DAYS),
        ("24 hours", 24, LimitUnit.HOURS),
        ("1 hours", 1, LimitUnit.HOURS),
    ],
)
def test_limits_read_as_they_are_said(text: str, amount: int, unit: LimitUnit) -> None:
    found = read(('tell = "1 working day"', f'tell = "{text}"')).marks.tell
    assert (found.amount, found.unit, found.rule) == (amount, unit, "marks.tell")
    assert found.source == "choice: 示范 | made up"


def test_a_limit_may_have_a_source_of_its_own() -> None:
    quick = read().kind_of["quick"]
    assert quick.solve.source == "notice: 1天内予以解决"
    assert quick.report_in.source == "choice: 示范 | made up"
    assert quick.extension is not None
    assert read().kind_of["emergency"].extension is None


def test_facts_and_their_values_have_labels() -> None:
    scope = next(fact for fact in read().facts if fact.name == "scope")
    assert scope.values == ("household", "estate", "unknown")
    assert scope.titles["estate"] == Label("小区", "the estate")


def test_origins_are_declared() -> None:
    assert read().sources == {"notice": Label("区委办公室通知", "the district's notice")}


def test_messages_of_the_citys_own() -> None:
    assert (
        read().messages["resident.received"].en == "Your appeal was received[ as matter {matter}]."
    )
    begin = POLICY.index("[messages.")
    assert load_policy(files(POLICY[:begin])).value.messages == {}


def test_urgent_tracks() -> None:
    urgent = (
        '[tracks.household.urgent]\nhousehold = "1 day"\nestate = "2 days"\nunknown = "1 day"\n'
    )
    urgent += 'source = "choice: 急事快议"\n\n[tracks.shared]'
    found = read(("[tracks.shared]", urgent)).tracks
    assert [(t.affair.value, t.scope, t.limit.amount) for t in found if t.urgent] == [
        ("household", "household", 1), ("household", "estate", 2), ("household", "unknown", 1),
    ]  # fmt: skip


# ---------------------------------------------------------------- tables beside


def test_rows_of_a_table_beside() -> None:
    found = {row.code: row for row in read().categories}
    assert list(found) == ["street_lamp", "water_main", "noise"]
    main = found["water_main"]
    assert (main.title.en, main.leads, main.joint) == ("Water main, burst", ("yingji",), ("zhifa",))
    assert (main.since, main.until) == (date(2024, 1, 1), None)
    assert found["noise"].kind is None


@pytest.mark.parametrize(
    ("old", "new", "test"),
    [
        ("2024-01-01", "2024/1/1", lambda rows: rows["water_main"].since == date(2024, 1, 1)),
        (",yingji,", ",yingji; zhifa,", lambda rows: rows["water_main"].leads[1] == "zhifa"),
        (",yingji,", ",yingji；zhifa,", lambda rows: len(rows["water_main"].leads) == 2),
        (",yingji,", ",yingji、zhifa,", lambda rows: len(rows["water_main"].leads) == 2),
        ("noise,邻里", ",,,,,,,,,\n\nnoise,邻里", lambda rows: len(rows) == 3),
        ("noise,邻里", " noise ,邻里", lambda rows: "noise" in rows),
        ("code 编码", "\ufeffcode 编码", lambda rows: len(rows) == 3),
        ("code 编码", "code\u3000编码", lambda rows: len(rows) == 3),
        ("依据\n", "依据,,,\n", lambda rows: len(rows) == 3),
        ("\n", "\r\n", lambda rows: len(rows) == 3),
    ],
)
def test_rows_as_spreadsheets_write_them(
    old: str, new: str, test: Callable[[dict[str, object]], bool]
) -> None:
    rows = changed(ROWS, (old, new)).replace(",zhifa,2024", ",,2024")
    found = load_policy(files(rows=rows)).value.categories
    assert test({row.code: row for row in found})


def test_a_directory_may_have_its_tables_beside(tmp_path: Path) -> None:
    tables = '[tables]\nunits = "u.csv"\nreceivers = "r.csv"\n'
    (tmp_path / "d.toml").write_text(f'format = 1\nsource = "choice: 示范"\n{tables}', "utf-8")
    (tmp_path / "u.csv").write_text(
        "code,zh,en,kind,parent,may_lead,round_the_clock,source\n"
        "a,甲,A,department,,TRUE,false,choice: 示范\nb,乙,B,street,a,,,choice: 示范\n", "utf-8"
    )  # fmt: skip
    (tmp_path / "r.csv").write_text(
        "id,unit,shifts,source\na.wang,a,08:30-12:00;14:00-18:00,choice: 示范\n", "utf-8"
    )
    found = load_directory(tmp_path / "d.toml")
    assert [unit.may_lead for unit in found.value.units] == [True, False]
    assert found.value.units[1].parent == "a"
    assert len(found.value.receivers[0].shifts) == 2
    assert len(found.files.files) == 3


# ---------------------------------------------------------------- days

YEAR = '[calendar.year.2027]\nholidays = ["2027-01-01/2027-01-03"]\nmake_up = ["2027-01-09"]\n'


def test_the_days_are_known_up_to_the_last_year() -> None:
    found = read(("[2024, 2025]", "[2024, 2025, 2023]")).calendar
    assert found.known_until == date(2025, 12, 31)


def test_the_policys_own_days_go_before_the_calendars() -> None:
    own = 'holidays = ["2024-02-18", "2024-04-10/2024-04-11"]\nmake_up = ["2024-02-17"]\nyears ='
    calendar = read(("years =", own)).calendar
    assert {date(2024, 2, 18), date(2024, 4, 10), date(2024, 4, 11)} <= calendar.holidays
    assert date(2024, 2, 17) in calendar.make_up
    assert not calendar.holidays & calendar.make_up


def test_a_policy_may_hold_its_days_itself() -> None:
    found = read(
        ('use = ["cn"]\nyears = [2024, 2025]', "years = [2027]"),
        ("[channels.", f"{YEAR}[channels."),
    ).calendar
    assert found.holidays == {date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3)}
    assert found.make_up == {date(2027, 1, 9)}
    assert found.known_until == date(2027, 12, 31)


def test_a_year_of_the_policy_goes_in_place_of_the_calendars() -> None:
    found = read(
        ("[2024, 2025]", "[2025, 2026, 2027]"), ("[channels.", f"{YEAR}[channels.")
    ).calendar
    assert found.known_until == date(2027, 12, 31)
    assert date(2025, 1, 1) in found.holidays


# ---------------------------------------------------------------- policy and directory


def test_a_street_may_lead_what_its_list_holds() -> None:
    directory = load_directory(UNITS.encode()).value
    rows = changed(ROWS, ("quick,zhifa", "quick,jiedao;zhifa"))
    assert misfits(load_policy(files(rows=rows)).value, directory) == ()
    until = ('category = "street_lamp"\n', 'category = "street_lamp"\nuntil = 2025-12-31\n')
    (found,) = misfits(load_policy(files(changed(POLICY, until), rows)).value, directory)
    assert (found.code, found.key) == ("street_not_listed", "categories.street_lamp.leads")
