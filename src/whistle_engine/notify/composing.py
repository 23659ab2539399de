"""A message of a notice: the recipient, the words, and what they name.

A notice holds codes and ids. What it is about is read from the matter's commits as they stood
when it was written, so a message tells the same however late it is sent; only titles and wording
are those of the rules in force when it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from whistle_engine import events as e
from whistle_engine import texts
from whistle_engine._history import expect_whole, replayed
from whistle_engine.codec import load_events
from whistle_engine.events import Event
from whistle_engine.model import Affair, Clock, Label, Matter, TextRef, What
from whistle_engine.notify.api import Message
from whistle_engine.notify.codes import Recipient, own_clocks, recipient, told, words
from whistle_engine.responder import WORKING, kind_code, running
from whistle_engine.rules import Rules
from whistle_engine.standing import lead
from whistle_engine.storage.rows import Notice, Record
from whistle_engine.workflow import evolve_all

TALKS = (What.MEDIATE, What.DELIBERATE)
"""The clocks of household and shared matters."""


def key_of(notice: Notice) -> str:
    """The key of the message that a notice becomes: the same in every delivery."""
    return f"notice:{notice.matter}:{notice.version}:{notice.number}"


def compose(notice: Notice, records: Sequence[Record], rules: Rules) -> Message:
    """Make the message.

    Args:
        notice: what the outbox holds.
        records: the matter's commits, at least up to the notice's own.
        rules: whose titles and wording it is told in.

    Raises:
        LookupError: the commit is not there, or nothing is said yet of such an event.
        CodecError, StoreUnreadable: the commits cannot be read, or one is missing.
    """
    events = load_events(_commit(notice, records).events)
    so_far = tuple(record for record in records if record.version <= notice.version)
    expect_whole(notice.matter, so_far)
    _, past = replayed(notice.matter, so_far[:-1])
    state = evolve_all(past, events, matter=notice.matter)
    if state is None:
        raise LookupError(notice)
    event = events[notice.event]
    to = recipient(notice.unit, notice.actor, state)
    audience, code = words(told(event, notice.code, to, state), to, rules.policy.coordinator)
    facts = {"matter": notice.matter, **_common(state)}
    about = dict(_about(event, to, state, events))
    due = about.pop("due", None)
    facts |= {name: value for name, value in about.items() if isinstance(value, str)}
    if isinstance(due, datetime):
        facts["due"] = due.isoformat()
    return Message(
        key=key_of(notice),
        audience=audience,
        unit=to.unit,
        actor=notice.actor,
        contact=_contact(notice, past, state),
        matter=notice.matter,
        code=code,
        event=notice.code,
        at=event.at,
        due=due if isinstance(due, datetime) else None,
        text=Label(
            zh=texts.notice(code, "zh", facts=facts, rules=rules),
            en=texts.notice(code, "en", facts=facts, rules=rules),
        ),
    )


def _commit(notice: Notice, records: Sequence[Record]) -> Record:
    for record in records:
        if record.version == notice.version:
            return record
    raise LookupError(f"matter {notice.matter!r} has no commit {notice.version} to tell of")


def _contact(notice: Notice, past: Matter | None, state: Matter) -> TextRef | None:
    """Where a raiser's contact lies, also of one who withdrew with this commit."""
    known = (*state.raisers, *(past.raisers if past is not None else ()))
    return next((r.contact for r in known if r.id == notice.actor), None)


def _common(state: Matter) -> dict[str, str]:
    """What most words may name."""
    leading = lead(state)
    found = state.classification
    return {
        "lead": leading.unit if leading is not None else "",
        "kind": kind_code(state) or "",
        "category": found.category if found is not None else "",
        "affair": found.affair.value if found is not None else "",
    }


Fact = tuple[str, str | datetime | None]


