"""Late money: what is paid for a hold after its deadline still confirms it, while everything is still to be had."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.bookings import promo_discount, refuse_unpayable
from holdfast.errors import HoldExpired, PromoExhausted, PromoInvalid
from holdfast.expire import reclaim
from holdfast.finalize_request import BY_GATEWAY, AdminFinalizeRequest, FinalizeRequest
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.dates import Clock, months, today_in
from holdfast.model.hotel import short_nights

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.store import Store
    from holdfast.transaction import File


def too_late() -> HoldExpired:
    return HoldExpired("The hold is over and cannot be confirmed any more; an authorised payment is given back.")


def is_late(booking: Booking, request: FinalizeRequest | AdminFinalizeRequest, now: datetime) -> bool:
    """Whether only a rescue can confirm the booking now; raises HoldExpired or NotPayable when nothing can."""
    if booking.status_at(now) is Status.EXPIRED and request.mode in BY_GATEWAY and booking.payment:
        return True
    refuse_unpayable(booking, now)
    return False


def rescue_file(booking: Booking, *, store: Store, clock: Clock) -> File:
    """What a late confirmation is decided from; raises HoldExpired unless stay, rooms, promo and wallet allow it.

    A hold that is due but not yet released still has its rooms and its promo.
    """
    now, frozen = clock(), booking.quote
    assert frozen is not None
    if booking.check_in < today_in(booking.timezone, now):
        raise too_late()

    def read() -> File:
        return store.file(
            booking.booking_id,
            booking.user_id,
            room_type_id=booking.room_type_id,
            months=months(booking.check_in, booking.check_out),
            promo_code=frozen.promo_code,
        )

    file = read()
    if file.account.balance < frozen.wallet_applied:
        raise too_late()
    if booking.status in HOLDING:
        return file
    short = short_nights(file.pages, booking.nights, booking.rooms)
    if short:
        reclaim(booking.room_type_id, short, store=store, clock=clock, by_booking=booking.booking_id)
        file = read()
        short = short_nights(file.pages, booking.nights, booking.rooms)
    if short:
        raise too_late()
    if frozen.promo_code:
        try:
            promo_discount(file, booking, now)
        except (PromoExhausted, PromoInvalid) as error:
            raise too_late() from error
    return file
