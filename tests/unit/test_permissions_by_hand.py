"""L16, stage by stage: who may give a command, from where; and who reads what.

The parties by hand are in review/ceiling.py; here the stages are, written from
"The life of a matter" in the design, and what each reader may see of one matter's words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest

from tests.properties.test_permissions import EVERYBODY, Told, one_of_each
from tests.support import NOW
from tests.unit.played import Play
from tests.walks import ACTORS, RULES, TEXTS
from whistle_engine import commands as c
from whistle_engine.engine import Engine
from whistle_engine.errors import UnknownMatter
from whistle_engine.events import Refused
from whistle_engine.model import Actor, AppealKind, Place, Role, Stage, TextRef, facts
from whistle_engine.review.ceiling import MAY
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import LedgerFilter
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import allowed, decide

# ---------------------------------------------------------------- from which stage, by hand

OPEN = (
    "received mediating deliberating awaiting_whistle blown dispatched handling deferred fed_back"
)
CALLED = "dispatched handling"
FROM: Mapping[str, str] = {
    "receive": "",
    # from any open stage
    "add": OPEN,
    "urge": OPEN,
    "withdraw": OPEN,
    "merge": OPEN,
    "raise_whistle": OPEN,
    "change_receiver": OPEN,
    "send_back": OPEN,  # in order to be refused and counted
    "supervise": OPEN,
    "escalate": OPEN,
    # before the whistle
    "classify": "received awaiting_whistle",
    "answer": "received",
    "redirect": "received",
    "split": "received",
    "settle": "mediating deliberating",
    "move_up": "mediating deliberating",
    "look": f"received mediating deliberating awaiting_whistle blown {CALLED}",
    # an urgent one from any stage before; a street that leads, within handling
    "blow": f"received mediating deliberating awaiting_whistle {CALLED}",
    "take_on": "awaiting_whistle",
    "send_straight": "awaiting_whistle",
    "dispatch": "blown",
    "stand_down": f"blown {CALLED}",
    "admit": f"awaiting_whistle blown {CALLED}",
    "designate": f"blown {CALLED}",
    # once it is dispatched
    "report_in": CALLED,
    "bring_in": CALLED,
    "accept": CALLED,
    "report_progress": CALLED,
    "feed_back": CALLED,  # before the lead has arrived it is a hollow answer, and told as one
    "object": CALLED,
    "release": CALLED,
    "ask_extension": CALLED,
    "grant_extension": CALLED,
    "hand_in": f"{CALLED} fed_back closed",  # a plan's proof comes after feeding back
    "defer": "handling",
    "resume": "deferred",
    # once it is fed back
    "tell": "fed_back",
    "mark": "fed_back",
    "call_back": "fed_back",
    "conclude": "fed_back",
    "reopen": "fed_back closed",
    "confirm_time": f"{CALLED} fed_back closed",
    # the system, at any time
    "fire_timer": f"{OPEN} closed",
    "fix_due_times": f"{OPEN} closed",
}
"""The stages from which each command can be given at all."""


def test_every_command_has_its_stages() -> None:
    assert sorted(FROM) == sorted(c.NAMES.values())


@pytest.mark.parametrize("act", list(TRANSITIONS), ids=c.NAMES.get)
def test_the_stages_of_the_table_are_those_by_hand(act: type[c.Act]) -> None:
    assert {stage.value for stage in TRANSITIONS[act].stages} == set(FROM[c.NAMES[act]].split())


# ---------------------------------------------------------------- command, role, relation, stage


def talked(category: str) -> Play:
    return Play().classified(category)


def deferred() -> Play:
    play = Play().arrived()
    play.ok("coordinator", c.Defer(review_on=play.now + timedelta(days=9)))
    return play


def closed() -> Play:
    play = Play().received()
    play.ok("clerk", c.Redirect(route="court"))
    return play


COME_TO: Mapping[Stage, Callable[[], Play]] = {
    Stage.RECEIVED: lambda: Play().received(),
    Stage.MEDIATING: lambda: talked("quarrel"),
    Stage.DELIBERATING: lambda: talked("parking"),
    Stage.AWAITING_WHISTLE: lambda: talked("pipes"),
    Stage.BLOWN: lambda: Play().blown(),
    Stage.DISPATCHED: lambda: Play().dispatched(),
    Stage.HANDLING: lambda: Play().arrived(),
    Stage.DEFERRED: deferred,
    Stage.FED_BACK: lambda: Play().fed_back(),
    Stage.CLOSED: closed,
}


@pytest.mark.parametrize("stage", list(Stage), ids=lambda stage: stage.value)
def test_each_command_by_everybody_in_each_stage(stage: Stage) -> None:
    """Who may not is told just that; who may, from elsewhere, is told the stage, and only then."""
    play = COME_TO[stage]()
    state, now = play.state, play.now
    assert state.stage is stage
    told = Told()
    for step in play.history:
        for event in step.written:
            told.hear(event)
    for name, act in one_of_each(state, now).items():
        for by in EVERYBODY:
            asked = c.Command(id="asked", matter=state.id, by=by, do=act, texts=TEXTS)
            answer = decide(state, asked, RULES, now)
            codes = {u.code for u in answer.unmet} if isinstance(answer, Refused) else set()
            entitled = not told.relations(by).isdisjoint(MAY[name])
            if name == "receive":
                entitled = told.relations(by) != {"anyone"}
            here = stage.value in FROM[name].split()
            assert ("not_permitted" in codes) is not entitled, (name, by)
            assert ("wrong_stage" in codes) is (entitled and not here), (name, by)
            if name in allowed(state, by, RULES, now):
                assert entitled, (name, by)
                assert here, (name, by)


# ---------------------------------------------------------------- who reads which words

BY = {actor.id: actor for actor in ACTORS} | {
    "second": Actor(id="second", roles=frozenset({Role.RESIDENT})),
    "stranger": Actor(id="stranger", roles=frozenset({Role.RESIDENT})),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "what the first raiser said": ("m1-1", "text"),
    "the first raiser's contact": ("m1-1", "contact"),
    "the second raiser's contact": ("m2-1", "contact"),
    "why a unit was brought in": ("m1-bring", "reason"),
    "what was done so far": ("m1-progress", "text"),
    "what the second raiser added": ("m1-add", "text"),
}
OFFICIAL = frozenset(WORDS)
FOR_RESIDENTS = frozenset({"what was done so far"})
CONTACTS = frozenset({"the first raiser's contact", "the second raiser's contact"})

READS: Mapping[str, frozenset[str] | None] = {
    "resident": FOR_RESIDENTS | {"what the first raiser said", "the first raiser's contact"},
    "second": FOR_RESIDENTS | {"the second raiser's contact", "what the second raiser added"},
    "clerk": OFFICIAL,
    "branch": OFFICIAL,
    "street": OFFICIAL,
    "hotline": OFFICIAL,
    "operator": OFFICIAL,
    "coordinator": OFFICIAL,
    "system": OFFICIAL,
    "r-zhujian": OFFICIAL,  # leads
    "r-chengguan": OFFICIAL,  # is joint
    "r-shuiwu": OFFICIAL - CONTACTS,  # is merely invited
    "r-gongan": None,  # has nothing to do with it: the matter is not there
    "neighbour": None,
    "stranger": None,
}
"""Who reads which words of the matter, by hand; ``None`` for those to whom it is not there."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    """A matter with two raisers, one of them taken in by a merge; a lead, a joint unit, a guest."""
    now = NOW
    found = Engine(MemoryStore(), RULES, clock=lambda: now)

    def give(command: str, matter: str, who: str, act: c.Act, *names: str) -> None:
        nonlocal now
        now += timedelta(minutes=1)
        asked = c.Command(id=command, matter=matter, by=BY[who], do=act)
        answer = found.execute(asked, texts={name: f"{command} {name}" for name in names})
        assert not isinstance(answer, Refused), answer

    for matter, who in (("m1", "resident"), ("m2", "second")):
        received = c.Receive(
            channel="12345",
            kind=AppealKind.COMPLAINT,
            place=Place(unit="gulou-1"),
            source_number=f"n-{matter}",
        )
        give(f"{matter}-1", matter, who, received, "text", "contact")
        give(f"{matter}-2", matter, "clerk", c.Classify(facts=facts(category="pipes")))
        give(f"{matter}-3", matter, "street", c.Blow(kind="tough"))
        give(f"{matter}-4", matter, "operator", c.Dispatch())
    give("merge", "m2", "clerk", c.Merge(into="m1"))
    give("m1-5", "m1", "r-zhujian", c.ReportIn())
    give("m1-bring", "m1", "r-zhujian", c.BringIn(unit="wangxin"), "reason")
    give("m1-progress", "m1", "r-zhujian", c.ReportProgress(), "text")
    give("m1-add", "m1", "second", c.Add(), "text")
    return found


def read(engine: Engine, who: str, words: str) -> object:
    """What somebody gets for a reference: the words, nothing, or that no matter is there."""
    try:
        return engine.text(BY[who], "m1", TextRef(*WORDS[words]))
    except UnknownMatter:
        return UnknownMatter


@pytest.mark.parametrize("who", list(READS))
def test_each_reads_what_is_theirs_to_read(engine: Engine, who: str) -> None:
    expected = READS[who]
    for words, (command, name) in WORDS.items():
        found = read(engine, who, words)
        if expected is None:
            assert found is UnknownMatter, words
        else:
            assert found == (f"{command} {name}" if words in expected else None), words


@pytest.mark.parametrize("who", list(READS))
def test_what_is_not_theirs_looks_as_if_it_were_not_there(engine: Engine, who: str) -> None:
    """Every way of reading says the same of a matter that is not there and of one that is not
    theirs: neither that it is, nor how far it has come."""
    by = BY[who]
    reads: tuple[Callable[[str], object], ...] = (
        lambda matter: engine.matter(by, matter),
        lambda matter: engine.commits(by, matter),
        lambda matter: engine.timeline(by, matter, "zh"),
        lambda matter: engine.documents(by, matter, 1),
        lambda matter: engine.documents(by, matter, 99),
        lambda matter: engine.text(by, matter, TextRef("m1-1", "text")),
    )
    for ask in reads:
        absent = said(ask, "m0")
        assert absent is not None
        if READS[who] is None:
            assert said(ask, "m1") == absent.replace("m0", "m1")
    shown = {row.matter for row in engine.ledger(by)}
    found = {row.matter for row in engine.by_source_number(by, "12345", "n-m1")}
    if READS[who] is None:
        assert "m1" not in shown | found
        assert engine.inbox(by) == ()
        assert engine.ledger(by, LedgerFilter(community="gulou")) == ()


def said(ask: Callable[[str], object], matter: str) -> str | None:
    """What a read that fails says; ``None`` if it does not fail."""
    try:
        ask(matter)
    except UnknownMatter as error:
        return str(error)
    return None


@pytest.mark.parametrize("command", ["m1-5", "m1-bring", "new"])
def test_a_command_of_a_stranger_tells_neither_that_it_is_there_nor_its_version(
    engine: Engine, command: str
) -> None:
    """Also under an id that wrote there, and with words: the same as on a matter that is not."""
    answers = []
    for matter in ("m1", "m0"):
        asked = c.Command(id=command, matter=matter, by=BY["stranger"], do=c.Urge())
        answers.append(engine.execute(asked, texts={"text": "?"}))
    assert answers[0] == answers[1]
    assert isinstance(answers[0], Refused)
    assert (answers[0].code, answers[0].unmet[0].facts) == ("not_permitted", ())


def test_the_ledger_shows_each_office_its_own(engine: Engine) -> None:
    seen = {
        who: sorted(row.matter for row in engine.ledger(BY[who]))
        for who in ("clerk", "street", "r-zhujian", "coordinator", "r-chengguan", "resident")
    }
    both = ["m1", "m2"]
    assert seen == {
        "clerk": both,
        "street": both,
        "r-zhujian": both,  # leads both
        "coordinator": both,
        "r-chengguan": [],  # joint: its inbox says so
        "resident": [],  # knows the matter's id
    }
    assert {row.matter for row in engine.inbox(BY["r-chengguan"])} == {"m1"}
