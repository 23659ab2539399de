"""How the people in each role behave: chances, each from 0 to 1, all of them choices of ours."""

from __future__ import annotations

from attrs import Attribute, field, frozen


def _chance(instance: object, attribute: Attribute[float], value: float) -> None:
    """A validator: from 0 to 1."""
    if not 0 <= value <= 1:
        raise ValueError(
            f"{type(instance).__name__}.{attribute.name} is {value}; it should be a chance, 0 to 1"
        )


def chance(default: float) -> float:
    """A field that holds a chance."""
    held: float = field(default=default, validator=_chance)
    return held


@frozen(kw_only=True)
class Pace:
    """How those in one role keep their times.

    Attributes:
        late: the chance that they act, but after the clock is due.
        silent: the chance that they do nothing of their own accord.
        woken: the chance that an alert of the ladder moves a silent one to act.
    """

    late: float = chance(0.08)
    silent: float = chance(0.03)
    woken: float = chance(0.5)


@frozen(kw_only=True)
class Residents:
    """Those who raise: chances for each matter, unless it says otherwise.

    Attributes:
        add: adds words or a photograph.
        urge: asks for haste.
        withdraw: takes the appeal back.
        pace: ``silent`` never marks; what is not marked lapses.
        partly, unsolved: the chance that a mark says so.
        unhappy: the chance that, with what is solved, somebody is only mostly, or not, satisfied.
        reopen: reopens what was closed, within the window.
    """

    add: float = chance(0.07)
    urge: float = chance(0.10)
    withdraw: float = chance(0.015)
    pace: Pace = Pace(late=0.0, silent=0.45, woken=0.25)
    partly: float = chance(0.08)
    unsolved: float = chance(0.07)
    unhappy: float = chance(0.18)
    reopen: float = chance(0.015)


@frozen(kw_only=True)
class Communities:
    """The community, or the hotline for what it took in.

    Attributes:
        pace: for sorting what came in, for looking, and for its marks.
        answer: an enquiry is answered at once.
        redirect: the raiser is told another way.
        split: an appeal holds several things.
        look_first: what came in as urgent is looked at before a whistle is blown.
        blow_at_once: what came in as urgent is blown for before anybody classifies it.
        nothing_there: a look certifies that there is nothing to settle.
        worse: a look at a possible danger finds that it is there.
        blow: it blows the whistles that it may blow, before its street does.
        confirm: it says when a unit really arrived.
        report: it takes a matter to the coordinator.
        reached: a raiser who is called back is reached.
    """

    pace: Pace = Pace(late=0.05, silent=0.02, woken=0.9)
    answer: float = chance(0.75)
    redirect: float = chance(0.02)
    split: float = chance(0.012)
    look_first: float = chance(0.25)
    blow_at_once: float = chance(0.55)
    nothing_there: float = chance(0.10)
    worse: float = chance(0.30)
    blow: float = chance(0.5)
    confirm: float = chance(0.08)
    report: float = chance(0.02)
    reached: float = chance(0.6)


@frozen(kw_only=True)
class Neighbours:
    """Micro-grid leaders and grid branches, who settle by talking.

    Attributes:
        pace: for settling.
        move_up: it can't be settled at this level.
    """

    pace: Pace = Pace(late=0.10, silent=0.04, woken=0.6)
    move_up: float = chance(0.10)


@frozen(kw_only=True)
class Streets:
    """The street's party working committee.

    Attributes:
        pace: for blowing, and for answering who asks for more time.
        take_on: it leads by its own act instead of blowing.
        reclassify: it finds another category.
        stand_down: it takes a whistle back.
        raise_whistle: it raises a whistle to a kind of higher rank.
        supervise: it presses a responder.
        designate: it directs another of the enforcement departments to lead.
        grant: it grants an extension that is asked for.
        call_more: leading by its own act, it blows for further departments.
    """

    pace: Pace = Pace(late=0.06, silent=0.02, woken=0.9)
    take_on: float = chance(0.05)
    reclassify: float = chance(0.02)
    stand_down: float = chance(0.02)
    raise_whistle: float = chance(0.02)
    supervise: float = chance(0.03)
    designate: float = chance(0.02)
    grant: float = chance(0.75)
    call_more: float = chance(0.3)


@frozen(kw_only=True)
class Departments:
    """Departments, enterprises and city bureaus: chances for each matter that reaches them.

    Attributes:
        arriving, working: their pace for being there, and for the work.
        early: it says that it arrived earlier than was recorded.
        object: the lead says that it is not within its duties.
        send_back, flow_back, hollow, object_again: ways to shirk: sending back, making a street
            accountable, answering without arriving or without proof, objecting a second time.
            Each is refused and recorded.
        bring_in: it brings in a further unit.
        accept: a unit that was brought in or invited takes the lead.
        join: an invited unit joins.
        release: the lead lets a joint unit go.
        progress: an interim word.
        new_receiver: another person of the unit follows the matter.
        extension: it asks for more time, where the kind can be extended.
        planned, partly, explained: weights of answers other than solved, of 1 in all.
    """

    arriving: Pace = Pace(late=0.08, silent=0.03, woken=0.7)
    working: Pace = Pace(late=0.10, silent=0.05, woken=0.6)
    early: float = chance(0.10)
    object: float = chance(0.05)
    send_back: float = chance(0.02)
    flow_back: float = chance(0.012)
    hollow: float = chance(0.02)
    object_again: float = chance(0.3)
    bring_in: float = chance(0.05)
    accept: float = chance(0.10)
    join: float = chance(0.5)
    release: float = chance(0.03)
    progress: float = chance(0.15)
    new_receiver: float = chance(0.02)
    extension: float = chance(0.25)
    planned: float = chance(0.03)
    partly: float = chance(0.05)
    explained: float = chance(0.07)


@frozen(kw_only=True)
class District:
    """The operations centre, which dispatches, and the coordinator.

    Attributes:
        dispatching, coordinating: their pace.
        other_lead: dispatched to another than the first of the catalogue's leads.
        uphold: an objection is followed.
        designate, defer, extend, admit: what is done about a matter in the docket, instead of
            pressing whoever is late.
        set_aside: a matter is deferred though nobody is late.
        list_admission: a matter's category is admitted to the street's list.
        early_review: what was set aside is taken up before its date.
        conclude: the rounds being used up, it is closed with reasons.
    """

    dispatching: Pace = Pace(late=0.04, silent=0.01, woken=0.95)
    coordinating: Pace = Pace(late=0.10, silent=0.10, woken=0.5)
    other_lead: float = chance(0.06)
    uphold: float = chance(0.5)
    designate: float = chance(0.10)
    defer: float = chance(0.15)
    extend: float = chance(0.10)
    admit: float = chance(0.05)
    set_aside: float = chance(0.01)
    list_admission: float = chance(0.01)
    early_review: float = chance(0.5)
    conclude: float = chance(0.65)
