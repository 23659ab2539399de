"""``whistle policy explore``: every state a matter can come to under a policy, and every law."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from whistle_engine.cli import completing
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
from whistle_engine.cli.policy.exploring import MOST, explored, put, shape
from whistle_engine.cli.policy.exploring import told as summed_up
from whistle_engine.cli.policy.files import directory_beside, source, told
from whistle_engine.cli.policy.words import say

if TYPE_CHECKING:
    from whistle_engine.review.explore import Scope
    from whistle_engine.rules import Rules


@command(
    epilog="Exit codes: 0 every law holds; 1 one is broken; 2 wrong usage, or a file cannot be "
    'used. With --json: {"scopes": [{"name", "states", "moves", "depth", "complete", "stages", '
    '"laws", "silence", "violations": [{"law", "words", "way": [{"zh", "en"}], "story"}]}]}; '
    "silence in seconds."
)
@click.argument("file", shell_complete=completing.policy_files)
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="FILE",
    help="The directory; by default NAME.directory.toml beside NAME.toml.",
)  # fmt: skip
@click.option(
    "--scopes", "preset", type=click.Choice(["quick", "full", "deep"]), default="quick",
    show_default=True, help="How far: quick takes some 20 seconds for xingqing and 2 minutes for "
    "beijing, full tens of minutes, deep hours.",
)  # fmt: skip
@click.option(
    "--category", metavar="CODE", help="Only this category.", shell_complete=completing.categories
)
@click.option(
    "--side", "sides", multiple=True, metavar="NAME", shell_complete=completing.sides,
    help="With --category: which further acts; may be given several times.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(min=1), metavar="N", default=MOST, show_default=True,
    help="After so many states a scope is cut off.",
)  # fmt: skip
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes; by default one a core.",
)
@click.option(
    "--stories", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Where to write a story for each law that is broken, to be played with whistle play.",
)  # fmt: skip
@lang_option
@json_option
@click.pass_context
def explore(
    context: click.Context,
    *,
    file: str,
    directory: Path | None,
    preset: str,
    category: str | None,
    sides: tuple[str, ...],
    most: int,
    jobs: int | None,
    stories: Path | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Explore a policy: hold every law against every state that a matter can come to.

    FILE is a policy, or the name of one that is shipped. A law that is broken is told by the
    shortest way to it.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    rules = _rules(file, directory, lang)
    scopes = _scopes(rules, lang, preset=preset, category=category, sides=sides)
    found = explored(
        rules, scopes, lang, policy=_policy_name(file, stories), most=most, jobs=jobs,
        aloud=not as_json,
    )  # fmt: skip
    paths = put(found, stories, lang) if stories is not None else {}
    if as_json:
        write_json({"scopes": shape(found, paths)})
    else:
        write(summed_up(found, paths, lang))
    if found.broken:
        context.exit(1)


def _rules(file: str, directory: Path | None, lang: Lang) -> Rules:
    from whistle_engine.policy_file import load_rules

    from_ = source(file)
    shipped = not isinstance(from_, Path)
    beside = source(f"{file}.directory") if shipped else directory_beside(file)
    with told(lang):
        return load_rules(from_, directory or beside)


def _scopes(
    rules: Rules, lang: Lang, *, preset: str, category: str | None, sides: tuple[str, ...]
) -> tuple[Scope, ...]:
    """The scopes that are asked for.

    Raises:
        BadInput: there is no such category or side, or the rules do not suffice.
    """
    from whistle_engine.review import explore as exploring

    presets = {"quick": exploring.quick, "full": exploring.full, "deep": exploring.deep}
    if category is None and sides:
        raise click.UsageError(say("explore.alone", lang))
    if category is not None:
        _expect(rules, category, sides, lang)
    try:
        if category is None:
            return presets[preset](rules)
        return (exploring.scope_of(rules, category, sides),)
    except ValueError as error:
        raise BadInput(say("explore.cannot", lang, why=error)) from None


def _expect(rules: Rules, category: str, sides: tuple[str, ...], lang: Lang) -> None:
    """See that there are such a category and such sides.

    Raises:
        BadInput: there is not; what there is like it.
    """
    from whistle_engine.problems import nearest
    from whistle_engine.review.explore import SIDES
    from whistle_engine.review.exploring.scopes import morning

    def near(word: str, known: Iterable[str]) -> str:
        found = nearest(word, known)
        return say("near", lang, name=found) if found else ""

    policy = rules.policy
    at = morning(policy)
    if policy.category(category, at) is None:
        codes = {row.code for row in policy.categories if policy.category(row.code, at)}
        day, like = policy.local(at).date(), near(category, sorted(codes))
        raise BadInput(say("explore.category", lang, code=category, day=day, near=like))
    for side in sides:
        if side not in SIDES:
            known = say("explore.join", lang).join(SIDES)
            like = near(side, SIDES)
            raise BadInput(say("explore.side", lang, name=side, near=like, known=known))


def _policy_name(file: str, stories: Path | None) -> str:
    """How a story names the policy: a shipped one, or its file from the story's folder."""
    if not Path(file).is_file():
        return file
    return Path(os.path.relpath(file, stories or ".")).as_posix()
