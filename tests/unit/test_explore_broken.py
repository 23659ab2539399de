"""That an exploration finds what is broken, by the shortest story, which plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine import shipped_rules
from whistle_engine.errors import StoryError
from whistle_engine.model import (
    Due,
    Length,
    LimitUnit,
    Matter,
    MoveReason,
    Outcome,
    Step,
    StepAction,
    UnitCode,
    Unmet,
    What,
)
from whistle_engine.moves import clocks, residents
from whistle_engine.moves.record import Case, Record
from whistle_engine.refusals import unmet
from whistle_engine.responder import running
from whistle_engine.review.explore import Explored, Violation, explore, scope_of
from whistle_engine.rules import Limits, Rules
from whistle_engine.story import play, read_story, write_story
from whistle_engine.transitions import TRANSITIONS, nothing_unmet

RULES = shipped_rules("xingqing")
SMALL = "major_case"


def found(*sides: str, rules: Rules = RULES) -> Explored:
    return explore(rules, scope_of(rules, SMALL, sides))


def broken(explored: Explored, law: str) -> Violation:
    """The violation of a law; the story of it plays by the rules as they are now."""
    violation = next(v for v in explored.violations if v.law == law)
    assert violation.story is not None
    return violation


def written(violation: Violation, folder: Path) -> Path:
    assert violation.story is not None
    path = folder / "broken.toml"
    path.write_text(write_story(violation.story), encoding="utf-8")
    return path


def alter(monkeypatch: pytest.MonkeyPatch, row: type[c.Act], **changes: Any) -> None:
    monkeypatch.setitem(TRANSITIONS, row, evolve(TRANSITIONS[row], **changes))


def test_nothing_is_broken_as_it_is() -> None:
    explored = found()
    assert explored.complete
    assert explored.violations == ()


def test_sending_back_that_makes_the_street_accountable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def give(case: Case[c.SendBack], record: Record) -> None:
        record.add(e.Designated(case.now, case.matter.street, None, case.unit, None))

    with monkeypatch.context() as patch:
        alter(patch, c.SendBack, unmet=nothing_unmet, act=give)
        violation = broken(found(), "FR5")
        assert violation.story is not None
        assert [step.do for step in violation.story.steps] == ["receive", "blow", "send_back"]
        assert len(violation.way) == 3
        assert violation.way[2].en.endswith(": send back")
        path = written(violation, tmp_path)
        play(read_story(path))
    with pytest.raises(StoryError, match="step 3"):  # once mended, the story no longer holds
        play(read_story(path))


def test_a_clock_that_restarts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def restart(case: Case[c.Urge], record: Record) -> None:
        day = Length(1, LimitUnit.DAYS)
        for clock in running(case.matter, What.SOLVE):
            due = record.rules.limits.extended(clock.due, day, at=case.now)
            move = evolve(due.moves[-1], reason=MoveReason.TAKEN_OVER)
            record.move(clock, evolve(due, moves=(move,)))

    alter(monkeypatch, c.Urge, act=restart)
    explored = found("telling")
    violation = broken(explored, "FR7")
    assert "without a reason" in violation.words
    assert [step.do for step in violation.story.steps][-1] == "urge"  # type: ignore[union-attr]
    play(read_story(written(violation, tmp_path)))


def test_a_deed_that_is_only_wrong_when_it_is_late(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def drop(_case: Case[c.FireTimer], record: Record, clock: Any, _step: Step) -> None:
        record.end(clock, missed=True)  # the work is nobody's any more

    monkeypatch.setitem(clocks._EFFECTS, StepAction.ESCALATE, drop)
    violation = broken(found(), "FR2")
    assert [step.do for step in violation.story.steps][-1] == "wait"  # type: ignore[union-attr]
    play(read_story(written(violation, tmp_path)))


def test_a_matter_that_closes_before_all_have_marked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def close(_matter: object, record: Record, **_marked: bool) -> None:
        record.add(e.Closed(record.at, Outcome.SETTLED, None))

    monkeypatch.setattr(residents, "close_if_judged", close)
    violation = broken(found(), "L10")
    assert "before all had marked" in violation.words
    play(read_story(written(violation, tmp_path)))


def test_somebody_who_raised_a_merged_matter_and_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def first_only(matter: Matter) -> Iterator[str]:
        return (r.id for r in matter.raisers[:1])

    monkeypatch.setattr(residents, "judging_raisers", first_only)
    violation = broken(found("gathering"), "L19")
    assert violation.words == "neighbour has no mark to give"
    assert violation.story is not None
    assert "merge" in {step.do for step in violation.story.steps}
    play(read_story(written(violation, tmp_path)))


@frozen
class Forgetful:
    """Limits that leave a kind of clock without a fallback."""

    real: Limits
    what: What

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(self.real, name)  # type: ignore[no-any-return]

    def steps(
        self, due: Due, what: What, *, unit: UnitCode | None, community: UnitCode, street: UnitCode
    ) -> tuple[Step, ...]:
        steps = self.real.steps(due, what, unit=unit, community=community, street=street)
        return () if what is self.what else steps


def test_a_duty_that_can_be_forgotten(tmp_path: Path) -> None:
    rules = evolve(RULES, limits=Forgetful(RULES.limits, What.TELL))
    violation = broken(found(rules=rules), "L9")
    assert violation.words.startswith("tell of")
    play(read_story(written(violation, tmp_path)), rules)


def test_a_matter_that_nobody_can_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_case: Case[c.FeedBack]) -> Iterator[Unmet]:
        yield unmet("not_extendable")

    alter(monkeypatch, c.FeedBack, unmet=never)
    violation = broken(found(), "L17")
    assert "receive" in {step.do for step in violation.story.steps}  # type: ignore[union-attr]


def test_a_way_round_that_never_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def again(_case: Case[c.FireTimer], record: Record, clock: Any, _step: Step) -> None:
        record.end(clock, missed=True)  # always another one, never the coordinator
        record.start(clock.what, clock.unit, clock.due.limit)

    monkeypatch.setitem(clocks._EFFECTS, StepAction.ESCALATE, again)
    violation = broken(found(), "L9")
    assert "forgotten" in violation.words


def test_an_error_where_a_decision_should_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_case: Case[c.Urge], _record: Record) -> None:
        raise KeyError("urge")

    alter(monkeypatch, c.Urge, act=fail)
    (violation,) = found("telling").violations
    assert (violation.law, violation.story) == ("error", None)
    assert violation.words == "KeyError: 'urge'"
    assert violation.way[-1].zh == "居民：催促"
