"""The only retry loop: load, decide, append; decided again after a conflict.

An append that raises may have written all the same (the connection broke, not the commit). So
whatever it raised, the store is asked by the command's id first; what is found there is the
answer, and only if nothing is found does the error go on to the caller.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Protocol, cast

from attrs import evolve as changed
from attrs import frozen

from whistle_engine._attempt import NOT_PERMITTED, Attempt, Decided, salted, subject
from whistle_engine._documents import keep_again
from whistle_engine.codec import dump_command, load_answer, load_basis, load_command, load_events
from whistle_engine.commands import Command, subjects
from whistle_engine.commits import Answer, Receipt, Written
from whistle_engine.errors import CodecError, CommandIdReused, VersionConflict
from whistle_engine.events import Refused
from whistle_engine.model import CommandId, MatterId, Role, TextRef
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Capability, Documents
from whistle_engine.storage.rows import Appended, Draft, Erased, Loaded, Record, VaultText

ATTEMPTS = 32
"""How often a command is decided before a conflict is given up on."""

RESERVED = ("timer:", "fix:")
"""How the ids of the system's own commands begin: taken by others, a timer could not fire."""

_TEXT_NAME = re.compile(r"[a-z][a-z_]{0,39}")


@frozen(kw_only=True)
class Asked:
    """A command, checked and with the names of its texts, and the words for the vault."""

    command: Command
    vault: tuple[VaultText, ...]


def asked(command: Command, texts: Mapping[str, str], salt: Callable[[], bytes]) -> Asked:
    """Check what came in.

    Args:
        command: the command; its ``texts`` may be left empty.
        texts: the words, by name.
        salt: gives fresh bytes for each text.

    Raises:
        CodecError: a value is not of its declared type.
        ValueError: the texts are not those that the command names, a name is not one, or the
            command's id is reserved for the system.
    """
    try:
        names = tuple(sorted(texts))
        if not command.texts:
            command = changed(command, texts=names)
        _check(command, texts)
    except (AttributeError, KeyError, TypeError) as error:
        _blame(command, error)
        for name, words in cast("Mapping[str, object]", texts).items():
            if not isinstance(words, str):
                told = f"the text {name!r} is a {type(words).__name__}; it should be a str"
                raise CodecError(told) from error
        raise
    return Asked(
        command=command,
        vault=tuple(
            VaultText(
                ref=TextRef(command.id, name),
                matter=command.matter,
                salt=salt(),
                words=texts[name],
            )
            for name in names
        ),
    )


def _blame(command: Command, error: Exception) -> None:
    """After an error, see whether a value of the command is not of its declared type.

    A program that is type-checked never brings such a command; looking each time would cost about
    as much as deciding does.

    Raises:
        CodecError: it says which value, and what it should be.
    """
    try:
        load_command(dump_command(command))
    except CodecError as wrong:
        raise wrong from error


def _check(command: Command, texts: Mapping[str, str]) -> None:
    if command.id.startswith(RESERVED) and Role.SYSTEM not in command.by.roles:
        raise ValueError(f"command ids that begin with {' or '.join(RESERVED)} are the system's")
    if set(command.texts) != set(texts):
        raise ValueError(
            f"the command names the texts {sorted(command.texts)}, but {sorted(texts)} came with it"
        )
    for name in (command.id, *subjects(command)):
        _expect_whole(name, f"the id {name!r}")
    for name, words in texts.items():
        if not _TEXT_NAME.fullmatch(name) and name not in subjects(command):
            raise ValueError(f"{name!r} is no name of a text")
        _expect_whole(words, f"the text {name!r}")


def _expect_whole(words: str, called: str) -> None:
    try:
        words.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{called} holds half a character") from None


class Keeps(Documents, Protocol):
    """What of a :class:`.storage.api.Store` is needed to execute commands."""

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What it can do."""
        ...

    def load(self, matter: MatterId, command_id: CommandId | None = None) -> Loaded:
        """Read a history, and what a command id wrote."""
        ...

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write commits."""
        ...

    def read_text(self, ref: TextRef) -> VaultText | Erased | None:
        """Read words."""
        ...


