"""What the kit asks of an author: how to open the store, and a few things it may tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, contextmanager, suppress
from inspect import signature
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import ClassVar

import pytest
from attrs import frozen
from hypothesis import settings

from whistle_engine.model import MatterId
from whistle_engine.storage.api import Capability, Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores._check import fail, told, undeclared
from whistle_engine.testing.stores._watch import Watched
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
        patience: how many seconds a test may take, counted anew whenever it opens a store; then
            it fails, with the place where the call hangs. Each test opens, uses and closes its
            stores in a thread of its own, which is left behind. ``None`` sets no limit and takes
            the caller's thread: for a debugger, and for a store that is tied to that thread.
        together: whether the test that runs takes all its matters for those of one jurisdiction;
            for a store of several, see :meth:`jurisdiction`.
    """

    place: Path
    patience: ClassVar[float | None] = 120.0  # twice what the kit itself waits for in crowds
    together: bool = False
    _hung: ClassVar[bool] = False
    """Whether a test of this class hung; the others are given a tenth of the time then."""

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
        """Remove what ``open_store`` left elsewhere than in the folder; called after each test.

        Not after one that hangs: what it holds might hold this up too.
        """

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

    def jurisdiction(self, matter: MatterId) -> str:
        """Tell of which jurisdiction a matter is, for a store that serves several.

        The matters of one are appended together, know each other's command ids, and are claimed
        in one order. By default all are of one. Where a test needs that, :attr:`together` is set
        before it opens the store.
        """
        del matter
        return ""

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
        self._settings = settings()  # those of the caller's thread
        self._watched: Watched | None = None
        self._settle_in()
        try:
            yield
        finally:
            self._clear_away()

    def tried(self, test: Callable[..., None]) -> None:
        """Run a test at the kit's place; open a store for it, if it takes one.

        Raises:
            Unfit: a call does not come back; besides whatever the test raises.
        """

        def act() -> None:
            test(*([self.opened()] if "store" in signature(test).parameters else []))

        if self.patience is None:
            act()
            return
        watched = self._watched = Watched(act, self._close)
        try:
            watched.result(self.patience / 10 if self._hung else self.patience)
        finally:
            if watched.running:
                type(self)._hung = True  # noqa: SLF001  our own

    def _settle_in(self) -> None:
        self.place = Path(mkdtemp(prefix="kit_"))
        self._opened: list[Store] = []

    def _close(self) -> None:
        while self._opened:
            with suppress(Exception):  # S14 has tests of its own
                self._opened.pop().close()

    def _clear_away(self, *, by_test: bool = False) -> None:
        if by_test or self._watched is None or not self._watched.running:
            self._close()
            self.discard()
        rmtree(self.place, ignore_errors=True)

    def fresh(self) -> Store:
        """Open a store at a new place, the one before being cleared away."""
        self._clear_away(by_test=True)
        self._settle_in()
        return self.opened()

    def opened(self) -> Store:
        """Open the store; it is closed after the test."""
        if self._watched is not None:
            self._watched.gets_on()
        try:
            store = self.open_store()
        except (pytest.skip.Exception, pytest.xfail.Exception) as ended:
            fail("open_store() opens a store", expected="a store", found=told(ended))
        self._opened.append(store)
        can: object = store.capabilities
        if not isinstance(can, AbstractSet) or not all(
            isinstance(each, Capability) for each in can
        ):
            fail(
                "capabilities is a set of members of Capability",
                expected="a set, such as frozenset({Capability.DURABLE}), empty where it has none",
                found=can,
            )
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
