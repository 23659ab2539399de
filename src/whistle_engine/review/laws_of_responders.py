"""The laws of the first-responder rule, FR1 to FR10; FR7 is among those of the clocks."""

from __future__ import annotations

from collections.abc import Iterator

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.events import Refused
from whistle_engine.model import (
    DispatchedBy,
    Matter,
    Part,
    Role,
    Shirk,
    Stage,
    UnitCode,
    UnitKind,
    Verdict,
    What,
)
from whistle_engine.review.seen import (
    LOWER,
    RESPONDED,
    UNCOMMANDED,
    WORK,
    catalogue_leads,
    category_of,
    first_able,
    kind_of,
    lead_of,
    on_list,
    open_clocks,
)
from whistle_engine.review.taken import Taken

# ---------------------------------------------------------------- who leads


def fr1(step: Taken) -> Iterator[str]:
    """One lead, of a kind that may lead; the first responder never changes."""
    after = step.after
    if after is None or not after.responders:
        return
    leads = [r for r in after.responders if r.part is Part.LEAD]
    if len(leads) != 1:
        yield f"{len(leads)} leads"
        return
    unit = step.rules.directory.unit(leads[0].unit)
    if unit is None or not unit.may_lead:
        yield f"{leads[0].unit} leads and may not"
    elif unit.kind in UNCOMMANDED and not after.accepted:
        yield f"{unit.code} leads and has not accepted"
    if after.first_responder not in {r.unit for r in after.responders}:
        yield f"the first responder, {after.first_responder}, was let go"
    before = step.before
    if before is None:
        return
    if (
        before.first_responder is not None
        and before.first_responder != after.first_responder
        and not any(isinstance(ev, e.StoodDown) for ev in step.written)
    ):
        yield f"the first responder changed from {before.first_responder}"
    for ev in step.written:
        if isinstance(ev, e.Dispatched):
            yield from _by_catalogue(ev, before, step)
        elif isinstance(ev, e.ClockStarted) and ev.clock.what is What.REPORT_IN:
            yield from _somebody_there(ev.clock.unit, ev.clock.id, step)


def _by_catalogue(ev: e.Dispatched, before: Matter, step: Taken) -> Iterator[str]:
    """Where nobody chose, the catalogue says who leads; else the policy, of what is urgent."""
    rules, now, asked = step.rules, step.now, step.command.do
    wanted: UnitCode | None
    seen = step.after if step.after is not None and before.classification is None else before
    if ev.how is DispatchedBy.URGENT_WHISTLE:
        wanted = first_able(seen, rules, now, street=False) or rules.policy.urgent_lead
    elif isinstance(asked, c.Dispatch) and asked.lead is None:
        wanted = before.street if _addressed(before, step) else first_able(before, rules, now)
    else:
        return
    if ev.responders[0].unit != wanted:
        yield f"dispatched to {ev.responders[0].unit}, where {wanted} is to lead"


def _addressed(matter: Matter, step: Taken) -> bool:
    """Tell whether its community's whistle goes to the street, for what the list holds (FR9)."""
    whistle, policy = matter.whistle, step.rules.policy
    return (
        whistle is not None
        and whistle.blower == matter.community
        and policy.kind_of[whistle.kind].to_street
        and on_list(matter, policy, step.now)
    )


def _somebody_there(unit: UnitCode | None, clock: int, step: Taken) -> Iterator[str]:
    """A unit that is called has a receiver on duty, or the coordinator hears that it has none."""
    if unit is None or unit == step.command.by.unit:
        return
    local = step.rules.policy.local(step.now)
    told = any(isinstance(ev, e.Escalated) and ev.clock == clock for ev in step.written)
    if step.rules.directory.receiver(unit, local) is None and not told:
        yield f"{unit} is called, nobody is on duty there, and the coordinator does not hear of it"


# ---------------------------------------------------------------- arriving and handling


