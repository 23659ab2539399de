"""What a policy's values do: urgent talks, a city's own wording, sources told, units that fit."""

from __future__ import annotations

import pytest
from attrs import evolve

from tests.support import days, label, tiny_directory, tiny_policy
from whistle_engine import texts
from whistle_engine.classify import pressing
from whistle_engine.compiling import compile_rules
from whistle_engine.errors import PolicyError
from whistle_engine.model import Affair, Label, facts
from whistle_engine.policy import TrackLimit
from whistle_engine.sources import SourcePart, parts, told

TRACKS = tuple(
    TrackLimit(affair=affair, scope=scope, urgent=urgent, limit=days(n))
    for affair in (Affair.HOUSEHOLD, Affair.SHARED)
    for urgent, scope, n in ((False, "estate", 9), (False, "unknown", 8), (True, "unknown", 1))
)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (facts(), False),
        (facts(timing="ongoing"), False),  # nearly every appeal is about what goes on
        (facts(timing="imminent"), True),
        (facts(collapse="possible"), True),
        (facts(collapse="present", timing="ongoing"), True),
        (facts(collapse="present", timing="over"), False),
        (facts(collapse="none", crowd="unknown"), False),
    ],
)
def test_what_presses(known: object, expected: bool) -> None:  # noqa: FBT001  a table
    assert pressing(tiny_policy(), known) is expected  # type: ignore[arg-type]


def test_the_limit_of_a_track_goes_by_scope_and_urgency() -> None:
    policy = tiny_policy(tracks=TRACKS)
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        assert policy.track(affair, "estate", urgent=False).amount == 9
        assert policy.track(affair, "wider", urgent=False).amount == 8
        assert policy.track(affair, "estate", urgent=True).amount == 1


def test_without_rows_for_urgent_matters_the_usual_limits_count() -> None:
    policy = tiny_policy(tracks=tuple(row for row in TRACKS if not row.urgent))
    assert policy.track(Affair.SHARED, "estate", urgent=True).amount == 9


def test_a_city_words_its_own_notices_and_the_engine_the_others() -> None:
    own = Label("本区已收到您的诉求[，编号{matter}]。", "We have your appeal[, no. {matter}].")
    rules = compile_rules(tiny_policy(messages={"resident.received": own}), tiny_directory())
    shown = texts.notice("resident.received", "zh", facts={"matter": "M1"}, rules=rules)
    assert shown == "本区已收到您的诉求，编号M1。"
    assert texts.notice("resident.received", "en", rules=rules) == "We have your appeal."
    plain = compile_rules(tiny_policy(), tiny_directory())
    for code in texts.notices() - {"resident.received"}:
        assert texts.notice(code, "zh", rules=rules) == texts.notice(code, "zh", rules=plain)


def test_a_source_is_told_by_the_titles_of_its_origins() -> None:
    source = "law: 第十二条; choice: 一天 | one day; or so"
    assert parts(source) == (
        SourcePart("law", Label("第十二条", "第十二条")),
        SourcePart("choice", Label("一天", "one day; or so")),
    )
    origins = {"law": Label("《条例》", "the regulation")}
    assert told(source, origins, "zh") == "《条例》：第十二条；自定：一天"
    assert told(source, origins, "en") == "the regulation: 第十二条; choice: one day; or so"
    assert told("law: 甲", {}, "zh") == "law：甲"
    assert parts("made up for tests") == ()
    assert [part.origin for part in parts("plan-2：甲；plan_b: 乙;c3：丙; 丁; 戊")] == [
        "plan-2", "plan_b", "c3",
    ]  # fmt: skip
    assert [part.origin for part in parts("choice: 甲; Plan: 乙; 方案: 丙")] == [
        "choice", "Plan", "方案",
    ]  # fmt: skip
    assert len(parts("choice: 一、范围：甲；期限：乙; see http://x.cn | and then; or so")) == 1
    assert told("made up for tests", origins, "en") == "made up for tests"


def test_rules_built_in_code_are_held_to_the_directory_as_strictly_as_files() -> None:
    row = tiny_policy().categories[2]
    for leads, code in (
        (("gulou",), "never_leads"),
        (("xinhua",), "street_not_listed"),
        (("nobody",), "no_unit"),
    ):
        policy = tiny_policy(categories=(evolve(row, code="new", title=label("x"), leads=leads),))
        policy = evolve(policy, rules=policy.rules[-1:], street_list=())
        with pytest.raises(PolicyError) as raised:
            compile_rules(policy, tiny_directory())
        assert [(p.code, p.key) for p in raised.value.problems] == [(code, "categories.new.leads")]
