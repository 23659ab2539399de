"""Everything besides classification that two policies set otherwise, by what it means.

Each value is told as it works, not as it is written: a permission that is left out is what the
engine allows, a ladder is that of each kind of clock, a message that is left out is the engine's.
What only says where values come from, and the version, is told apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import get_args

from attrs import evolve

from whistle_engine.commands import NAMES
from whistle_engine.directory import Directory
from whistle_engine.model import UNKNOWN, Affair, Label, Limit, What
from whistle_engine.policy import LEVELS, TIMINGS, Policy, Rule, Rung, WhistleKind
from whistle_engine.review.checks.lengths import limit_told
from whistle_engine.review.days import first_day
from whistle_engine.review.deciding import floor, signals, values
from whistle_engine.review.difference import Area, Difference, Told, by_key, otherwise
from whistle_engine.review.difference_rows import row_differences
from whistle_engine.review.difference_words import (
    NEVER,
    OF_KIND,
    STEPS,
    Units,
    affair_called,
    joined,
    number,
    part_of,
    parties,
    yes,
)
from whistle_engine.review.naming import Naming
from whistle_engine.review.words import called
from whistle_engine.soundness import limits_of
from whistle_engine.transitions import TRANSITIONS


def differences(
    old: Policy,
    new: Policy,
    units: tuple[Directory | None, Directory | None] = (None, None),
    *,
    begins: date | None = None,
) -> tuple[Difference, ...]:
    """Find all values that differ, in the order of their areas.

    Args:
        old: the policy as it is.
        new: as it would be.
        units: their directories, for the titles of units.
        begins: the first day that counts; by default the first on which both may be in force.
    """
    naming = Naming((new, old))
    known = Units(tuple(held for held in units[::-1] if held is not None))
    before, after = (by_key(_all(policy, naming, known)) for policy in (old, new))
    found = (
        *row_differences(old, new, first_day(old, new, begins), naming, known),
        *otherwise(before, after),
    )
    order = {area: n for n, area in enumerate(get_args(Area))}
    return tuple(sorted(found, key=lambda each: order[each.area]))


def _all(policy: Policy, naming: Naming, units: Units) -> Told:
    """All that has no days."""
    yield from _limits(policy, naming)
    yield from _kinds(policy)
    yield from _permissions(policy)
    yield from _ladders(policy, units)
    yield from _lists(policy, units)
    yield from _facts(policy, naming)
    yield from _calendar(policy)
    yield from _others(policy, units)
    yield from _texts(policy, naming)
    yield from _sources(policy)


# ---------------------------------------------------------------- limits and kinds


def _limits(policy: Policy, naming: Naming) -> Told:
    for kind in policy.kinds:
        for name, title in OF_KIND.items():
            limit: Limit | None = getattr(kind, name)
            told = limit_told(limit) if limit is not None else NEVER
            yield "limits", f"kinds.{kind.code}.{name}", joined(kind.title, title), told
    for name, limit in policy.limits.items():
        title = STEPS.get(name, Label(name, name))
        yield "limits", f"limits.{name}", title, limit_told(limit)
    for group, name in (
        (policy.objections, "objections.within"),
        (policy.objections, "objections.answer"),
        (policy.extensions, "extensions.decide"),
        (policy.deferrals, "deferrals.total"),
        (policy.marks, "marks.mark"),
        (policy.marks, "marks.tell"),
        (policy.marks, "marks.reopen_within"),
        (policy.marks, "marks.follow_up"),
    ):
        limit = getattr(group, name.partition(".")[2])
        yield "limits", name, STEPS[name], limit_told(limit)
    scopes = dict.fromkeys((*values(policy).get("scope", ()), *(r.scope for r in policy.tracks)))
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        for scope in scopes:
            for urgent in (False, True):
                key = f"tracks.{affair.value}{'.urgent' if urgent else ''}.{scope}"
                where = joined(affair_called(affair), naming.value("scope", scope))
                title = part_of(where, "急事", "pressing") if urgent else where
                told = limit_told(policy.track(affair, scope, urgent=urgent))
                yield "limits", key, title, told


def _kinds(policy: Policy) -> Told:
    for kind in policy.kinds:
        for name, title, value in _of_kind(kind, policy):
            yield "kinds", f"kinds.{kind.code}.{name}", joined(kind.title, title), value
    rows = sorted(policy.kinds, key=lambda kind: kind.rank)
    order = Label(" < ".join(k.title.zh for k in rows), " < ".join(k.title.en for k in rows))
    yield "kinds", "kinds", Label("轻重次序", "order of urgency"), order


def _of_kind(kind: WhistleKind, policy: Policy) -> Iterator[tuple[str, Label, Label]]:
    may = kind.may_blow & policy.permissions.get("blow", kind.may_blow)
    yield "urgent", Label("应急", "urgent"), yes(held=kind.urgent)
    yield "may_blow", Label("谁可以吹", "who may blow it"), parties(may)
    street = Label("社区吹的先到街道", "goes to the street if a community blows")
    yield "to_street", street, yes(held=kind.to_street)
    yield "evidence", Label("佐证份数", "proofs"), number(kind.evidence)


# ---------------------------------------------------------------- permissions, ladders, lists


def _permissions(policy: Policy) -> Told:
    for act, row in TRANSITIONS.items():
        name = NAMES[act]
        may = policy.permissions.get(name, row.parties)
        yield "permissions", f"permissions.{name}", called(name), parties(may)
    decided = called(policy.extensions.decided_by)
    yield "permissions", "extensions.decided_by", Label("延期由谁审批", "who decides on "
          "extensions"), decided  # fmt: skip
    yield (
        "permissions",
        "straight",
        Label("热线直派", "sending straight"),
        yes(held=policy.straight),
    )


def _ladders(policy: Policy, units: Units) -> Told:
    for what in What:
        rungs = [_rung(rung, units) for rung in policy.ladder(what)]
        none = Label("无", "none")
        told = Label("；".join(r.zh for r in rungs), "; ".join(r.en for r in rungs))
        yield "ladders", f"ladders.{what.value}", called(what), told if rungs else none


def _rung(rung: Rung, units: Units) -> Label:
    action, to = called(rung.action), units.title(rung.to)
    if rung.after is None:
        when = Label(f"过{rung.percent}%", f"at {rung.percent}%")
    elif not rung.after.amount:
        when = Label("到期", "when due")
    else:
        after = limit_told(rung.after)
        when = Label(f"逾期{after.zh}", f"{after.en} late")
    return Label(f"{when.zh}{action.zh}，送{to.zh}", f"{when.en} {action.en} to {to.en}")


def _lists(policy: Policy, units: Units) -> Told:
    held = Label("列入", "on it")
    for code in policy.enforcement:
        title = part_of(units.title(code), "街道统筹调度的部门", "directed by streets")
        yield "lists", f"enforcement.{code}", title, held
    for code, label in policy.channels.items():
        yield "lists", f"channels.{code}", Label("诉求来源", "channel"), label
    for code, label in policy.routes.items():
        yield "lists", f"routes.{code}", Label("其他途径", "route"), label


# ---------------------------------------------------------------- facts, calendar, others


def _facts(policy: Policy, naming: Naming) -> Told:
    danger = set(signals(policy))
    for fact in policy.facts:
        held = sorted(value for value in fact.values if value != UNKNOWN)
        told = Label("、".join(naming.value(fact.name, value).zh for value in held),
                     ", ".join(held))  # fmt: skip
        if fact.name not in danger:
            yield "facts", f"facts.{fact.name}", fact.title, told
    for signal in signals(policy):
        for level in LEVELS:
            for timing in TIMINGS:
                found = floor(policy, signal, level, timing)
                if found is not None:
                    where = joined(naming.value(signal, level), naming.value("timing", timing))
                    title = joined(naming.fact(signal), where)
                    key = f"signals.{signal}.{level}.{timing}"
                    yield "facts", key, title, naming.result(found)


def _calendar(policy: Policy) -> Told:
    calendar = policy.calendar
    known = calendar.known_until.isoformat()
    yield "calendar", "calendar.known_until", Label("日历截至", "known until"), Label(known, known)
    for name, title, days in (
        ("holidays", Label("放假", "day off"), calendar.holidays),
        ("make_up", Label("补班", "worked weekend day"), calendar.make_up),
    ):
        for day in sorted(days):
            said = day.isoformat()
            yield "calendar", f"calendar.{name}.{said}", title, Label(said, said)
    shifts = ", ".join(f"{s.start:%H:%M}-{s.end:%H:%M}" for s in policy.shifts)
    yield "calendar", "hours.shifts", Label("工作时间", "hours"), Label(shifts, shifts)
    offset = str(policy.utc_offset)
    yield "calendar", "utc_offset", Label("时差", "offset from UTC"), Label(offset, offset)


def _others(policy: Policy, units: Units) -> Told:
    for key, title in (
        ("coordinator", Label("统筹协调单位", "coordinator")),
        ("operations", Label("派单单位", "operations centre")),
        ("hotline", Label("热线", "hotline")),
        ("urgent_lead", Label("应急兜底主办", "lead where an emergency finds none")),
    ):
        code = getattr(policy, key)
        yield "others", key, title, units.title(code) if code else Label("无", "none")
    rounds = Label("最多几轮", "rounds at most")
    yield "others", "marks.rounds", rounds, number(policy.marks.rounds)
    most = Label("最多挂账几次", "deferrals at most")
    yield "others", "deferrals.most", most, number(policy.deferrals.most)


# ---------------------------------------------------------------- texts and sources


def _texts(policy: Policy, naming: Naming) -> Told:
    for code, label in policy.messages.items():
        yield "texts", f"messages.{code}", Label("用语", "message"), label
    titled: tuple[tuple[str, Label], ...] = (
        *((f"kinds.{kind.code}", kind.title) for kind in policy.kinds),
        *((f"facts.{fact.name}", fact.title) for fact in policy.facts),
        *(
            (f"facts.{fact.name}.{value}", title)
            for fact in policy.facts
            for value, title in fact.titles.items()
        ),
        *((f"rules.{rule.id}", rule.title) for rule in _called_otherwise(policy, naming)),
        ("code", Label(policy.code, policy.code)),
        ("title", policy.title),
    )
    for key, label in titled:
        yield "texts", f"{key}.title", Label("名称", "title"), label


def _called_otherwise(policy: Policy, naming: Naming) -> Iterator[Rule]:
    """The rules whose titles count: but for those that only have another id in the other."""
    others = [rule for each in naming.policies if each is not policy for rule in each.rules]
    ids, titles = {rule.id for rule in others}, {rule.title for rule in others}
    for rule in policy.rules:
        if rule.id in ids or rule.title not in titles:
            yield rule


def _sources(policy: Policy) -> Told:
    for key, title, said in (
        ("version", Label("版本", "version"), policy.version),
        ("in_force_from", Label("施行日期", "in force from"), policy.in_force_from.isoformat()),
    ):
        yield "sources", key, title, Label(said, said)
    for code, label in policy.sources.items():
        yield "sources", f"sources.{code}", Label("来源", "source"), label
    for key, source in _told_sources(policy):
        if not source:  # it is that of the table in which the value stands
            continue
        yield "sources", f"{key}.source", Label("依据", "source"), Label(source, source)
    for each in policy.accepted:
        title = Label("保留的检查结果", "accepted finding")
        key = f"accepted.{each.code} {each.key} {each.value}".strip()
        yield "sources", key, title, Label(each.source, each.source)


def _told_sources(policy: Policy) -> Iterator[tuple[str, str]]:
    """Where values say that they come from, by their keys."""
    for rule in policy.rules:
        yield f"rules.{rule.id}", rule.source
    for kind in policy.kinds:
        yield f"kinds.{kind.code}", kind.source
    for floor_ in policy.floors:
        yield f"signals.{floor_.signal}.{floor_.level}.{floor_.timing}", floor_.source
    for key, limit in limits_of(evolve(policy, categories=(), ladders=())):
        yield key, limit.source  # those of rows have days, and rungs are told by what they do
    yield from _rung_sources(policy)
    for key, source in (
        ("calendar", policy.calendar.source),
        ("objections", policy.objections.source),
        ("extensions", policy.extensions.source),
        ("deferrals", policy.deferrals.source),
        ("marks", policy.marks.source),
    ):
        yield key, source


def _rung_sources(policy: Policy) -> Iterator[tuple[str, str]]:
    """By what a rung does, and for which clocks; of several that do the same, all in a row."""
    for ladder in policy.ladders:
        clocks = "+".join(sorted(what.value for what in ladder.whats)) or "others"
        found: dict[str, list[str]] = {}
        for rung in ladder.rungs:
            after = rung.after.source if rung.after is not None else ""
            said = found.setdefault(rung.action.value, [])
            said += [each for each in (rung.source, after) if each and each not in said]
        for action, sources in found.items():
            yield f"ladders.{clocks}.{action}", "; ".join(sources)
