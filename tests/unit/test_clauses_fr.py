"""Each clause of the first-responder rule by short cases: kept, and tried to be broken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve

from tests.support import (
    NOW,
    day_range,
    length,
    local,
    tiny_calendar,
    tiny_categories,
    tiny_directory,
    tiny_policy,
    working_days,
)
from tests.unit.played import DAY, FED_BACK, MINUTE, NOT_SOLVED, Play, row, rules_with, wrote
from tests.walks import BY_ID, PROOF
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.compiling import compile_rules
from whistle_engine.directory import Receiver, Shift
from whistle_engine.errors import PolicyError
from whistle_engine.model import (
    MoveReason,
    Part,
    ResultCode,
    Shirk,
    Stage,
    Verdict,
    What,
)
from whistle_engine.policy import Policy
from whistle_engine.workflow import duties

# ---------------------------------------------------------------- FR1: one lead, one receiver


def test_fr1_the_first_asked_leads_and_stays_first_responder() -> None:
    play = Play().dispatched()
    assert play.parts() == {"zhujian": Part.LEAD, "chengguan": Part.JOINT, "shuiwu": Part.INVITED}
    assert play.responder("zhujian").receiver == "r-zhujian"
    play.ok("r-chengguan", c.Accept())
    assert play.state.first_responder == "zhujian"
    play.ok("coordinator", c.Designate(unit="gongan"))
    assert play.state.first_responder == "zhujian"
    assert "lead_not_released" in play.no("coordinator", c.Release(unit="zhujian"))


def test_fr1_nobody_on_duty_is_the_head_and_an_escalation() -> None:
    play = Play().dispatched("cables")
    assert play.responder("wangxin").receiver == "head-wangxin"
    (escalated,) = wrote(play.history[-1].written, e.Escalated)
    assert escalated.reason == "no_receiver"
    late = play.clock(What.REPORT_IN, "wangxin")
    assert escalated.clock == late.id
    assert play.clock(What.DOCKET).about == late.id


def test_fr1_a_lead_without_anybody_is_an_escalation_too() -> None:
    play = Play().dispatched()
    events = play.ok("coordinator", c.Designate(unit="minzheng"))
    assert [ev.reason for ev in wrote(events, e.Escalated)] == ["no_receiver"]
    assert play.responder("minzheng").receiver is None


def test_fr1_the_receiver_is_whoever_is_on_duty_now() -> None:
    never = (Shift(start=NOW.time(), end=NOW.time()),)
    night = (
        *tiny_directory().receivers,
        Receiver(id="never", unit="wangxin", shifts=never),
        Receiver(id="noon", unit="wangxin", shifts=tiny_policy().shifts),
    )
    rules = compile_rules(tiny_policy(), tiny_directory(receivers=night))
    play = Play(rules).dispatched("cables")
    assert play.responder("wangxin").receiver == "noon"
    assert wrote(play.history[-1].written, e.Escalated) == []
    play = Play(rules, start=local("2024-03-04 18:00")).dispatched("cables")
    assert play.responder("wangxin").receiver == "head-wangxin"


def test_fr1_an_urgent_whistle_finds_a_lead_where_the_catalogue_has_none() -> None:
    gas = row("gas", "emergency", "shuiwu shi-chengguan")
    play = Play(rules_with(categories=(*tiny_categories(), gas))).received()
    play.ok("clerk", c.Blow(kind="emergency", category="gas"))
    assert play.parts() == {
        "gongan": Part.LEAD, "shuiwu": Part.INVITED, "shi-chengguan": Part.INVITED,
    }  # fmt: skip
    play.ok("r-shuiwu", c.Accept())
    assert play.parts()["shuiwu"] is Part.LEAD
    assert play.parts()["gongan"] is Part.JOINT
    assert play.state.first_responder == "gongan"


def test_fr1_invited_is_unclocked_and_blocks_nothing() -> None:
    play = Play().arrived()
    assert not any(k.unit == "shuiwu" for k in play.state.clocks)
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    play.ok("r-zhujian", FED_BACK)


@pytest.mark.parametrize("unit", ["shuiwu", "shi-chengguan", "xinhua", "gulou", "gulou-1", "yumin"])
def test_fr1_whom_nobody_can_command_is_not_designated(unit: str) -> None:
    assert Play().dispatched().no("coordinator", c.Designate(unit=unit)) & {
        "cannot_lead", "not_on_street_list",
    }  # fmt: skip


def test_fr1_the_first_responder_sees_that_the_resident_is_answered() -> None:
    play = Play().arrived()
    play.ok("r-chengguan", c.ReportIn())
    play.ok("r-chengguan", c.Accept())
    play.ok("r-chengguan", c.Release(unit="shuiwu"))
    play.ok("r-zhujian", c.HandIn())
    play.ok("r-chengguan", FED_BACK)
    assert play.clock(What.TELL).unit == "zhujian"
    assert play.no("r-chengguan", c.Tell(raiser="resident")) == {"not_permitted"}
    play.ok("r-zhujian", c.Tell(raiser="resident"))
    assert play.running(What.TELL) == []


# ---------------------------------------------------------------- FR2, FR3: arriving, handling


def test_fr2_each_responder_reports_in_within_the_limit_of_the_whistle() -> None:
    play = Play().dispatched("pipes", "emergency")
    for unit in ("zhujian", "chengguan"):
        assert play.clock(What.REPORT_IN, unit).due.at == play.now + timedelta(hours=1)
    assert play.running(What.REPORT_IN, "shuiwu") == []
    first = play.clock(What.REPORT_IN, "zhujian")
    play.wait(first.due.at - MINUTE)
    play.ok("r-zhujian", c.ReportIn())  # at the due time itself it is still kept
    assert play.again(first).verdict is Verdict.KEPT
    late = play.clock(What.REPORT_IN, "chengguan")
    play.ok("r-chengguan", c.ReportIn())
    assert play.again(late).verdict is Verdict.MISSED
    assert "already_reported_in" in play.no("r-zhujian", c.ReportIn())


def test_fr2_arriving_and_solving_are_two_facts() -> None:
    play = Play().arrived()
    assert play.responder("zhujian").reported_in == play.now
    assert play.running(What.REPORT_IN, "zhujian") == []
    assert play.clock(What.SOLVE).unit == "zhujian"
    assert play.state.stage is Stage.HANDLING


def test_fr2_who_is_brought_in_or_accepts_reports_in_too() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.BringIn(unit="gongan"))
    assert play.running(What.REPORT_IN, "gongan")
    play.ok("r-shuiwu", c.Accept())
    assert play.running(What.REPORT_IN, "shuiwu")


def test_fr2_a_time_confirmed_stands_beside_the_verdict() -> None:
    play = Play().dispatched("pipes", "emergency")
    arriving = play.clock(What.REPORT_IN, "zhujian")
    play.wait(arriving.due.at + timedelta(hours=1))
    play.ok("r-zhujian", c.ReportIn())
    play.ok("clerk", c.ConfirmTime(
        unit="zhujian", what=What.REPORT_IN, occurred_at=arriving.due.at - MINUTE,
    ))  # fmt: skip
    assert play.again(arriving).verdict is Verdict.MISSED
    assert play.no("clerk", c.ConfirmTime(
        unit="zhujian", what=What.REPORT_IN, occurred_at=play.now + DAY,
    )) == {"occurred_in_future"}  # fmt: skip


def test_fr3_whoever_leads_has_the_work_until_it_is_fed_back() -> None:
    play = Play().dispatched()
    assert play.clock(What.SOLVE).unit == "zhujian"
    play.ok("r-chengguan", c.Accept())
    assert play.clock(What.SOLVE).unit == "chengguan"
    play.ok("coordinator", c.Designate(unit="gongan"))
    assert play.clock(What.SOLVE).unit == "gongan"


# ---------------------------------------------------------------- FR4: it stays lead


def test_fr4_bringing_in_leaves_the_lead_where_it_is() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.BringIn(unit="gongan"))
    play.ok("r-zhujian", c.BringIn(unit="shi-chengguan"))
    assert play.parts()["zhujian"] is Part.LEAD
    assert play.parts()["gongan"] is Part.JOINT
    assert play.parts()["shi-chengguan"] is Part.INVITED
    assert "already_in_response" in play.no("r-zhujian", c.BringIn(unit="gongan"))


def test_fr4_of_two_acceptances_the_first_wins() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.BringIn(unit="gongan"))
    play.ok("r-chengguan", c.Accept())
    assert play.parts()["zhujian"] is Part.JOINT
    assert "already_accepted" in play.no("r-gongan", c.Accept())
    play.ok("r-shuiwu", c.Accept())
    assert play.parts() == {
        "zhujian": Part.JOINT, "chengguan": Part.LEAD, "shuiwu": Part.JOINT, "gongan": Part.JOINT,
    }  # fmt: skip


def test_fr4_a_street_designates_within_its_coordination_only() -> None:
    outside = {"outside_coordination"}
    assert Play().dispatched().no("street", c.Designate(unit="gongan")) == outside  # not in the row
    play = Play().dispatched("street_lamp")
    assert play.no("street", c.Designate(unit="zhujian")) == outside  # none that it may direct
    play = Play().blown("street_lamp")
    play.ok("operator", c.Dispatch(lead="zhujian"))
    play.ok("street", c.Designate(unit="chengguan"))
    assert play.parts() == {"zhujian": Part.JOINT, "chengguan": Part.LEAD}


# ---------------------------------------------------------------- FR5: nothing flows back


@pytest.mark.parametrize("unit", ["xinhua", "gulou", "gulou-1", "fenghuang"])
def test_fr5_a_department_makes_nobody_below_accountable(unit: str) -> None:
    play = Play().arrived()
    assert play.shirked("r-zhujian", c.BringIn(unit=unit)) == [Shirk.FLOW_BACK]
    assert play.shirked("r-zhujian", c.Object(clause="3", names=unit)) == [Shirk.FLOW_BACK]


def test_fr5_not_even_for_what_the_street_list_holds() -> None:
    play = Play().dispatched("unlicensed_trade")
    assert play.shirked("r-chengguan", c.Object(clause="3", names="xinhua")) == [Shirk.FLOW_BACK]


def test_fr5_sending_back_is_refused_to_all_and_kept() -> None:
    play = Play().dispatched()
    for who in ("r-zhujian", "r-chengguan"):
        assert play.shirked(who, c.SendBack()) == [Shirk.SEND_BACK]
    assert play.no("r-shuiwu", c.SendBack()) == {"send_back"}  # merely invited, it owes nothing
    assert play.shirked("r-zhujian", c.SendBack(), texts=()) == [Shirk.SEND_BACK]


# ---------------------------------------------------------------- FR6: no hollow answer


def test_fr6_before_anybody_arrived() -> None:
    play = Play().dispatched()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    assert play.no("r-zhujian", FED_BACK) == {"not_reported_in"}
    assert play.shirked("r-zhujian", FED_BACK) == [Shirk.HOLLOW_ANSWER]


def test_fr6_without_words_or_proof() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    assert play.no("r-zhujian", FED_BACK, texts=()) == {"answer_without_words"}
    for result in ResultCode:
        bare = c.FeedBack(result=result, plan_date=play.now + DAY)
        assert play.no("r-zhujian", bare) == {"answer_without_evidence"}


def test_fr6_no_kind_of_whistle_goes_without_a_proof() -> None:
    kinds = tuple(evolve(kind, evidence=0) for kind in tiny_policy().kinds)
    with pytest.raises(PolicyError, match=r"\(FR6\)"):
        rules_with(kinds=kinds)


def test_fr6_the_same_proof_twice_is_one() -> None:
    kinds = tuple(evolve(kind, evidence=2) for kind in tiny_policy().kinds)
    play = Play(rules_with(kinds=kinds)).arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    twice = evolve(FED_BACK, evidence=(*PROOF, *PROOF))
    assert play.no("r-zhujian", twice) == {"answer_without_evidence"}
    play.ok("r-zhujian", evolve(twice, evidence=(*PROOF, evolve(PROOF[0], digest="sha256:01"))))


def test_fr6_a_plan_has_a_date_ahead_and_not_too_far() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    plan = c.FeedBack(result=ResultCode.PLANNED, evidence=PROOF)
    assert play.no("r-zhujian", plan) == {"plan_date_missing"}
    assert play.no("r-zhujian", evolve(plan, plan_date=play.now)) == {"plan_date_missing"}
    far = evolve(plan, plan_date=play.now + 400 * DAY)
    assert play.no("r-zhujian", far) == {"plan_date_too_late"}


def test_fr6_not_without_the_joint_unit_until_that_is_late_and_named() -> None:
    play = Play().arrived()
    without = evolve(FED_BACK, without=("chengguan",))
    assert play.no("r-zhujian", FED_BACK) == {"joint_pending"}
    assert play.no("r-zhujian", without) == {"joint_not_late"}
    owed = play.clock(What.HAND_IN, "chengguan")
    play.wait(owed.due.at - MINUTE)
    assert play.no("r-zhujian", without) == {"joint_not_late"}  # at the due time it is not late
    assert play.no("r-zhujian", FED_BACK) == {"joint_pending"}
    play.ok("r-zhujian", without)
    assert play.again(owed).verdict is Verdict.MISSED


# ---------------------------------------------------------------- FR7: no clock restarts


def test_fr7_nothing_but_its_four_reasons_moves_a_due_time() -> None:
    play = Play().arrived()
    clock = play.clock(What.SOLVE)
    play.ok("resident", c.Add())
    play.ok("resident", c.Urge())
    play.ok("r-zhujian", c.ReportProgress())
    play.ok("r-zhujian", c.BringIn(unit="gongan"))
    play.ok("r-zhujian", c.ChangeReceiver(receiver="other"))
    play.ok("street", c.Supervise(unit="zhujian"))
    play.ok("street", c.Escalate())
    play.ok("r-zhujian", c.Object(clause="3", names="gongan"))
    assert play.again(clock).due == clock.due
    play.ok("r-chengguan", c.Accept())
    taken = play.clock(What.SOLVE)
    assert (taken.unit, taken.due.at, taken.latest) == ("chengguan", clock.due.at, clock.latest)
    assert [m.reason for m in taken.due.moves] == [MoveReason.TAKEN_OVER]
    assert play.again(clock).verdict is Verdict.SUPERSEDED


def test_fr7_an_extension_is_asked_before_it_is_due_and_within_the_cap() -> None:
    play = Play().arrived()
    clock = play.clock(What.SOLVE)
    assert clock.latest is not None
    assert play.no("r-zhujian", c.AskExtension(by=length(16))) == {"beyond_cap"}
    assert play.no("r-zhujian", c.AskExtension(by=length(0))) == {"beyond_cap"}
    assert play.no("street", c.GrantExtension()) == {"nothing_asked"}
    play.ok("r-zhujian", c.AskExtension(by=length(15)))
    assert play.no("r-zhujian", c.AskExtension(by=length(1))) == {"extension_pending"}
    play.ok("street", c.GrantExtension())
    moved = play.again(clock)
    assert moved.due.at == clock.latest == moved.latest
    assert [(m.reason, m.before, m.after) for m in moved.due.moves] == [
        (MoveReason.EXTENDED, clock.due.at, clock.latest)
    ]
    assert play.no("r-zhujian", c.AskExtension(by=length(1))) == {"beyond_cap"}
    play.wait(moved.due.at)
    assert play.no("r-zhujian", c.AskExtension(by=length(1))) == {
        "already_overdue", "beyond_cap",
    }  # fmt: skip


def test_fr7_what_was_asked_in_time_is_not_granted_when_it_is_late() -> None:
    decide_late = evolve(tiny_policy().extensions, decide=working_days(5))
    play = Play(rules_with(extensions=decide_late)).arrived()
    play.wait(play.clock(What.SOLVE).due.at - 2 * MINUTE)
    play.ok("r-zhujian", c.AskExtension(by=length(1)))
    play.wait(play.clock(What.SOLVE).due.at)
    assert play.no("street", c.GrantExtension()) == {"already_overdue"}
    play.ok("street", c.GrantExtension(granted=False))


def test_fr7_an_extension_that_nobody_decides_is_declined() -> None:
    play = Play().arrived()
    clock = play.clock(What.SOLVE)
    play.ok("r-zhujian", c.AskExtension(by=length(5)))
    asked = play.clock(What.DECIDE_EXTENSION)
    play.wait(asked.due.at)
    assert play.again(asked).verdict is Verdict.MISSED
    assert play.again(clock).due == clock.due
    assert play.state.extension is None


def test_fr7_a_kind_that_is_not_extendable_is_not_extended() -> None:
    play = Play().dispatched("street_lamp", "quick")
    assert play.no("r-chengguan", c.AskExtension(by=length(1, "hours"))) == {"not_extendable"}


def test_fr7_the_coordinator_decides_with_reasons_in_time_and_once() -> None:
    play = Play().arrived()
    decided = c.GrantExtension(by=length(3))
    assert play.no("street", decided) == {"nothing_asked"}
    assert play.no("coordinator", decided, texts=()) == {"text_missing"}
    play.ok("coordinator", decided)
    (move,) = play.clock(What.SOLVE).due.moves
    assert move.reason is MoveReason.DECIDED
    assert play.no("coordinator", decided) == {"decided_before"}
    play = Play().arrived()
    play.wait(play.clock(What.SOLVE).due.at)
    assert play.no("coordinator", decided) == {"already_overdue"}


def test_fr7_a_missed_clock_stays_missed_and_its_taker_has_one_of_its_own() -> None:
    play = Play().arrived()
    late = play.clock(What.SOLVE)
    play.wait(late.due.at)
    play.ok("r-chengguan", c.Accept())
    assert play.again(late).verdict is Verdict.MISSED
    assert play.again(late).due == late.due
    redo = play.clock(What.REDO)
    assert (redo.unit, redo.started) == ("chengguan", play.now)


def test_fr7_at_the_due_time_itself_it_is_not_late() -> None:
    play = Play().arrived()
    clock = play.clock(What.SOLVE)
    play.wait(clock.due.at - MINUTE)
    play.ok("r-chengguan", c.Accept())
    assert play.now == clock.due.at
    assert play.clock(What.SOLVE).due.at == clock.due.at
    assert play.again(clock).verdict is Verdict.SUPERSEDED


def test_fr7_reopening_starts_a_further_clock() -> None:
    play = Play().fed_back()
    kept = next(k for k in play.state.clocks if k.what is What.SOLVE)
    play.ok("clerk", NOT_SOLVED)
    assert play.state.stage is Stage.HANDLING
    assert play.again(kept) == kept
    assert play.clock(What.REDO).started == play.now
    assert play.running(What.MARK) == play.running(What.TELL) == []


def test_fr7_raising_starts_a_further_clock_and_supersedes_the_old() -> None:
    play = Play().arrived()
    old = play.clock(What.SOLVE)
    play.ok("r-zhujian", c.AskExtension(by=length(15)))
    play.ok("street", c.RaiseWhistle(kind="emergency"))
    assert play.again(old).verdict is Verdict.SUPERSEDED
    assert play.clock(What.SOLVE).due.at == play.now + timedelta(hours=24)
    assert "nothing_asked" in play.no("street", c.GrantExtension())
    play = Play().arrived()
    old = play.clock(What.SOLVE)
    play.wait(old.due.at)
    play.ok("street", c.RaiseWhistle(kind="emergency"))
    assert play.again(old).verdict is Verdict.MISSED


def test_fr7_a_deferral_gives_back_its_time_to_what_was_not_overdue() -> None:
    play = Play().dispatched("pipes", "emergency")
    play.ok("r-zhujian", c.ReportIn())
    arriving, solving = play.clock(What.REPORT_IN, "chengguan"), play.clock(What.SOLVE)
    play.wait(arriving.due.at + MINUTE)
    play.ok("coordinator", c.Defer(review_on=play.now + 9 * DAY))
    begun = play.now
    assert {d.what for d in duties(play.state, play.rules)} <= {What.REVIEW, What.DOCKET}
    play.now += 5 * DAY
    play.ok("coordinator", c.Resume())
    assert play.again(solving).due.at == solving.due.at + (play.now - begun)
    assert play.again(arriving).due == arriving.due


def test_fr7_deferrals_are_capped_and_have_a_date_of_review() -> None:
    play = Play().arrived()
    assert play.no("coordinator", c.Defer(review_on=play.now)) == {"review_not_ahead"}
    assert play.no("coordinator", c.Defer(review_on=play.now + 200 * DAY)) == {
        "beyond_deferral_cap"
    }
    for _ in range(2):
        play.ok("coordinator", c.Defer(review_on=play.now + 9 * DAY))
        play.wait(play.now + 9 * DAY)
        assert play.state.stage is Stage.HANDLING  # it resumes by itself at the date of review
    assert play.no("coordinator", c.Defer(review_on=play.now + DAY)) == {"deferrals_used"}


def _next_year_known() -> Policy:
    known = tiny_calendar(known_until=local("2025-12-31 00:00").date())
    return tiny_policy(
        calendar=evolve(known, holidays=known.holidays | day_range("2025-01-01", "2025-01-01"))
    )


def test_fr7_a_provisional_due_time_is_fixed_once_by_the_policy_that_knows_its_year() -> None:
    play = Play(start=local("2024-12-27 09:00")).arrived()
    system = BY_ID["system"]
    clock = play.clock(What.SOLVE)
    assert clock.due.provisional
    assert play.no(system, c.FixDueTimes()) == {"nothing_to_fix"}
    play.rules = compile_rules(_next_year_known(), tiny_directory())
    assert play.again(clock).due == clock.due  # adopting a policy moves nothing by itself
    play.ok(system, c.FixDueTimes())
    fixed = play.again(clock).due
    assert not fixed.provisional
    assert fixed.at == local("2025-01-20 18:00")  # New Year's Day is off: from Friday to Monday
    assert [m.reason for m in fixed.moves] == [MoveReason.FIXED]
    assert play.no(system, c.FixDueTimes()) == {"nothing_to_fix"}


def test_fr7_what_is_overdue_is_not_fixed() -> None:
    play = Play(start=local("2024-12-27 09:00")).arrived()
    clock = play.clock(What.SOLVE)
    play.now = clock.due.at + MINUTE
    play.rules = compile_rules(_next_year_known(), tiny_directory())
    play.do(BY_ID["system"], c.FixDueTimes())
    assert play.again(clock).due == clock.due


# ---------------------------------------------------------------- FR8: objecting is not returning


def test_fr8_once_in_time_and_the_clocks_run_on() -> None:
    play = Play().dispatched()
    objecting = c.Object(clause="3.2", names="gongan")
    clocks = play.state.clocks
    until = play.responder("zhujian").object_until
    assert until is not None
    play.now = until - MINUTE
    events = play.ok("r-zhujian", objecting)
    assert {type(ev) for ev in events} == {e.Objected, e.ClockStarted}
    assert play.state.clocks[: len(clocks)] == clocks
    assert play.parts()["zhujian"] is Part.LEAD
    assert play.shirked("r-zhujian", objecting) == [Shirk.OBJECT_AGAIN]
    play = Play().dispatched()
    play.now = until
    assert play.no("r-zhujian", objecting) == {"objection_too_late"}


def test_fr8_it_names_another_unit_that_could_lead() -> None:
    play = Play().dispatched()
    assert play.no("r-zhujian", c.Object(clause="3", names="zhujian")) == {"already_lead"}
    assert play.no("r-zhujian", c.Object(clause="3", names="shuiwu")) == {"cannot_lead"}
    assert play.no("r-zhujian", c.Object(clause="3", names="nowhere")) == {"unknown_unit"}


@pytest.mark.parametrize(("unit", "upheld"), [("gongan", True), ("zhujian", False)])
def test_fr8_the_coordinators_answer_binds(unit: str, *, upheld: bool) -> None:
    play = Play().dispatched()
    play.ok("r-zhujian", c.Object(clause="3", names="gongan"))
    asked = play.clock(What.ANSWER_OBJECTION)
    assert asked.unit == "shegong"
    (answer,) = wrote(play.ok("coordinator", c.Designate(unit=unit)), e.ObjectionAnswered)
    assert (answer.upheld, answer.lapsed) == (upheld, False)
    assert play.again(asked).verdict is Verdict.KEPT
    assert play.parts()[unit] is Part.LEAD


def test_fr8_unanswered_it_stands_as_rejected_and_the_lateness_is_recorded() -> None:
    play = Play().dispatched()
    play.ok("r-zhujian", c.Object(clause="3", names="gongan"))
    asked = play.clock(What.ANSWER_OBJECTION)
    play.wait(asked.due.at)
    assert play.again(asked).verdict is Verdict.MISSED
    answers = [a for step in play.history for a in wrote(step.written, e.ObjectionAnswered)]
    assert [(a.upheld, a.lapsed) for a in answers] == [(False, True)]
    assert play.parts()["zhujian"] is Part.LEAD
    assert play.shirked("r-zhujian", c.Object(clause="3", names="gongan")) == [Shirk.OBJECT_AGAIN]


def test_fr8_only_the_unit_first_asked_objects() -> None:
    play = Play().classified()
    play.ok("street", c.TakeOn())
    assert play.no("street", c.Object(clause="3", names="gongan")) == {"not_first_asked"}
    play = Play().dispatched()
    play.ok("r-chengguan", c.Accept())
    assert play.no("r-chengguan", c.Object(clause="3", names="gongan")) == {"not_first_asked"}


# ---------------------------------------------------------------- FR9: catalogue and street list


def test_fr9_in_no_catalogue_the_coordinator_decides_and_proposes_a_row() -> None:
    play = Play().blown("other")
    assert play.running(What.DISPATCH) == []
    assert play.clock(What.DESIGNATE).unit == "shegong"
    assert play.no("operator", c.Dispatch()) == {"not_in_catalogue"}
    events = play.ok("coordinator", c.Designate(unit="minzheng"))
    assert wrote(events, e.CatalogueChangeProposed) == [
        e.CatalogueChangeProposed(play.now, "other", "minzheng")
    ]
    assert play.state.first_responder == "minzheng"


def test_fr9_a_quick_whistle_goes_to_the_street_for_what_its_list_holds() -> None:
    play = Play().classified("unlicensed_trade")
    play.ok("clerk", c.Blow(kind="quick"))
    play.ok("operator", c.Dispatch())
    assert play.parts() == {"xinhua": Part.LEAD}
    play = Play().classified("unlicensed_trade")
    play.ok("street", c.Blow(kind="quick"))
    play.ok("operator", c.Dispatch())
    assert play.parts() == {"chengguan": Part.LEAD}


def test_fr9_what_the_list_does_not_hold_is_put_on_no_street() -> None:
    play = Play().classified("street_lamp")
    assert play.no("clerk", c.Blow(kind="quick")) == {"not_on_street_list"}
    play.ok("street", c.Blow(kind="quick"))
    assert "not_on_street_list" in play.no("operator", c.Dispatch(lead="xinhua"))
    assert play.no("coordinator", c.Designate(unit="xinhua")) == {"not_on_street_list"}
    play.ok("coordinator", c.Admit())
    assert play.no("coordinator", c.Admit()) == {"already_admitted"}
    play.ok("coordinator", c.Designate(unit="xinhua"))
    assert play.parts() == {"xinhua": Part.LEAD}


def test_fr9_the_street_itself_may_take_on_what_no_list_holds() -> None:
    """So the permission to take on is not in vain without a list: ``review.checks.powers``."""
    play = Play(rules_with(street_list=())).classified("street_lamp")
    play.ok("street", c.TakeOn())
    assert play.parts() == {"xinhua": Part.LEAD}


def test_fr9_nor_straight_from_the_hotline() -> None:
    play = Play(rules_with(straight=True)).classified("street_lamp")
    assert play.no("hotline", c.SendStraight(to="xinhua")) == {"not_on_street_list"}
    assert play.no("hotline", c.SendStraight(to="gongan")) == {"not_in_catalogue"}
    play.ok("hotline", c.SendStraight(to="zhujian"))
    assert Play().classified().no("hotline", c.SendStraight(to="zhujian")) == {
        "straight_not_allowed"
    }


def test_fr9_a_street_that_the_catalogue_names_leads_where_its_list_holds_it() -> None:
    rows = (row("stalls", "tough", "fenghuang xinhua zhujian", "chengguan shuiwu"),)
    items = tuple(evolve(item, category="stalls") for item in tiny_policy().street_list[:1])
    rules = rules_with(categories=(*tiny_categories(), *rows), street_list=items)
    play = Play(rules).blown("stalls")
    assert [clock.unit for clock in play.running(What.DISPATCH)] == ["zhihui"]
    play.ok("operator", c.Dispatch())  # the matter's own street, not the other one
    assert play.parts() == {"xinhua": Part.LEAD, "chengguan": Part.JOINT, "shuiwu": Part.INVITED}
    play = Play(rules).blown("stalls")
    assert play.no("operator", c.Dispatch(lead="fenghuang")) == {"cannot_lead"}
    play.ok("operator", c.Dispatch(lead="xinhua"))
    play = Play(rules).blown("stalls")
    play.ok("operator", c.Dispatch(lead="zhujian"))
    assert play.parts() == {"zhujian": Part.LEAD, "chengguan": Part.JOINT, "shuiwu": Part.INVITED}


def test_fr9_nor_does_the_catalogue_put_on_a_street_what_its_list_does_not_hold() -> None:
    rows = (row("stalls", "tough", "xinhua"), row("stalls_too", "tough", "xinhua zhujian"))
    # No such policy is compiled; the engine does not rely on that.
    rules = evolve(rules_with(), policy=tiny_policy(categories=(*tiny_categories(), *rows)))
    play = Play(rules).blown("stalls")
    assert play.clock(What.DESIGNATE).unit == "shegong"
    assert play.no("operator", c.Dispatch()) == {"not_in_catalogue"}
    assert play.no("operator", c.Dispatch(lead="xinhua")) == {"not_on_street_list"}
    play.ok("coordinator", c.Admit())
    play.ok("operator", c.Dispatch())
    assert play.parts() == {"xinhua": Part.LEAD}
    play = Play(rules).dispatched("stalls_too")
    assert play.parts() == {"zhujian": Part.LEAD}


def test_fr9_no_street_leads_an_emergency_by_the_catalogue() -> None:
    rows = (row("dike", "emergency", "xinhua chengguan"), row("ice", "emergency", "xinhua"))
    items = tuple(
        evolve(item, category=code)
        for item in tiny_policy().street_list[:1]
        for code in ("dike", "ice")
    )
    rules = rules_with(categories=(*tiny_categories(), *rows), street_list=items)
    assert Play(rules).dispatched("dike", "emergency").parts() == {"chengguan": Part.LEAD}
    lead = rules.policy.urgent_lead
    assert Play(rules).dispatched("ice", "emergency").parts() == {lead: Part.LEAD}


# ---------------------------------------------------------------- FR10: clocks of one's own


def test_fr10_each_joint_unit_has_a_clock_and_one_answers_for_all() -> None:
    play = Play().arrived()
    owed = play.clock(What.HAND_IN)
    assert owed.unit == "chengguan"
    assert play.no("r-chengguan", FED_BACK) == {"not_permitted"}
    assert play.no("r-chengguan", c.HandIn(evidence=PROOF)) == {"part_before_report_in"}
    play.ok("r-zhujian", c.BringIn(unit="gongan"))
    play.ok("r-chengguan", c.ReportIn())
    others = play.clock(What.SOLVE), play.clock(What.HAND_IN, "gongan")
    play.ok("r-chengguan", c.HandIn(evidence=PROOF))
    assert play.again(owed).verdict is Verdict.KEPT
    assert tuple(map(play.again, others)) == others
    assert play.no("r-chengguan", c.HandIn(evidence=PROOF)) == {"nothing_to_hand_in"}
    assert play.no("r-zhujian", FED_BACK) == {"joint_pending"}
    play.ok("r-zhujian", c.Release(unit="gongan"))
    play.ok("r-zhujian", FED_BACK)


def test_fr10_joining_and_losing_the_lead_bring_a_part_to_hand_in() -> None:
    play = Play().arrived()
    play.ok("r-shuiwu", c.ReportIn())
    assert play.parts()["shuiwu"] is Part.JOINT
    assert play.running(What.HAND_IN, "shuiwu")
    play.ok("r-chengguan", c.Accept())
    assert play.running(What.HAND_IN, "zhujian")
    assert play.running(What.HAND_IN, "chengguan") == []
    assert play.no("r-zhujian", c.AskExtension(by=length(1))) == {"not_permitted"}


def test_fr10_in_a_further_round_it_still_owes_its_part() -> None:
    play = Play().arrived()
    play.wait(play.clock(What.HAND_IN, "chengguan").due.at)
    play.ok("r-zhujian", evolve(FED_BACK, without=("chengguan",)))
    play.ok("clerk", NOT_SOLVED)
    assert play.clock(What.HAND_IN, "chengguan").started == play.now
