"""What random stories found, as short as it can be told; each stays mended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from attrs import evolve as changed

from tests.support import tiny_directory, tiny_policy
from tests.unit.played import Play
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.compiling import compile_rules
from whistle_engine.errors import PolicyError
from whistle_engine.model import Affair, Length, LimitUnit, Outcome, Party, Stage, What, facts
from whistle_engine.review.laws_of_matters import l12
from whistle_engine.workflow import duties, evolve


def test_a_matter_that_is_merged_has_no_extension_pending() -> None:
    play = handled()
    play.ok("r-zhujian", c.AskExtension(by=Length(1, LimitUnit.WORKING_DAYS)))
    assert play.state.extension is not None
    closed = evolve(play.state, e.Closed(play.now, Outcome.MERGED, None))
    assert closed.extension is None


def test_what_was_late_before_a_deferral_is_not_forgotten_when_the_whistle_is_raised() -> None:
    """A look that the street let pass lay in the docket; deferring took it out, raising ended the
    deferral, and nothing put it back: no timer, no docket (L9)."""
    play = handled(collapse="possible", timing="over")
    play.ok("r-zhujian", c.ReportIn())
    play.wait(play.now + timedelta(days=4))
    look = next(k for k in play.state.clocks if k.what is What.LOOK and k.ended is None)
    assert look.steps == ()
    play.ok("coordinator", c.Defer(review_on=play.now + timedelta(days=9)))
    play.ok("clerk", c.RaiseWhistle(kind="emergency"))
    owed = next(duty for duty in duties(play.state, play.rules) if duty.clock == look.id)
    assert owed.fallback is not None or look.id in in_docket(play)


def test_what_raising_starts_anew_does_not_lie_in_the_docket() -> None:
    play = handled()
    play.ok("r-zhujian", c.ReportIn())
    play.wait(play.now + timedelta(days=40))
    play.ok("coordinator", c.Defer(review_on=play.now + timedelta(days=9)))
    play.ok("clerk", c.RaiseWhistle(kind="emergency"))
    running = {k.id for k in play.state.clocks if k.ended is None}
    assert in_docket(play) <= running


def in_docket(play: Play) -> set[int | None]:
    """What the running dockets are about."""
    return {k.about for k in play.state.clocks if k.what is What.DOCKET and k.ended is None}


def handled(**known: str) -> Play:
    """A public matter that a department handles."""
    play = Play().received(facts(**known))
    play.ok("clerk", c.Classify(facts=facts(category="pipes")))
    play.ok("street", c.Blow(kind="tough"))
    play.ok("operator", c.Dispatch())
    return play


def test_a_matter_that_was_moved_up_withdrawn_and_reopened_is_classified_by_its_facts() -> None:
    play = Play().received()
    household = facts(category="quarrel", scope="one_household")
    play.ok("clerk", c.Classify(facts=household))
    play.ok("leader", c.MoveUp())
    play.ok("branch", c.MoveUp())
    assert play.no("clerk", c.Classify(facts=household)) == {"moved_up_before"}
    play.ok("resident", c.Withdraw())
    play.ok("coordinator", c.Reopen())
    assert play.state.stage is Stage.RECEIVED
    play.ok("clerk", c.Classify(facts=household))
    assert play.state.classification.affair is Affair.HOUSEHOLD


@pytest.mark.parametrize("straight", [False, True])
def test_public_affairs_can_be_dispatched_somehow(straight: bool) -> None:  # noqa: FBT001
    narrowed: dict[str, frozenset[Party]] = {"blow": frozenset(), "take_on": frozenset()}
    policy = tiny_policy(permissions=narrowed, straight=straight)
    if straight:
        compile_rules(policy, tiny_directory())
        policy = tiny_policy(permissions=narrowed | {"send_straight": frozenset()}, straight=True)
    with pytest.raises(PolicyError, match=r"permissions\.blow.*\[no_way_out\]"):
        compile_rules(policy, tiny_directory())


def test_a_step_belongs_to_the_matter_that_it_changes_whichever_the_command_names() -> None:
    """A merge is one command, named by one matter, and a step of each."""
    history = [
        changed(step, command=changed(step.command, matter="the other"))
        for step in handled().history
    ]
    assert list(l12(history)) == []
    assert list(l12([*history[:-1], changed(history[-1], after=history[0].after)])) != []
