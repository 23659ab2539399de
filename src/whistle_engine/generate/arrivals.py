"""What comes in: appeals by hour, weekday, holiday, season and category, day after local day.

They hang on the rules, the profile and the seed alone, never on what is done about them: so they
can be taken without histories (:func:`intake`), for filling a store in bulk.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from attrs import field, frozen

from whistle_engine.commands import Command, Receive
from whistle_engine.generate import words
from whistle_engine.generate.city import APART, ORIGIN, City, Community
from whistle_engine.generate.dice import Dice
from whistle_engine.generate.hours import Hours
from whistle_engine.generate.profile import DISTRICT, Arrivals, Profile
from whistle_engine.generate.weights import Weights
from whistle_engine.model import (
    UNKNOWN,
    Actor,
    AppealKind,
    Facts,
    MatterId,
    Place,
    UnitCode,
    facts,
)
from whistle_engine.rules import Rules

REMEMBERED = 60
"""So many of the latest arrivals of a community may be raised by somebody else too,"""
RECENT = timedelta(days=4)
"""if they came in so recently."""

HOUR = timedelta(hours=1)


@frozen(kw_only=True)
class Origin:
    """What is true of an appeal, whether or not anybody knows it yet.

    Attributes:
        category: the code of its category.
        urgent: it is an emergency: somebody has to be there at once.
        known: the facts that whoever classifies it will find.
        repeats: the matter that was opened for the same thing before.
    """

    category: str
    kind: AppealKind
    urgent: bool
    known: Facts
    repeats: MatterId | None = None


@frozen(kw_only=True)
class Order:
    """A command that somebody gives: when, and with which words.

    Attributes:
        at: when it comes in, UTC.
    """

    at: datetime
    command: Command
    texts: dict[str, str]
    origin: Origin = field(repr=False)


def intake(
    rules: Rules,
    *,
    seed: int,
    start: datetime,
    until: datetime | None = None,
    matters: int | None = None,
    profile: Profile = DISTRICT,
    prefix: str | None = None,
) -> Iterator[Order]:
    """The commands by which appeals come in, ascending by time; nothing is executed.

    Args:
        rules: the policy and directory that say what can come in, and where.
        seed: the same seed gives the same appeals.
        start: no appeal comes before it, UTC.
        until: none comes at or after it, UTC; ``None`` goes on for ever.
        matters: at most so many.
        profile: how many, and of what sort.
        prefix: how the ids of the matters begin; ``None`` is ``g``, the seed and a dash.

    Raises:
        ValueError: the directory has no community under a street.
    """
    city = City(rules)
    drawn = _Intake(city, profile.arrivals, seed, f"g{seed}-" if prefix is None else prefix)
    for number, order in enumerate(drawn.orders(start), 1):
        if (until is not None and order.at >= until) or (matters is not None and number > matters):
            return
        yield order
        if number == matters:
            return


@frozen(slots=False)
class _Drawn:
    """An appeal of one day, before it has an id."""

    at: datetime
    community: Community
    dice: Dice


class _Intake:
    """Draws appeals day by day; it remembers only the latest of each community."""

    def __init__(self, city: City, profile: Arrivals, seed: int, prefix: str) -> None:
        self._city = city
        self._policy = city.rules.policy
        self._profile = profile
        self._seed = seed
        self._prefix = prefix
        self._hours = Hours(self._policy)
        self._weights = Weights(city, profile)
        self._latest: dict[UnitCode, deque[tuple[MatterId, Order]]] = {}

    def orders(self, start: datetime) -> Iterator[Order]:
        day = self._policy.local(start).date()
        number = 0
        while True:
            for drawn in self._of_day(day):
                if drawn.at >= start:
                    number += 1
                    yield self._order(f"{self._prefix}{number:06d}", drawn)
            day += timedelta(days=1)

    def _of_day(self, day: date) -> list[_Drawn]:
        drawn = []
        midnight = datetime.combine(day, time(), self._policy.zone)
        for community in self._city.communities:
            dice = Dice.of(self._seed, "day", community.code, day.isoformat())
            for number in range(self._many(day, dice)):
                hour = dice.weighed(enumerate(self._profile.hours)) or 0
                at = midnight + hour * HOUR + timedelta(seconds=dice.below(3600))
                own = Dice.of(self._seed, "appeal", community.code, day.isoformat(), number)
                drawn.append(_Drawn(at.astimezone(UTC), community, own))
        drawn.sort(key=lambda one: (one.at, one.community.number))
        return drawn

    def _many(self, day: date, dice: Dice) -> int:
        """How many on a day: the expected number, by half more or less; exact on average."""
        profile = self._profile
        weekday = profile.weekdays[day.weekday()] * 7 / sum(profile.weekdays)
        month = profile.months[day.month - 1] * 12 / sum(profile.months)
        rest = day in self._policy.calendar.holidays and day.isoweekday() <= 5  # noqa: PLR2004
        expected = (
            profile.per_month * 12 / 365 * weekday * month * (profile.rest_day if rest else 1)
        )
        return int(expected * (0.5 + dice.share()) + dice.share())

    # ------------------------------------------------------------------------- one appeal

    def _order(self, matter: MatterId, drawn: _Drawn) -> Order:
        dice = drawn.dice
        latest = self._latest.setdefault(drawn.community.code, deque(maxlen=REMEMBERED))
        recent = [row for row in latest if row[1].at >= drawn.at - RECENT]
        again = dice.happens(self._profile.again) and bool(recent)
        before = dice.pick(recent) if again else None
        origin, place = self._origin(drawn, before)
        command, texts = self._receive(matter, drawn, origin, place)
        order = Order(at=drawn.at, command=command, texts=texts, origin=origin)
        if before is None:
            latest.append((matter, order))
        return order

    def _origin(self, drawn: _Drawn, before: tuple[MatterId, Order] | None) -> tuple[Origin, Place]:
        dice = drawn.dice
        kind = dice.weighed((k, self._profile.kinds.get(k, 0.0)) for k in AppealKind)
        kind = kind or AppealKind.COMPLAINT
        if before is not None:
            first = before[1]
            found = first.origin
            asked = first.command.do
            kind = AppealKind.COMPLAINT if kind is AppealKind.ENQUIRY else kind
            place = asked.place if isinstance(asked, Receive) else Place(unit=drawn.community.code)
            return (
                Origin(
                    category=found.category, kind=kind, urgent=found.urgent, known=found.known,
                    repeats=before[0],
                ),
                place,
            )  # fmt: skip
        row = dice.weighed(self._weights.of_month(self._policy.local(drawn.at).month))
        if row is None:
            raise AssertionError(drawn)
        known = {"category": row.code}
        if self._city.other_facts and dice.happens(self._profile.facts):
            one = dice.pick(self._city.other_facts)
            known[one.name] = dice.pick([v for v in one.values if v != UNKNOWN] or [UNKNOWN])
        origin = Origin(
            category=row.code, kind=kind, urgent=self._city.is_urgent(row), known=facts(**known)
        )
        return origin, self._place(drawn.community, dice)

    def _place(self, community: Community, dice: Dice) -> Place:
        lat, lon = ORIGIN
        return Place(
            unit=dice.pick(community.places),
            lat=lat + community.number // 10 * APART + dice.below(APART),
            lon=lon + community.number % 10 * APART + dice.below(APART),
        )

    def _receive(
        self, matter: MatterId, drawn: _Drawn, origin: Origin, place: Place
    ) -> tuple[Command, dict[str, str]]:
        dice = drawn.dice
        profile = self._profile
        community = drawn.community
        raiser = f"{community.code}.r{dice.below(20_000):05d}"
        officer = dice.happens(profile.officers) and bool(self._city.departments)
        unit = dice.pick(self._city.departments) if officer else None
        first, *rest = self._policy.channels
        hotline = self._city.hotline
        number = None
        by: Actor
        if hotline is not None and dice.happens(profile.hotline):
            by, channel = hotline, first
            number = f"{self._policy.local(drawn.at):%Y%m%d}-{matter}"
        else:
            channel = dice.pick(rest or [first])
            in_person = dice.happens(profile.in_person)
            by = (
                self._city.resident(raiser, unit)
                if in_person
                else self._city.at_desk(community.code)
            )
        for_other = by.id != raiser
        act = Receive(
            channel=channel,
            kind=origin.kind,
            place=place,
            source_number=number,
            raiser=raiser if for_other else None,
            raiser_unit=unit if for_other else None,
            facts=self._said(origin, dice),
        )
        title = self._city.titles[origin.category]
        again = origin.repeats is not None
        texts = {
            "contact": words.contact(dice),
            "text": words.appeal(origin.kind, title, dice, again=again),
        }
        command = Command(id=f"{matter}.1", matter=matter, by=by, do=act, texts=tuple(texts))
        return command, texts

    def _said(self, origin: Origin, dice: Dice) -> Facts:
        """What is known when it comes in: perhaps the category, perhaps a danger."""
        known: dict[str, str] = {}
        if dice.happens(0.3):
            known["category"] = origin.category
        signals = self._city.signals
        if signals and origin.urgent and dice.happens(0.5):
            known |= {dice.pick(signals): "present", "timing": "ongoing"}
        elif signals and not origin.urgent and dice.happens(self._profile.danger):
            timing = "imminent" if dice.happens(0.2) else "ongoing"
            known |= {dice.pick(signals): "possible", "timing": timing}
        return facts(**known)
