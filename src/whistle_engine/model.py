"""The words of the model: who takes part, what is asked, and the matter that carries it.

All values are frozen. All instants are aware ``datetime`` values in UTC. No field
of these classes holds free text: words and contacts lie in the vault and are named
by a :class:`TextRef` (law L15).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import TypeVar

from attrs import Attribute, field, frozen, validators

from whistle_engine._fields import expect, is_code, share_repr

UnitCode = str
"""The code of a unit in the directory, such as ``zhujian``."""
ActorId = str
"""The id under which the host authenticated a person or a system."""
MatterId = str
"""The id of a matter; the command that opens a matter names it."""
CommandId = str
"""The id of a command, unique in a jurisdiction."""
Facts = tuple[tuple[str, str], ...]
"""Pairs of fact and value, sorted by fact; what is absent is ``unknown``."""

UNKNOWN = "unknown"

V = TypeVar("V")


def changed(value: V, **changes: object) -> V:
    """A copy of a frozen value (one without slots) with some attributes changed.

    It does what ``attrs.evolve`` does, several times as fast: replaying a history is little
    else. A name that is no attribute of the value is an error.
    """
    before = value.__dict__
    after = before | changes
    if len(after) != len(before):
        unknown = sorted(changes.keys() - before.keys())
        raise TypeError(f"{type(value).__name__} has no {unknown}")
    new = object.__new__(type(value))
    object.__setattr__(new, "__dict__", after)
    return new


def facts(**values: str) -> Facts:
    """Facts from keyword arguments, in their canonical order."""
    return tuple(sorted(values.items()))


class Code(Enum):
    """A closed list of codes. Members are hashed as what they are: there is one of each."""

    __hash__ = object.__hash__


class UnitKind(Code):
    """What sort of unit takes part."""

    DISTRICT = "district"
    DEPARTMENT = "department"
    CITY_BUREAU = "city_bureau"
    STREET = "street"
    COMMUNITY = "community"
    GRID = "grid"
    ENTERPRISE = "enterprise"
    HOTLINE = "hotline"


class Role(Code):
    """What the host says an actor is; what a role may do is the engine's to say."""

    RESIDENT = "resident"
    MICRO_GRID_LEADER = "micro_grid_leader"
    GRID_BRANCH = "grid_branch"
    COMMUNITY = "community"
    STREET = "street"
    HOTLINE = "hotline"
    OPERATIONS = "operations"
    RECEIVER = "receiver"
    COORDINATOR = "coordinator"
    SYSTEM = "system"


class Party(Code):
    """How an actor stands to one matter: the columns of the permission table."""

    ANYONE = "anyone"
    RAISER = "raiser"
    MICRO_GRID_LEADER = "micro_grid_leader"
    GRID_BRANCH = "grid_branch"
    COMMUNITY = "community"
    STREET = "street"
    HOTLINE = "hotline"
    OPERATIONS = "operations"
    RESPONDER = "responder"
    LEAD = "lead"
    FIRST_RESPONDER = "first_responder"
    INVITED = "invited"
    COORDINATOR = "coordinator"
    SYSTEM = "system"


class Affair(Code):
    """Who can settle a matter: 家事, 共事, 公事."""

    HOUSEHOLD = "household"
    SHARED = "shared"
    PUBLIC = "public"


class AppealKind(Code):
    """The five kinds of appeal: 咨询, 求助, 投诉, 举报, 建议."""

    ENQUIRY = "enquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"


class Stage(Code):
    """Where a matter stands."""

    RECEIVED = "received"
    MEDIATING = "mediating"
    DELIBERATING = "deliberating"
    AWAITING_WHISTLE = "awaiting_whistle"
    BLOWN = "blown"
    DISPATCHED = "dispatched"
    HANDLING = "handling"
    DEFERRED = "deferred"
    FED_BACK = "fed_back"
    CLOSED = "closed"


class Outcome(Code):
    """How a matter was closed."""

    SETTLED = "settled"
    LAPSED = "lapsed"
    CONCLUDED = "concluded"
    ANSWERED = "answered"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    STOOD_DOWN = "stood_down"


class Part(Code):
    """The part that a unit has in the response."""

    LEAD = "lead"
    JOINT = "joint"
    INVITED = "invited"


