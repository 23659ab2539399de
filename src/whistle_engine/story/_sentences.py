"""What can be wrong with a story: a sentence for each code, in Chinese and in English.

The names of units, acts, fields and duties stand in them as the story's file has them.
"""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.errors import StoryError
from whistle_engine.model import Label
from whistle_engine.problems import Slot, StoryProblem, quoted, visible

_FILES: Mapping[str, Label] = {
    "story_unknown": Label("没有自带的情景{name}；{near}", "no story {name} is shipped; {near}"),
    "story_missing": Label("没有这个文件；请检查文件名和路径", "cannot be read: {why}"),
    "story_unreadable": Label("无法读取（{why}）；请检查路径和权限", "cannot be read: {why}"),
    "story_not_utf8": Label(
        "不是UTF-8编码；请另存为UTF-8",
        "is not UTF-8; save it as UTF-8",
    ),
    "story_not_toml": Label("不符合TOML格式，请改正：{why}", "is not TOML: {why}"),
    "story_too_deep": Label(
        "嵌套过深，或有数千位的数字；请检查是否误粘贴了其他内容",
        "is nested too deep, or has a number of thousands of digits",
    ),
    "story_policy": Label("{why}", "{why}"),
}

_SHAPE: Mapping[str, Label] = {
    "unknown_key": Label("{what}没有{key}这一项；{near}", "{what} has no {key}; {near}"),
    "label_missing": Label(
        '缺少{what}，或不是中英文各一份；应写作{{ zh = "…", en = "…" }}',
        '`{what}` is not there in both languages; write {{ zh = "…", en = "…" }}',
    ),
    "word_missing": Label("缺少{key}；应为{wanted}", "`{key}` is missing; it is {wanted}"),
    "start_missing": Label(
        "缺少start；应为当地时间，如2024-03-04T09:00:00",
        "`start` is missing; it is a local time, such as 2024-03-04T09:00:00",
    ),
    "no_steps": Label(
        "没有步骤；每一步以[[step]]开头", "it has no steps; each begins with [[step]]"
    ),
    "no_actors": Label(
        '没有人物；应写[actors.名称]，其中有roles = ["…"]',
        'it has no actors; write [actors.NAME] with roles = ["…"]',
    ),
    "actor_no_table": Label(
        "人物{name}不是一张表；应写[actors.{key}]", "actor {name} is no table; write [actors.{key}]"
    ),
    "actor_no_roles": Label(
        '{what}没有角色；应写roles = ["…"]，可用的有{known}',
        '{what} has no roles; write roles = ["…"] with any of {known}',
    ),
    "actor_unit": Label(
        "unit不是文字；应为单位编码", "`unit` is no text; it is the code of a unit"
    ),
    "unknown_role": Label("没有角色{name}；{near}", "no role {name}; {near}"),
    "with_no_table": Label(
        "with不是一张表；应写with = {{ … }}", "`with` is no table; write with = {{ … }}"
    ),
    "passive": Label(
        "{do}不由人办理，也不带内容；请删去by和with",
        "{do} is done by nobody, with nothing: leave out `by` and `with`",
    ),
    "nobody": Label(
        '没有写明由谁办理；应写by = "…"，引号内是人物的名称',
        'nobody does it; write by = "…" with the name of an actor',
    ),
    "unknown_actor": Label("没有人物{name}；{near}", "no actor {name}; {near}"),
    "until": Label(
        "until写明等到何时；“wait”都要有，其他步骤都没有",
        '`until` says how long to wait: every "wait" has it, and nothing else',
    ),
    "texts_no_table": Label(
        'texts不是一张文字表；应写texts = {{ text = "…" }}',
        '`texts` is no table of words; write texts = {{ text = "…" }}',
    ),
    "matter_no_text": Label(
        "matter现为{value}；应为加引号的事项编号",
        "`matter` is {value}; write the id of a matter in quotes",
    ),
    "expect_no_table": Label(
        "expect不是一张表；应写[step.expect]", "`expect` is no table; write [step.expect]"
    ),
    "expect_no_list": Label(
        'expect.{key}不是文字列表；应写{key} = ["…"]',
        '`expect.{key}` is no list of texts; write {key} = ["…"]',
    ),
    "expect_unknown": Label(
        "expect中没有{what}{name}；{near}", "`expect`: no {what} {name}; {near}"
    ),
    "due_no_table": Label(
        'expect.due不是一张表；应写due = {{ "solve zhujian" = "2024-03-04 09:00" }}',
        '`expect.due` is no table; write due = {{ "solve zhujian" = "2024-03-04 09:00" }}',
    ),
    "clause_alone": Label(
        "expect.clause要与expect.refused同写；请写明拒绝的编码",
        "`expect.clause` goes with `expect.refused`: name the code too",
    ),
    "passive_refused": Label(
        "{do}不提出任何请求，不会被拒绝；请删去refused",
        "{do} asks for nothing, so nothing can be refused",
    ),
}

