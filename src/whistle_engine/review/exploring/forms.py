"""Which states are the same: all that a decision can read, and nothing else.

Left out are words, evidence, persons, instants and the numbers of clocks. Of an instant only
what a decision asks is kept: is it past, or not. Units that no rule tells apart, and raisers,
count by what they have, not by name: a state in which they have changed places is the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import blake2b

from attrs import frozen

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.events import Event
from whistle_engine.model import (
    AppealKind,
    Clock,
    DispatchedBy,
    Matter,
    MoveReason,
    Stage,
    What,
)
from whistle_engine.moves.clocks import armed
from whistle_engine.moves.residents import REOPENS
from whistle_engine.review.exploring.cast import Cast
from whistle_engine.review.exploring.freely import TICK, left_tracks

Form = tuple[object, ...]


@frozen
class State:
    """A state of the exploration.

    Attributes:
        matter: one matter in that state.
        loop: what of its history L10 asks: see :func:`looped`.
    """

    matter: Matter
    loop: tuple[Event, ...] = ()


# ---------------------------------------------------------------- the closed loop

_LOOP = (e.Dispatched, e.ReportedIn, e.FedBack, e.Closed)


def looped(loop: tuple[Event, ...], written: Iterable[Event]) -> tuple[Event, ...]:
    """The events of a history that decide about L10, after some more were written.

    They are the first whistle, the first dispatch that needs one, and of the loop's events each
    that was next: of any history, L10 says what it says of these alone.
    """
    for event in written:
        wanted = _wanted(loop)
        first_whistle = isinstance(event, e.Blown) and not any(isinstance(k, e.Blown) for k in loop)
        if (
            first_whistle
            or isinstance(event, wanted)
            or (_needs_whistle(event) and not any(_needs_whistle(known) for known in loop))
        ):
            loop = (*loop, event)
    return loop


def _wanted(loop: tuple[Event, ...]) -> tuple[type[Event], ...]:
    """Which event of the loop comes next; none after the last."""
    at = 0
    for event in loop:
        if at < len(_LOOP) and isinstance(event, _LOOP[at]):
            at += 1
    return _LOOP[at : at + 1]


def _needs_whistle(event: Event) -> bool:
    own = (DispatchedBy.TAKE_ON, DispatchedBy.SEND_STRAIGHT)
    return isinstance(event, e.Dispatched) and event.how not in own


# ---------------------------------------------------------------- forms


def digest(form: Form) -> bytes:
    """A short name of a form."""
    return blake2b(repr(form).encode(), digest_size=16).digest()


def form(state: State, cast: Cast) -> Form:
    """What tells this state from others."""
    matter, now, acts = state.matter, cast.scope.at, cast.scope.acts
    running = [k for k in matter.clocks if k.ended is None]
    if matter.stage is Stage.CLOSED and not running and not _reopenable(matter, now):
        return "closed", matter.outcome
    by_id = {k.id: k for k in matter.clocks}
    dockets: dict[int | None, list[Form]] = {}
    for clock in running:
        if clock.what is What.DOCKET:
            about = by_id[clock.about] if clock.about is not None else None
            held = about.id if about is not None and about.ended is None else None
            dockets.setdefault(held, []).append((_timing(clock, matter, now), clock.about is None))
    units: dict[str, list[Form]] = {}
    raisers: dict[str, list[Form]] = {r.id: [(r.unit, r.told)] for r in matter.raisers}
    free: list[Form] = []
    extending = bool(acts & {c.AskExtension, c.GrantExtension})
    for clock in running:
        if clock.what is What.DOCKET:
            continue
        told = (
            clock.what.value,
            _timing(clock, matter, now),
            tuple(dockets.get(clock.id, ())),
            _room(clock) if extending else None,
            matter.extension is not None and matter.extension.clock == clock.id,
        )
        if clock.unit is not None:
            units.setdefault(clock.unit, []).append(told)
        elif clock.raiser in raisers:
            raisers[clock.raiser].append(told)
        else:
            free.append(told)
    for found in matter.responders:
        window = c.Object in acts and matter.objection is None and found.object_until is not None
        units.setdefault(found.unit, []).append(
            (
                "part",
                found.part.value,
                found.reported_in is not None,
                found.handed_in,
                window and found.object_until is not None and found.object_until >= now,
            )
        )
    if matter.first_responder is not None:
        units.setdefault(matter.first_responder, []).append(("first",))
    if matter.objection is not None:
        units.setdefault(matter.objection.unit, []).append(("objected", matter.objection.open))
    judges = {cast.scope.community, cast.scope.street, *(r.unit for r in matter.raisers)}
    for unit in judges.intersection(matter.responded):
        units.setdefault(str(unit), []).append(("responded",))
    return (
        matter.stage.value,
        _told_classification(matter, cast),
        _told_course(matter, cast),
        tuple(type(event).__name__ for event in state.loop),
        sorted(map(repr, dockets.get(None, ()))),
        sorted(map(repr, free)),
        sorted(repr(sorted(map(repr, has))) for has in raisers.values()),
        sorted((cast.alike.get(u, u), sorted(map(repr, has))) for u, has in units.items()),
    )


def _timing(clock: Clock, matter: Matter, now: datetime) -> Form:
    """Is it late, and which timers are still to fire; while deferred, as it was then."""
    deferral = matter.deferral
    stands = deferral is not None and deferral.since is not None and not armed(matter, clock)
    since = deferral.since if deferral is not None and stands else None
    return clock.due.at < (since or now), tuple(step.number for step in clock.steps)


def _room(clock: Clock) -> Form:
    """How much longer the clock may get, and whether the coordinator has decided about it."""
    decided = any(move.reason is MoveReason.DECIDED for move in clock.due.moves)
    if clock.latest is None:
        return None, decided
    return (clock.latest - clock.due.at) // TICK, decided


def _reopenable(matter: Matter, now: datetime) -> bool:
    window = matter.reopen_until is not None and matter.reopen_until >= now
    return window and matter.outcome in REOPENS


def _told_classification(matter: Matter, cast: Cast) -> Form:
    """What it was found to be, and, while it can still be found otherwise, by which facts."""
    found = matter.classification
    known = (found.affair.value, found.kind, found.category) if found is not None else None
    whistle = matter.whistle
    blown = (whistle.kind, whistle.blower) if whistle is not None else None
    facts = tuple(f for f in matter.facts if f[1] != "none")
    gone, now = _gone(matter, cast), cast.scope.at
    # The due times of tracks that were left count when one comes back.
    left = () if gone else tuple((k.what.value, k.due.at < now) for k in left_tracks(matter))
    enquiry = matter.appeal.kind is AppealKind.ENQUIRY and not gone
    return known, blown, facts, left, enquiry, matter.moved_up and not gone, matter.nothing_there


def _gone(matter: Matter, cast: Cast) -> bool:
    """Tell whether no classification can ever follow: a whistle is blown, for good."""
    return c.StandDown not in cast.scope.acts and (
        matter.whistle is not None or bool(matter.responders)
    )


def _told_course(matter: Matter, cast: Cast) -> Form:
    policy, now = cast.rules.policy, cast.scope.at
    deferral = matter.deferral
    judged = matter.round.judged
    return (
        min(matter.round.number, policy.marks.rounds),
        judged.value if judged is not None else None,
        bool(matter.round.marks),
        matter.accepted,
        matter.admitted,
        (min(deferral.count, policy.deferrals.most), deferral.latest >= now, deferral.since is None)
        if deferral is not None
        else None,
        matter.outcome.value if matter.outcome is not None else None,
        matter.reopen_until is not None and matter.reopen_until >= now,
    )
