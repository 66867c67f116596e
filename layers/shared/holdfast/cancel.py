"""Cancel a hold: its rooms go back on sale at once, and its promo use to the promo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.bookings import own_booking
from holdfast.errors import HoldExpired, NotCancellable
from holdfast.expire import open_order_void
from holdfast.logs import Tag, record
from holdfast.model import Booking, Clock, Status

if TYPE_CHECKING:
    from holdfast.store import Store


def cancel(booking_id: str, *, user_id: str, store: Store, clock: Clock) -> Booking:
    """The booking, cancelled; cancelling it again changes nothing. Raises NotFound, HoldExpired, NotCancellable."""

    def attempt() -> tuple[Booking, Booking]:
        booking = own_booking(store.booking(booking_id), user_id)
        now = clock()
        match booking.status_at(now):
            case Status.CANCELLED:
                return booking, booking
            case Status.EXPIRED:
                raise HoldExpired("The hold is over already; there is nothing to cancel.")
            case Status.CONFIRMED:
                raise NotCancellable("A confirmed booking cannot be cancelled here.")
        dues = (*booking.dues, *open_order_void(booking, now))
        cancelled = booking.moved(Status.CANCELLED, now, "guest", dues=dues)
        return booking, store.commit(booking, cancelled, now=now)

    before, after = store.until_won(attempt)
    if after is not before:
        record(
            Tag.BOOKING_CANCELLED,
            f"{after.rooms} room(s) back on sale",
            before=before,
            after=after,
            rooms=after.rooms,
        )
    return after
