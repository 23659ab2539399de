"""The Chinese help of ``whistle run`` and ``whistle dead``."""

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "run": """处理到期的定时任务，送出通知，直到收到SIGTERM或SIGINT为止。

一个存储可以同时由多个进程处理，在一台或多台机器上都行：一个进程接手的，别的不会再接；进程中断的，它接手的会重新放出。
做了什么写在标准错误输出上。

规则用启动时存储中最近一次提交所依据的，或--policy指明的；新规则施行后请重新启动。""",
    "run epilog": (
        "退出码：0按要求停止，或--once已全部处理；2用法不对，或存储不能打开、不能继续处理，"
        '或--once时失败。--json在结束时输出：{"fired", "late", "refused", "postponed", '
        '"delivered", "retried", "dead", "overtaken", "waiting"}。'
    ),
    "run --notifier": ("每条通知也经这一方式送出；可以多次指定。whistle plugins列出有哪些。"),
    "run --once": "处理完现在到期的就结束。",
    "dead": """列出处理失败的：多次送不出去的通知，和被拒绝的定时任务。

一条失败不影响其他。原因排除后，加--revive放回队列，由处理进程重新处理。""",
    "dead epilog": (
        "退出码：0完成，一条也没有也是0；2用法不对，或没有这个存储。"
        '--json输出：{"timers": [{"matter", "clock", "step", "due"}], "notices": [{"matter", '
        '"version", "number", "code", "unit", "actor", "due"}], "more", "revived", "gone"}。'
    ),
    "dead --matter": "只列这件事项的。",
    "dead --revive": "放回队列，由处理进程重新处理。",
}
"""The texts by command and option."""
