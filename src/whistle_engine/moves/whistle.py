"""Blowing and dispatching: 吹哨, 街道承办, 哨声升级, 撤哨, 直派, 派单."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.model import (
    Affair,
    Classification,
    DispatchedBy,
    Matter,
    Outcome,
    Part,
    Stage,
    UnitCode,
    Unmet,
    What,
)
from whistle_engine.moves.calling import (
    bring,
    kind_of,
    owe_again,
    raise_clocks,
    resume_clocks,
    send,
    terms_now,
    terms_of,
)
from whistle_engine.moves.record import Case, Record
from whistle_engine.moves.state import merged_facts
from whistle_engine.policy import WhistleKind
from whistle_engine.refusals import unmet
from whistle_engine.responder import (
    Plan,
    can_lead,
    category,
    first_lead,
    leads_of,
    listed,
    own_street,
    plan,
)
from whistle_engine.rules import Rules
from whistle_engine.standing import STANDING, lead, responder

IN_RESPONSE = (Stage.DISPATCHED, Stage.HANDLING)


# ---------------------------------------------------------------- blow


def blow_unmet(case: Case[c.Blow]) -> Iterator[Unmet]:
    """Who may blow this kind, from here, for this matter."""
    kind = case.rules.policy.kind_of.get(case.do.kind)
    if kind is None:
        yield unmet("unknown_kind", kind=case.do.kind)
        return
    yield from _not_yours(case, kind)
    matter = case.matter
    if matter.stage in IN_RESPONSE:
        yield from _blow_within_unmet(case, kind)
        return
    if matter.stage is not Stage.AWAITING_WHISTLE and not kind.urgent:
        yield unmet("only_urgent_here", stage=matter.stage.value)
    if (
        kind.to_street
        and case.unit == matter.community
        and not listed(matter, case.rules, case.now)
    ):
        yield unmet("not_on_street_list", unit=matter.street, category=category(matter))
    found = _classification(case)
    if found is None or case.rules.policy.category(found.category, case.now) is None:
        yield unmet("category_needed", category=found.category if found is not None else "")
    known = matter.classification
    floor = case.rules.policy.kind_of.get(known.kind) if known is not None and known.kind else None
    if floor is not None and kind.rank < floor.rank:
        yield unmet("kind_below_classification", kind=kind.code, least=floor.code)


def _not_yours(case: Case[Any], kind: WhistleKind) -> Iterator[Unmet]:
    """Who may blow a kind, or raise to it, is the policy's to say."""
    if not any(STANDING[p](case.command.by, case.matter, case.rules) for p in kind.may_blow):
        who = ", ".join(sorted(p.value for p in kind.may_blow))
        yield unmet("kind_not_yours", kind=kind.code, who=who)


def _blow_within_unmet(case: Case[c.Blow], kind: WhistleKind) -> Iterator[Unmet]:
    """Within handling, a street that leads may call further departments."""
    leading = lead(case.matter)
    if leading is None or leading.unit != case.matter.street or case.unit != leading.unit:
        yield unmet("only_leading_street", lead=leading.unit if leading is not None else "")
    elif not any(_further(case)):
        yield unmet("no_further_unit", category=category(case.matter))
    if kind.rank < kind_of(case.matter, case.rules).rank:
        yield unmet(
            "kind_below_classification",
            kind=kind.code,
            least=kind_of(case.matter, case.rules).code,
        )


def _further(case: Case[c.Blow]) -> Iterator[tuple[UnitCode, Part]]:
    called = plan(category(case.matter), case.rules, case.now)
    joint = called.joint if called.lead is None else (called.lead, *called.joint)
    for unit in joint:
        if responder(case.matter, unit) is None:
            yield unit, Part.JOINT
    for unit in called.invited:
        if responder(case.matter, unit) is None:
            yield unit, Part.INVITED


def _classification(case: Case[c.Blow]) -> Classification | None:
    """What is blown for: as classified, or, blown before that, by the category named."""
    code = case.do.category
    known = case.matter.classification
    if code is None:
        code = dict(case.matter.facts).get("category")
    if known is not None and known.affair is Affair.PUBLIC:
        return known
    if known is not None:
        code = known.category
    if code is None:
        return None
    return Classification(
        affair=Affair.PUBLIC,
        kind=case.do.kind,
        category=code,
        policy=f"{case.rules.policy.code} {case.rules.policy.version}",
        rule="blown",
        source="blown before the rules had classified it",
        used=merged_facts(case.matter.facts, (("category", code),)),
    )


