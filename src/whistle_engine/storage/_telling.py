"""A database's errors, told as the library's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from whistle_engine.errors import StoreUnreadable

E = TypeVar("E", bound=Exception)


@contextmanager
def telling(
    where: str, kind: type[E], told: Callable[[E, str], Exception | None]
) -> Iterator[None]:
    """Raise the library's own errors for a driver's, and say where a row is damaged.

    Args:
        where: the store, for the error.
        kind: what the driver raises.
        told: the error that is raised for one of the driver's; ``None`` for a mistake of ours,
            which goes on as it is.
    """
    try:
        yield
    except kind as error:
        own = told(error, where)
        if own is None:
            raise
        raise own from error
    except StoreUnreadable as error:
        if error.where is not None:
            raise
        raise StoreUnreadable(str(error), where=where, code=error.code) from error.__cause__
