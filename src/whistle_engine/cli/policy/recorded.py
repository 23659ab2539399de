"""What a store has recorded, as far as reviewing a policy asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from whistle_engine.model import Facts

if TYPE_CHECKING:
    from whistle_engine.review.coverage import Step
    from whistle_engine.storage.api import Store

PAGE = 500
"""So many commits are read at a time."""


def decisions(store: Store) -> Iterator[tuple[Facts, datetime]]:
    """The facts of every classification that was recorded, and when it was made."""
    from whistle_engine._erasing import records_of
    from whistle_engine.codec import load_events
    from whistle_engine.events import Classified

    for record in records_of(store, None, None):
        for event in load_events(record.events):
            if isinstance(event, Classified):
                yield event.facts, event.at


def steps(store: Store) -> Iterator[Step]:
    """Every event that was recorded, with its matter's state before it."""
    from whistle_engine.codec import load_events
    from whistle_engine.model import Matter
    from whistle_engine.workflow import evolve

    after: str | None = None
    while page := store.scan(after, limit=PAGE):
        for history in page:
            after = history.matter
            state: Matter | None = None
            for record in history.records:
                for event in load_events(record.events):
                    yield state, event
                    state = evolve(state, event, matter=history.matter)
