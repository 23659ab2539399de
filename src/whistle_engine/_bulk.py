"""Many commands in few appends: bulk intake.

Each command is decided for itself and has an answer of its own. What a few hundred of them
write is appended at once, which a store does much faster; where that does not work out, because
of a conflict or of any error, the commands are executed one by one, and there the one retry loop
finds out by their ids which of them had written (S1, S5).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TypeVar, cast

from attrs import define

from whistle_engine._attempt import Decided
from whistle_engine._executing import Asked, Executor, asked
from whistle_engine.commands import Command, subjects
from whistle_engine.commits import Answer as Given
from whistle_engine.errors import CodecError, CommandIdReused, VersionConflict
from whistle_engine.model import CommandId

BATCH = 256
"""How many commands are appended at once, unless told otherwise."""

Outcome = Given | CodecError | CommandIdReused | VersionConflict | ValueError
"""A command's answer, or the error that concerns this command alone."""

Words = Mapping[str, str]
"""The texts that come with a command, by name."""

T = TypeVar("T")


def windows(items: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """What comes, so many at a time; it is taken no earlier than it is needed."""
    if size < 1:
        raise ValueError(f"a batch of {size} commands; it should be 1 or more")
    rest = iter(items)
    while window := tuple(islice(rest, size)):
        yield window


@define
class _Slot:
    """A command of a window, and how far it is."""

    asked: Asked
    outcome: Outcome | None = None


def execute_window(
    executor: Executor,
    window: Sequence[tuple[Command, Words]],
    now: datetime,
    salt: Callable[[], bytes],
) -> tuple[Outcome, ...]:
    """Execute some commands, as if one by one in their order, in as few appends as can be.

    Args:
        executor: the store and the rules.
        window: commands and their words; those on one matter keep their order.
        now: the instant of all decisions, UTC.
        salt: gives fresh bytes for each text.

    Returns:
        The outcomes, in the order of the commands.
    """
    outcomes: dict[int, Outcome] = {}
    slots: dict[int, _Slot] = {}
    for number, (command, words) in enumerate(window):
        try:
            slots[number] = _Slot(asked(command, words, salt))
        except ValueError as error:
            outcomes[number] = error
    for wave in _waves(list(slots.values())):
        _execute_wave(executor, wave, now)
    outcomes |= {number: cast("Outcome", slot.outcome) for number, slot in slots.items()}
    return tuple(outcomes[number] for number in range(len(window)))


def _waves(slots: Iterable[_Slot]) -> list[list[_Slot]]:
    """Group commands so that in one group no matter and no command id comes twice.

    Whatever has a matter or an id in common comes in groups of their own, in the same order.
    """
    waves: list[list[_Slot]] = []
    reached: dict[tuple[str, CommandId], int] = {}
    for slot in slots:
        command = slot.asked.command
        keys = [("id", command.id), *(("matter", each) for each in subjects(command))]
        level = max(reached.get(key, 0) for key in keys)
        if level == len(waves):
            waves.append([])
        waves[level].append(slot)
        reached |= dict.fromkeys(keys, level + 1)
    return waves


def _execute_wave(executor: Executor, wave: Iterable[_Slot], now: datetime) -> None:
    writing: list[tuple[_Slot, Decided]] = []
    for slot in wave:
        found = _decided(executor, slot.asked, now)
        if isinstance(found, Decided) and found.drafts:
            writing.append((slot, found))
        else:
            slot.outcome = found.answer if isinstance(found, Decided) else found
    if not writing:
        return
    try:
        drafts = [draft for _, decided in writing for draft in decided.drafts]
        written = not executor.store.append(drafts).again
    except Exception:  # noqa: BLE001  what it was shows again, command by command
        written = False
    for slot, decided in writing:
        slot.outcome = decided.answer if written else _singly(executor, slot.asked, now)


def _decided(executor: Executor, asked: Asked, now: datetime) -> Decided | Outcome:
    """Decide a command, or find what it is answered without being decided."""
    try:
        attempt, earlier = executor.load(asked, now)
        return executor.again(attempt, earlier) if earlier else attempt.decided()
    except (CommandIdReused, CodecError) as error:
        return error


def _singly(executor: Executor, asked: Asked, now: datetime) -> Outcome:
    """Execute a command by the retry loop, which finds out whether it had been written."""
    try:
        return executor.execute(asked, now)
    except (CommandIdReused, CodecError, VersionConflict) as error:
        return error
