"""Who is told what in which words: the table is total, nothing is left over, and nothing leaks."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any

import attrs
import pytest

from tests.samples import hints, is_text
from tests.support import NOW
from tests.told import messages, walks
from tests.unit import text_samples as s
from whistle_engine import events as e
from whistle_engine import texts
from whistle_engine.engine import Engine
from whistle_engine.events import EVENTS
from whistle_engine.model import (
    Clock,
    DispatchedBy,
    Due,
    Label,
    Matter,
    Move,
    MoveReason,
    Objection,
    Raiser,
    Responder,
    StepAction,
    Verdict,
    What,
)
from whistle_engine.notify import codes
from whistle_engine.notify.api import Audience, Message, NotifyError
from whistle_engine.notify.composing import compose, key_of
from whistle_engine.notify.log import LogNotifier
from whistle_engine.notify.memory import MemoryNotifier
from whistle_engine.projection import TOLD_OTHERWISE, notices
from whistle_engine.relay import Relay
from whistle_engine.storage.memory import MemoryStore
from whistle_engine.storage.rows import Notice
from whistle_engine.story import play, shipped_stories, shipped_story
from whistle_engine.texts import _tables as tables

COORDINATOR = "shegong"
ALERTS = (StepAction.REMIND, StepAction.URGE, StepAction.SUPERVISE)

# ------------------------------------------------------------------------ what can be told


def clock(number: int, what: What, unit: str | None, raiser: str | None = None) -> Clock:
    return attrs.evolve(s.CLOCK, id=number, what=what, unit=unit, raiser=raiser)


STATE = attrs.evolve(
    s.MATTER,
    raisers=(Raiser(id="u1"), Raiser(id="u2")),
    objection=Objection(unit="chengguan", names="zhujian", open=False),
    clocks=(
        clock(1, What.SOLVE, "zhujian"),
        clock(2, What.MARK, None, "u1"),
        clock(3, What.MARK, "gulou"),
        clock(4, What.DOCKET, COORDINATOR),
        clock(5, What.DESIGNATE, None),
    ),
)
"""A matter with somebody in every part, and a clock of everybody's, one of nobody's."""


CHANGED = attrs.evolve(s.LEAD, receiver="r-other")
STATE_AFTER: dict[type, Matter] = {
    e.ReceiverChanged: attrs.evolve(STATE, responders=(CHANGED, *STATE.responders[1:]))
}


def happenings() -> Iterator[tuple[Matter, e.Event]]:
    """Every event, in every way in which it may be told, with a state in which it is."""
    for event in s.EVENTS:
        if not isinstance(event, e.TimerFired | e.ClockStarted | e.ClockEnded | e.ClockMoved):
            yield STATE_AFTER.get(type(event), STATE), event
            if isinstance(event, e.FedBack | e.Settled):
                yield attrs.evolve(STATE, clocks=STATE.clocks[:2]), event  # no unit has to mark
    for what in What:
        holder = COORDINATOR if what in COORDINATORS else "xinhua"
        yield STATE, e.ClockStarted(NOW, clock(6, what, holder))
    for ended in (c for c in STATE.clocks if c.what is not What.MARK):
        yield STATE, e.ClockEnded(NOW, ended.id, Verdict.MISSED)
    for reason in MoveReason:
        for moved in STATE.clocks:
            yield STATE, e.ClockMoved(NOW, moved.id, moved_for(reason), ())
    for action in StepAction:
        for fired in FIRED[action]:
            for to in {fired.unit, *TO[action]}:
                yield STATE, e.TimerFired(NOW, fired.id, 1, action, to, 0)


def moved_for(reason: MoveReason) -> Due:
    move = Move(reason=reason, at=NOW, before=s.DUE.at, after=s.LATER)
    return attrs.evolve(s.DUE, at=s.LATER, moves=(move,))


COORDINATORS = {
    What.DESIGNATE, What.ANSWER_OBJECTION, What.REVIEW, What.DECIDE_ROUND, What.DOCKET,
}  # fmt: skip
"""The clocks that only a coordinator ever has."""

WORK, RAISERS, UNITS, DOCKET, NOBODYS = STATE.clocks
FIRED = dict.fromkeys(StepAction, (WORK, DOCKET)) | {
    **dict.fromkeys(ALERTS, STATE.clocks),
    StepAction.CALL_BACK: (RAISERS,),  # nobody else is called back
    StepAction.LAPSE: (RAISERS, UNITS),
}
"""The clocks at which a timer does something, as `deadlines` makes them."""
TO: dict[StepAction, tuple[str | None, ...]] = dict.fromkeys(StepAction, ()) | {
    **dict.fromkeys(ALERTS, (None, "xinhua", COORDINATOR)),
    StepAction.CALL_BACK: (None, "hotline", "gulou"),
    StepAction.ESCALATE: (COORDINATOR,),
    StepAction.RECUR: (COORDINATOR,),
    StepAction.PASS_ON: ("xinhua",),
}
"""Whom it tells, beside who has the clock."""


@cache
def tellings() -> dict[str, set[codes.Recipient]]:
    """What can be told at all, and to whom."""
    found = defaultdict(set)
    for state, event in happenings():
        for notice in notices(state, 1, (event,)):
            to = codes.recipient(notice.unit, notice.actor, state)
            found[codes.told(event, notice.code, to, state)].add(to)
    return dict(found)


def test_samples_cover_every_event_action_and_clock() -> None:
    events = [event for _, event in happenings()]
    assert {type(event) for event in events} == set(EVENTS)
    assert {x.action for x in events if isinstance(x, e.TimerFired)} == set(StepAction)
    assert {x.clock.what for x in events if isinstance(x, e.ClockStarted)} == set(What)


def test_whatever_can_be_told_has_words_and_no_words_are_left_over() -> None:
    assert set(tellings()) == set(codes.TEXTS)


def test_every_text_is_told_and_every_word_is_a_text() -> None:
    used = {code for family in codes.TEXTS.values() for code in family.values()}
    assert used == texts.notices()


@pytest.mark.parametrize("telling", sorted(codes.TEXTS))
def test_every_recipient_is_told_in_both_languages(telling: str) -> None:
    for to in tellings()[telling]:
        for coordinator in (COORDINATOR, "another"):  # it may have changed since
            audience, code = codes.words(telling, to, coordinator)
            assert (audience is Audience.COORDINATOR) == (to.unit == coordinator)
            assert (audience is Audience.RESIDENT) == (to.unit is None)
            for lang in texts.LANGS:
                assert texts.notice(code, lang)


def test_a_text_stands_under_its_own_audience() -> None:
    for family in codes.TEXTS.values():
        for audience, code in family.items():
            assert code.startswith(f"{audience.value}.")


def test_what_nothing_is_said_of_is_a_fault() -> None:
    with pytest.raises(KeyError):
        codes.words("looked", codes.Recipient(unit="gulou", actor=None), COORDINATOR)


def test_clocks_told_otherwise_are_told_by_no_code_of_their_own() -> None:
    of_clocks = {t.partition(".")[2] for t in codes.TEXTS if t.startswith("clock_started.")}
    assert of_clocks == {what.value for what in set(What) - TOLD_OTHERWISE}


# ------------------------------------------------------------------------ whom a notice is for


def told(*events: e.Event, state: Matter = STATE) -> list[tuple[str, str | None, str | None]]:
    return [(n.code, n.unit, n.actor) for n in notices(state, 1, events)]


def test_every_notice_is_for_exactly_one() -> None:
    for state, event in happenings():
        for notice in notices(state, 1, (event,)):
            assert (notice.unit is None) != (notice.actor is None), event


def test_a_timer_for_nobody_tells_nobody() -> None:
    assert told(e.TimerFired(NOW, NOBODYS.id, 1, StepAction.SUPERVISE, None, 0)) == []
    assert told(e.TimerFired(NOW, WORK.id, 1, StepAction.SUPERVISE, None, 0)) == []


def test_a_raiser_whose_time_to_mark_moved_is_told() -> None:
    event = e.ClockMoved(NOW, RAISERS.id, moved_for(MoveReason.FIXED), ())
    assert told(event) == [("clock_moved", None, "u1")]


def test_residents_are_told_that_it_takes_longer_only_where_it_does() -> None:
    for reason in MoveReason:
        actors = {to[2] for to in told(e.ClockMoved(NOW, WORK.id, moved_for(reason), ()))}
        longer = reason in (MoveReason.EXTENDED, MoveReason.DECIDED)
        assert actors == ({None, "u1", "u2"} if longer else {None})


def test_whom_a_timer_told_is_not_told_of_what_it_set_off() -> None:
    fired = e.TimerFired(NOW, DOCKET.id, 1, StepAction.RECUR, COORDINATOR, 0)
    ended = e.ClockEnded(NOW, DOCKET.id, Verdict.MISSED)
    started = e.ClockStarted(NOW, clock(6, What.DOCKET, COORDINATOR))
    assert told(fired, ended, started) == [("timer_fired.recur", COORDINATOR, None)]
    assert told(ended, started) == [
        ("clock_ended.missed", COORDINATOR, None), ("clock_started.docket", COORDINATOR, None),
    ]  # fmt: skip
    other = e.ClockStarted(NOW, clock(6, What.LOOK, "xinhua"))
    assert ("clock_started.look", "xinhua", None) in told(fired, other)


def test_units_that_owed_something_are_told_that_the_whistle_was_taken_back() -> None:
    owed = attrs.evolve(WORK, ended=NOW)
    state = attrs.evolve(STATE, responders=(), clocks=(owed, *STATE.clocks[1:]))
    assert told(e.StoodDown(NOW, "xinhua", None), state=state) == [
        ("stood_down", None, "u1"), ("stood_down", None, "u2"), ("stood_down", "zhujian", None),
    ]  # fmt: skip


def test_who_objected_hears_the_answer_even_if_it_no_longer_leads() -> None:
    event = e.ObjectionAnswered(NOW, upheld=True)
    assert {to[2] for to in told(event)} == {"r-zhujian", "r-chengguan"}


def test_one_who_acts_for_a_unit_is_told_as_the_unit() -> None:
    state = attrs.evolve(STATE, raisers=(Raiser(id="r-zhujian"),))
    to = codes.recipient(None, "r-zhujian", state)
    assert to == codes.Recipient(unit="zhujian", actor="r-zhujian")
    assert codes.words("closed", to, COORDINATOR) == (Audience.UNIT, "unit.closed")
    assert codes.words("received", to, COORDINATOR) == (Audience.RESIDENT, "resident.received")


# ------------------------------------------------------------------------ messages


@cache
def sent() -> tuple[Message, ...]:
    """The messages of every story that is shipped, as a relay delivers them."""
    found: list[Message] = []
    for name in shipped_stories():
        store, notifier = MemoryStore(), MemoryNotifier()
        rules = play(shipped_story(name), store=store).rules
        late = NOW.replace(year=2100)
        relay = Relay(Engine(store, rules), (notifier,), batch=10_000)
        while relay.send_notices(late).anything:
            pass
        assert store.outbox.waiting(until=late, limit=9) == ()
        assert store.outbox.dead(limit=9) == ()
        found += notifier.messages
    return tuple(found)


def test_every_story_is_told_in_whole_sentences() -> None:
    assert len({message.code for message in sent()}) > 50
    for message in sent():
        for text in (message.text.zh, message.text.en):
            assert text, message.code
            assert not re.search(r"[\[\]{}]|None|  ", text), text
        assert re.search(r"[一-鿿]", message.text.zh)
        assert message.matter in message.text.zh


def test_walks_are_told_too() -> None:
    for walk in walks(4):
        for notice, message, _ in messages(walk):
            assert message.key == key_of(notice)
            assert message.event == notice.code
            assert message.text.zh != message.text.en


def test_the_words_can_name_all_that_they_want_to_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Over all stories, each placeholder of a text told in them was filled at least once."""
    filled: dict[str, set[str]] = defaultdict(set)
    notice = texts.notice

    def spy(code: str, lang: texts.Lang, **more: Any) -> str:
        filled[code] |= {name for name, value in more["facts"].items() if value}
        return notice(code, lang, **more)

    monkeypatch.setattr(texts, "notice", spy)
    sent.cache_clear()
    sent()
    wanted = {
        code: tables.names(tables.table("notices")[code]["zh"])
        | tables.names(tables.table("notices")[code]["en"])
        for code in filled
    }
    assert {c: sorted(names - filled[c]) for c, names in wanted.items() if names - filled[c]} == {}


