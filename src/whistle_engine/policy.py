"""A policy as values: everything that a city may set, and nothing that it may not.

Each value that comes from somewhere names its source, or says that it is a choice.
A policy is read from its file by :mod:`whistle_engine.policy_file`; here it is plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cached_property

from attrs import field, frozen

from whistle_engine._fields import share_repr
from whistle_engine.directory import Shift
from whistle_engine.model import (
    Affair,
    Label,
    Limit,
    Party,
    StepAction,
    UnitCode,
    What,
)

REQUIRED_LIMITS = (
    "classify",
    "look",
    "blow",
    "blow_urgent",
    "dispatch",
    "designate",
    "docket",
    "decide_round",
    "mediate_redo",
    "deliberate_redo",
)
"""The limits that every policy names, apart from those of the whistle kinds."""

LEVELS = ("possible", "present")
"""How sure a signal of danger is, where it sets a floor."""

OVER = "over"
"""The timing of what has passed: never urgent (L3)."""

IMMINENT = "imminent"
"""The timing of what is about to happen."""

TIMINGS = (OVER, "ongoing", IMMINENT)
"""When a danger happens; unknown counts as ongoing."""


@frozen(kw_only=True, slots=False, repr=False)
class WhistleKind:
    """A kind of whistle: what must happen, in which limit, and who may blow it.

    Attributes:
        rank: the higher, the more urgent; unique among the kinds of a policy.
        urgent: blown and dispatched in one step; exactly one kind is.
        report_in, solve, hand_in, redo: limits for arriving, for solving, for a joint unit's
            contribution, and for the further clock after reopening or taking over late.
        extension: the most by which the solve clock can be extended in all; ``None`` for never.
        may_blow: the parties that may blow it.
        to_street: blown by a community, it goes to its street for what the street list holds.
        evidence: how many proofs feeding back needs at the least.
    """

    code: str
    title: Label
    rank: int
    urgent: bool
    report_in: Limit
    solve: Limit
    hand_in: Limit
    redo: Limit
    extension: Limit | None
    may_blow: frozenset[Party]
    to_street: bool
    evidence: int
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Category:
    """A row of the dispatch catalogue (派单目录): who leads and who joins for a category.

    Attributes:
        affair, kind: what the category is when no rule says otherwise.
        leads: the units that could rightly lead; the first does unless the operations
            centre names another of them. ``street`` stands for the matter's own street.
        joint: units dispatched to as joint; enterprises and city bureaus among them are invited.
        since, until: days (inclusive, local) between which the row is in force.
        solve: how long solving takes, where the category has a limit of its own; it stands
            instead of the kind's while the whistle is of this kind.
    """

    code: str
    title: Label
    affair: Affair
    kind: str | None
    leads: tuple[UnitCode, ...]
    joint: tuple[UnitCode, ...]
    since: date | None
    until: date | None
    source: str
    solve: Limit | None = None


@frozen(kw_only=True, slots=False, repr=False)
class ListItem:
    """A category that the street list holds (街道职责清单), between two local days."""

    category: str
    since: date | None
    until: date | None
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class FactType:
    """A fact that rules may read: its name and its values, ``unknown`` always among them.

    Attributes:
        titles: what the values are called; those of signals are the engine's.
    """

    name: str
    title: Label
    values: tuple[str, ...]
    titles: Mapping[str, Label] = field(factory=dict)


@frozen(kw_only=True, slots=False, repr=False)
class Floor:
    """What a signal demands at least, by how sure it is and when it happens.

    Attributes:
        signal: the name of the signal fact (values none, possible, present, unknown).
        level: ``possible`` or ``present``.
        timing: ``over``, ``ongoing`` or ``imminent``; unknown timing counts as ongoing.
        affair, kind: at least this affair, and for public affairs at least this kind.
    """

    signal: str
    level: str
    timing: str
    affair: Affair
    kind: str | None
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Rule:
    """A classification rule: when every condition holds, the result; the first match decides.

    Attributes:
        when: pairs of a fact and the values of it that match; empty matches everything.
        affair, kind: the result; ``None`` takes the category's own.
    """

    id: str
    title: Label
    when: tuple[tuple[str, frozenset[str]], ...]
    affair: Affair | None
    kind: str | None
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class TrackLimit:
    """The limit of a household or shared matter, by scope (大事大议、小事小议、急事快议).

    Attributes:
        urgent: for matters in which something presses: a sign of danger that is not over, or
            what is about to happen. Where a policy has no such rows, the others count.
    """

    affair: Affair
    scope: str
    limit: Limit
    urgent: bool = False


@frozen(kw_only=True, slots=False, repr=False)
class Rung:
    """A rung of the ladder (临期 → 催办 → 督办 → 上报).

    Attributes:
        percent: how much of the limit has passed; or
        after: how long after the due time. Exactly one of the two is set.
        to: ``holder``, ``supervisor``, ``community``, ``street``, ``hotline``, ``coordinator``,
            or a unit's code.
    """

    action: StepAction
    percent: int | None
    after: Limit | None
    to: str
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Ladder:
    """The rungs for clocks of some kinds; ``whats`` empty is the ladder for all others."""

    whats: frozenset[What]
    rungs: tuple[Rung, ...]


@frozen(kw_only=True, slots=False, repr=False)
class Objections:
    """Objecting (FR8): how long after being asked, and how long the coordinator has."""

    within: Limit
    answer: Limit
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Extensions:
    """Extensions: who decides them (``street`` or ``coordinator``) and in which time."""

    decided_by: Party
    decide: Limit
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Deferrals:
    """Deferring (挂账): how often, and for how long in all from the first time."""

    most: int
    total: Limit
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Marks:
    """Marking and reopening.

    Attributes:
        mark: how long an entitled party has before its mark lapses.
        tell: how long the first responder has to tell each raiser.
        rounds: how many rounds there may be before the coordinator must decide.
        reopen_within: how long after closing it can be reopened.
        follow_up: the latest date that a plan may name, from feeding back.
    """

    mark: Limit
    tell: Limit
    rounds: int
    reopen_within: Limit
    follow_up: Limit
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Calendar:
    """The days that differ from Monday to Friday, as the notices say, and how far they are known.

    Attributes:
        holidays: days off that would otherwise be worked, and festivals on weekends.
        make_up: weekend days that are worked (调休).
        known_until: the last day that the calendar knows; beyond it due times are provisional.
    """

    holidays: frozenset[date]
    make_up: frozenset[date]
    known_until: date
    source: str


@frozen(kw_only=True, slots=False, repr=False)
class Accepted:
    """A finding of ``whistle policy check`` that the city takes on purpose.

    Attributes:
        code, key: of the finding, as it is told.
        source: why it is right so.
        value: what was accepted: the text of the values that the finding is about. It covers no
            others; empty for a finding about what is not there.
    """

    code: str
    key: str
    source: str
    value: str = ""


@frozen(kw_only=True, slots=False, repr=False)
class Policy:
    """Everything that a city sets.

    Attributes:
        utc_offset: the city's fixed offset from UTC.
        limits: by name, :data:`REQUIRED_LIMITS`: of the steps that no whistle kind names.
        enforcement: the departments over which a street may coordinate and direct (统筹调度权).
        urgent_lead: who is dispatched to when an urgent whistle finds no designatable lead.
        coordinator, operations, hotline: the units that have those tasks.
        permissions: command name to the parties that may give it; a command that is absent keeps
            all that the engine allows. It can only narrow (L16).
        straight: whether the hotline may send straight to a lead (直派).
        routes: other ways, for redirecting: code to label.
        sources: the origins that its sources name, by their codes.
        messages: the city's own wording of notices, by their codes; the engine's texts are used
            for the others.
        accepted: findings of a check that are there on purpose.

    Whether it can decide every case is told by :func:`whistle_engine.soundness.problems`, which
    is asked before a policy is compiled.
    """

    code: str
    title: Label
    version: str
    in_force_from: date
    utc_offset: timedelta
    shifts: tuple[Shift, ...]
    calendar: Calendar
    channels: Mapping[str, Label]
    routes: Mapping[str, Label]
    facts: tuple[FactType, ...]
    floors: tuple[Floor, ...]
    rules: tuple[Rule, ...]
    kinds: tuple[WhistleKind, ...]
    categories: tuple[Category, ...]
    street_list: tuple[ListItem, ...]
    tracks: tuple[TrackLimit, ...]
    limits: Mapping[str, Limit]
    ladders: tuple[Ladder, ...]
    objections: Objections
    extensions: Extensions
    deferrals: Deferrals
    marks: Marks
    enforcement: frozenset[UnitCode]
    urgent_lead: UnitCode
    coordinator: UnitCode
    operations: UnitCode
    hotline: UnitCode | None
    straight: bool
    permissions: Mapping[str, frozenset[Party]]
    sources: Mapping[str, Label] = field(factory=dict)
    messages: Mapping[str, Label] = field(factory=dict)
    accepted: tuple[Accepted, ...] = ()

    @cached_property
    def zone(self) -> timezone:
        """The city's time zone: a fixed offset."""
        return timezone(self.utc_offset)

    @cached_property
    def kind_of(self) -> dict[str, WhistleKind]:
        """The kinds by code."""
        return {k.code: k for k in self.kinds}

    @cached_property
    def urgent(self) -> WhistleKind:
        """The one urgent kind."""
        return next(k for k in self.kinds if k.urgent)

    @cached_property
    def _rows(self) -> dict[str, tuple[Category, ...]]:
        rows: dict[str, tuple[Category, ...]] = {}
        for row in self.categories:
            rows[row.code] = (*rows.get(row.code, ()), row)
        return rows

    @cached_property
    def _listed(self) -> dict[str, tuple[ListItem, ...]]:
        rows: dict[str, tuple[ListItem, ...]] = {}
        for row in self.street_list:
            rows[row.category] = (*rows.get(row.category, ()), row)
        return rows

    def local(self, at: datetime) -> datetime:
        """An instant as the city's clocks show it."""
        return at.astimezone(self.zone)

    def category(self, code: str, at: datetime) -> Category | None:
        """The catalogue row of a category in force at an instant, or ``None``."""
        rows = self._rows.get(code, ())
        if len(rows) == 1 and rows[0].since is None and rows[0].until is None:
            return rows[0]
        day = self.local(at).date()
        return next((r for r in rows if in_force(r, day)), None)

    def street_holds(self, category: str, at: datetime) -> bool:
        """Tell whether the street list holds a category at an instant (FR9)."""
        day = self.local(at).date()
        return any(in_force(row, day) for row in self._listed.get(category, ()))

    def track(self, affair: Affair, scope: str, *, urgent: bool) -> Limit:
        """The limit of talking a matter over: of its scope, else that of what is unknown."""
        rows = [row for row in self.tracks if row.affair is affair]
        rows = [row for row in rows if row.urgent is urgent] or rows
        return next((row for row in rows if row.scope == scope), rows[-1]).limit

    def ladder(self, what: What) -> tuple[Rung, ...]:
        """The rungs for a kind of clock: its own ladder, or the one for all others."""
        own = next((ladder for ladder in self.ladders if what in ladder.whats), None)
        rest = next((ladder for ladder in self.ladders if not ladder.whats), None)
        found = own or rest
        return found.rungs if found is not None else ()

    def rank(self, affair: Affair | None, kind: str | None) -> int:
        """How urgent: unclassified −1, household 0, shared 1, then the kinds from 2 by rank."""
        if affair is None:
            return -1
        if affair is not Affair.PUBLIC:
            return 0 if affair is Affair.HOUSEHOLD else 1
        return 2 + (self.kind_of[kind].rank if kind is not None else 0)


def in_force(row: Category | ListItem, day: date) -> bool:
    """Tell whether a row is in force on a local day."""
    return (row.since is None or row.since <= day) and (row.until is None or day <= row.until)


share_repr(
    (
        WhistleKind,
        Category,
        ListItem,
        FactType,
        Floor,
        Rule,
        TrackLimit,
        Rung,
        Ladder,
        Objections,
        Extensions,
        Deferrals,
        Marks,
        Calendar,
        Accepted,
        Policy,
    )
)
