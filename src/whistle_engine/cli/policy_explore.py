"""``whistle policy explore``: every state a matter can come to under a policy, and every law."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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

if TYPE_CHECKING:
    from whistle_engine.review.explore import Explored, Progress, Scope, Violation
    from whistle_engine.rules import Rules

WORDS: Mapping[str, tuple[str, str]] = {
    "scope": (
        "{name}：{states}种状态，{moves}步，最远{depth}步{cut}",
        "{name}: {states} states, {moves} moves, {depth} deep{cut}",
    ),
    "cut": ("（已达上限，未探完）", " (cut off: there are more)"),
    "sum": (
        "{scopes}个范围，{states}种状态，{moves}步，用时{seconds}秒；所查条款：{laws}。",
        "All in all: {scopes} scopes, {states} states, {moves} moves, {seconds} s; asked: {laws}.",
    ),
    "silence": (
        "无人处理时，至迟{span}后结案或者提交统筹协调（自{start}起算）：",
        (
            "If nobody acts, it takes at most {span} until a matter is closed or comes before the "
            "coordinator (reckoned from {start}):"
        ),
    ),
    "kept": ("全部条款成立。", "Every law holds in all of them."),
    "broken": ("违反{law}：{words}", "{law} is broken: {words}"),
    "story": ("  故事文件：{path}", "  the story: {path}"),
    "no_story": (
        "  按本规则的期限先后走不到这一步，期限改动后可能出现。",
        "  The limits of this policy come due in another order; with others it would happen.",
    ),
    "progress": (
        "{name}：{states}种状态，{moves}步，待查{waiting}",
        "{name}: {states} states, {moves} moves, {waiting} to look at",
    ),
    "span": ("{days}天{hours}小时", "{days} days {hours} hours"),
}


@click.command(
    epilog="Exit codes: 0 every law holds; 1 one is broken; 2 wrong usage, or a file cannot be "
    'used. With --json: {"scopes": [{"name", "states", "moves", "depth", "complete", "stages", '
    '"laws", "silence", "violations": [{"law", "words", "way": [{"zh", "en"}], "story"}]}]}; '
    "silence in seconds."
)
@click.argument("file")
@click.option(
    "--directory", type=click.Path(path_type=Path), metavar="FILE",
    help="The directory; by default NAME.directory.toml beside NAME.toml.",
)  # fmt: skip
@click.option(
    "--scopes", "preset", type=click.Choice(["quick", "full", "deep"]), default="quick",
    show_default=True, help="How far: what takes seconds, minutes, or hours.",
)  # fmt: skip
@click.option("--category", metavar="CODE", help="Only this category.")
@click.option(
    "--side", "sides", multiple=True, metavar="NAME",
    help="With --category: which further acts; may be given several times.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(min=1), default=200_000, show_default=True,
    help="After so many states a scope is cut off.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(min=1), help="How many processes; by default one a core."
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
    from time import monotonic

    from whistle_engine.review import explore as exploring

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    rules = _rules(file, directory, lang)
    scopes = _scopes(rules, preset=preset, category=category, sides=sides)
    named = _policy_name(file, stories)
    began, found = monotonic(), []
    for scope in scopes:
        one = exploring.explore(
            rules, scope, most=most, jobs=jobs or os.cpu_count() or 1, policy=named,
            progress=_progress(scope, lang),
        )  # fmt: skip
        _progress_over()
        found.append(one)
        if not as_json:
            write(_line(one, lang))
    paths = _put(found, stories)
    if as_json:
        write_json({"scopes": [_shape(each, paths) for each in found]})
    else:
        _tell(found, rules, monotonic() - began, paths, lang)
    if any(each.violations for each in found):
        context.exit(1)


def _line(one: Explored, lang: Lang) -> str:
    cut = "" if one.complete else _say("cut", lang)
    figures = {"states": one.states, "moves": one.moves, "depth": one.depth}
    return _say("scope", lang, name=one.scope.name, cut=cut, **figures)


def _say(key: str, lang: Lang, **values: object) -> str:
    return WORDS[key][0 if lang == "zh" else 1].format(**values)


def _rules(file: str, directory: Path | None, lang: Lang) -> Rules:
    from whistle_engine.errors import PolicyError
    from whistle_engine.policy_file import load_rules, shipped_names, shipped_rules

    path = Path(file)
    try:
        if file in shipped_names() and not path.is_file() and directory is None:
            return shipped_rules(file)
        beside = Path(f"{file.removesuffix('.toml')}.directory.toml")
        return load_rules(path, directory or beside)
    except PolicyError as error:
        raise BadInput(error.told(lang)) from None


def _scopes(
    rules: Rules, *, preset: str, category: str | None, sides: tuple[str, ...]
) -> tuple[Scope, ...]:
    from whistle_engine.review import explore as exploring

    if category is None:
        if sides:
            raise click.UsageError("--side goes with --category")
        presets = {"quick": exploring.quick, "full": exploring.full, "deep": exploring.deep}
        return presets[preset](rules)
    try:
        return (exploring.scope_of(rules, category, sides),)
    except ValueError as error:
        raise BadInput(str(error)) from None


def _policy_name(file: str, stories: Path | None) -> str:
    """How a story names the policy: a shipped one, or its file from the story's folder."""
    if not Path(file).is_file():
        return file
    return Path(os.path.relpath(file, stories or ".")).as_posix()


