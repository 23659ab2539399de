"""Laws by short cases: who marks, what is never forgotten, time, and what is split or merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from attrs import evolve

from tests.support import NOW, hours, length, tiny_directory, tiny_policy
from tests.unit.played import (
    DAY,
    FED_BACK,
    MINUTE,
    NOT_SOLVED,
    Play,
    reckoned_again,
    rules_with,
    same_but_for_moves,
)
from tests.walks import BY_ID, PROOF, RULES, SOLVED, goodwill
from whistle_engine import codec
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.commits import Receipt
from whistle_engine.compiling import compile_rules
from whistle_engine.engine import Engine
from whistle_engine.errors import PolicyError
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    Affair,
    AppealKind,
    MoveReason,
    Outcome,
    Place,
    Raiser,
    ResultCode,
    Role,
    Shirk,
    Stage,
    Verdict,
    View,
    What,
    facts,
)
from whistle_engine.rules import Rules
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.workflow import decide, duties, view
from whistle_engine.workflow import evolve as evolve_matter

# ---------------------------------------------------------------- L1, L2, L3: danger


def _unsound(**changes: Any) -> str:
    with pytest.raises(PolicyError) as caught:
        rules_with(**changes)
    return str(caught.value)


def test_l1_l2_l3_what_a_policy_must_keep_to_be_used_at_all() -> None:
    policy = tiny_policy()
    assert "(L1)" in _unsound(rules=policy.rules[:-1])
    assert "(L1)" in _unsound(rules=())
    reads = evolve(policy.rules[0], when=(("crowd", frozenset({"present"})),))
    assert "(L2)" in _unsound(rules=(reads, *policy.rules))
    first = policy.floors[0]
    assert "(L2)" in _unsound(
        floors=(evolve(first, affair=Affair.SHARED, kind=None), *policy.floors[1:])
    )
    over = tuple(
        evolve(floor, kind="emergency") if floor.timing == "over" and floor.kind else floor
        for floor in policy.floors
    )
    assert "(L3)" in _unsound(floors=over)


def test_l2_nobody_blows_below_what_it_was_classified_as() -> None:
    play = Play().classified("pipes")
    assert play.no("street", c.Blow(kind="quick")) == {"kind_below_classification"}
    play.ok("street", c.Blow(kind="emergency"))


def test_l3_an_enquiry_that_hints_at_danger_is_not_answered_away() -> None:
    for known in (facts(crowd="possible"), facts(crowd="none"), ()):
        play = Play()
        place = Place(unit="gulou-1")
        play.ok("resident", c.Receive(
            channel="12345", kind=AppealKind.ENQUIRY, place=place, facts=known,
        ))  # fmt: skip
        if known == facts(crowd="possible"):
            assert play.no("clerk", c.Answer()) == {"danger_not_excluded"}
            assert play.no("clerk", c.Redirect(route="court")) == {"danger_not_excluded"}
        else:
            play.ok("clerk", c.Answer())
    assert Play().received().no("clerk", c.Answer()) == {"not_an_enquiry"}


# ---------------------------------------------------------------- L8: nobody judges itself


def test_l8_who_responded_does_not_mark() -> None:
    play = Play().classified("unlicensed_trade")
    own = evolve(play.state, raisers=(*play.state.raisers, Raiser(id="insider", unit="chengguan")))
    assert play.taken is not None
    play.taken = evolve(play.taken, after=own)
    play.ok("clerk", c.Blow(kind="quick"))
    play.ok("operator", c.Dispatch(lead="chengguan"))
    play.ok("r-chengguan", c.ReportIn())
    play.ok("r-chengguan", FED_BACK)
    assert {(k.raiser, k.unit) for k in play.running(What.MARK)} == {
        ("resident", None), (None, "gulou"),
    }  # fmt: skip
    insider = Actor(id="insider", roles=frozenset({Role.RESIDENT}))
    assert play.no(insider, SOLVED) == {"not_entitled"}
    play.ok("clerk", SOLVED)
    assert play.no("clerk", SOLVED) == {"marked_before"}


def test_l8_where_the_community_responded_the_street_marks_and_else_the_coordinator() -> None:
    at_home = evolve(
        tiny_directory(),
        units=tuple(
            evolve(u, may_lead=True) if u.code == "gulou" else u for u in tiny_directory().units
        ),
    )
    rules = compile_rules(tiny_policy(), at_home)
    play = Play(rules).blown("unlicensed_trade", "quick")
    play.ok("coordinator", c.Designate(unit="gulou"))
    play.ok("clerk", c.ReportIn())
    play.ok("clerk", FED_BACK)
    assert [k.unit for k in play.running(What.MARK) if k.raiser is None] == ["xinhua"]
    play = Play(rules).blown("unlicensed_trade", "quick")
    play.ok("coordinator", c.Designate(unit="xinhua"))
    play.ok("coordinator", c.Designate(unit="gulou"))
    play.ok("clerk", c.ReportIn())
    play.ok("street", c.ReportIn())
    play.ok("street", c.HandIn())
    play.ok("clerk", FED_BACK)
    assert [k.unit for k in play.running(What.MARK) if k.raiser is None] == ["shegong"]


# ---------------------------------------------------------------- L9, L10, L11: to the end


def test_l9_a_missed_clock_comes_before_the_coordinator_again_and_again() -> None:
    play = Play().dispatched()
    late = play.clock(What.REPORT_IN, "zhujian")
    play.wait(late.due.at + DAY)
    docket = next(k for k in play.running(What.DOCKET) if k.about == late.id)
    for _ in range(3):
        play.wait(docket.due.at)
        assert play.again(docket).verdict is Verdict.MISSED
        docket = next(k for k in play.running(What.DOCKET) if k.about == late.id)
    play.ok("r-zhujian", c.ReportIn())
    assert play.again(docket).verdict is Verdict.KEPT


def test_l9_a_possible_danger_is_looked_at_by_the_street_if_the_community_is_late() -> None:
    play = Play().received(facts(collapse="possible"))
    looking = play.clock(What.LOOK)
    assert looking.unit == "gulou"
    play.wait(looking.due.at)
    assert play.again(looking).verdict is Verdict.MISSED
    assert play.clock(What.LOOK).unit == "xinhua"


def test_l9_nobody_marks_and_it_lapses() -> None:
    play = Play().fed_back()
    play.wait(play.clock(What.MARK, "gulou").due.at)
    assert (play.state.stage, play.state.outcome) == (Stage.CLOSED, Outcome.LAPSED)


def test_l9_a_plan_outlives_the_closing_and_reopens_when_it_is_not_kept() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.Release(unit="chengguan"))
    planned = c.FeedBack(result=ResultCode.PLANNED, evidence=PROOF, plan_date=play.now + 30 * DAY)
    play.ok("r-zhujian", planned)
    play.ok("resident", SOLVED)
    play.ok("clerk", SOLVED)
    assert play.state.outcome is Outcome.SETTLED
    (left,) = duties(play.state, play.rules)
    assert (left.what, left.unit) == (What.FOLLOW_UP, "zhujian")
    play.wait(left.due)
    assert play.state.stage is Stage.HANDLING


def test_l9_the_last_to_mark_may_withdraw_instead() -> None:
    play = Play().fed_back()
    play.ok("r-zhujian", c.Tell(raiser="resident"))
    play.ok("clerk", SOLVED)
    play.ok("resident", c.Withdraw())
    assert play.state.stage is Stage.CLOSED


def test_l10_what_was_withdrawn_was_not_settled() -> None:
    play = Play().classified()
    play.ok("resident", c.Withdraw())
    assert play.state.outcome is Outcome.WITHDRAWN


def test_l10_it_closes_with_the_last_mark_and_not_before() -> None:
    play = Play().fed_back()
    assert play.no("coordinator", c.Conclude()) == {"no_round_to_decide"}
    play.ok("clerk", SOLVED)
    assert play.state.stage is Stage.FED_BACK
    play.ok("resident", SOLVED)
    assert play.state.outcome is Outcome.SETTLED


def test_l10_not_solved_up_to_the_cap_and_then_the_coordinator_decides() -> None:
    play = Play().fed_back()
    for _ in range(2):
        play.ok("clerk", NOT_SOLVED)
        assert play.state.stage is Stage.HANDLING
        play.ok("r-zhujian", FED_BACK)
    play.ok("clerk", NOT_SOLVED)
    assert play.clock(What.DECIDE_ROUND).unit == "shegong"
    assert play.no("coordinator", c.Conclude(), texts=()) == {"text_missing"}
    play.ok("coordinator", c.Conclude())
    assert play.state.outcome is Outcome.CONCLUDED
    assert play.no("clerk", c.Reopen()) == {"not_reopenable", "window_passed", "rounds_used"}


def _deferred() -> Play:
    play = Play().arrived()
    play.ok("coordinator", c.Defer(review_on=play.now + 9 * DAY))
    return play


OPEN: dict[Stage, Callable[[], Play]] = {
    Stage.RECEIVED: lambda: Play().received(),
    Stage.MEDIATING: lambda: Play().classified("quarrel"),
    Stage.DELIBERATING: lambda: Play().classified("parking"),
    Stage.AWAITING_WHISTLE: lambda: Play().classified("cables"),
    Stage.BLOWN: lambda: Play().blown("other"),
    Stage.DISPATCHED: lambda: Play().dispatched("burst_main", "emergency"),
    Stage.HANDLING: lambda: Play().arrived(),
    Stage.DEFERRED: _deferred,
    Stage.FED_BACK: lambda: Play().fed_back(),
}


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CLOSED])
def test_l17_from_every_open_stage_it_can_be_settled(stage: Stage) -> None:
    play = OPEN[stage]()
    assert play.state.stage is stage
    for _ in range(20):
        kind = goodwill(play.state)
        if kind is None:
            break
        play.ok(*kind)
    assert play.state.outcome is Outcome.SETTLED


def test_l17_when_the_rounds_are_used_up_it_can_still_be_settled() -> None:
    play = Play().fed_back()
    for _ in range(2):
        play.ok("clerk", NOT_SOLVED)
        play.ok("r-zhujian", FED_BACK)
    play.ok("clerk", NOT_SOLVED)
    assert play.no("clerk", c.Reopen()) == {"rounds_used"}
    play.ok("coordinator", c.Reopen())
    play.ok("r-zhujian", FED_BACK)
    play.ok("clerk", SOLVED)
    play.ok("resident", SOLVED)
    assert play.state.outcome is Outcome.SETTLED


def test_l10_reopening_has_a_window() -> None:
    play = Play().fed_back()
    play.wait(play.clock(What.MARK, "gulou").due.at)
    play.now = play.state.reopen_until
    assert play.no("clerk", c.Reopen()) == {"window_passed"}
    play = Play().fed_back()
    play.wait(play.clock(What.MARK, "gulou").due.at)
    play.now = play.state.reopen_until - MINUTE
    play.ok("resident", c.Reopen())


def test_l11_a_refusal_keeps_nothing_but_an_attempt_to_shirk() -> None:
    play = Play().dispatched()
    before = play.state
    assert play.shirked("r-zhujian", c.BringIn(unit="nowhere")) == []
    assert play.state == before
    assert play.shirked("r-zhujian", c.FeedBack(result=ResultCode.EXPLAINED)) == [
        Shirk.HOLLOW_ANSWER
    ]
    assert play.state == evolve_matter(before, play.history[-1].written[0])


# ---------------------------------------------------------------- L14: time


def test_l14_a_clock_that_is_behind_is_raised_to_the_matters_latest() -> None:
    play = Play().dispatched()
    latest = play.now
    play.now -= 3 * DAY
    events = play.ok("r-zhujian", c.ReportIn())
    assert {ev.at for ev in events} == {latest}
    assert play.no("clerk", c.Escalate(), texts=()) == {"text_missing"}


def test_l14_what_changes_nothing_else_counts_too() -> None:
    play = Play().dispatched()
    play.now += DAY
    play.ok("resident", c.Urge())
    latest = play.now
    play.now -= DAY
    assert {ev.at for ev in play.ok("r-zhujian", c.ReportIn())} == {latest}


def test_l14_nothing_occurred_after_it_was_told() -> None:
    play = Play().dispatched()
    told = c.Command(
        id="x", matter="m1", by=BY_ID["r-zhujian"], do=c.ReportIn(),
        occurred_at=play.now + MINUTE,
    )  # fmt: skip
    refused = decide(play.state, told, RULES, play.now)
    assert isinstance(refused, Refused)
    assert refused.code == "occurred_in_future"
    assert not isinstance(decide(play.state, told, RULES, play.now + MINUTE), Refused)


# ---------------------------------------------------------------- L18: reckoned again


def test_l18_a_due_time_tells_all_that_moved_it() -> None:
    play = Play().arrived()
    play.ok("r-zhujian", c.AskExtension(by=length(5)))
    play.ok("street", c.GrantExtension())
    play.ok("coordinator", c.Defer(review_on=play.now + 9 * DAY))
    play.now += 5 * DAY
    play.ok("coordinator", c.Resume())
    play.ok("coordinator", c.GrantExtension(by=length(3)))
    play.ok("r-chengguan", c.Accept())
    due = play.clock(What.SOLVE).due
    assert [move.reason for move in due.moves] == [
        MoveReason.EXTENDED, MoveReason.DEFERRED, MoveReason.DECIDED, MoveReason.TAKEN_OVER,
    ]  # fmt: skip
    assert same_but_for_moves(reckoned_again(due, RULES.limits), due)
    assert (due.limit.rule, due.limit.source) == ("test", "choice")


def test_l18_from_what_is_stored_of_a_matter_and_no_policy_reaches_back() -> None:
    """Each commit names the bytes of the policy and directory that its due times come from."""
    store = MemoryStore()
    now = NOW
    engine = Engine(store, RULES, clock=lambda: now)
    place = Place(unit="gulou-1")

    def ok(who: str, act: c.Act, **texts: str) -> None:
        nonlocal now
        now += MINUTE
        asked = c.Command(id=f"c{now.isoformat()}", matter="m1", by=BY_ID[who], do=act)
        assert isinstance(engine.execute(asked, texts=texts), Receipt)

    ok("hotline", c.Receive(channel="12345", kind=AppealKind.HELP, place=place))
    ok("clerk", c.Classify(facts=facts(category="pipes")))
    shorter = {**tiny_policy().limits, "dispatch": hours(1), "blow": hours(1)}
    engine.adopt(rules_with(version="2", limits=shorter))
    before = engine.matter(BY_ID["street"], "m1").clocks
    ok("street", c.Blow(kind="tough"))
    ok("operator", c.Dispatch())
    ok("r-zhujian", c.BringIn(unit="gongan"), reason="a clock that runs at night too")
    after = engine.matter(BY_ID["street"], "m1").clocks
    assert [k.due for k in after[: len(before)]] == [k.due for k in before]
    started = 0
    for commit in engine.commits(BY_ID["street"], "m1"):
        policy = store.get_document(commit.basis.policy)
        directory = store.get_document(commit.basis.directory)
        assert policy is not None
        assert directory is not None
        limits = compile_rules(codec.load_policy(policy), codec.load_directory(directory)).limits
        for event in commit.events:
            if isinstance(event, e.ClockStarted):
                started += 1
                due = event.clock.due
                assert limits.due(due.start, due.limit, unit=event.clock.unit) == due
    assert started == len(after)


# ---------------------------------------------------------------- L19: split and merged


def _two(rules: Rules = RULES) -> tuple[Play, Play]:
    """Two matters of one street, each with a raiser of its own; the second is received last."""
    first, second = Play(rules), Play(rules)
    first.classified("street_lamp")
    place = Place(unit="gulou")
    neighbour = Actor(id="neighbour-2", roles=frozenset({Role.RESIDENT}))
    second.ok(neighbour, c.Receive(channel="12345", kind=AppealKind.HELP, place=place))
    second.ok("clerk", c.Classify(facts=facts(category="street_lamp")))
    return first, second


def _merge(into: Play, gone: Play) -> tuple[Any, Any]:
    """Decide a merge on both sides, as the engine does: by views of each other."""
    survivor, other = evolve(into.state, id="m2"), gone.state
    asked = c.Command(id="merge", matter="m1", by=BY_ID["clerk"], do=c.Merge(into="m2"))
    now = max(into.now, gone.now) + MINUTE
    views: dict[str, View] = {"m1": view(other, into.rules), "m2": view(survivor, into.rules)}
    on_other = decide(other, asked, into.rules, now, others={"m2": views["m2"]})
    on_survivor = decide(survivor, asked, into.rules, now, subject="m2", others={"m1": views["m1"]})
    return on_other, on_survivor


def test_l19_raisers_of_a_merged_matter_are_told_and_mark() -> None:
    into, gone = _two()
    on_gone, on_survivor = _merge(into, gone)
    for event in on_gone:
        gone_state = evolve_matter(gone.state, event)
    assert (gone_state.stage, gone_state.outcome) == (Stage.CLOSED, Outcome.MERGED)
    (absorbed,) = on_survivor
    assert isinstance(absorbed, e.Absorbed)
    assert into.taken is not None
    into.taken = evolve(into.taken, after=evolve_matter(into.state, absorbed))
    into.now += 2 * MINUTE
    into.ok("street", c.TakeOn())
    into.ok("street", c.ReportIn())
    into.ok("street", FED_BACK)
    raisers = {"resident", "neighbour-2"}
    assert {k.raiser for k in into.running(What.MARK)} - {None} == raisers
    for raiser in sorted(raisers):
        assert into.running(What.TELL)
        into.ok("street", c.Tell(raiser=raiser))
    assert into.running(What.TELL) == []
    second = Actor(id="neighbour-2", roles=frozenset({Role.RESIDENT}))
    into.ok(second, NOT_SOLVED)
    assert into.state.stage is Stage.HANDLING
    assert all(not raiser.told for raiser in into.state.raisers)


def test_l19_a_merge_makes_nothing_less_urgent_or_later() -> None:
    urgent, plain = Play().dispatched("pipes", "emergency"), Play().dispatched("pipes", "tough")
    less, _ = _merge(plain, urgent)
    assert isinstance(less, Refused)
    assert {u.code for u in less.unmet} == {"merge_less_urgent", "merge_due_later"}
    more, _ = _merge(urgent, plain)
    assert not isinstance(more, Refused)
    unclassified = Play().received()
    result, _ = _merge(unclassified, plain)
    assert isinstance(result, Refused)
    assert "merge_unclassified" in {u.code for u in result.unmet}
    done, _ = _merge(Play().fed_back(), Play().arrived())
    assert isinstance(done, Refused)
    assert {u.code for u in done.unmet} == {"merge_target_not_open"}


def _parts(whole: Play) -> Iterator[Play]:
    """Split a matter in two, as the engine does."""
    parts = (
        c.SplitPart(matter="m8", kind=AppealKind.HELP, facts=facts(category="pipes")),
        c.SplitPart(matter="m9", kind=AppealKind.ENQUIRY, facts=facts(collapse="possible")),
    )
    asked = c.Command(id="split", matter="m1", by=BY_ID["clerk"], do=c.Split(parts=parts))
    seen = {"m1": view(whole.state, whole.rules)}
    for part in parts:
        events = decide(None, asked, whole.rules, whole.now, subject=part.matter, others=seen)
        assert not isinstance(events, Refused)
        state = None
        for event in events:
            state = evolve_matter(state, event, matter="m1")
        play = Play(whole.rules)
        assert whole.taken is not None
        play.taken = evolve(whole.taken, after=state)
        play.now = whole.now
        yield play


def test_l19_raisers_of_a_split_matter_keep_every_right_in_each_part() -> None:
    whole = Play().received()
    first, second = _parts(whole)
    assert second.clock(What.LOOK).unit == "gulou"
    for part in (first, second):
        assert part.clock(What.CLASSIFY).unit == "gulou"
        assert [r.id for r in part.state.raisers] == ["resident"]
        part.ok("resident", c.Urge())
        part.ok("clerk", c.Classify(facts=facts(category="street_lamp")))
        part.ok("street", c.TakeOn())
        part.ok("street", c.ReportIn())
        part.ok("street", FED_BACK)
        part.ok("street", c.Tell(raiser="resident"))
        part.ok("resident", NOT_SOLVED)
        assert part.state.stage is Stage.HANDLING


def test_l19_a_part_needs_an_id_of_its_own() -> None:
    whole = Play().received()
    same = c.SplitPart(matter="m2", kind=AppealKind.HELP)
    assert whole.no("clerk", c.Split(parts=(same, same))) == {"part_id_taken"}
    assert whole.no("clerk", c.Split(parts=(evolve(same, matter="m1"),))) == {"part_id_taken"}
    assert whole.no("clerk", c.Split(parts=())) == {"parts_missing"}