def one(code: str) -> Message:
    return next(message for message in sent() if message.code == code)


def test_a_message_names_recipient_time_and_key() -> None:
    message = one("unit.dispatched")
    assert message.audience is Audience.UNIT
    assert message.event == "dispatched"
    assert message.unit is not None
    assert message.due is not None
    assert message.at < message.due
    assert re.fullmatch(r"notice:[^:]+:\d+:\d+", message.key)
    assert len({m.key for m in sent()}) == len(sent())


def test_a_residents_contact_is_named_but_not_shown() -> None:
    with_contact = [m for m in sent() if m.contact is not None]
    assert with_contact
    assert {m.audience for m in with_contact} == {Audience.RESIDENT}


def test_l15_a_message_holds_codes_and_our_words_only() -> None:
    """Only `text` is free text, and it is made of the city's words."""
    free = {n for n, kind in hints(Message).items() if kind is Label}
    assert free == {"text"}
    coded = {name for name, kind in hints(Message).items() if is_text(kind)}
    assert coded == {"key", "unit", "actor", "matter", "code", "event"}
    for message in sent():
        for name in coded:
            assert " " not in (getattr(message, name) or "")


def test_a_message_is_the_same_however_late_it_is_composed() -> None:
    store = MemoryStore()
    played = play(shipped_story("burst_main"), store=store)
    held = store.outbox.waiting(until=NOW.replace(year=2100), limit=999)
    for notice in held:
        records = store.load(notice.matter).records
        early = compose(notice, records[: notice.version], played.rules)
        assert compose(notice, records, played.rules) == early


