"""The words in which values that differ are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from attrs import frozen

from whistle_engine.directory import Directory
from whistle_engine.model import Affair, Label, Party
from whistle_engine.review.words import called, in_row, named_unit

OF_KIND: Mapping[str, Label] = {
    "report_in": Label("报到期限", "limit for reporting in"),
    "solve": Label("办理期限", "limit for solving"),
    "hand_in": Label("协办提交期限", "limit for handing in"),
    "redo": Label("重办期限", "limit for doing it again"),
    "extension": Label("最长延期", "longest extension"),
}
NEVER = Label("不得延期", "never")

STEPS: Mapping[str, Label] = {
    "classify": Label("分类", "classifying"),
    "look": Label("现场核实", "on-site check"),
    "blow": Label("吹哨", "blowing"),
    "blow_urgent": Label("吹应急哨", "blowing an urgent whistle"),
    "dispatch": Label("派单", "dispatching"),
    "designate": Label("指定主办", "designating"),
    "docket": Label("统筹协调", "the coordinator's docket"),
    "decide_round": Label("多轮未果的裁定", "deciding on a further round"),
    "mediate_redo": Label("重新调解", "mediating again"),
    "deliberate_redo": Label("重新议事", "deliberating again"),
    "objections.within": Label("提出异议", "objecting"),
    "objections.answer": Label("答复异议", "answering an objection"),
    "extensions.decide": Label("审批延期", "deciding on an extension"),
    "deferrals.total": Label("挂账合计", "deferring in all"),
    "marks.mark": Label("评价", "marking"),
    "marks.tell": Label("告知结果", "telling the result"),
    "marks.reopen_within": Label("结案后申请重办", "reopening after closing"),
    "marks.follow_up": Label("列入计划的落实", "carrying out a plan"),
}


@frozen
class Units:
    """What units are called by one directory, or by another."""

    directories: tuple[Directory, ...]

    def title(self, code: str) -> Label:
        """A unit's title with its code; or what a word stands for."""
        for directory in self.directories:
            held = directory.unit(code)
            if held is not None:
                return with_more(held.title, code)
        return named_unit(code, None)

    def row(self, codes: Iterable[str]) -> Label:
        """Several units in a row."""
        return several(self.title(code) for code in codes)


def affair_called(affair: Affair) -> Label:
    """Whose affair something is, without its code."""
    label = called(affair)
    return Label(label.zh.partition("（")[0], label.en)


def parties(parties: Iterable[Party]) -> Label:
    """Parties in a row."""
    return several(called(each) for each in sorted(parties, key=lambda party: party.value))


def several(labels: Iterable[Label]) -> Label:
    """Labels in a row; nobody if there are none."""
    found = tuple(labels)
    if not found:
        return Label("无", "nobody")
    return Label(in_row(found).zh, ", ".join(each.en for each in found))


def joined(one: Label, other: Label) -> Label:
    """A thing and a part of it."""
    return Label(f"{one.zh}·{other.zh}", f"{one.en}: {other.en}")


def part_of(title: Label, zh: str, en: str) -> Label:
    """A thing and a part of it, in two words."""
    return joined(title, Label(zh, en))


def with_more(label: Label, more: str) -> Label:
    """A label with more in brackets, if there is more."""
    return Label(f"{label.zh}（{more}）", f"{label.en} ({more})") if more else label


def number(number: int) -> Label:
    """A number."""
    return Label(str(number), str(number))


def yes(*, held: bool) -> Label:
    """Yes or no."""
    return Label("是", "yes") if held else Label("否", "no")


def days_of(since: date | None, until: date | None) -> str:
    """The days of a row; empty if it has none."""
    if since is None and until is None:
        return ""
    return f"{since or '…'} – {until or '…'}"
