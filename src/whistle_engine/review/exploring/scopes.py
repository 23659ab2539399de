"""How far an exploration goes: which category, which units, which acts.

Everything at once is too much for any machine: it is the product of all that can be open at
the same time. So an exploration has all acts of the main way, from the appeal to the closing,
and of the others one or two *sides*, such as objecting, or extensions. What two sides do to each
other is seen by exploring every pair; what three do to each other is left to random walks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import combinations

from attrs import evolve, frozen

from whistle_engine import commands as c
from whistle_engine.classify import CATEGORY, TIMING
from whistle_engine.model import Affair, Facts, UnitCode, UnitKind
from whistle_engine.moves.intake import place_of
from whistle_engine.policy import Category, Policy
from whistle_engine.responder import INVITED_ONLY, leads_of, plan
from whistle_engine.rules import Rules

Acts = frozenset[type[c.Act]]

_SATURDAY = 5

MAIN: Acts = frozenset(
    {
        c.Receive, c.Classify, c.Answer, c.Redirect, c.Settle, c.MoveUp, c.Blow, c.TakeOn,
        c.SendStraight, c.Dispatch, c.ReportIn, c.HandIn, c.FeedBack, c.Tell, c.SendBack, c.Mark,
    }
)  # fmt: skip
"""The acts of the main way, in every scope."""

_DEPARTMENT = (UnitKind.DEPARTMENT,)


@frozen
class Side:
    """Acts that make sense together, and the kinds of units that they need beside the row's."""

    acts: Acts
    beside: tuple[UnitKind, ...] = ()


SIDES: Mapping[str, Side] = {
    "dangers": Side(frozenset({c.Look})),
    "joining": Side(frozenset({c.BringIn, c.Accept, c.Release}), _DEPARTMENT),
    "inviting": Side(frozenset({c.BringIn, c.Accept, c.Release}), INVITED_ONLY),
    "objecting": Side(frozenset({c.Object, c.Designate}), _DEPARTMENT),
    "admitting": Side(frozenset({c.Admit, c.Designate})),
    "extending": Side(frozenset({c.AskExtension, c.GrantExtension})),
    "deferring": Side(frozenset({c.Defer, c.Resume})),
    "raising": Side(frozenset({c.RaiseWhistle, c.StandDown})),
    "reopening": Side(frozenset({c.Reopen, c.Conclude})),
    "gathering": Side(frozenset({c.Withdraw, c.Merge, c.Split})),
    "pressing": Side(frozenset({c.Supervise, c.Escalate})),
    "telling": Side(
        frozenset({c.Add, c.Urge, c.ReportProgress, c.ChangeReceiver, c.ConfirmTime, c.CallBack})
    ),
}
"""The other acts, in groups that make sense together."""

WIDE = ("joining", "inviting", "objecting", "admitting")
"""The sides by which further units come in: each multiplies the states by ten to a hundred."""

NARROW = tuple(side for side in SIDES if side not in WIDE)
"""The other sides."""


@frozen(kw_only=True)
class Scope:
    """How far one exploration goes.

    Attributes:
        name: how it is told apart from others.
        category: the category that the matter has, or comes to have.
        acts: which acts are given at all; timers always fire.
        at: the instant at which rows of the catalogue, lists and receivers are looked up.
        place, community, street: where the matter is.
        units: who may be brought in, named or designated, besides the catalogue's.
        facts: what may be found when it is classified.
        dangers: what may be found on site.
    """

    name: str
    category: str
    acts: Acts
    at: datetime
    place: UnitCode
    community: UnitCode
    street: UnitCode
    units: tuple[UnitCode, ...] = ()
    facts: tuple[Facts, ...] = ()
    dangers: tuple[Facts, ...] = ()


def scope_of(
    rules: Rules, category: str, sides: Iterable[str] = (), *, at: datetime | None = None
) -> Scope:
    """The scope of a category with some sides.

    Args:
        rules: the rules that are explored.
        category: a code of the catalogue.
        sides: names in :data:`SIDES`.
        at: when; on the policy's first working day by default.

    Raises:
        ValueError: the policy has no such category then, no such side exists, or the directory
            has no community under a street.
    """
    policy = rules.policy
    at = at if at is not None else _morning(policy)
    row = policy.category(category, at)
    if row is None:
        raise ValueError(f"no category {category!r} is in force at {at.isoformat()}")
    sides = tuple(sides)
    for side in sides:
        if side not in SIDES:
            raise ValueError(f"no side {side!r}; there are: {', '.join(SIDES)}")
    acts = MAIN.union(*(SIDES[side].acts for side in sides))
    kinds = [SIDES[side].beside for side in sides]
    place, community, street = _place(rules)
    if plan(category, rules, at, street=street).lead is None:
        acts |= {c.Designate}  # there is no other way on (FR9)
        kinds.append(_DEPARTMENT)
    return Scope(
        name=" + ".join((category, *sides)),
        category=category,
        acts=acts,
        at=at,
        place=place,
        community=community,
        street=street,
        units=tuple(_beside(row, rules, street, kinds)),
        facts=tuple(_findings(row, rules, at)),
        dangers=tuple(_dangers(policy)) if c.Look in acts else (),
    )


def quick(rules: Rules, *, at: datetime | None = None) -> tuple[Scope, ...]:
    """What takes seconds: for every ``whistle policy check``.

    Of each affair and kind one category by the main way, classified as it is; and the smallest
    of those that departments lead with each narrow side in turn, and with joining.
    """
    codes = _one_of_each(rules, at)
    one = _smallest(rules, codes, at)
    plain = (_narrow(scope_of(rules, code, at=at)) for code in codes)
    return (*plain, *(scope_of(rules, one, (side,), at=at) for side in (*NARROW, "joining")))


