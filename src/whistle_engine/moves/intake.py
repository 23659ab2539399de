"""Appeals come in and are classified: 登记, 分类, 答复, 转告, 拆分, 并案, 现场核实 …."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import evolve

from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.classify import dangers, fact_problems, pressing
from whistle_engine.model import (
    UNKNOWN,
    Affair,
    Appeal,
    AppealKind,
    Facts,
    Matter,
    Outcome,
    Raiser,
    Role,
    Stage,
    TextRef,
    UnitCode,
    UnitKind,
    Unmet,
    Verdict,
    View,
    What,
)
from whistle_engine.moves.record import Case, Record
from whistle_engine.moves.residents import close_if_judged
from whistle_engine.moves.state import TRACK, merged_facts
from whistle_engine.refusals import unmet
from whistle_engine.responder import WORKING, kind_code, running
from whistle_engine.rules import Rules
from whistle_engine.standing import grid_of

MAIN = {
    Affair.HOUSEHOLD: What.MEDIATE,
    Affair.SHARED: What.DELIBERATE,
    Affair.PUBLIC: What.BLOW,
}
"""The clock that each affair's track starts with."""

RESOLVING = (*WORKING, What.MEDIATE, What.DELIBERATE)
"""The clocks until which a matter is to be resolved, whoever resolves it."""

TAKES_IN = frozenset(Stage) - {Stage.DEFERRED, Stage.FED_BACK, Stage.CLOSED}
"""The stages in which a matter can take another one in: its clocks run, nobody judges it yet."""


# ---------------------------------------------------------------- receive


def place_of(unit: UnitCode, rules: Rules) -> tuple[UnitCode, UnitCode] | None:
    """The community and the street that a place belongs to, or ``None``."""
    community = rules.directory.above(unit, UnitKind.COMMUNITY)
    if community is None:
        return None
    street = rules.directory.above(community, UnitKind.STREET)
    return None if street is None else (community, street)


def receive_unmet(do: c.Receive, rules: Rules) -> Iterator[Unmet]:
    """What stands against opening a matter."""
    if do.channel not in rules.policy.channels:
        yield unmet("unknown_channel", channel=do.channel)
    if place_of(do.place.unit, rules) is None:
        yield unmet("unknown_place", place=do.place.unit)
    yield from fact_problems(rules.policy, do.facts)


def receive(command: c.Command, do: c.Receive, rules: Rules, now: datetime) -> Record:
    """Open a matter; whoever took it in classifies it, and a possible danger is looked at."""
    places = place_of(do.place.unit, rules)
    if places is None:
        raise AssertionError(do.place)
    community, street = places
    raiser = Raiser(
        id=do.raiser or command.by.id,
        unit=do.raiser_unit if do.raiser is not None else command.by.unit,
        contact=_ref(command, "contact"),
    )
    appeal = Appeal(
        channel=do.channel,
        kind=do.kind,
        place=do.place,
        source_number=do.source_number,
        text=_ref(command, "text"),
    )
    record = Record(now, None, rules, community, street)
    record.add(e.Received(now, appeal, community, street, (raiser,), do.facts))
    _start_intake(record, do.facts, by_hotline=Role.HOTLINE in command.by.roles)
    return record


def _ref(command: c.Command, name: str) -> TextRef | None:
    return TextRef(command.id, name) if name in command.texts else None


def _start_intake(record: Record, known: Facts, *, by_hotline: bool) -> None:
    policy = record.rules.policy
    holder = policy.hotline if by_hotline and policy.hotline is not None else record.community
    record.start(What.CLASSIFY, holder, policy.limits["classify"])
    _start_look(record, known)


def _start_look(record: Record, known: Facts) -> None:
    """A danger that was not known before, possible or present, starts the community's look."""
    policy = record.rules.policy
    matter = record.matter
    before = dangers(policy, matter.facts) if matter is not None else ()
    if set(dangers(policy, known)) <= set(before):
        return
    if matter is None or not any(running(matter, What.LOOK)):
        record.start(What.LOOK, record.community, policy.limits["look"])


# ---------------------------------------------------------------- raisers


def add(case: Case[c.Add], record: Record) -> None:
    """Keep what a raiser adds."""
    record.add(e.Added(case.now, case.command.by.id, case.text(), case.do.evidence))


def urge(case: Case[c.Urge], record: Record) -> None:
    """Keep that a raiser asked for haste; it moves no clock."""
    record.add(e.Urged(case.now, case.command.by.id))


