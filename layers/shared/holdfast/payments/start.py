"""Start a payment: fix the quote, claim the promo, and open a gateway order for what the wallet does not cover."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking, refuse_unpayable
from holdfast.errors import Busy, NotPayable
from holdfast.logs import logger
from holdfast.model.booking import Booking, Payment, Status
from holdfast.model.limits import MAX_PAYMENT_STARTS
from holdfast.payments.gateways.protocol import (
    NO_ANSWER,
    GatewayPayment,
    GatewayRefused,
    PaymentState,
    gateway_refusals,
)
from holdfast.payments.quotes import quote_now, with_promo_limit
from holdfast.pricing import Quote, frozen_quote

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.requests import PaymentRequest


class StartedPayment(msgspec.Struct, frozen=True, kw_only=True):
    """The quote that a payment start fixed, and the order to pay: None if the wallet covers everything."""

    gateway: str
    order: GatewayPayment | None
    quote: Quote


def start_payment(booking_id: str, request: PaymentRequest, *, user_id: str, engine: Engine) -> StartedPayment:
    """Fixes the quote and opens the order; with the same promo and wallet amount again, gives the same order again.

    The order is opened before the quote is written, under a key that covers all its terms: if the write fails, nobody
    has seen the order, and a repeat finds it. A changed choice opens a new order and makes a void of the old one due.

    Raises NotFound, HoldExpired, NotPayable, PromoInvalid, PromoExhausted, TooManyTries, PaymentDeclined, Busy.
    """
    gateway = engine.gateways[request.gateway]
    promo_code = request.promo_code.upper() if request.promo_code else None

    def attempt() -> StartedPayment:
        context = engine.store.booking_context(booking_id, user_id, promo_code=promo_code)
        booking = own_booking(context.booking, user_id)
        now = engine.clock()
        refuse_unpayable(booking, now)
        engine.require_call(gateway)
        quote = with_promo_limit(
            promo_code,
            lambda: quote_now(context, booking, promo_code, request.wallet_apply_amount, now),
            context=context,
            engine=engine,
        )
        fixed = frozen_quote(booking)
        if fixed and _same_choice(booking, fixed, quote, gateway):
            order = _fetched(booking, gateway)
            if booking.payment is None or (order and _payable(order)):
                return StartedPayment(gateway=gateway.name, order=order, quote=fixed)
        order = _open(booking, quote, gateway)
        pending = _pending(booking, quote, gateway, order, engine.clock())
        after = engine.store.commit(booking, pending, now=engine.clock(), context=context)
        started = StartedPayment(gateway=gateway.name, order=order, quote=quote)
        _record_started(booking, after, started)
        return started

    return engine.store.retry_on_conflict(attempt)


def _same_choice(booking: Booking, fixed: Quote, quote: Quote, gateway: Gateway) -> bool:
    order = booking.payment
    same_order = order is None or (order.gateway == gateway.name and not order.refund_pending)
    return same_order and (fixed.promo_code, fixed.wallet_applied) == (quote.promo_code, quote.wallet_applied)


def _open(booking: Booking, quote: Quote, gateway: Gateway) -> GatewayPayment | None:
    if len(booking.history) > MAX_PAYMENT_STARTS:
        raise NotPayable("The payment of this booking was started too often; book again.")
    if quote.gateway_payable == 0:
        return None
    amount, currency = quote.gateway_payable, quote.currency
    terms = f"{gateway.name} {booking.version} {amount} {currency}"
    key = f"{booking.booking_id}:order:{sha256(terms.encode()).hexdigest()[:16]}"
    with gateway_refusals():
        return gateway.open_order(booking.booking_id, amount, currency, key)


def _payable(order: GatewayPayment) -> bool:
    """Whether the guest can still pay it, or has just paid it; an order that was refunded cannot be paid again."""
    return order.state is not PaymentState.VOIDED and (order.captured == 0 or order.holds_money)


def _fetched(booking: Booking, gateway: Gateway) -> GatewayPayment | None:
    """The booking's order as the gateway has it now; None if there is none, or the gateway no longer knows it."""
    order = booking.payment
    if order is None:
        return None
    try:
        return gateway.fetch(order.order_id)
    except GatewayRefused:
        return None
    except NO_ANSWER as error:
        raise Busy("The gateway did not answer; please repeat the request.") from error


def _pending(booking: Booking, quote: Quote, gateway: Gateway, order: GatewayPayment | None, now: datetime) -> Booking:
    """The booking with its quote fixed, and a void of its earlier order, if any, due once the hold is over."""
    tasks = (*booking.tasks, *booking.open_order_void(now))
    payment = Payment(gateway=gateway.name, order_id=order.order_id, amount=order.amount) if order else None
    return booking.transitioned(
        Status.PAYMENT_PENDING,
        now,
        "guest",
        ref=payment.ref if payment else None,
        quote=quote.frozen(),
        payment=payment,
        tasks=tasks,
    )


def _record_started(before: Booking, after: Booking, started: StartedPayment) -> None:
    logger.info(
        "payment started",
        extra={
            "booking_id": after.booking_id,
            "user_id": after.user_id,
            "gateway": started.gateway,
            "amount": started.quote.gateway_payable,
            "wallet_applied": started.quote.wallet_applied,
            "before": {"status": before.status, "version": before.version},
            "after": {"status": after.status, "version": after.version},
        },
    )
