"""A month that is brought in line with a room type whose number of rooms changes."""

from datetime import date

from msgspec import structs

from holdfast.audit.calendar import _miscounted
from holdfast.model.rates import MonthOnSale, in_line, open_month, with_rooms
from tests.kit.hotel import DELUXE, KOLKATA

FOUR = structs.replace(DELUXE, total_rooms=4)


def a_month(*, of_before: bool = False, **rooms: int) -> MonthOnSale:
    """December at five rooms a night, but for the nights named `d10`: one of before says nothing of its numbers."""
    page, rates = open_month(KOLKATA, DELUXE, "2026-12")
    own = {int(day[1:]): count for day, count in rooms.items()}
    default = None if of_before else DELUXE.total_rooms
    return MonthOnSale(
        with_rooms(page, own), structs.replace(rates, rooms={} if of_before else own, default_rooms=default)
    )


def test_a_month_of_before_follows_the_change_but_for_the_nights_of_another_number() -> None:
    page, rates = in_line(a_month(of_before=True, d10=3), KOLKATA, FOUR, before_rooms=5)

    assert (page.on_sale[9], page.free[9], page.on_sale[10], page.free[10]) == (4, 4, 3, 3)
    assert (rates.default_rooms, rates.rooms) == (4, {10: 3})


def test_a_month_of_before_without_a_change_keeps_every_number() -> None:
    page, rates = in_line(a_month(of_before=True, d10=3), KOLKATA, DELUXE)

    assert (page.on_sale[9], page.on_sale[10], rates.default_rooms, rates.rooms) == (5, 3, 5, {10: 3})


def test_nights_that_are_over_keep_their_rooms_as_their_own() -> None:
    page, rates = in_line(a_month(d2=7), KOLKATA, FOUR, today=date(2026, 12, 4))

    assert [page.on_sale[day] for day in (1, 2, 3, 4, 31)] == [5, 7, 5, 4, 4]
    assert rates.rooms == {1: 5, 2: 7, 3: 5}
    assert list(_miscounted([page], rates)) == []


def test_nights_that_are_over_stay_at_the_default_when_it_stays() -> None:
    month = a_month()

    assert in_line(month, KOLKATA, DELUXE, today=date(2026, 12, 4)) == month