@frozen(kw_only=True)
class Executor:
    """What a command is executed on, and by."""

    store: Keeps
    rules: Rules

    def execute(self, asked: Asked, now: datetime) -> Answer:
        """Decide a command and write what follows, once; see :meth:`.engine.Engine.execute`."""
        for _ in range(ATTEMPTS - 1):
            with suppress(VersionConflict):
                return self._once(asked, now)
        return self._once(asked, now)  # what stops the last attempt is for the caller

    def _once(self, asked: Asked, now: datetime) -> Answer:
        decided = self.found(asked, now)
        if not isinstance(decided, Decided):
            return decided
        if not decided.drafts:
            return decided.answer
        try:
            appended = self.append(decided.drafts)
        except VersionConflict:
            raise
        except Exception:
            found = self._written_all_the_same(asked, now)
            if found is None:
                raise
            appended = found
        if appended.again:  # perhaps the same command came twice at once, and one was faster
            return self.again(self.load(asked, now)[0], appended.records)
        return decided.answer

    def found(self, asked: Asked, now: datetime) -> Decided | Answer:
        """Decide a command, or find what it was answered when it wrote before."""
        attempt, earlier = self.load(asked, now)
        try:
            return self.again(attempt, earlier) if earlier else attempt.decided()
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
            _blame(asked.command, error)
            raise

    def append(self, drafts: Sequence[Draft]) -> Appended:
        """Write commits, and see that the documents are there which they rest on (S18)."""
        keep_again(self.store, self.rules)
        return self.store.append(drafts)

    def _written_all_the_same(self, asked: Asked, now: datetime) -> Appended | None:
        with suppress(Exception):  # the append's own error says best what is wrong with the store
            earlier = self.load(asked, now)[1]
            return Appended(records=earlier, again=True) if earlier else None
        return None

    def load(self, asked: Asked, now: datetime) -> tuple[Attempt, tuple[Record, ...]]:
        """Load every matter that a command concerns, and what its id wrote before."""
        command = asked.command
        first, *rest = dict.fromkeys(subjects(command))
        loaded = self.store.load(first, command.id)
        found = (
            subject(first, loaded.records),
            *(subject(each, self.store.load(each).records) for each in rest),
        )
        latest = max([now, *(one.records[-1].recorded_at for one in found if one.records)])
        attempt = Attempt(
            command=command, vault=asked.vault, rules=self.rules, now=latest, subjects=found
        )
        return attempt, loaded.earlier

    def again(self, attempt: Attempt, earlier: tuple[Record, ...]) -> Answer:
        """The answer to a command id that wrote before (L13).

        Raises:
            CommandIdReused: it came with other content, by one who could give this command.
        """
        command = attempt.command
        first = earlier[0]
        if first.command == dump_command(command) and self._same_texts(first, attempt.vault):
            refused = load_answer(first.answer)
            return refused if refused is not None else _receipt(command, earlier)
        answer = attempt.decide(attempt.subjects[0])
        if isinstance(answer, Refused) and answer.code == NOT_PERMITTED:
            return answer
        raise CommandIdReused(command.id)

    def _same_texts(self, record: Record, vault: tuple[VaultText, ...]) -> bool:
        """Compare by the digests in the basis and the salts in the vault; erased is not compared.

        The names are in the command, so they are the same here.
        """
        digests = dict(load_basis(record.basis).texts)
        for text in vault:
            kept = self.store.read_text(text.ref)
            if isinstance(kept, VaultText) and (
                digests.get(text.ref.name) != salted(kept.salt, text.words)
            ):
                return False
        return True


def _receipt(command: Command, records: tuple[Record, ...]) -> Receipt:
    """The answer to an accepted command, from what it wrote earlier."""
    return Receipt(
        command=command.id,
        recorded_at=records[0].recorded_at,
        written=tuple(
            Written(matter=r.matter, version=r.version, events=load_events(r.events))
            for r in sorted(records, key=lambda r: (r.matter != command.matter, r.position))
        ),
    )
