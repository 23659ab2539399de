"""Who each shard is: under which name it was opened first, with which home, in which order.

All is kept in documents, which are written once (S18): of several who open new shards at once, with
different homes or under different names, those go on who find on every shard what they would have
written. The rest are refused, at once and at each opening.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping

from attrs import asdict, frozen

from whistle_engine.errors import StoreMismatch, StoreUnreadable
from whistle_engine.storage.api import Store
from whistle_engine.storage.routed._names import told

PLACE = "routed/place"
"""The document by which a shard knows its place."""

ORDER = "routed/order"
"""The document by which a home tells its order from every other: by chance."""


@frozen
class Place:
    """What a shard knows of itself.

    Attributes:
        shard: its name.
        home: the name of that which keeps the order.
        order: what tells that order from others.
    """

    shard: str
    home: str
    order: str


def settle_in(shards: Mapping[str, Store], home: str, end: Callable[[str], int]) -> None:
    """See that all shards are those that they were; give those that are new their place.

    None is given where one of them does not fit.

    Args:
        shards: the stores by name.
        home: the name of that which keeps the order.
        end: up to which of its own positions a shard stands in the order.

    Raises:
        StoreMismatch: a shard has another name or home, is of another order, or is not the store
            that it was; or the home is not.
        StoreUnreadable: what a shard knows of itself is damaged.
    """
    settled: dict[str, Place] = {}
    for name, store in shards.items():
        place = _place_of(name, store)
        if place is not None:
            _expect_name(place, name, home)
            settled[name] = place
        elif end(name):
            raise StoreMismatch(
                f"shard {name!r} is not the store that it was when its commits were put in order:"
                " a copy of it has other positions"
            )
    order = _order_of(shards, home, settled)
    for place in settled.values():
        _expect_order(place, order)
    for name in sorted(shards.keys() - settled.keys()):
        # Two who have different homes meet at the first by name, and only one of them gets it.
        wanted = Place(shard=name, home=home, order=order)
        shards[name].put_document(PLACE, json.dumps(asdict(wanted), ensure_ascii=False).encode())
        place = _place_of(name, shards[name])
        if place is None:
            raise _lost(PLACE)
        _expect_name(place, name, home)
        _expect_order(place, order)


def _place_of(name: str, store: Store) -> Place | None:
    """What a shard knows of itself; ``None`` where it is new."""
    data = store.get_document(PLACE)
    if data is None:
        return None
    try:
        return Place(**json.loads(data))
    except (ValueError, TypeError) as error:
        raise StoreUnreadable(f"what shard {name!r} knows of itself is damaged: {error}") from None


def _order_of(shards: Mapping[str, Store], home: str, settled: Collection[str]) -> str:
    """What tells the home's order from others; made where no shard has its place yet."""
    known = shards[home].get_document(ORDER)
    if known is None and settled:  # it would give positions out anew
        raise StoreMismatch(
            f"the home {home!r} is not the store that it was: it knows no order of commits, and"
            f" {told(settled)} had one; give the home that was, or copies of all"
        )
    if known is None:
        shards[home].put_document(ORDER, os.urandom(8).hex().encode())
        known = shards[home].get_document(ORDER)
    if known is None:
        raise _lost(ORDER)
    return known.decode(errors="replace")


def _lost(key: str) -> StoreUnreadable:
    return StoreUnreadable(f"the document {key!r} was put, and is not there (S18)")


def _expect_name(place: Place, name: str, home: str) -> None:
    if (place.shard, place.home) != (name, home):
        raise StoreMismatch(
            f"shard {name!r} with the home {home!r} was opened, and the store knows itself as"
            f" {place.shard!r} with the home {place.home!r}; give each its own name, and the home"
            " that was"
        )


def _expect_order(place: Place, order: str) -> None:
    if place.order != order:
        raise StoreMismatch(
            f"shard {place.shard!r} and the home {place.home!r} are not of one order: one of the"
            " two is another city's, or stands in the place of the one that was; give both that"
            " were, or copies of all"
        )
