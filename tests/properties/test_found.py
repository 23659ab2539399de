"""What random stories found, as short as it can be told; each stays mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support import hours, tiny_directory, tiny_policy
from tests.unit.played import Play
from tests.walks import BY_ID, RULES
from whistle_engine import commands as c
from whistle_engine.compiling import compile_rules
from whistle_engine.errors import PolicyError
from whistle_engine.model import AppealKind, Length, LimitUnit, Place, What, facts
from whistle_engine.testing.laws import LAWS
from whistle_engine.testing.strategies import Deed, Tale, tell
from whistle_engine.workflow import duties


@pytest.mark.xfail(reason="merging leaves the extension that was asked for", strict=True)
def test_a_matter_that_is_merged_has_no_extension_pending() -> None:
    tale = merged_while_asking()
    assert tale.states["m2"].extension is None
    assert [law.id for law in LAWS if law.broken(tale)] == []


def merged_while_asking() -> Tale:
    """Two matters are being handled; the later one asks for time, and is merged into the first."""
    play = Play(RULES)  # for the people and the times
    deeds: list[Deed] = []

    def do(matter: str, who: str, act: c.Act) -> None:
        at = play.now + timedelta(minutes=len(deeds))
        by = BY_ID[who]
        command = c.Command(
            id=f"c{len(deeds)}", matter=matter, by=by, do=act, texts=("reason", "text")
        )
        deeds.append(Deed(at, command))

    for matter in ("m1", "m2"):
        do(matter, "resident", c.Receive(
            channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou"),
        ))  # fmt: skip
        do(matter, "clerk", c.Classify(facts=facts(category="pipes")))
        do(matter, "street", c.Blow(kind="tough"))
        do(matter, "operator", c.Dispatch())
    do("m2", "r-zhujian", c.AskExtension(by=Length(1, LimitUnit.WORKING_DAYS)))
    do("m2", "clerk", c.Merge(into="m1"))
    return tell(deeds, RULES)


@pytest.mark.xfail(
    reason="raising ends a deferral, and a late look is nobody's docket", strict=True
)
def test_what_was_late_before_a_deferral_is_not_forgotten_when_the_whistle_is_raised() -> None:
    """A look that the street let pass lay in the docket; deferring took it out, raising ended the
    deferral, and nothing put it back: no timer, no docket (L9)."""
    play = Play().received(facts(collapse="possible", timing="over"))
    play.ok("clerk", c.Classify(facts=facts(category="pipes")))
    play.ok("street", c.Blow(kind="tough"))
    play.ok("operator", c.Dispatch())
    play.ok("r-zhujian", c.ReportIn())
    play.wait(play.now + timedelta(days=4))
    look = next(k for k in play.state.clocks if k.what is What.LOOK and k.ended is None)
    assert look.steps == ()
    play.ok("coordinator", c.Defer(review_on=play.now + timedelta(days=9)))
    play.ok("clerk", c.RaiseWhistle(kind="emergency"))
    about = {k.about for k in play.state.clocks if k.what is What.DOCKET and k.ended is None}
    owed = next(duty for duty in duties(play.state, RULES) if duty.clock == look.id)
    assert owed.fallback is not None or look.id in about


@pytest.mark.xfail(reason="a docket of no time at all is taken", strict=True)
def test_a_docket_that_comes_back_at_once_is_no_policy() -> None:
    """Its timers would never come to rest: each starts the next at the same instant."""
    with pytest.raises(PolicyError):
        compile_rules(
            tiny_policy(limits={**tiny_policy().limits, "docket": hours(0)}), tiny_directory()
        )