def _about(event: Event, to: Recipient, state: Matter, events: Sequence[Event]) -> Iterator[Fact]:
    """What the words may name of the event: codes, ids, and as ``due`` an instant."""
    match event:
        case e.Classified(classification=found):
            yield "affair", found.affair.value
            if found.affair is not Affair.PUBLIC:
                yield _due(running(state, *TALKS))
        case e.MovedUp(affair=affair):
            yield "affair", affair.value
        case e.Redirected(route=route):
            yield "route", route
        case e.SplitOff(into=parts):
            yield "into", ", ".join(parts)
        case e.MergedInto(into=survivor):
            yield "into", survivor
        case e.Absorbed(matter=before):
            yield "before", before
        case e.Blown(kind=kind, unit=unit):
            yield "kind", kind
            yield "unit", unit
        case e.Dispatched(responders=responders):
            yield "unit", responders[0].unit
            yield _due(
                running(state, *WORKING)
                if to.unit is None
                else own_clocks(state, to, What.REPORT_IN)
            )
        case e.BroughtIn():
            yield _due(own_clocks(state, to, What.REPORT_IN))
        case e.WhistleRaised() | e.Resumed() | e.Reopened() if to.unit is not None:
            yield _due(own_clocks(state, to, What.REPORT_IN, What.HAND_IN, *WORKING))
        case e.Designated() | e.ReceiverChanged() | e.Resumed() | e.Reopened() | e.WhistleRaised():
            yield _due(running(state, *WORKING))
        case e.Deferred(review_on=review_on):
            yield "due", review_on
        case e.Settled() | e.FedBack() | e.NotReached():
            yield "result", _result(state)
            yield _due(own_clocks(state, to, What.MARK))
        case e.Told(unit=unit):
            yield "unit", unit
            yield "result", _result(state)
        case e.Supervised():
            yield from _clock(next(own_clocks(state, to, What.REPORT_IN, *WORKING), None))
        case e.Closed(outcome=outcome, reopen_until=until):
            yield "outcome", outcome.value
            yield "until", until.isoformat() if until is not None else None
        case e.ExtensionAnswered():
            yield _due(running(state, *WORKING))
        case e.Marked(solved=solved):
            yield "solved", solved.value
        case e.ShirkRefused(how=how):
            yield "how", how.value
        case _:
            yield from _about_work(event, state, events)


def _about_work(event: Event, state: Matter, events: Sequence[Event]) -> Iterator[Fact]:
    match event:
        case e.ReportedIn(unit=unit) | e.HandedIn(unit=unit):
            yield "unit", unit
        case e.TimeConfirmed(unit=unit, what=what, occurred_at=occurred_at):
            yield "unit", unit
            yield "what", what.value
            yield "occurred_at", occurred_at.isoformat()
        case e.ClockStarted(clock=clock):
            yield from _clock(clock)
            yield from _asked(clock, state, events)
        case e.ClockEnded(clock=number) | e.ClockMoved(clock=number) | e.TimerFired(clock=number):
            yield from _clock(state.clocks[number - 1])
            if isinstance(event, e.TimerFired):
                yield "reason", "overdue"
        case _:
            return


def _asked(clock: Clock, state: Matter, events: Sequence[Event]) -> Iterator[Fact]:
    """Whose question a clock is to answer, or what brought a matter into the docket."""
    match clock.what:
        case What.ANSWER_OBJECTION if state.objection is not None:
            yield "unit", state.objection.unit
        case What.DECIDE_EXTENSION if state.extension is not None:
            leading = lead(state)
            yield "unit", leading.unit if leading is not None else None
            by = state.extension.by
            yield "length", f"{by.amount} {by.unit.value}"
        case What.DOCKET:
            why = [x for x in events if isinstance(x, e.Escalated) and x.clock == clock.about]
            yield "reason", why[-1].reason if why else None
            late = state.clocks[clock.about - 1] if clock.about is not None else None
            yield "what", late.what.value if late is not None else None
            yield "unit", late.unit if late is not None else None
            yield "due", late.due.at if late is not None else clock.due.at
        case _:
            return


def _result(state: Matter) -> str | None:
    found = state.round.result
    return found.value if found is not None else None


def _clock(clock: Clock | None) -> Iterator[Fact]:
    if clock is not None:
        yield "unit", clock.unit
        yield "what", clock.what.value
        yield "due", clock.due.at


def _due(clocks: Iterator[Clock]) -> Fact:
    """The earliest due time of some clocks."""
    return "due", min((clock.due.at for clock in clocks), default=None)
