"""Shards by their names: what is whose, and how errors tell them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def by_shard(items: Iterable[T], shard: Callable[[T], str]) -> Iterable[tuple[str, list[T]]]:
    """Items by the names of their shards, in their order."""
    found: dict[str, list[T]] = {}
    for each in items:
        found.setdefault(shard(each), []).append(each)
    return found.items()


def told(names: Iterable[str]) -> str:
    """Names of shards, as errors tell them."""
    return ", ".join(repr(name) for name in names)
