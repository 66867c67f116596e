"""Read bookings: one of the guest's own, and the list of them; refuse one that cannot be paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import (
    GuestRequired,
    HoldExpired,
    InvalidFields,
    NotFound,
    NotPayable,
)
from holdfast.model.booking import Booking, Status
from holdfast.requests import NO_CURSOR

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.storage.transaction import BookingContext


def own_booking(booking: Booking | None, user_id: str) -> Booking:
    """The booking, if it is this user's; another user's is answered as missing. Raises NotFound."""
    if booking is None or booking.user_id != user_id:
        raise NotFound("You have no booking by that id.")
    return booking


def list_bookings(cursor: str | None, *, user_id: str, engine: Engine) -> tuple[list[Booking], str | None]:
    """One page of the user's own bookings, newest first, and the cursor of the next.

    Raises InvalidFields when the cursor does not come from the user's own list.
    """
    bookings, more = engine.store.bookings_of(user_id, _position(cursor, user_id, engine) if cursor else None)
    return bookings, f"{more[0]}.{more[1]}" if more else None


def _position(cursor: str, user_id: str, engine: Engine) -> tuple[int, str]:
    at_ms, _, booking_id = cursor.partition(".")
    last = engine.store.booking(booking_id)
    if last is None or last.user_id != user_id or last.reserved_at_ms != int(at_ms):
        raise InvalidFields(("cursor", NO_CURSOR))
    return last.reserved_at_ms, booking_id


def refuse_unpayable(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired or NotPayable unless the booking is a live hold at `now`."""
    match booking.status_at(now):
        case Status.EXPIRED:
            raise HoldExpired("The hold is over and its rooms are back on sale; please book again.")
        case Status.RESERVED | Status.PAYMENT_PENDING:
            return
        case status:
            raise NotPayable(f"The booking is {status}.")


def require_guest(booking: Booking, context: BookingContext) -> None:
    """Raises GuestRequired when the property insists on the guest's details and none are stored."""
    if booking.guest_required and not context.has_guest:
        raise GuestRequired(
            "The property asks who will stay before it takes a payment; send that first: "
            f"PUT /bookings/{booking.booking_id}/guest."
        )
