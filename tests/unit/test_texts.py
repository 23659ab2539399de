"""Texts: nothing without a label, no template that cannot be filled, both languages proper."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from importlib.util import find_spec
from pathlib import Path

import pytest
from attrs import evolve

from tests.support import (
    NOW,
    local,
    tiny_directory,
    tiny_policy,
)
from whistle_engine import events as e
from whistle_engine import model, texts
from whistle_engine.commands import ACTS, NAMES
from whistle_engine.compiling import compile_rules
from whistle_engine.model import (
    Shirk,
    Unmet,
)
from whistle_engine.refusals import CLAUSES, unmet
from whistle_engine.texts import LANGS, Lang
from whistle_engine.texts import _tables as tables
from whistle_engine.texts._voice import section
from whistle_engine.verify import Check

TABLES = ("labels", "refusals", "events", "due", "notices")
ENUMS = tuple(
    kind
    for kind in (*vars(model).values(), Check)
    if isinstance(kind, type) and issubclass(kind, Enum) and kind is not Enum
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")

RULES = compile_rules(tiny_policy(), tiny_directory())


def templates(name: str, lang: Lang) -> list[tuple[str, str]]:
    return [(key, entry[lang]) for key, entry in tables.table(name).items()]


def optional(template: str) -> frozenset[str]:
    """The names that stand inside groups only."""
    return tables.names(template) - tables.names(re.sub(r"\[[^\[\]]*\]", "", template))


# ---------------------------------------------------------------- the tables themselves


@pytest.mark.parametrize("name", TABLES)
def test_every_entry_has_both_languages_and_nothing_else(name: str) -> None:
    for key, entry in tables.table(name).items():
        assert set(entry) - {"weight"} == set(LANGS), key
        assert all(entry[lang] for lang in LANGS), key


@pytest.mark.parametrize("name", TABLES)
def test_chinese_is_chinese(name: str) -> None:
    for key, template in templates(name, "zh"):
        bare = re.sub(r"\{\w+\}", "", template)
        assert not re.search("[A-Za-z]", bare), f"{key}: Latin letters in {template}"
        assert not re.search(r"""[,;:!?()"'.]""", bare), f"{key}: half-width in {template}"
        assert CHINESE.search(bare) or not re.sub(r"\W", "", bare), key


@pytest.mark.parametrize("name", TABLES)
def test_english_is_plain(name: str) -> None:
    for key, template in templates(name, "en"):
        odd = re.sub(r"[ -~“”]", "", template)
        assert not odd, f"{key}: {odd!r} in {template}"


@pytest.mark.parametrize("name", ["refusals", "events", "notices"])
def test_sentences_end_as_sentences(name: str) -> None:
    ends: tuple[tuple[Lang, str], ...] = (("zh", "。"), ("en", "."))
    for lang, end in ends:
        for key, template in templates(name, lang):
            if not key.startswith("frame"):
                assert template.rstrip("]").endswith(end), key


@pytest.mark.parametrize("name", TABLES)
def test_brackets_and_braces_are_closed_and_do_not_nest(name: str) -> None:
    for lang in LANGS:
        for key, template in templates(name, lang):
            rest = re.sub(r"\[([^\[\]]*)\]", r"\1", template)
            assert not re.search(r"[\[\]]", rest), key
            assert not re.search(r"[{}]", re.sub(r"\{\w+\}", "", rest)), key
            for group in re.findall(r"\[([^\[\]]*)\]", template):
                assert re.search(r"\{\w+\}", group), f"{key}: a group that is never left out"


@pytest.mark.parametrize("name", TABLES)
def test_both_languages_name_the_same_values(name: str) -> None:
    for key, entry in tables.table(name).items():
        if name != "due" and not key.startswith(("timer_fired", "word")):
            assert tables.names(entry["zh"]) == tables.names(entry["en"]), key


def test_unknown_languages_and_codes_are_errors() -> None:
    with pytest.raises(ValueError, match="zh and en"):
        texts.label("blow", "fr")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"no text 'event\.sing'"):
        texts.label("sing", "zh")
    with pytest.raises(ValueError, match="notices"):
        texts.notice("unit.sing", "en")


def test_tables_are_read_late() -> None:
    script = (
        "import whistle_engine, whistle_engine.texts as t;"
        "from whistle_engine.texts._tables import table;"
        "assert table.cache_info().currsize == 0;"
        "t.label('blow', 'zh');"
        "assert table.cache_info().currsize == 1"
    )
    subprocess.run([sys.executable, "-c", script], check=True)  # noqa: S603


