"""What ``policy explore`` and ``policy check --explore`` share: exploring scopes, and telling."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from whistle_engine.cli.files import replace
from whistle_engine.cli.filling import fill
from whistle_engine.cli.output import BadInput, Lang, room, write
from whistle_engine.cli.policy.words import say
from whistle_engine.cli.progress import Progress as Line
from whistle_engine.cli.words import span
from whistle_engine.cli.wrong import why

if TYPE_CHECKING:
    from whistle_engine.review.explore import Explored, Progress, Scope, Violation
    from whistle_engine.rules import Rules

MOST = 200_000
"""After so many states a scope is cut off, unless something else is asked for."""

EACH = 7_000
"""The same beside a check, which nobody wants to wait for. Most scopes of what ships have fewer."""

_NOW_AND_THEN = 50
"""How many states are looked at between two words about it."""


@frozen(kw_only=True)
class Exploration:
    """What came of some scopes, and how long it took in seconds."""

    rules: Rules
    found: tuple[Explored, ...]
    seconds: float
    most: int

    @property
    def cut(self) -> tuple[str, ...]:
        """The scopes that were cut off."""
        return tuple(each.scope.name for each in self.found if not each.complete)

    @property
    def broken(self) -> dict[str, Violation]:
        """Of each law that is broken the violation to tell: one with a story before others."""
        told: dict[str, Violation] = {}
        for violation in (v for each in self.found for v in each.violations):
            known = told.get(violation.law)
            if known is None or (known.story is None and violation.story is not None):
                told[violation.law] = violation
        return told


_EARLY = 5
"""So many seconds have to pass before they tell how long the rest may take."""


@define
class Pace:
    """How long the rest takes at the most: as if every scope went on until it is cut off.

    Attributes:
        scopes: how many there are.
        most: after so many states each is cut off.
    """

    scopes: int
    most: int
    clock: Callable[[], float] = monotonic
    _began: float = field(init=False)
    _done: int = 0

    def __attrs_post_init__(self) -> None:
        """It begins."""
        self._began = self.clock()

    def over(self, states: int) -> None:
        """A scope is done, of so many states."""
        self._done += states

    def left(self, number: int, now: Progress) -> timedelta | None:
        """How long it may still take, in the n-th scope; ``None`` if it is too early to tell."""
        seconds, here = self.clock() - self._began, now.states - now.waiting
        if seconds < _EARLY or not self._done + here:
            return None
        more = (self.scopes - number) * self.most - here
        return timedelta(seconds=more * seconds / (self._done + here))


def explored(
    rules: Rules,
    scopes: Sequence[Scope],
    lang: Lang,
    *,
    policy: str,
    most: int = MOST,
    jobs: int | None = None,
    aloud: bool = True,
) -> Exploration:
    """Explore scopes one after another, on every core.

    Args:
        rules: what is explored.
        scopes: how far.
        lang: the language of what is written.
        policy: how stories name the policy.
        most: after so many states a scope is cut off.
        jobs: how many processes; by default one a core.
        aloud: write a line for each scope.

    Returns:
        What was found.
    """
    from whistle_engine.review.explore import explore

    began, found, pace = monotonic(), [], Pace(scopes=len(scopes), most=most)
    for number, scope in enumerate(scopes):
        with Line() as line:

            def tell(now: Progress, number: int = number, scope: Scope = scope) -> None:
                if now.waiting % _NOW_AND_THEN == 0:
                    figures = {"states": now.states, "waiting": now.waiting}
                    words = say("explore.progress", lang, name=scope.name, **figures)
                    left = pace.left(number, now)
                    if left:
                        whole = timedelta(minutes=ceil(left / timedelta(minutes=1)))
                        words = say("explore.left", lang, span=span(whole, lang)) + words
                    line.bar(number, len(scopes), words)

            one = explore(
                rules, scope, most=most, jobs=jobs or os.cpu_count() or 1, policy=policy,
                progress=tell,
            )  # fmt: skip
        found.append(one)
        pace.over(one.states)
        if aloud:
            write("\n".join(fill(_line(one, lang), room(), indent="  ", first="")))
    return Exploration(rules=rules, found=tuple(found), seconds=monotonic() - began, most=most)


def _line(one: Explored, lang: Lang) -> str:
    cut = "" if one.complete else say("explore.cut", lang)
    figures = {"states": one.states, "moves": one.moves, "depth": one.depth}
    return say("explore.scope", lang, name=one.scope.name, cut=cut, **figures)


def put(exploration: Exploration, folder: Path, lang: Lang) -> dict[str, Path]:
    """Write a story for each law that is broken, over no other file; the files by the laws.

    Raises:
        BadInput: one cannot be written.
    """
    from whistle_engine.story import write_story

    paths: dict[str, Path] = {}
    for law, violation in exploration.broken.items():
        if violation.story is not None:
            path, number = folder / f"breaks-{law}.toml", 1
            while path.exists():
                number += 1
                path = folder / f"breaks-{law}-{number}.toml"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                replace(path, write_story(violation.story).encode())
            except OSError as error:
                raise BadInput(say("unwritable", lang, file=path, why=why(error, lang))) from None
            paths[law] = path
    return paths


def told(exploration: Exploration, paths: Mapping[str, Path], lang: Lang) -> str:
    """All of it in a few lines, and each law that is broken."""
    lines = (
        _sum(exploration, lang), *_silence(exploration, lang), *_broken(exploration, paths, lang)
    )  # fmt: skip
    return "\n".join(each for line in lines for each in _filled(line))


def _filled(line: str) -> list[str]:
    """A line in as many as it takes; the name of a file stays in one, to be taken up whole."""
    if isinstance(line, _Whole):
        return [line]
    first = line[: len(line) - len(line.lstrip())]
    return fill(line.lstrip(), room(), indent=first + "  ", first=first)


class _Whole(str):
    """A line that is not broken."""

    __slots__ = ()


def _sum(exploration: Exploration, lang: Lang) -> str:
    from whistle_engine.review.explore import in_order

    found = exploration.found
    return say(
        "explore.sum", lang, scopes=len(found), states=sum(each.states for each in found),
        moves=sum(each.moves for each in found), seconds=round(exploration.seconds),
        laws=say("explore.join", lang).join(in_order(law for each in found for law in each.laws)),
    )  # fmt: skip


def _silence(exploration: Exploration, lang: Lang) -> Iterable[str]:
    slowest = max(exploration.found, key=lambda each: each.silence or timedelta())
    if slowest.silence is None:
        return
    start = f"{exploration.rules.policy.local(slowest.scope.at):%Y-%m-%d %H:%M}"
    key = "explore.silence.some" if exploration.cut else "explore.silence"
    yield say(key, lang, span=span(slowest.silence, lang), start=start)
    yield from (f"  {getattr(words, lang)}" for words in slowest.silent)


def _broken(exploration: Exploration, paths: Mapping[str, Path], lang: Lang) -> Iterable[str]:
    for law, violation in exploration.broken.items():
        yield say("explore.broken", lang, law=law, words=violation.words)
        yield from (f"  {getattr(words, lang)}" for words in violation.way)
        if law in paths:
            yield _Whole(say("explore.story", lang, path=paths[law]))
        elif violation.story is None:
            yield say("explore.no_story", lang)
    if not exploration.broken:
        yield say("explore.looked" if exploration.cut else "explore.kept", lang)
    if exploration.cut:
        names = say("explore.join", lang).join(exploration.cut)
        yield say("explore.beyond", lang, most=exploration.most, names=names)


def shape(exploration: Exploration, paths: Mapping[str, Path]) -> list[dict[str, Any]]:
    """The same for programs: an object for each scope."""
    return [_shape(each, paths) for each in exploration.found]


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
