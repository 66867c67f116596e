"""Months ahead, as a catalog opens them and a search ends."""

from datetime import date

import pytest

from holdfast.model.dates import add_months


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 11, 22), 0, date(2026, 11, 22)),
        (date(2026, 11, 22), 1, date(2026, 12, 22)),
        (date(2026, 11, 22), 2, date(2027, 1, 22)),
        (date(2026, 12, 31), 1, date(2027, 1, 31)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2027, 10, 31), 4, date(2028, 2, 29)),
        (date(2027, 3, 31), 1, date(2027, 4, 30)),
        (date(2026, 11, 22), 18, date(2028, 5, 22)),
    ],
)
def test_so_many_months_later_is_the_same_day_or_the_last_one(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then