# ---------------------------------------------------------------- labels


@pytest.mark.parametrize("lang", LANGS)
def test_everything_has_a_label(lang: Lang) -> None:
    for kind in ENUMS:
        assert all(texts.label(member, lang) for member in kind)
    for act, wire in ACTS.items():
        assert texts.label(act, lang) == texts.label(wire, lang) == texts.label(NAMES[act], lang)
    for event, wire in e.EVENTS.items():
        assert texts.label(event, lang) == texts.label(f"event.{wire.partition('/')[0]}", lang)


def test_no_label_for_what_is_not_there() -> None:
    known = {f"{section(kind)}.{member.value}" for kind in ENUMS for member in kind}
    known |= {f"act.{name}" for name in (*NAMES.values(), "erase")}
    known |= {f"event.{wire.partition('/')[0]}" for wire in e.EVENTS.values()}
    own = ("value.", "reason.", "fact.", "text_name.", "clause.", "word.")
    assert {k for k in tables.table("labels") if not k.startswith(own)} == known


def test_the_refusal_of_erasing_is_told_like_any_other() -> None:
    refused = e.Refused(command="erase", unmet=(unmet("not_permitted"),))
    assert texts.refusal(refused, "zh").startswith("不予办理“删除文字信息”")
    assert texts.refusal(refused, "en").startswith("“erase words” is refused")


def test_an_act_and_an_event_never_share_a_name() -> None:
    wires = {wire.partition("/")[0] for wire in e.EVENTS.values()}
    assert not wires & set(NAMES.values())


def test_labels_are_those_of_the_mechanism() -> None:
    stages = [
        "受理",
        "调解",
        "议事",
        "待吹哨",
        "已吹哨",
        "已派单",
        "办理",
        "挂账",
        "办结待评",
        "结案",
    ]
    assert [texts.label(stage, "zh") for stage in model.Stage] == stages
    assert [texts.label(a, "zh") for a in model.Affair] == ["家事", "共事", "公事"]
    assert texts.label("blow/1", "zh") == "吹哨"
    assert texts.label("stage.deferred", "zh") == "挂账"
    assert texts.label(model.StepAction.REMIND, "zh") == "临期提醒"


# ---------------------------------------------------------------- refusals


