"""Whether a policy is sound: one problem for each thing that would leave a case undecided."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from whistle_engine.model import UNKNOWN, Affair, Label, Limit, Party
from whistle_engine.policy import LEVELS, OVER, REQUIRED_LIMITS, TIMINGS, Policy
from whistle_engine.problems import MOST_PROBLEMS, Problem, nearest, problem

SIGNAL_VALUES = ("none", *LEVELS, UNKNOWN)
"""The values of every fact that is a signal of danger."""

SYSTEM_ONLY = ("fire_timer", "fix_due_times")
"""Commands that only the system gives, and that it must be able to give."""


def problems(policy: Policy) -> tuple[Problem, ...]:
    """Everything for which a policy could not decide every case; empty if it can.

    What is named is declared; ranks and the urgent kind are unique; the last rule matches
    everything (L1); floors do not fall as danger rises (L2, L3); no limit is missing.
    """
    found = chain(
        _kind_problems(policy),
        _category_problems(policy),
        _fact_problems(policy),
        _rule_problems(policy),
        _floor_problems(policy),
        _limit_problems(policy),
        _permission_problems(policy),
        _ladder_problems(policy),
        _calendar_problems(policy),
    )
    return tuple(islice(found, MOST_PROBLEMS + 1))


def _kind_problems(policy: Policy) -> Iterator[Problem]:
    urgent = tuple(kind.code for kind in policy.kinds if kind.urgent)
    if len(urgent) != 1:
        yield problem("one_urgent_kind", "kinds", found=urgent or Label("0种", "none"))
    if len(urgent) == len(policy.kinds):
        yield problem("no_calm_kind", "kinds")
    for n, kind in enumerate(policy.kinds):
        key = f"kinds.{kind.code}"
        same = [other.code for other in policy.kinds[:n] if other.rank == kind.rank]
        if same:
            yield problem("same_rank", f"{key}.rank", name=same[0], rank=kind.rank)
        if kind.rank < 0:
            yield problem("negative", f"{key}.rank")
        if kind.evidence < 1:
            yield problem("no_evidence", f"{key}.evidence")
        if not kind.urgent and len(urgent) == 1 and kind.rank > policy.urgent.rank:
            yield problem("above_urgent", f"{key}.rank", name=urgent[0])


def _category_problems(policy: Policy) -> Iterator[Problem]:
    for row in policy.categories:
        key = f"categories.{row.code}"
        if row.code == UNKNOWN:
            yield problem("category_unknown", f"{key}.code")
        if row.kind is not None and row.kind not in policy.kind_of:
            yield _no_kind(f"{key}.kind", row.kind, policy)
        if row.affair is Affair.PUBLIC and row.kind is None:
            yield problem("kind_missing", f"{key}.kind", right=tuple(policy.kind_of))
        if row.affair is not Affair.PUBLIC and row.kind is not None:
            yield problem("kind_not_public", f"{key}.kind")
        if row.affair is not Affair.PUBLIC and row.solve is not None:
            yield problem("solve_not_public", f"{key}.solve")


def _fact_problems(policy: Policy) -> Iterator[Problem]:
    signals = {floor.signal for floor in policy.floors}
    wanted = dict.fromkeys(signals, SIGNAL_VALUES) | {"timing": (*TIMINGS, UNKNOWN)}
    seen: set[str] = set()
    for declared in policy.facts:
        key = f"{'signals' if declared.name in signals else 'facts'}.{declared.name}"
        if declared.name in seen:
            yield problem("name_twice", key, name=declared.name)
        seen.add(declared.name)
        values = wanted.get(declared.name)
        if values is not None and set(declared.values) != set(values):
            yield problem("fact_values", f"{key}.values", right=values)


def _rule_problems(policy: Policy) -> Iterator[Problem]:
    if not policy.rules or policy.rules[-1].when:
        last = f"rules.{policy.rules[-1].id}.when" if policy.rules else "rules"
        yield problem("no_catch_all", last)
    values = {fact.name: fact.values for fact in policy.facts}
    values["category"] = tuple(dict.fromkeys(row.code for row in policy.categories))
    signals = {floor.signal for floor in policy.floors}
    for rule in policy.rules:
        for name, wanted in rule.when:
            key = f"rules.{rule.id}.when.{name}"
            if name in signals:
                yield problem("rule_reads_signal", key)
            elif name not in values:
                near = nearest(name, values)
                yield problem("unknown_fact", key, near=near, known=() if near else tuple(values))
            else:
                for value in sorted(wanted - set(values[name])):
                    near = nearest(value, values[name])
                    yield problem("no_such_value", key, name=value, fact=name, near=near)
        if rule.kind is not None and rule.kind not in policy.kind_of:
            yield _no_kind(f"rules.{rule.id}.kind", rule.kind, policy)


def _floor_problems(policy: Policy) -> Iterator[Problem]:
    table = {(f.signal, f.level, f.timing): f for f in policy.floors}
    names = {f.name for f in policy.facts}
    seen: set[tuple[str, str, str]] = set()
    for floor in policy.floors:
        at = (floor.signal, floor.level, floor.timing)
        key = f"signals.{'.'.join(at)}"
        if at in seen:
            yield problem("floor_twice", key)
        seen.add(at)
        if floor.signal not in names:
            yield problem("signal_undeclared", key, name=floor.signal)
        if floor.level not in LEVELS or floor.timing not in TIMINGS:
            yield problem("floor_where", key, levels=LEVELS, timings=TIMINGS)
        above = table.get((floor.signal, "present", floor.timing))
        if floor.kind is not None and floor.kind not in policy.kind_of:
            yield _no_kind(key, floor.kind, policy)
        elif floor.timing == OVER and floor.kind is not None and policy.kind_of[floor.kind].urgent:
            yield problem("floor_over_urgent", key, name=floor.kind)
        elif above is not None and (above.kind is None or above.kind in policy.kind_of):
            if policy.rank(above.affair, above.kind) < policy.rank(floor.affair, floor.kind):
                yield problem("floor_falls", key, present=above.kind or above.affair.value)
        elif floor.level == "possible" and above is None:
            yield problem("floor_no_present", key, timing=floor.timing)


def _limit_problems(policy: Policy) -> Iterator[Problem]:
    for name in REQUIRED_LIMITS:
        if name not in policy.limits:
            yield problem("limit_missing", f"limits.{name}")
    if policy.marks.rounds < 1:
        yield problem("no_round", "marks.rounds")
    docket = policy.limits.get("docket")
    if docket is not None and docket.amount == 0:
        yield problem("docket_at_once", "limits.docket")
    if policy.deferrals.most < 0:
        yield problem("negative", "deferrals.most")
    for key, limit in limits_of(policy):
        if limit.amount < 0:
            yield problem("negative", key)


def limits_of(policy: Policy) -> Iterator[tuple[str, Limit]]:
    """Every limit of a policy, with its key."""
    for name, limit in policy.limits.items():
        yield f"limits.{name}", limit
    for kind in policy.kinds:
        named = {
            "report_in": kind.report_in,
            "solve": kind.solve,
            "hand_in": kind.hand_in,
            "redo": kind.redo,
            "extension": kind.extension,
        }
        for name, found in named.items():
            if found is not None:
                yield f"kinds.{kind.code}.{name}", found
    for category in policy.categories:
        if category.solve is not None:
            yield f"categories.{category.code}.solve", category.solve
    yield "objections.within", policy.objections.within
    yield "objections.answer", policy.objections.answer
    yield "extensions.decide", policy.extensions.decide
    yield "deferrals.total", policy.deferrals.total
    yield "marks.mark", policy.marks.mark
    yield "marks.tell", policy.marks.tell
    yield "marks.reopen_within", policy.marks.reopen_within
    yield "marks.follow_up", policy.marks.follow_up
    for row in policy.tracks:
        urgent = ".urgent" if row.urgent else ""
        yield f"tracks.{row.affair.value}{urgent}.{row.scope}", row.limit
    for n, ladder in enumerate(policy.ladders, 1):
        for m, rung in enumerate(ladder.rungs, 1):
            if rung.after is not None:
                yield f"ladders[{n}].rungs[{m}].after", rung.after


def _permission_problems(policy: Policy) -> Iterator[Problem]:
    for name in SYSTEM_ONLY:
        if Party.SYSTEM not in policy.permissions.get(name, {Party.SYSTEM}):
            yield problem("system_only", f"permissions.{name}")


def _ladder_problems(policy: Policy) -> Iterator[Problem]:
    for n, ladder in enumerate(policy.ladders, 1):
        for m, rung in enumerate(ladder.rungs, 1):
            key = f"ladders[{n}].rungs[{m}]"
            if (rung.percent is None) == (rung.after is None):
                yield problem("rung_when", f"{key}.percent")
            if rung.percent is not None and not 0 <= rung.percent <= 100:  # noqa: PLR2004
                yield problem("percent", f"{key}.percent")
            if rung.to == "hotline" and policy.hotline is None:
                yield problem("rung_no_hotline", f"{key}.to")


def _calendar_problems(policy: Policy) -> Iterator[Problem]:
    if not policy.shifts:
        yield problem("no_shifts", "hours.shifts", right='"08:30-12:00"')
    for day in sorted(policy.calendar.holidays & policy.calendar.make_up):
        yield problem("day_twice", "calendar.make_up", day=day.isoformat())
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        if not any(row.affair is affair and not row.urgent for row in policy.tracks):
            yield problem("no_track", f"tracks.{affair.value}", affair=affair.value)


def _no_kind(key: str, kind: str, policy: Policy) -> Problem:
    known = tuple(policy.kind_of)
    return problem("no_kind", key, name=kind, known=known, near=nearest(kind, known))