def fr2(step: Taken) -> Iterator[str]:
    """Each responder that has not reported in has a clock for it; and arrives once."""
    after = step.after
    if after is None or after.stage not in RESPONDED:
        return
    for found in after.responders:
        due = any(k.unit == found.unit for k in open_clocks(after, What.REPORT_IN))
        if found.part is not Part.INVITED and found.reported_in is None and not due:
            yield f"{found.unit} need not report in"
    for ev in step.written:
        if (
            isinstance(ev, e.ReportedIn)
            and step.before is not None
            and any(r.unit == ev.unit and r.reported_in is not None for r in step.before.responders)
        ):
            yield f"{ev.unit} reported in twice"


def fr3(step: Taken) -> Iterator[str]:
    """Whoever leads has the work: a running clock to solve, as long as it is being handled."""
    after = step.after
    if after is None or after.stage not in RESPONDED:
        return
    leading = lead_of(after)
    lead = leading.unit if leading is not None else None
    work = [k.unit for k in open_clocks(after, *WORK)]
    if work != [lead]:
        yield f"{lead} leads, and the work is with {work}"


def fr4(step: Taken) -> Iterator[str]:
    """The lead stays until another accepts, once, or is designated; and is joint after that."""
    before, after = step.before, step.after
    if before is None or after is None:
        return
    if isinstance(step.command.do, c.Designate) and not isinstance(step.result, Refused):
        yield from _directed(step.command.do.unit, before, step)
    leading, follows = lead_of(before), lead_of(after)
    old = leading.unit if leading is not None else None
    new = follows.unit if follows is not None else None
    if old is None or old == new or any(isinstance(ev, e.StoodDown) for ev in step.written):
        return
    if not any(isinstance(ev, e.Accepted | e.Designated) for ev in step.written):
        yield f"the lead passed from {old} to {new} by {type(step.command.do).__name__}"
    if any(isinstance(ev, e.Accepted) for ev in step.written) and before.accepted:
        yield "a second acceptance won"
    if not any(r.unit == old and r.part is Part.JOINT for r in after.responders):
        yield f"{old} is not joint after it led"


def _directed(unit: UnitCode, before: Matter, step: Taken) -> Iterator[str]:
    """A street designates among the enforcement departments, and within the catalogue."""
    by, policy = step.command.by, step.rules.policy
    if Role.COORDINATOR in by.roles and by.unit == policy.coordinator:
        return
    if unit not in policy.enforcement:
        yield f"{by.unit} designated {unit}, which it does not direct"
    if unit not in catalogue_leads(before, step.rules, step.now):
        yield f"{by.unit} designated {unit}, which the catalogue does not name"


def fr5(step: Taken) -> Iterator[str]:
    """Nothing flows back, and an attempt is refused and recorded."""
    by, do = step.command.by, step.command.do
    if isinstance(do, c.SendBack) and not isinstance(step.result, Refused):
        yield "sending back was not refused"
    directory = step.rules.directory
    if isinstance(do, c.BringIn | c.Object) and isinstance(step.result, Refused):
        named = do.unit if isinstance(do, c.BringIn) else do.names
        codes = {u.code for u in step.result.unmet}
        down = directory.is_kind(named, *LOWER) and not directory.is_kind(by.unit, *LOWER)
        if down and codes.isdisjoint(("not_permitted", "wrong_stage")):
            kept = [ev.how for ev in step.written if isinstance(ev, e.ShirkRefused)]
            if Shirk.FLOW_BACK not in kept:
                yield f"{by.unit} would pass it down to {named}, and nothing of that is kept"
        return
    if Role.RECEIVER not in by.roles:
        return
    for ev in step.written:
        accountable: tuple[UnitCode, ...] = ()
        if isinstance(ev, e.BroughtIn):
            accountable = (ev.responder.unit,)
        elif isinstance(ev, e.Objected):
            accountable = (ev.names,)
        elif isinstance(ev, e.Designated):
            accountable = (ev.unit,)
        for unit in accountable:
            if directory.is_kind(unit, *LOWER):
                yield f"{by.unit} made {unit} accountable"


def fr6(step: Taken) -> Iterator[str]:
    """No hollow answer."""
    before = step.before
    for ev in step.written:
        if not isinstance(ev, e.FedBack) or before is None:
            continue
        lead = lead_of(before)
        if lead is None or lead.unit != ev.unit or lead.reported_in is None:
            yield f"{ev.unit} fed back before it had arrived, or without leading"
        if ev.text is None:
            yield "fed back without words"
        if len({proof.digest for proof in ev.evidence}) < _proofs(before, step):
            yield "fed back without evidence"
        for clock in open_clocks(before, What.HAND_IN):
            if step.now <= clock.due.at:
                yield f"fed back while {clock.unit} still had time to hand in"
            elif clock.unit not in ev.without:
                yield f"fed back without naming {clock.unit}"


