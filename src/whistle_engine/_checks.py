"""What ``verify`` holds against each other in one matter, and how it says what does not fit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import NoReturn, TypeVar

from attrs import define, field, fields, frozen

from whistle_engine._attempt import commit_of, salted
from whistle_engine.commands import NAMES, subjects
from whistle_engine.commits import Commit
from whistle_engine.digests import digest_of
from whistle_engine.errors import CodecError
from whistle_engine.model import MatterId, TextRef
from whistle_engine.rebuilding import Remade, remade
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import (
    DutyRow,
    Erased,
    History,
    ItemState,
    MatterRow,
    Notice,
    Projection,
    Queues,
    Record,
    Timer,
    chain_digest,
)

TRIES = 1000
"""How often a matter is read again that grows while it is verified, before that is an error."""


class Check(Enum):
    """What was held against what."""

    MATTER = "matter"
    """A commit lies with another matter's, or matters are not in the order of their ids (S20)."""
    VERSION = "version"
    """Versions are 1, 2, 3 … (S2)."""
    CHAIN = "chain"
    """A commit's digest is that of its bytes and of the commit before (S16)."""
    POSITION = "position"
    """Positions rise with the versions (S7)."""
    FEED = "feed"
    """The feed shows the same commits as the histories (S7, S8)."""
    BYTES = "bytes"
    """Everything decodes (L12)."""
    COMMAND = "command"
    """The command is the one under whose id it lies, and there is one to an id (S5, L13)."""
    TIME = "time"
    """Recorded time does not run backwards, and is that of the events (L14)."""
    ANSWER = "answer"
    """A refusal recorded just what the commit says (L11)."""
    DOCUMENT = "document"
    """The policy and the directory are there, under the digest of their bytes (S18)."""
    TEXT = "text"
    """The words are those that came, or were erased (S17)."""
    STATE = "state"
    """The events are a matter's (L12)."""
    ROW = "row"
    """The look-up row is what the commits give (S19)."""
    DUTIES = "duties"
    """The duties are what the commits give (S19)."""
    TIMERS = "timers"
    """The timers are what the commits give (S19), and none is settled before it has fired (S12)."""
    NOTICES = "notices"
    """The notices are those that this release tells of the commits, settled or not (S19)."""
    CHECKPOINT = "checkpoint"
    """What was there at a checkpoint is there still (S16)."""


@frozen(kw_only=True)
class Mismatch:
    """Something that does not fit.

    Attributes:
        matter: where; ``None`` if that cannot be said, as against a checkpoint.
        version: in which commit; ``None`` if it concerns the matter as a whole.
        what: what was held against what.
        detail: what is wrong, in English, for those who look into it.
    """

    matter: MatterId | None = None
    version: int | None = None
    what: Check
    detail: str

    def __str__(self) -> str:
        """One line."""
        where = "" if self.matter is None else f"matter {self.matter!r}"
        if self.version is not None:
            where += f", version {self.version}"
        return f"{where}: {self.what.value}: {self.detail}".removeprefix(": ")


class _WrongError(Exception):
    """Ends the verification of a matter."""

    def __init__(self, version: int | None, what: Check, detail: str) -> None:
        super().__init__(detail)
        self.version = version
        self.what = what
        self.detail = detail


