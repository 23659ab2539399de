"""Stores by their URLs: opened, and what is wrong with them told in one line.

What only looks makes nothing: a file that is not there is not made by looking for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import click

from whistle_engine.cli import wrong
from whistle_engine.cli.output import BadInput, chosen
from whistle_engine.cli.store.words import say

if TYPE_CHECKING:
    from whistle_engine.plugins import Plugins
    from whistle_engine.storage.api import Store

STORE = "WHISTLE_STORE"
"""The environment variable that names the store where no option does."""

_FORGETFUL = re.compile(r"(memory|sqlite):/{0,3}(:memory:)?", re.IGNORECASE)

F = TypeVar("F", bound=Callable[..., Any])


def store_option(command: F) -> F:
    """``--store URL``: by the option, else WHISTLE_STORE; without either it is wrong usage."""
    return click.option(
        "--store", "url", metavar="URL", envvar=STORE, show_envvar=True, callback=_wanted,
        help="The store, such as sqlite:///whistle.db.",
    )(command)  # fmt: skip


def _wanted(context: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if not value and not context.resilient_parsing:
        raise click.UsageError(say("store.which", chosen(None), variable=STORE), context)
    return value


@cache
def installed() -> Plugins:
    """What is there by name, looked for once.

    Raises:
        BadInput: two plugins claim one name.
    """
    from whistle_engine.errors import PluginError
    from whistle_engine.plugins import Plugins

    try:
        return Plugins.load()
    except PluginError as error:
        raise wrong.bad(error) from None


def open_url(url: str) -> Store:
    """Open the store at a URL; at the top of a module, so that other processes find it."""
    return installed().open_store(url)


def shown(url: str) -> str:
    """A URL as it can be shown: without the passwords that it has."""
    from whistle_engine.plugins import masked

    return masked(url)


def forgets(url: str) -> bool:
    """Tell whether a URL is one of a store of ours that forgets everything when it is closed."""
    return _FORGETFUL.fullmatch(url) is not None


@contextmanager
def opened(url: str, *, create: bool = False) -> Iterator[Store]:
    """Open a store, close it in the end, and tell what goes wrong with it in one line.

    Args:
        url: the store's.
        create: make one where there is none.

    Raises:
        BadInput: it cannot be opened, or fails while it is used.
    """
    store = _opened(url, create=create)
    try:
        with in_one_line():
            yield store
    finally:
        store.close()


@contextmanager
def in_one_line() -> Iterator[None]:
    """Tell what the library raises on purpose in one line, and leave with 2."""
    from whistle_engine.errors import WhistleError

    try:
        yield
    except WhistleError as error:
        raise wrong.bad(error) from None


def _opened(url: str, *, create: bool) -> Store:
    from whistle_engine.errors import WhistleError

    try:
        return installed().open_store(url, create=create)
    except (WhistleError, ValueError) as error:  # a ValueError tells what a URL should be
        raise BadInput(shown(wrong.told(error))) from None
    except click.ClickException:
        raise
    except Exception as error:  # a plugin may raise anything; it is told in one line all the same
        kind = type(error).__name__
        raise BadInput(shown(f"{url}: {kind}: {wrong.line(error)}").rstrip(": ")) from error
