"""Policies and directories from files: the shipped ones, and what is said about wrong ones."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from whistle_engine.classify import compile_classifier
from whistle_engine.commands import NAMES
from whistle_engine.digests import digest_of
from whistle_engine.directory import Directory
from whistle_engine.errors import PolicyError
from whistle_engine.model import Affair, Limit, LimitUnit, UnitKind, What, facts
from whistle_engine.policy import REQUIRED_LIMITS, Policy
from whistle_engine.policy_file import (
    bundle,
    cross_check,
    load_directory,
    load_policy,
    load_rules,
    load_rules_from,
    shipped,
    shipped_rules,
)
from whistle_engine.responder import plan
from whistle_engine.transitions import TRANSITIONS

POLICY = shipped("xingqing").decode()
UNITS = shipped("xingqing.directory").decode()
CALENDAR = shipped("cn", folder="calendars")
NOON = datetime(2024, 3, 4, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def policy() -> Policy:
    return load_policy(POLICY.encode())[0]


@pytest.fixture(scope="module")
def directory() -> Directory:
    return load_directory(UNITS.encode())[0]


def changed(text: str, old: str, new: str) -> str:
    """The text with its first occurrence of ``old`` replaced, which must be there."""
    assert old in text, old
    return text.replace(old, new, 1)


def problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as raised:
        load_policy(text.encode())
    return raised.value.problems


def unit_problems_of(text: str) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as raised:
        load_directory(text.encode())
    return raised.value.problems


def tables(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table of a file, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, inner in value.items():
            yield from tables(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for n, inner in enumerate(value, 1):
            yield from tables(inner, f"{path}[{n}]")


# ---------------------------------------------------------------- what ships


def test_the_shipped_policy_and_directory_fit_together(
    policy: Policy, directory: Directory
) -> None:
    assert policy.code == "xingqing"
    assert policy.title.zh == "兴庆区"
    assert cross_check(policy, directory) == ()


def test_the_shipped_rules_are_compiled_once() -> None:
    rules = shipped_rules()
    assert rules is shipped_rules()
    assert rules.policy_digest == load_policy(POLICY.encode())[1]
    assert rules.directory_digest == digest_of(UNITS.encode())


def test_rules_from_files(tmp_path: Path) -> None:
    held = {"p": POLICY.encode(), "d": UNITS.encode(), "c": CALENDAR}
    for name, data in held.items():
        (tmp_path / name).write_bytes(data)
    rules = load_rules_from(tmp_path / "p", tmp_path / "d", calendar=tmp_path / "c")
    assert rules.policy_digest == shipped_rules().policy_digest


@pytest.mark.parametrize("text", [POLICY, UNITS], ids=["policy", "directory"])
def test_every_table_of_values_names_its_source(text: str) -> None:
    # The holders of a signal's floors and of a rule's conditions belong to the table around.
    inside = re.compile(r"\.(when|possible|present)$|\.rungs\[\d+\]$")
    for path, table in tables(tomllib.loads(text)):
        if all(isinstance(value, dict) for value in table.values()) or inside.search(path):
            continue
        assert re.match(r"(article|choice): \S", table.get("source", "")), path


def test_every_value_of_the_policy_names_its_source(policy: Policy) -> None:
    limits = [
        *policy.limits.values(),
        *(track.limit for track in policy.tracks),
        *(lim for k in policy.kinds for lim in (k.report_in, k.solve, k.hand_in, k.redo)),
        policy.marks.mark,
        policy.deferrals.total,
        policy.objections.within,
        policy.extensions.decide,
    ]
    assert all(limit.source and limit.rule for limit in limits)
    assert all(rung.source for ladder in policy.ladders for rung in ladder.rungs)


def test_what_the_article_says_is_in_the_policy(policy: Policy) -> None:
    quick, tough, emergency = (policy.kind_of[k] for k in ("quick", "tough", "emergency"))
    assert emergency.report_in == Limit(
        amount=1,
        unit=LimitUnit.HOURS,
        rule="kinds.emergency.report_in",
        source="article: 1小时内到达现场解决",
    )
    assert (quick.solve.amount, quick.solve.unit) == (24, LimitUnit.HOURS)
    assert quick.solve.source.startswith("article: 1天内予以解决; choice: ")
    assert [k.rank for k in (quick, tough, emergency)] == [1, 2, 3]
    assert policy.urgent is emergency
    titles = {row.title.zh: row for row in policy.categories}
    for kind, named in {
        "quick": ("无证照经营", "小规模违规施工或装修", "困难救助", "就业帮扶"),
        "tough": ("老旧小区改造", "市政管网维修", "环境保护", "工程项目"),
        "emergency": ("突发灾害", "重大事故", "重大案件", "群体性事件"),
    }.items():
        assert {titles[name].kind for name in named} == {kind}
    assert set(policy.channels) == {"hotline", "patrol", "snapshot", "steward", "visit"}


def test_each_catalogue_row_names_units_that_are_there(
    policy: Policy, directory: Directory
) -> None:
    for row in policy.categories:
        assert row.leads, row.code
        assert all(directory.unit(code) is not None for code in (*row.leads, *row.joint))
        assert not any(
            directory.is_kind(code, UnitKind.STREET, UnitKind.COMMUNITY, UnitKind.GRID)
            for code in row.leads
        )


def test_every_department_has_work_a_receiver_and_a_head(
    policy: Policy, directory: Directory
) -> None:
    named = {code for row in policy.categories for code in (*row.leads, *row.joint)}
    local = policy.local(NOON)
    for unit in directory.units:
        if unit.kind is UnitKind.DEPARTMENT:
            assert unit.code in named
            assert unit.may_lead
            assert unit.head is not None
            assert directory.receiver(unit.code, local) == f"{unit.code}.receiver"


def test_the_cables_call_the_departments_and_invite_the_operators() -> None:
    called = plan("overhead_cables", shipped_rules(), NOON)
    assert called.lead == "zhujian"
    assert called.joint == ("wangxin",)
    assert called.invited == ("yidong", "liantong", "dianxin")


def test_the_burst_main_goes_to_the_urgent_lead_until_the_city_accepts() -> None:
    called = plan("water_main_burst", shipped_rules(), NOON, urgent=True)
    assert called.lead == "yingji"
    assert called.joint == ("gongan", "jiaojing")
    assert called.invited == ("shi_chengguan", "zhongtie")


@pytest.mark.parametrize(
    ("known", "affair", "kind"),
    [
        ({"category": "unlicensed_trade"}, Affair.PUBLIC, "quick"),
        ({"category": "unlicensed_trade", "units": "several"}, Affair.PUBLIC, "tough"),
        ({"category": "overhead_cables"}, Affair.PUBLIC, "tough"),
        ({"category": "water_main_burst"}, Affair.PUBLIC, "emergency"),
        ({"category": "building_fire", "timing": "over"}, Affair.PUBLIC, "tough"),
        ({"category": "estate_parking"}, Affair.SHARED, None),
        ({"category": "estate_parking", "scope": "wider"}, Affair.PUBLIC, "tough"),
        ({"category": "family_dispute"}, Affair.HOUSEHOLD, None),
        ({"category": "family_dispute", "violence": "present"}, Affair.PUBLIC, "emergency"),
        ({"category": "house_safety", "collapse": "possible"}, Affair.PUBLIC, "tough"),
        (
            {"category": "house_safety", "collapse": "possible", "timing": "imminent"},
            Affair.PUBLIC,
            "emergency",
        ),
        ({"category": "neighbour_noise", "scope": "estate"}, Affair.SHARED, None),
        ({"category": "street_lamp"}, Affair.PUBLIC, "quick"),
        ({}, Affair.PUBLIC, "quick"),
    ],
)
def test_classification(
    policy: Policy, known: dict[str, str], affair: Affair, kind: str | None
) -> None:
    found = compile_classifier(policy)(facts(**known), NOON)
    assert (found.affair, found.kind) == (affair, kind)


def test_every_rule_but_the_last_reads_something_and_can_match_first(policy: Policy) -> None:
    classify = compile_classifier(policy)
    assert len(policy.rules) >= 15
    for rule in policy.rules:
        known = {name: min(wanted) for name, wanted in rule.when}
        if "category" not in known and rule.id != "by-catalogue":
            known["category"] = "street_lamp"
        assert classify(facts(**known), NOON).rule == rule.id


def test_each_clock_has_a_ladder_and_each_required_limit_is_there(policy: Policy) -> None:
    assert all(policy.ladder(what) for what in What)
    assert set(policy.limits) == set(REQUIRED_LIMITS)
    assert {(t.affair, t.scope) for t in policy.tracks} == {
        (affair, scope)
        for affair in (Affair.HOUSEHOLD, Affair.SHARED)
        for scope in ("one_household", "neighbours", "estate", "wider", "unknown")
    }


def test_permissions_narrow_what_the_engine_allows(policy: Policy) -> None:
    ceiling = {NAMES[act]: row.parties for act, row in TRANSITIONS.items()}
    for command, parties in policy.permissions.items():
        assert parties <= ceiling[command], command


def test_what_is_shipped_is_named(policy: Policy) -> None:
    with pytest.raises(PolicyError, match=r'there is no "xinqing".*did you mean "xingqing"\?'):
        shipped("xinqing")
    assert policy.utc_offset == timedelta(hours=8)


# ---------------------------------------------------------------- the calendar


def test_the_calendar_is_read_into_the_policy(policy: Policy) -> None:
    assert policy.calendar.known_until == date(2026, 12, 31)
    assert date(2024, 2, 17) in policy.calendar.holidays
    assert date(2024, 2, 18) in policy.calendar.make_up
    assert not policy.calendar.holidays & policy.calendar.make_up


def test_the_days_are_known_up_to_the_first_gap() -> None:
    text = re.sub(r"years = \[.*\]", "years = [2024, 2025, 2018, 2019]", POLICY)
    assert load_policy(text.encode())[0].calendar.known_until == date(2019, 12, 31)


def test_the_policys_own_days_go_before_the_calendars() -> None:
    text = changed(POLICY, "holidays = []", 'holidays = ["2024-02-18", "2024-04-10/2024-04-11"]')
    text = changed(text, "make_up = []", 'make_up = ["2024-02-17"]')
    calendar = load_policy(text.encode())[0].calendar
    assert {date(2024, 2, 18), date(2024, 4, 10), date(2024, 4, 11)} <= calendar.holidays
    assert date(2024, 2, 17) in calendar.make_up
    assert not calendar.holidays & calendar.make_up


def test_a_policy_may_hold_all_its_days_itself() -> None:
    text = changed(POLICY, 'use = "cn"\n', "")
    found, name = load_policy(text.encode())
    assert found.calendar.holidays == frozenset()
    assert found.calendar.known_until == date(2026, 12, 31)
    assert name == f"sha256:{sha256(text.encode()).hexdigest()}"


def test_the_digest_is_of_the_exact_bytes_of_policy_and_calendar() -> None:
    source = POLICY.encode()
    found, name = load_policy(source)
    whole = bundle(source)
    assert whole == source + b"\0" + CALENDAR
    assert name == f"sha256:{sha256(whole).hexdigest()}" == digest_of(whole)
    assert load_policy(whole) == (found, name)
    assert load_policy(source, calendar=CALENDAR) == (found, name)
    assert load_policy(source + b"\n")[1] != name
    assert load_policy(source, calendar=CALENDAR + b"\n")[1] != name


# ---------------------------------------------------------------- what is wrong


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "rank = 2\nurgent = false",
            'rank = "2"\nurgent = false',
            "kinds.tough.rank: '2' is wrong; it should be a whole number, 0 or more",
        ),
        (
            "urgent = true",
            "urgent = 1",
            "kinds.emergency.urgent: 1 is wrong; it should be true or false, without quotes",
        ),
        (
            '"1 hour", source = "article',
            '"1 hr", source = "article',
            (
                "kinds.emergency.report_in.limit: '1 hr' is wrong; it should be a limit such as "
                '"24 hours", "4 work hours", "5 days" or "1 working day"'
            ),
        ),
        (
            "most = 2\n",
            "moost = 2\n",
            'deferrals.moost: there is no such key; did you mean "most"?',
        ),
        (
            'tell = "1 working day"\n',
            "",
            (
                "marks.tell: is missing; it should be a limit such as "
                '"24 hours", "4 work hours", "5 days" or "1 working day"'
            ),
        ),
        (
            'source = "choice: a season for each plan, then it has to be decided"\n',
            "",
            (
                "deferrals.source: is missing; it should be where the value comes from: "
                '"choice: <why>", or "<origin>: <its words>"'
            ),
        ),
        (
            'source = "choice: residents also come in person"',
            'source = "we think so"',
            (
                "channels.visit.source: 'we think so' is wrong; it should be where the value comes "
                'from: "choice: <why>", or "<origin>: <its words>"'
            ),
        ),
        (
            (
                'code = "street_lamp"\nzh = "路灯故障"\nen = "Street lamp out"\naffair = "public"\n'
                'kind = "quick"'
            ),
            (
                'code = "street_lamp"\nzh = "路灯故障"\nen = "Street lamp out"\naffair = "public"\n'
                'kind = "quik"'
            ),
            (
                "categories.street_lamp.kind: 'quik' is wrong; it should be a whistle kind, one of "
                '"quick", "tough", "emergency"; did you mean "quick"?'
            ),
        ),
        (
            'affair = "household"\n',
            'affair = "home"\n',
            (
                "rules.household-one.affair: 'home' is wrong; it should be one of "
                '"household", "shared", "public"'
            ),
        ),
        (
            'when = { category = ["enquiry"] }',
            'when = { category = ["inquiry"] }',
            (
                "rules.quick-enquiry.when.category[1]: 'inquiry' is wrong; it should be the code "
                'of a category of the catalogue; did you mean "enquiry"?'
            ),
        ),
        (
            'when = { category = ["enquiry"] }',
            'when = { fire = ["present"] }',
            (
                "rules.quick-enquiry.when.fire: is a signal of danger; those act by their floors "
                "only (L2)"
            ),
        ),
        (
            'when = { category = ["enquiry"] }',
            'when = { scop = ["estate"] }',
            'rules.quick-enquiry.when.scop: there is no such key; did you mean "scope"?',
        ),
        (
            'may_blow = ["street"]',
            'may_blow = ["strete"]',
            (
                "kinds.tough.may_blow[1]: 'strete' is wrong; it should be one of "
                '"street", "community"; did you mean "street"?'
            ),
        ),
        (
            'utc_offset = "+08:00"',
            'utc_offset = "Asia/Shanghai"',
            (
                "utc_offset: 'Asia/Shanghai' is wrong; it should be an offset from UTC such as "
                '"+08:00"'
            ),
        ),
        (
            '"08:30-12:00"',
            '"12:00-08:30"',
            (
                "hours.shifts[1]: '12:00-08:30' is wrong; it should be hours of work such as "
                '"08:30-12:00"; this one ends before it begins'
            ),
        ),
        (
            "in_force_from = 2018-01-01",
            'in_force_from = "2018-01-01"',
            (
                "in_force_from: '2018-01-01' is wrong; it should be a day such as 2024-01-31, "
                "without quotes"
            ),
        ),
        (
            "2018, 2019,",
            "2017, 2018, 2019,",
            (
                "calendar.years: 2017 is not in the calendar; it has 2018, 2019, 2020, 2021, 2022, "
                "2023, 2024, 2025, 2026"
            ),
        ),
        (
            'use = "cn"',
            'use = "cm"',
            'calendar.use: calendars: there is no "cm"; there is "cn"',
        ),
        (
            "grant_extension =",
            "grant_extensions =",
            (
                "permissions.grant_extensions: 'grant_extensions' is wrong; it should be the name "
                "of a command, one of"
            ),
        ),
        (
            'to = "hotline" }',
            'to = "hotline", after = "1 day" }',
            (
                "ladders[5].rungs[2].percent: a rung has either percent or after; it should be one "
                "of the two"
            ),
        ),
        (
            'ongoing = "emergency"',
            'ongoing = "urgent"',
            (
                "signals.fire.possible.ongoing: 'urgent' is wrong; it should be a whistle kind, "
                'one of "quick", "tough", "emergency", or "shared", "household"'
            ),
        ),
        (
            'id = "quick-enquiry"',
            'id = "quick-named"',
            'rules: "quick-named" is there twice; give each a name of its own',
        ),
        (
            'code = "culvert_cover"',
            'code = "street_lamp"',
            (
                "categories.street_lamp: two rows are in force on the same days; end the older one "
                "by until"
            ),
        ),
        (
            'unknown = "7 days"\n',
            "",
            (
                "tracks.household.unknown: is missing; it should be a limit such as "
                '"24 hours", "4 work hours", "5 days" or "1 working day"'
            ),
        ),
        (
            "when = {}",
            'when = { units = ["one"] }',
            "the last classification rule must match everything (when = {}) (L1)",
        ),
        (
            "format = 1",
            "format = 2",
            "format: 2 is wrong; it should be 1, the only format that this version reads",
        ),
        ("format = 1", "format 1", "policy: this is not TOML: Expected '=' after a key in a"),
    ],
)
def test_a_wrong_policy_says_what_is_wrong_and_what_would_be_right(
    old: str, new: str, message: str
) -> None:
    found = problems_of(changed(POLICY, old, new))
    assert any(problem.startswith(message) for problem in found), found


def test_all_mistakes_come_at_once() -> None:
    text = changed(POLICY, "rank = 1", "rank = -1")
    text = changed(text, "most = 2", 'most = "two"')
    text = changed(text, 'hotline = "hotline"', "hotlin = 1")
    found = problems_of(text)
    assert [problem.partition(":")[0] for problem in found] == [
        "kinds.quick.rank",
        "deferrals.most",
        "hotlin",
    ]


def test_an_empty_policy_says_all_that_is_missing() -> None:
    found = problems_of("")
    assert all("is missing" in problem for problem in found)
    assert {"format", "kinds", "rules", "limits.look", "marks.mark", "source"} <= {
        problem.partition(":")[0] for problem in found
    }


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(PolicyError, match=r"policy: byte 6 is not UTF-8; save the file as UTF-8"):
        load_policy("code=区".encode("gbk")[:5] + b"\xff")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'kind = "street"',
            'kind = "town"',
            "units.xinhuajie.kind: 'town' is wrong; it should be one of ",
        ),
        ('head = "gulou.head"', 'haed = "x"', "units.gulou.haed: there is no such key; did you "),
        (
            'unit = "gongan"',
            'unit = "gongam"',
            (
                "receivers.gongan.receiver.unit: 'gongam' is wrong; it should be the code of a unit"
                '; did you mean "gongan"?'
            ),
        ),
        ('code = "sifa"', 'code = "gongan"', "two units have the code 'gongan'"),
        (
            'source = "article: 区委社会工作部"\n',
            "",
            "units.shegong.source: is missing; it should be where the value comes from",
        ),
    ],
)
def test_a_wrong_directory_says_what_is_wrong_and_what_would_be_right(
    old: str, new: str, message: str
) -> None:
    text = changed(UNITS, old, new)
    if 'code = "gongan"' in new:
        text = text.replace('unit = "sifa"', 'unit = "gongan"')
    found = unit_problems_of(text)
    assert any(problem.startswith(message) for problem in found), found


# ---------------------------------------------------------------- both together


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'leads = ["shichang"]',
            'leads = ["shichan"]',
            (
                'categories.unlicensed_trade.leads: the directory has no unit "shichan"; did you '
                'mean "shichang"?'
            ),
        ),
        (
            'joint = ["zhifa"]',
            'joint = ["zhifu"]',
            (
                'categories.unlicensed_trade.joint: the directory has no unit "zhifu"; did you '
                'mean "zhifa"?'
            ),
        ),
        (
            'leads = ["shichang"]',
            'leads = ["xinhuajie"]',
            (
                'categories.unlicensed_trade.leads: "xinhuajie" is a street, and the street list '
                "does not hold this category all the while; name a department instead, or have it "
                "admitted to street_list (FR9)"
            ),
        ),
        (
            'leads = ["shichang"]',
            'leads = ["gulou"]',
            (
                'categories.unlicensed_trade.leads: "gulou" is of the kind community; name a '
                "department instead (FR1, FR9)"
            ),
        ),
        (
            'urgent_lead = "yingji"',
            'urgent_lead = "zhongtie"',
            'urgent_lead: "zhongtie" is of the kind "enterprise"; it should be of "department"',
        ),
        (
            'coordinator = "shegong"',
            'coordinator = "shegon"',
            'coordinator: the directory has no unit "shegon"; did you mean "shegong"?',
        ),
        (
            'percent = 80, to = "hotline"',
            'percent = 80, to = "hotlin"',
            (
                'ladders[5].rungs[2].to: "hotlin" is no unit; it should be one of "holder", '
                '"supervisor", "community", "street", "hotline", "coordinator", or the code of a '
                'unit; did you mean "hotline"?'
            ),
        ),
    ],
)
def test_policy_and_directory_that_do_not_fit(old: str, new: str, message: str) -> None:
    with pytest.raises(PolicyError) as raised:
        load_rules(changed(POLICY, old, new).encode(), UNITS.encode())
    assert raised.value.problems == (message,)


def test_a_street_may_lead_what_its_list_holds(directory: Directory) -> None:
    text = changed(POLICY, 'leads = ["renshe"]', 'leads = ["xinhuajie", "renshe"]')
    assert cross_check(load_policy(text.encode())[0], directory) == ()
    text = changed(
        text,
        'category = "employment_help"\n',
        'category = "employment_help"\nuntil = 2025-12-31\n',
    )
    (problem,) = cross_check(load_policy(text.encode())[0], directory)
    assert problem.startswith('categories.employment_help.leads: "xinhuajie" is a street')


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("1 day", 1, LimitUnit.DAYS),
        ("2 days", 2, LimitUnit.DAYS),
        ("3 work hours", 3, LimitUnit.WORK_HOURS),
        ("4 working_days", 4, LimitUnit.WORKING_DAYS),
    ],
)
def test_limits_read_as_they_are_said(text: str, amount: int, unit: LimitUnit) -> None:
    found = load_policy(changed(POLICY, 'tell = "1 working day"', f'tell = "{text}"').encode())[0]
    assert (found.marks.tell.amount, found.marks.tell.unit) == (amount, unit)
    assert found.marks.tell.rule == "marks.tell"
