"""What can be asked of the engine: a closed union of acts, in one envelope.

A :class:`Command` says who asks for what on which matter; its ``do`` is one of the acts
below. Wire names (``blow/1``) are written here once, in :data:`ACTS`; the part before the
slash names the command in permissions, stories and the command line.
"""

from __future__ import annotations

from datetime import datetime
from typing import get_args

from attrs import field, frozen

from whistle_engine._fields import is_aware, is_code, is_id, share_repr
from whistle_engine.model import (
    Actor,
    ActorId,
    AppealKind,
    CommandId,
    Evidence,
    Facts,
    Length,
    MatterId,
    Place,
    ResultCode,
    Satisfied,
    Solved,
    UnitCode,
    What,
)

# ---------------------------------------------------------------- intake


@frozen(kw_only=True, slots=False, repr=False)
class Receive:
    """登记: an appeal comes in and opens a matter.

    Attributes:
        raiser, raiser_unit: on whose behalf; ``None`` means the actor, and the actor's unit.
        facts: what is known already.
    """

    channel: str
    kind: AppealKind
    place: Place
    source_number: str | None = field(default=None, validator=is_id)
    raiser: ActorId | None = field(default=None, validator=is_id)
    raiser_unit: UnitCode | None = field(default=None, validator=is_id)
    facts: Facts = ()


