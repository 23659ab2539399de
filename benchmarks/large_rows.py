"""Stores with very many matters: histories that were really lived, under other ids and times.

A made-up district lives for a while (:mod:`whistle_engine.generate`). Its histories are written
again and again, each with an id of its own and another beginning, by the store's own ``append``:
commits with the digests of a new chain, look-up rows, timers, notices and words. Nine in ten are
short ones that are closed, spread over three years, their ids in the order in which they came in.
The last ones are open, cut off somewhere in their history, from two weeks: so the command that came
next in the original can be given next in the copy.

Notices count as sent once all is written, but for those of the last matters.
"""

from __future__ import annotations

import random
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path

from attrs import frozen

from benchmarks.store_rows import BEGIN, Step, history
from whistle_engine.codec import dump_command, load_command
from whistle_engine.commands import Command
from whistle_engine.engine import Engine
from whistle_engine.model import TextRef, changed
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft, Projection, chain_digest
from whistle_engine.storage.sqlite import SqliteStore

LIVED = 400
"""How many matters the district really has."""
SHORT = 6
"""The most commits of a matter that is written as a closed one."""
OPEN = 10
"""One in so many is open."""
CLOSED = timedelta(weeks=156)
"""For how long those came in that are closed."""
RECENT = timedelta(weeks=2)
"""For how long those came in that are open."""
BATCH = 1000
"""How many matters are written together."""
UNSENT = 1000
"""The notices of so many matters still wait."""

TIME = re.compile(rb"(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d)?")
"""A day or an instant, wherever it stands in the bytes; parts of a second stay as they are."""


@frozen
class Lived:
    """One real history."""

    steps: tuple[Step, ...]
    drafts: tuple[Draft, ...]

    @property
    def began(self) -> datetime:
        return self.drafts[0].recorded_at


@frozen
class Copy:
    """What is copied to where: so much of a history, under a name, later by a shift."""

    lived: Lived
    length: int
    name: str
    shift: timedelta

    def drafts(self) -> Iterator[Draft]:
        """The commits."""
        known: dict[bytes, bytes] = {}
        previous = ""
        for draft in self.lived.drafts[: self.length]:
            made = copied(draft, self, known, previous)
            previous = made.digest
            yield made

    def next_step(self) -> tuple[datetime, Command, Mapping[str, str]]:
        """The command that came next in the original, when and with which words."""
        step = self.lived.steps[self.length]
        command = load_command(moved(dump_command(step.command), self, {}))
        return step.at + self.shift, command, step.texts


