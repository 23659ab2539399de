"""A due time that explains itself (L18): limit, source, days, and each move."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whistle_engine.model import DayReason, Due, LimitUnit, Move, MoveReason, Span
from whistle_engine.texts._voice import Voice

MANY = 6
"""More runs of days than this, for one reason, are summed up instead of listed."""


def explain(due: Due, voice: Voice) -> Iterator[str]:
    """The explanation, sentence by sentence."""
    yield voice.say("due", "head", at=voice.until(due.at))
    limit = due.limit
    if limit.amount > 0:
        source = voice.source(limit.source)
        yield voice.say("due", "limit", limit=voice.limit(limit), rule=limit.rule, source=source)
    first = voice.until(due.moves[0].before) if due.moves else ""
    yield voice.say("due", "start", start=voice.when(due.start), first=first)
    yield from _days(due, voice)
    if due.provisional and voice.rules is not None:
        known = voice.rules.policy.calendar.known_until
        yield voice.say("due", "provisional", known_until=voice.day(known))
    for move in due.moves:
        yield _move(move, voice)


def _days(due: Due, voice: Voice) -> Iterator[str]:
    if due.every_day:
        yield voice.say("due", "every_day")
    elif not due.spans and due.limit.amount > 0:
        yield voice.say("due", "elapsed")
    counted = tuple(s for s in due.spans if s.counted)
    if counted:
        yield voice.say("due", "counted", days=_runs(due, counted, voice), n=_sum(due, counted))
    others = tuple(s for s in due.spans if not s.counted)
    if others:
        yield voice.say("due", "not_counted", days=_runs(due, others, voice))


def _sum(due: Due, counted: Iterable[Span]) -> str:
    """How many days counted, where days are what the limit counts and none was set aside."""
    if due.limit.unit not in (LimitUnit.DAYS, LimitUnit.WORKING_DAYS) or any(
        m.reason is MoveReason.DEFERRED for m in due.moves
    ):
        return ""
    return str(sum(map(_length, counted)))


def _length(span: Span) -> int:
    return (span.last - span.first).days + 1


def _runs(due: Due, spans: tuple[Span, ...], voice: Voice) -> str:
    """Runs of days with their reasons; a reason with very many runs is summed up."""
    by_reason: dict[DayReason, list[Span]] = {}
    for span in spans:
        by_reason.setdefault(span.reason, []).append(span)
    said: list[str] = []
    year: int | None = None
    for span in spans:
        alike = by_reason[span.reason]
        first, last, n = span.first, span.last, ""
        if len(alike) > MANY:
            if span is not alike[0]:
                continue
            last, n = alike[-1].last, str(sum(map(_length, alike)))
        said.append(
            voice.say(
                "due",
                "summed" if n else "span",
                range=voice.days(first, last, year=year),
                reason=_reason(due, span, voice),
                n=n,
            )
        )
        year = last.year
    return voice.join(said)


def _reason(due: Due, span: Span, voice: Voice) -> str:
    """Why days counted or not; a later start is that of counting on after a deferral."""
    if span.reason is DayReason.START_DAY and span.first > voice.local(due.start).date():
        return voice.say("due", "resumed_day")
    return voice.label(span.reason)


def _move(move: Move, voice: Voice) -> str:
    return voice.say(
        "due",
        f"move.{move.reason.value}",
        at=voice.when(move.at),
        before=voice.until(move.before),
        after=voice.until(move.after),
        by=voice.limit(move.by) if move.by is not None else "",
        since=voice.when(move.since) if move.since is not None else "",
    )
