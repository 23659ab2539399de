"""What may be read, and by whom: one rule for every read.

An actor reads of exactly those matters in which it is some party (:mod:`whistle_engine.standing`).
What is not there and what is not the actor's look the same (L16): an error in both cases where
one matter is asked for, an empty page where many are.

Look-up rows know less than a matter's state. So the ledger shows an actor

- with an office in every matter (coordinator, operations centre, hotline, system): all of it;
- of a street or a community: the matters of its own;
- of a grid: those of its place, and those of its community that no other grid has;
- of a responding unit: those that its unit leads;

and nothing to anybody else: where a unit is joint or invited, its inbox says so, and a resident
knows the matter's id. An inbox is read by its own unit, and by those with an office in every
matter; rows that the unit's duties do not entitle the actor's role to are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import merge
from itertools import groupby, islice
from operator import attrgetter

from attrs import evolve as changed
from attrs import frozen

from whistle_engine import texts
from whistle_engine._attempt import commit_of
from whistle_engine._history import replayed
from whistle_engine.codec import load_command
from whistle_engine.commands import (
    Answer,
    AskExtension,
    Command,
    Conclude,
    FeedBack,
    Receive,
    Redirect,
    ReportProgress,
    Settle,
    StandDown,
    Tell,
)
from whistle_engine.commits import Commit, Documents
from whistle_engine.errors import UnknownMatter
from whistle_engine.model import Actor, Matter, MatterId, Party, Role, TextRef, UnitCode, UnitKind
from whistle_engine.rules import Rules
from whistle_engine.standing import RESPONDING, everywhere, parties
from whistle_engine.storage.api import Store
from whistle_engine.storage.rows import (
    DutyRow,
    Erased,
    LedgerFilter,
    MatterRow,
    Record,
    VaultText,
)
from whistle_engine.texts import Lang, Line

GRID_ROLES = frozenset({Role.MICRO_GRID_LEADER, Role.GRID_BRANCH})

SPEAKS = {
    UnitKind.COMMUNITY: frozenset({Role.COMMUNITY}),
    UnitKind.STREET: frozenset({Role.STREET}),
    UnitKind.GRID: GRID_ROLES,
}
"""For some kinds of unit, the roles that have a part in whatever the unit has a duty in."""

FOR_RESIDENTS = (
    Answer, AskExtension, Conclude, FeedBack, Redirect, ReportProgress, Settle, StandDown, Tell,
)  # fmt: skip
"""What units say for residents to hear."""

_LEDGER_KEY = attrgetter("opened_at", "matter")


@frozen(kw_only=True)
class Reader:
    """The reads of :class:`.engine.Engine`, which says what each of them gives."""

    store: Store
    rules: Rules

    # ----------------------------------------------------------------------------- one matter

    def seen(self, actor: Actor, matter: MatterId) -> tuple[Matter, tuple[Record, ...]]:
        """A matter and its history, if the actor has a part in it.

        Raises:
            UnknownMatter: it is not there, or not the actor's.
            CodecError, StoreUnreadable: it is damaged; see :func:`._history.replayed`.
        """
        records = self.store.load(matter).records
        _, state = replayed(matter, records)
        if state is None or not parties(actor, state, self.rules):
            raise UnknownMatter(matter)
        return state, records

    def commits(self, actor: Actor, matter: MatterId) -> tuple[Commit, ...]:
        """A matter's history, decoded."""
        return tuple(commit_of(record) for record in self.seen(actor, matter)[1])

    def timeline(self, actor: Actor, matter: MatterId, lang: Lang) -> tuple[Line, ...]:
        """A matter's history in words."""
        told = ((commit.command.by, commit.events) for commit in self.commits(actor, matter))
        return texts.timeline(told, self.rules, lang)

    def documents(self, actor: Actor, matter: MatterId, version: int) -> Documents:
        """The policy and directory behind one commit."""
        for commit in self.commits(actor, matter):
            if commit.version == version:
                policy = self.store.get_document(commit.basis.policy)
                directory = self.store.get_document(commit.basis.directory)
                if policy is None or directory is None:
                    raise AssertionError(commit.basis)  # stored before the decision (S18)
                return Documents(policy=policy, directory=directory)
        raise UnknownMatter(matter)

    def text(self, actor: Actor, matter: MatterId, ref: TextRef) -> str | Erased | None:
        """Words that came with a command on a matter."""
        state, records = self.seen(actor, matter)
        standing = parties(actor, state, self.rules)
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
        found = self.store.read_text(ref)
        return found.words if isinstance(found, VaultText) else found

    # --------------------------------------------------------------------------- many matters

    def inbox(
        self, actor: Actor, unit: UnitCode | None, after: DutyRow | None, limit: int
    ) -> tuple[DutyRow, ...]:
        """A page of a unit's duties."""
        unit = actor.unit if unit is None else unit
        if unit is None:
            return ()
        if everywhere(actor, self.rules) or (unit == actor.unit and self._speaks(actor, unit)):
            return self.store.inbox(unit, after=after, limit=limit)
        if unit != actor.unit:
            return ()
        return tuple(islice(self._duties(actor, unit, after, limit), limit))

    def _speaks(self, actor: Actor, unit: UnitCode) -> bool:
        """Tell whether an actor has a part wherever its unit has a duty, by role and kind."""
        policy = self.rules.policy
        found = self.rules.directory.unit(unit)
        if found is None or unit in (policy.coordinator, policy.operations, policy.hotline):
            return False
        return not actor.roles.isdisjoint(SPEAKS.get(found.kind, frozenset({Role.RECEIVER})))

    def _duties(
        self, actor: Actor, unit: UnitCode, after: DutyRow | None, limit: int
    ) -> Iterator[DutyRow]:
        """A unit's duties in the matters in which the actor has a part."""
        while page := self.store.inbox(unit, after=after, limit=limit):
            yield from (row for row in page if self._takes_part(actor, row.matter))
            after = page[-1]

    def _takes_part(self, actor: Actor, matter: MatterId) -> bool:
        try:
            self.seen(actor, matter)
        except UnknownMatter:
            return False
        return True

    def ledger(
        self, actor: Actor, where: LedgerFilter, after: MatterRow | None, limit: int
    ) -> tuple[MatterRow, ...]:
        """A page of the ledger, as far as it is the actor's to see; no matter twice."""
        found = [self._rows(part, after, limit) for part in _parts(actor, where, self.rules)]
        merged = groupby(merge(*found, key=_LEDGER_KEY), key=_LEDGER_KEY)
        return tuple(next(same) for _, same in islice(merged, limit))

    def _rows(self, part: _Part, after: MatterRow | None, limit: int) -> Iterator[MatterRow]:
        while page := self.store.ledger(part.where, after=after, limit=limit):
            yield from (row for row in page if part.also(row))
            after = page[-1]

    def by_source_number(self, actor: Actor, channel: str, number: str) -> tuple[MatterRow, ...]:
        """The matters that came in under a channel's own number."""
        found = self.store.by_source_number(channel, number)
        if everywhere(actor, self.rules):
            return found
        return tuple(row for row in found if self._takes_part(actor, row.matter))


