"""Making look-up rows and timers again from the commits, which alone are the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from attrs import frozen

from whistle_engine._history import expect_whole
from whistle_engine.codec import load_events
from whistle_engine.errors import Unfinished, VersionConflict
from whistle_engine.events import Event, Received
from whistle_engine.model import Matter, MatterId
from whistle_engine.projection import notices, project
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Notice, Projection, Record
from whistle_engine.workflow import evolve_all

PAGE = 100


@frozen
class Remade:
    """What a store was told beside the commits of a matter, made again from them.

    Attributes:
        projection: what the look-ups and timers have to hold.
        notices: all that were told, by version and number.
    """

    projection: Projection
    notices: tuple[Notice, ...]


def remade(matter: MatterId, records: tuple[Record, ...]) -> Remade:
    """What a store was told beside the commits, by a matter's history, replayed once.

    Args:
        matter: the matter's id.
        records: all its commits, at least one.

    Raises:
        CodecError: their bytes are not of a known wire format.
        ValueError: the events are not a matter's, from its first on.
    """
    state: Matter | None = None
    opened: Event | None = None
    told: list[Notice] = []
    for record in records:
        events = load_events(record.events)
        state = evolve_all(state, events, matter=matter)
        if state is not None:
            opened = opened or events[0]
            told += notices(state, record.version, events)
    if state is None:
        raise ValueError(f"the history of {matter!r} holds no event")
    return Remade(project(state, len(records), opened=cast("Received", opened)), tuple(told))


def projected(matter: MatterId, records: tuple[Record, ...]) -> Projection:
    """What the look-ups and timers of a matter have to hold; see :func:`remade`."""
    return remade(matter, records).projection


def rebuild_all(store: Store, *, progress: Callable[[int], None] | None = None) -> int:
    """Make the look-up rows and timers of all matters again; others may go on writing.

    Timers that wait, or are dead, keep what became of them, so that none fires twice. Those that
    the commits still want though they are settled were lost, and wait again. Notices stay as they
    are: what was told cannot be told from what was not.

    Args:
        store: the store to mend.
        progress: is told how many matters are done, every hundred.

    Returns:
        How many matters there are.

    Raises:
        Unfinished: some histories themselves are damaged; all other matters are made again, and
            ``done`` says how many.
        StoreUnreadable: a row of a commit cannot be read at all; the matters before the page that
            has it are made again.
    """
    seen, after = 0, None
    failed: list[tuple[MatterId, Exception]] = []
    while page := store.scan(after, limit=PAGE):
        for history in page:
            damage = _rebuilt(store, history.matter, history.records)
            if damage is not None:
                failed.append((history.matter, damage))
        seen, after = seen + len(page), page[-1].matter
        if progress is not None:
            progress(seen)
    if failed:
        raise Unfinished(seen - len(failed), failed)
    return seen


def _rebuilt(store: Store, matter: MatterId, records: tuple[Record, ...]) -> Exception | None:
    """Make a matter's rows again; if it cannot be, what is wrong with its history."""
    while True:
        try:
            expect_whole(matter, records)
            wanted = projected(matter, records)
        except Exception as error:  # noqa: BLE001  whatever it was, it is this matter's
            return error
        try:
            store.rebuild(wanted)
        except VersionConflict as error:  # somebody appended meanwhile, whose rows are right
            newer = store.load(matter).records
            if len(newer) <= len(records):  # nobody did: the store contradicts its own history
                return error
            records = newer  # make sure
        else:
            return None
