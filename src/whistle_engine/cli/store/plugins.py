"""``whistle plugins``: what is there by name, who brought it, and what was set aside."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from whistle_engine.cli.filling import fill
from whistle_engine.cli.helping import ToldGroup
from whistle_engine.cli.output import (
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)
from whistle_engine.cli.store.words import say

if TYPE_CHECKING:
    from whistle_engine.plugins import Brought, Plugins

_KINDS = ("store", "notifier", "policy", "calendar", "suggester")
"""The kinds of records, in the order in which they are told."""


def strict_option(command: Any) -> Any:
    """``--strict``: for authors."""
    return click.option(
        "--strict", is_flag=True,
        help="For authors: a plugin that is broken is told with its traceback, and leaves with 1.",
    )(command)  # fmt: skip


@click.group(
    cls=ToldGroup,
    short_help="List plugins, and what is wrong with them.",
    invoke_without_command=True,
    epilog="Exit codes: 0 done, also where a plugin was set aside; with --strict 1 then. "
    'With --json: {"plugins": [{"kind", "name", "package", "version", "plugin"}], "set_aside": '
    '[{"name", "package", "error"}]}.',
)
@strict_option
@lang_option
@json_option
@click.pass_context
def plugins(context: click.Context, *, strict: bool, lang: Lang | None, as_json: bool) -> None:
    """List what is there by name: stores, notifiers, policies, calendars, suggesters.

    A plugin that is broken is set aside whole, and told with what is wrong.
    """
    if context.invoked_subcommand is not None:
        return
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    found = load(context, strict=strict)
    if as_json:
        write_json(shape(found))
    else:
        write("\n".join(lines(found, lang, room())))


@plugins.command(
    epilog="Exit codes: 0 nothing is wrong; 1 a plugin was set aside, or two claim one name. "
    'With --json: as `whistle plugins`, with {"conflict", "engine", "python", "sqlite": '
    '{"version", "journal", "synchronous", "reason", "sound"}, "packages": [{"name", "version", '
    '"extra"}]}.',
)
@strict_option
@lang_option
@json_option
@click.pass_context
def doctor(context: click.Context, *, strict: bool, lang: Lang | None, as_json: bool) -> None:
    """Tell what is installed, and whether anything is wrong with it.

    Also the versions of the engine, Python, the optional packages and SQLite, and which journal
    that leads to, and why.
    """
    from whistle_engine.cli.store.doctor import examine

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    health = examine(lambda: load(context, strict=strict))
    if as_json:
        write_json(health.shape())
    else:
        write("\n".join(health.lines(lang, room())))
    if not health.well:
        context.exit(1)


def load(context: click.Context, *, strict: bool) -> Plugins:
    """Load the plugins; if strict, tell the first that is broken with its traceback, and leave.

    Raises:
        BadInput: two claim one name.
    """
    from whistle_engine.cli.store.opening import installed
    from whistle_engine.errors import PluginError
    from whistle_engine.plugins import Plugins

    if not strict:
        installed.cache_clear()
        return installed()
    try:
        return Plugins.load(strict=True)
    except PluginError as error:
        if error.__cause__ is not None:
            click.echo("".join(traceback.format_exception(error.__cause__)), err=True, nl=False)
        click.echo(f"{context.command_path}: {error}", err=True)
        context.exit(1)


# ------------------------------------------------------------------------------- what is told


def lines(found: Plugins, lang: Lang, cells: int) -> Iterator[str]:
    """The table of what is there, and what was set aside."""
    from whistle_engine.cli.tables import table
    from whistle_engine.plugins import OURS

    rows = [
        (
            say(f"kind.{kind}", lang),
            one.record.name,
            say("plugins.ours", lang) if one.package == OURS else one.package,
            version(one.package) or "",
        )
        for kind, one in sorted_(found)
    ]
    heads = [say(f"plugins.{key}", lang) for key in ("kind", "name", "package", "version")]
    yield from table(heads, rows, cells, folded=(1, 2))
    if found.problems:
        yield ""
        yield say("plugins.aside", lang, n=len(found.problems))
    for each in found.problems:
        told = say("plugins.one", lang, name=each.name, package=each.package, error=each.error)
        yield from fill(told, cells, indent="  ", first="")


def shape(found: Plugins) -> dict[str, Any]:
    """The same as plain values."""
    return {
        "plugins": [
            {
                "kind": kind,
                "name": one.record.name,
                "package": one.package,
                "version": version(one.package),
                "plugin": one.plugin,
            }
            for kind, one in sorted_(found)
        ],
        "set_aside": [
            {"name": each.name, "package": each.package, "error": each.error}
            for each in found.problems
        ],
    }


def sorted_(found: Plugins) -> list[tuple[str, Brought]]:
    """The records with their kinds, in the order in which they are told."""
    from whistle_engine.plugins import CALLED

    known = [(CALLED[type(one.record)], one) for one in found.brought]
    return sorted(known, key=lambda pair: (_KINDS.index(pair[0]), pair[1].record.name))


def version(package: str) -> str | None:
    """The version of a package, if that can be told."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    try:
        return of(package)
    except (PackageNotFoundError, ValueError):
        return None
