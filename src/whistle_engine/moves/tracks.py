"""The household and shared tracks: settled by talking, or moved up (办结, 提级)."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.classify import dangers
from whistle_engine.model import Affair, Unmet, What
from whistle_engine.moves.intake import start_track
from whistle_engine.moves.record import Case, Record
from whistle_engine.moves.residents import open_judging
from whistle_engine.refusals import unmet
from whistle_engine.responder import running


def settle_unmet(case: Case[c.Settle]) -> Iterator[Unmet]:
    """Nothing is settled by talking while a danger is still to be looked at (L3)."""
    if any(running(case.matter, What.LOOK)):
        signals = dangers(case.rules.policy, case.matter.facts)
        yield unmet("danger_not_excluded", signals=", ".join(signals))


def settle(case: Case[c.Settle], record: Record) -> None:
    """Settled by talking; now those entitled judge it."""
    record.add(e.Settled(case.now, case.unit, case.text(), case.do.evidence))
    record.end_all(done=(What.MEDIATE, What.DELIBERATE, What.REDO))
    open_judging(case, record)


def move_up(case: Case[c.MoveUp], record: Record) -> None:
    """Household to shared, shared to public; a public matter takes its category's kind."""
    known = case.matter.classification
    if known is None:
        raise AssertionError(case.matter)
    affair = Affair.SHARED if known.affair is Affair.HOUSEHOLD else Affair.PUBLIC
    kind = None
    if affair is Affair.PUBLIC:
        row = case.rules.policy.category(known.category, case.now)
        kind = row.kind if row is not None else None
        kind = kind or min(case.rules.policy.kinds, key=lambda k: k.rank).code
    record.add(e.MovedUp(case.now, affair, kind, case.text("reason")))
    record.end_all(What.MEDIATE, What.DELIBERATE, What.REDO)
    start_track(record, case.matter, affair, case.matter.facts)
