"""What a role in another unit is not worth, and what becomes of a matter that is merged."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from tests.support import length
from tests.unit.played import FED_BACK, NOT_SOLVED, Play
from tests.unit.test_clauses_laws import _merge
from tests.walks import BY_ID, PROOF
from whistle_engine import commands as c
from whistle_engine.events import Event, Refused
from whistle_engine.model import (
    Actor,
    AppealKind,
    Matter,
    Outcome,
    Place,
    ResultCode,
    Role,
    What,
    facts,
)
from whistle_engine.workflow import decide, duties, evolve_all, view

DAY = timedelta(days=1)
STREET_AND_MORE = Actor(id="x", roles=frozenset({Role.STREET, Role.COORDINATOR}), unit="xinhua")
"""A person of the street who holds the role of coordinator, and not in the coordinator's unit."""


def _other() -> Play:
    play = Play()
    place = Place(unit="gulou")
    play.ok("neighbour", c.Receive(channel="12345", kind=AppealKind.HELP, place=place))
    play.ok("clerk", c.Classify(facts=facts(category="pipes")))
    play.ok("street", c.Blow(kind="tough"))
    play.ok("operator", c.Dispatch())
    return play


def _after(play: Play, answer: tuple[Event, ...] | Refused) -> Matter:
    assert not isinstance(answer, Refused)
    state = evolve_all(play.state, answer)
    assert state is not None
    return state


def test_the_role_of_coordinator_counts_in_the_coordinators_unit_only() -> None:
    named = Play().dispatched().do(STREET_AND_MORE, c.Designate(unit="minzheng"))
    assert isinstance(named.result, Refused)
    moved = Play().arrived().do(STREET_AND_MORE, c.GrantExtension(by=length(5)))
    assert isinstance(moved.result, Refused)


def test_a_raiser_with_the_role_of_coordinator_does_not_reopen_past_the_rounds() -> None:
    play = Play().fed_back()
    for _ in range(2):
        play.ok("clerk", NOT_SOLVED)
        play.ok("r-zhujian", FED_BACK)
    play.ok("clerk", NOT_SOLVED)
    who = Actor(id="resident", roles=frozenset({Role.RESIDENT, Role.COORDINATOR}))
    assert isinstance(play.do(who, c.Reopen()).result, Refused)


def test_a_department_is_one_whatever_role_its_people_have() -> None:
    play = Play().dispatched("unlicensed_trade")
    who = Actor(id="y", roles=frozenset({Role.STREET}), unit="chengguan")
    answer = play.do(who, c.Object(clause="3", names="xinhua")).result
    assert isinstance(answer, Refused)
    assert "flows_back" in {u.code for u in answer.unmet}


def test_dispatching_leaves_the_docket_about_a_look_that_is_owed() -> None:
    play = Play().classified("cables")
    play.ok("clerk", c.Classify(facts=facts(crowd="possible")))
    play.wait(play.now + timedelta(hours=9))
    play.ok("street", c.Blow(kind="tough"))
    play.ok("operator", c.Dispatch())
    looks = {k.id for k in play.state.clocks if k.what is What.LOOK and k.ended is None}
    assert looks <= {k.about for k in play.running(What.DOCKET)}


def test_raising_keeps_in_sight_that_nobody_is_on_duty() -> None:
    play = Play().dispatched("cables")
    assert play.running(What.DOCKET)
    play.ok("street", c.RaiseWhistle(kind="emergency"))
    assert play.running(What.DOCKET)


def test_whoever_is_taken_in_is_told_again() -> None:
    gone = Play().fed_back()
    gone.ok("r-zhujian", c.Tell(raiser="resident"))
    into = _other()
    state = _after(into, _merge(into, gone)[1])
    assert {r.id: r.told for r in state.raisers} == {"neighbour": False, "resident": False}


def test_nothing_is_merged_into_a_deferred_matter() -> None:
    """What is due there moves later when it is resumed (FR7)."""
    into = _other()
    into.ok("r-zhujian", c.ReportIn())
    gone = Play().dispatched()
    into.ok("coordinator", c.Defer(review_on=into.now + 100 * DAY))
    assert isinstance(_merge(into, gone)[0], Refused)


def test_nothing_is_merged_into_a_matter_of_another_street() -> None:
    own, elsewhere = Play().dispatched(), _other()
    there = evolve(view(elsewhere.state, elsewhere.rules), street="daqing")
    command = c.Command(id="merge", matter="m1", by=BY_ID["clerk"], do=c.Merge(into="m2"))
    refused = decide(own.state, command, own.rules, own.now, others={"m2": there})
    assert isinstance(refused, Refused)
    (unmet,) = (each for each in refused.unmet if each.code == "merge_other_street")
    assert dict(unmet.facts) == {"street": "daqing"}


def test_a_merged_matter_does_not_come_back_for_its_plan() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    plan = c.FeedBack(result=ResultCode.PLANNED, evidence=PROOF, plan_date=play.now + 30 * DAY)
    play.ok("r-zhujian", plan)
    state = _after(play, _merge(_other(), play)[0])
    assert state.outcome is Outcome.MERGED
    assert duties(state, play.rules) == ()
