"""Erasing a person's words: where they lie, and who may have them erased."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whistle_engine._attempt import NOT_PERMITTED
from whistle_engine.codec import load_command, load_events
from whistle_engine.commands import Command
from whistle_engine.events import Received, Refused
from whistle_engine.model import Actor, ActorId, CommandId, MatterId, Role, TextRef
from whistle_engine.refusals import unmet
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Record

PAGE = 500
"""How many commits are read at once."""


def erase(
    store: Store,
    rules: Rules,
    actor: Actor,
    *,
    raiser: ActorId | None,
    matter: MatterId | None,
    command: CommandId | None,
) -> tuple[TextRef, ...] | Refused:
    """Erase words; see :meth:`.engine.Engine.erase`."""
    if raiser is None and matter is None and command is None:
        raise ValueError("say whose words to erase, or those of which matter or command")
    if not may_erase(actor, rules):
        return Refused(command="erase", unmet=(unmet(NOT_PERMITTED),))
    found = dict.fromkeys(texts_of(records_of(store, matter, command), raiser))
    for ref in found:
        store.erase_text(ref)
    return tuple(found)


def may_erase(actor: Actor, rules: Rules) -> bool:
    """Tell whether an actor may have texts erased: the operations centre, and the system.

    A resident asks for it, and those answer for it who handle everybody's data alike; no unit
    that is judged by what residents wrote can make it vanish.
    """
    operations = Role.OPERATIONS in actor.roles and actor.unit == rules.policy.operations
    return operations or Role.SYSTEM in actor.roles


def records_of(
    store: Store, matter: MatterId | None, command: CommandId | None
) -> Iterator[Record]:
    """The commits in which texts are looked for: a matter's, a command's, or all, page by page."""
    if command is not None:
        found = store.load(matter or "", command).earlier
        yield from (r for r in found if matter is None or r.matter == matter)
    elif matter is not None:
        yield from store.load(matter).records
    else:
        after = 0
        while page := store.feed(after, limit=PAGE):
            yield from page
            after = page[-1].position


def texts_of(records: Iterable[Record], raiser: ActorId | None) -> Iterator[TextRef]:
    """The texts that came with some commits.

    Args:
        records: the commits.
        raiser: only what this person brought, what others brought on this person's behalf or
            said to it, and what a clerk wrote of its appeal when it was split; ``None`` for all.
    """
    for record in records:
        command = load_command(record.command)
        if raiser is None or _concerns(command, raiser):
            yield from (TextRef(command.id, name) for name in command.texts)
        elif record.version == 1:
            yield from _opening_words(record, raiser)


def _concerns(command: Command, raiser: ActorId) -> bool:
    """Tell whether a person gave a command, or it names the person: to receive, tell, call back."""
    return raiser in (command.by.id, getattr(command.do, "raiser", None))


def _opening_words(record: Record, raiser: ActorId) -> Iterator[TextRef]:
    """The words of the appeal, if a matter was opened for this person alone."""
    for event in load_events(record.events):
        if (
            isinstance(event, Received)
            and event.appeal.text is not None
            and {each.id for each in event.raisers} == {raiser}
        ):
            yield event.appeal.text
