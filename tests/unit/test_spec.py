"""Given, when, then as a value: it holds, or says which command did not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import NOW, actor, tiny_directory, tiny_policy
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.compiling import compile_rules
from whistle_engine.model import Actor, Appeal, AppealKind, Place, Raiser, Role, facts
from whistle_engine.testing import Spec, given

RULES = compile_rules(tiny_policy(), tiny_directory())
WANG = actor("wang", Role.RESIDENT)
GULOU = actor("gulou-1", Role.COMMUNITY, "gulou")
STREET = actor("xinhua-1", Role.STREET, "xinhua")
ZHIHUI = actor("zhihui-1", Role.OPERATIONS, "zhihui")
CHENGGUAN = actor("r-chengguan", Role.RECEIVER, "chengguan")


def command(do: c.Act, by: Actor) -> c.Command:
    """A command on the matter ``m``, named after its act."""
    return c.Command(id=c.NAMES[type(do)], matter="m", by=by, do=do)


RECEIVE = command(
    c.Receive(channel="patrol", kind=AppealKind.REPORT, place=Place(unit="gulou")), WANG
)
CLASSIFY = command(c.Classify(facts=facts(category="unlicensed_trade")), GULOU)
BLOW = command(c.Blow(kind="quick"), STREET)
DISPATCH = command(c.Dispatch(), ZHIHUI)
SEND_BACK = command(c.SendBack(), CHENGGUAN)
DISPATCHED = ((RECEIVE, NOW), (CLASSIFY, NOW), (BLOW, NOW), (DISPATCH, NOW))


def fails(spec: Spec) -> str:
    """What a specification says that does not hold."""
    with pytest.raises(AssertionError) as caught:
        spec.check()
    return str(caught.value)


def test_exact_events() -> None:
    when = given(RULES).when(RECEIVE, at=NOW)
    when.then(e.Received, e.ClockStarted).check()
    said = fails(when.then(e.Received))
    assert said.startswith(
        "when receive ('receive' on 'm'): expected exactly [received/1], but got\n  Received("
    )
    assert "the command: Command(" in said


def test_order_counts() -> None:
    assert "expected exactly" in fails(
        given(RULES).when(RECEIVE, at=NOW).then(e.ClockStarted, e.Received)
    )


def test_events_by_value() -> None:
    when = given(RULES, *DISPATCHED).when(command(c.ReportIn(), CHENGGUAN))
    when.then_among(e.ReportedIn(NOW, "chengguan")).check()
    assert "expected among others" in fails(when.then_among(e.ReportedIn(NOW, "zhujian")))


def test_events_can_be_given() -> None:
    appeal = Appeal(channel="patrol", kind=AppealKind.REPORT, place=Place(unit="gulou"))
    received = e.Received(NOW, appeal, "gulou", "xinhua", (Raiser(id="wang"),))
    given(RULES, received).when(command(c.Urge(), WANG)).then(e.Urged(NOW, "wang")).check()
    given(RULES, received).when(command(c.Urge(), GULOU)).then_refused(
        "not_permitted", clause="L16"
    ).check()


def test_refusals() -> None:
    when = given(RULES, *DISPATCHED).when(SEND_BACK)
    when.then_refused("send_back", clause="FR5").check()
    when.then_refused("send_back").recording(e.ShirkRefused).check()
    assert "expected to be refused with 'wrong_stage', but it was refused: send_back (FR5)" in (
        fails(when.then_refused("wrong_stage"))
    )
    assert "by FR6" in fails(when.then_refused("send_back", clause="FR6"))
    assert "expected the refusal to record [], but it recorded\n  ShirkRefused(" in fails(
        when.then_refused("send_back").recording()
    )
    assert "expected [], but it was refused: send_back" in fails(when.then())


def test_accepted_where_a_refusal_is_wanted() -> None:
    said = fails(given(RULES).when(RECEIVE, at=NOW).then_refused("unknown_place"))
    assert "expected to be refused with 'unknown_place', but got\n  Received(" in said


def test_a_refused_past_is_a_mistake_of_the_specification() -> None:
    said = fails(given(RULES, (RECEIVE, NOW), (DISPATCH, NOW)).when(BLOW).then())
    assert "the command dispatch in what is given is refused: wrong_stage" in said


def test_time() -> None:
    assert "when is the command given?" in fails(given(RULES).when(RECEIVE).then())
    later = NOW + timedelta(hours=1)
    look = command(c.Look(nothing_there=True), GULOU)
    given(RULES, (RECEIVE, NOW)).when(look, at=later).then(
        e.Looked(later, "gulou", (), nothing_there=True)
    ).check()


def test_is_a_value() -> None:
    assert given(RULES, (RECEIVE, NOW)) == given(RULES, (RECEIVE, NOW))
