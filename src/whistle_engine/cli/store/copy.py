"""``whistle store copy``: all that one store holds, into another of whatever kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    write,
    write_json,
)
from whistle_engine.cli.progress import Progress
from whistle_engine.cli.store.opening import opened, shown
from whistle_engine.cli.store.verify import counts
from whistle_engine.cli.wording import Words, speaker

if TYPE_CHECKING:
    from whistle_engine.moving import Moved
    from whistle_engine.verify import Report

WORDS: Words = {
    "copying": ("已复制{commits}个提交", "{commits} commits copied"),
    "verifying": ("正在核验{url}", "verifying {url}"),
    "done": (
        (
            "已将{of}迁移至{to}：事项{matters}件，提交{commits}个，文本{texts}份（另有{erased}份"
            "已擦除）。两边均已核验，内容一致。请以新存储重新生成检查点"
        ),
        (
            "{of} was copied to {to}: {matters} matters, {commits} commits, {texts} texts, and "
            "{erased} that were erased. Both verify, and hold the same. Take a new checkpoint of "
            "the copy"
        ),
    ),
    "unsound": (
        "{url}未通过核验，{rest}：{first}。请用whistle verify查明",
        "{url} does not verify, {rest}: {first}. whistle verify says more",
    ),
    "nothing": ("未作复制", "and nothing was copied"),
    "unusable": ("请勿使用该副本", "so do not use the copy"),
    "differ": (
        "{of}与{to}内容不一致，请勿使用该副本；复制期间可能有人写入",
        (
            "{of} and {to} do not hold the same, so do not use the copy; somebody may have written "
            "meanwhile"
        ),
    ),
}

say = speaker(WORDS)


@command(
    epilog="Exit codes: 0 the copy is made and verified; 1 one of the two does not verify, or they "
    "differ; 2 wrong usage, a store cannot be opened, or TO holds something. "
    'With --json: {"from", "to", "ok", "why", "counts": {"matters", "commits", "texts", "erased"}}.'
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@lang_option
@json_option
@click.pass_context
def copy(
    context: click.Context, *, source: str, target: str, lang: Lang | None, as_json: bool
) -> None:
    """Copy all of a store into an empty one: from SQLite to PostgreSQL, or between any two kinds.

    Stop the workers and whatever else writes first. FROM is verified, and stays as it is; TO is
    made where there is none, filled, and verified. Leases and tries do not come along: what waits
    waits anew. Positions begin at 1, without gaps.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    why, report = _copied(source, target, lang)
    if as_json:
        write_json(
            {
                "from": shown(source),
                "to": shown(target),
                "ok": why is None,
                "why": why,
                "counts": counts(report),
            }
        )
    else:
        urls = {"of": shown(source), "to": shown(target)}
        write(why or say("done", lang, **urls, **counts(report)))
    if why is not None:
        context.exit(1)


def _copied(source: str, target: str, lang: Lang) -> tuple[str | None, Report]:
    """What stands against the copy, if something does, and the report on the last store read."""
    from whistle_engine.moving import copy_store
    from whistle_engine.verify import verify

    with opened(source) as of, opened(target, create=True) as to, Progress() as progress:

        def told(moved: Moved) -> None:
            progress.tell(say("copying", lang, commits=moved.commits))

        progress.tell(say("verifying", lang, url=shown(source)))
        before = verify(of)
        if not before.ok:
            return _unsound(source, before, "nothing", lang), before
        copy_store(of, to, progress=told)
        progress.tell(say("verifying", lang, url=shown(target)))
        after = verify(to)
    if not after.ok:
        return _unsound(target, after, "unusable", lang), after
    if _held(before) != _held(after):
        return say("differ", lang, of=shown(source), to=shown(target)), after
    return None, after


def _unsound(url: str, report: Report, rest: str, lang: Lang) -> str:
    return say("unsound", lang, url=shown(url), rest=say(rest, lang), first=report.first)


def _held(report: Report) -> tuple[object, str | None]:
    """What tells two stores apart, wherever their commits stand in the feed."""
    return report.counts, report.checkpoint.root if report.checkpoint is not None else None
