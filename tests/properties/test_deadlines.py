"""Due times of any start and limit, against a slow oracle that walks minute by minute."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.support import (
    ZONE,
    day_range,
    hours,
    local,
    tiny_calendar,
    tiny_directory,
    tiny_policy,
    work_hours,
    working_days,
)
from whistle_engine.deadlines import AT_ANY_HOUR, FALLBACK, WorkingTime
from whistle_engine.model import DayReason, Due, Limit, LimitUnit, StepAction, What

POLICY = tiny_policy()
DIRECTORY = tiny_directory()
FULL = WorkingTime(POLICY, DIRECTORY)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def known_until(last: date) -> WorkingTime:
    """The same city before the rest of the calendar was known."""
    full = tiny_calendar()
    calendar = tiny_calendar(
        holidays=frozenset(day for day in full.holidays if day <= last),
        make_up=frozenset(day for day in full.make_up if day <= last),
        known_until=last,
    )
    return WorkingTime(tiny_policy(calendar=calendar), DIRECTORY)


FIRST_QUARTER = known_until(date(2024, 3, 31))

# Around the festivals, the leap day, both ends of the year; and anywhere.
ANYWHERE = st.datetimes(datetime(2023, 12, 20), datetime(2025, 1, 15))  # noqa: DTZ001  local
AROUND = st.sampled_from(["2024-01-01", "2024-02-09", "2024-02-29", "2024-09-28", "2024-12-31"])
starts = st.one_of(
    ANYWHERE.map(lambda at: at.replace(second=0, microsecond=0, tzinfo=ZONE)),
    st.builds(lambda day, gone: local(day) + gone * MINUTE, AROUND, st.integers(-4320, 4320)),
    st.builds(
        lambda day, hour: local(f"{day} {hour}"),
        st.dates(date(2024, 1, 1), date(2024, 12, 31)),
        st.sampled_from(["00:00", "08:29", "08:30", "12:00", "13:00", "14:00", "18:00", "23:59"]),
    ),
)
limits = st.builds(Limit, amount=st.integers(0, 30), unit=st.sampled_from(LimitUnit))
units = st.sampled_from([None, "zhujian", "shuiwu"])
spells = st.integers(0, 60 * 24 * 20).map(lambda n: n * MINUTE)


def works(day: date) -> bool:
    """Tell whether a day is worked, as the policy says it."""
    if day in POLICY.calendar.make_up:
        return True
    return day.weekday() < 5 and day not in POLICY.calendar.holidays


def on_shift(at: datetime) -> bool:
    """Tell whether a minute that begins at an instant is worked."""
    here = at.astimezone(ZONE)
    return works(here.date()) and any(s.start <= here.time() < s.end for s in POLICY.shifts)


def minutes_worked(start: datetime, end: datetime) -> int:
    """The minutes of work between two instants, one by one."""
    count = 0
    while start < end:
        count += on_shift(start)
        start += MINUTE
    return count


def slow_work_hours(start: datetime, amount: int) -> datetime:
    """The end of the last minute of so many hours of work."""
    left = amount * 60
    while left:
        left -= on_shift(start)
        start += MINUTE
    return start


def closing(midnight: datetime) -> datetime:
    """The end of the last worked minute of a working day."""
    return max(m for n in range(24 * 60) if on_shift(m := midnight + n * MINUTE)) + MINUTE


def slow_working_days(start: datetime, amount: int) -> datetime:
    """The closing time of the n-th working day after the start's; for 0, the next one."""
    midnight = start.astimezone(ZONE).replace(hour=0, minute=0)
    if amount == 0:
        while not works(midnight.date()) or closing(midnight) < start:
            midnight += DAY
    while amount:
        midnight += DAY
        amount -= works(midnight.date())
    return closing(midnight)


# -- one limit ---------------------------------------------------------------------------------


@given(start=starts, amount=st.integers(0, 60))
@example(start=local("2024-02-09 17:30"), amount=8)
def test_work_hours_are_as_counted_minute_by_minute(start: datetime, amount: int) -> None:
    found = FULL.due(start, work_hours(amount), unit="zhujian").at
    assert found == slow_work_hours(start, amount)


@given(start=starts, amount=st.integers(0, 25))
@example(start=local("2024-02-08 10:00"), amount=5)
@example(start=local("2024-02-28 10:00"), amount=1)
@example(start=local("2024-02-04 18:00"), amount=0)
def test_working_days_are_as_counted_minute_by_minute(start: datetime, amount: int) -> None:
    found = FULL.due(start, working_days(amount), unit="zhujian").at
    assert found == slow_working_days(start, amount)