def _progress(scope: Scope, lang: Lang) -> Callable[[Progress], None] | None:
    """Write how far it is, over and over in one line, where somebody sees it."""
    if not sys.stderr.isatty():
        return None

    def told(now: Progress) -> None:
        if now.waiting % 50 == 0:
            words = _say(
                "progress", lang, name=scope.name, states=now.states, moves=now.moves,
                waiting=now.waiting,
            )  # fmt: skip
            sys.stderr.write(f"\r\x1b[K{words}")
            sys.stderr.flush()

    return told


def _progress_over() -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _first_of_each(found: Iterable[Explored]) -> dict[str, Violation]:
    """Of each law that is broken the violation that is told: one with a story before others."""
    told: dict[str, Violation] = {}
    for violation in (v for each in found for v in each.violations):
        known = told.get(violation.law)
        if known is None or (known.story is None and violation.story is not None):
            told[violation.law] = violation
    return told


def _put(found: Iterable[Explored], folder: Path | None) -> dict[str, Path]:
    """Write the stories; nothing is written over without a word of who asked for it."""
    from whistle_engine.story import write_story

    paths: dict[str, Path] = {}
    if folder is None:
        return paths
    for law, violation in _first_of_each(found).items():
        if violation.story is not None:
            folder.mkdir(parents=True, exist_ok=True)
            paths[law] = folder / f"breaks-{law}.toml"
            paths[law].write_text(write_story(violation.story), encoding="utf-8")
    return paths


def _tell(
    found: list[Explored], rules: Rules, seconds: float, paths: dict[str, Path], lang: Lang
) -> None:
    laws = sorted({law for each in found for law in each.laws}, key=_numbered)
    lines = [
        _say(
            "sum", lang, scopes=len(found), states=sum(each.states for each in found),
            moves=sum(each.moves for each in found), seconds=round(seconds), laws=", ".join(laws),
        )
    ]  # fmt: skip
    slowest = max(found, key=lambda each: each.silence or timedelta())
    if slowest.silence is not None:
        start = f"{rules.policy.local(slowest.scope.at):%Y-%m-%d %H:%M}"
        span = _span(slowest.silence, lang)
        lines.append(_say("silence", lang, span=span, start=start))
        lines += [f"  {getattr(words, lang)}" for words in slowest.silent]
    told = _first_of_each(found)
    for law, violation in told.items():
        lines.append(_say("broken", lang, law=law, words=violation.words))
        lines += [f"  {getattr(words, lang)}" for words in violation.way]
        if law in paths:
            lines.append(_say("story", lang, path=paths[law]))
        elif violation.story is None:
            lines.append(_say("no_story", lang))
    if not told:
        lines.append(_say("kept", lang))
    write("\n".join(lines))


def _numbered(law: str) -> tuple[str, int]:
    return law.rstrip("0123456789"), int("".join(c for c in law if c.isdigit()) or 0)


def _span(length: timedelta, lang: Lang) -> str:
    return _say("span", lang, days=length.days, hours=length.seconds // 3600)


def _shape(each: Explored, paths: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "name": each.scope.name,
        "states": each.states,
        "moves": each.moves,
        "depth": each.depth,
        "complete": each.complete,
        "stages": {stage.value: count for stage, count in each.stages.items()},
        "laws": list(each.laws),
        "silence": each.silence.total_seconds() if each.silence is not None else None,
        "violations": [
            {
                "law": v.law,
                "words": v.words,
                "way": [{"zh": words.zh, "en": words.en} for words in v.way],
                "story": str(paths[v.law]) if v.law in paths else None,
            }
            for v in each.violations
        ],
    }