def _proofs(matter: Matter, step: Taken) -> int:
    """How many proofs the kind asks for; one at the least, also of what was never blown."""
    found = matter.whistle or matter.classification
    return kind_of(matter, step.rules.policy).evidence if found and found.kind else 1


# ---------------------------------------------------------------- objecting, lists, parts


def fr8(step: Taken) -> Iterator[str]:
    """Objecting is once, in time, and moves no clock; unanswered, it stands as rejected."""
    before, after = step.before, step.after
    for ev in step.written:
        if before is None:
            return
        if isinstance(ev, e.Objected):
            lead = lead_of(before)
            if before.objection is not None:
                yield "a second objection"
            if lead is None or lead.object_until is None or step.now > lead.object_until:
                yield "an objection out of time"
        elif isinstance(ev, e.ObjectionAnswered) and ev.lapsed:
            if ev.upheld:
                yield "an objection that nobody answered was upheld"
            owed = {k.id for k in open_clocks(before, What.ANSWER_OBJECTION)}
            if not any(
                isinstance(end, e.ClockEnded)
                and end.clock in owed
                and end.verdict is Verdict.MISSED
                for end in step.written
            ):
                yield "that nobody answered an objection in time is not recorded"
    if after is not None and after.objection is not None and after.objection.open and not any(
        open_clocks(after, What.ANSWER_OBJECTION)
    ) and after.stage in RESPONDED:  # fmt: skip
        yield "nobody owes an answer to the objection"
    if isinstance(step.command.do, c.Object) and not isinstance(step.result, Refused):
        extra = [ev for ev in step.written if not isinstance(ev, e.Objected | e.ClockStarted)]
        if extra:
            yield f"objecting did more: {extra}"


def fr9(step: Taken) -> Iterator[str]:
    """Nothing that its list does not hold is put on a street or community by another."""
    after = step.after
    if after is None:
        return
    for ev in step.written:
        named: UnitCode | None = None
        if isinstance(ev, e.Dispatched):
            named = ev.responders[0].unit
        elif isinstance(ev, e.Designated):
            named = ev.unit
        elif isinstance(ev, e.Blown):
            yield from _whistled(ev, after, step)
        if named is None:
            continue
        low = step.rules.directory.is_kind(named, UnitKind.STREET, UnitKind.COMMUNITY)
        own = step.command.by.unit == named and isinstance(step.command.do, c.TakeOn)
        if low and not own and not on_list(after, step.rules.policy, step.now):
            yield f"{named} was made to lead what its list does not hold"


def _whistled(ev: e.Blown, after: Matter, step: Taken) -> Iterator[str]:
    """A community whistles for its street within the list; and where it waits, somebody can act."""
    if after.stage is not Stage.BLOWN:
        return
    policy = step.rules.policy
    for_street = policy.kind_of[ev.kind].to_street and ev.unit == after.community
    if for_street and not on_list(after, policy, step.now):
        yield f"{ev.unit} whistled for its street, whose list does not hold {category_of(after)}"
    able = for_street or first_able(after, step.rules, step.now) is not None
    waits = What.DISPATCH if able else What.DESIGNATE
    if not any(open_clocks(after, waits)):
        yield f"blown, and nobody is to {waits.value}"


def fr10(step: Taken) -> Iterator[str]:
    """Each joint unit has a clock of its own to hand in; only the lead answers."""
    after = step.after
    if after is None or after.stage not in (Stage.DISPATCHED, Stage.HANDLING):
        return
    for found in after.responders:
        owes = any(k.unit == found.unit for k in open_clocks(after, What.HAND_IN))
        if found.part is Part.JOINT and owes == found.handed_in:
            yield f"joint unit {found.unit}: clock {owes}, handed in {found.handed_in}"
        if found.part is not Part.JOINT and owes:
            yield f"{found.unit} is {found.part.value} and owes a part"
