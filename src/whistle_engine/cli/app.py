"""The group of commands, and how mistakes are told: one line on stderr, and an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

import click

from whistle_engine.cli.lazy import Lazy
from whistle_engine.cli.output import BadInput, BadLines, Lang, asked, encodable, lang_option

COMMANDS = {
    "demo": "stories.demo",
    "play": "stories.play",
    "classify": "reading.classify",
    "matter": "reading.matter",
    "ledger": "reading.ledger",
    "inbox": "reading.inbox",
    "run": "working.run",
    "dead": "working.dead",
    "policy": "policy",
    "store": "store",
    "verify": "store.verify",
    "plugins": "store.plugins",
}
"""The commands, and the modules of this package that hold them under the same name."""


class Whistle(Lazy):
    """A group that tells every mistake in one line."""

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run, and leave with the exit code."""
        extra["standalone_mode"] = False
        given = sys.argv[1:] if args is None else args
        extra["obj"] = lang = asked(given)
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # its encoding may lack characters
        try:
            _expect_words(given, lang)
            code = super().main(args, **extra)
        except click.ClickException as error:
            from whistle_engine.problems import visible

            kept = "\n" if isinstance(error, BadLines) else ""
            click.echo(visible(_told(error, lang), kept=kept), err=True)
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(130)  # as a shell tells an interrupt
        sys.exit(code if isinstance(code, int) else 0)


def _expect_words(given: Sequence[str], lang: Lang) -> None:
    """See that every word can be the name of a file; no shell gives others, but programs can.

    Raises:
        BadInput: one has a sign that no name can have.
    """
    bad = next((word for word in given if "\0" in word), None)
    if bad is not None:
        from whistle_engine.cli.words import say

        raise BadInput(say("null", lang, word=bad))


def _told(error: click.ClickException, lang: Lang) -> str:
    """The mistake, and for wrong usage where to read on."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "whistle"
    message = error.format_message()
    if lang == "en" or not encodable("街乡吹哨", stream=sys.stderr):
        see = f" (see {path} --help)" if isinstance(error, click.UsageError) else ""
        return f"{path}: {message}{see}"
    from whistle_engine.cli.clicks import chinese

    see = f"（参见{path} --help）" if isinstance(error, click.UsageError) else ""
    return f"{path}：{chinese(message)}{see}"


def _version(context: click.Context, _option: click.Parameter, value: object) -> None:
    if not value or context.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("whistle-engine")
    except PackageNotFoundError:
        found = "(not installed, so its version is not known)"
    click.echo(f"whistle-engine {found}")
    context.exit()


@click.group(
    cls=Whistle,
    modules=COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done; 1 the answer is no; 2 wrong usage or bad input.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version,
    help="Show the version, and exit.",
)  # fmt: skip
@lang_option
@click.pass_context
def whistle(context: click.Context, *, lang: Lang | None) -> None:
    """The rules of 街乡吹哨、部门报到, to try: a street blows, the departments report in."""
    del lang  # it holds for the whole call, and is looked for before
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
