"""A booking, as its guest sees it."""

from datetime import date, datetime

from holdfast.fields import Instant, Strict
from holdfast.model.booking import Booking, PaymentMode, Status
from holdfast.model.dates import millis, rfc3339
from holdfast.pricing import Quote, frozen_quote, quote
from holdfast.views.policy import PolicyStepView, policy_view


class EventView(Strict):
    status: Status
    at: Instant
    by: str
    note: str | None = None


class PaymentView(Strict):
    gateway: str
    gateway_order_id: str
    transaction_id: str | None
    amount: int
    authorised: int
    captured: int
    refunded: int


class BookingView(Strict):
    booking_id: str
    status: Status
    reservation_seconds_left: int
    server_time: Instant
    property_id: str
    room_type_id: str
    check_in: date
    check_out: date
    nights: int
    rooms: int
    guests: int
    currency: str
    reserved_at: Instant
    expires_at: Instant
    pricing: Quote
    payment_mode: PaymentMode | None
    payment: PaymentView | None
    wallet_paid: int
    wallet_refunded: int
    cancellation_policy: list[PolicyStepView]
    history: list[EventView]
    version: int


def booking_view(booking: Booking, now: datetime) -> BookingView:
    """The booking as its guest sees it at `now`; a hold past its deadline reads as expired, swept or not."""
    payment = booking.payment
    return BookingView(
        booking_id=booking.booking_id,
        status=booking.status_at(now),
        reservation_seconds_left=booking.seconds_left(now),
        server_time=rfc3339(millis(now)),
        property_id=booking.property_id,
        room_type_id=booking.room_type_id,
        check_in=booking.check_in,
        check_out=booking.check_out,
        nights=len(booking.night_prices),
        rooms=booking.rooms,
        guests=booking.guests,
        currency=booking.currency,
        reserved_at=rfc3339(booking.reserved_at_ms),
        expires_at=rfc3339(booking.expires_at_ms),
        pricing=frozen_quote(booking) or quote(booking),
        payment_mode=booking.payment_mode,
        payment=PaymentView(
            gateway=payment.gateway,
            gateway_order_id=payment.order_id,
            transaction_id=payment.transaction_id,
            amount=payment.amount,
            authorised=payment.authorised,
            captured=payment.captured,
            refunded=payment.refunded,
        )
        if payment
        else None,
        wallet_paid=booking.wallet_paid,
        wallet_refunded=booking.wallet_refunded,
        cancellation_policy=policy_view(booking.cancellation_policy),
        history=[
            EventView(status=event.status, at=rfc3339(event.at_ms), by=event.by, note=event.note)
            for event in booking.history
        ],
        version=booking.version,
    )


class BookingList(Strict):
    """One page of a guest's bookings, newest first; `next_cursor` asks for the next one."""

    bookings: list[BookingView]
    next_cursor: str | None
