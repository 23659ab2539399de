"""What click says of wrong usage, in Chinese: each of its sentences, by its own template."""

from __future__ import annotations

import re
from functools import cache

from whistle_engine.cli.helping import placeholder

SENTENCES: dict[str, str] = {
    "Invalid value for {param}: {message}": "{param}的值不对：{message}",
    "Invalid value: {message}": "值不对：{message}",
    "Missing command.": "缺少命令。",
    "Missing argument {param}.": "缺少参数{param}。",
    "Missing option {param}.": "缺少选项{param}。",
    "Missing parameter: {param}": "缺少参数{param}",
    "No such option {name}.": "没有选项{name}。",
    "No such option {name}. {hint}": "没有选项{name}。{hint}",
    "No such command {name}.": "没有命令{name}。",
    "No such command {name}. {hint}": "没有命令{name}。{hint}",
    "Did you mean {name}?": "是否指{name}？",
    "(Did you mean one of: {names}?)": "是否指{names}之一？",
    "Option {name} requires an argument.": "选项{name}后面要写出值。",
    "Option {name} does not take a value.": "选项{name}不带值。",
    "Got unexpected extra argument ({words})": "多出参数（{words}）",
    "Got unexpected extra arguments ({words})": "多出参数（{words}）",
    "{value} is not one of {choices}.": "{value}不在可选范围内，可选：{choices}。",
    "{value} is not in the range {range}.": "{value}超出范围，应为{range}。",
    "{value} is not a valid integer range.": "{value}不是整数。",
    "{value} is not a valid integer.": "{value}不是整数。",
    "{kind} {file} is a directory.": "{file}是文件夹，这里要的是文件。",
    "{kind} {file} is a file.": "{file}是文件，这里要的是文件夹。",
    "{kind} {file} does not exist.": "{file}不存在。",
    "{kind} {file} is not readable.": "{file}无法读取。",
    "{kind} {file} is not writable.": "{file}无法写入。",
}
"""The sentences that a command of ours can meet, with what is filled in."""

_VARIABLE = r"(?: \(env var: .+?\))?"
"""What click puts after the name of an option that an environment variable can give, too."""


def chinese(message: str) -> str:
    """A message of click's in Chinese; one of ours, which is in Chinese already, as it is."""
    for template, told in SENTENCES.items():
        if found := _pattern(template).fullmatch(message):
            parts = {name: _part(name, text) for name, text in found.groupdict().items()}
            return told.format(**parts)
    return message


@cache
def _pattern(template: str) -> re.Pattern[str]:
    def group(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>.+?{_VARIABLE if found[1] == 'param' else ''})"

    return re.compile(re.sub(r"\\{(\w+)\\}", group, re.escape(template)), re.DOTALL)


def _part(name: str, text: str) -> str:
    """What is filled in: sentences are told in Chinese in turn, names of arguments too."""
    if name in {"message", "hint"}:
        return chinese(text)
    if name == "param":
        param, _, variable = text.removesuffix(")").partition(" (env var: ")
        return placeholder(param, "zh") + (f"（环境变量{variable}）" if variable else "")
    return text.replace(", ", "、") if name in {"choices", "names"} else text