@define
class Verifier:
    """Verifies matters one by one; it remembers only which documents it has seen.

    Attributes:
        texts, erased: how many texts were compared, and how many had been erased.
    """

    store: Store
    texts: int = 0
    erased: int = 0
    _documents: set[str] = field(factory=set)

    def mismatch(self, history: History) -> Mismatch | None:
        """The first thing that does not fit in a matter, or ``None``."""
        try:
            self._history(history)
            self._lookups(history)
        except _WrongError as wrong:
            return Mismatch(
                matter=history.matter,
                version=wrong.version,
                what=wrong.what,
                detail=wrong.detail,
            )
        return None

    # ------------------------------------------------------------------------------- commits

    def _history(self, history: History) -> None:
        if not history.records:
            raise _WrongError(None, Check.VERSION, "a matter without a commit")
        before: Record | None = None
        for number, record in enumerate(history.records, 1):
            if record.version != number:
                raise _WrongError(
                    number, Check.VERSION, f"in its place lies version {record.version}"
                )
            self._record(history.matter, record, before)
            before = record

    def _record(self, matter: MatterId, record: Record, before: Record | None) -> None:
        def wrong(what: Check, detail: str) -> NoReturn:
            raise _WrongError(record.version, what, detail)

        if record.matter != matter:
            wrong(Check.MATTER, f"it says that it is of {record.matter!r}")
        if record.previous != (before.digest if before is not None else ""):
            wrong(Check.CHAIN, "previous is not the digest of the commit before")
        if record.digest != chain_digest(record):
            wrong(Check.CHAIN, "the digest is not that of what is stored")
        if record.position <= (before.position if before is not None else 0):
            wrong(Check.POSITION, f"{record.position} does not come after the commit before")
        if self.store.feed(record.position - 1, limit=1) != (record,):
            wrong(Check.FEED, f"at {record.position} the feed shows something else")
        if before is not None and record.recorded_at < before.recorded_at:
            wrong(Check.TIME, f"{record.recorded_at} is before {before.recorded_at}")
        try:
            commit = commit_of(record)
        except CodecError as error:
            wrong(Check.BYTES, str(error))
        for event in commit.events:
            if event.at != record.recorded_at:
                wrong(Check.TIME, f"recorded at {record.recorded_at}, but happened at {event.at}")
        refused = commit.refused
        if refused is not None and refused.recorded != commit.events:
            wrong(Check.ANSWER, "the refusal recorded other events")
        if refused is not None and refused.command != NAMES[type(commit.command.do)]:
            wrong(Check.ANSWER, f"the refusal is of {refused.command!r}")
        self._command(record, commit)
        self._basis(commit)

    def _command(self, record: Record, commit: Commit) -> None:
        def wrong(detail: str) -> NoReturn:
            raise _WrongError(record.version, Check.COMMAND, detail)

        if commit.command.id != record.command_id:
            wrong(f"{commit.command.id!r} lies under {record.command_id!r}")
        if commit.matter not in subjects(commit.command):
            wrong(f"{record.command_id!r} does not concern this matter")
        earlier = self.store.load("", record.command_id).earlier
        if record not in earlier:
            wrong(f"it is not found by {record.command_id!r}")
        for each in earlier:  # one that was tampered with is named where it lies
            if each.command != record.command and each.digest == chain_digest(each):
                wrong(f"{record.command_id!r} is the id of another command too")

    def _basis(self, commit: Commit) -> None:
        def wrong(what: Check, detail: str) -> NoReturn:
            raise _WrongError(commit.version, what, detail)

        command, basis = commit.command, commit.basis
        for digest in {basis.policy, basis.directory} - self._documents:
            data = self.store.get_document(digest)
            if data is None:
                wrong(Check.DOCUMENT, f"{digest} is not there")
            if digest_of(data) != digest:
                wrong(Check.DOCUMENT, f"under {digest} lie other bytes")
            self._documents.add(digest)
        if sorted(name for name, _ in basis.texts) != sorted(command.texts):
            wrong(Check.TEXT, f"the command names {command.texts}, the basis {basis.texts}")
        for name, digest in basis.texts:
            kept = self.store.read_text(TextRef(command.id, name))
            own = commit.matter == command.matter
            if kept is None:
                wrong(Check.TEXT, f"{name!r} is not there, and was not erased")
            elif isinstance(kept, Erased):
                self.erased += own
            elif salted(kept.salt, kept.words) != digest:
                wrong(Check.TEXT, f"{name!r} holds other words than came with the command")
            elif (kept.ref, kept.matter) != (TextRef(command.id, name), command.matter):
                wrong(Check.TEXT, f"{name!r} lies with {kept.ref} of {kept.matter!r}")
            else:
                self.texts += own

    # ------------------------------------------------------------------------------ look-ups

    def _lookups(self, history: History) -> None:
        """Compare with what the commits give; a matter may grow in between."""
        matter, records = history.matter, history.records
        for _ in range(TRIES):
            queues = self.store.queued(matter)  # before the row: so it is not ahead of the commits
            found = self.store.projection(matter)
            if found is None or found.row.version <= len(records):
                break
            records = self.store.load(matter).records
            if records[: len(history.records)] != history.records:
                raise _WrongError(None, Check.CHAIN, "it was changed while it was read")
            if len(records) < found.row.version:
                break  # a row that is ahead of its commits
        try:
            wanted = remade(matter, records)
        except Exception as error:  # whatever it was, these are no matter's events
            raise _WrongError(None, Check.STATE, f"{type(error).__name__}: {error}") from error
        if found is None:
            raise _WrongError(None, Check.ROW, "there is no row")
        _compare(found, queues, wanted)


def _compare(found: Projection, queues: Queues, wanted: Remade) -> None:
    version = wanted.projection.row.version
    _compare_row(found.row, wanted.projection.row)
    _compare_all(version, Check.DUTIES, found.duties, wanted.projection.duties)
    _compare_all(version, Check.TIMERS, found.timers, wanted.projection.timers)
    lost = [each.item for each in queues.timers if each.state is ItemState.SETTLED]
    if lost:  # the append that fires a timer has it no longer
        raise _WrongError(version, Check.TIMERS, f"settled, and never fired: {lost}")
    told = _by_version(each.item for each in queues.notices)
    should = _by_version(wanted.notices)
    for at in sorted(told.keys() | should.keys()):
        _compare_all(at, Check.NOTICES, told.get(at, ()), should.get(at, ()))


def _by_version(notices: Iterable[Notice]) -> dict[int, list[Notice]]:
    found: dict[int, list[Notice]] = {}
    for notice in notices:
        found.setdefault(notice.version, []).append(notice)
    return found


def _compare_row(found: MatterRow, wanted: MatterRow) -> None:
    different = [
        each.name
        for each in fields(type(wanted))
        if getattr(found, each.name) != getattr(wanted, each.name)
    ]
    if different:
        told = ", ".join(
            f"{name} is {getattr(found, name)!r}, not {getattr(wanted, name)!r}"
            for name in different
        )
        raise _WrongError(wanted.version, Check.ROW, told)


Row = TypeVar("Row", DutyRow, Timer, Notice)


def _compare_all(
    version: int | None, what: Check, found: Sequence[Row], wanted: Sequence[Row]
) -> None:
    """Hold rows against those that there should be, in whatever order."""
    if len(found) != len(wanted) or set(found) != set(wanted):
        missing = sorted(map(repr, set(wanted) - set(found)))
        extra = sorted(map(repr, set(found) - set(wanted)))
        detail = f"missing {missing}, too many {extra or len(found) - len(wanted)}"
        raise _WrongError(version, what, detail)