def full(rules: Rules, *, at: datetime | None = None) -> tuple[Scope, ...]:
    """What takes minutes: for ``make explore``.

    Of each affair and kind one category, however it may come to be classified, and classified as
    it is with each narrow side in turn; and the smallest of those that departments lead with
    every wide side, and with every pair of narrow sides.
    """
    codes = _one_of_each(rules, at)
    one = _smallest(rules, codes, at)
    alone = (scope_of(rules, code, at=at) for code in codes)
    single = (_narrow(scope_of(rules, code, (side,), at=at)) for code in codes for side in NARROW)
    wide = (scope_of(rules, one, (side,), at=at) for side in WIDE)
    pairs = (scope_of(rules, one, pair, at=at) for pair in combinations(NARROW, 2))
    return (*alone, *single, *wide, *pairs)


def deep(rules: Rules, *, at: datetime | None = None) -> tuple[Scope, ...]:
    """What takes hours, and is mostly cut off: every other pair of sides, and further units.

    The smallest category with each pair in which a side is wide, each other category with each
    wide side, and one category of each kind that nobody in the catalogue leads.
    """
    codes = _one_of_each(rules, at)
    one = _smallest(rules, codes, at)
    pairs = (p for p in combinations(SIDES, 2) if not set(WIDE).isdisjoint(p))
    paired = (scope_of(rules, one, pair, at=at) for pair in pairs)
    wide = (scope_of(rules, code, (side,), at=at) for code in codes if code != one for side in WIDE)
    unled = (scope_of(rules, code, at=at) for code in _one_of_each(rules, at, led=False))
    return (*paired, *wide, *unled)


def _narrow(scope: Scope) -> Scope:
    return evolve(scope, facts=scope.facts[:1])


def _morning(policy: Policy) -> datetime:
    """An hour into the first working day on which the policy is in force."""
    day = policy.in_force_from
    while day.weekday() >= _SATURDAY or day in policy.calendar.holidays:
        day += timedelta(days=1)
    start = min((s.start for s in policy.shifts), default=time(8))
    local = datetime.combine(day, start, policy.zone)
    return (local + timedelta(hours=1)).astimezone(UTC)


def _place(rules: Rules) -> tuple[UnitCode, UnitCode, UnitCode]:
    """A grid with its community and street; a community that has no grid stands for itself."""
    found = None
    for unit in rules.directory.units:
        above = place_of(unit.code, rules)
        if above is not None and unit.kind is UnitKind.GRID:
            return unit.code, *above
        if above is not None and found is None:
            found = (unit.code, *above)
    if found is None:
        raise ValueError("the directory has no community under a street; nothing can come in")
    return found


def _beside(
    row: Category, rules: Rules, street: UnitCode, wanted: Iterable[tuple[UnitKind, ...]]
) -> Iterator[UnitCode]:
    """For each of the kinds that are wanted the first unit that may lead and is not in the row."""
    policy = rules.policy
    known = {*leads_of(row, street), *row.joint, policy.coordinator, policy.operations}
    known |= {policy.urgent_lead, policy.hotline or ""}
    for kinds in dict.fromkeys(kinds for kinds in wanted if kinds):
        for unit in rules.directory.units:
            if unit.kind in kinds and unit.may_lead and unit.code not in known:
                yield unit.code
                break


def _findings(row: Category, rules: Rules, at: datetime) -> Iterator[Facts]:
    """The facts that lead to each classification that the rules have for the category."""
    policy = rules.policy
    signals = {floor.signal for floor in policy.floors}
    singles = [
        ((fact.name, value),)
        for fact in policy.facts
        if fact.name not in signals and fact.name != TIMING
        for value in fact.values
    ]
    seen = set()
    for more in ((), *singles):
        facts = tuple(sorted(((CATEGORY, row.code), *more)))
        found = rules.classify(facts, at)
        if (found.affair, found.kind) not in seen:
            seen.add((found.affair, found.kind))
            yield facts


def _dangers(policy: Policy) -> Iterator[Facts]:
    """The first signal of danger: present, possible, and excluded."""
    if policy.floors:
        signal = policy.floors[0].signal
        for level in ("present", "possible", "none"):
            yield ((signal, level),)


def _units(code: str, rules: Rules, at: datetime) -> int:
    row = rules.policy.category(code, at)
    return len({*row.leads, *row.joint}) if row is not None else 0


def _one_of_each(rules: Rules, at: datetime | None, *, led: bool = True) -> tuple[str, ...]:
    """Of each affair and kind the category with the fewest units.

    Of public ones, ``led`` asks for those that somebody in the catalogue leads, or nobody.
    """
    when = at if at is not None else _morning(rules.policy)
    _, _, street = _place(rules)
    best: dict[object, tuple[int, str]] = {}
    for row in rules.policy.categories:
        if rules.policy.category(row.code, when) is not row:
            continue
        lead = plan(row.code, rules, when, street=street).lead
        if led is not (lead is not None or row.affair is not Affair.PUBLIC):
            continue
        units, key = _units(row.code, rules, when), (row.affair, row.kind)
        if key not in best or units < best[key][0]:
            best[key] = (units, row.code)
    return tuple(code for _, code in best.values())


def _smallest(rules: Rules, codes: Iterable[str], at: datetime | None) -> str:
    """The public category with the fewest units, an urgent one before others."""
    when = at if at is not None else _morning(rules.policy)

    def size(code: str) -> tuple[bool, int, bool]:
        row = rules.policy.category(code, when)
        public = row is not None and row.affair is Affair.PUBLIC
        urgent = row is not None and row.kind == rules.policy.urgent.code
        return not public, _units(code, rules, when), not urgent

    return min(codes, key=size)
