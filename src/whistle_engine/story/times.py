"""Local times in stories: ``2024-03-04 09:00``, or counted from the step before, ``+2h``."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta, timezone

from whistle_engine.model import Label
from whistle_engine.story._sentences import quoted, wrong

_LATER = re.compile(
    r"\+\s*(?:(?P<d>\d+)d)?\s*(?:(?P<h>\d+)h)?\s*(?:(?P<m>\d+)m)?(?:\s+(?P<clock>\d\d:\d\d))?"
)
HOW = Label(
    zh="应为当地时间（“2024-03-04 09:00”），或比上一步晚多久：“+30m”、“+2h”、“+1d”、“+1d 09:00”",
    en='write a local time ("2024-03-04 09:00"), or how much later than the step before: '
    '"+30m", "+2h", "+1d", "+1d 09:00"',
)
"""What a time may look like, for messages."""


def instant(text: str, *, after: datetime, zone: timezone) -> datetime:
    """The instant of a local time, or of one counted from an earlier instant.

    Args:
        text: an ISO date and time without a zone; or ``+`` and days, hours and minutes,
            perhaps with the time of day that it shall be then; empty for the same instant.
        after: what ``+`` is counted from.
        zone: the city's.

    Raises:
        StoryError: the text is neither; the message says what would be right.
    """
    if not text:
        return after
    if not text.startswith("+"):
        return absolute(text, zone)
    found = _LATER.fullmatch(text)
    if found is None or not any(found.group("d", "h", "m")):
        raise wrong("no_time", text=quoted(text), how=HOW)
    days, hours, minutes = (int(found[name] or 0) for name in ("d", "h", "m"))
    try:
        local = after.astimezone(zone) + timedelta(days=days, hours=hours, minutes=minutes)
    except OverflowError:
        raise wrong("time_beyond", text=quoted(text), how=HOW) from None
    if found["clock"]:
        local = datetime.combine(local.date(), _clock(found["clock"]), zone)
    return local.astimezone(after.tzinfo)


def absolute(text: str, zone: timezone) -> datetime:
    """The instant, in UTC, of a local date and time without a zone.

    Raises:
        StoryError: the text is none; the message says what would be right.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise wrong("no_time", text=quoted(text), how=HOW) from None
    if found.tzinfo is not None:
        raise wrong("time_zone", text=quoted(text))
    try:
        return found.replace(tzinfo=zone).astimezone(timezone.utc)  # noqa: UP017  one name for both
    except OverflowError:
        raise wrong("time_beyond", text=quoted(text), how=HOW) from None


def told(at: datetime, zone: timezone) -> str:
    """An instant as a story tells it: local, to the minute, or to the second where it matters."""
    local = at.astimezone(zone).replace(tzinfo=None)
    precise = local.second or local.microsecond
    return local.isoformat(" ") if precise else local.isoformat(" ", "minutes")


def _clock(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise wrong("no_clock", text=quoted(text), how=HOW) from None
