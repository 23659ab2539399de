"""The engine: load, decide, append, retry; the shell around the pure core.

It alone knows the time and what is random, and it alone decides again after a conflict.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime

from whistle_engine import _erasing, _firing, rebuilding
from whistle_engine._bulk import BATCH, Outcome, execute_window, windows
from whistle_engine._documents import expect_in_force, kept
from whistle_engine._executing import ATTEMPTS, RESERVED, Executor, asked
from whistle_engine._firing import LEASE, SYSTEM, utc
from whistle_engine._reading import Reader
from whistle_engine.commands import Command
from whistle_engine.commits import Answer as Given
from whistle_engine.commits import Commit, Documents
from whistle_engine.events import Refused
from whistle_engine.model import (
    Actor,
    ActorId,
    CommandId,
    Matter,
    MatterId,
    TextRef,
    UnitCode,
)
from whistle_engine.rules import Rules
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import (
    Claim,
    DutyRow,
    Erased,
    LedgerFilter,
    MatterRow,
    Timer,
)
from whistle_engine.texts import Lang, Line

__all__ = ["ATTEMPTS", "LEASE", "RESERVED", "SYSTEM", "Engine", "fresh_salt", "utc_now"]

EVERYTHING = LedgerFilter()
"""The filter that does not restrict."""


def fresh_salt() -> bytes:
    """Sixteen bytes that nobody can guess: they keep the digests of words from telling anything."""
    return os.urandom(16)


def utc_now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


class Engine:
    """Executes commands on the matters of one jurisdiction, and lets them be read.

    It holds no state of a matter: any number of engines may share a store.

    Every read takes an actor, and shows of exactly those matters in which it is some party. What
    is not there and what is not the actor's look the same (L16).
    """

    def __init__(
        self,
        store: Store,
        rules: Rules,
        *,
        clock: Callable[[], datetime] = utc_now,
        salt: Callable[[], bytes] = fresh_salt,
    ) -> None:
        """Make an engine.

        Args:
            store: where the commits go.
            rules: the policy and directory to decide by. For a trial they may be rules that are
                not in force yet, or no longer.
            clock: tells the time; its instants have to carry a time zone.
            salt: gives the bytes with which the digest of each text is salted. Another one than
                the default is for invented histories only, which have to come out the same twice.
        """
        self._store = store
        self._clock = clock
        self._salt = salt
        self._rules = kept(store, rules)

    @property
    def store(self) -> Store:
        """Where the commits go: for workers, which see more than any actor does."""
        return self._store

    @property
    def rules(self) -> Rules:
        """The rules in force, with the digests under which their bytes are stored."""
        return self._rules

    def adopt(self, rules: Rules) -> None:
        """Decide by other rules from now on; no running clock changes (FR7).

        The exact bytes that they were read from are stored under their digests first (S18). Of
        values that were built in code the canonical form is stored instead, and its digest is
        what commits name.

        Args:
            rules: the policy and directory to decide by.

        Raises:
            ValueError: the policy is not in force yet; the engine decides by the one before.
        """
        expect_in_force(rules, self._now())
        self._rules = kept(self._store, rules)

    # ------------------------------------------------------------------------------- commands

    def execute(self, command: Command, *, texts: Mapping[str, str] | None = None) -> Given:
        """Decide a command and write what follows, once.

        Sent again under the same id, a command that wrote has the effect and the answer of once
        (L13), also where the store reported an error although it had written. A refusal that
        wrote nothing is decided afresh.

        Args:
            command: what is asked, by whom; ``command.texts`` may be left empty.
            texts: the words that come with it, by name; they go to the vault only.

        Returns:
            What was written, or why not.

        Raises:
            CommandIdReused: the id wrote before, with other content, and the actor could have
                given this command.
            VersionConflict: others were faster every time.
            CodecError: a value in the command cannot be written, or is not of its declared type.
            ValueError: the texts are not those that the command names, a name is not one, or the
                command's id is reserved for the system.
            Exception: whatever else the store raised; then nothing is known to be written, and
                the command can be sent again under the same id.
        """
        return self._execute(command, {} if texts is None else texts, self._now())

    def _execute(self, command: Command, texts: Mapping[str, str], now: datetime) -> Given:
        return self._executor.execute(asked(command, texts, self._salt), now)

    @property
    def _executor(self) -> Executor:
        return Executor(store=self._store, rules=self._rules)

    def execute_many(
        self, commands: Iterable[tuple[Command, Mapping[str, str]]], *, batch: int = BATCH
    ) -> Iterator[Outcome]:
        """Execute many commands in few appends: bulk intake, in flat memory.

        Each command is decided for itself, and one that is refused or wrong holds up no other;
        it is written wholly or not at all. A batch is no unit: what was told to write together
        is tried one by one where it could not be. Commands on one matter keep their order.

        Args:
            commands: commands and the words that come with each; a batch of them is taken at a
                time, once the outcomes of the batch before were taken.
            batch: how many are appended at once.

        Yields:
            For each command, in order, its answer or the error that concerns it alone and that
            :meth:`execute` would raise: a wrong value, say, a damaged history, or matters of two
            jurisdictions. What was yielded is written; nothing happens before the first is asked
            for.

        Raises:
            ValueError: a batch is less than 1.
            Exception: what the store raised. Of those not yielded some may be written: all of them
                can be sent again under the same ids (what was refused is decided afresh).
        """
        for window in windows(commands, batch):
            yield from execute_window(self._executor, window, self._now(), self._salt)

    # ---------------------------------------------------------------------------------- reads

    @property
    def _reader(self) -> Reader:
        return Reader(store=self._store, rules=self._rules)

    def matter(self, actor: Actor, matter: MatterId) -> Matter:
        """A matter as it stands.

        Raises:
            UnknownMatter: it is not there, or the actor has no part in it.
        """
        return self._reader.seen(actor, matter)[0]

    def commits(self, actor: Actor, matter: MatterId) -> tuple[Commit, ...]:
        """A matter's history.

        Raises:
            UnknownMatter: it is not there, or the actor has no part in it.
        """
        return self._reader.commits(actor, matter)

    def timeline(self, actor: Actor, matter: MatterId, lang: Lang) -> tuple[Line, ...]:
        """A matter's history in words, by the titles of the rules in force; see :mod:`.texts`.

        Args:
            actor: who reads.
            matter: which matter.
            lang: ``zh`` or ``en``.

        Raises:
            UnknownMatter: it is not there, or the actor has no part in it.
            ValueError: there is no such language.
        """
        return self._reader.timeline(actor, matter, lang)

    def documents(self, actor: Actor, matter: MatterId, version: int) -> Documents:
        """The policy and the directory that a past decision rested on, as exact bytes.

        ``policy_file.unpacked`` gives the files in them, to be read again or written out.

        Args:
            actor: who reads.
            matter: which matter.
            version: which of its commits, from 1.

        Raises:
            UnknownMatter: it is not there, the actor has no part in it, or it has not come to
                that version.
        """
        return self._reader.documents(actor, matter, version)

    def text(self, actor: Actor, matter: MatterId, ref: TextRef) -> str | Erased | None:
        """The words that came with a command on a matter.

        Args:
            actor: who reads.
            matter: which matter.
            ref: where the words lie.

        Returns:
            The words, ``Erased.ERASED``, or ``None`` if this matter has no such words for the
            actor: a raiser reads no other raiser's.

        Raises:
            UnknownMatter: the matter is not there, or the actor has no part in it.
        """
        return self._reader.text(actor, matter, ref)

    def inbox(
        self,
        actor: Actor,
        unit: UnitCode | None = None,
        *,
        after: DutyRow | None = None,
        limit: int = 100,
    ) -> tuple[DutyRow, ...]:
        """What waits for a unit, the earliest due first.

        Args:
            actor: who reads: somebody of the unit, or of an office that has a part in every
                matter (coordinator, operations centre, hotline, system).
            unit: whose inbox; ``None`` is the actor's own unit.
            after: the last row of the page before.
            limit: at most so many.

        Returns:
            The duties that the actor may see; none for anybody else.
        """
        return self._reader.inbox(actor, unit, after, limit)

    def ledger(
        self,
        actor: Actor,
        where: LedgerFilter = EVERYTHING,
        *,
        after: MatterRow | None = None,
        limit: int = 100,
    ) -> tuple[MatterRow, ...]:
        """The matters that an actor may see in the ledger, the earliest received first.

        Offices that have a part in every matter see all of it; a street and a community the
        matters of their own, a grid those of its place, a responding unit those that it leads.

        Args:
            actor: who reads.
            where: which of them.
            after: the last row of the page before.
            limit: at most so many.

        Returns:
            The rows; none where nothing is the actor's.
        """
        return self._reader.ledger(actor, where, after, limit)

    def by_source_number(self, actor: Actor, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in through a channel under its own number, as far as seen."""
        return self._reader.by_source_number(actor, channel, number)

    # --------------------------------------------------------------------------------- upkeep

    def erase(
        self,
        actor: Actor,
        *,
        raiser: ActorId | None = None,
        matter: MatterId | None = None,
        command: CommandId | None = None,
    ) -> tuple[TextRef, ...] | Refused:
        """Erase words and contacts for good; histories and their chains stay as they are (S17).

        What is given narrows it down together. Nobody's words are looked for in other commits
        than those that brought them, so of a person this takes: what came with its commands on
        matters that it raised, and with those that others gave on its behalf or said to it. What
        an official wrote on a matter of others is no word of the official's.

        Args:
            actor: the operations centre or the system.
            raiser: whose words.
            matter: those of one matter; ``None`` is all, which reads the whole feed.
            command: those of one command.

        Returns:
            Where the words lay, those that had been erased before included; or a refusal that
            shows nothing.

        Raises:
            ValueError: nothing is given.
            Unfinished: some commits are damaged; ``done`` says what is erased.
            StoreUnreadable: a row that no look-up leads to; the rest is erased, if all were asked.
            StoreError: some may be erased, and not all; the same call again erases the rest.
        """
        return _erasing.erase(
            self._store, self._rules, actor, raiser=raiser, matter=matter, command=command
        )

    def rebuild_all(self, *, progress: Callable[[int], None] | None = None) -> int:
        """Make all look-up rows and timers again; see :func:`.rebuilding.rebuild_all`."""
        return rebuilding.rebuild_all(self._store, progress=progress)

    # --------------------------------------------------------------------------------- timers

    def due_timers(self, until: datetime, *, limit: int = 100) -> tuple[Timer, ...]:
        """The timers that will have to fire by an instant, ordered by due time.

        Args:
            until: the instant, UTC, inclusive.
            limit: at most so many.
        """
        return self._store.timers.waiting(until=utc(until), limit=limit)

    def fire_due(self, now: datetime | None = None, *, limit: int = 1000) -> tuple[Given, ...]:
        """Fire the timers that are due, and those that become due by it.

        For one process that drives the engine itself, such as a story or a test. A worker beside
        others is a :class:`whistle_engine.relay.Relay`; both fire by :meth:`fire`.

        Args:
            now: the instant at which they fire, UTC; ``None`` is the engine's clock.
            limit: at most so many.

        Returns:
            The answers, in the order of firing.

        Raises:
            Exception: whatever kept one from firing; it and those not yet fired are given back.
        """
        now = self._now() if now is None else utc(now)
        return _firing.fire_due(self._store, self._execute, now, limit)

    def fire(self, claim: Claim[Timer], now: datetime, *, retry_at: datetime) -> Given:
        """Fire one timer that the caller holds, once, and settle it: the one way of firing.

        Fired, or gone meanwhile, it is settled. Refused, it is a dead letter: shown, not
        forgotten. Not due yet (the row is behind the matter), it comes again a lease later.

        Args:
            claim: the timer, claimed from the store's queue.
            now: the instant at which it fires, UTC; how late that is, is recorded.
            retry_at: from when on it can be claimed again if it could not be written, UTC.

        Returns:
            The answer; fired before by a worker that died since, that of the first time.

        Raises:
            Exception: whatever kept it from being written; it was given back.
        """
        return _firing.fire(self._store, self._execute, claim, now, retry_at)

    def fix_due_times(self) -> tuple[Given, ...]:
        """Fix provisional due times by the rules in force, in every matter that has some (FR7).

        Returns:
            The answers; a matter whose days the calendar still does not know is refused.

        Raises:
            Unfinished: the histories of some matters are damaged; the rest is done.
        """
        return _firing.fix_due_times(self._store, self.execute, self._rules.policy_digest)

    def _now(self) -> datetime:
        return utc(self._clock())
