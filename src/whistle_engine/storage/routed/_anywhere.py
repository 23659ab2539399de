"""What may lie on any shard, since no matter's id leads there: words and documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from whistle_engine.errors import StoreClosed, StoreError, StoreMismatch
from whistle_engine.model import TextRef
from whistle_engine.storage.api import Store
from whistle_engine.storage.routed._names import told
from whistle_engine.storage.rows import Erased, VaultText

K = TypeVar("K")
T = TypeVar("T")


def texts(
    shards: Mapping[str, Store], ref: TextRef
) -> tuple[dict[str, VaultText | Erased], StoreError | None]:
    """The shards that have a text, and what went wrong on the way.

    Raises:
        StoreMismatch: several have one: these are words of different people.
    """
    failed: list[StoreError] = []
    found: dict[str, VaultText | Erased] = dict(
        _answers(shards.items(), lambda store: store.read_text(ref), failed)
    )
    if len(found) > 1:
        raise StoreMismatch(
            f"the shards {told(found)} all have a text {ref!r}: ids of commands should differ over"
            " all shards"
        )
    return found, failed[-1] if failed else None


def document(stores: Iterable[Store], digest: str) -> bytes | None:
    """The bytes under a digest, from the first that has them; one that fails is passed over."""
    failed: list[StoreError] = []
    for _, data in _answers(enumerate(stores), lambda store: store.get_document(digest), failed):
        return data
    if failed:
        raise failed[-1]
    return None


def _answers(
    stores: Iterable[tuple[K, Store]], ask: Callable[[Store], T | None], failed: list[StoreError]
) -> Iterator[tuple[K, T]]:
    """What stores have, one after the other; what goes wrong with one of them is noted."""
    for name, store in stores:
        try:
            found = ask(store)
        except StoreClosed:
            raise
        except StoreError as error:
            failed.append(error)
            continue
        if found is not None:
            yield name, found
