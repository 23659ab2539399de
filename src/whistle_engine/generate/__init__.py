"""A district's year, made up: who raises what, who acts, who is late, objects or stays silent.

:func:`generate` drives a real engine on any store, so every history is lawful by construction;
:func:`intake` gives only the commands by which appeals come in. Both follow from the rules, a
profile and a seed, and come out the same in every process: no clock, no environment and no chance
but the seed's goes in.

Example:
    >>> from datetime import UTC, datetime
    >>> from whistle_engine import MemoryStore, shipped_rules
    >>> from whistle_engine.generate import QUIET, generate
    >>> start = datetime(2024, 3, 1, tzinfo=UTC)
    >>> run = generate(
    ...     MemoryStore(), shipped_rules(), seed=1, start=start, matters=3, profile=QUIET
    ... )
    >>> [type(step.command.do).__name__ for step in run][:2]
    ['Receive', 'Receive']
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from itertools import count

from whistle_engine.engine import Engine
from whistle_engine.generate.arrivals import Order, Origin, intake
from whistle_engine.generate.city import City
from whistle_engine.generate.drive import Drive
from whistle_engine.generate.habits import (
    Communities,
    Departments,
    District,
    Neighbours,
    Pace,
    Residents,
    Streets,
)
from whistle_engine.generate.profile import (
    BUSY,
    DISTRICT,
    QUIET,
    Arrivals,
    Profile,
    Season,
    scaled,
)
from whistle_engine.generate.progress import Change, Executes, Moment, Opens, Progress
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store


def generate(
    store: Store,
    rules: Rules,
    *,
    seed: int,
    start: datetime,
    until: datetime | None = None,
    matters: int | None = None,
    profile: Profile = DISTRICT,
    finish: bool = True,
    prefix: str | None = None,
    engine: Opens = Engine,
) -> Iterator[Progress]:
    """Let a district live for a while, command by command; nothing happens until it is asked for.

    The same rules, profile, seed and times give the same commits, byte for byte, whatever the
    store. A run that was cut off is taken up by running it again: what was written is answered as
    it was (L13). A second run in one store needs another prefix. Meanwhile nobody else writes in
    these matters, nor fires their timers.

    Args:
        store: where it is kept.
        rules: the policy and directory, of any city.
        seed: what is left to chance follows from it.
        start: no appeal comes before it, UTC.
        until: no appeal comes at or after it, UTC.
        matters: at most so many appeals come in.
        profile: how many appeals, and how people behave.
        finish: go on after the last appeal until every matter is at rest; else stop at ``until``,
            or at the last appeal, with much of it open.
        prefix: how the ids of the matters begin; ``None`` is ``g``, the seed and a dash. With the
            matter's id before it, each command's id is its number on that matter.
        engine: makes the engine, if not :class:`~whistle_engine.engine.Engine` itself.

    Yields:
        Each command with its answer and what it did.

    Raises:
        ValueError: neither ``until`` nor ``matters`` is given, ``start`` or ``until`` has no time
            zone, ``matters`` is less than 1, or the directory has no community under a street.
        WhistleError: by these rules some matter can never come to rest, or somebody else
            writes in one.
    """
    if until is None and matters is None:
        raise ValueError("say until when, or how many matters: a district never ends by itself")
    for name, at in (("start", start), ("until", until)):
        if at is not None and at.tzinfo is None:
            raise ValueError(
                f"{name} is {at.isoformat()}, without a time zone; it should be in UTC"
            )
    if matters is not None and matters < 1:
        raise ValueError(f"matters is {matters}; it should be 1 or more")
    moment = Moment(start)
    numbers = count(1)

    def salt() -> bytes:
        return sha256(f"{seed}/salt/{next(numbers)}".encode()).digest()[:16]

    opened = engine(store, rules, clock=moment, salt=salt)
    orders = intake(
        rules, seed=seed, start=start, until=until, matters=matters, profile=profile, prefix=prefix
    )
    run = Drive(opened, City(rules), profile, moment, seed)
    return run.run(orders, until=until, finish=finish)


__all__ = [
    "BUSY",
    "DISTRICT",
    "QUIET",
    "Arrivals",
    "Change",
    "Communities",
    "Departments",
    "District",
    "Executes",
    "Moment",
    "Neighbours",
    "Opens",
    "Order",
    "Origin",
    "Pace",
    "Profile",
    "Progress",
    "Residents",
    "Season",
    "Streets",
    "generate",
    "intake",
    "scaled",
]
