"""The commands that the system gives by itself: when timers are due, and when a year is adopted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from whistle_engine._history import replayed
from whistle_engine.commands import Command, FireTimer, FixDueTimes
from whistle_engine.commits import Answer
from whistle_engine.errors import Unfinished
from whistle_engine.events import Refused
from whistle_engine.model import Actor, MatterId, Role
from whistle_engine.storage import paging
from whistle_engine.storage.api import Store, at_least_one
from whistle_engine.storage.rows import Claim, Timer

LEASE = timedelta(minutes=1)
"""How long the engine holds a timer that it fires."""

SYSTEM = Actor(id="system", roles=frozenset({Role.SYSTEM}))
"""Who gives the commands of timers."""

Execute = Callable[[Command, Mapping[str, str], datetime], Answer]
"""Executes a command with its words at an instant."""


def utc(at: datetime) -> datetime:
    """An instant in UTC.

    Raises:
        ValueError: it has no time zone.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)


def fire_due(store: Store, execute: Execute, now: datetime, limit: int) -> tuple[Answer, ...]:
    """Fire what is due, and what becomes due by it; see :meth:`.engine.Engine.fire_due`."""
    at_least_one(limit)
    answers: list[Answer] = []
    while len(answers) < limit:
        claims = list(store.timers.claim(now=now, until=now + LEASE, limit=limit - len(answers)))
        if not claims:
            break
        claims.reverse()
        try:
            while claims:
                answers.append(fire(store, execute, claims.pop(), now, now))
        finally:
            for claim in claims:
                store.timers.fail(claim, retry_at=now)
    return tuple(answers)


def fire(
    store: Store, execute: Execute, claim: Claim[Timer], now: datetime, retry_at: datetime
) -> Answer:
    """Fire one timer and settle it; see :meth:`.engine.Engine.fire`."""
    timer = claim.item
    command = Command(
        id=f"timer:{timer.matter}:{timer.clock}:{timer.step}:{timer.due.isoformat()}",
        matter=timer.matter,
        by=SYSTEM,
        do=FireTimer(clock=timer.clock, step=timer.step),
    )
    try:
        answer = execute(command, {}, now)
    except Exception:
        store.timers.fail(claim, retry_at=retry_at)
        raise
    if not isinstance(answer, Refused) or answer.code == "timer_gone":
        store.timers.settle(claim)
    else:
        early = answer.code == "timer_not_due"
        store.timers.fail(claim, retry_at=now + LEASE if early else None)
    return answer


def fixing(matter: MatterId, policy_digest: str) -> Command:
    """The command that fixes a matter's provisional due times by a policy, once."""
    return Command(id=f"fix:{matter}:{policy_digest}", matter=matter, by=SYSTEM, do=FixDueTimes())


def fix_due_times(
    store: Store, execute: Callable[[Command], Answer], digest: str
) -> tuple[Answer, ...]:
    """Fix provisional due times; see :meth:`.engine.Engine.fix_due_times`."""
    failed: list[tuple[MatterId, Exception]] = []
    found = provisional(store, failed)
    answers = tuple(execute(fixing(matter, digest)) for matter in found)
    if failed:
        raise Unfinished(answers, failed)
    return answers


def provisional(store: Store, failed: list[tuple[MatterId, Exception]]) -> Iterator[MatterId]:
    """The matters with a running clock whose due time is provisional, page by page.

    Args:
        store: the store.
        failed: is given the matters whose histories are damaged, with what is wrong.
    """
    for history in paging.histories(store, page=100):
        try:
            _, state = replayed(history.matter, history.records)
        except Exception as error:  # noqa: BLE001  whatever it was, it is this matter's
            failed.append((history.matter, error))
            continue
        if state is not None and any(
            clock.ended is None and clock.due.provisional for clock in state.clocks
        ):
            yield history.matter