@frozen(kw_only=True, slots=False, repr=False)
class Add:
    """补充: a raiser adds words (text ``text``) or proofs."""

    evidence: tuple[Evidence, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Urge:
    """催促: a raiser asks for haste."""


@frozen(kw_only=True, slots=False, repr=False)
class Withdraw:
    """撤回诉求: a raiser takes the appeal back."""


@frozen(kw_only=True, slots=False, repr=False)
class Classify:
    """分类: the facts as they are known; the policy's rules say what follows."""

    facts: Facts


@frozen(kw_only=True, slots=False, repr=False)
class Answer:
    """答复: an enquiry is answered (text ``text``) and closed."""


@frozen(kw_only=True, slots=False, repr=False)
class Redirect:
    """转告: the raiser is told another way (text ``text``); ``route`` is a code of the policy."""

    route: str


@frozen(kw_only=True, slots=False, repr=False)
class SplitPart:
    """One of the matters that a split opens."""

    matter: MatterId
    kind: AppealKind
    facts: Facts = ()


@frozen(kw_only=True, slots=False, repr=False)
class Split:
    """拆分: several things in one appeal become matters of their own."""

    parts: tuple[SplitPart, ...]


@frozen(kw_only=True, slots=False, repr=False)
class Merge:
    """并案: this matter is carried on in another one."""

    into: MatterId


@frozen(kw_only=True, slots=False, repr=False)
class Look:
    """现场核实: what somebody found on site.

    Attributes:
        facts: the facts found, over those known before.
        nothing_there: certified on site that nothing is there to settle.
    """

    facts: Facts = ()
    nothing_there: bool = False


# ---------------------------------------------------------------- tracks


@frozen(kw_only=True, slots=False, repr=False)
class Settle:
    """办结 on the household or shared track: settled by talking (text ``text``)."""

    evidence: tuple[Evidence, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class MoveUp:
    """提级: household to shared, shared to public (text ``reason``)."""


# ---------------------------------------------------------------- whistle


@frozen(kw_only=True, slots=False, repr=False)
class Blow:
    """吹哨: call the departments.

    Attributes:
        kind: the code of the whistle kind.
        category: needed where an urgent whistle is blown before classification.
    """

    kind: str
    category: str | None = None


@frozen(kw_only=True, slots=False, repr=False)
class TakeOn:
    """街道承办: the street leads by its own act."""


@frozen(kw_only=True, slots=False, repr=False)
class RaiseWhistle:
    """哨声升级: to a kind of higher rank."""

    kind: str


@frozen(kw_only=True, slots=False, repr=False)
class StandDown:
    """撤哨: the blower takes the whistle back (text ``reason``).

    Attributes:
        close: close the matter, where the community certified that nothing is there.
    """

    close: bool = False


@frozen(kw_only=True, slots=False, repr=False)
class SendStraight:
    """直派: the hotline sends a clear matter straight to its lead."""

    to: UnitCode


@frozen(kw_only=True, slots=False, repr=False)
class Dispatch:
    """派单: the call reaches the departments of the catalogue.

    Attributes:
        lead: one of the leads that the catalogue names; ``None`` takes the first.
    """

    lead: UnitCode | None = None


# ---------------------------------------------------------------- response


@frozen(kw_only=True, slots=False, repr=False)
class ReportIn:
    """报到: a unit's people are there; for an invited unit this is joining."""


@frozen(kw_only=True, slots=False, repr=False)
class BringIn:
    """邀请协办: bring in the unit responsible, or the level above (text ``reason``)."""

    unit: UnitCode


@frozen(kw_only=True, slots=False, repr=False)
class Accept:
    """接受主办: a unit that was brought in or invited takes the lead."""


@frozen(kw_only=True, slots=False, repr=False)
class HandIn:
    """提交结果: a joint unit's part (text ``text``), or the proof of a plan carried out."""

    evidence: tuple[Evidence, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class ReportProgress:
    """报告进展: an interim word (text ``text``)."""

    evidence: tuple[Evidence, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class ChangeReceiver:
    """更换接哨员: another person of the unit follows the matter."""

    receiver: ActorId = field(validator=is_id)


@frozen(kw_only=True, slots=False, repr=False)
class FeedBack:
    """反馈: the lead says what was done (text ``text``), with evidence.

    Attributes:
        plan_date: for ``planned``, when it will be carried out; UTC.
        without: joint units that are late and without which the lead answers (FR6).
    """

    result: ResultCode
    evidence: tuple[Evidence, ...] = ()
    plan_date: datetime | None = field(default=None, validator=is_aware)
    without: tuple[UnitCode, ...] = ()


@frozen(kw_only=True, slots=False, repr=False)
class Object:
    """异议: not within our duties: the clause of the catalogue, and the unit that it names.

    Raises:
        ValueError: the clause is no code: words belong in the text ``reason`` (L15).
    """

    clause: str = field(validator=is_code(64))
    names: UnitCode


@frozen(kw_only=True, slots=False, repr=False)
class Release:
    """解除协办: a joint or invited unit is no longer needed (text ``reason``)."""

    unit: UnitCode


@frozen(kw_only=True, slots=False, repr=False)
class Tell:
    """告知: the first responder tells a raiser the result (text ``text``)."""

    raiser: ActorId


@frozen(kw_only=True, slots=False, repr=False)
class SendBack:
    """退单: send the matter back down. It exists in order to be refused and counted (FR5)."""


@frozen(kw_only=True, slots=False, repr=False)
class ConfirmTime:
    """确认时间: community or street confirms when a unit really arrived, or was done.

    Attributes:
        what: ``report_in`` or ``solve``.
        occurred_at: the instant confirmed, UTC.
    """

    unit: UnitCode
    what: What
    occurred_at: datetime = field(validator=is_aware)


# ---------------------------------------------------------------- clocks


@frozen(kw_only=True, slots=False, repr=False)
class AskExtension:
    """申请延期: the lead asks for more time (text ``reason``)."""

    by: Length


@frozen(kw_only=True, slots=False, repr=False)
class GrantExtension:
    """批准延期: grant or decline what was asked; the coordinator may also decide unasked.

    Attributes:
        granted: ``False`` declines.
        by: only unasked, by the coordinator, with a text ``reason``: how much (FR7 c).
    """

    granted: bool = True
    by: Length | None = None


@frozen(kw_only=True, slots=False, repr=False)
class FireTimer:
    """到时: a timer of a clock is due; given by the system."""

    clock: int
    step: int


@frozen(kw_only=True, slots=False, repr=False)
class FixDueTimes:
    """核定期限: provisional due times are fixed with the calendar now known; by the system."""


# ---------------------------------------------------------------- residents


@frozen(kw_only=True, slots=False, repr=False)
class Mark:
    """评价: solved or not, satisfied or not; for oneself, or for the unit that may judge."""

    solved: Solved
    satisfied: Satisfied


@frozen(kw_only=True, slots=False, repr=False)
class CallBack:
    """回访: ask a raiser, and record the mark, or that they were not reached."""

    raiser: ActorId
    solved: Solved | None = None
    satisfied: Satisfied | None = None


@frozen(kw_only=True, slots=False, repr=False)
class Reopen:
    """重办: handle it again; by the coordinator, order a further round."""


# ---------------------------------------------------------------- coordination


@frozen(kw_only=True, slots=False, repr=False)
class Supervise:
    """督办: the street presses a responder (text ``text``)."""

    unit: UnitCode


@frozen(kw_only=True, slots=False, repr=False)
class Escalate:
    """上报: street or community puts the matter in the coordinator's docket (text ``reason``)."""


@frozen(kw_only=True, slots=False, repr=False)
class Designate:
    """指定: say who leads, bindingly (text ``reason``)."""

    unit: UnitCode


@frozen(kw_only=True, slots=False, repr=False)
class Defer:
    """挂账: set aside with a date of review (text ``reason``)."""

    review_on: datetime = field(validator=is_aware)


@frozen(kw_only=True, slots=False, repr=False)
class Resume:
    """恢复办理: end a deferral."""


@frozen(kw_only=True, slots=False, repr=False)
class Conclude:
    """办结裁定: the rounds are used up; the coordinator closes with reasons (text ``reason``)."""


@frozen(kw_only=True, slots=False, repr=False)
class Admit:
    """准入: the district admits this matter's category to the street's list, for this matter."""


Act = (
    Receive | Add | Urge | Withdraw | Classify | Answer | Redirect | Split | Merge | Look
    | Settle | MoveUp
    | Blow | TakeOn | RaiseWhistle | StandDown | SendStraight | Dispatch
    | ReportIn | BringIn | Accept | HandIn | ReportProgress | ChangeReceiver | FeedBack
    | Object | Release | Tell | SendBack | ConfirmTime
    | AskExtension | GrantExtension | FireTimer | FixDueTimes
    | Mark | CallBack | Reopen
    | Supervise | Escalate | Designate | Defer | Resume | Conclude | Admit
)  # fmt: skip
"""Every act that there is."""

ACTS: dict[type[Act], str] = {
    Receive: "receive/1",
    Add: "add/1",
    Urge: "urge/1",
    Withdraw: "withdraw/1",
    Classify: "classify/1",
    Answer: "answer/1",
    Redirect: "redirect/1",
    Split: "split/1",
    Merge: "merge/1",
    Look: "look/1",
    Settle: "settle/1",
    MoveUp: "move_up/1",
    Blow: "blow/1",
    TakeOn: "take_on/1",
    RaiseWhistle: "raise_whistle/1",
    StandDown: "stand_down/1",
    SendStraight: "send_straight/1",
    Dispatch: "dispatch/1",
    ReportIn: "report_in/1",
    BringIn: "bring_in/1",
    Accept: "accept/1",
    HandIn: "hand_in/1",
    ReportProgress: "report_progress/1",
    ChangeReceiver: "change_receiver/1",
    FeedBack: "feed_back/1",
    Object: "object/1",
    Release: "release/1",
    Tell: "tell/1",
    SendBack: "send_back/1",
    ConfirmTime: "confirm_time/1",
    AskExtension: "ask_extension/1",
    GrantExtension: "grant_extension/1",
    FireTimer: "fire_timer/1",
    FixDueTimes: "fix_due_times/1",
    Mark: "mark/1",
    CallBack: "call_back/1",
    Reopen: "reopen/1",
    Supervise: "supervise/1",
    Escalate: "escalate/1",
    Designate: "designate/1",
    Defer: "defer/1",
    Resume: "resume/1",
    Conclude: "conclude/1",
    Admit: "admit/1",
}
"""Each act's wire name."""

NAMES: dict[type[Act], str] = {act: wire.partition("/")[0] for act, wire in ACTS.items()}
"""Each act's name, as permissions, stories and the command line use it."""


share_repr(ACTS)

PLAIN: dict[type[Act], Act] = {
    type(act): act
    for act in (
        Urge(),
        Withdraw(),
        Answer(),
        MoveUp(),
        TakeOn(),
        ReportIn(),
        Accept(),
        SendBack(),
        FixDueTimes(),
        Reopen(),
        Escalate(),
        Resume(),
        Conclude(),
        Admit(),
    )
}
"""The acts without content of their own: one value of each says it all."""


@frozen(kw_only=True)
class Command:
    """One act, asked for by somebody, on one matter.

    Attributes:
        id: unique in the jurisdiction; sent again, it gets the first answer (L13).
        by: who asks.
        occurred_at: when it really happened, UTC, if not now; never later than now.
        texts: the names of the free texts that came with it, sorted; the words lie in the vault.
    """

    id: CommandId
    matter: MatterId
    by: Actor
    do: Act
    occurred_at: datetime | None = field(default=None, validator=is_aware)
    texts: tuple[str, ...] = ()


def subjects(command: Command) -> tuple[MatterId, ...]:
    """All the matters that a command writes, its own first."""
    match command.do:
        case Split(parts=parts):
            return (command.matter, *(p.matter for p in parts))
        case Merge(into=into):
            return (command.matter, into)
        case _:
            return (command.matter,)


if set(get_args(Act)) != set(ACTS):  # a missing wire name would only show when it is written
    raise AssertionError(set(get_args(Act)) ^ set(ACTS))
