"""What is done unasked: for each thing that happens, a small table of what may come of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from whistle_engine import events as e
from whistle_engine.events import Event
from whistle_engine.generate.doing import below, departments, district, streets
from whistle_engine.generate.profile import Profile
from whistle_engine.generate.scene import Doing
from whistle_engine.model import Matter, Outcome, Part, Stage, StepAction, UnitCode
from whistle_engine.responder import kind_code
from whistle_engine.standing import lead

Who = Callable[[Matter, Event], tuple[UnitCode | None, ...]]
When = Callable[[Matter, Event], bool]


def _once(_matter: Matter, _event: Event) -> tuple[UnitCode | None, ...]:
    return (None,)


def _lead(matter: Matter, _event: Event) -> tuple[UnitCode | None, ...]:
    found = lead(matter)
    return () if found is None else (found.unit,)


def _others(matter: Matter, _event: Event) -> tuple[UnitCode | None, ...]:
    return tuple(r.unit for r in matter.responders if r.part is not Part.LEAD)


def _invited(matter: Matter, _event: Event) -> tuple[UnitCode | None, ...]:
    return tuple(r.unit for r in matter.responders if r.part is Part.INVITED)


def _its_unit(_matter: Matter, event: Event) -> tuple[UnitCode | None, ...]:
    match event:
        case e.ReportedIn(unit=unit):
            return (unit,)
        case e.BroughtIn(responder=found):
            return (found.unit,)
        case _:
            return ()


def _always(_matter: Matter, _event: Event) -> bool:
    return True


@frozen(kw_only=True)
class Whim:
    """Something that somebody may do, unasked, once a certain thing has happened.

    Attributes:
        least, most: after which share of the time that is left until all that runs is due, or,
            for a closed matter, until it can no longer be reopened.
        who: the units that may do it, each for itself; ``None`` where ``do`` knows who.
        when: whether it comes into question at all.
        hurry: it is done at any hour.
    """

    do: Doing
    chance: Callable[[Profile], float]
    least: float = 0.05
    most: float = 0.6
    who: Who = _once
    when: When = _always
    hurry: bool = False


def _found_danger(matter: Matter, event: Event) -> bool:
    waits = (Stage.RECEIVED, Stage.MEDIATING, Stage.DELIBERATING)
    return isinstance(event, e.Looked) and matter.stage in waits and "present" in dict(
        event.facts
    ).values()  # fmt: skip


def _nothing_there(matter: Matter, _event: Event) -> bool:
    return matter.nothing_there and matter.whistle is not None


def _calls_back(_matter: Matter, event: Event) -> bool:
    return isinstance(event, e.TimerFired) and event.action is StepAction.CALL_BACK


def _reopens(matter: Matter, _event: Event) -> bool:
    return matter.outcome not in (Outcome.MERGED, Outcome.CONCLUDED)


def _below_top(matter: Matter, _event: Event) -> bool:
    return kind_code(matter) is not None


WHIMS: Mapping[type[Event], tuple[Whim, ...]] = {
    e.Received: (Whim(do=below.withdraw, chance=lambda p: p.residents.withdraw),),
    e.Classified: (
        Whim(do=below.merge, chance=lambda _: 0.9, least=0.02, most=0.3),
        Whim(do=below.add, chance=lambda p: p.residents.add),
        Whim(do=below.urge, chance=lambda p: p.residents.urge / 3),
        Whim(do=below.withdraw, chance=lambda p: p.residents.withdraw / 2),
        Whim(do=below.report, chance=lambda p: p.communities.report / 2),
        Whim(do=district.admit, chance=lambda p: p.district.list_admission, most=0.2),
    ),
    e.Looked: (
        Whim(
            do=below.blow_at_once, chance=lambda _: 0.95, least=0.02, most=0.1,
            when=_found_danger, hurry=True,
        ),
        Whim(do=streets.stand_down, chance=lambda _: 0.9, most=0.1, when=_nothing_there),
    ),
    e.Blown: (Whim(do=streets.stand_down, chance=lambda p: p.streets.stand_down / 2, most=0.3),),
    e.Dispatched: (
        Whim(
            do=departments.object_, chance=lambda p: p.departments.object,
            least=0.01, most=0.1, who=_lead,
        ),
        Whim(do=departments.send_back, chance=lambda p: p.departments.send_back),
        Whim(do=departments.flow_back, chance=lambda p: p.departments.flow_back),
        Whim(do=departments.hollow, chance=lambda p: p.departments.hollow),
        Whim(do=departments.bring_in, chance=lambda p: p.departments.bring_in, most=0.4),
        Whim(
            do=departments.join, chance=lambda p: p.departments.join,
            most=0.3, who=_invited, hurry=True,
        ),
        Whim(do=departments.accept, chance=lambda p: p.departments.accept, most=0.3, who=_others),
        Whim(do=departments.release, chance=lambda p: p.departments.release, most=0.5),
        Whim(do=departments.progress, chance=lambda p: p.departments.progress),
        Whim(do=departments.new_receiver, chance=lambda p: p.departments.new_receiver),
        Whim(
            do=departments.ask_extension, chance=lambda p: p.departments.extension,
            least=0.15, most=0.5,
        ),
        Whim(do=streets.call_more, chance=lambda p: p.streets.call_more, most=0.3),
        Whim(do=streets.supervise, chance=lambda p: p.streets.supervise),
        Whim(do=streets.raise_whistle, chance=lambda p: p.streets.raise_whistle, when=_below_top),
        Whim(do=streets.designate, chance=lambda p: p.streets.designate, most=0.3),
        Whim(do=streets.stand_down, chance=lambda p: p.streets.stand_down / 2, most=0.4),
        Whim(do=below.certify, chance=lambda p: p.streets.stand_down, most=0.3),
        Whim(do=below.report, chance=lambda p: p.communities.report),
        Whim(do=below.add, chance=lambda p: p.residents.add),
        Whim(do=below.urge, chance=lambda p: p.residents.urge),
        Whim(do=below.withdraw, chance=lambda p: p.residents.withdraw / 2),
        Whim(do=district.defer, chance=lambda p: p.district.set_aside),
    ),
    e.BroughtIn: (
        Whim(do=departments.accept, chance=lambda p: p.departments.accept, most=0.3, who=_its_unit),
        Whim(do=departments.join, chance=lambda p: p.departments.join, most=0.3, who=_its_unit),
    ),
    e.ReportedIn: (
        Whim(
            do=below.confirm_arrival, chance=lambda p: p.communities.confirm,
            most=0.3, who=_its_unit,
        ),
    ),
    e.ObjectionAnswered: (
        Whim(do=departments.object_again, chance=lambda p: p.departments.object_again, most=0.2),
    ),
    e.TimerFired: (
        Whim(do=below.call_back, chance=lambda _: 0.9, most=0.5, when=_calls_back),
    ),
    e.Closed: (Whim(do=below.reopen, chance=lambda p: p.residents.reopen, when=_reopens),),
}  # fmt: skip
"""For each event, what may come of it unasked."""
