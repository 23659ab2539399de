"""The layout: entries and summaries as lines for a terminal or a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from whistle_engine.cli.filling import fill, width
from whistle_engine.cli.output import Lang
from whistle_engine.cli.stories.performing import Performance
from whistle_engine.cli.stories.summary import clock_table, rows
from whistle_engine.cli.stories.telling import Entry, Limit, Teller
from whistle_engine.cli.words import day, say

_INDENT = " " * 7  # under "09:10  "
_BAR = "     ┃ "
_GAP = 2


def story_page(
    played: Performance, lang: Lang, cells: int, *, number: int = 0, now: datetime | None = None
) -> Iterator[str]:
    """A story told as a timeline, with a summary of each of its matters.

    Args:
        played: what was played.
        lang: in which language.
        cells: how many a line may fill.
        number: of the case, if several are told.
        now: the instant at which it is told; a clock that is past due by then is told so.
    """
    teller = Teller(played=played, lang=lang, now=now)
    title = getattr(played.story.title, lang)
    heading = say("demo.case", lang, n=number) + title if number else title
    yield click.style("━" * cells, bold=True)
    yield from styled(fill(heading, cells), bold=True)
    if played.story.note is not None:
        yield from fill(getattr(played.story.note, lang), cells)
    today = ""
    for entry in teller.entries():
        this = day(entry.at, played.rules, lang)
        if this != today:
            yield ""
            yield click.style(f"{this} {'─' * (cells - width(this) - 1)}", bold=True)
            today = this
        yield from _entry(entry, teller, cells)
    if not played.problems:
        yield from _summaries(teller, cells)


def styled(lines: list[str], **style: bool | str) -> Iterator[str]:
    """Lines in one style."""
    for line in lines:
        yield click.style(line, **style)  # type: ignore[arg-type]


# ---------------------------------------------------------------------------------- timeline


def _entry(entry: Entry, teller: Teller, cells: int) -> Iterator[str]:
    lang = teller.lang
    yield ""
    yield from _heading(entry, teller, cells)
    for text in filter(None, (entry.words, entry.note)):
        yield from fill(text, cells, indent=_INDENT)
    for text in entry.refused:
        yield from styled(fill(text, cells, indent=_BAR), fg="red")
    for text in entry.lines:
        yield from fill(text, cells, indent=_INDENT + "  ", first=_INDENT + "· ")
    for limit in entry.limits:
        yield from _limit(limit, lang, cells)


def _heading(entry: Entry, teller: Teller, cells: int) -> Iterator[str]:
    """Time, who and which act; at the right end how it came out."""
    clock = f"{teller.rules.policy.local(entry.at):%H:%M}"
    left = f"{clock}  {entry.who}" + (f" · {entry.act}" if entry.act else "")
    mark, colour = _mark(entry, teller)
    if not mark:
        yield from styled(fill(left, cells, indent=_INDENT, first=""), bold=True)
        return
    *above, last = fill(left, cells, indent=_INDENT, first="")
    space = cells - width(last) - width(mark)
    yield from styled(above, bold=True)
    if space < _GAP:
        yield click.style(last, bold=True)
        last, space = "", cells - width(mark)
    yield click.style(last, bold=True) + " " * space + click.style(mark, fg=colour, bold=True)


def _mark(entry: Entry, teller: Teller) -> tuple[str, str]:
    if entry.refused:
        clauses = teller.clauses(entry.clauses)
        return say("refused", teller.lang, clauses=clauses), "red"
    if entry.missed:
        return say("missed", teller.lang), "red"
    return (say("kept", teller.lang), "green") if entry.kept else ("", "")


def _limit(limit: Limit, lang: Lang, cells: int) -> Iterator[str]:
    head = say("due", lang, what=limit.what, who=limit.who) + limit.head
    for line in fill(head, cells, indent=_INDENT + "  ", first=_INDENT + "◷ "):
        yield click.style(line, fg="cyan")
    if limit.why:
        yield from styled(fill(limit.why, cells, indent=_INDENT + "  "), dim=True)


# ---------------------------------------------------------------------------------- summary


def _summaries(teller: Teller, cells: int) -> Iterator[str]:
    lang, states = teller.lang, teller.played.states
    for id_, matter in states.items():
        title = say("summary", lang) + (say("matter", lang, id=id_) if len(states) > 1 else "")
        yield ""
        yield click.style(f"{title} {'─' * (cells - width(title) - 1)}", bold=True)
        told = list(rows(teller, matter))
        column = max(width(name) for name, _ in told) + _GAP
        for name, value in told:
            first = name + " " * (column - width(name))
            yield from fill(value, cells, indent=" " * column, first=first)
        if matter.clocks:
            yield ""
            yield from clock_table(teller, matter, cells)
