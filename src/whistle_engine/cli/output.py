"""What the commands share: the choice of language, and writing to wherever stdout leads."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from shutil import get_terminal_size
from typing import Any, Literal, NoReturn, TypeVar

import click

Lang = Literal["zh", "en"]
"""The languages of the output."""

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
    """What was given cannot be used, or the output cannot be written: exit code 2."""

    exit_code = 2


def lang_option(command: F) -> F:
    """``--lang``: by the option, else WHISTLE_LANG, else the locale."""
    return click.option(
        "--lang",
        type=click.Choice(["zh", "en"]),
        envvar="WHISTLE_LANG",
        show_envvar=True,
        help="The language of the output; by default that of the locale, else English.",
    )(command)


def json_option(command: F) -> F:
    """``--json``: one object for programs, instead of text for people."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")(
        command
    )


def chosen(lang: Lang | None, environ: Mapping[str, str] | None = None) -> Lang:
    """The language asked for, else that of the locale: Chinese for ``zh…``, else English.

    Args:
        lang: what was asked for.
        environ: the environment; ``None`` is the process's.
    """
    if lang is not None:
        return lang
    environ = os.environ if environ is None else environ
    names = (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in names if name), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def room() -> int:
    """How many cells a line may fill."""
    return max(NARROWEST, min(get_terminal_size((80, 24)).columns, WIDEST))


def encodable(text: str) -> bool:
    """Tell whether stdout's encoding has all these characters."""
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
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
    raise BadInput(f"cannot write the output: {error.strerror}") from None


def write_json(value: object) -> None:
    """Write one JSON object; in ASCII where stdout's encoding is not UTF-8, so nothing is lost."""
    import json

    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    write(json.dumps(value, ensure_ascii=encoding != "utf8", indent=2))
