"""One matter, played step by step, for short cases; after each step the laws of one step hold.

The random walks come by such cases too, now and then; here they come every time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.support import (
    CHOICE,
    NOW,
    label,
    tiny_directory,
    tiny_policy,
)
from tests.walks import BY_ID, PROOF, RULES, TEXTS, fire_due, take
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.compiling import compile_rules
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    Affair,
    AppealKind,
    Clock,
    Due,
    Facts,
    MoveReason,
    Part,
    Place,
    Responder,
    ResultCode,
    Satisfied,
    Shirk,
    Solved,
    What,
    facts,
)
from whistle_engine.policy import Category
from whistle_engine.review.laws import STEP_LAWS, Taken
from whistle_engine.rules import Limits, Rules

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NOT_SOLVED = c.Mark(solved=Solved.NOT, satisfied=Satisfied.NOT)
FED_BACK = c.FeedBack(result=ResultCode.SOLVED, evidence=PROOF)


class Play:
    """One matter, played step by step on the pure core; the laws hold after each step."""

    def __init__(self, rules: Rules = RULES, *, start: datetime = NOW) -> None:
        self.rules = rules
        self.now = start
        self.ids = count(1)
        self.taken: Taken | None = None
        self.history: list[Taken] = []

    @property
    def state(self) -> Any:
        assert self.taken is not None
        return self.taken.after

    def do(self, who: str | Actor, act: c.Act, *, texts: tuple[str, ...] = TEXTS) -> Taken:
        """Give a command now, a minute after the last."""
        self.now += MINUTE
        by = BY_ID[who] if isinstance(who, str) else who
        command = c.Command(id=f"c{next(self.ids)}", matter="m1", by=by, do=act, texts=texts)
        before = self.taken.after if self.taken is not None else None
        return self._keep(take(before, command, self.rules, self.now))

    def _keep(self, taken: Taken) -> Taken:
        broken = [(name, words) for name, law in STEP_LAWS.items() for words in law(taken)]
        assert broken == []
        self.taken = taken
        self.history.append(taken)
        return taken

    def ok(self, who: str | Actor, act: c.Act, **more: Any) -> tuple[e.Event, ...]:
        result = self.do(who, act, **more).result
        assert not isinstance(result, Refused), result
        return result

    def no(self, who: str | Actor, act: c.Act, **more: Any) -> set[str]:
        """Give a command that is refused; the codes of what stands against it."""
        taken = self.do(who, act, **more)
        assert isinstance(taken.result, Refused), taken.written
        return {unmet.code for unmet in taken.result.unmet}

    def shirked(self, who: str, act: c.Act, **more: Any) -> list[Shirk]:
        """Give a command that is refused; the attempts to shirk that were kept of it."""
        self.no(who, act, **more)
        return [ev.how for ev in self.history[-1].written if isinstance(ev, e.ShirkRefused)]

    def wait(self, until: datetime) -> None:
        """Let time pass, and every timer fire that is due."""
        for taken in fire_due(self.state, self.rules, until, self.ids):
            self._keep(taken)
        self.now = max(until, self.now)

    # -- how a matter comes to where a case begins

    def received(self, known: Facts = ()) -> Play:
        place = Place(unit="gulou-1")
        self.ok("resident", c.Receive(
            channel="12345", kind=AppealKind.COMPLAINT, place=place, facts=known,
        ))  # fmt: skip
        return self

    def classified(self, category: str = "pipes") -> Play:
        self.received()
        self.ok("clerk", c.Classify(facts=facts(category=category)))
        return self

    def blown(self, category: str = "pipes", kind: str = "tough") -> Play:
        self.classified(category)
        self.ok("street", c.Blow(kind=kind))
        return self

    def dispatched(self, category: str = "pipes", kind: str = "tough") -> Play:
        self.blown(category, kind)
        if not self.rules.policy.kind_of[kind].urgent:
            self.ok("operator", c.Dispatch())
        return self

    def arrived(self) -> Play:
        """Zhujian leads and has arrived; chengguan is joint, shuiwu invited."""
        self.dispatched()
        self.ok("r-zhujian", c.ReportIn())
        return self

    def fed_back(self) -> Play:
        self.arrived()
        self.ok("r-zhujian", c.Release(unit="chengguan"))
        self.ok("r-zhujian", FED_BACK)
        return self

    # -- what the cases look at

    def running(self, what: What, unit: str | None = None) -> list[Clock]:
        return [
            k for k in self.state.clocks
            if k.ended is None and k.what is what and unit in (None, k.unit)
        ]  # fmt: skip

    def clock(self, what: What, unit: str | None = None) -> Clock:
        (found,) = self.running(what, unit)
        return found

    def again(self, clock: Clock) -> Clock:
        """The clock as it stands now."""
        found: Clock = self.state.clocks[clock.id - 1]
        return found

    def parts(self) -> dict[str, Part]:
        return {r.unit: r.part for r in self.state.responders}

    def responder(self, unit: str) -> Responder:
        found: Responder = next(r for r in self.state.responders if r.unit == unit)
        return found


def wrote(events: tuple[e.Event, ...], kind: type[Any]) -> list[Any]:
    return [ev for ev in events if isinstance(ev, kind)]


def rules_with(**changes: Any) -> Rules:
    return compile_rules(tiny_policy(**changes), tiny_directory())


def row(code: str, kind: str | None, leads: str = "", joint: str = "") -> Category:
    return Category(
        code=code, title=label(code), affair=Affair.PUBLIC, kind=kind, leads=tuple(leads.split()),
        joint=tuple(joint.split()), since=None, until=None, source=CHOICE,
    )  # fmt: skip


def reckoned_again(due: Due, limits: Limits) -> Due:
    """A due time reckoned anew, from its start and limit and what it says moved it."""
    unit = "shuiwu" if due.every_day else "zhujian"
    found = limits.due(due.start, due.limit, unit=unit)
    if due.limit.rule.startswith(("defer.", "feed_back.")):  # a date that somebody named
        return due
    for move in due.moves:
        assert move.before == found.at
        if move.reason in (MoveReason.EXTENDED, MoveReason.DECIDED):
            assert move.by is not None
            found = limits.extended(found, move.by, at=move.at)
        elif move.reason is MoveReason.DEFERRED:
            assert move.since is not None
            found = limits.resumed(found, since=move.since, at=move.at)
        else:
            assert move.reason is MoveReason.TAKEN_OVER
        assert move.after == found.at
    return found


def same_but_for_moves(one: Due, other: Due) -> bool:
    """The same instant, for the same days and reasons."""
    names = ("at", "start", "limit", "every_day", "spans", "provisional")
    return all(getattr(one, name) == getattr(other, name) for name in names)
