# ruff: noqa: INP001  a module of docs/_generate.py
"""What the generated pages say around their tables, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.texts import Lang

Prose = Mapping[Lang, str]
Head = Mapping[Lang, tuple[str, ...]]

TITLE: Mapping[str, Prose] = {
    "commands": {"en": "Commands", "zh": "命令"},
    "refusals": {"en": "Refusals", "zh": "拒绝理由"},
    "states": {"en": "The stages of a matter", "zh": "事项的各个阶段"},
}

# ---------------------------------------------------------------- commands

COMMANDS: Prose = {
    "en": """
        The one table of transitions, which the permission check reads too. It is the ceiling: a
        policy's permissions narrow it and never widen it. A command has conditions of its own
        besides, and each that does not hold is told by its [code](refusals.md). What happens in
        which order is drawn in [the stages of a matter](states.md); what a command carries stands
        under [wire names](events.md).
    """,
    "zh": """
        流转表只有这一张，权限检查读的也是它。它是上限：各地规则的权限只能在此范围内收紧，不能放宽。
        每个命令另有自己的条件，哪一条不满足，就以相应的[代码](refusals.zh.md)说明。先后次序见
        [事项的各个阶段](states.zh.md)；命令带哪些内容见[线上名称](events.md)（英文）。
    """,
}
WHEN: Prose = {"en": "Who, when, and what then", "zh": "谁、何时、去向"}
WORDS: Prose = {
    "en": """
        *Words* are the free texts that must come with the command. They lie in the vault; other
        commands may bring some too. *Leads to* leaves out staying where it is.
    """,
    "zh": """
        “须附文字”是该命令必须带上的自由文字，存放在保密区；其他命令也可以附文字。“去向”不列停留在原阶段的情形。
    """,
}
HEAD: Head = {
    "en": (
        "Command", "In English", "Who may ever give it", "In which stages", "Words", "Leads to",
    ),
    "zh": ("命令", "最多由谁提出", "在哪些阶段", "须附文字", "去向"),
}  # fmt: skip
BY_STAGE: Prose = {"en": "By stage", "zh": "按阶段"}
BY_PARTY: Prose = {"en": "By party", "zh": "按参与方"}
PARTIES: Head = {"en": ("Party", "Commands"), "zh": ("参与方", "命令")}

# ---------------------------------------------------------------- refusals

REFUSALS: Prose = {
    "en": """
        A refusal names every condition that does not hold: a stable code, the clause behind it, and
        the facts. The sentences below are shown without facts; with them, they name the unit, the
        kind, the time. Clauses are those of the design: FR1 to FR10 are the first-responder rule,
        L1 to L19 the laws, *table* is the table of [commands](commands.md), and *policy* a value of
        the city's policy.
    """,
    "zh": """
        拒绝时列出全部不满足的条件：稳定的代码、所依据的条款和相关事实。下面的句子没有填入事实；
        填入后会写明单位、哨型、时间。条款如下：FR1至FR10是首问负责规则，L1至L19是各项定律，
        “流转表”指[命令](commands.zh.md)一页的表，“本地规则”指当地规则文件中的取值。
    """,
}
REFUSED: Head = {
    "en": ("Code", "Clause", "中文", "English"),
    "zh": ("代码", "条款", "哪里不对，怎样才对"),
}


def clause(name: str, lang: Lang) -> str:
    """A clause as it is called."""
    return {"table": "流转表", "policy": "本地规则"}.get(name, name) if lang == "zh" else name


# ---------------------------------------------------------------- stages

STATES: Prose = {
    "en": """
        A matter is in one stage at a time. The picture shows which leads to which: a line bears the
        number under which its commands are listed below, and has a head at both ends where it is
        gone both ways. What many stages share is a letter at each of them, explained in the
        picture.
    """,
    "zh": """
        一件事项在任一时刻处于一个阶段。图中画出从哪个阶段可以到哪个阶段：线上的编号对应下表中的命令，
        两头都有箭头的可以往返。多个阶段共有的去向用字母标在各阶段旁，图中有说明。
    """,
}
ALT: Prose = {
    "en": "The ten stages of a matter and what leads from one to another; the table below says "
    "the same.",
    "zh": "事项的十个阶段和相互之间的去向，与下表内容相同。",
}
ARROWS: Head = {"en": ("", "From", "To", "By"), "zh": ("", "从", "到", "命令")}
SPLIT: Prose = {
    "en": "A {split} opens a matter for each of its parts, in *{received}* too.",
    "zh": "{split}为拆出的每一部分新开一件事项，也处于“{received}”。",
}
STAYING: Prose = {
    "en": "These never change the stage: {acts}.",
    "zh": "以下命令不改变阶段：{acts}。",
}
