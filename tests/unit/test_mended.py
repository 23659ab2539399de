"""One test for each fault that was found and mended in how a matter lives."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count

from tests.support import NOW, length, local
from tests.walks import BY_ID, PROOF, RULES, TEXTS, fire_due, opening, take
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.commands import Command
from whistle_engine.events import Event, Refused
from whistle_engine.model import (
    Clock,
    Matter,
    Outcome,
    ResultCode,
    Satisfied,
    Shirk,
    Solved,
    Stage,
    StepAction,
    Verdict,
    What,
    facts,
)

IDS = count(1)
FED_BACK = c.FeedBack(result=ResultCode.SOLVED, evidence=PROOF)
GOOD = c.Mark(solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED)
QUICK = ("clerk", c.Classify(facts=facts(category="street_lamp")))
TOUGH = ("clerk", c.Classify(facts=facts(category="pipes")))


class Played:
    """A matter of the tiny city to which commands are given, and what each of them wrote."""

    def __init__(self, *steps: tuple[str, c.Act], at: datetime = NOW) -> None:
        opened = take(None, opening(), RULES, at).after
        assert opened is not None
        self.state: Matter = opened
        self.now = at
        self.wrote: tuple[Event, ...] = ()
        for by, act in steps:
            self.accept(by, act)

    def give(self, by: str, act: c.Act, *, texts: tuple[str, ...] = TEXTS) -> Refused | None:
        command = Command(id=f"p{next(IDS)}", matter="m1", by=BY_ID[by], do=act, texts=texts)
        step = take(self.state, command, RULES, self.now)
        assert step.after is not None
        self.state, self.wrote = step.after, step.written
        return step.result if isinstance(step.result, Refused) else None

    def accept(self, by: str, act: c.Act) -> None:
        refused = self.give(by, act)
        assert refused is None, refused

    def pass_time(self, by: timedelta) -> list[Event]:
        self.now += by
        seen: list[Event] = []
        for step in fire_due(self.state, RULES, self.now, IDS):
            assert step.after is not None
            self.state = step.after
            seen += step.written
        return seen

    def running(self, what: What) -> list[Clock]:
        return [k for k in self.state.clocks if k.what is what and k.ended is None]


def handled(first: tuple[str, c.Act] = TOUGH, kind: str = "tough") -> Played:
    """A matter in handling: ``pipes`` is led by zhujian, chengguan is joint; else chengguan."""
    played = Played(first, ("street", c.Blow(kind=kind)), ("operator", c.Dispatch()))
    lead = "r-zhujian" if first is TOUGH else "r-chengguan"
    played.accept(lead, c.ReportIn())
    if first is TOUGH:
        played.accept("r-chengguan", c.ReportIn())
        played.accept("r-chengguan", c.HandIn(evidence=PROOF))
    return played


def judged() -> Played:
    """A matter that is fed back and waits for marks."""
    played = handled()
    played.accept("r-zhujian", FED_BACK)
    return played


def test_raising_answers_an_extension_that_was_asked_for() -> None:
    """Else granting it later would lengthen the clock of a kind that is never extended (FR7)."""
    played = handled()
    played.accept("r-zhujian", c.AskExtension(by=length(3)))
    played.accept("street", c.RaiseWhistle(kind="emergency"))
    assert played.state.extension is None
    assert played.running(What.DECIDE_EXTENSION) == []
    refused = played.give("street", c.GrantExtension())
    assert refused is not None
    assert refused.code == "nothing_asked"


def test_it_closes_when_the_last_raiser_withdraws_and_the_community_has_marked() -> None:
    played = judged()
    played.accept("clerk", GOOD)
    played.accept("resident", c.Withdraw())
    assert (played.state.stage, played.state.outcome) == (Stage.CLOSED, Outcome.SETTLED)


def test_withdrawing_while_others_are_to_mark_leaves_nobody_to_tell() -> None:
    played = judged()
    played.accept("resident", c.Withdraw())
    assert played.state.stage is Stage.FED_BACK
    assert played.running(What.TELL) == []


def test_a_look_that_finds_the_same_is_not_asked_for_again() -> None:
    played = Played()
    possible = facts(category="pipes", collapse="possible")
    played.accept("clerk", c.Look(facts=possible))
    played.accept("clerk", c.Classify(facts=possible))
    assert played.running(What.LOOK) == []


def test_a_danger_newly_possible_is_looked_at() -> None:
    played = Played(("clerk", c.Classify(facts=facts(category="pipes", collapse="possible"))))
    assert [k.unit for k in played.running(What.LOOK)] == ["gulou"]


def test_whoever_marks_has_been_told() -> None:
    """Else the duty to tell would vanish at closing, and nobody would have been late."""
    played = judged()
    played.accept("resident", GOOD)
    told = [k for k in played.state.clocks if k.what is What.TELL]
    assert [k.verdict for k in told] == [Verdict.KEPT]


def test_a_resident_who_was_never_told_shows_as_a_missed_duty() -> None:
    played = judged()
    played.pass_time(timedelta(days=30))
    assert played.state.outcome is Outcome.LAPSED
    assert [k.verdict for k in played.state.clocks if k.what is What.TELL] == [Verdict.MISSED]


def test_the_coordinator_can_act_on_its_docket_in_every_stage() -> None:
    played = Played()
    played.pass_time(timedelta(days=5))
    (docket,) = played.running(What.DOCKET)
    played.accept("coordinator", c.Supervise(unit="gulou"))
    assert played.state.clocks[docket.id - 1].verdict is Verdict.KEPT
    (again,) = played.running(What.DOCKET)
    assert (again.about, again.id > docket.id) == (docket.about, True)


def test_supervising_a_unit_that_owes_nothing_is_refused() -> None:
    refused = Played().give("coordinator", c.Supervise(unit="zhujian"))
    assert refused is not None
    assert refused.code == "not_a_responder"


def test_the_reminder_of_a_date_that_somebody_named_is_not_at_night() -> None:
    played = handled()
    played.accept("coordinator", c.Defer(review_on=NOW + timedelta(days=11, hours=3)))
    (review,) = played.running(What.REVIEW)
    reminders = [s for s in review.steps if s.action is StepAction.REMIND]
    assert reminders
    assert all(8 <= RULES.policy.local(s.at).hour < 18 for s in reminders)


def test_nobody_is_called_back_at_night_and_no_unit_is_called_back() -> None:
    played = handled()
    played.now = local("2024-03-20 22:30")
    played.accept("r-zhujian", FED_BACK)
    for clock in played.running(What.MARK):
        calls = [s for s in clock.steps if s.action is StepAction.CALL_BACK]
        assert len(calls) == (clock.raiser is not None)
        assert all(8 <= RULES.policy.local(s.at).hour < 18 for s in calls)
        assert all(clock.due.start + (clock.due.at - clock.due.start) / 2 <= s.at for s in calls)


def test_a_part_handed_in_before_arriving_is_refused_for_what_it_is() -> None:
    played = Played(TOUGH, ("street", c.Blow(kind="tough")), ("operator", c.Dispatch()))
    refused = played.give("r-chengguan", c.HandIn(evidence=PROOF))
    assert refused is not None
    assert (refused.code, refused.clause) == ("part_before_report_in", "FR2")
    assert refused.recorded == ()


def test_a_plan_without_proof_is_a_hollow_answer() -> None:
    played = handled()
    plan = c.FeedBack(result=ResultCode.PLANNED, evidence=PROOF, plan_date=NOW + timedelta(days=20))
    played.accept("r-zhujian", plan)
    refused = played.give("r-zhujian", c.HandIn())
    assert refused is not None
    assert [ev.how for ev in refused.recorded if isinstance(ev, e.ShirkRefused)] == [
        Shirk.HOLLOW_ANSWER
    ]


def test_a_community_blows_the_quick_whistle_only_for_what_the_street_list_holds() -> None:
    refused = Played(QUICK).give("clerk", c.Blow(kind="quick"))
    assert refused is not None
    assert (refused.code, refused.clause) == ("not_on_street_list", "FR9")
    listed = Played(("clerk", c.Classify(facts=facts(category="unlicensed_trade"))))
    listed.accept("clerk", c.Blow(kind="quick"))
    listed.accept("operator", c.Dispatch())
    assert listed.state.first_responder == "xinhua"


def test_designating_a_street_proposes_no_row_for_the_catalogue() -> None:
    played = Played(TOUGH, ("street", c.Blow(kind="tough")))
    played.accept("coordinator", c.Admit())
    played.accept("coordinator", c.Designate(unit="xinhua"))
    assert not any(isinstance(ev, e.CatalogueChangeProposed) for ev in played.wrote)
    assert played.state.first_responder == "xinhua"


def test_a_community_is_never_made_lead_by_another() -> None:
    """Even if the list holds it: a community has no department's power (FR1)."""
    played = Played(TOUGH, ("street", c.Blow(kind="tough")))
    played.accept("coordinator", c.Admit())
    refused = played.give("coordinator", c.Designate(unit="gulou"))
    assert refused is not None
    assert refused.code == "cannot_lead"


