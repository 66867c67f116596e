"""A property may insist on the guest's details before payment; what a hold was made under stays."""

import msgspec

from holdfast.model.property import Property, RoomType
from holdfast.storage.catalog import CatalogStore
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import MONTHS

INN = Property(property_id="inn", name="Inn", city="Inn", timezone="Asia/Kolkata", guest_required=True)
ROOM = RoomType(
    room_type_id="inn-room", property_id="inn", name="Room", base_price=500_000, total_rooms=5, max_guests=3
)


def open_inn(hotel: CatalogStore) -> None:
    assert hotel.add_property(INN)
    assert hotel.add_room_type(INN, ROOM, MONTHS[:3])


def test_a_guest_is_told_where_details_are_required(front_door: FrontDoor, hotel: CatalogStore) -> None:
    open_inn(hotel)

    shown = front_door.call("GET /properties/{property_id}", user=None, property_id="inn").body
    assert shown["guest_required"] is True
    assert front_door.booking(front_door.held(room_type_id="inn-room"))["guest_required"] is True


def test_elsewhere_nothing_is_said_of_it(front_door: FrontDoor) -> None:
    shown = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view").body
    assert "guest_required" not in shown
    assert "guest_required" not in front_door.booking(front_door.held())


def test_a_hold_keeps_what_it_was_made_under(front_door: FrontDoor, hotel: CatalogStore) -> None:
    open_inn(hotel)
    before = front_door.held(room_type_id="inn-room")
    relaxed = msgspec.structs.replace(ROOM, room_type_id="inn-room-2")
    assert hotel.add_room_type(msgspec.structs.replace(INN, guest_required=False), relaxed, MONTHS[:3])

    assert front_door.booking(before)["guest_required"] is True
    assert "guest_required" not in front_door.booking(front_door.held(key="after", room_type_id="inn-room-2"))
