"""What guests send to hold rooms, and to look at their bookings."""

import re
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from holdfast.fields import WORDS, Day, Digits, Strict, Text, Whole
from holdfast.model.ids import BOOKING_ID
from holdfast.model.limits import MAX_CHILD_AGE, MAX_GUESTS, MAX_ROOMS
from holdfast.model.names import GatewayName
from holdfast.model.stay import Party, Stay
from holdfast.requests import NO_CURSOR, Name, PromoCode

# When the last booking shown was reserved, and its id; the id of a restored hold's own record ends in that instant too.
BOOKINGS_CURSOR = re.compile(rf"[0-9]{{13}}\.{BOOKING_ID.pattern}(?:\.[0-9]{{13}})?")
AMOUNT_DIGITS = re.compile(r"[0-9]{1,13}")

Rooms = Annotated[int, Whole(1, MAX_ROOMS)]
Guests = Annotated[int, Whole(1, MAX_GUESTS)]


Adults = Annotated[int, Whole(1, MAX_GUESTS)]
Age = Annotated[int, Whole(0, MAX_CHILD_AGE)]


class PartyEntry(Strict):
    """Who sleeps in one room: adults, and the ages of the children."""

    adults: Adults
    children: Annotated[tuple[Age, ...], Field(strict=False, max_length=MAX_GUESTS)] = ()


class ReserveRequest(Strict):
    """The body of `POST /bookings`. The stay is `[check_in, check_out)`.

    `occupancy` says who sleeps in each room; `guests` is then their sum. Without a `plan_id` the first plan is sold.
    """

    room_type_id: Name
    check_in: Day
    check_out: Day
    rooms: Rooms
    plan_id: Name | None = None
    occupancy: Annotated[tuple[PartyEntry, ...], Field(strict=False, max_length=MAX_ROOMS)] | None = None
    guests: Annotated[Guests | None, Field(validate_default=True)] = None

    @field_validator("occupancy")
    @classmethod
    def _is_of_each_room(
        cls, occupancy: tuple[PartyEntry, ...] | None, others: ValidationInfo
    ) -> tuple[PartyEntry, ...] | None:
        rooms = others.data.get("rooms")
        if occupancy is not None and rooms is not None and len(occupancy) != rooms:
            raise ValueError(f"must have one entry for each room: {rooms}, not {len(occupancy)}")
        return occupancy

    @field_validator("guests")
    @classmethod
    def _are_all_in_a_room(cls, guests: int | None, others: ValidationInfo) -> int | None:
        occupancy = others.data.get("occupancy")
        if occupancy is None:
            if guests is None and "occupancy" in others.data:
                raise ValueError(WORDS["missing"])
            return guests
        everyone: int = sum(party.adults + len(party.children) for party in occupancy)
        if guests not in {None, everyone}:
            raise ValueError(f"must be {everyone}, as occupancy says, or left out")
        return everyone

    @property
    def stay(self) -> Stay:
        assert self.guests is not None
        return Stay(
            room_type_id=self.room_type_id,
            check_in=self.check_in,
            check_out=self.check_out,
            rooms=self.rooms,
            guests=self.guests,
            plan_id=self.plan_id,
            occupancy=tuple(Party(party.adults, party.children) for party in self.occupancy or ()),
        )


class PricingQuery(Strict):
    """The query of `GET /bookings/{booking_id}/pricing`. The amount is digits only.

    With a gateway, the quote says which refunds of its part would not reach the card.
    """

    promo_code: PromoCode | None = None
    wallet_apply_amount: Annotated[int, Digits(AMOUNT_DIGITS, "must be 1 to 13 digits, in minor units")] | None = None
    gateway: GatewayName | None = None


class BookingsQuery(Strict):
    """The query of `GET /bookings`."""

    cursor: Annotated[str, Text(BOOKINGS_CURSOR, NO_CURSOR)] | None = None
