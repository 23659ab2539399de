"""What those served do, and what is done for them: 评价, 回访, 告知, 重办."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.model import (
    ActorId,
    Clock,
    Matter,
    Outcome,
    Role,
    Solved,
    Stage,
    UnitCode,
    Unmet,
    What,
)
from whistle_engine.moves.calling import owe_again, terms_now
from whistle_engine.moves.record import Case, Record
from whistle_engine.refusals import unmet
from whistle_engine.responder import judging_raisers, judging_unit, running
from whistle_engine.standing import grid_of, lead

REOPENS: dict[Outcome, Stage | None] = {
    Outcome.SETTLED: None,
    Outcome.LAPSED: None,
    Outcome.ANSWERED: Stage.RECEIVED,
    Outcome.REDIRECTED: Stage.RECEIVED,
    Outcome.WITHDRAWN: Stage.RECEIVED,
    Outcome.STOOD_DOWN: Stage.AWAITING_WHISTLE,
}
"""Which outcomes can be reopened, and to where; ``None`` is the stage that was judged.

What was concluded is final, and what was merged is carried on elsewhere.
"""


def open_judging(case: Case[Any], record: Record) -> None:
    """Start the marks of all who are entitled, and the first responder's duty to tell (L8)."""
    marks = case.rules.policy.marks
    if case.matter.first_responder is not None and case.matter.raisers:
        record.start(What.TELL, case.matter.first_responder, marks.tell)
    for raiser in judging_raisers(case.matter):
        record.start(What.MARK, None, marks.mark, raiser=raiser)
    record.start(What.MARK, judging_unit(case.matter, case.rules), marks.mark)


# ---------------------------------------------------------------- mark, call back


def mark_of(matter: Matter, raiser: str | None, unit: UnitCode | None) -> Clock | None:
    """The running clock of a party's mark, or ``None``."""
    for clock in running(matter, What.MARK):
        if (raiser is not None and clock.raiser == raiser) or (
            unit is not None and clock.unit == unit
        ):
            return clock
    return None


def _marking(case: Case[c.Mark]) -> Clock | None:
    by = case.command.by
    unit = None if by.roles.isdisjoint((Role.COMMUNITY, Role.STREET, Role.COORDINATOR)) else by.unit
    return mark_of(case.matter, None, unit) or mark_of(case.matter, by.id, None)


def mark_unmet(case: Case[c.Mark]) -> Iterator[Unmet]:
    """Only the entitled, once a round (L8)."""
    if _marking(case) is None:
        by = case.command.by
        before = any(
            m.raiser == by.id or (m.unit is not None and m.unit == by.unit)
            for m in case.matter.round.marks
        )
        yield unmet("marked_before" if before else "not_entitled", actor=by.id)


def mark(case: Case[c.Mark], record: Record) -> None:
    """Keep a mark; "not solved" reopens at once."""
    clock = _marking(case)
    if clock is None:
        raise AssertionError(case.command)
    _marked(case, record, clock, case.do.solved, case.do, called_back=False)


def _marked(
    case: Case[Any],
    record: Record,
    clock: Clock,
    solved: Solved,
    do: c.Mark | c.CallBack,
    *,
    called_back: bool,
) -> None:
    if do.satisfied is None:
        raise AssertionError(do)
    record.add(e.Marked(case.now, clock.raiser, clock.unit, solved, do.satisfied, called_back))
    record.end(clock, done=True)
    if clock.raiser is not None and _all_told(case.matter, clock.raiser):
        record.end_all(What.TELL, done=(What.TELL,))
    if solved is Solved.NOT:
        _not_solved(case, record)
    close_if_judged(case.matter, record, marked=True)


def call_back_unmet(case: Case[c.CallBack]) -> Iterator[Unmet]:
    """The raiser must still have a mark to give; a mark has both answers."""
    raiser = case.do.raiser
    if all(r.id != raiser for r in case.matter.raisers):
        yield unmet("no_such_raiser", raiser=raiser)
    elif mark_of(case.matter, raiser, None) is None:
        yield unmet("not_entitled", actor=raiser)
    if (case.do.solved is None) != (case.do.satisfied is None):
        yield unmet("mark_incomplete")


def call_back(case: Case[c.CallBack], record: Record) -> None:
    """Record a raiser's mark, or that they were not reached."""
    if case.do.solved is None:
        record.add(e.NotReached(case.now, case.do.raiser))
        return
    clock = mark_of(case.matter, case.do.raiser, None)
    if clock is None:
        raise AssertionError(case.command)
    _marked(case, record, clock, case.do.solved, case.do, called_back=True)


