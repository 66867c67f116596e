"""What search reads of a hotel: one small item in its city's partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.property import DAY_ENDS, Picture, PolicyStep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.property import Property, RoomType

LISTING_BYTES = 2_700  # its key is at most 350 more: together below 3 KB
NAME_LENGTHS = (80, 60, 40, 30, 20, 12)  # of the names in a listing that is too large with whole ones
OWN_NAME_LENGTH = 60  # of the hotel's own, at least
CUT = "…"


class ListedRoom(msgspec.Struct, frozen=True, array_like=True):
    """A room type of the listing; its prices in minor units are those of a night without one of its own."""

    room_type_id: str
    name: str
    base_price: int
    discounted_price: int | None
    total_rooms: int
    max_guests: int

    @property
    def price(self) -> int:
        return self.base_price if self.discounted_price is None else self.discounted_price


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


def listing_of(property_: Property, room_types: Sequence[RoomType]) -> Listing:
    """The listing of a live hotel, with its live room types; long names are cut where it would weigh over 3 KB."""
    picture = property_.pictures[0] if property_.pictures else None
    whole = Listing(
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
        picture=picture,
        rooms=tuple(
            ListedRoom(
                room.room_type_id,
                room.name,
                room.base_price,
                room.discounted_price,
                room.total_rooms,
                room.max_guests,
            )
            for room in sorted(room_types, key=lambda room: room.room_type_id)
            if room.live
        ),
    )
    listing = whole
    for most in NAME_LENGTHS:
        if len(msgspec.json.encode(listing)) <= LISTING_BYTES:  # a little more than DynamoDB counts
            break
        listing = _cut(whole, most)
    return listing


def _cut(listing: Listing, most: int) -> Listing:
    """The listing with the names of its rooms and the words of its picture cut to so many characters."""

    def short(name: str, most: int = most) -> str:
        return name if len(name) <= most else name[: most - 1] + CUT

    replace, picture = msgspec.structs.replace, listing.picture
    return replace(
        listing,
        name=short(listing.name, max(most, OWN_NAME_LENGTH)),
        picture=replace(picture, alt=short(picture.alt)) if picture else None,
        rooms=tuple(replace(room, name=short(room.name)) for room in listing.rooms),
    )
