"""Instants and nights: integer milliseconds since the Unix epoch (`_ms`), and dates in the property's time zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    return datetime.now(UTC)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def millis(at: datetime) -> int:
    """Whole milliseconds since the epoch, rounded down, of an aware instant."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def instant(at_ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at_ms)


def rfc3339(at_ms: int) -> str:
    """`2026-11-22T10:30:00.250Z`, with milliseconds always, so that the texts sort like the instants."""
    return instant(at_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def nights(check_in: date, check_out: date) -> list[date]:
    """The nights of `[check_in, check_out)`, in order."""
    return [check_in + timedelta(days=n) for n in range((check_out - check_in).days)]


def months(check_in: date, check_out: date) -> list[str]:
    """The months, as `2026-12`, that the nights of the stay fall in: one to three for a legal stay."""
    return sorted({month_of(night) for night in nights(check_in, check_out)})


def month_of(night: date) -> str:
    return f"{night.year:04d}-{night.month:02d}"


def add_months(day: date, count: int) -> date:
    """The same day `count` months on, or that month's last day when it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (first_of_next - timedelta(days=1)).day))


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def today_in(timezone: str, now: datetime, day_ends: int = 0) -> date:
    """The hotel's day: until `day_ends` minutes after midnight, by the clock on its wall, it is still yesterday's."""
    return (now.astimezone(zone(timezone)).replace(tzinfo=None) - timedelta(minutes=day_ends)).date()


def instant_at(day: date, minutes: int, timezone: str) -> datetime:
    """The instant so many minutes after that day's midnight, by the clock on the wall of the time zone."""
    return (datetime(day.year, day.month, day.day, tzinfo=None) + timedelta(minutes=minutes)).replace(  # noqa: DTZ001
        tzinfo=zone(timezone)
    )


def hour(minutes: int) -> str:
    """The time of day so many minutes after midnight, as `18:00`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