def withdraw(case: Case[c.Withdraw], record: Record) -> None:
    """Remove that raiser; close only if nobody, no danger and no whistle is left."""
    gone = case.command.by.id
    record.add(e.Withdrawn(case.now, gone))
    for clock in running(case.matter, What.MARK):
        if clock.raiser == gone:
            record.end(clock)
    left = [r for r in case.matter.raisers if r.id != gone]
    quiet = not dangers(case.rules.policy, case.matter.facts) and not case.matter.responders
    if not left and quiet and case.matter.whistle is None:
        record.close(Outcome.WITHDRAWN)
    elif case.matter.stage is Stage.FED_BACK:
        if all(r.told for r in left):
            record.end_all(What.TELL, done=(What.TELL,) if left else ())
        close_if_judged(case.matter, record)


# ---------------------------------------------------------------- classify


def classify_unmet(case: Case[c.Classify]) -> Iterator[Unmet]:
    """The facts must be of the policy's, and name a category."""
    yield from fact_problems(case.rules.policy, case.do.facts)
    code = dict(merged_facts(case.matter.facts, case.do.facts)).get("category")
    if code is None or case.rules.policy.category(code, case.now) is None:
        yield unmet("unknown_category", category=code or "")
        return
    old = case.matter.classification
    if case.matter.moved_up and old is not None:
        found = case.rules.classify(merged_facts(case.matter.facts, case.do.facts), case.now)
        policy = case.rules.policy
        if policy.rank(found.affair, found.kind) < policy.rank(old.affair, old.kind):
            yield unmet("moved_up_before", affair=old.affair.value)


def classify(case: Case[c.Classify], record: Record) -> None:
    """Let the rules say which affair it is; the clock of that track starts, once."""
    known = merged_facts(case.matter.facts, case.do.facts)
    _classified(case, record, known)
    _start_look(record, known)


def _classified(case: Case[c.Classify] | Case[c.Look], record: Record, known: Facts) -> None:
    found = case.rules.classify(known, case.now)
    record.add(e.Classified(case.now, found, known))
    for clock in running(case.matter, What.CLASSIFY):
        record.end(clock, done=True)
    main = MAIN[found.affair]
    if any(running(case.matter, main)):
        return  # the clock never restarts (FR7)
    record.end_all(*MAIN.values(), What.REDO)
    start_track(record, case.matter, found.affair, known)


def start_track(record: Record, matter: Matter, affair: Affair, known: Facts) -> None:
    """Start the clock of a track: by scope and urgency for talking, else the street's.

    One that ran before and was given up for another track goes on until its old due time: to
    classify to and fro restarts nothing (FR7).
    """
    policy = record.rules.policy
    holder = record.street if affair is Affair.PUBLIC else grid_of(matter, record.rules)
    before = [k for k in matter.clocks if k.what is MAIN[affair]]
    if before and before[-1].verdict is not Verdict.KEPT:
        record.start_due(MAIN[affair], holder, before[-1].due)
        return
    if affair is Affair.PUBLIC:
        urgent = _urgent(record.rules, known, record.at)
        record.start(What.BLOW, holder, policy.limits["blow_urgent" if urgent else "blow"])
        return
    scope = dict(known).get("scope", UNKNOWN)
    limit = policy.track(affair, scope, urgent=pressing(policy, known))
    record.start(MAIN[affair], holder, limit)


def _urgent(rules: Rules, known: Facts, now: datetime) -> bool:
    found = rules.classify(known, now)
    return found.kind is not None and rules.policy.kind_of[found.kind].urgent


# ---------------------------------------------------------------- answer, redirect


def answer_unmet(case: Case[c.Answer]) -> Iterator[Unmet]:
    """Only an enquiry is answered away, and none that hints at danger."""
    if case.matter.appeal.kind is not AppealKind.ENQUIRY:
        yield unmet("not_an_enquiry", kind=case.matter.appeal.kind.value)
    yield from _danger(case.matter, case.rules)


def _danger(matter: Matter, rules: Rules) -> Iterator[Unmet]:
    found = dangers(rules.policy, matter.facts)
    if found:
        yield unmet("danger_not_excluded", signals=", ".join(found))


def answer(case: Case[c.Answer], record: Record) -> None:
    """Answer an enquiry and close."""
    record.add(e.Answered(case.now, case.text()))
    _done(case.matter, record)
    record.close(Outcome.ANSWERED)


def redirect_unmet(case: Case[c.Redirect]) -> Iterator[Unmet]:
    """The route must be one of the policy's."""
    if case.do.route not in case.rules.policy.routes:
        yield unmet("unknown_route", route=case.do.route)
    yield from _danger(case.matter, case.rules)


def redirect(case: Case[c.Redirect], record: Record) -> None:
    """Tell the raiser the other way, and close."""
    record.add(e.Redirected(case.now, case.do.route, case.text()))
    _done(case.matter, record)
    record.close(Outcome.REDIRECTED)


def _done(matter: Matter, record: Record) -> None:
    for clock in running(matter, What.CLASSIFY):
        record.end(clock, done=True)


# ---------------------------------------------------------------- split, merge


