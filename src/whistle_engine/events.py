"""What happened: a closed union of events, which are the truth about a matter.

Due times, alert times, fallbacks and their explanation are in the events, so ``evolve``
knows no policy. Every event carries ``at``, when it was recorded (UTC). Wire names are
written here once, in :data:`EVENTS`.
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from attrs import frozen

from whistle_engine._fields import share_repr
from whistle_engine.model import (
    ActorId,
    Affair,
    Appeal,
    Classification,
    Clock,
    DispatchedBy,
    Due,
    Evidence,
    Facts,
    Length,
    MatterId,
    Outcome,
    Raiser,
    Responder,
    ResultCode,
    Satisfied,
    Shirk,
    Solved,
    Stage,
    Step,
    StepAction,
    TextRef,
    UnitCode,
    Unmet,
    Verdict,
    What,
)

# ---------------------------------------------------------------- intake and tracks


@frozen(slots=False, repr=False)
class Received:
    """An appeal came in (受理)."""

    at: datetime
    appeal: Appeal
    community: UnitCode
    street: UnitCode
    raisers: tuple[Raiser, ...]
    facts: Facts = ()
    split_from: MatterId | None = None


@frozen(slots=False, repr=False)
class Added:
    """A raiser added words or proofs."""

    at: datetime
    raiser: ActorId
    text: TextRef | None = None
    evidence: tuple[Evidence, ...] = ()


@frozen(slots=False, repr=False)
class Urged:
    """A raiser asked for haste."""

    at: datetime
    raiser: ActorId


@frozen(slots=False, repr=False)
class Withdrawn:
    """A raiser took the appeal back."""

    at: datetime
    raiser: ActorId


@frozen(slots=False, repr=False)
class Classified:
    """The rules classified the facts."""

    at: datetime
    classification: Classification
    facts: Facts


@frozen(slots=False, repr=False)
class Answered:
    """An enquiry was answered."""

    at: datetime
    text: TextRef | None


@frozen(slots=False, repr=False)
class Redirected:
    """The raiser was told another way."""

    at: datetime
    route: str
    text: TextRef | None


@frozen(slots=False, repr=False)
class SplitOff:
    """Parts became matters of their own."""

    at: datetime
    into: tuple[MatterId, ...]


@frozen(slots=False, repr=False)
class MergedInto:
    """This matter is carried on in another one."""

    at: datetime
    into: MatterId


@frozen(slots=False, repr=False)
class Absorbed:
    """Another matter is carried on here; its raisers keep every right (L19)."""

    at: datetime
    matter: MatterId
    raisers: tuple[Raiser, ...]


@frozen(slots=False, repr=False)
class Looked:
    """What was found on site."""

    at: datetime
    unit: UnitCode | None
    facts: Facts
    nothing_there: bool


@frozen(slots=False, repr=False)
class Settled:
    """Settled by talking, on the household or shared track."""

    at: datetime
    unit: UnitCode | None
    text: TextRef | None
    evidence: tuple[Evidence, ...] = ()


@frozen(slots=False, repr=False)
class MovedUp:
    """The matter rose to the next track."""

    at: datetime
    affair: Affair
    kind: str | None
    text: TextRef | None


# ---------------------------------------------------------------- whistle


@frozen(slots=False, repr=False)
class Blown:
    """A whistle was blown."""

    at: datetime
    kind: str
    unit: UnitCode | None
    classification: Classification


@frozen(slots=False, repr=False)
class WhistleRaised:
    """The whistle was raised to a kind of higher rank."""

    at: datetime
    kind: str
    unit: UnitCode | None


@frozen(slots=False, repr=False)
class StoodDown:
    """The whistle was taken back."""

    at: datetime
    unit: UnitCode | None
    text: TextRef | None


@frozen(slots=False, repr=False)
class Dispatched:
    """The call reached the departments; the first of ``responders`` leads."""

    at: datetime
    how: DispatchedBy
    responders: tuple[Responder, ...]


# ---------------------------------------------------------------- response


@frozen(slots=False, repr=False)
class ReportedIn:
    """A unit's people are there."""

    at: datetime
    unit: UnitCode
    occurred_at: datetime | None = None


@frozen(slots=False, repr=False)
class BroughtIn:
    """A further unit came into the response, or was invited."""

    at: datetime
    responder: Responder


@frozen(slots=False, repr=False)
class Joined:
    """An invited unit joined."""

    at: datetime
    unit: UnitCode


@frozen(slots=False, repr=False)
class Accepted:
    """A unit took the lead."""

    at: datetime
    unit: UnitCode


@frozen(slots=False, repr=False)
class Designated:
    """A unit was made lead, bindingly."""

    at: datetime
    unit: UnitCode
    receiver: ActorId | None
    by: UnitCode | None
    text: TextRef | None


