"""Finalize: a guest's browser sends the payment of a booking, or an admin states that it is paid."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from holdfast.errors import AlreadyPaid, BookingError, HoldExpired, NotFound, NotPayable, WrongMoney
from holdfast.model.booking import Status
from holdfast.payments.confirm import confirm
from holdfast.payments.gateway_limit import gateway_limit
from holdfast.payments.gateways.protocol import GatewayError
from holdfast.payments.reconcile import reconcile
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest
from holdfast.requests import BY_GATEWAY

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.booking import Booking


def finalize(booking_id: str, request: FinalizeRequest, *, user_id: str, engine: Engine) -> Booking:
    """The booking, confirmed by the guest's payment; a repeat of that payment gives the same booking again.

    A payment that cannot confirm the booking is reconciled at once, without waiting for a webhook. A guest who asks the
    gateway in vain again and again has to wait; the webhook and settle do not.

    Raises NotFound, HoldExpired, NotPayable, GuestRequired, AlreadyPaid, PriceChanged, InsufficientWallet,
    PromoInvalid, PromoExhausted, TooManyTries, TooManyCalls, PaymentDeclined, InProgress, InvalidFields, Busy.
    """
    with gateway_limit(user_id, engine) as limit:
        try:
            return confirm(booking_id, request, user_id=user_id, by="guest", engine=engine, limit=limit)
        except (HoldExpired, NotPayable, WrongMoney) as refusal:
            booking = engine.store.booking(booking_id)
            order = booking.payment if booking and booking.user_id == user_id else None
            if order is None or order.voided or request.mode not in BY_GATEWAY:
                raise
            engine.store.retry_on_conflict(limit.require)
            with suppress(BookingError, GatewayError):  # settle carries on with what is due
                reconcile(order.order_id, gateway=order.gateway, engine=engine, by="guest")
            current = engine.store.booking(booking_id)
            if current and current.status is Status.CONFIRMED:
                raise AlreadyPaid(
                    "The booking is confirmed by the payment on its order; this one was not taken."
                ) from refusal
            raise


def finalize_as_admin(booking_id: str, request: AdminFinalizeRequest, *, admin_id: str, engine: Engine) -> Booking:
    """The booking, confirmed because an admin says that it is paid outside the system.

    Raises NotFound, HoldExpired, NotPayable, AlreadyPaid, InvalidFields, Busy.
    """
    booking = engine.store.booking(booking_id)
    if booking is None:
        raise NotFound("There is no booking by that id.")
    return confirm(booking_id, request, user_id=booking.user_id, by=f"admin {admin_id}", engine=engine)
