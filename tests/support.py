"""A small but complete city for all tests: one policy, one directory, a few handy values.

``tiny_policy(**changes)`` and ``tiny_directory(**changes)`` give valid values; a keyword
replaces a whole attribute. The calendar is that of 2024 and knows nothing of 2025, so due
times past 2024-12-31 are provisional. Local time is UTC+8; the shifts of a working day are
08:30 to 12:00 and 14:00 to 18:00 (7.5 hours).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from whistle_engine.directory import Directory, Receiver, Shift, Unit
from whistle_engine.model import (
    Actor,
    Affair,
    Label,
    Length,
    Limit,
    LimitUnit,
    Party,
    Role,
    StepAction,
    UnitKind,
    What,
)
from whistle_engine.policy import (
    Calendar,
    Category,
    Deferrals,
    Extensions,
    FactType,
    Floor,
    Ladder,
    ListItem,
    Marks,
    Objections,
    Policy,
    Rule,
    Rung,
    TrackLimit,
    WhistleKind,
)

ZONE = timezone(timedelta(hours=8))
"""The tiny city's fixed offset."""

CHOICE = "choice"
"""The source of every value here: it is made up for tests."""


def local(text: str) -> datetime:
    """The instant (UTC) that the tiny city's clocks show as ``2024-03-04 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


NOW = local("2024-03-04 09:00")
"""An ordinary Monday morning, half an hour into the first shift."""


def hours(amount: int) -> Limit:
    """A limit in elapsed hours."""
    return Limit(amount=amount, unit=LimitUnit.HOURS, rule="test", source=CHOICE)


def work_hours(amount: int) -> Limit:
    """A limit in hours of work."""
    return Limit(amount=amount, unit=LimitUnit.WORK_HOURS, rule="test", source=CHOICE)


def days(amount: int) -> Limit:
    """A limit in calendar days."""
    return Limit(amount=amount, unit=LimitUnit.DAYS, rule="test", source=CHOICE)


def working_days(amount: int) -> Limit:
    """A limit in working days."""
    return Limit(amount=amount, unit=LimitUnit.WORKING_DAYS, rule="test", source=CHOICE)


def length(amount: int, unit: str = "working_days") -> Length:
    """A length of time that somebody asks for."""
    return Length(amount, LimitUnit(unit))


def label(text: str) -> Label:
    """A label that reads the same in both languages."""
    return Label(zh=text, en=text)


def rung(
    action: StepAction, to: str, *, percent: int | None = None, after: Limit | None = None
) -> Rung:
    """A rung of a ladder."""
    return Rung(action=action, percent=percent, after=after, to=to, source=CHOICE)


def day_range(first: str, last: str) -> frozenset[date]:
    """All days from first to last, inclusive."""
    start = date.fromisoformat(first)
    length = (date.fromisoformat(last) - start).days + 1
    return frozenset(start + timedelta(days=n) for n in range(length))


def tiny_calendar(**changes: Any) -> Calendar:
    """2024 as the State Council's notice has it: Spring Festival, 调休, a leap day."""
    values: dict[str, Any] = {
        "holidays": day_range("2024-01-01", "2024-01-01")
        | day_range("2024-02-10", "2024-02-17")
        | day_range("2024-04-04", "2024-04-06")
        | day_range("2024-05-01", "2024-05-05")
        | day_range("2024-06-10", "2024-06-10")
        | day_range("2024-09-15", "2024-09-17")
        | day_range("2024-10-01", "2024-10-07"),
        "make_up": frozenset(
            date.fromisoformat(f"2024-{day}")
            for day in ("02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12")
        ),
        "known_until": date(2024, 12, 31),
        "source": "notice of 2023 on the holidays of 2024",
    }
    return Calendar(**(values | changes))


def _unit(code: str, kind: UnitKind, parent: str | None = None, **more: Any) -> Unit:
    return Unit(code=code, title=label(code), kind=kind, parent=parent, **more)


