"""The words of ``whistle store check``, ``whistle verify`` and ``whistle plugins``."""

from __future__ import annotations

from whistle_engine.cli.wording import Words, speaker

WORDS: Words = {
    "store.which": (
        "请写明存储：--store sqlite:///whistle.db，或设置环境变量{variable}",
        "say which store: --store sqlite:///whistle.db, or set {variable}",
    ),
    "store.twice": (
        "存储写了两次；URL和--store只写一个",
        "the store is named twice; give either URL or --store",
    ),
    "testing.missing": (
        '未安装{name}，检测要用它；请安装附加功能：pip install "whistle-engine[testing]"',
        (
            "{name} is not installed, and the kit needs it; "
            'install the extra: pip install "whistle-engine[testing]"'
        ),
    ),
    # store check
    "check.place": (
        (
            "{url}没有指明新位置：每项测试都要用一个空的存储，请在URL中写上{{place}}（每次新建的文件夹，"
            "用后删除）或{{name}}（每次不同的名称），如sqlite:///{{place}}/store.db；什么也没有写入"
        ),
        (
            "{url} names no new place: each test needs a store with nothing in it. Put {{place}} "
            "(a new folder each time, cleared away afterwards) or {{name}} (a new name each time) "
            "into it, as in sqlite:///{{place}}/store.db; nothing was written"
        ),
    ),
    "check.holds": (
        (
            "{url}打开的存储已有内容；测试会写入大量数据，只能用于每次新建的空存储，请让{{place}}或"
            "{{name}}决定打开哪一个；什么也没有写入"
        ),
        (
            "{url} opens a store that holds something already. The tests write a great deal, so "
            "each needs a new one: let {{place}} or {{name}} say which is opened; nothing was "
            "written"
        ),
    ),
    "check.test": (
        "没有名为{name}的测试{near}",
        "there is no test {name}{near}",
    ),
    "check.clause": (
        "没有条款{name}；条款为S1至S20，涉及全部条款的测试用all",
        "there is no clause {name}; there are S1 to S20, and all for tests of all of them",
    ),
    "near": ("；是否指{name}？", "; did you mean {name}?"),
    # verify
    "verify.fits": (
        "全部相符：事项{matters}件，提交{commits}次，文字{texts}段{erased}。",
        "All of it fits: {matters} matters, {commits} commits, {texts} texts{erased}.",
    ),
    "verify.erased": (
        "（另有{n}段已擦除，无从比对）",
        " ({n} more were erased, of which nothing can be said)",
    ),
    "verify.since": (
        "与位置{position}的检查点相符。",
        "What was there at the checkpoint of position {position} is there still.",
    ),
    "verify.point": (
        "检查点：位置{position}，事项{matters}件，{root}",
        "Checkpoint: position {position}, {matters} matters, {root}",
    ),
    "verify.written": (
        "检查点已写入{file}，请存放在别处。",
        "The checkpoint is in {file}; keep it elsewhere.",
    ),
    "verify.wrong": (
        "发现不符{n}处（读过事项{matters}件、提交{commits}次；每件事项只报第一处{most}）：",
        (
            "{n} found that do not fit ({matters} matters and {commits} commits were read; of each "
            "matter the first is told{most}):"
        ),
    ),
    "verify.most": ("，报满{n}处即停", ", and reading stopped after {n}"),
    "verify.nothing": (
        "未写检查点：须全部相符才写。",
        "No checkpoint was written: all of it has to fit first.",
    ),
    "verify.reading": (
        "已核验：事项{matters}件，提交{commits}次",
        "{matters} matters, {commits} commits",
    ),
    "verify.matter": ("事项{id}", "matter {id}"),
    "verify.version": ("第{n}次提交", "version {n}"),
    "verify.file": (
        "{file}不是检查点：{why}",
        "{file} holds no checkpoint: {why}",
    ),
    "join": ("，", ", "),
    "stop": ("；", "; "),
    "colon": ("：", ": "),
    # what is held against what: Check
    "what.matter": ("归属", "whose it is"),
    "what.version": ("次序", "versions"),
    "what.chain": ("摘要链", "hash chain"),
    "what.position": ("流水位置", "positions"),
    "what.feed": ("流水", "feed"),
    "what.bytes": ("格式", "format of the bytes"),
    "what.command": ("命令", "command"),
    "what.time": ("时间", "time"),
    "what.answer": ("答复", "answer"),
    "what.document": ("所依据的规则文件", "policy and directory"),
    "what.text": ("文字", "words"),
    "what.state": ("状态", "state"),
    "what.row": ("台账行", "ledger row"),
    "what.duties": ("待办", "duties"),
    "what.timers": ("定时", "timers"),
    "what.notices": ("通知", "notices"),
    "what.checkpoint": ("检查点", "checkpoint"),
    # plugins
    "kind.store": ("存储", "store"),
    "kind.notifier": ("通知", "notifier"),
    "kind.policy": ("规则", "policy"),
    "kind.calendar": ("日历", "calendar"),
    "kind.suggester": ("提示", "suggester"),
    "plugins.kind": ("类别", "kind"),
    "plugins.name": ("名称", "name"),
    "plugins.package": ("来自", "package"),
    "plugins.version": ("版本", "version"),
    "plugins.aside": (
        "已搁置{n}个不能用的插件：",
        "Set aside, since broken ({n}):",
    ),
    "plugins.one": ("✗ {name}（{package}）：{error}", "✗ {name} ({package}): {error}"),
    "plugins.ours": ("自带", "built in"),
    "doctor.engine": ("引擎", "engine"),
    "doctor.python": ("Python", "Python"),
    "doctor.sqlite": ("SQLite", "SQLite"),
    "doctor.journal": (
        "日志方式{mode}，synchronous {synchronous}",
        "journal {mode}, synchronous {synchronous}",
    ),
    "doctor.fault": (
        (
            "该版本的预写日志（WAL）在两个连接同时重置时可能损坏，故不用；修复于3.44.6、3.50.7、3.51.3，"
            "升级后提交更快"
        ),
        (
            "this version can damage a write-ahead log when two connections reset it at once, so "
            "none is used; mended in 3.44.6, 3.50.7 and 3.51.3, with which commits are faster"
        ),
    ),
    "doctor.sound": ("该版本的预写日志（WAL）没有已知缺陷", "write-ahead logs are sound in it"),
    "doctor.extra": ("附加功能{extra}", "extra {extra}"),
    "doctor.missing": ("未安装", "not installed"),
    "doctor.well": ("没有发现问题。", "Nothing is wrong."),
}
"""The words by key, each in Chinese and in English."""

say = speaker(WORDS)
