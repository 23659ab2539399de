"""Where the demo is played: a store with nothing in it, or one that holds an earlier demo only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from whistle_engine.cli.output import BadInput, Lang
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.store.opening import opened, shown

if TYPE_CHECKING:
    from whistle_engine.storage.api import Store

BESIDE = ("", "-journal", "-wal", "-shm")
"""What the files of an SQLite store are called, after its own name."""


@contextmanager
def demo_store(url: str, cases: Sequence[str], lang: Lang) -> Iterator[Store]:
    """Open a store for the demo; a file that holds nothing but an earlier demo begins anew.

    Args:
        url: the store's.
        cases: the ids of the matters that a demo brings.
        lang: of what is said.

    Raises:
        BadInput: it holds anything else, or cannot be opened; nothing was changed.
    """
    file = _file(url)
    if file is not None and file.exists():
        with opened(url) as before:
            matters = {history.matter for history in before.scan(None, limit=len(cases) + 1)}
        if not matters <= {*cases}:
            raise BadInput(say("demo.holds", lang, store=shown(url)))
        if matters:
            for ending in BESIDE:
                file.with_name(file.name + ending).unlink(missing_ok=True)
    # A power cut may cost a demo its file: it would not be missed, and each step waits for no disk.
    with opened(url, create=True) as store:
        if store.feed(0, limit=1):
            raise BadInput(say("demo.holds", lang, store=shown(url)))
        yield store


def _file(url: str) -> Path | None:
    """The file of an SQLite store; ``None`` of any other, and of one that is no URL at all."""
    from whistle_engine.storage.sqlite._opening import MEMORY, place

    if not url.lower().startswith("sqlite:"):
        return None
    try:
        path = place(url).path
    except ValueError:  # told when it is opened
        return None
    return Path(path) if path != MEMORY else None
