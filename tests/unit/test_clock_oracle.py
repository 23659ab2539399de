"""Clocks against an oracle that counts minute by minute; and the clock faults of other systems.

The oracle knows no policy and no limit's arithmetic. It lets one obligation run: each minute it
looks whether it is worked, each midnight whether the new day counts, and it is told at which
minute somebody extends, sets aside and takes up again. What days are worked it asks another
library. tests/properties/test_deadlines.py holds single limits against one; here what moves them
comes in any order, over four years, for cities with other hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest
from attrs import evolve, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support import (
    ZONE,
    hours,
    local,
    rung,
    tiny_directory,
    tiny_ladders,
    tiny_policy,
    work_hours,
    working_days,
)
from tests.unit.played import DAY, MINUTE, Play, wrote
from tests.walks import PROOF
from whistle_engine import commands as c
from whistle_engine import events as e
from whistle_engine.compiling import compile_rules
from whistle_engine.deadlines import WorkingTime
from whistle_engine.directory import Shift
from whistle_engine.model import Clock, Due, Length, Limit, LimitUnit, StepAction, Verdict, What
from whistle_engine.policy import Calendar, Ladder

YEARS = (2023, 2024, 2025, 2026)


def worked(day: date) -> bool:
    """Whether a day is worked in this country, by a library that knows no policy of ours."""
    return bool(chinese_calendar.is_workday(day))


def calendar() -> Calendar:
    """The same days as a policy has them."""
    first, last = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Calendar(
        holidays=frozenset(day for day in days if day.weekday() < 5 and not worked(day)),
        make_up=frozenset(day for day in days if day.weekday() >= 5 and worked(day)),
        known_until=last,
        source="choice: for tests",
    )


Hours = tuple[tuple[time, time], ...]
OFFICE: Hours = ((time(8, 30), time(12)), (time(14), time(18)))
LATE: Hours = ((time(16), time(0)),)
TWO_TURNS: Hours = ((time(6), time(14)), (time(14), time(22)))
CITIES: dict[str, Hours] = {"office": OFFICE, "late": LATE, "two turns": TWO_TURNS}


def city(shifts: Hours) -> WorkingTime:
    policy = tiny_policy(
        calendar=calendar(), shifts=tuple(Shift(start=start, end=end) for start, end in shifts)
    )
    return WorkingTime(policy, tiny_directory())


ENGINES = {name: city(shifts) for name, shifts in CITIES.items()}

# ---------------------------------------------------------------- the oracle


@frozen
class Extended:
    """So many more, in the limit's own unit, from an instant on."""

    at: datetime
    by: int


@frozen
class Aside:
    """Set aside at an instant, taken up again at another."""

    at: datetime
    until: datetime


Moves = Sequence[Extended | Aside]

A_YEAR = timedelta(days=366)


