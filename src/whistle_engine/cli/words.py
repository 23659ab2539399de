"""The command line's own words, in Chinese and English; all others come from the texts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from whistle_engine.cli.output import Lang
from whistle_engine.cli.wording import Words, speaker

if TYPE_CHECKING:
    from whistle_engine.rules import Rules

WORDS: Words = {
    # the demo
    "demo.title": (
        "街乡吹哨、部门报到：报道里的两个案例",
        "A street blows the whistle, the departments report in: two cases",
    ),
    "demo.note": (
        (
            "案情取自关于银川市兴庆区的报道；日期、时刻和报道未提及的人名为演示所拟，推诿情节是为演示"
            "“不得推诿、不得回流”而加的，并非实有其事。报道没有规定的期限，由演示用的规则自定。"
        ),
        (
            "The cases are those of a newspaper article on Xingqing District, Yinchuan. Dates, "
            "times of day and names of persons are made up; so are all attempts to pass the "
            "buck, to show that they are refused: they did not happen. Where the article sets "
            "no limit, the policy used here makes a choice."
        ),
    ),
    "demo.legend": (
        "◷ 开始计时的期限及算法　✓ 按期　✗ 拒绝或逾期（附所依据的条款）",
        "◷ a limit begins, and how it is counted   ✓ kept   ✗ refused, by which clause; or missed",
    ),
    "demo.kept": (
        "以上都存在{store}，可以接着看：",
        "All of it is kept in {store}. To look into it:",
    ),
    "demo.next": (
        "  whistle ledger --store {store}\n  whistle matter {case} --store {store}",
        "  whistle ledger --store {store}\n  whistle matter {case} --store {store}",
    ),
    "demo.case": ("案例{n}　", "Case {n}. "),
    # the timeline
    "day": ("{y}年{m}月{d}日 星期{weekday}", "{weekday} {y}-{m:02}-{d:02}"),
    "weekdays": ("一二三四五六日", "Mon Tue Wed Thu Fri Sat Sun"),
    "moment": ("{y}年{m}月{d}日{clock}", "{y}-{m:02}-{d:02} {clock}"),
    "short": ("{m}月{d}日{clock}", "{m:02}-{d:02} {clock}"),
    "said": ("“{words}”", "“{words}”"),
    "timer": ("系统", "The system"),
    "nobody": ("时间推移", "Time passes"),
    "matter": ("（事项{id}）", " (matter {id})"),
    "head": ("单位负责人", "its head"),
    "colleague": ("另一名工作人员", "another of its staff"),
    "receive": ("反映诉求", "appeal"),
    "kept": ("✓ 按期", "✓ in time"),
    "missed": ("✗ 逾期", "✗ late"),
    "refused": ("✗ 拒绝（{clauses}）", "✗ refused ({clauses})"),
    "clause.policy": ("本地规则", "policy"),
    "clause.table": ("办理流程", "stages"),
    "due": ("{what}：{who}。", "{what}: {who}. "),
    "same": ("计算方式同前。", "Counted as before."),
    "stop": ("；", "; "),
    "none": ("（未指明）", "(not named)"),
    "join": ("、", "; "),
    # the summary
    "summary": ("小结", "Summary"),
    "whistle": ("吹哨", "whistle"),
    "whistle.by": ("{kind}，{unit}，{at}", "{kind}, blown by {unit}, {at}"),
    "lead": ("主办", "lead"),
    "lead.first": ("{unit}（首问负责）", "{unit} (and first asked)"),
    "first_responder": ("首问负责", "first asked"),
    "joint": ("协办", "joined"),
    "invited": ("受邀未加入", "invited only"),
    "limit": ("截止", "due"),
    "limit.one": ("{at}（{who}{what}，{verdict}）", "{at} ({who}, {what}: {verdict})"),
    "limit.moved": ("{at}（原为{first}）", "{at} (at first {first})"),
    "done": ("办结", "done"),
    "done.early": ("{at}，{result}，提前{by}", "{at}, {result}, {by} before it was due"),
    "done.late": ("{at}，{result}，逾期{by}", "{at}, {result}, {by} late"),
    "done.open": ("{at}，{result}", "{at}, {result}"),
    "plan": ("计划落实", "plan"),
    "plan.kept": ("{at}，按期落实，提前{by}", "carried out {at}, {by} before it was due"),
    "plan.open": ("{at}前落实", "to be carried out by {at}"),
    "plan.missed": ("应于{at}前落实，逾期", "was to be carried out by {at}; late"),
    "closed": ("结案", "closed"),
    "closed.how": ("{at}，{outcome}", "{at}, {outcome}"),
    "stage": ("现处阶段", "stands at"),
    "marks": ("评价", "marks"),
    "mark": ("{who}：{solved}、{satisfied}", "{who}: {solved}, {satisfied}"),
    "clocks": ("期限", "limits"),
    "clocks.count": ("{n}项：{each}", "{n} in all: {each}"),
    "clocks.one": ("{verdict}{n}项", "{n} {verdict}"),
    "running": ("计时中", "running"),
    "running.late": ("已逾期、未办结", "overdue and running"),
    "shirked": ("推诿", "shirking"),
    "shirked.count": (
        "企图推诿{n}次，全部拒绝，记录在案：{each}",
        "tried {n} times, refused each time and put on record: {each}",
    ),
    "shirked.once": (
        "企图推诿1次，拒绝，记录在案：{each}",
        "tried once, refused, on record: {each}",
    ),
    "refusals": ("另行拒绝", "also refused"),
    "refused.one": ("{what}（{who}，{clauses}）", "{what} ({who}, {clauses})"),
    "refused.many": ("{what}{n}次（{who}，{clauses}）", "{what}, {n} times ({who}, {clauses})"),
    "table.who": ("责任单位", "who"),
    "table.what": ("环节", "what"),
    "table.due": ("截止", "due"),
    "table.ended": ("完成", "ended"),
    "table.verdict": ("结果", "verdict"),
    "d": ("{n}天", "{n} d"),
    "h": ("{n}小时", "{n} h"),
    "min": ("{n}分钟", "{n} min"),
    # play
    "play.time": (
        "{name}：其中有一个时间超出了日历的范围",
        "{name}: a time in it is beyond what a calendar can hold",
    ),
    "play.deep": ("{name}：取值嵌套过深", "{name}: its values are nested too deeply"),
    "null": (
        "参数{word}中有空字符，不能用作文件名；请删去",
        "{word} holds a null character, which no name of a file has; leave it out",
    ),
    "near": ("；是否指{name}？", "; did you mean {name}?"),
    "play.list": ("--list不带情景", "--list takes no story"),
    "play.which": ("请写明情景，或加--list列出", "name a story, or take --list"),
    "play.none": (
        "没有文件{name}，也没有叫这个名称的自带情景；whistle play --list列出全部{near}",
        "no file {name!r}, and {why} (see whistle play --list)",
    ),
    "holds": (
        "情景核对通过：{n}步全部符合预期。",
        "The story holds: all {n} steps came as expected.",
    ),
    "fails": ("情景核对未通过：", "The story does not hold:"),
}
"""The words by key, each in Chinese and in English."""

say = speaker(WORDS)


def capital(text: str, lang: Lang) -> str:
    """With a capital letter, as English lines begin."""
    return text[:1].upper() + text[1:] if lang == "en" else text


def day(at: datetime, rules: Rules, lang: Lang) -> str:
    """A day and its weekday, as a heading."""
    here = rules.policy.local(at)
    weekdays = WORDS["weekdays"]
    weekday = (weekdays[0] if lang == "zh" else weekdays[1].split())[here.weekday()]
    return say("day", lang, y=here.year, m=here.month, d=here.day, weekday=weekday)


def moment(at: datetime, rules: Rules, lang: Lang, *, key: str = "moment") -> str:
    """An instant in local time."""
    here = rules.policy.local(at)
    return say(key, lang, y=here.year, m=here.month, d=here.day, clock=f"{here:%H:%M}")


def until(at: datetime, rules: Rules, lang: Lang, *, key: str = "moment") -> str:
    """An instant that ends something, in local time; midnight is 24:00 of the day before."""
    here = rules.policy.local(at)
    if (here.hour, here.minute, here.second, here.microsecond) != (0, 0, 0, 0):
        return moment(at, rules, lang, key=key)
    here -= timedelta(days=1)
    return say(key, lang, y=here.year, m=here.month, d=here.day, clock="24:00")


def span(length: timedelta, lang: Lang) -> str:
    """Roughly how long: days and hours, or hours and minutes."""
    minutes = int(length.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [("d", days), ("h", hours), ("min", 0 if days else minutes)]
    told = [say(key, lang, n=n) for key, n in parts if n] or [say("min", lang, n=0)]
    return ("" if lang == "zh" else " ").join(told)
