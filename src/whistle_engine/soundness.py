"""Whether a policy is sound: one sentence for each thing that would leave a case undecided."""

from __future__ import annotations

from whistle_engine.model import UNKNOWN, Affair, Limit, Party
from whistle_engine.policy import LEVELS, REQUIRED_LIMITS, TIMINGS, Policy

SIGNAL_VALUES = ("none", *LEVELS, UNKNOWN)
"""The values of every fact that is a signal of danger."""


def problems(policy: Policy) -> tuple[str, ...]:
    """Everything for which a policy could not decide every case; empty if it can.

    What is named is declared; ranks and the urgent kind are unique; the last rule matches
    everything (L1); floors do not fall as danger rises (L2, L3); no limit is missing.
    """
    return (
        *_kind_problems(policy),
        *_category_problems(policy),
        *_fact_problems(policy),
        *_rule_problems(policy),
        *_floor_problems(policy),
        *_limit_problems(policy),
        *_ladder_problems(policy),
        *_calendar_problems(policy),
    )


def _kind_problems(policy: Policy) -> list[str]:
    found = []
    if sum(k.urgent for k in policy.kinds) != 1:
        found.append("exactly one whistle kind must be urgent")
    if all(k.urgent for k in policy.kinds):
        found.append("there must be a whistle kind that is not urgent")
    if len({k.rank for k in policy.kinds}) != len(policy.kinds):
        found.append("two whistle kinds have the same rank")
    found += [
        f"the rank of whistle kind {k.code!r} is negative" for k in policy.kinds if k.rank < 0
    ]
    found += [
        f"whistle kind {k.code!r}: evidence must be at least 1 (FR6)"
        for k in policy.kinds
        if k.evidence < 1
    ]
    if policy.kinds and not max(policy.kinds, key=lambda k: k.rank).urgent:
        found.append("the urgent whistle kind must have the highest rank")
    return found


def _category_problems(policy: Policy) -> list[str]:
    found = []
    for row in policy.categories:
        where = f"category {row.code!r}"
        if row.code == UNKNOWN:
            found.append(f"{where}: unknown is what a category is before it is known")
        if row.kind is not None and row.kind not in policy.kind_of:
            found.append(f"{where} names the whistle kind {row.kind!r}, which is not declared")
        if (row.affair is Affair.PUBLIC) != (row.kind is not None):
            found.append(f"{where}: a public category names a whistle kind, and no other does")
    return found


def _fact_problems(policy: Policy) -> list[str]:
    found = []
    names = [declared.name for declared in policy.facts]
    found += [f"the fact {n!r} is declared twice" for n in sorted(set(names)) if names.count(n) > 1]
    wanted = {floor.signal: SIGNAL_VALUES for floor in policy.floors}
    wanted["timing"] = (*TIMINGS, UNKNOWN)
    for declared in policy.facts:
        values = wanted.get(declared.name)
        if values is not None and set(declared.values) != set(values):
            found.append(f"the fact {declared.name!r} must have the values {', '.join(values)}")
    return found


def _rule_problems(policy: Policy) -> list[str]:
    found = []
    values = {f.name: set(f.values) for f in policy.facts}
    signals = {f.signal for f in policy.floors}
    if not policy.rules or policy.rules[-1].when:
        found.append("the last classification rule must match everything (when = {}) (L1)")
    for rule in policy.rules:
        for name, wanted in rule.when:
            if name in signals:
                found.append(
                    f"rule {rule.id!r} reads the signal {name!r}; signals act by floors only (L2)"
                )
            elif name == "category":
                found += [
                    f"rule {rule.id!r}: no category {value!r}"
                    for value in sorted(wanted - {c.code for c in policy.categories})
                ]
            elif name not in values:
                found.append(f"rule {rule.id!r} reads the fact {name!r}, which is not declared")
            else:
                found += [
                    f"rule {rule.id!r}: the fact {name!r} has no value {value!r}"
                    for value in sorted(wanted - values[name])
                ]
        if rule.kind is not None and rule.kind not in policy.kind_of:
            found.append(f"rule {rule.id!r}: no whistle kind {rule.kind!r}")
    return found


