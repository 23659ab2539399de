"""The words of the commands that read a store: classify, matter, ledger, inbox, dead, run."""

from __future__ import annotations

from whistle_engine.cli.wording import Words, speaker

WORDS: Words = {
    # what is wrong
    "store.empty": (
        "该存储中还没有事项；用--policy指明规则",
        "the store holds no matter yet, so it names no rules; say which with --policy",
    ),
    "rules.gone": (
        "事项{matter}第{version}次提交所依据的规则文件不在存储中；请核验（whistle verify）",
        (
            "the policy behind version {version} of matter {matter} is not there; "
            "whistle verify says what else is amiss"
        ),
    ),
    "rules.unreadable": (
        "存储中的规则文件不能用（{why}）；用--policy另行指明",
        "the rules in the store cannot be used ({why}); name others with --policy",
    ),
    "as.role": (
        "--as：没有角色{name}；角色有{known}",
        "--as: there is no role {name}; there are {known}",
    ),
    "as.unit": (
        "--as：请写明{role}所在的单位，如{role}:单位代码",
        "--as: say of which unit, as {role}:UNIT",
    ),
    "as.resident": (
        "--as：请写明诉求人编号，如resident:编号",
        "--as: say which resident, as resident:ID",
    ),
    "unit.unknown": (
        "单位名录中没有{unit}{near}",
        "no unit {unit} in the directory{near}",
    ),
    "code.unknown": (
        "--{option}：规则中没有{code}{near}",
        "--{option}: the policy has no {code}{near}",
    ),
    "near": ("；是否指{name}？", "; did you mean {name}?"),
    # the demo's store
    "demo.holds": (
        "{store}中有演示以外的内容，未作改动；用--store另指一个，或用--store memory:不留存储",
        (
            "{store} holds more than an earlier demo, and was not touched; name another by "
            "--store, or keep nothing with --store memory:"
        ),
    ),
    # matter
    "matter.title": ("事项{id}", "Matter {id}"),
    "matter.moves": ("当前承办", "Whose move it is"),
    "matter.nobody": ("已结案，无人待办。", "It is closed: nobody has to act."),
    "move.who": ("责任单位", "who"),
    "move.what": ("待办环节", "what"),
    "move.since": ("起始时间", "since"),
    "move.due": ("截止", "due"),
    "move.left": ("剩余时间", "time"),
    "left": ("还有{span}", "in {span}"),
    "late": ("✗ 已逾期{span}", "✗ {span} late"),
    "raiser": ("诉求人", "the raiser"),
    "erased": ("（已擦除）", "(erased)"),
    # ledger
    "ledger.matter": ("事项", "matter"),
    "ledger.opened": ("受理", "received"),
    "ledger.stage": ("阶段", "stage"),
    "ledger.kind": ("哨型", "kind"),
    "ledger.category": ("类别", "category"),
    "ledger.lead": ("主办", "lead"),
    "ledger.due": ("最近到期", "next due"),
    "ledger.closed": ("{stage}·{outcome}", "{stage}: {outcome}"),
    "ledger.none": ("没有符合条件的事项。", "No matter fits."),
    "inbox.none": ("{unit}没有您可查看的待办事项。", "Nothing waits for {unit} that you may see."),
    "page.none": (
        "没有第{page}页。",
        "There is no page {page}.",
    ),
    "page.more": (
        "第{page}页；后面还有，加--page {next}",
        "Page {page}; there is more: --page {next}",
    ),
    "page.last": ("第{page}页，已到末页。", "Page {page}, the last."),
    # classify
    "classify.affair": ("层级", "affair"),
    "classify.kind": ("哨型", "whistle"),
    "classify.lead": ("主办", "lead"),
    "classify.joint": ("协办", "joint"),
    "classify.limits": ("期限", "limits"),
    "classify.limit": ("{what}{limit}", "{what} {limit}"),
    "classify.rule": ("所依规则", "rule"),
    "classify.source": ("出处", "source"),
    "classify.used": ("所据事实", "by these facts"),
    "classify.floors": ("险情提级", "raised by"),
    "classify.policy": ("规则文件", "policy"),
    "classify.no_lead": ("由统筹协调单位指定", "to be designated by the coordinator"),
    "classify.own_street": ("事发地街道", "the street of the place"),
    "classify.facts": (
        "事实及取值（whistle classify --policy {policy} 事实=取值）：",
        "Facts and their values (whistle classify --policy {policy} FACT=VALUE ...):",
    ),
    "classify.no_fact": (
        "{word}不是“事实=取值”的形式，如category=street_lamp",
        "{word} is not FACT=VALUE, as category=street_lamp",
    ),
    "classify.value": ("{code}（{title}）", "{code} ({title})"),
    "join": ("、", ", "),
    "stop": ("；", "; "),
    # dead letters
    "dead.none": ("没有处理失败的定时任务和通知。", "There is no dead letter."),
    "dead.line": ("队列", "queue"),
    "dead.matter": ("事项", "matter"),
    "dead.what": ("内容", "what"),
    "dead.to": ("收件", "to"),
    "dead.due": ("原定", "due"),
    "dead.timer": ("定时", "timer"),
    "dead.notice": ("通知", "notice"),
    "dead.step": ("第{clock}号计时，第{step}步", "clock {clock}, step {step}"),
    "dead.more": (
        "只列出前{n}条。",
        "Only the first {n} are listed.",
    ),
    "dead.revived": (
        "已放回队列{n}条，由whistle run继续处理。",
        "{n} are back in their lines; whistle run works them off.",
    ),
    "dead.gone": (
        "另有{n}条已不在失败之列，未作改动。",
        "{n} more were no dead letters any longer; nothing was changed.",
    ),
    # the worker
    "run.begins": (
        "开始处理{store}：{notifiers}",
        "working on {store}; {notifiers}",
    ),
    "run.notifiers": ("通知经{names}", "notices go by {names}"),
    "run.silent": (
        "没有指定通知方式（--notifier），通知留待以后",
        "no notifier is named (--notifier), so notices stay where they are",
    ),
    "run.memory": (
        (
            "--notifier memory：它把消息留在内存中供测试用，无人能读，通知却会算作已送出；"
            "请指明能送达的方式，如log"
        ),
        (
            "--notifier memory: it keeps messages for tests, where nobody would read them, and "
            "the notices would count as delivered; name one that hands them on, such as log"
        ),
    ),
    "run.waiting": (
        "有{n}条通知等待送出：没有指定通知方式，请加--notifier（whistle plugins列出有哪些）。",
        (
            "Notices that wait, since no notifier is named: {n}. Name one by --notifier; "
            "whistle plugins lists them."
        ),
    ),
    "run.many": ("{n}条以上", "{n} or more"),
    "day.wrong": (
        "{value}不是日期；日期写作2024-03-04",
        "{value!r} is no day; a day is written as 2024-03-04",
    ),
    "member.wrong": (
        "{value}不在可选范围内，可选：{known}",
        "{value!r} is not one of {known}",
    ),
    "run.nothing": ("没有到期事项。", "Nothing was due."),
    "run.fired": ("到时处理{n}次", "{n} timers fired"),
    "run.late": ("最迟的一次迟{n}", "the latest {n} late"),
    "run.refused": ("被拒{n}次，列为处理失败", "{n} refused, now dead letters"),
    "run.postponed": ("未能写入、退回{n}次", "{n} given back, since they could not be written"),
    "run.delivered": ("通知送出{n}条", "{n} notices delivered"),
    "run.retried": ("待重试{n}条", "{n} to be tried again"),
    "run.dead": ("放弃{n}条，列为处理失败", "{n} given up, now dead letters"),
    "run.overtaken": ("被他人接手{n}条", "{n} overtaken by others"),
    "run.stop": ("。", "."),
}
"""The words by key, each in Chinese and in English."""

say = speaker(WORDS)
