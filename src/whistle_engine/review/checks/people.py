"""People: the ids of receivers and heads, by which the system knows who acts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date

from attrs import frozen

from whistle_engine.directory import Receiver
from whistle_engine.model import ActorId, UnitCode
from whistle_engine.problems import Spot
from whistle_engine.review.checks import Subject
from whistle_engine.review.checks.names import HOMOGLYPHS, skeleton
from whistle_engine.review.checks.units import left_of, minutes
from whistle_engine.review.findings import Finding, Involved, finding
from whistle_engine.review.words import named_unit

_SIGNS = frozenset(".-:/@_")
"""Signs that an id may have besides letters and digits."""


@frozen
class Id:
    """An id, and where it is written.

    Attributes:
        receiver: the receiver whose id it is; ``None`` for a head's.
    """

    text: ActorId
    unit: UnitCode
    key: str
    spot: Spot | None
    receiver: Receiver | None


def ids(subject: Subject) -> Iterator[Finding]:
    """Ids that nobody can type, and those that read like another."""
    seen: dict[str, Id] = {}
    told: set[ActorId] = set()
    for one in _ids(subject):
        if one.text in told:
            continue
        told.add(one.text)
        wrong = dict.fromkeys(sign for sign in one.text if not _fits(sign))
        if wrong:
            letters = tuple(f"{_shown(sign)}U+{ord(sign):04X}" for sign in wrong)
            yield finding(
                "id_signs", one.key, one.text, spot=one.spot, text=one.text, letters=letters
            )
        other = seen.setdefault(skeleton(one.text, code=True), one)
        if other.text != one.text:
            yield finding(
                "ids_alike",
                one.key,
                one.text,
                spot=one.spot,
                involved=(Involved(other.key, other.spot),),
                text=one.text,
                other=other.text,
            )


def twice(subject: Subject) -> Iterator[Finding]:
    """One id for two units, or twice at the same time in one."""
    seen: dict[ActorId, list[Id]] = {}
    for one in _ids(subject):
        before = seen.setdefault(one.text, [])
        elsewhere = next((b for b in before if b.unit != one.unit and _days(b, one)), None)
        again = next((b for b in before if b.unit == one.unit and _hours(b, one)), None)
        before.append(one)
        if elsewhere is not None:
            yield finding(
                "id_of_two_units",
                one.key,
                elsewhere.unit,
                spot=one.spot,
                involved=(Involved(elsewhere.key, elsewhere.spot),),
                text=one.text,
                name=named_unit(one.unit, subject.directory),
                other=named_unit(elsewhere.unit, subject.directory),
            )
        elif again is not None:
            name = named_unit(one.unit, subject.directory)
            yield finding(
                "receiver_twice",
                one.key,
                spot=one.spot,
                involved=(Involved(again.key, again.spot),),
                text=one.text,
                name=name,
            )


def _ids(subject: Subject) -> Iterator[Id]:
    """The ids of receivers, but for those whose days are over, and of heads."""
    for number, receiver in enumerate(subject.directory.receivers):
        if receiver.until is None or receiver.until >= subject.on:
            spot = subject.row("receivers", number, "id")
            key = f"receivers.{receiver.id}.id"
            yield Id(receiver.id, receiver.unit, key, spot, receiver)
    for number, unit in enumerate(subject.directory.units):
        if unit.head is not None:
            spot = subject.row("units", number, "head")
            yield Id(unit.head, unit.code, f"units.{unit.code}.head", spot, None)


def _fits(sign: str) -> bool:
    """Tell whether a sign may be in an id, and is one that people type."""
    letter = sign.isalnum() and unicodedata.normalize("NFKC", sign) == sign
    return sign in _SIGNS or (letter and ord(sign) not in HOMOGLYPHS)


def _shown(sign: str) -> str:
    return f"{sign} " if sign.isprintable() and not sign.isspace() else ""


def _days(one: Id, other: Id) -> bool:
    """Tell whether there is a day on which both are there; a head always is."""
    first, second = one.receiver, other.receiver
    if first is None or second is None:
        return True
    begins = max(first.since or date.min, second.since or date.min)
    return begins <= min(first.until or date.max, second.until or date.max)


def _hours(one: Id, other: Id) -> bool:
    """Tell whether two receivers are there in the same minute."""
    if one.receiver is None or other.receiver is None or not _days(one, other):
        return False
    spans = [minutes(shift) for shift in one.receiver.shifts] or None
    whole = sum(b - a for a, b in left_of(spans, []))
    return sum(b - a for a, b in left_of(spans, [other.receiver])) < whole
