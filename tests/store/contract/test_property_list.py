"""The list of a property's bookings, on every DynamoDB: the order of one day's rows is the index's own."""

from collections import Counter
from datetime import timedelta

import pytest

from holdfast.storage.items import booking_item
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.kit.builders import FIRST, a_hold

MANY = 45  # of one day: more than two pages


@pytest.fixture
def crowd(store: Store) -> list[str]:
    made = []
    for n in range(MANY + 5):
        day = FIRST if n < MANY else FIRST + timedelta(days=1)
        booking = a_hold(f"bk_{n:03d}", f"guest-{n}", check_in=day, check_out=day + timedelta(days=1))
        store.table.put(put_action(store.table.name, booking_item(booking, store.due_shards)))
        made.append(booking.booking_id)
    elsewhere = a_hold("bk_elsewhere", property_id="sea-view")
    store.table.put(put_action(store.table.name, booking_item(elsewhere, store.due_shards)))
    return made


@pytest.mark.parametrize("of_a_day", [False, True])
def test_every_booking_is_on_one_page_and_the_days_are_in_order(store: Store, crowd: list[str], of_a_day: bool) -> None:
    found, after = store.bookings_at("lake-view", (FIRST, FIRST) if of_a_day else None, None)
    while after:
        page, after = store.bookings_at("lake-view", (FIRST, FIRST) if of_a_day else None, after)
        found += page

    wanted = crowd[:MANY] if of_a_day else crowd
    assert Counter(booking.booking_id for booking in found) == Counter(wanted)
    days = [booking.check_in for booking in found]
    assert days == sorted(days)


def test_a_page_may_start_after_any_booking_of_the_list(store: Store, crowd: list[str]) -> None:
    """The desk cuts a page where it is full: the rest is on the next, and nothing twice."""
    everything: list[str] = []
    after = None
    while True:
        page, more = store.bookings_at("lake-view", None, after)
        if not page:
            break
        kept = page[:7]
        everything += [booking.booking_id for booking in kept]
        after = kept[-1].check_in, kept[-1].booking_id
        assert len(everything) <= len(crowd)
        if more is None and len(page) <= 7:
            break

    assert Counter(everything) == Counter(crowd)
