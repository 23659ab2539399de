"""``whistle policy check``: each finding, from a sound policy by one bad change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from tests.checked import DIRECTORY, POLICY
from whistle_engine.cli.app import whistle
from whistle_engine.fitting import misfits
from whistle_engine.policy_file import (
    Files,
    load_directory,
    load_policy,
    shipped_files,
    shipped_names,
)
from whistle_engine.problems import Problem
from whistle_engine.review.checking import check
from whistle_engine.review.checks.references import HOLDERS
from whistle_engine.review.findings import Finding, Severity
from whistle_engine.review.sentences import ERRORS, FINDINGS
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import SETTLED_BY

ON = date(2026, 3, 2)


@attrs.frozen
class Bad:
    """A change, what it is found as, and the text that stands on the line of the finding.

    ``was`` becomes ``now``, the first time that it stands after ``past``; the line is the first
    one after ``past`` with ``at``.
    """

    code: str
    key: str
    was: str
    now: str
    at: str
    past: str = "format = 1"
    on: date = ON


def at_rung(
    was: str, now: str, code: str, key: str, *, past: str = "[[ladders]]", at: str = ""
) -> Bad:
    return Bad(code, key, was, now, at or now.partition("\n")[0].strip(), past)


IN_POLICY = (
    # what is lacking
    Bad(
        "no_channels", "channels",
        '[channels.visit]\nzh = "来访"\nen = "Visit"\nsource = "choice: 来访 | people come"\n',
        "[channels]\n", "[channels]",
    ),
    Bad(
        "no_routes", "routes",
        '[routes.court]\nzh = "诉讼"\nen = "Court"\nsource = "choice: 诉讼 | courts"\n',
        "[routes]\n", "[routes]",
    ),
    Bad("no_timing", "facts", 'name = "timing"', 'name = "moment"', "[[facts]]"),
    Bad(
        "signal_without_floor", "signals.gas",
        '[signals.fire]\nzh = "火情"',
        '[signals.gas]\nzh = "燃气"\nen = "Gas"\npossible = {}\npresent = {}\n'
        'source = "choice: 生命安全 | life"\n\n[signals.fire]\nzh = "火情"',
        "[signals.gas]",
    ),
    Bad(
        "nobody_blows", "kinds.emergency.may_blow",
        'may_blow = ["street", "community"]', "may_blow = []", "may_blow = []",
        "[kinds.emergency]",
    ),
    Bad("straight_without_hotline", "straight", "straight = false", "straight = true", "straight"),
    Bad(
        "holder_may_not", "permissions.grant_extension", 'defer = ["coordinator"]',
        'grant_extension = ["coordinator"]', "grant_extension",
    ),
    Bad(
        "permission_emptied", "permissions.urge", 'defer = ["coordinator"]', "urge = []", "urge ="
    ),
    Bad(
        "permission_of_nobody", "permissions.answer", 'defer = ["coordinator"]',
        'answer = ["hotline"]', "answer = [",
    ),
    # dates
    Bad("category_gap", "categories.lamp.since", "since = 2026-07-01", "since = 2026-07-03",
        "since = 2026-07-03"),
    Bad("list_outside", "street_list.lamp.since", "2026-02-01", "2026-01-15", "since = ",
        "[[street_list.items]]"),
    Bad("list_outside", "street_list.lamp.until", "2026-12-01", "2027-01-15", "until = ",
        "[[street_list.items]]"),
    # calendar
    Bad("calendar_over", "calendar.years", "", "", "years = ", on=date(2027, 1, 1)),
    Bad("calendar_ends", "calendar.years", "", "", "years = ", on=date(2026, 12, 24)),
    Bad("calendar_begins", "calendar.years", "2026-01-01", "2025-06-01", "years = "),
    # limits
    Bad(
        "report_in_after_solve", "kinds.emergency.report_in", 'report_in = "1 hour"',
        'report_in = "24 hours"', "report_in = ", "[kinds.emergency]",
    ),
    Bad("hand_in_after_solve", "kinds.quick.hand_in", '"4 working days"', '"5 working days"',
        "hand_in = "),
    Bad("redo_longer", "kinds.quick.redo", '"3 working days"', '"6 working days"', "redo = "),
    Bad("urgent_slower", "kinds.emergency.solve", '"24 hours"', '"200 hours"', "solve = ",
        "[kinds.emergency]"),
    Bad("blow_urgent_longer", "limits.blow_urgent", '"1 hour"', '"2 working days"',
        "blow_urgent = ", "\nblow_urgent"),
    Bad("urgent_talk_longer", "tracks.household.urgent.estate", '"2 days"', '"8 days"',
        "estate = ", "[tracks.household.urgent]"),
    Bad("scope_shorter", "tracks.shared.estate", '"9 days"', '"7 days"', "estate = ",
        "[tracks.shared]"),
    Bad("mark_before_tell", "marks.mark", '"5 working days"', '"5 days"', "mark = ", "[marks]"),
    Bad("decided_after_solve", "extensions.decide", '"1 working day"', '"5 working days"',
        "decide = ", "[extensions]"),
    Bad("objection_after_solve", "objections.within", '"8 hours"', '"1 working day"', "within"),
    Bad("look_longer", "limits.look", '"1 hour"', '"1 work hour"', "look = ", "[limits]"),
    # ladders
    Bad("ladder_twice", "ladders[3].for", 'for = ["designate"', 'for = ["mark", "designate"',
        'for = ["mark", "designate"'),
    Bad("ladder_missing", "ladders", "for = []", 'for = ["solve"]', "[[ladders]]"),
    at_rung('percent = 50, to = "hotline"', 'percent = 90, to = "hotline"', "rung_order",
            "ladders[2].rungs[2].percent", at='"remind"', past='for = ["mark"]'),
    at_rung('after = "1 working day"', 'after = "9 days"', "rung_order",
            "ladders[1].rungs[4].after", at='"escalate"'),
    at_rung('action = "urge"', 'action = "supervise"', "rung_to_itself", "ladders[1].rungs[2].to"),
    at_rung('action = "supervise"', 'action = "remind"', "rung_steps_down",
            "ladders[1].rungs[3].action", at='after = "1 working day"'),
    at_rung(
        '  { action = "escalate", after = "2 working days", to = "coordinator" },\n',
        '  { action = "escalate", after = "2 working days", to = "coordinator" },\n'
        '  { action = "escalate", after = "3 working days", to = "coordinator" },\n',
        "rung_never", "ladders[1].rungs[5].action", at='"3 working days"',
    ),
    at_rung('percent = 80, to = "holder" },\n]', 'after = "1 day", to = "holder" },\n]',
            "rung_after_fallback", "ladders[2].rungs[2].after", past='for = ["mark"]'),
    at_rung('to = "coordinator"', 'to = "street"', "escalate_elsewhere",
            "ladders[1].rungs[4].to"),
    at_rung('action = "remind", percent = 60, to = "holder"',
            'action = "escalate", percent = 60, to = "coordinator"',
            "escalate_early", "ladders[3].rungs[1].percent"),
    at_rung('percent = 60, to = "holder"', 'percent = 60, to = "supervisor"', "nobody_above",
            "ladders[3].rungs[1].to"),
    at_rung('action = "remind", percent = 80', 'action = "call_back", percent = 80',
            "call_back_idle", "ladders[1].rungs[1].action"),
    at_rung('percent = 80, to = "holder" },\n  { action = "urge"',
            'percent = 97, to = "holder" },\n  { action = "urge"', "rungs_crowded",
            "ladders[1].rungs[2].after", at='"urge"'),
    # the catalogue
    Bad("enforcement_idle", "enforcement.units", '["works"]', '["works", "police"]', "units = ",
        "[enforcement]"),
    Bad("category_without_lead", "categories.burst.leads", '["rescue"]\njoint = ["water"]',
        '["water"]', "leads", 'code = "burst"'),
    Bad("category_without_lead", "categories.lamp.leads", 'leads = ["works"]\n', "",
        "[[categories]]", "until = 2026"),
    Bad("joint_never_called", "categories.lamp.joint", '["police"]', '["garden"]', "joint"),
    # names
    Bad("looks_alike", "categories.burst.zh", 'zh = "水管爆裂"', 'zh = "路 灯"', "zh = ",
        'code = "burst"'),
    Bad("looks_alike", "kinds.emergency.en", 'en = "Emergency', 'en = "QUICK whistle" #', "en = ",
        "[kinds.emergency]"),
    Bad("looks_alike", "channels.vlsit", "[routes.court]",
        '[channels.v1sit]\nzh = "走访"\nen = "Calls"\nsource = "choice: 走访 | visits"\n\n'
        '[channels.vlsit]\nzh = "巡查"\nen = "Patrol"\nsource = "choice: 巡查 | patrol"\n\n'
        "[routes.court]", "[channels.vlsit]"),
    Bad("foreign_letters", "routes.court.en", '"Court"', '"C\u043eurt"', "en = ", "[routes.court]"),
    Bad("stray_spaces", "channels.visit.zh", '"来访"', '"来访\u3000"', "zh = ", "[channels.visit]"),
    Bad("stray_spaces", "routes.court.en", '"Court"', '"Co\u200burt"', "en = ", "[routes.court]"),
    Bad("stray_spaces", "zh", '"小城"', '" 小城"', "zh = "),
    Bad("english_missing", "signals.fire.en", '"Fire"', '"火情"', "en = ", "[signals.fire]"),
    Bad("chinese_missing", "messages.resident.received.zh", '"已收到"', '"OK"', "received = "),
    Bad("source_one_language", "routes", "诉讼 | courts", "诉讼", "source = ", "[routes.court]"),
    Bad(
        "accepted_unused", "accepted[1]", "[messages.resident]",
        '[[accepted]]\ncode = "look_longer"\nkey = "limits.look"\nsource = "choice: 无 | none"\n\n'
        "[messages.resident]", "[[accepted]]",
    ),
)  # fmt: skip

IN_DIRECTORY = (
    Bad("no_receiver", "units.north", 'id = "north.1"\nunit = "north"',
        'id = "north.1"\nunit = "garden"', 'code = "north"'),
    Bad("receiver_gap", "units.police", '"20:00-24:00", ', "", 'code = "police"'),
    Bad("urgent_gap", "units.rescue", 'unit = "rescue"\n',
        'unit = "rescue"\nshifts = ["07:00-24:00"]\n', 'code = "rescue"'),
    Bad("work_gap", "units.works", '["08:30-18:30"]', '["08:30-17:30"]', 'code = "works"'),
    Bad("invited_unreceived", "units.water", 'unit = "water"', 'unit = "rescue"', 'code = "water"'),
    Bad("nobody_named", "units.centre", 'head = "centre.head"\n', "", 'code = "centre"'),
    Bad("receiver_ended", "receivers.police.0.until", '[[receivers]]\nid = "police.1"',
        '[[receivers]]\nid = "police.0"\nunit = "police"\nuntil = 2026-03-01\n'
        'source = "choice: 已离任 | gone"\n\n[[receivers]]\nid = "police.1"',
        "until = 2026-03-01"),
    Bad("receivers_end", "units.water", 'unit = "water"\n', 'unit = "water"\nuntil = 2026-08-31\n',
        'code = "water"'),
    Bad("parent_circle", "units.north.parent", 'parent = "office"', 'parent = "north"', "parent",
        'code = "north"'),
    Bad("no_place", "units.garden_grid.parent", 'parent = "garden"', 'parent = "north"', "parent",
        'code = "garden_grid"'),
    Bad("looks_alike", "units.water.zh", "水务集团", "公安分局", "zh", 'code = "water"'),
    Bad("source_one_language", "receivers", "水务 | water", "水务", "source", 'id = "water.1"'),
)  # fmt: skip

ELSEWHERE = {"calendar_year_missing", "no_categories", "row_never", "to_street_unlisted"}
"""Codes that more than one change takes, or that come with another; tests of their own."""


def files(text: str, name: str = "small.toml") -> Files:
    return Files(((name, text.encode()),))


def found(policy: str = POLICY, directory: str = DIRECTORY, on: date = ON) -> tuple[Finding, ...]:
    units = load_directory(files(directory, "small.directory.toml"))
    return check(load_policy(files(policy)), units, on=on)


def changed(text: str, bad: Bad) -> str:
    assert bad.past in text, bad.past
    start = text.index(bad.past)
    assert bad.was in text[start:], bad.was
    return text[:start] + text[start:].replace(bad.was, bad.now, 1)


def line_of(text: str, bad: Bad) -> int:
    start = text.index(bad.past)
    return text[: text.index(bad.at, start)].count("\n") + 1


def check_one(bad: Bad, text: str, results: tuple[Finding, ...]) -> None:
    assert [each.code for each in results] == [bad.code]
    (one,) = results
    assert one.key == bad.key
    assert one.spot is not None
    assert text.splitlines()[one.spot.line - 1] == text.splitlines()[line_of(text, bad) - 1]
    assert one.spot.line == line_of(text, bad)
    assert (one.severity is Severity.ERROR) == (bad.code in ERRORS)
    for lang in ("zh", "en"):
        said = one.problem.said(lang)
        assert said
        assert not re.search(r"\{\w+\}", said)


def test_nothing_is_found_in_a_sound_city() -> None:
    assert [each.told() for each in found()] == []


@pytest.mark.parametrize("bad", IN_POLICY, ids=lambda bad: f"{bad.code}-{bad.key}")
def test_one_bad_change_of_a_policy_is_found_as_what_it_is(bad: Bad) -> None:
    text = POLICY
    if bad.code in ("straight_without_hotline", "permission_of_nobody"):
        text = text.replace('hotline = "hotline"\n', "", 1).replace(
            'to = "hotline"', 'to = "centre"'
        )
    text = changed(text, bad)
    check_one(bad, text, found(text, on=bad.on))


@pytest.mark.parametrize("bad", IN_DIRECTORY, ids=lambda bad: f"{bad.code}-{bad.key}")
def test_one_bad_change_of_a_directory_is_found_as_what_it_is(bad: Bad) -> None:
    text = changed(DIRECTORY, bad)
    results = found(directory=text)
    check_one(bad, text, results)
    assert results[0].spot is not None
    assert results[0].spot.file == "small.directory.toml"


def test_every_code_has_both_sentences_and_a_change_that_gives_it() -> None:
    shown = {bad.code for bad in (*IN_POLICY, *IN_DIRECTORY)} | ELSEWHERE
    assert shown == set(FINDINGS)
    assert set(FINDINGS) >= ERRORS
    for code, label in FINDINGS.items():
        assert label.zh != label.en, code
        names = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in (label.zh, label.en)]
        assert names[0] == names[1], code
        assert not re.search(r"[\u4e00-\u9fff]", label.en.replace("中文", "")), code
        assert "；" in label.zh, code
        assert ";" in label.en, code


# ------------------------------------------------------------------------------- by themselves


def test_a_catalogue_without_rows() -> None:
    start, end = POLICY.index("[[categories]]"), POLICY.index("[street_list]")
    rest = POLICY[end:].replace(
        '[[street_list.items]]\ncategory = "lamp"\nsince = 2026-02-01\nuntil = 2026-12-01\n'
        'source = "choice: 街道办理 | the street does it"\n', "items = []\n",
    )  # fmt: skip
    text = "categories = []\n" + POLICY[:start] + rest.replace('units = ["works"]', "units = []")
    results = {each.code: each for each in found(text)}
    assert set(results) == {"no_categories", "to_street_unlisted"}
    assert str(results["no_categories"].spot) == "small.toml:1:14"
    spot = results["to_street_unlisted"].spot
    assert spot is not None
    assert text.splitlines()[spot.line - 1] == "to_street = true"


def test_rows_that_end_before_the_policy_begins_have_their_own_places() -> None:
    text = POLICY.replace("in_force_from = 2026-01-01", "in_force_from = 2026-12-15")
    results = found(text)
    assert [each.key for each in results] == ["categories.lamp.until", "street_list.lamp.until"]
    assert {each.code for each in results} == {"row_never"}
    lines = [text.splitlines()[each.spot.line - 1] for each in results if each.spot]
    assert lines == ["until = 2026-06-30", "until = 2026-12-01"]


def test_a_year_that_is_missing_inside_and_what_comes_of_it() -> None:
    text = POLICY.replace("years = [2026]", "years = [2024, 2026]")
    text = text.replace("in_force_from = 2026-01-01", "in_force_from = 2024-01-01")
    (one,) = found(text, on=date(2024, 3, 4))
    assert (one.code, one.key) == ("calendar_year_missing", "calendar.years")
    assert "2025" in one.problem.said("zh")
    codes = {each.code for each in found(text, on=date(2026, 3, 4))}
    assert codes == {"calendar_year_missing", "calendar_over"}


def test_a_gap_that_is_past_is_not_told() -> None:
    text = POLICY.replace("since = 2026-07-01", "since = 2026-07-03")
    assert [each.code for each in found(text, on=date(2026, 7, 2))] == ["category_gap"]
    assert found(text, on=date(2026, 7, 3)) == ()


def test_limits_of_different_units_are_compared_by_the_calendar_and_the_instant_is_told() -> None:
    text = POLICY.replace('mark = "5 working days"', 'mark = "5 days"')
    (one,) = found(text)
    # Five days from a Friday before the eight days of the Spring Festival of 2026.
    assert "2026-02-14 09:00" in one.problem.said("en")
    text = POLICY.replace('mark = "5 working days"', 'mark = "10 days"')
    assert found(text) == ()
    text = POLICY.replace('report_in = "1 hour"', 'report_in = "8 work hours"')
    assert {each.code for each in found(text)} == {"report_in_after_solve", "urgent_slower"}


def test_without_a_directory_what_needs_none_is_checked() -> None:
    text = POLICY.replace('look = "1 hour"', 'look = "1 work hour"').replace(
        '["police"]', '["nosuch"]'
    )
    assert [each.code for each in check(load_policy(files(text)), on=ON)] == ["look_longer"]


def test_what_keeps_the_two_from_fitting_is_an_error_and_is_never_accepted() -> None:
    accepted = (
        '[[accepted]]\ncode = "no_unit"\nkey = "categories.lamp.joint"\n'
        'source = "choice: 无 | none"\n'
    )
    text = POLICY.replace('["police"]', '["polce"]') + accepted
    results = {each.code: each for each in found(text)}
    assert set(results) == {"no_unit", "accepted_unused"}
    assert results["no_unit"].severity is Severity.ERROR
    assert results["no_unit"].accepted == ""
    assert "did you mean" in results["no_unit"].told()


def test_permissions_that_are_widened_are_found_once() -> None:
    text = POLICY.replace('defer = ["coordinator"]', 'defer = ["street"]')
    assert [each.code for each in found(text)] == ["widened"]


def test_a_parent_circle_further_up_is_told_there_only() -> None:
    text = DIRECTORY.replace('code = "office"', 'code = "office"\nparent = "north"', 1)
    circles = [each for each in found(directory=text) if each.code == "parent_circle"]
    assert [each.key for each in circles] == ["units.office.parent", "units.north.parent"]
    assert "office → north → office" in circles[0].problem.said("zh")


def test_what_is_accepted_has_its_reason() -> None:
    text = POLICY.replace('look = "1 hour"', 'look = "1 work hour"')
    text += (
        '\n[[accepted]]\ncode = "look_longer"\nkey = "limits.look"\n'
        'source = "choice: 夜间不去 | nobody goes at night"\n'
    )
    (one,) = found(text)
    assert one.accepted == "choice: 夜间不去 | nobody goes at night"


def test_every_duty_has_somebody_who_may_settle_it_by_the_table() -> None:
    for what, holders in HOLDERS.items():
        for parties in holders:
            assert any(parties & TRANSITIONS[act].parties for act in SETTLED_BY[what]), what


@pytest.mark.parametrize("name", shipped_names())
def test_what_ships_has_no_finding_that_is_not_accepted(name: str) -> None:
    policy = load_policy(shipped_files(name))
    directory = load_directory(shipped_files(f"{name}.directory"))
    assert misfits(policy.value, directory.value) == ()
    results = check(policy, directory, on=date(2026, 6, 1))
    assert [each.told() for each in results if not each.accepted] == []


# ------------------------------------------------------------------------------- the command


def run(*args: str | Path, **env: str) -> Result:
    settings = {"WHISTLE_LANG": "en", "COLUMNS": "80", **env}
    return CliRunner().invoke(
        whistle, ["policy", "check", *map(str, args)], env=settings, prog_name="whistle"
    )


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "small.toml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "small.directory.toml").write_text(DIRECTORY, encoding="utf-8")
    return tmp_path / "small.toml"  # type: ignore[return-value]


def rewrite(path: Path, was: str, now: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")


def test_a_sound_city_has_no_findings(city: Path) -> None:
    told = run(city, "--on", "2026-03-02")
    assert told.exit_code == 0
    assert told.stdout == "no findings\n"
    assert run(city, "--on", "2026-03-02", "--lang", "zh").stdout == "未发现问题。\n"


def test_findings_stand_one_in_a_line_in_order_and_are_counted(city: Path) -> None:
    rewrite(city, 'look = "1 hour"', 'look = "1 work hour"')
    rewrite(city, '"4 working days"', '"5 working days"')
    rewrite(city.with_name("small.directory.toml"), 'head = "centre.head"\n', "")
    told = run(city, "--on", "2026-03-02")
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert [re.split(r": ", line)[1:3] for line in lines[:-1]] == [
        ["error", "kinds.quick.hand_in"],
        ["warning", "limits.look"],
        ["warning", "units.centre"],
    ]
    assert re.match(r"small\.toml:\d+:\d+: error: ", lines[0])
    assert lines[0].endswith("[hand_in_after_solve]")
    assert lines[2].startswith("small.directory.toml:")
    assert lines[-1] == "findings: 3 (errors: 1, warnings: 2)"
    told = run(city, "--on", "2026-03-02", "--lang", "zh")
    assert "：错误：kinds.quick.hand_in：" in told.stdout
    assert told.stdout.splitlines()[-1] == "共发现3项：错误1项，警告2项。"


def test_accepted_findings_are_counted_and_listed_on_demand(city: Path) -> None:
    rewrite(city, 'look = "1 hour"', 'look = "1 work hour"')
    with city.open("a", encoding="utf-8") as file:
        file.write(
            '\n[[accepted]]\ncode = "look_longer"\nkey = "limits.look"\n'
            'source = "choice: 夜间不去 | nobody goes at night"\n'
        )
    told = run(city, "--on", "2026-03-02")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "no findings"
    assert "accepted with a reason: 1 more" in told.stdout
    told = run(city, "--on", "2026-03-02", "--all")
    assert told.exit_code == 0
    assert "[look_longer]" in told.stdout
    assert "nobody goes at night" in told.stdout
    (one,) = json.loads(run(city, "--on", "2026-03-02", "--json").stdout)["findings"]
    assert one["accepted"] == "choice: 夜间不去 | nobody goes at night"


def test_json_has_every_key(city: Path) -> None:
    rewrite(city, 'look = "1 hour"', 'look = "1 work hour"')
    told = run(city, "--on", "2026-03-02", "--json")
    assert told.exit_code == 1
    held = json.loads(told.stdout)
    (one,) = held["findings"]
    assert {"code", "severity", "key", "file", "line", "column", "zh", "en", "accepted"} <= set(one)
    assert (one["code"], one["severity"], one["file"]) == ("look_longer", "warning", "small.toml")
    assert held["on"] == "2026-03-02"
    assert held["digests"]["policy"] == load_policy(city).digest
    assert held["digests"]["directory"] is not None


def test_without_a_directory_it_says_so(city: Path) -> None:
    city.with_name("small.directory.toml").rename(city.with_name("units.toml"))
    told = run(city, "--on", "2026-03-02")
    assert told.exit_code == 0
    assert "small.directory.toml" in told.stderr
    told = run(city, "--directory", city.with_name("units.toml"), "--on", "2026-03-02")
    assert (told.exit_code, told.stderr) == (0, "")
    told = run(city, "--on", "2026-03-02", "--json")
    assert json.loads(told.stdout)["digests"]["directory"] is None


def test_what_cannot_be_read_is_told_of_both_files_at_once(city: Path) -> None:
    rewrite(city, "rank = 1", 'rank = "1"')
    rewrite(city.with_name("small.directory.toml"), 'kind = "street"', 'kind = "steet"')
    told = run(city)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.count("[bad_value]") == 2
    told = run(city, "--json")
    assert told.exit_code == 2
    assert {each["file"] for each in json.loads(told.stdout)["problems"]} == {
        "small.toml",
        "small.directory.toml",
    }
    assert run("nosuch.toml").exit_code == 2
    assert run(city, "--on", "tomorrow").exit_code == 2


def test_a_shipped_policy_is_checked_by_its_name() -> None:
    held = json.loads(run("xingqing", "--on", "2026-06-01", "--json").stdout)
    assert held["digests"]["policy"] == shipped_files("xingqing").digest
    assert held["digests"]["directory"] == shipped_files("xingqing.directory").digest


def test_a_problem_may_bring_its_own_sentence() -> None:
    label = FINDINGS["stray_spaces"]
    one = Problem(code="stray_spaces", key="a.zh", says=label)
    assert one.told("zh") == f"a.zh：{label.zh} [stray_spaces]"
    assert one.told(mark="warning").startswith("warning: a.zh: ")
