"""How busy a district is, and how its people behave: rates and chances, each of them documented.

The article gives one figure: the communities take in a little over 200 appeals a month (兴庆区社区
月均受理诉求200余件; that each community does is our reading). All else is a choice of ours, made so
that a year shows everything that the mechanism has to deal with, the rare things often enough to be
met. None of it is a statistic of any real district.

A *chance* is a number from 0 to 1. A *weight* only counts in proportion to its neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import Attribute, evolve, field, frozen

from whistle_engine.generate.habits import (
    Communities,
    Departments,
    District,
    Neighbours,
    Pace,
    Residents,
    Streets,
    chance,
)
from whistle_engine.model import AppealKind

_Validator = Callable[[object, "Attribute[tuple[float, ...]]", tuple[float, ...]], None]


def _weights(many: int) -> _Validator:
    """A validator: so many weights, none below 0, not all 0."""

    def check(
        instance: object, attribute: Attribute[tuple[float, ...]], value: tuple[float, ...]
    ) -> None:
        if len(value) != many or min(value) < 0 or not any(value):
            raise ValueError(
                f"{type(instance).__name__}.{attribute.name} should be {many} weights, none below "
                f"0 and not all 0; it is {value}"
            )

    return check


@frozen
class Season:
    """What comes more often at one time of the year.

    Attributes:
        words: a category is meant if its code or its Chinese title holds one of them.
        months: by how much its usual weight is multiplied, January to December.
    """

    words: tuple[str, ...]
    months: tuple[float, ...] = field(validator=_weights(12))


@frozen(kw_only=True)
class Arrivals:
    """What comes in, when.

    Attributes:
        per_month: appeals a month for each community, over the year.
        hours: weights of the hours of the day, local time, from 0 to 23.
        weekdays: by how much a Monday … Sunday is busier than the average day.
        rest_day: the same for a holiday on what would be a working day.
        months: the same for January to December.
        seasons: which categories come more often at which time.
        household, shared, public: weights of the affairs that the categories have.
        urgent: the share of the public appeals whose category has the urgent kind.
        climb: by how much each further kind is rarer than the one below it in rank.
        again: the share that repeats something for which a matter of the same community is open.
        danger: the share, of what is not urgent, that hints at a possible danger.
        facts: the share for which, beside the category, a further fact becomes known.
        kinds: weights of the kinds of appeal.
        hotline: the share that comes in by the hotline, if the policy has one; it uses the
            policy's first channel, all others the rest.
        in_person: the share, of the rest, that residents enter themselves; the community's people
            enter what is left.
        officers: the share raised by somebody who works for a unit that might respond.
    """

    per_month: float = 210.0
    hours: tuple[float, ...] = field(
        default=(
            1.0, 0.6, 0.4, 0.3, 0.3, 0.6, 1.5, 3.5, 7.0, 9.0, 9.5, 8.0,
            4.5, 4.0, 6.5, 8.0, 7.5, 6.5, 5.5, 5.5, 5.0, 4.0, 2.5, 1.5,
        ),
        validator=_weights(24),
    )  # fmt: skip
    weekdays: tuple[float, ...] = field(
        default=(1.2, 1.12, 1.08, 1.05, 1.05, 0.8, 0.7),
        validator=_weights(7),
    )
    rest_day: float = 0.65
    months: tuple[float, ...] = field(
        default=(1.0, 0.8, 1.0, 0.95, 0.95, 1.0, 1.1, 1.1, 0.95, 0.9, 1.15, 1.1),
        validator=_weights(12),
    )
    seasons: tuple[Season, ...] = (
        Season(("heating", "暖", "供热"), (4, 3, 1.5, 0.4, 0.1, 0.1, 0.1, 0.1, 0.2, 1.5, 4, 4)),
        Season(
            ("drain", "flood", "积水", "汛"),
            (0.1, 0.1, 0.4, 0.8, 1, 2, 4, 4, 1.5, 0.5, 0.2, 0.1),
        ),
        Season(
            ("noise", "噪声", "stall", "占道"),
            (0.5, 0.5, 0.8, 1, 1.3, 1.6, 1.7, 1.7, 1.3, 1, 0.7, 0.5),
        ),
        Season(("power_outage", "停电"), (1, 0.8, 0.6, 0.6, 0.8, 1.5, 2.5, 2.5, 1, 0.6, 0.8, 1)),
        Season(("wage", "工资"), (3, 1.5, 0.6, 0.6, 0.6, 0.8, 0.8, 0.8, 0.8, 0.8, 1.2, 2)),
        Season(("burning", "焚烧"), (0.5, 1, 1.5, 1, 0.5, 0.5, 0.5, 0.5, 1.5, 2.5, 1, 0.5)),
        Season(("tree", "greenery", "绿"), (0.2, 0.2, 1, 2, 2, 1.5, 1.5, 1, 1, 1, 0.5, 0.2)),
    )  # fmt: skip
    household: float = 0.17
    shared: float = 0.23
    public: float = 0.60
    urgent: float = chance(0.03)
    climb: float = chance(0.25)
    again: float = chance(0.04)
    danger: float = chance(0.03)
    facts: float = chance(0.15)
    kinds: Mapping[AppealKind, float] = field(
        factory=lambda: {
            AppealKind.ENQUIRY: 0.10,
            AppealKind.HELP: 0.30,
            AppealKind.COMPLAINT: 0.42,
            AppealKind.REPORT: 0.10,
            AppealKind.SUGGESTION: 0.08,
        }
    )
    hotline: float = chance(0.40)
    in_person: float = chance(0.35)
    officers: float = chance(0.01)


@frozen(kw_only=True)
class Profile:
    """A district: what comes in, and how each role behaves.

    Attributes:
        name: what it is called in reports.
    """

    name: str
    arrivals: Arrivals = field(factory=Arrivals)
    residents: Residents = field(factory=Residents)
    communities: Communities = field(factory=Communities)
    neighbours: Neighbours = field(factory=Neighbours)
    streets: Streets = field(factory=Streets)
    departments: Departments = field(factory=Departments)
    district: District = field(factory=District)


DISTRICT = Profile(name="district")
"""A little over 200 appeals a month for each community, and people of every sort."""

BUSY = Profile(
    name="busy",
    arrivals=Arrivals(per_month=420.0, again=0.10, urgent=0.05, danger=0.05),
    departments=Departments(
        arriving=Pace(late=0.20, silent=0.08, woken=0.5),
        working=Pace(late=0.25, silent=0.12, woken=0.4),
        object=0.10, send_back=0.05, flow_back=0.03, hollow=0.05, extension=0.4,
    ),
    district=District(coordinating=Pace(late=0.2, silent=0.2, woken=0.4)),
)  # fmt: skip
"""Twice as much, everybody behind, and more passing of the buck."""

QUIET = Profile(
    name="quiet",
    arrivals=Arrivals(per_month=30.0, again=0.01, urgent=0.01, danger=0.01),
    residents=Residents(urge=0.03, unsolved=0.02, partly=0.03, unhappy=0.05, reopen=0.005),
    departments=Departments(
        arriving=Pace(late=0.02, silent=0.0),
        working=Pace(late=0.02, silent=0.0),
        object=0.01, send_back=0.0, flow_back=0.0, hollow=0.0, extension=0.1,
    ),
)  # fmt: skip
"""A village where nearly everything is done in time."""


def scaled(profile: Profile, per_month: float) -> Profile:
    """The same people with another number of appeals.

    Args:
        profile: whose habits.
        per_month: appeals a month for each community.
    """
    return evolve(profile, arrivals=evolve(profile.arrivals, per_month=per_month))
