"""The Chinese help of ``whistle store``, ``whistle verify`` and ``whistle plugins``."""

from __future__ import annotations

from collections.abc import Mapping

HELP: Mapping[str, str] = {
    "store": "备份使用中的存储；迁移存储；检查一种存储是否符合约定。",
    "store backup": """把存储在某一时刻的内容备份到一个新文件。

其间可以照常读写；使用回滚日志时，写入要等备份完成。文件须是尚不存在的。此后擦除的文字在备份中仍然存在：
备份的保存期限不要超过规定。""",
    "store backup epilog": (
        "退出码：0备份完成；2用法不对，文件已经存在，存储不能读取或文件不能写入。"
        '--json输出：{"store", "file", "bytes"}。'
    ),
    "store check": """对一种存储运行全套检测，结果列成一页。

每项检测都要用一个空的存储，所以URL要写明新存储建在哪里，如sqlite:///{place}/store.db：
{place}代表每次新建的文件夹，用后删除；{name}代表每次不同的名称。已有内容的存储，绝不写入。

需要安装testing这一附加功能。编写存储的人还可以用pytest做更多检测，见文档中的存储约定。""",
    "store check epilog": (
        "退出码：0检测范围内符合约定；1不符合；2用法不对，或存储不能打开。"
        '--json输出：{"store", "kept", "seconds", "capabilities", "counts", "tests": [{"test", '
        '"clause", "checks", "status", "message", "seconds"}]}。'
    ),
    "store check --clause": "只做这一条款的检测，如S7；可以多次指定。",
    "store check --tests": "只做这几项检测，写名称，用逗号隔开。",
    "store copy": """把一个存储全部复制到另一个空的存储：从SQLite到PostgreSQL，或者任意两种之间。

请先停止后台进程和其他一切写入。FROM先经核验，保持不变；TO不存在时新建，写入后再经核验。
占用期限和尝试次数不随迁移带走，待办的从头开始计数。提交的位置从1开始连续编号。""",
    "store copy epilog": (
        "退出码：0复制完成并已核验；1有一边未通过核验，或两边不一致；2用法不对，存储不能打开，或TO已有"
        '内容。--json输出：{"from", "to", "ok", "why", "counts": {"matters", "commits", "texts", '
        '"erased"}}。'
    ),
    "verify": """核验存储：摘要链、字节、文字、台账行、定时任务、通知。

URL是存储的地址，也可以同其他命令一样写在--store后面。只读取，不影响他人写入。

把一件事项连同相关内容全部删去，或者把它的链重新写过，存储本身看不出来，要与存放在别处的检查点比对才能发现：
用--checkpoint写出检查点，下次用--since给出。""",
    "verify epilog": (
        "退出码：0全部相符；1有不符；2用法不对，或存储不能读取。"
        '--json输出：{"store", "ok", "counts": {"matters", "commits", "texts", "erased"}, "since", '
        '"mismatches": [{"matter", "version", "check", "label", "detail"}], "checkpoint": {"type", '
        '"position", "matters", "root"}, "written"}。'
    ),
    "verify --since": "以前写出的检查点：当时有的，现在必须还在。",
    "verify --checkpoint": "全部相符时，把新的检查点写到这里；可以与--since是同一个文件。",
    "verify --most": "发现这么多处不符就停止。",
    "plugins": """列出按名称可用的：存储、通知、规则、日历、提示。

有问题的插件整个搁置，并说明原因。""",
    "plugins epilog": (
        "退出码：0完成，有插件搁置也是0；加--strict则为1。"
        '--json输出：{"plugins": [{"kind", "name", "package", "version", "plugin"}], "set_aside": '
        '[{"name", "package", "error"}]}。'
    ),
    "--strict": "供插件作者使用：插件有问题时显示完整的出错位置，以1退出。",
    "plugins doctor": """检查安装了什么，有没有问题。

并列出引擎、Python、各附加包和SQLite的版本，由此采用哪种日志方式，以及为什么。""",
    "plugins doctor epilog": (
        "退出码：0没有问题；1有插件搁置，或两个插件用了同一个名称。"
        '--json输出：同whistle plugins，另有{"conflict", "engine", "python", "sqlite": {"version", '
        '"journal", "synchronous", "reason", "sound"}, "packages": [{"name", "version", '
        '"extra"}]}。'
    ),
}
"""The texts by command and option."""