def calls() -> Iterator[ast.Call]:
    """Every call in the sources of the core."""
    spec = find_spec("whistle_engine")
    assert spec is not None
    assert spec.submodule_search_locations
    base = Path(spec.submodule_search_locations[0])
    for path in (*base.glob("*.py"), *base.glob("moves/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield node


def raised() -> dict[str, set[str]]:
    """Every code that the sources raise, with the facts that come with it."""
    found: dict[str, set[str]] = defaultdict(set)
    for call in calls():
        match call:
            case ast.Call(func=ast.Name(id="unmet"), args=[code, *_], keywords=given):
                for part in ast.walk(code):
                    if isinstance(part, ast.Constant) and str(part.value) in CLAUSES:
                        names = {k.arg for k in given if k.arg is not None}
                        found[str(part.value)] |= names - {"shirk"}
            case _:
                pass
    return found


def escalated() -> set[str]:
    """Every reason for which the sources escalate."""
    found = set()
    for call in calls():
        match call:
            case ast.Call(
                func=ast.Attribute(attr="escalate"), args=[ast.Constant(value=str(reason)), *_]
            ):
                found.add(reason)
            case _:
                pass
    return found


FACTS = raised() | {
    "unknown_fact": {"fact", "nearest"},
    "unknown_value": {"fact", "value", "nearest"},
    "repeated_fact": {"fact", "value"},
}


def refused(command: str, *found: Unmet) -> e.Refused:
    return e.Refused(command=command, unmet=found)


def test_every_code_has_its_sentences() -> None:
    keys = set(tables.table("refusals"))
    codes = {key.partition(".")[0] for key in keys} - {"frame"}
    assert codes == set(CLAUSES)
    assert keys >= {f"{code}.{part}" for code in codes for part in ("wrong", "right")}


@pytest.mark.parametrize("code", sorted(CLAUSES))
def test_sentences_name_only_facts_that_come_with_the_code(code: str) -> None:
    for part in ("wrong", "right"):
        entry = tables.table("refusals")[f"{code}.{part}"]
        for lang in LANGS:
            assert tables.names(entry[lang]) == optional(entry[lang])
            assert tables.names(entry[lang]) <= FACTS[code]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", sorted(CLAUSES))
def test_every_refusal_reads_with_and_without_facts(code: str, lang: Lang) -> None:
    bare = texts.refusal(refused("feed_back", unmet(code)), lang, rules=RULES)
    given = {name: f"some-{name}" for name in FACTS[code]}
    told = Unmet(code, CLAUSES[code], tuple(given.items()))
    full = texts.refusal(refused("feed_back", told), lang, rules=RULES)
    for said in (bare, full):
        assert not re.search(r"[\[\]{}]", said)
        assert "  " not in said
        assert CLAUSES[code] in said or CLAUSES[code] in {"table", "policy"}
    assert all(value in full for value in given.values())
    assert all(value not in bare for value in given.values())


def test_reasons_of_escalation_have_names() -> None:
    assert {f"reason.{reason}" for reason in escalated()} <= set(tables.table("labels"))


def test_facts_of_the_sources_have_names() -> None:
    known = tables.table("labels")
    assert {n for found in FACTS.values() for n in found if f"fact.{n}" not in known} == set()


def test_a_refusal_tells_what_is_wrong_the_clause_and_what_would_be_right() -> None:
    found = refused("ask_extension", unmet("already_overdue", due="2024-03-04T10:00:00+00:00"))
    assert texts.refusal(found, "zh", rules=RULES) == (
        "不予办理“申请延期”：期限已过（2024年3月4日18:00），逾期后不得申请延期。"
        "（依据：首问负责规则FR7）请尽快办结；延期应当在到期前申请。"
    )
    assert texts.refusal(found, "en", rules=RULES) == (
        "“ask for an extension” is refused: It is overdue since 2024-03-04 18:00; an extension "
        "is asked for before that. (first-responder rule FR7) Finish as soon as possible; a "
        "missed limit stays missed."
    )


def test_several_conditions_are_numbered_and_shirking_is_said() -> None:
    shirk = Shirk.HOLLOW_ANSWER
    found = refused(
        "feed_back",
        unmet("answer_without_words", shirk=shirk),
        unmet("joint_pending", unit="wangxin", late="no", shirk=shirk),
    )
    attempt = e.ShirkRefused(NOW, "zhujian", "r-zhujian", shirk, ("FR6",))
    lines = texts.refusal(evolve(found, recorded=(attempt,)), "zh", rules=RULES).splitlines()
    assert lines[0] == "不予办理“反馈”，原因如下："
    assert lines[1].startswith("1．反馈未说明办理情况，不得简单答复。（依据：首问负责规则FR6）")
    assert lines[2].startswith("2．协办单位（wangxin）尚未提交结果，也未解除协办（是否逾期：否）。")
    assert lines[3] == "本次行为已按推诿记录在案，计入监督考核。"


def test_not_permitted_carries_nothing_else() -> None:
    said = texts.refusal(refused("tell", unmet("not_permitted")), "zh", rules=RULES)
    assert said == texts.refusal(refused("tell", unmet("not_permitted")), "zh")
    assert "有关情况" not in said


def test_without_rules_codes_stay_and_instants_are_utc() -> None:
    found = refused("blow", unmet("window_passed", until="2024-03-04T10:00:00+00:00"))
    assert "2024年3月4日10:00（协调世界时）" in texts.refusal(found, "zh")
    assert "2024-03-04 10:00 UTC" in texts.refusal(found, "en")


def test_an_unforeseen_code_is_told_as_it_is() -> None:
    found = refused("blow", Unmet("moon_full", "X1", (("moon", "full"),)))
    assert texts.refusal(found, "en") == (
        "“blow” is refused: The condition “moon_full” does not hold. (X1; facts: moon: full)"
    )
    assert "moon为full" in texts.refusal(found, "zh")


# ---------------------------------------------------------------- notices


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", sorted(texts.notices()))
def test_every_notice_reads_with_and_without_facts(code: str, lang: Lang) -> None:
    entry = tables.table("notices")[code]
    assert tables.names(entry[lang]) == optional(entry[lang])
    given = {name: f"some-{name}" for name in tables.names(entry[lang])}
    for said in (texts.notice(code, lang), texts.notice(code, lang, facts=given, rules=RULES)):
        assert said
        assert not re.search(r"[\[\]{}]", said)
        assert "  " not in said


def test_a_notice_names_things_by_their_titles() -> None:
    due = local("2024-03-05 18:00").isoformat()
    given = {"matter": "M-1", "kind": "tough", "category": "pipes", "due": due}
    assert texts.notice("unit.dispatched", "zh", facts=given, rules=RULES) == (
        "【派单】事项M-1（攻坚哨，pipes）由贵单位主办并负首问责任，"
        "请于2024年3月5日18:00前到达现场报到。"
    )
