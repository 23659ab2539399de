"""``whistle dead``: dead letters, which are given up, and taking them back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from whistle_engine.cli.helping import command
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
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.store.opening import opened, store_option

if TYPE_CHECKING:
    from datetime import datetime

    from whistle_engine.storage.api import Store
    from whistle_engine.storage.rows import Notice, Timer
    from whistle_engine.texts._voice import Voice

MOST = 1000
"""So many of each queue are taken at once."""


class Letters(NamedTuple):
    """The dead letters of both queues."""

    timers: tuple[Timer, ...]
    notices: tuple[Notice, ...]


class Taken(NamedTuple):
    """What became of taking them back: how many are in their lines, and how many were not dead."""

    revived: int
    gone: int


@command(
    short_help="List dead letters, and take them back.",
    epilog="Exit codes: 0 done, also where there are none; 2 wrong usage, or no such store. "
    'With --json: {"timers": [{"matter", "clock", "step", "due"}], "notices": [{"matter", '
    '"version", "number", "code", "unit", "actor", "due"}], "more", "revived", "gone"}.',
)
@store_option
@click.option("--matter", metavar="ID", help="Only those of this matter.")
@click.option("--revive", is_flag=True, help="Take them back: a worker tries them anew.")
@lang_option
@json_option
def dead(*, url: str, matter: str | None, revive: bool, lang: Lang | None, as_json: bool) -> None:
    """List what workers gave up: notices that failed too often, and timers that were refused.

    A dead letter holds up nothing else. Once its cause is mended, --revive takes it back into its
    line, and a worker tries it anew.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    with opened(url) as store:
        letters = _letters(store, matter)
        voice = _voice(store, lang)
        further = matter is None
        taken = _revived(store, letters, further=further) if revive else Taken(0, 0)
    if as_json:
        write_json(_shape(letters, taken))
    else:
        write("\n".join(_lines(letters, taken, voice, lang)))


def _letters(store: Store, matter: str | None) -> Letters:
    from whistle_engine.storage.rows import ItemState

    if matter is None:
        return Letters(store.timers.dead(limit=MOST), store.outbox.dead(limit=MOST))
    queues = store.queued(matter)
    return Letters(
        tuple(each.item for each in queues.timers if each.state is ItemState.DEAD),
        tuple(each.item for each in queues.notices if each.state is ItemState.DEAD),
    )


def _revived(store: Store, letters: Letters, *, further: bool) -> Taken:
    """Take letters back; where there were as many as are taken at once, perhaps further ones."""
    done = [store.timers.revive(each) for each in letters.timers]
    done += [store.outbox.revive(each) for each in letters.notices]
    taken = Taken(done.count(True), done.count(False))
    if not further or not taken.revived or MOST not in map(len, letters):
        return taken
    more = _revived(store, _letters(store, None), further=True)
    return Taken(taken.revived + more.revived, taken.gone + more.gone)


def _voice(store: Store, lang: Lang) -> Voice:
    """Says units by their titles, if the rules of the store can be read."""
    from whistle_engine.cli.output import BadInput
    from whistle_engine.cli.reading.rules_from import of_store
    from whistle_engine.texts._voice import Voice

    try:
        return Voice(lang, of_store(store, lang))
    except BadInput:  # codes will do
        return Voice(lang)


# ------------------------------------------------------------------------------- what is told


def _lines(letters: Letters, taken: Taken, voice: Voice, lang: Lang) -> Iterator[str]:
    from whistle_engine.cli.tables import table

    rows = [*_timers(letters.timers, voice, lang), *_notices(letters.notices, voice, lang)]
    if not rows:
        yield say("dead.none", lang)
        return
    heads = [say(f"dead.{name}", lang) for name in ("line", "matter", "what", "to", "due")]
    yield from table(heads, rows, room(), folded=(1, 2, 3))
    if MOST in (len(letters.timers), len(letters.notices)):
        yield say("dead.more", lang, n=MOST)
    if taken.revived:
        yield say("dead.revived", lang, n=taken.revived)
    if taken.gone:
        yield say("dead.gone", lang, n=taken.gone)


def _timers(timers: tuple[Timer, ...], voice: Voice, lang: Lang) -> Iterator[tuple[str, ...]]:
    for each in timers:
        what = say("dead.step", lang, clock=each.clock, step=each.step)
        yield say("dead.timer", lang), each.matter, what, "", voice.until(each.due)


def _notices(notices: tuple[Notice, ...], voice: Voice, lang: Lang) -> Iterator[tuple[str, ...]]:
    from whistle_engine import texts

    for each in notices:
        to = voice.unit(each.unit) if each.unit is not None else each.actor or ""
        what = texts.label(f"event.{each.code.partition('.')[0]}", lang)
        yield say("dead.notice", lang), each.matter, what, to, voice.when(each.due)


def _shape(letters: Letters, taken: Taken) -> dict[str, Any]:
    def told(each: Timer | Notice, *names: str) -> dict[str, Any]:
        due: datetime = each.due
        return {**{name: getattr(each, name) for name in names}, "due": due.isoformat()}

    return {
        "timers": [told(each, "matter", "clock", "step") for each in letters.timers],
        "notices": [
            told(each, "matter", "version", "number", "code", "unit", "actor")
            for each in letters.notices
        ],
        "more": MOST in map(len, letters),
        "revived": taken.revived,
        "gone": taken.gone,
    }