def _floor_problems(policy: Policy) -> list[str]:
    found = []
    table = {(f.signal, f.level, f.timing): f for f in policy.floors}
    names = {f.name for f in policy.facts}
    keys = [(f.signal, f.level, f.timing) for f in policy.floors]
    found += [f"two floors of {'/'.join(key)}" for key in sorted(set(keys)) if keys.count(key) > 1]
    for floor in policy.floors:
        where = f"floor of {floor.signal!r}, {floor.level}, {floor.timing}"
        if floor.signal not in names:
            found.append(f"{where}: the signal is not declared as a fact")
        if floor.level not in LEVELS or floor.timing not in TIMINGS:
            found.append(f"{where}: level is one of {LEVELS}, timing one of {TIMINGS}")
        if floor.kind is not None and floor.kind not in policy.kind_of:
            found.append(f"{where}: no whistle kind {floor.kind!r}")
        elif floor.timing == "over" and floor.kind == policy.urgent.code:
            found.append(f"{where}: what is over is never of the urgent kind (L3)")
        elif (above := table.get((floor.signal, "present", floor.timing))) is not None and (
            policy.rank(above.affair, above.kind) < policy.rank(floor.affair, floor.kind)
        ):
            found.append(f"{where}: falls as the signal rises to present (L2)")
        elif floor.level == "possible" and above is None:
            found.append(f"{where}: there is no floor for the signal present (L2)")
    return found


def _limit_problems(policy: Policy) -> list[str]:
    found = [
        f"the limit {name!r} is missing" for name in REQUIRED_LIMITS if name not in policy.limits
    ]
    found += [
        f"permissions.{name}: only the system gives it, and it has to"
        for name in ("fire_timer", "fix_due_times")
        if Party.SYSTEM not in policy.permissions.get(name, {Party.SYSTEM})
    ]
    if policy.marks.rounds < 1:
        found.append("marks.rounds must be at least 1")
    if policy.deferrals.most < 0:
        found.append("deferrals.most must not be negative")
    found += [
        f"the limit {limit.rule or name!r} is negative"
        for name, limit in _all_limits(policy)
        if limit.amount < 0
    ]
    return found


def _all_limits(policy: Policy) -> list[tuple[str, Limit]]:
    found = list(policy.limits.items())
    for kind in policy.kinds:
        named = {
            "report_in": kind.report_in,
            "solve": kind.solve,
            "hand_in": kind.hand_in,
            "redo": kind.redo,
            "extension": kind.extension,
        }
        found += [(f"{kind.code}.{n}", limit) for n, limit in named.items() if limit is not None]
    found += [
        ("objections.within", policy.objections.within),
        ("objections.answer", policy.objections.answer),
        ("extensions.decide", policy.extensions.decide),
        ("deferrals.total", policy.deferrals.total),
        ("marks.mark", policy.marks.mark),
        ("marks.tell", policy.marks.tell),
        ("marks.reopen_within", policy.marks.reopen_within),
        ("marks.follow_up", policy.marks.follow_up),
    ]
    found += [(f"track of {t.affair.value}, {t.scope}", t.limit) for t in policy.tracks]
    return found


def _ladder_problems(policy: Policy) -> list[str]:
    found = []
    for ladder in policy.ladders:
        for rung in ladder.rungs:
            if (rung.percent is None) == (rung.after is None):
                found.append(f"a rung {rung.action.value!r} needs exactly one of percent and after")
            if rung.percent is not None and not 0 <= rung.percent <= 100:  # noqa: PLR2004
                found.append(f"a rung {rung.action.value!r}: percent is from 0 to 100")
            if rung.to == "hotline" and policy.hotline is None:
                found.append(f"a rung {rung.action.value!r} is for the hotline, and none is named")
    return found


def _calendar_problems(policy: Policy) -> list[str]:
    found = []
    if not policy.shifts:
        found.append("shifts: at least one is needed to count working time")
    both = policy.calendar.holidays & policy.calendar.make_up
    found += [f"{day} is a holiday and a make-up day at once" for day in sorted(both)]
    for affair in (Affair.HOUSEHOLD, Affair.SHARED):
        if not any(row.affair is affair for row in policy.tracks):
            found.append(f"tracks: no limit for {affair.value} matters")
    return found
