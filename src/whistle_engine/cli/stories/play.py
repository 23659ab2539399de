"""``whistle play``: a story file, played and held against what it expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from whistle_engine.cli import completing, wrong
from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    BadInput,
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)
from whistle_engine.cli.words import say

if TYPE_CHECKING:
    from whistle_engine.cli.stories.performing import Performance
    from whistle_engine.story import Story


@command(
    epilog="Exit codes: 0 the story holds; 1 an expectation does not hold; 2 wrong usage, or the "
    "story cannot be read or played. "
    'With --json: {"name", "title", "holds", "problems", "steps": [{"at", "by", "do", "events", '
    '"refusal", "duties", ...}], "matters": [{"outcome", "clocks": [...], ...}]}; the reference '
    "of the command line in the documentation has every key."
)
@click.argument("story", required=False, shell_complete=completing.stories)
@click.option("--list", "listing", is_flag=True, help="List the stories that are shipped.")
@lang_option
@json_option
@click.pass_context
def play(
    context: click.Context, story: str | None, lang: Lang | None, *, listing: bool, as_json: bool
) -> None:
    """Play a story, tell its timeline, and check what it expects.

    STORY is a file, or the name of a story that is shipped (whistle play --list).
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    if listing:
        if story is not None:
            raise click.UsageError(say("play.list", lang), context)
        _list(lang, as_json=as_json)
        return
    if not story:
        raise click.UsageError(say("play.which", lang), context)
    played = performed(story, lang)
    if as_json:
        from whistle_engine.cli.stories.shape import story_shape

        write_json(story_shape(played))
    else:
        from whistle_engine.cli.stories.page import story_page

        write("\n".join(story_page(played, lang, room())))
    _verdict(context, played, lang, as_json=as_json)


def _verdict(context: click.Context, played: Performance, lang: Lang, *, as_json: bool) -> None:
    """Say whether the story holds; if not, on stderr, and leave with 1."""
    if played.problems:
        told = (problem.told(lang) for problem in played.problems)
        click.echo("\n".join((say("fails", lang), *told)), err=True)
        context.exit(1)
    if not as_json:
        write("\n" + say("holds", lang, n=len(played.scenes)))


def performed(name: str, lang: Lang) -> Performance:
    """A story by its file or its name, played.

    Raises:
        BadInput: why it cannot be.
    """
    from whistle_engine.cli.stories.performing import perform
    from whistle_engine.errors import WhistleError

    try:
        return perform(_read(name, lang))
    except WhistleError as error:
        raise wrong.bad(error, lang) from None
    except OverflowError:
        raise BadInput(say("play.time", lang, name=name)) from None
    except RecursionError:
        raise BadInput(say("play.deep", lang, name=name)) from None


def _read(name: str, lang: Lang) -> Story:
    """The story of a file that is there or looks like a path, else the shipped one."""
    from whistle_engine.errors import StoryError
    from whistle_engine.problems import nearest
    from whistle_engine.story import read_story, shipped_stories, shipped_story

    path = Path(name)
    if path.is_file() or path.suffix or path.name != name:
        return read_story(path)
    if path.exists() and name not in shipped_stories():
        return read_story(path)
    try:
        return shipped_story(name)
    except StoryError as error:
        near = nearest(name, shipped_stories())
        hint = say("near", lang, name=near) if near else ""
        raise BadInput(
            say("play.none", lang, name=name, why=wrong.line(error), near=hint)
        ) from None


def _list(lang: Lang, *, as_json: bool) -> None:
    from whistle_engine.story import shipped_stories, shipped_story

    stories = [shipped_story(name) for name in shipped_stories()]
    if as_json:
        titles = [{"name": s.name, "title": {"zh": s.title.zh, "en": s.title.en}} for s in stories]
        write_json({"stories": titles})
        return
    from whistle_engine.cli.filling import fill

    column = max(len(story.name) for story in stories) + 2
    for story in stories:
        title = getattr(story.title, lang)
        first = f"{story.name:<{column}}"
        write("\n".join(fill(title, room(), indent=" " * column, first=first)))
