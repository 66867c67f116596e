"""A season and a half of five room types: two calls, and one each to undo them."""

import pytest
from msgspec import structs

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.owners.bulk import ARI, send, undo, value
from tests.component.owners.hotelier import Hotelier
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS, add_room_type, months_for


@pytest.fixture(autouse=True)
def room_types(hotelier: Hotelier, store: Store) -> None:
    for n in range(5):
        room = structs.replace(DELUXE, room_type_id=f"type-{n}")
        add_room_type(CatalogStore(store.table), room, months_for(KOLKATA, room, MONTHS))


def test_five_hundred_nights_of_five_room_types_are_two_calls_and_undone_in_one_each(hotelier: Hotelier) -> None:
    made = []
    for room_types in ((0, 1, 2), (3, 4)):
        values = [value("2026-12-01", "2028-04-14", f"type-{n}", price=600_000, rooms_on_sale=4) for n in room_types]
        values += [
            value("2026-12-01", "2028-04-14", f"type-{n}", weekdays=["fri", "sat"], price=700_000) for n in room_types
        ]
        reply = send(hotelier, *values)
        assert (reply.status, reply.body["applied"], reply.body["refused"]) == (200, len(values), [])
        made.append(reply.body["change_id"])
    assert hotelier.night("2028-04-14", "type-4") == {"price": 700_000, "rooms_on_sale": 4, "rooms_free": 4}

    for change_id in made:
        assert undo(hotelier, change_id).status == 200
    assert {hotelier.night("2028-04-14", f"type-{n}")["price"] for n in range(5)} == {500_000}


def test_a_year_of_different_prices_is_one_call(hotelier: Hotelier) -> None:
    """As many values as a call takes, each of one night."""
    months = [f"{2027 + n // 12}-{n % 12 + 1:02d}" for n in range(13)]
    values = [
        value(f"{month}-{day:02d}", f"{month}-{day:02d}", f"type-{n}", price=500_000 + day)
        for n in range(5)
        for month in months
        for day in range(1, 29)
    ]
    reply = hotelier.call(f"POST {ARI}", {"values": values}, property_id="lake-view")

    assert (reply.status, reply.body["applied"]) == (200, len(values))