@frozen
class Source:
    """What is copied: histories that came to their end, and longer ones to be cut off."""

    closed: tuple[Lived, ...]
    longer: tuple[Lived, ...]

    def copy(self, number: int, matters: int) -> Copy:
        """The n-th matter of a store."""
        dice = random.Random(number)
        bound = matters - matters // OPEN
        if number < bound:
            lived = dice.choice(self.closed)
            length = len(lived.drafts)
            begins = BEGIN - CLOSED * (1 - number / bound)
        else:
            lived = dice.choice(self.longer)
            length = dice.randint(1, SHORT)
            begins = BEGIN + RECENT * ((number - bound) / (matters - bound))
        shift = timedelta(seconds=round((begins - lived.began).total_seconds()))
        return Copy(lived, length, name(number), shift)

    def open_number(self, matters: int, dice: random.Random) -> int:
        """One of those that are open."""
        return matters - 1 - dice.randrange(matters // OPEN)


def name(number: int) -> str:
    return f"m-{number:08}"


def source(rules: Rules, seed: int = 4) -> Source:
    """Let the district live; matters that were split or merged are left out."""
    of: dict[str, list[Step]] = {}
    mixed = set()
    for step in history(rules, LIVED, seed):
        of.setdefault(step.drafts[0].matter, []).append(step)
        if len(step.drafts) > 1:
            mixed |= {draft.matter for draft in step.drafts}
    all_ = [
        Lived(tuple(steps), tuple(step.drafts[0] for step in steps))
        for matter, steps in of.items()
        if matter not in mixed
    ]
    return Source(
        closed=tuple(lived for lived in all_ if len(lived.drafts) <= SHORT),
        longer=tuple(lived for lived in all_ if len(lived.drafts) > SHORT),
    )


# --------------------------------------------------------------------------------------- copies


def moved(data: bytes, copy: Copy, known: dict[bytes, bytes]) -> bytes:
    """Bytes with another id, and with times that are later by the shift.

    Args:
        data: the bytes.
        copy: says which id, and by how much.
        known: the times of this history that were met before.
    """

    def later(found: re.Match[bytes]) -> bytes:
        old = found[0]
        if old not in known:
            if found[2] is None:
                new = (date.fromisoformat(old.decode()) + copy.shift).isoformat()
            else:
                new = (datetime.fromisoformat(old.decode()) + copy.shift).isoformat()
            known[old] = new.encode()
        return known[old]

    return TIME.sub(later, data).replace(copy.lived.drafts[0].matter.encode(), copy.name.encode())


def copied(draft: Draft, copy: Copy, known: dict[bytes, bytes], previous: str) -> Draft:
    """A commit of the copy, linked to the one before."""
    matter, shift = copy.name, copy.shift
    shown = draft.projection
    row = shown.row
    command_id = moved(draft.command_id.encode(), copy, known).decode()
    made = changed(
        draft,
        matter=matter,
        command_id=command_id,
        recorded_at=draft.recorded_at + shift,
        command=moved(draft.command, copy, known),
        basis=moved(draft.basis, copy, known),
        events=moved(draft.events, copy, known),
        answer=moved(draft.answer, copy, known),
        previous=previous,
        projection=Projection(
            row=changed(
                row,
                matter=matter,
                opened_at=row.opened_at + shift,
                changed_at=row.changed_at + shift,
                due=row.due and row.due + shift,
                source_number=row.source_number and row.source_number.replace(draft.matter, matter),
            ),
            duties=tuple(
                [
                    changed(duty, matter=matter, since=duty.since + shift, due=duty.due + shift)
                    for duty in shown.duties
                ]
            ),
            timers=tuple(
                [changed(timer, matter=matter, due=timer.due + shift) for timer in shown.timers]
            ),
        ),
        notices=tuple(
            [changed(notice, matter=matter, due=notice.due + shift) for notice in draft.notices]
        ),
        texts=tuple(
            [
                changed(text, matter=matter, ref=TextRef(command_id, text.ref.name))
                for text in draft.texts
            ]
        ),
    )
    return changed(made, digest=chain_digest(made))


# --------------------------------------------------------------------------------------- filling


def fill(path: Path, rules: Rules, source: Source, matters: int) -> None:
    """Write a file with so many matters; faster than it would be safe."""
    with SqliteStore(path, exclusive=True, durable=False) as store:
        write(store, rules, source, matters, range(matters))
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(
        "UPDATE whistle_notices SET settled = 1, token = 1, tries = 1 WHERE matter < ?",
        (name(matters - UNSENT),),
    )
    connection.close()


def write(store: Store, rules: Rules, source: Source, matters: int, which: range) -> None:
    """Append matters of a store that has so many in the end, a thousand at a time."""
    Engine(store, rules)  # which keeps the documents that the commits rest on
    for begin in range(0, len(which), BATCH):
        numbers = which[begin : begin + BATCH]
        written = [tuple(source.copy(number, matters).drafts()) for number in numbers]
        for drafts in by_version(written):
            store.append(drafts)


def by_version(histories: Sequence[Sequence[Draft]]) -> Iterator[tuple[Draft, ...]]:
    """The first commits of all, then the second ones …"""
    for version in count():
        drafts = tuple(each[version] for each in histories if version < len(each))
        if not drafts:
            return
        yield drafts
