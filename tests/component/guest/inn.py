"""A small hotel that insists on the guest's details before payment."""

from holdfast.model.property import Property, RoomType
from holdfast.storage.catalog import CatalogStore
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import MONTHS, add_property, add_room_type, months_for

INN = Property(property_id="inn", name="Inn", city="Inn", timezone="Asia/Kolkata", guest_required=True)
ROOM = RoomType(
    room_type_id="inn-room", property_id="inn", name="Room", base_price=500_000, total_rooms=5, max_guests=3
)


def open_inn(hotel: CatalogStore) -> None:
    add_property(hotel, INN)
    add_room_type(hotel, ROOM, months_for(INN, ROOM, MONTHS[:3]))


def held_at_the_inn(front_door: FrontDoor, key: str = "inn", **changes: str) -> str:
    return front_door.held(key=key, room_type_id="inn-room", **changes)
