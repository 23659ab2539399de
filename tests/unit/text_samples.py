"""One sample for each event and each of its variants, with every value filled in."""

from __future__ import annotations

from datetime import timedelta

from tests.support import NOW, length, local, working_days
from whistle_engine import events as e
from whistle_engine.model import (
    Affair,
    Appeal,
    AppealKind,
    Classification,
    Clock,
    DispatchedBy,
    Due,
    Evidence,
    Matter,
    Move,
    MoveReason,
    Outcome,
    Part,
    Place,
    Raiser,
    Responder,
    ResultCode,
    Satisfied,
    Shirk,
    Solved,
    Stage,
    StepAction,
    TextRef,
    Verdict,
    What,
    facts,
)

LATER = NOW + timedelta(days=3)
TEXT = TextRef("c1", "text")
PROOF = (Evidence("file:a", "sha256:0", "image/png"),)
APPEAL = Appeal(
    channel="12345", kind=AppealKind.COMPLAINT, place=Place(unit="gulou"), source_number="N1"
)
RAISERS = (Raiser(id="u1"), Raiser(id="u2"))
FACTS = facts(category="pipes", timing="ongoing")
CLASSIFICATION = Classification(
    affair=Affair.PUBLIC,
    kind="tough",
    category="pipes",
    policy="tiny 1",
    rule="own",
    source="choice",
    floors=("collapse/present/ongoing",),
)
DUE = Due(at=local("2024-03-25 18:00"), start=NOW, limit=working_days(15), provisional=True)
CLOCK = Clock(id=1, what=What.SOLVE, unit="zhujian", started=NOW, due=DUE)
LEAD = Responder(unit="zhujian", part=Part.LEAD, receiver="r-zhujian")
JOINT = Responder(
    unit="chengguan", part=Part.JOINT, receiver="r-chengguan", brought_in_by="zhujian"
)
INVITED = Responder(unit="shuiwu", part=Part.INVITED, receiver="r-shuiwu", brought_in_by="zhujian")
MATTER = Matter(
    id="m1",
    stage=Stage.HANDLING,
    at=NOW,
    appeal=APPEAL,
    community="gulou",
    street="xinhua",
    raisers=RAISERS,
    classification=CLASSIFICATION,
    responders=(LEAD, JOINT, INVITED),
    clocks=(CLOCK,),
)
RECEIVED = e.Received(NOW, APPEAL, "gulou", "xinhua", RAISERS, FACTS, split_from="m0")


def _moved(reason: MoveReason) -> e.ClockMoved:
    move = Move(reason=reason, at=NOW, before=DUE.at, after=LATER, since=NOW, by=length(5))
    due = Due(at=LATER, start=NOW, limit=DUE.limit, provisional=True, moves=(move,))
    return e.ClockMoved(NOW, 1, due, ())


EVENTS: tuple[e.Event, ...] = (
    RECEIVED,
    e.Added(NOW, "u1", TEXT, PROOF),
    e.Urged(NOW, "u1"),
    e.Withdrawn(NOW, "u1"),
    e.Classified(NOW, CLASSIFICATION, FACTS),
    e.Answered(NOW, TEXT),
    e.Redirected(NOW, "court", TEXT),
    e.SplitOff(NOW, ("m2", "m3")),
    e.MergedInto(NOW, "m2"),
    e.Absorbed(NOW, "m2", RAISERS),
    e.Looked(NOW, "gulou", FACTS, nothing_there=False),
    e.Looked(NOW, "gulou", FACTS, nothing_there=True),
    e.Settled(NOW, "gulou-1", TEXT, PROOF),
    e.MovedUp(NOW, Affair.PUBLIC, "tough", TEXT),
    e.Blown(NOW, "tough", "xinhua", CLASSIFICATION),
    e.WhistleRaised(NOW, "emergency", "xinhua"),
    e.StoodDown(NOW, "xinhua", TEXT),
    *(e.Dispatched(NOW, how, (LEAD, JOINT, INVITED)) for how in DispatchedBy),
    e.ReportedIn(NOW, "zhujian", NOW),
    e.BroughtIn(NOW, JOINT),
    e.BroughtIn(NOW, INVITED),
    e.Joined(NOW, "shuiwu"),
    e.Accepted(NOW, "chengguan"),
    e.Designated(NOW, "chengguan", "r-chengguan", "shegong", TEXT),
    e.HandedIn(NOW, "chengguan", TEXT, PROOF),
    e.ProgressReported(NOW, "chengguan", TEXT, PROOF),
    e.ReceiverChanged(NOW, "zhujian", "r-other"),
    e.FedBack(NOW, "zhujian", ResultCode.PLANNED, TEXT, PROOF, LATER, ("chengguan",)),
    e.Objected(NOW, "zhujian", "3.2", "chengguan", TEXT),
    e.ObjectionAnswered(NOW, upheld=True),
    e.ObjectionAnswered(NOW, upheld=False),
    e.ObjectionAnswered(NOW, upheld=False, lapsed=True),
    e.Released(NOW, "chengguan", TEXT),
    e.Told(NOW, "u1", "zhujian", TEXT),
    e.TimeConfirmed(NOW, "zhujian", What.REPORT_IN, NOW, "gulou"),
    e.TimeConfirmed(NOW, "zhujian", What.SOLVE, NOW, "gulou"),
    *(e.ShirkRefused(NOW, "zhujian", "r-zhujian", how, ("FR5",)) for how in Shirk),
    e.ClockStarted(NOW, CLOCK),
    *(e.ClockEnded(NOW, 1, verdict) for verdict in Verdict),
    *(_moved(reason) for reason in MoveReason),
    *(e.TimerFired(NOW, 1, 1, action, "xinhua", 7_200) for action in StepAction),
    e.ExtensionAsked(NOW, 1, length(24, "hours"), TEXT),
    e.ExtensionAnswered(NOW, 1, granted=True),
    e.ExtensionAnswered(NOW, 1, granted=False),
    e.ExtensionAnswered(NOW, 1, granted=False, lapsed=True),
    e.Marked(NOW, "u1", None, Solved.SOLVED, Satisfied.MOSTLY),
    e.Marked(NOW, None, "gulou", Solved.SOLVED, Satisfied.MOSTLY, called_back=True),
    e.NotReached(NOW, "u1"),
    e.Reopened(NOW, Stage.HANDLING, "u1"),
    e.Closed(NOW, Outcome.SETTLED, LATER),
    e.Supervised(NOW, "zhujian", "xinhua", TEXT),
    e.Escalated(NOW, "overdue", 1, "xinhua", TEXT),
    e.Deferred(NOW, LATER, LATER, TEXT),
    e.Resumed(NOW),
    e.Resumed(NOW, lapsed=True),
    e.Concluded(NOW, TEXT),
    e.Admitted(NOW, "pipes", "xinhua"),
    e.CatalogueChangeProposed(NOW, "pipes", "zhujian"),
)