@given(start=starts, limit=limits, unit=units)
def test_never_due_before_the_start(start: datetime, limit: Limit, unit: str | None) -> None:
    assert FULL.due(start, limit, unit=unit).at >= start


@given(start=starts, limit=limits, unit=units, later=spells)
def test_a_later_start_is_never_due_earlier(
    start: datetime, limit: Limit, unit: str | None, later: timedelta
) -> None:
    assert FULL.due(start, limit, unit=unit).at <= FULL.due(start + later, limit, unit=unit).at


@given(start=starts, limit=limits, unit=units, more=st.integers(0, 10))
def test_a_longer_limit_is_never_due_earlier(
    start: datetime, limit: Limit, unit: str | None, more: int
) -> None:
    longer = Limit(amount=limit.amount + more, unit=limit.unit)
    assert FULL.due(start, limit, unit=unit).at <= FULL.due(start, longer, unit=unit).at


@given(start=starts, limit=limits)
def test_round_the_clock_no_calendar_counts(start: datetime, limit: Limit) -> None:
    twin = {
        LimitUnit.WORK_HOURS: LimitUnit.HOURS,
        LimitUnit.WORKING_DAYS: LimitUnit.DAYS,
    }.get(limit.unit, limit.unit)
    found = FULL.due(start, limit, unit="shuiwu")
    assert not found.provisional
    assert found.at == FULL.due(start, Limit(amount=limit.amount, unit=twin), unit="zhujian").at


@given(start=starts, limit=limits)
def test_the_spans_explain_the_due_time(start: datetime, limit: Limit) -> None:
    found = FULL.due(start, limit, unit="zhujian")
    if limit.unit is LimitUnit.HOURS:
        assert found.spans == ()
        return
    assert_in_a_row(found)
    last = (found.at - timedelta(microseconds=1)).astimezone(ZONE).date()
    first = start.astimezone(ZONE).date()
    assert found.spans[0].first == first
    assert found.spans[-1].last == max(first, last)
    if limit.amount and limit.unit is not LimitUnit.WORK_HOURS:
        counted = sum((s.last - s.first).days + 1 for s in found.spans if s.counted)
        assert counted == limit.amount
    for span in found.spans:
        if span.reason not in {DayReason.START_DAY, DayReason.EVERY_DAY}:
            assert {works(day) for day in day_range(str(span.first), str(span.last))} == {
                span.counted
            }
    looked_past = found.spans[-1].last > POLICY.calendar.known_until
    assert found.provisional == (looked_past and limit.unit is not LimitUnit.DAYS)


def assert_in_a_row(found: Due) -> None:
    for before, after in pairwise(found.spans):
        assert after.first == before.last + DAY
        assert (before.counted, before.reason) != (after.counted, after.reason)
    assert all(s.first <= s.last for s in found.spans)


# -- moves -------------------------------------------------------------------------------------


@given(start=starts, limit=limits, by=limits, unit=units)
def test_an_extension_never_shortens(
    start: datetime, limit: Limit, by: Limit, unit: str | None
) -> None:
    before = FULL.due(start, limit, unit=unit)
    after = FULL.extended(before, by, at=start)
    assert after.at >= before.at
    assert after.at > before.at or by.amount == 0
    assert (after.moves[-1].before, after.moves[-1].after) == (before.at, after.at)


@given(start=starts, limit=limits, more=st.integers(1, 20), unit=units)
def test_an_extension_in_the_same_unit_is_a_longer_limit(
    start: datetime, limit: Limit, more: int, unit: str | None
) -> None:
    assume(limit.amount > 0)
    before = FULL.due(start, limit, unit=unit)
    after = FULL.extended(before, Limit(amount=more, unit=limit.unit), at=start)
    whole = FULL.due(start, Limit(amount=limit.amount + more, unit=limit.unit), unit=unit)
    assert (after.at, after.spans, after.provisional) == (whole.at, whole.spans, whole.provisional)


@given(start=starts, limit=limits, by=limits, unit=units, until=spells, aside=spells)
def test_a_deferral_never_shortens(
    *,
    start: datetime,
    limit: Limit,
    by: Limit,
    unit: str | None,
    until: timedelta,
    aside: timedelta,
) -> None:
    before = FULL.extended(FULL.due(start, limit, unit=unit), by, at=start)
    since = start + until
    after = FULL.resumed(before, since=since, at=since + aside)
    assert after.at >= before.at
    if before.at < since:
        assert after is before
    else:
        assert after.at >= since + aside


