"""One test for each fault that a review of the whole core brought to light."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from attrs import evolve as with_changes

from tests.support import days, hours, length, local, rung, tiny_directory, tiny_policy
from tests.unit.test_mended import FED_BACK, GOOD, QUICK, TOUGH, Played, handled
from tests.walks import BY_ID, PROOF, RULES, take
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.compiling import compile_rules
from whistle_engine.errors import PolicyError
from whistle_engine.model import (
    Evidence,
    Length,
    LimitUnit,
    Part,
    Party,
    ResultCode,
    Satisfied,
    Solved,
    Stage,
    StepAction,
    Verdict,
    What,
    facts,
)
from whistle_engine.moves.record import Record
from whistle_engine.policy import Ladder
from whistle_engine.responder import plan

DAY = timedelta(days=1)


def refused(played: Played, by: str, act: c.Act) -> set[str]:
    answer = played.give(by, act)
    assert answer is not None, "it was accepted"
    return {u.code for u in answer.unmet}


def test_a_clock_that_moves_keeps_a_fallback_whatever_the_ladder_became() -> None:
    """Numbers of steps depend on the ladder and the day; the fallback must not (L9)."""
    played = handled()
    (clock,) = played.running(What.SOLVE)
    longer = Ladder(
        whats=frozenset(),
        rungs=(
            *(rung(StepAction.REMIND, "holder", percent=p) for p in (20, 40, 60, 80)),
            rung(StepAction.ESCALATE, "coordinator", after=hours(24)),
        ),
    )
    rules = compile_rules(tiny_policy(ladders=(longer,)), tiny_directory())
    record = Record(played.state.at, played.state, rules, "gulou", "xinhua")
    record.move(clock, with_changes(clock.due, at=clock.due.at + 5 * DAY))
    (moved,) = record.events
    assert isinstance(moved, e.ClockMoved)
    assert moved.steps[-1].action is StepAction.ESCALATE


def test_a_street_that_blows_within_its_own_handling_does_not_become_the_blower() -> None:
    """Else it could stand the whistle down and shed its own clock (FR1, FR7)."""
    played = Played(TOUGH, ("street", c.TakeOn()), ("street", c.Blow(kind="tough")))
    assert refused(played, "street", c.StandDown()) == {"not_the_blower"}


def test_what_is_urgent_is_blown_within_the_hour_and_not_taken_on() -> None:
    played = Played(("clerk", c.Classify(facts=facts(category="burst_main"))))
    (blow,) = played.running(What.BLOW)
    assert blow.due.at - blow.started == timedelta(hours=1)
    assert refused(played, "street", c.TakeOn()) == {"urgent_is_blown"}


def test_a_present_danger_is_looked_at_like_a_possible_one() -> None:
    known = facts(category="quarrel", crowd="present", timing="ongoing")
    played = Played(("clerk", c.Classify(facts=known)))
    assert [k.unit for k in played.running(What.LOOK)] == ["gulou"]


def test_a_danger_found_after_the_whistle_comes_before_the_coordinator() -> None:
    played = handled()
    played.accept("clerk", c.Look(facts=facts(collapse="present", timing="imminent")))
    assert any(isinstance(ev, e.Escalated) and ev.reason == "danger_found" for ev in played.wrote)


def test_a_look_outlives_the_whistle_and_settling_waits_for_it() -> None:
    possible = facts(collapse="possible", timing="over")
    blown = Played(("clerk", c.Classify(facts=facts(category="pipes", **dict(possible)))))
    blown.accept("street", c.Blow(kind="tough"))
    assert blown.running(What.LOOK)
    talked = Played(("clerk", c.Classify(facts=facts(category="parking", **dict(possible)))))
    assert refused(talked, "branch", c.Settle()) == {"danger_not_excluded"}
    talked.accept("clerk", c.Look(facts=facts(collapse="none")))
    talked.accept("branch", c.Settle())


def test_a_look_says_what_was_found() -> None:
    played = Played(("clerk", c.Classify(facts=facts(category="pipes", collapse="possible"))))
    assert refused(played, "clerk", c.Look()) == {"look_without_finding"}
    assert played.running(What.LOOK)


def test_danger_is_not_redirected() -> None:
    played = Played(("clerk", c.Look(facts=facts(collapse="present"))))
    assert refused(played, "clerk", c.Redirect(route="court")) == {"danger_not_excluded"}


@pytest.mark.parametrize("by", ["street", "clerk"])
def test_what_was_taken_on_can_be_raised_to_the_urgent_kind(by: str) -> None:
    played = Played(TOUGH, ("street", c.TakeOn()))
    played.accept(by, c.RaiseWhistle(kind="emergency"))
    (clock,) = played.running(What.SOLVE)
    assert clock.due.limit == RULES.policy.kind_of["emergency"].solve


def test_the_lead_answers_without_nobody_but_late_joint_units() -> None:
    """Naming a community, or one that handed in, would shift the blame (FR5, FR6)."""
    played = handled()
    act = c.FeedBack(result=ResultCode.SOLVED, evidence=PROOF, without=("gulou", "chengguan"))
    assert refused(played, "r-zhujian", act) == {"joint_not_late"}


def test_the_same_proof_twice_is_one() -> None:
    twice = (*PROOF, Evidence("store://2", PROOF[0].digest, "image/png"))
    kinds = tuple(with_changes(kind, evidence=2) for kind in RULES.policy.kinds)
    rules = compile_rules(tiny_policy(kinds=kinds), tiny_directory())
    played = handled()
    command = c.Command(
        id="x", matter="m1", by=BY_ID["r-zhujian"], texts=("text",),
        do=c.FeedBack(result=ResultCode.SOLVED, evidence=twice),
    )  # fmt: skip
    answer = take(played.state, command, rules, played.now).result
    assert not isinstance(answer, tuple)
    assert answer.code == "answer_without_evidence"


def test_no_unit_decides_or_confirms_in_its_own_case() -> None:
    played = Played(TOUGH, ("street", c.TakeOn()), ("street", c.ReportIn()))
    at = played.now
    own = c.ConfirmTime(unit="xinhua", what=What.REPORT_IN, occurred_at=at)
    assert refused(played, "street", own) == {"own_case"}
    played.accept("clerk", own)
    played.accept("street", c.AskExtension(by=length(2)))
    assert refused(played, "street", c.GrantExtension()) == {"own_case"}
    played.accept("coordinator", c.GrantExtension())


def test_a_time_is_confirmed_between_asking_and_now_and_solving_once_it_is_answered() -> None:
    played = handled()
    early = c.ConfirmTime(unit="zhujian", what=What.REPORT_IN, occurred_at=played.now - DAY)
    assert refused(played, "clerk", early) == {"occurred_before_asked"}
    solved = c.ConfirmTime(unit="zhujian", what=What.SOLVE, occurred_at=played.now)
    assert refused(played, "clerk", solved) == {"nothing_to_confirm"}
    played.accept("r-zhujian", FED_BACK)
    played.accept("clerk", solved)


def test_that_nothing_is_there_is_the_communitys_word_and_for_this_whistle() -> None:
    played = Played(("street", c.Blow(kind="emergency", category="burst_main")))
    played.accept("street", c.Look(nothing_there=True))
    assert refused(played, "street", c.StandDown(close=True)) == {"not_certified"}
    played.accept("clerk", c.Look(nothing_there=True))
    played.accept("street", c.StandDown())
    played.accept("street", c.Blow(kind="emergency"))
    assert refused(played, "street", c.StandDown(close=True)) == {"not_certified"}


def test_classifying_to_and_fro_restarts_no_clock() -> None:
    played = Played(TOUGH)
    (first,) = played.running(What.BLOW)
    played.now += timedelta(hours=2)
    played.accept("clerk", c.Classify(facts=facts(category="quarrel")))
    played.now += timedelta(hours=2)
    # back through a look that finds danger, which makes it public again
    played.accept("clerk", c.Look(facts=facts(collapse="possible", timing="ongoing")))
    (again,) = played.running(What.BLOW)
    assert again.due.at == first.due.at


def test_what_was_moved_up_is_not_classified_back_down() -> None:
    played = Played(("clerk", c.Classify(facts=facts(category="quarrel"))))
    played.accept("leader", c.MoveUp())
    played.accept("branch", c.MoveUp())
    assert played.state.stage is Stage.AWAITING_WHISTLE
    down = c.Classify(facts=facts(category="quarrel"))
    assert refused(played, "street", down) == {"moved_up_before"}


def test_a_released_unit_still_does_not_judge_what_it_had_a_part_in() -> None:
    played = Played(TOUGH, ("street", c.Blow(kind="tough")), ("operator", c.Dispatch()))
    played.accept("r-zhujian", c.ReportIn())
    played.accept("r-zhujian", c.Release(unit="chengguan"))
    played.state = with_changes(
        played.state,
        raisers=tuple(with_changes(r, unit="chengguan") for r in played.state.raisers),
    )
    played.accept("r-zhujian", FED_BACK)
    assert {k.raiser for k in played.running(What.MARK)} == {None}


def test_a_plan_is_not_made_again_when_the_rounds_are_used_up() -> None:
    played = handled()
    for number in range(RULES.policy.marks.rounds):
        plan = c.FeedBack(
            result=ResultCode.PLANNED, evidence=PROOF, plan_date=played.now + 10 * DAY
        )
        answer = played.give("r-zhujian", plan)
        if number == RULES.policy.marks.rounds - 1:
            assert answer is not None
            assert {u.code for u in answer.unmet} == {"rounds_used"}
            return
        assert answer is None
        played.pass_time(15 * DAY)
        assert played.state.stage is Stage.HANDLING


@pytest.mark.parametrize("amount", [-1, 3661, 10**9])
def test_a_length_is_within_reason(amount: int) -> None:
    with pytest.raises(ValueError, match="amount"):
        Length(amount, LimitUnit.WORKING_DAYS)


def test_a_decision_unasked_is_capped_too() -> None:
    played = handled()
    assert refused(played, "coordinator", c.GrantExtension(by=length(3000))) == {"beyond_cap"}


@pytest.mark.parametrize(
    "make",
    [
        lambda: c.ChangeReceiver(receiver="请找社区 王书记"),
        lambda: c.Defer(review_on=datetime(2024, 3, 9, 9)),  # noqa: DTZ001  that is the point
        lambda: c.Object(clause="not our business, ask the street", names="gongan"),
        lambda: Evidence("a photo of the lamp", "sha256:0", "image/png"),
    ],
)
def test_words_and_naive_times_do_not_fit_where_codes_and_instants_belong(
    make: Callable[[], object],
) -> None:
    with pytest.raises(ValueError, match="should be"):
        make()


def test_raising_out_of_a_deferral_leaves_no_docket_about_what_has_ended() -> None:
    played = handled()
    played.pass_time(40 * DAY)
    played.accept("coordinator", c.Defer(review_on=played.now + 9 * DAY))
    played.accept("street", c.RaiseWhistle(kind="emergency"))
    for docket in played.running(What.DOCKET):
        assert docket.about is None or played.state.clocks[docket.about - 1].ended is None


def test_raising_gives_joint_units_the_limits_of_the_higher_kind() -> None:
    played = Played(TOUGH, ("street", c.Blow(kind="tough")), ("operator", c.Dispatch()))
    played.accept("street", c.RaiseWhistle(kind="emergency"))
    (clock,) = played.running(What.HAND_IN)
    assert clock.due.limit == RULES.policy.kind_of["emergency"].hand_in


def test_a_further_round_ordered_is_the_coordinators_duty_kept() -> None:
    played = handled()
    for _ in range(RULES.policy.marks.rounds):
        played.accept("r-zhujian", FED_BACK)
        played.accept("clerk", c.Mark(solved=Solved.NOT, satisfied=Satisfied.NOT))
    (deciding,) = played.running(What.DECIDE_ROUND)
    played.accept("coordinator", c.Reopen())
    assert played.state.clocks[deciding.id - 1].verdict is Verdict.KEPT


def test_rounds_used_up_bind_the_resident_and_not_the_coordinator() -> None:
    played = handled()
    for _ in range(RULES.policy.marks.rounds - 1):
        played.accept("r-zhujian", FED_BACK)
        played.accept("clerk", c.Mark(solved=Solved.NOT, satisfied=Satisfied.NOT))
    played.accept("r-zhujian", FED_BACK)
    played.accept("clerk", GOOD)
    played.accept("resident", GOOD)
    assert refused(played, "resident", c.Reopen()) == {"rounds_used"}
    played.accept("coordinator", c.Reopen())


def test_a_deferral_moves_the_cap_of_extensions_too() -> None:
    played = handled()
    (clock,) = played.running(What.SOLVE)
    assert clock.latest is not None
    room = clock.latest - clock.due.at
    played.accept("coordinator", c.Defer(review_on=played.now + 30 * DAY))
    played.now += 20 * DAY
    played.accept("coordinator", c.Resume())
    (moved,) = played.running(What.SOLVE)
    assert moved.latest is not None
    assert moved.latest - moved.due.at == room


def test_only_the_lead_asks_a_joint_unit_again() -> None:
    played = handled()
    assert refused(played, "r-chengguan", c.BringIn(unit="chengguan")) == {"already_in_response"}
    played.accept("r-zhujian", c.BringIn(unit="chengguan"))
    assert played.running(What.HAND_IN)


@pytest.mark.parametrize("unit", ["shegong", "zhihui", "hotline"])
def test_offices_of_the_district_are_not_brought_in(unit: str) -> None:
    assert refused(handled(), "r-zhujian", c.BringIn(unit=unit)) == {"cannot_respond"}


def test_who_was_designated_does_not_object_to_it() -> None:
    played = Played(("clerk", c.Classify(facts=facts(category="other"))))
    played.accept("street", c.Blow(kind="tough"))
    played.accept("coordinator", c.Designate(unit="zhujian"))
    act = c.Object(clause="other", names="chengguan")
    assert refused(played, "r-zhujian", act) == {"not_first_asked"}


def test_a_catalogue_makes_no_street_or_community_joint() -> None:
    rows = tuple(
        with_changes(row, joint=("gulou", "xinhua", "chengguan")) if row.code == "pipes" else row
        for row in RULES.policy.categories
    )
    rules = compile_rules(tiny_policy(categories=rows), tiny_directory())
    assert plan("pipes", rules, local("2024-03-04 09:00")).joint == ("chengguan",)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"permissions": {"mark": frozenset(), "call_back": frozenset()}},
            r"permissions\.mark: .*\[nobody\]",
        ),
        ({"permissions": {"dispatch": frozenset()}}, r"permissions\.dispatch: .*\[nobody\]"),
        ({"permissions": {"tell": frozenset({Party.STREET})}}, r"permissions\.tell: .*\[widened\]"),
        ({"permissions": {"nosuch": frozenset()}}, r"permissions\.nosuch: .*\[no_command\]"),
        ({"urgent_lead": "nobody"}, r"urgent_lead: .*\[no_unit\]"),
        (
            {"marks": with_changes(tiny_policy().marks, tell=days(-1))},
            r"marks\.tell: .*\[negative\]",
        ),
    ],
)
def test_a_policy_that_leaves_a_duty_to_nobody_does_not_compile(
    changes: dict[str, object], told: str
) -> None:
    with pytest.raises(PolicyError, match=told):
        compile_rules(tiny_policy(**changes), tiny_directory())


def test_an_invited_unit_owes_nothing_to_shirk() -> None:
    played = handled()
    assert any(r.part is Part.INVITED for r in played.state.responders)
    answer = played.give("r-shuiwu", c.SendBack())
    assert answer is not None
    assert (answer.code, answer.recorded) == ("send_back", ())


def test_a_matter_is_deferred_in_handling_only() -> None:
    played = Played(QUICK, ("street", c.Blow(kind="quick")), ("operator", c.Dispatch()))
    act = c.Defer(review_on=played.now + DAY)
    assert refused(played, "coordinator", act) == {"wrong_stage"}
