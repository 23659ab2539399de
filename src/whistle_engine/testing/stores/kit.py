"""What the kit asks of an author: how to open the store, and a few things it may tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from attrs import frozen

from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores._check import fail, told, undeclared
from whistle_engine.testing.stores.crowd import Opener


@frozen
class Excluded:
    """Why nothing can fall between an append's taking its positions and its commit (S7)."""

    why: str


class StoreKit:
    """The hooks. Only :meth:`open_store` has to be given.

    Attributes:
        place: an empty folder, a new one for each test. Its name is unique, of lower-case
            letters, digits and underscores, so that it can also name a schema or database.
    """

    place: Path

    # ------------------------------------------------------------------ for the author to give

    def open_store(self) -> Store:
        """Open the store that lies at :attr:`place`, an empty one the first time.

        A store that says ``DURABLE`` or ``PROCESSES`` is opened again and again on the same
        place: what was written is there.
        """
        raise NotImplementedError(f"{type(self).__name__} should give open_store()")

    def opener(self) -> Callable[[], Store]:
        """What opens the same store in another process; it has to be picklable.

        By default the class is found there by its module's name or file, and its
        ``open_store`` called, with the same attributes as here.
        """
        return Opener.of(self)

    def discard(self) -> None:
        """Remove what ``open_store`` left elsewhere than in the folder; called after each test."""

    def paused_append(
        self, store: Store, drafts: Sequence[Draft]
    ) -> AbstractContextManager[object] | Excluded | None:
        """Hold an append open between taking its positions and its commit (S7).

        The append runs in a thread or connection of its own. On entering, the positions are
        taken and nothing is committed; on leaving, the append has committed.

        Returns:
            A context manager; or why nothing can fall in between, such as one lock around all
            appends; or ``None``: not given, which fails the kit for stores that declare
            ``THREADS`` or ``PROCESSES``.
        """
        del store, drafts
        return None

    def raw_bytes(self) -> bytes | None:
        """What the store's files hold, to see that erased words are gone (S17).

        By default what lies in the folder; ``None``, if the store cannot tell.
        """
        files = sorted(path for path in self.place.rglob("*") if path.is_file())
        return b"\n".join(path.read_bytes() for path in files) if files else None

    # ------------------------------------------------------------------ for the tests to use

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Give the kit a new place, and clear it away in the end."""
        self._settle_in()
        try:
            yield
        finally:
            self._clear_away()

    def _settle_in(self) -> None:
        self.place = Path(mkdtemp(prefix="kit_"))
        self._opened: list[Store] = []

    def _clear_away(self) -> None:
        for store in reversed(self._opened):
            with suppress(Exception):  # S14 has tests of its own
                store.close()
        self.discard()
        rmtree(self.place, ignore_errors=True)

    def fresh(self) -> Store:
        """Open a store at a new place, the one before being cleared away."""
        self._clear_away()
        self._settle_in()
        return self.opened()

    def opened(self) -> Store:
        """Open the store; it is closed after the test."""
        try:
            store = self.open_store()
        except (pytest.skip.Exception, pytest.xfail.Exception) as ended:
            fail("open_store() opens a store", expected="a store", found=told(ended))
        self._opened.append(store)
        if len(self._opened) == 1 and store.feed(0, limit=1):
            fail(
                "open_store() opens a store with nothing in it at each new place",
                expected="an empty feed",
                found=store.feed(0, limit=1),
            )
        return store

    def reopened(self, store: Store) -> Store:
        """Close a store and open it again on the same place."""
        store.close()
        return self.opened()

    def beside(self, store: Store) -> Store:
        """A second store object on the same place where there can be one, else the same."""
        return self.opened() if Capability.PROCESSES in store.capabilities else store

    def needs(self, store: Store, *capabilities: Capability, what: str) -> None:
        """Go on only if the store declares one of some capabilities."""
        if not store.capabilities & set(capabilities):
            names = " or ".join(each.name for each in capabilities)
            undeclared(f"{names}: {what}")

    @pytest.fixture(autouse=True)
    def _placed(self) -> Iterator[None]:
        with self.placed():
            yield

    @pytest.fixture
    def store(self) -> Store:
        """A store with nothing in it."""
        return self.opened()