# --------------------------------------------------------------------------- whose ledger it is


@frozen
class _Part:
    """A part of the ledger: a filter that the store knows, and what it cannot say."""

    where: LedgerFilter
    also: Callable[[MatterRow], bool]


def _parts(actor: Actor, where: LedgerFilter, rules: Rules) -> Iterator[_Part]:
    """The parts of the ledger that an actor may see, narrowed by what it asked for."""
    if everywhere(actor, rules):
        yield _Part(where, _any)
        return
    unit, roles = actor.unit, actor.roles
    if unit is None:
        return
    if Role.STREET in roles and where.street in (None, unit):
        yield _Part(changed(where, street=unit), _any)
    if Role.COMMUNITY in roles and where.community in (None, unit):
        yield _Part(changed(where, community=unit), _any)
    if not roles.isdisjoint(RESPONDING) and where.lead in (None, unit):
        yield _Part(changed(where, lead=unit), _any)
    if not roles.isdisjoint(GRID_ROLES):
        community = rules.directory.above(unit, UnitKind.COMMUNITY)
        if community is not None and where.community in (None, community):
            yield _Part(changed(where, community=community), _of_the_grid(unit, rules))


def _any(_row: MatterRow) -> bool:
    return True


def _of_the_grid(unit: UnitCode, rules: Rules) -> Callable[[MatterRow], bool]:
    def shown(row: MatterRow) -> bool:
        return row.place == unit or not rules.directory.is_kind(row.place, UnitKind.GRID)

    return shown


# ------------------------------------------------------------------------- who reads which words


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
