"""The rules by which a command decides or names things: those asked for, or the store's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from whistle_engine.cli import completing
from whistle_engine.cli.output import BadInput, Lang
from whistle_engine.cli.policy.files import directory_beside
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.store.opening import in_one_line, installed
from whistle_engine.cli.wrong import bad, told

if TYPE_CHECKING:
    from whistle_engine.rules import Rules
    from whistle_engine.storage.api import Store
    from whistle_engine.storage.rows import Record

F = TypeVar("F", bound=Callable[..., Any])


def policy_option(command: F) -> F:
    """``--policy``: other rules than those of the store."""
    return click.option(
        "--policy", metavar="NAME|FILE", shell_complete=completing.policies,
        help="The rules: a policy's name, or its file with NAME.directory.toml beside it; by "
        "default those that the store's latest commit rests on.",
    )(command)  # fmt: skip


def asked_for(name: str, lang: Lang) -> Rules:
    """The rules of a file that is there or looks like a path, else those of a name.

    Raises:
        BadInput: there are none, or the files have mistakes.
    """
    from whistle_engine.errors import PluginError, PolicyError
    from whistle_engine.policy_file import gather, load_rules

    path = Path(name)
    try:
        if path.is_file() or path.suffix or path.name != name:
            gather(path)  # where it is not there, nothing is said of what should lie beside it
            return load_rules(path, directory_beside(path))
        return installed().rules(name)
    except PolicyError as error:
        raise bad(error, lang) from None
    except PluginError as error:
        raise BadInput(f"--policy {name}: {told(error, lang)}") from None


def of_store(store: Store, lang: Lang) -> Rules | None:
    """The rules that the latest commit of a store rests on; ``None`` if it holds none.

    Raises:
        BadInput: they cannot be read by this release.
    """
    latest = latest_commit(store)
    return None if latest is None else of_commit(store, latest, lang)


def of_commit(store: Store, record: Record, lang: Lang) -> Rules:
    """The rules that a commit rests on, from their exact bytes (S18).

    Raises:
        BadInput: they cannot be read by this release.
    """
    from whistle_engine.codec import load_basis
    from whistle_engine.errors import WhistleError

    with in_one_line():
        basis = load_basis(record.basis)
        policy = store.get_document(basis.policy)
        directory = store.get_document(basis.directory)
    if policy is None or directory is None:
        raise BadInput(say("rules.gone", lang, matter=record.matter, version=record.version))
    try:
        return _read(policy, directory)
    except WhistleError as error:
        raise BadInput(
            say("rules.unreadable", lang, why=" ".join(told(error, lang).split()))
        ) from None


def _read(policy: bytes, directory: bytes) -> Rules:
    """Rules from their files, or from the canonical form of those that were built in code."""
    from whistle_engine import codec
    from whistle_engine.policy_file import load_rules

    if not policy.startswith(b"{"):  # which no TOML file does
        return load_rules(policy, directory)
    from whistle_engine.compiling import compile_rules

    return compile_rules(
        codec.load_policy(policy),
        codec.load_directory(directory),
        documents=(policy, directory),
    )


def latest_commit(store: Store) -> Record | None:
    """The last commit of the feed; found by halving, since a feed is read forwards only."""
    found, low, step = None, 0, 1
    while page := store.feed(low + step, limit=1):  # leap ahead, twice as far each time
        found, low, step = page[0], page[0].position, step * 2
    high = low + step  # nothing lies above it
    while low < high:
        middle = (low + high) // 2
        if page := store.feed(middle, limit=1):
            found, low = page[0], page[0].position
        else:
            high = middle
    return found
