"""Holds, on every DynamoDB: what one write may change, and what refuses it."""

import msgspec
import pytest

from holdfast.model.booking import (
    Status,
)
from holdfast.model.dates import millis
from holdfast.storage.items import page_item
from holdfast.storage.marshal import put_action, update_action
from holdfast.storage.store import Store
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW
from tests.kit.guests import DEADLINE, stored
from tests.kit.hotel import change_rates
from tests.store.contract.bookings import DECEMBER, JANUARY, a_hold, context_of, free, lost, reserved

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_reserve_writes_booking_inventory_and_account_together(store: Store) -> None:
    booking = reserved(store, rooms=2)
    assert store.booking(booking.booking_id) == booking
    assert free(store) == [3, 3, 3]
    assert store.account("alice").live_holds == {booking.booking_id: millis(DEADLINE)}
    assert broken_in(store, NOW) == []


def test_other_nights_of_the_month_are_left_alone(store: Store) -> None:
    before = store.table.get([DECEMBER])[DECEMBER]
    reserved(store)
    after = store.table.get([DECEMBER])[DECEMBER]
    assert after == before | {"free": before["free"] | {"30": 4, "31": 4}}


def test_a_second_reserve_by_the_same_key_loses_to_the_booking_that_is_there(store: Store) -> None:
    first = reserved(store)
    again = a_hold()
    refusal = lost(store, None, again, context=context_of(store, again))
    assert refusal.kinds == {"booking"}
    assert refusal.current == first


def test_a_reserve_of_more_rooms_than_are_free_loses_on_the_page(store: Store) -> None:
    for n in range(3):
        reserved(store, f"guest-{n}")
    booking = a_hold(rooms=3)
    refusal = lost(store, None, booking, context=context_of(store, booking))
    assert refusal.kinds == {"page"}
    assert refusal.current is None


def test_the_last_rooms_can_be_held_and_no_more(store: Store) -> None:
    reserved(store, "bob", rooms=5)
    assert free(store) == [0, 0, 0]
    booking = a_hold()
    assert lost(store, None, booking, context=context_of(store, booking)).kinds == {"page"}


def test_one_short_night_refuses_the_whole_stay(store: Store) -> None:
    """1 January is on the second page; nothing is taken from the first."""
    booking = a_hold()
    page = context_of(store, booking).pages["2027-01"]
    full = msgspec.structs.replace(page, free=page.free | {1: 0}, on_sale=page.on_sale | {1: 0})
    store.table.put(put_action(store.table.name, page_item(full)))
    assert lost(store, None, booking, context=context_of(store, booking)).kinds == {"page"}
    assert free(store) == [5, 5, 0]


def test_a_month_whose_prices_or_rules_changed_since_it_was_read_refuses(store: Store) -> None:
    booking = a_hold()
    read = context_of(store, booking)
    change_rates(store.table, price={30: 1})
    assert lost(store, None, booking, context=read).kinds == {"page"}
    store.commit(None, booking, now=NOW, context=context_of(store, booking))


def test_a_night_that_is_not_on_sale_refuses(store: Store) -> None:
    """A path that is not in the item: the condition is false, and the request is not an error."""
    booking = a_hold()
    page = context_of(store, booking).pages["2026-12"]
    closed = {day: rooms for day, rooms in page.free.items() if day != 31}
    store.table.put(put_action(store.table.name, page_item(msgspec.structs.replace(page, free=closed, on_sale=closed))))
    assert lost(store, None, booking, context=context_of(store, booking)).kinds == {"page"}


def test_a_month_without_inventory_refuses(store: Store) -> None:
    nowhere = msgspec.structs.replace(a_hold(), room_type_id="attic")
    assert lost(store, None, nowhere, context=context_of(store, nowhere)).kinds == {"page"}


def test_the_sixth_live_hold_loses_on_the_account(store: Store) -> None:
    for n in range(5):
        reserved(store, key=f"key-{n}")
    give_room(store)
    booking = a_hold(key="one more")
    refusal = lost(store, None, booking, context=context_of(store, booking))
    assert refusal.kinds == {"wallet"}


def give_room(store: Store) -> None:
    """One more Deluxe room on each of the three nights, so that the page refuses nobody."""
    for key, days in ((DECEMBER, ("30", "31")), (JANUARY, ("1",))):
        names = {"#free": "free", "#sale": "on_sale"} | {f"#d{day}": day for day in days}
        update = "SET " + ", ".join(f"#free.#d{day} = :n, #sale.#d{day} = :s" for day in days)
        action = update_action(store.table.name, key, update, "attribute_exists(pk)", {":n": 1, ":s": 6}, names)
        store.table.transact([action])


def test_holds_past_their_deadline_are_pruned_and_do_not_count(store: Store) -> None:
    old = [reserved(store, key=f"old-{n}") for n in range(3)]
    at = DEADLINE
    new = [reserved(store, key=f"new-{n}", at=at) for n in range(2)]
    live = store.account("alice").live_holds
    assert live.keys() == {booking.booking_id for booking in new}
    assert live.keys().isdisjoint(booking.booking_id for booking in old)


def test_a_pruned_hold_that_another_write_pruned_first_loses_on_the_account(store: Store) -> None:
    """Two reserves read the same expired hold; counting it out twice would allow a sixth."""
    reserved(store, key="old")
    first, second = a_hold(key="first", at=DEADLINE), a_hold(key="second", at=DEADLINE)
    read = context_of(store, second)
    store.commit(None, first, now=DEADLINE, context=context_of(store, first))
    assert lost(store, None, second, DEADLINE, context=read).kinds == {"wallet"}
    store.commit(None, second, now=DEADLINE, context=context_of(store, second))


def test_the_first_hold_of_a_user_whose_account_was_made_meanwhile_loses_on_the_account(store: Store) -> None:
    first, second = a_hold(key="first"), a_hold(key="second")
    read = context_of(store, second)
    store.commit(None, first, now=NOW, context=context_of(store, first))
    assert lost(store, None, second, context=read).kinds == {"wallet"}


def test_all_the_parts_that_refused_are_named(store: Store) -> None:
    ended = reserved(store, key="ended")
    store.commit(ended, ended.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)
    for n in range(5):
        reserved(store, key=f"key-{n}")
    again = a_hold(key="ended")
    refusal = lost(store, None, again, context=context_of(store, again))
    assert refusal.kinds == {"booking", "page", "wallet"}
    assert refusal.current == stored(store, ended)
