"""What the commands share: the choice of language, and writing to wherever stdout leads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from shutil import get_terminal_size
from typing import Any, Literal, NoReturn, TextIO, TypeVar

import click

Lang = Literal["zh", "en"]
"""The languages of the output."""

LANGS: Sequence[Lang] = ("zh", "en")

LANG = "WHISTLE_LANG"
"""The environment variable that names the language where no option does."""

NARROWEST, WIDEST = 50, 100
"""Between these widths lines are filled, whatever the terminal's."""

_SIGPIPE = 128 + 13
_PLAIN = str.maketrans(
    {
        "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "—": "-", "–": "-", "─": "-",
        "━": "=", "·": "-", "•": "-", "✓": "+", "✗": "x", "◷": "@", "┃": "!",
    }
)  # fmt: skip
"""What stands for typographic marks where the encoding of stdout has none."""

F = TypeVar("F", bound=Callable[..., Any])


class BadInput(click.ClickException):
    """What was given cannot be used, or the output cannot be written: exit code 2.

    It is told in one line, whatever was given.
    """

    exit_code = 2


class BadLines(BadInput):
    """The same, of several things that are wrong: each has a line of its own."""


def lang_option(command: F) -> F:
    """``--lang``: by the option, wherever it stands, else WHISTLE_LANG, else the locale."""
    return click.option(
        "--lang",
        type=click.Choice(LANGS),
        callback=lambda context, _option, value: context.find_root().obj or value,
        envvar=LANG,
        show_envvar=True,
        help="The language of the output; by default that of the locale, else English.",
    )(command)


def json_option(command: F) -> F:
    """``--json``: one object for programs, instead of text for people."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")(
        command
    )


def asked(args: Sequence[str], environ: Mapping[str, str] | None = None) -> Lang:
    """The language of a whole call: of the last ``--lang``, else WHISTLE_LANG, else the locale.

    It is known before the words are parsed, so that what is wrong with them, and help, are told
    in it too.

    Args:
        args: the words after ``whistle``.
        environ: the environment; ``None`` is the process's.
    """
    environ = os.environ if environ is None else environ
    said = [
        *(value for option, value in pairwise(args) if option == "--lang"),
        *(word.removeprefix("--lang=") for word in args if word.startswith("--lang=")),
    ]
    for name in (*reversed(said), environ.get(LANG)):
        for lang in LANGS:
            if name == lang:
                return lang
    return chosen(None, environ)


def chosen(lang: Lang | None, environ: Mapping[str, str] | None = None) -> Lang:
    """The language asked for, else that of the call, else of the locale: Chinese for ``zh…``.

    Args:
        lang: what was asked for.
        environ: the environment; ``None`` is the process's, and that of the call.
    """
    if lang is not None:
        return lang
    context = click.get_current_context(silent=True) if environ is None else None
    if context is not None and context.find_root().obj in LANGS:
        found: Lang = context.find_root().obj
        return found
    environ = os.environ if environ is None else environ
    names = (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def room() -> int:
    """How many cells a line may fill."""
    return max(NARROWEST, min(get_terminal_size((80, 24)).columns, WIDEST))


def encodable(text: str, *, stream: TextIO | None = None) -> bool:
    """Tell whether the encoding of a stream, by default stdout, has all these characters."""
    try:
        text.encode(getattr(stream or sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def readable(lang: Lang) -> None:
    """Stop where the language cannot be shown.

    Raises:
        click.UsageError: stdout has an encoding without Chinese characters.
    """
    if lang == "zh" and not encodable("街乡吹哨"):
        raise click.UsageError(
            f"the output's encoding, {sys.stdout.encoding}, has no Chinese characters; "
            "set PYTHONIOENCODING=utf-8, or take --lang en or --json",
            click.get_current_context(silent=True),
        )


def write(text: str) -> None:
    """Write to stdout: without colours unless it is a terminal, and quietly if nobody reads.

    What stdout's encoding lacks is replaced, by something alike where there is one.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    if not encodable(text):
        text = text.translate(_PLAIN).encode(encoding, "replace").decode(encoding)
    try:
        click.echo(text, color=False if os.environ.get("NO_COLOR") else None)
    except OSError as error:
        no_output(error)


def no_output(error: OSError) -> NoReturn:
    """Leave because stdout cannot be written: quietly if nobody reads.

    Raises:
        BadInput: why it cannot be written.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the last flush
    if isinstance(error, BrokenPipeError):
        sys.exit(_SIGPIPE)
    from whistle_engine.cli.wrong import why

    said = "无法写出结果：" if chosen(None) == "zh" else "cannot write the output: "
    raise BadInput(said + why(error)) from None


def write_json(value: object) -> None:
    """Write one JSON object; in ASCII where stdout's encoding is not UTF-8, so nothing is lost."""
    import json

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    write(json.dumps(value, ensure_ascii=encoding != "utf8", indent=2))
