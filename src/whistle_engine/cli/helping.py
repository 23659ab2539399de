"""The help of commands, in Chinese and English, filled to the terminal.

The English texts stand where click has them: docstrings, ``help=`` and ``epilog=``. The Chinese
ones stand in the ``help_zh`` beside each command, by the command's path and the option's name.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import click

from whistle_engine.cli.filling import fill, width
from whistle_engine.cli.output import Lang, chosen, encodable, room

_WIDEST = 80
_FIRST = 26
"""No wider is the first column of a list; what is wider has a line of its own."""

_CLICKS: dict[str, str] = {"Usage:": "用法：", "Options": "选项", "Commands": "命令"}
_METAVARS: dict[str, str] = {
    "ADDRESS": "地址", "AFFAIR": "层级", "ARGS": "参数", "CLAUSE": "条款", "CODE": "编码",
    "COMMAND": "命令", "DAY": "日期", "FACT": "事实", "FILE": "文件", "FOLDER": "文件夹",
    "ID": "编号", "NAME": "名称", "OPTIONS": "选项", "OUTCOME": "结果", "ROLE": "角色",
    "STAGE": "阶段", "STORY": "情景", "TEST": "测试", "TEXT": "文字", "UNIT": "单位",
    "VALUE": "取值", "YEAR": "年份",
}  # fmt: skip
"""What stands for a value in a usage, in Chinese; URL and N stay."""

_EXTRA: dict[str, tuple[str, str]] = {
    "envvars": ("环境变量：{}", "env var: {}"),
    "default": ("默认：{}", "default: {}"),
    "range": ("{}", "{}"),
    "required": ("必填", "required"),
}
"""What is said of an option besides its text, by click's name for it."""


class Formatter(click.HelpFormatter):
    """Puts help together, counting cells, of which a Chinese character takes two."""

    def __init__(self, lang: Lang) -> None:
        """Take a language."""
        super().__init__(width=min(room(), _WIDEST))
        self.lang = lang

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """How it is called."""
        del prefix
        first = f"{self._own('Usage:')}{'' if self.lang == 'zh' else ' '}{prog} "
        self._lines(fill(placeholder(args, self.lang), self.width, indent="  ", first=first))

    def write_heading(self, heading: str) -> None:
        """The heading of a list."""
        self.write(f"{self._own(heading)}{'：' if self.lang == 'zh' else ':'}\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, between blank lines."""
        indent = " " * self.current_indent
        for number, paragraph in enumerate(re.split(r"\n\s*\n", inspect.cleandoc(text))):
            if number:
                self.write("\n")
            joined = _joined(paragraph, self.lang)
            self._lines(fill(joined, self.width, indent=indent))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = _FIRST, col_spacing: int = 2
    ) -> None:
        """A list of names, and what is said of each."""
        rows = list(rows)
        indent = " " * self.current_indent
        column = min(max((width(name) for name, _ in rows), default=0), col_max) + col_spacing
        for name, said in rows:
            under = indent + " " * column
            if width(name) + col_spacing > column:
                self.write(f"{indent}{name}\n")
                self._lines(fill(said, self.width, indent=under))
            else:
                first = indent + name + " " * (column - width(name))
                self._lines(fill(said, self.width, indent=under, first=first))

    def _own(self, word: str) -> str:
        return _CLICKS[word] if self.lang == "zh" else word

    def _lines(self, lines: Sequence[str]) -> None:
        self.write("".join(f"{line}\n" for line in lines))


class Told(click.Command):
    """A command whose help is told in the language that was asked for."""

    def get_help(self, ctx: click.Context) -> str:
        """The help; in English where the output has no Chinese characters."""
        lang = chosen(None)
        formatter = Formatter(lang if encodable("街乡吹哨") else "en")
        self.format_help(ctx, formatter)
        return formatter.getvalue().rstrip("\n")

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What it does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(_text(self, ctx, _lang(formatter)))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Its options, and its commands if it has any."""
        lang = _lang(formatter)
        with formatter.section("Options"):
            formatter.write_dl([*_options(self, ctx, lang)])
        if isinstance(self, click.Group):
            with formatter.section("Commands"):
                formatter.write_dl([*_commands(self, ctx, lang)])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The exit codes, and what ``--json`` writes."""
        lang = _lang(formatter)
        if self.epilog:
            key = f"{path_of(ctx)} epilog".strip()
            epilog = _chinese(key) if lang == "zh" else self.epilog
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(epilog)


class ToldGroup(Told, click.Group):
    """A group whose help, and whose commands' help, is told so."""

    command_class = Told


command = partial(click.command, cls=Told)
"""As ``click.command``."""


def path_of(ctx: click.Context) -> str:
    """A command's path, without the name of the program."""
    return ctx.command_path.partition(" ")[2]


def placeholder(text: str, lang: Lang) -> str:
    """The names that stand for values, such as ``[FILE]``, in a language."""
    if lang == "en":
        return text
    return re.sub(r"[A-Z]+", lambda found: _METAVARS.get(found[0], found[0]), text)


def _lang(formatter: click.HelpFormatter) -> Lang:
    return formatter.lang if isinstance(formatter, Formatter) else "en"


def _chinese(key: str) -> str:
    from whistle_engine.cli.help_zh import HELP

    return HELP[key]


def _joined(paragraph: str, lang: Lang) -> str:
    """A paragraph in one line: in Chinese no space stands where a line of the source ends."""
    return ("" if lang == "zh" else " ").join(line.strip() for line in paragraph.splitlines())


def _text(told: click.Command, ctx: click.Context, lang: Lang) -> str:
    return _chinese(path_of(ctx)) if lang == "zh" else told.help or ""


def _options(told: click.Command, ctx: click.Context, lang: Lang) -> Iterator[tuple[str, str]]:
    path = path_of(ctx)
    for option in told.get_params(ctx):
        record = option.get_help_record(ctx)
        if record is None or not isinstance(option, click.Option):
            continue
        said = _option(path, option.opts[-1], lang) or option.help or ""
        extra = _extra(option, ctx, lang)
        yield placeholder(record[0], lang), f"{said}  {extra}" if extra else said


def _option(path: str, name: str, lang: Lang) -> str:
    """What is said of an option: for its command, else for all that have it."""
    if lang == "en":
        return ""
    from whistle_engine.cli.help_zh import HELP

    own = f"{path} {name}".strip()
    return HELP[own] if own in HELP else HELP[name]


def _extra(option: click.Option, ctx: click.Context, lang: Lang) -> str:
    """Where else the value comes from, and what it may be, in brackets."""
    told = []
    for name, value in option.get_help_extra(ctx).items():
        values = ", ".join(value) if isinstance(value, (list, tuple)) else str(value)
        told.append(_EXTRA[name][0 if lang == "zh" else 1].format(values))
    return f"[{('；' if lang == 'zh' else '; ').join(told)}]" if told else ""


def _commands(told: click.Group, ctx: click.Context, lang: Lang) -> Iterator[tuple[str, str]]:
    for name in told.list_commands(ctx):
        found = told.get_command(ctx, name)
        if found is None:
            continue
        path = f"{path_of(ctx)} {name}".strip()
        text = _chinese(path) if lang == "zh" else found.short_help or found.help or ""
        yield name, _joined(inspect.cleandoc(text).partition("\n\n")[0], lang)
