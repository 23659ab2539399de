"""Small changes of a policy: one value at a time, made otherwise by a number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from attrs import evolve, frozen

from whistle_engine.commands import NAMES
from whistle_engine.compiling import compile_rules
from whistle_engine.errors import PolicyError
from whistle_engine.model import Limit, LimitUnit, Party
from whistle_engine.policy import Category, Policy, WhistleKind
from whistle_engine.rules import Rules
from whistle_engine.testing.strategies.tales import Printer
from whistle_engine.transitions import TRANSITIONS

T = TypeVar("T")

CHOICE = "choice: made otherwise for a test"
"""The source of a value that was changed."""

LENGTHS = tuple(
    Limit(amount=amount, unit=unit, source=CHOICE)
    for unit in LimitUnit
    for amount in (1, 2, 5, 24, 90)
)
"""What limits are changed to."""


@frozen(kw_only=True, repr=False)
class Change:
    """A small change of a policy, or several.

    Attributes:
        keys: what was changed, as messages about policies name it.
        rules: the city with the change.
    """

    keys: tuple[str, ...]
    rules: Rules

    def __repr__(self) -> str:
        """What was changed."""
        return f"Change({', '.join(self.keys)})"

    def _repr_pretty_(self, printer: Printer, _cycle: bool) -> None:  # noqa: FBT001  as it is called
        """Let Hypothesis print it so, and not the whole policy."""
        printer.text(repr(self))


Made = tuple[str, Policy] | None
"""The key of what was changed, and the policy after it; ``None`` where there is nothing such."""


def change_of(rules: Rules, make: Callable[[Policy, int], Made], number: int) -> Change | None:
    """A change, or ``None`` where there is nothing to change, or it could not be adopted."""
    made = make(rules.policy, number)
    if made is None or made[1] == rules.policy:
        return None
    try:
        return Change(keys=(made[0],), rules=compile_rules(made[1], rules.directory))
    except PolicyError:
        return None


def _other(old: Limit, number: int) -> Limit:
    new = LENGTHS[number % len(LENGTHS)]
    return evolve(old, amount=new.amount, unit=new.unit, source=CHOICE)


def _one(
    items: Sequence[T], number: int, change: Callable[[T, int], T]
) -> tuple[int, tuple[T, ...]]:
    """The items with one of them changed, and which."""
    which, rest = number % len(items), number // len(items)
    return which, (*items[:which], change(items[which], rest), *items[which + 1 :])


def _less(items: Sequence[T], number: int) -> tuple[int, tuple[T, ...]]:
    """The items with one of them less, and which."""
    which = number % len(items)
    return which, (*items[:which], *items[which + 1 :])


def _limit(policy: Policy, number: int) -> Made:
    names = sorted(policy.limits)
    name = names[number % len(names)]
    changed = {**policy.limits, name: _other(policy.limits[name], number // len(names))}
    return f"limits.{name}", evolve(policy, limits=changed)


def _kind(policy: Policy, change: Callable[[WhistleKind], WhistleKind], number: int) -> Policy:
    return evolve(policy, kinds=_one(policy.kinds, number, lambda kind, _: change(kind))[1])


KIND_LIMITS = ("report_in", "solve", "hand_in", "redo", "extension")


def _kind_limit(policy: Policy, number: int) -> Made:
    number, which = divmod(number, len(KIND_LIMITS))
    name = KIND_LIMITS[which]
    number, place = divmod(number, len(policy.kinds))
    kind = policy.kinds[place]
    old: Limit | None = getattr(kind, name)
    new = None if name == "extension" and number % 2 else _other(old or LENGTHS[0], number // 2)
    changes: dict[str, Any] = {name: new}
    return f"kinds.{kind.code}.{name}", _kind(policy, lambda k: evolve(k, **changes), place)


def _evidence(policy: Policy, number: int) -> Made:
    place = number % len(policy.kinds)
    more = 1 + number // len(policy.kinds) % 3
    key = f"kinds.{policy.kinds[place].code}.evidence"
    return key, _kind(policy, lambda kind: evolve(kind, evidence=more), place)


def _may_blow(policy: Policy, number: int) -> Made:
    place = number % len(policy.kinds)
    who = (
        frozenset({Party.STREET}),
        frozenset({Party.COMMUNITY}),
        frozenset({Party.STREET, Party.COMMUNITY}),
    )[number // len(policy.kinds) % 3]
    key = f"kinds.{policy.kinds[place].code}.may_blow"
    return key, _kind(policy, lambda kind: evolve(kind, may_blow=who), place)


def _to_street(policy: Policy, number: int) -> Made:
    place = number % len(policy.kinds)
    key = f"kinds.{policy.kinds[place].code}.to_street"
    return key, _kind(policy, lambda kind: evolve(kind, to_street=not kind.to_street), place)


def _row(policy: Policy, number: int, change: Callable[[Category, int], Category]) -> Policy:
    return evolve(policy, categories=_one(policy.categories, number, change)[1])


def _leads(policy: Policy, number: int) -> Made:
    """The leads of a category in another order, or one less."""

    def change(row: Category, how: int) -> Category:
        if not row.leads:
            return row
        leads = (*row.leads[1:], row.leads[0]) if how % 2 else row.leads[1:]
        return evolve(row, leads=leads)

    return "categories.leads", _row(policy, number, change)


def _joint(policy: Policy, number: int) -> Made:
    """The joint units of a category: one less, or one that leads elsewhere more."""
    others = tuple(dict.fromkeys(u for row in policy.categories for u in row.leads))

    def change(row: Category, how: int) -> Category:
        if how % 2 and row.joint:
            return evolve(row, joint=_less(row.joint, how // 2)[1])
        more = others[how // 2 % len(others)]
        fits = more not in (*row.leads, *row.joint) and more != "street"
        return evolve(row, joint=(*row.joint, more)) if fits else row

    return ("categories.joint", _row(policy, number, change)) if others else None


def _own_limit(policy: Policy, number: int) -> Made:
    def change(row: Category, how: int) -> Category:
        return evolve(row, solve=None if row.solve else LENGTHS[how % len(LENGTHS)])

    return "categories.solve", _row(policy, number, change)


def _rule(policy: Policy, number: int) -> Made:
    """A rule less, or two in another order; the last stays last."""
    first, last = policy.rules[:-1], policy.rules[-1]
    if not first:
        return None
    if number % 2:
        return "rules", evolve(policy, rules=(*_less(first, number // 2)[1], last))
    place = number // 2 % len(first)
    moved = (*first[:place], *first[place + 1 :], first[place])
    return "rules", evolve(policy, rules=(*moved, last))


def _floor(policy: Policy, number: int) -> Made:
    return (
        ("signals", evolve(policy, floors=_less(policy.floors, number)[1]))
        if policy.floors
        else None
    )


def _listed(policy: Policy, number: int) -> Made:
    if not policy.street_list:
        return None
    return "street_list", evolve(policy, street_list=_less(policy.street_list, number)[1])


def _ladder(policy: Policy, number: int) -> Made:
    """A ladder less, or one rung of it."""
    if not policy.ladders:
        return None
    if number % 2:
        return "ladders", evolve(policy, ladders=_less(policy.ladders, number // 2)[1])
    shorter = _one(
        policy.ladders,
        number // 2,
        lambda ladder, how: evolve(
            ladder, rungs=_less(ladder.rungs, how)[1] if ladder.rungs else ()
        ),
    )[1]
    return "ladders.rungs", evolve(policy, ladders=shorter)


def _track(policy: Policy, number: int) -> Made:
    changed = _one(
        policy.tracks, number, lambda row, how: evolve(row, limit=_other(row.limit, how))
    )[1]
    return "tracks", evolve(policy, tracks=changed)


def _objections(policy: Policy, number: int) -> Made:
    name = ("within", "answer")[number % 2]
    changes: dict[str, Any] = {name: _other(getattr(policy.objections, name), number // 2)}
    return f"objections.{name}", evolve(policy, objections=evolve(policy.objections, **changes))


def _extensions(policy: Policy, number: int) -> Made:
    street = policy.extensions.decided_by is Party.STREET
    who = Party.COORDINATOR if street else Party.STREET
    changed = evolve(policy.extensions, decided_by=who)
    if number % 2:
        changed = evolve(policy.extensions, decide=_other(policy.extensions.decide, number // 2))
    return "extensions", evolve(policy, extensions=changed)


def _deferrals(policy: Policy, number: int) -> Made:
    if number % 2:
        changed = evolve(policy.deferrals, most=number // 2 % 4)
    else:
        changed = evolve(policy.deferrals, total=_other(policy.deferrals.total, number // 2))
    return "deferrals", evolve(policy, deferrals=changed)


MARK_LIMITS = ("mark", "tell", "reopen_within", "follow_up")


def _marks(policy: Policy, number: int) -> Made:
    number, which = divmod(number, len(MARK_LIMITS) + 1)
    if which == len(MARK_LIMITS):
        return "marks.rounds", evolve(policy, marks=evolve(policy.marks, rounds=1 + number % 4))
    name = MARK_LIMITS[which]
    changes: dict[str, Any] = {name: _other(getattr(policy.marks, name), number)}
    return f"marks.{name}", evolve(policy, marks=evolve(policy.marks, **changes))


def _straight(policy: Policy, _number: int) -> Made:
    return "straight", evolve(policy, straight=not policy.straight)


def _enforcement(policy: Policy, number: int) -> Made:
    if not policy.enforcement:
        return None
    return "enforcement", evolve(
        policy, enforcement=frozenset(_less(sorted(policy.enforcement), number)[1])
    )


def _permission(policy: Policy, number: int) -> Made:
    """One party less that may give a command."""
    rows = list(TRANSITIONS.items())
    number, which = divmod(number, len(rows))
    act, row = rows[which]
    name = NAMES[act]
    now = sorted(policy.permissions.get(name, row.parties), key=lambda party: party.value)
    if not now:
        return None
    fewer = frozenset(_less(now, number)[1])
    return f"permissions.{name}", evolve(policy, permissions={**policy.permissions, name: fewer})


def _calendar(policy: Policy, number: int) -> Made:
    """A holiday or a make-up day less; or the calendar known for a shorter time."""
    calendar = policy.calendar
    number, how = divmod(number, 3)
    if how == 0:
        day = calendar.known_until - timedelta(days=number % 120)
        changed = evolve(
            calendar,
            known_until=day,
            holidays=frozenset(d for d in calendar.holidays if d <= day),
            make_up=frozenset(d for d in calendar.make_up if d <= day),
        )
        return "calendar.known_until", evolve(policy, calendar=changed)
    name = ("holidays", "make_up")[how - 1]
    days = sorted(getattr(calendar, name))
    if not days:
        return None
    changes: dict[str, Any] = {name: frozenset(_less(days, number)[1])}
    return f"calendar.{name}", evolve(policy, calendar=evolve(calendar, **changes))


CHANGES: tuple[Callable[[Policy, int], Made], ...] = (
    _limit,
    _kind_limit,
    _evidence,
    _may_blow,
    _to_street,
    _leads,
    _joint,
    _own_limit,
    _rule,
    _floor,
    _listed,
    _ladder,
    _track,
    _objections,
    _extensions,
    _deferrals,
    _marks,
    _straight,
    _enforcement,
    _permission,
    _calendar,
)
"""What can be changed."""