@frozen(slots=False, repr=False)
class HandedIn:
    """A joint unit handed in its part, or the lead the proof of its plan."""

    at: datetime
    unit: UnitCode
    text: TextRef | None
    evidence: tuple[Evidence, ...] = ()


@frozen(slots=False, repr=False)
class ProgressReported:
    """A responder gave an interim word."""

    at: datetime
    unit: UnitCode
    text: TextRef | None
    evidence: tuple[Evidence, ...] = ()


@frozen(slots=False, repr=False)
class ReceiverChanged:
    """Another person of the unit follows the matter."""

    at: datetime
    unit: UnitCode
    receiver: ActorId


@frozen(slots=False, repr=False)
class FedBack:
    """The lead gave the one common answer."""

    at: datetime
    unit: UnitCode
    result: ResultCode
    text: TextRef | None
    evidence: tuple[Evidence, ...] = ()
    plan_date: datetime | None = None
    without: tuple[UnitCode, ...] = ()


@frozen(slots=False, repr=False)
class Objected:
    """The lead objected (FR8)."""

    at: datetime
    unit: UnitCode
    clause: str
    names: UnitCode
    text: TextRef | None


@frozen(slots=False, repr=False)
class ObjectionAnswered:
    """The objection was upheld or rejected; ``lapsed`` if by nobody's answer in time."""

    at: datetime
    upheld: bool
    lapsed: bool = False


@frozen(slots=False, repr=False)
class Released:
    """A joint or invited unit left the response."""

    at: datetime
    unit: UnitCode
    text: TextRef | None


@frozen(slots=False, repr=False)
class Told:
    """A raiser was told the result."""

    at: datetime
    raiser: ActorId
    unit: UnitCode | None
    text: TextRef | None


@frozen(slots=False, repr=False)
class TimeConfirmed:
    """Community or street confirmed when it really happened; it stands beside the verdict."""

    at: datetime
    unit: UnitCode
    what: What
    occurred_at: datetime
    by: UnitCode | None


@frozen(slots=False, repr=False)
class ShirkRefused:
    """A party tried to pass the buck; refused, and it counts in the assessment (L11)."""

    at: datetime
    unit: UnitCode | None
    actor: ActorId
    how: Shirk
    clauses: tuple[str, ...]


# ---------------------------------------------------------------- clocks


@frozen(slots=False, repr=False)
class ClockStarted:
    """An obligation began."""

    at: datetime
    clock: Clock


@frozen(slots=False, repr=False)
class ClockEnded:
    """An obligation ended, for good."""

    at: datetime
    clock: int
    verdict: Verdict


@frozen(slots=False, repr=False)
class ClockMoved:
    """A due time moved, for one of the reasons of FR7; the last of ``due.moves`` says why."""

    at: datetime
    clock: int
    due: Due
    steps: tuple[Step, ...]
    latest: datetime | None = None


@frozen(slots=False, repr=False)
class TimerFired:
    """A timer was due: an alert, or a fallback; ``late`` is by how many seconds."""

    at: datetime
    clock: int
    step: int
    action: StepAction
    to: UnitCode | None
    late: int


@frozen(slots=False, repr=False)
class ExtensionAsked:
    """The lead asked for more time."""

    at: datetime
    clock: int
    by: Length
    text: TextRef | None


@frozen(slots=False, repr=False)
class ExtensionAnswered:
    """It was granted or declined; ``lapsed`` if by nobody's answer in time."""

    at: datetime
    clock: int
    granted: bool
    lapsed: bool = False


# ---------------------------------------------------------------- residents


@frozen(slots=False, repr=False)
class Marked:
    """An entitled party marked, itself or through a call-back."""

    at: datetime
    raiser: ActorId | None
    unit: UnitCode | None
    solved: Solved
    satisfied: Satisfied
    called_back: bool = False


@frozen(slots=False, repr=False)
class NotReached:
    """A call-back did not reach the raiser."""

    at: datetime
    raiser: ActorId


@frozen(slots=False, repr=False)
class Reopened:
    """It is handled again, in a further round."""

    at: datetime
    stage: Stage
    by: ActorId | None


@frozen(slots=False, repr=False)
class Closed:
    """The matter was closed (结案)."""

    at: datetime
    outcome: Outcome
    reopen_until: datetime | None


# ---------------------------------------------------------------- coordination


@frozen(slots=False, repr=False)
class Supervised:
    """The street pressed a responder."""

    at: datetime
    unit: UnitCode
    by: UnitCode | None
    text: TextRef | None


@frozen(slots=False, repr=False)
class Escalated:
    """The matter came to the coordinator: why, and about which clock."""

    at: datetime
    reason: str
    clock: int | None = None
    by: UnitCode | None = None
    text: TextRef | None = None


