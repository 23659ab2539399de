"""The entry points of the core: decide, evolve, replay; and what user interfaces ask.

Pure: time is an argument, and nothing here reads a clock, a file or a random number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from whistle_engine import commands as c
from whistle_engine.commands import NAMES, PLAIN, Command
from whistle_engine.events import Event, Received, Refused, ShirkRefused
from whistle_engine.model import (
    Actor,
    Clock,
    Duty,
    Matter,
    MatterId,
    Party,
    Stage,
    Unmet,
    View,
    What,
    changed,
)
from whistle_engine.moves import intake
from whistle_engine.moves import state as states
from whistle_engine.moves.clocks import armed
from whistle_engine.moves.record import Case, Record
from whistle_engine.refusals import unmet
from whistle_engine.rules import Rules
from whistle_engine.standing import parties
from whistle_engine.transitions import TRANSITIONS, Row

NOBODY: Mapping[MatterId, View] = {}


# ---------------------------------------------------------------- evolve


def evolve(state: Matter | None, event: Event, *, matter: MatterId = "") -> Matter:
    """The state after an event.

    Args:
        state: the state before it; ``None`` before ``received``.
        event: what happened.
        matter: the matter's id, needed for ``received`` only.

    Returns:
        The new state; the old one is unchanged.

    Raises:
        ValueError: the matter's first event is not ``received``.
    """
    if state is None:
        return _opened(event, matter)
    return changed(state, **states.EVOLVE[type(event)](state, event), at=event.at)


def evolve_all(
    state: Matter | None, events: Iterable[Event], *, matter: MatterId = ""
) -> Matter | None:
    """The state after several events: as :func:`evolve` for each, in one copy.

    Args:
        state: the state before them; ``None`` before ``received``. It stays unchanged.
        events: what happened, in order.
        matter: the matter's id, needed for ``received`` only.

    Returns:
        The new state; ``None`` if there is nothing before and nothing happened.

    Raises:
        ValueError: the matter's first event is not ``received``.
    """
    draft: Matter | None = changed(state) if state is not None else None
    for event in events:
        if draft is None:
            draft = _opened(event, matter)
        else:
            attributes = draft.__dict__
            attributes.update(states.EVOLVE[type(event)](draft, event))
            attributes["at"] = event.at
    return draft


def replay(matter: MatterId, events: Iterable[Event]) -> Matter | None:
    """The state that a matter's events lead to; ``None`` if there are none (L12)."""
    return evolve_all(None, events, matter=matter)


def _opened(event: Event, matter: MatterId) -> Matter:
    if not isinstance(event, Received):
        raise ValueError(  # noqa: TRY004  it is the history that is wrong
            f"a matter begins with received, not {type(event).__name__}"
        )
    return states.received(matter, event)


# ---------------------------------------------------------------- decide


def decide(
    matter: Matter | None,
    command: Command,
    rules: Rules,
    now: datetime,
    *,
    subject: MatterId | None = None,
    others: Mapping[MatterId, View] = NOBODY,
) -> tuple[Event, ...] | Refused:
    """Decide one command on one matter.

    Permission comes first and shows nothing; then the stage; then all other conditions at
    once. A command on several matters (split, merge) is decided once on each.

    Args:
        matter: the matter's state; ``None`` if it is not there.
        command: what is asked, by whom.
        rules: the policy and directory to decide by.
        now: the instant of the decision, UTC; raised to the matter's latest if behind (L14).
        subject: the matter that is decided, where it is not ``command.matter``.
        others: views of the other matters that the command writes.

    Returns:
        The events to append, or why not.
    """
    subject = subject if subject is not None else command.matter
    name = NAMES[type(command.do)]
    if matter is None:
        return _open(command, rules, now, subject, others)
    row = TRANSITIONS[type(command.do)]
    if not permitted(row, name, command.by, matter, rules) or (
        Party.ANYONE in row.parties and not parties(command.by, matter, rules)
    ):  # a stranger who names a matter that is there learns nothing of it
        return _refused(name, (unmet("not_permitted"),))
    now = max(now, matter.at)
    case = Case(
        matter=matter,
        command=command,
        do=command.do,
        rules=rules,
        now=now,
        subject=subject,
        others=others,
    )
    found = _unmet(row, case)
    if found:
        return _refused(name, found, _shirked(case, found))
    record = Record(
        now, matter, rules, matter.community, matter.street, next_clock=len(matter.clocks) + 1
    )
    row.act(case, record)
    return tuple(record.events)


