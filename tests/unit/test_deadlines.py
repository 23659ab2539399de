"""Due times and alerts, one example each; the clock faults of other systems among them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

import attrs
import pytest

from tests.support import (
    NOW,
    ZONE,
    day_range,
    days,
    hours,
    local,
    rung,
    tiny_calendar,
    tiny_directory,
    tiny_ladders,
    tiny_policy,
    work_hours,
    working_days,
)
from whistle_engine.deadlines import FALLBACK, WorkingTime
from whistle_engine.directory import Shift
from whistle_engine.errors import PolicyError
from whistle_engine.model import (
    DayReason,
    Due,
    Length,
    Limit,
    Move,
    MoveReason,
    Span,
    Step,
    StepAction,
    What,
)
from whistle_engine.policy import Ladder, Rung
from whistle_engine.rules import Limits

WORKING = WorkingTime(tiny_policy(), tiny_directory())
LIMITS: Limits = WORKING
WITH_2025 = WorkingTime(
    tiny_policy(
        calendar=tiny_calendar(
            holidays=tiny_calendar().holidays
            | day_range("2025-01-01", "2025-01-01")
            | day_range("2025-01-28", "2025-02-04"),
            make_up=tiny_calendar().make_up | day_range("2025-01-26", "2025-01-26"),
            known_until=date(2025, 12, 31),
        )
    ),
    tiny_directory(),
)


def due(start: str, limit: Limit, unit: str | None = "zhujian") -> Due:
    return WORKING.due(local(start), limit, unit=unit)


def shown(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def spans_of(found: Due) -> list[tuple[str, str, bool, str]]:
    return [(f"{s.first:%m-%d}", f"{s.last:%m-%d}", s.counted, s.reason.value) for s in found.spans]


def extended(found: Due, by: Limit) -> Due:
    return WORKING.extended(found, by, at=found.start)


def resumed(found: Due, since: str, at: str) -> Due:
    return WORKING.resumed(found, since=local(since), at=local(at))


# -- how each unit is counted ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        ("2024-03-04 09:00", hours(24), "2024-03-05 09:00"),
        ("2024-02-28 23:30", hours(24), "2024-02-29 23:30"),
        ("2024-03-04 09:00", hours(0), "2024-03-04 09:00"),
        # Monday: three hours before noon, the fourth after the break.
        ("2024-03-04 09:00", work_hours(4), "2024-03-04 15:00"),
        # What ends with a shift is due at its end, not when the next begins.
        ("2024-03-04 09:00", work_hours(3), "2024-03-04 12:00"),
        ("2024-03-04 14:00", work_hours(4), "2024-03-04 18:00"),
        # From the end of a shift, from the break, from the evening, from a weekend.
        ("2024-03-04 12:00", work_hours(1), "2024-03-04 15:00"),
        ("2024-03-04 13:00", work_hours(1), "2024-03-04 15:00"),
        ("2024-03-04 18:00", work_hours(1), "2024-03-05 09:30"),
        ("2024-03-09 10:00", work_hours(1), "2024-03-11 09:30"),
        ("2024-03-09 10:00", work_hours(0), "2024-03-09 10:00"),
        # Days: 24:00, and not put off over the weekend or the festival.
        ("2024-03-04 09:00", days(1), "2024-03-06 00:00"),
        ("2024-03-04 00:00", days(1), "2024-03-06 00:00"),
        ("2024-03-07 09:00", days(2), "2024-03-10 00:00"),
        ("2024-02-08 09:00", days(3), "2024-02-12 00:00"),
        ("2024-02-28 23:59", days(1), "2024-03-01 00:00"),
        ("2024-03-04 09:00", days(0), "2024-03-05 00:00"),
        # Working days: to the end of business hours.
        ("2024-03-04 09:00", working_days(1), "2024-03-05 18:00"),
        ("2024-03-08 17:59", working_days(1), "2024-03-11 18:00"),
        ("2024-03-09 12:00", working_days(1), "2024-03-11 18:00"),
        ("2024-02-28 09:00", working_days(1), "2024-02-29 18:00"),
        # Zero working days: the first end of business hours not before the start.
        ("2024-03-04 09:00", working_days(0), "2024-03-04 18:00"),
        ("2024-03-04 18:00", working_days(0), "2024-03-04 18:00"),
        ("2024-03-08 18:01", working_days(0), "2024-03-11 18:00"),
    ],
)
def test_when_it_is_due(start: str, limit: Limit, expected: str) -> None:
    assert shown(due(start, limit).at) == expected


def test_hours_look_at_no_calendar() -> None:
    found = due("2024-12-31 23:00", hours(24 * 400))
    assert not found.spans
    assert not found.provisional
    assert found.at - found.start == timedelta(days=400)


def test_holidays_and_make_up_days_are_counted_and_shown() -> None:
    found = due("2024-02-08 10:00", working_days(5))
    assert shown(found.at) == "2024-02-21 18:00"
    assert spans_of(found) == [
        ("02-08", "02-08", False, "start_day"),
        ("02-09", "02-09", True, "weekday"),
        ("02-10", "02-17", False, "holiday"),
        ("02-18", "02-18", True, "make_up"),
        ("02-19", "02-21", True, "weekday"),
    ]


def test_a_worked_sunday_is_a_working_day() -> None:
    assert shown(due("2024-02-02 09:00", working_days(1)).at) == "2024-02-04 18:00"
    assert shown(due("2024-02-03 09:00", work_hours(4)).at) == "2024-02-04 14:30"
    assert shown(due("2024-02-04 17:00", work_hours(2)).at) == "2024-02-05 09:30"


def test_work_hours_show_the_days_on_which_time_counted() -> None:
    assert spans_of(due("2024-03-08 17:00", work_hours(2))) == [
        ("03-08", "03-08", True, "weekday"),
        ("03-09", "03-10", False, "weekend"),
        ("03-11", "03-11", True, "weekday"),
    ]
    assert spans_of(due("2024-03-08 18:00", work_hours(2)))[0] == (
        "03-08", "03-08", False, "start_day",
    )  # fmt: skip
    assert spans_of(due("2024-03-08 09:00", work_hours(0))) == [
        ("03-08", "03-08", False, "start_day")
    ]
    assert spans_of(due("2024-03-09 12:00", work_hours(1)))[0] == (
        "03-09", "03-10", False, "weekend",
    )  # fmt: skip


def test_days_show_every_day() -> None:
    assert spans_of(due("2024-02-08 09:00", days(3))) == [
        ("02-08", "02-08", False, "start_day"),
        ("02-09", "02-11", True, "every_day"),
    ]
    assert spans_of(due("2024-02-08 09:00", days(0))) == [("02-08", "02-08", False, "start_day")]


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (hours(3), "2024-02-10 02:00"),
        (work_hours(3), "2024-02-10 02:00"),
        (days(2), "2024-02-12 00:00"),
        (working_days(2), "2024-02-12 00:00"),
        (working_days(0), "2024-02-10 00:00"),
    ],
)
def test_a_unit_round_the_clock_counts_all_hours_and_days(limit: Limit, expected: str) -> None:
    found = due("2024-02-09 23:00", limit, unit="shuiwu")
    assert shown(found.at) == expected
    assert found.every_day
    assert not found.provisional
    assert all(s.reason in {DayReason.START_DAY, DayReason.EVERY_DAY} for s in found.spans)


def test_past_the_known_calendar_it_is_provisional() -> None:
    assert not due("2024-12-30 09:00", working_days(1)).provisional
    found = due("2024-12-30 09:00", working_days(3))
    assert shown(found.at) == "2025-01-02 18:00"
    assert found.provisional
    assert spans_of(found) == [
        ("12-30", "12-30", False, "start_day"),
        ("12-31", "12-31", True, "weekday"),
        ("01-01", "01-02", True, "assumed"),
    ]
    assert due("2024-12-31 17:00", work_hours(2)).provisional
    assert not due("2024-12-31 17:00", work_hours(1)).provisional
    assert not due("2024-12-31 17:00", days(9)).provisional
    assert due("2025-03-03 09:00", working_days(0)).provisional


def test_shifts_may_touch_overlap_and_end_at_midnight() -> None:
    shifts = (
        Shift(start=time(20), end=time(0)),
        Shift(start=time(8), end=time(12)),
        Shift(start=time(10), end=time(13)),
        Shift(start=time(8, 30), end=time(9)),
    )
    odd = WorkingTime(tiny_policy(shifts=shifts), tiny_directory())
    assert shown(odd.due(NOW, work_hours(4), unit=None).at) == "2024-03-04 13:00"
    assert shown(odd.due(NOW, work_hours(8), unit=None).at) == "2024-03-05 00:00"
    found = odd.due(NOW, working_days(1), unit=None)
    assert shown(found.at) == "2024-03-06 00:00"
    assert found.spans[-1].last == date(2024, 3, 5)


@pytest.mark.parametrize("shifts", [(), (Shift(start=time(12), end=time(12)),)])
def test_shifts_without_time_are_refused(shifts: tuple[Shift, ...]) -> None:
    with pytest.raises(PolicyError, match="shift"):
        WorkingTime(tiny_policy(shifts=shifts), tiny_directory())


# -- extensions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "by", "expected"),
    [
        (hours(24), hours(12), "2024-03-08 21:00"),
        (hours(24), work_hours(4), "2024-03-08 15:00"),
        (hours(24), working_days(1), "2024-03-11 18:00"),
        (work_hours(4), work_hours(4), "2024-03-08 09:30"),
        (working_days(1), working_days(1), "2024-03-11 18:00"),
        (working_days(1), days(1), "2024-03-10 00:00"),
        (working_days(1), hours(24), "2024-03-09 18:00"),
        # 24:00 on Friday ends Friday: the day after it is Saturday, the working day Monday.
        (days(1), days(1), "2024-03-10 00:00"),
        (days(1), working_days(1), "2024-03-11 18:00"),
        (days(1), working_days(0), "2024-03-09 00:00"),
    ],
)
def test_an_extension_counts_on_from_the_due_time(limit: Limit, by: Limit, expected: str) -> None:
    before = due("2024-03-07 09:00", limit)
    after = extended(before, by)
    assert shown(after.at) == expected
    assert (after.start, after.limit) == (before.start, before.limit)
    assert after.moves == (
        Move(
            reason=MoveReason.EXTENDED,
            at=before.start,
            before=before.at,
            after=after.at,
            by=Length(by.amount, by.unit),
        ),
    )


def test_an_extension_lengthens_the_spans() -> None:
    found = extended(due("2024-03-07 09:00", working_days(1)), working_days(2))
    assert spans_of(found) == [
        ("03-07", "03-07", False, "start_day"),
        ("03-08", "03-08", True, "weekday"),
        ("03-09", "03-10", False, "weekend"),
        ("03-11", "03-12", True, "weekday"),
    ]
    assert spans_of(extended(due("2024-03-04 09:00", working_days(1)), working_days(2))) == [
        ("03-04", "03-04", False, "start_day"),
        ("03-05", "03-07", True, "weekday"),
    ]


def test_an_extension_past_the_known_calendar_is_provisional_and_stays_so() -> None:
    found = extended(due("2024-12-30 09:00", working_days(1)), working_days(1))
    assert found.provisional
    assert extended(found, hours(1)).provisional


# -- deferrals: what was set aside is given back -----------------------------------------------


@pytest.mark.parametrize(
    ("limit", "since", "at", "expected"),
    [
        (hours(24), "2024-03-04 12:00", "2024-03-14 12:00", "2024-03-15 09:00"),
        # 15:00 to 16:00 on Monday is left, and counted again.
        (work_hours(5), "2024-03-04 15:00", "2024-03-09 03:00", "2024-03-11 09:30"),
        (work_hours(5), "2024-03-04 12:30", "2024-03-05 08:30", "2024-03-05 10:30"),
        (days(3), "2024-03-05 12:00", "2024-03-15 03:00", "2024-03-18 00:00"),
        # Wednesday and Thursday are left.
        (working_days(3), "2024-03-05 12:00", "2024-03-15 12:00", "2024-03-19 18:00"),
        (working_days(3), "2024-03-05 12:00", "2024-03-09 12:00", "2024-03-12 18:00"),
        # Nothing but the rest of the day is left.
        (working_days(3), "2024-03-07 12:00", "2024-03-09 12:00", "2024-03-11 18:00"),
        (working_days(3), "2024-03-07 12:00", "2024-03-07 19:00", "2024-03-08 18:00"),
        (working_days(3), "2024-03-07 12:00", "2024-03-07 17:00", "2024-03-07 18:00"),
        # Over Labour Day and its make-up days.
        (working_days(30), "2024-04-12 09:00", "2024-04-30 09:00", "2024-05-07 18:00"),
    ],
)
def test_a_pause_is_not_lost(limit: Limit, since: str, at: str, expected: str) -> None:
    before = due("2024-03-04 09:00", limit)
    after = resumed(before, since, at)
    assert shown(after.at) == expected
    assert after.moves == (
        Move(
            reason=MoveReason.DEFERRED,
            at=local(at),
            before=before.at,
            after=after.at,
            since=local(since),
        ),
    )


def test_what_was_overdue_when_it_was_deferred_stays_overdue() -> None:
    before = due("2024-03-04 09:00", hours(24))
    assert resumed(before, "2024-03-05 09:01", "2024-03-20 09:00") is before
    assert shown(resumed(before, "2024-03-05 09:00", "2024-03-20 09:00").at) == "2024-03-20 09:00"


def test_a_clock_of_days_extended_into_a_day_is_never_due_before_it_is_resumed() -> None:
    odd = extended(due("2024-03-04 09:00", days(1)), hours(10))
    assert shown(odd.at) == "2024-03-06 10:00"
    assert shown(resumed(odd, "2024-03-06 09:00", "2024-03-07 17:00").at) == "2024-03-07 17:00"


def test_a_deferral_never_makes_it_due_earlier() -> None:
    odd = extended(due("2024-03-04 09:00", working_days(1)), hours(24 * 20))
    assert resumed(odd, "2024-03-05 09:00", "2024-03-05 10:00").at == odd.at
    night = extended(due("2024-03-04 09:00", work_hours(4)), hours(6))
    assert resumed(night, "2024-03-04 18:30", "2024-03-04 18:40").at == night.at


def test_a_deferral_within_a_day_moves_no_days() -> None:
    late = extended(due("2024-03-07 09:00", working_days(1)), hours(2))
    assert shown(late.at) == "2024-03-08 20:00"
    assert resumed(late, "2024-03-08 19:00", "2024-03-08 19:30").at == late.at
    assert resumed(late, "2024-03-08 19:00", "2024-03-08 18:00").at == late.at
    assert resumed(
        due("2024-03-07 09:00", hours(9)), "2024-03-07 12:00", "2024-03-07 10:00"
    ).at == (local("2024-03-07 18:00"))


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (work_hours(24), "2024-03-10 09:00"),
        (working_days(3), "2024-03-13 00:00"),
    ],
)
def test_round_the_clock_a_deferral_gives_back_hours_and_days(limit: Limit, expected: str) -> None:
    before = due("2024-03-04 09:00", limit, unit="shuiwu")
    assert shown(resumed(before, "2024-03-05 08:00", "2024-03-10 08:00").at) == expected


def test_days_set_aside_are_in_no_span() -> None:
    found = resumed(
        due("2024-03-04 09:00", working_days(3)), "2024-03-05 12:00", "2024-03-15 12:00"
    )
    assert spans_of(found) == [
        ("03-04", "03-04", False, "start_day"),
        ("03-05", "03-05", True, "weekday"),
        ("03-15", "03-15", False, "start_day"),
        ("03-16", "03-17", False, "weekend"),
        ("03-18", "03-19", True, "weekday"),
    ]


# -- fixing a provisional due time -------------------------------------------------------------


def fixed(found: Due, at: str = "2024-12-31 09:00", by: WorkingTime = WITH_2025) -> Due:
    return by.fixed(found, at=local(at))


def test_a_provisional_due_time_is_fixed_once() -> None:
    before = due("2024-12-30 09:00", working_days(3))
    after = fixed(before)
    assert shown(after.at) == "2025-01-03 18:00"
    assert not after.provisional
    assert spans_of(after)[1:] == [
        ("12-31", "12-31", True, "weekday"),
        ("01-01", "01-01", False, "holiday"),
        ("01-02", "01-03", True, "weekday"),
    ]
    assert after.moves == (
        Move(
            reason=MoveReason.FIXED,
            at=local("2024-12-31 09:00"),
            before=before.at,
            after=after.at,
        ),
    )
    assert fixed(after) is after


def test_fixing_says_so_also_when_the_instant_is_the_same() -> None:
    before = due("2025-03-03 09:00", working_days(3))
    after = fixed(before, "2025-03-03 10:00")
    assert after.at == before.at
    assert not after.provisional
    assert [m.reason for m in after.moves] == [MoveReason.FIXED]


def test_fixing_counts_extensions_and_deferrals_again() -> None:
    def story(by: WorkingTime) -> Due:
        found = by.due(local("2024-12-16 09:00"), working_days(10), unit="zhujian")
        found = by.extended(found, working_days(5), at=local("2024-12-20 09:00"))
        return by.resumed(found, since=local("2024-12-23 09:00"), at=local("2024-12-30 09:00"))

    assumed, known = story(WORKING), story(WITH_2025)
    after = fixed(assumed)
    assert assumed.provisional
    assert (after.at, after.spans) == (known.at, known.spans)
    assert after.moves[:-1] == assumed.moves
    assert [m.reason.value for m in after.moves] == ["extended", "deferred", "fixed"]


def test_fixing_keeps_what_was_decided() -> None:
    before = due("2024-12-30 09:00", working_days(3))
    on = local("2025-01-20 12:00")
    decided = attrs.evolve(
        before,
        at=on,
        moves=(
            Move(reason=MoveReason.TAKEN_OVER, at=NOW, before=before.at, after=before.at),
            Move(reason=MoveReason.DECIDED, at=NOW, before=before.at, after=on),
        ),
    )
    assert fixed(decided).at == on
    assert not fixed(decided).provisional
    assert fixed(decided, by=WORKING).at == on
    assert not fixed(decided, by=WORKING).provisional


def test_only_fixing_makes_it_certain() -> None:
    before = due("2024-12-30 09:00", working_days(3))
    after = WITH_2025.resumed(before, since=local("2024-12-31 09:00"), at=local("2025-01-02 09:00"))
    assert after.provisional


def test_fixing_makes_nobody_late() -> None:
    # Sunday 2025-01-26 turns out to be worked, so that ten working days end a day earlier.
    before = due("2025-01-13 09:00", working_days(11))
    assert shown(before.at) == "2025-01-28 18:00"
    assert shown(fixed(before, "2025-01-14 09:00").at) == "2025-01-27 18:00"
    assert shown(fixed(before, "2025-01-28 09:00").at) == "2025-01-28 09:00"


def test_what_cannot_be_fixed_comes_back_as_it_is() -> None:
    certain = due("2024-03-04 09:00", working_days(3))
    assert fixed(certain) is certain
    overdue = due("2024-12-30 09:00", working_days(3))
    assert fixed(overdue, "2025-01-02 18:01") is overdue
    assert fixed(overdue, by=WORKING) is overdue
    assert fixed(overdue, "2025-01-02 18:00") is not overdue


# -- alerts and fallbacks ----------------------------------------------------------------------


def with_ladder(*rungs: Rung, whats: frozenset[What] = frozenset()) -> WorkingTime:
    return WorkingTime(tiny_policy(ladders=(Ladder(whats=whats, rungs=rungs),)), tiny_directory())


def steps(
    found: Due,
    what: What = What.SOLVE,
    *,
    unit: str | None = "zhujian",
    by: WorkingTime = WORKING,
) -> tuple[Step, ...]:
    return by.steps(found, what, unit=unit, community="gulou", street="xinhua")


def told(found: tuple[Step, ...]) -> list[tuple[int, str, str, str | None]]:
    return [(s.number, shown(s.at)[5:], s.action.value, s.to) for s in found]


def test_the_ladder_then_the_fallback() -> None:
    assert told(steps(due("2024-03-04 09:00", working_days(5)))) == [
        (1, "03-11 08:30", "remind", "zhujian"),
        (2, "03-11 18:00", "urge", "zhujian"),
        (3, "03-12 02:00", "supervise", "xinhua"),
        (4, "03-12 18:00", "escalate", "shegong"),
    ]


def test_a_limit_in_days_after_is_counted_like_any_other() -> None:
    by = with_ladder(rung(StepAction.ESCALATE, "street", after=working_days(1)))
    assert told(steps(due("2024-03-07 09:00", days(1)), by=by)) == [
        (1, "03-11 18:00", "escalate", "shegong")
    ]


@pytest.mark.parametrize(
    ("after", "unit", "at"),
    [
        (days(2), "zhujian", "03-11 00:00"),
        (work_hours(3), "zhujian", "03-11 11:30"),
        (days(2), "gongan", "03-11 00:00"),
        (working_days(2), "gongan", "03-11 00:00"),
        (work_hours(3), "gongan", "03-09 03:00"),
    ],
)
def test_a_rung_after_the_due_time_is_counted_in_the_time_of_the_unit(
    after: Limit, unit: str, at: str
) -> None:
    by = with_ladder(rung(StepAction.ESCALATE, "coordinator", after=after))
    found = by.due(local("2024-03-08 00:00"), hours(24), unit=unit)
    assert told(steps(found, unit=unit, by=by)) == [(1, at, "escalate", "shegong")]


def test_without_an_escalating_rung_it_escalates_when_due() -> None:
    by = with_ladder(
        rung(StepAction.URGE, "holder", percent=100),
        rung(StepAction.SUPERVISE, "supervisor", after=hours(1)),
    )
    assert told(steps(due("2024-03-04 09:00", hours(24)), by=by)) == [
        (1, "03-05 09:00", "urge", "zhujian"),
        (2, "03-05 09:00", "escalate", "shegong"),
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_an_escalating_rung_never_acts_before_it_is_due_and_the_first_one_counts(
    order: int,
) -> None:
    rungs = (
        rung(StepAction.ESCALATE, "coordinator", after=hours(9)),
        rung(StepAction.ESCALATE, "coordinator", percent=50),
    )
    assert told(steps(due("2024-03-04 09:00", hours(24)), by=with_ladder(*rungs[::order]))) == [
        (1, "03-05 09:00", "escalate", "shegong")
    ]


def test_rungs_may_stand_in_any_order() -> None:
    by = with_ladder(
        rung(StepAction.SUPERVISE, "supervisor", percent=100),
        rung(StepAction.URGE, "holder", percent=50),
    )
    assert told(steps(due("2024-03-04 09:00", hours(24)), by=by)) == [
        (1, "03-04 21:00", "urge", "zhujian"),
        (2, "03-05 09:00", "supervise", "xinhua"),
        (3, "03-05 09:00", "escalate", "shegong"),
    ]


@pytest.mark.parametrize("what", What)
def test_every_clock_has_a_fallback_and_the_docket_recurs(what: What) -> None:
    bare = WorkingTime(tiny_policy(ladders=()), tiny_directory())
    (only,) = steps(due("2024-03-04 09:00", hours(24)), what, by=bare)
    assert only.action is FALLBACK.get(what, StepAction.ESCALATE)
    assert FALLBACK[What.DOCKET] is StepAction.RECUR


FIXED_FALLBACKS: Mapping[What, str | None] = {
    What.LOOK: "xinhua",
    What.MARK: "zhujian",
    What.ANSWER_OBJECTION: "zhujian",
    What.DECIDE_EXTENSION: "zhujian",
    What.REVIEW: "zhujian",
    What.FOLLOW_UP: "zhujian",
    What.DOCKET: "shegong",
}


@pytest.mark.parametrize("what", FALLBACK)
def test_these_fall_back_when_due_and_keep_only_earlier_alerts(what: What) -> None:
    by = WorkingTime(
        tiny_policy(ladders=(attrs.evolve(tiny_ladders()[1], whats=frozenset()),)),
        tiny_directory(),
    )
    found = steps(due("2024-03-04 09:00", hours(24)), what, by=by)
    assert told(found) == [
        (1, "03-04 17:59", "remind", "zhujian"),
        (2, "03-05 09:00", FALLBACK[what].value, FIXED_FALLBACKS[what]),
    ]


@pytest.mark.parametrize(
    ("unit", "supervisor"),
    [
        ("zhujian", "xinhua"),
        ("shuiwu", "xinhua"),
        ("shi-chengguan", "xinhua"),
        ("not-in-the-directory", "xinhua"),
        (None, "xinhua"),
        ("gulou-1", "gulou"),
        ("yumin", "fenghuang"),
        ("xinhua", "shegong"),
        ("zhihui", "shegong"),
        ("hotline", "shegong"),
        ("shegong", None),
    ],
)
def test_who_supervises_whom(unit: str | None, supervisor: str | None) -> None:
    by = with_ladder(rung(StepAction.SUPERVISE, "supervisor", percent=100))
    first = steps(due("2024-03-04 09:00", hours(24)), unit=unit, by=by)[0]
    assert (first.action, first.to) == (StepAction.SUPERVISE, supervisor)


@pytest.mark.parametrize(
    ("to", "unit"),
    [
        ("holder", "zhujian"),
        ("community", "gulou"),
        ("street", "xinhua"),
        ("hotline", "hotline"),
        ("coordinator", "shegong"),
        ("gongan", "gongan"),
    ],
)
def test_whom_a_rung_may_name(to: str, unit: str) -> None:
    by = with_ladder(rung(StepAction.URGE, to, percent=50))
    assert steps(due("2024-03-04 09:00", hours(24)), by=by)[0].to == unit


def test_shares_of_work_time_are_shares_of_work_time() -> None:
    by = with_ladder(rung(StepAction.URGE, "holder", percent=50))
    # Two working days with the Spring Festival between them: the second half begins after it.
    found = steps(due("2024-02-08 18:00", working_days(2)), by=by)
    assert told(found)[0][1] == "02-18 08:30"
    # Half of five work-hours is left at the middle of them, the noon break not counted.
    assert told(steps(due("2024-03-08 09:00", work_hours(5)), by=by))[0][1] == "03-08 11:30"
    assert told(steps(due("2024-03-08 09:00", hours(10)), by=by))[0][1] == "03-08 14:00"


def test_round_the_clock_shares_are_shares_of_all_time() -> None:
    by = with_ladder(rung(StepAction.URGE, "holder", percent=50))
    found = steps(due("2024-03-09 00:00", working_days(1), unit="shuiwu"), by=by)
    assert told(found)[0][1] == "03-10 00:00"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(hours(24), "03-15 03:00"), (work_hours(24), "03-18 14:00"), (working_days(4), "03-20 08:30")],
)
def test_a_pause_does_not_bring_the_alerts_forward(limit: Limit, expected: str) -> None:
    by = with_ladder(rung(StepAction.URGE, "holder", percent=75))
    paused = resumed(due("2024-03-04 09:00", limit), "2024-03-04 12:00", "2024-03-14 12:00")
    found = steps(paused, by=by)[0]
    assert shown(found.at)[5:] == expected
    assert found.at > local("2024-03-14 12:00")


# -- no reminders at midnight ------------------------------------------------------------------


def reminded(found: Due, unit: str | None = "zhujian") -> str:
    return shown(steps(found, unit=unit)[0].at)


def test_a_reminder_comes_in_working_hours() -> None:
    # 80 % of 24 hours from 05:00 is 00:12.
    assert reminded(due("2024-03-05 05:00", hours(24))) == "2024-03-05 17:59"
    # At the end of a shift, which is not part of it.
    assert reminded(due("2024-03-05 04:00", hours(10))) == "2024-03-05 11:59"
    # In the break; on a weekend; in the festival.
    assert reminded(due("2024-03-04 17:30", hours(24))) == "2024-03-05 11:59"
    assert reminded(due("2024-03-07 10:00", hours(72))) == "2024-03-08 17:59"
    assert reminded(due("2024-02-08 10:00", days(10))) == "2024-02-09 17:59"


def test_a_reminder_in_working_hours_stays() -> None:
    assert reminded(due("2024-03-04 15:00", hours(24))) == "2024-03-05 10:12"


def test_a_reminder_stays_if_no_working_minute_is_left_before_it() -> None:
    assert reminded(due("2024-03-08 18:30", hours(24))) == "2024-03-09 13:42"


def test_urgent_clocks_remind_at_any_hour() -> None:
    assert reminded(due("2024-03-05 22:00", hours(4))) == "2024-03-06 01:12"
    assert reminded(due("2024-03-05 17:00", hours(4))) == "2024-03-05 20:12"
    assert reminded(due("2024-03-05 17:00", hours(5))) == "2024-03-05 17:59"
    assert reminded(due("2024-03-05 10:00", hours(5))) == "2024-03-05 14:00"
    assert reminded(due("2024-03-05 22:00", hours(24), unit="shuiwu")) == "2024-03-06 17:12"
    assert reminded(due("2024-03-05 05:00", hours(24), unit="shuiwu")) == "2024-03-06 00:12"


def test_only_reminders_are_brought_forward() -> None:
    by = with_ladder(rung(StepAction.URGE, "holder", percent=80))
    assert shown(steps(due("2024-03-05 05:00", hours(24)), by=by)[0].at) == "2024-03-06 00:12"


def test_spans_compare_as_values() -> None:
    (start, counted) = due("2024-03-04 09:00", days(1)).spans
    assert start == Span(date(2024, 3, 4), date(2024, 3, 4), counted=False, reason=start.reason)
    assert counted.counted
