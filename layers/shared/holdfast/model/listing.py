"""What search reads of a hotel: one small item in its city's partition."""

from __future__ import annotations

import msgspec

from holdfast.model.property import DAY_ENDS, Picture, PolicyStep, Property, RoomType


class ListedRoom(msgspec.Struct, frozen=True, array_like=True):
    """A room type of the listing; its prices in minor units are those of a night without one of its own."""

    room_type_id: str
    name: str
    base_price: int
    discounted_price: int | None
    total_rooms: int
    max_guests: int


class Listing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    property_id: str
    name: str
    city: str
    country: str
    timezone: str
    currency: str
    day_ends: int = DAY_ENDS
    cancellation_policy: tuple[PolicyStep, ...] = ()
    taxes_included: bool = False
    guest_required: bool = False
    picture: Picture | None = None
    rooms: tuple[ListedRoom, ...] = ()


def listing_of(property_: Property, room_types: list[RoomType]) -> Listing:
    """The listing of a live hotel, with its live room types."""
    return Listing(
        property_id=property_.property_id,
        name=property_.name,
        city=property_.city,
        country=property_.country,
        timezone=property_.timezone,
        currency=property_.currency,
        day_ends=property_.day_ends,
        cancellation_policy=property_.cancellation_policy,
        taxes_included=property_.taxes.included if property_.taxes else False,
        guest_required=property_.guest_required,
        picture=property_.pictures[0] if property_.pictures else None,
        rooms=tuple(
            ListedRoom(
                room.room_type_id,
                room.name,
                room.base_price,
                room.discounted_price,
                room.total_rooms,
                room.max_guests,
            )
            for room in room_types
            if room.live
        ),
    )
