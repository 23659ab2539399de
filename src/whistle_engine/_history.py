"""A matter's stored history, replayed; or, where it is damaged, which version is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whistle_engine.codec import load_events
from whistle_engine.errors import CodecError, StoreUnreadable
from whistle_engine.events import Event
from whistle_engine.model import Matter, MatterId
from whistle_engine.storage.rows import Record
from whistle_engine.workflow import evolve_all, replay


def events_of(records: Iterable[Record]) -> tuple[Event, ...]:
    """All events of some commits.

    Raises:
        CodecError: their bytes are not of a known wire format.
    """
    return tuple(event for record in records for event in load_events(record.events))


def replayed(
    matter: MatterId, records: Sequence[Record]
) -> tuple[tuple[Event, ...], Matter | None]:
    """The events of a matter's commits, and the state that they lead to.

    Args:
        matter: the matter's id.
        records: its commits, from the first on.

    Raises:
        CodecError: the bytes of a commit are not of a known wire format; it names the version.
        StoreUnreadable: a commit is missing, or does not go on from those before it; it names the
            version.
    """
    expect_whole(matter, records)
    try:
        events = events_of(records)
        return events, replay(matter, events)
    except Exception as error:
        _blame(matter, records)
        raise _damaged(matter, len(records), f"cannot be replayed: {error!r}") from error


def expect_whole(matter: MatterId, records: Iterable[Record]) -> None:
    """See that a matter's commits are those from version 1 on, and none is missing.

    Raises:
        StoreUnreadable: it names the first that is not there.
    """
    for number, record in enumerate(records, 1):
        if record.version != number:
            where = f"version {record.version} where version {number} should be"
            raise _damaged(
                matter, number, f"is not there; in its place lies {record.version} ({where})"
            )


def _blame(matter: MatterId, records: Sequence[Record]) -> None:
    """After an error, find the commit with which it began, one by one.

    Raises:
        CodecError, StoreUnreadable: as :func:`replayed`.
    """
    state: Matter | None = None
    for record in records:
        try:
            state = evolve_all(state, load_events(record.events), matter=matter)
        except CodecError as error:
            told = f"matter {matter!r}, version {record.version}: {error}; run whistle verify"
            raise CodecError(told) from error
        except Exception as error:
            told = f"does not go on from those before it ({type(error).__name__}: {error})"
            raise _damaged(matter, record.version, told) from error


def _damaged(matter: MatterId, version: int, what: str) -> StoreUnreadable:
    return StoreUnreadable(
        f"the history of matter {matter!r} is damaged: version {version} {what}; "
        "run whistle verify, and go back to a backup",
        code="matter_damaged",
    )
