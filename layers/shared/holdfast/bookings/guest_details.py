"""The guest's details of a booking: kept while it lasts, shown, and erased when their guest or an admin says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from holdfast.bookings.lookup import own_booking
from holdfast.errors import GuestRequired, HoldExpired, NotFound, StayConflict
from holdfast.logs import logger
from holdfast.model.booking import KEEPING_ROOMS, Booking, Status
from holdfast.model.dates import hour, today_in
from holdfast.storage.guests import GuestStore

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.bookings.guest_requests import GuestRequest
    from holdfast.engine import Engine
    from holdfast.model.guest import GuestDetails


def put_details(booking_id: str, request: GuestRequest, *, user_id: str, engine: Engine) -> GuestDetails:
    """Stores the details in the place of any before, until the stay is over.

    Raises NotFound, HoldExpired, StayConflict, Busy.
    """
    store = GuestStore(engine.store.table)
    booking = own_booking(engine.store.booking(booking_id), user_id)
    _refuse_unless_ahead(booking, engine.clock())
    details = request.details
    store.put_details(details, booking)
    logger.info("guest details stored", extra={"booking_id": booking_id, "user_id": user_id})
    return details


def own_details(booking_id: str, *, user_id: str, engine: Engine) -> GuestDetails:
    """The details that the booking's guest has stored. Raises NotFound, Busy."""
    booking, details = GuestStore(engine.store.table).booking_and_details(booking_id)
    own_booking(booking, user_id)
    return require_details(details)


def require_details(details: GuestDetails | None) -> GuestDetails:
    if details is None:
        raise NotFound("No details of the guest are stored.")
    return details


def erase_details(booking_id: str, *, user_id: str, is_admin: bool, engine: Engine) -> None:
    """Erases the details for good, of the user's own booking or, for an admin, of any; the booking stays whole.

    A property that insists on them keeps them while the booking has its rooms and the stay is not over. An admin erases
    them as well when the booking's record is gone before them.

    Raises NotFound, GuestRequired, Busy.
    """
    store = GuestStore(engine.store.table)
    booking, details = store.booking_and_details(booking_id)
    if not is_admin or (booking is None and details is None):
        booking = own_booking(booking, user_id)
    now = engine.clock()
    if booking and booking.guest_required and booking.status_at(now) in KEEPING_ROOMS and not _is_over(booking, now):
        raise GuestRequired(_needed_until(booking))
    if details is None:
        return
    store.erase_details(booking_id)
    whose = booking.user_id if booking else None
    by = "guest" if whose == user_id else f"admin {user_id}"
    logger.info("guest details erased", extra={"booking_id": booking_id, "user_id": whose, "by": by})


def _refuse_unless_ahead(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired or StayConflict unless the booking has its rooms and the stay is not over."""
    status = booking.status_at(now)
    if status is Status.EXPIRED:
        raise HoldExpired("The hold is over; book again, and say who stays then.")
    if status not in KEEPING_ROOMS:
        raise StayConflict(f"The booking is {status}; nobody will stay.")
    if booking.checked_out_at_ms is not None or _is_over(booking, now):
        raise StayConflict(f"The stay ended on {booking.check_out}.")


def _is_over(booking: Booking, now: datetime) -> bool:
    """Whether the check-out day is over at the property."""
    return today_in(booking.timezone, now, booking.day_ends) > booking.check_out


def _needed_until(booking: Booking) -> str:
    next_day = booking.check_out + timedelta(days=1)
    return (
        f"The property needs the guest's details until the check-out day, {booking.check_out}, is over there: "
        f"{next_day} {hour(booking.day_ends)} in {booking.timezone}. They can be erased then, or once the booking is "
        "cancelled."
    )
