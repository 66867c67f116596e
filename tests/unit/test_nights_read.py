"""The nights that are read before the hotel's own day is known."""

from datetime import date, timedelta

from holdfast.model.dates import add_months
from holdfast.model.limits import MAX_MONTHS_AHEAD
from holdfast.properties.own_calendar import nights_of_any_hotel

DAYS_OF_FOUR_YEARS = [date(2026, 1, 1) + timedelta(days=n) for n in range(4 * 365 + 1)]


def test_have_the_last_night_of_every_hotel_whatever_its_clock_says() -> None:
    for now in DAYS_OF_FOUR_YEARS:
        first, last = nights_of_any_hotel(now)
        for by_its_clock in (now - timedelta(days=1), now, now + timedelta(days=1)):
            assert first <= by_its_clock, now
            assert add_months(by_its_clock, MAX_MONTHS_AHEAD) <= last, now