class What(Code):
    """What a clock obliges its unit to do."""

    CLASSIFY = "classify"
    LOOK = "look"
    MEDIATE = "mediate"
    DELIBERATE = "deliberate"
    BLOW = "blow"
    DISPATCH = "dispatch"
    DESIGNATE = "designate"
    REPORT_IN = "report_in"
    SOLVE = "solve"
    REDO = "redo"
    HAND_IN = "hand_in"
    ANSWER_OBJECTION = "answer_objection"
    DECIDE_EXTENSION = "decide_extension"
    REVIEW = "review"
    MARK = "mark"
    TELL = "tell"
    DECIDE_ROUND = "decide_round"
    FOLLOW_UP = "follow_up"
    DOCKET = "docket"


class Verdict(Code):
    """How a clock ended, for good."""

    KEPT = "kept"
    MISSED = "missed"
    SUPERSEDED = "superseded"


class StepAction(Code):
    """What a timer does: the rungs of the ladder, then the fallback."""

    REMIND = "remind"
    URGE = "urge"
    SUPERVISE = "supervise"
    CALL_BACK = "call_back"
    ESCALATE = "escalate"
    PASS_ON = "pass_on"  # noqa: S105  not a password
    LAPSE = "lapse"
    REJECT = "reject"
    DECLINE = "decline"
    RESUME = "resume"
    REOPEN = "reopen"
    RECUR = "recur"


class LimitUnit(Code):
    """In what a limit is counted."""

    HOURS = "hours"
    WORK_HOURS = "work_hours"
    DAYS = "days"
    WORKING_DAYS = "working_days"


class DayReason(Code):
    """Why a day counted, or did not."""

    WEEKDAY = "weekday"
    MAKE_UP = "make_up"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    START_DAY = "start_day"
    EVERY_DAY = "every_day"
    ASSUMED = "assumed"


class MoveReason(Code):
    """The only four reasons for which a due time moves later (FR7), and taking over."""

    EXTENDED = "extended"
    DEFERRED = "deferred"
    DECIDED = "decided"
    FIXED = "fixed"
    TAKEN_OVER = "taken_over"


class ResultCode(Code):
    """What feeding back says was done."""

    SOLVED = "solved"
    PARTLY = "partly"
    PLANNED = "planned"
    EXPLAINED = "explained"


class Solved(Code):
    """A mark's answer to: is it solved?"""

    SOLVED = "solved"
    PARTLY = "partly"
    NOT = "not"


class Satisfied(Code):
    """A mark's answer to: are you satisfied?"""

    SATISFIED = "satisfied"
    MOSTLY = "mostly"
    NOT = "not"


class Shirk(Code):
    """An attempt to pass the buck: refused, recorded, and counted (L11)."""

    SEND_BACK = "send_back"
    FLOW_BACK = "flow_back"
    HOLLOW_ANSWER = "hollow_answer"
    OBJECT_AGAIN = "object_again"


class DispatchedBy(Code):
    """How a matter reached its first responder."""

    DISPATCH = "dispatch"
    URGENT_WHISTLE = "urgent_whistle"
    TAKE_ON = "take_on"
    SEND_STRAIGHT = "send_straight"
    DESIGNATION = "designation"


@frozen(slots=False, repr=False)
class Label:
    """A text for people, in Chinese and in English."""

    zh: str
    en: str


@frozen(slots=False, repr=False)
class TextRef:
    """Where in the vault a text lies: the command that brought it, and the field's name."""

    command: CommandId
    name: str


@frozen(slots=False, repr=False)
class Evidence:
    """A proof kept elsewhere: where it lies, its digest (``sha256:…``) and its media type.

    Raises:
        ValueError: one of them has blanks or is not ASCII: words belong in the vault (L15).
    """

    uri: str = field(validator=is_code(2000))
    digest: str = field(validator=is_code(200))
    media_type: str = field(validator=is_code(100))


@frozen(kw_only=True, slots=False, repr=False)
class Actor:
    """Who acts: authenticated by the host and trusted as given."""

    id: ActorId
    roles: frozenset[Role]
    unit: UnitCode | None = None


def _within(most: int) -> Callable[[object, Attribute[int | None], int | None], None]:
    """A validator for a coordinate in micro-degrees."""

    def validate(place: object, attribute: Attribute[int | None], value: int | None) -> None:
        if value is None:
            return
        expect(int, place, attribute, value)
        if not -most <= value <= most:
            raise ValueError(
                f"{attribute.name} is {value}, and should be from {-most} to {most} micro-degrees"
            )

    return validate


