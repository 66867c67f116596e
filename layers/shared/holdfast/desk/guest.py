"""Who stays: the guest's details of a booking, as the desk needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.bookings.guest_details import require_details
from holdfast.desk.clerk import NO_SUCH_BOOKING, ClerkRole
from holdfast.errors import NotFound
from holdfast.storage.guests import GuestStore

if TYPE_CHECKING:
    from holdfast.desk.clerk import Clerk
    from holdfast.engine import Engine
    from holdfast.model.guest import GuestDetails


def details_at_desk(booking_id: str, *, clerk: Clerk, engine: Engine) -> GuestDetails:
    """The details of a booking at one of the clerk's properties; to an owner, only of one that was ever confirmed.

    Raises NotFound, Busy.
    """
    booking = clerk.booking(booking_id, engine=engine)
    if clerk.role is ClerkRole.OWNER and not booking.was_confirmed:
        raise NotFound(NO_SUCH_BOOKING)
    return require_details(GuestStore(engine.store.table).details(booking_id))
