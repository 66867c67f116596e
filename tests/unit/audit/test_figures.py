"""The daily figures, counted from the histories of bookings."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from holdfast.audit.figures import WINDOW_DAYS, DayCounts, count_booking, figures_by_day
from holdfast.model.booking import Booking, Event, Status
from holdfast.model.dates import millis
from holdfast.model.figures import DayFigures
from holdfast.model.limits import RETENTION_DAYS
from tests.kit.settled_table import BOOKINGS, CARD

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOLD = timedelta(minutes=10)
R, P, C, E, X = Status.RESERVED, Status.PAYMENT_PENDING, Status.CONFIRMED, Status.EXPIRED, Status.CANCELLED


def booking(*steps: tuple[Status, datetime], rooms: int = 1, wallet_paid: int = 0) -> Booking:
    """A booking whose history is these steps; its deadline is ten minutes after the first."""
    history = tuple(Event(status=status, at_ms=millis(at), by="guest") for status, at in steps)
    return msgspec.structs.replace(
        BOOKINGS[CARD],
        status=steps[-1][0],
        history=history,
        reserved_at_ms=history[0].at_ms,
        expires_at_ms=history[0].at_ms + millis(NOON + HOLD) - millis(NOON),
        rooms=rooms,
        wallet_paid=wallet_paid,
    )


def counted(*bookings: Booking, now: datetime = NOON + timedelta(hours=11)) -> dict[date, DayFigures]:
    days: DayCounts = {}
    for booking in bookings:
        count_booking(booking, days)
    return {day.day: day for day in figures_by_day(days, now)}


def today(*bookings: Booking) -> DayFigures:
    return counted(*bookings)[NOON.date()]


def test_a_hold_that_expires_releases_its_rooms_after_its_deadline() -> None:
    figures = today(
        booking((R, NOON), (E, NOON + HOLD + timedelta(seconds=20)), rooms=2),
        booking((R, NOON), (E, NOON + HOLD + timedelta(seconds=40))),
        booking((R, NOON)),
    )

    assert (figures.reserved, figures.ended, figures.expired, figures.rooms_released) == (3, 2, 2, 3)
    assert (figures.lag_ms, figures.longest_lag_ms) == (60_000, 40_000)


def test_payments_are_counted_once_each_and_by_wallet_where_a_wallet_paid() -> None:
    figures = today(
        booking((R, NOON), (P, NOON), (P, NOON), (C, NOON), (C, NOON), (X, NOON)),
        booking((R, NOON), (C, NOON), wallet_paid=5),
        booking((R, NOON), (P, NOON), (E, NOON + HOLD)),
        booking((R, NOON), (P, NOON), (X, NOON)),
        booking((R, NOON), (X, NOON)),
    )

    assert (figures.paid, figures.paid_by_wallet, figures.unpaid, figures.ended) == (2, 1, 2, 5)


def test_a_late_payment_makes_good_what_had_expired_unpaid() -> None:
    figures = today(booking((R, NOON), (P, NOON), (E, NOON + HOLD), (C, NOON + 2 * HOLD)))

    assert (figures.expired, figures.paid, figures.unpaid, figures.ended) == (1, 1, 0, 1)


def test_each_step_counts_on_its_own_day_and_days_without_any_are_zero() -> None:
    days = counted(
        booking((R, NOON - timedelta(days=3)), (X, NOON - timedelta(days=3))),
        booking((R, NOON.replace(hour=23, minute=55) - timedelta(days=1)), (E, NOON.replace(hour=0, minute=6))),
    )

    assert {str(day): (one.reserved, one.expired) for day, one in days.items()} == {
        "2026-11-19": (1, 0),
        "2026-11-20": (0, 0),
        "2026-11-21": (1, 0),
        "2026-11-22": (0, 1),
    }


def test_before_the_first_booking_today_is_counted() -> None:
    assert counted() == {NOON.date(): DayFigures(day=NOON.date(), counted_at_ms=millis(NOON + timedelta(hours=11)))}


def test_a_count_that_is_repeated_says_the_same_in_whatever_order() -> None:
    two = [booking((R, NOON), (E, NOON + HOLD)), booking((R, NOON), (C, NOON), wallet_paid=1)]

    assert counted(*two) == counted(*two) == counted(*reversed(two))


def test_only_days_whose_bookings_are_all_still_there_are_counted() -> None:
    old = NOON - timedelta(days=WINDOW_DAYS)

    assert min(counted(booking((R, old), (X, old)))) == (old + timedelta(days=1)).date()
    assert WINDOW_DAYS < RETENTION_DAYS


@pytest.mark.parametrize("hours_ahead", [1, 30])
def test_a_step_in_the_future_waits_for_its_day(hours_ahead: int) -> None:
    """Another machine's clock may be ahead."""
    now = NOON.replace(hour=23, minute=59)
    ahead = booking((R, now + timedelta(hours=hours_ahead)))

    assert counted(ahead, now=now) == {
        NOON.date(): DayFigures(day=NOON.date(), counted_at_ms=millis(now)),
    }