def _both(place: Place, _attribute: Attribute[int | None], value: int | None) -> None:
    if (place.lat is None) != (value is None):
        raise ValueError("lat and lon go together: give both or neither")


@frozen(kw_only=True, slots=False, repr=False)
class Place:
    """Where: a unit's code, and optionally integer coordinates; the address lies in the vault.

    Attributes:
        lat, lon: micro-degrees, in the coordinate system that the city uses; both or neither.

    Raises:
        ValueError: there is no such place on earth, or one of the two is missing.
    """

    unit: UnitCode
    lat: int | None = field(default=None, validator=_within(90_000_000))
    lon: int | None = field(default=None, validator=[_within(180_000_000), _both])


@frozen(kw_only=True, slots=False, repr=False)
class Appeal:
    """What a resident asks, as it came in (诉求)."""

    channel: str
    kind: AppealKind
    place: Place
    source_number: str | None = None
    text: TextRef | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Raiser:
    """Somebody who raised the matter, with a right to be told and to mark (L19)."""

    id: ActorId
    unit: UnitCode | None = None
    contact: TextRef | None = None
    told: bool = False


@frozen(kw_only=True, slots=False, repr=False)
class Limit:
    """A length of time as the policy says it, with the source of the value."""

    amount: int
    unit: LimitUnit
    rule: str = ""
    source: str = ""


@frozen(slots=False, repr=False)
class Length:
    """A length of time that somebody names, such as that of an extension.

    Raises:
        ValueError: it is negative, or more than 3,660: no limit runs for ten years.
    """

    amount: int = field(validator=[validators.ge(0), validators.le(3660)])
    unit: LimitUnit


@frozen(slots=False, repr=False)
class Span:
    """A run of days, first to last inclusive, that counted or did not, and why."""

    first: date
    last: date
    counted: bool
    reason: DayReason


@frozen(kw_only=True, slots=False, repr=False)
class Move:
    """One change of a due time after it was set: why, when, and from what to what.

    ``since`` is when a deferral began; ``by`` is the length of an extension.
    """

    reason: MoveReason
    at: datetime
    before: datetime
    after: datetime
    since: datetime | None = None
    by: Length | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Due:
    """A due time that explains itself (L18).

    Attributes:
        at: the instant, UTC, until which (inclusive) the clock is kept.
        start: the instant from which it was reckoned, UTC.
        limit: the limit that was counted, with its rule and source.
        every_day: counted round the clock, because the unit works round the clock.
        spans: the days that counted and those that did not, in order; empty for hours.
        provisional: reckoned past the last day that the calendar knows.
        moves: each extension, deferral, decision and fixing since.
    """

    at: datetime
    start: datetime
    limit: Limit
    every_day: bool = False
    spans: tuple[Span, ...] = ()
    provisional: bool = False
    moves: tuple[Move, ...] = ()


