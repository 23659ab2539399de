"""The engine: load, decide, append, retry; the shell around the pure core.

It alone knows the time and what is random, and it alone decides again after a conflict.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import cast

from attrs import evolve as changed

from whistle_engine._attempt import NOT_PERMITTED, Attempt, commit_of, events_of, salted, subject
from whistle_engine.codec import (
    canonical,
    dump_command,
    load_answer,
    load_basis,
    load_command,
    load_events,
)
from whistle_engine.commands import (
    Answer,
    AskExtension,
    Command,
    Conclude,
    FeedBack,
    FireTimer,
    FixDueTimes,
    Receive,
    Redirect,
    ReportProgress,
    Settle,
    StandDown,
    Tell,
    subjects,
)
from whistle_engine.commits import Answer as Given
from whistle_engine.commits import Commit, Documents, Receipt, Written
from whistle_engine.digests import digest_of
from whistle_engine.errors import CommandIdReused, UnknownMatter, VersionConflict
from whistle_engine.events import Refused
from whistle_engine.model import Actor, Matter, MatterId, Party, Role, TextRef
from whistle_engine.rules import Rules
from whistle_engine.standing import parties
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import Claim, Erased, Record, Timer, VaultText
from whistle_engine.workflow import replay

ATTEMPTS = 32
"""How often a command is decided before a conflict is given up on."""

LEASE = timedelta(minutes=1)
"""How long the engine holds a timer that it fires."""

SYSTEM = Actor(id="system", roles=frozenset({Role.SYSTEM}))
"""Who gives the commands of timers."""

RESERVED = ("timer:", "fix:")
"""How the ids of the system's own commands begin: taken by others, a timer could not fire."""

_TEXT_NAME = re.compile(r"[a-z][a-z_]{0,39}")


def utc_now() -> datetime:
    """The machine's clock, UTC."""
    return datetime.now(UTC)


