"""The Chinese help of the commands that read a store, and of ``whistle classify``."""

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "classify": """按规则判定一组事实：属于哪个层级、吹哪种哨、由谁主办，并说明理由。

没有给出的事实按“不清楚”处理。一个事实也不给，则列出规则中的全部事实。""",
    "classify epilog": (
        "退出码：0完成；2用法不对、没有这份规则，或事实不在规则之内。"
        '--json输出：{"affair", "kind", "category", "leads", "joint", "limits", "rule", "source", '
        '"used", "floors", "policy", "title"}；不给事实时为{"facts": [{"name", "title", '
        '"values"}], "categories": [{"code", "title", "affair", "kind"}]}。'
    ),
    "classify --policy": ("规则名称，或规则文件（名录文件“名称.directory.toml”放在同一文件夹）。"),
    "classify --on": "按哪一天的规则判定；默认今天。",
    "matter": """讲述一件事项：经过、各项期限、现在该谁办、从什么时候起。

编号是事项的编号。每个期限都注明规则、出处和计入的日子。群众和单位写的文字存放在保密区，加--words才显示。""",
    "matter epilog": (
        "退出码：0完成；2用法不对、没有这个存储，或没有这件事项。"
        '--json输出：{"matter": {"stage", "clocks": [...], ...}, "duties": [{"what", "unit", '
        '"since", "due", "late", ...}], "commits": [{"version", "at", "by", "do", "events", '
        '"refusal", "words"}], "now", "policy_digest", "directory_digest"}。'
    ),
    "matter --words": "显示随附的文字；联系方式不显示。",
    "--as": (
        "以另一身份查看，如street:xinhuajie、coordinator、resident:编号；默认以运营中心的身份查看，"
        "可以看到全部，因为拿到存储就等于拿到全部数据。"
    ),
    "--page": "第几页。",
    "--per-page": "每页多少行。",
    "ledger": """列出台账中的事项，先受理的在前。

多个条件同时满足才列出。日期按当地时间。""",
    "ledger epilog": (
        "退出码：0完成，没有符合条件的也是0；2用法不对，或没有这个存储。"
        '--json输出：{"rows": [{"matter", "version", "stage", "outcome", "opened_at", '
        '"changed_at", "channel", "source_number", "place", "lat", "lon", "community", "street", '
        '"affair", "kind", "category", "lead", "due", "late"}], "page", "more", "now"}。'
    ),
    "ledger --open": "只列未结案的；或只列已结案的。",
    "ledger --affair": "层级：household（家事）、shared（共事）、public（公事）。",
    "ledger --stage": "阶段，如handling（办理）。",
    "ledger --outcome": "结案结果，如settled（办结）。",
    "ledger --kind": "哨型，如quick（快捷哨）。",
    "ledger --category": "类别，如street_lamp（路灯）。",
    "ledger --community": "事发地社区。",
    "ledger --street": "事发地街道。",
    "ledger --lead": "主办单位。",
    "ledger --from": "这一天及以后受理的。",
    "ledger --before": "这一天以前受理的。",
    "inbox": "列出等某个单位办理的事项，先到期的在前；单位写编码。",
    "inbox epilog": (
        "退出码：0完成，没有待办也是0；2用法不对、没有这个存储，或没有这个单位。"
        '--json输出：{"unit", "rows": [{"matter", "clock", "what", "since", "due", "late"}], '
        '"page", "more", "now"}。'
    ),
}
"""The texts by command and option."""
