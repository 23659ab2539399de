"""Stores with one fault each: what the kit is worth is how many of them it finds.

Nearly all are the memory store with one method replaced; those that say they are durable are the
kit's file store. Each names the clause that it breaks.
"""

from whistle_engine.testing.stores.broken import (  # noqa: F401  each enters its stores
    appending,
    beside,
    lasting,
    leases,
    limits,
    lines,
    lookups,
    reading,
    repeating,
    reviving,
    values,
)
from whistle_engine.testing.stores.broken._register import REGISTER, Broken

BROKEN: tuple[Broken, ...] = tuple(
    sorted(REGISTER, key=lambda broken: int(broken.clause.removeprefix("S")))
)
"""Every broken store, by clause."""

__all__ = ["BROKEN", "Broken"]
