"""The Chinese help of ``whistle demo`` and ``whistle play``."""

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "demo": """演示报道里的两个案例，按时间顺序讲述。

推诿的企图也一并讲述，每次都被拒绝并注明条款；每个期限都列出时限、出处和计入的日子；案例结束时列出谁主办、哪些按期、
哪些被拒绝。

演示写入一个存储，留下来可以接着查看。存储中有演示以外的内容时，不作任何改动。""",
    "demo epilog": (
        '--json输出：{"store", "stories": [...]}，其中每一项与whistle play --json相同，'
        "中英文都在其中。"
    ),
    "demo --store": "演示存放在哪里，供事后查看；memory:表示不保留。",
    "play": """演练一个情景，按时间顺序讲述，并核对其中写明的预期。

情景是一个文件，或者自带情景的名称（whistle play --list列出）。""",
    "play epilog": (
        "退出码：0与预期相符；1有一处不符；2用法不对，或情景不能读取、不能演练。"
        '--json输出：{"name", "title", "holds", "problems", "steps": [{"at", "by", "do", "events", '
        '"refusal", "duties", ...}], "matters": [{"outcome", "clocks": [...], ...}]}；'
        "各个键见文档中的命令行参考。"
    ),
    "play --list": "列出自带的情景。",
}
"""The texts by command and option."""
