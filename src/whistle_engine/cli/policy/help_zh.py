"""The Chinese help of ``whistle policy``."""

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "policy": "查看和修改规则文件。",
    "policy new": """在文件夹中放一份小的规则作为起步，演练所需的都在里面。

写的是一个虚构的区，请逐步改成自己的。""",
    "policy new epilog": (
        "退出码：0完成；2用法不对，或已有同名文件；不会覆盖任何文件。"
        '--json输出：{"folder", "files"}。'
    ),
    "policy new --code": "本地的编码；默认用文件夹的名称。",
    "policy calendar": """把某一年的放假和调休安排写进规则文件。

不写文件则输出该年的安排表。写了文件则显示将作的修改；加--write才写入，写入前先检查修改后的文件。
抄入的年份视为已经确定：所用日历中有一份没有该年时不作改动，除非用--without说明它该年没有另外的安排。""",
    "policy calendar epilog": (
        "退出码：0完成，或无需修改；1文件中该年的安排与日历不一致；2用法不对，年份或文件不能用，"
        '或日历中没有该年。--json输出：{"year", "calendars", "without", "notices", "holidays", '
        '"make_up"}；写了文件时另有{"file", "state": "missing"、"same"或"different", "patch", '
        '"written", "known_until"}。'
    ),
    "policy calendar --calendar": (
        "所用的日历；再写一份则叠加在上面。默认用规则文件采用的，没有则用cn。"
    ),
    "policy calendar --without": "叠加的日历没有该年：视为该年没有另外的安排。",
    "policy calendar --write": "写入文件。",
    "policy calendar --replace": "文件中该年的安排不一致时，也以日历为准。",
    "policy check": """检查规则：哪些写法会使事项停滞，或者判错。

文件是一份规则，或自带规则的名称。每个问题一行，写明位置、轻重和代码。有意为之的，写进[[accepted]]，
注明代码、键、取值和依据。""",
    "policy check epilog": (
        "退出码：0没有问题，或都已说明理由；1发现问题；2用法不对，或文件不能用。"
        '--json输出：{"findings": [{"code", "severity", "key", "file", "line", "column", "zh", '
        '"en", "witness", "involved": [{"key", "file", "line", "column"}], "value", "accepted"}], '
        '"on", "digests": {"policy", "directory"}}，'
        '用--explore时另有"exploration"，即policy explore的各个范围；'
        '文件不能用时为{"problems": [{"code", "key", "file", "line", "column", "zh", "en"}]}。'
    ),
    "policy check --directory": "名录文件；默认是同一文件夹中的“名称.directory.toml”。",
    "policy check --on": "按哪一天检查；默认今天，按当地时间，且不早于规则施行之日。",
    "policy check --all": "已说明理由、予以保留的也列出。",
    "policy check --explore": "并逐一穷尽快速范围内的各种状态，核对各项条款；参见policy explore。",
    "policy check --most": (
        "与--explore一起用：一个范围内最多考察多少个状态，默认7,000；要查得更远，用policy explore。"
    ),
    "policy diff": """说明两份规则之间改变了什么：看含义，不看文字。

旧、新各是一份规则，或自带规则的名称。逐一比较所有可能的事实组合；判定不同的归成组，每组列出最小的一例。""",
    "policy diff epilog": (
        "退出码：0两者等效；1有所不同；2用法不对，或文件不能用。"
        '--json输出：{"equivalent", "old", "new", "epochs": [{"since", "size", "calm", '
        '"groups": [{"before", "after", "count", "calm", "recorded", "categories", "parts", '
        '"witness"}], "retold": 结果不变而所依规则或事实不同的各组}], '
        '"values": [{"area", "key", "title", "before", "after"}], "decisions", '
        '"others": {编码: 存储中依据别的规则的记录数}}。'
    ),
    "policy diff --on": "从哪一天起比较；默认从两份规则都已施行之日起。",
    "policy diff --store": "并统计这个存储中已记录的判定。",
    "policy diff --html": "按输出的语言写成一页，供会议使用；已有的文件会被覆盖。",
    "policy coverage": """说明哪些分类规则、险情底线、类别、哨型和阶梯各级用到过，哪些从未用到。

文件是一份规则，或自带规则的名称；情景可以是文件、自带的情景，或存放情景的文件夹，都会演练一遍。
一次判定按文件中据以判定的那条规则计数，不论当时依据的是该规则的哪一版；
未经分类先行吹哨的，按吹哨时写明的类别计数。""",
    "policy coverage epilog": (
        "退出码：0完成；2用法不对，或有文件不能读取。"
        '--json输出：{"items": [{"sort", "key", "file", "line", "title", "count"}], "sorts": '
        '{类型: {"shown", "of"}}, "others": {编码: 存储中依据别的规则的记录数}}。'
    ),
    "policy coverage --store": "并统计这个存储中已记录的判定。",
    "policy coverage --all": "全部列出，并写明用到几次。",
    "policy explore": """穷尽一份规则下事项可能出现的各种状态，逐一核对各项条款。

文件是一份规则，或自带规则的名称。不成立的条款，以能够显示它的最短经过说明。""",
    "policy explore epilog": (
        "退出码：0各项条款在所有状态下都成立；1有条款不成立；2用法不对，或文件不能用。"
        '--json输出：{"scopes": [{"name", "states", "moves", "depth", "complete", "stages", '
        '"laws", "silence", "violations": [{"law", "words", "way": [{"zh", "en"}], "story"}]}]}；'
        "silence以秒计。"
    ),
    "policy explore --directory": "名录文件；默认是同一文件夹中的“名称.directory.toml”。",
    "policy explore --scopes": (
        "范围大小：quick用时约20秒（xingqing）至2分钟（beijing），full用时几十分钟，deep用时数小时。"
    ),
    "policy explore --category": "只穷尽这一类别的事项。",
    "policy explore --side": "同时考虑的情形；可以多次指定。",
    "policy explore --most": "一个范围内最多考察多少个状态。",
    "policy explore --jobs": "同时用几个进程；默认与处理器数相同。",
    "policy explore --stories": "把不成立的条款写成情景文件，放进这个文件夹。",
    "policy propose": """把一项决定写成规则文件的补丁，今后的事项照此办理。

文件本身不改。补丁用patch -p1或git apply在本文件夹中应用。该类别原有的一行截至前一天，
新的一行以这项决定为出处。""",
    "policy propose epilog": (
        "退出码：0完成，或无需修改；2用法不对，或文件不能这样修改。"
        '--json输出：{"file", "there", "patch"}。'
    ),
    "policy propose --matter": "作出决定的事项。",
    "policy propose --decided": "决定的日期。",
    "policy propose --category": "类别的编码。",
    "policy propose --lead": "由谁主办：写入派单目录。",
    "policy propose --listed": "由街道负责：写入街道职责清单。",
    "policy propose --zh": "新类别的中文名称。",
    "policy propose --en": "新类别的英文名称。",
    "policy propose --affair": "新类别属于公事、共事还是家事。",
    "policy propose --kind": "新的公事类别吹哪种哨。",
    "policy propose --joint": "协办单位；可以多次指定。",
    "policy propose --since": "从哪一天起；默认从决定之日起。",
    "policy propose --directory": (
        "名录文件，用来核对主办单位能否主办；默认是同一文件夹中的“名称.directory.toml”。"
    ),
}
"""The texts by command and option."""