def tiny_directory(**changes: Any) -> Directory:
    """Two streets, three communities, five departments and what stands beside them.

    ``wangxin`` has a head but no receiver on duty; ``minzheng`` has neither.
    ``shuiwu`` (water), ``gongan`` (police) and the hotline work round the clock.
    """
    department = UnitKind.DEPARTMENT
    values: dict[str, Any] = {
        "units": (
            _unit("xingqing", UnitKind.DISTRICT),
            _unit("shegong", UnitKind.DISTRICT, "xingqing"),
            _unit("zhihui", UnitKind.DISTRICT, "xingqing", round_the_clock=True),
            _unit("hotline", UnitKind.HOTLINE, "xingqing", round_the_clock=True),
            _unit("xinhua", UnitKind.STREET, "xingqing", may_lead=True, head="head-xinhua"),
            _unit("fenghuang", UnitKind.STREET, "xingqing", may_lead=True),
            _unit("gulou", UnitKind.COMMUNITY, "xinhua"),
            _unit("yumin", UnitKind.COMMUNITY, "fenghuang"),
            _unit("beita", UnitKind.COMMUNITY, "fenghuang"),
            _unit("gulou-1", UnitKind.GRID, "gulou"),
            _unit("zhujian", department, "xingqing", may_lead=True, head="head-zhujian"),
            _unit(
                "chengguan",
                department,
                "xingqing",
                may_lead=True,
                posted_at=("xinhua",),
                head="head-chengguan",
            ),
            _unit("gongan", department, "xingqing", may_lead=True, round_the_clock=True),
            _unit("wangxin", department, "xingqing", may_lead=True, head="head-wangxin"),
            _unit("minzheng", department, "xingqing", may_lead=True),
            _unit("shi-chengguan", UnitKind.CITY_BUREAU, may_lead=True),
            _unit("shuiwu", UnitKind.ENTERPRISE, may_lead=True, round_the_clock=True),
        ),
        "receivers": tuple(
            Receiver(id=f"r-{code}", unit=code)
            for code in (
                "zhujian", "chengguan", "gongan", "shi-chengguan", "shuiwu", "xinhua", "fenghuang",
            )
        ),
    }  # fmt: skip
    return Directory(**(values | changes))


def tiny_kinds() -> tuple[WhistleKind, ...]:
    """The three whistles: quick in hours, tough in working days, emergency in one hour."""
    both = frozenset({Party.COMMUNITY, Party.STREET})
    return (
        WhistleKind(
            code="quick", title=Label("快捷哨", "quick"), rank=1, urgent=False,
            report_in=hours(4), solve=hours(24), hand_in=hours(12), redo=hours(24),
            extension=None, may_blow=both, to_street=True, evidence=1, source=CHOICE,
        ),
        WhistleKind(
            code="tough", title=Label("攻坚哨", "tough"), rank=2, urgent=False,
            report_in=working_days(1), solve=working_days(15), hand_in=working_days(10),
            redo=working_days(7), extension=working_days(15),
            may_blow=frozenset({Party.STREET}), to_street=False, evidence=1, source=CHOICE,
        ),
        WhistleKind(
            code="emergency", title=Label("应急哨", "emergency"), rank=3, urgent=True,
            report_in=hours(1), solve=hours(24), hand_in=hours(12), redo=hours(12),
            extension=None, may_blow=both, to_street=False, evidence=1, source=CHOICE,
        ),
    )  # fmt: skip


def _category(
    code: str, affair: Affair, kind: str | None, leads: str = "", joint: str = ""
) -> Category:
    return Category(
        code=code, title=label(code), affair=affair, kind=kind, leads=tuple(leads.split()),
        joint=tuple(joint.split()), since=None, until=None, source=CHOICE,
    )  # fmt: skip


def tiny_categories() -> tuple[Category, ...]:
    """One category for each affair and kind, one that several may lead, one that nobody leads."""
    public = Affair.PUBLIC
    return (
        _category("quarrel", Affair.HOUSEHOLD, None),
        _category("parking", Affair.SHARED, None),
        _category("unlicensed_trade", public, "quick", "chengguan"),
        _category("street_lamp", public, "quick", "chengguan zhujian"),
        _category("pipes", public, "tough", "zhujian", "chengguan shuiwu"),
        _category("cables", public, "tough", "zhujian", "wangxin"),
        _category("burst_main", public, "emergency", "chengguan", "gongan shuiwu"),
        _category("other", public, "tough"),
    )


def tiny_facts() -> tuple[FactType, ...]:
    """The facts of the mechanism, with two signals of danger."""
    values = {
        "timing": ("over", "ongoing", "imminent", "unknown"),
        "scope": ("one_household", "neighbours", "estate", "wider", "unknown"),
        "public_power": ("yes", "no", "unknown"),
        "units_needed": ("one", "several", "unknown"),
        "project": ("yes", "no", "unknown"),
        "collapse": ("none", "possible", "present", "unknown"),
        "crowd": ("none", "possible", "present", "unknown"),
    }
    return tuple(FactType(name=n, title=label(n), values=v) for n, v in values.items())


