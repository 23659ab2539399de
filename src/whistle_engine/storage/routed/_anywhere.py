"""What may lie on any shard, since no matter's id leads there: words and documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from whistle_engine.errors import StoreClosed, StoreError, StoreMismatch
from whistle_engine.model import TextRef
from whistle_engine.storage.api import Store
from whistle_engine.storage.routed._names import told
from whistle_engine.storage.rows import Erased, VaultText


def texts(
    shards: Mapping[str, Store], ref: TextRef
) -> tuple[dict[str, VaultText | Erased], StoreError | None]:
    """The shards that have a text, and what went wrong on the way.

    Raises:
        StoreMismatch: several have one: these are words of different people.
    """
    found: dict[str, VaultText | Erased] = {}
    failed: StoreError | None = None
    for name, store in shards.items():
        try:
            text = store.read_text(ref)
        except StoreClosed:
            raise
        except StoreError as error:
            failed = error
            continue
        if text is not None:
            found[name] = text
    if len(found) > 1:
        raise StoreMismatch(
            f"the shards {told(found)} all have a text {ref!r}: ids of commands should differ over"
            " all shards"
        )
    return found, failed


def document(stores: Iterable[Store], digest: str) -> bytes | None:
    """The bytes under a digest, from the first that has them; one that fails is passed over."""
    failed: StoreError | None = None
    for store in stores:
        try:
            data = store.get_document(digest)
        except StoreClosed:
            raise
        except StoreError as error:
            failed = error
            continue
        if data is not None:
            return data
    if failed is not None:
        raise failed
    return None