class Oracle:
    """One obligation that runs, tick by tick, until nothing of it is left."""

    def __init__(self, shifts: Hours, unit: LimitUnit, tick: timedelta) -> None:
        self._shifts = shifts
        self._unit = unit
        self._tick = tick
        self._ends = max(end if end != time(0) else time.max for _, end in shifts)

    def due(self, start: datetime, amount: int, moves: Moves) -> datetime:
        """When it is due, whatever moves it on the way."""
        now = start.astimezone(ZONE)
        left = self._begin(now, self._ticks(amount))
        ran = False
        coming = list(moves)
        aside: Aside | None = None
        while coming or aside is not None or not self._over(now, left, ran=ran):
            if now.time() == time(0) and ran:
                left = self._next_day(now, left)
            if aside is not None and aside.until == now:
                aside, left = None, self._begin(now, left)
            while coming and coming[0].at == now:
                move = coming.pop(0)
                if isinstance(move, Aside):
                    aside = move
                else:
                    left += self._ticks(move.by)
            if not coming and aside is None and self._elapses and left == 0:
                return now
            ran = aside is None
            left -= ran and self._counts(now)
            now += self._tick
            late = coming and coming[0].at < now
            assert not late, "moved after it was due, by the oracle's count"
            assert now - start < A_YEAR, "the oracle never comes to its end"
        return now

    @property
    def _elapses(self) -> bool:
        """Whether it is counted in hours, not in days."""
        return self._unit in (LimitUnit.HOURS, LimitUnit.WORK_HOURS)

    def _ticks(self, amount: int) -> int:
        """What is left of an amount: ticks of hours, or days that are still to come."""
        return amount * (timedelta(hours=1) // self._tick) if self._elapses else amount

    def _begin(self, now: datetime, left: int) -> int:
        """No day left is today, if its work is not over; else the next one that is worked."""
        today = worked(now.date()) and now.time() <= self._ends
        waits = self._unit is LimitUnit.WORKING_DAYS and left == 0 and not today
        return 1 if waits else left

    def _counts(self, now: datetime) -> bool:
        """Whether the tick that begins now is one of those that are left."""
        if self._unit is LimitUnit.WORK_HOURS:
            return self._on_shift(now)
        return self._unit is LimitUnit.HOURS

    def _next_day(self, midnight: datetime, left: int) -> int:
        """A day begins that counts, or does not."""
        if self._unit is LimitUnit.DAYS:
            return left - 1
        counts = self._unit is LimitUnit.WORKING_DAYS and left > 0 and worked(midnight.date())
        return left - 1 if counts else left

    def _over(self, now: datetime, left: int, *, ran: bool) -> bool:
        """Whether this is the instant until which it is kept."""
        if left or self._elapses:
            return self._elapses and left == 0
        midnight = now.time() == time(0)
        if self._unit is LimitUnit.DAYS:
            return midnight and ran
        ended = now - self._tick
        if self._ends == time.max:
            return midnight and ran and worked(ended.date())
        return worked(now.date()) and now.time() == self._ends

    def _on_shift(self, now: datetime) -> bool:
        clock = now.time()
        return worked(now.date()) and any(
            start <= clock and (clock < end or end == time(0)) for start, end in self._shifts
        )


# ---------------------------------------------------------------- drawn, and held against it

HALF_HOUR = timedelta(minutes=30)
AROUND = ("2023-12-31", "2024-02-09", "2024-02-29", "2024-12-31", "2025-01-26", "2026-02-14")
"""Year ends, a leap day, Spring Festivals, worked weekends."""


def starts(tick: timedelta) -> st.SearchStrategy[datetime]:
    """Instants on the grid of the ticks, none at midnight: anywhere, and around special days."""
    near = st.builds(
        lambda day, gone: local(day) + gone * DAY, st.sampled_from(AROUND), st.integers(-4, 4)
    )
    far = st.dates(date(2023, 1, 2), date(2026, 6, 1)).map(lambda day: local(day.isoformat()))
    within = st.integers(1, DAY // tick - 1)
    return st.builds(lambda day, gone: day + gone * tick, near | far, within)


Drawn = list[tuple[bool, int, int]]
"""Extended or set aside, at what share of the time that is left, by how much."""

drawn_moves = st.lists(
    st.tuples(st.booleans(), st.integers(0, 10_000), st.integers(1, 700)), max_size=5
)


@frozen(kw_only=True)
class Run:
    """One obligation, drawn."""

    city: str
    start: datetime
    limit: Limit
    drawn: Drawn
    unit: str
    tick: timedelta


def moved(run: Run) -> tuple[Due, Moves]:
    """The due time after moves that each come before it is due; and what they were."""
    rules, unit, tick, start = ENGINES[run.city], run.unit, run.tick, run.start
    due = rules.due(start, run.limit, unit=unit)
    moves: list[Extended | Aside] = []
    now = start
    for extends, share, size in run.drawn:
        at = now + tick * (share % max((due.at - now) // tick, 1))
        if at >= due.at or at.astimezone(ZONE).time() == time(0):
            continue
        if extends:
            more = size % 5 + 1
            due = rules.extended(due, Length(more, due.limit.unit), at=at)
            moves.append(Extended(at, more))
            now = at
            continue
        until = at + tick * size
        until += tick if until.astimezone(ZONE).time() == time(0) else timedelta()
        due = rules.resumed(due, since=at, at=until)
        moves.append(Aside(at, until))
        now = until
    return due, moves


def hold(run: Run) -> None:
    """Hold what the engine says against the oracle."""
    found, moves = moved(run)
    counted = EVERY_HOUR[run.limit.unit] if run.unit == "shuiwu" else run.limit.unit
    oracle = Oracle(CITIES[run.city], counted, run.tick)
    assert oracle.due(run.start, run.limit.amount, moves) == found.at, moves
    assert not found.provisional


EVERY_HOUR = {
    LimitUnit.HOURS: LimitUnit.HOURS,
    LimitUnit.WORK_HOURS: LimitUnit.HOURS,
    LimitUnit.DAYS: LimitUnit.DAYS,
    LimitUnit.WORKING_DAYS: LimitUnit.DAYS,
}
"""How a unit that works round the clock counts."""


def runs(tick: timedelta, *, most: int) -> st.SearchStrategy[Run]:
    """Obligations of any city, limit and unit, from anywhere."""
    return st.builds(
        Run,
        city=st.sampled_from(sorted(CITIES)),
        start=starts(tick),
        limit=st.builds(Limit, amount=st.integers(0, most), unit=st.sampled_from(LimitUnit)),
        drawn=drawn_moves,
        unit=st.sampled_from(["zhujian", "shuiwu"]),
        tick=st.just(tick),
    )


SPRING = Run(
    city="office", start=local("2024-02-09 17:30"), limit=work_hours(8),
    drawn=[(False, 1, 300)], unit="zhujian", tick=HALF_HOUR,
)  # fmt: skip
TONIGHT = Run(
    city="late", start=local("2024-02-08 16:30"), limit=working_days(0),
    drawn=[(True, 0, 1)], unit="zhujian", tick=HALF_HOUR,
)  # fmt: skip


@settings(max_examples=400)
@given(runs(HALF_HOUR, most=12))
@example(SPRING)
@example(TONIGHT)
def test_moved_in_any_order_a_clock_is_as_counted_tick_by_tick(run: Run) -> None:
    """Half an hour is a tick: all shifts begin and end with one."""
    hold(run)


@settings(max_examples=60)
@given(runs(MINUTE, most=3))
def test_and_minute_by_minute(run: Run) -> None:
    hold(run)


# ---------------------------------------------------------------- what other systems get wrong

RULES = compile_rules(tiny_policy(calendar=calendar()), tiny_directory())


def running(play: Play) -> dict[int, Due]:
    return {k.id: k.due for k in play.state.clocks if k.ended is None}


def handled(start: str = "2024-03-04 09:00") -> Play:
    """A tough whistle that is being handled; zhujian leads."""
    play = Play(RULES, start=local(start))
    play.dispatched()
    play.ok("r-zhujian", c.ReportIn())
    return play


COMMENTS: tuple[tuple[str, c.Act], ...] = (
    ("resident", c.Add(evidence=PROOF)),
    ("resident", c.Urge()),
    ("r-zhujian", c.ReportProgress(evidence=PROOF)),
    ("r-zhujian", c.BringIn(unit="wangxin")),
    ("r-zhujian", c.ChangeReceiver(receiver="somebody")),
    ("r-zhujian", c.Object(clause="3.2", names="gongan")),
    ("street", c.Supervise(unit="zhujian")),
    ("clerk", c.Escalate()),
    ("clerk", c.Look(nothing_there=True)),
    (
        "clerk",
        c.ConfirmTime(unit="zhujian", what=What.REPORT_IN, occurred_at=local("2024-03-04 09:06")),
    ),
)


@pytest.mark.parametrize(("who", "act"), COMMENTS, ids=lambda value: type(value).__name__)
def test_a_comment_restarts_no_clock(who: str, act: c.Act) -> None:
    """DIGIT measures from the last change."""
    play = handled()
    before = running(play)
    play.ok(who, act)
    after = running(play)
    assert {number: after[number] for number in before} == before


def test_refused_or_not_an_attempt_to_send_it_back_moves_nothing() -> None:
    play = handled()
    before = running(play)
    play.no("r-zhujian", c.SendBack())
    assert running(play) == before


def test_no_time_is_lost_in_a_pause() -> None:
    """GLPI and Frappe lose it: what was left when it was set aside is left when it is resumed."""
    play = handled()
    clock = play.clock(What.SOLVE)
    day = play.now.astimezone(ZONE).date()
    left = worked_days(day, clock.due.at.astimezone(ZONE).date())
    play.ok("coordinator", c.Defer(review_on=local("2024-05-20 09:00")))
    play.now = local("2024-05-06 10:00")  # after Labour Day
    play.ok("coordinator", c.Resume())
    again = play.again(clock)
    assert worked_days(date(2024, 5, 6), again.due.at.astimezone(ZONE).date()) == left
    assert [move.reason.value for move in again.due.moves] == ["deferred"]


def worked_days(first: date, last: date) -> int:
    """How many days are worked after the first one, the last among them."""
    return sum(worked(first + timedelta(days=n + 1)) for n in range((last - first).days))


def test_a_change_of_a_limit_changes_no_clock_that_runs() -> None:
    """Zammad and GLPI reckon again what runs; here a new policy is for new clocks (FR7)."""
    play = handled()
    before = running(play)
    kinds = tuple(evolve(kind, solve=hours(1), hand_in=hours(1)) for kind in RULES.policy.kinds)
    play.rules = compile_rules(evolve(RULES.policy, kinds=kinds), RULES.directory)
    play.ok("resident", c.Urge())
    assert running(play) == before
    play.ok("r-zhujian", c.BringIn(unit="wangxin"))
    assert play.clock(What.HAND_IN, "wangxin").due.at == play.now + timedelta(hours=1)
    assert {number: running(play)[number] for number in before} == before


def test_raised_to_another_kind_the_old_clock_ends_and_a_further_one_begins() -> None:
    play = handled()
    old = play.clock(What.SOLVE)
    play.ok("clerk", c.RaiseWhistle(kind="emergency"))
    assert play.again(old).verdict is Verdict.SUPERSEDED
    assert play.again(old).due == old.due
    assert play.clock(What.SOLVE).due.at == play.now + timedelta(hours=24)


@pytest.mark.parametrize("start", ["2024-02-08 17:59", "2024-03-01 23:58", "2024-12-31 12:30"])
def test_nobody_is_reminded_at_midnight(start: str) -> None:
    """Zammad does: reminders come while somebody works, unless it is urgent."""
    play = handled(start)
    reminders = [
        step.at
        for clock in play.state.clocks
        for step in clock.steps
        if step.action is StepAction.REMIND and clock.unit == "zhujian"
    ]
    assert reminders
    for at in reminders:
        here = at.astimezone(ZONE)
        assert worked(here.date()), here
        assert any(s <= here.time() < e for s, e in OFFICE), here


NEW_YEARS = (
    # Signalen ignores holidays, and hardly anybody knows make-up days: 2024-02-04 and 02-18 are
    # worked Sundays, the 10th to the 17th are off
    ("2024-02-02 10:00", 1, "2024-02-04 18:00"),
    ("2024-02-09 10:00", 1, "2024-02-18 18:00"),
    ("2024-02-09 10:00", 2, "2024-02-19 18:00"),
    # a leap day, and none
    ("2024-02-28 10:00", 1, "2024-02-29 18:00"),
    ("2025-02-28 10:00", 1, "2025-03-03 18:00"),
    # year ends: 2024-12-31 is worked, 2025-01-01 is not; 2025-01-26 is a worked Sunday
    ("2024-12-30 10:00", 2, "2025-01-02 18:00"),
    ("2025-01-24 10:00", 1, "2025-01-26 18:00"),
    ("2025-01-27 10:00", 1, "2025-02-05 18:00"),
    # 2026: from 02-15 to 02-23 off, 02-14 and 02-28 worked Saturdays
    ("2026-02-13 10:00", 2, "2026-02-24 18:00"),
    ("2026-02-27 10:00", 1, "2026-02-28 18:00"),
)


@pytest.mark.parametrize(("start", "amount", "due"), NEW_YEARS)
def test_holidays_and_make_up_days_count_as_the_notices_say(
    start: str, amount: int, due: str
) -> None:
    found = ENGINES["office"].due(local(start), working_days(amount), unit="zhujian")
    assert found.at == local(due)
    assert (
        Oracle(OFFICE, LimitUnit.WORKING_DAYS, HALF_HOUR).due(local(start), amount, ()) == found.at
    )


def test_no_calendar_is_compiled_in() -> None:
    """As FixMyStreet's was: with other days in the policy a limit ends on another day."""
    start = local("2024-02-09 10:00")
    none = Calendar(
        holidays=frozenset(),
        make_up=frozenset(),
        known_until=date(2026, 12, 31),
        source="choice: none",
    )
    plain = WorkingTime(tiny_policy(calendar=none), tiny_directory())
    assert plain.due(start, working_days(1), unit="zhujian").at == local("2024-02-12 18:00")


def test_where_nobody_supervises_it_is_escalated_and_not_skipped() -> None:
    """DIGIT skips the step in silence."""
    over = rung(StepAction.SUPERVISE, "supervisor", after=hours(1))
    ladders = (*tiny_ladders()[:1], Ladder(whats=frozenset(), rungs=(over,)))
    policy = tiny_policy(calendar=calendar(), ladders=ladders)
    play = Play(compile_rules(policy, tiny_directory()), start=local("2024-03-04 09:00"))
    play.blown("other")  # nobody leads it: the coordinator designates, and nobody is above it
    owed = play.clock(What.DESIGNATE)
    assert owed.unit == "shegong"
    play.wait(owed.due.at + timedelta(hours=2))
    reasons = {ev.reason for ev in escalated(play) if ev.clock == owed.id}
    assert reasons & {"nobody_named", "overdue"}
    assert play.clock(What.DOCKET).about == owed.id


def escalated(play: Play) -> Iterator[e.Escalated]:
    for step in play.history:
        yield from wrote(step.written, e.Escalated)


def test_each_unit_has_its_own_clocks() -> None:
    """Most have one for a whole ticket: here one that is late makes no other late (FR10)."""
    play = handled()
    joint: Clock = play.clock(What.HAND_IN, "chengguan")
    play.ok("r-zhujian", c.BringIn(unit="wangxin"))
    later: Clock = play.clock(What.HAND_IN, "wangxin")
    assert later.due.start > joint.due.start
    play.ok("r-chengguan", c.ReportIn())
    play.now = joint.due.at + MINUTE
    play.wait(play.now)
    play.ok("r-chengguan", c.HandIn())
    assert play.again(joint).verdict is Verdict.MISSED
    assert play.again(later).ended is None
    assert play.clock(What.SOLVE).due.at > play.now
