"""Making look-up rows and timers again from the commits, which alone are the truth."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from whistle_engine._attempt import events_of
from whistle_engine.errors import Unfinished, VersionConflict
from whistle_engine.events import Received
from whistle_engine.model import MatterId
from whistle_engine.projection import project
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Projection, Record
from whistle_engine.workflow import replay

PAGE = 100


def projected(matter: MatterId, records: tuple[Record, ...]) -> Projection:
    """What the look-ups and timers of a matter have to hold, by its history.

    Args:
        matter: the matter's id.
        records: all its commits, at least one.

    Raises:
        CodecError: their bytes are not of a known wire format.
        ValueError: the events are not a matter's, from its first on.
    """
    events = events_of(records)
    state = replay(matter, events)
    if state is None:
        raise ValueError(f"the history of {matter!r} holds no event")
    return project(state, len(records), opened=cast("Received", events[0]))


def rebuild_all(store: Store, *, progress: Callable[[int], None] | None = None) -> int:
    """Make the look-up rows and timers of all matters again; others may go on writing.

    Timers that stay with the same due time keep claim and settlement, so none fires twice.

    Args:
        store: the store to mend.
        progress: is told how many matters are done, every hundred.

    Returns:
        How many matters there are.

    Raises:
        Unfinished: some histories themselves are damaged; all other matters are made again, and
            ``done`` says how many.
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
            wanted = projected(matter, records)
        except Exception as error:  # noqa: BLE001  whatever it was, it is this matter's
            return error
        try:
            store.rebuild(wanted)
        except VersionConflict:  # somebody appended meanwhile, whose rows are right: make sure
            newer = store.load(matter).records
            if len(newer) <= len(records):
                raise
            records = newer
        else:
            return None
