"""``whistle policy check``: each finding, from a sound policy by one bad change."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import attrs
import pytest
from click.testing import CliRunner, Result

from tests.checked import DIRECTORY, POLICY
from whistle_engine.cli.app import whistle
from whistle_engine.deadlines import WorkingTime
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
from whistle_engine.review.rule_sentences import RULE_FINDINGS
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
    Bad(
        "urgent_not_by_community", "kinds.emergency.may_blow",
        'may_blow = ["street", "community"]', 'may_blow = ["street"]', 'may_blow = ["street"]',
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
    Bad("list_outside", "street_list.lamp.until", "2027-05-31", "2027-07-15", "until = ",
        "[[street_list.items]]"),
    Bad("row_ends", "street_list.lamp.until", "2027-05-31", "2026-12-01", "until = 2026-12-01",
        "[[street_list.items]]"),
    # calendar
    Bad("calendar_over", "calendar.years", "", "", "years = ", on=date(2027, 1, 1)),
    Bad("calendar_ends", "calendar.years", "", "", "years = ", on=date(2026, 12, 24)),
    Bad("calendar_begins", "calendar.years", "2026-01-01", "2025-06-01", "years = "),
    # limits
    Bad("own_solve_short", "categories.burst.solve", 'kind = "emergency"',
        'kind = "emergency"\nsolve = "1 hour"', "solve = ", 'code = "burst"'),
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
    at_rung('to = "supervisor"', 'to = "centre"', "rung_to_itself", "ladders[1].rungs[3].to",
            at='action = "supervise"'),
    at_rung('to = "supervisor"', 'to = "community"', "rung_to_itself", "ladders[1].rungs[3].to",
            at='action = "supervise"'),
    at_rung('to = "supervisor"', 'to = "street"', "rung_to_itself", "ladders[1].rungs[3].to",
            at='action = "supervise"'),
    at_rung('action = "remind", percent = 60, to = "holder"',
            'action = "supervise", percent = 60, to = "coordinator"', "rung_to_itself",
            "ladders[3].rungs[1].to"),
    at_rung('action = "remind", percent = 60, to = "holder"',
            'action = "supervise", percent = 60, to = "office"', "rung_to_itself",
            "ladders[3].rungs[1].to"),
    at_rung('rungs = [\n  { action = "remind", percent = 60, to = "holder" },\n]', "rungs = []",
            "ladder_empty", "ladders[3].rungs", past='for = ["designate"'),
    at_rung('\n  { action = "escalate", after = "2 working days", to = "coordinator" },', "",
            "rung_never", "ladders[1].rungs[3].action", at='after = "1 working day"'),
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
    Bad("receiver_ended", "receivers.garden.1.until", '[[receivers]]\nid = "police.1"',
        '[[receivers]]\nid = "garden.1"\nunit = "garden"\nuntil = 2026-03-01\n'
        'source = "choice: 已离任 | gone"\n\n[[receivers]]\nid = "police.1"',
        "until = 2026-03-01"),
    Bad("receivers_end", "units.water", 'unit = "water"\n', 'unit = "water"\nuntil = 2026-08-31\n',
        'code = "water"'),
    Bad("parent_circle", "units.north.parent", 'parent = "office"', 'parent = "north"', "parent",
        'code = "north"'),
    Bad("no_place", "units.garden_grid.parent", 'parent = "garden"', 'parent = "north"', "parent",
        'code = "garden_grid"'),
    Bad("looks_alike", "units.water.zh", "水务集团", "公安分局", "zh", 'code = "water"'),
    Bad("id_signs", "receivers.water 1.id", '"water.1"', '"water 1"', 'id = "water 1"'),
    Bad("id_signs", "receivers.ｗater.1.id", '"water.1"', '"ｗater.1"', 'id = "ｗ'),
    Bad("id_signs", "units.office.head", '"office.head"', '"\u043effice.head"', "head = "),
    Bad("ids_alike", "receivers.police.l.id", '"police.2"', '"police.l"', 'id = "police.l"'),
    Bad("receiver_twice", "receivers.police.1.id", '[[receivers]]\nid = "rescue.1"',
        '[[receivers]]\nid = "police.1"\nunit = "police"\nsource = "choice: 甲 | a"\n\n'
        '[[receivers]]\nid = "rescue.1"', 'id = "police.1"', 'id = "police.2"'),
    Bad("id_of_two_units", "receivers.police.1.id", '"rescue.1"', '"police.1"', 'id = "police.1"',
        "公安夜班"),
    Bad("id_of_two_units", "units.garden_grid.head", '"garden_grid.head"', '"garden.head"',
        "head = ", 'code = "garden_grid"'),
)  # fmt: skip

ELSEWHERE = {
    "calendar_year_missing",
    "category_ended",
    "category_not_yet",
    "no_categories",
    "nothing_in_force",
    "row_never",
    "streets_without_lead",
    "to_street_unlisted",
}
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
    assert shown == set(FINDINGS) - set(RULE_FINDINGS)  # those: test_bad_changes.py
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
        '[[street_list.items]]\ncategory = "lamp"\nsince = 2026-02-01\nuntil = 2027-05-31\n'
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
    text = text.replace("2027-05-31", "2026-12-01")
    both = found(text)
    assert {each.code for each in both} == {"row_never", "nothing_in_force"}
    results = [each for each in both if each.code == "row_never"]
    assert [each.key for each in results] == ["categories.lamp.until", "street_list.lamp.until"]
    lines = [text.splitlines()[each.spot.line - 1] for each in results if each.spot]
    assert lines == ["until = 2026-06-30", "until = 2026-12-01"]


def test_a_year_that_is_missing_inside_and_what_comes_of_it() -> None:
    empty = "[calendar.year.2025]\nholidays = []\nmake_up = []\n\n[channels.visit]"
    text = POLICY.replace("years = [2026]", "years = [2024, 2025, 2026]")
    text = text.replace("[channels.visit]", empty, 1)
    text = text.replace("in_force_from = 2026-01-01", "in_force_from = 2024-01-01")
    (one,) = found(text, on=date(2026, 3, 4))
    assert (one.code, one.key, one.value) == ("calendar_year_missing", "calendar.years", "2025")
    assert "2025" in one.problem.said("zh")


# ---------------------------------------------------------------- days


def codes_of(results: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(each.code, each.key) for each in results]


def test_a_category_that_ended_while_others_rely_on_it() -> None:
    ended = POLICY.replace("2027-06-30", "2026-07-31")
    results = found(ended, on=date(2026, 8, 3))
    assert codes_of(results) == [
        ("category_ended", "categories.lamp.until"),
        ("list_outside", "street_list.lamp.until"),
    ]
    assert results[0].severity is Severity.ERROR
    assert "街道职责清单" in results[0].problem.said("zh")
    # Nothing names it: it was given up, and that is all.
    alone = ended.replace("until = 2027-05-31", "until = 2026-07-31")
    alone = alone.replace('units = ["works"]', "units = []")
    assert [key for _, key in codes_of(found(alone, on=date(2026, 8, 3)))] == ["street_list"]
    by_rule = alone.replace(
        '[[rules]]\nid = "all"',
        '[[rules]]\nid = "lamps"\nzh = "路灯事项"\nen = "Lamps"\nwhen = { category = ["lamp"] }\n'
        'affair = "public"\nkind = "quick"\nsource = "choice: 无 | none"\n\n[[rules]]\nid = "all"',
    )
    results = found(by_rule, on=date(2026, 8, 3))
    assert ("category_ended", "categories.lamp.until") in codes_of(results)
    assert "分类规则“路灯事项”" in results[-2].problem.said("zh") + results[0].problem.said("zh")


def test_a_category_that_begins_later_than_what_relies_on_it() -> None:
    text = POLICY.replace("since = 2026-02-01\nuntil = 2027-05-31", "until = 2027-05-31")
    (one,) = found(text, on=date(2026, 1, 5))
    assert (one.code, one.key) == ("category_not_yet", "categories.lamp.since")
    assert one.severity is Severity.WARNING
    assert found(text, on=date(2026, 2, 1)) == ()


def test_a_whole_table_of_which_nothing_is_in_force() -> None:
    start, end = POLICY.index("[[categories]]"), POLICY.index("[street_list]")
    rows = re.sub(r"(since|until) = .*\n", "", POLICY[start:end])
    for days, on in (("until = 2026-02-28", ON), ("since = 2026-04-01", ON)):
        dated = rows.replace("source =", f"{days}\nsource =")
        dated = dated.replace(dated[: dated.index("[[categories]]", 5)], "", 1)
        results = found(POLICY[:start] + dated + POLICY[end:], on=on)
        assert ("nothing_in_force", "categories") in codes_of(results)
        assert not {"category_ended", "category_not_yet"} & {each.code for each in results}
    text = POLICY.replace("since = 2026-02-01\nuntil = 2027-05-31", "since = 2026-05-01")
    (one,) = found(text)
    assert (one.code, one.key, one.severity) == ("nothing_in_force", "street_list", Severity.ERROR)


def test_last_rows_that_end_on_one_day_are_told_together_if_they_are_many() -> None:
    row = (
        '[[categories]]\ncode = "c{n}"\nzh = "类别{n}"\nen = "Kind {n} of thing"\n'
        'affair = "public"\nkind = "quick"\nleads = ["works"]\nuntil = {until}\n'
        'source = "choice: 无 | none"\n\n'
    )

    def with_rows(count: int, until: str = "2026-10-31") -> str:
        names = "甲乙丙丁戊己庚"
        rows = "".join(row.format(n=names[n], until=until) for n in range(count))
        rows = re.sub(r'code = "c(.)"', lambda m: f'code = "c{names.index(m[1])}x"', rows)
        rows = re.sub(r'en = "Kind (.)', lambda m: f'en = "Kind {names.index(m[1])}', rows)
        return POLICY.replace("[street_list]", rows + "[street_list]", 1)

    assert [code for code, _ in codes_of(found(with_rows(2)))] == ["row_ends", "row_ends"]
    (one,) = found(with_rows(7))
    assert (one.code, one.key, one.value) == ("row_ends", "categories", "2026-10-31 / 7")
    assert "等7类" in one.problem.said("zh")
    assert found(with_rows(7, until="2027-01-31")) == ()  # beyond what the calendar knows


def test_the_day_of_the_check_is_never_before_the_policy_begins() -> None:
    text = POLICY.replace("in_force_from = 2026-01-01", "in_force_from = 2027-01-04")
    results = found(text)
    assert ("calendar_over", "calendar.years") in codes_of(results)
    assert "2027-01-04" in next(e for e in results if e.code == "calendar_over").told()


def test_limits_are_compared_though_the_policy_begins_after_the_last_known_year() -> None:
    text = POLICY.replace('mark = "5 working days"', 'mark = "5 days"')
    text = text.replace('report_in = "1 hour"', 'report_in = "20 work hours"')
    text = text.replace("in_force_from = 2026-01-01", "in_force_from = 2027-01-01")
    later = {each.code for each in found(text)}
    assert {"mark_before_tell", "report_in_after_solve", "urgent_slower"} <= later
    # So what was accepted is not called unused either.
    text += accepted("mark_before_tell", "marks.mark", "5 days / 1 working day")
    assert "accepted_unused" not in {each.code for each in found(text)}


def test_a_limit_longer_than_the_known_year_is_compared_all_the_same() -> None:
    text = POLICY.replace('mark = "5 working days"', 'mark = "366 days"').replace(
        'tell = "1 working day"', 'tell = "400 working days"'
    )
    assert "mark_before_tell" in {each.code for each in found(text)}


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


def test_a_limit_that_is_too_long_for_some_units_only_says_for_which() -> None:
    """Counted by the engine itself, from the instant that is named."""
    text = POLICY.replace('solve = "24 hours"', 'solve = "8 work hours"', 1)
    assert text != POLICY
    one = next(each for each in found(text) if each.code == "redo_longer")
    assert "for a unit that works round the clock" in one.problem.said("en")
    assert "对全天候值守单位" in one.problem.said("zh")
    assert one.witness[1:] == (("unit", "round_the_clock"),)
    assert [each.key for each in one.involved] == ["kinds.emergency.solve"]
    rules = load_policy(files(text)).value
    always = load_directory(files(DIRECTORY, "small.directory.toml")).value
    time = WorkingTime(rules, always)
    start = datetime.fromisoformat(dict(one.witness)["from"])
    ends = {
        code: [
            time.due(start, limit, unit=code).at
            for limit in (rules.urgent.redo, rules.urgent.solve)
        ]
        for code in ("works", "police")
    }
    assert ends["police"][0] > ends["police"][1]
    assert ends["works"][0] <= ends["works"][1]


def test_each_kind_of_whistle_has_the_instant_from_which_its_limit_is_shorter() -> None:
    text = POLICY.replace('within = "8 hours"', 'within = "6 working days"')
    (one,) = (each for each in found(text) if each.code == "objection_after_solve")
    assert [e.key for e in one.involved] == ["kinds.quick.solve", "kinds.emergency.solve"]
    said = one.problem.said("en")
    assert 'of "quick", "emergency" (as from 2026-01-04 09:00); shorten' in said
    assert (
        "（quick）、应急哨（emergency）（如自2026-01-04 09:00起算）的办理期限"
        in one.problem.said("zh")
    )


def test_who_was_never_told_is_named_clock_by_clock() -> None:
    told = """  { action = "remind", percent = 80, to = "holder" },
  { action = "urge", after = "0 hours", to = "holder" },
  { action = "supervise", after = "1 working day", to = "supervisor" },
