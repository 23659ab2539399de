"""Texts: how due times explain themselves, and how a matter's history reads."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from attrs import evolve

from tests.support import (
    NOW,
    actor,
    day_range,
    hours,
    local,
    tiny_calendar,
    tiny_directory,
    tiny_policy,
    work_hours,
    working_days,
)
from tests.unit import text_samples as samples
from whistle_engine import events as e
from whistle_engine import model, texts
from whistle_engine.compiling import compile_rules
from whistle_engine.model import (
    Actor,
    Due,
    Evidence,
    Limit,
    LimitUnit,
    Move,
    MoveReason,
    Role,
    facts,
)
from whistle_engine.policy_file import shipped_rules
from whistle_engine.texts import LANGS, Importance, Lang
from whistle_engine.texts import _tables as tables
from whistle_engine.texts._events import template_of, values_of
from whistle_engine.texts._voice import Voice
from whistle_engine.workflow import replay

RULES = compile_rules(tiny_policy(), tiny_directory())
RULES_2025 = compile_rules(
    tiny_policy(
        calendar=tiny_calendar(
            holidays=day_range("2025-10-01", "2025-10-08"),
            make_up=frozenset({date(2025, 9, 28), date(2025, 10, 11)}),
            known_until=date(2025, 12, 31),
            source="notice of 2024 on the holidays of 2025",
        )
    ),
    tiny_directory(),
)
TOUGH = Limit(
    amount=15, unit=LimitUnit.WORKING_DAYS, rule="kinds.tough.solve", source="a choice of ours"
)


# ---------------------------------------------------------------- titles


@pytest.mark.parametrize(
    ("of", "code", "zh", "en"),
    [
        ("unit", "chengguan", "兴庆区城市管理局", "District Urban Management Bureau"),
        ("kind", "quick", "快捷哨", "Quick whistle"),
        ("category", "street_lamp", "路灯故障", "Street lamp out"),
        ("channel", "visit", "到社区反映", "Visit to the community"),
        ("route", "police", "110报警", "Police, 110"),
        ("fact", "scope", "影响范围", "Whom it concerns"),
        ("fact", "category", "事项类别", "category"),
        ("rule", "nothing", "nothing", "nothing"),
    ],
)
def test_titles_are_those_of_the_rules(of: texts.Titled, code: str, zh: str, en: str) -> None:
    assert texts.title(of, code, "zh", rules=shipped_rules()) == zh
    assert texts.title(of, code, "en", rules=shipped_rules()) == en


# ---------------------------------------------------------------- due times


def test_a_limit_in_hours_explains_itself() -> None:
    due = RULES.limits.due(NOW, hours(24), unit="zhujian")
    assert texts.due(due, RULES, "zh").splitlines() == [
        "截止时间：2024年3月5日09:00。",
        "时限为24小时（规则：test），来源：choice。",
        "自2024年3月4日09:00起算。",
        "按小时连续计算，夜间和节假日不扣除。",
    ]
    assert texts.due(due, RULES, "en").splitlines()[1] == (
        "The limit is 24 hours (rule: test); source: choice."
    )
    assert "全天候值守" in texts.due(RULES.limits.due(NOW, hours(1), unit="shuiwu"), RULES, "zh")


def test_fifteen_working_days_across_the_national_holiday() -> None:
    due = RULES_2025.limits.due(local("2025-09-25 10:00"), TOUGH, unit="zhujian")
    assert texts.due(due, RULES_2025, "zh").splitlines() == [
        "截止时间：2025年10月22日18:00。",
        "时限为15个工作日（规则：kinds.tough.solve），来源：a choice of ours。",
        "自2025年9月25日10:00起算。",
        (
            "计入：2025年9月26日（工作日）、9月28日（调休上班）、9月29日至30日（工作日）、"
            "10月9日至10日（工作日）、10月11日（调休上班）、10月13日至17日（工作日）、"
            "10月20日至22日（工作日），共15天。"
        ),
        (
            "不计入：2025年9月25日（起算当日）、9月27日（周末）、10月1日至8日（法定节假日）、"
            "10月12日（周末）、10月18日至19日（周末）。"
        ),
    ]
    english = texts.due(due, RULES_2025, "en")
    assert "2025-10-01 to 2025-10-08 (public holiday)" in english
    assert "2025-09-28 (make-up working day)" in english
    assert "15 in all" in english


def test_midnight_ends_the_day_before() -> None:
    seven = Limit(amount=7, unit=LimitUnit.DAYS)
    due = RULES.limits.due(NOW, seven, unit="zhujian")
    said = texts.due(due, RULES, "zh")
    assert said.startswith("截止时间：2024年3月11日24:00。\n时限为7个自然日。")
    assert "2024年3月5日至11日（逐日计入），共7天" in said


def test_a_provisional_due_time_says_so() -> None:
    due = RULES_2025.limits.due(local("2025-12-25 10:00"), TOUGH, unit="zhujian")
    said = texts.due(due, RULES_2025, "zh")
    assert "2025年12月31日之后的放假安排尚未公布" in said
    assert "本期限为暂定" in said
    assert "2026年1月1日至2日（暂按工作日计）" in said
    assert "provisional" in texts.due(due, RULES_2025, "en")


def test_extensions_and_deferrals_are_told() -> None:
    limits = RULES_2025.limits
    due = limits.due(local("2025-09-25 10:00"), TOUGH, unit="zhujian")
    at = local("2025-10-15 09:00")
    due = limits.extended(due, working_days(5), at=at)
    due = limits.resumed(due, since=local("2025-10-16 09:00"), at=local("2025-11-17 09:00"))
    lines = texts.due(due, RULES_2025, "zh").splitlines()
    assert lines[0] == "截止时间：2025年11月28日18:00。"
    assert lines[2] == "自2025年9月25日10:00起算，原截止时间为2025年10月22日18:00。"
    assert "11月17日（恢复办理当日）" in lines[4]
    assert lines[5:] == [
        "2025年10月15日09:00批准延期5个工作日，期限由2025年10月22日18:00延至2025年10月29日18:00。",
        (
            "2025年10月16日09:00起挂账，2025年11月17日09:00恢复办理，"
            "期限由2025年10月29日18:00顺延至2025年11月28日18:00。"
        ),
    ]
    assert "extended by 5 working days" in texts.due(due, RULES_2025, "en")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("reason", list(MoveReason))
def test_every_move_is_told(reason: MoveReason, lang: Lang) -> None:
    later = NOW + timedelta(days=1)
    move = Move(reason=reason, at=NOW, before=NOW, after=later)
    due = Due(at=later, start=NOW, limit=hours(4), moves=(move,))
    last = texts.due(due, RULES, lang).splitlines()[-1]
    assert Voice(lang, RULES).when(later) in last
    assert not re.search(r"[\[\]{}]", last)


def test_many_runs_are_summed_up() -> None:
    limit = evolve(TOUGH, amount=60)
    due = RULES_2025.limits.due(local("2025-03-03 10:00"), limit, unit="zhujian")
    said = texts.due(due, RULES_2025, "zh")
    assert "间的工作日60天，共60天" in said
    assert "间的周末" in said
    assert len(said) < 300


# ---------------------------------------------------------------- events


def test_every_event_and_variant_has_a_template_and_no_more() -> None:
    told = {template_of(event) for event in samples.EVENTS}
    assert {type(event) for event in samples.EVENTS} == set(e.EVENTS)
    assert told == set(tables.table("events"))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("event", samples.EVENTS, ids=template_of)
def test_every_event_is_told(event: e.Event, lang: Lang) -> None:
    template = tables.table("events")[template_of(event)][lang]
    values = values_of(event, samples.MATTER, Voice(lang, RULES))
    assert tables.names(template) <= {n for n, v in values.items() if v}, "a fuller sample"
    said = texts.event(event, samples.MATTER, RULES, lang)
    assert not re.search(r"[\[\]{}]", said)
    assert Voice(lang).word("nobody") not in said
    assert "  " not in said
    if lang == "en":
        assert said[0] == said[0].upper()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("event", samples.EVENTS, ids=template_of)
def test_no_event_needs_the_state(event: e.Event, lang: Lang) -> None:
    assert texts.event(event, None, RULES, lang)


def test_lines_read_well() -> None:
    said = {template_of(ev): texts.event(ev, samples.MATTER, RULES, "zh") for ev in samples.EVENTS}
    assert said["blown"] == "xinhua吹响“攻坚哨”。"
    assert said["dispatched.dispatch"] == (
        "派单：由zhujian主办并负首问责任（接哨员r-zhujian），chengguan协办，邀请shuiwu参与。"
    )
    assert said["clock_started"] == (
        "开始计时：zhujian办理，时限15个工作日，截止2024年3月25日18:00（暂定）。"
    )
    assert said["clock_ended.missed"] == "zhujian办理逾期（截止2024年3月25日18:00）。"
    assert said["shirk_refused.send_back"] == ("zhujian试图退单，已被拒绝，计入考核（依据：FR5）。")
    assert said["timer_fired.urge"] == (
        "催办：zhujian办理，期限为2024年3月25日18:00，抄送xinhua（迟发2小时）。"
    )
    own = e.TimerFired(NOW, 1, 1, model.StepAction.URGE, "zhujian", 0)
    assert texts.event(own, samples.MATTER, RULES, "zh") == (
        "催办：zhujian办理，期限为2024年3月25日18:00。"
    )


def test_alone_a_raiser_has_no_id_and_among_several_one_has() -> None:
    urged = e.Urged(NOW, "u1")
    assert texts.event(urged, samples.MATTER, RULES, "zh") == "诉求人（u1）催促办理。"
    one = evolve(samples.MATTER, raisers=samples.MATTER.raisers[:1])
    assert texts.event(urged, one, RULES, "zh") == "诉求人催促办理。"
    assert texts.event(urged, one, RULES, "en") == "The raiser asked for haste."


def test_a_timeline_folds_the_history() -> None:
    street = actor("s1", Role.STREET, "xinhua")
    history: tuple[tuple[Actor | None, tuple[e.Event, ...]], ...] = (
        (actor("u1", Role.RESIDENT), (samples.RECEIVED,)),
        (None, (e.ClockStarted(NOW, samples.CLOCK),)),
        (
            street,
            (
                e.ClockEnded(NOW, 1, model.Verdict.SUPERSEDED),
                e.Supervised(NOW, "zhujian", "xinhua", None),
            ),
        ),
    )
    lines = texts.timeline(history, RULES, "zh")
    assert [line.by for line in lines] == ["居民", "", "xinhua", "xinhua"]
    assert [line.importance for line in lines] == [
        Importance.MAIN, Importance.DETAIL, Importance.BOOKKEEPING, Importance.MAIN,
    ]  # fmt: skip
    assert lines[2].text == "zhujian办理终止计时（原截止2024年3月25日18:00）。"
    events = [event for _, events in history for event in events]
    assert [line.event for line in lines] == events
    assert replay("m", events) is not None


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("limit", "zh", "en"),
    [
        (hours(1), "1小时", "1 hour"),
        (hours(4), "4小时", "4 hours"),
        (work_hours(2), "2个工作小时", "2 work-hours"),
        (working_days(1), "1个工作日", "1 working day"),
    ],
)
def test_limits_read_well(limit: Limit, zh: str, en: str) -> None:
    assert (Voice("zh").limit(limit), Voice("en").limit(limit)) == (zh, en)


def test_facts_and_floors_are_named() -> None:
    voice = Voice("zh", RULES)
    assert voice.facts(facts(timing="ongoing", category="pipes")) == (
        "事项类别：pipes；timing：正在发生"
    )
    assert voice.floor("collapse/present/over") == "collapse：确有，已结束"
    assert voice.floor("odd") == "odd"


def test_evidence_is_counted() -> None:
    proof = Evidence("file:a", "sha256:0", "image/png")
    one = e.Added(NOW, "u1", None, (proof,))
    two = e.Added(NOW, "u1", None, (proof, proof))
    assert "佐证材料1份" in texts.event(one, None, RULES, "zh")
    assert "with 2 proofs" in texts.event(two, None, RULES, "en")
