"""Start a payment: fix the quote, claim the promo, and open a gateway order for what the wallet does not cover."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking, refuse_unpayable, require_guest
from holdfast.errors import (
    AlreadyPaid,
    AmountTooSmall,
    BookingError,
    Busy,
    InsufficientWallet,
    InvalidFields,
    NotPayable,
)
from holdfast.logs import logger
from holdfast.model.booking import HOLDING, Booking, Payment, Status
from holdfast.model.limits import MAX_ORDERS, MAX_PAYMENT_STARTS
from holdfast.model.money import money, smallest_charge, takes
from holdfast.payments.gateway_limit import GatewayLimit, gateway_limit
from holdfast.payments.gateways.protocol import (
    NO_ANSWER,
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    PaymentState,
    gateway_refusals,
)
from holdfast.payments.quotes import quote_now, with_promo_limit, with_refund_note
from holdfast.payments.reconcile import reconcile
from holdfast.payments.tasks import run_tasks
from holdfast.pricing import Quote, frozen_quote
from holdfast.refunds import card_refunds_end

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.payments.requests import PaymentRequest
    from holdfast.storage.transaction import BookingContext


class StartedPayment(msgspec.Struct, frozen=True, kw_only=True):
    """The quote that a payment start fixed, and the order to pay: None if the wallet covers everything.

    From `card_refunds_end` on, if that ever comes, a cancellation is not refunded to the card.
    """

    booking: Booking
    gateway: str
    order: GatewayPayment | None
    quote: Quote
    card_refunds_end: datetime | None


class _EarlierOrderPaid(Exception):
    """The guest has paid the order of an earlier choice, so there is nothing to start."""

    def __init__(self, order: Payment) -> None:
        super().__init__(order.order_id)
        self.order = order


def start_payment(booking_id: str, request: PaymentRequest, *, user_id: str, engine: Engine) -> StartedPayment:
    """Fixes the quote and opens the order; with the same promo and wallet amount again, gives the same order again.

    The order is opened before the quote is written, under a key that covers all its terms: if the write fails, nobody
    has seen the order, and a repeat finds it. A changed choice with the same amount at a gateway takes up the order
    that was opened for it. An earlier order of another amount is closed at once, where the gateway can. Repeats, with
    the same choice or another, are limited.

    Raises NotFound, HoldExpired, NotPayable, GuestRequired, AlreadyPaid, AmountTooSmall, InvalidFields, PromoInvalid,
    PromoExhausted, TooManyTries, TooManyCalls, PaymentDeclined, Busy.
    """
    with gateway_limit(user_id, engine) as limit:
        return _start_payment(booking_id, request, user_id, engine, limit)


def _start_payment(
    booking_id: str, request: PaymentRequest, user_id: str, engine: Engine, limit: GatewayLimit
) -> StartedPayment:
    gateway = engine.gateways[request.gateway]
    promo_code = request.promo_code.upper() if request.promo_code else None

    def attempt() -> StartedPayment:
        context = engine.store.booking_context(booking_id, user_id, promo_code=promo_code, guest=True)
        booking = own_booking(context.booking, user_id)
        now = engine.clock()
        refuse_unpayable(booking, now)
        require_guest(booking, context)
        engine.require_call(gateway)
        quote = with_promo_limit(
            promo_code,
            lambda seen: quote_now(seen, booking, promo_code, request.wallet_apply_amount, now),
            context=context,
            engine=engine,
        )
        if booking.status is Status.PAYMENT_PENDING and (booking.payment or quote.gateway_payable):
            limit.require(context.account, repeats=True)
        fixed = frozen_quote(booking)
        own = _fetched(booking.payment, engine)
        if fixed and _same_choice(booking, fixed, quote, gateway) and (booking.payment is None or _payable(own)):
            return _started(booking, own, fixed, gateway, context, now)
        if own and own.holds_money and booking.payment and not booking.payment.refund_pending:
            raise _EarlierOrderPaid(booking.payment)
        _refuse_uncharged(quote, gateway)
        if quote.gateway_payable:
            limit.require(context.account, moves_on=booking.status is Status.RESERVED)
        order = _earlier_order(booking, own, quote, gateway) or _open(booking, quote, gateway)
        pending = _pending(booking, quote, gateway, order, engine.clock())
        after = engine.store.commit(booking, pending, now=engine.clock(), context=context)
        started = _started(after, order, quote, gateway, context, now)
        _record_started(booking, after, started)
        return started

    try:
        started = engine.store.retry_on_conflict(attempt)
    except _EarlierOrderPaid as paid:
        with suppress(BookingError, GatewayError):  # settle carries on with what is due
            reconcile(paid.order.order_id, gateway=paid.order.gateway, engine=engine, by="guest")
        raise _not_replaced(booking_id, user_id, engine) from paid
    _close_other_amounts(started, engine)
    return started


def _started(
    booking: Booking,
    order: GatewayPayment | None,
    quote: Quote,
    gateway: Gateway,
    context: BookingContext,
    now: datetime,
) -> StartedPayment:
    noted = with_refund_note(quote, booking, gateway.name, context.account.currency, now)
    end = card_refunds_end(booking, gateway.name, now) if order else None
    return StartedPayment(booking=booking, gateway=gateway.name, order=order, quote=noted, card_refunds_end=end)


def _not_replaced(booking_id: str, user_id: str, engine: Engine) -> BookingError:
    """Why a payment that has arrived is not replaced by another choice."""
    context = engine.store.booking_context(booking_id, user_id)
    booking, account = own_booking(context.booking, user_id), context.account
    asked = booking.quote.wallet_applied if booking.quote else 0
    if booking.status in HOLDING and 0 < asked > account.balance:
        parts = (money(amount, booking.currency) for amount in (asked, account.balance))
        return InsufficientWallet(
            "The card's part has arrived and waits for {} from the wallet, which holds {}; fill the wallet before the "
            "hold ends, or the card's part is given back.".format(*parts),
            balance=account.balance,
            currency=account.currency,
        )
    return AlreadyPaid("The payment that you started before has arrived; look at the booking.")


def _same_choice(booking: Booking, fixed: Quote, quote: Quote, gateway: Gateway) -> bool:
    order = booking.payment
    same_order = order is None or (order.gateway == gateway.name and not order.refund_pending)
    return same_order and (fixed.promo_code, fixed.wallet_applied) == (quote.promo_code, quote.wallet_applied)


def _refuse_uncharged(quote: Quote, gateway: Gateway) -> None:
    """Raises InvalidFields or AmountTooSmall for what the gateway would not charge."""
    amount, currency = quote.gateway_payable, quote.currency
    if amount and not takes(gateway.name, currency):
        raise InvalidFields(("gateway", f"{gateway.name} does not take {currency}; choose another one"))
    smallest = smallest_charge(currency, gateway.name)
    if 0 < amount < smallest:
        left, least = money(amount, currency), money(smallest, currency)
        raise AmountTooSmall(
            f"{left} is left to pay, and {gateway.name} charges at least {least}; "
            "pay all of it from the wallet, or choose another gateway.",
            amount=amount,
            smallest=smallest,
            currency=currency,
        )


def _earlier_order(
    booking: Booking, own: GatewayPayment | None, quote: Quote, gateway: Gateway
) -> GatewayPayment | None:
    """An order of this booking, of an earlier choice, that asks for the same amount and can still be paid."""
    last = booking.payment
    if last and (last.gateway, last.amount) == (gateway.name, quote.gateway_payable) and _payable(own):
        return None if last.refund_pending else own
    for task in booking.earlier_orders(quote.gateway_payable):
        if task.gateway == gateway.name:
            order = _record_of(gateway, task.order_id)
            if order and _payable(order):
                return order
    return None


def _open(booking: Booking, quote: Quote, gateway: Gateway) -> GatewayPayment | None:
    if quote.gateway_payable == 0:
        return None
    if booking.orders_opened >= MAX_ORDERS or len(booking.history) > MAX_PAYMENT_STARTS:
        raise NotPayable(
            "The payment of this booking was started too often; pay an order that you have, or book again."
        )
    amount, currency = quote.gateway_payable, quote.currency
    terms = f"{gateway.name} {booking.version} {amount} {currency}"
    key = f"{booking.booking_id}:order:{sha256(terms.encode()).hexdigest()[:16]}"
    with gateway_refusals():
        return gateway.open_order(booking.booking_id, amount, currency, key)


def _payable(order: GatewayPayment | None) -> bool:
    """Whether the guest can still pay it, or has just paid it; an order that was refunded cannot be paid again."""
    return order is not None and order.state is not PaymentState.VOIDED and (order.captured == 0 or order.holds_money)


def _fetched(order: Payment | None, engine: Engine) -> GatewayPayment | None:
    return _record_of(engine.gateway(order.gateway), order.order_id) if order else None


def _record_of(gateway: Gateway, order_id: str) -> GatewayPayment | None:
    """The order as the gateway has it now; None if the gateway no longer knows it. Raises Busy."""
    try:
        return gateway.fetch(order_id)
    except GatewayRefused:
        return None
    except NO_ANSWER as error:
        raise Busy("The gateway did not answer; please repeat the request.") from error


def _pending(booking: Booking, quote: Quote, gateway: Gateway, order: GatewayPayment | None, now: datetime) -> Booking:
    """The booking with its quote fixed, and a void of its earlier order, if any, due once the hold is over."""
    tasks = (*booking.tasks, *booking.open_order_void(now))
    payment = None
    opened = booking.orders_opened
    if order:
        opened += all(task.order_id != order.order_id for task in tasks)
        tasks = tuple(task for task in tasks if task.order_id != order.order_id)
        payment = Payment(gateway=gateway.name, order_id=order.order_id, amount=order.amount)
    return booking.transitioned(
        Status.PAYMENT_PENDING,
        now,
        "guest",
        ref=payment.ref if payment else None,
        quote=quote.frozen(),
        payment=payment,
        tasks=tasks,
        orders_opened=opened,
    )


def _close_other_amounts(started: StartedPayment, engine: Engine) -> None:
    """Closes the booking's orders that ask for another amount, so that the guest cannot pay one; settle repeats it."""
    other = {
        task.order_id
        for task in started.booking.tasks
        if task.amount != started.quote.gateway_payable and engine.gateways[task.gateway].closes_orders
    }
    if other:
        run_tasks(started.booking, engine=engine, by="guest", only=other)


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