def blow(case: Case[c.Blow], record: Record) -> None:
    """Blow; an urgent whistle is dispatched at once, by the same command."""
    kind = case.rules.policy.kind_of[case.do.kind]
    found = _classification(case)
    if case.matter.stage in IN_RESPONSE:
        _blow_within(case, record, kind)
        return
    if found is None:
        raise AssertionError(case.command)
    record.add(e.Blown(case.now, kind.code, case.unit, found))
    done = (What.BLOW, What.CLASSIFY)
    record.end_all(done=done, but=() if kind.urgent else (What.LOOK,))
    if kind.urgent:
        called = plan(found.category, case.rules, case.now, urgent=True)
        terms = terms_of(kind, found.category, case.rules, case.now)
        send(record, DispatchedBy.URGENT_WHISTLE, called, terms)
    else:
        _await_dispatch(case, record, found.category, kind)


def _await_dispatch(case: Case[c.Blow], record: Record, code: str, kind: WhistleKind) -> None:
    """The operations centre dispatches; where no catalogue names a lead, the coordinator (FR9)."""
    policy = case.rules.policy
    matter = case.matter
    to_street = (
        kind.to_street and case.unit == matter.community and listed(matter, case.rules, case.now)
    )
    street = own_street(matter, case.rules, case.now)
    if to_street or first_lead(code, case.rules, case.now, street=street) is not None:
        record.start(What.DISPATCH, policy.operations, policy.limits["dispatch"])
    else:
        record.start(What.DESIGNATE, policy.coordinator, policy.limits["designate"])


def _blow_within(case: Case[c.Blow], record: Record, kind: WhistleKind) -> None:
    known = case.matter.classification
    if known is None:
        raise AssertionError(case.matter)
    terms = terms_of(kind, known.category, case.rules, case.now)
    record.add(e.Blown(case.now, kind.code, case.unit, known))
    if kind.rank > kind_of(case.matter, case.rules).rank:
        record.add(e.WhistleRaised(case.now, kind.code, case.unit))
        raise_clocks(record, case.matter, terms)
    for unit, part in _further(case):
        bring(record, unit, part, terms, by=case.matter.street)


# ---------------------------------------------------------------- take on, send straight


def _not_urgent(case: Case[Any]) -> Iterator[Unmet]:
    """What is urgent is blown: nobody handles it alone (L3)."""
    kind = kind_of(case.matter, case.rules)
    if kind.urgent:
        yield unmet("urgent_is_blown", kind=kind.code)


def take_on_unmet(case: Case[c.TakeOn]) -> Iterator[Unmet]:
    """The street's own act, for whatever is not urgent."""
    yield from _not_urgent(case)


def take_on(case: Case[c.TakeOn], record: Record) -> None:
    """The street leads by its own act, and reports in like any responder."""
    record.end_all(done=(What.BLOW,), but=(What.LOOK,))
    called = Plan(case.matter.street, (), ())
    send(record, DispatchedBy.TAKE_ON, called, terms_now(case.matter, case.rules, case.now))


def send_straight_unmet(case: Case[c.SendStraight]) -> Iterator[Unmet]:
    """Where the policy says so: to a lead of the catalogue, or to a street that answers for it."""
    if not case.rules.policy.straight:
        yield unmet("straight_not_allowed")
    yield from _not_urgent(case)
    yield from _addressee_unmet(case, case.do.to, or_street=True)


def _addressee_unmet(case: Case[Any], to: UnitCode, *, or_street: bool) -> Iterator[Unmet]:
    """A lead of the catalogue; or, where that is said, the matter's street."""
    matter = case.matter
    yield from can_lead(to, matter, case.rules, case.now)
    row = case.rules.policy.category(category(matter), case.now)
    leads = leads_of(row, matter.street)
    if to not in leads and not (or_street and to == matter.street):
        yield unmet("not_in_catalogue", unit=to, category=category(matter), leads=", ".join(leads))


def send_straight(case: Case[c.SendStraight], record: Record) -> None:
    """Send it to its lead without a whistle; a street gets no joint units by this."""
    record.end_all(done=(What.BLOW,), but=(What.LOOK,))
    to = case.do.to
    called = (
        Plan(to, (), ())
        if to == case.matter.street
        else plan(category(case.matter), case.rules, case.now, named=to)
    )
    terms = terms_now(case.matter, case.rules, case.now)
    send(record, DispatchedBy.SEND_STRAIGHT, called, terms)


