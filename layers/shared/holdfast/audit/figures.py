"""The daily figures, counted anew from the histories of all bookings.

A history is only ever added to, and for a week each booking is there: so a day of that week counts the same however
often it is counted, and one that no run counted is made up for by the next. What was counted of older days stands.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import msgspec

from holdfast.audit.snapshot import HELD
from holdfast.model.booking import Booking, Event, Status
from holdfast.model.dates import millis
from holdfast.model.figures import DayFigures

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW_DAYS = 366  # that are counted if nothing has counted them before


class _Counts(msgspec.Struct):
    """What `DayFigures` says of one day, while it is being counted."""

    reserved: int = 0
    ended: int = 0
    expired: int = 0
    paid: int = 0
    paid_by_wallet: int = 0
    unpaid: int = 0
    rooms_released: int = 0
    lag_ms: int = 0
    longest_lag_ms: int = 0


type DayCounts = dict[date, _Counts]


def figures_by_day(days: DayCounts, now: datetime, known: Iterable[date] = ()) -> list[DayFigures]:
    """Every day of the window, from the first that is counted or `known` until today, those of nothing too."""
    today = now.astimezone(UTC).date()
    first = max(min([today, *days, *known]), first_day(now))
    window = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    counted_at_ms = millis(now)
    return [
        DayFigures(day=day, counted_at_ms=counted_at_ms, **msgspec.structs.asdict(days.get(day, _Counts())))
        for day in window
    ]


def first_day(now: datetime) -> date:
    return now.astimezone(UTC).date() - timedelta(days=WINDOW_DAYS - 1)


def count_booking(booking: Booking, days: DayCounts) -> None:
    """Adds what the booking's history says to the counts of its days."""
    _on(booking.history[0], days).reserved += 1
    for before, after in pairwise(booking.history):
        if after.status is before.status or after.status in HELD:
            continue
        counts, was_held = _on(after, days), before.status in HELD
        counts.ended += was_held
        if before.status is Status.PAYMENT_PENDING and not booking.was_confirmed:
            counts.unpaid += 1
        if after.status is Status.CONFIRMED:
            counts.paid += 1
            counts.paid_by_wallet += booking.wallet_paid > 0
        elif after.status is Status.EXPIRED:
            lag_ms = after.at_ms - booking.expires_at_ms
            counts.expired += 1
            counts.rooms_released += booking.rooms
            counts.lag_ms += lag_ms
            counts.longest_lag_ms = max(counts.longest_lag_ms, lag_ms)


def _on(event: Event, days: DayCounts) -> _Counts:
    return days.setdefault(datetime.fromtimestamp(event.at_ms // 1000, UTC).date(), _Counts())
