"""Units: whether somebody is there to take what reaches them, and where they belong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from whistle_engine.directory import Directory, Receiver, Shift, Unit
from whistle_engine.model import Label, UnitCode, UnitKind
from whistle_engine.problems import Spot
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.catalogue import commanded, invited, urgently
from whistle_engine.review.findings import Finding, finding
from whistle_engine.review.words import called, titled

DAY = 24 * 60
"""The minutes of a day."""

_Span = tuple[int, int]


def receivers(subject: Subject) -> Iterator[Finding]:
    """Units that would be called, and have nobody for it on the day of the check.

    Every unit that may be made lead or joint needs a receiver: without one its whistles go to
    the coordinator. Those that can only be invited lose nothing but time.
    """
    called, asked, by_unit = commanded(subject), invited(subject), _by_unit(subject)
    for unit in subject.directory.units:
        if unit.code not in called | asked:
            continue
        mine = by_unit.get(unit.code, [])
        there = [receiver for receiver in mine if _there(receiver, subject.on)]
        key, on = f"units.{unit.code}", subject.on.isoformat()
        if not there:
            code = "no_receiver" if unit.code in called else "invited_unreceived"
            yield finding(
                code, key, spot=_spot(subject, unit), name=titled(unit.title, unit.code), on=on
            )
            continue
        first = _nobody_from(mine, subject.on)
        if first is not None:
            spot, day = _spot(subject, unit), first.isoformat()
            name = titled(unit.title, unit.code)
            yield finding("receivers_end", key, day, spot=spot, name=name, first=day)


def hours(subject: Subject) -> Iterator[Finding]:
    """Hours of the day in which no receiver is on duty; shifts are the same on every day.

    At any hour for units that work round the clock or are called by urgent whistles, in working
    time for the others.
    """
    called, urgent, by_unit = commanded(subject), urgently(subject), _by_unit(subject)
    for unit in subject.directory.units:
        mine = by_unit.get(unit.code, [])
        there = [receiver for receiver in mine if _there(receiver, subject.on)]
        if not there:
            continue
        left = left_of(None, there)
        if unit.round_the_clock:
            code = "receiver_gap"
        elif unit.code in urgent:
            code = "urgent_gap"
        else:
            code = "work_gap"
            left = left_of([minutes(s) for s in subject.policy.shifts], there)
        if left and (unit.round_the_clock or unit.code in called):
            spans = tuple(f"{_clock(a)}-{_clock(b)}" for a, b in left)
            said = Label("、".join(spans), " and ".join(spans).replace("-", " to "))
            spot, name = _spot(subject, unit), titled(unit.title, unit.code)
            value = ", ".join(spans)
            yield finding(code, f"units.{unit.code}", value, spot=spot, name=name, spans=said)


def ended(subject: Subject) -> Iterator[Finding]:
    """Receivers whose days are over, if nobody of the unit is there after them."""
    by_unit = _by_unit(subject)
    for number, receiver in enumerate(subject.directory.receivers):
        until = receiver.until
        if until is None or until >= subject.on:
            continue
        if all(r.until is not None and r.until <= until for r in by_unit[receiver.unit]):
            yield finding(
                "receiver_ended",
                f"receivers.{receiver.id}.until",
                until.isoformat(),
                spot=subject.row("receivers", number, "until"),
                name=receiver.id,
                until=until.isoformat(),
            )


def heads(subject: Subject) -> Iterator[Finding]:
    """The offices of the district, and the hotline, if nobody answers for them."""
    policy, by_unit = subject.policy, _by_unit(subject)
    offices = {policy.coordinator, policy.operations, policy.hotline}
    for unit in subject.directory.units:
        if unit.code in offices and unit.head is None and unit.code not in by_unit:
            key = f"units.{unit.code}"
            name = titled(unit.title, unit.code)
            yield finding("nobody_named", key, spot=_spot(subject, unit), name=name)


def places(subject: Subject) -> Iterator[Finding]:
    """Grids and communities from which no street can be found, by a circle or by an end."""
    directory = subject.directory
    for unit in directory.units:
        circle = _circle(unit, directory)
        if circle:
            names = " → ".join(circle)
            yield finding("parent_circle", f"units.{unit.code}.parent", names, names=names)
            continue
        missing = _missing(unit, directory)
        if missing is not None:
            key = f"units.{unit.code}.parent"
            name = titled(unit.title, unit.code)
            yield finding("no_place", key, unit.parent or "", name=name, kind=missing)


def _spot(subject: Subject, unit: Unit) -> Spot:
    """A unit as a whole stands where its code does."""
    return subject.spot(f"units.{unit.code}.code")


def _missing(unit: Unit, directory: Directory) -> Label | None:
    """What is not above a grid or a community: place of a matter needs both."""
    above: list[UnitKind] = []
    if unit.kind is UnitKind.GRID:
        above.append(UnitKind.COMMUNITY)
    if unit.kind in (UnitKind.GRID, UnitKind.COMMUNITY):
        above.append(UnitKind.STREET)
    return next((called(kind) for kind in above if directory.above(unit.code, kind) is None), None)


def _circle(unit: Unit, directory: Directory) -> list[UnitCode]:
    """The units above one, back to itself; empty if they end."""
    way = [unit.code]
    above = directory.unit(unit.parent)
    while above is not None:
        if above.code == unit.code:
            return [*way, unit.code]
        if above.code in way:
            return []  # a circle further up, told there
        way.append(above.code)
        above = directory.unit(above.parent)
    return []


# ---------------------------------------------------------------- days and hours


def _by_unit(subject: Subject) -> dict[UnitCode, list[Receiver]]:
    found: dict[UnitCode, list[Receiver]] = {}
    for receiver in subject.directory.receivers:
        found.setdefault(receiver.unit, []).append(receiver)
    return found


def _there(receiver: Receiver, on: date) -> bool:
    return (receiver.since or date.min) <= on <= (receiver.until or date.max)


def _nobody_from(mine: Iterable[Receiver], on: date) -> date | None:
    """The first day, from one on which somebody is there, on which nobody is."""
    day = on
    while True:
        there = [receiver.until for receiver in mine if _there(receiver, day)]
        if not there:
            return day
        if None in there:
            return None
        day = max(until for until in there if until is not None) + timedelta(days=1)


def left_of(wanted: Iterable[_Span] | None, there: Iterable[Receiver]) -> list[_Span]:
    """The minutes of the day, among those wanted or of all, in which nobody is on duty."""
    found = [(0, DAY)] if wanted is None else list(wanted)
    for receiver in there:
        for shift in receiver.shifts or (Shift(start=time.min, end=time.min),):
            start, end = minutes(shift)
            cut = [((a, min(b, start)), (max(a, end), b)) for a, b in found]
            found = [(a, b) for pair in cut for a, b in pair if a < b]
    return sorted(found)


def minutes(shift: Shift) -> _Span:
    """A shift in minutes; an end at midnight is that of the day."""
    end = shift.end.hour * 60 + shift.end.minute
    return shift.start.hour * 60 + shift.start.minute, end or DAY


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