# ---------------------------------------------------------------- dispatch


def _to_street(matter: Matter, rules: Rules, now: datetime) -> bool:
    """A community's quick whistle goes to its street, for what the street list holds (FR9)."""
    whistle = matter.whistle
    return (
        whistle is not None
        and whistle.blower == matter.community
        and rules.policy.kind_of[whistle.kind].to_street
        and listed(matter, rules, now)
    )


def _called(case: Case[c.Dispatch]) -> Plan:
    if case.do.lead is None and _to_street(case.matter, case.rules, case.now):
        return Plan(case.matter.street, (), ())
    street = own_street(case.matter, case.rules, case.now)
    named = case.do.lead
    return plan(category(case.matter), case.rules, case.now, named=named, street=street)


def dispatch_unmet(case: Case[c.Dispatch]) -> Iterator[Unmet]:
    """The lead must be one that the catalogue names, and that can be commanded."""
    named = case.do.lead
    if named is not None:
        to_street = _to_street(case.matter, case.rules, case.now)
        yield from _addressee_unmet(case, named, or_street=to_street)
    elif _called(case).lead is None:
        yield unmet("not_in_catalogue", unit="", category=category(case.matter))


def dispatch(case: Case[c.Dispatch], record: Record) -> None:
    """Let the call reach the departments and their receivers."""
    record.end_all(What.DISPATCH, What.DESIGNATE, done=(What.DISPATCH,))
    record.acted_on()
    terms = terms_now(case.matter, case.rules, case.now)
    send(record, DispatchedBy.DISPATCH, _called(case), terms)


# ---------------------------------------------------------------- raise, stand down


def raise_unmet(case: Case[c.RaiseWhistle]) -> Iterator[Unmet]:
    """To a kind of higher rank, by one who may blow it."""
    kind = case.rules.policy.kind_of.get(case.do.kind)
    if kind is None:
        yield unmet("unknown_kind", kind=case.do.kind)
        return
    yield from _not_yours(case, kind)
    now = kind_of(case.matter, case.rules)
    if case.matter.whistle is None and not case.matter.responders:
        yield unmet("no_whistle")
    elif kind.rank <= now.rank:
        yield unmet("kind_not_higher", kind=kind.code, now=now.code)


def raise_whistle(case: Case[c.RaiseWhistle], record: Record) -> None:
    """A further clock by the new kind's limits; an old one ends missed or superseded (FR7)."""
    kind = case.rules.policy.kind_of[case.do.kind]
    matter = case.matter
    terms = terms_of(kind, category(matter), case.rules, case.now)
    record.add(e.WhistleRaised(case.now, kind.code, case.unit))
    if matter.stage is Stage.BLOWN:
        if kind.urgent:
            record.end_all()
            called = plan(category(matter), case.rules, case.now, urgent=True)
            send(record, DispatchedBy.URGENT_WHISTLE, called, terms)
        return
    if matter.stage is Stage.DEFERRED:
        resume_clocks(record, matter, lapsed=False, raised=True)
    if matter.stage is Stage.FED_BACK:
        record.end_all(but=(What.DOCKET,))
        record.add(e.Reopened(case.now, Stage.HANDLING, case.command.by.id))
        owe_again(record, matter, terms)
    raise_clocks(record, matter, terms)


def stand_down_unmet(case: Case[c.StandDown]) -> Iterator[Unmet]:
    """By the one who blew; closing needs the community's word that nothing is there."""
    whistle = case.matter.whistle
    if whistle is None or whistle.blower != case.unit:
        yield unmet("not_the_blower", blower=(whistle.blower or "") if whistle is not None else "")
    if case.do.close and not case.matter.nothing_there:
        yield unmet("not_certified", community=case.matter.community)


def stand_down(case: Case[c.StandDown], record: Record) -> None:
    """Take the whistle back: it awaits another one, or is closed as stood down."""
    record.end_all()
    record.add(e.StoodDown(case.now, case.unit, case.text("reason")))
    if case.do.close:
        record.close(Outcome.STOOD_DOWN)
    else:
        record.start(What.BLOW, case.matter.street, case.rules.policy.limits["blow"])
