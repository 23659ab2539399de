"""``whistle policy coverage``: what of a policy its stories and its records have shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from whistle_engine.cli.policy.coverage_words import say
from whistle_engine.cli.policy.files import source, told

if TYPE_CHECKING:
    from whistle_engine.policy import Policy
    from whistle_engine.policy_file import Loaded
    from whistle_engine.review.coverage import Item, Step

MOST = 20
"""So many of a sort that were never shown are named; with --all every one."""


@command(
    epilog="Exit codes: 0 done; 2 wrong usage, or something cannot be read. With --json: "
    '{"items": [{"sort", "key", "file", "line", "title", "count"}], "sorts": {SORT: '
    '{"shown", "of"}}, "others": {CODE: commits of the store under other policies}}.'
)
@click.argument("file", shell_complete=completing.policy_files)
@click.argument("stories", nargs=-1, metavar="[STORY]...", shell_complete=completing.stories)
@click.option("--store", "url", metavar="URL", help="Take what this store has recorded, too.")
@click.option("--all", "whole", is_flag=True, help="List everything, with how often it was shown.")
@lang_option
@json_option
def coverage(
    *, file: str, stories: tuple[str, ...], url: str | None, whole: bool, lang: Lang | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Tell which rules, floors, categories, kinds and rungs were ever used.

    FILE is a policy, or the name of one that is shipped; STORIES are files or shipped stories that
    are played, or folders of some. A decision counts for the rule by which FILE decides it,
    whatever version of the policy it was made by. A whistle that was blown before any decision
    counts for the category that it was blown with.
    """
    from whistle_engine.review.coverage import coverage as counted

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    if not stories and url is None:
        raise click.UsageError(say("which", lang))
    from whistle_engine.policy_file import load_policy

    with told(lang):
        policy = load_policy(source(file))
    names = [name for each in stories for name in _named(each, lang)]
    played = (step for name in names for step in _story(name, policy.value, lang))
    others: Mapping[str, int] = {}
    left_out = ""
    if url is None:
        items = counted(policy.value, played)
    else:
        from whistle_engine.cli.policy.recorded import Recorded
        from whistle_engine.cli.store.opening import opened

        with opened(url) as store:
            recorded = Recorded(store, frozenset({policy.value.code}))
            items = counted(policy.value, chain(played, recorded.steps()))
        recorded.expect_own(lang)
        others, left_out = recorded.others, recorded.left_out(lang)
    if as_json:
        write_json(_shape(items, policy, others))
    else:
        write("\n".join([*_lines(items, policy, lang, whole=whole), *filter(None, [left_out])]))


def _named(name: str, lang: Lang) -> list[str]:
    """A story by its name or path; of a folder those in it.

    Raises:
        BadInput: a folder without any.
    """
    from whistle_engine.story import shipped_stories, stories_in

    if name in shipped_stories() or not Path(name).is_dir():
        return [name]
    found = [str(path) for path in stories_in(name)]
    if not found:
        raise BadInput(say("no_stories", lang, folder=name))
    return found


def _story(name: str, policy: Policy, lang: Lang) -> Iterator[Step]:
    """What happens in a story.

    Raises:
        BadInput: it cannot be played, or is told by another city's policy.
    """
    from whistle_engine.cli.stories.play import performed

    played = performed(name, lang)
    code = played.rules.policy.code
    if code != policy.code:
        raise BadInput(say("other_city", lang, story=name, code=code, own=policy.code))
    for scene in played.scenes:
        for happened in (*scene.timers, *scene.own):
            yield happened.before, happened.event


def _lines(
    items: Iterable[Item], policy: Loaded[Policy], lang: Lang, *, whole: bool
) -> Iterator[str]:
    for sort, held in _by_sort(items).items():
        shown = sum(bool(item.count) for item in held)
        yield say("sort", lang, sort=say(f"sort.{sort}", lang), shown=shown, of=len(held))
        told = held if whole else [item for item in held if not item.count]
        for item in told if whole else told[:MOST]:
            title = item.title.zh if lang == "zh" else item.title.en
            spot = policy.reading.spot(item.key)
            parts = {"spot": spot, "name": item.key, "title": title}
            yield "  " + say("line", lang, times=_times(item.count, lang), **parts)
        if not whole and len(told) > MOST:
            yield f"  {say('more', lang, n=len(told) - MOST)}"


def _times(n: int, lang: Lang) -> str:
    return say({0: "never", 1: "count.one"}.get(n, "count"), lang, n=n)


def _by_sort(items: Iterable[Item]) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.sort, []).append(item)
    return found


def _shape(
    items: tuple[Item, ...], policy: Loaded[Policy], others: Mapping[str, int]
) -> dict[str, Any]:
    told = []
    for item in items:
        spot = policy.reading.spot(item.key)
        told.append(
            {
                "sort": item.sort,
                "key": item.key,
                "file": spot.file if spot is not None else None,
                "line": spot.line if spot is not None else None,
                "title": {"zh": item.title.zh, "en": item.title.en},
                "count": item.count,
            }
        )
    sorts = {
        sort: {"shown": sum(bool(item.count) for item in held), "of": len(held)}
        for sort, held in _by_sort(items).items()
    }
    return {"items": told, "sorts": sorts, "others": dict(others)}
