"""A late payment, authorised after the hold's deadline, still confirms the booking if everything is free."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import refuse_unpayable
from holdfast.bookings.reclaim import Shortage
from holdfast.errors import HoldExpired, PromoExhausted, PromoInvalid
from holdfast.model.booking import HOLDING, KEEPING_ROOMS, Booking, Status
from holdfast.model.dates import millis, month_of, today_in
from holdfast.model.inventory import is_on_sale, lacking_rooms
from holdfast.payments.quotes import promo_discount
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest
from holdfast.pricing import priced_stay, quote
from holdfast.requests import BY_GATEWAY

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.storage.transaction import BookingContext


def too_late() -> HoldExpired:
    return HoldExpired("The hold is over and cannot be confirmed any more; an authorised payment is given back.")


def is_late(booking: Booking, request: FinalizeRequest | AdminFinalizeRequest, now: datetime) -> bool:
    """Whether only a late payment can confirm the booking; raises HoldExpired or NotPayable if nothing can."""
    if booking.status_at(now) is Status.EXPIRED and request.mode in BY_GATEWAY and booking.payment:
        return True
    refuse_unpayable(booking, now)
    return False


def late_context(booking: Booking, *, engine: Engine) -> BookingContext:
    """The context of a late confirmation; raises HoldExpired unless stay, price, rooms, promo and wallet allow it.

    Within the grace after the deadline the price of the hold stands; later, only if the same stay costs no more today.
    A hold that is due but not yet released still has its rooms and its promo.
    """
    now, frozen = engine.clock(), booking.quote
    assert frozen is not None
    if booking.check_in < today_in(booking.timezone, now, booking.day_ends):
        raise too_late()

    def read() -> BookingContext:
        return engine.store.booking_context(
            booking.booking_id,
            booking.user_id,
            room_type_id=booking.room_type_id,
            months=booking.stay.months,
            promo_code=frozen.promo_code,
        )

    others = _not_held_again(booking, now, engine)
    context = msgspec.structs.replace(read(), unchanged=others)
    grace_ends_ms = booking.expires_at_ms + engine.late_grace_seconds * 1000
    if millis(now) > grace_ends_ms and not _costs_no_more_today(booking, context, now):
        raise too_late()
    if frozen.wallet_applied and context.account.balance < frozen.wallet_applied:
        raise too_late()
    if booking.status in HOLDING:
        return context
    shortage = Shortage(booking.room_type_id, by_booking=booking.booking_id, engine=engine)
    while lacking := lacking_rooms(context.pages, booking.nights, booking.rooms):
        if shortage.is_final(context.pages.values(), lacking):
            raise too_late()
        context = msgspec.structs.replace(read(), unchanged=others)
    if frozen.promo_code:
        try:
            promo_discount(context, booking, now)
        except (PromoExhausted, PromoInvalid) as error:
            raise too_late() from error
    return context


def _not_held_again(booking: Booking, now: datetime, engine: Engine) -> dict[str, Booking | None]:
    """The holds that revive this one, and those that it revives; raises HoldExpired if one holds or has the stay."""
    others = engine.store.revivals(booking)
    if any(other and other.status_at(now) in KEEPING_ROOMS for other in others.values()):
        raise too_late()
    return others


def _costs_no_more_today(booking: Booking, context: BookingContext, now: datetime) -> bool:
    """Whether the stay could be held now, by every rule, and costs no more than the hold; promo codes apart."""
    from holdfast.occupancy import room_charges, takes  # noqa: PLC0415 - rare, and a cold start pays for it
    from holdfast.restrictions import allowed  # noqa: PLC0415 - as above

    stay = booking.stay
    if not is_on_sale(context.pages, stay.nights):
        return False
    rates = context.rates[month_of(stay.check_in)]
    sold_by = booking.plan.plan_id if booking.plan else None
    plan = rates.plan(sold_by)
    if (booking.plan is None) != (plan is None) or not rates.sells(sold_by):
        return False  # what the guest bought is not on sale any more
    day = today_in(booking.timezone, now, booking.day_ends)
    if not takes(stay, context.rates.values()):
        return False
    if not allowed(stay.check_in, stay.check_out, rates=context.rates, plan=plan, today=day):
        return False
    today = priced_stay(stay, context.rates, plan, room_charges(stay, rates.occupancy, plan))
    return today.currency == booking.currency and quote(today).total_payable <= quote(booking).total_payable
