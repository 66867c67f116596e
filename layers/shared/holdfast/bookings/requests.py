"""What guests send to hold rooms, and to look at their bookings."""

import re
from typing import Annotated

from holdfast.fields import Day, Digits, Strict, Text, Whole
from holdfast.model.ids import BOOKING_ID
from holdfast.model.limits import MAX_GUESTS, MAX_ROOMS
from holdfast.model.names import GatewayName
from holdfast.model.stay import Stay
from holdfast.requests import NO_CURSOR, Name, PromoCode

# When the last booking shown was reserved, and its id; the id of a restored hold's own record ends in that instant too.
BOOKINGS_CURSOR = re.compile(rf"[0-9]{{13}}\.{BOOKING_ID.pattern}(?:\.[0-9]{{13}})?")
AMOUNT_DIGITS = re.compile(r"[0-9]{1,13}")

Rooms = Annotated[int, Whole(1, MAX_ROOMS)]
Guests = Annotated[int, Whole(1, MAX_GUESTS)]


class ReserveRequest(Strict):
    """The body of `POST /bookings`. The stay is `[check_in, check_out)`."""

    room_type_id: Name
    check_in: Day
    check_out: Day
    rooms: Rooms
    guests: Guests

    @property
    def stay(self) -> Stay:
        return Stay(
            room_type_id=self.room_type_id,
            check_in=self.check_in,
            check_out=self.check_out,
            rooms=self.rooms,
            guests=self.guests,
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
