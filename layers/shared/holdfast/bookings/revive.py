"""Revive a hold that ran out: the same stay held again, at the prices of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking
from holdfast.bookings.reserve import Revival, hold
from holdfast.errors import InvalidFields, NotRevivable
from holdfast.logs import logger
from holdfast.model.booking import Booking, Status
from holdfast.model.ids import revived_id_for
from holdfast.storage.guests import GuestStore

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.model.guest import GuestDetails


def revive(booking_id: str, *, user_id: str, hold_seconds: int, engine: Engine) -> tuple[Booking, bool]:
    """The new hold with the old one's stay and guest details, and whether this call made it.

    The new hold's id comes from the old one's, so a double tap, at the same time or much later, is one hold. Every rule
    of a reserve applies to it. Nothing is written to the old booking, but it and its details must be as they were read:
    late money that buys it meanwhile wins.

    Raises NotFound, NotRevivable, Restricted, SoldOut, TooManyHolds, Busy.
    """
    new_id = revived_id_for(user_id, booking_id)
    store = GuestStore(engine.store.table)
    before, details, revived = store.for_revival(booking_id, new_id)
    if revived:
        return revived, False
    first = [_revival(before, details, user_id, engine)]

    def revival() -> Revival:
        """As it was read for the answer, and read again at each further attempt: late money may have bought it."""
        return first.pop() if first else _revival(*store.booking_and_details(booking_id), user_id, engine)

    own = first[0].booking
    plan_id = own.plan.plan_id if own.plan else None
    stay = msgspec.structs.replace(own.stay, plan_id=plan_id)
    try:
        booking, created = hold(
            stay, booking_id=new_id, user_id=user_id, hold_seconds=hold_seconds, engine=engine, revives=revival
        )
    except InvalidFields as refusal:
        if refusal.errors[0]["field"] != "plan_id":
            raise
        text = f"The same stay cannot be held any more ({refusal.detail}); please make a new one."
        raise NotRevivable(text) from refusal
    if created:
        logger.info("a hold was revived", extra={"booking_id": booking_id, "user_id": user_id, "revived_as": new_id})
    return booking, created


def _revival(before: Booking | None, details: GuestDetails | None, user_id: str, engine: Engine) -> Revival:
    own = own_booking(before, user_id)
    _refuse_unless_revivable(own, engine.clock())
    return Revival(own, details)


def _refuse_unless_revivable(booking: Booking, now: datetime) -> None:
    """Raises NotRevivable unless the booking is a hold that expired or was cancelled before it was ever confirmed."""
    match booking.status_at(now):
        case Status.EXPIRED:
            return
        case Status.CANCELLED if not booking.was_confirmed:
            return
        case Status.CANCELLED:
            raise NotRevivable("The booking was confirmed, and cancelled after that; please make a new one.")
        case Status.CONFIRMED:
            raise NotRevivable("The booking is confirmed: its rooms are yours.")
        case status:
            raise NotRevivable(f"The booking is {status}: its hold is not over yet, and can be paid.")
