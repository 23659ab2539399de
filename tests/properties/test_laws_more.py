"""More laws over random walks: due times reckoned again, clocks set back, split and merged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count

from attrs import evolve as with_changes
from hypothesis import given
from hypothesis import strategies as st

from tests.support import NOW, tiny_directory, tiny_policy
from tests.unit.played import Play, reckoned_again, same_but_for_moves
from tests.walks import (
    BY_ID,
    PROOF,
    RULES,
    TEXTS,
    WAITS,
    Move,
    _choice,
    fire_due,
    goodwill,
    moves,
    take,
    walk,
)
from whistle_engine import codec
from whistle_engine import commands as c
from whistle_engine.classify import dangers
from whistle_engine.compiling import compile_rules
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    Affair,
    AppealKind,
    Clock,
    Matter,
    Outcome,
    Place,
    Role,
    Stage,
    What,
    facts,
)
from whistle_engine.moves.intake import TAKES_IN
from whistle_engine.review.laws import STEP_LAWS, Taken, breaches
from whistle_engine.rules import Rules
from whistle_engine.workflow import decide, evolve, replay, timers, view

LONG = st.lists(
    st.tuples(st.integers(0, 9999), st.integers(0, 9999), st.integers(0, 19)),
    min_size=20,
    max_size=60,
)
"""Walks long enough to extend, defer and take over."""

# ---------------------------------------------------------------- all laws, in the response

STARTS: tuple[Callable[[], Play], ...] = (
    lambda: Play().dispatched(),
    lambda: Play().arrived(),
    lambda: Play().dispatched("burst_main", "emergency"),
    lambda: Play().dispatched("street_lamp", "quick"),
    lambda: Play().blown("other"),
    lambda: Play().fed_back(),
)
"""From where walks go on: where most is to be tried, and where few walks from the start come."""


def onward(start: Play, path: list[Move]) -> Iterator[Taken]:
    """Go on with a walk from there; every seventh step is taken when the next clock is due."""
    state, now, ids = start.state, start.now, count(1000)
    for who, what, wait in path:
        due = min((at for _, _, at in timers(state)), default=now)
        now = max(now, due) if wait % 7 == 0 else now + WAITS[wait % len(WAITS)]
        if wait % 7:
            for taken in fire_due(state, RULES, now, ids):
                yield taken
                state = taken.after
        by, act = _choice(state, who, what, now, RULES)
        texts = TEXTS if what % 7 else ()
        command = c.Command(id=f"c{next(ids)}", matter="m1", by=by, do=act, texts=texts)
        taken = take(state, command, RULES, now)
        yield taken
        state = taken.after


@given(st.sampled_from(STARTS), LONG)
def test_no_walk_on_from_a_dispatch_breaks_a_law(
    start: Callable[[], Play], path: list[Move]
) -> None:
    play = start()
    assert list(breaches([*play.history, *onward(play, path)])) == []


# ---------------------------------------------------------------- L12: replay


@given(st.sampled_from(STARTS), LONG)
def test_l12_event_by_event_or_at_once_the_state_is_the_same(
    start: Callable[[], Play], path: list[Move]
) -> None:
    """Replayed whole, or folded one event at a time; and what was before stays as it was."""
    play = start()
    history = [*play.history, *onward(play, path)]
    folded: Matter | None = None
    for step in history:
        for event in step.written:
            kept = folded and dict(vars(folded))
            after = evolve(folded, event, matter="m1")
            assert folded is None or vars(folded) == kept
            folded = after
        assert folded == step.after
    assert folded == replay("m1", [event for step in history for event in step.written])


# ---------------------------------------------------------------- L14: recorded time


@given(LONG, st.lists(st.integers(-72, 72), min_size=1, max_size=9))
def test_l14_a_clock_that_jumps_back_sets_no_recorded_time_back(
    path: list[Move], jumps: list[int]
) -> None:
    """The same commands by a clock that is hours off: time stands still rather than turn."""
    state: Matter | None = None
    for number, step in enumerate(walk(path, timers_fire=False)):
        off = timedelta(hours=jumps[number % len(jumps)])
        latest = state.at if state is not None else None
        step_now = take(state, step.command, RULES, step.now + off)
        for event in step_now.written:
            assert latest is None or event.at >= latest
            latest = event.at
        assert [w for law in STEP_LAWS.values() for w in law(_told(step_now.now, step_now))] == []
        state = step_now.after


def _told(now: datetime, step: Taken) -> Taken:
    """The step as the law is to judge it: by the instant at which it was recorded."""
    before = step.before
    return step if before is None else with_changes(step, now=max(now, before.at))


# ---------------------------------------------------------------- L18: reckoned again


@given(LONG)
def test_l18_every_due_time_is_reckoned_again_from_what_it_says(path: list[Move]) -> None:
    """From the stored bytes of policy and directory: the instant, the days, and each move."""
    policy = codec.load_policy(codec.canonical(tiny_policy()))
    directory = codec.load_directory(codec.canonical(tiny_directory()))
    limits = compile_rules(policy, directory).limits
    *_, last = walk(path)
    assert last.after is not None
    for clock in last.after.clocks:
        assert same_but_for_moves(reckoned_again(clock.due, limits), clock.due), clock
        assert clock.due.limit.rule
        assert clock.due.limit.source


# ---------------------------------------------------------------- L9: whatever moved


@given(LONG)
def test_l9_moved_or_not_a_clock_keeps_its_fallback(path: list[Move]) -> None:
    """The last timer of a clock that runs is the fallback, until it has fired."""
    for step in walk(path):
        state = step.after
        assert state is not None
        for clock in state.clocks:
            if clock.ended is None and clock.steps:
                assert clock.steps[-1] == _fallback(clock, state)


def _fallback(clock: Clock, state: Matter) -> object:
    return RULES.limits.steps(
        clock.due, clock.what, unit=clock.unit, community=state.community, street=state.street
    )[-1]


# ---------------------------------------------------------------- L2, L3: danger in a matter

SIGNALS = tuple(sorted({floor.signal for floor in RULES.policy.floors}))
CATEGORIES = tuple(row.code for row in RULES.policy.categories)


@given(
    st.sampled_from(CATEGORIES),
    st.sampled_from(SIGNALS),
    st.sampled_from(("over", "ongoing", "imminent", "unknown")),
)
def test_l2_l3_in_a_matter_danger_makes_it_no_less_urgent(
    category: str, signal: str, timing: str
) -> None:
    ranks = []
    for level in ("none", "possible", "present"):
        state = _received(facts(category=category, timing=timing, **{signal: level}))
        state = _ok(state, "clerk", c.Classify(facts=()))
        found = state.classification
        assert found is not None
        ranks.append(RULES.policy.rank(found.affair, found.kind))
        looking = [k for k in state.clocks if k.what is What.LOOK and k.ended is None]
        assert looking or level != "possible"
        if level == "present" and timing != "over":
            assert (found.affair, found.kind) == (Affair.PUBLIC, "emergency")
    assert ranks == sorted(ranks)


@given(moves(most=20), st.sampled_from(SIGNALS), st.sampled_from(("possible", "present")))
def test_l3_what_hints_at_danger_is_not_answered_or_withdrawn_away(
    path: list[Move], signal: str, level: str
) -> None:
    asked = c.Receive(
        channel="12345", kind=AppealKind.ENQUIRY, place=Place(unit="gulou-1"),
        facts=facts(**{signal: level}),
    )  # fmt: skip
    opening = c.Command(id="c0", matter="m1", by=BY_ID["resident"], do=asked, texts=("text",))
    for step in walk(path, first=opening):
        if step.after is None or step.after.outcome not in (Outcome.ANSWERED, Outcome.WITHDRAWN):
            continue
        assert not dangers(RULES.policy, step.after.facts)


def _received(known: tuple[tuple[str, str], ...]) -> Matter:
    asked = c.Receive(
        channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou-1"), facts=known
    )
    command = c.Command(id="c0", matter="m1", by=BY_ID["resident"], do=asked, texts=("text",))
    state = take(None, command, RULES, NOW).after
    assert state is not None
    return state


def _ok(state: Matter, who: str, act: c.Act) -> Matter:
    command = c.Command(id="ok", matter=state.id, by=BY_ID[who], do=act, texts=TEXTS)
    taken = take(state, command, RULES, state.at)
    assert not isinstance(taken.result, Refused), taken.result
    assert taken.after is not None
    return taken.after


# ---------------------------------------------------------------- L19: split and merged

GUEST = BY_ID["neighbour"]
"""Raises the other matter: somebody whom a walk knows, and who has no other part in it."""


def _until_marked(state: Matter) -> Matter:
    """Let those of good will lead it to where it is judged."""
    for number in range(60):
        if state.stage is Stage.FED_BACK:
            return state
        by, act = goodwill(state) or (BY_ID["clerk"], c.Urge())
        command = c.Command(id=f"g{number}", matter=state.id, by=by, do=act, texts=TEXTS)
        taken = take(state, command, RULES, state.at)
        assert not isinstance(taken.result, Refused), (act, taken.result)
        assert taken.after is not None
        state = taken.after
    raise AssertionError(f"sixty kind steps later it is still {state.stage}")


def _keep_every_right(state: Matter, raisers: set[str]) -> None:
    """Each raiser can urge and add; when it is judged, each is to be told, and can mark."""
    assert {r.id for r in state.raisers} == raisers
    for raiser in raisers:
        by = Actor(id=raiser, roles=frozenset({Role.RESIDENT}))
        for act in (c.Urge(), c.Add(evidence=PROOF)):
            asked = c.Command(id="x", matter=state.id, by=by, do=act)
            assert not isinstance(decide(state, asked, RULES, state.at), Refused)
    judged = _until_marked(state)
    marks = {k.raiser for k in judged.clocks if k.what is What.MARK and k.ended is None}
    assert marks - {None} == raisers
    assert {r.id for r in judged.raisers if not r.told} == raisers


@given(moves(most=25), moves(most=25))
def test_l19_whoever_raised_a_merged_matter_keeps_every_right(
    one: list[Move], other: list[Move]
) -> None:
    """Any matter into any other of the street, decided on each with a view of the other."""
    opening = c.Command(
        id="c0", matter="m1", by=GUEST, texts=("text",),
        do=c.Receive(channel="12345", kind=AppealKind.HELP, place=Place(unit="gulou")),
    )  # fmt: skip
    *_, gone = (step.after for step in walk(one))
    *_, into = (step.after for step in walk(other, first=opening))
    assert gone is not None
    assert into is not None
    into = with_changes(into, id="m2")
    asked = c.Command(id="merge", matter="m1", by=BY_ID["clerk"], do=c.Merge(into="m2"))
    now = max(gone.at, into.at)
    there, here = {"m2": view(into, RULES)}, {"m1": view(gone, RULES)}
    on_gone = decide(gone, asked, RULES, now, others=there)
    on_into = decide(into, asked, RULES, now, subject="m2", others=here)
    if isinstance(on_gone, Refused) or isinstance(on_into, Refused):
        return
    assert into.stage in TAKES_IN
    due, kept = here["m1"].due, there["m2"].due
    assert there["m2"].rank >= here["m1"].rank >= 0
    assert due is None or (kept is not None and kept <= due)
    for event in on_gone:
        gone = evolve(gone, event)
    assert gone.outcome is Outcome.MERGED
    assert timers(gone) == ()
    clocks = into.clocks
    for event in on_into:
        into = evolve(into, event)
    assert into.clocks == clocks  # merging moves nothing (FR7)
    raisers = {r.id for r in gone.raisers} | {r.id for r in into.raisers}
    _keep_every_right(into, raisers)


@given(moves(most=25), st.sampled_from(CATEGORIES))
def test_l19_whoever_raised_a_split_matter_keeps_every_right(
    path: list[Move], category: str
) -> None:
    states = [s.after for s in walk(path) if s.after is not None]
    whole = next(s for s in reversed(states) if s.stage is Stage.RECEIVED)
    parts = tuple(
        c.SplitPart(matter=name, kind=kind, facts=facts(category=category))
        for name, kind in (("m8", AppealKind.HELP), ("m9", AppealKind.REPORT))
    )
    asked = c.Command(
        id="split", matter="m1", by=BY_ID["clerk"], do=c.Split(parts=parts), texts=("m8", "m9")
    )
    told = decide(whole, asked, RULES, whole.at)
    assert not isinstance(told, Refused)
    for part in parts:
        events = decide(
            None, asked, RULES, whole.at, subject=part.matter, others={"m1": view(whole, RULES)}
        )
        assert not isinstance(events, Refused)
        state = replay(part.matter, events)
        assert state is not None
        assert (state.community, state.street) == (whole.community, whole.street)
        raisers = {r.id for r in whole.raisers}
        if raisers:
            _keep_every_right(state, raisers)


# ---------------------------------------------------------------- L11: refused is refused


@given(LONG)
def test_l11_after_a_refusal_the_same_can_be_done_as_before(path: list[Move]) -> None:
    """What a refusal records changes no later decision."""
    for step in walk(path):
        if not isinstance(step.result, Refused) or step.before is None or step.after is None:
            continue
        for act in (c.SendBack(), c.Urge(), c.ReportIn(), c.Resume()):
            for who in ("resident", "r-zhujian", "coordinator"):
                asked = c.Command(id="x", matter="m1", by=BY_ID[who], do=act, texts=TEXTS)
                assert decide(step.before, asked, RULES, step.now) == decide(
                    step.after, asked, RULES, step.now
                )


# ---------------------------------------------------------------- L17: nothing is a dead end


@given(moves(most=40), st.integers(0, 30))
def test_l17_also_after_time_has_passed_it_can_be_settled(path: list[Move], wait: int) -> None:
    """Late is not lost: whatever lapsed, escalated or recurred, it can be settled after that."""
    state = _last(path)
    ids = count(10_000)
    for step in fire_due(state, RULES, state.at + timedelta(days=wait), ids):
        assert step.after is not None
        state = step.after
    if state.stage is Stage.CLOSED:
        return
    judged = _until_marked(state)
    for _ in range(9):
        if judged.stage is Stage.CLOSED:
            break
        by, act = goodwill(judged) or (BY_ID["clerk"], c.Urge())
        if judged.stage is not Stage.FED_BACK:
            judged = _until_marked(judged)
            continue
        command = c.Command(id="g", matter=judged.id, by=by, do=act, texts=TEXTS)
        taken = take(judged, command, RULES, judged.at)
        assert not isinstance(taken.result, Refused), (act, taken.result)
        assert taken.after is not None
        judged = taken.after
    assert judged.outcome is Outcome.SETTLED


def _last(path: list[Move], rules: Rules = RULES) -> Matter:
    states: Iterator[Matter | None] = (step.after for step in walk(path, rules=rules))
    *_, last = states
    assert last is not None
    return last