@frozen(slots=False, repr=False)
class Step:
    """One timer of a clock: an alert of the ladder, or its fallback (always the last)."""

    number: int
    at: datetime
    action: StepAction
    to: UnitCode | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Clock:
    """One obligation of one unit (or of one raiser, to mark): started once, ended once.

    Attributes:
        id: 1, 2, 3 … within the matter; with the matter's id, the duty's id.
        latest: the instant that no extension may pass; ``None`` if it cannot be extended.
        steps: the timers that are still to fire.
        about: for a docket, the clock whose lateness brought the matter there.
    """

    id: int
    what: What
    unit: UnitCode | None
    started: datetime
    due: Due
    steps: tuple[Step, ...] = ()
    raiser: ActorId | None = None
    latest: datetime | None = None
    about: int | None = None
    ended: datetime | None = None
    verdict: Verdict | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Classification:
    """What the rules made of the facts, and why.

    Attributes:
        kind: the kind of whistle of a public matter, else ``None``.
        policy: code and version of the policy that was asked.
        rule, source: the rule that decided, and the source of what decided.
        used: the facts that were read for it.
        floors: the floors by which danger raised the result (``fire/present/ongoing``).
    """

    affair: Affair
    kind: str | None
    category: str
    policy: str
    rule: str
    source: str
    used: Facts = ()
    floors: tuple[str, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Whistle:
    """The whistle that is blown: its kind, who blew it, when."""

    kind: str
    blower: UnitCode | None
    at: datetime


@frozen(kw_only=True, slots=False, repr=False)
class Responder:
    """A unit in the response, the part it has, and how far it is.

    Attributes:
        object_until: the end of its time to object (FR8), fixed when it was first asked.
        brought_in_by: the unit that brought it in; ``None`` if it was dispatched to.
    """

    unit: UnitCode
    part: Part
    receiver: ActorId | None
    object_until: datetime | None = None
    brought_in_by: UnitCode | None = None
    reported_in: datetime | None = None
    handed_in: bool = False


@frozen(kw_only=True, slots=False, repr=False)
class Objection:
    """The one objection that a lead may raise (FR8)."""

    unit: UnitCode
    names: UnitCode
    open: bool = True


@frozen(kw_only=True, slots=False, repr=False)
class ExtensionRequest:
    """An extension that was asked for and not yet decided."""

    clock: int
    by: Length


@frozen(kw_only=True, slots=False, repr=False)
class Deferral:
    """Time set aside by the coordinator (挂账): how often, since when, until when at most."""

    count: int
    latest: datetime
    since: datetime | None = None
    stage: Stage = Stage.HANDLING


@frozen(kw_only=True, slots=False, repr=False)
class Evaluation:
    """One entitled party's mark in one round: a raiser's, or a unit's (评价)."""

    raiser: ActorId | None
    unit: UnitCode | None
    solved: Solved
    satisfied: Satisfied


@frozen(kw_only=True, slots=False, repr=False)
class Round:
    """One round of handling and judging; reopening starts the next.

    Attributes:
        judged: the stage whose work is judged, and to which reopening leads.
        marks: what the entitled parties said so far in this round.
    """

    number: int = 1
    judged: Stage | None = None
    result: ResultCode | None = None
    marks: tuple[Evaluation, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Matter:
    """The case that the engine carries from an appeal to its closing (事项).

    It is what ``evolve`` makes of the matter's events, and all that ``decide`` reads of them.
    """

    id: MatterId
    stage: Stage
    at: datetime
    appeal: Appeal
    community: UnitCode
    street: UnitCode
    raisers: tuple[Raiser, ...]
    facts: Facts = ()
    classification: Classification | None = None
    whistle: Whistle | None = None
    first_responder: UnitCode | None = None
    responders: tuple[Responder, ...] = ()
    responded: tuple[UnitCode, ...] = ()
    clocks: tuple[Clock, ...] = ()
    round: Round = field(factory=Round)
    accepted: bool = False
    objection: Objection | None = None
    extension: ExtensionRequest | None = None
    deferral: Deferral | None = None
    admitted: bool = False
    moved_up: bool = False
    nothing_there: bool = False
    closed_at: datetime | None = None
    reopen_until: datetime | None = None
    outcome: Outcome | None = None


@frozen(kw_only=True, slots=False, repr=False)
class View:
    """What a decision may see of another matter (merge, split): kept in its basis."""

    id: MatterId
    stage: Stage
    rank: int
    due: datetime | None
    appeal: Appeal
    community: UnitCode
    street: UnitCode
    raisers: tuple[Raiser, ...]


@frozen(kw_only=True, slots=False, repr=False)
class Duty:
    """Whose move it is: the view of a running clock for inboxes and user interfaces."""

    clock: int
    what: What
    unit: UnitCode | None
    raiser: ActorId | None
    since: datetime
    due: datetime
    alerts: tuple[Step, ...]
    fallback: Step | None
    settled_by: tuple[str, ...]


@frozen(slots=False, repr=False)
class Unmet:
    """One condition that does not hold: a stable code, the clause behind it, and the facts.

    ``shirk`` is set where failing it is an attempt to pass the buck, which is recorded (L11).
    """

    code: str
    clause: str
    facts: tuple[tuple[str, str], ...] = ()
    shirk: Shirk | None = None


share_repr(
    (
        Label,
        TextRef,
        Evidence,
        Actor,
        Place,
        Appeal,
        Raiser,
        Limit,
        Length,
        Span,
        Move,
        Due,
        Step,
        Clock,
        Classification,
        Whistle,
        Responder,
        Objection,
        ExtensionRequest,
        Deferral,
        Evaluation,
        Round,
        Matter,
        View,
        Duty,
        Unmet,
    )
)