"""
    assert POLICY.count(told) == 1
    (one,) = (e for e in found(POLICY.replace(told, "")) if e.code == "ladder_skips")
    assert one.value.startswith("escalate after 2 working days coordinator: ")
    skipped = one.value.partition(": ")[2].split(", ")
    assert {"solve", "redo", "hand_in", "tell"} <= set(skipped)
    # Of these the escalation never comes, or it comes to whoever has the duty.
    assert not {"look", "follow_up", "review", "docket"} & set(skipped)


@pytest.mark.parametrize("to", ["hotline", "community", "works", "supervisor"])
def test_nobody_is_told_by_a_word_to_somebody_else(to: str) -> None:
    """Whoever has a duty hears of it by what goes to them, and by nothing else."""
    text = POLICY.replace('percent = 80, to = "holder" },\n  { action = "urge", after = "0 hours", '
                          'to = "holder"', f'percent = 80, to = "{to}" }},\n  {{ action = "urge", '
                          f'after = "0 hours", to = "{to}"')  # fmt: skip
    assert text != POLICY
    (one,) = (each for each in found(text) if each.code == "ladder_skips")
    assert one.key == "ladders[1].rungs[3].action"
    skipped = set(one.value.partition(": ")[2].split(", "))
    assert {"solve", "redo", "hand_in", "tell"} <= skipped
    # what the community has to do it was told
    assert ("classify" in skipped) == (to != "community")


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


def test_taking_on_is_not_in_vain_without_a_street_list() -> None:
    start, end = POLICY.index("[[street_list.items]]"), POLICY.index("[tracks.household]")
    text = POLICY[:start] + "items = []\n\n" + POLICY[end:]
    text = text.replace('defer = ["coordinator"]', 'take_on = ["street"]')
    assert "permission_idle" not in {each.code for each in found(text)}


def test_permissions_that_are_widened_are_found_once() -> None:
    text = POLICY.replace('defer = ["coordinator"]', 'defer = ["street"]')
    assert [each.code for each in found(text)] == ["widened"]


def test_a_parent_circle_further_up_is_told_there_only() -> None:
    text = DIRECTORY.replace('code = "office"', 'code = "office"\nparent = "north"', 1)
    circles = [each for each in found(directory=text) if each.code == "parent_circle"]
    assert [each.key for each in circles] == ["units.office.parent", "units.north.parent"]
    assert "office → north → office" in circles[0].problem.said("zh")


# ---------------------------------------------------------------- what is accepted


def accepted(code: str, key: str, value: str = "") -> str:
    named = f'value = "{value}"\n' if value else ""
    return (
        f'\n[[accepted]]\ncode = "{code}"\nkey = "{key}"\n{named}'
        'source = "choice: 夜间不去 | nobody goes at night"\n'
    )


LATE = POLICY.replace('look = "1 hour"', 'look = "1 work hour"')
LOOK = accepted("look_longer", "limits.look", "1 work hour / 1 hour")


def test_what_is_accepted_has_its_reason() -> None:
    (one,) = found(LATE + LOOK)
    assert one.accepted == "choice: 夜间不去 | nobody goes at night"
    assert one.value == "1 work hour / 1 hour"


def test_an_acceptance_covers_no_other_value() -> None:
    (one,) = found(LATE.replace('"1 work hour"', '"9 work hours"') + LOOK)
    assert (one.code, one.accepted) == ("look_longer", "")
    zh = one.problem.said("zh")
    assert "保留的是“1 work hour / 1 hour”" in zh
    assert "现在是“9 work hours / 1 hour”" in zh
    # Nor where what it is compared with has changed.
    (one,) = found(POLICY.replace('within = "8 hours"', 'within = "23 hours"').replace(
        'solve = "24 hours"', 'solve = "22 hours"') + accepted(
        "objection_after_solve", "objections.within", "23 hours / emergency 20 hours"))  # fmt: skip
    assert "23 hours / emergency 22 hours" in one.problem.said("en")
    # The same value with other spaces is the same.
    (one,) = found(LATE + LOOK.replace("1 work hour /", "1  work hour  /"))
    assert one.accepted


def test_an_acceptance_names_the_value_if_there_is_one() -> None:
    (one,) = found(LATE + accepted("look_longer", "limits.look"))
    assert one.accepted == ""
    assert 'value = "1 work hour / 1 hour"' in one.problem.said("en")
    assert 'value = "1 work hour / 1 hour"' in one.problem.said("zh")
    text = POLICY.replace('defer = ["coordinator"]', "urge = []")
    (one,) = found(text + accepted("permission_emptied", "permissions.urge"))
    assert one.accepted


def test_two_acceptances_of_one_key_each_have_their_value() -> None:
    text = POLICY.replace('joint = ["police"]', 'joint = ["garden", "garden_grid"]')
    both = [accepted("joint_never_called", "categories.lamp.joint", name)
            for name in ("garden", "garden_grid")]  # fmt: skip
    assert all(each.accepted for each in found(text + "".join(both)))
    first, second = found(text + both[0])
    assert (bool(first.accepted), bool(second.accepted)) == (True, False)
    results = found(text.replace(', "garden_grid"', "") + "".join(both))
    assert [each.code for each in results if not each.accepted] == ["accepted_unused"]


def test_what_could_not_be_looked_for_is_not_called_unused() -> None:
    text = POLICY + accepted("calendar_ends", "calendar.years", "2026-12-31")
    results = found(text, on=date(2027, 1, 4))
    assert {each.code for each in results} == {"calendar_over"}
    text = POLICY.replace('leads = ["works"]', 'leads = ["wrks"]', 1).replace(
        'units = ["works"]', "units = []"
    ) + accepted("category_without_lead", "categories.lamp.leads", "wrks")
    assert {each.code for each in found(text)} == {"no_unit"}


# ---------------------------------------------------------------- streets, people, ladders


SECOND = (
    '[[units]]\ncode = "south"\nzh = "城南街道"\nen = "South Street"\nkind = "street"\n'
    'parent = "office"\nmay_lead = true\nsource = "choice: 单位 | a unit"\n\n'
    '[[receivers]]\nid = "south.1"\nunit = "south"\nsource = "choice: 街道 | the street"\n\n'
)
TWO_STREETS = DIRECTORY.replace(
    '[[receivers]]\nid = "north.1"', f'{SECOND}[[receivers]]\nid = "north.1"'
)


def led_by(*leads: str) -> str:
    listed = ", ".join(f'"{lead}"' for lead in leads)
    text = POLICY.replace('leads = ["works"]', f"leads = [{listed}]")
    text = text.replace("since = 2026-02-01\nuntil = 2027-05-31\n", "")
    return text.replace('units = ["works"]', "units = []")


def test_a_street_leads_only_what_happens_in_it() -> None:
    assert found(led_by("north"), DIRECTORY) == ()
    results = found(led_by("north"), TWO_STREETS)
    assert codes_of(results) == [("streets_without_lead", "categories.lamp.leads")] * 2
    assert "城南街道（south）" in results[0].problem.said("zh")
    assert "城北街道" not in results[0].problem.said("zh")
    for leads in (("north", "south"), ("street",), ("north", "works"), ("street", "works")):
        assert found(led_by(*leads), TWO_STREETS) == ()
    barred = TWO_STREETS.replace('parent = "office"\nmay_lead = true', 'parent = "office"', 1)
    results = found(led_by("street"), barred)
    assert {each.code for each in results} == {"streets_without_lead"}


def test_no_street_leads_what_an_urgent_whistle_is_blown_for() -> None:
    listed = '[[street_list.items]]\ncategory = "burst"\nsource = "choice: 无 | none"\n\n'
    text = POLICY.replace("[tracks.household]", f"{listed}[tracks.household]", 1)
    for lead in ("street", "north"):
        urgent = text.replace('leads = ["rescue"]', f'leads = ["{lead}"]')
        (one,) = found(urgent)
        assert (one.code, one.key) == ("category_without_lead", "categories.burst.leads")
        assert "urgent_lead" in one.problem.said("zh")


def test_rows_that_are_over_need_no_lead() -> None:
    text = POLICY.replace('leads = ["works"]\njoint = ["police"]', 'leads = ["water"]')
    assert [each.code for each in found(text)] == ["category_without_lead"]
    assert found(text, on=date(2026, 7, 1)) == ()


def test_a_receiver_who_is_followed_is_not_told() -> None:
    old = 'id = "works.0"\nunit = "works"\nuntil = 2026-02-28\nsource = "choice: 离任 | gone"\n\n'
    text = DIRECTORY.replace(
        '[[receivers]]\nid = "works.1"', f'[[receivers]]\n{old}[[receivers]]\nid = "works.1"'
    )
    assert text != DIRECTORY
    assert found(directory=text) == ()
    alone = text.replace('unit = "works"\nshifts', 'unit = "works"\nsince = 2026-04-01\nshifts')
    assert {each.code for each in found(directory=alone)} == {"no_receiver"}


def test_one_person_may_have_two_shifts_or_follow_themselves() -> None:
    split = DIRECTORY.replace('"police.2"', '"police.1"')
    assert found(directory=split) == ()
    again = DIRECTORY.replace(
        'id = "water.1"\nunit = "water"\n',
        'id = "water.1"\nunit = "water"\nuntil = 2026-03-31\nsource = "choice: 水务 | water"\n\n'
        '[[receivers]]\nid = "water.1"\nunit = "water"\nsince = 2026-04-01\n',
    )
    assert found(directory=again) == ()
    head = DIRECTORY.replace('"garden.head"', '"north.1"')
    assert [each.code for each in found(directory=head)] == ["id_of_two_units"]


def test_what_stands_after_escalate_and_comes_all_the_same() -> None:
    end = '{ action = "escalate", after = "2 working days", to = "coordinator" },'
    text = POLICY.replace(end, f'{end}\n  {{ action = "remind", percent = 90, to = "holder" }},', 1)
    assert {each.code for each in found(text)} == {"rung_order", "rung_steps_down"}


def test_supervising_oneself_is_told_by_whatever_word() -> None:
    rung = '{ action = "remind", percent = 60, to = "holder" }'
    for to in ("holder", "coordinator", "office"):
        text = POLICY.replace(rung, rung.replace("remind", "supervise").replace("holder", to))
        (one,) = found(text)
        assert (one.code, one.key) == ("rung_to_itself", "ladders[3].rungs[1].to")
    (one,) = found(POLICY.replace('to = "supervisor"', 'to = "street"'))
    assert "吹哨（blow）" in one.problem.said("zh")
    assert "审批延期" not in one.problem.said("zh")  # by default before this rung
    early = POLICY.replace(
        'action = "supervise", after = "1 working day", to = "supervisor"',
        'action = "supervise", percent = 100, to = "street"',
    ).replace('urge", after = "0 hours"', 'urge", percent = 90')
    assert "审批延期（decide_extension）" in found(early)[0].problem.said("zh")
    assert found(POLICY.replace('to = "supervisor"', 'to = "police"')) == ()


def test_a_ladder_that_another_is_before_is_not_used() -> None:
    empty = 'for = ["mark"]\nrungs = []\nsource = "choice: 无 | no"\n\n[[ladders]]\n'
    text = POLICY.replace('for = ["mark"]', f'{empty}for = ["mark"]')
    assert codes_of(found(text)) == [
        ("ladder_empty", "ladders[2].rungs"),
        ("ladder_twice", "ladders[3].for"),
        ("call_back_idle", "ladders[3].rungs[1].action"),
    ]


# ---------------------------------------------------------------- words


CODE = re.compile(r"(?<![\w（=“/.\[])(?:street|community|coordinator|department|grant_extension|"
                  r"escalate|remind|supervise|works|lamp|quick|blow)(?![\w）=”\]])")  # fmt: skip


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ('defer = ["coordinator"]', 'grant_extension = ["coordinator"]',
         "属地街道（street）负责，却不得进行批准延期（grant_extension）"),
        ('joint = ["police"]', 'joint = ["garden"]', "“社区（村）（community）”，不会"),
        ('units = ["works"]', 'units = ["north"]', "是“街道（乡镇）（street）”，此处"),
        ('defer = ["coordinator"]', 'defer = ["street"]', "“属地街道（street）”本来就不得行使"),
        ('leads = ["works"]\njoint', 'leads = ["garden"]\njoint', "“花园社区（garden）”的类"),
        ('"24 hours"', '"200 hours"', "比“快捷哨（quick）”"),
        ("since = 2026-07-01", "since = 2026-07-03", "“路灯（lamp）”自"),
        ('estate = "9 days"', 'estate = "7 days"', "“一户（home）”"),
        ('after = "1 working day", to', 'after = "9 days", to', None),
    ],
)  # fmt: skip
def test_chinese_sentences_say_what_codes_are_called(was: str, now: str, words: str | None) -> None:
    assert was in POLICY
    said = [each.problem.said("zh") for each in found(POLICY.replace(was, now, 1))]
    assert words is None or any(words in each for each in said), said
    assert not any(CODE.search(each) for each in said), said


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
            'value = "1 work hour / 1 hour"\nsource = "choice: 夜间不去 | nobody goes at night"\n'
        )
    told = run(city, "--on", "2026-03-02")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "no findings"
    assert "accepted with a reason: 1 more" in told.stdout
    told = run(city, "--on", "2026-03-02", "--all")
    assert told.exit_code == 0
    assert "[look_longer]" in told.stdout
    assert told.stdout.splitlines()[1:] == [
        "    accepted: choice: nobody goes at night",
        "nothing that is not accepted",
    ]
    told = run(city, "--on", "2026-03-02", "--all", "--lang", "zh")
    assert told.stdout.splitlines()[1:] == [
        "    保留理由：自定：夜间不去",
        "没有未予保留的问题。",
    ]
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
