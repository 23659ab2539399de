"""One attempt at a command: what was loaded, what is decided on it, and what is to be written."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import cast

from attrs import frozen

from whistle_engine._history import replayed
from whistle_engine.codec import (
    dump_answer,
    dump_basis,
    dump_command,
    dump_events,
    load_answer,
    load_basis,
    load_command,
    load_events,
)
from whistle_engine.commands import Command
from whistle_engine.commits import Answer, Basis, Commit, Receipt, Written
from whistle_engine.digests import digest_of
from whistle_engine.events import Event, Received, Refused
from whistle_engine.model import Matter, MatterId, View, changed
from whistle_engine.projection import notices, project
from whistle_engine.rules import Rules
from whistle_engine.storage.rows import Draft, Record, VaultText, chain_digest
from whistle_engine.workflow import decide, evolve_all, view

NOT_PERMITTED = "not_permitted"
"""The code of a refusal that shows nothing (L16)."""


@frozen
class Subject:
    """One matter as a decision finds it."""

    id: MatterId
    records: tuple[Record, ...]
    events: tuple[Event, ...]
    state: Matter | None


def subject(matter: MatterId, records: tuple[Record, ...]) -> Subject:
    """A matter from its stored history.

    Raises:
        CodecError, StoreUnreadable: it is damaged; see :func:`._history.replayed`.
    """
    return Subject(matter, records, *replayed(matter, records))


def commit_of(record: Record) -> Commit:
    """A stored commit, decoded.

    Raises:
        CodecError: its bytes are not of a known wire format.
    """
    return Commit(
        matter=record.matter,
        version=record.version,
        position=record.position,
        recorded_at=record.recorded_at,
        command=load_command(record.command),
        basis=load_basis(record.basis),
        events=load_events(record.events),
        refused=load_answer(record.answer),
        previous=record.previous,
        digest=record.digest,
    )


@frozen
class Decided:
    """What an attempt comes to.

    Attributes:
        drafts: what has to be appended; nothing, if nothing is to be written.
        answer: the command's answer, once that is appended.
    """

    drafts: tuple[Draft, ...]
    answer: Answer


@frozen(kw_only=True, slots=False)
class Attempt:
    """A command, the matters that it concerns (its own first), its words, and the instant.

    Attributes:
        now: the clock of the engine, raised to the matters' latest (L14).
    """

    command: Command
    vault: tuple[VaultText, ...]
    rules: Rules
    now: datetime
    subjects: tuple[Subject, ...]

    @cached_property
    def _views(self) -> dict[MatterId, View]:
        return {s.id: view(s.state, self.rules) for s in self.subjects if s.state is not None}

    def _others(self, one: Subject) -> dict[MatterId, View]:
        return {each: seen for each, seen in self._views.items() if each != one.id}

    def decide(self, one: Subject) -> tuple[Event, ...] | Refused:
        """Decide on one matter, in sight of the others."""
        return decide(
            one.state,
            self.command,
            self.rules,
            self.now,
            subject=one.id,
            others=self._others(one),
        )

    def decided(self) -> Decided:
        """Decide on every matter: what to append, and the refusal if there is one.

        Permission comes first, on all of them, so that a refusal shows nothing of a matter in
        which the actor has no part, nor that there is one (L16). A refusal that records an
        attempt to shirk appends just that (L11); any other, nothing.
        """
        drafts: list[Draft] = []
        written: list[Written] = []
        found: tuple[Subject, Refused] | None = None
        for one in self.subjects:
            answer = self.decide(one)
            if not isinstance(answer, Refused):
                drafts.append(self._draft(one, answer, None))
                written.append(Written(matter=one.id, version=drafts[-1].version, events=answer))
            elif answer.code == NOT_PERMITTED:
                return Decided((), answer)
            elif found is None:
                found = (one, answer)
        if found is None:
            receipt = Receipt(command=self.command.id, recorded_at=self.now, written=tuple(written))
            return Decided((changed(drafts[0], texts=self.vault), *drafts[1:]), receipt)
        one, refused = found
        if not refused.recorded:
            return Decided((), refused)
        draft = self._draft(one, refused.recorded, refused)
        return Decided((changed(draft, texts=self.vault),), refused)

    def _draft(self, one: Subject, events: tuple[Event, ...], refused: Refused | None) -> Draft:
        state = evolve_all(one.state, events, matter=one.id)
        if state is None:
            raise AssertionError(f"{self.command.do} wrote no event in {one.id}")
        version = len(one.records) + 1
        opened = cast("Received", (one.events or events)[0])
        draft = Draft(
            matter=one.id,
            version=version,
            command_id=self.command.id,
            recorded_at=self.now,
            command=dump_command(self.command),
            basis=dump_basis(self._basis(one, state)),
            events=dump_events(events),
            answer=dump_answer(refused),
            previous=one.records[-1].digest if one.records else "",
            digest="",
            projection=project(state, version, opened=opened),
            notices=notices(state, version, events),
        )
        return changed(draft, digest=chain_digest(draft))

    def _basis(self, one: Subject, state: Matter) -> Basis:
        found = state.classification
        return Basis(
            policy=self.rules.policy_digest,
            directory=self.rules.directory_digest,
            facts=state.facts,
            rule=found.rule if found is not None else None,
            others=tuple(self._others(one).values()),
            texts=tuple((text.ref.name, salted(text.salt, text.words)) for text in self.vault),
        )


def salted(salt: bytes, words: str) -> str:
    """The digest by which words are compared; without its salt it tells nothing."""
    return digest_of(salt + words.encode())