@frozen(slots=False, repr=False)
class Deferred:
    """Set aside, with a date of review; in all not beyond ``latest``."""

    at: datetime
    review_on: datetime
    latest: datetime
    text: TextRef | None


@frozen(slots=False, repr=False)
class Resumed:
    """A deferral ended; ``lapsed`` if because nobody reviewed it in time."""

    at: datetime
    lapsed: bool = False


@frozen(slots=False, repr=False)
class Concluded:
    """The coordinator closed it with reasons."""

    at: datetime
    text: TextRef | None


@frozen(slots=False, repr=False)
class Admitted:
    """The district admitted the category to the street's list, for this matter."""

    at: datetime
    category: str
    street: UnitCode


@frozen(slots=False, repr=False)
class CatalogueChangeProposed:
    """A decision on a category that no catalogue held proposes a row (FR9)."""

    at: datetime
    category: str
    unit: UnitCode


Event = (
    Received | Added | Urged | Withdrawn | Classified | Answered | Redirected | SplitOff
    | MergedInto | Absorbed | Looked | Settled | MovedUp
    | Blown | WhistleRaised | StoodDown | Dispatched
    | ReportedIn | BroughtIn | Joined | Accepted | Designated | HandedIn | ProgressReported
    | ReceiverChanged | FedBack | Objected | ObjectionAnswered | Released | Told
    | TimeConfirmed | ShirkRefused
    | ClockStarted | ClockEnded | ClockMoved | TimerFired | ExtensionAsked | ExtensionAnswered
    | Marked | NotReached | Reopened | Closed
    | Supervised | Escalated | Deferred | Resumed | Concluded | Admitted
    | CatalogueChangeProposed
)  # fmt: skip
"""Every event that there is."""

EVENTS: dict[type[Event], str] = {
    Received: "received/1",
    Added: "added/1",
    Urged: "urged/1",
    Withdrawn: "withdrawn/1",
    Classified: "classified/1",
    Answered: "answered/1",
    Redirected: "redirected/1",
    SplitOff: "split_off/1",
    MergedInto: "merged_into/1",
    Absorbed: "absorbed/1",
    Looked: "looked/1",
    Settled: "settled/1",
    MovedUp: "moved_up/1",
    Blown: "blown/1",
    WhistleRaised: "whistle_raised/1",
    StoodDown: "stood_down/1",
    Dispatched: "dispatched/1",
    ReportedIn: "reported_in/1",
    BroughtIn: "brought_in/1",
    Joined: "joined/1",
    Accepted: "accepted/1",
    Designated: "designated/1",
    HandedIn: "handed_in/1",
    ProgressReported: "progress_reported/1",
    ReceiverChanged: "receiver_changed/1",
    FedBack: "fed_back/1",
    Objected: "objected/1",
    ObjectionAnswered: "objection_answered/1",
    Released: "released/1",
    Told: "told/1",
    TimeConfirmed: "time_confirmed/1",
    ShirkRefused: "shirk_refused/1",
    ClockStarted: "clock_started/1",
    ClockEnded: "clock_ended/1",
    ClockMoved: "clock_moved/1",
    TimerFired: "timer_fired/1",
    ExtensionAsked: "extension_asked/1",
    ExtensionAnswered: "extension_answered/1",
    Marked: "marked/1",
    NotReached: "not_reached/1",
    Reopened: "reopened/1",
    Closed: "closed/1",
    Supervised: "supervised/1",
    Escalated: "escalated/1",
    Deferred: "deferred/1",
    Resumed: "resumed/1",
    Concluded: "concluded/1",
    Admitted: "admitted/1",
    CatalogueChangeProposed: "catalogue_change_proposed/1",
}
"""Each event's wire name."""

share_repr(EVENTS)


@frozen(kw_only=True)
class Refused:
    """A command that is not allowed: a value, not an exception.

    Attributes:
        command: the command's name, such as ``feed_back``.
        unmet: *all* conditions that do not hold, each with its clause and the facts behind it.
            "Not permitted" is one condition with no facts, and looks the same for a matter
            that is not there (L16).
        recorded: empty, except that an attempt to shirk is recorded (L11).
    """

    command: str
    unmet: tuple[Unmet, ...]
    recorded: tuple[Event, ...] = ()

    @property
    def code(self) -> str:
        """The first condition's code."""
        return self.unmet[0].code

    @property
    def clause(self) -> str:
        """The first condition's clause."""
        return self.unmet[0].clause


if set(get_args(Event)) != set(EVENTS):  # a missing wire name would only show when it is written
    raise AssertionError(set(get_args(Event)) ^ set(EVENTS))