_FIELDS: Mapping[str, Label] = {
    "unknown_act": Label("没有行为{name}；{near}", "no act {name}; {near}"),
    "unknown_field": Label("没有字段{name}；{near}", "no field {name}; {near}"),
    "no_fields": Label(
        "没有字段{name}；这一行为不带字段，请删去with",
        "no field {name}; it has no fields: leave `with` out",
    ),
    "field_missing": Label(
        "缺少字段{name}（应为{wanted}）", "the field {name} is missing ({wanted})"
    ),
    "value_refused": Label("不能这样写：{why}", "{why}"),
    "no_list": Label("{value}不是列表；应写[ … ]", "{value} is no list; write [ … ]"),
    "no_facts": Label(
        '{value}不是事实；应写{{ category = "…", timing = "…" }}',
        '{value} are no facts; write {{ category = "…", timing = "…" }}',
    ),
    "fact_no_text": Label(
        "事实{name}的取值{value}不是文字；请加引号",
        "the fact {name} has the value {value}, which is no text",
    ),
    "unknown_value": Label("没有取值{value}；{near}", "{value} is not one of its values; {near}"),
    "no_text": Label(
        "{value}不是文字；请加引号", "{value} is no text; write it in quotation marks"
    ),
    "no_bool": Label("{value}既不是true也不是false", "{value} is neither true nor false"),
    "no_number": Label("{value}不是整数", "{value} is no whole number"),
    "value_no_time": Label("{value}不是时间；应为加引号的时间", "{value} is no time"),
    "no_limit": Label(
        "{value}不是时限；应写作“3 working_days”，单位有{units}",
        '{value} is no limit; write "3 working_days"; units: {units}',
    ),
    "no_place": Label(
        '{value}不是地点；应为单位编码，或{{ unit = "…" }}',
        '{value} is no place; write the code of a unit, or {{ unit = "…" }}',
    ),
    "no_proof": Label(
        "{value}不是佐证；应为文件名，如“after.jpg”",
        '{value} is no proof; write the name of a file, such as "after.jpg"',
    ),
    "no_part": Label(
        '{value}不是拆分出的一项；应写{{ matter = "…", kind = "…" }}',
        '{value} is no part; write {{ matter = "…", kind = "…" }}',
    ),
}

_TIMES: Mapping[str, Label] = {
    "no_time": Label("{text}不是时间；{how}", "{text} is no time; {how}"),
    "time_beyond": Label(
        "{text}超出了可计算的年份；{how}",
        "{text} is beyond the years that are counted; {how}",
    ),
    "time_zone": Label(
        "{text}带有时区；情景一律用当地时间，请删去时区",
        "{text} names a zone; stories tell local time: leave the zone out",
    ),
    "no_clock": Label("{text}不是一天中的时刻；{how}", "{text} is no time of day; {how}"),
}

