"""What can be asked for in a state: every act of the scope that the table lets somebody give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import field, frozen

from whistle_engine import commands as c
from whistle_engine.commands import NAMES, Command
from whistle_engine.model import (
    Actor,
    ActorId,
    AppealKind,
    Evidence,
    Facts,
    Length,
    LimitUnit,
    Matter,
    MatterId,
    Part,
    Place,
    Raiser,
    ResultCode,
    Satisfied,
    Solved,
    Stage,
    View,
    What,
    changed,
)
from whistle_engine.responder import overdue, running
from whistle_engine.review.exploring.cast import NEIGHBOUR, RESIDENT, Cast
from whistle_engine.review.exploring.freely import TICK
from whistle_engine.transitions import TRANSITIONS
from whistle_engine.workflow import permitted, view

OWN, OTHER, PART_OF = "m1", "m2", "m1-part"
"""The matter that is explored, another one that it meets, and one that is split from it."""

PROOFS = tuple(
    Evidence(f"story:proof-{n}.jpg", f"sha256:{n:064}", "image/jpeg") for n in range(1, 6)
)
"""More proofs than any kind of whistle asks for."""

_SOLVED = c.FeedBack(result=ResultCode.SOLVED, evidence=PROOFS)
_MOST_RAISERS = 2
_ASKED = Length(1, LimitUnit.WORKING_DAYS)
_GOOD = c.Mark(solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED)
_BAD = c.Mark(solved=Solved.NOT, satisfied=Satisfied.NOT)


@frozen(kw_only=True)
class Asked:
    """Somebody asks for something.

    Attributes:
        subject: the matter on which it is decided here: the one explored.
        others: what is seen of other matters.
        opens: the act opens the subject: nothing was there before.
    """

    by: Actor
    do: c.Act
    matter: MatterId = OWN
    subject: MatterId = OWN
    others: Mapping[MatterId, View] = field(factory=dict)
    texts: tuple[str, ...] = ("text",)
    opens: bool = False

    @property
    def command(self) -> Command:
        """The command; ids tell nothing apart here."""
        return Command(id="c", matter=self.matter, by=self.by, do=self.do, texts=self.texts)


def openings(cast: Cast) -> Iterator[Asked]:
    """How a matter comes in.

    From a resident, as a complaint or an enquiry, with signs of danger or without; by the
    hotline; and, where raisers are looked at, from a street that may come to respond itself.
    """
    resident = cast.actor(RESIDENT)
    yield Asked(by=resident, do=_receive(cast), opens=True)
    yield Asked(by=resident, do=_receive(cast, kind=AppealKind.ENQUIRY), opens=True)
    for facts in cast.scope.dangers[:-1]:
        yield Asked(by=resident, do=_receive(cast, facts=facts), opens=True)
    if cast.rules.policy.hotline is not None:
        do = _receive(cast, raiser=RESIDENT)
        yield Asked(by=cast.actor("hotline"), do=do, opens=True)
    if c.Withdraw in cast.scope.acts:
        yield Asked(by=cast.actor("street"), do=_receive(cast), opens=True)


def _receive(
    cast: Cast,
    kind: AppealKind = AppealKind.COMPLAINT,
    facts: Facts = (),
    raiser: ActorId | None = None,
) -> c.Receive:
    channel = next(iter(cast.rules.policy.channels))
    place = Place(unit=cast.scope.place)
    return c.Receive(channel=channel, kind=kind, place=place, facts=facts, raiser=raiser)


def askings(matter: Matter, cast: Cast) -> Iterator[Asked]:
    """Every act of the scope whose stage it is, by everybody whom table and policy let give it."""
    for act in cast.ordered:
        row = TRANSITIONS[act]
        if matter.stage not in row.stages:
            continue
        able = [a for a in cast.actors if permitted(row, NAMES[act], a, matter, cast.rules)]
        if not able:
            continue
        texts = tuple(sorted({"text", *row.texts, *_MORE_TEXTS.get(act, ())}))
        for do in _ACTS[act](matter, cast) if act in _ACTS else (c.PLAIN[act],):
            for by in able:
                yield from _asked(matter, cast, by, do, texts)


_MORE_TEXTS: Mapping[type[c.Act], tuple[str, ...]] = {c.GrantExtension: ("reason",)}


def _asked(
    matter: Matter, cast: Cast, by: Actor, do: c.Act, texts: tuple[str, ...]
) -> Iterator[Asked]:
    match do:
        case c.Merge():
            yield from _merging(matter, cast, by)
        case c.Split():
            yield Asked(by=by, do=do, texts=texts)
            others = {matter.id: view(matter, cast.rules)}
            yield Asked(by=by, do=do, texts=texts, subject=PART_OF, others=others, opens=True)
        case _:
            yield Asked(by=by, do=do, texts=texts)
            if do == _SOLVED:
                yield Asked(by=by, do=do, texts=())


def _merging(matter: Matter, cast: Cast, by: Actor) -> Iterator[Asked]:
    """Into a matter that is fit to carry on, and not; and as the one into which another goes."""
    own = view(matter, cast.rules)
    fit = View(
        id=OTHER, stage=Stage.HANDLING, rank=max(own.rank, 0), due=own.due, appeal=own.appeal,
        community=own.community, street=own.street, raisers=(Raiser(id=_another(matter)),),
    )  # fmt: skip
    away = c.Merge(into=OTHER)
    for other in _survivors(fit, own):
        yield Asked(by=by, do=away, others={OTHER: other, OWN: own})
    if len(matter.raisers) < _MOST_RAISERS:
        into = c.Merge(into=OWN)
        yield Asked(by=by, do=into, matter=OTHER, subject=OWN, others={OTHER: fit, OWN: own})


def _another(matter: Matter) -> str:
    """Whoever of the two does not raise this matter."""
    known = {r.id for r in matter.raisers}
    return NEIGHBOUR if RESIDENT in known else RESIDENT


def _survivors(fit: View, own: View) -> Iterator[View]:
    yield fit
    yield changed(fit, rank=own.rank - 1)
    yield changed(fit, stage=Stage.FED_BACK)
    if own.due is not None:
        yield changed(fit, due=own.due + TICK)


# ---------------------------------------------------------------- the acts with content

_Acts = Callable[[Matter, Cast], Iterable[c.Act]]


def _classify(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for facts in cast.scope.facts:
        yield c.Classify(facts=facts)


def _redirect(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for route in tuple(cast.rules.policy.routes)[:1]:
        yield c.Redirect(route=route)


def _look(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for facts in cast.scope.dangers:
        yield c.Look(facts=facts)
    yield c.Look(nothing_there=True)


def _blow(matter: Matter, cast: Cast) -> Iterator[c.Act]:
    named = cast.scope.category if matter.classification is None else None
    for kind in cast.rules.policy.kinds:
        yield c.Blow(kind=kind.code, category=named)


def _raise(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for kind in cast.rules.policy.kinds:
        yield c.RaiseWhistle(kind=kind.code)


def _stand_down(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.StandDown()
    yield c.StandDown(close=True)


def _send_straight(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for unit in cast.named:
        yield c.SendStraight(to=unit)


def _dispatch(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    yield c.Dispatch()
    for unit in cast.row.leads[1:2]:
        yield c.Dispatch(lead=unit)


def _bring_in(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for unit in cast.named:
        yield c.BringIn(unit=unit)


def _hand_in(matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.HandIn(evidence=PROOFS[:1])
    if any(running(matter, What.FOLLOW_UP)):
        yield c.HandIn()


def _feed_back(matter: Matter, cast: Cast) -> Iterator[c.Act]:
    yield _SOLVED
    yield c.FeedBack(result=ResultCode.SOLVED)
    owing = [k for k in running(matter, What.HAND_IN) if k.unit is not None]
    if owing:
        late = tuple(k.unit for k in owing if k.unit and overdue(k, cast.scope.at))
        every = tuple(k.unit for k in owing if k.unit)
        for without in dict.fromkeys((late, every)):
            if without:
                yield c.FeedBack(result=ResultCode.SOLVED, evidence=PROOFS, without=without)
    if c.Reopen in cast.scope.acts:
        date = cast.scope.at + TICK / 2
        yield c.FeedBack(result=ResultCode.PLANNED, evidence=PROOFS, plan_date=date)


def _object(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for unit in cast.named:
        yield c.Object(clause="1", names=unit)


def _release(matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    for found in matter.responders:
        if found.part is not Part.LEAD:
            yield c.Release(unit=found.unit)


def _tell(matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    for raiser in matter.raisers:
        yield c.Tell(raiser=raiser.id)


def _confirm(matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for found in matter.responders[:1]:
        for what in (What.REPORT_IN, What.SOLVE):
            yield c.ConfirmTime(unit=found.unit, what=what, occurred_at=cast.scope.at)


def _ask_extension(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.AskExtension(by=_ASKED)


def _grant(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.GrantExtension()
    yield c.GrantExtension(granted=False)
    yield c.GrantExtension(by=_ASKED)


def _mark(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    yield _GOOD
    if c.Reopen in cast.scope.acts:
        yield _BAD


def _call_back(matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for raiser in matter.raisers:
        yield c.CallBack(raiser=raiser.id)
        yield c.CallBack(raiser=raiser.id, solved=Solved.SOLVED, satisfied=Satisfied.SATISFIED)
        if c.Reopen in cast.scope.acts:
            yield c.CallBack(raiser=raiser.id, solved=Solved.NOT, satisfied=Satisfied.NOT)


def _supervise(matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    owing = [k.unit for k in matter.clocks if k.ended is None and k.unit is not None]
    for unit in dict.fromkeys((*owing, *(r.unit for r in matter.responders))):
        yield c.Supervise(unit=unit)


def _designate(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    for unit in cast.named:
        yield c.Designate(unit=unit)


def _defer(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    yield c.Defer(review_on=cast.scope.at + TICK / 2)


def _merge(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.Merge(into=OTHER)


def _split(_matter: Matter, cast: Cast) -> Iterator[c.Act]:
    yield c.Split(
        parts=(c.SplitPart(matter=PART_OF, kind=AppealKind.COMPLAINT, facts=cast.scope.facts[0]),)
    )


def _add(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.Add()


def _progress(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.ReportProgress()


def _receiver(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.ChangeReceiver(receiver="somebody")


def _settle(_matter: Matter, _cast: Cast) -> Iterator[c.Act]:
    yield c.Settle()


_ACTS: Mapping[type[c.Act], _Acts] = {
    c.Add: _add,
    c.Classify: _classify,
    c.Redirect: _redirect,
    c.Split: _split,
    c.Merge: _merge,
    c.Look: _look,
    c.Settle: _settle,
    c.Blow: _blow,
    c.RaiseWhistle: _raise,
    c.StandDown: _stand_down,
    c.SendStraight: _send_straight,
    c.Dispatch: _dispatch,
    c.BringIn: _bring_in,
    c.HandIn: _hand_in,
    c.ReportProgress: _progress,
    c.ChangeReceiver: _receiver,
    c.FeedBack: _feed_back,
    c.Object: _object,
    c.Release: _release,
    c.Tell: _tell,
    c.ConfirmTime: _confirm,
    c.AskExtension: _ask_extension,
    c.GrantExtension: _grant,
    c.Mark: _mark,
    c.CallBack: _call_back,
    c.Supervise: _supervise,
    c.Designate: _designate,
    c.Defer: _defer,
}
"""What can be asked of each act that has content of its own."""
