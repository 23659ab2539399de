"""The words that come with what is asked and done: short, invented, without anybody's name."""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.generate.dice import Dice
from whistle_engine.model import AppealKind

WHERE = (
    "小区东门", "小区南门", "院内", "楼下", "单元门口", "巷口", "路口", "菜市场旁", "学校门前",
    "公交站旁", "广场边", "河渠边", "停车棚旁", "老楼一侧",
)  # fmt: skip
SINCE = (
    "今天上午", "昨天晚上", "前天", "这两天", "上周", "最近一周", "半个月来", "入冬以来", "去年起",
    "刚才",
)  # fmt: skip
HOW = (
    "影响居民出行", "老人孩子都不方便", "邻居意见很大", "存在安全隐患", "夜里尤其明显",
    "反映过一次没有下文", "雨后更严重", "范围不大但天天遇到", "希望尽快看看",
)  # fmt: skip

APPEALS: Mapping[AppealKind, tuple[str, ...]] = {
    AppealKind.ENQUIRY: (
        "想问一下{what}怎么办理，需要带哪些材料。",
        "咨询{what}：{where}的住户由哪里负责？",
        "{what}有没有新的规定，到哪里可以查到？",
    ),
    AppealKind.HELP: (
        "{since}{where}遇到{what}的问题，请帮忙联系处理。",
        "家里有困难，{what}的事自己办不了，请社区帮助。",
        "{where}{what}，{how}，请派人来看看。",
    ),
    AppealKind.COMPLAINT: (
        "{since}{where}{what}，{how}。",
        "{what}的问题拖了很久，{how}，请有关部门解决。",
        "投诉{where}{what}，{since}更加严重。",
    ),
    AppealKind.REPORT: (
        "举报{where}有{what}的情况，{since}一直存在。",
        "发现{where}{what}，请有执法权的部门查处。",
    ),
    AppealKind.SUGGESTION: (
        "建议统一考虑{what}，{where}可以先试。",
        "{what}可以再改进一些，{how}。",
    ),
}
"""What residents say, by kind of appeal."""

AGAIN = ("同一件事，{where}的住户也来反映：{what}。", "我也要反映{what}，{since}就有了。")
"""What is said by others who raise the same."""

ACTS: Mapping[str, tuple[str, ...]] = {
    "add": ("补充照片，情况和之前说的一样。", "补充：{since}又出现一次。"),
    "answer": ("已说明办理条件和材料，当场答复。", "已告知政策依据和咨询窗口。"),
    "redirect": ("不属本区办理范围，已告知办理途径。",),
    "split": ("其中另一件事单独登记：{what}。",),
    "settle": ("双方当面说开，达成一致。", "议事会形成办法，已公示。", "已帮助办妥，当事人认可。"),
    "move_up": ("商量多次未果，需要上一级出面。", "涉及面超出本级，申请提级。"),
    "stand_down": ("现场已恢复，撤回哨声。", "情况有变，先撤回再核。"),
    "bring_in": ("现场需要贵单位配合。", "部分事项在贵单位职责内。"),
    "hand_in": ("本单位承担部分已完成。", "已按分工处理，附照片。"),
    "report_progress": ("已进场，预计按期完成。", "材料已到，正在施工。"),
    "feed_back": ("已处理完毕，现场恢复正常。", "已整改，附前后对比照片。", "情况已核实并处理。"),
    "object": ("按目录条款，此类事项另有主办单位。",),
    "release": ("协办部分已无需要。",),
    "tell": ("已电话告知处理结果。", "已上门说明办理情况。"),
    "ask_extension": ("备料需要时间，申请延期。", "需多家会签，申请延期。"),
    "grant_extension": ("情况属实，酌情延长。",),
    "supervise": ("请抓紧办理，按时反馈。", "已超时限，请说明原因。"),
    "escalate": ("多次协调未果，请区里统筹。",),
    "designate": ("经调度会研究，指定主办单位。",),
    "defer": ("需待工程统一安排，先行挂账。",),
    "conclude": ("经核实已尽职办理，说明理由后办结。",),
}
"""What is written with an act, by the command's name."""

OTHERWISE = ("情况如上。",)


def appeal(kind: AppealKind, what: str, dice: Dice, *, again: bool = False) -> str:
    """The words of an appeal about a category with this Chinese title."""
    return _filled(dice.pick(AGAIN if again else APPEALS[kind]), what, dice)


def with_act(name: str, what: str, dice: Dice) -> str:
    """The words that come with a command of this name."""
    return _filled(dice.pick(ACTS.get(name, OTHERWISE)), what, dice)


def contact(dice: Dice) -> str:
    """A way to reach a raiser that reaches nobody: no such number is given out."""
    return f"000-{dice.below(10_000_000):07d}"


def _filled(template: str, what: str, dice: Dice) -> str:
    return template.format(
        what=what, where=dice.pick(WHERE), since=dice.pick(SINCE), how=dice.pick(HOW)
    )