def test_a_leading_street_blows_without_leaving_dispatched() -> None:
    """Blowing within the response adds responders and changes no stage."""
    played = Played(TOUGH, ("street", c.TakeOn()))
    assert played.state.stage is Stage.DISPATCHED
    played.accept("street", c.Blow(kind="tough"))
    assert played.state.stage is Stage.DISPATCHED
    assert {r.unit for r in played.state.responders} == {
        "xinhua", "zhujian", "chengguan", "shuiwu",
    }  # fmt: skip


def test_in_a_further_round_what_a_joint_unit_owes_starts_again() -> None:
    """A unit that the lead had to answer without is asked again when it is reopened (FR10)."""
    played = Played(TOUGH, ("street", c.Blow(kind="tough")), ("operator", c.Dispatch()))
    played.accept("r-zhujian", c.ReportIn())
    played.pass_time(timedelta(days=40))
    late = c.FeedBack(result=ResultCode.SOLVED, evidence=PROOF, without=("chengguan",))
    played.accept("r-zhujian", late)
    played.accept("clerk", c.Mark(solved=Solved.NOT, satisfied=Satisfied.NOT))
    assert [k.unit for k in played.running(What.REPORT_IN)] == ["chengguan"]
    assert [k.unit for k in played.running(What.HAND_IN)] == ["chengguan"]


def test_a_unit_that_is_called_again_where_nobody_is_on_duty_comes_before_the_coordinator() -> None:
    """In a further round too: a unit without a receiver is an escalation, never silence (FR1)."""
    played = handled()
    played.accept("r-zhujian", c.BringIn(unit="minzheng"))
    played.pass_time(timedelta(days=40))
    late = c.FeedBack(result=ResultCode.SOLVED, evidence=PROOF, without=("minzheng",))
    played.accept("r-zhujian", late)
    played.accept("clerk", c.Mark(solved=Solved.NOT, satisfied=Satisfied.NOT))
    (called,) = played.running(What.REPORT_IN)
    assert (called.unit, called.id, "no_receiver") in [
        (called.unit, ev.clock, ev.reason) for ev in played.wrote if isinstance(ev, e.Escalated)
    ]
