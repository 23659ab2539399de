"""``whistle store check``: does a kind of store keep the contract?"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from whistle_engine.cli.filling import fill, width
from whistle_engine.cli.helping import command
from whistle_engine.cli.output import (
    BadInput,
    Lang,
    chosen,
    json_option,
    lang_option,
    readable,
    room,
    write,
    write_json,
)
from whistle_engine.cli.progress import Progress
from whistle_engine.cli.store.opening import forgets, open_url, opened, shown
from whistle_engine.cli.store.words import say
from whistle_engine.cli.wrong import line

if TYPE_CHECKING:
    from whistle_engine.testing.stores.report import Report
    from whistle_engine.testing.stores.running import Outcome

_KIT = ("pytest", "hypothesis")
"""What the kit needs beside the engine: the extra ``testing``."""
_HEAD = re.compile(r"  \S (\S+ +\d+/\d+/\d+ +)?")
"""What a line of the report begins with: a mark, and of a clause its number and counts."""
_KEPT = re.compile(r"  ✓ \S+ +\d+/0/\d+ ")
"""What the line of a clause begins with that is kept, as far as it was asked."""


@command(
    epilog="Exit codes: 0 the contract is kept, as far as it was asked; 1 it is broken; 2 wrong "
    "usage, or no store can be opened. "
    'With --json: {"store", "kept", "seconds", "capabilities", "counts", "tests": [{"test", '
    '"clause", "checks", "status", "message", "seconds"}]}.'
)
@click.argument("url")
@click.option(
    "--clause", "clauses", multiple=True, metavar="CLAUSE",
    help="Only the tests of this clause, such as S7; can be given again.",
)  # fmt: skip
@click.option(
    "--tests", "names", metavar="TEST,...", help="Only these tests, by their names, with commas."
)
@lang_option
@json_option
@click.pass_context
def check(
    context: click.Context,
    *,
    url: str,
    clauses: tuple[str, ...],
    names: str | None,
    lang: Lang | None,
    as_json: bool,
) -> None:
    """Run the kit for stores on a kind of store, and tell on a page how it does.

    Each test needs a store with nothing in it. So the URL says where a new one is made, as in
    sqlite:///{place}/store.db: {place} is filled in with the path of a new folder, which is
    cleared away, and {name} with a name that is used once. Nothing is ever written to a store that
    holds something.

    It needs the extra "testing". Authors test more with pytest: see the store contract in the
    documentation.
    """
    lang = chosen(lang)
    if not as_json:
        readable(lang)
    if "{place}" not in url and "{name}" not in url and not forgets(url):
        raise BadInput(say("check.place", lang, url=shown(url)))
    with _tidy():
        wanted = _wanted(names, clauses, lang)
        _try_out(url, lang)
        report = _report(url, wanted, lang)
    if as_json:
        write_json(report.data())
    else:
        write("\n".join(_filled(report.page(lang), room())))
    if not report.kept:
        context.exit(1)


@contextmanager
def _tidy() -> Iterator[None]:
    """Have Hypothesis keep its notes in a folder that is cleared away, and say if it is missing."""
    with TemporaryDirectory(prefix="whistle_") as folder:
        os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", folder)
        try:
            yield
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] not in _KIT:
                raise
            raise BadInput(say("testing.missing", chosen(None), name=error.name)) from None
        finally:
            if os.environ.get("HYPOTHESIS_STORAGE_DIRECTORY") == folder:
                del os.environ["HYPOTHESIS_STORAGE_DIRECTORY"]


def _wanted(names: str | None, clauses: tuple[str, ...], lang: Lang) -> tuple[str, ...]:
    """The tests that are asked for; all, if nothing is.

    Raises:
        BadInput: there is no such test, or no such clause.
    """
    from difflib import get_close_matches

    from whistle_engine.testing.stores.contract import clause_of, standard_tests
    from whistle_engine.testing.stores.report import CLAUSES

    known = tuple(standard_tests())
    asked = [name.strip() for name in (names or "").split(",") if name.strip()]
    for name in asked:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            near = say("near", lang, name=close[0]) if close else ""
            raise BadInput(say("check.test", lang, name=name, near=near))
    of = {clause.upper() if clause != "all" else None for clause in clauses}
    for clause in of - {*CLAUSES, None}:
        raise BadInput(say("check.clause", lang, name=clause))
    if not asked and not of:
        return known
    return tuple(name for name in known if name in asked or clause_of(name) in of)


def _try_out(url: str, lang: Lang) -> None:
    """Open a store at a new place, so that what is wrong with the URL is told at once.

    Raises:
        BadInput: it cannot be opened, or holds something.
    """
    with TemporaryDirectory(prefix="kit_") as folder:
        at = url.replace("{place}", folder).replace("{name}", Path(folder).name)
        with opened(at, create=True) as store:
            found: object = None
            with suppress(Exception):  # one that cannot even be read is for the tests to tell
                found = store.feed(0, limit=1)
            if found:
                raise BadInput(say("check.holds", lang, url=shown(url)))


def _report(url: str, tests: tuple[str, ...], lang: Lang) -> Report:
    """Run the tests."""
    from whistle_engine.testing.stores.report import AtUrl
    from whistle_engine.testing.stores.report import check as run

    with Progress() as progress:
        told = _counter(progress, len(tests), lang)
        try:
            return run(AtUrl(url, open_url), name=shown(url), tests=tests, told=told)
        except Exception as error:  # before any test: it says not even what it can
            raise BadInput(f"{shown(url)}: {type(error).__name__}: {line(error)}") from error


def _counter(progress: Progress, of: int, lang: Lang) -> Callable[[Outcome], None]:
    """What shows how far it has come, by the clause: a test's name is in English, and long."""
    from whistle_engine.testing.stores.report import words

    done = 0

    def told(outcome: Outcome) -> None:
        nonlocal done
        done += 1
        progress.bar(done, of, outcome.clause or words("report.all", lang))

    progress.bar(0, of, "")
    return told


def _filled(page: str, cells: int) -> Iterator[str]:
    """The page with its long lines broken, each going on under its own words.

    A clause that is kept takes one line, cut where it is too long: the page says what is not kept.
    """
    for text in page.rstrip("\n").splitlines():
        head = _HEAD.match(text)
        start = head.end() if head is not None else len(text) - len(text.lstrip())
        first, rest = text[:start], text[start:]
        indent = " " * (width(first) if head is not None else start and start + 2)
        filled = fill(rest, cells, indent=indent, first=first) if text else [""]
        if len(filled) > 1 and _KEPT.match(text) is not None:
            yield f"{fill(rest, cells - 2, indent=indent, first=first)[0]} …"
        else:
            yield from filled
