"""``whistle matter``: a matter's history, its clocks, and whose move it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

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
from whistle_engine.cli.reading.options import reading_options

if TYPE_CHECKING:
    from datetime import datetime

    from whistle_engine.cli.reading.desk import Desk
    from whistle_engine.cli.reading.retelling import Words
    from whistle_engine.cli.stories.performing import Performance
    from whistle_engine.commits import Commit

_CONTACT = "contact"
"""The words that are never shown: how somebody is reached."""


@command(
    short_help="Tell a matter's history, its clocks, and whose move it is.",
    epilog="Exit codes: 0 done; 2 wrong usage, no such store, or no such matter. With --json: "
    '{"matter": {"stage", "clocks": [...], ...}, "duties": [{"what", "unit", "since", "due", '
    '"late", ...}], "commits": [{"version", "at", "by", "do", "events", "refusal", "words"}], '
    '"now", "policy_digest", "directory_digest"}.',
)
@click.argument("id_", metavar="ID")
@click.option("--words", is_flag=True, help="Show the words that came with it; no contacts.")
@reading_options
@lang_option
@json_option
def matter(
    id_: str,
    *,
    words: bool,
    url: str,
    who: str | None,
    policy: str | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Tell a matter: its history, its clocks, whose move it is and since when.

    ID is the matter's. Each due time is told with its rule, source and the days that counted.
    What residents and units wrote lies in the vault, and is shown with --words only.
    """
    from whistle_engine.cli.reading.desk import desk
    from whistle_engine.cli.reading.retelling import retell

    lang = chosen(lang)
    if not as_json:
        readable(lang)
    with desk(url, lang, policy=policy, who=who) as at:
        commits = at.reader.commits(at.actor, id_)
        said = _words(at, id_, commits) if words else {}
        told = retell(id_, commits, at.rules, said)
    if as_json:
        write_json(_shape(told, commits, said))
    else:
        from whistle_engine.cli.stories.page import story_page
        from whistle_engine.engine import utc_now

        now = utc_now()
        lines = [*story_page(told, lang, room(), now=now), "", *_moves(told, now, lang, room())]
        write("\n".join(lines))


def _words(at: Desk, id_: str, commits: tuple[Commit, ...]) -> Words:
    """The words that the reader may see, contacts left out, by version and name."""
    from whistle_engine.cli.reading.words import say
    from whistle_engine.model import TextRef
    from whistle_engine.storage.rows import Erased

    found: dict[int, dict[str, str]] = {}
    for commit in commits:
        for name in commit.command.texts:
            if name == _CONTACT:
                continue
            text = at.reader.text(at.actor, id_, TextRef(commit.command.id, name))
            if isinstance(text, Erased):
                found.setdefault(commit.version, {})[name] = say("erased", at.lang)
            elif text is not None:
                found.setdefault(commit.version, {})[name] = _plain(text)
    return found


def _plain(text: str) -> str:
    """Words in one line, without what would steer a terminal."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


# ------------------------------------------------------------------------------- whose move it is


def _moves(told: Performance, now: datetime, lang: Lang, cells: int) -> Iterator[str]:
    """The duties as a table: whose, for what, since when, until when, and how long that is."""
    from whistle_engine import texts
    from whistle_engine.cli.filling import width
    from whistle_engine.cli.reading.time_left import time_left
    from whistle_engine.cli.reading.words import say
    from whistle_engine.cli.stories.telling import Teller
    from whistle_engine.cli.tables import table
    from whistle_engine.cli.words import moment, until
    from whistle_engine.workflow import duties

    teller = Teller(played=told, lang=lang)
    title = say("matter.moves", lang)
    yield click.style(f"{title} {'─' * (cells - width(title) - 1)}", bold=True)
    rows = [
        (
            teller.party(duty.raiser, duty.unit),
            texts.label(duty.what, lang),
            moment(duty.since, told.rules, lang, key="short"),
            until(duty.due, told.rules, lang, key="short"),
            time_left(duty.due, now, lang),
        )
        for state in told.states.values()
        for duty in sorted(duties(state, told.rules), key=lambda each: each.due)
    ]
    if not rows:
        yield say("matter.nobody", lang)
        return
    heads = [say(f"move.{key}", lang) for key in ("who", "what", "since", "due", "left")]
    yield from table(heads, rows, cells, folded=(0, 1))


# ------------------------------------------------------------------------------- as JSON


def _shape(told: Performance, commits: tuple[Commit, ...], words: Words) -> dict[str, Any]:
    from whistle_engine.cli.stories import shape
    from whistle_engine.commands import NAMES
    from whistle_engine.engine import utc_now
    from whistle_engine.workflow import duties

    (state,) = told.states.values()
    now = utc_now()
    return {
        "matter": shape.matter_shape(state, told),
        "duties": [
            {**shape.duty_shape(duty, told), "late": now > duty.due}
            for duty in duties(state, told.rules)
        ],
        "commits": [
            {
                "version": commit.version,
                "at": shape.instant(commit.recorded_at, told),
                "by": shape.actor_shape(told.story.actors[str(commit.version)], told),
                "do": NAMES[type(commit.command.do)],
                "events": shape.events_shape((*scene.timers, *scene.own), told),
                "refusal": shape.refusal_shape(commit.refused, told) if commit.refused else None,
                "words": dict(words.get(commit.version, {})),
            }
            for commit, scene in zip(commits, told.scenes, strict=True)
        ],
        "now": shape.instant(now, told),
        "policy_digest": told.rules.policy_digest,
        "directory_digest": told.rules.directory_digest,
    }
