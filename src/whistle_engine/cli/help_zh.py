"""The Chinese help of every command and option: what stands beside the commands, put together.

A text stands under its command's path, as ``policy check``, its epilog under ``policy check
epilog``, an option under ``policy check --all``, or under its name alone where it means the same
wherever it is found.
"""

from __future__ import annotations

from collections.abc import Mapping

from whistle_engine.cli.policy.help_zh import HELP as POLICY
from whistle_engine.cli.reading.help_zh import HELP as READING
from whistle_engine.cli.store.help_zh import HELP as STORE
from whistle_engine.cli.stories.help_zh import HELP as STORIES
from whistle_engine.cli.working.help_zh import HELP as WORKING

_SHARED: Mapping[str, str] = {
    "": "街乡吹哨、部门报到的规则，可在命令行中试用、查看和运行。",
    "epilog": "退出码：0完成；1结果为否；2用法不对或所给内容不能用。",
    "--version": "显示版本后退出。",
    "--help": "显示本说明后退出。",
    "--lang": "输出所用的语言；默认按系统设置，不是中文就用英文。",
    "--json": "输出一个JSON对象，供程序读取。",
    "--store": "存储的地址，如sqlite:///whistle.db。",
    "--policy": (
        "规则：规则名称，或规则文件（名录文件“名称.directory.toml”放在同一文件夹）；"
        "默认用存储中最近一次提交所依据的规则。"
    ),
}

HELP: Mapping[str, str] = {**_SHARED, **STORIES, **READING, **WORKING, **POLICY, **STORE}
"""All of it."""
