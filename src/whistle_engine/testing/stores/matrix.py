"""The kill matrix: which test finds which broken store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import ClassVar

from attrs import frozen
from hypothesis import Phase

from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Draft
from whistle_engine.testing.stores.broken import BROKEN, Broken
from whistle_engine.testing.stores.broken.reading import TakesPositionsEarly
from whistle_engine.testing.stores.contract import StoreContract, clause_of, standard_tests
from whistle_engine.testing.stores.kit import Excluded
from whistle_engine.testing.stores.running import FAILED, run

MACHINE = "test_machine"


class BrokenKit(StoreContract):
    """The kit on a broken store; the machine makes fewer runs, and no failure smaller."""

    examples = 25
    remembers = False
    phases: ClassVar[tuple[Phase, ...]] = (Phase.generate,)

    def __init__(self, broken: Broken) -> None:
        """Take a broken store."""
        self.broken = broken

    def open_store(self) -> Store:
        """Open the broken store."""
        return self.broken.open(self.place)

    def paused_append(
        self, store: Store, drafts: Sequence[Draft]
    ) -> AbstractContextManager[object] | Excluded:
        """Hold an append open where the store has been given a way to."""
        if isinstance(store, TakesPositionsEarly):
            return store.paused(drafts)
        return Excluded("one lock is held around the whole append")


@frozen(kw_only=True)
class Kill:
    """What became of one broken store.

    Attributes:
        broken: the store.
        tests: the tests that found it, in order of clause.
    """

    broken: Broken
    tests: tuple[str, ...]

    @property
    def own(self) -> tuple[str, ...]:
        """Those of them that are about the clause that it breaks."""
        return tuple(test for test in self.tests if clause_of(test) == self.broken.clause)


def kill(broken: Broken, tests: Iterable[str] | None = None) -> Kill:
    """Run the kit on a broken store.

    Args:
        broken: the store.
        tests: the tests to run; by default all but the machine.
    """
    names = [t for t in standard_tests() if t != MACHINE] if tests is None else list(tests)
    found = [o.test for o in run(lambda: BrokenKit(broken), names) if o.status == FAILED]
    return Kill(broken=broken, tests=tuple(found))


def kill_matrix(stores: Sequence[Broken] = BROKEN) -> tuple[Kill, ...]:
    """Run the kit on broken stores, by default on all."""
    return tuple(kill(broken) for broken in stores)