def split_unmet(case: Case[c.Split]) -> Iterator[Unmet]:
    """There must be parts, each under an id of its own, with facts of the policy's."""
    parts = case.do.parts
    if not parts:
        yield unmet("parts_missing")
    ids = [p.matter for p in parts]
    for part in parts:
        if (
            ids.count(part.matter) > 1
            or part.matter == case.matter.id
            or part.matter in case.others
        ):
            yield unmet("part_id_taken", matter=part.matter)
        yield from fact_problems(case.rules.policy, part.facts)


def split(case: Case[c.Split], record: Record) -> None:
    """Name the matters that were opened for the parts."""
    record.add(e.SplitOff(case.now, tuple(p.matter for p in case.do.parts)))


def open_part(
    command: c.Command, part: c.SplitPart, whole: View, rules: Rules, now: datetime
) -> Record:
    """Open the matter of a part: the same raisers keep every right (L19)."""
    record = Record(now, None, rules, whole.community, whole.street)
    record.add(
        e.Received(
            now,
            evolve(whole.appeal, kind=part.kind, text=_ref(command, part.matter)),
            whole.community,
            whole.street,
            tuple(evolve(r, told=False) for r in whole.raisers),
            part.facts,
            whole.id,
        )
    )
    _start_intake(record, part.facts, by_hotline=Role.HOTLINE in command.by.roles)
    return record


def merge_unmet(case: Case[c.Merge]) -> Iterator[Unmet]:
    """Refused unless the survivor is at least as urgent, and due no later."""
    if case.do.into == case.command.matter:
        yield unmet("merge_with_itself")
        return
    if case.subject == case.do.into:
        if case.matter.stage not in TAKES_IN:
            yield unmet("merge_target_not_open", matter=case.do.into)
        return
    survivor = case.others.get(case.do.into)
    if survivor is None or survivor.stage not in TAKES_IN:
        yield unmet("merge_target_not_open", matter=case.do.into)
        return
    yield from _worse(case.matter, survivor, case.rules)


def _worse(matter: Matter, survivor: View, rules: Rules) -> Iterator[Unmet]:
    own = rank(matter, rules)
    if any(running(matter, What.LOOK)):
        yield unmet("danger_not_excluded", signals=", ".join(dangers(rules.policy, matter.facts)))
    if own < 0 or survivor.rank < 0:
        yield unmet("merge_unclassified")
    if survivor.street != matter.street:
        yield unmet("merge_other_street", street=survivor.street)
    if survivor.rank < own:
        yield unmet("merge_less_urgent", own=str(own), other=str(survivor.rank))
    due = due_of(matter)
    if due is not None and (survivor.due is None or survivor.due > due):
        yield unmet(
            "merge_due_later",
            own=due.isoformat(),
            other=survivor.due.isoformat() if survivor.due is not None else "",
        )


def rank(matter: Matter, rules: Rules) -> int:
    """How urgent the matter is: by the whistle that is blown, else by its classification."""
    found = matter.classification
    if found is None:
        return -1
    return rules.policy.rank(found.affair, kind_code(matter))


def due_of(matter: Matter) -> datetime | None:
    """Until when the matter is to be resolved, if such a clock runs."""
    return min((k.due.at for k in running(matter, *RESOLVING)), default=None)


def merge(case: Case[c.Merge], record: Record) -> None:
    """On the one side close as merged; on the other take in the raisers (L19)."""
    if case.subject == case.do.into:
        absorbed = case.others[case.command.matter]
        record.add(e.Absorbed(case.now, absorbed.id, absorbed.raisers))
        return
    record.add(e.MergedInto(case.now, case.do.into))
    record.end_all()
    record.close(Outcome.MERGED, final=True)


# ---------------------------------------------------------------- look


def look_unmet(case: Case[c.Look]) -> Iterator[Unmet]:
    """The facts must be of the policy's, and a look that is owed finds something."""
    yield from fact_problems(case.rules.policy, case.do.facts)
    if not case.do.facts and not case.do.nothing_there:
        yield unmet("look_without_finding")


def look(case: Case[c.Look], record: Record) -> None:
    """Keep what was found on site; what is worse than was known is classified again."""
    record.add(e.Looked(case.now, case.unit, case.do.facts, case.do.nothing_there))
    for clock in running(case.matter, What.LOOK):
        record.end(clock, done=True)
    known = merged_facts(case.matter.facts, case.do.facts)
    if case.matter.classification is None:
        return
    found = case.rules.classify(known, case.now)
    if case.rules.policy.rank(found.affair, found.kind) <= rank(case.matter, case.rules):
        return
    if case.matter.stage in TRACK.values():
        _classified(case, record, known)
    else:  # a whistle is blown already, and it should be of a higher kind
        record.escalate("danger_found")