class Engine:
    """Executes commands on the matters of one jurisdiction, and lets them be read.

    It holds no state of a matter: any number of engines may share a store.
    """

    def __init__(
        self,
        store: Store,
        rules: Rules,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Make an engine.

        Args:
            store: where the commits go.
            rules: the policy and directory to decide by.
            clock: tells the time; its instants have to carry a time zone.
        """
        self._store = store
        self._clock = clock
        self._rules = self._kept(rules)

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
        """
        self._rules = self._kept(rules)

    def _kept(self, rules: Rules) -> Rules:
        documents = rules.exact or (canonical(rules.policy), canonical(rules.directory))
        policy, directory = (digest_of(data) for data in documents)
        for digest, data in zip((policy, directory), documents, strict=True):
            self._store.put_document(digest, data)
        return changed(rules, policy_digest=policy, directory_digest=directory)

    # ------------------------------------------------------------------------------- commands

    def execute(self, command: Command, *, texts: Mapping[str, str] | None = None) -> Given:
        """Decide a command and write what follows, once.

        Sent again under the same id, a command that wrote has the effect and the answer of once
        (L13). A refusal that wrote nothing is decided afresh.

        Args:
            command: what is asked, by whom; ``command.texts`` may be left empty.
            texts: the words that come with it, by name; they go to the vault only.

        Returns:
            What was written, or why not.

        Raises:
            CommandIdReused: the id wrote before, with other content, and the actor could have
                given this command.
            VersionConflict: others were faster every time.
            CodecError: a value in the command cannot be written.
            ValueError: the texts are not those that the command names, a name is not one, or the
                command's id is reserved for the system.
        """
        return self._execute(command, {} if texts is None else texts, self._now())

    def _execute(self, command: Command, texts: Mapping[str, str], now: datetime) -> Given:
        names = tuple(sorted(texts))
        if not command.texts:
            command = changed(command, texts=names)
        _check(command, texts)
        vault = tuple(
            VaultText(
                ref=TextRef(command.id, name),
                matter=command.matter,
                salt=os.urandom(16),
                words=texts[name],
            )
            for name in names
        )
        for _ in range(ATTEMPTS - 1):
            with suppress(VersionConflict):
                return self._once(command, vault, now)
        return self._once(command, vault, now)  # what stops the last attempt is for the caller

    def _once(self, command: Command, vault: tuple[VaultText, ...], now: datetime) -> Given:
        attempt, earlier = self._load(command, vault, now)
        if earlier:
            return self._again(attempt, earlier)
        drafts, refused = attempt.drafts()
        if not drafts:
            return cast("Refused", refused)
        appended = self._store.append(drafts)
        if appended.again:  # the same command came twice at once, and the other was faster
            return self._again(self._load(command, vault, now)[0], appended.records)
        return refused if refused is not None else _receipt(command, appended.records)

    def _load(
        self, command: Command, vault: tuple[VaultText, ...], now: datetime
    ) -> tuple[Attempt, tuple[Record, ...]]:
        """Load every matter that a command concerns, and what its id wrote before."""
        first, *rest = dict.fromkeys(subjects(command))
        loaded = self._store.load(first, command.id)
        found = (
            subject(first, loaded.records),
            *(subject(each, self._store.load(each).records) for each in rest),
        )
        latest = max([now, *(one.records[-1].recorded_at for one in found if one.records)])
        attempt = Attempt(
            command=command, vault=vault, rules=self._rules, now=latest, subjects=found
        )
        return attempt, loaded.earlier

    def _again(self, attempt: Attempt, earlier: tuple[Record, ...]) -> Given:
        """The answer to a command id that wrote before (L13)."""
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
            kept = self._store.read_text(text.ref)
            if isinstance(kept, VaultText) and (
                digests.get(text.ref.name) != salted(kept.salt, text.words)
            ):
                return False
        return True

    # ---------------------------------------------------------------------------------- reads

    def matter(self, actor: Actor, matter: MatterId) -> Matter:
        """A matter as it stands.

        Args:
            actor: who reads.
            matter: which matter.

        Raises:
            UnknownMatter: it is not there, or the actor has no part in it.
        """
        return self._seen(actor, matter)[0]

    def commits(self, actor: Actor, matter: MatterId) -> tuple[Commit, ...]:
        """A matter's history.

        Args:
            actor: who reads.
            matter: which matter.

        Raises:
            UnknownMatter: it is not there, or the actor has no part in it.
        """
        return tuple(commit_of(record) for record in self._seen(actor, matter)[1])

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
        for commit in self.commits(actor, matter):
            if commit.version == version:
                policy = self._store.get_document(commit.basis.policy)
                directory = self._store.get_document(commit.basis.directory)
                if policy is None or directory is None:
                    raise AssertionError(commit.basis)  # stored before the decision (S18)
                return Documents(policy=policy, directory=directory)
        raise UnknownMatter(matter)

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
        state, records = self._seen(actor, matter)
        standing = parties(actor, state, self._rules)
        brought = next((r for r in records if r.command_id == ref.command), None)
        if brought is None and ref not in _carried(state):
            return None
        if standing == {Party.INVITED} and ref.name == "contact":
            return None
        if standing == {Party.RAISER} and not (
            _own(actor, state, ref)
            if brought is None
            else _for_raiser(actor, load_command(brought.command))
        ):
            return None
        found = self._store.read_text(ref)
        return found.words if isinstance(found, VaultText) else found

    def _seen(self, actor: Actor, matter: MatterId) -> tuple[Matter, tuple[Record, ...]]:
        records = self._store.load(matter).records
        state = replay(matter, events_of(records))
        if state is None or not parties(actor, state, self._rules):
            raise UnknownMatter(matter)
        return state, records

    # --------------------------------------------------------------------------------- timers

    def due_timers(self, until: datetime, *, limit: int = 100) -> tuple[Timer, ...]:
        """The timers that will have to fire by an instant, ordered by due time.

        Args:
            until: the instant, UTC, inclusive.
            limit: at most so many.
        """
        return self._store.timers.waiting(until=_utc(until), limit=limit)

    def fire_due(self, now: datetime | None = None, *, limit: int = 1000) -> tuple[Given, ...]:
        """Fire the timers that are due, and those that become due by it.

        Args:
            now: the instant at which they fire, UTC; ``None`` is the engine's clock.
            limit: at most so many.

        Returns:
            The answers, in the order of firing.
        """
        now = self._now() if now is None else _utc(now)
        answers: list[Given] = []
        while len(answers) < limit:
            claims = self._store.timers.claim(
                now=now, until=now + LEASE, limit=limit - len(answers)
            )
            if not claims:
                break
            answers += [self._fire(claim, now) for claim in claims]
        return tuple(answers)

    def _fire(self, claim: Claim[Timer], now: datetime) -> Given:
        timer = claim.item
        command = Command(
            id=f"timer:{timer.matter}:{timer.clock}:{timer.step}:{timer.due.isoformat()}",
            matter=timer.matter,
            by=SYSTEM,
            do=FireTimer(clock=timer.clock, step=timer.step),
        )
        try:
            answer = self._execute(command, {}, now)
        except Exception:
            self._store.timers.fail(claim, retry_at=now)
            raise
        if isinstance(answer, Refused) and answer.code != "timer_gone":
            self._store.timers.fail(claim, retry_at=None)  # a dead letter: shown, not forgotten
        else:
            self._store.timers.settle(claim)
        return answer

    def fix_due_times(self) -> tuple[Given, ...]:
        """Fix provisional due times by the rules in force, in every matter that has some (FR7).

        Returns:
            The answers; a matter whose days the calendar still does not know is refused.
        """
        answers = []
        for matter, state in self._states():
            if any(clock.ended is None and clock.due.provisional for clock in state.clocks):
                command = Command(
                    id=f"fix:{matter}:{self._rules.policy_digest}",
                    matter=matter,
                    by=SYSTEM,
                    do=FixDueTimes(),
                )
                answers.append(self.execute(command))
        return tuple(answers)

    def _states(self) -> Iterator[tuple[MatterId, Matter]]:
        after: MatterId | None = None
        while page := self._store.scan(after, limit=100):
            for history in page:
                state = replay(history.matter, events_of(history.records))
                if state is not None:
                    yield history.matter, state
            after = page[-1].matter

    def _now(self) -> datetime:
        return _utc(self._clock())


FOR_RESIDENTS = (
    Answer, AskExtension, Conclude, FeedBack, Redirect, ReportProgress, Settle, StandDown, Tell,
)  # fmt: skip
"""What units say for residents to hear."""


def _for_raiser(actor: Actor, command: Command) -> bool:
    """A raiser reads the words that came from or for itself, and what is said to residents."""
    if isinstance(command.do, Receive):
        return (command.do.raiser or command.by.id) == actor.id
    return command.by.id == actor.id or isinstance(command.do, FOR_RESIDENTS)


def _carried(state: Matter) -> tuple[TextRef | None, ...]:
    """The words that came with another matter, from which this one was split, or took in."""
    return (state.appeal.text, *(raiser.contact for raiser in state.raisers))


def _own(actor: Actor, state: Matter, ref: TextRef) -> bool:
    return any(r.id == actor.id and r.contact == ref for r in state.raisers)


def _receipt(command: Command, records: tuple[Record, ...]) -> Receipt:
    return Receipt(
        command=command.id,
        recorded_at=records[0].recorded_at,
        written=tuple(
            Written(matter=r.matter, version=r.version, events=load_events(r.events))
            for r in sorted(records, key=lambda r: (r.matter != command.matter, r.position))
        ),
    )


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone")
    return at.astimezone(UTC)


def _check(command: Command, texts: Mapping[str, str]) -> None:
    if command.id.startswith(RESERVED) and Role.SYSTEM not in command.by.roles:
        raise ValueError(f"command ids that begin with {' or '.join(RESERVED)} are the system's")
    if set(command.texts) != set(texts):
        raise ValueError(
            f"the command names the texts {sorted(command.texts)}, but {sorted(texts)} came with it"
        )
    for name, words in texts.items():
        if not _TEXT_NAME.fullmatch(name) and name not in subjects(command):
            raise ValueError(f"{name!r} is no name of a text")
        try:
            words.encode()
        except UnicodeEncodeError:
            raise ValueError(f"the text {name!r} holds half a character") from None