def _not_solved(case: Case[Any], record: Record) -> None:
    """Reopen, up to the cap; then the coordinator decides."""
    policy = case.rules.policy
    if case.matter.round.number < policy.marks.rounds:
        if not any(running(case.matter, What.DECIDE_ROUND)):
            reopen_to(
                case.matter.round.judged or Stage.HANDLING, case.matter, record, case.command.by.id
            )
    elif not any(running(case.matter, What.DECIDE_ROUND)):
        record.start(What.DECIDE_ROUND, policy.coordinator, policy.limits["decide_round"])


def close_if_judged(matter: Matter, record: Record, *, marked: bool = False) -> None:
    """Close when the last has marked or lapsed: settled if anyone marked, else lapsed."""
    if any(k.id not in record.ended for k in running(matter, What.MARK, What.DECIDE_ROUND)):
        return
    if any(
        isinstance(ev, e.Reopened)
        or (isinstance(ev, e.ClockStarted) and ev.clock.what is What.DECIDE_ROUND)
        for ev in record.events
    ):
        return
    record.close(Outcome.SETTLED if marked or matter.round.marks else Outcome.LAPSED)


# ---------------------------------------------------------------- tell


def tell_unmet(case: Case[c.Tell]) -> Iterator[Unmet]:
    """Each raiser is told once a round."""
    found = next((r for r in case.matter.raisers if r.id == case.do.raiser), None)
    if found is None:
        yield unmet("no_such_raiser", raiser=case.do.raiser)
    elif found.told:
        yield unmet("already_told", raiser=case.do.raiser)


def tell(case: Case[c.Tell], record: Record) -> None:
    """The first responder sees that the resident is answered; its duty ends with the last."""
    record.add(e.Told(case.now, case.do.raiser, case.unit, case.text()))
    if _all_told(case.matter, case.do.raiser):
        record.end_all(What.TELL, done=(What.TELL,))


def _all_told(matter: Matter, now: ActorId) -> bool:
    """Tell whether every raiser is told, with the one who is told now."""
    return all(r.told or r.id == now for r in matter.raisers)


# ---------------------------------------------------------------- reopen


def reopen_unmet(case: Case[c.Reopen]) -> Iterator[Unmet]:
    """Within the window and up to the cap; the coordinator, where a round is to be decided."""
    matter = case.matter
    if matter.stage is Stage.FED_BACK:
        if not any(running(matter, What.DECIDE_ROUND)):
            yield unmet("no_round_to_decide")
        if not case.by_coordinator:
            yield unmet("rounds_used", rounds=str(case.rules.policy.marks.rounds))
        return
    if matter.outcome not in REOPENS:
        yield unmet("not_reopenable", outcome=matter.outcome.value if matter.outcome else "")
    if matter.reopen_until is None or case.now > matter.reopen_until:
        yield unmet(
            "window_passed", until=matter.reopen_until.isoformat() if matter.reopen_until else ""
        )
    used = matter.round.number >= case.rules.policy.marks.rounds
    if used and not case.by_coordinator:
        yield unmet("rounds_used", rounds=str(case.rules.policy.marks.rounds))


def reopen(case: Case[c.Reopen], record: Record) -> None:
    """Handle it again: to the stage that was judged, or where an early closing left it."""
    matter = case.matter
    stage = REOPENS[matter.outcome] if matter.outcome is not None else None
    record.end_all(What.DECIDE_ROUND, done=(What.DECIDE_ROUND,))
    reopen_to(stage or matter.round.judged or Stage.HANDLING, matter, record, case.command.by.id)


def reopen_to(stage: Stage, matter: Matter, record: Record, by: str | None) -> None:
    """Start a further round: what ran ends, and further clocks start (FR7)."""
    record.end_all()
    record.add(e.Reopened(record.at, stage, by))
    policy = record.rules.policy
    if stage is Stage.HANDLING:
        leading = lead(matter)
        terms = terms_now(matter, record.rules, record.at)
        kind = terms.kind
        unit = leading.unit if leading is not None else None
        record.start(What.REDO, unit, kind.redo, extendable=kind.extension)
        owe_again(record, matter, terms)
    elif stage in REDOES:
        record.start(What.REDO, grid_of(matter, record.rules), policy.limits[REDOES[stage]])
    elif stage is Stage.AWAITING_WHISTLE:
        record.start(What.BLOW, matter.street, policy.limits["blow"])
    else:
        record.start(What.CLASSIFY, matter.community, policy.limits["classify"])


REDOES = {Stage.MEDIATING: "mediate_redo", Stage.DELIBERATING: "deliberate_redo"}
"""The limit of a further round of talking."""