def test_a_notice_of_no_commit_is_told_so() -> None:
    notice = Notice(matter="m1", version=3, number=1, code="received", event=0, due=NOW, unit="u")
    with pytest.raises(LookupError, match="has no commit 3"):
        compose(notice, (), s_rules())


def s_rules() -> Any:
    return play(shipped_story("burst_main")).rules


def test_who_withdrew_is_told_as_a_resident_and_can_still_be_reached() -> None:
    state = attrs.evolve(STATE, raisers=())
    to = codes.recipient(None, "u1", state)
    assert codes.words("withdrawn", to, COORDINATOR) == (Audience.RESIDENT, "resident.withdrawn")


# ------------------------------------------------------------------------ notifiers


def test_memory_keeps_each_message_once() -> None:
    notifier = MemoryNotifier()
    first, second = sent()[:2]
    for message in (first, second, first):
        notifier.send(message)
    assert notifier.messages == (first, second)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_log_writes_a_line(lang: str, caplog: pytest.LogCaptureFixture) -> None:
    message = one("resident.closed")
    with caplog.at_level(logging.INFO, "whistle_engine.notify"):
        LogNotifier(lang=lang).send(message)
    (line,) = caplog.messages
    assert line.endswith(message.text.zh if lang == "zh" else message.text.en)
    assert message.key in line
    assert str(message.actor) in line


def test_log_takes_a_logger_and_knows_two_languages(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "city"):
        LogNotifier(logging.getLogger("city")).send(sent()[0])
    assert [record.name for record in caplog.records] == ["city"]
    with pytest.raises(ValueError, match="zh and en"):
        LogNotifier(lang="fr")


def test_an_error_says_whether_trying_again_may_help() -> None:
    assert NotifyError("the gateway is down", retry=True).retry is True


def test_responders_are_told_by_their_part() -> None:
    for part, code in (("lead", "unit.dispatched"), ("joint", "unit.joint")):
        responder: Responder = next(r for r in STATE.responders if r.part.value == part)
        event = e.Dispatched(NOW, DispatchedBy.DISPATCH, STATE.responders)
        to = codes.recipient(None, responder.receiver, STATE)
        assert codes.TEXTS[codes.told(event, "dispatched", to, STATE)][Audience.UNIT] == code
