"""Two stores that are told the same, and have to answer the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from whistle_engine.errors import VersionConflict
from whistle_engine.storage.api import Store


class Twins:
    """Does each call on both; a difference is an ``AssertionError`` that names the call."""

    def __init__(self, one: object, other: object, name: str = "store") -> None:
        self._one, self._other, self._name = one, other, name

    def __getattr__(self, name: str) -> Any:
        one, other = getattr(self._one, name), getattr(self._other, name)
        told = f"{self._name}.{name}"
        if isinstance(one, frozenset):
            return one & other  # the capabilities of both
        if not callable(one):
            return Twins(one, other, told)

        def both(*args: object, **kwargs: object) -> object:
            found, twin = outcome(one, args, kwargs), outcome(other, args, kwargs)
            assert found == twin, f"{told}{args}{kwargs}: {found} and {twin}"
            if isinstance(found, VersionConflict):
                raise found
            return found

        return both


def outcome(call: Callable[..., object], args: Any, kwargs: Any) -> object:
    try:
        return call(*args, **kwargs)
    except VersionConflict as conflict:
        return conflict


def twins(one: Store, other: Store) -> Store:
    return cast("Store", Twins(one, other))
