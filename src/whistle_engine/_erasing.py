"""Erasing a person's words: where they lie, and who may have them erased."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from whistle_engine._attempt import NOT_PERMITTED
from whistle_engine.codec import load_command, load_events
from whistle_engine.commands import Command, Receive
from whistle_engine.errors import CodecError, StoreUnreadable, Unfinished
from whistle_engine.events import Absorbed, Received, Refused
from whistle_engine.model import Actor, ActorId, CommandId, MatterId, Role, TextRef
from whistle_engine.refusals import unmet
from whistle_engine.rules import Rules
from whistle_engine.storage import paging
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
    found: dict[TextRef, None] = {}
    failed: list[tuple[MatterId, Exception]] = []
    raised = cache(lambda matter: has_raised(raiser, store.load(matter).records))
    unreadable: StoreUnreadable | None = None

    def look(records: Iterable[Record]) -> None:
        for record in records:
            try:
                found.update(dict.fromkeys(texts_of(record, raiser, raised)))
            except (CodecError, StoreUnreadable) as error:
                failed.append((record.matter, error))

    try:
        look(records_of(store, matter, command))
    except StoreUnreadable as error:  # a row in there keeps back all that is read along with it
        if matter is not None or command is not None:
            raise
        unreadable = error
        failed.clear()  # each matter is looked at again
        for row in paging.rows(store, page=PAGE):
            try:
                look(store.load(row.matter).records)
            except StoreUnreadable as damage:
                failed.append((row.matter, damage))
    for ref in found:
        store.erase_text(ref)
    if failed:
        raise Unfinished(tuple(found), failed)
    if unreadable is not None:  # it lies in no matter that the look-ups know of
        raise unreadable
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
        yield from paging.commits(store, page=PAGE)


def texts_of(
    record: Record, raiser: ActorId | None, raised: Callable[[MatterId], bool]
) -> tuple[TextRef, ...]:
    """The texts that came with a commit.

    Args:
        record: the commit.
        raiser: only what this person brought to matters of its own, what others brought on this
            person's behalf or said to it, and what a clerk wrote of its appeal when it was split;
            ``None`` for all.
        raised: tells whether the person is or was a raiser of a matter.

    Raises:
        CodecError: the commit, or what would tell who raised its matter, is damaged.
    """
    command = load_command(record.command)
    if (
        raiser is None
        or raiser == _named(command)
        or (raiser == command.by.id and bool(command.texts) and raised(record.matter))
    ):
        return tuple(TextRef(command.id, name) for name in command.texts)
    return tuple(_opening_words(record, raiser)) if record.version == 1 else ()


def _named(command: Command) -> ActorId | None:
    """The person that a command is about: it raises the matter, is told, or is called back."""
    if isinstance(command.do, Receive):
        return command.do.raiser or command.by.id
    return getattr(command.do, "raiser", None)


def has_raised(person: ActorId | None, records: Iterable[Record]) -> bool:
    """Tell whether a person is or was a raiser of a matter; of others' words none are its own.

    Raises:
        CodecError: what can be read does not name the person, and the rest is damaged.
    """
    damage: CodecError | None = None
    for record in records:
        try:
            events = load_events(record.events)
        except CodecError as error:
            damage = error
            continue
        for event in events:
            if isinstance(event, Received | Absorbed) and any(
                each.id == person for each in event.raisers
            ):
                return True
    if damage is not None:
        raise damage
    return False


def _opening_words(record: Record, raiser: ActorId) -> Iterator[TextRef]:
    """The words of the appeal, if a matter was opened for this person alone."""
    for event in load_events(record.events):
        if (
            isinstance(event, Received)
            and event.appeal.text is not None
            and {each.id for each in event.raisers} == {raiser}
        ):
            yield event.appeal.text
