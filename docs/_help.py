# ruff: noqa: INP001  a module of docs/_generate.py
"""The pages that show the help of every command, as a terminal of 80 columns does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from unittest.mock import patch

import click

from docs._markdown import page, wrapped
from whistle_engine.cli.app import whistle
from whistle_engine.texts import Lang

TITLE = {"en": "What each command says of itself", "zh": "各命令的说明"}
INTRO = {
    "en": """
        What `--help` shows, command by command. How they work together, and what `--json` writes,
        stands under [the command line](cli.md).
    """,
    "zh": """
        即各命令`--help`显示的内容。怎样配合使用，以及`--json`输出什么，见[命令行](cli.zh.md)。
    """,
}


def pages() -> dict[str, str]:
    """The page in both languages."""
    return {"cli-help.md": _page("en"), "cli-help.zh.md": _page("zh")}


def _page(lang: Lang) -> str:
    with patch.dict(os.environ, {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}):
        blocks = [*_helps(whistle, None, lang)]
    return page(TITLE[lang], wrapped(INTRO[lang], lang), *blocks)


def _helps(command: click.Command, parent: click.Context | None, lang: Lang) -> Iterator[str]:
    """The help of a command, then of those that it holds."""
    name = "whistle" if parent is None else command.name
    context = click.Context(
        command, info_name=name, parent=parent, obj=lang, **command.context_settings
    )
    with context.scope(cleanup=False):
        text = command.get_help(context)
    yield f"## `{context.command_path}`\n\n```text\n{text}\n```"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            if inner is not None:
                yield from _helps(inner, context, lang)