_PLAYING: Mapping[str, Label] = {
    "step_before": Label(
        "{text}早于上一步的{before}；请改为不早于它的时间",
        "{text} is before the step before, which was at {before}",
    ),
    "timers_many": Label(
        "到{until}之前，到期提醒超过{most}次；请检查时间是否写错",
        "more than {most} timers fire before {until}",
    ),
    "timer_refused": Label("到期处理被拒绝：{why}", "a timer was refused: {why}"),
    "unknown_unit": Label(
        "单位名录中没有{name}；{near}", "no unit {name} in the directory; {near}"
    ),
    "step_failed": Label("无法进行：{why}", "{why}"),
}

_EXPECTED: Mapping[str, Label] = {
    "expected_state": Label(
        "期望{what}为{expected}，实际为{came}", "expected the {what} {expected}, but it is {came}"
    ),
    "expected_refusal": Label(
        "期望被拒绝，编码为{code}，实际已受理",
        "expected to be refused with {code}, but it was accepted",
    ),
    "expected_acceptance": Label(
        "期望受理，实际被拒绝：{came}",
        "expected to be accepted, but it was refused: {came}",
    ),
    "expected_code": Label(
        "期望被拒绝，编码为{code}，实际拒绝的编码为：{came}",
        "expected to be refused with {code}, but it was refused with: {came}",
    ),
    "expected_clause": Label(
        "期望{code}的依据为{clause}，实际为：{came}",
        "expected the clause {clause} behind {code}, but it is: {came}",
    ),
    "expected_events": Label(
        "期望的事件为{expected}，实际为{came}",
        "expected the events {expected}, but there came {came}",
    ),
    "expected_event": Label(
        "期望有{expected}，实际这一类的有{came}",
        "expected {expected}, but of that kind there came {came}",
    ),
    "expected_duties": Label(
        "期望的待办为{expected}，实际为{came}",
        "expected the duties {expected}, but there are {came}",
    ),
    "expected_duty": Label(
        "期望有待办{name}，实际没有", "expected the duty {name}, but there is none"
    ),
    "expected_due": Label(
        "期望{name}于{expected}到期，实际于{came}到期",
        "expected {name} to be due at {expected}, but it is due at {came}",
    ),
    "as_it_is": Label(
        "（此时是{at}，所处阶段为{stage}）", "(it is {at}, and the stage is {stage})"
    ),
}

SENTENCES: Mapping[str, Label] = {
    **_FILES,
    **_SHAPE,
    **_FIELDS,
    **_TIMES,
    **_PLAYING,
    **_EXPECTED,
}
"""All sentences by their codes."""


def mistake(code: str, /, *where: Label, **slots: Slot) -> StoryProblem:
    """One thing that is wrong with a story: its code, where it is, what fills the sentence."""
    return StoryProblem(code=code, where=where, says=SENTENCES[code], slots=tuple(slots.items()))


def wrong(code: str, /, **slots: Slot) -> StoryError:
    """An error with one mistake; who knows where it is, says so."""
    return StoryError([mistake(code, **slots)])


def at_step(source: str, number: int, line: int) -> Label:
    """A step of a story, with its line if that is known."""
    return Label(
        zh=f"{source}，第{number}步" + (f"（第{line}行）" if line else ""),
        en=f"{source}, step {number}" + (f" (line {line})" if line else ""),
    )


def actor_named(name: str) -> Label:
    """An actor, by its name in the story."""
    written = quoted(name)
    return Label(zh=f"人物{written.zh}", en=f"actor {written.en}")


def same(text: object) -> Label:
    """A text that is the same in both languages, in one line."""
    shown = visible(str(text))
    return Label(zh=shown, en=shown)


def names(items: tuple[str, ...]) -> Label:
    """Several names, one after the other."""
    return Label(zh="、".join(items), en=", ".join(items))


def listed(items: tuple[str, ...] | list[str]) -> Label:
    """A list as a story writes it; in Chinese with its own marks."""
    told = [quoted(item) for item in items]
    return Label(
        zh="、".join(item.zh for item in told) or "（无）",
        en="[" + ", ".join(item.en for item in told) + "]",
    )


__all__ = [
    "SENTENCES", "actor_named", "at_step", "listed", "mistake", "names", "quoted", "same", "wrong",
]  # fmt: skip
