"""A machine over a whole engine, held against plain dictionaries; and that it can fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.walks import OTHER_RULES, RULES
from whistle_engine import _executing
from whistle_engine.model import Actor, Matter, Party, UnitCode
from whistle_engine.rules import Rules
from whistle_engine.standing import parties
from whistle_engine.storage.api import Store
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Appended, Draft, DutyRow
from whistle_engine.storage.sqlite import SqliteStore
from whistle_engine.testing.machine import city_machine

FEW = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    database=None,
)


@pytest.mark.parametrize("city", [RULES, OTHER_RULES], ids=["tiny", "other"])
def test_an_engine_answers_as_plain_dictionaries_do(city: Rules) -> None:
    run_state_machine_as_test(city_machine(city), settings=FEW)


def test_an_engine_on_sqlite_too() -> None:
    machine = city_machine(RULES, open_store=lambda: SqliteStore("sqlite://"))
    run_state_machine_as_test(machine, settings=settings(FEW, max_examples=8))


# ---------------------------------------------------------------- it can fail


def fails(match: str, *, open_store: Callable[[], Store] = MemoryStore) -> None:
    found = settings(FEW, phases=(Phase.generate,), max_examples=100)
    with pytest.raises(AssertionError, match=match):
        run_state_machine_as_test(city_machine(RULES, open_store=open_store), settings=found)


def test_reading_that_anybody_may_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whistle_engine._reading.parties", lambda *_: {"somebody"})
    fails("sees no m")


def test_reading_that_a_raiser_may_not_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def known(actor: Actor, matter: Matter, rules: Rules) -> frozenset[Party]:
        return parties(actor, matter, rules) - {Party.RAISER}

    monkeypatch.setattr("whistle_engine._reading.parties", known)
    fails(r"sees m\d")


def test_a_second_answer_to_the_same_command_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    load = _executing.Executor.load
    monkeypatch.setattr(_executing.Executor, "load", lambda *a: (load(*a)[0], ()))
    monkeypatch.setattr(
        _executing.Executor, "again", lambda _self, attempt, _: attempt.decided().answer
    )
    fails("has its first answer")


def test_a_timer_that_does_not_fire_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whistle_engine._firing.fire_due", lambda *_: ())
    fails("all that is due has fired|more than")


class LosesTheLastDuty(MemoryStore):
    def inbox(
        self, unit: UnitCode, *, after: DutyRow | None = None, limit: int
    ) -> tuple[DutyRow, ...]:
        return super().inbox(unit, after=after, limit=limit)[:-1]


def test_a_duty_that_no_inbox_shows_is_found() -> None:
    fails("xinhua|gulou|zhi|shegong|hotline", open_store=LosesTheLastDuty)


class Forgets(MemoryStore):
    """Answers an append, and keeps the fourth of them not."""

    count = 0

    def append(self, drafts: Sequence[Draft]) -> Appended:
        self.count += 1
        if self.count == 4 and len(drafts) == 1:
            return Appended(records=(), again=False)
        return super().append(drafts)


def test_a_commit_that_is_lost_is_found() -> None:
    fails("check", open_store=Forgets)
