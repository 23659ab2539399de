"""A store of several jurisdictions is asked as much as any other, but for what goes over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.routers import by_number, routed
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.routed import _queue as queues
from whistle_engine.storage.rows import Claim, Draft, Timer
from whistle_engine.testing.stores import Excluded, StoreContract, store_machine
from whistle_engine.testing.stores.running import PASSED, run


class Noting(StoreContract):
    """Notes for which tests all matters are to be of one jurisdiction."""

    noted: list[bool]

    def __init__(self) -> None:
        self.noted = []

    def open_store(self) -> Store:
        self.noted.append(self.together)
        return MemoryStore()

    def paused_append(self, store: Store, drafts: Sequence[Draft]) -> Excluded:
        del store, drafts
        return Excluded("one lock")


def test_a_test_says_before_it_opens_the_store_that_it_writes_matters_together() -> None:
    apart = "test_s02_versions_have_no_holes"
    both = "test_s01_several_matters_are_written_together"
    kit = Noting()
    assert [each.status for each in run(lambda: kit, [apart, both, apart])] == [PASSED] * 3
    assert kit.noted == [False, True, False]


def test_by_default_all_matters_are_of_one_jurisdiction() -> None:
    assert Noting().jurisdiction("a") == Noting().jurisdiction("b")


class Reversed(queues.RestoringQueue[Timer]):
    """Gives what it claimed the latest first."""

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Timer], ...]:
        return super().claim(now=now, until=until, limit=limit)[::-1]


class Forgetful(queues.RestoringQueue[Timer]):
    """Claims on one shard only."""

    def _in_turn(self) -> list[str]:
        return super()._in_turn()[:1]


class Greedy(queues.RestoringQueue[Timer]):
    """Claims on each shard as much as the limit takes, and gives no more than that."""

    def claim(self, *, now: datetime, until: datetime, limit: int) -> tuple[Claim[Timer], ...]:
        return super().claim(now=now, until=until, limit=limit * len(self._queues))[:limit]


def found(*phases: Phase) -> None:
    how = settings(
        max_examples=100,
        stateful_step_count=30,
        database=None,
        phases=phases,
        report_multiple_bugs=False,
    )
    machine = store_machine(lambda: routed(route=by_number), jurisdiction=by_number)
    run_state_machine_as_test(machine, settings=how)


def test_the_machine_is_content_with_a_right_one() -> None:
    found(*Phase)


@pytest.mark.parametrize("broken", [Reversed, Forgetful, Greedy])
def test_the_machine_finds_claims_that_are_wrong_over_jurisdictions(
    broken: type[queues.RestoringQueue[Timer]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "RestoringQueue", broken)
    with pytest.raises(AssertionError, match="check that"):
        found(Phase.generate)
