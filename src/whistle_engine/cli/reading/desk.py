"""Where a command reads from: a store, the rules, and in whose name it reads.

Whoever has the store has the data: the command line reads as the operations centre, which has a
part in every matter, unless it is told to read as somebody else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import frozen

from whistle_engine._reading import Reader
from whistle_engine.cli.output import BadInput, Lang
from whistle_engine.cli.reading.rules_from import asked_for, of_store
from whistle_engine.cli.reading.words import say
from whistle_engine.cli.store.opening import opened
from whistle_engine.model import Actor, Role
from whistle_engine.problems import nearest
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store

if TYPE_CHECKING:
    from whistle_engine.texts._voice import Voice

OURSELVES = "command-line"
"""The id of the actor as whom the command line reads."""


@frozen(kw_only=True)
class Desk:
    """An opened store, the rules by which things are named, and who reads."""

    store: Store
    rules: Rules
    actor: Actor
    lang: Lang

    @property
    def reader(self) -> Reader:
        """The engine's reads; unlike an engine it stores no rules."""
        return Reader(store=self.store, rules=self.rules)

    @property
    def voice(self) -> Voice:
        """Says codes and instants in words."""
        from whistle_engine.texts._voice import Voice

        return Voice(self.lang, self.rules)


@contextmanager
def desk(url: str, lang: Lang, *, policy: str | None, who: str | None) -> Iterator[Desk]:
    """Open a store to be read.

    Args:
        url: the store's.
        lang: the language.
        policy: the rules, by name or file; ``None`` takes those of the latest commit.
        who: ``ROLE`` or ``ROLE:WHO``; ``None`` is the operations centre.

    Raises:
        BadInput: the store cannot be read, holds nothing, or there is no such role or unit.
    """
    with opened(url) as store:
        rules = asked_for(policy, lang) if policy is not None else of_store(store, lang)
        if rules is None:
            raise BadInput(say("store.empty", lang))
        yield Desk(store=store, rules=rules, actor=actor(who, rules, lang), lang=lang)


def actor(who: str | None, rules: Rules, lang: Lang) -> Actor:
    """Who reads.

    Args:
        who: ``ROLE`` for an office that the policy names a unit for, ``ROLE:UNIT``, or
            ``resident:ID``; ``None`` is the operations centre.
        rules: name the units.
        lang: of what is said.

    Raises:
        BadInput: there is no such role or unit.
    """
    name, _, unit = (who or Role.OPERATIONS.value).partition(":")
    try:
        role = Role(name.replace("-", "_"))
    except ValueError:
        known = ", ".join(each.value for each in Role)
        raise BadInput(say("as.role", lang, name=name, known=known)) from None
    if role is Role.RESIDENT:
        if not unit:
            raise BadInput(say("as.resident", lang))
        return Actor(id=unit, roles=frozenset({role}))
    if role is Role.SYSTEM:
        return Actor(id=OURSELVES, roles=frozenset({role}))
    offices = {
        Role.OPERATIONS: rules.policy.operations,
        Role.COORDINATOR: rules.policy.coordinator,
        Role.HOTLINE: rules.policy.hotline,
    }
    unit = unit or offices.get(role) or ""
    if not unit:
        raise BadInput(say("as.unit", lang, role=role.value))
    known_unit(unit, rules, lang)
    return Actor(id=OURSELVES, roles=frozenset({role}), unit=unit)


def known_unit(unit: str, rules: Rules, lang: Lang) -> None:
    """Stop at a unit that the directory does not hold.

    Raises:
        BadInput: it says which is nearest.
    """
    if rules.directory.unit(unit) is None:
        near = nearest(unit, (each.code for each in rules.directory.units))
        hint = say("near", lang, name=near) if near else ""
        raise BadInput(say("unit.unknown", lang, unit=unit, near=hint))