def permitted(row: Row, name: str, actor: Actor, matter: Matter, rules: Rules) -> bool:
    """Tell whether the table, narrowed by the policy, lets an actor give a command (L16)."""
    narrowed = rules.policy.permissions.get(name)
    for party, stands in row.standings:
        if (narrowed is None or party in narrowed) and stands(actor, matter, rules):
            return True
    return False


def _unmet(row: Row, case: Case[c.Act]) -> tuple[Unmet, ...]:
    """All that stands against it; conditions are only asked in a stage that they speak of."""
    command = case.command
    found: list[Unmet] = []
    if command.occurred_at is not None and command.occurred_at > case.now:
        found.append(unmet("occurred_in_future", occurred_at=command.occurred_at.isoformat()))
    missing = row.texts and [name for name in row.texts if name not in command.texts]
    if missing:
        found.append(unmet("text_missing", names=", ".join(missing)))
    if case.matter.stage in row.stages:
        found.extend(row.unmet(case))
    else:
        found.append(
            unmet(
                "wrong_stage",
                stage=case.matter.stage.value,
                stages=", ".join(s.value for s in Stage if s in row.stages),
            )
        )
    return tuple(found)


def _refused(name: str, found: tuple[Unmet, ...], recorded: tuple[Event, ...] = ()) -> Refused:
    return Refused(command=name, unmet=found, recorded=recorded)


def _shirked(case: Case[c.Act], found: tuple[Unmet, ...]) -> tuple[Event, ...]:
    """The record of an attempt to pass the buck, once for each way it was tried (L11)."""
    hows = dict.fromkeys(u.shirk for u in found if u.shirk is not None)
    by = case.command.by
    return tuple(
        ShirkRefused(
            case.now,
            by.unit,
            by.id,
            how,
            tuple(dict.fromkeys(u.clause for u in found if u.shirk is how)),
        )
        for how in hows
    )


def _open(
    command: Command,
    rules: Rules,
    now: datetime,
    subject: MatterId,
    others: Mapping[MatterId, View],
) -> tuple[Event, ...] | Refused:
    """Decide a command on a matter that is not there: receive, or the part of a split."""
    do = command.do
    name = NAMES[type(do)]
    if isinstance(do, c.Split) and subject != command.matter:
        whole = others.get(command.matter)
        if whole is None:  # nobody splits what is not there
            return _refused(name, (unmet("not_permitted"),))
        part = next(p for p in do.parts if p.matter == subject)
        return tuple(intake.open_part(command, part, whole, rules, now).events)
    narrowed = rules.policy.permissions.get(name)
    if not isinstance(do, c.Receive) or (narrowed is not None and Party.ANYONE not in narrowed):
        return _refused(name, (unmet("not_permitted"),))
    found = tuple(intake.receive_unmet(do, rules))
    if command.occurred_at is not None and command.occurred_at > now:
        late = unmet("occurred_in_future", occurred_at=command.occurred_at.isoformat())
        found = (late, *found)
    if found:
        return _refused(name, found)
    return tuple(intake.receive(command, do, rules, now).events)


# ---------------------------------------------------------------- what user interfaces ask


def view(matter: Matter, rules: Rules) -> View:
    """What a decision on another matter may see of this one."""
    return View(
        id=matter.id,
        stage=matter.stage,
        rank=intake.rank(matter, rules),
        due=intake.due_of(matter),
        appeal=matter.appeal,
        community=matter.community,
        street=matter.street,
        raisers=matter.raisers,
    )


