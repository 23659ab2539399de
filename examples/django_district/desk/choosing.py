"""What there is to choose from, for the fields of acts that name something."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import frozen
from django.contrib.auth.models import User
from django.utils import timezone
from whistle_engine import Actor, Matter, Role, What, commands, duties
from whistle_engine.commands import Act
from whistle_engine.model import Affair, UnitKind
from whistle_engine.texts import label

from desk import words
from desk.hosting import rules
from desk.words import Choices, Groups


@frozen
class Desk:
    """What a form is for: an act of somebody, on a matter or on one that is to be opened."""

    user: User
    actor: Actor
    act: type[Act]
    matter: Matter | None = None


def _responders(desk: Desk) -> list[str]:
    return [each.unit for each in desk.matter.responders] if desk.matter else []


def _unit(desk: Desk) -> Choices:
    within = (commands.ConfirmTime, commands.Release, commands.Supervise)
    return words.units(_responders(desk) if desk.act in within else None)


def late_joint(desk: Desk) -> list[str]:
    """The joint units whose part is overdue: without those, and no others, the lead may answer."""
    running = duties(desk.matter, rules()) if desk.matter else ()
    owed = [each for each in running if each.what is What.HAND_IN and each.unit]
    return [each.unit for each in owed if each.unit and timezone.now() > each.due]


def _leads(desk: Desk) -> Choices:
    if desk.matter is None or desk.matter.classification is None:
        return []
    row = rules().policy.category(desk.matter.classification.category, desk.matter.at)
    return words.units(row.leads if row else ())


def _places(desk: Desk) -> Choices:
    """Communities and grids: of a community or street, its own."""
    directory, unit = rules().directory, desk.actor.unit
    own = directory.unit(unit) if desk.actor.roles & {Role.COMMUNITY, Role.STREET} else None
    return words.units(
        each.code
        for each in directory.units
        if each.kind in (UnitKind.COMMUNITY, UnitKind.GRID)
        and (own is None or directory.above(each.code, own.kind) == unit)
    )


def titled(rows: Iterable[Any]) -> Choices:
    """Rows of the policy by code, each once."""
    return list({row.code: words.title(row.title) for row in rows}.items())


def categories() -> Groups:
    """The categories, public ones under who leads them: nobody finds one among some hundreds."""
    groups: dict[str, dict[str, str]] = {}
    for row in rules().policy.categories:
        public = row.affair is Affair.PUBLIC and row.leads
        heading = words.unit(row.leads[0]) if public else label(row.affair, words.lang())
        groups.setdefault(heading, {})[row.code] = words.title(row.title)
    return [(heading, list(group.items())) for heading, group in groups.items()]


CHOICES: Mapping[str, Callable[[Desk], Choices | Groups]] = {
    "category": lambda _desk: categories(),
    "channel": lambda _desk: [(c, words.title(t)) for c, t in rules().policy.channels.items()],
    "clause": lambda _desk: categories(),
    "kind": lambda _desk: titled(rules().policy.kinds),
    "lead": _leads,
    "names": lambda _desk: words.units(),
    "place": _places,
    "raiser": lambda desk: [(r.id, r.id) for r in desk.matter.raisers] if desk.matter else [],
    "receiver": lambda desk: [
        (r.id, r.id) for r in rules().directory.receivers if r.unit == desk.actor.unit
    ],
    "route": lambda _desk: [(c, words.title(t)) for c, t in rules().policy.routes.items()],
    "to": _leads,
    "unit": _unit,
    "without": lambda desk: words.units(late_joint(desk)),
}
"""For the fields that name something, what there is to choose from."""
