"""``whistle policy new``: a small policy to begin with, its directory, tables and a story."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    BadInput,
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    write,
    write_json,
)
from whistle_engine.cli.policy.words import say
from whistle_engine.cli.wrong import why

if TYPE_CHECKING:
    from whistle_engine.policy_file import Files

STARTER = "mouqu"
"""The code of the city that is copied; it stands in the files and in their names."""


@command(
    epilog="Exit codes: 0 done; 2 wrong usage, or a file of that name is there already; nothing "
    'is written over. With --json: {"folder", "files"}.'
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--code", help="The new city's code; by default the name of the folder.")
@lang_option
@json_option
def new(folder: Path, code: str | None, lang: Lang | None, *, as_json: bool) -> None:
    """Put a small policy into a FOLDER, with all that it takes to play a story.

    It is a made-up district: change it until it is yours.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    named = code if code is not None else folder.resolve().name
    _check(named, lang)
    try:
        paths = _starter(named).write(folder)
    except FileExistsError as error:
        raise BadInput(say("new.there", lang, file=error.args[0])) from None
    except OSError as error:
        raise BadInput(say("unwritable", lang, file=folder, why=why(error, lang))) from None
    if as_json:
        write_json({"folder": str(folder), "files": [path.name for path in paths]})
        return
    notes = {path.name: say(f"new.{_what(path.name, named)}", lang) for path in paths}
    column = max(map(len, notes)) + 2
    write(say("new.done", lang, folder=folder))
    write("\n".join(f"  {name:<{column}}{note}" for name, note in notes.items()))
    write(say("new.next", lang, folder=folder, code=named))


def _check(code: str, lang: Lang) -> None:
    """Stop at what is no code.

    Raises:
        BadInput: what a code is.
    """
    from whistle_engine.policy_file.forms import CODE

    try:
        CODE.read(code)
    except ValueError:
        right = getattr(CODE.says, lang)
        raise BadInput(say("new.code", lang, code=code, right=right)) from None


def _starter(code: str) -> Files:
    """The files of the starter, under a city's own code."""
    from importlib.resources import files

    from whistle_engine.policy_file import Files

    shelf = files("whistle_engine").joinpath("starter")
    held = {file.name: file.read_bytes() for file in shelf.iterdir()}
    order = sorted(held, key=lambda name: (name.endswith(".csv"), name != f"{STARTER}.toml", name))
    old, new = STARTER.encode(), code.encode()
    return Files(
        tuple((name.replace(STARTER, code), held[name].replace(old, new)) for name in order)
    )


def _what(name: str, code: str) -> str:
    """What a file is, by its name: ``policy`` for that of the city's code alone."""
    return name.rpartition(".")[0].removeprefix(code).removeprefix(".") or "policy"
