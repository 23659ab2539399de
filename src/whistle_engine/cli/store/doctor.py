"""What ``whistle plugins doctor`` finds out: versions, the journal of SQLite, what is broken."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from whistle_engine.cli.filling import fill, width
from whistle_engine.cli.output import BadInput, Lang
from whistle_engine.cli.store import plugins as page
from whistle_engine.cli.store.words import say
from whistle_engine.plugins import OURS, Plugins
from whistle_engine.storage.sqlite import Journal, SqliteStore

_REQUIRED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)[^;]*(?:;\s*extra\s*==\s*['\"]([^'\"]+))?")
_WAL = "wal"


@frozen(kw_only=True)
class Package:
    """A package that the engine needs or can use.

    Attributes:
        version: ``None`` if it is not installed.
        extra: the extra that brings it; ``None`` if it is always needed.
    """

    name: str
    version: str | None
    extra: str | None


@frozen(kw_only=True)
class Health:
    """All that was found out.

    Attributes:
        plugins: what is there by name; ``None`` if two claim one name.
        conflict: who claims which name, in words.
        journal: how a new SQLite file is kept whole.
    """

    plugins: Plugins | None
    conflict: str | None
    journal: Journal
    packages: tuple[Package, ...]

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return self.plugins is not None and not self.plugins.problems

    def shape(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            **(
                page.shape(self.plugins)
                if self.plugins is not None
                else {"plugins": [], "set_aside": []}
            ),
            "conflict": self.conflict,
            "engine": page.version(OURS),
            "python": platform.python_version(),
            "sqlite": {
                "version": self.journal.library,
                "journal": self.journal.mode,
                "synchronous": self.journal.synchronous,
                "reason": self.journal.reason,
                "sound": self.journal.mode == _WAL,
            },
            "packages": [
                {"name": one.name, "version": one.version, "extra": one.extra}
                for one in self.packages
            ],
        }

    def lines(self, lang: Lang, cells: int) -> Iterator[str]:
        """All of it in words."""
        rows = list(self._rows(lang))
        column = max(width(name) for name, _ in rows) + 2
        for name, text in rows:
            first = name + " " * (column - width(name))
            yield from fill(text, cells, indent=" " * column, first=first)
        yield ""
        if self.plugins is not None:
            yield from page.lines(self.plugins, lang, cells)
        if self.conflict is not None:
            yield from fill(f"✗ {self.conflict}", cells, indent="  ", first="")
        if self.well:
            yield from ("", say("doctor.well", lang))

    def _rows(self, lang: Lang) -> Iterator[tuple[str, str]]:
        yield say("doctor.engine", lang), page.version(OURS) or say("doctor.missing", lang)
        yield say("doctor.python", lang), platform.python_version()
        journal = self.journal
        how = say("doctor.journal", lang, mode=journal.mode, synchronous=journal.synchronous)
        why = say("doctor.sound" if journal.mode == _WAL else "doctor.fault", lang)
        yield say("doctor.sqlite", lang), f"{journal.library}{say('stop', lang)}{how}"
        yield "", why
        for one in self.packages:
            version = one.version or say("doctor.missing", lang)
            extra = say("doctor.extra", lang, extra=one.extra) if one.extra else ""
            yield one.name, say("join", lang).join(filter(None, (version, extra)))


def examine(load: Callable[[], Plugins]) -> Health:
    """Find it all out.

    Args:
        load: loads the plugins.
    """
    found, conflict = None, None
    try:
        found = load()
    except BadInput as error:
        conflict = error.format_message()
    with (
        TemporaryDirectory(prefix="whistle_") as folder,
        SqliteStore(Path(folder) / "doctor.db") as store,
    ):
        journal = store.journal
    return Health(plugins=found, conflict=conflict, journal=journal, packages=tuple(_packages()))


def _packages() -> Iterator[Package]:
    """The packages that the engine's own metadata names, each once."""
    try:
        named = requires(OURS) or []
    except PackageNotFoundError:  # run from its sources
        named = []
    seen = set()
    for line in named:
        match = _REQUIRED.match(line)
        if match is not None and match[1] not in seen:
            seen.add(match[1])
            yield Package(name=match[1], version=page.version(match[1]), extra=match[2])
