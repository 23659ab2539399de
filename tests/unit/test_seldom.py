"""What seldom comes up, and no other short case comes by: each was found by a planted mutant."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import evolve

from tests.support import (
    CHOICE,
    NOW,
    label,
    length,
    rung,
    tiny_categories,
    tiny_directory,
    tiny_policy,
)
from tests.unit.played import FED_BACK, NOT_SOLVED, Play, row, rules_with
from tests.walks import BY_ID, PROOF, RULES, SOLVED, TEXTS
from whistle_engine import commands as c
from whistle_engine.classify import pressing
from whistle_engine.directory import Unit
from whistle_engine.events import Refused
from whistle_engine.model import (
    AppealKind,
    Party,
    Place,
    ResultCode,
    Stage,
    StepAction,
    TextRef,
    UnitKind,
    Verdict,
    What,
    facts,
)
from whistle_engine.moves.intake import place_of
from whistle_engine.policy import Deferrals, Ladder
from whistle_engine.workflow import allowed, decide, duties, evolve_all, view

DAY = timedelta(days=1)


def test_what_is_over_does_not_press_and_what_is_imminent_does() -> None:
    policy = tiny_policy()
    assert pressing(policy, facts(collapse="possible"))
    assert not pressing(policy, facts(collapse="possible", timing="over"))
    assert pressing(policy, facts(timing="imminent"))
    assert not pressing(policy, facts(timing="over"))
    assert not pressing(policy, ())


def test_whoever_stands_a_whistle_down_leaves_no_extension_asked_for() -> None:
    play = Play(rules_with(categories=(*tiny_categories(), row("leak", "tough", "zhujian"))))
    play.dispatched("leak")
    play.ok("r-zhujian", c.ReportIn())
    play.ok("r-zhujian", c.AskExtension(by=length(3)))
    assert play.state.extension is not None
    play.ok("street", c.StandDown())
    assert (play.state.stage, play.state.extension) == (Stage.AWAITING_WHISTLE, None)


def test_a_city_that_defers_nothing_says_how_often_it_may_be() -> None:
    rules = rules_with(
        deferrals=Deferrals(most=0, total=RULES.policy.deferrals.total, source=CHOICE)
    )
    play = Play(rules).arrived()
    refused = play.do("coordinator", c.Defer(review_on=play.now + 30 * DAY)).result
    assert isinstance(refused, Refused)
    (unmet,) = refused.unmet
    assert (unmet.code, dict(unmet.facts)) == ("deferrals_used", {"most": "0"})


def test_the_operations_centre_dispatches_what_a_street_may_take_on_though_nobody_leads() -> None:
    listed = evolve(RULES.policy.street_list[0], category="drain")
    rules = rules_with(
        categories=(*tiny_categories(), row("drain", "quick")), street_list=(listed,)
    )
    for community_blows, what in ((True, What.DISPATCH), (False, What.DESIGNATE)):
        play = Play(rules).classified("drain")
        play.ok("clerk" if community_blows else "street", c.Blow(kind="quick"))
        assert [clock.what for clock in play.state.clocks if clock.ended is None][-1] is what


def test_nobody_splits_what_is_not_there() -> None:
    part = c.SplitPart(matter="m2", kind=AppealKind.HELP)
    command = c.Command(id="x", matter="m1", by=BY_ID["clerk"], do=c.Split(parts=(part,)))
    refused = decide(None, command, RULES, NOW, subject="m2")
    assert isinstance(refused, Refused)
    assert [unmet.code for unmet in refused.unmet] == ["not_permitted"]
    assert refused.command == "split"


def test_a_policy_may_let_nobody_raise_anything_in_person() -> None:
    receive = c.Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou-1"))
    command = c.Command(id="x", matter="m1", by=BY_ID["resident"], do=receive)
    for narrowed, taken in (
        ({}, True),
        ({"receive": frozenset({Party.ANYONE})}, True),
        ({"receive": frozenset[Party]()}, False),
    ):
        rules = evolve(RULES, policy=evolve(RULES.policy, permissions=narrowed))
        assert isinstance(decide(None, command, rules, NOW), Refused) is not taken
        assert allowed(None, BY_ID["resident"], rules, NOW) == (("receive",) if taken else ())


def test_a_duty_says_what_settles_it_unless_the_policy_lets_nobody() -> None:
    play = Play().received()
    (duty,) = duties(play.state, RULES)
    assert duty.settled_by == ("classify", "answer", "redirect")
    narrowed = {"answer": frozenset[Party](), "redirect": frozenset({Party.COMMUNITY})}
    rules = evolve(RULES, policy=evolve(RULES.policy, permissions=narrowed))
    (duty,) = duties(play.state, rules)
    assert duty.settled_by == ("classify", "redirect")


def test_what_occurred_just_now_did_not_occur_in_the_future() -> None:
    receive = c.Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou-1"))
    for later, codes in ((timedelta(), []), (timedelta(seconds=1), ["occurred_in_future"])):
        command = c.Command(
            id="x", matter="m1", by=BY_ID["resident"], do=receive, occurred_at=NOW + later
        )
        result = decide(None, command, RULES, NOW)
        assert codes == ([u.code for u in result.unmet] if isinstance(result, Refused) else [])


def test_whoever_takes_the_lead_over_can_ask_for_an_extension_as_the_first_could() -> None:
    play = Play().arrived()
    assert play.clock(What.SOLVE).latest is not None
    play.ok("r-chengguan", c.Accept())
    assert play.clock(What.SOLVE).unit == "chengguan"
    assert play.clock(What.SOLVE).latest is not None


def test_a_date_is_kept_for_what_is_planned_only() -> None:
    for result, follows in ((ResultCode.SOLVED, False), (ResultCode.PLANNED, True)):
        play = Play().arrived()
        play.ok("r-zhujian", c.Release(unit="chengguan"))
        date = play.now + 20 * DAY
        play.ok("r-zhujian", c.FeedBack(result=result, evidence=PROOF, plan_date=date))
        assert bool(play.running(What.FOLLOW_UP)) is follows


def test_what_is_due_at_the_instant_of_a_deferral_gets_its_time_back() -> None:
    play = Play().arrived()
    due = play.clock(What.SOLVE).due.at
    play.now = due - timedelta(minutes=1)
    play.ok("coordinator", c.Defer(review_on=due + 30 * DAY))
    assert play.state.deferral.since == due
    play.now = due + 20 * DAY
    play.ok("coordinator", c.Resume())
    assert play.clock(What.SOLVE).due.at > due


def test_a_duty_tells_its_alerts_and_at_the_end_of_them_its_fallback() -> None:
    play = Play().received()
    (duty,) = duties(play.state, RULES)
    (clock,) = play.running(What.CLASSIFY)
    assert len(clock.steps) > 2
    assert (*duty.alerts, duty.fallback) == clock.steps


def test_the_words_and_the_contact_of_an_appeal_are_told_apart() -> None:
    play = Play()
    receive = c.Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou-1"))
    play.ok("resident", receive, texts=("text", "contact"))
    assert play.state.raisers[0].contact == TextRef(command="c1", name="contact")
    assert play.state.appeal.text == TextRef(command="c1", name="text")


def test_a_look_is_kept_by_looking() -> None:
    play = Play().received(facts(collapse="possible"))
    clock = play.clock(What.LOOK)
    play.ok("clerk", c.Look(facts=facts(collapse="none", crowd="none")))
    assert play.again(clock).verdict is Verdict.KEPT


def test_another_answer_begins_without_the_marks_of_the_last() -> None:
    play = Play().fed_back()
    play.ok("clerk", NOT_SOLVED)
    assert play.state.stage is Stage.HANDLING
    play.ok("r-zhujian", FED_BACK)
    assert play.state.round.marks == ()
    assert play.state.objection is None


def test_what_nobody_is_there_to_merge_into_is_named() -> None:
    own, done = Play().dispatched(), Play().fed_back()
    there = view(done.state, done.rules)
    command = c.Command(id="merge", matter="m1", by=BY_ID["clerk"], do=c.Merge(into="m2"))
    refused = decide(own.state, command, own.rules, own.now, others={"m2": there})
    assert isinstance(refused, Refused)
    assert [(u.code, dict(u.facts)) for u in refused.unmet] == [
        ("merge_target_not_open", {"matter": "m2"})
    ]


def test_a_plan_may_end_on_the_last_day_that_it_can() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    far = c.FeedBack(result=ResultCode.PLANNED, evidence=PROOF, plan_date=play.now + 5000 * DAY)
    refused = play.do("r-zhujian", far).result
    assert isinstance(refused, Refused)
    (late,) = refused.unmet
    latest = datetime.fromisoformat(dict(late.facts)["latest"])
    play.now -= timedelta(minutes=1)
    play.ok("r-zhujian", evolve(far, plan_date=latest))


def test_whoever_gets_the_lead_of_late_work_has_a_further_clock_of_its_own() -> None:
    play = Play().arrived()
    play.wait(play.clock(What.SOLVE).due.at + timedelta(minutes=1))
    play.ok("r-chengguan", c.Accept())
    assert play.clock(What.REDO).unit == "chengguan"


def test_a_matter_that_takes_nothing_in_names_itself() -> None:
    done = Play().fed_back()
    command = c.Command(id="merge", matter="m2", by=BY_ID["clerk"], do=c.Merge(into="m1"))
    refused = decide(done.state, command, done.rules, done.now, subject="m1")
    assert isinstance(refused, Refused)
    assert [(u.code, dict(u.facts)) for u in refused.unmet] == [
        ("merge_target_not_open", {"matter": "m1"})
    ]


def test_a_look_goes_on_when_the_street_takes_a_matter_on() -> None:
    play = Play().received(facts(collapse="possible", category="pipes", timing="over"))
    play.ok("clerk", c.Classify(facts=facts(category="pipes")))
    look = play.clock(What.LOOK)
    play.ok("street", c.TakeOn())
    assert play.again(look).ended is None


def test_whoever_marks_is_told_by_it_and_nobody_else_is() -> None:
    play = Play().received()
    part = c.Command(
        id="absorb", matter="m2", by=BY_ID["clerk"], do=c.Merge(into="m1"), texts=TEXTS
    )
    play.ok("clerk", c.Classify(facts=facts(category="pipes")))
    other = evolve(play.state, id="m2", raisers=(evolve(play.state.raisers[0], id="second"),))
    taken_in = decide(
        play.state, part, RULES, play.now, subject="m1", others={"m2": view(other, RULES)}
    )
    assert not isinstance(taken_in, Refused)
    assert play.taken is not None
    play.taken = evolve(play.taken, after=evolve_all(play.state, taken_in))
    play.ok("street", c.Blow(kind="tough"))
    play.ok("operator", c.Dispatch())
    play.ok("r-zhujian", c.ReportIn())
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    play.ok("r-zhujian", FED_BACK)
    play.ok("clerk", SOLVED)
    assert play.running(What.TELL)
    play.ok("resident", SOLVED)
    assert play.running(What.TELL)


def test_no_time_at_all_is_no_extension() -> None:
    play = Play().arrived()
    assert play.no("coordinator", c.GrantExtension(by=length(0))) == {"not_extendable"}


def test_what_is_sent_straight_goes_to_the_one_that_is_named() -> None:
    straight = evolve(RULES, policy=evolve(RULES.policy, straight=True))
    play = Play(straight).classified("street_lamp")
    play.ok("hotline", c.SendStraight(to="zhujian"))
    assert play.state.first_responder == "zhujian"


def test_a_refusal_names_the_command_also_where_no_matter_is_there() -> None:
    for act, name in ((c.Add(), "add"), (c.Split(parts=()), "split")):
        command = c.Command(id="x", matter="m1", by=BY_ID["clerk"], do=act)
        refused = decide(None, command, RULES, NOW)
        assert isinstance(refused, Refused)
        assert refused.command == name
    receive = c.Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou-1"))
    nobody = evolve(RULES, policy=evolve(RULES.policy, permissions={"receive": frozenset[Party]()}))
    command = c.Command(id="x", matter="m1", by=BY_ID["resident"], do=receive)
    refused = decide(None, command, nobody, NOW)
    assert isinstance(refused, Refused)
    assert refused.command == "receive"


def test_what_was_moved_up_is_classified_as_less_only_within_the_same_affair_and_kind() -> None:
    play = Play().received(facts(category="quarrel"))
    play.ok("clerk", c.Classify(facts=facts(category="quarrel")))
    for _ in range(2):
        play.ok("leader", c.MoveUp())
    assert play.state.classification.kind == "quick"
    assert play.no("clerk", c.Classify(facts=facts(category="parking"))) == {"moved_up_before"}
    play.ok("clerk", c.Classify(facts=facts(category="pipes")))
    assert play.no("clerk", c.Classify(facts=facts(category="street_lamp"))) == {"moved_up_before"}


def test_a_community_without_a_street_is_no_place() -> None:
    lonely = Unit(code="lonely", title=label("lonely"), kind=UnitKind.COMMUNITY)
    directory = evolve(tiny_directory(), units=(*tiny_directory().units, lonely))
    assert place_of("lonely", evolve(RULES, directory=directory)) is None
    assert place_of("gulou-1", RULES) == ("gulou", "xinhua")


def test_an_answer_settles_an_open_objection() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    play.ok("r-zhujian", c.Object(clause="3.2", names="gongan"))
    assert play.state.objection.open
    play.ok("r-zhujian", FED_BACK)
    assert not play.state.objection.open


def test_whom_the_coordinator_designates_instead_of_a_dispatch_gets_the_joint_units_too() -> None:
    play = Play().blown("pipes")
    play.ok("coordinator", c.Designate(unit="zhujian"))
    assert [r.unit for r in play.state.responders] == ["zhujian", "chengguan", "shuiwu"]
    play = Play().blown("street_lamp", "quick")
    play.ok("coordinator", c.Admit())
    play.ok("coordinator", c.Designate(unit="xinhua"))
    assert [r.unit for r in play.state.responders] == ["xinhua"]


def test_alerts_that_are_past_do_not_come_again_when_a_clock_moves() -> None:
    rungs = tuple(rung(StepAction.URGE, "holder", percent=share) for share in (10, 20))
    play = Play(rules_with(ladders=(Ladder(whats=frozenset(), rungs=rungs),))).arrived()
    play.wait(play.now + 14 * DAY)
    play.ok("r-zhujian", c.AskExtension(by=length(1)))
    play.ok("street", c.GrantExtension())
    (fallback,) = play.clock(What.SOLVE).steps
    assert fallback.action is StepAction.ESCALATE


def test_once_it_is_dispatched_nobody_is_to_designate_any_more() -> None:
    """The catalogue named nobody when it was blown, and a later policy does."""
    play = Play().blown("other")
    assert play.running(What.DESIGNATE)
    others = (each for each in tiny_categories() if each.code != "other")
    play.rules = rules_with(categories=(*others, row("other", "tough", "zhujian")))
    play.ok("operator", c.Dispatch())
    assert play.state.first_responder == "zhujian"
    assert not play.running(What.DESIGNATE)