@given(start=starts, amount=st.integers(1, 40), until=spells, aside=spells)
def test_a_deferral_gives_back_the_work_time_that_was_left(
    start: datetime, amount: int, until: timedelta, aside: timedelta
) -> None:
    before = FULL.due(start, work_hours(amount), unit="zhujian")
    since = start + until
    assume(since <= before.at)
    after = FULL.resumed(before, since=since, at=since + aside)
    left = minutes_worked(since, before.at)
    assert minutes_worked(since + aside, after.at) == left


@given(start=starts, amount=st.integers(1, 20), until=spells, aside=spells)
def test_a_deferral_gives_back_the_working_days_that_were_left(
    start: datetime, amount: int, until: timedelta, aside: timedelta
) -> None:
    before = FULL.due(start, working_days(amount), unit="zhujian")
    since = start + until
    assume(since <= before.at)
    after = FULL.resumed(before, since=since, at=since + aside)
    last = before.at.astimezone(ZONE).date()
    day, left = since.astimezone(ZONE).date(), 0
    while day < last:
        day += DAY
        left += works(day)
    assert after.at == slow_working_days(since + aside, left)


@given(start=starts, limit=limits, until=spells, aside=spells, unit=units)
def test_hours_are_given_back_exactly(
    start: datetime, limit: Limit, until: timedelta, aside: timedelta, unit: str | None
) -> None:
    before = FULL.due(start, hours(limit.amount * 10), unit=unit)
    since = start + until
    assume(since <= before.at)
    assert FULL.resumed(before, since=since, at=since + aside).at == before.at + aside


@given(start=starts, limit=limits, by=limits, until=spells, aside=spells, unit=units)
def test_fixing_gives_what_the_known_calendar_would_have_given(
    *,
    start: datetime,
    limit: Limit,
    by: Limit,
    until: timedelta,
    aside: timedelta,
    unit: str | None,
) -> None:
    since, at = start + until, start + until + aside

    def story(rules: WorkingTime) -> Due:
        found = rules.due(start, limit, unit=unit)
        found = rules.extended(found, by, at=start)
        return rules.resumed(found, since=since, at=at)

    assumed, known = story(FIRST_QUARTER), story(FULL)
    assume(len(assumed.moves) == len(known.moves))
    found = FULL.fixed(assumed, at=start)
    if not assumed.provisional or known.provisional:
        assert found is assumed
    else:
        assert (found.at, found.spans, found.provisional) == (known.at, known.spans, False)
        assert found.moves[:-1] == assumed.moves
        assert (found.moves[-1].before, found.moves[-1].after) == (assumed.at, known.at)


# -- alerts ------------------------------------------------------------------------------------


@given(
    start=starts,
    limit=limits,
    unit=units,
    what=st.sampled_from(What),
    until=spells,
    aside=spells,
)
def test_alerts_are_in_order_and_the_fallback_is_last(
    *,
    start: datetime,
    limit: Limit,
    unit: str | None,
    what: What,
    until: timedelta,
    aside: timedelta,
) -> None:
    due = FULL.due(start, limit, unit=unit)
    due = FULL.resumed(due, since=start + until, at=start + until + aside)
    steps = FULL.steps(due, what, unit=unit, community="gulou", street="xinhua")
    assert [s.number for s in steps] == list(range(1, len(steps) + 1))
    assert [s.at for s in steps] == sorted(s.at for s in steps)
    assert all(s.at >= start for s in steps)
    *alerts, fallback = steps
    assert fallback.action is FALLBACK.get(what, StepAction.ESCALATE)
    assert fallback.at >= due.at
    if what in FALLBACK:
        assert fallback.at == due.at
        assert all(s.at < due.at for s in alerts)


@given(start=starts, limit=limits)
def test_no_reminder_at_midnight(start: datetime, limit: Limit) -> None:
    assume(limit.unit is not LimitUnit.HOURS or limit.amount > AT_ANY_HOUR)
    due = FULL.due(start, limit, unit="zhujian")
    steps = FULL.steps(due, What.SOLVE, unit="zhujian", community="gulou", street="xinhua")
    for step in steps:
        if step.action is StepAction.REMIND and not on_shift(step.at):
            assert minutes_worked(start + MINUTE, step.at) <= 1
