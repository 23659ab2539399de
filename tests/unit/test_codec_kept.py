"""What the codec keeps in both forms comes out as if it were read and written afresh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo

import pytest

from whistle_engine import codec
from whistle_engine._wire import _day, _day_out
from whistle_engine.errors import CodecError
from whistle_engine.events import Urged

AT = datetime(2024, 3, 4, 1, tzinfo=UTC)


class Autumn(tzinfo):
    """A zone whose clocks go back an hour: what they show then counts twice."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(hours=1 if at is not None and at.fold else 2)

    def dst(self, at: datetime | None) -> None:  # noqa: ARG002  nobody asks
        return None

    def tzname(self, at: datetime | None) -> None:  # noqa: ARG002
        return None


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    """No test meets what another one left, nor leaves anything."""
    codec._events.cache_clear()
    yield
    codec._events.cache_clear()


def test_equal_bytes_are_decoded_once() -> None:
    written = codec.dump_events((Urged(AT, "r"),))
    first = codec.load_events(written)
    assert codec.load_events(bytes(bytearray(written))) is first
    assert first == (Urged(AT, "r"),)


def test_other_bytes_are_other_events() -> None:
    loaded = [
        codec.load_events(codec.dump_events((Urged(AT + timedelta(microseconds=n), "r"),)))
        for n in range(3)
    ]
    assert [events[0].at.microsecond for events in loaded] == [0, 1, 2]


def test_what_is_wrong_is_wrong_each_time() -> None:
    for _ in range(2):
        with pytest.raises(CodecError, match="not in the form"):
            codec.load_events(b'[{"at":"2024-03-04T09:00:00+08:00","raiser":"r","type":"urged/1"}]')


def test_what_stays_decoded_is_bounded() -> None:
    most = codec._events.cache_info().maxsize
    assert most is not None
    for n in range(most + 10):
        codec.load_events(codec.dump_events((Urged(AT + timedelta(seconds=n), "r"),)))
    assert codec._events.cache_info().currsize == most


def test_an_hour_that_comes_twice_is_two_instants() -> None:
    """Their ``datetime`` values count as equal, in any set or dictionary too."""
    first = datetime(2024, 10, 27, 2, 30, tzinfo=Autumn())
    second = first.replace(fold=1)
    assert first == second
    for _ in range(2):
        written = codec.dump_events((Urged(first, "r"), Urged(second, "r")))
        assert b"T00:30:00Z" in written
        assert b"T01:30:00Z" in written


def test_days_keep_their_form() -> None:

    assert _day_out(date(2024, 3, 4)) == "2024-03-04"
    assert _day("2024-03-04") == date(2024, 3, 4)
    for _ in range(2):
        with pytest.raises(ValueError, match="is not a day"):
            _day("20240304")
