"""Many commands in few appends: bulk intake.

Each command is decided for itself and has an answer of its own. What a few hundred of them
write is appended at once, which a store does much faster; where that does not work out, because
of a conflict or of any error, the commands are executed one by one, and there the one retry loop
finds out by their ids which of them had written (S1, S5).

What goes wrong with one command, be it an odd value or a damaged history, is its outcome, and
holds up no other. What the store raises concerns all that follow, and ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TypeVar, cast

from attrs import define
from attrs import evolve as changed

from whistle_engine._attempt import Decided
from whistle_engine._executing import Asked, Executor, Keeps, asked
from whistle_engine.commands import Command, subjects
from whistle_engine.commits import Answer as Given
from whistle_engine.errors import StoreMisrouted, VersionConflict
from whistle_engine.model import CommandId, MatterId, TextRef
from whistle_engine.storage.api import Capability
from whistle_engine.storage.beside import Gathering
from whistle_engine.storage.rows import Appended, Draft, Erased, Loaded, VaultText

BATCH = 256
"""How many commands are appended at once, unless told otherwise."""

Outcome = Given | Exception
"""A command's answer, or the error that concerns this command alone."""

_OF_ONE = (VersionConflict, StoreMisrouted, UnicodeError, OverflowError)
"""What a store raises because of what one command brings to it."""

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


class _Watched:
    """The store, which remembers its own errors: they are of no command, but of all."""

    def __init__(self, store: Keeps) -> None:
        self.store = store
        self.failed: list[Exception] = []
        self._gathered: dict[tuple[MatterId, CommandId | None], Loaded] = {}

    @property
    def capabilities(self) -> frozenset[Capability]:
        return self.store.capabilities

    def gather(self, commands: Iterable[Command]) -> None:
        """Load what some commands will ask for, at once where the store can; each is given once."""
        self._gathered = {}
        wanted = [
            (matter, command.id if matter == command.matter else None)
            for command in commands
            for matter in dict.fromkeys(subjects(command))
        ]
        if not wanted or not isinstance(self.store, Gathering):
            return
        with suppress(*_OF_ONE):  # one of them is odd: whose it is shows as each is loaded
            found = self._told(partial(self.store.load_all, wanted))
            self._gathered = dict(zip(wanted, found, strict=True))

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        gathered = self._gathered.pop((matter, command_id), None)
        return gathered or self._told(lambda: self.store.load(matter, command_id))

    def append(self, drafts: Sequence[Draft]) -> Appended:
        return self._told(lambda: self.store.append(drafts))

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        return self._told(lambda: self.store.read_text(ref))

    def put_document(self, digest: str, data: bytes) -> None:
        self._told(lambda: self.store.put_document(digest, data))

    def get_document(self, digest: str) -> bytes | None:
        return self._told(lambda: self.store.get_document(digest))

    def _told(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except _OF_ONE:
            raise
        except Exception as error:
            self.failed.append(error)
            raise


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
    store = _Watched(executor.store)
    executor = changed(executor, store=store)
    outcomes: dict[int, Outcome] = {}
    slots: dict[int, _Slot] = {}
    for number, (command, words) in enumerate(window):
        try:
            slots[number] = _Slot(asked(command, words, salt))
        except Exception as error:  # noqa: BLE001  a value that nobody foresaw is of one command
            outcomes[number] = error
    for wave in _waves(list(slots.values())):
        _execute_wave(executor, store, wave, now)
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


def _execute_wave(
    executor: Executor, store: _Watched, wave: Sequence[_Slot], now: datetime
) -> None:
    def alone(do: Callable[[Asked, datetime], T], asked: Asked) -> T | Exception:
        """What comes of one command, or what goes wrong with it alone."""
        try:
            return do(asked, now)
        except Exception as error:
            if any(error is each for each in store.failed):
                raise
            return error

    store.gather(slot.asked.command for slot in wave)
    writing: list[tuple[_Slot, Decided]] = []
    for slot in wave:
        found = alone(executor.found, slot.asked)
        if isinstance(found, Decided) and found.drafts:
            writing.append((slot, found))
        else:
            slot.outcome = found.answer if isinstance(found, Decided) else found
    store.gather(())  # whoever is executed alone sees what is there by then
    if not writing:
        return
    try:
        drafts = [draft for _, decided in writing for draft in decided.drafts]
        written = not executor.append(drafts).again
    except Exception:  # noqa: BLE001  what it was shows again, command by command
        written = False
    for slot, decided in writing:
        slot.outcome = decided.answer if written else alone(executor.execute, slot.asked)