SETTLED_BY: Mapping[What, tuple[type[c.Act], ...]] = {
    What.CLASSIFY: (c.Classify, c.Answer, c.Redirect),
    What.LOOK: (c.Look,),
    What.MEDIATE: (c.Settle, c.MoveUp),
    What.DELIBERATE: (c.Settle, c.MoveUp),
    What.BLOW: (c.Blow, c.TakeOn, c.SendStraight, c.Classify),
    What.DISPATCH: (c.Dispatch,),
    What.DESIGNATE: (c.Designate,),
    What.REPORT_IN: (c.ReportIn,),
    What.SOLVE: (c.FeedBack,),
    What.REDO: (c.FeedBack, c.Settle),
    What.HAND_IN: (c.HandIn,),
    What.ANSWER_OBJECTION: (c.Designate,),
    What.DECIDE_EXTENSION: (c.GrantExtension,),
    What.REVIEW: (c.Resume,),
    What.MARK: (c.Mark, c.CallBack),
    What.TELL: (c.Tell,),
    What.DECIDE_ROUND: (c.Reopen, c.Conclude),
    What.FOLLOW_UP: (c.HandIn,),
    What.DOCKET: (c.Supervise, c.Designate, c.Defer),
}
"""Which commands settle a duty."""


def duties(matter: Matter, rules: Rules) -> tuple[Duty, ...]:
    """Whose move it is: every obligation that runs, with what would settle it.

    Args:
        matter: the matter's state.
        rules: whose permissions narrow what can settle a duty.

    Returns:
        The duties in the order in which they began. While a matter is deferred, only the
        coordinator's; when it is closed, only that of a plan still to be carried out.
    """
    return tuple(_duty(k, matter, rules) for k in matter.clocks if armed(matter, k))


def _duty(clock: Clock, matter: Matter, rules: Rules) -> Duty:
    settled_by = tuple(
        NAMES[act]
        for act in SETTLED_BY[clock.what]
        if matter.stage in TRANSITIONS[act].stages
        and rules.policy.permissions.get(NAMES[act], TRANSITIONS[act].parties)
    )
    return Duty(
        clock=clock.id,
        what=clock.what,
        unit=clock.unit,
        raiser=clock.raiser,
        since=clock.started,
        due=clock.due.at,
        alerts=clock.steps[:-1],
        fallback=clock.steps[-1] if clock.steps else None,
        settled_by=settled_by,
    )


def timers(matter: Matter) -> tuple[tuple[int, int, datetime], ...]:
    """The timers to arm: clock, step, and when (UTC)."""
    return tuple(
        (k.id, step.number, step.at) for k in matter.clocks if armed(matter, k) for step in k.steps
    )


def allowed(matter: Matter | None, actor: Actor, rules: Rules, now: datetime) -> tuple[str, ...]:
    """The commands that an actor may give now.

    A command without content of its own (``accept``, ``reopen`` …) is listed only if all its
    conditions hold. What hangs on a command's content (which unit, which evidence) is told by
    ``decide``, which a user interface may ask as often as it likes: it writes nothing.

    Args:
        matter: the matter's state; ``None`` for one that is not there.
        actor: who asks.
        rules: the rules in force.
        now: the instant, UTC.

    Returns:
        Names of commands, in the order of the table; ``send_back`` never.
    """
    if matter is None:
        narrowed = rules.policy.permissions.get("receive")
        return () if narrowed is not None and Party.ANYONE not in narrowed else ("receive",)
    return tuple(
        NAMES[act]
        for act, row in TRANSITIONS.items()
        if matter.stage in row.stages
        and permitted(row, NAMES[act], actor, matter, rules)
        and (act not in PLAIN or not _hindered(act, matter, actor, rules, now))
        and act is not c.SendBack
    )


def _hindered(act: type[c.Act], matter: Matter, actor: Actor, rules: Rules, now: datetime) -> bool:
    """Tell whether an act without content would be refused, its words taken as given."""
    row = TRANSITIONS[act]
    asked = Command(id="", matter=matter.id, by=actor, do=PLAIN[act], texts=row.texts)
    case = Case(
        matter=matter,
        command=asked,
        do=asked.do,
        rules=rules,
        now=max(now, matter.at),
        subject=matter.id,
        others=NOBODY,
    )
    return bool(_unmet(row, case))