def tiny_floors() -> tuple[Floor, ...]:
    """Present danger is urgent, possible danger public, what is over at least shared."""
    rows = (
        ("present", "imminent", Affair.PUBLIC, "emergency"),
        ("present", "ongoing", Affair.PUBLIC, "emergency"),
        ("present", "over", Affair.PUBLIC, "quick"),
        ("possible", "imminent", Affair.PUBLIC, "quick"),
        ("possible", "ongoing", Affair.PUBLIC, "quick"),
        ("possible", "over", Affair.SHARED, None),
    )
    return tuple(
        Floor(signal=signal, level=level, timing=timing, affair=affair, kind=kind, source=CHOICE)
        for signal in ("collapse", "crowd")
        for level, timing, affair, kind in rows
    )


def _rule(code: str, affair: Affair | None, kind: str | None, **when: str) -> Rule:
    conditions = tuple((fact, frozenset(values.split())) for fact, values in when.items())
    return Rule(
        id=code, title=label(code), when=conditions, affair=affair, kind=kind, source=CHOICE
    )


def tiny_rules() -> tuple[Rule, ...]:
    """Projects and work for several units are tough; else the category's own affair and kind."""
    return (
        _rule("project", Affair.PUBLIC, "tough", project="yes"),
        _rule("several", Affair.PUBLIC, "tough", public_power="yes", units_needed="several"),
        _rule("power", Affair.PUBLIC, "quick", public_power="yes", category="quarrel parking"),
        _rule("own", None, None),
    )


def tiny_ladders() -> tuple[Ladder, ...]:
    """临期 at 80 %, 催办 when due, 督办 and 上报 after; marks are called back for at half time."""
    return (
        Ladder(
            whats=frozenset({What.MARK}),
            rungs=(rung(StepAction.CALL_BACK, "community", percent=50),),
        ),
        Ladder(
            whats=frozenset(),
            rungs=(
                rung(StepAction.REMIND, "holder", percent=80),
                rung(StepAction.URGE, "holder", percent=100),
                rung(StepAction.SUPERVISE, "supervisor", after=hours(8)),
                rung(StepAction.ESCALATE, "coordinator", after=hours(24)),
            ),
        ),
    )


def tiny_limits() -> dict[str, Limit]:
    """The limits of the steps that no whistle kind names."""
    return {
        "classify": work_hours(4),
        "look": hours(2),
        "blow": working_days(1),
        "blow_urgent": hours(1),
        "dispatch": work_hours(2),
        "designate": working_days(1),
        "docket": working_days(5),
        "decide_round": working_days(3),
        "mediate_redo": days(3),
        "deliberate_redo": working_days(5),
    }


def tiny_policy(**changes: Any) -> Policy:
    """A complete, valid policy; each keyword replaces one attribute."""
    scopes = {"one_household": 3, "neighbours": 5, "estate": 10, "wider": 15, "unknown": 10}
    values: dict[str, Any] = {
        "code": "tiny",
        "title": Label("小区县", "Tiny"),
        "version": "1",
        "in_force_from": date(2024, 1, 1),
        "utc_offset": timedelta(hours=8),
        "shifts": (Shift(start=time(8, 30), end=time(12)), Shift(start=time(14), end=time(18))),
        "calendar": tiny_calendar(),
        "channels": {"12345": label("12345"), "patrol": label("patrol")},
        "routes": {"court": label("court")},
        "facts": tiny_facts(),
        "floors": tiny_floors(),
        "rules": tiny_rules(),
        "kinds": tiny_kinds(),
        "categories": tiny_categories(),
        "street_list": (
            ListItem(category="unlicensed_trade", since=None, until=None, source=CHOICE),
        ),
        "tracks": tuple(
            TrackLimit(affair=affair, scope=scope, limit=working_days(amount))
            for affair in (Affair.HOUSEHOLD, Affair.SHARED)
            for scope, amount in scopes.items()
        ),
        "limits": tiny_limits(),
        "ladders": tiny_ladders(),
        "objections": Objections(within=work_hours(4), answer=working_days(1), source=CHOICE),
        "extensions": Extensions(
            decided_by=Party.STREET, decide=working_days(1), source=CHOICE
        ),
        "deferrals": Deferrals(most=2, total=days(180), source=CHOICE),
        "marks": Marks(
            mark=days(7), tell=working_days(2), rounds=3, reopen_within=days(30),
            follow_up=days(365), source=CHOICE,
        ),
        "enforcement": frozenset({"chengguan", "gongan"}),
        "urgent_lead": "gongan",
        "coordinator": "shegong",
        "operations": "zhihui",
        "hotline": "hotline",
        "straight": False,
        "permissions": {},
    }  # fmt: skip
    return Policy(**(values | changes))


def actor(name: str, role: Role, unit: str | None = None) -> Actor:
    """An actor with one role."""
    return Actor(id=name, roles=frozenset({role}), unit=unit)
